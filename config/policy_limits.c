/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of when and how long: durations, starts, lead, horizon, slots, recurrence. */

#include "config/policy_build.h"

#include <stdio.h>
#include <string.h>

enum { OPENS_MAX_DAY = 28, OPENS_MAX_AHEAD = 36 };

/* Cuts white space off both ends, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " ");
	for (n = strlen(s); n > 0 && s[n - 1] == ' '; n--)
		s[n - 1] = '\0';
	return s;
}

static bool read_step(struct walk *w, const struct node *value, char *text, struct duration *ret)
{
	static const char word[] = "step ";

	if (strncmp(text, word, strlen(word)) != 0) {
		problems_add(w->problems, value->place,
			     "\"%s\" after the range is not known; write `1h..3d step 30m`", text);
		return false;
	}
	if (!length_read(w, value, trim(text + strlen(word)), ret))
		return false;
	if (length_s(*ret) > 0)
		return true;
	problems_add(w->problems, value->place,
		     "a step of nothing; leave `step` out to allow any length");
	return false;
}

/* Cuts `1h..3d step 30m` after the range; returns what follows it, "" if nothing. */
static char *cut_range(char *max)
{
	char *rest;

	max += strspn(max, " ");
	rest = strchr(max, ' ');
	if (!rest) /* `1h..` or `1h..3d` */
		return max + strlen(max);
	*rest = '\0';
	return trim(rest + 1);
}

static bool read_ends(struct walk *w, const struct node *value, const char *min, const char *max,
		      struct limit *ret)
{
	if (*min != '\0' && !length_read(w, value, min, &ret->duration.min))
		return false;
	if (*max != '\0' && !length_read(w, value, max, &ret->duration.max))
		return false;
	if (*max != '\0' && length_s(ret->duration.max) == 0) {
		problems_add(w->problems, value->place,
			     "at most nothing; write the longest booking after `..`");
		return false;
	}
	if (*max != '\0' && length_s(ret->duration.min) > length_s(ret->duration.max)) {
		problems_add(w->problems, value->place,
			     "at least %s but at most %s; write the shorter one first", min, max);
		return false;
	}
	return true;
}

/* `1h..3d`, `..4d`, `1h..`, each with ` step 30m` after it. */
bool limit_read_duration(struct walk *w, const struct node *value, struct limit *ret)
{
	char text[POLICY_TEXT_MAX_BYTES + 1];
	char *min, *max, *rest, *dots;

	snprintf(text, sizeof(text), "%s", value->text);
	dots = strstr(text, "..");
	if (!dots) {
		problems_add(
		    w->problems, value->place,
		    "\"%s\" has no `..`; write 1h..3d, or ..3d for at most, or 1h.. for at least",
		    text);
		return false;
	}
	*dots = '\0';
	min = trim(text);
	max = dots + 2;
	if (strncmp(trim(max), "step ", 5) == 0) { /* `1h.. step 30m` */
		rest = trim(max);
		max = dots;
	} else {
		rest = cut_range(max);
		max = trim(max);
	}
	if (*min == '\0' && *max == '\0' && *rest == '\0') {
		problems_add(w->problems, value->place,
			     "`..` alone limits nothing; write 1h..3d, ..3d or 1h..");
		return false;
	}
	return read_ends(w, value, min, max, ret) &&
	       (*rest == '\0' || read_step(w, value, rest, &ret->duration.step));
}

bool limit_read_start(struct walk *w, const struct node *value, struct limit *ret)
{
	static const char word[] = "every ";
	struct duration every = {0};

	if (strncmp(value->text, word, strlen(word)) != 0) {
		problems_add(w->problems, value->place,
			     "\"%s\" is not a grid of starts; write `every 15m`", value->text);
		return false;
	}
	if (!length_read(w, value, value->text + strlen(word), &every))
		return false;
	if (length_s(every) <= 0 || DAY_S % length_s(every) != 0) {
		problems_add(w->problems, value->place,
			     "\"%s\" does not divide a day; write 5m, 10m, 15m, 20m, 30m, 1h, 2h, "
			     "3h, 4h, 6h, 8h, 12h or 1d",
			     value->text);
		return false;
	}
	ret->start_every_s = (int32_t)length_s(every);
	return true;
}

bool limit_read_lead(struct walk *w, const struct node *value, struct limit *ret)
{
	return length_read(w, value, value->text, &ret->lead);
}

/* `1st 08:00`, `1 08:00`. */
static void set_opens(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	struct limit *l = into;
	int day, hour, minute, used = 0;
	char ordinal[3] = "";

	if ((sscanf(value->text, "%2d%2[a-z] %2d:%2d%n", &day, ordinal, &hour, &minute, &used) ==
		 4 ||
	     sscanf(value->text, "%2d %2d:%2d%n", &day, &hour, &minute, &used) == 3) &&
	    value->text[used] == '\0' && day >= 1 && day <= OPENS_MAX_DAY && hour >= 0 &&
	    hour < 24 && minute >= 0 && minute < 60) {
		l->opens.day = (uint8_t)day;
		l->opens.at_s = hour * 3600 + minute * 60;
		return;
	}
	problems_add(w->problems, value->place,
		     "\"%s\" is no moment of a month; write the day, up to the %dth, and the time: "
		     "1st 08:00",
		     value->text, OPENS_MAX_DAY);
}

