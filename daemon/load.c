/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asked to load a pole, in which order, and what becomes of the answers.
 *
 * First comes what is small: where the pole stands, names, persons, the policy, which says how far
 * back its rules look. Then the bookings, page by page of their numbers: the bookings of a few
 * pages are asked for ahead, and of a page that has any, the rest. A page of the far past, of which
 * nothing is wanted, so costs one walk along the index and no more. Then what else there is.
 *
 * Looking first for the pages that have something cost a second walk through everything; one query
 * that gathers all of a booking costs three times as much (see load_page.c).
 */
#include "daemon/load.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "daemon/db.h"
#include "daemon/load_page.h"
#include "daemon/store.h"
#include "lib/look_back.h"

#define PAGES_AHEAD 4
#define ASKED_MOST 32 /* all that PAGES_AHEAD pages can have outstanding, and more */

typedef void ask_fn(const struct load *l, int64_t page, struct db_params *p);
typedef int take_fn(struct load *l, int64_t page, const struct db_rows *rows, char *why);

struct step {
	struct load_question question;
	ask_fn *ask;
	take_fn *take;
};

struct asked { /* and not answered yet */
	const struct step *step;
	int64_t page;
};

struct credential_row {
	uint32_t person;
	size_t row; /* their order */
	struct credential is;
};

struct qualification_row {
	uint32_t person;
	struct qualification is;
};

struct load {
	int32_t id;
	int64_t now, floor, longest_buffer_s;
	struct loaded so_far;
	struct credential_row *credentials;
	struct qualification_row *qualifications;
	size_t n_credentials, n_qualifications;

	struct asked asked[ASKED_MOST]; /* a ring */
	size_t n_asked, n_taken;
	size_t first_step, last_step; /* the next of the steps before and after the bookings */

	struct load_page pages[PAGES_AHEAD];		  /* a ring */
	int64_t n_pages;				  /* -1: not known yet */
	int64_t bookings_asked, bookings_taken, finished; /* pages */
	int64_t rest_asked;				  /* the page of which the rest is asked */
	size_t rest_step;
};

static struct load_page *page_at(struct load *l, int64_t page)
{
	return &l->pages[page % PAGES_AHEAD];
}

struct load *load_new(int32_t pole_id, int64_t now)
{
	struct load *l = memory_new(sizeof(*l));

	l->id = pole_id;
	l->now = now;
	l->n_pages = -1;
	l->so_far.pole = pole_new();
	return l;
}

void load_free(struct load *l)
{
	if (!l)
		return;
	pole_free(l->so_far.pole);
	kept_clear(&l->so_far.kept);
	for (size_t i = 0; i < PAGES_AHEAD; i++)
		load_page_clear(&l->pages[i]);
	free(l->credentials);
	free(l->qualifications);
	free(l);
}

struct loaded load_end(struct load *l)
{
	struct loaded so_far = l->so_far;

	l->so_far = (struct loaded){0};
	load_free(l);
	return so_far;
}

static void apply_and_clear(struct load *l, struct changes *c)
{
	pole_apply(l->so_far.pole, c);
	changes_clear(c);
}

/* What is small */

static void ask_nothing(const struct load *l, int64_t page, struct db_params *p)
{
}

static void ask_pole(const struct load *l, int64_t page, struct db_params *p)
{
	db_param_int4(p, l->id);
}

static void ask_last_policy(const struct load *l, int64_t page, struct db_params *p)
{
	ask_pole(l, page, p);
	db_param_int8(p, INT64_MAX);
}

static void ask_from_floor(const struct load *l, int64_t page, struct db_params *p)
{
	ask_pole(l, page, p);
	db_param_int8(p, l->floor);
}

static void ask_kept(const struct load *l, int64_t page, struct db_params *p)
{
	ask_pole(l, page, p);
	db_param_int8(p, l->now - KEPT_S);
}

static int take_nothing(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	return 0;
}

