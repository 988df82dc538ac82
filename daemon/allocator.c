/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jemalloc. A daemon lives for months, and thousands of connections come and go meanwhile. The C
 * library's allocator then strews what the next ones use over all the pages that those before had:
 * an availability question took 1.4 times the processor's time after 10,000 connections had been
 * there. jemalloc keeps things of one size together, and gives back what is empty.
 *
 * A sanitizer brings an allocator of its own; with one, that of the C library is what is asked.
 */
#include "daemon/allocator.h"

#ifdef USE_JEMALLOC
#include <assert.h>
#include <jemalloc/jemalloc.h>
#include <stddef.h>

#define EVERY_ARENA "4096" /* MALLCTL_ARENAS_ALL */

/* Read at its start: one thread needs one arena. No large pages: they are worth a twentieth to
 * questions, but a pole of a million bookings takes a third longer to load, and others wait three
 * times as long meanwhile. */
const char *malloc_conf = "narenas:1";

int64_t allocator_allocated_bytes(void)
{
	uint64_t epoch = 1; /* any value: the figures are taken anew */
	size_t allocated = 0, size = sizeof(allocated);

	if (mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch)) != 0 ||
	    mallctl("stats.allocated", &allocated, &size, NULL, 0) != 0)
		assert(!"jemalloc without its figures");
	return (int64_t)allocated;
}

void allocator_give_back(void)
{
	if (mallctl("arena." EVERY_ARENA ".purge", NULL, NULL, NULL, 0) != 0)
		assert(!"jemalloc purges");
}

#else
#include <malloc.h>

int64_t allocator_allocated_bytes(void)
{
	struct mallinfo2 m = mallinfo2();

	return (int64_t)m.uordblks + (int64_t)m.hblkhd;
}

void allocator_give_back(void)
{
	malloc_trim(0);
}
#endif
