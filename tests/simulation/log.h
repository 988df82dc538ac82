/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the daemons say (daemon/log.h), and what is done to them, line by line. */

#include <stdbool.h>

extern bool log_is_shown; /* on standard output, with the time */
extern void (*log_on_line)(const char *text); /* NULL: nobody looks */

void tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
