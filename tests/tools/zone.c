/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers questions about local times, one a line:
 *
 *   Europe/Paris 2027-03-28T02:30       2027-03-28T01:30:00Z gap      (or unique, overlap)
 *   Europe/Paris 2027-03-28T01:30:00Z   2027-03-28T03:30:00+02:00
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/policy_load.h"
#include "lib/zone.h"

static const char *const fit_words[] = {
    [ZONE_UNIQUE] = "unique",
    [ZONE_GAP] = "gap",
    [ZONE_OVERLAP] = "overlap",
};

/* YYYY-MM-DD[THH:MM[:SS]][Z] */
static bool read_time(const char *text, struct civil_time *ret, bool *ret_is_instant)
{
	unsigned year, month, day, hour = 0, minute = 0, second = 0;
	int at = 0, more = 0;

	if (strspn(text, "0123456789-T:Z") != strlen(text) ||
	    sscanf(text, "%4u-%2u-%2u%n", &year, &month, &day, &at) != 3 || at != 10)
		return false;
	if (text[at] == 'T') {
		if (sscanf(text + at, "T%2u:%2u%n", &hour, &minute, &more) != 2 || more != 6)
			return false;
		at += more;
		if (text[at] == ':') {
			if (sscanf(text + at, ":%2u%n", &second, &more) != 1 || more != 3)
				return false;
			at += more;
		}
	}
	*ret_is_instant = text[at] == 'Z';
	if (text[at + *ret_is_instant] != '\0' || hour > 23 || minute > 59 || second > 59)
		return false;
	*ret = (struct civil_time){
	    .date = {(int32_t)year, (uint8_t)month, (uint8_t)day},
	    .second = (int32_t)(hour * 3600 + minute * 60 + second),
	};
	return civil_date_is_valid(ret->date);
}

static void print_time(struct civil_time t)
{
	printf("%04d-%02d-%02dT%02d:%02d:%02d", (int)t.date.year, t.date.month, t.date.day,
	       t.second / 3600, t.second / 60 % 60, t.second % 60);
}

static void print_offset(int32_t offset_s)
{
	int32_t s = abs(offset_s);

	printf("%c%02d:%02d", offset_s < 0 ? '-' : '+', s / 3600, s / 60 % 60);
	if (s % 60)
		printf(":%02d", s % 60);
}

static void answer(const struct zone *z, struct civil_time t, bool is_instant)
{
	int64_t utc = civil_seconds(t);

	if (is_instant) {
		print_time(zone_to_local(z, utc));
		print_offset(zone_offset_s(z, utc));
		putchar('\n');
	} else {
		enum zone_fit fit = zone_to_utc(z, t, &utc);

		print_time(civil_from_seconds(utc));
		printf("Z %s\n", fit_words[fit]);
	}
}

/* Keeps the zone of the line before. */
static void take_line(char *line, struct zone **z)
{
	char *name = strtok(line, " \t\r\n"), *text = strtok(NULL, " \t\r\n");
	struct civil_time t;
	bool is_instant;

	if (!text || strtok(NULL, " \t\r\n")) {
		puts("error: write ZONE TIME, such as Europe/Paris 2027-03-28T02:30");
		return;
	}
	if (!*z || strcmp(zone_name(*z), name) != 0) {
		zone_free(*z);
		*z = NULL;
		if (zone_from_system(NULL, name, z) != 0) {
			printf("error: no zone is called %s\n", name);
			return;
		}
	}
	if (read_time(text, &t, &is_instant))
		answer(*z, t, is_instant);
	else
		printf("error: %s is no time; write 2027-03-28T02:30, or 2027-03-28T01:30:00Z\n",
		       text);
}

int main(void)
{
	struct zone *z = NULL;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) >= 0) {
		take_line(line, &z);
		fflush(stdout);
	}
	zone_free(z);
	free(line);
	return 0;
}
