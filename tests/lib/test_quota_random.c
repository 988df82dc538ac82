/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What counts towards a quota, against a slow count: random bookings and quotas of every measure
 * and window around a change of the clocks. The oracle cuts time into quarters of an hour, looks at
 * every booking for every one of them, and tries every window that begins on one.
 */
#include "lib/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/rules_scene.h"

#define SLOT_S 900
#define SLOTS (45 * 96)
#define BOOKINGS 60
#define ROUNDS 60
#define QUESTIONS 40

static uint64_t seed = 0x9007a;

static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

struct world {
	struct rules_scene scene;
	struct rule *rule;
	int64_t first; /* the first slot */
};

static int64_t slot_at(const struct world *w, int64_t slot)
{
	return w->first + slot * SLOT_S;
}

static struct span random_span(const struct world *w)
{
	int64_t start = below(SLOTS - 400), n = 1 + below(below(4) ? 16 : 300);

	return (struct span){slot_at(w, start), slot_at(w, start + n)};
}

static struct resource *random_resource(struct rules_scene *s)
{
	struct resource *all[] = {s->van, s->laser, s->cnc, s->kit};

	return all[below(4)];
}

/* Its lanes are free at times of their own: what stands in the way is not asked here. */
static void add_booking(struct world *w)
{
	struct rules_scene *s = &w->scene;
	struct item items[3];
	size_t n = 1 + below(3);
	struct changes c = {0};
	struct booking *b;

	for (size_t i = 0; i < n; i++) {
		const struct resource *r = random_resource(s);

		items[i] = item_of(r->number, 0, random_span(w));
		if (i > 0 && below(2))
			items[i].span = items[0].span;
		items[i].quantity = 1 + below(3);
		items[i].via = (uint8_t)below(N_ITEM_VIAS);
		items[i].state = below(5) == 0 ? ITEM_CANCELLED : ITEM_PRESENT;
	}
	b = booking_new("", items, n, n);
	b->number = pole_next_booking(s->pole);
	b->person = 1 + below(4);
	b->member = pole_person(s->pole, b->person)->member;
	b->state = (enum booking_state)below(N_BOOKING_STATES);
	b->made_at = below(3) ? b->span.start - below(40) * 3600 : b->span.start - 40 * 86400;
	for (size_t i = 0; i < n; i++)
		b->allocations[i] = (struct allocation){
		    items[i].resource,
		    1 + (b->items[i].resource == s->van->number ? below(3) : 0),
		    {b->number * 10 + (int64_t)i, b->number * 10 + (int64_t)i + 1},
		    (uint32_t)i,
		};
	if (below(2)) {
		booking_details(b)->forfeit = (uint8_t)below(2);
		booking_details(b)->waived = below(3) == 0;
		booking_details(b)->booked_until = below(2) ? b->span.end + 3600 : 0;
	}
	changes_add_booking(&c, CAUSE_NONE, NULL, b);
	pole_apply(s->pole, &c);
	changes_clear(&c);
}

static void random_rule(struct world *w)
{
	struct rules_scene *s = &w->scene;
	struct rule *rule =
	    rules_add(s, below(3) ? random_resource(s) : NULL, "quota", (struct limit){0});
	struct quota *q = &rule->limit.quota;

	do {
		rule->limit = limit_quota((enum quota_of)below(3), (enum quota_measure)below(5), 1,
					  (enum quota_window)below(N_QUOTA_WINDOWS));
	} while (q->window == QUOTA_AT_ONCE && q->measure == QUOTA_DAYS);
	q->length = below(2) ? (struct duration){.days = 1 + below(9)}
			     : (struct duration){.seconds = SLOT_S * (1 + below(200))};
	for (unsigned bit = 1; bit <= UNCOUNTED_CLOSED_DAYS; bit <<= 1)
		q->uncounted |= below(4) ? 0 : bit;
	q->peak = when_days(s, 0, 9, 17).hours;
	if (rule->n_resources && rule->resources[0] != s->cnc && below(2))
		rules_also_for(s, rule, s->cnc);
	if (rule->n_resources && rule->resources[0] == s->van && below(2)) {
		rule->units = arena_new(&s->policy->arena, const struct unit *);
		rule->units[rule->n_units++] = &s->van->units[1];
	}
	rule->has_when = below(4) == 0;
	if (rule->has_when)
		rule->when = when_days(s, 1 + below(126), 8, below(2) ? 0 : 12);
	if (below(5) == 0)
		rule->party.roles = ROLE_MANAGER;
	w->rule = rule;
}

