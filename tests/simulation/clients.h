/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Clients: each asks for something, under a key of its own, of whichever daemon, until it has an answer; some ask again after it. An answer that
 * is not what it must be is told by violation().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct instance;

struct asked_op {
	struct asked_op *next;
	int id;
	unsigned person;
	const char *key, *line; /* key NULL: asked once, whatever becomes of it; line: without tag and key */
	int64_t start; /* of one without a key: it asks for a desk at a time of its own */
	const char *final; /* of one without a key: the last line of its answer; NULL: lost */
	const char *granted;	/* all lines of the answer, without their tag; NULL: not granted so far */
	bool settled;
	/* the present attempt */
	const char *answer;
	int64_t sent_us;
	bool was_kept; /* the tables had it when it was sent */
	bool strictly; /* nothing was wrong then but what the database refuses for ever */
	unsigned n_attempts;
	unsigned connection; /* of all that were ever made */
	int64_t patience_until_us;
	int64_t rests_until_us; /* after an ERR */
	int64_t undone_us, again_us; /* when the first attempt was answered that it is not done, and when the second was sent; 0: they were not */
	unsigned again; /* times to ask again once it is granted */
};

struct clients_plan {
	size_t n;
	int n_ops_each;
	int64_t turn_ms; /* the longest pause between two of one client */
	bool crowded;	 /* most want the same pools on the same day */
	unsigned poisoned; /* percent of what is asked: refused by the database */
};
void clients_begin(struct instance *instances, size_t n_instances, const struct clients_plan *plan);
void clients_ask_more(int n_each);
bool clients_are_done(void);
bool clients_are_unharmed(void); /* nobody has waited long because of what others asked */
const struct asked_op *clients_ops(void);
void clients_lose_one(void); /* a connection */

/* faults.c */
bool simulation_is_calm(void); /* nothing goes wrong any more but what is poisoned */
bool simulation_is_strict(void); /* nor has for a while, but something is poisoned */
void violation(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
