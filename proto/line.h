/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * One line of the protocol, taken apart: words, then key=value. Requests, replies and the changes in the log share this
 * form; GRAMMAR.md gives the ABNF.
 */

#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "proto/buffer.h"
#include "proto/key.h"

#define LINE_MAX_BYTES 65536
#define LINE_MAX_ARGS 1024
#define LINE_MAX_WORDS 4

struct arg {
	const char *key, *value;
	uint64_t head; /* key_head() of its key */
	size_t n;      /* bytes of the value */
};

/* One that no line was decoded to. */
static inline struct arg arg_of(const char *key, const char *value)
{
	return (struct arg){key, value, key_head(key), strlen(value)};
}

struct line {
	const char *words[LINE_MAX_WORDS];
	size_t n_words;
	const struct arg *args; /* in the order written; a repeated key is a list */
	size_t n_args;
};

enum line_error {
	LINE_OK = 0,
	LINE_E_EMPTY,
	LINE_E_BYTE,	  /* NUL, CR or another control character */
	LINE_E_UTF8,	  /* not valid UTF-8 (RFC 3629) */
	LINE_E_WORD,	  /* a word or key with a character it may not have, or over 64 bytes; a word after the first key */
	LINE_E_QUOTE,	  /* a quoted value that does not end, or a stray quote */
	LINE_E_MANY_ARGS, /* more than LINE_MAX_ARGS */
	LINE_E_MANY_WORDS,
};
/* Answers one of the above; ret_at is the byte offset of the fault. Strings live in the arena. */
int line_decode(const char *bytes, size_t n, struct arena *a, struct line *ret, size_t *ret_at);
/* The word or value at the start of a line that did not decode, for answering with its tag; "*" if unusable. */
const char *line_tag(const char *bytes, size_t n, struct arena *a);

/* The same of a line that did: its first word, or "*". */
const char *line_own_tag(const struct line *l);

/* The first with that key, whose head is given, too; NULL if none. */
const struct arg *line_find(const struct line *l, uint64_t head, const char *key);

/* Its value; NULL if none. */
KEY_INLINE const char *line_get(const struct line *l, const char *key)
{
	const struct arg *arg = line_find(l, key_head(key), key);

	return arg ? arg->value : NULL;
}

/*
 * Writing. A line that was begun is ended by line_end(), or given up with line_abandon(). What line_decode() would not give
 * back makes line_end() answer > 0 and remove the whole line: a value with a control character other than HTAB or with broken
 * UTF-8, a word or key with a character it may not have, too many of them, or a line over LINE_MAX_BYTES.
 */
struct line_writer {
	struct buffer *out;
	size_t begin, n_words, n_args;
	int broken;
};
void line_begin(struct line_writer *w, struct buffer *out, const char *word);
void line_word(struct line_writer *w, const char *word);
void line_str(struct line_writer *w, const char *key, const char *value); /* quotes where needed; NULL value: nothing written */
void line_int(struct line_writer *w, const char *key, int64_t value);
/* The place of a value that the caller knows may stand bare, for him to write and to say where it ends: at most n bytes of
 * printable ASCII, no space, no quote, no backslash. NULL: nothing more is written into this line. */
char *line_bare(struct line_writer *w, const char *key, size_t n);
void line_bare_end(struct line_writer *w, char *end);
void line_printf(struct line_writer *w, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4), nonnull(3)));
int line_end(struct line_writer *w);
void line_abandon(struct line_writer *w);
