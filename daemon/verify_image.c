/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said of a record, in the one form in which log and tables are compared: a line
 * `label=value` for each column of that kind's statement.
 *
 * Values are those of the columns: numbers for names, UTC seconds for times. What the log says is
 * written the same way. Details come as words in no order that matters, so they are sorted; what is
 * declared comes last in them and may have spaces, so it stays at the end.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/secret.h"
#include "daemon/verify_parts.h"
#include "lib/moment.h"
#include "proto/detail.h"
#include "proto/line.h"

#define IMAGES_FIRST 1024
#define VALUE_BYTES 256
#define DECLARED "declared="

/* The images */

static size_t slot_of(const struct images *images, struct record r)
{
	uint64_t key = (uint64_t)r.number << 12 | (uint64_t)r.part << 4 | (uint64_t)r.kind;
	size_t i = hash_number(0, key) & (images->cap - 1);

	while (images->slots[i].kind &&
	       (images->slots[i].number != r.number || images->slots[i].part != r.part ||
		images->slots[i].kind != r.kind + 1))
		i = (i + 1) & (images->cap - 1);
	return i;
}

struct image *images_find(const struct images *images, struct record r)
{
	struct image *i = images->cap ? &images->slots[slot_of(images, r)] : NULL;

	return i && i->kind ? i : NULL;
}

static void images_grow(struct images *images)
{
	struct images bigger = {.n = images->n,
				.cap = images->cap ? images->cap * 2 : IMAGES_FIRST};

	bigger.slots = memory_new(bigger.cap * sizeof(*bigger.slots));
	for (const struct image *i = images->slots; i < images->slots + images->cap; i++)
		if (i->kind)
			bigger.slots[slot_of(
			    &bigger, (struct record){i->kind - 1, i->part, i->number})] = *i;
	free(images->slots);
	*images = bigger;
}

struct image *images_put(struct images *images, struct record r)
{
	struct image *i;

	if (images->n >= images->cap - images->cap / 4)
		images_grow(images);
	i = &images->slots[slot_of(images, r)];
	if (!i->kind) {
		*i = (struct image){
		    .number = r.number, .kind = (uint8_t)(r.kind + 1), .part = (uint8_t)r.part};
		images->n++;
	}
	return i;
}

void images_clear(struct images *images)
{
	free(images->slots);
	*images = (struct images){0};
}

uint64_t image_digest(const struct buffer *text)
{
	char hex[SHA256_HEX_BYTES];

	sha256_hex(text->bytes, text->n, hex);
	hex[16] = '\0';
	return strtoull(hex, NULL, 16);
}

/* Columns */

#define COLUMNS_MAX 16

static const struct image_kind {
	const char *statement;
	const char *labels[COLUMNS_MAX + 1]; /* of the columns from the third on */
} image_kinds[N_CHANGE_KINDS] = {
    [CHANGE_BOOKING] = {"verify_bookings",
			{"resource", "member", "person", "made-by", "state", "pinned", "from", "to",
			 "made-at", "ended-at", "series", "occurrence", "due-at", "allocations",
			 "items", "details"}},
    [CHANGE_PERSON] = {"verify_persons",
		       {"member", "roles", "active", "credentials", "qualifications"}},
    [CHANGE_NAME] = {"verify_names", {"id"}},
    [CHANGE_POLICY] = {"verify_policies", {"hash"}},
    [CHANGE_OUTAGE] = {"verify_outages",
		       {"resource", "lane", "from", "to", "made-by", "made-at", "lifted-at",
			"closure"}},
    [CHANGE_NOTE] = {"verify_notes", {"hash"}},
};

const char *image_statement(enum change_kind kind)
{
	return image_kinds[kind].statement;
}

static void put(struct buffer *out, const char *label, const char *value)
{
	buffer_puts(out, label);
	buffer_puts(out, "=");
	buffer_puts(out, value);
	buffer_puts(out, "\n");
}

/* Values in the order of the labels. */
struct values {
	struct buffer *out;
	const char *const *label;
};

static void next_text(struct values *v, const char *value)
{
	put(v->out, *v->label++, value);
}

