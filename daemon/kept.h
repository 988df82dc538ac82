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
#define KEPT_TABLES 128

struct kept_answer {
	uint32_t actor;
	int64_t at;
	char *key, *request, *reply; /* request: hash of what was asked; reply: untagged lines */
};

struct kept_table {
	struct kept_answer *slots; /* open addressing; key NULL: free */
	size_t n, cap;
};

struct kept {
	struct kept_table *tables; /* each has a share of the keys; NULL: none yet */
	size_t n;		   /* of all */
};

struct kept_place {
	size_t table, slot;
};

void kept_clear(struct kept *k);
const struct kept_answer *kept_find(const struct kept *k, uint32_t actor, const char *key); /* NULL if none */
void kept_add(struct kept *k, uint32_t actor, const char *key, const char *request, const char *reply, int64_t at);
/* Forgets older ones, a little at a time: looks at so many places from *at on, which goes on (zeroed at first). What comes to stand elsewhere
 * meanwhile may be left for the next time. True: done. */
bool kept_forget_some(struct kept *k, int64_t before, size_t n, struct kept_place *at);
