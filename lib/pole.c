/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole state of a pole in memory, and the one way in which it changes.
 *
 * A change carries two images, before and after. Applying it takes the one out and puts the other
 * in; so undoing is applying with the images swapped, and there is no second piece of code that
 * could disagree with the first. Timelines belong to resource and lane numbers, not to the policy:
 * what a policy drops keeps its bookings, and gets them back when it returns.
 */
#include "lib/pole.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/names.h"
#include "lib/pole_index.h"
#include "lib/shelf.h"
#include "lib/table.h"

struct lanes {			    /* of one resource */
	struct timeline *timelines; /* [0] is lane 1 */
	size_t n;
};

struct counter {
	int64_t next;
	int64_t reserved; /* never falls to this again */
};

struct pole {
	struct policy *policy;
	struct directory directory;
	struct names names;
	struct shelf shelf;
	struct pole_index index; /* of what is on the shelf */
	struct person **persons; /* by number */
	size_t n_persons, cap_persons;
	struct table tokens;	 /* persons, once per credential that opens */
	struct lanes *resources; /* by number */
	size_t n_resources;
	struct outage *outages; /* by number */
	size_t n_outages, cap_outages;
	struct counter booking_counter, person_counter, outage_counter;
	int64_t floor;
};

struct pole *pole_new(void)
{
	struct pole *p = memory_new(sizeof(*p));

	p->booking_counter.next = 1;
	p->person_counter.next = 1;
	p->outage_counter.next = 1;
	p->floor = INT64_MIN;
	return p;
}

void pole_free(struct pole *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_resources; i++) {
		for (size_t j = 0; j < p->resources[i].n; j++)
			timeline_clear(&p->resources[i].timelines[j]);
		free(p->resources[i].timelines);
	}
	for (size_t i = 0; i < p->cap_persons; i++)
		person_unref(p->persons[i]);
	free(p->resources);
	free(p->persons);
	free(p->outages);
	table_clear(&p->tokens);
	pole_index_clear(&p->index);
	shelf_clear(&p->shelf);
	names_clear(&p->names);
	directory_clear(&p->directory);
	policy_free(p->policy);
	free(p);
}

bool pole_free_some(struct pole *p, size_t most)
{
	return shelf_empty_some(&p->shelf, most);
}

static void counter_raise(struct counter *c, int64_t used)
{
	if (c->next <= used)
		c->next = used + 1;
}

static void counter_lower(struct counter *c, int64_t unused)
{
	if (c->next == unused + 1 && unused > c->reserved)
		c->next = unused;
}

static struct timeline *lane(struct pole *p, uint32_t resource, uint32_t number)
{
	struct lanes *lanes;

	assert(resource > 0 && number > 0);
	if (resource >= p->n_resources) {
		p->resources = memory_grow(p->resources, (resource + (size_t)1) * sizeof(*lanes));
		memset(&p->resources[p->n_resources], 0,
		       (resource + (size_t)1 - p->n_resources) * sizeof(*lanes));
		p->n_resources = resource + (size_t)1;
	}
	lanes = &p->resources[resource];
	if (number > lanes->n) {
		lanes->timelines =
		    memory_grow(lanes->timelines, number * sizeof(*lanes->timelines));
		memset(&lanes->timelines[lanes->n], 0,
		       (number - lanes->n) * sizeof(*lanes->timelines));
		lanes->n = number;
	}
	return &lanes->timelines[number - 1];
}

static void vacate(struct pole *p, const struct booking *b)
{
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];
		int r;

		if (!booking_occupies(b, a))
			continue;
		r = timeline_remove(lane(p, a->resource, a->lane), a->during, b->number);
		assert(r == TIMELINE_OK);
	}
}

static void occupy(struct pole *p, const struct booking *b)
{
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];
		int r;

		if (!booking_occupies(b, a))
			continue;
		r = timeline_insert(lane(p, a->resource, a->lane), a->during, b->number);
		assert(r == TIMELINE_OK);
	}
}

static int64_t booking_number(const struct change *c)
{
	return c->booking.after ? c->booking.after->number : c->booking.before->number;
}

static bool is_same_booking(const struct change *a, const struct change *b)
{
	return a->kind == CHANGE_BOOKING && b->kind == CHANGE_BOOKING &&
	       booking_number(a) == booking_number(b);
}

