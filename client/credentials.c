/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file of credentials: `key=value` lines, then the CA as PEM. Written beside its place, flushed
 * and renamed, so that a crash leaves the old one or the new one.
 */
#include "client/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/file.h"

#define CREDENTIALS_MAX_BYTES (256 * 1024)
#define PEM_BEGIN "-----BEGIN "

int profile_is_valid(const char *profile)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n = strlen(profile);
	return n > 0 && n <= 64 && profile[0] != '.' && strspn(profile, allowed) == n;
}

static const char *directory(struct arena *a)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (config && *config == '/')
		return arena_printf(a, "%s/mutual", config);
	return arena_printf(a, "%s/.config/mutual", home && *home ? home : "");
}

static const char *path_of(const char *profile, struct arena *a)
{
	const char *dir = directory(a);
	return profile ? arena_printf(a, "%s/credentials.%s", dir, profile)
		       : arena_printf(a, "%s/credentials", dir);
}

static int parse(char *rest, struct arena *a, struct credentials *ret)
{
	struct credentials c = {0};
	const char *bad;
	while (*rest) {
		if (strncmp(rest, PEM_BEGIN, strlen(PEM_BEGIN)) == 0) {
			c.ca_pem = rest;
			break;
		}
		char *line = strsep(&rest, "\n");
		if (strncmp(line, "server=", 7) == 0 &&
		    servers_parse(line + 7, a, &c.servers, &bad))
			return CREDENTIALS_E_MALFORMED;
		if (strncmp(line, "token=", 6) == 0)
			c.token = line + 6;
		if (!rest)
			break;
	}
	if (!c.servers.n || !c.token || !*c.token)
		return CREDENTIALS_E_MALFORMED;
	*ret = c;
	return CREDENTIALS_OK;
}

int credentials_load(const char *profile, struct arena *a, struct credentials *ret,
		     const char **ret_path)
{
	struct stat status;
	char *bytes;
	size_t n;
	*ret_path = path_of(profile, a);
	if (stat(*ret_path, &status) != 0)
		return errno == ENOENT ? CREDENTIALS_E_NONE : -1;
	if (status.st_mode & 077)
		return CREDENTIALS_E_OPEN_TO_OTHERS;
	if (file_read(*ret_path, CREDENTIALS_MAX_BYTES, a, &bytes, &n) != 0)
		return -1;
	return parse(bytes, a, ret);
}

static int make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int answer = mkdir(path, 0700);
		*slash = '/';
		if (answer != 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int write_file(int fd, const struct credentials *c)
{
	struct arena a = {0};
	FILE *out = fdopen(fd, "w");
	if (!out) {
		close(fd);
		return -1;
	}
	fprintf(out,
		"# mutual: who you are. Whoever reads this can book in your "
		"name.\nserver=%s\ntoken=%s\n%s",
		servers_format(&a, &c->servers), c->token, c->ca_pem ? c->ca_pem : "");
	arena_clear(&a);
	int failed = ferror(out) || fflush(out) != 0 || fsync(fd) != 0;
	return fclose(out) != 0 || failed ? -1 : 0;
}

int credentials_save(const char *profile, const struct credentials *c, struct arena *a,
		     const char **ret_path)
{
	*ret_path = path_of(profile, a);
	if (make_directories(arena_strdup(a, *ret_path)) != 0)
		return -1;
	char *beside = arena_printf(a, "%s.XXXXXX", *ret_path);
	int fd = mkostemp(beside, O_CLOEXEC); /* 0600 by its nature */
	if (fd < 0)
		return -1;
	if (write_file(fd, c) == 0 && rename(beside, *ret_path) == 0)
		return CREDENTIALS_OK;
	int saved = errno;
	unlink(beside);
	errno = saved;
	return -1;
}
