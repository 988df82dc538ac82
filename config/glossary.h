/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What a policy calls things, while it is read: from an id to the thing and the place that named
 * it. */

#include <stddef.h>

#include "lib/arena.h"
#include "lib/policy.h"
#include "lib/table.h"

struct named {
	const char *id;
	void *thing;
	struct place place;
};

struct glossary {
	struct table by_id;
	const char **words; /* the ids, in the order they were added */
	size_t n, cap;
};

void glossary_clear(struct glossary *g);
/* The id is borrowed; entries live in the arena. The first to have an id keeps it: returns the one
 * that has it already, else NULL. */
const struct named *glossary_add(struct glossary *g, struct arena *a, const char *id, void *thing,
				 struct place place);
void *glossary_find(const struct glossary *g, const char *id); /* the thing; NULL if none */
