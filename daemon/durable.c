/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes files that outlast a loss of power. */
#include "daemon/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int durable_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/* The directory that the path is in. */
static int flush_dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];

	if (!slash)
		return durable_dir(".");
	snprintf(dir, sizeof(dir), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	return durable_dir(dir);
}

/* Takes the descriptor, which may be none, with errno. */
static int write_and_close(int fd, mode_t mode, const char *bytes, size_t n)
{
	int r = fd < 0 || fchmod(fd, mode) < 0 ? -errno : 0;

	while (!r && n > 0) {
		ssize_t written = write(fd, bytes, n);

		if (written < 0 && errno != EINTR)
			r = -errno;
		if (written > 0) {
			bytes += written;
			n -= (size_t)written;
		}
	}
	if (!r && fsync(fd) < 0)
		r = -errno;
	if (fd >= 0)
		close(fd);
	return r;
}

int durable_write(const char *path, mode_t mode, bool anew, const char *bytes, size_t n)
{
	const int how = O_WRONLY | O_CREAT | O_CLOEXEC | (anew ? O_TRUNC : O_APPEND);
	int r = write_and_close(open(path, how, mode), mode, bytes, n);

	return r ? r : flush_dir_of(path);
}

int durable_replace(const char *path, mode_t mode, const char *bytes, size_t n)
{
	const int how = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	char beside[PATH_MAX + sizeof(".new")];
	int r;

	snprintf(beside, sizeof(beside), "%s.new", path);
	unlink(beside);
	r = write_and_close(open(beside, how, mode), mode, bytes, n);
	return r ? r : durable_rename(beside, path);
}

int durable_mkdir(const char *path, mode_t mode)
{
	if (mkdir(path, mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	return flush_dir_of(path);
}

int durable_rename(const char *from, const char *to)
{
	return rename(from, to) < 0 ? -errno : flush_dir_of(to);
}
