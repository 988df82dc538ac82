/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An oracle of the queue: slow, and nothing of lib/ helps.
 *
 * The log is walked row by row, from its text. After every command nobody waits who could be
 * served; and whenever somebody was, nobody with the stronger claim could have been who cannot be
 * any more. Who could be served is found by trying all ways to put on units the bookings that hang
 * together with the one that waits, the movable ones among them: pools are repacked. Whoever has
 * units has as many as were asked for, each as was asked for, and for itself.
 *
 * It knows the poles of this simulation and no others: pools of up to four units at one site that
 * differ in nothing but a size, no buffers, all that is booked lies days ahead, no window within
 * which a booking would be content with another time. There fair share is the hours that a member
 * has, over its share.
 */
#include "tests/simulation/faults_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/simulation/clients.h"
#include "tests/simulation/tables.h"
#include "tests/simulation/virtual.h"

#define JOBS_MOST 64
#define OUTAGES_MOST 64

static const struct thing {
	const char *id;
	unsigned n;
	int sizes[4];
	int bookings_most; /* of one member; 0: any number */
	int64_t seconds_most;
} things[] = {
    {.id = "one", .n = 1},
    {.id = "pair", .n = 2},
    {.id = "rack", .n = 3, .sizes = {1, 2, 3}},
    {.id = "bike", .n = 4, .bookings_most = 3},
    {.id = "laser", .n = 1, .seconds_most = 6 * 3600},
    {.id = "hall", .n = 1},
    {.id = "quick", .n = 1},
    {.id = "desk", .n = 2},
    {.id = "tent", .n = 2},
};

static const struct {
	const char *id;
	int64_t share;
} members[] = {{"m01", 10}, {"m02", 10}, {"m03", 5}};

struct span_s {
	int64_t start, end;
};

struct seen { /* a booking, as its last row says */
	int64_t number, made_at, queued_at;
	const char *state;
	const struct thing *thing;
	int member; /* < 0: of none */
	struct span_s span, passed;
	unsigned lanes;	 /* sets of units: bit 0 is the first */
	unsigned wanted; /* that unit and no other; 0: any */
	unsigned quantity;
	int least_size;
};

struct out_of_service {
	int64_t number;
	const struct thing *thing;
	unsigned lanes;
	struct span_s span;
};

/* What the log has said so far. */
struct moment {
	struct seen *bookings;
	size_t n;
	struct out_of_service outages[OUTAGES_MOST];
	size_t n_outages;
};

/* Rows */

/* The value of ` key=` in a row; "": it has none. */
static const char *value_of(const char *row, const char *key)
{
	size_t n = strlen(key);

	for (const char *at = strchr(row, ' '); at; at = strchr(at + 1, ' ')) {
		if (strncmp(at + 1, key, n) != 0 || at[n + 1] != '=')
			continue;
		at += n + 2;
		at += *at == '"';
		return arena_strndup(virtual_arena(), at, strcspn(at, " \""));
	}
	return "";
}

static int64_t time_of(const char *text)
{
	struct tm t = {0};

	if (sscanf(text, "%d-%d-%dT%d:%d:%d", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
		   &t.tm_min, &t.tm_sec) < 5)
		return 0;
	t.tm_year -= 1900;
	t.tm_mon--;
	return timegm(&t);
}

static struct span_s span_of(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash ? (struct span_s){time_of(text), time_of(slash + 1)} : (struct span_s){0, 0};
}

static const struct thing *thing_of(const char *id)
{
	for (size_t i = 0; i < sizeof(things) / sizeof(*things); i++)
		if (strcmp(things[i].id, id) == 0)
			return &things[i];
	return NULL;
}

static int member_of(const char *id)
{
	for (int i = 0; i < (int)(sizeof(members) / sizeof(*members)); i++)
		if (strcmp(members[i].id, id) == 0)
			return i;
	return -1;
}