static void set_ahead(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	struct limit *l = into;
	int n;

	if (walk_count(w, value, OPENS_MAX_AHEAD, &n))
		l->opens.ahead = (uint8_t)n;
}

static const struct key_row opens_rows[] = {
    {"opens", KEY_TEXT, true, set_opens, 0, "day of the month and time: 1st 08:00"},
    {"months-ahead", KEY_COUNT, true, set_ahead, 0,
     "so many months before the one whose days then open"},
};
const struct key_table opens_table = KEY_TABLE(opens_rows);

bool limit_read_horizon(struct walk *w, const struct node *value, struct limit *ret)
{
	if (value->kind == NODE_MAP) {
		ret->kind = LIMIT_OPENS;
		walk_map(w, value, value->key_place, &opens_table, ret);
		return true;
	}
	if (!length_read(w, value, value->text, &ret->horizon))
		return false;
	if (length_s(ret->horizon) == 0)
		problems_add(w->problems, value->place,
			     "a horizon of nothing allows no booking; write 60d or 8w");
	return true;
}

static const struct {
	const char *word, *hours; /* where none are written */
	size_t n;
} slot_kinds[] = {
    {"half-days", "08:00-13:00 13:00-18:00", 2},
    {"days", "00:00-24:00", 1},
    {"nights", "18:00-34:00", 1},
    {"free", "", 0},
};

/* `08:00-13:00`; what ends before it begins does so on the next day. */
static bool read_slot(const char *text, struct slot *ret)
{
	int from_h, from_min, to_h, to_min, used = 0;

	if (sscanf(text, "%2d:%2d-%2d:%2d%n", &from_h, &from_min, &to_h, &to_min, &used) != 4 ||
	    text[used] != '\0' || from_h < 0 || from_h > 23 || from_min < 0 || from_min > 59 ||
	    to_h < 0 || to_h > 47 || to_min < 0 || to_min > 59)
		return false;
	ret->from_s = from_h * 3600 + from_min * 60;
	ret->to_s = to_h * 3600 + to_min * 60;
	if (ret->to_s <= ret->from_s)
		ret->to_s += DAY_S;
	return ret->to_s <= ret->from_s + DAY_S;
}

static bool read_slots(char *hours, size_t n, struct limit *ret)
{
	char *rest = NULL;

	for (char *word = strtok_r(hours, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		struct slot slot;

		if (ret->slots.n == n || !read_slot(word, &slot) ||
		    (ret->slots.n > 0 && slot.from_s < ret->slots.items[ret->slots.n - 1].to_s))
			return false;
		ret->slots.items[ret->slots.n++] = slot;
	}
	return ret->slots.n == n;
}

/* `half-days`, `days`, `nights`, each perhaps with its hours after it; `free`. */
bool limit_read_slots(struct walk *w, const struct node *value, struct limit *ret)
{
	size_t n = strcspn(value->text, " "), kind = 0;
	char hours[POLICY_TEXT_MAX_BYTES + 1];

	while (kind < sizeof(slot_kinds) / sizeof(*slot_kinds) &&
	       (strlen(slot_kinds[kind].word) != n ||
		strncmp(slot_kinds[kind].word, value->text, n) != 0))
		kind++;
	if (kind == sizeof(slot_kinds) / sizeof(*slot_kinds)) {
		problems_add(w->problems, value->place,
			     "\"%s\" are no slots; write half-days, days, nights or free",
			     value->text);
		return false;
	}
	snprintf(hours, sizeof(hours), "%s",
		 value->text[n] ? value->text + n + 1 : slot_kinds[kind].hours);
	if (slot_kinds[kind].n == 0 && *hours == '\0') { /* free */
		ret->kind = N_LIMIT_KINDS;
		return true;
	}
	if (read_slots(hours, slot_kinds[kind].n, ret))
		return true;
	problems_add(w->problems, value->place,
		     "the hours of the slots cannot be read; write `half-days 08:00-13:00 "
		     "13:00-18:00`, `days 09:00-18:00` or `nights 20:00-08:00`");
	return false;
}

static void set_at_most(struct walk *w, void *into, const struct key_row *row,
			const struct node *value)
{
	struct limit *l = into;

	if (length_read(w, value, value->text, &l->recurrence.at_most) &&
	    length_s(l->recurrence.at_most) == 0)
		problems_add(w->problems, value->place,
			     "a series of no length at all; write 13 weeks or 90 days");
}

static void set_then(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	struct limit *l = into;

	l->recurrence.reconfirm =
	    walk_choice(w, value, "end of a series", row->words, row->n_words) == 0;
}

static const char *const ends[] = {"reconfirm"};
static const struct key_row recurrence_rows[] = {
    {"at-most", KEY_TEXT, true, set_at_most, 0, "how long a series may be: 13 weeks"},
    {"then", KEY_TEXT, false, set_then, 0, "booked up to there, and on from there if still wanted",
     NULL, false, ROW_WORDS(ends)},
};
const struct key_table recurrence_table = KEY_TABLE(recurrence_rows);

bool limit_read_recurrence(struct walk *w, const struct node *value, struct limit *ret)
{
	if (!walk_is(w, value, KEY_MAP))
		return false;
	walk_map(w, value, value->key_place, &recurrence_table, ret);
	return true;
}