static void next_int(struct values *v, int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	next_text(v, text);
}

static void next_bool(struct values *v, bool value)
{
	next_text(v, value ? "t" : "f");
}

/* A list is one value; its parts are added to it, then it ends. */
static void list_begin(struct values *v)
{
	buffer_puts(v->out, *v->label++);
	buffer_puts(v->out, "=");
}

__attribute__((format(printf, 3, 4))) static void list_add(struct values *v, bool first,
							   const char *fmt, ...)
{
	char text[VALUE_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buffer_puts(v->out, first ? "" : " ");
	buffer_puts(v->out, text);
}

static void list_end(struct values *v)
{
	buffer_puts(v->out, "\n");
}

/* What the log says */

static void put_allocations(struct values *v, const struct booking *b)
{
	list_begin(v);
	for (size_t i = 0; i < b->n_allocations; i++) {
		const struct allocation *a = &b->allocations[i];

		list_add(v, i == 0, "%" PRIu32 "/%" PRIu32 "/%" PRIu32 "/%" PRId64 "/%" PRId64 "%s",
			 a->item, a->resource, a->lane, a->during.start, a->during.end,
			 booking_occupies(b, a) ? "" : "/free");
	}
	list_end(v);
}

static void put_items(struct values *v, const struct booking *b)
{
	size_t n = booking_is_plain(b) ? 0 : b->n_items;

	list_begin(v);
	for (size_t i = 0; i < n; i++) {
		const struct item *t = &b->items[i];

		list_add(v, i == 0,
			 "%zu/%" PRIu32 "/%" PRIu32 "/%" PRIu32 "/%s/%u/%s/%" PRId64 "/%" PRId64
			 "/",
			 i, t->resource, t->lane, t->quantity, item_via_words[t->via],
			 (unsigned)t->of, item_state_words[t->state], t->span.start, t->span.end);
		buffer_puts(v->out, t->having);
	}
	list_end(v);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes `text` apart. */
static void put_details(struct values *v, char *text)
{
	char *words[64], *declared = strstr(text, DECLARED);
	size_t n = 0;

	if (declared && declared != text && declared[-1] != ' ')
		declared = NULL;
	if (declared && declared > text)
		declared[-1] = '\0';
	for (char *rest = NULL, *word = declared == text ? NULL : strtok_r(text, " ", &rest);
	     word && n < sizeof(words) / sizeof(*words); word = strtok_r(NULL, " ", &rest))
		words[n++] = word;
	qsort(words, n, sizeof(*words), by_text);
	list_begin(v);
	for (size_t i = 0; i < n; i++) {
		buffer_puts(v->out, i ? " " : "");
		buffer_puts(v->out, words[i]);
	}
	if (declared) {
		buffer_puts(v->out, n ? " " : "");
		buffer_puts(v->out, declared);
	}
	list_end(v);
}

static void add_detail(const struct detail_field *f, const struct detail_value *d,
		       struct buffer *out)
{
	char text[VALUE_BYTES];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s%s=", out->n ? " " : "", f->key);

	for (char *c = text; *c; c++)
		*c = *c == '-' ? '_' : *c;
	if (f->kind == DETAIL_SPAN)
		snprintf(text + n, sizeof(text) - n, "%" PRId64 "/%" PRId64, d->span.start,
			 d->span.end);
	else if (f->words || f->kind == DETAIL_TEXT)
		snprintf(text + n, sizeof(text) - n, "%s", d->text);
	else
		snprintf(text + n, sizeof(text) - n, "%" PRId64, d->number);
	buffer_puts(out, text);
}

static void put_booking_details(struct values *v, const struct booking *b)
{
	struct buffer text = {0};
	struct detail_value d;

	buffer_puts(&text, "");
	for (const struct detail_field *f = detail_fields; f < detail_fields + n_detail_fields; f++)
		if (detail_get(booking_says(b), f, &d))
			add_detail(f, &d, &text);
	put_details(v, text.bytes);
	buffer_release(&text);
}

static void put_booking(struct values *v, const struct booking *b)
{
	next_int(v, b->resource);
	next_int(v, b->member);
	next_int(v, b->person);
	next_int(v, b->made_by);
	next_text(v, booking_state_words[b->state]);
	next_bool(v, booking_is_plain(b) && item_is_pinned(b->items));
	next_int(v, b->span.start);
	next_int(v, b->span.end);
	next_int(v, b->made_at);
	next_int(v, b->ended_at);
	next_int(v, b->series);
	next_int(v, b->occurrence);
	next_int(v, b->due_at);
	put_allocations(v, b);
	put_items(v, b);
	put_booking_details(v, b);
}

static void put_person(struct values *v, const struct person *p)
{
	next_int(v, p->member);
	next_int(v, p->roles);
	next_bool(v, p->active);
	list_begin(v);
	for (size_t i = 0; i < p->n_credentials; i++)
		list_add(v, i == 0, "%s%s", p->credentials[i].hash,
			 p->credentials[i].withdrawn ? "/withdrawn" : "");
	list_end(v);
	list_begin(v);
	for (size_t i = 0; i < p->n_qualifications; i++) {
		const struct qualification *q = &p->qualifications[i];

		list_add(v, i == 0, "%zu/%s/%" PRIu32 "/%" PRId64 "/%" PRId64, i, q->word,
			 q->issuer, q->since, q->until == TIME_NEVER ? 0 : q->until);
	}
	list_end(v);
}

static void put_outage(struct values *v, const struct outage *o)
{
	next_int(v, o->resource);
	next_int(v, o->lane);
	next_int(v, o->span.start);
	next_int(v, o->span.end == TIME_NEVER ? 0 : o->span.end);
	next_int(v, o->made_by);
	next_int(v, o->made_at);
	next_int(v, o->lifted_at);
	next_bool(v, o->is_closure);
}

struct record image_of_change(const struct change *c, struct buffer *out)
{
	struct values v = {out, image_kinds[c->kind].labels};
	struct record r = {.kind = c->kind};

	switch (c->kind) {
	case CHANGE_BOOKING:
		put_booking(&v, c->booking.after);
		r.number = c->booking.after->number;
		break;
	case CHANGE_PERSON:
		put_person(&v, c->person.after);
		r.number = c->person.after->number;
		break;
	case CHANGE_NAME:
		next_text(&v, c->name.name.id);
		r.number = (int64_t)c->name.name.resource << 32 | c->name.name.number;
		r.part = c->name.name.kind;
		break;
	case CHANGE_OUTAGE:
		put_outage(&v, &c->outage.after);
		r.number = c->outage.after.number;
		break;
	case CHANGE_NOTE:
	case CHANGE_POLICY:
	case N_CHANGE_KINDS:
		break;
	}
	return r;
}

struct record image_of_policy(int64_t version, const char *hash, struct buffer *out)
{
	put(out, image_kinds[CHANGE_POLICY].labels[0], hash);
	return (struct record){CHANGE_POLICY, 0, version};
}

static unsigned word_of(const char *word, size_t length, const char *const *words, unsigned n)
{
	unsigned i = 0;

	while (i < n && (strlen(words[i]) != length || memcmp(words[i], word, length) != 0))
		i++;
	return i;
}

#define NO_PART 255

static unsigned note_part(const char *about, size_t n_about, const char *kind)
{
	unsigned a = word_of(about, n_about, note_about_words, N_NOTE_ABOUTS);
	unsigned k = word_of(kind, strlen(kind), note_kind_words, N_NOTE_KINDS);

	return a < N_NOTE_ABOUTS && k < N_NOTE_KINDS ? a * N_NOTE_KINDS + k : NO_PART;
}

bool image_of_note(const char *change, struct record *ret, struct buffer *out)
{
	struct arena arena = {0};
	struct line line;
	size_t at;
	bool read = line_decode(change, strlen(change), &arena, &line, &at) == LINE_OK;
	const char *about = read ? line_get(&line, "about") : NULL;
	const char *kind = read ? line_get(&line, "kind") : NULL;
	const char *number = read ? line_get(&line, "number") : NULL;
	const char *hash = read ? line_get(&line, "sha256") : NULL;

	read = about && kind && number && hash;
	if (read) {
		*ret = (struct record){CHANGE_NOTE, note_part(about, strlen(about), kind), 0};
		if (strcmp(about, note_about_words[NOTE_BOOKING]) != 0)
			ret->number = strtoll(number, NULL, 10);
		else if (booking_number_from_code(number, &ret->number) != 0)
			read = false;
		put(out, image_kinds[CHANGE_NOTE].labels[0], hash);
	}
	arena_clear(&arena);
	return read && ret->part != NO_PART;
}

/* What a row says */

static unsigned row_part(enum change_kind kind, const char *text)
{
	const char *slash = strchr(text, '/');
	unsigned part = 0;

	if (kind == CHANGE_NOTE)
		return slash ? note_part(text, (size_t)(slash - text), slash + 1) : NO_PART;
	if (kind == CHANGE_NAME) {
		part = word_of(text, strlen(text), name_kind_words, N_NAME_KINDS);
		return part < N_NAME_KINDS ? part : NO_PART;
	}
	return part;
}

struct record image_of_row(enum change_kind kind, const struct db_rows *row, struct buffer *out)
{
	struct values v = {out, image_kinds[kind].labels};

	for (size_t column = 2; *v.label; column++) {
		const char *value = db_value(row, 0, column);

		if (kind == CHANGE_BOOKING && !v.label[1]) {
			char *details = memory_strdup(value);

			put_details(&v, details);
			free(details);
		} else {
			next_text(&v, value);
		}
	}
	return (struct record){kind, row_part(kind, db_value(row, 0, 0)), db_int(row, 0, 1)};
}

/* For people */

const char *image_title(struct record r, char *ret, size_t n)
{
	char code[16];

	switch (r.kind) {
	case CHANGE_BOOKING:
		snprintf(ret, n, "booking %s", booking_code(r.number, code, sizeof(code)));
		break;
	case CHANGE_PERSON:
		snprintf(ret, n, "person p%" PRId64, r.number);
		break;
	case CHANGE_NAME:
		snprintf(ret, n, "name of %s %" PRId64 "%s",
			 r.part < N_NAME_KINDS ? name_kind_words[r.part] : "?",
			 r.number & UINT32_MAX, r.number >> 32 ? " of a resource" : "");
		break;
	case CHANGE_POLICY:
		snprintf(ret, n, "policy of version %" PRId64, r.number);
		break;
	case CHANGE_OUTAGE:
		snprintf(ret, n, "outage %" PRId64, r.number);
		break;
	case CHANGE_NOTE:
		if (r.part < N_NOTE_KINDS)
			snprintf(ret, n, "note (%s) about booking %s", note_kind_words[r.part],
				 booking_code(r.number, code, sizeof(code)));
		else
			snprintf(ret, n, "note (%s) about outage %" PRId64,
				 note_kind_words[r.part % N_NOTE_KINDS], r.number);
		break;
	case N_CHANGE_KINDS:
		break;
	}
	return ret;
}

static bool is_one_of(const char *label, const char *words)
{
	char word[32];

	snprintf(word, sizeof(word), " %s ", label);
	return strstr(words, word) != NULL;
}

const char *image_value(const struct pole *known, const char *label, const char *value, char *ret,
			size_t n)
{
	int64_t number = strtoll(value, NULL, 10);
	const char *id = NULL;

	snprintf(ret, n, "%s", *value ? value : "nothing");
	if (is_one_of(label, " resource "))
		id = pole_name_id(known, NAME_RESOURCE, 0, (uint32_t)number);
	else if (is_one_of(label, " member "))
		id = pole_name_id(known, NAME_MEMBER, 0, (uint32_t)number);
	if (id)
		snprintf(ret, n, "%s", id);
	else if (is_one_of(label, " from to made-at ended-at due-at occurrence lifted-at "))
		snprintf(ret, n, "nothing");
	if (number && is_one_of(label, " from to made-at ended-at due-at occurrence lifted-at "))
		moment_format_utc(number, ret, n);
	if (is_one_of(label, " person made-by "))
		snprintf(ret, n, "p%s", value);
	return ret;
}