static void world_begin(struct world *w)
{
	rules_scene_init(&w->scene, "2027-03-22T11:10");
	w->first = fixture_at("2027-03-05T00:00");
	fixture_open(w->scene.policy, w->scene.kit, 9, 18);
	w->scene.kit->hours.usual.n_ranges = 4; /* closed from Friday to Sunday */
	random_rule(w);
	rules_scene_begin(&w->scene);
	for (int i = 0; i < BOOKINGS; i++)
		add_booking(w);
}

/* --- the oracle: no index, no sums --- */

struct use {
	struct span span;
	int64_t booking, units;
	bool own;
};

struct oracle {
	const struct world *world;
	const struct trial *trial;
	struct use uses[BOOKINGS * 3 + 4];
	size_t n;
	int64_t most;
	bool wants;
};

static int64_t local_s(int64_t at)
{
	return civil_seconds(zone_to_local(fixture_paris(), at));
}

static int64_t day_of(int64_t at)
{
	int64_t s = local_s(at);

	return s / DAY_S;
}

static bool is_peak(int64_t at)
{
	int64_t second = local_s(at) % DAY_S;

	return second >= 9 * 3600 && second < 17 * 3600;
}

static bool is_in_when(const struct when *w, int64_t at)
{
	int64_t second = local_s(at) % DAY_S;

	if (!(w->days >> civil_weekday(civil_from_days(day_of(at))) & 1))
		return false;
	return w->hours.always ||
	       (second >= w->hours.ranges[0].from_s && second < w->hours.ranges[0].to_s);
}

static bool some_slot(struct span s, bool (*is)(int64_t at), const struct when *w)
{
	for (int64_t at = s.start; at < s.end; at += SLOT_S)
		if (w ? is_in_when(w, at) : is(at))
			return true;
	return false;
}

static bool names(const struct rule *rule, uint32_t resource)
{
	for (size_t i = 0; i < rule->n_resources; i++)
		if (rule->resources[i]->number == resource)
			return true;
	return rule->n_resources == 0;
}

static bool is_excused(const struct oracle *o, struct span s, int64_t made_at)
{
	const struct rule *rule = o->world->rule;
	const struct quota *q = &rule->limit.quota;

	return (rule->has_when && !some_slot(s, NULL, &rule->when)) ||
	       (q->uncounted & UNCOUNTED_SAME_DAY && day_of(made_at) == day_of(s.start));
}

static void add_use(struct oracle *o, struct use use)
{
	const struct quota *q = &o->world->rule->limit.quota;
	bool in_pieces = q->measure != QUOTA_BOOKINGS && q->measure != QUOTA_UNITS;

	if (q->measure == QUOTA_BOOKINGS || q->measure == QUOTA_TIME)
		use.units = 1;
	if (!(q->uncounted & UNCOUNTED_OFF_PEAK)) {
		o->uses[o->n++] = use;
	} else if (!in_pieces) {
		if (some_slot(use.span, is_peak, NULL))
			o->uses[o->n++] = use;
	} else {
		struct use piece = use;

		for (int64_t at = use.span.start; at < use.span.end; at += SLOT_S) {
			bool begins =
			    is_peak(at) && (at == use.span.start || !is_peak(at - SLOT_S));

			if (begins)
				piece.span.start = at;
			piece.span.end = at + SLOT_S;
			if (is_peak(at) && (at + SLOT_S == use.span.end || !is_peak(at + SLOT_S)))
				o->uses[o->n++] = piece;
			assert_true(o->n < sizeof(o->uses) / sizeof(*o->uses));
		}
	}
}

static bool state_counts(const struct quota *q, const struct booking *b)
{
	bool back = q->window != QUOTA_FUTURE && q->window != QUOTA_AT_ONCE;

	switch (b->state) {
	case BOOKING_CONFIRMED:
	case BOOKING_HELD:
	case BOOKING_REQUESTED:
	case BOOKING_OUT:
	case BOOKING_DONE:
		return true;
	case BOOKING_NO_SHOW:
		return back;
	case BOOKING_CANCELLED:
		return back && q->uncounted & UNCOUNTED_CANCELLED_IN_TIME &&
		       booking_says(b)->forfeit && !booking_says(b)->waived;
	default:
		return false;
	}
}

