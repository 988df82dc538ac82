/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Time zones: local time to UTC and back, from the bytes of a TZif file (RFC 8536, version 2 and
 * later, its footer rule included). The bytes are handed in: this module opens no file. Refused as
 * malformed, too: version 1 alone (ends in 2037), files that count leap seconds, transitions after
 * the year 9999.
 *
 * A local time that does not exist (the clock jumps over it) moves forward by the gap; one that
 * occurs twice is taken at its first occurrence.
 */

#include <stddef.h>
#include <stdint.h>

#include "lib/civil.h"

struct zone;

enum zone_fit { ZONE_UNIQUE, ZONE_GAP, ZONE_OVERLAP };

enum { ZONE_OK = 0, ZONE_E_MALFORMED = 1 };
/* `name` is the IANA name, copied. ret_zone is the caller's, freed by zone_free. */
int zone_new(const void *bytes, size_t n, const char *name, struct zone **ret_zone);
void zone_free(struct zone *z);
const char *zone_name(const struct zone *z);

int32_t zone_offset_s(const struct zone *z, int64_t utc); /* seconds east of Greenwich */
enum zone_fit zone_to_utc(const struct zone *z, struct civil_time local, int64_t *ret_utc);
/* The same for a local time given as civil_seconds() does. */
enum zone_fit zone_local_s_to_utc(const struct zone *z, int64_t local_s, int64_t *ret_utc);
struct civil_time zone_to_local(const struct zone *z, int64_t utc);
/* A stretch of local time around an instant in which the clock runs evenly: a local time from
 * `from_s` up to `until_s`, as civil_seconds() counts, is unique, or the first of two, and
 * `offset_s` ahead of its instant. It spares many conversions nearby; it may not hold the instant
 * itself. */
struct zone_even {
	int32_t offset_s;
	int64_t from_s, until_s;
};
struct zone_even zone_even(const struct zone *z, int64_t utc);
/* The instant n civil days later (or before, where negative) at the same local time. */
int64_t zone_add_days(const struct zone *z, int64_t utc, int64_t n);
