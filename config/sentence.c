/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the sentences of a policy's tests by a table of phrases.
 *
 * In a phrase, small words are said as they stand (one of `a|b`), capital words stand for something
 * (config/sentence_slots.c), and what is in brackets may be left out. Every phrase of the place is
 * tried from the first word on; the first that takes all of them is meant. Where none does, the
 * word that none got beyond is wrong, and what each would have taken there is what was meant: so no
 * phrase needs an error message of its own.
 */

#include "config/sentence_parts.h"

#include <stdint.h>
#include <string.h>

#include "config/walk.h"
#include "lib/nearest.h"

enum { LISTED_MAX = 10 };

#define A_BOOKING "THINGS SPAN [for MEMBER] [having HAVING] [with DECLARED] [every EVERY]"

static const struct phrase_row phrases[] = {
    {SAYS_TIME, IN_GIVEN | IN_WHEN, "it is AT"},
    {SAYS_HAS, IN_GIVEN, "WHO has WORD [since SINCE] [until UNTIL] [from MEMBER]"},
    {SAYS_ROLE, IN_GIVEN, "WHO is [a] ROLE"},
    {SAYS_HOLDS, IN_GIVEN, "WHO holds THINGS SPAN"},
    {SAYS_HOLDS_TIME, IN_GIVEN, "WHO holds LENGTH of THING [PERIOD]"},
    {SAYS_HOLDS_SOME, IN_GIVEN, "WHO holds COUNT bookings|booking of THING [PERIOD]"},
    {SAYS_MISSED, IN_GIVEN, "WHO did not come to COUNT bookings|booking of THING [PERIOD]"},
    {SAYS_GAVE_UP_LATE, IN_GIVEN, "WHO cancelled COUNT bookings|booking of THING late [PERIOD]"},
    {SAYS_CAME_BACK_LATE, IN_GIVEN, "WHO brought THING back late COUNT times [PERIOD]"},

    {SAYS_BOOKS, IN_GIVEN | IN_WHEN, "WHO books " A_BOOKING},
    {SAYS_WAITS, IN_GIVEN | IN_WHEN, "WHO waits for " A_BOOKING},
    {SAYS_PUTS_ON_HOLD, IN_GIVEN | IN_WHEN, "WHO puts a hold on " A_BOOKING},
    {SAYS_CONFIRMS, IN_GIVEN | IN_WHEN, "WHO confirms|accepts THING"},
    {SAYS_MOVES, IN_GIVEN | IN_WHEN, "WHO moves THING to AT [for LENGTH]"},
    {SAYS_EXTENDS_BY, IN_GIVEN | IN_WHEN, "WHO extends THING by LENGTH"},
    {SAYS_EXTENDS_TO, IN_GIVEN | IN_WHEN, "WHO extends THING to TO"},
    {SAYS_CANCELS, IN_GIVEN | IN_WHEN, "WHO cancels THING"},
    {SAYS_PASSES, IN_GIVEN | IN_WHEN, "WHO passes on THING"},
    {SAYS_APPROVES, IN_GIVEN | IN_WHEN, "WHO approves THING of MEMBER"},
    {SAYS_DECLINES, IN_GIVEN | IN_WHEN, "WHO declines THING of MEMBER"},
    {SAYS_TAKES_OUT, IN_GIVEN | IN_WHEN, "WHO takes THING out"},
    {SAYS_BRINGS_BACK, IN_GIVEN | IN_WHEN, "WHO brings THING back"},
    {SAYS_SWAPS, IN_GIVEN | IN_WHEN, "WHO swaps THING with MEMBER"},
    {SAYS_BREAKS, IN_GIVEN | IN_WHEN, "THING breaks down SPAN"},
    {SAYS_CLOSES, IN_GIVEN | IN_WHEN, "THING is closed SPAN"},
    {SAYS_WORKS_AGAIN, IN_GIVEN | IN_WHEN, "THING works again"},

    {SAYS_GRANTED, IN_THEN, "granted [on THING] [for COUNT dates|date]"},
    {SAYS_REQUESTED, IN_THEN, "requested"},
    {SAYS_HELD, IN_THEN, "held"},
    {SAYS_WAITING, IN_THEN, "waiting"},
    {SAYS_REFUSED, IN_THEN, "refused [by RULE] [and by RULE] [and by RULE]"},
    {SAYS_REFUSED_AS, IN_THEN, "refused as REASON [and as REASON] [and as REASON]"},
    {SAYS_PLACE, IN_THEN, "PLACE in the queue"},
    {SAYS_IS_PLACE, IN_THEN, "WHO is PLACE in the queue [for THING]"},
    {SAYS_IS_OFFERED, IN_THEN, "WHO is offered THING"},
    {SAYS_GOT_NO, IN_THEN, "WHO has no THING"},
    {SAYS_GOT, IN_THEN, "WHO has THING"},
    {SAYS_IS_STATE, IN_THEN, "WHO is STATE [for THING]"},
    {SAYS_OWES, IN_THEN, "WHO owes PER-CENT [for THING]"},
};