static bool party_counts(const struct oracle *o, const struct booking *b)
{
	const struct rule *rule = o->world->rule;
	const struct trial *t = o->trial;
	const struct person *person = pole_person(t->pole, b->person);

	if (rule->party.roles && !(person->roles & rule->party.roles))
		return false;
	switch (rule->limit.quota.of) {
	case QUOTA_OF_PERSON:
		return b->person == t->person->number;
	case QUOTA_OF_MEMBER:
		return b->member == t->member;
	default:
		return strcmp(pole_member(t->pole, b->member)->class, t->holder->class) == 0;
	}
}

static void add_item(struct oracle *o, const struct booking *b, uint32_t k)
{
	const struct rule *rule = o->world->rule;
	const struct quota *q = &rule->limit.quota;
	const struct item *i = &b->items[k];
	struct use use = {i->span, b->number, i->quantity, false};

	if (i->state != ITEM_PRESENT || i->via == ITEM_SKILL || !names(rule, i->resource) ||
	    is_excused(o, i->span, b->made_at))
		return;
	if (rule->n_units && i->resource == o->world->scene.van->number &&
	    b->allocations[k].lane != 2)
		return;
	if (q->window == QUOTA_FUTURE && b->state != BOOKING_OUT && i->span.end <= o->trial->now)
		return;
	if (!(q->uncounted & UNCOUNTED_GIVEN_BACK) && booking_says(b)->booked_until &&
	    i->span.end == b->span.end)
		use.span.end = booking_says(b)->booked_until;
	add_use(o, use);
}

static void gather(struct oracle *o, const struct unit *u, struct span s)
{
	const struct trial *t = o->trial;
	const struct rule *rule = o->world->rule;

	for (const struct booking *b = pole_booking_after(t->pole, 0); b;
	     b = pole_booking_after(t->pole, b->number))
		for (uint32_t k = 0; k < b->n_items; k++)
			if (b->number != t->except && state_counts(&rule->limit.quota, b) &&
			    party_counts(o, b))
				add_item(o, b, k);
	for (size_t i = 0; i <= t->n_others; i++) {
		const struct resource *r = i ? t->others[i - 1].resource : t->resource;
		struct span span = i ? t->others[i - 1].span : s;
		uint32_t units = i ? t->others[i - 1].quantity : t->quantity;
		uint32_t lane = i || !u ? 0 : u->lane;

		if (!names(rule, r->number) || is_excused(o, span, t->now) ||
		    (rule->n_units && r == o->world->scene.van && lane != 2))
			continue;
		add_use(o, (struct use){span, 0, units, true});
	}
}

/* Joins the uses of each booking whose quarters touch. */
static void join(struct oracle *o)
{
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < o->n && !again; i++)
			for (size_t j = 0; j < o->n && !again; j++) {
				struct use *a = &o->uses[i], *b = &o->uses[j];

				if (i == j || a->booking != b->booking ||
				    a->span.end < b->span.start || b->span.end < a->span.start)
					continue;
				a->span.start =
				    a->span.start < b->span.start ? a->span.start : b->span.start;
				a->span.end = a->span.end > b->span.end ? a->span.end : b->span.end;
				*b = o->uses[--o->n];
				again = true;
			}
	}
}

static int64_t calendar_key(enum quota_window w, int64_t day)
{
	struct civil_date d = civil_from_days(day);

	switch (w) {
	case QUOTA_CALENDAR_WEEK:
		return (day + 3) / 7;
	case QUOTA_CALENDAR_MONTH:
		return d.year * 12 + d.month;
	case QUOTA_CALENDAR_YEAR:
		return d.year;
	default:
		return day;
	}
}

static bool is_time(const struct quota *q)
{
	return q->measure == QUOTA_TIME || q->measure == QUOTA_UNIT_TIME;
}

static void consider(struct oracle *o, int64_t used, int64_t wanted)
{
	if (wanted <= 0)
		return;
	o->wants = true;
	if (used + wanted > o->most)
		o->most = used + wanted;
}

