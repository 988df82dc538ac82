/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How busy a resource is, outages minded.
 *
 * A lane is taken, out of service, or both. Counting the lanes that are out, and those that are
 * taken or out, gives what is asked: the rest of the lanes is in service, and the difference of the
 * two counts is what is taken of it. A whole is one lane: taken where any of its leaves is taken,
 * out where any of them is out.
 */
#include "lib/decide.h"
#include "lib/outages.h"
#include "lib/profile.h"

#define NO_BOOKING (-1) /* where a span is of none; 0 would be excepted */

struct lines { /* spans that may overlap */
	struct arena *arena;
	const struct timeline **items;
	size_t n, cap;
};

static void add_line(struct lines *l, const struct timeline *line)
{
	if (!line)
		return;
	if (l->n == l->cap)
		l->items =
		    arena_grow(l->arena, l->items, l->n, &l->cap, l->n + 1, sizeof(*l->items));
	l->items[l->n++] = line;
}

static void count(const struct lines *l, struct span window, struct profile_step **ret,
		  size_t *ret_n)
{
	const struct profile_pool pool = {.lanes = l->items, .n_lanes = l->n, .window = window};

	profile_steps(&pool, l->arena, ret, ret_n);
}

/* All of them as one; NULL: nothing within the window. */
static const struct timeline *unite(const struct lines *l, struct span window)
{
	struct timeline *line = arena_new(l->arena, struct timeline);
	struct profile_step *steps;
	size_t n;

	if (l->n < 2)
		return l->n ? l->items[0] : NULL;
	count(l, window, &steps, &n);
	line->entries = arena_new_n(l->arena, struct timeline_entry, n);
	for (size_t i = 0; i < n; i++) {
		struct span s = {steps[i].from, i + 1 < n ? steps[i + 1].from : window.end};

		if (steps[i].busy > 0)
			line->entries[line->n++] = (struct timeline_entry){s, NO_BOOKING};
	}
	return line->n ? line : NULL;
}

static void add_outages(const struct pole *p, uint32_t resource, uint32_t lane, struct lines *out)
{
	size_t n;
	const struct outage *outages = pole_outages(p, &n);

	for (const struct outage *o = outages; o < outages + n; o++) {
		struct timeline *line;

		if (!outage_stops(p, o, resource, lane))
			continue;
		line = arena_new(out->arena, struct timeline);
		line->entries = arena_new(out->arena, struct timeline_entry);
		line->entries[0] = (struct timeline_entry){o->span, NO_BOOKING};
		line->n = 1;
		add_line(out, line);
	}
}

struct counting {
	const struct pole *pole;
	struct span window;
	struct lines out, used; /* by lane: out of service; taken or out */
	uint32_t n_lanes;
};

static void add_lane(struct counting *c, struct lines *taken, struct lines *out)
{
	const struct timeline *is_out = unite(out, c->window);

	add_line(taken, is_out);
	add_line(&c->out, is_out);
	add_line(&c->used, unite(taken, c->window));
	c->n_lanes++;
}

static void add_unit(struct counting *c, const struct resource *r, const struct unit *u)
{
	struct lines taken = {.arena = c->out.arena}, out = taken;

	add_line(&taken, pole_timeline(c->pole, r->number, u->lane));
	add_outages(c->pole, r->number, u->lane, &out);
	add_lane(c, &taken, &out);
}

/* false: the whole cannot be had as long as the policy stands. */
static bool add_leaf(const struct counting *c, const struct resource *leaf, struct lines *taken,
		     struct lines *out)
{
	for (size_t i = 0; i < leaf->n_units; i++) {
		const struct unit *u = &leaf->units[i];

		if (u->is_gone)
			continue;
		if (!u->in_service)
			return false;
		add_line(taken, pole_timeline(c->pole, leaf->number, u->lane));
		add_outages(c->pole, leaf->number, u->lane, out);
	}
	return true;
}

static void add_whole(struct counting *c, const struct resource *r)
{
	struct lines taken = {.arena = c->out.arena}, out = taken;

	if (!r->units[0].in_service)
		return;
	add_outages(c->pole, r->number, r->units[0].lane, &out);
	for (size_t i = 0; i < r->n_leaves; i++)
		if (!add_leaf(c, r->leaves[i], &taken, &out))
			return;
	add_lane(c, &taken, &out);
}

static void merge(const struct counting *c, struct arena *a, struct busy *ret)
{
	struct profile_step *out, *used;
	size_t n_out, n_used;

	count(&c->out, c->window, &out, &n_out);
	count(&c->used, c->window, &used, &n_used);
	ret->steps = arena_new_n(a, struct busy_step, n_out + n_used);
	for (size_t i = 0, j = 0; i < n_out && j < n_used;) {
		int64_t out_ends = i + 1 < n_out ? out[i + 1].from : c->window.end;
		int64_t used_ends = j + 1 < n_used ? used[j + 1].from : c->window.end;
		const struct busy_step step = {
		    .from = out[i].from > used[j].from ? out[i].from : used[j].from,
		    .busy = used[j].busy - out[i].busy,
		    .lanes = c->n_lanes - out[i].busy,
		};
		const struct busy_step *last = ret->n ? &ret->steps[ret->n - 1] : NULL;

		if (!last || last->busy != step.busy || last->lanes != step.lanes)
			ret->steps[ret->n++] = step;
		i += out_ends <= used_ends;
		j += used_ends <= out_ends;
	}
}

void decide_profile(const struct pole *p, const struct resource *r, struct span window,
		    struct arena *a, struct busy *ret)
{
	struct counting c = {
	    .pole = p, .window = window, .out = {.arena = a}, .used = {.arena = a}};

	*ret = (struct busy){0};
	if (r->n_parts > 0)
		add_whole(&c, r);
	for (size_t i = 0; r->n_parts == 0 && i < r->n_units; i++)
		if (r->units[i].in_service)
			add_unit(&c, r, &r->units[i]);
	merge(&c, a, ret);
}
