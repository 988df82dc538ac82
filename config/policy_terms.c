/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of a resource by itself, by its kind's defaults or by those of all: limits, hours,
 * buffers, managers, meters; and the section defaults. */

#include "config/policy_build.h"

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

static struct terms *terms_at(void *into, const struct key_row *row)
{
	return (struct terms *)((char *)into + row->offset);
}

/* By the word of the row. What may be `none` undoes what the defaults say. */
static const struct {
	const char *word;
	enum term term;
	limit_reader *read;
	bool may_be_none;
} readers[] = {
    {"duration", TERM_DURATION, limit_read_duration, false},
    {"start", TERM_START, limit_read_start, false},
    {"lead", TERM_LEAD, limit_read_lead, false},
    {"horizon", TERM_HORIZON, limit_read_horizon, false},
    {"slots", TERM_SLOTS, limit_read_slots, false},
    {"recurrence", TERM_RECURRENCE, limit_read_recurrence, true},
    {"quota", TERM_QUOTA, limit_read_quota, false},
    {"who", TERM_WHO, limit_read_who, false},
    {"driver", TERM_QUALIFICATION, limit_read_qualification, true},
    {"qualification", TERM_QUALIFICATION, limit_read_qualification, true},
    {"approval", TERM_APPROVAL, limit_read_approval, true},
    {"hold", TERM_HOLD, limit_read_hold, false},
    {"cancel", TERM_CANCEL, limit_read_cancel, true},
    {"no-show", TERM_NO_SHOW, limit_read_no_show, true},
};

static bool is_none(const struct node *value)
{
	return value->kind == NODE_TEXT && strcmp(value->text, "none") == 0;
}

void terms_set_limit(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	struct terms *t = terms_at(into, row);
	struct limit *limit;
	size_t i = 0;

	while (strcmp(readers[i].word, row->word) != 0)
		i++;
	if (t->place[readers[i].term].line != 0)
		problems_add(w->problems, value->key_place,
			     "either `driver` or `qualification`; write the other as a rule");
	t->place[readers[i].term] = value->key_place;
	limit = &t->limits[readers[i].term].limit;
	*limit = (struct limit){.kind = (enum limit_kind)readers[i].term};
	if (readers[i].may_be_none && is_none(value))
		limit->kind = N_LIMIT_KINDS;
	else
		readers[i].read(w, value, limit);
}

void terms_set_keep(struct walk *w, void *into, const struct key_row *row, const struct node *value)
{
	struct terms *t = terms_at(into, row);

	t->place[TERM_KEEP] = value->key_place;
	t->limits[TERM_KEEP].limit = (struct limit){.kind = LIMIT_KEEP};
	keep_read(w, value, &t->limits[TERM_KEEP].limit, &t->limits[TERM_KEEP].when);
}

void terms_set_adjacent(struct walk *w, void *into, const struct key_row *row,
			const struct node *value)
{
	struct terms *t = terms_at(into, row);

	t->place[TERM_ADJACENT] = value->key_place;
	if (strcmp(value->text, "count as one") != 0)
		problems_add(w->problems, value->place,
			     "\"%s\" is not known; write `adjacent: count as one`", value->text);
}

void terms_set_meter(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	struct terms *t = terms_at(into, row);

	t->place[TERM_METER] = value->key_place;
	t->meter = is_none(value) ? NULL : arena_strdup(w->arena, value->text);
}

void terms_set_managers(struct walk *w, void *into, const struct key_row *row,
			const struct node *value)
{
	struct party_match *party = arena_new(w->arena, struct party_match);
	struct terms *t = terms_at(into, row);

	t->place[TERM_MANAGERS] = value->key_place;
	t->managers = party;
	if (party_read_members(w, value, party) && (party->n_classes > 0 || party->owner))
		problems_add(w->problems, value->place,
			     "managers are those of members; write their ids, not a class");
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
    {"longer-than", KEY_TEXT, true, walk_set_node, offsetof(struct longer_draft, longer_than),
     "of bookings longer than that: 3h"},
    {"then", KEY_TEXT, true, walk_set_node, offsetof(struct longer_draft, then),
     "the time after them: 60m"},
};
static const struct key_table longer_table = KEY_TABLE(longer_rows);

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
	struct terms *t = into;

	t->buffer.shared = walk_choice(w, value, row->word, row->words, row->n_words) == 0;
}

static const char *const sharers[] = {"same-member"};