/* Whether no change of the list before (or after) this one is about its booking. */
static bool is_first(const struct changes *c, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (is_same_booking(&c->items[j], &c->items[i]))
			return false;
	return true;
}

static bool is_last(const struct changes *c, size_t i)
{
	for (size_t j = i + 1; j < c->n; j++)
		if (is_same_booking(&c->items[j], &c->items[i]))
			return false;
	return true;
}

/* Bookings that swap their lanes have no order in which one could be moved before the other: first
 * all that change leave their lanes, then all take the new ones. */
static void leave_lanes(struct pole *p, const struct changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct booking *before = c->items[i].booking.before;

		if (c->items[i].kind == CHANGE_BOOKING && before && is_first(c, i)) {
			assert(shelf_get(&p->shelf, before->number) == before);
			vacate(p, before);
		}
	}
}

static void take_lanes(struct pole *p, const struct changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct booking *after = c->items[i].booking.after;

		if (c->items[i].kind == CHANGE_BOOKING && after && is_last(c, i))
			occupy(p, after);
	}
}

static void apply_booking(struct pole *p, struct booking *before, struct booking *after)
{
	int64_t number = after ? after->number : before->number;

	assert(!before || before->number == number);
	assert(shelf_get(&p->shelf, number) == before);
	if (before)
		pole_index_remove(&p->index, before);
	if (after)
		pole_index_add(&p->index, after);
	shelf_put(&p->shelf, number, after);
	if (after)
		counter_raise(&p->booking_counter, number);
	else
		counter_lower(&p->booking_counter, number);
}

static uint64_t token_hash(const char *hash)
{
	return hash_string(0, hash);
}

static bool has_token(const void *item, const void *key)
{
	return person_opens(item, key);
}

static void index_tokens(struct pole *p, struct person *person, bool add)
{
	if (!person || !person->active)
		return;
	for (size_t i = 0; i < person->n_credentials; i++) {
		const struct credential *c = &person->credentials[i];

		if (c->withdrawn)
			continue;
		if (add)
			table_add(&p->tokens, token_hash(c->hash), person);
		else
			table_remove(&p->tokens, token_hash(c->hash), person);
	}
}

static struct person **person_slot(struct pole *p, uint32_t number)
{
	assert(number > 0);
	if (number >= p->cap_persons) {
		size_t cap = number * (size_t)2;

		p->persons = memory_grow(p->persons, cap * sizeof(struct person *));
		memset(&p->persons[p->cap_persons], 0,
		       (cap - p->cap_persons) * sizeof(struct person *));
		p->cap_persons = cap;
	}
	return &p->persons[number];
}

static void apply_person(struct pole *p, struct person *before, struct person *after)
{
	uint32_t number = after ? after->number : before->number;
	struct person **slot = person_slot(p, number);

	assert(!before || before->number == number);
	assert(*slot == before);
	index_tokens(p, before, false);
	index_tokens(p, after, true);
	*slot = after ? person_ref(after) : NULL;
	person_unref(before);
	p->n_persons += (after != NULL) - (size_t)(before != NULL);
	if (after)
		counter_raise(&p->person_counter, number);
	else
		counter_lower(&p->person_counter, number);
}

static void apply_policy(struct pole *p, struct change *c)
{
	assert(!c->policy.applied && p->policy == c->policy.before);
	p->policy = c->policy.after;
	c->policy.applied = true;
	directory_clear(&p->directory);
	directory_init(&p->directory, p->policy);
}

static bool is_in_force(const struct outage *o)
{
	return o->number && !o->lifted_at;
}

/* Where the outage of that number stands, or would. */
static size_t outage_at(const struct pole *p, int64_t number)
{
	size_t i = p->n_outages;

	while (i > 0 && p->outages[i - 1].number >= number)
		i--;
	return i;
}

static void drop_outage(struct pole *p, int64_t number)
{
	size_t i = outage_at(p, number);

	assert(i < p->n_outages && p->outages[i].number == number);
	p->n_outages--;
	memmove(&p->outages[i], &p->outages[i + 1], (p->n_outages - i) * sizeof(*p->outages));
}

