/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Time zones from the bytes of a TZif file.
 *
 * All that a zone knows becomes one sorted table of pieces, stretches of constant offset; the first
 * begins at INT64_MIN. Looking an offset up is a binary search and nothing else: no cache to
 * invalidate, no calendar arithmetic, however far ahead the instant.
 *
 * That takes in the footer too, the rule for all time after the last transition of the file (in
 * "slim" files that is today). The Gregorian calendar, weekdays included, repeats after 400 years;
 * so the rule's changes are written out once for 400 years and a bit more, and an instant beyond
 * (`repeats_at`) is looked up whole periods earlier. Computing the rule at each call was rejected:
 * it takes several calendar dates a call, and rules whose changes fall into a neighbouring year
 * (RFC 8536 allows 167 hours) make it intricate, whereas here they are just sorted in.
 *
 * Refused besides what RFC 8536 forbids: files of version 1 only (they end in 2037 and have no
 * footer) and files that count leap seconds ("right/…"), whose instants are not POSIX time.
 */

#include "lib/zone.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/zone_rule.h"

enum {
	HEADER_BYTES = 44,
	TYPE_BYTES = 6,
	TYPES_MAX = 256,
	OFFSET_MIN_S = -89999, /* RFC 8536, 3.2 */
	OFFSET_MAX_S = 93599,
	OFFSET_SPAN_S = OFFSET_MAX_S + 1, /* no offset reaches it, either way */
	PERIOD_YEARS = 400,
	RULE_YEARS = PERIOD_YEARS + 6, /* from the year before to the one after `repeats_at` */
	RULE_YEAR_MIN = 1600,	       /* no rule is followed to before it */
	YEAR_MAX = 9999,
};

#define PERIOD_S (INT64_C(146097) * DAY_S)
#define TRANSITION_MIN (-(INT64_C(1) << 59)) /* RFC 8536, 3.2; also keeps sums from overflowing */

struct piece {
	int64_t start;
	int32_t offset_s;
};

struct zone {
	char *name;
	struct piece *pieces;
	size_t n_pieces;
	bool repeats;
	int64_t repeats_at; /* from here on as PERIOD_S earlier */
};

struct block { /* one header and what it says about its data */
	uint8_t version;
	uint64_t n_ut, n_standard, n_leaps, n_transitions, n_types, n_chars;
	const uint8_t *data;
	uint64_t data_bytes;
};

struct cursor {
	const uint8_t *at;
	size_t left;
};

static uint64_t big_endian(const uint8_t *p, int n_bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < n_bytes; i++)
		value = value << 8 | p[i];
	return value;
}

static bool read_block(struct cursor *c, uint64_t time_bytes, struct block *b)
{
	const uint8_t *h = c->at;

	if (c->left < HEADER_BYTES || memcmp(h, "TZif", 4) != 0)
		return false;
	b->version = h[4];
	b->n_ut = big_endian(h + 20, 4);
	b->n_standard = big_endian(h + 24, 4);
	b->n_leaps = big_endian(h + 28, 4);
	b->n_transitions = big_endian(h + 32, 4);
	b->n_types = big_endian(h + 36, 4);
	b->n_chars = big_endian(h + 40, 4);
	b->data = h + HEADER_BYTES;
	b->data_bytes = b->n_transitions * (time_bytes + 1) + b->n_types * TYPE_BYTES + b->n_chars +
			b->n_leaps * (time_bytes + 4) + b->n_standard + b->n_ut;
	if (b->data_bytes > c->left - HEADER_BYTES)
		return false;
	c->at += HEADER_BYTES + b->data_bytes;
	c->left -= HEADER_BYTES + b->data_bytes;
	return true;
}

static bool block_is_sound(const struct block *b)
{
	return b->version >= '2' && b->n_types >= 1 && b->n_types <= TYPES_MAX && b->n_chars >= 1 &&
	       b->n_leaps == 0 && (b->n_ut == 0 || b->n_ut == b->n_types) &&
	       (b->n_standard == 0 || b->n_standard == b->n_types);
}

