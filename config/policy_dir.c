/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the files of a pole's directory. */

#include "config/policy_load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
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

static const char *describe(const struct stat *st, bool readable, size_t n)
{
	if (!S_ISREG(st->st_mode))
		return "not a plain file";
	if (!readable)
		return "cannot be read to its end";
	return n > POLICY_FILE_MAX_BYTES ? "more than 1 MiB; split it into several files" : NULL;
}

/* NULL: read. `whole` has room for one byte more than a file may have. */
static const char *read_fd(int fd, char *whole, struct arena *a, struct policy_file *file)
{
	struct stat st = {0};
	ssize_t got = 0;
	size_t n = 0;
	const char *problem;
	char *text;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		while (n <= POLICY_FILE_MAX_BYTES &&
		       (got = read(fd, whole + n, POLICY_FILE_MAX_BYTES + 1 - n)) > 0)
			n += (size_t)got;
	problem = describe(&st, got >= 0, n);
	if (problem)
		return problem;
	text = arena_alloc(a, n + 1);
	memcpy(text, whole, n);
	file->text = text;
	file->n = n;
	return NULL;
}

static void read_file(int dir_fd, char *whole, struct arena *a, struct policy_file *file,
		      struct problems *problems)
{
	struct place place = {file->name, 0, 0};
	int fd = openat(dir_fd, file->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *problem;

	if (fd < 0) {
		problems_add(problems, place, "cannot be read: %s", strerror(errno));
		return;
	}
	problem = read_fd(fd, whole, a, file);
	close(fd);
	if (problem)
		problems_add(problems, place, "%s", problem);
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
	char *whole;
	size_t n;

	if (!d) {
		problems_add(ret_problems, place, "cannot be read: %s", strerror(errno));
		return POLICY_LOAD_E_PROBLEMS;
	}
	n = list_names(d, a, &files, ret_problems);
	whole = memory_new(POLICY_FILE_MAX_BYTES + 1);
	for (size_t i = 0; i < n; i++)
		read_file(dirfd(d), whole, a, &files[i], ret_problems);
	free(whole);
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

struct place policy_pole_place(const struct policy *p)
{
	static const char key[] = "pole:";

	for (const struct policy_file *f = p->files; f < p->files + p->n_files; f++) {
		int line = 1;

		for (const char *at = f->text; at; line++) {
			if (strncmp(at, key, sizeof(key) - 1) == 0)
				return (struct place){f->name, line, 1};
			at = strchr(at, '\n');
			if (at)
				at++;
		}
	}
	return (struct place){.file = ""};
}