static void add_outage(struct pole *p, const struct outage *o)
{
	size_t i = outage_at(p, o->number);

	assert(i == p->n_outages || p->outages[i].number != o->number);
	if (p->n_outages == p->cap_outages) {
		p->cap_outages = p->cap_outages ? p->cap_outages * 2 : 8;
		p->outages = memory_grow(p->outages, p->cap_outages * sizeof(*p->outages));
	}
	memmove(&p->outages[i + 1], &p->outages[i], (p->n_outages - i) * sizeof(*p->outages));
	p->outages[i] = *o;
	p->n_outages++;
}

static bool is_forgotten(const struct pole *p, const struct outage *o)
{
	return o->span.end <= p->floor && !pole_outage(p, o->number);
}

static void apply_outage(struct pole *p, const struct outage *before, const struct outage *after)
{
	if (is_in_force(before) && !is_forgotten(p, before)) /* since it was decided to lift it */
		drop_outage(p, before->number);
	if (is_in_force(after))
		add_outage(p, after);
	if (after->number)
		counter_raise(&p->outage_counter, after->number);
	else
		counter_lower(&p->outage_counter, before->number);
}

static void apply(struct pole *p, struct change *c)
{
	switch (c->kind) {
	case CHANGE_BOOKING:
		apply_booking(p, c->booking.before, c->booking.after);
		break;
	case CHANGE_PERSON:
		apply_person(p, c->person.before, c->person.after);
		break;
	case CHANGE_NAME:
		if (c->name.made)
			names_add(&p->names, &c->name.name);
		else
			names_remove(&p->names, &c->name.name);
		break;
	case CHANGE_POLICY:
		apply_policy(p, c);
		break;
	case CHANGE_OUTAGE:
		apply_outage(p, &c->outage.before, &c->outage.after);
		break;
	case CHANGE_NOTE:
		break;
	case N_CHANGE_KINDS:
		assert(false);
	}
}

void pole_apply(struct pole *p, struct changes *c)
{
	leave_lanes(p, c);
	for (size_t i = 0; i < c->n; i++)
		apply(p, &c->items[i]);
	take_lanes(p, c);
}

void pole_take(struct pole *p, struct booking *b)
{
	apply_booking(p, NULL, b);
	occupy(p, b);
	booking_unref(b);
}

static void turn_round(struct changes *c)
{
	for (size_t i = 0; i < c->n / 2; i++) {
		struct change item = c->items[i];

		c->items[i] = c->items[c->n - 1 - i];
		c->items[c->n - 1 - i] = item;
	}
	for (size_t i = 0; i < c->n; i++)
		change_swap(&c->items[i]);
}

void pole_undo(struct pole *p, struct changes *c)
{
	turn_round(c);
	pole_apply(p, c);
	turn_round(c);
}

const struct policy *pole_policy(const struct pole *p)
{
	return p->policy;
}

const struct directory *pole_directory(const struct pole *p)
{
	return &p->directory;
}

int64_t pole_next_booking(const struct pole *p)
{
	return p->booking_counter.next;
}

uint32_t pole_next_person(const struct pole *p)
{
	return (uint32_t)p->person_counter.next;
}

const struct booking *pole_booking(const struct pole *p, int64_t number)
{
	return shelf_get(&p->shelf, number);
}

const struct booking *pole_booking_after(const struct pole *p, int64_t number)
{
	return shelf_after(&p->shelf, number);
}

const struct outage *pole_outages(const struct pole *p, size_t *ret_n)
{
	*ret_n = p->n_outages;
	return p->outages;
}

const struct outage *pole_outage(const struct pole *p, int64_t number)
{
	size_t i = outage_at(p, number);

	return i < p->n_outages && p->outages[i].number == number ? &p->outages[i] : NULL;
}

int64_t pole_next_outage(const struct pole *p)
{
	return p->outage_counter.next;
}

const struct person *pole_person(const struct pole *p, uint32_t number)
{
	return number < p->cap_persons ? p->persons[number] : NULL;
}

const struct person *pole_person_by_token(const struct pole *p, const char *hash)
{
	return table_find(&p->tokens, token_hash(hash), has_token, hash);
}

size_t pole_n_bookings(const struct pole *p)
{
	return p->shelf.n;
}

size_t pole_n_persons(const struct pole *p)
{
	return p->n_persons;
}

