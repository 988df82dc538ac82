/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A slow, obvious second opinion on a pole: all bookings in one array, deep copies of what was
 * granted, every question answered by scanning all of it. It reads the policy and asks lib for
 * nothing but the calendar (opening_admits) and local time (zone_*), which have oracles of their
 * own; it shares no code with trials, plans, packing or timelines.
 *
 * What can be had as things stand it places itself, in the documented order, and says where. What
 * could only be had by moving others it tries in every way where that is a matter of some thousand
 * steps; beyond that it says ORACLE_UNKNOWN. Whatever was granted is checked for being right
 * (oracle_check_granted), however it came about, and whatever was refused for its reasons being
 * true.
 */

#include <stdio.h>

#include "lib/decide.h"

#define ORACLE_BOOKINGS_MAX 4096
#define ORACLE_OUTAGES_MAX 256

/* Where a history is; printed when something is not as it should be. */
struct oracle_where {
	uint64_t seed;
	size_t history, operation;
	const char *doing;
};
extern struct oracle_where oracle_where;
void oracle_fail(const char *file, int line, const char *what) __attribute__((noreturn));
#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			oracle_fail(__FILE__, __LINE__, #condition);                               \
	} while (0)

struct oracle {
	const struct pole *pole;		   /* for its policy and names only */
	struct booking *rows[ORACLE_BOOKINGS_MAX]; /* by number; own copies; NULL: none */
	int64_t next, next_outage;
	struct outage outages[ORACLE_OUTAGES_MAX]; /* in force, in order of number */
	size_t n_outages;
	int64_t now;
};

void oracle_init(struct oracle *o, const struct pole *p);
void oracle_clear(struct oracle *o);
/* Takes what a list of changes says over; with `undo`, what it says was before. */
void oracle_keep(struct oracle *o, const struct changes *c, bool undo);
/* The pole is, in every field, entry and counter, what is kept here. */
void oracle_compare(const struct oracle *o, const struct pole *p);
/* As oracle_compare(), of one booking. series: whether what it has of a series counts, too. */
void oracle_same_booking(const struct booking *a, const struct booking *b, bool series);

/* One thing wanted. */
struct oracle_want {
	const struct resource *resource;
	const struct unit *unit; /* NULL: any */
	uint32_t quantity;
	struct wishes having, also; /* what another thing requires of it */
	const struct site *at;
	struct span span;
	enum item_via via;
	uint32_t of, item;
	bool is_moved; /* an item of `was` */
};

enum oracle_verdict {
	ORACLE_GRANTED,	 /* as things stand: `lanes` says where */
	ORACLE_PACKABLE, /* one thing, if others are moved */
	ORACLE_REFUSED,
	ORACLE_UNKNOWN,
};

#define ORACLE_WANTS_MAX 16
#define ORACLE_ALLOCATIONS_MAX 600

struct oracle_question {
	const struct oracle *oracle;
	uint32_t member;
	const struct booking *was; /* NULL: a new one */
	const char *const *declared;
	size_t n_declared;
	struct oracle_want wants[ORACLE_WANTS_MAX];
	size_t n, n_asked;
	/* What it has been given so far. */
	struct allocation taken[ORACLE_ALLOCATIONS_MAX];
	size_t n_taken;
};

/* The wants that are asked for are there; those that come along are added. */
enum oracle_verdict oracle_decide(struct oracle_question *q);
/* Whether one thing can be had as things stand, whatever else was asked for with it. */
bool oracle_fits_alone(const struct oracle_question *q, const struct oracle_want *w);
/* What is granted breaks no rule, keeps nobody out who was there, and moves only who may be. */
void oracle_check_granted(const struct oracle_question *q, const struct answer *a,
			  const struct changes *c);
/* Buffers are as long as they should be, or shared. */
void oracle_check_buffers(const struct oracle *o);
/* Each reason is true of the thing that it names. */
void oracle_check_refused(const struct oracle_question *q, const struct answer *a);

bool oracle_is_on_unit(const struct booking *b, uint32_t item, uint32_t resource, uint32_t lane);
struct span oracle_with_buffers(const struct resource *r, struct span s);
bool oracle_is_open(const struct resource *r, const struct unit *u, struct span s);

/* Series: all by local time. */
#define ORACLE_DATES_MAX 64
struct oracle_dates {
	int64_t starts[ORACLE_DATES_MAX]; /* in order of time */
	size_t n;
};
struct oracle_rule { /* every `every_days` days, `count` times, without those of `except`, with
			`also` */
	int every_days, count;
	const struct span *except;
	size_t n_except;
	const int64_t *also;
	size_t n_also;
};
void oracle_dates(const struct zone *z, int64_t first, const struct oracle_rule *r,
		  struct oracle_dates *ret);
/* `at`, so much local time later. */
int64_t oracle_local_shift(const struct zone *z, int64_t at, int64_t by_s);
int64_t oracle_local_gap(const struct zone *z, int64_t from, int64_t to);
struct span oracle_span_shift(const struct zone *z, struct span s, int64_t start_by_s,
			      int64_t end_by_s);
/* The bookings that a change of `scope` to `named` is about, exceptions included, in the order in
 * which they have to go. */
size_t oracle_series_members(const struct oracle *o, const struct booking *named, int scope,
			     bool moves, int64_t start_by_s, int64_t end_by_s, int64_t *ret);
