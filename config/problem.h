/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What is wrong with files that people wrote, and where. Each text says what, and then what was
 * probably meant. */

#include <stddef.h>

#include "lib/arena.h"
#include "lib/policy.h"

#define PROBLEMS_MAX 500 /* nobody reads more; the rest is counted */

struct problem {
	struct place place; /* line 0: the whole file; no file either: all of it together */
	const char *text;   /* what, and what was probably meant */
};

struct problems {
	struct arena arena;
	struct problem
	    *items; /* always sorted by file, line, column; equals in the order they were found */
	size_t n, cap;
	size_t n_more; /* found past PROBLEMS_MAX */
	/* What is hardly meant, though it can be done; sorted alike, PROBLEMS_MAX at the most. */
	struct problem *warnings;
	size_t n_warnings, warnings_cap;
};

void problems_clear(struct problems *p);
/* Copies the place's file name. The same text at the same place is kept once. */
void problems_add(struct problems *p, struct place place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for a warning; it counts for nothing else. */
void problems_warn(struct problems *p, struct place place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* `pole.yaml:12:5: unknown key "horizn"; did you mean "horizon"?` in the problems' arena */
const char *problem_text(struct problems *p, const struct problem *problem);
