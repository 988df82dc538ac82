/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request, checked against the verb's row. */

/*
 * Everything that a client can get wrong without the server knowing anything but the verb table
 * ends here, each fault with its own code and, where a typo is near enough, with what was probably
 * meant. Verbs see only requests whose values parse.
 */

#include "proto/request.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/booking.h"
#include "lib/nearest.h"
#include "lib/person.h"
#include "lib/wish.h"

#define NUMBER_MAX 1000000
#define POINT_MAX_DIGITS 15 /* of a version */
#define POINT_MAX_SEQ_DIGITS 9
#define READING_MAX_DIGITS 9	    /* before the point */
#define REPEATED_VALUE_MAX_BYTES 80 /* how much of a bad value is said back */

static bool is_text(const struct verb_key *k, const char *value, struct request_value *ret)
{
	return true;
}

static bool is_booking(const struct verb_key *k, const char *value, struct request_value *ret)
{
	int64_t number;

	return booking_number_from_code(value, &number) == 0;
}

static bool is_person(const struct verb_key *k, const char *value, struct request_value *ret)
{
	uint32_t number;

	return person_number_from_code(value, &number) == 0;
}

static bool is_moment(const struct verb_key *k, const char *value, struct request_value *ret)
{
	return moment_parse(value, &ret->moment) == MOMENT_OK;
}

static bool is_duration(const struct verb_key *k, const char *value, struct request_value *ret)
{
	return duration_parse(value, &ret->duration) == DURATION_OK;
}

static bool is_number(const struct verb_key *k, const char *value, struct request_value *ret)
{
	return strspn(value, "0123456789") == strlen(value) &&
	       strtol(value, NULL, 10) <= NUMBER_MAX;
}

static bool is_yes(const struct verb_key *k, const char *value, struct request_value *ret)
{
	return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
}

/* Whether the n bytes at `word` are one of the words of `list`, which are kept apart by
 * `separator`. */
static bool is_among(const char *word, size_t n, const char *list, char separator)
{
	while (list) {
		const char *end = strchrnul(list, separator);

		if ((size_t)(end - list) == n && memcmp(list, word, n) == 0)
			return true;
		list = *end ? end + 1 : NULL;
	}
	return false;
}

static bool is_choice(const struct verb_key *k, const char *value, struct request_value *ret)
{
	return is_among(value, strlen(value), k->choices, ' ');
}

static bool are_words(const struct verb_key *k, const char *value, struct request_value *ret)
{
	for (;;) {
		size_t n = strcspn(value, ",");

		if (n == 0 || (k->choices && !is_among(value, n, k->choices, ' ')))
			return false;
		if (value[n] == '\0')
			return true;
		value += n + 1;
	}
}

static bool is_file(const struct verb_key *k, const char *value, struct request_value *ret)
{
	return value[0] != '.' &&
	       value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789._-")] == '\0';
}

static bool is_language(const struct verb_key *k, const char *value, struct request_value *ret)
{
	enum language l;

	return language_from_word(value, &l) == 0;
}

static bool is_verb(const struct verb_key *k, const char *value, struct request_value *ret)
{
	for (size_t i = 0; i < N_VERBS; i++)
		if (verb_is_named(&verb_table[i], value))
			return true;
	return false;
}

static bool is_quantity(const struct verb_key *k, const char *value, struct request_value *ret)
{
	long n = strtol(value, NULL, 10);

	return strspn(value, "0123456789") == strlen(value) && n >= 1 && n <= BOOKING_MAX_QUANTITY;
}

/* `2026-12-05T08:00/2026-12-05T20:00`. A date has no slash. */
static bool window_parse(const char *value, struct moment *ret_from, struct moment *ret_to)
{
	const char *slash = strchr(value, '/');
	char from[64];

	if (!slash || slash - value >= (ptrdiff_t)sizeof(from))
		return false;
	memcpy(from, value, (size_t)(slash - value));
	from[slash - value] = '\0';
	return moment_parse(from, ret_from) == MOMENT_OK &&
	       moment_parse(slash + 1, ret_to) == MOMENT_OK;
}

static bool is_window(const struct verb_key *k, const char *value, struct request_value *ret)
{
	struct moment from, to;

	return window_parse(value, &from, &to);
}

/* Digits, and at most one behind a point. */
static bool is_reading(const struct verb_key *k, const char *value, struct request_value *ret)
{
	size_t whole = strspn(value, "0123456789");

	if (whole == 0 || whole > READING_MAX_DIGITS)
		return false;
	return value[whole] == '\0' ||
	       (value[whole] == '.' && strspn(value + whole + 1, "0123456789") == 1 &&
		value[whole + 2] == '\0');
}

