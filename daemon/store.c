/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A group's changes as the parameters of pole_commit, in the order at its head in
 * sql/functions.sql.
 *
 * What every group has goes as arrays of so many values a record: a loop over the records writes
 * the numbers, another the texts. What few have is in store_rare.c.
 */

#include "daemon/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "daemon/secret.h"
#include "daemon/served.h"
#include "daemon/store_parts.h"
#include "proto/change_text.h"
#include "proto/request_text.h"

void store_chain(const char *previous, int64_t version, int seq, int64_t at, uint32_t actor,
		 const char *key, const char *change, const char *request, char *ret)
{
	struct buffer b = {0};
	char numbers[128];

	snprintf(numbers, sizeof(numbers), "%s\n%" PRId64 " %d %" PRId64 " %u\n", previous, version,
		 seq, at, actor);
	buffer_puts(&b, numbers);
	buffer_puts(&b, key ? key : "");
	buffer_puts(&b, "\n");
	buffer_puts(&b, change);
	if (request) {
		buffer_puts(&b, "\n");
		buffer_puts(&b, request);
	}
	sha256_hex(b.bytes, b.n, ret);
	buffer_release(&b);
}

static int64_t change_subject(const struct change *c)
{
	switch (c->kind) {
	case CHANGE_BOOKING:
		return c->booking.after->number;
	case CHANGE_PERSON:
		return c->person.after->number;
	case CHANGE_NAME:
		return c->name.name.number;
	case CHANGE_OUTAGE:
		return c->outage.after.number;
	case CHANGE_NOTE:
		return c->note.number;
	case CHANGE_POLICY:
	case N_CHANGE_KINDS:
		break;
	}
	return 0;
}

/* Which records of a kind are told apart by more than their subject. */
static int change_part(const struct change *c)
{
	return c->kind == CHANGE_NOTE ? (int)c->note.about * N_NOTE_KINDS + (int)c->note.kind : 0;
}

/* By record; below 0 or above: another one, 0: the same. Every name and policy is a record of its
 * own. */
static int compare_records(const struct change *a, const struct change *b)
{
	const int64_t x = change_subject(a), y = change_subject(b);

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == CHANGE_NAME || a->kind == CHANGE_POLICY)
		return (a > b) - (a < b);
	if (x != y)
		return x < y ? -1 : 1;
	return change_part(a) - change_part(b);
}

static int by_record(const void *a, const void *b)
{
	const struct change_ref *x = *(struct change_ref *const *)a,
				*y = *(struct change_ref *const *)b;
	int order = compare_records(x->c, y->c);

	return order ? order : (x > y) - (x < y);
}

static bool same_allocation(const struct allocation *a, const struct allocation *b)
{
	return a->resource == b->resource && a->lane == b->lane && a->item == b->item &&
	       span_equals(a->during, b->during);
}

static bool stays_in_place(const struct booking *before, const struct booking *after)
{
	if (!before || before->n_allocations != after->n_allocations)
		return false;
	for (size_t i = 0; i < after->n_allocations; i++)
		if (!same_allocation(&before->allocations[i], &after->allocations[i]) ||
		    booking_occupies(before, &before->allocations[i]) !=
			booking_occupies(after, &after->allocations[i]))
			return false;
	return true;
}

/* Finds what belongs to the same record. */
static void link_records(struct change_list *l)
{
	struct change_ref **sorted = memory_new((l->n + 1) * sizeof(*sorted));

	for (size_t i = 0; i < l->n; i++)
		sorted[i] = &l->items[i];
	qsort(sorted, l->n, sizeof(*sorted), by_record);
	for (size_t i = 0; i < l->n; i++) {
		bool same = i > 0 && compare_records(sorted[i - 1]->c, sorted[i]->c) == 0;

		sorted[i]->first = same ? sorted[i - 1]->first : sorted[i]->c;
		sorted[i]->last = true;
		if (same)
			sorted[i - 1]->last = false;
	}
	for (struct change_ref *ref = l->items; ref < l->items + l->n; ref++)
		ref->in_place = ref->last && ref->c->kind == CHANGE_BOOKING &&
				stays_in_place(ref->first->booking.before, ref->c->booking.after);
	free(sorted);
}

static struct change_list list_changes(const struct exchange *group)
{
	struct change_list l = {0};
	size_t n = 0;

	for (const struct exchange *x = group; x; x = x->next)
		n += x->changes.n;
	l.items = memory_new((n + 1) * sizeof(*l.items));
	for (const struct exchange *x = group; x; x = x->next)
		for (size_t i = 0; i < x->changes.n; i++)
			l.items[l.n++] =
			    (struct change_ref){.x = x, .c = &x->changes.items[i], .leads = i == 0};
	link_records(&l);
	return l;
}

