/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of servers.
 *
 * The order is by rendezvous: a hash of token and name, the highest first. One that is added or
 * taken away moves only those people who have it first.
 */
#include "client/servers.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool is_in(const struct servers *s, const struct address *address)
{
	bool found = false;
	for (size_t i = 0; i < s->n; i++)
		found = found || (strcmp(s->list[i].host, address->host) == 0 &&
				  strcmp(s->list[i].port, address->port) == 0);
	return found;
}

static char *trimmed(char *s)
{
	s += strspn(s, " ");
	size_t n = strlen(s);
	while (n > 0 && s[n - 1] == ' ')
		s[--n] = '\0';
	return s;
}

int servers_parse(const char *text, struct arena *a, struct servers *ret, const char **ret_bad)
{
	struct servers s = {0};
	char *rest = arena_strdup(a, text), *one;
	while ((one = strsep(&rest, ","))) {
		struct address address;
		one = trimmed(one);
		if (s.n == SERVERS_MOST || address_parse(one, a, &address) || is_in(&s, &address)) {
			*ret_bad = one;
			return 1;
		}
		s.list[s.n++] = address;
	}
	*ret = s;
	return 0;
}

const char *servers_format(struct arena *a, const struct servers *s)
{
	const char *text = "";
	for (size_t i = 0; i < s->n; i++)
		text =
		    arena_printf(a, "%s%s%s", text, i ? "," : "", address_format(a, &s->list[i]));
	return text;
}

/* FNV-1a, and then mixed: its high bits hardly know of the last bytes. */
static uint64_t hash_of(const char *const *parts, size_t n)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < n; i++)
		for (const char *c = parts[i];; c++) {
			hash = (hash ^ (unsigned char)*c) * 1099511628211u;
			if (!*c)
				break;
		}
	hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
	return hash ^ (hash >> 33);
}

static uint64_t weight(const struct address *address, const char *token)
{
	return hash_of((const char *[]){token, address->host, address->port}, 3);
}

void servers_arrange(struct servers *s, const char *token)
{
	for (size_t i = 1; i < s->n; i++) {
		const struct address moved = s->list[i];
		size_t at = i;
		for (; at > 0 && weight(&s->list[at - 1], token) < weight(&moved, token); at--)
			s->list[at] = s->list[at - 1];
		s->list[at] = moved;
	}
}