/* A version, or with a point and the number of an event in it. */
static bool point_parse(const char *value, int64_t *ret_version, int32_t *ret_seq)
{
	size_t n = strspn(value, "0123456789");
	const char *seq = value[n] == '.' ? value + n + 1 : "0";

	if (n == 0 || n > POINT_MAX_DIGITS || (value[n] && value[n] != '.') ||
	    strspn(seq, "0123456789") != strlen(seq) || !*seq || strlen(seq) > POINT_MAX_SEQ_DIGITS)
		return false;
	*ret_version = strtoll(value, NULL, 10);
	*ret_seq = (int32_t)strtol(seq, NULL, 10);
	return true;
}

static bool is_point(const struct verb_key *k, const char *value, struct request_value *ret)
{
	int64_t version;
	int32_t seq;

	return point_parse(value, &version, &seq);
}

static bool are_wishes(const struct verb_key *k, const char *value, struct request_value *ret)
{
	struct arena a = {0};
	struct wishes wishes;
	const char *at;
	bool good = wishes_parse(value, &a, &wishes, &at) == WISH_OK;

	arena_clear(&a);
	return good;
}

static const struct type {
	uint16_t min_bytes, max_bytes;
	bool (*check)(const struct verb_key *k, const char *value, struct request_value *ret);
	const char *example;
} types[N_KEY_TYPES] = {
    [KEY_TEXT] = {0, 1000, is_text, NULL},
    [KEY_NAME] = {1, 64, is_text, "van-2"},
    [KEY_BOOKING] = {1, 16, is_booking, "B7K3QF"},
    [KEY_PERSON] = {1, 16, is_person, "p17"},
    [KEY_MOMENT] = {1, 64, is_moment, "2026-12-05T08:00"},
    [KEY_DURATION] = {1, 64, is_duration, "1h30m"},
    [KEY_NUMBER] = {1, 7, is_number, "20"},
    [KEY_YES] = {1, 3, is_yes, "yes no"},
    [KEY_WORDS] = {1, 1000, are_words, NULL},
    [KEY_CHOICE] = {1, 64, is_choice, NULL},
    [KEY_SECRET] = {1, 256, is_text, NULL},
    [KEY_LINE] = {0, KEY_LINE_MAX_BYTES, is_text, NULL},
    [KEY_FILE] = {1, 64, is_file, "pole.yaml"},
    [KEY_LANGUAGE] = {1, 64, is_language, "en fr"},
    [KEY_VERB] = {1, 64, is_verb, "BOOK"},
    [KEY_QUANTITY] = {1, 3, is_quantity, "2"},
    [KEY_WINDOW] = {3, 129, is_window, "2026-12-05T08:00/2026-12-05T20:00"},
    [KEY_READING] = {1, READING_MAX_DIGITS + 2, is_reading, "84210.5"},
    [KEY_POINT] = {1, POINT_MAX_DIGITS + 1 + POINT_MAX_SEQ_DIGITS, is_point, "4712"},
    [KEY_WISHES] = {0, WISHES_MAX_BYTES, are_wishes, "seats>=7 hitch"},
    [KEY_ITEM] = {1, 2000, is_text, "what=van from=2026-12-05T08:00 for=4h qty=2"},
};

/* The nearest of the words of `list`, kept apart by spaces. */
static const char *nearest_of_list(struct arena *a, const char *word, const char *list)
{
	const char *words[32];
	char *copy = arena_strdup(a, list), *rest = copy;
	size_t n = 0;

	for (char *w; n < 32 && (w = strsep(&rest, " "));)
		words[n++] = w;
	return nearest_word(word, words, n);
}

static const char *nearest_verb(struct arena *a, const char *name)
{
	const char *names[N_VERBS];

	for (size_t i = 0; i < N_VERBS; i++)
		names[i] = verb_name(&verb_table[i], arena_alloc(a, 32), 32);
	return nearest_word(name, names, N_VERBS);
}

static const char *nearest_key(const struct verb *v, const char *key)
{
	const char *keys[VERB_MAX_KEYS + 2];
	const struct verb_key *k;
	size_t n = 0;

	while ((k = verb_key_at(v, n)))
		keys[n++] = k->key;
	return nearest_word(key, keys, n);
}

static int bad(struct request_error *e, enum code code, const char *about)
{
	e->code = code;
	e->about = about;
	return REQUEST_E_BAD;
}

static int bad_value(const struct verb_key *k, const char *value, size_t limit, struct arena *a,
		     struct request_error *e)
{
	bool may_repeat = k->type != KEY_SECRET && strlen(value) <= REPEATED_VALUE_MAX_BYTES;

