/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Small files, read whole. */

#include <stddef.h>

#include "lib/arena.h"

/* NUL-terminated, in the arena. < 0: could not be read, errno says why; EFBIG: longer than
 * max_bytes. */
int file_read(const char *path, size_t max_bytes, struct arena *a, char **ret_bytes, size_t *ret_n);
