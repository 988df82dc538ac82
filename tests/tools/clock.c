/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sets a daemon's clock ahead or back: LD_PRELOAD this, with TEST_CLOCK naming a file of one int64,
 * the seconds by which it is off, which may be overwritten meanwhile. What only ever counts on is
 * as it is.
 *
 * libfaketime, which sets the clocks of other programs here, looks up symbols when it is first
 * asked for the time, and so allocates; jemalloc asks for the time when it is first asked to
 * allocate. Whichever is first waits for itself.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int64_t offset_s(void)
{
	static const int64_t *volatile offset;
	const char *path = getenv("TEST_CLOCK");
	void *mapped;
	int fd;

	if (offset)
		return *offset;
	fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return 0;
	mapped = mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (mapped == MAP_FAILED)
		return 0;
	offset = mapped;
	return *offset;
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
	int r = (int)syscall(SYS_clock_gettime, clock, at);

	if (r == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		at->tv_sec += offset_s();
	return r;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone)
{
	struct timespec now;
	int r = clock_gettime(CLOCK_REALTIME, &now);

	*at = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
	return r;
}

time_t time(time_t *ret)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}
