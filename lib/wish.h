/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What is asked of a thing's attributes: words parted by spaces, each `seats>=7`, `site!=morval`,
 * `hitch` (for hitch=true). Operators are = != >= <= > <. Two decimal numbers are compared as
 * numbers, all else as words, of which none is more than another. A unit has its own attributes,
 * else its resource's, and `site` and `unit`. What has no such attribute fulfils only !=.
 *
 * `at=liesange` is no wish: it says where a thing that moves is to be used.
 */

#include "lib/policy.h"

enum { WISH_OK = 0, WISH_E_SYNTAX = 1 };
enum { WISHES_MAX = 16, WISHES_MAX_BYTES = 500 };

/* Copies into the arena. ret_at: the site's id that `at=` says; NULL: none. */
int wishes_parse(const char *text, struct arena *a, struct wishes *ret, const char **ret_at);
bool wishes_are_met(const struct wishes *w, const struct resource *r, const struct unit *u);
