/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of the log back to changes. */

/*
 * What is read back must be complete and known: a line that says more than this program understands
 * is refused rather than half applied.
 */

#include "proto/change_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/moment.h"
#include "proto/detail.h"
#include "proto/line.h"

/* Reading. The first fault is kept; what follows it reads on without harm. */
struct reading {
	const struct line *line;
	const struct pole *pole;
	const struct changes *ahead; /* not applied yet */
	struct arena *arena;
	int answer;
};

static void note(struct reading *r, int answer)
{
	if (r->answer == CHANGE_TEXT_OK)
		r->answer = answer;
}

static const char *text_of(struct reading *r, const char *key)
{
	const char *value = line_get(r->line, key);

	if (!value)
		note(r, CHANGE_TEXT_E_SYNTAX);
	return value ? value : "";
}

static uint32_t number_from(struct reading *r, const char *text)
{
	unsigned long number = strtoul(text, NULL, 10);

	if (!*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10 ||
	    number == 0 || number > UINT32_MAX)
		note(r, CHANGE_TEXT_E_SYNTAX);
	return (uint32_t)number;
}

static int64_t utc_from(struct reading *r, const char *text)
{
	struct moment m;

	if (moment_parse(text, &m) == MOMENT_OK && m.has_offset)
		return moment_utc(&m, NULL);
	note(r, CHANGE_TEXT_E_SYNTAX);
	return 0;
}

static bool yes_from(struct reading *r, const char *text)
{
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		note(r, CHANGE_TEXT_E_SYNTAX);
	return strcmp(text, "yes") == 0;
}

static uint32_t person_from(struct reading *r, const char *text)
{
	uint32_t number = 0;

	if (person_number_from_code(text, &number) != 0)
		note(r, CHANGE_TEXT_E_SYNTAX);
	return number;
}

static uint32_t name_from(struct reading *r, enum name_kind kind, const char *id)
{
	uint32_t number = pole_name_number(r->pole, kind, 0, id);

	for (size_t i = 0; number == 0 && i < r->ahead->n; i++) {
		const struct change *c = &r->ahead->items[i];

		if (c->kind == CHANGE_NAME && c->name.name.kind == kind &&
		    strcmp(c->name.name.id, id) == 0)
			number = c->name.name.number;
	}
	if (number == 0)
		note(r, CHANGE_TEXT_E_UNKNOWN);
	return number;
}

/* Every key one of `once`, at most once, or one of `often`: lists kept apart by spaces, with one at
 * each end. */
static void check_keys(struct reading *r, const char *once, const char *often)
{
	for (size_t i = 0; i < r->line->n_args; i++) {
		const struct arg *arg = &r->line->args[i];
		char word[72];

		snprintf(word, sizeof(word), " %s ", arg->key);
		if (!strstr(once, word) && !strstr(often, word))
			note(r, CHANGE_TEXT_E_UNKNOWN);
		else if (strstr(once, word) && line_get(r->line, arg->key) != arg->value)
			note(r, CHANGE_TEXT_E_SYNTAX);
	}
}

/* The same, of a booking: its details as well. */
static void check_booking_keys(struct reading *r)
{
	char once[1024] = " code cause state resource member person by from to made-at ended-at "
			  "due-at pinned series occurrence ";

	for (size_t i = 0; i < n_detail_fields; i++) {
		strcat(once, detail_fields[i].key);
		strcat(once, " ");
	}
	check_keys(r, once, " alloc item having ");
}

static size_t count_key(const struct line *l, const char *key)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_args; i++)
		n += strcmp(l->args[i].key, key) == 0;
	return n;
}

/* The part behind the last slash, which is cut off: names may have slashes of their own. */
static char *cut_last(struct reading *r, char *text)
{
	char *slash = strrchr(text, '/');

	if (!slash) {
		note(r, CHANGE_TEXT_E_SYNTAX);
		return text + strlen(text);
	}
	*slash = '\0';
	return slash + 1;
}

static uint32_t count_from(struct reading *r, const char *text)
{
	return strcmp(text, "0") == 0 ? 0 : number_from(r, text);
}

/* Any whole number that fits. */
static int64_t int64_from(struct reading *r, const char *text)
{
	const char *digits = text + (*text == '-');
	size_t n = strlen(digits);

	if (n < 1 || n > 18 || strspn(digits, "0123456789") != n)
		note(r, CHANGE_TEXT_E_SYNTAX);
	return strtoll(text, NULL, 10);
}

