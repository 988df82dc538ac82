/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The named queries by which clients' questions read the past, each after its file in sql/, but for
 * the report of use, which is not asked here. Who wrote a note, and when, the tables do not keep.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/simulation/tables.h"
#include "tests/simulation/virtual.h"

static int by_start(const void *a, const void *b)
{
	const struct table_booking *x = *(const struct table_booking *const *)a;
	const struct table_booking *y = *(const struct table_booking *const *)b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

typedef bool picks_fn(const struct table_booking *b, const struct arguments *args);

static void bookings(picks_fn *picks, const struct arguments *args, size_t most,
		     struct answer_rows *r)
{
	const struct table_booking **found =
	    arena_new_n(virtual_arena(), const struct table_booking *, tables.bookings.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < tables.bookings.n; i++)
		if (picks(&tables.bookings.rows[i], args))
			found[n++] = &tables.bookings.rows[i];
	qsort(found, n, sizeof(*found), by_start);
	for (size_t i = 0; i < n && i < most; i++) {
		int64_t last = 0;

		answer_booking(r, found[i], &last);
	}
}

/* resource/lane/quantity/via/of/state/start/end/having */
struct item_text {
	long long resource, start, end;
	bool present;
};

static struct item_text item_of(const char *text)
{
	struct item_text item = {.resource = strtoll(text, NULL, 10)};

	for (int field = 1; field < 8; field++) {
		text = strchr(text, '/') + 1;
		if (field == 5)
			item.present = strncmp(text, "present", 7) == 0;
		if (field == 6)
			item.start = strtoll(text, NULL, 10);
		if (field == 7)
			item.end = strtoll(text, NULL, 10);
	}
	return item;
}

static bool has_item_in(const struct table_booking *b, int64_t resource, int64_t from, int64_t to)
{
	bool any = false;

	for (size_t i = 0; i < tables.items.n; i++) {
		struct item_text item;

		if (tables.items.rows[i].number != b->number)
			continue;
		any = true;
		item = item_of(tables.items.rows[i].text);
		if ((!resource || item.resource == resource) && item.start < to &&
		    item.end > from && (item.present || strcmp(b->state, "cancelled") == 0))
			return true;
	}
	return !any && (!resource || b->resource == resource);
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(words, word); at; at = strstr(at + 1, word))
		if ((at == words || at[-1] == ',') && (at[n] == ',' || !at[n]))
			return true;
	return false;
}

static bool is_listed(const struct table_booking *b, const struct arguments *args)
{
	int64_t from = argument_int(args, 1), to = argument_int(args, 2);
	int64_t member = argument_int(args, 4), person = argument_int(args, 5);

	return b->start < to && b->end > from && has_item_in(b, argument_int(args, 3), from, to) &&
	       (!member || b->member == member) && (!person || b->person == person) &&
	       has_word(argument_text(args, 6), b->state);
}

static void list_bookings(const struct arguments *args, struct answer_rows *r)
{
	bookings(is_listed, args, (size_t)argument_int(args, 7), r);
}

static bool is_that(const struct table_booking *b, const struct arguments *args)
{
	return b->number == argument_int(args, 1);
}

static void booking_by_number(const struct arguments *args, struct answer_rows *r)
{
	bookings(is_that, args, 1, r);
}

static int64_t series_of(int64_t number)
{
	for (size_t i = 0; i < tables.bookings.n; i++)
		if (tables.bookings.rows[i].number == number && tables.bookings.rows[i].series)
			return tables.bookings.rows[i].series;
	return number;
}

static bool is_of_series(const struct table_booking *b, const struct arguments *args)
{
	int64_t number = argument_int(args, 1), first = series_of(number);

	return b->number >= first && b->number < first + argument_int(args, 2) &&
	       (b->number == number || b->series == first);
}

static void series_of_booking(const struct arguments *args, struct answer_rows *r)
{
	bookings(is_of_series, args, SIZE_MAX, r);
}

static void notes_of(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = 0; i < tables.notes.n; i++) {
		const struct table_text *n = &tables.notes.rows[i];

		if (n->number == argument_int(args, 2) &&
		    strcmp(n->about, argument_text(args, 1)) == 0 &&
		    strcmp(n->kind, "purpose") != 0)
			ANSWER(r, n->kind, n->text, "0", "0");
	}
}

static void outage_reasons(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = 0; i < tables.notes.n; i++) {
		const struct table_text *n = &tables.notes.rows[i];

		if (strcmp(n->about, "outage") == 0 && strcmp(n->kind, "reason") == 0)
			ANSWER(r, number_text(n->number), n->text);
	}
}

static void policy_history(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = tables.policies.n; i-- > 0;) {
		const struct table_row *p = &tables.policies.rows[i];

		ANSWER(r, number_text(p->version), json_get(p->json, "hash"), number_text(p->at),
		       json_get(p->json, "by"), json_get(p->json, "reason"));
	}
}

static bool is_told(const struct table_event *e, const char *must_have)
{
	if (strcmp(e->kind, "outage") == 0 || strcmp(e->kind, "policy") == 0)
		return true;
	return strcmp(e->kind, "booking") == 0 && e->cause && strstr(e->change, must_have);
}

static void events_after(const struct arguments *args, struct answer_rows *r)
{
	int64_t version = argument_int(args, 1), seq = argument_int(args, 2);

	for (size_t i = 0; i < tables.events.n; i++) {
		const struct table_event *e = &tables.events.rows[i];

		if (e->version > argument_int(args, 3) || r->n == (size_t)argument_int(args, 4))
			break;
		if ((e->version > version || (e->version == version && e->seq > seq)) &&
		    is_told(e, argument_text(args, 5)))
			ANSWER(r, number_text(e->version), number_text(e->seq), number_text(e->at),
			       number_text(e->actor), e->kind, e->change);
	}
}

static const struct {
	const char *name;
	void (*answer)(const struct arguments *args, struct answer_rows *r);
} queries[] = {
    {"booking_by_number", booking_by_number}, {"events_after", events_after},
    {"list_bookings", list_bookings},	      {"notes_of", notes_of},
    {"outage_reasons", outage_reasons},	      {"policy_history", policy_history},
    {"series_of_booking", series_of_booking},
};

bool tables_read(const char *statement, const struct arguments *args, struct answer_rows *ret)
{
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++)
		if (strcmp(queries[i].name, statement) == 0) {
			queries[i].answer(args, ret);
			return true;
		}
	return false;
}
