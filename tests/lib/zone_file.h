/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The system's zones, for tests: lib opens no file. Any trouble fails the test. */

#include <stddef.h>
#include <stdint.h>

#include "lib/zone.h"

unsigned char *zone_file_read(const char *name, size_t *ret_n); /* freed by free() */
struct zone *zone_file_load(const char *name);			/* freed by zone_free() */

/* Small seeded numbers: the same sequence in every run. */
struct draw {
	uint64_t state; /* not 0 */
};
uint64_t draw_below(struct draw *d, uint64_t below);
int64_t draw_between(struct draw *d, int64_t first, int64_t last);
