/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Human times: words to points, spans and lengths.
 *
 * A cursor walks over the words. A point is a date, a time, or both; the date may be a word, a
 * weekday, a day and month, ISO, or counted from today. What a point leaves open (the date of an
 * end, the year of `5 Dec`) is settled after it was read, from the point before it or from now, so
 * that reading and settling do not mix.
 */
#include "client/when.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "client/when_word.h"
#include "lib/moment.h"

#define LENGTH_MOST_DAYS 36525 /* as lib/duration.h */

struct cursor {
	const struct when_words *words;
	const struct when_clock *clock;
	size_t at;
};

static const char *peek(const struct cursor *c)
{
	return c->at < c->words->n ? c->words->items[c->at].folded : NULL;
}

struct fold {
	const char *from, *to;
};

static const struct fold folds[] = {
    {"é", "e"}, {"è", "e"},	 {"ê", "e"},	  {"ë", "e"},	{"à", "a"}, {"â", "a"}, {"î", "i"},
    {"ï", "i"}, {"ô", "o"},	 {"û", "u"},	  {"ù", "u"},	{"ç", "c"}, {"É", "e"}, {"È", "e"},
    {"Ê", "e"}, {"À", "a"},	 {"Â", "a"},	  {"Û", "u"},	{"’", "'"}, {"–", "-"}, {"—", "-"},
    {"→", "-"}, {"\u00a0", " "}, {"\u202f", " "}, {NULL, NULL},
};

static const struct fold *fold_at(const char *s)
{
	for (const struct fold *f = folds; f->from; f++)
		if (strncmp(s, f->from, strlen(f->from)) == 0)
			return f;
	return NULL;
}

static char *folded(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) + 1), *end = out;
	while (*s) {
		const struct fold *f = fold_at(s);
		if (f) {
			end = stpcpy(end, f->to);
			s += strlen(f->from);
		} else {
			*end++ = (char)tolower((unsigned char)*s++);
		}
	}
	return out;
}

static void words_add(struct arena *a, struct when_words *w, size_t *cap, const char *written,
		      const char *fold)
{
	w->items = arena_grow(a, w->items, w->n, cap, w->n + 1, sizeof(*w->items));
	w->items[w->n++] = (struct when_word){.written = written, .folded = fold};
}

/* `9h-12h`, `9:00-12:00`, `-12:00`: a time after the dash, and a time or nothing before it. `-2h`
 * is left whole: it could as well mean two hours less. */
static bool split_range(struct arena *a, const char *word, const char **ret_left,
			const char **ret_right)
{
	const char *dash = strchr(word, '-');
	int32_t second;
	if (!dash || !dash[1])
		return false;
	enum when_time_form form = when_word_time(dash + 1, &second);
	if (form == TIME_NOT || (dash == word && form == TIME_H))
		return false;
	*ret_left = arena_strndup(a, word, (size_t)(dash - word));
	*ret_right = arena_strdup(a, dash + 1);
	return dash == word || when_word_time(*ret_left, &second) != TIME_NOT;
}

static void words_add_folded(struct arena *a, struct when_words *w, size_t *cap, char *word)
{
	const char *left, *right;
	size_t n = strlen(word);
	while (n > 1 && (word[n - 1] == '.' || word[n - 1] == ','))
		word[--n] = '\0';
	if (!split_range(a, word, &left, &right)) {
		words_add(a, w, cap, word, word);
		return;
	}
	if (*left)
		words_add(a, w, cap, word, left);
	words_add(a, w, cap, word, "-");
	words_add(a, w, cap, word, right);
}

static bool is_hours(const char *folded)
{
	return strcmp(folded, "h") == 0 || strcmp(folded, "heures") == 0 ||
	       strcmp(folded, "heure") == 0;
}

/* `9 h` and `14 h 30` are one word, as `9h` and `14h30`. */
static void join_hours(struct arena *a, struct when_words *w)
{
	struct duration d;
	size_t kept = 0;
	int64_t n;
	for (size_t i = 0; i < w->n; i++) {
		struct when_word word = w->items[i];
		if (i + 1 < w->n && when_word_number(word.folded, &n) &&
		    is_hours(w->items[i + 1].folded)) {
			const char *next = i + 2 < w->n ? w->items[i + 2].folded : "";
			const char *unit = i + 3 < w->n ? w->items[i + 3].folded : "";
			bool minutes = strlen(next) == 2 && when_word_number(next, &n) &&
				       !when_word_unit(unit, &d);
			word.folded = arena_printf(a, "%sh%s", word.folded, minutes ? next : "");
			word.written =
			    arena_printf(a, "%s %s%s%s", word.written, w->items[i + 1].written,
					 minutes ? " " : "", minutes ? next : "");
			i += minutes ? 2 : 1;
		}
		w->items[kept++] = word;
	}
	w->n = kept;
}