void pole_reserve_numbers(struct pole *p, int64_t booking, uint32_t person)
{
	if (booking > p->booking_counter.reserved)
		p->booking_counter.reserved = booking;
	if (person > p->person_counter.reserved)
		p->person_counter.reserved = person;
	counter_raise(&p->booking_counter, booking);
	counter_raise(&p->person_counter, person);
}

void pole_reserve_outages(struct pole *p, int64_t outage)
{
	if (outage > p->outage_counter.reserved)
		p->outage_counter.reserved = outage;
	counter_raise(&p->outage_counter, outage);
}

int64_t pole_floor(const struct pole *p)
{
	return p->floor;
}

void pole_set_floor(struct pole *p, int64_t floor)
{
	p->floor = floor;
}

static bool is_over(const struct booking *b, int64_t before)
{
	if (booking_is_pending(b))
		return false;
	if (b->n_allocations == 0)
		return b->span.end <= before;
	for (size_t i = 0; i < b->n_allocations; i++)
		if (b->allocations[i].during.end > before)
			return false;
	return true;
}

#define LOOKS_A_FORGETTING 16 /* as dear: the rest of its lane moves up */

static void forget(struct pole *p, const struct booking *b)
{
	vacate(p, b);
	pole_index_remove(&p->index, b);
	shelf_put(&p->shelf, b->number, NULL);
}

bool pole_forget_some(struct pole *p, int64_t before, size_t n, int64_t *number)
{
	const struct booking *b = shelf_after(&p->shelf, *number);
	size_t most = n / LOOKS_A_FORGETTING + 1;

	if (p->floor < before)
		p->floor = before;
	for (; b && n > 0 && most > 0; n--) {
		*number = b->number;
		if (b->refs == 1 && is_over(b, before)) {
			forget(p, b);
			most--;
		}
		b = shelf_after(&p->shelf, *number);
	}
	for (size_t i = b ? 0 : p->n_outages; i > 0; i--)
		if (p->outages[i - 1].span.end <= before)
			drop_outage(p, p->outages[i - 1].number);
	return !b;
}

#define VISIT_AT_ONCE 32
#define RECORD_LINES 4
#define LINE_BYTES 64

/* Bookings found in a diary are seldom in the cache: those of a batch are fetched side by side,
 * which takes hardly longer than fetching one. */
struct visit {
	const struct pole *pole;
	struct span window;
	uint32_t member, resource;			  /* one of them, or both; 0: any */
	bool (*wants)(void *arg, const struct glance *g); /* NULL: any */
	bool (*fn)(void *arg, const struct booking *b);
	void *arg;
	struct booking *const *slots[VISIT_AT_ONCE];
	size_t n;
};

/* What was found by a length that its entry could not say, and has not ended with it. */
static bool has_ended(const struct visit *v, const struct booking *b)
{
	return b->state != BOOKING_OUT && booking_until(b) <= v->window.start;
}

static bool visit_batch(struct visit *v)
{
	size_t n = v->n;

	v->n = 0;
	for (size_t i = 0; i < n; i++)
		for (int line = 0; line < RECORD_LINES; line++)
			__builtin_prefetch((const char *)*v->slots[i] + line * LINE_BYTES);
	for (size_t i = 0; i < n; i++)
		if (!has_ended(v, *v->slots[i]) && !v->fn(v->arg, *v->slots[i]))
			return false;
	return true;
}

static bool is_wanted(const struct visit *v, const struct diary_entry *e)
{
	const struct glance g = {
	    .number = (int64_t)e->number,
	    .span = {e->at, e->at + (int64_t)e->length_s},
	    .member = v->resource ? e->tag : v->member,
	    .resource = v->resource ? v->resource : e->tag,
	    .state = (enum booking_state)e->state,
	    .is_plain = e->is_plain && e->length_s != DIARY_LONG_S,
	};

	return v->wants(v->arg, &g);
}

static bool visit(void *arg, const struct diary_entry *e)
{
	struct visit *v = arg;

	if (v->wants && !is_wanted(v, e))
		return true;
	v->slots[v->n] = shelf_slot(&v->pole->shelf, (int64_t)e->number);
	__builtin_prefetch(v->slots[v->n++]);
	return v->n < VISIT_AT_ONCE || visit_batch(v);
}

