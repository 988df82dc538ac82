/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records to rows and back. The order of pole_commit's parameters is the one at the head of
 * migration-001.sql. */

#include "daemon/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "daemon/secret.h"
#include "daemon/db.h"
#include "daemon/exchange.h"
#include "daemon/log.h"
#include "daemon/served.h"
#include "proto/change_text.h"

/* All changes of a group in one row, for walking them by column. */
struct change_list {
	struct change_ref {
		const struct exchange *x;
		const struct change *c;
		bool last; /* the last image of its record in the group */
	} * items;
	size_t n;
};

void store_chain(const char *previous, int64_t version, int seq, int64_t at, uint32_t actor,
		 const char *key, const char *change, char *ret)
{
	struct buffer b = {0};
	char numbers[128];

	snprintf(numbers, sizeof(numbers), "%s\n%" PRId64 " %d %" PRId64 " %u\n", previous, version,
		 seq, at, actor);
	buffer_puts(&b, numbers);
	buffer_puts(&b, key ? key : "");
	buffer_puts(&b, "\n");
	buffer_puts(&b, change);
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

static bool same_record(const struct change *a, const struct change *b)
{
	if (a->kind != b->kind || a->kind == CHANGE_NAME || a->kind == CHANGE_POLICY ||
	    a->kind == CHANGE_NOTE)
		return false;
	return change_subject(a) == change_subject(b);
}

static struct change_list list_changes(const struct exchange *group)
{
	struct change_list l = {0};
	size_t n = 0;

	for (const struct exchange *x = group; x; x = x->next)
		n += x->changes.n;
	l.items = memory_new(n * sizeof(*l.items));
	for (const struct exchange *x = group; x; x = x->next)
		for (size_t i = 0; i < x->changes.n; i++)
			l.items[l.n++] = (struct change_ref){x, &x->changes.items[i], true};
	for (size_t i = 0; i < l.n; i++)
		for (size_t j = i + 1; j < l.n && l.items[i].last; j++)
			l.items[i].last = !same_record(l.items[i].c, l.items[j].c);
	return l;
}

#define EACH(ref, l) (const struct change_ref *ref = (l)->items; ref < (l)->items + (l)->n; ref++)
#define EACH_LAST(ref, l, k) EACH(ref, l) if (ref->last && ref->c->kind == (k))

/* A column of a kind of record: begins an array, adds an element for each, ends it. */
#define COLUMN(params, array, l, k, add, record, expression)                                       \
	do {                                                                                       \
		db_array_begin(params, array);                                                     \
		for                                                                                \
			EACH_LAST(ref, l, k)                                                       \
			{                                                                          \
				const __typeof__(*ref->c->record) *r = ref->c->record;             \
				add(params, expression);                                           \
			}                                                                          \
		db_array_end(params);                                                              \
	} while (0)

static void encode_events(const struct served *s, const struct change_list *l, int64_t at,
			  struct db_params *p, char *ret_head)
{
	struct buffer text = {0};
	size_t *offsets = memory_new((l->n + 1) * sizeof(*offsets));
	char(*hashes)[65] = memory_new((l->n + 1) * sizeof(*hashes));

	snprintf(hashes[0], sizeof(hashes[0]), "%s", s->head);
	for (size_t i = 0; i < l->n; i++) {
		const struct change_ref *ref = &l->items[i];

		offsets[i] = text.n;
		change_encode(ref->c, s->pole, &text);
		store_chain(hashes[i], s->version + 1, (int)i + 1, at, ref->x->person,
			    ref->x->request.key, text.bytes + offsets[i], hashes[i + 1]);
		buffer_add(&text, "", 1);
	}
	strcpy(ret_head, hashes[l->n]);
	db_param_text(p, ret_head);
	db_array_begin(p, DB_INT4_ARRAY);
	for
		EACH(ref, l)
	db_array_int4(p, (int32_t)ref->x->person);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for
		EACH(ref, l)
	db_array_text(p, ref->x->request.key);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for
		EACH(ref, l)
	db_array_text(p, change_kind_words[ref->c->kind]);
	db_array_end(p);
	db_array_begin(p, DB_INT8_ARRAY);
	for
		EACH(ref, l)
	db_array_int8(p, change_subject(ref->c));
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for (size_t i = 0; i < l->n; i++)
		db_array_text(p, text.bytes + offsets[i]);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for (size_t i = 0; i < l->n; i++)
		db_array_text(p, hashes[i + 1]);
	db_array_end(p);
	free(hashes);
	free(offsets);
	buffer_release(&text);
}

static void encode_bookings(const struct change_list *l, struct db_params *p)
{
#define BOOKINGS(array, add, expression)                                                           \
	COLUMN(p, array, l, CHANGE_BOOKING, add, booking.after, expression)
	BOOKINGS(DB_INT8_ARRAY, db_array_int8, r->number);
	BOOKINGS(DB_INT4_ARRAY, db_array_int4, (int32_t)r->resource);
	BOOKINGS(DB_INT4_ARRAY, db_array_int4, (int32_t)r->member);
	BOOKINGS(DB_INT4_ARRAY, db_array_int4, (int32_t)r->person);
	BOOKINGS(DB_INT4_ARRAY, db_array_int4, (int32_t)r->made_by);
	BOOKINGS(DB_TEXT_ARRAY, db_array_text, booking_state_words[r->state]);
	BOOKINGS(DB_BOOL_ARRAY, db_array_bool, booking_is_plain(r) && item_is_pinned(r->items));
	BOOKINGS(DB_INT8_ARRAY, db_array_int8, r->span.start);
	BOOKINGS(DB_INT8_ARRAY, db_array_int8, r->span.end);
	BOOKINGS(DB_INT8_ARRAY, db_array_int8, r->made_at);
	BOOKINGS(DB_INT8_ARRAY, db_array_int8, r->ended_at);
	BOOKINGS(DB_INT8_ARRAY, db_array_int8, r->series);
	BOOKINGS(DB_INT8_ARRAY, db_array_int8, r->occurrence);
#undef BOOKINGS
}

/* Whether the database may hold allocation rows of this booking from before the group. */
static bool was_there(const struct change_list *l, const struct change_ref *last)
{
	for (const struct change_ref *ref = l->items; ref <= last; ref++)
		if (same_record(ref->c, last->c))
			return ref->c->booking.before != NULL;
	return false;
}

/* A run of allocations' lanes as an int4multirange. */
static const char *lanes_text(const struct allocation *a, size_t n, struct buffer *b)
{
	buffer_truncate(b, 0);
	for (size_t i = 0; i < n; i++) {
		char text[48];

		snprintf(text, sizeof(text), "%s[%u,%u)", i ? "," : "{", a[i].lane, a[i].lane + 1);
		buffer_puts(b, text);
	}
	buffer_puts(b, "}");
	return b->bytes;
}

static void encode_allocations(const struct change_list *l, struct db_params *p)
{
	struct buffer lanes = {0};

#define ALLOCATIONS(array, add, expression)                                                        \
	do {                                                                                       \
		db_array_begin(p, array);                                                          \
		for                                                                                \
			EACH_LAST(ref, l, CHANGE_BOOKING)                                          \
			{                                                                          \
				const struct booking *b = ref->c->booking.after;                   \
                                                                                                   \
				for (size_t i = 0, n; i < b->n_allocations; i += n) {              \
					const struct allocation *a = &b->allocations[i];           \
                                                                                                   \
					n = booking_run(b, i);                                     \
					add(p, expression);                                        \
				}                                                                  \
			}                                                                          \
		db_array_end(p);                                                                   \
	} while (0)

	db_array_begin(p, DB_INT8_ARRAY);
	for
		EACH_LAST(ref, l, CHANGE_BOOKING)
	if (was_there(l, ref))
		db_array_int8(p, ref->c->booking.after->number);
	db_array_end(p);
	ALLOCATIONS(DB_INT8_ARRAY, db_array_int8, a->lane ? b->number : 0);
	ALLOCATIONS(DB_INT4_ARRAY, db_array_int4, (int32_t)a->item);
	ALLOCATIONS(DB_INT4_ARRAY, db_array_int4, (int32_t)a->resource);
	ALLOCATIONS(DB_TEXT_ARRAY, db_array_text, lanes_text(a, n, &lanes));
	ALLOCATIONS(DB_INT8_ARRAY, db_array_int8, a->during.start);
	ALLOCATIONS(DB_INT8_ARRAY, db_array_int8, a->during.end);
	ALLOCATIONS(DB_BOOL_ARRAY, db_array_bool, booking_occupies(b, a));
#undef ALLOCATIONS
	buffer_release(&lanes);
}

static void encode_items(const struct change_list *l, struct db_params *p)
{
#define ITEMS(array, add, expression)                                                              \
	do {                                                                                       \
		db_array_begin(p, array);                                                          \
		for                                                                                \
			EACH_LAST(ref, l, CHANGE_BOOKING)                                          \
			{                                                                          \
				const struct booking *b = ref->c->booking.after;                   \
				size_t n = booking_is_plain(b) ? 0 : b->n_items;                   \
                                                                                                   \
				for (const struct item *i = b->items; i < b->items + n; i++)       \
					add(p, expression);                                        \
			}                                                                          \
		db_array_end(p);                                                                   \
	} while (0)

	ITEMS(DB_INT8_ARRAY, db_array_int8, b->number);
	ITEMS(DB_INT4_ARRAY, db_array_int4, (int32_t)(i - b->items));
	ITEMS(DB_INT4_ARRAY, db_array_int4, (int32_t)i->resource);
	ITEMS(DB_INT4_ARRAY, db_array_int4, (int32_t)i->lane);
	ITEMS(DB_INT4_ARRAY, db_array_int4, (int32_t)i->quantity);
	ITEMS(DB_TEXT_ARRAY, db_array_text, item_via_words[i->via]);
	ITEMS(DB_INT4_ARRAY, db_array_int4, (int32_t)i->of);
	ITEMS(DB_TEXT_ARRAY, db_array_text, item_state_words[i->state]);
	ITEMS(DB_INT8_ARRAY, db_array_int8, i->span.start);
	ITEMS(DB_INT8_ARRAY, db_array_int8, i->span.end);
	ITEMS(DB_TEXT_ARRAY, db_array_text, i->having);
#undef ITEMS
}

static void encode_outages(const struct change_list *l, struct db_params *p)
{
#define OUTAGES(array, add, expression)                                                            \
	do {                                                                                       \
		db_array_begin(p, array);                                                          \
		for                                                                                \
			EACH_LAST(ref, l, CHANGE_OUTAGE)                                           \
			{                                                                          \
				const struct outage *r = &ref->c->outage.after;                    \
				add(p, expression);                                                \
			}                                                                          \
		db_array_end(p);                                                                   \
	} while (0)

	OUTAGES(DB_INT8_ARRAY, db_array_int8, r->number);
	OUTAGES(DB_INT4_ARRAY, db_array_int4, (int32_t)r->resource);
	OUTAGES(DB_INT4_ARRAY, db_array_int4, (int32_t)r->lane);
	OUTAGES(DB_INT8_ARRAY, db_array_int8, r->span.start);
	OUTAGES(DB_INT8_ARRAY, db_array_int8, r->span.end == TIME_NEVER ? 0 : r->span.end);
	OUTAGES(DB_INT4_ARRAY, db_array_int4, (int32_t)r->made_by);
	OUTAGES(DB_INT8_ARRAY, db_array_int8, r->made_at);
	OUTAGES(DB_INT8_ARRAY, db_array_int8, r->lifted_at);
#undef OUTAGES
}

static void encode_notes(const struct change_list *l, struct db_params *p)
{
	for (int column = 0; column < 2; column++) {
		db_array_begin(p, column ? DB_TEXT_ARRAY : DB_INT8_ARRAY);
		for
			EACH_LAST(ref, l, CHANGE_BOOKING)
			{
				const struct booking *b = ref->c->booking.after;

				if (!*b->purpose || was_there(l, ref))
					continue;
				if (column)
					db_array_text(p, b->purpose);
				else
					db_array_int8(p, b->number);
			}
		db_array_end(p);
	}
}

static void encode_persons(const struct change_list *l, struct db_params *p)
{
#define PERSONS(array, add, expression)                                                            \
	COLUMN(p, array, l, CHANGE_PERSON, add, person.after, expression)
#define CREDENTIALS(array, add, expression)                                                        \
	do {                                                                                       \
		db_array_begin(p, array);                                                          \
		for                                                                                \
			EACH_LAST(ref, l, CHANGE_PERSON)                                           \
			{                                                                          \
				const struct person *r = ref->c->person.after;                     \
                                                                                                   \
				for (const struct credential *c = r->credentials;                  \
				     c < r->credentials + r->n_credentials; c++)                   \
					add(p, expression);                                        \
			}                                                                          \
		db_array_end(p);                                                                   \
	} while (0)

	PERSONS(DB_INT4_ARRAY, db_array_int4, (int32_t)r->number);
	PERSONS(DB_INT4_ARRAY, db_array_int4, (int32_t)r->member);
	PERSONS(DB_INT4_ARRAY, db_array_int4, (int32_t)r->roles);
	PERSONS(DB_BOOL_ARRAY, db_array_bool, r->active);
	PERSONS(DB_TEXT_ARRAY, db_array_text, r->name);
	PERSONS(DB_TEXT_ARRAY, db_array_text, r->mail);
	CREDENTIALS(DB_INT4_ARRAY, db_array_int4, (int32_t)r->number);
	CREDENTIALS(DB_TEXT_ARRAY, db_array_text, c->hash);
	CREDENTIALS(DB_BOOL_ARRAY, db_array_bool, c->withdrawn);
#undef CREDENTIALS
#undef PERSONS
}

static void encode_names(const struct change_list *l, struct db_params *p)
{
#define NAMES(array, add, expression) COLUMN(p, array, l, CHANGE_NAME, add, name, expression)
	db_array_begin(p, DB_TEXT_ARRAY);
	for
		EACH_LAST(ref, l, CHANGE_NAME)
	db_array_text(p, name_kind_words[ref->c->name.name.kind]);
	db_array_end(p);
	db_array_begin(p, DB_INT4_ARRAY);
	for
		EACH_LAST(ref, l, CHANGE_NAME)
	db_array_int4(p, (int32_t)ref->c->name.name.resource);
	db_array_end(p);
	db_array_begin(p, DB_INT4_ARRAY);
	for
		EACH_LAST(ref, l, CHANGE_NAME)
	db_array_int4(p, (int32_t)ref->c->name.name.number);
	db_array_end(p);
	db_array_begin(p, DB_TEXT_ARRAY);
	for
		EACH_LAST(ref, l, CHANGE_NAME)
	db_array_text(p, ref->c->name.name.id);
	db_array_end(p);
#undef NAMES
}

static void encode_requests(const struct exchange *group, struct db_params *p)
{
#define REQUESTS(array, add, expression)                                                           \
	do {                                                                                       \
		db_array_begin(p, array);                                                          \
		for (const struct exchange *x = group; x; x = x->next)                             \
			if (x->granted && x->request.key)                                          \
				add(p, expression);                                                \
		db_array_end(p);                                                                   \
	} while (0)
	REQUESTS(DB_INT4_ARRAY, db_array_int4, (int32_t)x->person);
	REQUESTS(DB_TEXT_ARRAY, db_array_text, x->request.key);
	REQUESTS(DB_TEXT_ARRAY, db_array_text, x->fingerprint);
	REQUESTS(DB_TEXT_ARRAY, db_array_text, x->kept_reply);
#undef REQUESTS
}

static void json_string(struct buffer *b, const char *s, size_t n)
{
	char escape[8];

	buffer_puts(b, "\"");
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			snprintf(escape, sizeof(escape), "\\%c", c);
		else if (c < 0x20)
			snprintf(escape, sizeof(escape), "\\u%04x", c);
		else
			snprintf(escape, sizeof(escape), "%c", c);
		buffer_puts(b, escape);
	}
	buffer_puts(b, "\"");
}

