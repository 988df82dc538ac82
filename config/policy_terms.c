/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What bookings must keep to: durations, starts, lead, horizon, hours, buffers; and the section
 * defaults. */

#include "config/policy_build.h"

#include <stdio.h>
#include <string.h>

const char *const limit_words[N_LIMIT_KINDS] = {
    [LIMIT_DURATION] = "duration",
    [LIMIT_START] = "start",
    [LIMIT_LEAD] = "lead",
    [LIMIT_HORIZON] = "horizon",
    [LIMIT_SLOTS] = "slots",
    [LIMIT_RECURRENCE] = "recurrence",
    [LIMIT_OPENS] = "opens",
    [LIMIT_QUOTA] = "quota",
    [LIMIT_WHO] = "who",
    [LIMIT_KEEP] = "keep",
    [LIMIT_QUALIFICATION] = "qualification",
    [LIMIT_APPROVAL] = "approval",
    [LIMIT_HOLD] = "hold",
    [LIMIT_CANCEL] = "cancel",
    [LIMIT_NO_SHOW] = "no-show",
};

static int64_t length_s(struct duration d)
{
	return d.days * DAY_S + d.seconds;
}

/* Cuts white space off both ends, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " ");
	for (n = strlen(s); n > 0 && s[n - 1] == ' '; n--)
		s[n - 1] = '\0';
	return s;
}

bool length_read(struct walk *w, const struct node *value, const char *text, struct duration *ret)
{
	switch (duration_parse(text, ret)) {
	case DURATION_OK:
		return true;
	case DURATION_E_RANGE:
		problems_add(w->problems, value->place, "\"%s\" is longer than 100 years", text);
		return false;
	default:
		problems_add(w->problems, value->place,
			     "\"%s\" is not a length of time; write 90m, 4h, 1h30m, 2d or 1w",
			     text);
		return false;
	}
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
static bool read_range(struct walk *w, const struct node *value, struct limit *ret)
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

static struct terms *terms_at(void *into, const struct key_row *row)
{
	return (struct terms *)((char *)into + row->offset);
}

void terms_set_duration(struct walk *w, void *into, const struct key_row *row,
			const struct node *value)
{
	struct terms *t = terms_at(into, row);
	struct limit limit = {.kind = LIMIT_DURATION};

	t->place[TERM_DURATION] = value->key_place;
	if (read_range(w, value, &limit))
		t->limits[LIMIT_DURATION] = limit;
}

void terms_set_start(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	static const char word[] = "every ";
	struct terms *t = terms_at(into, row);
	struct duration every = {0};

	t->place[TERM_START] = value->key_place;
	if (strncmp(value->text, word, strlen(word)) != 0) {
		problems_add(w->problems, value->place,
			     "\"%s\" is not a grid of starts; write `every 15m`", value->text);
		return;
	}
	if (!length_read(w, value, value->text + strlen(word), &every))
		return;
	if (length_s(every) <= 0 || DAY_S % length_s(every) != 0) {
		problems_add(w->problems, value->place,
			     "\"%s\" does not divide a day; write 5m, 10m, 15m, 20m, 30m, 1h, 2h, "
			     "3h, 4h, 6h, 8h, 12h or 1d",
			     value->text);
		return;
	}
	t->limits[LIMIT_START] =
	    (struct limit){.kind = LIMIT_START, .start_every_s = (int32_t)length_s(every)};
}

void terms_set_lead(struct walk *w, void *into, const struct key_row *row, const struct node *value)
{
	struct terms *t = terms_at(into, row);

	t->place[TERM_LEAD] = value->key_place;
	t->limits[LIMIT_LEAD] = (struct limit){.kind = LIMIT_LEAD};
	length_read(w, value, value->text, &t->limits[LIMIT_LEAD].lead);
}

void terms_set_horizon(struct walk *w, void *into, const struct key_row *row,
		       const struct node *value)
{
	struct terms *t = terms_at(into, row);
	struct limit limit = {.kind = LIMIT_HORIZON};

	t->place[TERM_HORIZON] = value->key_place;
	if (!length_read(w, value, value->text, &limit.horizon))
		return;
	if (length_s(limit.horizon) == 0)
		problems_add(w->problems, value->place,
			     "a horizon of nothing allows no booking; write 60d or 8w");
	t->limits[LIMIT_HORIZON] = limit;
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
void terms_set_slots(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	struct limit limit = {.kind = LIMIT_SLOTS};
	struct terms *t = terms_at(into, row);
	size_t n = strcspn(value->text, " "), kind = 0;
	char hours[POLICY_TEXT_MAX_BYTES + 1];

	t->place[TERM_SLOTS] = value->key_place;
	while (kind < sizeof(slot_kinds) / sizeof(*slot_kinds) &&
	       (strlen(slot_kinds[kind].word) != n ||
		strncmp(slot_kinds[kind].word, value->text, n) != 0))
		kind++;
	if (kind == sizeof(slot_kinds) / sizeof(*slot_kinds)) {
		problems_add(w->problems, value->place,
			     "\"%s\" are no slots; write half-days, days, nights or free",
			     value->text);
		return;
	}
	snprintf(hours, sizeof(hours), "%s",
		 value->text[n] ? value->text + n + 1 : slot_kinds[kind].hours);
	if (read_slots(hours, slot_kinds[kind].n, &limit))
		t->limits[LIMIT_SLOTS] = limit;
	else
		problems_add(w->problems, value->place,
			     "the hours of the slots cannot be read; write `half-days 08:00-13:00 "
			     "13:00-18:00`, `days 09:00-18:00` or `nights 20:00-08:00`");
}

static void read_calendar(struct walk *w, const struct node *value, struct calendar_term *ret)
{
	static const char word[] = "as ";

	ret->as = NULL;
	if (value->kind == NODE_TEXT && strncmp(value->text, word, strlen(word)) == 0) {
		ret->as = value->text + strlen(word) + strspn(value->text + strlen(word), " ");
		ret->as_place = value->place;
	} else {
		calendar_read(w, value, &ret->calendar);
	}
}

void terms_set_hours(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	struct terms *t = terms_at(into, row);

	t->place[TERM_HOURS] = value->key_place;
	read_calendar(w, value, &t->hours);
}

void terms_set_hand_over(struct walk *w, void *into, const struct key_row *row,
			 const struct node *value)
{
	struct terms *t = terms_at(into, row);

	t->place[TERM_HAND_OVER] = value->key_place;
	read_calendar(w, value, &t->hand_over);
}

void terms_set_spans_closed(struct walk *w, void *into, const struct key_row *row,
			    const struct node *value)
{
	struct terms *t = terms_at(into, row);

	t->place[TERM_SPANS_CLOSED] = value->key_place;
	t->spans_closed = strcmp(value->text, "true") == 0;
}

static void set_length(struct walk *w, void *into, const struct key_row *row,
		       const struct node *value)
{
	length_read(w, value, value->text, (struct duration *)((char *)into + row->offset));
}

struct longer_draft {
	const struct node *longer_than, *then;
};

static const struct key_row longer_rows[] = {
    {"longer-than", KEY_TEXT, true, walk_set_node, offsetof(struct longer_draft, longer_than)},
    {"then", KEY_TEXT, true, walk_set_node, offsetof(struct longer_draft, then)},
};
static const struct key_table longer_table = {longer_rows,
					      sizeof(longer_rows) / sizeof(*longer_rows), NULL};

static void set_after_if(struct walk *w, void *into, const struct key_row *row,
			 const struct node *value)
{
	struct longer_draft d = {0};
	struct terms *t = into;

	walk_map(w, value, value->key_place, &longer_table, &d);
	if (!d.longer_than || !d.then)
		return;
	length_read(w, d.longer_than, d.longer_than->text, &t->buffer.long_from);
	length_read(w, d.then, d.then->text, &t->buffer.long_after);
}

static void set_shared(struct walk *w, void *into, const struct key_row *row,
		       const struct node *value)
{
	static const char *const words[] = {"same-member"};
	struct terms *t = into;

	t->buffer.shared = walk_choice(w, value, "shared-by", words, 1) == 0;
}

static const struct key_row buffer_rows[] = {
    {"before", KEY_TEXT, false, set_length, offsetof(struct terms, buffer.before)},
    {"after", KEY_TEXT, false, set_length, offsetof(struct terms, buffer.after)},
    {"after-if", KEY_MAP, false, set_after_if, 0},
    {"shared-by", KEY_TEXT, false, set_shared, 0},
};
static const struct key_table buffer_table = {buffer_rows,
					      sizeof(buffer_rows) / sizeof(*buffer_rows), NULL};

void terms_set_buffer(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	struct terms *t = terms_at(into, row);

	t->place[TERM_BUFFER] = value->key_place;
	walk_map(w, value, value->key_place, &buffer_table, t);
}

/* `13 weeks` and `90 days` as they are said, besides 13w. */
static void set_at_most(struct walk *w, void *into, const struct key_row *row,
			const struct node *value)
{
	struct limit *l = into;
	char text[32], unit[8];
	int n;

	if (sscanf(value->text, "%d %7[a-z]", &n, unit) == 2 && n > 0 && n < 10000 &&
	    (strcmp(unit, "weeks") == 0 || strcmp(unit, "days") == 0))
		snprintf(text, sizeof(text), "%d%c", n, unit[0]);
	else
		snprintf(text, sizeof(text), "%s", value->text);
	if (length_read(w, value, text, &l->recurrence.at_most) &&
	    length_s(l->recurrence.at_most) == 0)
		problems_add(w->problems, value->place,
			     "a series of no length at all; write 13 weeks or 90 days");
}