const struct phrase_row *sentence_phrase(size_t i)
{
	return i < sizeof(phrases) / sizeof(*phrases) ? &phrases[i] : NULL;
}

/* Words */

const struct spoken *reading_next(const struct reading *r)
{
	return r->at < r->n ? &r->words[r->at] : NULL;
}

static void add_once(const char **list, size_t *n, const char *text)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(list[i], text) == 0)
			return;
	if (*n < HOPES_MAX)
		list[(*n)++] = text;
}

struct hopes *reading_hope(struct reading *r, const char *slot)
{
	if (r->at < r->hopes.at)
		return NULL;
	if (r->at > r->hopes.at)
		r->hopes = (struct hopes){.at = r->at};
	if (slot)
		add_once(r->hopes.slots, &r->hopes.n_slots, slot);
	return &r->hopes;
}

bool reading_take(struct reading *r, const char *word)
{
	const struct spoken *w = reading_next(r);
	struct hopes *h;

	if (w && !w->quoted && strcmp(w->text, word) == 0) {
		r->at++;
		return true;
	}
	h = reading_hope(r, NULL);
	if (h)
		add_once(h->words, &h->n_words, word);
	return false;
}

/* Phrases */

static bool take_word_of(struct reading *r, const char *words, size_t n)
{
	for (const char *end = words + n; words <= end;) {
		size_t length = strcspn(words, "|] ");

		if (reading_take(r, arena_strndup(r->arena, words, length)))
			return true;
		words += length + 1;
	}
	return false;
}

static bool take_pattern(struct reading *r, const char *pattern, const char *end, struct told *s)
{
	while (pattern < end) {
		size_t n = *pattern == '[' ? strcspn(pattern, "]") + 1 : strcspn(pattern, " ]");
		struct told before = *s;
		size_t at = r->at;

		if (*pattern == '[') {
			if (!take_pattern(r, pattern + 1, pattern + n - 1, s)) {
				*s = before;
				r->at = at;
			}
		} else if (*pattern >= 'A' && *pattern <= 'Z') {
			if (!blank_find(pattern, n)->take(r, s))
				return false;
		} else if (!take_word_of(r, pattern, n)) {
			return false;
		}
		pattern += n;
		pattern += strspn(pattern, " ");
	}
	return true;
}

static bool take_phrase(struct reading *r, const struct phrase_row *row, struct told *s)
{
	struct told said = {.kind = row->kind};

	r->at = 0;
	if (!take_pattern(r, row->pattern, row->pattern + strlen(row->pattern), &said))
		return false;
	if (r->at < r->n) {
		reading_hope(r, NULL);
		return false;
	}
	*s = said;
	return true;
}

/* What was meant */

struct nearby { /* ids that would have done */
	const char *items[HINT_MAX_WORDS];
	size_t n;
};

static void add_id(struct nearby *list, const char *id)
{
	if (list->n < HINT_MAX_WORDS && *id)
		list->items[list->n++] = id;
}

static void add_things(const struct policy *p, struct nearby *list)
{
	for (size_t i = 0; i < p->n_resources; i++) {
		const struct resource *r = &p->resources[i];

		add_id(list, r->id);
		for (size_t k = 0; k < r->n_units; k++)
			add_id(list, r->units[k].id);
	}
}

static const char *find_near(const struct reading *r, const char *word)
{
	const struct policy *p = r->policy;
	struct nearby *list = arena_new(r->arena, struct nearby);

	for (size_t i = 0; i < r->hopes.n_words; i++)
		add_id(list, r->hopes.words[i]);
	for (size_t i = 0; r->hopes.members && i < p->n_members; i++)
		add_id(list, p->members[i].id);
	if (r->hopes.things)
		add_things(p, list);
	for (size_t i = 0; r->hopes.rules && i < p->n_rules; i++)
		add_id(list, p->rules[i].name);
	for (size_t i = 0; r->hopes.reasons && i < r->n_reasons; i++)
		add_id(list, r->reasons[i]);
	return nearest_word(word, list->items, list->n);
}

