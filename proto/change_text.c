/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes to lines of the log; the way back is in change_read.c. */

/*
 * Numbers stand for names in memory; the log says the names, so that it reads like the protocol and
 * survives a policy that drops them.
 */

#include "proto/change_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/moment.h"
#include "proto/detail.h"
#include "proto/line.h"

#define UTC_BYTES 32

static void put_utc(struct line_writer *w, const char *key, int64_t utc)
{
	char text[UTC_BYTES];

	line_str(w, key, moment_format_utc(utc, text, sizeof(text)));
}

static void put_person(struct line_writer *w, const char *key, uint32_t number)
{
	line_printf(w, key, "p%" PRIu32, number);
}

static void put_booking(struct line_writer *w, const char *key, int64_t number)
{
	char code[16];

	line_str(w, key, booking_code(number, code, sizeof(code)));
}

static void put_span(struct line_writer *w, const char *key, struct span span)
{
	char start[UTC_BYTES], end[UTC_BYTES];

	line_printf(w, key, "%s/%s", moment_format_utc(span.start, start, sizeof(start)),
		    moment_format_utc(span.end, end, sizeof(end)));
}

static const char *name_id(const struct pole *p, enum name_kind kind, uint32_t number)
{
	const char *id = pole_name_id(p, kind, 0, number);

	assert(id);
	return id;
}

/* Neighbours as `1-4`, apart from each other by commas. */
static void lanes_text(const struct allocation *a, size_t n, struct buffer *out)
{
	for (size_t i = 0, last; i < n; i = last + 1) {
		char text[32];

		for (last = i; last + 1 < n && a[last + 1].lane == a[last].lane + 1;)
			last++;
		if (last == i)
			snprintf(text, sizeof(text), "%s%" PRIu32, i ? "," : "", a[i].lane);
		else
			snprintf(text, sizeof(text), "%s%" PRIu32 "-%" PRIu32, i ? "," : "",
				 a[i].lane, a[last].lane);
		buffer_puts(out, text);
	}
}

static void encode_allocations(const struct booking *b, const struct pole *p, struct line_writer *w)
{
	char item[16] = "", start[UTC_BYTES], end[UTC_BYTES];

	for (size_t i = 0, n; i < b->n_allocations; i += n) {
		const struct allocation *a = &b->allocations[i];
		struct buffer lanes = {0};

		n = booking_run(b, i);
		lanes_text(a, n, &lanes);
		if (a->item)
			snprintf(item, sizeof(item), "%" PRIu32 ":", a->item);
		line_printf(w, "alloc", "%s/%s%s/%s/%s", name_id(p, NAME_RESOURCE, a->resource),
			    item, lanes.bytes,
			    moment_format_utc(a->during.start, start, sizeof(start)),
			    moment_format_utc(a->during.end, end, sizeof(end)));
		buffer_release(&lanes);
	}
}

static void encode_items(const struct booking *b, const struct pole *p, struct line_writer *w)
{
	char start[UTC_BYTES], end[UTC_BYTES];

	for (const struct item *i = b->items; i < b->items + b->n_items; i++) {
		line_printf(w, "item", "%s/%" PRIu32 "/%" PRIu32 "/%s/%u/%s/%s/%s",
			    name_id(p, NAME_RESOURCE, i->resource), i->lane, i->quantity,
			    item_via_words[i->via], (unsigned)i->of, item_state_words[i->state],
			    moment_format_utc(i->span.start, start, sizeof(start)),
			    moment_format_utc(i->span.end, end, sizeof(end)));
		if (*i->having)
			line_str(w, "having", i->having);
	}
}

static void encode_detail(const struct detail_field *f, const struct detail_value *v,
			  struct line_writer *w)
{
	switch (f->kind) {
	case DETAIL_TIME:
		put_utc(w, f->key, v->number);
		break;
	case DETAIL_SPAN:
		put_span(w, f->key, v->span);
		break;
	case DETAIL_PERSON:
		put_person(w, f->key, (uint32_t)v->number);
		break;
	case DETAIL_BOOKING:
		put_booking(w, f->key, v->number);
		break;
	case DETAIL_YES:
		line_str(w, f->key, "yes");
		break;
	case DETAIL_STATE:
	case DETAIL_DISPUTE:
	case DETAIL_TEXT:
		line_str(w, f->key, v->text);
		break;
	case DETAIL_NUMBER:
	case DETAIL_PERCENT:
	case DETAIL_READING:
		line_int(w, f->key, v->number);
		break;
	}
}

static void encode_details(const struct details *d, struct line_writer *w)
{
	struct detail_value v;

	for (const struct detail_field *f = detail_fields; f < detail_fields + n_detail_fields; f++)
		if (detail_get(d, f, &v))
			encode_detail(f, &v, w);
}

static void encode_booking(const struct booking *b, enum cause cause, const struct pole *p,
			   struct line_writer *w)
{
	bool plain = booking_is_plain(b);

