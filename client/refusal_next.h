/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What one may do after a refusal that is no alternative: wait, ask again later, look something up;
 * and a refusal as one object on stdout. */

#include "client/paste.h"
#include "client/refusal.h"

struct next {
	const char *head;    /* what it is good for */
	const char *command; /* to paste; NULL: there is nothing to do */
};
struct next refusal_next(struct session *s, const struct reply *r, const struct wanted *wanted);
void refusal_tell_next(struct session *s, const struct reply *r, const struct wanted *wanted,
		       const struct screen *screen);

/* The options of the command line that hold for whatever is asked for in its stead. */
void refusal_keep(struct paste *p, const struct cli *cli);
void refusal_tell_json(struct session *s, const struct reply *r, const struct wanted *wanted);
/* The answer to EXPLAIN as one object, a list for each kind of line. */
void reasoning_json(struct session *s, const struct reply *r, const struct wanted *wanted);
void line_json(FILE *out, const struct line *l); /* one line as an object on a line of its own */