	e->value = may_repeat ? value : NULL;
	e->limit = limit;
	e->example = k->choices ? k->choices : types[k->type].example;
	if (k->choices && limit == 0)
		e->meant = nearest_of_list(a, value, k->choices);
	if (k->type == KEY_VERB)
		e->meant = nearest_verb(a, value);
	return bad(e, CODE_BAD_VALUE, k->key);
}

static int check_value(const struct verb_key *k, const struct arg *arg, struct request_value *ret,
		       struct arena *a, struct request_error *e)
{
	const struct type *t = &types[k->type];
	const size_t max = k->max_bytes ? k->max_bytes : t->max_bytes;

	ret->type = k->type;
	if (arg->n > max)
		return bad_value(k, arg->value, max, a, e);
	if (arg->n < t->min_bytes || arg->n < k->min_bytes || !t->check(k, arg->value, ret))
		return bad_value(k, arg->value, 0, a, e);
	return REQUEST_OK;
}

/* A key of the table. */
static bool is_given(const struct request *r, const char key[VERB_KEY_BYTES])
{
	const uint64_t head = key_head_of(key, VERB_KEY_BYTES);

	return (r->marks & key_mark(head)) && line_find(&r->line, head, key);
}

static int check_pair(const struct request *r, const struct verb_either *pair, struct arena *a,
		      struct request_error *e)
{
	bool first = is_given(r, pair->first), second = is_given(r, pair->second);
	bool lacks = pair->required && !first && !second &&
		     !(r->n_items > 0 && verb_key(r->verb, pair->first)->single);

	if ((first && second) || lacks)
		return bad(e, first ? CODE_BAD_COMBINATION : CODE_MISSING_KEY,
			   arena_printf(a, "%s|%s", pair->first, pair->second));
	return REQUEST_OK;
}

/* Keys that must or may not stand together. */
static int check_presence(const struct request *r, struct arena *a, struct request_error *e)
{
	const struct verb_either *eithers = r->verb->eithers;

	for (const struct verb_key *k = r->verb->keys; *k->key; k++) {
		if (k->required && !is_given(r, k->key))
			return bad(e, CODE_MISSING_KEY, k->key);
		if (k->single && r->n_items > 0 && is_given(r, k->key))
			return bad(e, CODE_BAD_COMBINATION, arena_printf(a, "%s|item", k->key));
	}
	for (size_t i = 0; i < VERB_MAX_EITHERS && *eithers[i].first; i++)
		if (check_pair(r, &eithers[i], a, e))
			return REQUEST_E_BAD;
	return REQUEST_OK;
}

static int check_args(struct request *r, struct arena *a, struct request_error *e);

/* An item is a line whose word is left out, with keys of its own. */
static int decode_item(const char *value, struct arena *a, struct request *ret,
		       struct request_error *e)
{
	const char *text = arena_printf(a, "item %s", value);
	size_t at;

	*ret = (struct request){.tag = "", .verb = &verb_item};
	if (line_decode(text, strlen(text), a, &ret->line, &at) != LINE_OK ||
	    ret->line.n_words > 1) {
		e->value = strlen(value) <= REPEATED_VALUE_MAX_BYTES ? value : NULL;
		e->example = types[KEY_ITEM].example;
		return bad(e, CODE_BAD_VALUE, "item");
	}
	return check_args(ret, a, e);
}

/* The n arguments that are items. */
static int decode_items(struct request *r, size_t n, struct arena *a, struct request_error *e)
{
	const struct line *l = &r->line;
	struct request *items = n ? arena_new_n(a, struct request, n) : NULL;

	r->items = items;
	for (size_t i = 0; r->n_items < n; i++) {
		if (r->values[i].type != KEY_ITEM)
			continue;
		if (decode_item(l->args[i].value, a, &items[r->n_items++], e)) {
			e->item = r->n_items;
			return REQUEST_E_BAD;
		}
	}
	return REQUEST_OK;
}

static int check_args(struct request *r, struct arena *a, struct request_error *e)
{
	const struct line *l = &r->line;
	struct request_value *values = arena_new_n(a, struct request_value, l->n_args);
	size_t n_items = 0;

	r->values = values;
	for (size_t i = 0; i < l->n_args; i++) {
		const struct arg *arg = &l->args[i];
		const struct verb_key *k = verb_key_find(r->verb, arg->head, arg->key);
		const uint64_t mark = key_mark(arg->head);

		if (!k) {
			e->meant = nearest_key(r->verb, arg->key);
			return bad(e, CODE_UNKNOWN_KEY, arg->key);
		}
		if ((r->marks & mark) && !k->repeated && line_find(l, arg->head, arg->key) != arg)
			return bad(e, CODE_REPEATED_KEY, arg->key);
		if (check_value(k, arg, &values[i], a, e))
			return REQUEST_E_BAD;
		n_items += k->type == KEY_ITEM;
		r->marks |= mark;
	}
	if (decode_items(r, n_items, a, e))
		return REQUEST_E_BAD;
	return check_presence(r, a, e);
}

