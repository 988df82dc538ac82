/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is flushed, as fsync() is called for it: a loss of power is not to be had in a test. */
#include "daemon/durable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_durable.XXXXXX";
static char flushed[4 * PATH_MAX]; /* each as " NAME", below the directory; its own is "." */
static bool fails;

int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	assert_true(n > 0);
	path[n] = '\0';
	assert_memory_equal(path, dir, strlen(dir));
	strcat(flushed, " ");
	strcat(flushed, path[strlen(dir)] ? path + strlen(dir) + 1 : ".");
	if (!fails)
		return __real_fsync(fd);
	errno = EIO;
	return -1;
}

static const char *path(const char *name)
{
	static char p[2][PATH_MAX];
	static int i;

	i = !i;
	snprintf(p[i], sizeof(p[i]), "%s/%s", dir, name);
	return p[i];
}

static void assert_says(const char *name, const char *text, mode_t mode)
{
	char bytes[64] = "";
	struct stat st;
	FILE *f = fopen(path(name), "r");

	assert_non_null(f);
	assert_int_equal(fread(bytes, 1, sizeof(bytes) - 1, f), strlen(text));
	assert_string_equal(bytes, text);
	assert_int_equal(fstat(fileno(f), &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	fclose(f);
}

static int begin(void **state)
{
	flushed[0] = '\0';
	fails = false;
	return 0;
}

static void what_is_written_is_flushed_and_its_name(void **state)
{
	assert_int_equal(durable_write(path("token"), 0600, false, "a\n", 2), 0);
	assert_string_equal(flushed, " token .");
	assert_int_equal(durable_write(path("token"), 0600, false, "b\n", 2), 0);
	assert_says("token", "a\nb\n", 0600);
	assert_int_equal(durable_write(path("token"), 0600, true, "c\n", 2), 0);
	assert_says("token", "c\n", 0600);
}

static void what_is_replaced_is_whole_before_it_has_its_name(void **state)
{
	assert_int_equal(durable_replace(path("key"), 0644, "old", 3), 0);
	flushed[0] = '\0';
	assert_int_equal(durable_replace(path("key"), 0600, "new", 3), 0);
	assert_string_equal(flushed, " key.new .");
	assert_says("key", "new", 0600);
	assert_int_equal(access(path("key.new"), F_OK), -1);
}

static void a_directory_is_made_once(void **state)
{
	assert_int_equal(durable_mkdir(path("in"), 0700), 0);
	assert_string_equal(flushed, " .");
	assert_int_equal(durable_mkdir(path("in"), 0700), 0);
	assert_string_equal(flushed, " .");
	assert_int_equal(durable_mkdir(path("nowhere/in"), 0700), -ENOENT);
}

static void what_cannot_be_flushed_is_told(void **state)
{
	fails = true;
	assert_int_equal(durable_replace(path("key"), 0600, "newer", 5), -EIO);
	assert_says("key", "new", 0600);
	assert_int_equal(durable_write(path("token"), 0600, true, "d\n", 2), -EIO);
	assert_int_equal(durable_dir(dir), -EIO);
	assert_int_equal(durable_rename(path("token"), path("key")), -EIO);
	assert_int_equal(durable_rename(path("nothing"), path("key")), -ENOENT);
	assert_int_equal(durable_write(path("nothing/token"), 0600, true, "", 0), -ENOENT);
	assert_int_equal(durable_dir(path("key")), -ENOTDIR);
}

static int make_dir(void **state)
{
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	static const char *const names[] = {"token", "key", "key.new", "in", ""};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		remove(path(names[i]));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(what_is_written_is_flushed_and_its_name, begin),
	    cmocka_unit_test_setup(what_is_replaced_is_whole_before_it_has_its_name, begin),
	    cmocka_unit_test_setup(a_directory_is_made_once, begin),
	    cmocka_unit_test_setup(what_cannot_be_flushed_is_told, begin),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
