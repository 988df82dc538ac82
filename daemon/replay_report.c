/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a replay tells: differences side by side, faults of the log, and the whole in a table. */

#include "daemon/replay.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "lib/moment.h"

#define SHOWN_MAX 10 /* of differences, and of faults */
#define BAR_WIDTH 40
#define BAR_EVERY_MS 200
#define TIME_BYTES 32

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* The request's verb: its leading words in capitals. */
static void verb_of(const char *request, char *ret, size_t n)
{
	size_t length = request ? strspn(request, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") : 0;

	while (length > 0 && request[length - 1] == ' ')
		length--;
	if (length)
		snprintf(ret, n, "%.*s", (int)(length < n ? length : n - 1), request);
	else
		snprintf(ret, n, "not known");
}

struct replay_count *report_count(struct replay_report *r, const char *request)
{
	char verb[sizeof(r->counts[0].verb)];
	struct replay_count *c = r->counts;

	verb_of(request, verb, sizeof(verb));
	while (c < r->counts + r->n_counts && strcmp(c->verb, verb) != 0)
		c++;
	if (c == r->counts + r->n_counts && r->n_counts < REPLAY_VERBS_MAX - 1) {
		r->n_counts++;
		snprintf(c->verb, sizeof(c->verb), "%s", verb);
	}
	return c;
}

static void wipe_bar(const struct replay_report *r)
{
	if (r->progress && r->shown_ms)
		fprintf(stderr, "\r\033[K");
}

/* The words of one line that the other has not at that place. */
static void print_other_words(FILE *out, const char *label, const char *text, const char *other)
{
	fprintf(out, "    %s", label);
	while (text && *text) {
		size_t n = strcspn(text, " "), m = other ? strcspn(other, " ") : 0;
		bool same = other && n == m && strncmp(text, other, n) == 0;

		fprintf(out, same ? "%.*s " : "[%.*s] ", (int)n, text);
		text += n + strspn(text + n, " ");
		if (other)
			other += m + strspn(other + m, " ");
	}
	fprintf(out, "%s\n", text ? "" : "nothing");
}

void report_difference(struct replay_report *r, const struct logged *l, int seq, const char *logged,
		       const char *replayed)
{
	char at[TIME_BYTES];

	if (r->n_differences >= SHOWN_MAX)
		return;
	wipe_bar(r);
	fprintf(r->out, "version %" PRId64 ", row %d, %s, asked by p%" PRIu32 ": %s\n", l->version,
		seq, moment_format_utc(l->at, at, sizeof(at)), l->actor,
		l->request ? l->request : "(not known)");
	print_other_words(r->out, "log:    ", logged, replayed);
	print_other_words(r->out, "replay: ", replayed, logged);
}

void report_fault(struct replay_report *r, int64_t version, int seq, const char *text)
{
	if (r->n_faults++ >= SHOWN_MAX)
		return;
	wipe_bar(r);
	fprintf(r->out, "version %" PRId64 ", row %d: %s\n", version, seq, text);
}

void report_progress(struct replay_report *r, const struct logged *l)
{
	int64_t ms = r->progress ? now_ms() : 0;
	int filled;

	if (l->is_first)
		r->versions++;
	if (!r->first_at)
		r->first_at = l->at;
	r->last_at = l->at;
	if (!r->progress || ms - r->shown_ms < BAR_EVERY_MS)
		return;
	r->shown_ms = ms;
	filled = (int)(l->version * BAR_WIDTH / (r->last_version ? r->last_version : 1));
	fprintf(stderr, "\r[%.*s%*s] version %" PRId64 " of %" PRId64, filled,
		"########################################", BAR_WIDTH - filled, "", l->version,
		r->last_version);
}

static void print_counts(const struct replay_report *r)
{
	fprintf(r->out, "  %-20s %14s %14s %12s\n", "command", "decided again", "from the log",
		"different");
	for (const struct replay_count *c = r->counts; c < r->counts + r->n_counts; c++)
		fprintf(r->out, "  %-20s %14" PRIu64 " %14" PRIu64 " %12" PRIu64 "\n", c->verb,
			c->decided, c->taken, c->different);
}

void report_end(struct replay_report *r, const char *pole)
{
	char first[TIME_BYTES], last[TIME_BYTES];

	wipe_bar(r);
	fprintf(r->out, "%s: %" PRId64 " versions, %" PRIu64 " events, %s to %s\n", pole,
		r->versions, r->n_events, moment_format_utc(r->first_at, first, sizeof(first)),
		moment_format_utc(r->last_at, last, sizeof(last)));
	print_counts(r);
	if (r->n_differences > SHOWN_MAX)
		fprintf(r->out, "the first %d differences are shown\n", SHOWN_MAX);
	fprintf(r->out, "differences: %" PRIu64 "; faults of the log: %" PRIu64 "\n",
		r->n_differences, r->n_faults);
	fprintf(r->out, "%s\n",
		replay_agrees(r) ? "the log and its replay agree"
				 : "the log and its replay do not agree");
}
