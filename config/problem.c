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

/* A default that is wrong is met once per resource that inherits it, but is one problem. */
static bool is_known(const struct problems *p, const struct problem *problem)
{
	for (size_t i = 0; i < p->n; i++)
		if (place_compare(&p->items[i].place, &problem->place) == 0 &&
		    strcmp(p->items[i].text, problem->text) == 0)
			return true;
	return false;
}

static void insert(struct problems *p, const struct problem *problem)
{
	size_t at;

	p->items = arena_grow(&p->arena, p->items, p->n, &p->cap, p->n + 1, sizeof(*p->items));
	for (at = p->n; at > 0 && place_compare(&p->items[at - 1].place, &problem->place) > 0; at--)
		p->items[at] = p->items[at - 1];
	p->items[at] = *problem;
	p->n++;
}

void problems_add(struct problems *p, struct place place, const char *fmt, ...)
{
	struct problem problem = {.place = place};
	va_list args;

	if (p->n >= PROBLEMS_MAX) {
		p->n_more++;
		return;
	}
	va_start(args, fmt);
	problem.text = arena_vprintf(&p->arena, fmt, args);
	va_end(args);
	problem.place.file = arena_strdup(&p->arena, place.file ? place.file : "");
	if (!is_known(p, &problem))
		insert(p, &problem);
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
