/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What lies behind malloc(), as far as the daemon asks it for more than memory. */

#include <stdint.h>

int64_t allocator_allocated_bytes(void); /* in use, without what the allocator keeps beside it */
void allocator_give_back(void);		 /* to the system, what it keeps and nothing uses */
