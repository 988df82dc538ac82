/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A point in time as written on the wire and in files (RFC 3339 with the offset optional, seconds
 * optional): 2026-12-05T08:00   2026-12-05 08:00   2026-12-05T08:00:30+01:00   2026-12-05T07:00Z
 * 2026-12-05 (midnight) Without an offset it is the local time of a zone named by the context.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/civil.h"
#include "lib/zone.h"

/* The last instant that a booking may reach: what is computed from it (buffers) still has a form that is read back. */
#define MOMENT_LATEST INT64_C(7226582400) /* 2199-01-01T00:00Z */

struct moment {
	struct civil_time local;
	bool has_offset, has_time;
	int32_t offset_s;
};

enum { MOMENT_OK = 0, MOMENT_E_SYNTAX = 1, MOMENT_E_RANGE = 2 };
/* Years 1970..2199. `24:00` is accepted as the end of a day. Answers as above. */
int moment_parse(const char *text, struct moment *ret);
int64_t moment_utc(const struct moment *m, const struct zone *z);
#define MOMENT_MAX_BYTES 32 /* of one that is written, and its NUL */
/* `2026-12-05T08:00+01:00` (seconds only when not 0; UTC writes +00:00) into buf (at least
 * MOMENT_MAX_BYTES); returns buf. */
char *moment_format(int64_t utc, const struct zone *z, char *buf, size_t n);
/* The same without its NUL; returns its end. */
char *moment_put(char *at, int64_t utc, const struct zone *z);
/* The same as `2026-12-05T07:00Z`. */
char *moment_format_utc(int64_t utc, char *buf, size_t n);
