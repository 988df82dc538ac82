/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parameters in PostgreSQL's binary formats.
 *
 * All values lie in one buffer that grows; where they begin is kept as an offset and becomes a
 * pointer only when they are sent. The types that the server expects come from the statement itself
 * ($1::int4, a function's arguments): a value of another width is refused by the server, not
 * converted.
 */
#include "daemon/db.h"

#include <assert.h>
#include <endian.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db_wire.h"
#include "lib/arena.h"

struct db_params {
	struct buffer bytes;
	int n;
	size_t offsets[DB_MAX_PARAMS];
	int lengths[DB_MAX_PARAMS], formats[DB_MAX_PARAMS]; /* length -1: null */
	bool in_array;
	enum db_array type;
	int32_t n_elements;
	bool has_null;
};

struct array_head { /* of one dimension, as on the wire */
	int32_t n_dimensions, has_null, element_oid, n_elements, lower_bound;
};

static const int32_t element_oids[] = {
    /* from pg_type.dat, where they never change */
    [DB_INT4_ARRAY] = 23,
    [DB_INT8_ARRAY] = 20,
    [DB_TEXT_ARRAY] = 25,
    [DB_BOOL_ARRAY] = 16,
};

struct db_params *db_params_new(void)
{
	return memory_new(sizeof(struct db_params));
}

void db_params_free(struct db_params *p)
{
	if (!p)
		return;
	buffer_release(&p->bytes);
	free(p);
}

void db_params_reset(struct db_params *p)
{
	assert(!p->in_array);
	buffer_reset(&p->bytes);
	p->n = 0;
}

static void param_begin(struct db_params *p)
{
	assert(!p->in_array);
	assert(p->n < DB_MAX_PARAMS);
	p->offsets[p->n] = p->bytes.n;
	p->formats[p->n] = 1;
}

static void param_end(struct db_params *p)
{
	p->lengths[p->n] = (int)(p->bytes.n - p->offsets[p->n]);
	p->n++;
}

static void add_int4(struct db_params *p, int32_t v)
{
	uint32_t wire = htobe32((uint32_t)v);

	buffer_add(&p->bytes, &wire, sizeof(wire));
}

static void add_int8(struct db_params *p, int64_t v)
{
	uint64_t wire = htobe64((uint64_t)v);

	buffer_add(&p->bytes, &wire, sizeof(wire));
}

void db_param_int8(struct db_params *p, int64_t v)
{
	param_begin(p);
	add_int8(p, v);
	param_end(p);
}

void db_param_int4(struct db_params *p, int32_t v)
{
	param_begin(p);
	add_int4(p, v);
	param_end(p);
}

void db_param_bool(struct db_params *p, bool v)
{
	param_begin(p);
	buffer_add(&p->bytes, v ? "\1" : "\0", 1);
	param_end(p);
}

void db_param_text(struct db_params *p, const char *s)
{
	param_begin(p);
	if (s)
		buffer_add(&p->bytes, s, strlen(s));
	param_end(p);
	if (!s)
		p->lengths[p->n - 1] = -1;
}

void db_param_jsonb(struct db_params *p, const char *json)
{
	if (!json) {
		db_param_text(p, NULL);
		return;
	}
	param_begin(p);
	buffer_add(&p->bytes, "\1", 1); /* the format's version */
	buffer_add(&p->bytes, json, strlen(json));
	param_end(p);
}

void db_array_begin(struct db_params *p, enum db_array type)
{
	struct array_head none = {0};

	param_begin(p);
	p->in_array = true;
	p->type = type;
	p->n_elements = 0;
	p->has_null = false;
	buffer_add(&p->bytes, &none, sizeof(none));
}

static void element_begin(struct db_params *p, enum db_array type, int32_t length)
{
	assert(p->in_array && p->type == type);
	p->n_elements++;
	add_int4(p, length);
}

void db_array_int4(struct db_params *p, int32_t v)
{
	element_begin(p, DB_INT4_ARRAY, sizeof(v));
	add_int4(p, v);
}

void db_array_int8(struct db_params *p, int64_t v)
{
	element_begin(p, DB_INT8_ARRAY, sizeof(v));
	add_int8(p, v);
}

void db_array_bool(struct db_params *p, bool v)
{
	element_begin(p, DB_BOOL_ARRAY, 1);
	buffer_add(&p->bytes, v ? "\1" : "\0", 1);
}

void db_array_text(struct db_params *p, const char *s)
{
	size_t n = s ? strlen(s) : 0;

	element_begin(p, DB_TEXT_ARRAY, s ? (int32_t)n : -1);
	p->has_null = p->has_null || !s;
	if (n)
		buffer_add(&p->bytes, s, n);
}

void db_array_end(struct db_params *p)
{
	struct array_head head = {
	    .n_dimensions = (int32_t)htobe32(p->n_elements > 0),
	    .has_null = (int32_t)htobe32(p->has_null),
	    .element_oid = (int32_t)htobe32((uint32_t)element_oids[p->type]),
	    .n_elements = (int32_t)htobe32((uint32_t)p->n_elements),
	    .lower_bound = (int32_t)htobe32(1),
	};

	assert(p->in_array);
	memcpy(p->bytes.bytes + p->offsets[p->n], &head, sizeof(head));
	if (!p->n_elements) /* an empty array has no dimension */
		buffer_truncate(&p->bytes,
				p->offsets[p->n] + offsetof(struct array_head, n_elements));
	p->in_array = false;
	param_end(p);
}

void db_params_arguments(const struct db_params *p, struct db_arguments *ret)
{
	ret->n = p ? p->n : 0;
	if (!p)
		return;
	assert(!p->in_array);
	for (int i = 0; i < p->n; i++) {
		const char *begin = p->bytes.bytes ? p->bytes.bytes + p->offsets[i] : "";

		ret->values[i] = p->lengths[i] < 0 ? NULL : begin;
	}
	ret->lengths = p->lengths;
	ret->formats = p->formats;
}
