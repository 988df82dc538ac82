/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The demand of a year.
 *
 * Volumes, lengths and seasons are those that the pole's charter reckons with: about 200 requests a
 * week, from 110 in mid-August to 320 in June, in September and before Christmas; most on Monday
 * mornings and Thursday afternoons; six of ten room bookings recurring; members that want some
 * things much more than others. On some Saturdays many want a van, the minibus or the hall, and ask
 * within the minute in which its horizon opens.
 */
#include "tests/simulation/demand.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/person.h"

#define HOUR_S 3600
#define WEEK_S (7 * DAY_S)
#define MEMBERS 25
#define CRUSH_LEAST 40
#define CRUSH_MOST 60

/* Chance */

static uint64_t mixed(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

double chance(uint64_t seed, uint64_t subject, int64_t occasion, const char *question)
{
	uint64_t x = mixed(seed) ^ mixed(subject * 3 + 1);

	x = mixed(x ^ (uint64_t)occasion);
	for (const char *c = question; *c; c++)
		x = mixed(x ^ (uint64_t)*c);
	return (double)(x >> 11) / 9007199254740992.0;
}

int64_t chance_between(uint64_t seed, uint64_t subject, int64_t occasion, const char *question,
		       int64_t least, int64_t most)
{
	return least +
	       (int64_t)(chance(seed, subject, occasion, question) * (double)(most - least + 1));
}

/* People */

struct member_row {
	const char *id;
	int people;
	const char *trained; /* in what, besides driving and riding */
	const char *wants;   /* "van*6 ": how much more than others of its size */
};
static const struct member_row member_rows[MEMBERS] = {
    {"m01", 6, "", "van*2 technician*3 meeting-room*2 great-hall*2"},
    {"m02", 18, "", "van*2 accountant*2"},
    {"m03", 9, "", "minibus*5 great-hall*4 hall-a*2"},
    {"m04", 7, "", "meeting-room*2"},
    {"m05", 11, "", "meeting-room*3 facilitator*4 minibus*2 accountant*2"},
    {"m06", 5, "haccp", "cold-room*8 lab*2"},
    {"m07", 6, "haccp", "trailer*6 lab*2 tent*2"},
    {"m08", 8, "haccp", "lab*5 cold-room*4 van*2 accountant*2"},
    {"m09", 3, "", "cold-room*3"},
    {"m10", 7, "haccp", "lab*5"},
    {"m11", 6, "", "van*4 tent*6 sound*6 hall-a*4 accountant*2"},
    {"m12", 5, "wood-1 laser cnc", "laser*5 cnc*5 workshop*4"},
    {"m13", 14, "wood-1", "meeting-room*2 workshop*3 laser*2 communication*3"},
    {"m14", 3, "", ""},
    {"m15", 6, "", "minibus*5"},
    {"m16", 7, "haccp", "minibus*3 lab*2"},
    {"m17", 6, "", "minibus*3 facilitator*4 tent*3 accountant*2"},
    {"m18", 4, "haccp", "lab*2 minibus*2"},
    {"m19", 4, "", ""},
    {"m20", 6, "", "van*8 trailer*4"},
    {"m21", 2, "wood-1 laser", "laser*6 cnc*4 workshop*8 van*2"},
    {"m22", 3, "", "cargo-bike*9"},
    {"m23", 2, "", "sound*4"},
    {"m24", 1, "", "meeting-room*10"},
    {"m25", 1, "", "van*6 minibus*4 tent*4"},
};

static void add_qualification(struct person *p, size_t *n, const char *word, uint32_t issuer,
			      int64_t since)
{
	struct qualification q = {.issuer = issuer, .since = since, .until = TIME_NEVER};

	strcpy(q.word, word);
	p->qualifications[(*n)++] = q;
}

/* Nine of ten drive and ride; seven of ten know the machines of their house. */
static struct person *person_drawn(const struct member_row *row, uint32_t number, uint32_t member,
				   uint64_t seed, int64_t now)
{
	static const char *const words[] = {"wood-1", "laser", "cnc", "haccp"};
	int64_t since = now - INT64_C(5) * 366 * DAY_S;
	struct person *p = person_new("", "", 0, 6);
	size_t n = 0;

	p->number = number;
	p->member = member;
	p->roles = ROLE_MEMBER;
	p->active = true;
	if (chance(seed, number, 0, "drives") < 0.9)
		add_qualification(p, &n, "licence-b", 0, since);
	if (chance(seed, number, 0, "rides") < 0.9)
		add_qualification(p, &n, "cargo-bike-introduction", 0, since);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(row->trained, words[i]) && chance(seed, number, 0, words[i]) < 0.7)
			add_qualification(p, &n, words[i], member, since);
	p->n_qualifications = n;
	return p;
}

