/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any line is either a request whose every value can be had, or gets an answer that a client can
 * read. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "proto/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void have_value(const struct request *r, const struct verb_key *k)
{
	struct duration d;

	switch (k->type) {
	case KEY_BOOKING:
		assert(request_booking(r, k->key) > 0);
		break;
	case KEY_PERSON:
		assert(request_person(r, k->key) > 0);
		break;
	case KEY_DURATION:
		assert(request_duration(r, k->key, &d));
		break;
	case KEY_NUMBER:
		assert(request_number(r, k->key, -1) >= 0);
		break;
	default:
		assert(request_get(r, k->key));
	}
}

static void use(const struct request *r)
{
	const struct verb_key *k;

	assert(strcmp(r->tag, "*") != 0 && verb_find(r->verb->word, r->verb->subword) == r->verb);
	assert(!r->key || r->verb->changes);
	for (size_t i = 0; (k = verb_key_at(r->verb, i)); i++) {
		if (request_get(r, k->key))
			have_value(r, k);
		else
			assert(!k->required);
	}
}

static void answer(const struct request_error *e, enum language l, struct arena *a)
{
	struct buffer out = {0};
	struct line line;
	size_t at;

	request_error_write(e, l, a, &out);
	assert(line_decode(out.bytes, out.n - 1, a, &line, &at) == LINE_OK);
	assert(strcmp(line.words[0], "BAD") == 0 && strcmp(line.words[1], code_word(e->code)) == 0);
	assert(line_get(&line, "text"));
	buffer_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct request_error e = {0};
	struct request r = {0};

	if (size > LINE_MAX_BYTES)
		return 0;
	if (request_decode((const char *)data, size, &a, &r, &e) == REQUEST_OK)
		use(&r);
	else
		for (enum language l = 0; l < N_LANGUAGES; l++)
			answer(&e, l, &a);
	arena_clear(&a);
	return 0;
}
