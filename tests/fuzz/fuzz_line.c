/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line that decodes can be written, and what is written decodes to the same. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "proto/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int encode(const struct line *l, struct buffer *out)
{
	struct line_writer w;

	line_begin(&w, out, l->words[0]);
	for (size_t i = 1; i < l->n_words; i++)
		line_word(&w, l->words[i]);
	for (size_t i = 0; i < l->n_args; i++)
		line_str(&w, l->args[i].key, l->args[i].value);
	return line_end(&w);
}

static void assert_same(const struct line *a, const struct line *b)
{
	assert(a->n_words == b->n_words && a->n_args == b->n_args);
	for (size_t i = 0; i < a->n_words; i++)
		assert(strcmp(a->words[i], b->words[i]) == 0);
	for (size_t i = 0; i < a->n_args; i++) {
		assert(strcmp(a->args[i].key, b->args[i].key) == 0);
		assert(strcmp(a->args[i].value, b->args[i].value) == 0);
		assert(b->args[i].n == strlen(b->args[i].value));
		assert(line_get(b, b->args[i].key));
	}
}

/* Any bytes without NUL as a value: they are written if and only if they come back. */
static void try_value(const char *value, struct arena *a)
{
	const struct arg arg = arg_of("k", value);
	struct line l = {.words = {"1"}, .n_words = 1, .args = &arg, .n_args = 1};
	struct buffer out = {0};
	struct line again;
	size_t at;

	if (encode(&l, &out) == 0) {
		assert(line_decode(out.bytes, out.n - 1, a, &again, &at) == LINE_OK);
		assert_same(&l, &again);
	}
	buffer_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct buffer out = {0};
	struct line l, again;
	size_t at = 0;

	if (size > LINE_MAX_BYTES)
		return 0;
	line_tag((const char *)data, size, &a);
	if (line_decode((const char *)data, size, &a, &l, &at) != LINE_OK) {
		assert(at <= size);
	} else if (encode(&l, &out) == 0) {
		assert(line_decode(out.bytes, out.n - 1, &a, &again, &at) == LINE_OK);
		assert_same(&l, &again);
	} else {
		assert(size > LINE_MAX_BYTES / 2); /* quotes made it too long */
	}
	try_value(arena_strndup(&a, (const char *)data, size), &a);
	buffer_release(&out);
	arena_clear(&a);
	return 0;
}