void people_add(struct pole *p, uint64_t seed, int64_t now)
{
	uint32_t next = pole_next_person(p);
	struct changes c = {0};

	for (const struct member_row *row = member_rows; row < member_rows + MEMBERS; row++) {
		uint32_t member = pole_name_number(p, NAME_MEMBER, 0, row->id);

		assert(member);
		for (int i = 0; i < row->people; i++)
			changes_add_person(&c, NULL, person_drawn(row, next++, member, seed, now));
	}
	pole_apply(p, &c);
	changes_clear(&c);
}

/* What is wanted */

struct kind {
	const char *what, *along;
	double weekly;
	const char *days;	   /* "1234567": Monday is 1 */
	const char *hours;	   /* of the start, in hours of the day, parted by spaces */
	const char *lengths;	   /* in minutes, drawn alike */
	int lead_least, lead_most; /* days */
	int quantity_most;
	unsigned weeks;
	double summer;	   /* times that much from May to September, and the rest in between */
	const char *needs; /* who asks has it, mostly; NULL: nothing */
};
static const struct kind kinds[] = {
    {"van", NULL, 22, "1234567", "7 8 8 9 10 13 14 16",
     "60 120 120 180 180 210 120 240 480 480 1440 2880", 0, 40, 1, 0, 1, "licence-b"},
    {"minibus", NULL, 5, "3567", "8 9 13", "240 480 600 1440 2880", 3, 58, 1, 0, 1, "licence-b"},
    {"cargo-bike", NULL, 15, "1234567", "8 9 10 12", "60 120 180 240 480", 0, 20, 1, 0, 1.2,
     "cargo-bike-introduction"},
    {"trailer", NULL, 4, "123456", "8 13", "300", 0, 40, 1, 0, 1.3, NULL},
    {"meeting-room", NULL, 19, "12345", "8 9 10 14 16 18", "60 90 120 180", 0, 60, 1, 0, 1, NULL},
    {"meeting-room", NULL, 2.9, "12345", "9 14 18", "90 120", 7, 60, 1, 10, 0.8, NULL},
    {"great-hall", NULL, 1.5, "4567", "8 16", "480", 20, 150, 1, 0, 1, NULL},
    {"hall-a", NULL, 2.5, "34567", "8 16", "480", 10, 120, 1, 0, 1, NULL},
    {"hall-b", NULL, 2, "34567", "8 16", "480", 10, 120, 1, 0, 1, NULL},
    {"workshop", NULL, 14, "23456", "9 10 14 16", "60 120 180", 0, 25, 1, 0, 1, "wood-1"},
    {"laser", NULL, 10, "23456", "9 10 14 15 16", "30 60 90 120 180", 0, 5, 1, 0, 1, "wood-1"},
    {"cnc", NULL, 6, "23456", "9 10 14 15", "60 120 180", 0, 5, 1, 0, 1, "wood-1"},
    {"lab", NULL, 12, "123456", "6 8 9 13", "180 240 360 480", 2, 60, 1, 0, 1.3, "haccp"},
    {"cold-room", NULL, 6, "123456", "0", "1440 2880 4320 10080 20160", 0, 60, 4, 0, 1.2, NULL},
    {"tent", "table-set", 3, "5", "16 17", "3960", 8, 100, 2, 0, 2, NULL},
    {"table-set", NULL, 2, "5", "16 17", "3960", 8, 100, 3, 0, 2, NULL},
    {"sound", NULL, 2, "15", "10", "5760", 8, 100, 1, 0, 2, NULL},
    {"accountant", NULL, 12, "1234", "9 14", "120 150", 8, 50, 1, 0, 1, NULL},
    {"communication", NULL, 10, "12345", "9 14", "120 180", 8, 50, 1, 0, 1, NULL},
    {"facilitator", NULL, 10, "1245", "9 14", "120 180", 8, 50, 1, 0, 1, NULL},
    {"technician", NULL, 8, "12345", "8 13", "120 180", 8, 50, 1, 0, 1, NULL},
    {"apprentice", NULL, 5, "12345", "9 14", "120 180", 8, 50, 1, 0, 1, NULL},
};

