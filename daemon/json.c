/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes JSON. */

#include "daemon/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/moment.h"

static void put_string(struct buffer *b, const char *s, size_t n)
{
	const char *end = s + n;
	char escape[8];

	buffer_puts(b, "\"");
	while (s < end) {
		const char *plain = s;

		while (s < end && (unsigned char)*s >= 0x20 && *s != '"' && *s != '\\')
			s++;
		buffer_add(b, plain, (size_t)(s - plain));
		if (s == end)
			break;
		snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)*s++);
		buffer_puts(b, escape);
	}
	buffer_puts(b, "\"");
}

static void begin(struct buffer *b, const char *key)
{
	if (b->n > 0 && !strchr("[{", b->bytes[b->n - 1]))
		buffer_puts(b, ",");
	if (!key)
		return;
	put_string(b, key, strlen(key));
	buffer_puts(b, ":");
}

void json_open(struct buffer *b, const char *key, char bracket)
{
	begin(b, key);
	buffer_add(b, &bracket, 1);
}

void json_close(struct buffer *b, char bracket)
{
	buffer_add(b, &bracket, 1);
}

void json_int(struct buffer *b, const char *key, int64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, v);
	begin(b, key);
	buffer_puts(b, text);
}

void json_bool(struct buffer *b, const char *key, bool v)
{
	begin(b, key);
	buffer_puts(b, v ? "true" : "false");
}

void json_bytes(struct buffer *b, const char *key, const char *s, size_t n)
{
	begin(b, key);
	put_string(b, s, n);
}

void json_text(struct buffer *b, const char *key, const char *s)
{
	json_bytes(b, key, s, strlen(s));
}

void json_time(struct buffer *b, const char *key, int64_t utc)
{
	char text[32];

	json_text(b, key, moment_format_utc(utc, text, sizeof(text)));
}