/* Days with a use in [from, to), of closed ones in a row the first. */
static int64_t count_days(const struct oracle *o, bool others_only, int64_t from, int64_t to)
{
	const struct quota *q = &o->world->rule->limit.quota;
	bool was_closed = false;
	int64_t n = 0;

	for (int64_t day = from; day < to; day++) {
		bool closed = q->uncounted & UNCOUNTED_CLOSED_DAYS &&
			      o->trial->resource == o->world->scene.kit &&
			      civil_weekday(civil_from_days(day)) >= FRIDAY;
		bool used = false;

		for (size_t i = 0; i < o->n; i++)
			used |= !(others_only && o->uses[i].own) &&
				day_of(o->uses[i].span.start) <= day &&
				day_of(o->uses[i].span.end - 1) >= day;
		n += used && !(closed && was_closed);
		was_closed = used && closed;
	}
	return n;
}

static void try_days(struct oracle *o, int64_t from, int64_t to)
{
	int64_t used = count_days(o, true, from, to), all = count_days(o, false, from, to);

	consider(o, used, all - used);
}

static void oracle_days(struct oracle *o)
{
	const struct quota *q = &o->world->rule->limit.quota;
	int64_t first = day_of(o->world->first) - 400, last = first + 850;
	int64_t length = q->length.days + (q->length.seconds > 0);

	if (q->window == QUOTA_FUTURE) {
		try_days(o, first, last);
	} else if (q->window == QUOTA_ROLLING) {
		for (int64_t day = first + 380; day < first + 380 + 100; day++)
			try_days(o, day, day + length);
	} else {
		for (int64_t day = first, next; day < last; day = next) {
			for (next = day + 1;
			     calendar_key(q->window, next) == calendar_key(q->window, day);)
				next++;
			try_days(o, day, next);
		}
	}
}

static int64_t position(const struct quota *q, int64_t at)
{
	return q->window == QUOTA_ROLLING && q->length.days ? local_s(at) : at;
}

/* How much of a use lies in a window of the axis that its kind of window stands on. */
static int64_t value_in(const struct oracle *o, const struct use *use, int64_t from, int64_t to)
{
	const struct quota *q = &o->world->rule->limit.quota;
	int64_t start = position(q, use->span.start);
	int64_t end = start + (use->span.end - use->span.start);

	if (!is_time(q))
		return start >= from && start < to ? use->units : 0;
	start = start > from ? start : from;
	end = end < to ? end : to;
	return end > start ? (end - start) * use->units : 0;
}

static void try_window(struct oracle *o, int64_t from, int64_t to)
{
	int64_t sums[2] = {0, 0};

	for (size_t i = 0; i < o->n; i++)
		sums[o->uses[i].own] += value_in(o, &o->uses[i], from, to);
	consider(o, sums[0], sums[1]);
}

static void oracle_rolling(struct oracle *o)
{
	const struct quota *q = &o->world->rule->limit.quota;
	int64_t length = q->length.days * DAY_S + q->length.seconds;
	int64_t first = position(q, o->world->first);

	first -= first % SLOT_S + 12 * DAY_S;
	for (int64_t at = first; at < first + (SLOTS + 30 * 96) * SLOT_S; at += SLOT_S)
		try_window(o, at, at + length);
	for (size_t i = 0; i < o->n; i++) {
		int64_t start = position(q, o->uses[i].span.start);
		int64_t end = start + (o->uses[i].span.end - o->uses[i].span.start);

		if (!o->uses[i].own)
			continue;
		try_window(o, start - length + 1, start + 1);
		try_window(o, end - 1, end - 1 + length);
	}
}

static void oracle_calendar(struct oracle *o)
{
	const struct quota *q = &o->world->rule->limit.quota;

	for (int64_t day = day_of(o->world->first) - 400, next; day < 22000; day = next) {
		int64_t from, to;

		for (next = day + 1; calendar_key(q->window, next) == calendar_key(q->window, day);)
			next++;
		zone_local_s_to_utc(fixture_paris(), day * DAY_S, &from);
		zone_local_s_to_utc(fixture_paris(), next * DAY_S, &to);
		try_window(o, from, to);
	}
}

static void oracle_at_once(struct oracle *o)
{
	for (int64_t slot = 0; slot < SLOTS; slot++) {
		int64_t at = slot_at(o->world, slot), sums[2] = {0, 0};

		for (size_t i = 0; i < o->n; i++)
			if (o->uses[i].span.start <= at && at < o->uses[i].span.end)
				sums[o->uses[i].own] += o->uses[i].units;
		consider(o, sums[0], sums[1]);
	}
}