static const char *list_hopes(const struct reading *r)
{
	const struct hopes *h = &r->hopes;
	size_t n = h->n_slots + h->n_words, shown = n > LISTED_MAX ? LISTED_MAX : n;
	const char *text = "";

	for (size_t i = 0; i < shown; i++) {
		const char *between = i == 0 ? "; write " : i + 1 == n ? " or " : ", ";

		text = i < h->n_slots ? arena_printf(r->arena, "%s%s%s", text, between, h->slots[i])
				      : arena_printf(r->arena, "%s%s\"%s\"", text, between,
						     h->words[i - h->n_slots]);
	}
	return shown < n ? arena_printf(r->arena, "%s, …", text) : text;
}

static const char *hint(const struct reading *r, const struct spoken *w)
{
	const char *near = w ? find_near(r, w->text) : NULL;

	return near ? arena_printf(r->arena, "; did you mean \"%s\"?", near) : list_hopes(r);
}

static int columns(const char *text, size_t n)
{
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)text[i] & 0xC0) != 0x80;
	return count;
}

static void report(const struct reading *r, const struct sentence *s, size_t end,
		   struct problems *problems)
{
	const struct hopes *h = &r->hopes;
	const struct spoken *w = h->at < r->n ? &r->words[h->at] : NULL;
	struct place place = s->place;

	place.column += columns(s->text, w ? w->at : end);
	if (h->why)
		problems_add(problems, place, "%s%s", h->why, hint(r, w));
	else if (!w)
		problems_add(problems, place, "something is missing here%s", hint(r, w));
	else if (h->n_words + h->n_slots == 0)
		problems_add(problems, place, "\"%s\" is too much here", w->text);
	else
		problems_add(problems, place, "\"%s\" is not understood here%s", w->text,
			     hint(r, w));
}

/* A word ends with a space, or with a comma, which `ret_comma` then tells; "…" is one. Returns the
 * bytes that it takes. */
static size_t read_word(const char *text, struct arena *a, struct spoken *ret, bool *ret_comma)
{
	size_t n = strcspn(text, " "), length;

	ret->quoted = *text == '"';
	if (ret->quoted) {
		length = strcspn(text + 1, "\"");
		ret->text = arena_strndup(a, text + 1, length);
		n = length + 1 + (text[length + 1] == '"');
	} else {
		length = n > 1 && text[n - 1] == ',' ? n - 1 : n;
		ret->text = arena_strndup(a, text, length);
		n = length;
	}
	*ret_comma = text[n] == ',';
	return n + *ret_comma;
}

/* From `at` on, to the end or a comma; where it stopped. SIZE_MAX: too many words. */
static size_t read_words(struct reading *r, const char *text, size_t at)
{
	bool comma = false;

	while (!comma) {
		at += strspn(text + at, " ");
		if (text[at] == '\0')
			return at;
		if (r->n == SENTENCE_MAX_WORDS)
			return SIZE_MAX;
		r->words[r->n] = (struct spoken){.at = at};
		at += read_word(text + at, r->arena, &r->words[r->n++], &comma);
	}
	return at;
}

static bool read_part(struct reading *r, enum sentence_place place, struct told *ret)
{
	r->hopes = (struct hopes){0};
	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
		if ((phrases[i].places & place) && take_phrase(r, &phrases[i], ret))
			return true;
	return false;
}

size_t sentence_read(const struct policy *p, const struct sentence *s, enum sentence_place place,
		     const char *const *reasons, size_t n_reasons, struct arena *a,
		     struct problems *problems, struct told ret[SENTENCE_MAX_PARTS])
{
	struct reading r = {.policy = p, .arena = a, .reasons = reasons, .n_reasons = n_reasons};
	size_t at = 0, n = 0;

	do {
		if (n == SENTENCE_MAX_PARTS || (n > 0 && place != IN_THEN)) {
			problems_add(problems, s->place,
				     "this says too much; write a list of several sentences");
			return 0;
		}
		r.n = 0;
		at = read_words(&r, s->text, at);
		if (at == SIZE_MAX) {
			problems_add(problems, s->place, "a sentence has at most %d words",
				     SENTENCE_MAX_WORDS);
			return 0;
		}
		if (!read_part(&r, place, &ret[n])) {
			report(&r, s, at, problems);
			return 0;
		}
		ret[n].place = s->place;
		ret[n++].text = s->text;
	} while (s->text[at] != '\0' || (at > 0 && s->text[at - 1] == ','));
	return n;
}
