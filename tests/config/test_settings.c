/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings from the command line and from a file, and what is wrong with them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/settings.h"
#include "tests/config/loading.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
enum { ARGUMENTS_MAX = 8 };

static int load(const char *const *arguments, struct settings *ret, struct problems *problems)
{
	char *argv[ARGUMENTS_MAX + 2] = {(char *)"mutuald"};
	int argc = 1;

	for (; *arguments; arguments++)
		argv[argc++] = (char *)*arguments;
	return settings_load(argc, argv, ret, problems);
}

static void expect_arguments(const char *const *arguments, const char *expected)
{
	struct settings s;
	struct problems problems = {0};
	int answer = load(arguments, &s, &problems);

	assert_string_equal(all_problems(&problems), expected);
	assert_int_equal(answer, SETTINGS_E_PROBLEMS);
	problems_clear(&problems);
	settings_clear(&s);
}

static const struct {
	const char *arguments[ARGUMENTS_MAX], *problems;
} refused[] = {
    {{"--frobnicate"}, "--frobnicate: unknown option; --help lists them all"},
    {{"--polcy-dir", "x"},
     "--polcy-dir: unknown option; did you mean --policy-dir?\n"
     "x: is not an option; an option begins with --, its value follows it"},
    {{"--polcy-dir=x"}, "--polcy-dir: unknown option; did you mean --policy-dir?"},
    {{"-x"}, "-x: unknown option; --help lists them all"},
    {{"--verbose", "-xy"},
     "-x: unknown option; --help lists them all\n-y: unknown option; --help lists them all"},
    {{"poles"}, "poles: is not an option; an option begins with --, its value follows it"},
    {{"--", "poles"}, "poles: is not an option; an option begins with --, its value follows it"},
    {{"--listen"}, "--listen: needs a value; write it after a space or a ="},
    {{"--check=yes"}, "--check: takes no value"},
    {{"--listen", "nowhere"},
     "--listen: \"nowhere\" is not an address and a port; write 127.0.0.1:7823, [::1]:7823 or "
     ":7823"},
    {{"--listen", "127.0.0.1:70000"},
     "--listen: \"127.0.0.1:70000\" is not an address and a port; write 127.0.0.1:7823, [::1]:7823 "
     "or :7823"},
    {{"--listen", "::1:7823"},
     "--listen: \"::1:7823\" is not an address and a port; write 127.0.0.1:7823, [::1]:7823 or "
     ":7823"},
    {{"--listen", "[::1"},
     "--listen: \"[::1\" is not an address and a port; write 127.0.0.1:7823, [::1]:7823 or :7823"},
    {{"--state-dir", ""}, "--state-dir: says nothing; write DIR, or leave it out"},
    {{"--auth-timeout", "soon"}, "--auth-timeout: \"soon\" is not a number from 1 to 3600"},
    {{"--max-connections", "0"}, "--max-connections: \"0\" is not a number from 1 to 1000000"},
    {{"--memory", "512"},
     "--memory: \"512\" is not a size from 1 MB to 1000000 MB; write 512 MB, or 2 GB"},
    {{"--memory", "0 MB"},
     "--memory: \"0 MB\" is not a size from 1 MB to 1000000 MB; write 512 MB, or 2 GB"},
    {{"--memory", "4000 GB"},
     "--memory: \"4000 GB\" is not a size from 1 MB to 1000000 MB; write 512 MB, or 2 GB"},
    {{"--memory", "1 MB more"},
     "--memory: \"1 MB more\" is not a size from 1 MB to 1000000 MB; write 512 MB, or 2 GB"},
    {{"--max-connections", "-5"}, "--max-connections: \"-5\" is not a number from 1 to 1000000"},
    {{"--max-connections", "9999999999999999999"},
     "--max-connections: \"9999999999999999999\" is not a number from 1 to 1000000"},
    {{"--tls-key", "k"},
     "tls-key: a certificate and its key come together; say tls-certificate as well"},
    {{"--tls-certificate", "c"},
     "tls-certificate: a certificate and its key come together; say tls-key as well"},
    {{"--database", "x", "--postgres-bin", "y"},
     "postgres-bin: is for the private database, and database names another; leave one of them "
     "out"},
    {{"--config", "/nonexistent.yaml"},
     "/nonexistent.yaml: cannot be read: No such file or directory"},
    {{"--config", "/"}, "/: cannot be read: Is a directory"},
    {{"--listen", "x", "--idle-timeout", "x"},
     "--idle-timeout: \"x\" is not a number from 1 to 2592000\n"
     "--listen: \"x\" is not an address and a port; write 127.0.0.1:7823, [::1]:7823 or :7823"},
};

static void options_that_are_refused(void **state)
{
	for (size_t i = 0; i < COUNT(refused); i++)
		expect_arguments(refused[i].arguments, refused[i].problems);
}

static void what_nobody_says(void **state)
{
	const char *const none[] = {NULL};
	struct settings s;
	struct problems problems = {0};

	assert_int_equal(load(none, &s, &problems), SETTINGS_OK);
	assert_string_equal(s.state_dir, "/var/lib/mutuald");
	assert_string_equal(s.policy_dir, "/etc/mutuald/poles");
	assert_string_equal(s.listen, "127.0.0.1:7823");
	assert_null(s.database);
	assert_null(s.user);
	assert_int_equal(s.max_connections, 10000);
	assert_int_equal(s.max_connections_per_address, 1000);
	assert_int_equal(s.auth_timeout_s, 10);
	assert_int_equal(s.idle_timeout_s, 3600);
	assert_int_equal(s.rest_after_s, 600);
	assert_int_equal(s.memory_bytes, INT64_C(1) << 30);
	assert_false(s.tls12 || s.check || s.migrate || s.verbose);
	problems_clear(&problems);
	settings_clear(&s);
}

