/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The rule in the footer of a TZif file: a POSIX TZ string with the extension of RFC 8536, 3.3.1
 * (times of change from -167 to 167 hours). `CET-1CEST,M3.5.0,M10.5.0/3`, `<+0545>-5:45`.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum zone_edge_kind {
	ZONE_EDGE_JULIAN,  /* Jn: 1..365, 29 February is never counted */
	ZONE_EDGE_ORDINAL, /* n: 0..365, it is */
	ZONE_EDGE_WEEKDAY, /* Mm.w.d: the w-th (5: last) day d of the week of month m */
};

struct zone_edge {
	enum zone_edge_kind kind;
	int32_t day;	     /* JULIAN, ORDINAL */
	int32_t month, week; /* WEEKDAY */
	int32_t weekday;     /* WEEKDAY: 0 is Sunday */
	int32_t time_s; /* local time in force just before, from the midnight that begins the day */
};

struct zone_rule {
	int32_t standard_s; /* offset, seconds east of Greenwich */
	bool has_summer;    /* else standard time all year and the rest is 0 */
	int32_t summer_s;
	struct zone_edge summer_begins, summer_ends;
};

enum { ZONE_RULE_OK = 0, ZONE_RULE_E_SYNTAX = 1 };
/* A summer time without its dates (`EST5EDT`) is refused: POSIX leaves them to the system. */
int zone_rule_parse(const char *text, size_t n, struct zone_rule *ret);
/* The instants of change that the rule names for `year`; a time beyond the day may put one outside
 * it. */
int64_t zone_rule_summer_begins(const struct zone_rule *r, int32_t year);
int64_t zone_rule_summer_ends(const struct zone_rule *r, int32_t year);
