/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones for tests. */
#include "tests/client/zone_of.h"

#include <assert.h>

#include "client/file.h"
#include "lib/moment.h"

struct zone *zone_of(const char *name)
{
	struct arena a = {0};
	struct zone *z = NULL;
	char *bytes;
	size_t n;
	int read =
	    file_read(arena_printf(&a, "/usr/share/zoneinfo/%s", name), 1 << 20, &a, &bytes, &n);
	assert(read == 0 && zone_new(bytes, n, name, &z) == ZONE_OK);
	arena_clear(&a);
	return z;
}

int64_t instant_of(const struct zone *z, const char *local)
{
	struct moment m;
	int answer = moment_parse(local, &m);
	assert(answer == MOMENT_OK);
	return moment_utc(&m, z);
}