static bool read_types(const struct block *b, int32_t *offsets)
{
	const uint8_t *types = b->data + b->n_transitions * 9;

	for (uint64_t i = 0; i < b->n_types; i++) {
		offsets[i] = (int32_t)big_endian(types + i * TYPE_BYTES, 4);
		if (offsets[i] < OFFSET_MIN_S || offsets[i] > OFFSET_MAX_S)
			return false;
	}
	return true;
}

static int64_t year_begins(int32_t year)
{
	return civil_days((struct civil_date){year, 1, 1}) * DAY_S;
}

static bool read_transitions(struct zone *z, const struct block *b)
{
	const uint8_t *times = b->data, *kinds = b->data + b->n_transitions * 8;
	const int64_t end = year_begins(YEAR_MAX + 1);
	int32_t offsets[TYPES_MAX];

	if (!read_types(b, offsets))
		return false;
	z->pieces[z->n_pieces++] = (struct piece){INT64_MIN, offsets[0]};
	for (uint64_t i = 0; i < b->n_transitions; i++) {
		int64_t at = (int64_t)big_endian(times + i * 8, 8);

		if (at < TRANSITION_MIN || at >= end || at <= z->pieces[i].start ||
		    kinds[i] >= b->n_types)
			return false;
		z->pieces[z->n_pieces++] = (struct piece){at, offsets[kinds[i]]};
	}
	return true;
}

static bool read_footer(struct cursor *c, struct zone_rule *ret_rule, bool *ret_has_rule)
{
	const char *text = (const char *)c->at + 1;
	const char *end;

	if (c->left < 2 || c->at[0] != '\n')
		return false;
	end = memchr(text, '\n', c->left - 1);
	if (!end)
		return false;
	*ret_has_rule = end != text;
	return !*ret_has_rule || zone_rule_parse(text, (size_t)(end - text), ret_rule) == 0;
}

/* Of two changes at one instant the later inserted holds: a summer that begins when the last one
 * ends goes on (RFC 8536, 3.3.1). */
static void insert_change(struct zone *z, int64_t at, int32_t offset_s)
{
	size_t i = z->n_pieces++;

	for (; z->pieces[i - 1].start > at; i--)
		z->pieces[i] = z->pieces[i - 1];
	z->pieces[i] = (struct piece){at, offset_s};
}

static void write_out_rule(struct zone *z, const struct zone_rule *r)
{
	const int64_t last = z->pieces[z->n_pieces - 1].start;
	int32_t year = RULE_YEAR_MIN;

	if (last > year_begins(year))
		year = civil_from_days(last / DAY_S - 1).year;
	for (int32_t y = year - 1; y < year - 1 + RULE_YEARS; y++) {
		int64_t begins = zone_rule_summer_begins(r, y), ends = zone_rule_summer_ends(r, y);

		if (begins > last)
			insert_change(z, begins, r->summer_s);
		if (ends > last)
			insert_change(z, ends, r->standard_s);
	}
	z->repeats = true;
	z->repeats_at = year_begins(year + 3 + PERIOD_YEARS);
}

static void apply_rule(struct zone *z, const struct zone_rule *r)
{
	if (z->n_pieces == 1)
		z->pieces[0].offset_s = r->standard_s;
	if (r->has_summer)
		write_out_rule(z, r);
}

/* Left out: pieces of no length, and transitions that alter only the abbreviation or the summer
 * flag. */
static void tidy_pieces(struct zone *z)
{
	size_t n = 1;

	for (size_t i = 1; i < z->n_pieces; i++) {
		const struct piece *p = &z->pieces[i];

		if (i + 1 < z->n_pieces && p[1].start == p->start)
			continue;
		if (p->offset_s != z->pieces[n - 1].offset_s)
			z->pieces[n++] = *p;
	}
	z->n_pieces = n;
	z->pieces = memory_grow(z->pieces, n * sizeof(struct piece));
}

