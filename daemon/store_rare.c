/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The records that few groups have, as JSON.
 *
 * Where rows are those of a table they have its columns' names, `pole_id` among them, and
 * PostgreSQL makes rows of them by itself. Items and details of a booking are written anew whenever
 * it changes; a row with nothing but the booking says that what there was goes.
 */

#include "daemon/store_parts.h"

#include <stdio.h>
#include <string.h>

#include "daemon/json.h"
#include "lib/moment.h"
#include "lib/policy.h"
#include "proto/detail.h"

struct rows {
	struct buffer json;
	int32_t pole;
};

static void row_begin(struct rows *r)
{
	if (!r->json.n)
		json_open(&r->json, NULL, '[');
	json_open(&r->json, NULL, '{');
	json_int(&r->json, "pole_id", r->pole);
}

static void row_end(struct rows *r)
{
	json_close(&r->json, '}');
}

static void row_gone(struct rows *r, int64_t booking)
{
	if (!r->json.n)
		json_open(&r->json, NULL, '[');
	json_open(&r->json, NULL, '{');
	json_int(&r->json, "booking", booking);
	json_close(&r->json, '}');
}

static void rows_end(struct rows *r, struct db_params *p)
{
	if (r->json.n)
		json_close(&r->json, ']');
	db_param_jsonb(p, r->json.n ? r->json.bytes : NULL);
	buffer_release(&r->json);
}

static void encode_item(const struct booking *b, const struct item *i, struct rows *r)
{
	row_begin(r);
	json_int(&r->json, "booking", b->number);
	json_int(&r->json, "item", i - b->items);
	json_int(&r->json, "resource_id", i->resource);
	json_int(&r->json, "lane", i->lane);
	json_int(&r->json, "quantity", i->quantity);
	json_text(&r->json, "via", item_via_words[i->via]);
	json_int(&r->json, "of_item", i->of);
	json_text(&r->json, "state", item_state_words[i->state]);
	json_time(&r->json, "starts", i->span.start);
	json_time(&r->json, "ends", i->span.end);
	json_text(&r->json, "asks", i->having);
	row_end(r);
}

static void encode_items(const struct change_list *l, int32_t pole, struct db_params *p)
{
	struct rows r = {.pole = pole};

	for (const struct change_ref *ref = record_first(l, CHANGE_BOOKING); ref;
	     ref = record_after(l, ref, CHANGE_BOOKING)) {
		const struct booking *before = ref->first->booking.before,
				     *b = ref->c->booking.after;

		if (before && !booking_is_plain(before))
			row_gone(&r, b->number);
		for (const struct item *i = b->items;
		     !booking_is_plain(b) && i < b->items + b->n_items; i++)
			encode_item(b, i, &r);
	}
	rows_end(&r, p);
}

/* The column of a key: `queued_at` of `queued-at`. */
static const char *column(const char *key, char *buf, size_t n)
{
	snprintf(buf, n, "%s", key);
	for (char *c = buf; *c; c++)
		if (*c == '-')
			*c = '_';
	return buf;
}

static void encode_detail(const struct detail_field *f, const struct detail_value *v,
			  struct rows *r)
{
	char name[64], start[32], end[32], span[72];

	column(f->key, name, sizeof(name));
	switch (f->kind) {
	case DETAIL_TIME:
		json_time(&r->json, name, v->number);
		break;
	case DETAIL_SPAN:
		snprintf(span, sizeof(span), "[%s,%s)",
			 moment_format_utc(v->span.start, start, sizeof(start)),
			 moment_format_utc(v->span.end, end, sizeof(end)));
		json_text(&r->json, name, span);
		break;
	case DETAIL_YES:
		json_bool(&r->json, name, v->number);
		break;
	case DETAIL_STATE:
	case DETAIL_DISPUTE:
	case DETAIL_TEXT:
		json_text(&r->json, name, v->text);
		break;
	case DETAIL_PERSON:
	case DETAIL_BOOKING:
	case DETAIL_NUMBER:
	case DETAIL_PERCENT:
	case DETAIL_READING:
		json_int(&r->json, name, v->number);
		break;
	}
}

static void encode_details_of(const struct booking *b, struct rows *r)
{
	struct detail_value v;

	row_begin(r);
	json_int(&r->json, "booking", b->number);
	for (const struct detail_field *f = detail_fields; f < detail_fields + n_detail_fields; f++)
		if (detail_get(b->details, f, &v))
			encode_detail(f, &v, r);
	row_end(r);
}

static bool has_details(const struct booking *b)
{
	return b && b->details && !details_say_nothing(b->details);
}

static void encode_details(const struct change_list *l, int32_t pole, struct db_params *p)
{
	struct rows r = {.pole = pole};

	for (const struct change_ref *ref = record_first(l, CHANGE_BOOKING); ref;
	     ref = record_after(l, ref, CHANGE_BOOKING)) {
		const struct booking *b = ref->c->booking.after;

		if (has_details(b))
			encode_details_of(b, &r);
		else if (has_details(ref->first->booking.before))
			row_gone(&r, b->number);
	}
	rows_end(&r, p);
}