/* Whether the database has the record from before the group. */
static bool was_there(const struct change_ref *ref)
{
	return ref->first->booking.before != NULL;
}

static void add_numbers(struct db_params *p, const int64_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		db_array_int8(p, numbers[i]);
}
#define NUMBERS(p, ...)                                                                            \
	add_numbers(p, (const int64_t[]){__VA_ARGS__},                                             \
		    sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static void add_texts(struct db_params *p, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		db_array_text(p, texts[i]);
}
#define TEXTS(p, ...)                                                                              \
	add_texts(p, (const char *const[]){__VA_ARGS__},                                           \
		  sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static const char *change_text(const struct change *c, const struct pole *pole, struct buffer *b)
{
	char hash[SHA256_HEX_BYTES];

	if (c->kind == CHANGE_NOTE)
		sha256_hex(c->note.text, strlen(c->note.text), hash);
	buffer_truncate(b, 0);
	change_encode(c, pole, c->kind == CHANGE_NOTE ? hash : NULL, b);
	return b->bytes;
}

/* What was asked, on the first change of a command; else NULL. */
static const char *asked_text(const struct change_ref *ref, struct buffer *b)
{
	if (!ref->leads)
		return NULL;
	buffer_truncate(b, 0);
	if (ref->x->request.verb)
		request_text(&ref->x->request, b);
	else
		buffer_puts(b, "START"); /* what a pole lacks at its first start */
	return b->bytes;
}

/* g->head: of what is before, then of what is written. */
static void encode_events(const struct served *s, const struct change_list *l,
			  struct command_group *g)
{
	struct db_params *p = g->params;
	struct buffer change = {0}, request = {0};
	int seq = 0;

	db_array_begin(p, DB_INT8_ARRAY);
	for (const struct change_ref *ref = l->items; ref < l->items + l->n; ref++)
		NUMBERS(p, ref->x->person, change_subject(ref->c));
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for (const struct change_ref *ref = l->items; ref < l->items + l->n; ref++) {
		const char *key = ref->x->request.key, *asked = asked_text(ref, &request);
		const char *text = change_text(ref->c, s->pole, &change);
		bool caused = ref->c->kind == CHANGE_BOOKING && ref->c->cause != CAUSE_NONE;
		char previous[SHA256_HEX_BYTES];

		memcpy(previous, g->head, sizeof(previous));
		store_chain(previous, g->version, ++seq, g->at, ref->x->person, key, text, asked,
			    g->head);
		TEXTS(p, key, change_kind_words[ref->c->kind], text, g->head,
		      caused ? cause_words[ref->c->cause] : NULL, asked);
	}
	db_array_end(p);
	db_param_text(p, g->head);
	buffer_release(&change);
	buffer_release(&request);
}

static void add_booking(struct db_params *p, const struct booking *b)
{
	NUMBERS(p, b->number, b->resource, b->member, b->person, b->made_by,
		booking_is_plain(b) && item_is_pinned(b->items), b->span.start, b->span.end,
		b->made_at, b->ended_at, b->series, b->occurrence, b->due_at);
}

static void add_booking_state(struct db_params *p, const struct booking *b)
{
	db_array_text(p, booking_state_words[b->state]);
}

/* Each booking that there was, or was not, before. Returns how many. */
static int each_booking(const struct change_list *l, bool there,
			void (*add)(struct db_params *p, const struct booking *b),
			struct db_params *p)
{
	int n = 0;

	for (const struct change_ref *ref = record_first(l, CHANGE_BOOKING); ref;
	     ref = record_after(l, ref, CHANGE_BOOKING))
		if (was_there(ref) == there) {
			add(p, ref->c->booking.after);
			n++;
		}
	return n;
}

/* New ones first. */
static void encode_bookings(const struct change_list *l, struct db_params *p)
{
	int n_new;

	db_array_begin(p, DB_INT8_ARRAY);
	n_new = each_booking(l, false, add_booking, p);
	each_booking(l, true, add_booking, p);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	each_booking(l, false, add_booking_state, p);
	each_booking(l, true, add_booking_state, p);
	db_array_end(p);
	db_param_int4(p, n_new);
}

static void add_allocations(struct db_params *p, const struct booking *b)
{
	for (const struct allocation *a = b->allocations; a < b->allocations + b->n_allocations;
	     a++)
		NUMBERS(p, b->number, a->item, a->resource, a->lane, a->during.start, a->during.end,
			booking_occupies(b, a));
}

/* Bookings whose rows go, then the rows of all that are not in place yet. */
static void encode_allocations(const struct change_list *l, struct db_params *p)
{
	const enum change_kind kind = CHANGE_BOOKING;

	db_array_begin(p, DB_INT8_ARRAY);
	for (const struct change_ref *ref = record_first(l, kind); ref;
	     ref = record_after(l, ref, kind))
		if (was_there(ref) && !ref->in_place)
			db_array_int8(p, ref->c->booking.after->number);
	db_array_end(p);
	db_array_begin(p, DB_INT8_ARRAY);
	for (const struct change_ref *ref = record_first(l, kind); ref;
	     ref = record_after(l, ref, kind))
		if (!ref->in_place)
			add_allocations(p, ref->c->booking.after);
	db_array_end(p);
}

static bool is_kept(const struct exchange *x)
{
	return x->granted && x->request.key;
}

static void encode_requests(const struct exchange *group, struct db_params *p)
{
	db_array_begin(p, DB_INT8_ARRAY);
	for (const struct exchange *x = group; x; x = x->next)
		if (is_kept(x))
			db_array_int8(p, x->person);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for (const struct exchange *x = group; x; x = x->next)
		if (is_kept(x))
			TEXTS(p, x->request.key, x->fingerprint, x->kept_reply);
	db_array_end(p);
}

struct note {
	const char *about, *kind, *text;
	int64_t number;
};

/* The free text that a change brings: a new booking's purpose, or a note. False: none. */
static bool note_of(const struct change_ref *ref, struct note *ret)
{
	const struct change *c = ref->c;

	if (!ref->last)
		return false;
	if (c->kind == CHANGE_NOTE) {
		*ret = (struct note){note_about_words[c->note.about], note_kind_words[c->note.kind],
				     c->note.text, c->note.number};
		return true;
	}
	if (c->kind != CHANGE_BOOKING || was_there(ref) || !*c->booking.after->purpose)
		return false;
	*ret = (struct note){note_about_words[NOTE_BOOKING], "purpose", c->booking.after->purpose,
			     c->booking.after->number};
	return true;
}

static void encode_notes(const struct change_list *l, struct db_params *p)
{
	struct note n;

	db_array_begin(p, DB_INT8_ARRAY);
	for (const struct change_ref *ref = l->items; ref < l->items + l->n; ref++)
		if (note_of(ref, &n))
			NUMBERS(p, n.number, ref->x->person);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for (const struct change_ref *ref = l->items; ref < l->items + l->n; ref++)
		if (note_of(ref, &n))
			TEXTS(p, n.about, n.kind, n.text);
	db_array_end(p);
}

/* The names that a group brings: a policy's are in use by what follows from it in the same command.
 * The list borrows. */
static struct changes names_of(const struct change_list *l)
{
	struct changes names = {.items = memory_new((l->n + 1) * sizeof(struct change))};

	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].c->kind == CHANGE_NAME)
			names.items[names.n++] = *l->items[i].c;
	return names;
}