static int64_t booking_from(struct reading *r, const char *text)
{
	int64_t number = 0;

	if (booking_number_from_code(text, &number) != 0)
		note(r, CHANGE_TEXT_E_SYNTAX);
	return number;
}

static unsigned word_from(struct reading *r, const char *text, const char *const *words, unsigned n)
{
	unsigned i = 0;

	while (i < n && strcmp(words[i], text) != 0)
		i++;
	if (i == n)
		note(r, CHANGE_TEXT_E_UNKNOWN);
	return i == n ? 0 : i;
}

static uint32_t at_most(struct reading *r, uint32_t n, uint32_t most)
{
	if (n > most)
		note(r, CHANGE_TEXT_E_SYNTAX);
	return n > most ? 0 : n;
}

static struct item read_item(struct reading *r, char *text)
{
	struct item i = {.having = ""};

	i.span.end = utc_from(r, cut_last(r, text));
	i.span.start = utc_from(r, cut_last(r, text));
	i.state = (uint8_t)word_from(r, cut_last(r, text), item_state_words, N_ITEM_STATES);
	i.of = (uint16_t)at_most(r, count_from(r, cut_last(r, text)), BOOKING_MAX_ITEMS - 1);
	i.via = (uint8_t)word_from(r, cut_last(r, text), item_via_words, N_ITEM_VIAS);
	i.quantity = at_most(r, number_from(r, cut_last(r, text)), BOOKING_MAX_QUANTITY);
	i.lane = count_from(r, cut_last(r, text));
	i.resource = name_from(r, NAME_RESOURCE, text);
	if (span_is_empty(i.span))
		note(r, CHANGE_TEXT_E_SYNTAX);
	return i;
}

struct reading_lanes { /* the allocations read so far */
	struct allocation *items;
	size_t n, cap;
};

static void read_lanes(struct reading *r, char *lanes, struct allocation a,
		       struct reading_lanes *into)
{
	for (char *rest = NULL, *one = strtok_r(lanes, ",", &rest); one;
	     one = strtok_r(NULL, ",", &rest)) {
		char *dash = strchr(one, '-');
		uint32_t last;

		if (dash)
			*dash = '\0';
		a.lane = number_from(r, one);
		last = dash ? number_from(r, dash + 1) : a.lane;
		if (last < a.lane || last - a.lane >= BOOKING_MAX_LANES - into->n) {
			note(r, CHANGE_TEXT_E_SYNTAX);
			return;
		}
		for (; r->answer == CHANGE_TEXT_OK && a.lane <= last; a.lane++) {
			into->items = arena_grow(r->arena, into->items, into->n, &into->cap,
						 into->n + 1, sizeof(*into->items));
			into->items[into->n++] = a;
		}
	}
}

static void read_allocation(struct reading *r, char *text, size_t n_items,
			    struct reading_lanes *into)
{
	struct allocation a = {0};
	char *lanes, *colon;

	a.during.end = utc_from(r, cut_last(r, text));
	a.during.start = utc_from(r, cut_last(r, text));
	lanes = cut_last(r, text);
	a.resource = name_from(r, NAME_RESOURCE, text);
	colon = strchr(lanes, ':');
	if (colon) {
		*colon = '\0';
		a.item = at_most(r, count_from(r, lanes), (uint32_t)n_items - 1);
		lanes = colon + 1;
	}
	if (span_is_empty(a.during) || !*lanes)
		note(r, CHANGE_TEXT_E_SYNTAX);
	read_lanes(r, lanes, a, into);
}

static struct item plain_item(struct reading *r)
{
	const char *pinned = line_get(r->line, "pinned");
	struct span span = {utc_from(r, text_of(r, "from")), utc_from(r, text_of(r, "to"))};

	if (span_is_empty(span)) /* neither does the table take one */
		note(r, CHANGE_TEXT_E_SYNTAX);
	return item_of(name_from(r, NAME_RESOURCE, text_of(r, "resource")),
		       pinned && yes_from(r, pinned), span);
}

static struct booking *read_shape(struct reading *r, const char *purpose)
{
	size_t n = count_key(r->line, "item"), n_items = n ? n : 1, i_item = 0;
	struct item *items = arena_new_n(r->arena, struct item, n_items);
	struct reading_lanes lanes = {0};
	struct booking *b;

