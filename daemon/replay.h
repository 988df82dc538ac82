/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Decides a pole's whole log again, from an empty pole on, and compares.
 *
 * Every command is decided at its moment, in its order, by the functions that decided it (group_decide()), what time did by itself included;
 * the changes that come out must be those in the log, word by word. So what was decided can be checked by anyone who has the database and this
 * program: nobody was preferred, nothing was put in afterwards. The chain of hashes is verified on the way.
 *
 * Not decided again, but taken from the log: what was made with random numbers (PERSON ADD, PERSON TOKEN), what a pole lacked at its first
 * start, and what was logged before requests were. Free texts are not in the log: where a note was left, that it was is compared.
 *
 * Nothing is written.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "daemon/logged.h"
#include "lib/arena.h"

enum { REPLAY_VERBS_MAX = 64 };

struct replay_count { /* commands of one verb */
	char verb[32];
	uint64_t decided, taken, different;
};

struct replay_report {
	FILE *out; /* differences and faults as they are found, the first of them; then the whole */
	bool progress; /* a bar on stderr */
	int64_t versions, last_version; /* read; to be read */
	int64_t first_at, last_at;
	uint64_t n_events, n_differences, n_faults;
	struct replay_count counts[REPLAY_VERBS_MAX];
	size_t n_counts;
	int64_t shown_ms; /* when the bar was last drawn */
};

/* Writes the report to r->out. > 0: it could not be done: why (512 bytes). */
int replay(const char *conninfo, const char *on_connect, const char *pole, struct replay_report *r, char *ret_why);
bool replay_agrees(const struct replay_report *r);

/* replay_report.c */
struct replay_count *report_count(struct replay_report *r, const char *request);
/* Two lines side by side; NULL: nothing on that side. */
void report_difference(struct replay_report *r, const struct logged *l, int seq, const char *logged, const char *replayed);
void report_fault(struct replay_report *r, int64_t version, int seq, const char *text);
void report_progress(struct replay_report *r, const struct logged *l);
void report_end(struct replay_report *r, const char *pole);
