/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings in words: each as it is found; at the end, once for each kind, what it means and what is
 * to be done. */

#include <inttypes.h>
#include <stdarg.h>
#include <time.h>

#include "daemon/verify_parts.h"

#define SHOWN_MAX 20 /* of a kind */
#define BAR_WIDTH 40
#define BAR_EVERY_MS 200
#define TOLD_MAX_BYTES 512

/* clang-format off */
static const struct finding_kind {
	const char *title, *means, *todo;
} kinds[N_FINDINGS] = {
	[FINDING_LOG] = {"the log",
		"Rows of the log were altered or lost after they were written. What it says there cannot be trusted by itself.",
		"Keep this database as it is, for evidence. Compare with a backup or a standby; restore the last one that is found in order."},
	[FINDING_UNREADABLE] = {"the log, unreadable",
		"A row of the log says what this program does not understand: it was altered, or written by a newer program.",
		"Verify with the version that wrote it. Is the log's chain of hashes broken there too, it was altered: see there."},
	[FINDING_DIFFERS] = {"not what the log says",
		"A table was changed by other means than the log. Daemons take from the tables what they load at their start.",
		"The log is the truth. Stop the daemons, set the rows to what the log says, start them; and find out who may write there."},
	[FINDING_MISSING] = {"only in the log",
		"The log made it, and its rows are gone from the tables: after the next start nobody will know of it, and its place may be given again.",
		"Stop the daemons before they are restarted by themselves; restore the rows from a backup, or by what the log says."},
	[FINDING_INVENTED] = {"not in the log",
		"A table has what was never decided. Daemons that load it take it for granted: it may keep others out of a place.",
		"Stop the daemons and delete the rows; and find out who may write there."},
	[FINDING_OVERLAP] = {"two in one place",
		"Two bookings have the same place at the same time. The constraint that refuses this was dropped, or its index is damaged.",
		"Stop the daemons. Decide which one stays and tell the other. Then: REINDEX TABLE allocation, or restore the constraint allocation_overlap."},
	[FINDING_LANE] = {"a place that there never was",
		"A booking has a unit or place that its resource never had.",
		"See whether that booking's row differs from the log, too. Is it not found there, keep the database and report it as a fault of this program."},
	[FINDING_ORPHAN] = {"orphans",
		"Rows belong to something that is not there: what they belonged to was deleted, or they were put in.",
		"Look at what is found missing above; restore that. Rows of nothing may be deleted."},
	[FINDING_NUMBERS] = {"numbers",
		"Numbers are given without a gap. Where one is missing, its rows were taken out of the log and the tables both.",
		"As with a log that was altered: keep this database, and compare with a backup."},
	[FINDING_POLICY] = {"policies",
		"The text of a policy is not the one that was applied, or this program cannot read the policy that holds.",
		"Restore the text from a backup or from the files it was applied from; daemons do not start on a policy that they cannot read."},
};
/* clang-format on */

static void wipe_bar(struct verify_report *r)
{
	if (r->shown_ms)
		fprintf(stderr, "\r\033[K");
	r->shown_ms = 0;
}

bool finding(struct verifying *v, enum finding f, const char *fmt, ...)
{
	char text[TOLD_MAX_BYTES];
	va_list args;

	v->report->n_findings++;
	if (v->found[f]++ >= SHOWN_MAX)
		return false;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	wipe_bar(v->report);
	fprintf(v->report->out, "%s: %s: %s\n", v->name, kinds[f].title, text);
	return true;
}

void finding_line(struct verifying *v, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("    ", v->report->out);
	vfprintf(v->report->out, fmt, args);
	fputc('\n', v->report->out);
	va_end(args);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

void verify_progress(struct verifying *v, const char *what, uint64_t done, uint64_t of)
{
	struct verify_report *r = v->report;
	int64_t ms = r->progress ? now_ms() : 0;
	int filled;

	if (!r->progress || ms - r->shown_ms < BAR_EVERY_MS)
		return;
	r->shown_ms = ms;
	done = done > of ? of : done;
	filled = of ? (int)(done * BAR_WIDTH / of) : BAR_WIDTH;
	fprintf(stderr, "\r\033[K[%.*s%*s] %s: %s", filled,
		"########################################", BAR_WIDTH - filled, "", v->name, what);
	fflush(stderr);
}

static void print_counts(const struct verifying *v)
{
	fprintf(v->report->out,
		"%s: %" PRId64 " versions, %" PRIu64 " events; %" PRIu64 " bookings, %" PRIu64
		" persons, %" PRIu64 " outages, %" PRIu64 " notes, %" PRIu64 " names, %" PRIu64
		" policies\n",
		v->name, v->end.version, v->n_events, v->rows[CHANGE_BOOKING],
		v->rows[CHANGE_PERSON], v->rows[CHANGE_OUTAGE], v->rows[CHANGE_NOTE],
		v->rows[CHANGE_NAME], v->rows[CHANGE_POLICY]);
	if (v->n_erased)
		fprintf(v->report->out, "%s: %" PRIu64 " notes were erased, which is in order\n",
			v->name, v->n_erased);
}

void verify_print_end(struct verifying *v)
{
	FILE *out = v->report->out;

	wipe_bar(v->report);
	for (int f = 0; f < N_FINDINGS; f++) {
		if (!v->found[f])
			continue;
		fprintf(out,
			"%s: %s: %" PRIu64 " found%s\n    What it means: %s\n    What to do: %s\n",
			v->name, kinds[f].title, v->found[f],
			v->found[f] > SHOWN_MAX ? ", the first of them shown" : "", kinds[f].means,
			kinds[f].todo);
	}
	if (v->end.pole)
		print_counts(v);
}
