/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Reads the system's zone files for tests, and draws seeded numbers. */

#include "tests/lib/zone_file.h"

#include <stdio.h>
#include <stdlib.h>

static void die(const char *what, const char *name)
{
	fprintf(stderr, "%s: %s\n", name, what);
	abort();
}

unsigned char *zone_file_read(const char *name, size_t *ret_n)
{
	enum { ROOM = 65536 };
	unsigned char *bytes = malloc(ROOM);
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	f = fopen(path, "rbe");
	if (!bytes || !f)
		die("cannot be opened", path);
	*ret_n = fread(bytes, 1, ROOM, f);
	fclose(f);
	return bytes;
}

struct zone *zone_file_load(const char *name)
{
	struct zone *z;
	size_t n;
	unsigned char *bytes = zone_file_read(name, &n);

	if (zone_new(bytes, n, name, &z))
		die("refused", name);
	free(bytes);
	return z;
}

uint64_t draw_below(struct draw *d, uint64_t below)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return d->state % below;
}

int64_t draw_between(struct draw *d, int64_t first, int64_t last)
{
	return first + (int64_t)draw_below(d, (uint64_t)(last - first) + 1);
}