static void policy_json(const struct policy *p, struct buffer *b)
{
	buffer_puts(b, "[");
	for (size_t i = 0; i < p->n_files; i++) {
		buffer_puts(b, i ? ",{\"name\":" : "{\"name\":");
		json_string(b, p->files[i].name, strlen(p->files[i].name));
		buffer_puts(b, ",\"text\":");
		json_string(b, p->files[i].text, p->files[i].n);
		buffer_puts(b, "}");
	}
	buffer_puts(b, "]");
}

/* A group has one policy at the most: see POLICY APPLY. */
static void encode_policy(const struct change_list *l, struct db_params *p)
{
	const struct change_ref *found = NULL;
	struct buffer json = {0};

	for
		EACH(ref, l)
	if (ref->c->kind == CHANGE_POLICY)
		found = ref;
	if (found)
		policy_json(found->c->policy.after, &json);
	db_param_text(p, json.bytes);
	db_param_text(p, found ? found->c->policy.after->hash : NULL);
	db_param_int4(p, found ? (int32_t)found->x->person : 0);
	db_param_text(p, found && found->x->request.verb ? request_get(&found->x->request, "reason")
							 : NULL);
	buffer_release(&json);
}

void store_encode(const struct served *s, const struct exchange *group, int64_t at, int64_t batch,
		  struct db_params *p, char *ret_head)
{
	struct change_list l = list_changes(group);

	db_param_int4(p, s->id);
	db_param_int8(p, s->version);
	db_param_int8(p, batch);
	db_param_int8(p, at);
	encode_events(s, &l, at, p, ret_head);
	encode_bookings(&l, p);
	encode_allocations(&l, p);
	encode_items(&l, p);
	encode_outages(&l, p);
	encode_notes(&l, p);
	encode_persons(&l, p);
	encode_names(&l, p);
	encode_requests(group, p);
	encode_policy(&l, p);
	free(l.items);
}

void policy_hash(struct policy *p)
{
	struct buffer b = {0};

	for (size_t i = 0; i < p->n_files; i++) {
		buffer_puts(&b, p->files[i].name);
		buffer_add(&b, "", 1);
		buffer_add(&b, p->files[i].text, p->files[i].n);
		buffer_add(&b, "", 1);
	}
	sha256_hex(b.bytes, b.n, p->hash);
	buffer_release(&b);
}