	put_booking(w, "code", b->number);
	line_str(w, "cause", cause == CAUSE_NONE ? NULL : cause_words[cause]);
	line_str(w, "state", booking_state_words[b->state]);
	line_str(w, "resource", name_id(p, NAME_RESOURCE, b->resource));
	line_str(w, "member", b->member ? name_id(p, NAME_MEMBER, b->member) : NULL);
	put_person(w, "person", b->person);
	put_person(w, "by", b->made_by);
	put_utc(w, "from", b->span.start);
	put_utc(w, "to", b->span.end);
	put_utc(w, "made-at", b->made_at);
	if (b->ended_at)
		put_utc(w, "ended-at", b->ended_at);
	if (b->due_at)
		put_utc(w, "due-at", b->due_at);
	if (b->series) {
		line_int(w, "series", b->series);
		put_utc(w, "occurrence", b->occurrence);
	}
	line_str(w, "pinned", plain && item_is_pinned(b->items) ? "yes" : NULL);
	encode_details(booking_says(b), w);
	if (!plain)
		encode_items(b, p, w);
	encode_allocations(b, p, w);
}

static void encode_qualification(const struct qualification *q, const struct pole *p,
				 struct line_writer *w)
{
	line_str(w, "qualified", q->word);
	line_str(w, "issuer", q->issuer ? name_id(p, NAME_MEMBER, q->issuer) : NULL);
	put_utc(w, "since", q->since);
	if (q->until != TIME_NEVER)
		put_utc(w, "until", q->until);
}

static void encode_person(const struct person *person, const struct pole *p, struct line_writer *w)
{
	char roles[64] = "";
	size_t n = 0;

	for (size_t i = 0; i < N_ROLES; i++)
		if (person->roles & (1u << i))
			n += (size_t)snprintf(roles + n, sizeof(roles) - n, "%s%s", n ? "," : "",
					      role_words[i]);
	put_person(w, "code", person->number);
	line_str(w, "member", person->member ? name_id(p, NAME_MEMBER, person->member) : NULL);
	line_str(w, "roles", n ? roles : NULL);
	line_str(w, "active", person->active ? "yes" : "no");
	for (size_t i = 0; i < person->n_credentials; i++)
		line_str(w, person->credentials[i].withdrawn ? "withdrawn" : "token",
			 person->credentials[i].hash);
	for (size_t i = 0; i < person->n_qualifications; i++)
		encode_qualification(&person->qualifications[i], p, w);
}

static void encode_name(const struct name *name, struct line_writer *w)
{
	line_str(w, "kind", name_kind_words[name->kind]);
	if (name->resource)
		line_int(w, "resource", name->resource);
	line_int(w, "number", name->number);
	line_str(w, "id", name->id);
}

static void encode_outage(const struct outage *o, const struct pole *p, struct line_writer *w)
{
	line_int(w, "number", o->number);
	line_str(w, "resource", name_id(p, NAME_RESOURCE, o->resource));
	if (o->lane)
		line_int(w, "lane", o->lane);
	put_utc(w, "from", o->span.start);
	if (o->span.end != TIME_NEVER)
		put_utc(w, "to", o->span.end);
	line_str(w, "closure", o->is_closure ? "yes" : NULL);
	put_person(w, "by", o->made_by);
	put_utc(w, "made-at", o->made_at);
	if (o->lifted_at)
		put_utc(w, "lifted-at", o->lifted_at);
}

static void encode_note(const struct change *c, const char *text_hash, struct line_writer *w)
{
	line_str(w, "about", note_about_words[c->note.about]);
	if (c->note.about == NOTE_BOOKING)
		put_booking(w, "number", c->note.number);
	else
		line_int(w, "number", c->note.number);
	line_str(w, "kind", note_kind_words[c->note.kind]);
	line_str(w, "sha256", text_hash);
}

void change_encode(const struct change *c, const struct pole *p, const char *text_hash,
		   struct buffer *out)
{
	struct line_writer w;

	line_begin(&w, out, change_kind_words[c->kind]);
	switch (c->kind) {
	case CHANGE_BOOKING:
		encode_booking(c->booking.after, c->cause, p, &w);
		break;
	case CHANGE_PERSON:
		encode_person(c->person.after, p, &w);
		break;
	case CHANGE_NAME:
		encode_name(&c->name.name, &w);
		break;
	case CHANGE_POLICY:
		line_str(&w, "hash", c->policy.after->hash);
		break;
	case CHANGE_OUTAGE:
		encode_outage(&c->outage.after, p, &w);
		break;
	case CHANGE_NOTE:
		encode_note(c, text_hash, &w);
		break;
	case N_CHANGE_KINDS:
		break;
	}
	if (line_end(&w) != 0)
		assert(!"a change whose names the policy loader should have refused");
	buffer_truncate(out, out->n - 1);
}