/* `rack/1-2,4/…`: the second part, as a set. */
static unsigned lanes_of(const char *alloc)
{
	const char *at = strchr(alloc, '/');
	unsigned set = 0, first, last;
	int used;

	while (at && sscanf(at + 1, "%u%n", &first, &used) == 1) {
		at += 1 + used;
		last = first;
		if (*at == '-' && sscanf(at + 1, "%u%n", &last, &used) == 1)
			at += 1 + used;
		for (; first <= last; first++)
			set |= 1u << (first - 1);
		if (*at != ',')
			break;
	}
	return set;
}

static struct seen seen_of(const struct table_event *e)
{
	const char *row = e->change, *size = value_of(row, "having");
	struct seen b = {
	    .number = e->subject,
	    .made_at = time_of(value_of(row, "made-at")),
	    .queued_at = time_of(value_of(row, "queued-at")),
	    .state = value_of(row, "state"),
	    .thing = thing_of(value_of(row, "resource")),
	    .member = member_of(value_of(row, "member")),
	    .span = {time_of(value_of(row, "from")), time_of(value_of(row, "to"))},
	    .passed = span_of(value_of(row, "passed")),
	    .lanes = lanes_of(value_of(row, "alloc")),
	    .quantity = 1,
	};
	unsigned lane = 0;

	sscanf(value_of(row, "item"), "%*[^/]/%u/%u", &lane, &b.quantity);
	if (lane)
		b.wanted = 1u << (lane - 1);
	else if (*value_of(row, "pinned"))
		b.wanted = b.lanes;
	sscanf(size, "size>=%d", &b.least_size);
	return b;
}

static void see_outage(struct moment *m, const struct table_event *e)
{
	const struct thing *thing = thing_of(value_of(e->change, "resource"));
	int lane = atoi(value_of(e->change, "lane"));
	struct out_of_service *o = m->outages;

	while (o < m->outages + m->n_outages && o->number != e->subject)
		o++;
	if (o == m->outages + m->n_outages && m->n_outages++ == OUTAGES_MOST)
		abort();
	*o = (struct out_of_service){
	    .number = e->subject,
	    .thing = *value_of(e->change, "lifted-at") ? NULL : thing,
	    .lanes = lane ? 1u << (lane - 1) : ~0u,
	    .span = {time_of(value_of(e->change, "from")), time_of(value_of(e->change, "to"))},
	};
}

static struct seen *booking_in(const struct moment *m, int64_t number)
{
	struct seen *b = m->bookings;

	while (b < m->bookings + m->n && b->number != number)
		b++;
	return b < m->bookings + m->n ? b : NULL;
}

static void see(struct moment *m, const struct table_event *e)
{
	struct seen *b;

	if (strcmp(e->kind, "outage") == 0)
		see_outage(m, e);
	if (strcmp(e->kind, "booking") != 0)
		return;
	b = booking_in(m, e->subject);
	if (!b)
		b = &m->bookings[m->n++];
	*b = seen_of(e);
}

/* States */

static bool is_one_of(const char *state, const char *const *words)
{
	while (*words && strcmp(state, *words) != 0)
		words++;
	return *words;
}

static bool stands(const struct seen *b)
{
	static const char *const words[] = {"held", "requested", "confirmed", "out", NULL};

	return is_one_of(b->state, words);
}

static bool had_a_place(const struct seen *b)
{
	static const char *const words[] = {"suspended", "displaced", NULL};

	return is_one_of(b->state, words);
}

static bool waits(const struct seen *b)
{
	return strcmp(b->state, "waiting") == 0 || had_a_place(b);
}

static bool meet(struct span_s a, struct span_s b)
{
	return a.start < b.end && b.start < a.end;
}

/* Who could be served */

/* In service all the while, and large enough. */
static unsigned units_for(const struct moment *m, const struct seen *b)
{
	unsigned set = 0;

	for (unsigned i = 0; i < b->thing->n; i++)
		if (b->thing->sizes[i] >= b->least_size)
			set |= 1u << i;
	for (const struct out_of_service *o = m->outages; o < m->outages + m->n_outages; o++)
		if (o->thing == b->thing && meet(o->span, b->span))
			set &= ~o->lanes;
	return set;
}