static const double seasons[12] = {1.0,	 0.95, 1.05, 1.0,  1.1,	 1.4,
				   0.85, 0.6,  1.35, 1.05, 1.05, 1.15};

struct drawing {
	struct demand *demand;
	size_t cap;
	const struct pole *pole;
	const struct demand_plan *plan;
	const struct zone *zone;
	uint32_t next;
};

static double draw(struct drawing *d, const char *question)
{
	return chance(d->plan->seed, d->next, 0, question);
}

static int64_t between(struct drawing *d, const char *question, int64_t least, int64_t most)
{
	return chance_between(d->plan->seed, d->next, 0, question, least, most);
}

/* One of the numbers of a list parted by spaces. */
static long pick(struct drawing *d, const char *question, const char *list)
{
	long n = 1, i;

	for (const char *c = list; *c; c++)
		n += *c == ' ';
	i = between(d, question, 0, n - 1);
	while (i-- > 0)
		list = strchr(list, ' ') + 1;
	return strtol(list, NULL, 10);
}

static double weight_of(const struct member_row *row, const char *what)
{
	char word[40];
	const char *found;

	strcpy(word, what);
	strcat(word, "*");
	found = strstr(row->wants, word);
	if (strcmp(what, "accountant") == 0 && !found)
		return row->people * 0.03; /* few ask whom she does not work for */
	return row->people * (found ? strtod(found + strlen(word), NULL) : 1.0);
}

static const struct member_row *pick_member(struct drawing *d, const struct kind *k)
{
	double all = 0, at;

	for (size_t i = 0; i < MEMBERS; i++)
		all += weight_of(&member_rows[i], k->what);
	at = draw(d, "member") * all;
	for (size_t i = 0; i < MEMBERS; i++) {
		at -= weight_of(&member_rows[i], k->what);
		if (at < 0)
			return &member_rows[i];
	}
	return &member_rows[0];
}

static bool has(const struct person *p, const char *word)
{
	for (size_t i = 0; i < p->n_qualifications; i++)
		if (strcmp(p->qualifications[i].word, word) == 0)
			return true;
	return false;
}

/* Any of the member's people; where something is needed, nearly always one who has it. */
static uint32_t pick_person(struct drawing *d, uint32_t member, const char *needs)
{
	bool cares = needs && draw(d, "cares") < 0.96;
	uint32_t found[64], n = 0;

	for (uint32_t i = 1; i < pole_next_person(d->pole); i++) {
		const struct person *p = pole_person(d->pole, i);

		if (p->member == member && (!cares || has(p, needs)) && n < 64)
			found[n++] = i;
	}
	return n ? found[between(d, "person", 0, n - 1)] : 0;
}

static struct desire *add(struct drawing *d)
{
	if (d->demand->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 1024;
		d->demand->items = memory_grow(d->demand->items, d->cap * sizeof(struct desire));
	}
	d->demand->items[d->demand->n] = (struct desire){.number = d->next++};
	return &d->demand->items[d->demand->n++];
}

/* Mondays from 8:30 to 10 and Thursdays from 14 to 16 more than at other times of the day. */
static int64_t asking_second(struct drawing *d, int64_t day)
{
	enum weekday w = civil_weekday(civil_from_days(day));

	if (w == MONDAY && draw(d, "peak") < 0.7)
		return between(d, "second", 30600, 36000);
	if (w == THURSDAY && draw(d, "peak") < 0.6)
		return between(d, "second", 50400, 57600);
	return between(d, "second", 8 * HOUR_S, 19 * HOUR_S);
}

static int64_t utc_of(const struct drawing *d, int64_t day, int64_t second)
{
	int64_t utc;

	zone_local_s_to_utc(d->zone, day * DAY_S + second, &utc);
	return utc;
}

/* The day of use, among those of the week. */
static int64_t use_day(struct drawing *d, const struct kind *k, int64_t monday)
{
	return monday + (k->days[between(d, "day", 0, (int64_t)strlen(k->days) - 1)] - '1');
}

/* Most ask for soon. */
static int64_t asked_at(struct drawing *d, const struct kind *k, int64_t day, int64_t start)
{
	double u = draw(d, "lead");
	int64_t lead = k->lead_least + (int64_t)(u * u * (k->lead_most - k->lead_least + 1));
	int64_t at = utc_of(d, day - lead, asking_second(d, day - lead));
	int64_t latest = start - HOUR_S / 2;

	if (at > latest)
		at = latest;
	return at < d->plan->from ? d->plan->from + between(d, "begin", 0, DAY_S) : at;
}

