/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* JSON for the database's jsonb parameters. Commas come by themselves; key NULL: an element of a list. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/buffer.h"

void json_open(struct buffer *b, const char *key, char bracket); /* '[' or '{' */
void json_close(struct buffer *b, char bracket);		  /* ']' or '}' */
void json_int(struct buffer *b, const char *key, int64_t v);
void json_bool(struct buffer *b, const char *key, bool v);
void json_text(struct buffer *b, const char *key, const char *s);
void json_bytes(struct buffer *b, const char *key, const char *s, size_t n); /* text that may be long */
void json_time(struct buffer *b, const char *key, int64_t utc);	     /* as PostgreSQL reads it */