struct job {
	struct span_s span;
	unsigned allowed, quantity, given;
};

/* Gives units to the jobs from the i-th on, in every way there is. */
static bool fit(struct job *jobs, size_t n, size_t i)
{
	unsigned taken = 0;

	if (i == n)
		return true;
	for (size_t k = 0; k < i; k++)
		if (meet(jobs[k].span, jobs[i].span))
			taken |= jobs[k].given;
	for (unsigned set = 1; set < 16; set++) {
		if (set & taken || set & ~jobs[i].allowed ||
		    (unsigned)__builtin_popcount(set) != jobs[i].quantity)
			continue;
		jobs[i].given = set;
		if (fit(jobs, n, i + 1))
			return true;
	}
	return false;
}

/* Those that stand on the same thing, as long as they hang together by overlapping. */
static size_t gather(const struct moment *m, const struct seen *w, bool may_move, struct job *jobs)
{
	bool *taken = arena_new_n(virtual_arena(), bool, m->n + 1), more = true;
	size_t n = 1;

	while (more) {
		more = false;
		for (size_t i = 0; i < m->n; i++) {
			const struct seen *b = &m->bookings[i];
			bool hangs = false;

			for (size_t k = 0; k < n; k++)
				hangs |= meet(jobs[k].span, b->span);
			if (b == w || taken[i] || !hangs || b->thing != w->thing || !stands(b))
				continue;
			if (n == JOBS_MOST)
				abort();
			taken[i] = more = true;
			jobs[n++] = (struct job){b->span, b->lanes, b->quantity, 0};
			if (may_move && !b->wanted && strcmp(b->state, "out") != 0)
				jobs[n - 1].allowed |= units_for(m, b);
		}
	}
	return n;
}

static bool has_room(const struct moment *m, const struct seen *w, unsigned allowed, bool may_move)
{
	struct job jobs[JOBS_MOST] = {{w->span, allowed, w->quantity, 0}};

	return fit(jobs, gather(m, w, may_move, jobs), 0);
}

static bool has_quota(const struct moment *m, const struct seen *w)
{
	int64_t bookings = 1, seconds = w->span.end - w->span.start;

	for (const struct seen *b = m->bookings; b < m->bookings + m->n; b++)
		if (stands(b) && b->thing == w->thing && b->member == w->member) {
			bookings++;
			seconds += b->span.end - b->span.start;
		}
	return (!w->thing->bookings_most || bookings <= w->thing->bookings_most) &&
	       (!w->thing->seconds_most || seconds <= w->thing->seconds_most);
}

/* Nobody is moved for who asked for a certain unit; who lost it is content with another. What
 * touches an offer that it turned down is not offered again. */
static bool could_be_served(const struct moment *m, const struct seen *w)
{
	unsigned units = units_for(m, w);

	if (w->member < 0 || !has_quota(m, w) || (!had_a_place(w) && meet(w->passed, w->span)))
		return false;
	if (w->wanted && has_room(m, w, units & w->wanted, false))
		return true;
	return (!w->wanted || had_a_place(w)) && has_room(m, w, units, true);
}

/* Whose turn it is */

static int64_t used_s(const struct moment *m, int member)
{
	static const char *const counting[] = {"held", "requested", "confirmed", "out",
					       "done", "no-show",   NULL};
	int64_t sum = 0;

	for (const struct seen *b = m->bookings; b < m->bookings + m->n; b++)
		if (b->member == member && is_one_of(b->state, counting))
			sum += (b->span.end - b->span.start) * b->quantity;
	return sum;
}