	items[0] = plain_item(r);
	if (n > BOOKING_MAX_ITEMS || (n && items[0].lane))
		note(r, CHANGE_TEXT_E_SYNTAX);
	for (size_t i = 0; i < r->line->n_args; i++) {
		const struct arg *arg = &r->line->args[i];

		if (strcmp(arg->key, "item") == 0)
			items[i_item++] = read_item(r, arena_strdup(r->arena, arg->value));
		else if (strcmp(arg->key, "having") == 0 && i_item > 0)
			items[i_item - 1].having = arg->value;
		else if (strcmp(arg->key, "alloc") == 0)
			read_allocation(r, arena_strdup(r->arena, arg->value), n_items, &lanes);
	}
	if (!n && items[0].lane && lanes.n > 0)
		items[0].lane = lanes.items[0].lane;
	b = booking_new(purpose ? purpose : "", items, n_items, lanes.n);
	if (lanes.n > 0)
		memcpy(b->allocations, lanes.items, lanes.n * sizeof(*lanes.items));
	return b;
}

static struct span span_from(struct reading *r, char *text)
{
	struct span span = {.end = utc_from(r, cut_last(r, text))};

	span.start = utc_from(r, text);
	return span;
}

static struct detail_value detail_from(struct reading *r, const struct detail_field *f,
				       const char *text)
{
	struct detail_value v = {.text = text};

	switch (f->kind) {
	case DETAIL_TIME:
		v.number = utc_from(r, text);
		break;
	case DETAIL_SPAN:
		v.span = span_from(r, arena_strdup(r->arena, text));
		break;
	case DETAIL_PERSON:
		v.number = person_from(r, text);
		break;
	case DETAIL_BOOKING:
		v.number = booking_from(r, text);
		break;
	case DETAIL_YES:
		v.number = yes_from(r, text);
		break;
	case DETAIL_NUMBER:
	case DETAIL_PERCENT:
	case DETAIL_READING:
		v.number = int64_from(r, text);
		break;
	case DETAIL_STATE:
	case DETAIL_DISPUTE:
	case DETAIL_TEXT:
		break;
	}
	return v;
}

static void read_details(struct reading *r, struct booking *b)
{
	for (size_t i = 0; i < r->line->n_args; i++) {
		const struct detail_field *f = detail_field(r->line->args[i].key);
		struct detail_value v;

		if (!f)
			continue;
		v = detail_from(r, f, r->line->args[i].value);
		if (r->answer == CHANGE_TEXT_OK && detail_set(booking_details(b), f, &v) != 0)
			note(r, f->words ? CHANGE_TEXT_E_UNKNOWN : CHANGE_TEXT_E_SYNTAX);
	}
}

static void read_booking(struct reading *r, struct booking *b)
{
	const char *member = line_get(r->line, "member"), *ended_at = line_get(r->line, "ended-at");
	const char *series = line_get(r->line, "series"), *due_at = line_get(r->line, "due-at");

	check_booking_keys(r);
	b->number = booking_from(r, text_of(r, "code"));
	if (booking_state_from_word(text_of(r, "state"), &b->state) != 0)
		note(r, CHANGE_TEXT_E_UNKNOWN);
	b->member = member ? name_from(r, NAME_MEMBER, member) : 0;
	b->person = person_from(r, text_of(r, "person"));
	b->made_by = person_from(r, text_of(r, "by"));
	b->made_at = utc_from(r, text_of(r, "made-at"));
	b->ended_at = ended_at ? utc_from(r, ended_at) : 0;
	b->due_at = due_at ? utc_from(r, due_at) : 0;
	b->series = series ? number_from(r, series) : 0;
	b->occurrence = series ? utc_from(r, text_of(r, "occurrence")) : 0;
	read_details(r, b);
}

static const struct booking *booking_before(const struct reading *r, int64_t number)
{
	for (size_t i = r->ahead->n; i > 0; i--) {
		const struct change *c = &r->ahead->items[i - 1];

		if (c->kind == CHANGE_BOOKING && c->booking.after &&
		    c->booking.after->number == number)
			return c->booking.after;
	}
	return pole_booking(r->pole, number);
}

static void decode_booking(struct reading *r, const char *purpose, struct changes *ret)
{
	struct booking *b = read_shape(r, purpose);
	const char *word = line_get(r->line, "cause");
	enum cause cause = CAUSE_NONE;

	read_booking(r, b);
	if (word && cause_from_word(word, &cause) != 0)
		note(r, CHANGE_TEXT_E_UNKNOWN);
	if (r->answer == CHANGE_TEXT_OK)
		changes_add_booking(ret, cause, (struct booking *)booking_before(r, b->number), b);
	else
		booking_unref(b);
}

