/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What a connection has said so far that later requests rest on. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/policy_load.h"
#include "proto/code.h"

struct served;
struct watch;

struct staged { /* policy files on their way, POLICY PUT */
	struct policy_file *files; /* name and text malloc'd */
	size_t n, total_bytes;
};

struct session {
	struct served *served; /* NULL before AUTH */
	uint32_t person;
	char token_hash[65]; /* of the token that opened it: withdrawn, it opens nothing more */
	enum language lang;
	bool lang_said, quitting;
	unsigned auth_failures;
	struct staged staged;
	struct watch *watch; /* NULL: does not watch */
};

/* A token has opened it, or another one than before: the pole stays in memory until the session ends. */
void session_open(struct session *s, struct served *served, uint32_t person, const char *token_hash);
void session_close(struct session *s);

void staged_clear(struct staged *s);
/* Appends a line to a file. > 0: over the limits. */
int staged_put(struct staged *s, const char *file, const char *line);
