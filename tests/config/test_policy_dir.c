/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a directory: what is taken, in which order, and what is said of the rest. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/config/loading.h"

struct folder {
	char path[64];
	struct arena arena;
	struct problems problems;
	struct policy_file *files;
	size_t n;
};

static const char *inside(struct folder *f, const char *name)
{
	return arena_printf(&f->arena, "%s/%s", f->path, name);
}

static void write_file(struct folder *f, const char *name, const char *text, size_t n)
{
	FILE *file = fopen(inside(f, name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state)
{
	struct folder *f = memory_new(sizeof(*f));

	snprintf(f->path, sizeof(f->path), "/tmp/policy-dir-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	*state = f;
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *f = *state;
	static const char *const names[] = {"pole.yaml", "a.yaml",    "b.yml",	  ".hidden.yaml",
					    "notes.txt", "pipe.yaml", "gone.yaml"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(inside(f, names[i]));
	assert_int_equal(rmdir(f->path), 0);
	problems_clear(&f->problems);
	arena_clear(&f->arena);
	free(f);
	return 0;
}

static int read_folder(struct folder *f)
{
	return policy_read_dir(f->path, &f->arena, &f->files, &f->n, &f->problems);
}

static void expect(struct folder *f, const char *problems)
{
	assert_int_equal(read_folder(f), POLICY_LOAD_E_PROBLEMS);
	assert_string_equal(all_problems(&f->problems), problems);
	assert_null(f->files);
}

static void yaml_files_in_order(void **state)
{
	struct folder *f = *state;

	write_file(f, "pole.yaml", "pole: p\n\0x", 10);
	write_file(f, "a.yaml", "", 0);
	write_file(f, ".hidden.yaml", "no", 2);
	write_file(f, "notes.txt", "no", 2);
	assert_int_equal(read_folder(f), POLICY_LOAD_OK);
	assert_int_equal(f->n, 2);
	assert_string_equal(f->files[0].name, "a.yaml");
	assert_int_equal(f->files[0].n, 0);
	assert_string_equal(f->files[1].name, "pole.yaml");
	assert_int_equal(f->files[1].n, 10);
	assert_memory_equal(f->files[1].text, "pole: p\n\0x", 10);
}

static void no_files(void **state)
{
	struct folder *f = *state;

	expect(f, arena_printf(&f->arena, "%s: no *.yaml files here; a pole has at least one",
			       f->path));
}

static void no_directory(void **state)
{
	struct problems problems = {0};
	struct arena a = {0};
	struct policy_file *files = NULL;
	size_t n = 0;

	assert_int_equal(policy_read_dir("/nonexistent/pole", &a, &files, &n, &problems),
			 POLICY_LOAD_E_PROBLEMS);
	assert_string_equal(all_problems(&problems),
			    "/nonexistent/pole: cannot be read: No such file or directory");
	problems_clear(&problems);
	arena_clear(&a);
}

static void what_would_not_be_read(void **state)
{
	struct folder *f = *state;

	write_file(f, "b.yml", "", 0);
	write_file(f, "pole.yaml", "", 0);
	assert_int_equal(mkfifo(inside(f, "pipe.yaml"), 0600), 0);
	assert_int_equal(symlink("/nonexistent", inside(f, "gone.yaml")), 0);
	expect(f, "b.yml: would not be read; call it b.yaml\n"
		  "gone.yaml: cannot be read: No such file or directory\n"
		  "pipe.yaml: not a plain file");
}

static void too_large(void **state)
{
	struct folder *f = *state;
	char *text = memory_new(POLICY_FILE_MAX_BYTES + 1);

	memset(text, '#', POLICY_FILE_MAX_BYTES + 1);
	write_file(f, "a.yaml", text, POLICY_FILE_MAX_BYTES);
	write_file(f, "pole.yaml", text, POLICY_FILE_MAX_BYTES + 1);
	free(text);
	expect(f, "pole.yaml: more than 1 MiB; split it into several files");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(yaml_files_in_order, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(no_files, make_folder, remove_folder),
	    cmocka_unit_test(no_directory),
	    cmocka_unit_test_setup_teardown(what_would_not_be_read, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(too_large, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