static void set_then(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	static const char *const words[] = {"reconfirm"};
	struct limit *l = into;

	l->recurrence.reconfirm = walk_choice(w, value, "end of a series", words, 1) == 0;
}

static const struct key_row recurrence_rows[] = {
    {"at-most", KEY_TEXT, true, set_at_most, 0},
    {"then", KEY_TEXT, false, set_then, 0},
};
static const struct key_table recurrence_table = {
    recurrence_rows, sizeof(recurrence_rows) / sizeof(*recurrence_rows), NULL};

void terms_set_recurrence(struct walk *w, void *into, const struct key_row *row,
			  const struct node *value)
{
	struct terms *t = terms_at(into, row);

	t->place[TERM_RECURRENCE] = value->key_place;
	t->limits[LIMIT_RECURRENCE] = (struct limit){.kind = LIMIT_RECURRENCE};
	walk_map(w, value, value->key_place, &recurrence_table, &t->limits[LIMIT_RECURRENCE]);
}

#define TERM_PART(term, member)                                                                    \
	[term] = {offsetof(struct terms, member), sizeof(((struct terms *)0)->member)}
static const struct {
	size_t offset, size;
} term_parts[N_TERMS] = {
    TERM_PART(TERM_DURATION, limits[LIMIT_DURATION]),
    TERM_PART(TERM_START, limits[LIMIT_START]),
    TERM_PART(TERM_LEAD, limits[LIMIT_LEAD]),
    TERM_PART(TERM_HORIZON, limits[LIMIT_HORIZON]),
    TERM_PART(TERM_SLOTS, limits[LIMIT_SLOTS]),
    TERM_PART(TERM_RECURRENCE, limits[LIMIT_RECURRENCE]),
    TERM_PART(TERM_HOURS, hours),
    TERM_PART(TERM_HAND_OVER, hand_over),
    TERM_PART(TERM_SPANS_CLOSED, spans_closed),
    TERM_PART(TERM_BUFFER, buffer),
};