static bool read_zone(struct zone *z, struct cursor c)
{
	struct block legacy, b;
	struct zone_rule rule = {0};
	bool has_rule;

	if (!read_block(&c, 4, &legacy) || legacy.version < '2')
		return false;
	if (!read_block(&c, 8, &b) || !block_is_sound(&b))
		return false;
	z->pieces = memory_new((1 + b.n_transitions + 2 * RULE_YEARS) * sizeof(struct piece));
	if (!read_transitions(z, &b) || !read_footer(&c, &rule, &has_rule))
		return false;
	if (has_rule)
		apply_rule(z, &rule);
	tidy_pieces(z);
	return true;
}

int zone_new(const void *bytes, size_t n, const char *name, struct zone **ret_zone)
{
	struct zone *z = memory_new(sizeof(*z));

	z->name = memory_strdup(name);
	if (!read_zone(z, (struct cursor){bytes, n})) {
		zone_free(z);
		return ZONE_E_MALFORMED;
	}
	*ret_zone = z;
	return ZONE_OK;
}

void zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->name);
	free(z->pieces);
	free(z);
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

/* The instant, or the local time, that the table has for `at`: whole periods earlier if it is
 * beyond. */
static int64_t within_table(const struct zone *z, int64_t at)
{
	if (!z->repeats || at < z->repeats_at)
		return at;
	return z->repeats_at - PERIOD_S + (at - z->repeats_at) % PERIOD_S;
}

/* The piece that `at` is in. */
static size_t find_piece(const struct zone *z, int64_t at)
{
	size_t first = 0, n = z->n_pieces;

	while (n > 1) {
		size_t half = n / 2;

		if (z->pieces[first + half].start <= at)
			first += half;
		n -= half;
	}
	return first;
}

int32_t zone_offset_s(const struct zone *z, int64_t utc)
{
	return z->pieces[find_piece(z, within_table(z, utc))].offset_s;
}

struct zone_even zone_even(const struct zone *z, int64_t utc)
{
	const int64_t at = within_table(z, utc);
	const size_t i = find_piece(z, at);
	const struct piece *p = &z->pieces[i];
	struct zone_even even = {p->offset_s, INT64_MIN, INT64_MAX};

	if (i > 0)
		even.from_s = p->start + OFFSET_SPAN_S + (utc - at);
	if (i + 1 < z->n_pieces)
		even.until_s = p[1].start + p->offset_s + (utc - at);
	return even;
}

/*
 * A local time is looked for in every piece that could hold it, in order of time: it may be in one,
 * in two or more (the clock was set back), or in none, and then two neighbours leave it out between
 * them.
 */
enum zone_fit zone_local_s_to_utc(const struct zone *z, int64_t local_s, int64_t *ret_utc)
{
	const int64_t at = within_table(z, local_s);
	int64_t gap = 0, found = 0;
	int n_found = 0;

	for (size_t i = find_piece(z, at - OFFSET_SPAN_S); i < z->n_pieces; i++) {
		const struct piece *p = &z->pieces[i];
		const struct piece *next = i + 1 < z->n_pieces ? p + 1 : NULL;
		int64_t utc = at - p->offset_s;

		if (p->start > at + OFFSET_SPAN_S)
			break;
		if (utc < p->start)
			continue;
		if (!next || utc < next->start) {
			if (n_found++ == 0)
				found = utc;
		} else if (at - next->offset_s < next->start) {
			gap = utc;
		}
	}
	*ret_utc = (n_found ? found : gap) + (local_s - at);
	if (!n_found)
		return ZONE_GAP;
	return n_found > 1 ? ZONE_OVERLAP : ZONE_UNIQUE;
}

enum zone_fit zone_to_utc(const struct zone *z, struct civil_time local, int64_t *ret_utc)
{
	return zone_local_s_to_utc(z, civil_seconds(local), ret_utc);
}

struct civil_time zone_to_local(const struct zone *z, int64_t utc)
{
	return civil_from_seconds(utc + zone_offset_s(z, utc));
}

int64_t zone_add_days(const struct zone *z, int64_t utc, int64_t n)
{
	struct civil_time local;
	int64_t moved;

	if (n == 0) /* the second of two equal local times must not become the first */
		return utc;
	local = zone_to_local(z, utc);
	local.date = civil_add_days(local.date, n);
	zone_to_utc(z, local, &moved);
	return moved;
}
