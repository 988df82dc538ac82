/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the JSON that daemon/store_rare.c writes, and tells items and details as sql/ does. */
#include <stdlib.h>
#include <string.h>

#include "lib/moment.h"
#include "proto/buffer.h"
#include "proto/detail.h"
#include "tests/simulation/tables.h"
#include "tests/simulation/virtual.h"

static const char *read_string(const char **at)
{
	char *text, *end;

	++*at;
	text = end = arena_alloc(virtual_arena(), strlen(*at) + 1);
	while (**at != '"') {
		if (**at == '\\') { /* the writer escapes as \u00XX only */
			char hex[5] = {(*at)[2], (*at)[3], (*at)[4], (*at)[5]};

			*end++ = (char)strtol(hex, NULL, 16);
			*at += 6;
		} else {
			*end++ = *(*at)++;
		}
	}
	++*at;
	return text;
}

static struct json *read_value(const char **at);

static const struct json *read_list(const char **at, char close)
{
	struct json *first = NULL, **end = &first;

	++*at;
	while (**at != close) {
		const char *key = NULL;

		if (close == '}') {
			key = read_string(at);
			++*at; /* the colon */
		}
		*end = read_value(at);
		(*end)->key = key;
		end = (struct json **)&(*end)->next;
		*at += **at == ',';
	}
	++*at;
	return first;
}

static struct json *read_value(const char **at)
{
	struct json *j = arena_new(virtual_arena(), struct json);
	size_t n;

	switch (**at) {
	case '[':
		j->first = read_list(at, ']');
		break;
	case '{':
		j->first = read_list(at, '}');
		break;
	case '"':
		j->text = read_string(at);
		break;
	default:
		n = strcspn(*at, ",]}");
		j->text = **at == 't'	? "1"
			  : **at == 'f' ? "0"
					: arena_strndup(virtual_arena(), *at, n);
		*at += n;
	}
	return j;
}

const struct json *json_read(const char *text, size_t n)
{
	const char *at = arena_strndup(virtual_arena(), text, n);

	return read_value(&at);
}

static const struct json *member_of(const struct json *object, const char *key)
{
	const struct json *j = object->first;

	while (j && strcmp(j->key, key) != 0)
		j = j->next;
	return j;
}

const char *json_get(const struct json *object, const char *key)
{
	const struct json *j = member_of(object, key);

	return j ? j->text : NULL;
}

const struct json *json_list(const struct json *object, const char *key)
{
	const struct json *j = member_of(object, key);

	return j ? j->first : NULL;
}

int64_t json_number(const struct json *object, const char *key)
{
	const char *text = json_get(object, key);

	return text ? strtoll(text, NULL, 10) : 0;
}

static int64_t seconds_of(const char *text)
{
	struct moment m;

	if (moment_parse(text, &m) != MOMENT_OK)
		abort();
	return moment_utc(&m, NULL);
}

int64_t json_seconds(const struct json *object, const char *key)
{
	const char *text = json_get(object, key);

	return text ? seconds_of(text) : 0;
}

const char *json_item_text(const struct json *i)
{
	return arena_printf(virtual_arena(), "%s/%s/%s/%s/%s/%s/%lld/%lld/%s",
			    json_get(i, "resource_id"), json_get(i, "lane"),
			    json_get(i, "quantity"), json_get(i, "via"), json_get(i, "of_item"),
			    json_get(i, "state"), (long long)json_seconds(i, "starts"),
			    (long long)json_seconds(i, "ends"), json_get(i, "asks"));
}

/* `[2026-12-05T07:00Z,2026-12-05T11:00Z)` as 1796454000/1796468400. */
static const char *span_text(const char *range)
{
	size_t n = strcspn(range, ",");
	const char *end = range + n + 1;

	return arena_printf(
	    virtual_arena(), "%lld/%lld",
	    (long long)seconds_of(arena_strndup(virtual_arena(), range + 1, n - 1)),
	    (long long)seconds_of(arena_strndup(virtual_arena(), end, strlen(end) - 1)));
}

const char *json_detail_text(const struct json *row)
{
	const char *text = "";

	for (const struct detail_field *f = detail_fields; f < detail_fields + n_detail_fields;
	     f++) {
		char *column = arena_strdup(virtual_arena(), f->key);
		const char *value;

		for (char *c = column; *c; c++)
			if (*c == '-')
				*c = '_';
		value = json_get(row, column);
		if (!value)
			continue;
		if (f->kind == DETAIL_TIME)
			value = number_text(seconds_of(value));
		else if (f->kind == DETAIL_SPAN)
			value = span_text(value);
		text = arena_printf(virtual_arena(), "%s%s%s=%s", text, *text ? " " : "", column,
				    value);
	}
	return text;
}
