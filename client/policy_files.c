/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory of policy files, taken apart into lines. */
#include "client/policy_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/file.h"
#include "client/policy_put.h"

#define FILE_MAX_BYTES (1024 * 1024)

static int is_policy(const struct dirent *e)
{
	size_t n = strlen(e->d_name);
	return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".yaml") == 0;
}

/* What was probably meant to be read. */
static int is_misnamed(const struct dirent *e)
{
	size_t n = strlen(e->d_name);
	const char *ending = n > 4 ? strrchr(e->d_name, '.') : NULL;
	return ending && e->d_name[0] != '.' && !is_policy(e) &&
	       (strcasecmp(ending, ".yml") == 0 || strcasecmp(ending, ".yaml") == 0);
}

static void warn_misnamed(const char *dir)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, is_misnamed, alphasort);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		text_complain(TEXT_POLICY_YML, dir, name, (int)(strrchr(name, '.') - name), name);
		free(entries[i]);
	}
	free(entries);
}

/* Where a line holds what the protocol cannot carry (ret: what it is); 0: nowhere. */
static size_t bad_column(const char *line, size_t n, unsigned *ret)
{
	size_t column = 1;
	for (size_t at = 0; at < n; column++) {
		unsigned c = 0;
		size_t width = character_decode(line + at, &c);
		*ret = c;
		if (width == 0 || (c < 0x20 && c != '\t') || c == 0x7f)
			return column;
		at += width;
	}
	return 0;
}

static enum exit_code check_line(const char *path, size_t number, const char *line, size_t n)
{
	unsigned c;
	size_t column = bad_column(line, n, &c);
	if (column)
		text_complain(c == '\r' ? TEXT_POLICY_CR : TEXT_POLICY_BYTE, path, number, column);
	else if (n > POLICY_LINE_MAX_BYTES)
		text_complain(TEXT_POLICY_LONG, path, number, (size_t)POLICY_LINE_MAX_BYTES);
	else
		return EXIT_DONE;
	return EXIT_REFUSED;
}

/* Lines may end with CR LF. The first bad line of a file is told; an empty file is an empty line,
 * since nothing at all could not be put. */
static enum exit_code split_lines(struct cli *cli, const char *path, const char *bytes, size_t n,
				  struct policy_file *ret)
{
	enum exit_code code = EXIT_DONE;
	size_t cap = 0;
	for (size_t at = 0; at < n || ret->n_lines == 0;) {
		const char *end = n == 0 ? NULL : memchr(bytes + at, '\n', n - at);
		size_t whole = end ? (size_t)(end - bytes) - at : n - at;
		size_t length = whole > 0 && end && end[-1] == '\r' ? whole - 1 : whole;
		char *line = arena_alloc(&cli->arena, length + 1);
		memcpy(line, bytes + at, length);
		if (!code)
			code = check_line(path, ret->n_lines + 1, line, length);
		ret->lines = arena_grow(&cli->arena, ret->lines, ret->n_lines, &cap,
					ret->n_lines + 1, sizeof(*ret->lines));
		ret->lines[ret->n_lines++] = line;
		at += whole + 1;
	}
	return code;
}

static enum exit_code read_one(struct cli *cli, const char *dir, const char *name,
			       struct policy_file *ret)
{
	const char *path = arena_printf(&cli->arena, "%s/%s", dir, name);
	char *bytes;
	size_t n;
	*ret = (struct policy_file){.name = arena_strdup(&cli->arena, name)};
	if (file_read(path, FILE_MAX_BYTES, &cli->arena, &bytes, &n) == 0)
		return split_lines(cli, path, bytes, n, ret);
	text_complain(TEXT_CANNOT_READ, path, strerror(errno));
	return EXIT_USAGE;
}

enum exit_code policy_files_read(struct cli *cli, const char *dir, struct policy_files *ret)
{
	struct dirent **entries = NULL;
	enum exit_code worst = EXIT_DONE;
	warn_misnamed(dir);
	int n = scandir(dir, &entries, is_policy, alphasort);
	if (n <= 0) {
		text_complain(n < 0 ? TEXT_CANNOT_READ : TEXT_POLICY_NONE, dir,
			      n < 0 ? strerror(errno) : "");
		free(entries);
		return EXIT_USAGE;
	}
	*ret = (struct policy_files){
	    .items = arena_new_n(&cli->arena, struct policy_file, (size_t)n), .n = (size_t)n};
	for (int i = 0; i < n; i++) {
		enum exit_code code = read_one(cli, dir, entries[i]->d_name, &ret->items[i]);
		worst = code > worst ? code : worst;
		ret->n_lines += ret->items[i].n_lines;
		free(entries[i]);
	}
	free(entries);
	return worst;
}