static int take_state(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	struct loaded *to = &l->so_far;

	if (!db_n_rows(rows)) {
		snprintf(why, 512, "the database does not know the pole");
		return 1;
	}
	to->version = db_int(rows, 0, 0);
	snprintf(to->head, sizeof(to->head), "%s", db_value(rows, 0, 1));
	to->last_at = db_int(rows, 0, 4);
	pole_reserve_numbers(to->pole, db_int(rows, 0, 2), (uint32_t)db_int(rows, 0, 3));
	pole_reserve_outages(to->pole, db_int(rows, 0, 5));
	return 0;
}

static int take_names(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	struct changes changes = {0};

	for (size_t i = 0; i < db_n_rows(rows); i++) {
		struct name name = {.resource = (uint32_t)db_int(rows, i, 1),
				    .number = (uint32_t)db_int(rows, i, 2),
				    .id = db_value(rows, i, 3)};

		for (int k = 0; k < N_NAME_KINDS; k++)
			if (strcmp(name_kind_words[k], db_value(rows, i, 0)) == 0)
				name.kind = (enum name_kind)k;
		changes_add_name(&changes, name);
	}
	apply_and_clear(l, &changes);
	return 0;
}

static int by_person(const void *a, const void *b)
{
	const struct credential_row *x = a, *y = b;

	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static int take_credentials(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	l->n_credentials = db_n_rows(rows);
	l->credentials = memory_new(l->n_credentials * sizeof(*l->credentials));
	for (size_t i = 0; i < l->n_credentials; i++) {
		struct credential_row *c = &l->credentials[i];

		c->person = (uint32_t)db_int(rows, i, 0);
		c->row = i;
		snprintf(c->is.hash, sizeof(c->is.hash), "%s", db_value(rows, i, 1));
		c->is.withdrawn = db_bool(rows, i, 2);
	}
	qsort(l->credentials, l->n_credentials, sizeof(*l->credentials), by_person);
	return 0;
}

static int take_qualifications(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	l->n_qualifications = db_n_rows(rows);
	l->qualifications = memory_new(l->n_qualifications * sizeof(*l->qualifications));
	for (size_t i = 0; i < l->n_qualifications; i++) {
		struct qualification_row *q = &l->qualifications[i];

		q->person = (uint32_t)db_int(rows, i, 0);
		snprintf(q->is.word, sizeof(q->is.word), "%s", db_value(rows, i, 1));
		q->is.issuer = (uint32_t)db_int(rows, i, 2);
		q->is.since = db_int(rows, i, 3);
		q->is.until = db_is_null(rows, i, 4) ? TIME_NEVER : db_int(rows, i, 4);
	}
	return 0;
}

/* Theirs begin at *at, and follow each other. */
static size_t credentials_of(const struct load *l, uint32_t person, size_t *at)
{
	size_t n = 0;

	while (*at < l->n_credentials && l->credentials[*at].person < person)
		(*at)++;
	while (*at + n < l->n_credentials && l->credentials[*at + n].person == person)
		n++;
	return n;
}

static size_t qualifications_of(const struct load *l, uint32_t person, size_t *at)
{
	size_t n = 0;

	while (*at < l->n_qualifications && l->qualifications[*at].person < person)
		(*at)++;
	while (*at + n < l->n_qualifications && l->qualifications[*at + n].person == person)
		n++;
	return n;
}

static int take_persons(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	struct changes changes = {0};
	size_t credential = 0, qualification = 0;

	for (size_t i = 0; i < db_n_rows(rows); i++) {
		const uint32_t number = (uint32_t)db_int(rows, i, 0);
		size_t n = credentials_of(l, number, &credential);
		size_t n_qualified = qualifications_of(l, number, &qualification);
		struct person *p =
		    person_new(db_value(rows, i, 4), db_value(rows, i, 5), n, n_qualified);

		p->number = number;
		p->member = (uint32_t)db_int(rows, i, 1);
		p->roles = (uint32_t)db_int(rows, i, 2);
		p->active = db_bool(rows, i, 3);
		for (size_t k = 0; k < n; k++)
			p->credentials[k] = l->credentials[credential + k].is;
		for (size_t k = 0; k < n_qualified; k++)
			p->qualifications[k] = l->qualifications[qualification + k].is;
		changes_add_person(&changes, NULL, p);
	}
	apply_and_clear(l, &changes);
	return 0;
}

static int take_policy(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	if (db_n_rows(rows))
		l->so_far.policy = (struct policy_record){db_int(rows, 0, 0), db_int(rows, 0, 3),
							  (uint32_t)db_int(rows, 0, 4)};
	return 0;
}

static int64_t div_up(int64_t n, int64_t by)
{
	return (n + by - 1) / by;
}

static int take_policy_files(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	struct pole *pole = l->so_far.pole;
	struct changes changes = {0};
	struct policy *policy;

	if (db_n_rows(rows)) {
		if (store_policy(rows, &policy, why))
			return 1;
		pole_number(pole, policy, &changes);
		changes_add_policy(&changes, NULL, policy);
		apply_and_clear(l, &changes);
	}
	l->floor = policy_look_back(pole_policy(pole), l->now);
	l->longest_buffer_s = pole_policy(pole) ? policy_longest_buffer_s(pole_policy(pole)) : 0;
	l->n_pages = div_up(pole_next_booking(pole), LOAD_PAGE_NUMBERS);
	return 0;
}

static int take_outages(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	struct changes changes = {0};

	for (size_t i = 0; i < db_n_rows(rows); i++) {
		int64_t end = db_int(rows, i, 4);
		struct outage o = {
		    .number = db_int(rows, i, 0),
		    .resource = (uint32_t)db_int(rows, i, 1),
		    .lane = (uint32_t)db_int(rows, i, 2),
		    .span = {db_int(rows, i, 3), end ? end : TIME_NEVER},
		    .made_by = (uint32_t)db_int(rows, i, 5),
		    .made_at = db_int(rows, i, 6),
		    .is_closure = db_bool(rows, i, 7),
		};

		changes_add_outage(&changes, NULL, &o);
	}
	apply_and_clear(l, &changes);
	return 0;
}

static int take_kept(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	for (size_t i = 0; i < db_n_rows(rows); i++)
		kept_add(&l->so_far.kept, (uint32_t)db_int(rows, i, 0), db_value(rows, i, 1),
			 db_value(rows, i, 2), db_value(rows, i, 3), db_int(rows, i, 4));
	return 0;
}

static int take_end(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	struct pole *pole = l->so_far.pole;

	pole_set_floor(pole, pole_next_booking(pole) == 1 ? INT64_MIN : l->floor);
	return 0;
}

const struct load_question load_over = {"load_end", false};

static const struct step first_steps[] = {
    {{"load_begin", false}, ask_nothing, take_nothing},
    {{"pole_state", false}, ask_pole, take_state},
    {{"load_names", false}, ask_pole, take_names},
    {{"load_credentials", false}, ask_pole, take_credentials},
    {{"load_qualifications", false}, ask_pole, take_qualifications},
    {{"load_persons", false}, ask_pole, take_persons},
    {{"load_policy", false}, ask_pole, take_policy},
    {{"policy_files", false}, ask_last_policy, take_policy_files},
};
enum { N_FIRST_STEPS = sizeof(first_steps) / sizeof(*first_steps) };

static const struct step last_steps[] = {
    {{"load_outages", false}, ask_from_floor, take_outages},
    {{"load_requests", false}, ask_kept, take_kept},
    {{"load_end", false}, ask_nothing, take_end},
};
enum { N_LAST_STEPS = sizeof(last_steps) / sizeof(*last_steps) };

/* Bookings */

static void ask_page(const struct load *l, int64_t page, struct db_params *p)
{
	db_param_int4(p, l->id);
	db_param_int8(p, page * LOAD_PAGE_NUMBERS);
	db_param_int8(p, (page + 1) * LOAD_PAGE_NUMBERS);
}

static void ask_bookings(const struct load *l, int64_t page, struct db_params *p)
{
	ask_page(l, page, p);
	db_param_int8(p, l->floor - l->longest_buffer_s);
}

static int take_bookings(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	load_page_bookings(page_at(l, page), rows);
	l->bookings_taken++;
	return 0;
}

static int take_items(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	load_page_items(page_at(l, page), rows);
	return 0;
}

static int take_details(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	load_page_details(page_at(l, page), rows);
	return 0;
}

static int take_purposes(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	load_page_purposes(page_at(l, page), rows);
	return 0;
}

/* Those from the first that is not finished on that have nothing, or nothing any more. */
static void finish_pages(struct load *l)
{
	while (l->finished < l->rest_asked && page_at(l, l->finished)->n_rows == 0)
		l->finished++;
}

static int take_allocations(struct load *l, int64_t page, const struct db_rows *rows, char *why)
{
	load_page_allocations(page_at(l, page), rows);
	load_page_finish(page_at(l, page), l->floor, l->so_far.pole);
	finish_pages(l);
	return 0;
}

static const struct step page_step = {{"load_page_bookings", true}, ask_bookings, take_bookings};
static const struct step rest_steps[] = {
    {{"load_page_items", true}, ask_page, take_items},
    {{"load_page_details", true}, ask_page, take_details},
    {{"load_page_purposes", true}, ask_page, take_purposes},
    {{"load_page_allocations", true}, ask_page, take_allocations},
};
enum { N_REST_STEPS = sizeof(rest_steps) / sizeof(*rest_steps) };

/* Pages of which there is no rest to be asked are done with. */
static void pass_over_empty(struct load *l)
{
	while (l->rest_step == 0 && l->rest_asked < l->bookings_taken &&
	       page_at(l, l->rest_asked)->n_rows == 0)
		l->rest_asked++;
	finish_pages(l);
}

/* What goes next */

static const struct step *next_of_rest(struct load *l, int64_t *ret_page)
{
	const struct step *step;

	if (l->rest_asked >= l->bookings_taken)
		return NULL;
	*ret_page = l->rest_asked;
	step = &rest_steps[l->rest_step++];
	if (l->rest_step == N_REST_STEPS) {
		l->rest_step = 0;
		l->rest_asked++;
	}
	return step;
}

static const struct step *next_step(struct load *l, int64_t *ret_page)
{
	const struct step *step;

	*ret_page = 0;
	if (l->first_step < N_FIRST_STEPS)
		return &first_steps[l->first_step++];
	if (l->n_pages < 0)
		return NULL;
	pass_over_empty(l);
	if (l->bookings_asked < l->n_pages && l->bookings_asked < l->finished + PAGES_AHEAD) {
		*ret_page = l->bookings_asked++;
		return &page_step;
	}
	step = next_of_rest(l, ret_page);
	if (step || l->rest_asked < l->n_pages)
		return step;
	return l->last_step < N_LAST_STEPS ? &last_steps[l->last_step++] : NULL;
}

bool load_next(struct load *l, struct load_question *ret, struct db_params *params)
{
	const struct step *step;
	int64_t page;

	if (l->n_asked - l->n_taken == ASKED_MOST)
		return false;
	step = next_step(l, &page);
	if (!step)
		return false;
	l->asked[l->n_asked++ % ASKED_MOST] = (struct asked){step, page};
	db_params_reset(params);
	step->ask(l, page, params);
	*ret = step->question;
	return true;
}

int load_take(struct load *l, const struct db_rows *rows, char *ret_why)
{
	const struct asked *a = &l->asked[l->n_taken % ASKED_MOST];

	assert(l->n_taken < l->n_asked);
	l->n_taken++;
	return a->step->take(l, a->page, rows, ret_why);
}

bool load_is_done(const struct load *l)
{
	return l->last_step == N_LAST_STEPS && l->n_taken == l->n_asked;
}
