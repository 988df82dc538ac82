/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Decisions as reply lines, showing each asker what it may see (DESIGN 4). */

#include "daemon/exchange.h"

/* The texts' time: "Sat 5 Dec 18:00", "sam. 5 déc. 18:00"; the year where it is not the present one. */
const char *text_time(struct arena *a, enum language lang, const struct zone *z, int64_t utc);
const char *text_date(struct arena *a, enum language lang, const struct zone *z, struct civil_date d); /* without the hour */
const char *text_month(struct arena *a, enum language lang, const struct zone *z, int64_t utc); /* "Dec", "déc. 2027" */
const char *text_reading(struct arena *a, int64_t tenths); /* of a meter: "84210.5" */
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
uint32_t first_item(const struct booking *b); /* of what it is of, or was */
/* The zone that times of a resource are told in; NULL: the pole's. */
const struct zone *span_zone(const struct exchange *x, const struct resource *r);
const struct resource *asked_resource(const struct exchange *x, const char *what); /* NULL: none, or not said */
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
void write_rule_place(struct line_writer *w, struct place place); /* place=; nothing without a line */
/* rule= and place= where a rule, or the hours of a resource, refused. */
void write_rule(struct exchange *x, struct line_writer *w, const struct refusal *r);
/* What a rule that refuses says beside its name: the time from or until which it would do, quotas with their numbers, for whom, what for. */
void write_numbers(struct exchange *x, struct line_writer *w, const struct zone *z, const struct refusal *r);
/* When a closed thing is open, and why it is closed. */
void write_closed(struct exchange *x, struct line_writer *w, const struct zone *z, const struct refusal *r);
uint32_t item_in_the_way(const struct conflict *c); /* the thing of a booking that is in the way */
/* The final NO of one refusal; keys may be added before line_end(). */
void reply_no(struct exchange *x, struct line_writer *w, const struct refusal *r, const struct answer *answer,
	      const struct asked *asked);
/* answer_booking.c */
/* The reply to a decision on a booking: at once where it was refused; where it was granted, when all that follows from it is decided (x->tell). */
void reply_answer(struct exchange *x, const struct answer *answer, const struct asked *asked);
/* What it is of; of several things the first, and the time of all. */
void write_span(struct line_writer *w, const struct served *s, const struct booking *b, bool all);
/* `booking=` `state=` and what it is of: the head of OK lines and of those of OFFERS. */
void write_head(struct exchange *x, struct line_writer *w, const struct booking *b, bool all);
/* Of what is in the queue: queued-at= within= … turn= of=. */
void write_queue(struct exchange *x, struct line_writer *w, const struct booking *b, struct turn turn);
/* A `moved` line for each booking that had its place and lost it to the changes of this command, but for one. */
void write_moved(struct exchange *x, int64_t except);
struct turn booking_turn(struct exchange *x, const struct booking *b); /* n 0: in no queue, or not in memory */
/* What a booking is in the end, by the changes of this command. */
const struct booking *booking_now(const struct exchange *x, const struct booking *b);
void write_items(struct exchange *x, const struct booking *b, bool all); /* nothing, where it is of one thing */
/* A `booking` data line, in full or as others may see it, and where it is of several things an `item` line for each. */
void write_booking(struct exchange *x, const struct booking *b);
void write_booking_cause(struct exchange *x, const struct booking *b, enum cause cause); /* the same, with cause= */
void reply_unknown_resource(struct exchange *x, const char *what);