static bool goes_before(const struct moment *m, const struct seen *a, const struct seen *b)
{
	int64_t x, y;

	if (had_a_place(a) != had_a_place(b))
		return had_a_place(a);
	if (!had_a_place(a)) {
		x = used_s(m, a->member) * members[b->member].share;
		y = used_s(m, b->member) * members[a->member].share;
		if (x != y)
			return x < y;
	}
	x = had_a_place(a) ? a->made_at : a->queued_at;
	y = had_a_place(b) ? b->made_at : b->queued_at;
	return x != y ? x < y : a->number < b->number;
}

static void check_turn(const struct moment *before, const struct moment *after,
		       const struct seen *given)
{
	for (const struct seen *w = before->bookings; w < before->bookings + before->n; w++) {
		if (!waits(w) || w->number == given->number || w->thing != given->thing ||
		    w->member < 0 || !goes_before(before, w, given))
			continue;
		if (could_be_served(before, w) && !could_be_served(after, w))
			violation("booking %lld was passed over for %lld", (long long)w->number,
				  (long long)given->number);
	}
}

static void check_placed(const struct moment *m, const struct seen *b)
{
	unsigned units = units_for(m, b);

	if ((unsigned)__builtin_popcount(b->lanes) != b->quantity || b->lanes & ~units ||
	    (b->wanted && b->lanes != b->wanted))
		violation("booking %lld is not on what it asked for", (long long)b->number);
	for (const struct seen *c = m->bookings; c < b; c++)
		if (stands(c) && c->thing == b->thing && meet(c->span, b->span) &&
		    c->lanes & b->lanes)
			violation("bookings %lld and %lld are on the same", (long long)b->number,
				  (long long)c->number);
}

static void check_rest(const struct moment *m, int64_t version, struct queue_looks *looks)
{
	for (const struct seen *w = m->bookings; w < m->bookings + m->n; w++) {
		looks->n_waiting += waits(w);
		if (waits(w) && could_be_served(m, w))
			violation("version %lld: booking %lld waits, and could be served",
				  (long long)version, (long long)w->number);
		if (stands(w))
			check_placed(m, w);
	}
}

static bool is_repacked(const struct table_event *e)
{
	return e->cause && strcmp(e->cause, "repacked") == 0;
}

/* Who asked for a unit by name is not moved. */
static void check_moved(const struct moment *before, const struct table_event *e)
{
	const struct seen *was = booking_in(before, e->subject);

	if (is_repacked(e) && was && was->wanted)
		violation("booking %lld was moved", (long long)e->subject);
}

static struct moment copy_of(const struct moment *m)
{
	struct moment copy = *m;

	copy.bookings = arena_new_n(virtual_arena(), struct seen, tables.events.n + 1);
	if (m->n)
		memcpy(copy.bookings, m->bookings, m->n * sizeof(*m->bookings));
	return copy;
}

/* What a command gave itself to its asker is another matter. */
static bool follows_from_another(const struct table_event *e)
{
	return !e->request || strncmp(e->request, "TICK", 4) == 0;
}

/* `before`: as all was before others were moved for it. */
static void check_given(const struct moment *before, const struct moment *after,
			const struct table_event *e, struct queue_looks *looks)
{
	const struct seen *was = booking_in(before, e->subject),
			  *is = booking_in(after, e->subject);

	if (!was || !is || !waits(was) || !stands(is) || !follows_from_another(e))
		return;
	looks->n_given++;
	looks->n_moved += !e->request && is_repacked(e - 1);
	check_turn(before, after, was);
}

void check_turns(struct queue_looks *looks)
{
	struct moment now = {0}, before;

	now = copy_of(&now);
	before = copy_of(&now);
	for (const struct table_event *e = tables.events.rows, *end = e + tables.events.n; e < end;
	     e++) {
		see(&now, e);
		check_moved(&before, e);
		if (strcmp(e->kind, "booking") == 0)
			check_given(&before, &now, e, looks);
		if (!is_repacked(e) || e + 1 == end || e[1].request)
			before = copy_of(&now);
		if (e + 1 == end || e[1].request)
			check_rest(&now, e->version, looks);
	}
}
