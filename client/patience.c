/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pauses between attempts. */
#include "client/patience.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <time.h>

#define PAUSE_FIRST_MS 200
#define PAUSE_MOST_MS 8000

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t random_below(int64_t n)
{
	uint32_t value = 0;
	if (RAND_bytes((unsigned char *)&value, sizeof(value)) != 1)
		abort();
	return value % n;
}

struct patience patience_of(int64_t ms)
{
	return (struct patience){.until_ms = now_ms() + ms, .pause_ms = PAUSE_FIRST_MS};
}

bool patience_wait(struct patience *p, int64_t least_ms)
{
	int64_t ms = least_ms > p->pause_ms ? least_ms : p->pause_ms;
	ms += random_below(p->pause_ms);
	if (now_ms() + ms > p->until_ms)
		return false;
	p->pause_ms = p->pause_ms * 2 < PAUSE_MOST_MS ? p->pause_ms * 2 : PAUSE_MOST_MS;
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L},
		  NULL);
	return true;
}