struct when_words when_split(struct arena *a, const char *const *texts, size_t n)
{
	struct when_words w = {0};
	size_t cap = 0;
	for (size_t i = 0; i < n; i++) {
		char *rest = folded(a, texts[i]), *word;
		while ((word = strsep(&rest, " \t")))
			if (*word)
				words_add_folded(a, &w, &cap, word);
	}
	join_hours(a, &w);
	return w;
}

static struct civil_time local_now(const struct when_clock *c)
{
	return zone_to_local(c->zone, c->now);
}

static struct civil_date today(const struct when_clock *c)
{
	return local_now(c).date;
}

/* The year of a day and month said without one: the next time they come, today included. */
static int32_t next_year(const struct when_clock *c, unsigned month, unsigned day)
{
	struct civil_date now = today(c);
	struct civil_date said = {.year = now.year, .month = (uint8_t)month, .day = (uint8_t)day};
	for (int i = 0; i < 8; i++, said.year++)
		if (civil_date_is_valid(said) && civil_date_compare(said, now) >= 0)
			return said.year;
	return now.year;
}

/* `5/12`, `05/12/2026`: the day, then the month. */
static int read_slashes(struct cursor *c, struct civil_date *ret, bool *ret_read)
{
	unsigned day, month;
	int year = 0, end = 0, whole = 0;
	const char *word = peek(c);
	if (!isdigit((unsigned char)*word) || strspn(word, "0123456789/") != strlen(word) ||
	    sscanf(word, "%2u/%2u%n/%4d%n", &day, &month, &end, &year, &whole) < 2)
		return WHEN_OK;
	if (word[whole ? whole : end] || (whole && (year < 1970 || year > 2199)) || day < 1 ||
	    day > 31 || month < 1 || month > 12)
		return WHEN_E_RANGE;
	c->at++;
	*ret = (struct civil_date){.year = whole ? year : next_year(c->clock, month, day),
				   .month = (uint8_t)month,
				   .day = (uint8_t)day};
	*ret_read = true;
	return civil_date_is_valid(*ret) ? WHEN_OK : WHEN_E_RANGE;
}