static void visit_all(struct visit *v, const struct diary *d)
{
	if (d && diary_each(d, v->window, v->resource ? v->member : 0, visit, v))
		visit_batch(v);
}

static void visit_init(struct visit *v, const struct pole *p, struct span window,
		       bool (*fn)(void *arg, const struct booking *b), void *arg)
{
	v->pole = p;
	v->window = window;
	v->member = v->resource = 0;
	v->wants = NULL;
	v->fn = fn;
	v->arg = arg;
	v->n = 0;
}

void pole_glance_at_member(const struct pole *p, uint32_t member, uint32_t resource,
			   struct span window, bool (*wants)(void *arg, const struct glance *g),
			   bool (*fn)(void *arg, const struct booking *b), void *arg)
{
	struct visit v;

	visit_init(&v, p, window, fn, arg);
	v.member = member;
	v.resource = resource;
	v.wants = wants;
	visit_all(&v, resource ? diaries_get(&p->index.resources, resource)
			       : diaries_get(&p->index.members, member));
}

void pole_each_of_member(const struct pole *p, uint32_t member, uint32_t resource,
			 struct span window, bool (*fn)(void *arg, const struct booking *b),
			 void *arg)
{
	pole_glance_at_member(p, member, resource, window, NULL, fn, arg);
}

struct lapses {
	const struct pole *pole;
	bool (*fn)(void *arg, const struct booking *b);
	void *arg;
};

static bool visit_lapse(void *arg, const struct diary_entry *e)
{
	const struct lapses *l = arg;

	return l->fn(l->arg, shelf_get(&l->pole->shelf, (int64_t)e->number));
}

void pole_each_lapse(const struct pole *p, uint32_t member, struct span window,
		     bool (*fn)(void *arg, const struct booking *b), void *arg)
{
	struct lapses l = {p, fn, arg};
	const struct diary *d = diaries_get(&p->index.lapses, member);

	if (d)
		diary_each(d, window, 0, visit_lapse, &l);
}

void pole_each_owing(const struct pole *p, struct span window,
		     bool (*fn)(void *arg, const struct booking *b), void *arg)
{
	struct visit v;

	visit_init(&v, p, window, fn, arg);
	visit_all(&v, &p->index.owing);
}

const int64_t *pole_queue(const struct pole *p, size_t *ret_n)
{
	*ret_n = p->index.queue.n;
	return p->index.queue.items;
}

const struct booking *pole_first_due(const struct pole *p)
{
	int64_t number = diary_first(&p->index.due);

	return number ? shelf_get(&p->shelf, number) : NULL;
}

struct leaving_out {
	const int64_t *without;
	size_t n;
	int64_t found; /* 0: nothing so far */
};

static bool is_left_out(void *arg, const struct diary_entry *e)
{
	struct leaving_out *l = arg;

	for (size_t i = 0; i < l->n; i++)
		if (l->without[i] == (int64_t)e->number)
			return true;
	l->found = (int64_t)e->number;
	return false;
}

const struct booking *pole_first_due_but(const struct pole *p, const int64_t *without, size_t n)
{
	struct leaving_out l = {.without = without, .n = n};

	diary_each(&p->index.due, (struct span){INT64_MIN, INT64_MAX}, 0, is_left_out, &l);
	return l.found ? shelf_get(&p->shelf, l.found) : NULL;
}

size_t pole_n_lanes(const struct pole *p, uint32_t resource)
{
	return resource < p->n_resources ? p->resources[resource].n : 0;
}

const struct timeline *pole_timeline(const struct pole *p, uint32_t resource, uint32_t number)
{
	if (number == 0 || number > pole_n_lanes(p, resource))
		return NULL;
	return &p->resources[resource].timelines[number - 1];
}

uint32_t pole_name_number(const struct pole *p, enum name_kind kind, uint32_t resource,
			  const char *id)
{
	return names_number(&p->names, kind, resource, id);
}

const char *pole_name_id(const struct pole *p, enum name_kind kind, uint32_t resource,
			 uint32_t number)
{
	return names_id(&p->names, kind, resource, number);
}

const struct resource *pole_resource(const struct pole *p, uint32_t number)
{
	return directory_resource(&p->directory, number);
}

const struct member *pole_member(const struct pole *p, uint32_t number)
{
	return directory_member(&p->directory, number);
}
