/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the occurrences of recurring series: recur [LIMIT] < BLOCKS; see usage below. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "lib/arena.h"
#include "lib/recur_text.h"

enum { LIMIT_DEFAULT = 100, BOUNDS_MAX = 100 };

static const char usage[] =
    "usage: recur [LIMIT] < BLOCKS\n"
    "\n"
    "Reads blocks of DTSTART, RRULE, RDATE and EXDATE lines (RFC 5545; folded lines and CRLF are\n"
    "fine), parted by an empty line, and prints the occurrences of each, the first LIMIT (100 if\n"
    "not given), one a line, the blocks parted by an empty line.\n"
    "\n"
    "  DTSTART;TZID=Europe/Paris:20270302T180000    2027-03-02T18:00:00+01:00\n"
    "  DTSTART:20270302T170000Z                     2027-03-02T17:00:00+00:00\n"
    "  DTSTART;VALUE=DATE:20270302                  2027-03-02\n"
    "\n"
    "A block that is refused prints one line, error: why (line and column in the block). One "
    "whose\n"
    "search for the next occurrence takes too long ends with such a line, after what was found.\n"
    "A time without TZID and Z is refused. EXDATE takes away the first occurrence, too.\n";

struct known_zone {
	struct known_zone *next;
	struct zone *zone;
};

static const struct zone *find_zone(void *arg, const char *tzid)
{
	struct known_zone **zones = arg, *k;
	struct zone *z;

	for (k = *zones; k; k = k->next)
		if (strcmp(zone_name(k->zone), tzid) == 0)
			return k->zone;
	if (zone_from_system(NULL, tzid, &z) != 0)
		return NULL;
	k = memory_new(sizeof(*k));
	*k = (struct known_zone){*zones, z};
	*zones = k;
	return z;
}

static void free_zones(struct known_zone *k)
{
	while (k) {
		struct known_zone *next = k->next;

		zone_free(k->zone);
		free(k);
		k = next;
	}
}

static void print_instant(const struct recur *r, int64_t utc)
{
	const int32_t offset_s = r->zone ? zone_offset_s(r->zone, utc) : 0;
	const int32_t east_s = abs(offset_s);
	const struct civil_time t = civil_from_seconds(utc + offset_s);

	printf("%04d-%02d-%02d", t.date.year, t.date.month, t.date.day);
	if (r->start.kind != RECUR_DATE) {
		printf("T%02d:%02d:%02d%c%02d:%02d", t.second / 3600, t.second / 60 % 60,
		       t.second % 60, offset_s < 0 ? '-' : '+', east_s / 3600, east_s / 60 % 60);
		if (east_s % 60)
			printf(":%02d", east_s % 60);
	}
	putchar('\n');
}

static void print_occurrences(const struct recur *r, long limit)
{
	struct recur_walk w;
	int n_bounds = 0;

	recur_walk_init(&w, r);
	while (limit > 0) {
		int64_t utc;
		int answer = recur_walk_next(&w, &utc);

		if (answer == RECUR_END)
			return;
		if (answer == RECUR_BOUND && ++n_bounds == BOUNDS_MAX) {
			puts("error: nothing more found within the bound on work");
			return;
		}
		if (answer == RECUR_BOUND)
			continue;
		n_bounds = 0;
		print_instant(r, utc);
		limit--;
	}
}

static void answer_block(const char *text, size_t n, struct known_zone **zones, long limit)
{
	struct arena a = {0};
	struct recur_problem problem;
	struct recur r;

	if (recur_text_parse(&a, text, n, find_zone, zones, NULL, &r, &problem) != RECUR_OK)
		printf("error: %s (line %zu, column %zu)\n", problem.text, problem.line,
		       problem.column);
	else
		print_occurrences(&r, limit);
	arena_clear(&a);
}

/* The next block into *text, without the empty lines around it; false at the end. */
static bool read_block(char **line, size_t *line_cap, char **text, size_t *cap, size_t *ret_n)
{
	ssize_t got;
	size_t n = 0;

	while ((got = getline(line, line_cap, stdin)) >= 0) {
		if (strspn(*line, " \t\r\n") == (size_t)got) {
			if (n)
				break;
			continue;
		}
		if (n + (size_t)got > *cap) {
			*cap = 2 * (n + (size_t)got);
			*text = memory_grow(*text, *cap);
		}
		memcpy(*text + n, *line, (size_t)got);
		n += (size_t)got;
	}
	*ret_n = n;
	return n > 0;
}

int main(int argc, char **argv)
{
	struct known_zone *zones = NULL;
	char *line = NULL, *text = NULL, *end = NULL;
	size_t line_cap = 0, cap = 0, n;
	long limit = LIMIT_DEFAULT;
	bool is_first = true;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return fputs(usage, stdout) < 0;
	errno = 0;
	if (argc == 2)
		limit = strtol(argv[1], &end, 10);
	if (argc > 2 || errno || limit < 0 || (end && (*end || end == argv[1]))) {
		fputs(usage, stderr);
		return 2;
	}
	for (; read_block(&line, &line_cap, &text, &cap, &n); is_first = false) {
		if (!is_first)
			putchar('\n');
		answer_block(text, n, &zones, limit);
		fflush(stdout);
	}
	free(line);
	free(text);
	free_zones(zones);
	return ferror(stdin) || fflush(stdout) != 0;
}