/* `5 dec`, `5 décembre 2026`, `1er mai`, `dec 5`. */
static int read_day_month(struct cursor *c, struct civil_date *ret, bool *ret_read)
{
	const char *first = peek(c);
	const char *second = c->at + 1 < c->words->n ? c->words->items[c->at + 1].folded : NULL;
	int64_t day, year;
	unsigned month;
	if (!second)
		return WHEN_OK;
	bool read = (when_word_number(first, &day) || (strcmp(first, "1er") == 0 && (day = 1))) &&
		    when_word_month(second, &month);
	if (!read && !(when_word_month(first, &month) && when_word_number(second, &day)))
		return WHEN_OK;
	if (day < 1 || day > 31)
		return WHEN_E_RANGE;
	c->at += 2;
	const char *third = peek(c);
	if (third && when_word_number(third, &year) && year >= 1970 && year < 2200)
		c->at++;
	else
		year = next_year(c->clock, month, (unsigned)day);
	*ret = (struct civil_date){
	    .year = (int32_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
	*ret_read = true;
	return civil_date_is_valid(*ret) ? WHEN_OK : WHEN_E_RANGE;
}

static int fault_of_moment(int answer)
{
	return answer == MOMENT_E_RANGE ? WHEN_E_RANGE : WHEN_E_WORD;
}

/* `2026-12-05`, `2026-12-05T08:00`, the latter also with an offset. */
static int read_iso(struct cursor *c, struct when_point *p)
{
	const char *word = peek(c);
	size_t n = strspn(word, "0123456789");
	struct moment m;
	if (n != 4 || word[4] != '-')
		return WHEN_OK;
	char upper[40];
	snprintf(upper, sizeof(upper), "%s", word);
	for (char *s = upper; *s; s++)
		*s = (char)toupper((unsigned char)*s);
	int answer = strlen(word) < sizeof(upper) ? moment_parse(upper, &m) : MOMENT_E_SYNTAX;
	if (answer != MOMENT_OK)
		return fault_of_moment(answer);
	c->at++;
	p->has_date = true;
	p->has_time = m.has_time;
	p->local = m.local;
	if (m.has_offset) {
		p->exact = true;
		p->utc = moment_utc(&m, c->clock->zone);
		p->local = zone_to_local(c->clock->zone, p->utc);
	}
	return WHEN_OK;
}

static int64_t next_minute(int64_t utc)
{
	return (utc + 59) / 60 * 60;
}

static void point_at(const struct when_clock *clock, int64_t utc, struct when_point *p)
{
	*p = (struct when_point){
	    .local = zone_to_local(clock->zone, utc),
	    .has_date = true,
	    .has_time = true,
	    .exact = true,
	    .utc = utc,
	};
}

/* `+2h` is exact, `+3d` is a day that may get a time. */
static int read_plus(struct cursor *c, struct when_point *p)
{
	const char *word = peek(c);
	struct duration d;
	if (*word != '+')
		return WHEN_OK;
	if (!when_word_length(word + 1, &d))
		return WHEN_E_WORD;
	c->at++;
	if (d.seconds) {
		point_at(c->clock, next_minute(duration_after(d, c->clock->zone, c->clock->now)),
			 p);
		return WHEN_OK;
	}
	p->local.date = civil_add_days(today(c->clock), d.days);
	p->has_date = true;
	return WHEN_OK;
}

struct said_weekday {
	bool said, next; /* next: `lundi prochain`, never today */
	enum weekday day;
	size_t at;
};

static int read_date(struct cursor *c, struct when_point *p, struct said_weekday *w)
{
	int days;
	const char *second = c->at + 1 < c->words->n ? c->words->items[c->at + 1].folded : NULL;
	if (when_word_is_next(peek(c)) && second && when_word_weekday(second, &w->day)) {
		w->next = true;
		c->at++;
	}
	if (when_word_weekday(peek(c), &w->day)) {
		w->said = true;
		w->at = c->at++;
		if (peek(c) && when_word_is_next(peek(c))) {
			w->next = true;
			c->at++;
		}
		if (!peek(c))
			return WHEN_OK;
	}
	if (!w->said && when_word_now(peek(c))) {
		c->at++;
		point_at(c->clock, next_minute(c->clock->now), p);
		return WHEN_OK;
	}
	if (!w->said && when_word_day(peek(c), &days)) {
		c->at++;
		p->local.date = civil_add_days(today(c->clock), days);
		p->has_date = true;
		return WHEN_OK;
	}
	int fault = read_iso(c, p);
	if (!fault && !p->has_date)
		fault = read_slashes(c, &p->local.date, &p->has_date);
	if (!fault && !p->has_date)
		fault = read_day_month(c, &p->local.date, &p->has_date);
	if (!fault && !p->has_date && !w->said)
		fault = read_plus(c, p);
	return fault;
}

static int read_time(struct cursor *c, struct when_point *p, enum when_time_form *ret_form)
{
	size_t back = c->at;
	while (peek(c) && when_word_is_filler(peek(c)))
		c->at++;
	enum when_time_form form = peek(c) ? when_word_time(peek(c), &p->local.second) : TIME_NOT;
	*ret_form = form;
	if (form == TIME_NOT) {
		c->at = back;
		return WHEN_OK;
	}
	if (form == TIME_BAD)
		return WHEN_E_RANGE;
	if (form == TIME_AM_PM)
		return WHEN_E_AM_PM;
	p->perhaps_length = form == TIME_H && back == c->at;
	c->at++;
	p->has_time = true;
	return WHEN_OK;
}

static int settle_weekday(struct cursor *c, struct when_point *p, const struct said_weekday *w)
{
	if (p->has_date) {
		if (civil_weekday(p->local.date) == w->day)
			return WHEN_OK;
		c->at = w->at;
		return WHEN_E_WEEKDAY;
	}
	struct civil_time now = local_now(c->clock);
	int ahead = ((int)w->day - (int)civil_weekday(now.date) + 7) % 7;
	if (ahead == 0 && (w->next || (p->has_time && p->local.second <= now.second)))
		ahead = 7;
	p->weekday = true;
	p->local.date = civil_add_days(now.date, ahead);
	p->has_date = true;
	return WHEN_OK;
}

/* 24:00 is the next day's beginning. */
static void settle_midnight(struct when_point *p)
{
	if (p->local.second < DAY_S)
		return;
	p->local.date = civil_add_days(p->local.date, 1);
	p->local.second -= DAY_S;
}

/* Leaves has_date false where none was said; the local date is then not set. */
static int read_point(struct cursor *c, struct when_point *ret, enum when_time_form *ret_form)
{
	struct said_weekday weekday = {0};
	struct when_point p = {0};
	*ret_form = TIME_NOT;
	while (peek(c) && when_word_is_filler(peek(c)))
		c->at++;
	if (!peek(c))
		return WHEN_E_MISSING;
	int fault = read_date(c, &p, &weekday);
	if (!fault && !p.has_time)
		fault = read_time(c, &p, ret_form);
	p.perhaps_length = p.perhaps_length && (p.has_date || weekday.said);
	if (!fault && weekday.said)
		fault = settle_weekday(c, &p, &weekday);
	if (fault)
		return fault;
	if (!p.has_date && !p.has_time)
		return WHEN_E_WORD;
	*ret = p;
	return WHEN_OK;
}

static void settle_start(const struct when_clock *clock, struct when_point *p)
{
	if (!p->has_date)
		p->local.date = clock->base ? *clock->base : today(clock);
	p->has_date = true;
	settle_midnight(p);
}

static void settle_end(const struct when_point *from, struct when_point *to)
{
	if (to->has_date) {
		settle_midnight(to);
		return;
	}
	to->has_date = true;
	to->local.date = from->local.date;
	if (to->local.second <= from->local.second)
		to->local.date = civil_add_days(to->local.date, 1);
	settle_midnight(to);
}

/* `3h`, `1h30`, `2 days`, `3 heures`. */
static int read_length(struct cursor *c, struct duration *ret)
{
	int64_t count;
	struct duration unit;
	const char *word = peek(c);
	if (!word)
		return WHEN_E_MISSING;
	if (when_word_length(word, ret)) {
		c->at++;
		return WHEN_OK;
	}
	if (!when_word_number(word, &count) || count == 0 || c->at + 1 >= c->words->n)
		return WHEN_E_WORD;
	c->at++;
	if (!when_word_unit(peek(c), &unit))
		return WHEN_E_WORD;
	c->at++;
	*ret = (struct duration){.days = unit.days * count, .seconds = unit.seconds * count};
	return ret->days + ret->seconds / DAY_S > LENGTH_MOST_DAYS ? WHEN_E_RANGE : WHEN_OK;
}

static int read_end(struct cursor *c, struct when_span *s)
{
	enum when_time_form form;
	int fault = read_point(c, &s->to, &form);
	if (fault)
		return fault;
	settle_end(&s->from, &s->to);
	s->end = WHEN_TO;
	return WHEN_OK;
}

/* What follows a start without a word between: a time is the end, `3h` is the length. */
static int read_rest(struct cursor *c, struct when_span *s, enum when_time_form start_form)
{
	int32_t second = 0;
	enum when_time_form form = when_word_time(peek(c), &second);
	if (form == TIME_H && start_form == TIME_H && second > s->from.local.second)
		return WHEN_E_AMBIGUOUS;
	int64_t count;
	struct duration d;
	bool two_words = when_word_number(peek(c), &count) && c->at + 1 < c->words->n &&
			 when_word_unit(c->words->items[c->at + 1].folded, &d);
	if (two_words || form == TIME_H || when_word_length(peek(c), &d)) {
		s->end = WHEN_FOR;
		return read_length(c, &s->length);
	}
	return read_end(c, s);
}

static int read_span(struct cursor *c, struct when_span *s)
{
	enum when_time_form form;
	int fault = read_point(c, &s->from, &form);
	if (fault)
		return fault;
	settle_start(c->clock, &s->from);
	if (!peek(c))
		return WHEN_OK;
	if (when_word_is_for(peek(c))) {
		c->at++;
		s->end = WHEN_FOR;
		return read_length(c, &s->length);
	}
	if (when_word_is_to(peek(c))) {
		c->at++;
		return read_end(c, s);
	}
	return read_rest(c, s, form);
}

static bool is_minus_length(const char *folded)
{
	struct duration d;
	return folded && *folded == '-' && when_word_length(folded + 1, &d);
}

static int finish(const struct cursor *c, int fault, size_t *ret_at)
{
	if (!fault && peek(c))
		fault = WHEN_E_WORD;
	if (fault == WHEN_E_WORD && is_minus_length(peek(c)))
		fault = WHEN_E_MINUS;
	if (fault)
		*ret_at = c->at;
	return fault;
}

void when_skip_past(struct when_point *p, const struct when_clock *c, int32_t second)
{
	struct civil_time now = local_now(c);
	if (p->weekday && civil_date_compare(p->local.date, now.date) == 0 && second <= now.second)
		p->local.date = civil_add_days(p->local.date, 7);
}

int when_span_parse(const struct when_words *w, const struct when_clock *clock,
		    struct when_span *ret, size_t *ret_at)
{
	struct cursor c = {.words = w, .clock = clock};
	struct when_span s = {0};
	int fault = finish(&c, read_span(&c, &s), ret_at);
	if (!fault)
		*ret = s;
	return fault;
}

int when_point_parse(const struct when_words *w, const struct when_clock *clock,
		     struct when_point *ret, size_t *ret_at)
{
	struct cursor c = {.words = w, .clock = clock};
	struct when_point p = {0};
	enum when_time_form form;
	int fault = finish(&c, read_point(&c, &p, &form), ret_at);
	if (fault)
		return fault;
	settle_start(clock, &p);
	*ret = p;
	return WHEN_OK;
}

int when_end_parse(const struct when_words *w, const struct when_clock *clock,
		   const struct when_point *from, struct when_point *ret, size_t *ret_at)
{
	struct cursor c = {.words = w, .clock = clock};
	struct when_span s = {.from = *from};
	if (peek(&c) && when_word_is_to(peek(&c)))
		c.at++;
	int fault = finish(&c, read_end(&c, &s), ret_at);
	if (!fault)
		*ret = s.to;
	return fault;
}

int when_duration_parse(const struct when_words *w, struct duration *ret, size_t *ret_at)
{
	struct cursor c = {.words = w};
	struct duration d = {0};
	if (peek(&c) && when_word_is_for(peek(&c)))
		c.at++;
	int fault = finish(&c, read_length(&c, &d), ret_at);
	if (!fault)
		*ret = d;
	return fault;
}

static bool digits_at(const char *s, size_t n)
{
	return strspn(s, "0123456789") >= n;
}

/* `2026` and `2026-01`; month 0 for a whole year. */
static bool read_month(const char *word, int32_t *ret_year, unsigned *ret_month)
{
	size_t n = strlen(word);
	if ((n != 4 && n != 7) || !digits_at(word, 4))
		return false;
	int32_t year =
	    (word[0] - '0') * 1000 + (word[1] - '0') * 100 + (word[2] - '0') * 10 + (word[3] - '0');
	unsigned month = 0;
	if (n == 7) {
		if (word[4] != '-' || !digits_at(word + 5, 2))
			return false;
		month = (unsigned)(word[5] - '0') * 10 + (unsigned)(word[6] - '0');
		if (month < 1 || month > 12)
			return false;
	}
	if (year < 1970 || year > 2199)
		return false;
	*ret_year = year;
	*ret_month = month;
	return true;
}

static void point_of_month(int32_t year, unsigned month, struct when_point *ret)
{
	*ret = (struct when_point){
	    .local.date = {.year = year + (int32_t)((month - 1) / 12),
			   .month = (uint8_t)((month - 1) % 12 + 1),
			   .day = 1},
	    .has_date = true,
	};
}

int when_first_parse(const struct when_words *w, const struct when_clock *c, struct when_point *ret,
		     size_t *ret_at)
{
	int32_t year;
	unsigned month;
	if (w->n != 1 || !read_month(w->items[0].folded, &year, &month))
		return when_point_parse(w, c, ret, ret_at);
	point_of_month(year, month ? month : 1, ret);
	return WHEN_OK;
}

int when_last_parse(const struct when_words *w, const struct when_clock *c, struct when_point *ret,
		    size_t *ret_at)
{
	int32_t year;
	unsigned month;
	if (w->n == 1 && read_month(w->items[0].folded, &year, &month)) {
		point_of_month(year, month ? month + 1 : 13, ret);
		return WHEN_OK;
	}
	int fault = when_point_parse(w, c, ret, ret_at);
	if (!fault && !ret->has_time)
		ret->local.date = civil_add_days(ret->local.date, 1);
	return fault;
}

const char *when_wire(struct arena *a, const struct when_point *p, const struct zone *z)
{
	struct civil_date d = p->local.date;
	if (p->exact) {
		char buf[40];
		return arena_strdup(a, moment_format(p->utc, z, buf, sizeof(buf)));
	}
	if (!p->has_time)
		return arena_printf(a, "%04d-%02u-%02u", d.year, d.month, d.day);
	return arena_printf(a, "%04d-%02u-%02uT%02d:%02d", d.year, d.month, d.day,
			    p->local.second / 3600, p->local.second / 60 % 60);
}
