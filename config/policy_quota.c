/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of the common use one member, person or class may have: `quota`. */

#include "config/policy_build.h"

#include <stdio.h>
#include <string.h>

enum { AT_MOST = 1000000 };

static const char *const of_words[] = {
    [QUOTA_OF_PERSON] = "person", [QUOTA_OF_MEMBER] = "member", [QUOTA_OF_CLASS] = "class"};
static const char *const among_words[] = {[QUOTA_FUTURE] = "future", [QUOTA_AT_ONCE] = "at once"};
static const char *const per_words[] = {"calendar day", "calendar week", "calendar month",
					"calendar year"};
static const char *const uncounted_words[] = {"same-day", "off-peak", "cancelled-in-time",
					      "given-back", "closed-days"};

/* `3 bookings`, `2 days`, `10 unit-hours`; each with or without an s. */
static const struct {
	const char *word;
	enum quota_measure measure;
	int64_t is;
} measures[] = {
    {"booking", QUOTA_BOOKINGS, 1},	  {"hour", QUOTA_TIME, 3600}, {"minute", QUOTA_TIME, 60},
    {"unit-hour", QUOTA_UNIT_TIME, 3600}, {"day", QUOTA_DAYS, 1},     {"unit", QUOTA_UNITS, 1},
};

static bool read_counted(const char *text, struct quota *q)
{
	char word[16];
	int n, used = 0;
	size_t length;

	if (*text < '0' || *text > '9' || sscanf(text, "%7d %15[a-z-]%n", &n, word, &used) != 2 ||
	    text[used] != '\0' || n < 1 || n > AT_MOST)
		return false;
	length = strlen(word);
	if (length > 1 && word[length - 1] == 's')
		word[length - 1] = '\0';
	for (size_t i = 0; i < sizeof(measures) / sizeof(*measures); i++) {
		if (strcmp(word, measures[i].word) != 0)
			continue;
		q->measure = measures[i].measure;
		q->at_most = n * measures[i].is;
		return true;
	}
	return false;
}

static void set_at_most(struct walk *w, void *into, const struct key_row *row,
			const struct node *value)
{
	struct quota *q = into;
	struct duration d;

	if (read_counted(value->text, q))
		return;
	if (duration_parse(value->text, &d) == DURATION_OK && d.days == 0 && d.seconds > 0) {
		q->measure = QUOTA_TIME;
		q->at_most = d.seconds;
	} else if (duration_parse(value->text, &d) == DURATION_OK && d.seconds == 0 && d.days > 0) {
		problems_add(w->problems, value->place,
			     "\"%s\" may be days or hours; write `%d days` or `%dh`", value->text,
			     (int)d.days, (int)d.days * 24);
	} else {
		problems_add(w->problems, value->place,
			     "\"%s\" is no quota; write 3 bookings, 6h, 2 days, 10 unit-hours or "
			     "4 units",
			     value->text);
	}
}

struct quota_draft {
	struct quota quota;
	const struct node *among, *per, *in, *peak;
};

static void set_uncounted(struct walk *w, void *into, const struct key_row *row,
			  const struct node *value)
{
	struct quota_draft *d = into;

	for (const struct node *word = words_first(value); word; word = words_next(value, word)) {
		size_t i = walk_choice(w, word, "thing not to count", row->words, row->n_words);

		if (i < row->n_words)
			d->quota.uncounted |= 1u << i;
	}
}

static const struct key_row quota_rows[] = {
    {"of", KEY_TEXT, false, walk_set_choice, offsetof(struct quota_draft, quota.of),
     "whose: member if not said", NULL, false, ROW_WORDS(of_words)},
    {"at-most", KEY_TEXT, true, set_at_most, offsetof(struct quota_draft, quota),
     "3 bookings, 6h, 2 days, 10 unit-hours, 4 units"},
    {"among", KEY_TEXT, false, walk_set_node, offsetof(struct quota_draft, among),
     "future: all that has not ended; at once: at any one time", NULL, false,
     ROW_WORDS(among_words)},
    {"per", KEY_TEXT, false, walk_set_node, offsetof(struct quota_draft, per), "of the use", NULL,
     false, ROW_WORDS(per_words)},
    {"in", KEY_TEXT, false, walk_set_node, offsetof(struct quota_draft, in),
     "any stretch of that length: 7d"},
    {"not-counting", KEY_WORDS, false, set_uncounted, 0, "what is free of it", NULL, false,
     ROW_WORDS(uncounted_words)},
    {"peak", KEY_TEXT, false, walk_set_node, offsetof(struct quota_draft, peak),
     "the hours that count, where off-peak does not"},
};
const struct key_table quota_table = KEY_TABLE_NAMED(quota_rows, "quota");

static void read_window(struct walk *w, const struct node *value, struct quota_draft *d)
{
	const int n = (d->among != NULL) + (d->per != NULL) + (d->in != NULL);
	size_t word;

	if (n != 1) {
		problems_add(w->problems, value->key_place,
			     "write one of `among: future`, `among: at once`, "
			     "`per: calendar week`, `in: 7d`");
	} else if (d->among) {
		word = walk_choice(w, d->among, "among", among_words, 2);
		d->quota.window = word == 1 ? QUOTA_AT_ONCE : QUOTA_FUTURE;
	} else if (d->per) {
		word = walk_choice(w, d->per, "period", per_words, 4);
		d->quota.window = (enum quota_window)(QUOTA_CALENDAR_DAY + (word < 4 ? word : 0));
	} else {
		d->quota.window = QUOTA_ROLLING;
		length_read_some(w, d->in, d->in->text, &d->quota.length);
	}
}

static void check_uncounted(struct walk *w, const struct node *value, const struct quota_draft *d)
{
	const bool off_peak = d->quota.uncounted & UNCOUNTED_OFF_PEAK;

	if (off_peak && !d->peak)
		problems_add(w->problems, value->key_place,
			     "off-peak does not count, but when is peak? Add `peak: \"Mon-Fri "
			     "08:00-18:00\"`");
	if (d->peak && !off_peak)
		problems_add(w->problems, d->peak->key_place,
			     "`peak` changes nothing; add `not-counting: off-peak`");
	if (d->quota.uncounted & UNCOUNTED_CLOSED_DAYS && d->quota.measure != QUOTA_DAYS)
		problems_add(w->problems, value->key_place,
			     "closed-days is about a quota of days; write `at-most: 2 days`");
}

bool limit_read_quota(struct walk *w, const struct node *value, struct limit *ret)
{
	struct quota_draft d = {.quota = {.of = QUOTA_OF_MEMBER, .peak = {.always = true}}};

	walk_map(w, value, value->key_place, &quota_table, &d);
	read_window(w, value, &d);
	check_uncounted(w, value, &d);
	if (d.peak)
		hours_read(w, d.peak, HOURS_OF_DATES, &d.quota.peak);
	ret->quota = d.quota;
	return true;
}