static void oracle_count(struct oracle *o)
{
	const struct quota *q = &o->world->rule->limit.quota;

	if (q->measure == QUOTA_BOOKINGS)
		join(o);
	if (q->measure == QUOTA_DAYS)
		oracle_days(o);
	else if (q->window == QUOTA_FUTURE)
		try_window(o, INT64_MIN / 4, INT64_MAX / 4);
	else if (q->window == QUOTA_AT_ONCE)
		oracle_at_once(o);
	else if (q->window == QUOTA_ROLLING)
		oracle_rolling(o);
	else
		oracle_calendar(o);
}

static int n_counted, n_uncounted, n_passed;

static bool is_broken(const struct world *w, const struct trial *t, const struct unit *u,
		      struct span s)
{
	return rule_matches(t, w->rule, u, s) && rule_test(t, w->rule, u, s, NULL) != REASON_NONE;
}

/* No start that is passed over would be granted. */
static void check_past(struct world *w, const struct trial *t, const struct unit *u, struct span s)
{
	if (!is_broken(w, t, u, s))
		return;
	for (int sign = -1; sign <= 1; sign += 2) {
		int64_t past = rule_past(t, w->rule, u, s, sign < 0);

		assert_true(sign < 0 ? past < s.start : past > s.start);
		for (int i = 1 + (int)below(8); i < 1500; i += 1 + (int)below(8)) {
			int64_t by_s = sign * i * (int64_t)SLOT_S;
			const struct span other = {s.start + by_s, s.end + by_s};

			if (sign < 0 ? other.start <= past : other.start >= past)
				break;
			n_passed++;
			assert_true(is_broken(w, t, u, other));
		}
	}
}

static void ask(struct world *w)
{
	struct rules_scene *s = &w->scene;
	static struct oracle o;
	struct other_thing others[2];
	struct resource *r = random_resource(s);
	const struct unit *u = below(2) ? &r->units[below((uint32_t)r->n_units)] : NULL;
	const struct person *person = pole_person(s->pole, 1 + below(4));
	struct span span = random_span(w);
	struct trial t;
	struct count c;

	if (w->rule->n_resources && below(3))
		r = (struct resource *)w->rule->resources[0], u = &r->units[r->n_units > 1];
	trial_init(&t, s->pole, pole_directory(s->pole), r, NULL,
		   pole_member(s->pole, person->member), s->now, &s->arena);
	t.person = person;
	t.quantity = 1 + below(3);
	t.except = below(2) ? 1 + below(BOOKINGS) : 0;
	t.others = others;
	for (t.n_others = 0; t.n_others < 2 && below(3) == 0; t.n_others++)
		others[t.n_others] = (struct other_thing){random_resource(s), NULL, 1 + below(2),
							  below(2) ? span : random_span(w)};
	c = quota_count(&t, w->rule, u, span);
	o = (struct oracle){.world = w, .trial = &t};
	gather(&o, u, span);
	oracle_count(&o);
	w->rule->limit.quota.at_most = c.used + c.wanted + (int64_t)below(3) - 1;
	assert_int_equal(quota_is_kept(&t, w->rule, u, span),
			 c.wanted == 0 || c.used + c.wanted <= w->rule->limit.quota.at_most);
	if (c.wanted > 0) {
		n_counted++;
		assert_true(o.wants);
		assert_int_equal(c.used + c.wanted, o.most);
		check_past(w, &t, u, span);
		return;
	}
	/* where the thing itself does not count, the others are their own matter */
	t.n_others = 0;
	o = (struct oracle){.world = w, .trial = &t};
	gather(&o, u, span);
	oracle_count(&o);
	assert_false(o.wants);
	n_uncounted++;
}

static void test_random_quotas(void **state)
{
	for (int round = 0; round < ROUNDS; round++) {
		struct world w;

		world_begin(&w);
		for (int i = 0; i < QUESTIONS; i++)
			ask(&w);
		rules_scene_clear(&w.scene);
	}
	assert_true(n_counted > ROUNDS * QUESTIONS / 8);
	assert_true(n_uncounted > 0 && n_passed > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random_quotas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