void terms_inherit(struct terms *t, const struct terms *from)
{
	for (size_t i = 0; i < N_TERMS; i++) {
		if (t->place[i].line != 0 || from->place[i].line == 0)
			continue;
		t->place[i] = from->place[i];
		memcpy((char *)t + term_parts[i].offset, (const char *)from + term_parts[i].offset,
		       term_parts[i].size);
	}
}

static const struct key_row terms_rows[] = {
    LIMIT_ROWS(0),
    OTHER_TERM_ROWS(0),
};
static const struct key_table terms_table = {terms_rows, sizeof(terms_rows) / sizeof(*terms_rows),
					     NULL};

static void set_terms(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	walk_map(w, value, value->key_place, &terms_table, (char *)into + row->offset);
}

static const struct key_row defaults_rows[] = {
    {"all", KEY_MAP, false, set_terms, offsetof(struct build, all_terms)},
    {"equipment", KEY_MAP, false, set_terms,
     offsetof(struct build, kind_terms[RESOURCE_EQUIPMENT])},
    {"premises", KEY_MAP, false, set_terms, offsetof(struct build, kind_terms[RESOURCE_PREMISES])},
    {"staff", KEY_MAP, false, set_terms, offsetof(struct build, kind_terms[RESOURCE_STAFF])},
};
static const struct key_table defaults_table = {
    defaults_rows, sizeof(defaults_rows) / sizeof(*defaults_rows), NULL};

void build_defaults(struct build *b)
{
	const struct node *defaults = b->sections.defaults;

	if (defaults)
		walk_map(&b->walk, defaults, defaults->key_place, &defaults_table, b);
	for (size_t i = 0; i < N_RESOURCE_KINDS; i++)
		terms_inherit(&b->kind_terms[i], &b->all_terms);
}
