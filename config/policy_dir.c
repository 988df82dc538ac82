/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the files of a pole's directory. */

#include "config/policy_load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

static int file_compare(const void *a, const void *b)
{
	return strcmp(((const struct policy_file *)a)->name, ((const struct policy_file *)b)->name);
}

static bool read_stream(FILE *f, struct arena *a, struct policy_file *ret)
{
	char *text = arena_alloc(a, POLICY_FILE_MAX_BYTES + 2);

	ret->n = fread(text, 1, POLICY_FILE_MAX_BYTES + 1, f);
	ret->text = text;
	return !ferror(f);
}

/* Reads one byte more than a file may have, so that policy_load() sees that it has too many. */
static void read_file(int dir_fd, struct arena *a, struct policy_file *file, struct place place,
		      struct problems *problems)
{
	struct arena whole = {0};
	struct policy_file got = {0};
	struct stat st;
	int fd = openat(dir_fd, file->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (!f) {
		problems_add(problems, place, "cannot be read: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		problems_add(problems, place, "not a plain file");
	else if (!read_stream(f, &whole, &got))
		problems_add(problems, place, "cannot be read: %s", strerror(errno));
	else if (got.n > POLICY_FILE_MAX_BYTES)
		problems_add(problems, place, "more than %d bytes; split it into several files",
			     POLICY_FILE_MAX_BYTES);
	fclose(f);
	file->text = arena_strndup(a, got.n > 0 ? got.text : "", got.n);
	file->n = got.n;
	arena_clear(&whole);
}

/* Hidden files are an editor's or a version control's. */
static size_t list_names(DIR *d, struct arena *a, struct policy_file **ret_files,
			 struct problems *problems)
{
	struct policy_file *files = arena_new_n(a, struct policy_file, POLICY_MAX_FILES);
	const struct dirent *entry;
	size_t n = 0;

	while ((entry = readdir(d))) {
		struct place place = {entry->d_name, 0, 0};

		if (entry->d_name[0] == '.')
			continue;
		if (ends_in(entry->d_name, ".yml"))
			problems_add(problems, place, "would not be read; call it %.*s.yaml",
				     (int)strlen(entry->d_name) - 4, entry->d_name);
		if (!ends_in(entry->d_name, ".yaml"))
			continue;
		if (n == POLICY_MAX_FILES) {
			problems_add(problems, (struct place){"", 0, 0},
				     "more than %d files; a policy has at most that many",
				     POLICY_MAX_FILES);
			break;
		}
		files[n++].name = arena_strdup(a, entry->d_name);
	}
	*ret_files = files;
	return n;
}

int policy_read_dir(const char *dir, struct arena *a, struct policy_file **ret_files, size_t *ret_n,
		    struct problems *ret_problems)
{
	size_t before = ret_problems->n + ret_problems->n_more;
	struct place place = {dir, 0, 0};
	struct policy_file *files = NULL;
	DIR *d = opendir(dir);
	size_t n;

	if (!d) {
		problems_add(ret_problems, place, "cannot be read: %s", strerror(errno));
		return POLICY_LOAD_E_PROBLEMS;
	}
	n = list_names(d, a, &files, ret_problems);
	for (size_t i = 0; i < n; i++)
		read_file(dirfd(d), a, &files[i], (struct place){files[i].name, 0, 0},
			  ret_problems);
	closedir(d);
	if (n == 0)
		problems_add(ret_problems, place, "no *.yaml files here; a pole has at least one");
	if (ret_problems->n + ret_problems->n_more != before)
		return POLICY_LOAD_E_PROBLEMS;
	qsort(files, n, sizeof(*files), file_compare);
	*ret_files = files;
	*ret_n = n;
	return POLICY_LOAD_OK;
}
