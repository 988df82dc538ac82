/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's settings: the first line is its command line, parted by spaces, the rest its file.
 * There are settings, or there is a problem that says something. */

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WORDS_MOST 16

static int file_of(const char *text)
{
	int fd = memfd_create("settings", MFD_CLOEXEC);
	ssize_t n = (ssize_t)strlen(text);

	if (fd < 0 || write(fd, text, (size_t)n) != n)
		abort();
	return fd;
}

static void load(int argc, char **argv)
{
	struct problems problems = {0};
	struct settings s = {0};
	int r = settings_load(argc, argv, &s, &problems);

	assert(r == SETTINGS_E_PROBLEMS ? problems.n > 0 : r != SETTINGS_OK || !problems.n);
	for (size_t i = 0; i < problems.n; i++)
		assert(*problem_text(&problems, &problems.items[i]));
	if (r == SETTINGS_OK)
		assert(s.state_dir && s.listen && s.max_connections > 0);
	if (r == SETTINGS_HELP)
		assert(*settings_help(&s));
	problems_clear(&problems);
	settings_clear(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = memory_new(size + 1), *rest = text, *line, path[64];
	char program[] = "mutuald", option[] = "--config";
	char *argv[WORDS_MOST + 4] = {program, option, path};
	int argc = 3, fd;

	memcpy(text, data, size);
	line = strsep(&rest, "\n");
	for (char *word; argc < WORDS_MOST + 3 && (word = strsep(&line, " "));)
		argv[argc++] = word;
	fd = file_of(rest ? rest : "");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	load(argc, argv);
	close(fd);
	free(text);
	return 0;
}
