/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Decisions as reply lines, showing each asker what it may see (DESIGN 4). */

#include "daemon/exchange.h"

/* The texts' time: "Sat 5 Dec 18:00", "sam. 5 déc. 18:00"; the year where it is not the present one. */
const char *text_time(struct arena *a, enum language lang, const struct zone *z, int64_t utc);
const char *roles_text(struct arena *a, uint32_t roles); /* "member,manager" */
void write_time(struct line_writer *w, const char *key, const struct zone *z, int64_t utc);
void write_member(struct line_writer *w, const struct served *s, uint32_t member); /* member= member-name= */
/* Zone of a resource's lane; the pole's where it is gone. */
const struct zone *booking_zone(const struct served *s, const struct booking *b);
const char *booking_resource_id(const struct served *s, const struct booking *b);
const char *unit_word(const struct resource *r, const struct unit *u); /* NULL: no name of its own */
/* The name of a lane, also of one that the policy no longer has; NULL: none of its own. */
const char *lane_word(const struct served *s, uint32_t resource, uint32_t lane);
const struct zone *item_zone(const struct served *s, const struct booking *b, uint32_t item);
/* `key` for each named unit that an item has. */
void write_units(struct line_writer *w, const struct served *s, const char *key, const struct booking *b, uint32_t item);
/* What a decision was asked about, for saying why not: a BOOK or FIND, or a booking that exists. */
struct asked {
	const struct ask_book *ask;
	const struct booking *booking;
	const char *what; /* of the one thing; NULL: nothing named */
	size_t n;	  /* of several things, how many */
};
/* `reason`, `conflict`, `alternative` lines, then the final NO. The answer was refused. */
void write_refused(struct exchange *x, const struct answer *answer, const struct asked *asked);
void write_reasons(struct exchange *x, const struct answer *answer, const struct asked *asked); /* the data lines only */
/* rule= and place= where a rule, or the hours of a resource, refused. */
void write_rule(struct exchange *x, struct line_writer *w, const struct refusal *r);
/* The final NO of one refusal; keys may be added before line_end(). */
void reply_no(struct exchange *x, struct line_writer *w, const struct refusal *r, const struct answer *answer,
	      const struct asked *asked);
/* The OK of a booking verb. */
void write_granted(struct exchange *x, const struct answer *answer);
/* A `booking` data line, in full or as others may see it, and where it is of several things an `item` line for each. */
void write_booking(struct exchange *x, const struct booking *b);
/* The text of one refusal in the asker's language. */
const char *refusal_text(struct exchange *x, const struct refusal *r, const struct answer *answer, const struct asked *asked);
void reply_unknown_resource(struct exchange *x, const char *what);
