/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was refused and may be had by waiting for it: where nothing but other bookings, outages and
 * ways to go stand against it. What a rule or the hours forbid does not become right by waiting.
 */
#include "lib/waiting.h"

#include <string.h>

#include "lib/rules.h"
#include "lib/start_grid.h"
#include "lib/walker.h"

static bool is_availability(enum reason reason)
{
	return reason == REASON_CONFLICT || reason == REASON_UNDECIDED || reason == REASON_OUTAGE ||
	       reason == REASON_TRAVEL || reason == REASON_REQUIREMENT;
}

bool ask_has_window(const struct ask_book *ask)
{
	return ask->n_items == 0 && !span_is_empty(ask->within);
}

bool waiting_helps(const struct answer *refused)
{
	bool is_taken = false;

	for (size_t i = 0; i < refused->n_refusals; i++) {
		const struct refusal *r = &refused->refusals[i];

		/* a unit that is kept for others says nothing of those that are taken */
		if (!is_availability(r->reason) && !(r->rule && rule_is_of_units(r->rule)))
			return false;
		is_taken |= is_availability(r->reason);
	}
	return is_taken;
}

static bool is_allowed_at(const struct basket *b, const struct want *w, int64_t shift_s)
{
	const struct span s = {w->span.start + shift_s, w->span.end + shift_s};
	uint32_t n = 0;
	struct trial t;

	basket_trial(b, w, &t);
	for (size_t i = 0; i < w->resource->n_units && n < w->quantity; i++) {
		const struct unit *u = &w->resource->units[i];

		n += trial_is_candidate(&t, u) && trial_allows(&t, trial_opening(&t, u), s) &&
		     trial_allows_unit(&t, u, s);
	}
	return n == w->quantity;
}

static bool all_allowed_at(const struct basket *b, int64_t shift_s)
{
	for (size_t i = 0; i < b->n_asked; i++)
		if (!is_allowed_at(b, &b->wants[i], shift_s))
			return false;
	return true;
}

bool waiting_is_allowed(const struct basket *b, const struct ask_book *ask, int64_t *ret_shift_s)
{
	const struct want *w = &b->wants[0];
	const struct zone *z = w->resource->site->zone;
	int64_t length_s = w->span.end - w->span.start, at = w->span.start;
	int tries = 0;

	*ret_shift_s = 0;
	if (!ask_has_window(ask))
		return all_allowed_at(b, 0);
	for (at = grid_up(WALKER_GRID_S, z, at);
	     at + length_s <= ask->within.end && tries++ < WITHIN_TRIES_MAX;
	     at = grid_up(WALKER_GRID_S, z, at + 1)) {
		if (!all_allowed_at(b, at - w->span.start))
			continue;
		*ret_shift_s = at - w->span.start;
		return true;
	}
	return false;
}

/* Words that do not fit are as if they had not been declared: then more comes along than need be,
 * not less. */
static void note_declared(char *to, const struct ask_book *ask)
{
	size_t at = 0;

	for (size_t i = 0; i < ask->n_declared; i++) {
		size_t n = strlen(ask->declared[i]);

		if (at + n + 2 > DETAILS_DECLARED)
			continue;
		if (at > 0)
			to[at++] = ' ';
		memcpy(to + at, ask->declared[i], n);
		at += n;
	}
}

void waiting_note(struct booking *b, const struct ask_book *ask, int64_t now)
{
	struct details *d = booking_details(b);

	d->queued_at = now;
	d->distance_km = ask->distance_km;
	d->people = ask->people;
	if (ask_has_window(ask))
		d->within = ask->within;
	note_declared(d->declared, ask);
}