static const struct key_row buffer_rows[] = {
    {"before", KEY_TEXT, false, set_length, offsetof(struct terms, buffer.before), "to set up: 1h"},
    {"after", KEY_TEXT, false, set_length, offsetof(struct terms, buffer.after),
     "to clean, to charge: 30m"},
    {"after-if", KEY_MAP, false, set_after_if, 0, "another time after long bookings",
     &longer_table},
    {"shared-by", KEY_TEXT, false, set_shared, 0, "none between bookings of one member", NULL,
     false, ROW_WORDS(sharers)},
};
const struct key_table buffer_table = KEY_TABLE_NAMED(buffer_rows, "buffer");

void terms_set_buffer(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	struct terms *t = terms_at(into, row);

	t->place[TERM_BUFFER] = value->key_place;
	walk_map(w, value, value->key_place, &buffer_table, t);
}

#define TERM_PART(term, member)                                                                    \
	[term] = {offsetof(struct terms, member), sizeof(((struct terms *)0)->member)}
static const struct {
	size_t offset, size;
} term_parts[N_TERMS] = {
    TERM_PART(TERM_DURATION, limits[TERM_DURATION]),
    TERM_PART(TERM_START, limits[TERM_START]),
    TERM_PART(TERM_LEAD, limits[TERM_LEAD]),
    TERM_PART(TERM_HORIZON, limits[TERM_HORIZON]),
    TERM_PART(TERM_SLOTS, limits[TERM_SLOTS]),
    TERM_PART(TERM_RECURRENCE, limits[TERM_RECURRENCE]),
    TERM_PART(TERM_QUOTA, limits[TERM_QUOTA]),
    TERM_PART(TERM_WHO, limits[TERM_WHO]),
    TERM_PART(TERM_KEEP, limits[TERM_KEEP]),
    TERM_PART(TERM_QUALIFICATION, limits[TERM_QUALIFICATION]),
    TERM_PART(TERM_APPROVAL, limits[TERM_APPROVAL]),
    TERM_PART(TERM_HOLD, limits[TERM_HOLD]),
    TERM_PART(TERM_CANCEL, limits[TERM_CANCEL]),
    TERM_PART(TERM_NO_SHOW, limits[TERM_NO_SHOW]),
    TERM_PART(TERM_HOURS, hours),
    TERM_PART(TERM_HAND_OVER, hand_over),
    TERM_PART(TERM_SPANS_CLOSED, spans_closed),
    TERM_PART(TERM_BUFFER, buffer),
    TERM_PART(TERM_METER, meter),
    TERM_PART(TERM_MANAGERS, managers),
};

void terms_inherit(struct terms *t, const struct terms *from)
{
	for (size_t i = 0; i < N_TERMS; i++) {
		if (t->place[i].line != 0 || from->place[i].line == 0)
			continue;
		t->place[i] = from->place[i];
		if (term_parts[i].size == 0) /* that it was said is all */
			continue;
		memcpy((char *)t + term_parts[i].offset, (const char *)from + term_parts[i].offset,
		       term_parts[i].size);
	}
}

static const struct key_row terms_rows[] = {
    LIMIT_ROWS(0),
    OTHER_TERM_ROWS(0),
};
static const struct key_table terms_table = KEY_TABLE_NAMED(terms_rows, "terms");

static void set_terms(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	walk_map(w, value, value->key_place, &terms_table, (char *)into + row->offset);
}

#define DEFAULTS_ROW(word, member, help)                                                           \
	{                                                                                          \
		word, KEY_MAP, false, set_terms, offsetof(struct build, member), help,             \
		    &terms_table                                                                   \
	}
static const struct key_row defaults_rows[] = {
    DEFAULTS_ROW("all", all_terms, "of every resource"),
    DEFAULTS_ROW("equipment", kind_terms[RESOURCE_EQUIPMENT], "of equipment"),
    DEFAULTS_ROW("premises", kind_terms[RESOURCE_PREMISES], "of premises"),
    DEFAULTS_ROW("staff", kind_terms[RESOURCE_STAFF], "of staff"),
};
const struct key_table defaults_table = KEY_TABLE(defaults_rows);

void build_defaults(struct build *b)
{
	const struct node *defaults = b->sections.defaults;

	if (defaults)
		walk_map(&b->walk, defaults, defaults->key_place, &defaults_table, b);
	for (size_t i = 0; i < N_RESOURCE_KINDS; i++)
		terms_inherit(&b->kind_terms[i], &b->all_terms);
}
