/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects problems in order of their place. */

#include "config/problem.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

static int place_compare(const struct place *a, const struct place *b)
{
	int files = strcmp(a->file, b->file);

	if (files != 0)
		return files;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (a->column > b->column) - (a->column < b->column);
}

void problems_clear(struct problems *p)
{
	arena_clear(&p->arena);
	*p = (struct problems){0};
}

struct list { /* of problems or warnings */
	struct problem **items;
	size_t *n, *cap;
};

/* A default that is wrong is met once per resource that inherits it, but is one problem. */
static bool is_known(const struct list *l, const struct problem *problem)
{
	for (size_t i = 0; i < *l->n; i++)
		if (place_compare(&(*l->items)[i].place, &problem->place) == 0 &&
		    strcmp((*l->items)[i].text, problem->text) == 0)
			return true;
	return false;
}

static void insert(struct list *l, struct arena *a, const struct problem *problem)
{
	struct problem *items;
	size_t at;

	items = arena_grow(a, *l->items, *l->n, l->cap, *l->n + 1, sizeof(*items));
	for (at = *l->n; at > 0 && place_compare(&items[at - 1].place, &problem->place) > 0; at--)
		items[at] = items[at - 1];
	items[at] = *problem;
	*l->items = items;
	++*l->n;
}

static void add(struct list *l, struct arena *a, struct place place, const char *fmt, va_list args)
{
	struct problem problem = {.place = place, .text = arena_vprintf(a, fmt, args)};

	problem.place.file = arena_strdup(a, place.file ? place.file : "");
	if (!is_known(l, &problem))
		insert(l, a, &problem);
}

void problems_add(struct problems *p, struct place place, const char *fmt, ...)
{
	struct list list = {&p->items, &p->n, &p->cap};
	va_list args;

	if (p->n >= PROBLEMS_MAX) {
		p->n_more++;
		return;
	}
	va_start(args, fmt);
	add(&list, &p->arena, place, fmt, args);
	va_end(args);
}

void problems_warn(struct problems *p, struct place place, const char *fmt, ...)
{
	struct list list = {&p->warnings, &p->n_warnings, &p->warnings_cap};
	va_list args;

	if (p->n_warnings >= PROBLEMS_MAX)
		return;
	va_start(args, fmt);
	add(&list, &p->arena, place, fmt, args);
	va_end(args);
}

const char *problem_text(struct problems *p, const struct problem *problem)
{
	const struct place *at = &problem->place;

	if (*at->file == '\0')
		return problem->text;
	if (at->line == 0)
		return arena_printf(&p->arena, "%s: %s", at->file, problem->text);
	return arena_printf(&p->arena, "%s:%d:%d: %s", at->file, at->line, at->column,
			    problem->text);
}
