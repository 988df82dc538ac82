/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stable numbers of a pole's names: one entry each, found by id and by number. */
#include "lib/names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

struct entry {
	struct name name; /* its id follows in the same piece of memory */
};

static uint64_t scope(enum name_kind kind, uint32_t resource)
{
	return (uint64_t)resource << 8 | (uint64_t)kind;
}

static uint64_t id_hash(const struct name *name)
{
	return hash_string(scope(name->kind, name->resource), name->id);
}

static uint64_t number_hash(const struct name *name)
{
	return hash_number(scope(name->kind, name->resource), (uint64_t)name->number << 40);
}

static bool has_id(const void *item, const void *key)
{
	const struct entry *e = item;
	const struct name *name = key;

	return e->name.kind == name->kind && e->name.resource == name->resource &&
	       strcmp(e->name.id, name->id) == 0;
}

static bool has_number(const void *item, const void *key)
{
	const struct entry *e = item;
	const struct name *name = key;

	return e->name.kind == name->kind && e->name.resource == name->resource &&
	       e->name.number == name->number;
}

static struct entry *find_id(const struct names *n, const struct name *name)
{
	return table_find(&n->by_id, id_hash(name), has_id, name);
}

static struct entry *find_number(const struct names *n, const struct name *name)
{
	return table_find(&n->by_number, number_hash(name), has_number, name);
}

void names_clear(struct names *n)
{
	for (size_t i = 0; i < n->by_id.cap; i++)
		free(n->by_id.slots[i].item);
	table_clear(&n->by_id);
	table_clear(&n->by_number);
}

void names_add(struct names *n, const struct name *name)
{
	size_t id_bytes = strlen(name->id) + 1;
	struct entry *e = memory_new(sizeof(*e) + id_bytes);

	assert(name->number > 0 && !find_id(n, name) && !find_number(n, name));
	e->name = *name;
	e->name.id = memcpy(e + 1, name->id, id_bytes);
	table_add(&n->by_id, id_hash(name), e);
	table_add(&n->by_number, number_hash(name), e);
}

void names_remove(struct names *n, const struct name *name)
{
	struct entry *e = find_id(n, name);

	assert(e && e->name.number == name->number);
	table_remove(&n->by_id, id_hash(name), e);
	table_remove(&n->by_number, number_hash(name), e);
	free(e);
}

uint32_t names_number(const struct names *n, enum name_kind kind, uint32_t resource, const char *id)
{
	const struct name name = {.kind = kind, .resource = resource, .id = id};
	const struct entry *e = find_id(n, &name);

	return e ? e->name.number : 0;
}

const char *names_id(const struct names *n, enum name_kind kind, uint32_t resource, uint32_t number)
{
	const struct name name = {.kind = kind, .resource = resource, .number = number};
	const struct entry *e = find_number(n, &name);

	return e ? e->name.id : NULL;
}
