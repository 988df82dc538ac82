/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's file of credentials: what is taken is there after it was saved and loaded again. */

#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/credentials.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/fuzz-credentials.XXXXXX";

static void remove_folder(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/mutual/credentials", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/mutual", folder);
	rmdir(path);
	rmdir(folder);
}

static void make_folder(void)
{
	char path[128];

	if (!mkdtemp(folder) || setenv("XDG_CONFIG_HOME", folder, 1))
		abort();
	snprintf(path, sizeof(path), "%s/mutual", folder);
	if (mkdir(path, 0700))
		abort();
	atexit(remove_folder);
}

static void write_file(const uint8_t *data, size_t size)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/mutual/credentials", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd))
		abort();
}

static void check_again(const struct credentials *c, struct arena *a)
{
	struct credentials again;
	const char *path;

	assert(credentials_save(NULL, c, a, &path) == CREDENTIALS_OK);
	assert(credentials_load(NULL, a, &again, &path) == CREDENTIALS_OK);
	assert(strcmp(again.token, c->token) == 0);
	assert(strcmp(servers_format(a, &again.servers), servers_format(a, &c->servers)) == 0);
	assert(!c->ca_pem == !again.ca_pem && (!c->ca_pem || !strcmp(c->ca_pem, again.ca_pem)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct credentials c;
	struct arena a = {0};
	const char *path;

	if (strstr(folder, "XXXXXX"))
		make_folder();
	write_file(data, size);
	if (credentials_load(NULL, &a, &c, &path) == CREDENTIALS_OK)
		check_again(&c, &a);
	arena_clear(&a);
	return 0;
}
