/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target on every file of a folder, so that what fuzzing once found stays tested
 * without a fuzzer. */

/*
 * Each file is run as it is and in MUTATIONS variants made with a fixed seed (bytes changed,
 * dropped, doubled, the tail cut), which keeps a little of the fuzzer's curiosity in every test run
 * and fails the same way every time. Inputs live in blocks of their exact size, so that the address
 * sanitizer sees a read past the end.
 */

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef MUTATIONS
#define MUTATIONS 40
#endif
#define INPUT_MAX_BYTES (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint64_t draw(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return below ? seed % below : 0;
}

static void run_exact(const uint8_t *bytes, size_t n)
{
	uint8_t *exact = malloc(n ? n : 1);

	if (!exact)
		abort();
	memcpy(exact, bytes, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
}

/* Alters `bytes`, which has room for one byte more than n. Returns the new length. */
static size_t mutate(uint8_t *bytes, size_t n)
{
	static const uint8_t interesting[] = "\n\r\0\t\"\\ =-:/,*\x7f\x80\xc0\xed\xff"
					     "0";
	size_t at = draw(n);

	if (n == 0)
		return 0;
	switch (draw(5)) {
	case 0:
		bytes[at] = (uint8_t)draw(256);
		return n;
	case 1:
		bytes[at] = interesting[draw(sizeof(interesting))];
		return n;
	case 2:
		memmove(bytes + at, bytes + at + 1, n - at - 1);
		return n - 1;
	case 3:
		memmove(bytes + at + 1, bytes + at, n - at);
		return n + 1;
	default:
		return at;
	}
}

static void run_mutations(const uint8_t *bytes, size_t n)
{
	for (int i = 0; i < MUTATIONS; i++) {
		size_t room = n + 8, length = n;
		uint8_t *copy = malloc(room);

		if (!copy)
			abort();
		memcpy(copy, bytes, n);
		for (uint64_t edits = 1 + draw(4); edits > 0; edits--)
			length = mutate(copy, length);
		run_exact(copy, length);
		free(copy);
	}
}

static int run_file(const char *path)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	FILE *f = fopen(path, "rbe");
	size_t n;

	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	run_exact(bytes, n);
	run_mutations(bytes, n);
	return 0;
}

static int not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int run_folder(const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, not_hidden, alphasort), failed = 0;

	if (n <= 0) {
		fprintf(stderr, "%s: no inputs\n", folder);
		return -1;
	}
	for (int i = 0; i < n; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		failed |= run_file(path);
		free(entries[i]);
	}
	free(entries);
	printf("%s: %d inputs\n", folder, n);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = argc < 2;

	for (int i = 1; i < argc; i++)
		failed |= run_folder(argv[i]);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
