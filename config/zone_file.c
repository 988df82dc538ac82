/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the system's time zone files. */

#include "config/policy_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/zone.h"

enum { ZONE_NAME_MAX_BYTES = 64, ZONE_FILE_MAX_BYTES = 256 * 1024 };

/* Without a dot there is no way up; without a slash in front, none from the root. */
static bool is_zone_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-_/");

	return n > 0 && n <= ZONE_NAME_MAX_BYTES && s[n] == '\0' && s[0] != '/';
}

/* The size read; < 0: -errno. */
static ssize_t read_whole(int fd, char *bytes, size_t size)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, bytes + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

static int zone_from_fd(int fd, const char *name, struct zone **ret)
{
	struct arena a = {0};
	struct stat st;
	ssize_t n;
	char *bytes;
	int answer;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > ZONE_FILE_MAX_BYTES)
		return ZONE_E_MALFORMED;
	bytes = arena_alloc(&a, (size_t)st.st_size + 1);
	n = read_whole(fd, bytes, (size_t)st.st_size);
	answer = n < 0 ? (int)n : zone_new(bytes, (size_t)n, name, ret);
	arena_clear(&a);
	return answer;
}

int zone_from_system(void *arg, const char *name, struct zone **ret)
{
	const char *dir = arg ? arg : "/usr/share/zoneinfo";
	char path[4096];
	int fd, answer;

	if (!is_zone_name(name) ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return ZONE_E_MALFORMED;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? ZONE_E_MALFORMED : -errno;
	answer = zone_from_fd(fd, name, ret);
	close(fd);
	return answer;
}
