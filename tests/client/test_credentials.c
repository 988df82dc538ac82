/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of credentials: what goes in comes out, for its owner alone. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "client/credentials.h"
#include "client/session.h"

static char folder[] = "/tmp/mutual-test-XXXXXX";

static const struct credentials some = {
    .servers = {.list = {{"pole.example.org", "7900"}, {"::1", "7823"}}, .n = 2},
    .token = "T0KEN",
    .ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
};

static mode_t mode_of(const char *path)
{
	struct stat s;
	assert_int_equal(stat(path, &s), 0);
	return s.st_mode & 0777;
}

static void saved_and_loaded(void **state)
{
	static const char *const profiles[] = {NULL, "work", "m02"};
	for (size_t i = 0; i < 3; i++) {
		struct arena a = {0};
		struct credentials c;
		const char *path;
		assert_int_equal(credentials_load(profiles[i], &a, &c, &path), CREDENTIALS_E_NONE);
		assert_int_equal(credentials_save(profiles[i], &some, &a, &path), CREDENTIALS_OK);
		assert_int_equal(mode_of(path), 0600);
		assert_int_equal(credentials_load(profiles[i], &a, &c, &path), CREDENTIALS_OK);
		assert_string_equal(c.servers.list[0].host, some.servers.list[0].host);
		assert_string_equal(c.servers.list[0].port, some.servers.list[0].port);
		assert_string_equal(c.token, some.token);
		assert_string_equal(c.ca_pem, some.ca_pem);
		arena_clear(&a);
	}
	struct arena a = {0};
	assert_int_equal(mode_of(arena_printf(&a, "%s/new/mutual", folder)), 0700);
	arena_clear(&a);
}

static void replaced_whole(void **state)
{
	struct arena a = {0};
	struct credentials c, other = some;
	const char *path;
	other.ca_pem = NULL;
	other.token = "SHORT";
	assert_int_equal(credentials_save("twice", &some, &a, &path), CREDENTIALS_OK);
	assert_int_equal(credentials_save("twice", &other, &a, &path), CREDENTIALS_OK);
	assert_int_equal(credentials_load("twice", &a, &c, &path), CREDENTIALS_OK);
	assert_string_equal(c.token, "SHORT");
	assert_null(c.ca_pem);
	arena_clear(&a);
}

static void open_to_others_is_refused(void **state)
{
	struct arena a = {0};
	struct credentials c;
	const char *path;
	assert_int_equal(credentials_save("open", &some, &a, &path), CREDENTIALS_OK);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(credentials_load("open", &a, &c, &path), CREDENTIALS_E_OPEN_TO_OTHERS);
	arena_clear(&a);
}

static void damaged_is_told(void **state)
{
	static const char *const texts[] = {
	    "", "server=host\n", "token=x\n", "server=a b\ntoken=x\n", "server=host\ntoken=\n",
	    "x"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct arena a = {0};
		struct credentials c;
		const char *path;
		assert_int_equal(credentials_save("bad", &some, &a, &path), CREDENTIALS_OK);
		FILE *out = fopen(path, "w");
		assert_non_null(out);
		fputs(texts[i], out);
		fclose(out);
		assert_int_equal(credentials_load("bad", &a, &c, &path), CREDENTIALS_E_MALFORMED);
		arena_clear(&a);
	}
}

static void names_of_profiles(void **state)
{
	assert_true(profile_is_valid("m02") && profile_is_valid("La-Remise_2.b"));
	assert_false(profile_is_valid("") || profile_is_valid("../x") || profile_is_valid(".x") ||
		     profile_is_valid("a b"));
}

static void names_of_zones(void **state)
{
	struct arena a = {0};
	assert_string_equal(zone_path(&a, "Europe/Paris"), "/usr/share/zoneinfo/Europe/Paris");
	assert_non_null(zone_path(&a, "Etc/GMT+5"));
	assert_null(zone_path(&a, ""));
	assert_null(zone_path(&a, "/etc/passwd"));
	assert_null(zone_path(&a, "../../../etc/passwd"));
	arena_clear(&a);
}

static int setup(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	struct arena a = {0};
	setenv("XDG_CONFIG_HOME", arena_printf(&a, "%s/new", folder), 1);
	arena_clear(&a);
	return 0;
}

static int teardown(void **state)
{
	struct arena a = {0};
	int answer = system(arena_printf(&a, "rm -r '%s'", folder));
	arena_clear(&a);
	return answer;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(saved_and_loaded),		 cmocka_unit_test(replaced_whole),
	    cmocka_unit_test(open_to_others_is_refused), cmocka_unit_test(damaged_is_told),
	    cmocka_unit_test(names_of_profiles),	 cmocka_unit_test(names_of_zones),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
