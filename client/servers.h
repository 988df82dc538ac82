/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The servers of a pole: any of them will do. `a.example.org,b.example.org:7900` as they are typed,
 * stored and shown.
 *
 * Each person has an order of their own, made of the token and the servers' names: so people are
 * spread over the servers, while one person's commands go to the same server as long as it is there
 * and see at once what the one before has done. (Another server may be behind by up to a second.)
 */

#include <stddef.h>

#include "client/connection.h"

#define SERVERS_MOST 8

struct servers {
	struct address list[SERVERS_MOST];
	size_t n;
};

/* > 0: a name is not an address, is there twice, or there are none or too many; *ret_bad is it.
 * Strings live in the arena. */
int servers_parse(const char *text, struct arena *a, struct servers *ret, const char **ret_bad);
const char *servers_format(struct arena *a, const struct servers *s); /* as they are typed */
/* In the order of whoever has this token. */
void servers_arrange(struct servers *s, const char *token);
