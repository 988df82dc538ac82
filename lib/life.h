/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the decisions about a booking have in common: who may make a move, the image that it leads
 * to, and when that is due. Every change of a state that exists goes through life_change(), which
 * asserts that the table of lib/state.h has the move.
 */

#include "lib/basket.h"
#include "lib/decide_life.h"

#define HOLD_DEFAULT_S (15 * 60) /* where no rule says how long */

const struct zone *life_zone(const struct pole *p, const struct booking *b);

/* Why `who` may not make this move: no such booking, not the asker's, or not in its state. */
enum reason life_test(const struct pole *p, const struct asker *who, const struct booking *was,
		      enum cause cause);
/* A copy in that state, to be altered before it is shared; one that ends there ends `now`. */
struct booking *life_image(const struct booking *was, enum booking_state state, int64_t now);
/* Says when it is due (as before, where neither state nor time differs; a hold that stays one keeps
 * its time), and adds the change. Takes `made`. */
void life_change(const struct pole *p, const struct booking *was, struct booking *made,
		 enum cause cause, int64_t now, struct changes *ret);
/* The same of one that gives its place up: what its neighbours shared with it they get back. */
void life_end(const struct pole *p, const struct booking *was, struct booking *made,
	      enum cause cause, int64_t now, struct arena *a, struct changes *ret);
/* The one or the other, as it has a place or not; and it is the answer. */
void life_answer(const struct pole *p, const struct booking *was, struct booking *made,
		 enum cause cause, int64_t now, struct arena *a, struct answer *ret,
		 struct changes *ret_changes);

/* A basket for what such a booking has, still without wants. */
void life_basket(struct basket *b, const struct pole *p, const struct booking *was, int64_t now,
		 struct arena *a);
/* A want for item `k` of `items`, which are those of `was` or what becomes of them. unit NULL: any.
 */
struct want life_want(const struct pole *p, const struct booking *was, const struct item *items,
		      uint32_t k, const struct unit *unit, struct arena *a);
/* The unit that an item has; of a composite the one that stands for it; NULL: none. */
const struct unit *life_unit(const struct pole *p, const struct booking *b, uint32_t item);
/* A booking that differs from `was` in nothing but its items and allocations; those are all 0. */
struct booking *life_like(const struct booking *was, const struct item *items, size_t n_items,
			  size_t n_allocations);
/* With the allocations that the plan has for it, and those of what was given back. */
struct booking *life_placed(const struct basket *b, const struct booking *was,
			    const struct item *items);
/* Whether the rules and hours that hold now allow it as it stands; else the refusals. */
bool life_is_allowed(const struct pole *p, const struct booking *was, int64_t now, struct arena *a,
		     struct answer *ret);
/* Finds a place for what has none; else the refusals. */
bool life_place(const struct pole *p, const struct booking *was, int64_t now, struct arena *a,
		struct basket *ret_basket, struct answer *ret);

/* What is left of an item's time becomes free; a minute of use, at least, stays. */
void life_cut(const struct pole *p, struct booking *b, uint32_t item, int64_t now);

/* The rule that wants this booking approved by someone other than the asker; NULL: none. */
const struct rule *approval_needed(const struct pole *p, const struct asker *who,
				   const struct booking *b, int64_t now);
/* Whether the asker is one of those that the rule names. rule NULL: no longer there. */
bool asker_decides(const struct pole *p, const struct asker *who, const struct rule *rule,
		   const struct booking *b);
/* Without its allocations: others may ask for the same time until it is approved. Takes and
 * returns. */
struct booking *approval_strip(struct booking *b);

/* What `made` now uses may have been given up late by others: who gave it up no longer owes for it,
 * once others use half of what was left of its time, or more. */
void waive_relet(const struct pole *p, const struct booking *made, struct changes *ret);