static uint32_t roles_from(struct reading *r, const char *text)
{
	uint32_t roles = 0;

	while (*text) {
		size_t n = strcspn(text, ","), i = 0;

		while (i < N_ROLES &&
		       (strlen(role_words[i]) != n || memcmp(role_words[i], text, n) != 0))
			i++;
		if (i == N_ROLES)
			note(r, CHANGE_TEXT_E_UNKNOWN);
		else
			roles |= 1u << i;
		text += n + (text[n] == ',');
	}
	return roles;
}

static bool is_hash(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static void read_credentials(struct reading *r, struct person *person)
{
	struct credential *next = person->credentials;

	for (size_t i = 0; i < r->line->n_args; i++) {
		const struct arg *arg = &r->line->args[i];
		bool withdrawn = strcmp(arg->key, "withdrawn") == 0;

		if (!withdrawn && strcmp(arg->key, "token") != 0)
			continue;
		if (is_hash(arg->value))
			memcpy(next->hash, arg->value, sizeof(next->hash));
		else
			note(r, CHANGE_TEXT_E_SYNTAX);
		next++->withdrawn = withdrawn;
	}
}

static void read_qualification(struct reading *r, const struct arg *arg, struct qualification *q)
{
	if (strcmp(arg->key, "issuer") == 0) {
		q->issuer = name_from(r, NAME_MEMBER, arg->value);
	} else if (strcmp(arg->key, "until") == 0) {
		q->until = utc_from(r, arg->value);
	} else if (strcmp(arg->key, "since") == 0) {
		if (q->since != TIME_NEVER)
			note(r, CHANGE_TEXT_E_SYNTAX);
		q->since = utc_from(r, arg->value);
	}
}

static void begin_qualification(struct reading *r, const char *word, struct qualification *q)
{
	q->since = q->until = TIME_NEVER;
	if (!*word || strlen(word) >= sizeof(q->word))
		note(r, CHANGE_TEXT_E_SYNTAX);
	else
		strcpy(q->word, word);
}

/* What follows `qualified` is about it, up to the next. */
static void read_qualifications(struct reading *r, struct person *person)
{
	struct qualification *next = person->qualifications;

	for (size_t i = 0; i < r->line->n_args; i++) {
		const struct arg *arg = &r->line->args[i];

		if (strcmp(arg->key, "qualified") == 0)
			begin_qualification(r, arg->value, next++);
		else if (next > person->qualifications)
			read_qualification(r, arg, next - 1);
		else if (strcmp(arg->key, "since") == 0)
			note(r, CHANGE_TEXT_E_SYNTAX);
	}
	for (const struct qualification *q = person->qualifications; q < next; q++)
		if (q->since == TIME_NEVER)
			note(r, CHANGE_TEXT_E_SYNTAX);
}

static void read_person(struct reading *r, struct person *person)
{
	const char *member = line_get(r->line, "member"), *roles = line_get(r->line, "roles");

	check_keys(r, " code member roles active ",
		   " token withdrawn qualified issuer since until ");
	person->number = person_from(r, text_of(r, "code"));
	person->member = member ? name_from(r, NAME_MEMBER, member) : 0;
	person->roles = roles ? roles_from(r, roles) : 0;
	person->active = yes_from(r, text_of(r, "active"));
	read_credentials(r, person);
	read_qualifications(r, person);
}

static const struct person *person_before(const struct reading *r, uint32_t number)
{
	for (size_t i = r->ahead->n; i > 0; i--) {
		const struct change *c = &r->ahead->items[i - 1];

		if (c->kind == CHANGE_PERSON && c->person.after &&
		    c->person.after->number == number)
			return c->person.after;
	}
	return pole_person(r->pole, number);
}

static void decode_person(struct reading *r, const char *name, const char *mail,
			  struct changes *ret)
{
	size_t n = count_key(r->line, "token") + count_key(r->line, "withdrawn");
	struct person *person =
	    person_new(name ? name : "", mail ? mail : "", n, count_key(r->line, "qualified"));

	read_person(r, person);
	if (r->answer == CHANGE_TEXT_OK)
		changes_add_person(ret, (struct person *)person_before(r, person->number), person);
	else
		person_unref(person);
}

static void decode_name(struct reading *r, struct changes *ret)
{
	const char *kind = text_of(r, "kind"), *resource = line_get(r->line, "resource");
	struct name name = {.id = text_of(r, "id")};

	check_keys(r, " kind resource number id ", "");
	while (name.kind < N_NAME_KINDS && strcmp(name_kind_words[name.kind], kind) != 0)
		name.kind++;
	if (name.kind == N_NAME_KINDS)
		note(r, CHANGE_TEXT_E_UNKNOWN);
	if ((name.kind == NAME_UNIT) != (resource != NULL) || !name.id[0])
		note(r, CHANGE_TEXT_E_SYNTAX);
	name.resource = resource ? number_from(r, resource) : 0;
	name.number = number_from(r, text_of(r, "number"));
	if (r->answer == CHANGE_TEXT_OK)
		changes_add_name(ret, name);
}

static void decode_policy(struct reading *r, char *ret_hash)
{
	const char *hash = text_of(r, "hash");

	check_keys(r, " hash ", "");
	if (!is_hash(hash))
		note(r, CHANGE_TEXT_E_SYNTAX);
	if (r->answer == CHANGE_TEXT_OK)
		memcpy(ret_hash, hash, 65);
}

static struct outage outage_before(const struct reading *r, int64_t number)
{
	const struct outage *o;

	for (size_t i = r->ahead->n; i > 0; i--) {
		const struct change *c = &r->ahead->items[i - 1];

		if (c->kind == CHANGE_OUTAGE && c->outage.after.number == number)
			return c->outage.after;
	}
	o = pole_outage(r->pole, number);
	return o ? *o : (struct outage){0};
}

static void decode_outage(struct reading *r, struct changes *ret)
{
	const char *lane = line_get(r->line, "lane"), *to = line_get(r->line, "to");
	const char *lifted_at = line_get(r->line, "lifted-at");
	const char *closure = line_get(r->line, "closure");
	struct outage o = {.number = number_from(r, text_of(r, "number"))}, before;

	check_keys(r, " number resource lane from to closure by made-at lifted-at ", "");
	o.resource = name_from(r, NAME_RESOURCE, text_of(r, "resource"));
	o.lane = lane ? number_from(r, lane) : 0;
	o.span.start = utc_from(r, text_of(r, "from"));
	o.span.end = to ? utc_from(r, to) : TIME_NEVER;
	o.is_closure = closure && yes_from(r, closure);
	o.made_by = person_from(r, text_of(r, "by"));
	o.made_at = utc_from(r, text_of(r, "made-at"));
	o.lifted_at = lifted_at ? utc_from(r, lifted_at) : 0;
	before = outage_before(r, o.number);
	if (r->answer == CHANGE_TEXT_OK)
		changes_add_outage(ret, &before, &o);
}

/* Its text is elsewhere, and the pole does not keep it: nothing changes there. */
static void check_note(struct reading *r)
{
	unsigned about = word_from(r, text_of(r, "about"), note_about_words, N_NOTE_ABOUTS);
	const char *number = text_of(r, "number");

	check_keys(r, " about number kind sha256 ", "");
	if (about == NOTE_BOOKING)
		booking_from(r, number);
	else
		number_from(r, number);
	word_from(r, text_of(r, "kind"), note_kind_words, N_NOTE_KINDS);
	if (!is_hash(text_of(r, "sha256")))
		note(r, CHANGE_TEXT_E_SYNTAX);
}

static void decode_change(struct reading *r, const char *private1, const char *private2,
			  struct changes *ret, char *ret_policy_hash)
{
	enum change_kind kind = 0;

	while (kind < N_CHANGE_KINDS && strcmp(change_kind_words[kind], r->line->words[0]) != 0)
		kind++;
	switch (kind) {
	case CHANGE_BOOKING:
		decode_booking(r, private1, ret);
		break;
	case CHANGE_PERSON:
		decode_person(r, private1, private2, ret);
		break;
	case CHANGE_NAME:
		decode_name(r, ret);
		break;
	case CHANGE_POLICY:
		decode_policy(r, ret_policy_hash);
		break;
	case CHANGE_OUTAGE:
		decode_outage(r, ret);
		break;
	case CHANGE_NOTE:
		check_note(r);
		break;
	case N_CHANGE_KINDS:
		note(r, CHANGE_TEXT_E_UNKNOWN);
		break;
	}
}

int change_decode(const char *text, const struct pole *p, const char *private1,
		  const char *private2, struct changes *ret, char *ret_policy_hash)
{
	struct arena arena = {0};
	struct line line;
	size_t at;
	struct reading r = {.line = &line, .pole = p, .ahead = ret, .arena = &arena};

	if (line_decode(text, strlen(text), &arena, &line, &at) != LINE_OK || line.n_words != 1)
		r.answer = CHANGE_TEXT_E_SYNTAX;
	else
		decode_change(&r, private1, private2, ret, ret_policy_hash);
	arena_clear(&arena);
	return r.answer;
}
