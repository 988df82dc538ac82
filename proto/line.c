/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of the protocol, taken apart and written. */

/*
 * Decoding is a single pass over a copy of the line in the arena: every token ends in the copy
 * where a space or a quote stood, and what was escaped shrinks in place. The first arguments have
 * their place before the copy, so that most lines cost one allocation.
 *
 * Writing checks what it writes as it goes, with the same table of bytes, so that nothing can leave
 * that decoding would not give back. A value is looked at once to know whether it may stand bare,
 * then copied.
 */

#include "proto/line.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX_BYTES 64
#define TAG_MAX_BYTES 32
#define FIRST_ARGS 8

enum byte_class {
	IN_TAG = 1,
	IN_WORD = 2,
	IN_KEY = 4,
	BEGINS_KEY = 8,
	IN_BARE = 16,	   /* printable ASCII that needs no quotes */
	IN_QUOTED = 32,	   /* needs quotes, but no backslash */
	ESCAPED = 64,	   /* needs quotes and a backslash */
	BEGINS_UTF8 = 128, /* the first byte of two or more */
};

#define B IN_BARE
#define W (IN_WORD | IN_BARE)			/* * + / : */
#define T (IN_TAG | IN_WORD | IN_BARE)		/* A to Z . _ */
#define D (IN_TAG | IN_WORD | IN_KEY | IN_BARE) /* 0 to 9 - */
#define L (D | BEGINS_KEY)			/* a to z */
#define Q IN_QUOTED
#define E ESCAPED
#define U BEGINS_UTF8
/* clang-format off */
static const uint8_t classes[256] = { /* sixteen a row; 0: never */
	0, 0, 0, 0, 0, 0, 0, 0, 0, Q, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	Q, B, E, B, B, B, B, B, B, B, W, W, B, D, T, W,
	D, D, D, D, D, D, D, D, D, D, W, B, B, B, B, B,
	B, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T,
	T, T, T, T, T, T, T, T, T, T, T, B, E, B, B, T,
	B, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, B, B, B, B, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	U, U, U, U, U, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
/* clang-format on */
#undef B
#undef W
#undef T
#undef D
#undef L
#undef Q
#undef E
#undef U

static uint8_t class_of(char c)
{
	return classes[(uint8_t)c];
}

static bool continues(char c)
{
	return ((uint8_t)c & 0xc0) == 0x80;
}

/* How many bytes the character at p takes (2 to 4), 0 if it is not valid: RFC 3629, section 4. */
static size_t utf8_bytes(const char *p, const char *end)
{
	const uint8_t a = (uint8_t)p[0];
	size_t n = a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;

	if (!(classes[a] & BEGINS_UTF8) || (size_t)(end - p) < n)
		return 0;
	if ((a == 0xe0 && (uint8_t)p[1] < 0xa0) || (a == 0xed && (uint8_t)p[1] > 0x9f) ||
	    (a == 0xf0 && (uint8_t)p[1] < 0x90) || (a == 0xf4 && (uint8_t)p[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < n; i++)
		if (!continues(p[i]))
			return 0;
	return n;
}

struct reader {
	const char *begin;
	char *p, *end;	/* *end is NUL, which no run of bytes continues over */
	const char *at; /* the fault */
	struct arena *arena;
	struct line line;
	struct arg *args;
	size_t cap_args;
};

static enum line_error fault(struct reader *r, const char *at, enum line_error e)
{
	r->at = at;
	return e;
}

/* What is wrong with the byte at p, which ended a run too early; `otherwise` where the byte itself
 * is sound. */
static enum line_error fault_of_byte(struct reader *r, const char *p, enum line_error otherwise)
{
	if ((uint8_t)*p >= 0x80)
		return fault(r, p, utf8_bytes(p, r->end) ? otherwise : LINE_E_UTF8);
	return fault(r, p, class_of(*p) && *p != '\t' ? otherwise : LINE_E_BYTE);
}

/* Where the run of bytes of a class that begins at p ends. */
static char *run_end(char *p, uint8_t class)
{
	while (class_of(*p) & class)
		p++;
	return p;
}

/* The same of bare characters, of which the first is none of ASCII. */
static char *bare_end(char *p, const char *end)
{
	size_t n;

	while (class_of(*p) & BEGINS_UTF8 && (n = utf8_bytes(p, end)) > 0)
		p = run_end(p + n, IN_BARE);
	return p;
}

static enum line_error read_bare(struct reader *r, struct arg *ret)
{
	char *p = run_end(r->p, IN_BARE);

	if (class_of(*p) & BEGINS_UTF8)
		p = bare_end(p, r->end);
	if (p < r->end && *p != ' ')
		return fault_of_byte(r, p, LINE_E_QUOTE);
	ret->value = r->p;
	ret->n = (size_t)(p - r->p);
	r->p = p < r->end ? p + 1 : p;
	*p = '\0';
	return LINE_OK;
}

/* Moves what stands between the quotes to the place of its first byte, without the backslashes. */
static enum line_error read_quoted(struct reader *r, struct arg *ret)
{
	char *const value = r->p + 1;
	char *p = value, *out = value;

	for (;;) {
		size_t n = 0;

		while (class_of(*p) & (IN_BARE | IN_QUOTED))
			*out++ = *p++;
		if (p == r->end || *p == '"')
			break;
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\')) {
			p++;
			n = 1;
		} else if (class_of(*p) & BEGINS_UTF8) {
			n = utf8_bytes(p, r->end);
		}
		if (n == 0)
			return fault_of_byte(r, p, LINE_E_QUOTE);
		while (n-- > 0)
			*out++ = *p++;
	}
	if (p == r->end)
		return fault(r, value - 1, LINE_E_QUOTE);
	if (p + 1 < r->end && p[1] != ' ')
		return fault(r, p + 1, LINE_E_QUOTE);
	*out = '\0';
	ret->value = value;
	ret->n = (size_t)(out - value);
	r->p = p + 1 < r->end ? p + 2 : p + 1;
	return LINE_OK;
}

static enum line_error read_arg(struct reader *r, const char *key, size_t n_key)
{
	struct line *l = &r->line;
	struct arg arg = {.key = key, .head = key_head_of(key, n_key)};
	enum line_error e = *r->p == '"' ? read_quoted(r, &arg) : read_bare(r, &arg);

	if (e)
		return e;
	if (l->n_args == LINE_MAX_ARGS)
		return fault(r, key, LINE_E_MANY_ARGS);
	if (l->n_args == r->cap_args)
		r->args = arena_grow(r->arena, r->args, l->n_args, &r->cap_args, l->n_args + 1,
				     sizeof(*r->args));
	r->args[l->n_args++] = arg;
	return LINE_OK;
}

static enum line_error read_word(struct reader *r, const char *word)
{
	if (r->line.n_args > 0)
		return fault(r, word, LINE_E_WORD);
	if (r->line.n_words == LINE_MAX_WORDS)
		return fault(r, word, LINE_E_MANY_WORDS);
	r->line.words[r->line.n_words++] = word;
	return LINE_OK;
}

/* A word, or a key and its value. */
static enum line_error read_token(struct reader *r)
{
	char *const token = r->p, *const key_end = run_end(token, IN_KEY);
	char *const end = run_end(key_end, IN_WORD);
	const size_t n = (size_t)(end - token);

	if (n > WORD_MAX_BYTES)
		return fault(r, token, LINE_E_WORD);
	r->p = end < r->end ? end + 1 : end;
	if (end == r->end || *end == ' ') {
		*end = '\0';
		return read_word(r, token);
	}
	if (*end != '=')
		return fault_of_byte(r, end, *end == '"' ? LINE_E_QUOTE : LINE_E_WORD);
	if (end != key_end || !(class_of(*token) & BEGINS_KEY) || r->line.n_words == 0)
		return fault(r, token, LINE_E_WORD);
	*end = '\0';
	return read_arg(r, token, n);
}

int line_decode(const char *bytes, size_t n, struct arena *a, struct line *ret, size_t *ret_at)
{
	const size_t args_bytes = FIRST_ARGS * sizeof(struct arg);
	struct arg *const args = arena_alloc(a, args_bytes + n + 1 + KEY_HEAD_BYTES);
	char *const copy = (char *)args + args_bytes;
	struct reader r = {.begin = copy,
			   .p = copy,
			   .end = copy + n,
			   .at = copy,
			   .arena = a,
			   .line = {{0}, 0, args, 0},
			   .args = args,
			   .cap_args = FIRST_ARGS};
	enum line_error e = LINE_OK;

	if (n)
		memcpy(copy, bytes, n);
	while (e == LINE_OK) {
		while (*r.p == ' ')
			r.p++;
		if (r.p == r.end)
			break;
		e = r.line.n_words == 0 && r.p > r.begin ? fault(&r, r.begin, LINE_E_WORD)
							 : read_token(&r);
	}
	if (e == LINE_OK && r.line.n_words == 0)
		e = fault(&r, r.begin, LINE_E_EMPTY);
	if (e) {
		*ret_at = (size_t)(r.at - r.begin);
		return (int)e;
	}
	r.line.args = r.args;
	*ret = r.line;
	return LINE_OK;
}

const char *line_tag(const char *bytes, size_t n, struct arena *a)
{
	size_t length = 0;
	char *tag;

	while (length < n && length <= TAG_MAX_BYTES && (class_of(bytes[length]) & IN_TAG))
		length++;
	if (length == 0 || length > TAG_MAX_BYTES || (length < n && bytes[length] != ' '))
		return "*";
	tag = arena_alloc(a, length + 1);
	return memcpy(tag, bytes, length);
}

const char *line_own_tag(const struct line *l)
{
	const char *tag = l->words[0];
	size_t n = 0;

	while (class_of(tag[n]) & IN_TAG)
		n++;
	return tag[n] == '\0' && n <= TAG_MAX_BYTES ? tag : "*";
}

/* A key that is longer than its head. */
static const struct arg *find_long(const struct line *l, uint64_t head, const char *key)
{
	for (const struct arg *arg = l->args; arg < l->args + l->n_args; arg++)
		if (arg->head == head && key_goes_on_as(arg->key, head, key))
			return arg;
	return NULL;
}

const struct arg *line_find(const struct line *l, uint64_t head, const char *key)
{
	if (!key_is_short(head))
		return find_long(l, head, key);
	for (const struct arg *arg = l->args; arg < l->args + l->n_args; arg++)
		if (arg->head == head)
			return arg;
	return NULL;
}

/* Copies a word whose first byte is of class `first`, and all of it of class `rest`. Returns its
 * end in the copy; NULL if it is no such word. */
static char *put_word(char *at, const char *word, uint8_t first, uint8_t rest)
{
	char *const limit = at + WORD_MAX_BYTES;

	if (!(class_of(*word) & first))
		return NULL;
	for (; (class_of(*word) & rest) && at < limit; word++)
		*at++ = *word;
	return *word ? NULL : at;
}

static void write_word(struct line_writer *w, const char *word)
{
	char *const begin = buffer_room(w->out, 1 + WORD_MAX_BYTES);
	char *at = begin, *end = NULL;

	if (w->n_words++ > 0)
		*at++ = ' ';
	if (w->n_words <= LINE_MAX_WORDS && w->n_args == 0)
		end = put_word(at, word, IN_WORD, IN_WORD);
	w->broken |= !end;
	buffer_end(w->out, end ? end : begin);
}

void line_begin(struct line_writer *w, struct buffer *out, const char *word)
{
	*w = (struct line_writer){.out = out, .begin = out->n};
	write_word(w, word);
}

void line_word(struct line_writer *w, const char *word)
{
	write_word(w, word);
}

char *line_bare(struct line_writer *w, const char *key, size_t n)
{
	char *at;

	if (w->broken)
		return NULL;
	at = buffer_room(w->out, 1 + WORD_MAX_BYTES + 1 + n);
	*at = ' ';
	at = w->n_args < LINE_MAX_ARGS ? put_word(at + 1, key, BEGINS_KEY, IN_KEY) : NULL;
	if (at)
		*at++ = '=';
	else
		w->broken = 1;
	return at;
}

void line_bare_end(struct line_writer *w, char *end)
{
	w->n_args++;
	buffer_end(w->out, end);
}

/* The classes of all bytes of a value together; 0 where one may not be written. */
static uint8_t classes_of(const char *value, const char *end)
{
	uint8_t met = 0, class;

	for (const char *p = value;;) {
		size_t n;

		for (; (class = class_of(*p)) & (IN_BARE | IN_QUOTED | ESCAPED); p++)
			met |= class;
		if (p == end)
			return met ? met : IN_QUOTED;
		n = class & BEGINS_UTF8 ? utf8_bytes(p, end) : 0;
		if (n == 0)
			return 0;
		met |= IN_BARE;
		p += n;
	}
}

/* Copies what may stand between quotes; no backslash is forgotten. */
static char *put_escaped(char *at, const char *value)
{
	for (; *value; value++) {
		if (class_of(*value) & ESCAPED)
			*at++ = '\\';
		*at++ = *value;
	}
	return at;
}

/* A value of n bytes that are not all bare ASCII. */
static void write_other(struct line_writer *w, const char *key, const char *value, size_t n)
{
	const uint8_t met = classes_of(value, value + n);
	const bool quoted = met & (IN_QUOTED | ESCAPED);
	char *at = met ? line_bare(w, key, 1 + (met & ESCAPED ? 2 * n : n) + 1) : NULL;

	w->broken |= !at;
	if (!at)
		return;
	if (quoted)
		*at++ = '"';
	at = met & ESCAPED ? put_escaped(at, value) : mempcpy(at, value, n);
	if (quoted)
		*at++ = '"';
	line_bare_end(w, at);
}

/* Most values stand bare: so they are copied while they are looked at. */
void line_str(struct line_writer *w, const char *key, const char *value)
{
	const char *p = value;
	size_t n;
	char *at;

	if (!value || w->broken)
		return;
	n = strlen(value);
	at = line_bare(w, key, n);
	if (!at)
		return;
	for (; class_of(*p) & IN_BARE; p++)
		*at++ = *p;
	if (*p == '\0' && n > 0) {
		line_bare_end(w, at);
		return;
	}
	write_other(w, key, value, n);
}

void line_int(struct line_writer *w, const char *key, int64_t value)
{
	char digits[24];
	char *p = digits + sizeof(digits), *at;
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (value < 0)
		*--p = '-';
	at = line_bare(w, key, sizeof(digits));
	if (!at)
		return;
	while (p < digits + sizeof(digits))
		*at++ = *p++;
	line_bare_end(w, at);
}

void line_printf(struct line_writer *w, const char *key, const char *fmt, ...)
{
	char small[256];
	char *value = small;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	if (n >= (int)sizeof(small)) {
		value = memory_new((size_t)n + 1);
		va_start(args, fmt);
		vsnprintf(value, (size_t)n + 1, fmt, args);
		va_end(args);
	}
	line_str(w, key, n < 0 ? NULL : value);
	if (n < 0)
		w->broken = 1;
	if (value != small)
		free(value);
}

int line_end(struct line_writer *w)
{
	if (w->broken || w->out->n - w->begin > LINE_MAX_BYTES) {
		line_abandon(w);
		return 1;
	}
	buffer_add(w->out, "\n", 1);
	return 0;
}

void line_abandon(struct line_writer *w)
{
	buffer_truncate(w->out, w->begin);
}