static void addresses(void **state)
{
	static const char *const good[] = {"127.0.0.1:0", "[::1]:7823", ":65535", "localhost:1",
					   "[::]:7823"};

	for (size_t i = 0; i < COUNT(good); i++) {
		const char *const arguments[] = {"--listen", good[i], NULL};
		struct settings s;
		struct problems problems = {0};

		assert_int_equal(load(arguments, &s, &problems), SETTINGS_OK);
		assert_string_equal(s.listen, good[i]);
		problems_clear(&problems);
		settings_clear(&s);
	}
}

static void help_and_version_come_before_problems(void **state)
{
	const char *const help[] = {"--listen", "x", "--help", "--verison", NULL},
			  *const version[] = {"--version", NULL}, *const h[] = {"-h", NULL},
			  *const schema[] = {"--policy-schema", NULL};
	struct settings s;
	struct problems problems = {0};

	assert_int_equal(load(help, &s, &problems), SETTINGS_HELP);
	assert_non_null(strstr(settings_help(&s), "--max-connections-per-address N"));
	settings_clear(&s);
	assert_int_equal(load(h, &s, &problems), SETTINGS_HELP);
	settings_clear(&s);
	assert_int_equal(load(version, &s, &problems), SETTINGS_VERSION);
	settings_clear(&s);
	assert_int_equal(load(schema, &s, &problems), SETTINGS_POLICY_SCHEMA);
	settings_clear(&s);
	problems_clear(&problems);
}

static void help_fits_the_terminal(void **state)
{
	struct settings s = {0};
	const char *help = settings_help(&s);

	for (const char *line = help; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 100);
	assert_non_null(strstr(help, "(default 127.0.0.1:7823)"));
	settings_clear(&s);
}

struct config {
	char path[32];
	struct settings settings;
	struct problems problems;
};

static int make_config(void **state)
{
	struct config *c = memory_new(sizeof(*c));

	snprintf(c->path, sizeof(c->path), "/tmp/settings-XXXXXX");
	*state = c;
	close(mkstemp(c->path));
	return 0;
}

static int remove_config(void **state)
{
	struct config *c = *state;

	unlink(c->path);
	problems_clear(&c->problems);
	settings_clear(&c->settings);
	free(c);
	return 0;
}

static int load_config(struct config *c, const char *text, const char *option, const char *value)
{
	const char *const arguments[] = {option, value, "--config", c->path, NULL};
	FILE *f = fopen(c->path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return load(arguments, &c->settings, &c->problems);
}

static void the_command_line_wins(void **state)
{
	struct config *c = *state;

	assert_int_equal(
	    load_config(c, "# mine\nlisten: \":1\"\nstate-dir: /s\ntls12: true\nauth-timeout: 5\n",
			"--listen", ":2"),
	    SETTINGS_OK);
	assert_string_equal(all_problems(&c->problems), "");
	assert_string_equal(c->settings.listen, ":2");
	assert_string_equal(c->settings.state_dir, "/s");
	assert_string_equal(c->settings.policy_dir, "/etc/mutuald/poles");
	assert_true(c->settings.tls12);
	assert_int_equal(c->settings.auth_timeout_s, 5);
}

static void problems_of_the_file(void **state)
{
	struct config *c = *state;
	const char *expected = arena_printf(
	    &c->settings.arena, "--max-connections: \"x\" is not a number from 1 to 1000000");

	expected =
	    arena_printf(&c->problems.arena,
			 "%s\n"
			 "%s:1:1: unknown key \"listn\"; did you mean \"listen\"?\n"
			 "%s:2:15: \"no\" is not a number from 1 to 3600\n"
			 "%s:3:8: \"tls12\" is \"yes\"; it must be true or false, without quotes\n"
			 "%s:4:9: \"listen\" is a list; it must be a text\n"
			 "%s:5:1: unknown key \"check\"; did you mean",
			 expected, c->path, c->path, c->path, c->path, c->path);
	settings_clear(&c->settings);
	assert_int_equal(
	    load_config(c, "listn: x\nauth-timeout: no\ntls12: yes\nlisten: [x]\ncheck: true\n",
			"--max-connections", "x"),
	    SETTINGS_E_PROBLEMS);
	assert_int_equal(strncmp(all_problems(&c->problems), expected,
				 strlen(expected) - strlen("; did you mean")),
			 0);
	assert_int_equal(c->problems.n, 6);
}

static void a_file_that_is_not_yaml(void **state)
{
	struct config *c = *state;

	assert_int_equal(load_config(c, "\tlisten: x\n", "--listen", ":1"), SETTINGS_E_PROBLEMS);
	assert_string_equal(all_problems(&c->problems),
			    arena_printf(&c->problems.arena,
					 "%s:1:1: tab used for indentation; indent with spaces",
					 c->path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(options_that_are_refused),
	    cmocka_unit_test(what_nobody_says),
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(help_and_version_come_before_problems),
	    cmocka_unit_test(help_fits_the_terminal),
	    cmocka_unit_test_setup_teardown(the_command_line_wins, make_config, remove_config),
	    cmocka_unit_test_setup_teardown(problems_of_the_file, make_config, remove_config),
	    cmocka_unit_test_setup_teardown(a_file_that_is_not_yaml, make_config, remove_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
