/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The verbs' functions, one file a family; verbs.c puts them into the table. */

#include "daemon/answer.h"
#include "daemon/db.h"
#include "daemon/exchange.h"
#include "lib/series.h"

/* verbs_session.c */
void do_hello(struct exchange *x);
void do_auth(struct exchange *x);
void do_whoami(struct exchange *x);
void do_help(struct exchange *x);
void do_noop(struct exchange *x);
void do_quit(struct exchange *x);
void do_status(struct exchange *x);

/* verbs_resource.c */
void do_resources(struct exchange *x);
void do_find(struct exchange *x);
void do_agenda(struct exchange *x);

/* verbs_booking.c */
void do_book(struct exchange *x, int64_t now); /* HOLD too */
void do_move(struct exchange *x, int64_t now);
void do_extend(struct exchange *x, int64_t now);
void do_cancel(struct exchange *x, int64_t now);
struct span request_span(const struct request *r, const struct zone *z); /* from=, and to= or for= */
/* The zone that times asked about `what` are in. */
const struct zone *asked_zone(const struct exchange *x, const char *what, const char *unit);
/* What a request asks, of which things and when. False: the keys do not go together, and the reply is written. */
bool asked_things(struct exchange *x, struct ask_book *ret);
/* The same, and what only BOOK and its kin say. */
bool asked_book(struct exchange *x, struct ask_book *ret);
struct asked asked_of_book(const struct exchange *x, const struct ask_book *ask);

/* verbs_life.c */
void do_confirm(struct exchange *x, int64_t now); /* ACCEPT too */
void do_pass(struct exchange *x, int64_t now);
void do_approve(struct exchange *x, int64_t now);
void do_decline(struct exchange *x, int64_t now);
void do_out(struct exchange *x, int64_t now);
void do_back(struct exchange *x, int64_t now);
void do_swap(struct exchange *x, int64_t now);
void do_dispute(struct exchange *x, int64_t now);
void do_settle(struct exchange *x, int64_t now);

/* verbs_queue.c */
void do_offers(struct exchange *x);
struct queue_entry;
/* Why e[0] stands before e[1], in a sentence. */
const char *ahead_text(struct exchange *x, const struct queue_entry *e);

/* verbs_explain.c */
void do_explain(struct exchange *x);

/* verbs_series.c */
struct asker asker_at(const struct exchange *x, int64_t now); /* as the decision's moment has it */
struct asked asked_of_booking(const struct booking *b); /* NULL: nothing known */
enum series_scope asked_scope(const struct exchange *x);
bool asks_series(const struct exchange *x); /* a BOOK of several dates, or a change to several bookings */
void do_series_book(struct exchange *x, int64_t now, const struct ask_book *first);
void do_series_move(struct exchange *x, int64_t now, const struct ask_move *ask);
void do_series_cancel(struct exchange *x, int64_t now);

/* verbs_list.c */
struct listing { /* bookings to be listed */
	struct span window;
	uint32_t resource, member, person; /* 0: any */
	const char *states;		   /* NULL: what is open, or was used */
	size_t most;
};
void do_show(struct exchange *x);
void do_list(struct exchange *x);
/* The words of the states that are such, parted by commas. */
const char *states_text(struct arena *a, bool (*is_one)(enum booking_state s));
/* Asks the database for them, and for one more than l->most; `done` is told the rows, with `x`. */
void listing_query(struct exchange *x, const struct listing *l, db_done_fn *done);
void reply_unavailable(struct exchange *x); /* the database is away; drops the lines there are so far */

/* verbs_outage.c */
void do_outage(struct exchange *x, int64_t now);
void do_close(struct exchange *x, int64_t now);
void do_reopen(struct exchange *x, int64_t now);
void do_outages(struct exchange *x);

/* verbs_watch.c */
void do_watch(struct exchange *x);

/* verbs_report.c */
void do_report(struct exchange *x);

/* verbs_policy.c */
void do_policy_put(struct exchange *x);
void do_policy_reset(struct exchange *x);
void do_policy_check(struct exchange *x);
void do_policy_plan(struct exchange *x);
bool do_policy_prepare(struct exchange *x);
void do_policy_apply(struct exchange *x, int64_t now);
void do_policy_show(struct exchange *x);
void do_policy_effective(struct exchange *x);
void do_policy_history(struct exchange *x);

/* verbs_person.c */
void do_person_add(struct exchange *x, int64_t now);
void do_person_list(struct exchange *x);
void do_person_token(struct exchange *x, int64_t now);
void do_person_qualify(struct exchange *x, int64_t now);
void do_person_disqualify(struct exchange *x, int64_t now);
void write_qualifications(struct exchange *x, const struct person *p); /* a line for each */
