/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the database as records of the core. */

#include "daemon/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "daemon/db.h"
#include "daemon/store_rows.h"
#include "proto/detail.h"

#define WHY_BYTES 512

/* Allocations as `item/resource/lane/start/end`, parted by spaces. Counts, or fills `ret`. */
static size_t parse_allocations(const char *text, struct allocation *ret, size_t most)
{
	size_t n = 0;
	int used;
	uint32_t item, resource, lane;
	int64_t start, end;

	while (sscanf(text, " %" SCNu32 "/%" SCNu32 "/%" SCNu32 "/%" SCNd64 "/%" SCNd64 "%n", &item,
		      &resource, &lane, &start, &end, &used) == 5) {
		if (ret && n < most)
			ret[n] = (struct allocation){resource, lane, {start, end}, item};
		n++;
		text += used;
	}
	return n;
}

static unsigned word_of(const char *word, const char *const *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return 0;
}

unsigned item_via_from(const char *word)
{
	return word_of(word, item_via_words, N_ITEM_VIAS);
}

unsigned item_state_from(const char *word)
{
	return word_of(word, item_state_words, N_ITEM_STATES);
}

/* `resource/lane/quantity/via/of/state/start/end/having`, the text cut off at its end. */
static bool parse_item(char *line, struct item *ret)
{
	char via[16], state[16];
	uint32_t of;
	int used = 0;

	if (sscanf(line,
		   "%" SCNu32 "/%" SCNu32 "/%" SCNu32 "/%15[^/]/%" SCNu32 "/%15[^/]/%" SCNd64
		   "/%" SCNd64 "/%n",
		   &ret->resource, &ret->lane, &ret->quantity, via, &of, state, &ret->span.start,
		   &ret->span.end, &used) != 8 ||
	    used == 0)
		return false;
	ret->of = (uint16_t)of;
	ret->via = (uint8_t)item_via_from(via);
	ret->state = (uint8_t)item_state_from(state);
	ret->having = line + used;
	return true;
}

/* Items as lines. Returns their number; the texts stay in `text`. */
static size_t parse_items(char *text, struct item *ret)
{
	size_t n = 0;

	for (char *rest = NULL, *line = strtok_r(text, "\n", &rest); line && n < BOOKING_MAX_ITEMS;
	     line = strtok_r(NULL, "\n", &rest))
		n += parse_item(line, &ret[n]);
	return n;
}

static struct booking *booking_from(const char *purpose, const char *allocations, char *lines,
				    struct item plain, bool pinned)
{
	struct item items[BOOKING_MAX_ITEMS];
	size_t n = parse_allocations(allocations, NULL, 0), n_items = parse_items(lines, items);
	struct booking *b;

	items[0] = n_items ? items[0] : plain;
	b = booking_new(purpose, items, n_items ? n_items : 1, n);
	parse_allocations(allocations, b->allocations, n);
	if (pinned && n > 0)
		b->items[0].lane = b->allocations[0].lane;
	return b;
}

static struct detail_value detail_from(const struct detail_field *f, const char *text)
{
	struct detail_value v = {.text = text};
	char *slash;

	if (f->words || f->kind == DETAIL_TEXT)
		return v;
	v.number = strtoll(text, &slash, 10);
	if (f->kind == DETAIL_SPAN && *slash == '/')
		v.span = (struct span){v.number, strtoll(slash + 1, NULL, 10)};
	return v;
}

/* `name=value`, parted by spaces; what is text comes last, to the end. Cuts up `text`. */
void details_from_text(char *text, struct booking *b)
{
	while (text && *text) {
		char *name = strsep(&text, "=");
		const struct detail_field *f;
		struct detail_value v;

		for (char *c = name; *c; c++)
			if (*c == '_')
				*c = '-';
		f = detail_field(name);
		if (!f || !text)
			return;
		v = detail_from(f, f->kind == DETAIL_TEXT ? text : strsep(&text, " "));
		detail_set(booking_details(b), f, &v);
		if (f->kind == DETAIL_TEXT)
			return;
	}
}

struct booking *store_booking(const struct db_rows *r, size_t row)
{
	enum { PURPOSE = N_ROW, ALLOCATIONS, ITEMS, SERIES, OCCURRENCE, DUE_AT, DETAILS };
	const struct item plain =
	    item_of((uint32_t)db_int(r, row, ROW_RESOURCE), 0,
		    (struct span){db_int(r, row, ROW_START), db_int(r, row, ROW_END)});
	char *lines = memory_strdup(db_value(r, row, ITEMS));
	struct booking *b = booking_from(db_value(r, row, PURPOSE), db_value(r, row, ALLOCATIONS),
					 lines, plain, db_bool(r, row, ROW_PINNED));

	b->number = db_int(r, row, ROW_NUMBER);
	b->member = (uint32_t)db_int(r, row, ROW_MEMBER);
	b->person = (uint32_t)db_int(r, row, ROW_PERSON);
	b->made_by = (uint32_t)db_int(r, row, ROW_MADE_BY);
	booking_state_from_word(db_value(r, row, ROW_STATE), &b->state);
	b->made_at = db_int(r, row, ROW_MADE_AT);
	b->ended_at = db_int(r, row, ROW_ENDED_AT);
	b->series = db_int(r, row, SERIES);
	b->occurrence = db_int(r, row, OCCURRENCE);
	b->due_at = db_int(r, row, DUE_AT);
	free(lines);
	if (!db_is_null(r, row, DETAILS)) {
		lines = memory_strdup(db_value(r, row, DETAILS));
		details_from_text(lines, b);
		free(lines);
	}
	return b;
}

int store_policy(const struct db_rows *rows, struct policy **ret, char *ret_why)
{
	struct policy_file *files = memory_new((db_n_rows(rows) + 1) * sizeof(*files));
	struct problems problems = {0};
	int r;

	for (size_t i = 0; i < db_n_rows(rows); i++)
		files[i] = (struct policy_file){db_value(rows, i, 0), db_value(rows, i, 1),
						strlen(db_value(rows, i, 1))};
	r = policy_load(files, db_n_rows(rows), zone_from_system, NULL, ret, &problems);
	if (r)
		snprintf(ret_why, WHY_BYTES, "%s", problem_text(&problems, &problems.items[0]));
	else
		policy_hash(*ret);
	problems_clear(&problems);
	free(files);
	return r;
}
