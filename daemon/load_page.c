/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bookings of a page, put together from the rows of five tables.
 *
 * One row a booking, with all that there is of it gathered by SQL, cost the database 4 to 7 µs a
 * booking; five plain walks along primary keys cost it 1.5, and joining what comes in the same
 * order costs next to nothing here.
 */
#include "daemon/load_page.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/store_rows.h"
#include "lib/pole.h"

void load_page_clear(struct load_page *p)
{
	free(p->rows);
	free(p->allocations);
	free(p->items);
	free(p->details);
	free(p->purposes);
	arena_clear(&p->texts);
}

static void *reserve(void *array, size_t *cap, size_t n, size_t each)
{
	if (n <= *cap)
		return array;
	*cap = n;
	return memory_grow(array, n * each);
}

static struct load_row row_from(const struct db_rows *r, size_t i)
{
	enum { SERIES = N_ROW, OCCURRENCE, DUE_AT, PENDING };
	struct load_row row = {
	    .number = db_int(r, i, ROW_NUMBER),
	    .made_at = db_seconds(r, i, ROW_MADE_AT),
	    .ended_at = db_seconds(r, i, ROW_ENDED_AT),
	    .series = db_int(r, i, SERIES),
	    .occurrence = db_seconds(r, i, OCCURRENCE),
	    .due_at = db_seconds(r, i, DUE_AT),
	    .span = {db_seconds(r, i, ROW_START), db_seconds(r, i, ROW_END)},
	    .resource = (uint32_t)db_int(r, i, ROW_RESOURCE),
	    .member = (uint32_t)db_int(r, i, ROW_MEMBER),
	    .person = (uint32_t)db_int(r, i, ROW_PERSON),
	    .made_by = (uint32_t)db_int(r, i, ROW_MADE_BY),
	    .pinned = db_bool(r, i, ROW_PINNED),
	    .pending = db_bool(r, i, PENDING),
	};

	booking_state_from_word(db_value(r, i, ROW_STATE), &row.state);
	return row;
}

void load_page_bookings(struct load_page *p, const struct db_rows *rows)
{
	p->n_rows = db_n_rows(rows);
	p->n_allocations = p->n_items = p->n_details = p->n_purposes = 0;
	arena_clear(&p->texts);
	p->rows = reserve(p->rows, &p->cap_rows, p->n_rows, sizeof(*p->rows));
	for (size_t i = 0; i < p->n_rows; i++)
		p->rows[i] = row_from(rows, i);
}

void load_page_allocations(struct load_page *p, const struct db_rows *rows)
{
	enum { BOOKING, ITEM, RESOURCE, LANE, START, END };

	p->n_allocations = db_n_rows(rows);
	p->allocations =
	    reserve(p->allocations, &p->cap_allocations, p->n_allocations, sizeof(*p->allocations));
	for (size_t i = 0; i < p->n_allocations; i++)
		p->allocations[i] = (struct load_allocation){
		    db_int(rows, i, BOOKING),
		    {.resource = (uint32_t)db_int(rows, i, RESOURCE),
		     .lane = (uint32_t)db_int(rows, i, LANE),
		     .during = {db_seconds(rows, i, START), db_seconds(rows, i, END)},
		     .item = (uint32_t)db_int(rows, i, ITEM)},
		};
}

void load_page_items(struct load_page *p, const struct db_rows *rows)
{
	enum { BOOKING, RESOURCE, LANE, QUANTITY, VIA, OF, STATE, START, END, ASKS };

	p->n_items = db_n_rows(rows);
	p->items = reserve(p->items, &p->cap_items, p->n_items, sizeof(*p->items));
	for (size_t i = 0; i < p->n_items; i++)
		p->items[i] = (struct load_item){
		    db_int(rows, i, BOOKING),
		    {.resource = (uint32_t)db_int(rows, i, RESOURCE),
		     .lane = (uint32_t)db_int(rows, i, LANE),
		     .quantity = (uint32_t)db_int(rows, i, QUANTITY),
		     .via = (uint8_t)item_via_from(db_value(rows, i, VIA)),
		     .state = (uint8_t)item_state_from(db_value(rows, i, STATE)),
		     .of = (uint16_t)db_int(rows, i, OF),
		     .span = {db_seconds(rows, i, START), db_seconds(rows, i, END)},
		     .having = arena_strdup(&p->texts, db_value(rows, i, ASKS))},
		};
}

