/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Millions of random operations against a slow, obvious oracle:
 *   random_histories [--seed S] [--operations N] [--history H] [--verbose]
 * What is not as it should be ends the program with the command that shows it again.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/lib/history.h"

static unsigned long long number(const char *text)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || *end || end == text) {
		fprintf(stderr, "random_histories: %s is not a number\n", text);
		exit(2);
	}
	return n;
}

static void report(unsigned long long seed, unsigned long long operations, const size_t *counts,
		   clock_t began)
{
	printf("seed %llu: %llu operations in %.1f s of CPU\n", seed, operations,
	       (double)(clock() - began) / CLOCKS_PER_SEC);
	for (int i = 0; i < N_HISTORY_COUNTS; i++)
		printf("%10zu %s\n", counts[i], history_count_words[i]);
}

/* A history in which something never happens tests nothing of it. */
static int check_counts(const size_t *counts)
{
	for (int i = 0; i < N_HISTORY_COUNTS; i++)
		if (counts[i] == 0 && i != COUNT_UNDECIDED) {
			fprintf(stderr, "random_histories: never: %s\n", history_count_words[i]);
			return 1;
		}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"seed", required_argument, NULL, 's'},
						{"operations", required_argument, NULL, 'n'},
						{"history", required_argument, NULL, 'h'},
						{"verbose", no_argument, NULL, 'v'},
						{0}};
	unsigned long long seed = 1, operations = 20000, history = 0, done = 0;
	bool one = false, verbose = false;
	size_t counts[N_HISTORY_COUNTS] = {0};
	clock_t began = clock();

	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == 's')
			seed = number(optarg);
		else if (c == 'n')
			operations = number(optarg);
		else if (c == 'h')
			history = number(optarg);
		else if (c != 'v')
			return 2;
		one |= c == 'h';
		verbose |= c == 'v';
	}
	if (one) {
		history_play(seed, history, HISTORY_OPERATIONS, verbose, counts);
		return 0;
	}
	for (; done < operations; done += HISTORY_OPERATIONS)
		history_play(seed, history++, HISTORY_OPERATIONS, verbose, counts);
	report(seed, done, counts, began);
	return check_counts(counts);
}
