/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files, read whole. */
#include "client/file.h"

#include <errno.h>
#include <stdio.h>

int file_read(const char *path, size_t max_bytes, struct arena *a, char **ret_bytes, size_t *ret_n)
{
	FILE *in = fopen(path, "re");
	if (!in)
		return -1;
	char *bytes = NULL;
	size_t n = 0, cap = 0, got = 1;
	while (got > 0 && n <= max_bytes) {
		bytes = arena_grow(a, bytes, n, &cap, n + 4097, 1);
		got = fread(bytes + n, 1, cap - n - 1, in);
		n += got;
	}
	int error = ferror(in) ? errno : n > max_bytes ? EFBIG : 0;
	fclose(in);
	if (error) {
		errno = error;
		return -1;
	}
	bytes[n] = '\0';
	*ret_bytes = bytes;
	*ret_n = n;
	return 0;
}
