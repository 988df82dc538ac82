/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The things that a command line names, each with its time and what is asked of it: `van tomorrow
 * 9:00 4h --having hitch + trailer + tent --qty 2`. A `+` alone begins the next thing; an option is
 * of the thing that it follows; a thing without a time has the first one's.
 */

#include "client/ask.h"
#include "client/paste.h"
#include "client/when.h"

struct thing {
	const char *what;		      /* NULL: anything */
	const char *unit, *qty, *having, *at; /* NULL: not said */
	struct when_span span;		      /* within a window: only a length */
	const char *within;		      /* as the protocol writes it; NULL: at that time */
};

/* may_be_time: the first word is a resource only where it begins no time. Complains where what is
 * said does not fit together. */
enum exit_code given_things(struct session *s, bool may_be_time, struct thing **ret, size_t *ret_n);
/* The keys of one thing, or an item= for each of several. */
void ask_things(struct ask *q, const struct thing *things, size_t n);
/* As words and options of a command, with + between. */
void paste_things(struct paste *p, struct session *s, const struct thing *things, size_t n);