static void encode_outages(const struct change_list *l, int32_t pole, struct db_params *p)
{
	struct rows r = {.pole = pole};

	for (const struct change_ref *ref = record_first(l, CHANGE_OUTAGE); ref;
	     ref = record_after(l, ref, CHANGE_OUTAGE)) {
		const struct outage *o = &ref->c->outage.after;

		row_begin(&r);
		json_int(&r.json, "number", o->number);
		json_int(&r.json, "resource_id", o->resource);
		json_int(&r.json, "lane", o->lane);
		json_time(&r.json, "starts", o->span.start);
		if (o->span.end != TIME_NEVER)
			json_time(&r.json, "ends", o->span.end);
		json_int(&r.json, "made_by", o->made_by);
		json_time(&r.json, "made_at", o->made_at);
		if (o->lifted_at)
			json_time(&r.json, "lifted_at", o->lifted_at);
		json_bool(&r.json, "is_closure", o->is_closure);
		row_end(&r);
	}
	rows_end(&r, p);
}

static void encode_qualification(const struct person *person, size_t i, struct rows *r)
{
	const struct qualification *q = &person->qualifications[i];

	row_begin(r);
	json_int(&r->json, "person", person->number);
	json_int(&r->json, "ordinal", (int64_t)i);
	json_text(&r->json, "word", q->word);
	if (q->issuer)
		json_int(&r->json, "issuer", q->issuer);
	json_time(&r->json, "since", q->since);
	if (q->until != TIME_NEVER)
		json_time(&r->json, "until", q->until);
	row_end(r);
}

static void encode_person(const struct person *person, struct rows *r)
{
	row_begin(r);
	json_int(&r->json, "number", person->number);
	if (person->member)
		json_int(&r->json, "member", person->member);
	json_int(&r->json, "roles", person->roles);
	json_bool(&r->json, "active", person->active);
	json_text(&r->json, "name", person->name);
	json_text(&r->json, "mail", person->mail);
	json_open(&r->json, "credentials", '[');
	for (size_t i = 0; i < person->n_credentials; i++) {
		json_open(&r->json, NULL, '{');
		json_text(&r->json, "hash", person->credentials[i].hash);
		json_bool(&r->json, "withdrawn", person->credentials[i].withdrawn);
		json_close(&r->json, '}');
	}
	json_close(&r->json, ']');
	json_open(&r->json, "qualifications", '[');
	for (size_t i = 0; i < person->n_qualifications; i++)
		encode_qualification(person, i, r);
	json_close(&r->json, ']');
	row_end(r);
}

static void encode_persons(const struct change_list *l, int32_t pole, struct db_params *p)
{
	struct rows r = {.pole = pole};

	for (const struct change_ref *ref = record_first(l, CHANGE_PERSON); ref;
	     ref = record_after(l, ref, CHANGE_PERSON))
		encode_person(ref->c->person.after, &r);
	rows_end(&r, p);
}

static void encode_names(const struct change_list *l, int32_t pole, struct db_params *p)
{
	struct rows r = {.pole = pole};

	for (const struct change_ref *ref = record_first(l, CHANGE_NAME); ref;
	     ref = record_after(l, ref, CHANGE_NAME)) {
		const struct name *name = &ref->c->name.name;

		row_begin(&r);
		json_text(&r.json, "kind", name_kind_words[name->kind]);
		json_int(&r.json, "resource", name->resource);
		json_int(&r.json, "number", name->number);
		json_text(&r.json, "id", name->id);
		row_end(&r);
	}
	rows_end(&r, p);
}

/* A group has one policy at the most: see POLICY APPLY. */
static void encode_policies(const struct change_list *l, int32_t pole, struct db_params *p)
{
	struct rows r = {.pole = pole};

	for (const struct change_ref *ref = record_first(l, CHANGE_POLICY); ref;
	     ref = record_after(l, ref, CHANGE_POLICY)) {
		const struct policy *policy = ref->c->policy.after;
		const char *reason = request_get(&ref->x->request, "reason");

		row_begin(&r);
		json_text(&r.json, "hash", policy->hash);
		json_int(&r.json, "by", ref->x->person);
		json_text(&r.json, "reason", reason ? reason : "");
		json_open(&r.json, "files", '[');
		for (size_t i = 0; i < policy->n_files; i++) {
			json_open(&r.json, NULL, '{');
			json_text(&r.json, "name", policy->files[i].name);
			json_bytes(&r.json, "text", policy->files[i].text, policy->files[i].n);
			json_close(&r.json, '}');
		}
		json_close(&r.json, ']');
		row_end(&r);
	}
	rows_end(&r, p);
}

void store_encode_rare(const struct change_list *l, int32_t pole, struct db_params *p)
{
	encode_items(l, pole, p);
	encode_details(l, pole, p);
	encode_outages(l, pole, p);
	encode_persons(l, pole, p);
	encode_names(l, pole, p);
	encode_policies(l, pole, p);
}