void store_encode(const struct served *s, const struct command_group *after,
		  struct command_group *g)
{
	const int64_t version = after ? after->version : s->version;
	struct change_list l = list_changes(g->list);
	struct changes names = names_of(&l);
	struct db_params *p = g->params;

	g->version = version + 1;
	memcpy(g->head, after ? after->head : s->head, sizeof(g->head));
	pole_apply(s->pole, &names);
	db_param_int4(p, s->id);
	db_param_int8(p, version);
	db_param_int8(p, g->batch);
	db_param_int8(p, g->at);
	encode_events(s, &l, g);
	encode_bookings(&l, p);
	encode_allocations(&l, p);
	encode_requests(g->list, p);
	encode_notes(&l, p);
	store_encode_rare(&l, s->id, p);
	db_param_int8(p, after ? after->batch : 0);
	pole_undo(s->pole, &names);
	free(names.items);
	free(l.items);
}

void policy_files_hash(const struct policy_file *files, size_t n, char *ret)
{
	struct buffer b = {0};

	for (size_t i = 0; i < n; i++) {
		buffer_puts(&b, files[i].name);
		buffer_add(&b, "", 1);
		buffer_add(&b, files[i].text, files[i].n);
		buffer_add(&b, "", 1);
	}
	sha256_hex(b.bytes, b.n, ret);
	buffer_release(&b);
}

void policy_hash(struct policy *p)
{
	policy_files_hash(p->files, p->n_files, p->hash);
}