static void draw_wish(struct drawing *d, const struct kind *k, int64_t monday)
{
	const struct member_row *row = pick_member(d, k);
	uint32_t member = pole_name_number(d->pole, NAME_MEMBER, 0, row->id);
	uint32_t person = pick_person(d, member, k->needs);
	int64_t day = use_day(d, k, monday), length = pick(d, "length", k->lengths) * 60;
	int64_t start = utc_of(d, day, pick(d, "hour", k->hours) * HOUR_S);
	bool flexible =
	    draw(d, "flexible") < d->plan->flexible && !k->weeks && !k->along && length < DAY_S;
	int64_t at = asked_at(d, k, day, start);
	uint32_t quantity = (uint32_t)between(d, "quantity", 1, k->quantity_most);
	bool hitch = strcmp(k->what, "trailer") == 0 && draw(d, "hitch") < 0.5;
	int64_t give_s = draw(d, "days") < 0.5 ? 3 * HOUR_S : between(d, "give", 1, 2) * DAY_S;
	struct desire *w = add(d);

	w->at = at;
	w->person = person;
	w->member = member;
	w->what = k->what;
	w->along = k->along;
	w->quantity = quantity > 1 ? quantity : 0;
	w->span = (struct span){start, start + length};
	if (length % DAY_S == 0)
		w->span.end = zone_add_days(d->zone, start, length / DAY_S);
	w->weeks = k->weeks;
	w->give_s = flexible ? give_s : 0;
	w->own_hitch = hitch;
	w->is_room = strcmp(k->what, "meeting-room") == 0;
}

static double volume_of(const struct drawing *d, const struct kind *k, int64_t monday)
{
	int month = civil_from_days(monday + 3).month;
	bool summer = month >= 5 && month <= 9;
	double v = k->weekly * d->plan->volume * seasons[month - 1];

	v *= summer ? k->summer : (12 - 5 * k->summer) / 7;
	if (strcmp(k->what, "van") == 0 || strcmp(k->what, "minibus") == 0)
		v *= d->plan->scarce_volume;
	return v;
}

/* Many want the same Saturday, and ask in the minute in which it can be asked for. */
static void draw_crush(struct drawing *d, int i, int64_t monday)
{
	static const struct kind wanted[] = {
	    {"van", NULL, 0, "6", "8 8 8 9", "240 480 480", 60, 60, 1, 0, 1, "licence-b"},
	    {"minibus", NULL, 0, "6", "8", "480 600", 60, 60, 1, 0, 1, "licence-b"},
	};
	const struct kind *k = &wanted[i % 2];
	int64_t n = between(d, "crush", CRUSH_LEAST, CRUSH_MOST);

	while (n-- > 0) {
		struct desire *w;

		draw_wish(d, k, monday);
		w = &d->demand->items[d->demand->n - 1];
		w->is_crush = true;
		w->give_s = 0;
		w->at = zone_add_days(d->zone, w->span.start, -k->lead_least) +
			chance_between(d->plan->seed, w->number, 0, "in the minute", 0, 59);
		if (w->at < d->plan->from)
			d->demand->n--;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct desire *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

void demand_draw(struct demand *ret, const struct pole *p, const struct demand_plan *plan)
{
	struct drawing d = {.demand = ret, .pole = p, .plan = plan, .zone = pole_policy(p)->zone};
	int64_t first = civil_days(zone_to_local(d.zone, plan->from).date);

	*ret = (struct demand){0};
	for (int week = 0; week < plan->weeks; week++) {
		int64_t monday = first + week * 7;

		for (const struct kind *k = kinds; k < kinds + sizeof(kinds) / sizeof(*kinds);
		     k++) {
			double n = volume_of(&d, k, monday) + draw(&d, "rounding");

			d.next++;
			for (int i = 0; i + 1 <= n; i++)
				draw_wish(&d, k, monday);
		}
		for (int i = 0; i < plan->crushes; i++)
			if (week >= 10 && (week - 10) * plan->crushes / (plan->weeks - 10) == i &&
			    (week - 11) * plan->crushes / (plan->weeks - 10) != i)
				draw_crush(&d, i, monday);
	}
	qsort(ret->items, ret->n, sizeof(*ret->items), by_time);
}

void demand_clear(struct demand *d)
{
	free(d->items);
	*d = (struct demand){0};
}
