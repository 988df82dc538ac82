/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Several things wanted together, all or nothing: each found its place in the light of those before
 * it, others moved out of the way, and what they require brought along. One thing is a basket of
 * one.
 */

#include "lib/plan.h"
#include "lib/trial.h"

struct want { /* one thing, resolved */
	const struct resource *resource;
	const struct unit *unit; /* NULL: any */
	uint32_t quantity;
	const char *having_text;
	struct wishes having; /* and what another thing of the basket requires of it */
	const struct site *at;
	struct span span;
	enum item_via via;
	uint16_t of;   /* the item that brought it along */
	uint32_t item; /* its place in the booking */
	/* Of an item that exists: */
	const struct booking *was;
};

struct basket {
	const struct pole *pole;
	const struct member *member;
	const struct person *person; /* who it is for; NULL: nobody is known, who then has no qualification */
	struct arena *arena;
	int64_t now;
	int64_t number;		   /* of the booking that is made or moved */
	const struct booking *was; /* NULL: a new one */
	struct want *wants;
	size_t n, cap, n_asked;
	bool brings_along; /* requirements are met anew */
	bool stays;	   /* nobody else is moved */
	const char *const *declared;
	size_t n_declared;
	int64_t shift_s; /* of the last placing */
	const struct plan *start; /* what is settled before it is placed; NULL: nothing */
	struct plan plan;
};

void basket_init(struct basket *b, const struct pole *p, const struct member *m, int64_t now,
		 int64_t number, struct arena *a);
/* Makes room for the first n, of a basket that is empty; more may be added all the same. */
void basket_reserve(struct basket *b, size_t n);
struct want *basket_add(struct basket *b, struct want w); /* NULL: BOOKING_MAX_ITEMS are there */
/* A trial for one of its wants, as things stand in the plan. */
void basket_trial(const struct basket *b, const struct want *w, struct trial *ret);
/* Places everything, each thing `shift_s` later than wanted. ret (NULL: not asked): why not. */
bool basket_place(struct basket *b, int64_t shift_s, struct answer *ret);
/* The plan's allocations of the booking itself. */
void basket_allocations(const struct basket *b, struct allocation *ret);
size_t basket_n_allocations(const struct basket *b);
/* What an ask says of one thing, resolved; all but `item`. */
enum reason ask_item_resolve(const struct pole *p, const struct ask_item *ask, struct arena *a,
			     struct want *ret);
struct ask_item ask_book_item(const struct ask_book *ask, size_t i);
/* What a BOOK asks, resolved and not placed yet. false: something of it is unknown or not the
 * asker's to ask, as the refusals say. */
bool ask_book_basket(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		     struct arena *a, struct basket *ret, struct answer *ret_answer);
/* Alternatives: all of it at other times, nearest first. */
void alternatives_shift(struct basket *b, unsigned want, struct answer *ret);
void refuse_anew(struct answer *ret, struct arena *a, enum reason reason); /* for no other reason */
/* The lengths that neighbours of the same member gave up for these items (a bit each) of this
 * booking on lanes with shared buffers are given back in the plan, which has those of its own items that stay. */
void basket_release(struct plan *plan, const struct pole *p, const struct booking *was,
		    uint64_t items);