static struct load_text *texts_from(struct load_page *p, const struct db_rows *rows,
				    struct load_text *list, size_t *cap)
{
	list = reserve(list, cap, db_n_rows(rows), sizeof(*list));
	for (size_t i = 0; i < db_n_rows(rows); i++)
		list[i] = (struct load_text){db_int(rows, i, 0),
					     arena_strdup(&p->texts, db_value(rows, i, 1))};
	return list;
}

void load_page_details(struct load_page *p, const struct db_rows *rows)
{
	p->n_details = db_n_rows(rows);
	p->details = texts_from(p, rows, p->details, &p->cap_details);
}

void load_page_purposes(struct load_page *p, const struct db_rows *rows)
{
	p->n_purposes = db_n_rows(rows);
	p->purposes = texts_from(p, rows, p->purposes, &p->cap_purposes);
}

/* Putting together */

struct cursors { /* the next of each that has not been come to */
	size_t allocation, item, detail, purpose;
};

static char *text_of(const struct load_text *list, size_t n, size_t *at, int64_t booking)
{
	while (*at < n && list[*at].booking < booking)
		(*at)++;
	return *at < n && list[*at].booking == booking ? list[*at].text : NULL;
}

/* How many of the booking come next, once those of bookings that are not wanted are passed over. */
static size_t allocations_of(const struct load_page *p, size_t *at, int64_t booking)
{
	size_t n = 0;

	while (*at < p->n_allocations && p->allocations[*at].booking < booking)
		(*at)++;
	while (*at + n < p->n_allocations && p->allocations[*at + n].booking == booking)
		n++;
	return n;
}

static size_t items_of(const struct load_page *p, size_t *at, int64_t booking,
		       struct item items[BOOKING_MAX_ITEMS])
{
	size_t n = 0;

	while (*at < p->n_items && p->items[*at].booking < booking)
		(*at)++;
	for (; n < BOOKING_MAX_ITEMS && *at + n < p->n_items; n++) {
		if (p->items[*at + n].booking != booking)
			break;
		items[n] = p->items[*at + n].is;
	}
	return n;
}

static bool is_wanted(const struct load_row *row, const struct load_allocation *all, size_t n,
		      int64_t floor)
{
	bool wanted = row->pending || row->span.end > floor;

	for (size_t i = 0; !wanted && i < n; i++)
		wanted = all[i].is.during.end > floor;
	return wanted;
}

static struct booking *put_together(const struct load_page *p, const struct load_row *row,
				    struct cursors *c, size_t n_allocations)
{
	struct item items[BOOKING_MAX_ITEMS];
	size_t n_items = items_of(p, &c->item, row->number, items);
	const char *purpose = text_of(p->purposes, p->n_purposes, &c->purpose, row->number);
	char *details = text_of(p->details, p->n_details, &c->detail, row->number);
	struct booking *b;

	if (!n_items)
		items[n_items++] = item_of(row->resource, 0, row->span);
	b = booking_new(purpose ? purpose : "", items, n_items, n_allocations);
	for (size_t i = 0; i < n_allocations; i++)
		b->allocations[i] = p->allocations[c->allocation + i].is;
	if (row->pinned && n_allocations > 0)
		b->items[0].lane = b->allocations[0].lane;
	b->number = row->number;
	b->member = row->member;
	b->person = row->person;
	b->made_by = row->made_by;
	b->state = row->state;
	b->made_at = row->made_at;
	b->ended_at = row->ended_at;
	b->series = row->series;
	b->occurrence = row->occurrence;
	b->due_at = row->due_at;
	if (details)
		details_from_text(details, b);
	return b;
}

void load_page_finish(struct load_page *p, int64_t floor, struct pole *pole)
{
	struct cursors c = {0};

	for (const struct load_row *row = p->rows; row < p->rows + p->n_rows; row++) {
		size_t n = allocations_of(p, &c.allocation, row->number);

		if (is_wanted(row, p->allocations + c.allocation, n, floor))
			pole_take(pole, put_together(p, row, &c, n));
	}
	p->n_rows = 0;
}