static int find_verb(struct request *r, struct arena *a, struct request_error *e)
{
	const char *const *words = r->line.words;
	const char *name;

	if (r->line.n_words == 1) {
		e->at = strlen(words[0]);
		return bad(e, CODE_SYNTAX, "");
	}
	if (r->line.n_words > 3)
		return bad(e, CODE_SYNTAX, words[3]);
	r->verb = verb_find(words[1], words[2]);
	if (r->verb)
		return REQUEST_OK;
	if (words[2] && verb_find(words[1], NULL))
		return bad(e, CODE_SYNTAX, words[2]);
	name = words[2] ? arena_printf(a, "%s %s", words[1], words[2]) : words[1];
	e->meant = nearest_verb(a, name);
	return bad(e, CODE_UNKNOWN_VERB, name);
}

int request_decode(const char *bytes, size_t n, struct arena *a, struct request *ret,
		   struct request_error *ret_error)
{
	struct request_error e = {.about = ""};
	struct request r = {0};
	bool decoded = line_decode(bytes, n, a, &r.line, &e.at) == LINE_OK;
	int answer;

	r.tag = e.tag = decoded ? line_own_tag(&r.line) : line_tag(bytes, n, a);
	if (!decoded || *r.tag == '*')
		answer = bad(&e, CODE_SYNTAX, "");
	else
		answer = find_verb(&r, a, &e);
	if (answer == REQUEST_OK)
		answer = check_args(&r, a, &e);
	if (answer != REQUEST_OK) {
		e.verb = r.verb ? verb_name(r.verb, arena_alloc(a, 32), 32) : NULL;
		*ret_error = e;
		return answer;
	}
	r.key = r.verb->changes ? request_get(&r, "key") : NULL;
	r.dry = r.verb->changes && request_yes(&r, "dry");
	*ret = r;
	return REQUEST_OK;
}

void request_error_write(const struct request_error *e, enum language l, struct arena *a,
			 struct buffer *out)
{
	const bool of_verb = e->code == CODE_UNKNOWN_VERB, of_line = e->code == CODE_SYNTAX;
	const char *limit = e->limit ? arena_printf(a, "%zu", e->limit) : NULL;
	const char *at = of_line && !e->about[0] ? arena_printf(a, "%zu", e->at) : NULL;
	const char *item = e->item ? arena_printf(a, "%zu", e->item) : NULL;
	const struct fill fills[] = {
	    {"key", of_verb || of_line ? NULL : e->about},
	    {"item", item},
	    {"verb", of_verb ? e->about : e->verb},
	    {"value", of_line && e->about[0] ? e->about : e->value},
	    {"meant", e->meant},
	    {"example", e->limit ? NULL : e->example},
	    {"limit", limit},
	    {"at", at},
	};
	struct line_writer w;

	line_begin(&w, out, code_class_words[code_class(e->code)]);
	line_word(&w, code_word(e->code));
	for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++)
		line_str(&w, fills[i].name, fills[i].value);
	line_str(&w, "text", code_text(e->code, l, fills, sizeof(fills) / sizeof(*fills), a));
	if (line_end(&w) != 0)
		assert(!"an answer made of parts of a line that decoded");
}

bool request_point(const struct request *r, const char *key, int64_t *ret_version, int32_t *ret_seq)
{
	const char *value = request_get(r, key);

	return value && point_parse(value, ret_version, ret_seq);
}

bool request_reading(const struct request *r, const char *key, int64_t *ret_tenths)
{
	const char *value = request_get(r, key), *point;

	if (!value)
		return false;
	point = strchr(value, '.');
	*ret_tenths = strtoll(value, NULL, 10) * 10 + (point ? point[1] - '0' : 0);
	return true;
}

int64_t request_booking(const struct request *r, const char *key)
{
	const char *value = request_get(r, key);
	int64_t number = 0;

	return value && booking_number_from_code(value, &number) == 0 ? number : 0;
}

bool request_window(const struct request *r, const char *key, const struct zone *z,
		    struct span *ret)
{
	const char *value = request_get(r, key);
	struct moment from, to;

	if (!value || !window_parse(value, &from, &to))
		return false;
	*ret = (struct span){moment_utc(&from, z), moment_utc(&to, z)};
	return true;
}

uint32_t request_person(const struct request *r, const char *key)
{
	const char *value = request_get(r, key);
	uint32_t number = 0;

	return value && person_number_from_code(value, &number) == 0 ? number : 0;
}

bool request_has_word(const struct request *r, const char *key, const char *word)
{
	const char *value = request_get(r, key);

	return value && is_among(word, strlen(word), value, ',');
}
