/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose a connection is, and the policy files staged on it. */

#include "daemon/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/served.h"

void session_open(struct session *s, struct served *served, uint32_t person, const char *token_hash)
{
	served_hold(served);
	session_close(s);
	s->served = served;
	s->person = person;
	snprintf(s->token_hash, sizeof(s->token_hash), "%s", token_hash);
}

void session_close(struct session *s)
{
	if (s->served)
		served_release(s->served);
	s->served = NULL;
	s->person = 0;
	staged_clear(&s->staged);
}

void staged_clear(struct staged *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free((char *)s->files[i].name);
		free((char *)s->files[i].text);
	}
	free(s->files);
	*s = (struct staged){0};
}

static struct policy_file *staged_file(struct staged *s, const char *name)
{
	struct policy_file *f;

	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->files[i].name, name) == 0)
			return &s->files[i];
	if (s->n == POLICY_MAX_FILES)
		return NULL;
	s->files = memory_grow(s->files, (s->n + 1) * sizeof(*s->files));
	f = &s->files[s->n++];
	*f = (struct policy_file){.name = memory_strdup(name), .text = memory_strdup("")};
	return f;
}

int staged_put(struct staged *s, const char *file, const char *line)
{
	size_t n = strlen(line) + 1;
	struct policy_file *f;
	char *text;

	if (s->total_bytes + n > POLICY_FILE_MAX_BYTES)
		return 1;
	f = staged_file(s, file);
	if (!f)
		return 1;
	/* Grown by whole pages, so that the size follows from n. */
	text = (char *)f->text;
	if (!f->n || (f->n + n) / 4096 != f->n / 4096)
		text = memory_grow(text, ((f->n + n) / 4096 + 1) * 4096 + 1);
	memcpy(text + f->n, line, n - 1);
	text[f->n + n - 1] = '\n';
	text[f->n + n] = '\0';
	f->text = text;
	f->n += n;
	s->total_bytes += n;
	return 0;
}
