/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A request: tag, verb, and arguments checked against the verb's row. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/duration.h"
#include "lib/moment.h"
#include "lib/span.h"
#include "proto/code.h"
#include "proto/line.h"
#include "proto/verb.h"

struct request_value { /* of an argument, read when it was checked */
	enum key_type type;
	union {
		struct moment moment;	  /* KEY_MOMENT */
		struct duration duration; /* KEY_DURATION */
	};
};

struct request {
	const char *tag;
	const struct verb *verb;
	struct line line;
	const struct request_value *values; /* of the arguments, one by one */
	uint64_t marks; /* of its keys, key_mark() */
	const char *key; /* idempotency; NULL if none */
	bool dry;
	const struct request *items; /* of item=, in the order given: the verb is verb_item, the tag "" */
	size_t n_items;
};

struct request_error {
	enum code code; /* one of the BAD codes */
	const char *tag; /* to answer with; "*" if unusable */
	const char *about; /* the key, verb or word at fault; two keys as "to|for"; "" if none */
	const char *meant; /* what was probably meant; NULL if unknown */
	const char *verb; /* its name; NULL if not known */
	const char *value; /* bad-value: what was given; NULL if it is secret, or too long to repeat */
	const char *example; /* bad-value: a value that would do, or the choices; NULL if none */
	size_t limit; /* bad-value: how many bytes there may be, where there were too many or too few; 0: not that */
	size_t item; /* the item= at fault, from 1; 0: not of one */
	size_t at; /* syntax: byte offset of the fault */
};

enum { REQUEST_OK = 0, REQUEST_E_BAD = 1 };
/* Every value is checked against its type here, so that the getters below cannot fail. Strings live in the arena. */
int request_decode(const char *bytes, size_t n, struct arena *a, struct request *ret, struct request_error *ret_error);
/* Appends the answer to a request that did not decode, a line without its tag: `BAD code key=… meant=… text="…"`. */
void request_error_write(const struct request_error *e, enum language l, struct arena *a, struct buffer *out);

/* A verb asks for all its keys, of which few are given: these are here, so that most cost no call. */

/* NULL if not given */
KEY_INLINE const struct arg *request_arg(const struct request *r, const char *key)
{
	const uint64_t head = key_head(key);

	return r->marks & key_mark(head) ? line_find(&r->line, head, key) : NULL;
}

/* NULL if not given */
KEY_INLINE const char *request_get(const struct request *r, const char *key)
{
	const struct arg *arg = request_arg(r, key);

	return arg ? arg->value : NULL;
}

/* NULL if not given, or of another type. */
KEY_INLINE const struct request_value *request_value(const struct request *r, const char *key, enum key_type type)
{
	const struct arg *arg = request_arg(r, key);
	const struct request_value *value = arg ? &r->values[arg - r->line.args] : NULL;

	return value && value->type == type ? value : NULL;
}

/* false if not given */
KEY_INLINE bool request_yes(const struct request *r, const char *key)
{
	const char *value = request_get(r, key);

	return value && strcmp(value, "yes") == 0;
}

KEY_INLINE int64_t request_number(const struct request *r, const char *key, int64_t otherwise)
{
	const char *value = request_get(r, key);

	return value ? strtol(value, NULL, 10) : otherwise;
}

/* false if not given */
KEY_INLINE bool request_moment(const struct request *r, const char *key, const struct zone *z, int64_t *ret_utc)
{
	const struct request_value *value = request_value(r, key, KEY_MOMENT);

	if (value)
		*ret_utc = moment_utc(&value->moment, z);
	return value != NULL;
}

KEY_INLINE bool request_duration(const struct request *r, const char *key, struct duration *ret)
{
	const struct request_value *value = request_value(r, key, KEY_DURATION);

	if (value)
		*ret = value->duration;
	return value != NULL;
}

/* Of a KEY_POINT key; ret_seq 0 where only the version is said. false if not given. */
bool request_point(const struct request *r, const char *key, int64_t *ret_version, int32_t *ret_seq);
bool request_reading(const struct request *r, const char *key, int64_t *ret_tenths); /* of a KEY_READING key */
int64_t request_booking(const struct request *r, const char *key); /* 0 if not given */
uint32_t request_person(const struct request *r, const char *key);  /* 0 if not given */
/* Two moments of a KEY_WINDOW key; false if not given. */
bool request_window(const struct request *r, const char *key, const struct zone *z, struct span *ret);
/* Whether a KEY_WORDS key was given and has `word` among its words. */
bool request_has_word(const struct request *r, const char *key, const char *word);
