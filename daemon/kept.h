/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Answers kept for their idempotency keys: a retry of a granted request gets the first answer. In memory beside the pole's
 * state, and in the database; kept for KEPT_S seconds.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEPT_S (7 * 86400)

struct kept_answer {
	uint32_t actor;
	int64_t at;
	char *key, *request, *reply; /* request: hash of what was asked; reply: untagged lines */
};

struct kept {
	struct kept_answer *slots; /* open addressing; key NULL: free */
	size_t n, cap;
};

void kept_clear(struct kept *k);
const struct kept_answer *kept_find(const struct kept *k, uint32_t actor, const char *key); /* NULL if none */
void kept_add(struct kept *k, uint32_t actor, const char *key, const char *request, const char *reply, int64_t at);
/* Forgets older ones, a little at a time: looks at so many places from *at on, which goes on (0 at first). What comes to stand elsewhere
 * meanwhile may be left for the next time. True: done. */
bool kept_forget_some(struct kept *k, int64_t before, size_t n, size_t *at);
