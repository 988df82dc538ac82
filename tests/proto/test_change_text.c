/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written to the log comes back the same, one by one and a group at a time; what is not
 * sound is refused. */

#include "proto/change_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/arena.h"
#include "proto/detail.h"

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "BJHAX0"
#define NOON 1796468400 /* 2026-12-05T11:00Z */

enum { MAX_LOG = 24 };

struct log {
	char *lines[MAX_LOG];
	const char *private1[MAX_LOG], *private2[MAX_LOG];
	size_t n;
};

static void log_clear(struct log *log)
{
	for (size_t i = 0; i < log->n; i++)
		free(log->lines[i]);
}

/* Encodes the changes as they would be committed, then applies them. */
static void commit(struct pole *p, struct changes *c, struct log *log)
{
	for (size_t i = 0; i < c->n; i++) {
		struct buffer out = {0};
		const struct change *change = &c->items[i];

		change_encode(change, p, change->kind == CHANGE_NOTE ? HASH_A : NULL, &out);
		if (change->kind == CHANGE_BOOKING)
			log->private1[log->n] = change->booking.after->purpose;
		if (change->kind == CHANGE_PERSON) {
			log->private1[log->n] = change->person.after->name;
			log->private2[log->n] = change->person.after->mail;
		}
		assert_true(log->n < MAX_LOG);
		log->lines[log->n++] = out.bytes;
	}
	pole_apply(p, c);
}

static void add_names(struct pole *p, struct log *log, struct changes *c)
{
	changes_add_name(c, (struct name){NAME_RESOURCE, 0, 1, "van"});
	changes_add_name(c, (struct name){NAME_RESOURCE, 0, 2, "wood/shop"});
	changes_add_name(c, (struct name){NAME_MEMBER, 0, 1, "m02"});
	changes_add_name(c, (struct name){NAME_UNIT, 1, 2, "van-2"});
	commit(p, c, log);
}

static struct person *sample_person(void)
{
	struct person *person = person_new("Ana \"A\" Å.", "ana@example.org", 3, 2);

	person->number = 1;
	person->member = 1;
	person->roles = ROLE_MEMBER | ROLE_COORDINATOR;
	person->active = true;
	memcpy(person->credentials[0].hash, HASH_A, 65);
	person->credentials[0].withdrawn = true;
	memcpy(person->credentials[1].hash, HASH_B, 65);
	memcpy(person->credentials[2].hash, HASH_A, 65);
	person->credentials[2].withdrawn = true;
	person->qualifications[0] = (struct qualification){"licence b", 0, NOON, TIME_NEVER};
	person->qualifications[1] = (struct qualification){"laser", 1, NOON, NOON + 86400};
	return person;
}

static struct person *sample_bare_person(void)
{
	struct person *person = person_new("", "", 0, 0);

	person->number = 2;
	return person;
}

static struct booking *sample_booking(void)
{
	const struct item item = item_of(1, 2, (struct span){NOON, NOON + 4 * 3600});
	struct booking *b = booking_new("Marché de Noël", &item, 1, 2);

	b->number = 1;
	b->member = 1;
	b->person = 1;
	b->made_by = 2;
	b->made_at = NOON - 86400 + 7;
	b->allocations[0] = (struct allocation){1, 2, {NOON - 1800, NOON + 5 * 3600}, 0};
	b->allocations[1] = (struct allocation){2, 1, {NOON, NOON + 61}, 0};
	return b;
}

static struct booking *sample_cancelled(const struct booking *before)
{
	struct booking *b = booking_copy(before, before->n_allocations);

	b->state = BOOKING_CANCELLED;
	b->ended_at = NOON - 3600;
	b->items[0].lane = 0;
	b->member = 0;
	return b;
}

/* Forty chairs in three runs of lanes, a van that was given back, and its driver. */
static struct booking *sample_basket(void)
{
	const struct span span = {NOON, NOON + 7200}, later = {NOON + 3600, NOON + 3660};
	struct item items[] = {item_of(2, 0, span), item_of(1, 2, later), item_of(2, 0, span)};
	struct booking *b;

	items[0].quantity = 40;
	items[1].having = "seats>=3 \"x\"/y";
	items[1].state = ITEM_CANCELLED;
	items[2].via = ITEM_SKILL;
	items[2].of = 1;
	b = booking_new("", items, 3, 42);
	b->number = 2;
	b->person = 1;
	b->made_by = 1;
	b->made_at = NOON - 100;
	b->series = 12;
	b->occurrence = NOON - 86400;
	for (uint32_t i = 0; i < 40; i++)
		b->allocations[i] = (struct allocation){2,
							i < 10	  ? i + 1
							: i == 10 ? 13
								  : i + 40,
							span, 0};
	b->allocations[40] = (struct allocation){1, 2, later, 1};
	b->allocations[41] = (struct allocation){2, 200, span, 2};
	return b;
}

/* Everything that a booking may have to say. */
static struct booking *sample_talkative(const struct booking *before)
{
	struct booking *b = booking_copy(before, before->n_allocations);

	b->state = BOOKING_NO_SHOW;
	b->due_at = NOON + 1800;
	*booking_details(b) = (struct details){
	    .queued_at = NOON - 7,
	    .within = {NOON - 3600, NOON + 3600},
	    .out_at = NOON + 1,
	    .back_at = NOON + 2,
	    .booked_until = NOON + 3,
	    .used_by = 2,
	    .has_meter_out = true,
	    .has_meter_back = true,
	    .meter_out = 0,
	    .meter_back = -842105,
	    .decided_by = 1,
	    .forfeit = 50,
	    .forfeit_least = 20,
	    .waived = true,
	    .dispute = DISPUTE_UPHELD,
	    .disputed_by = 1,
	    .swap_with = 2,
	    .swap_span = {NOON, NOON + 60},
	    .displaced_by = 2,
	    .delayed_by = 2,
	    .outage = 3,
	    .was = BOOKING_HELD,
	    .passed = {NOON + 60, NOON + 120},
	    .distance_km = 12,
	    .people = UINT32_MAX,
	    .declared = "own-hitch \"x\"=y",
	};
	return b;
}

static void make_history(struct pole *p, struct log *log, struct changes *names,
			 struct changes *rest)
{
	struct person *ana = sample_person();
	struct booking *made = sample_booking();
	const struct outage broken = {1, 1, 2, {NOON, NOON + 60}, 2, NOON - 60, 0, false};
	const struct outage open_ended = {2, 2, 0, {NOON, TIME_NEVER}, 2, NOON - 60, 0, true};
	struct outage lifted = broken;
	struct booking *cancelled, *talkative;

	lifted.lifted_at = NOON + 30;
	add_names(p, log, names);
	changes_add_person(rest, NULL, ana);
	changes_add_person(rest, NULL, sample_bare_person());
	changes_add_booking(rest, CAUSE_BOOKED, NULL, made);
	cancelled = sample_cancelled(made);
	talkative = sample_talkative(cancelled);
	changes_add_booking(rest, CAUSE_CANCELLED, made, cancelled);
	changes_add_booking(rest, CAUSE_NO_SHOW, cancelled, talkative);
	changes_add_note(rest, NOTE_BOOKING, 1, NOTE_DISPUTE, "I was there");
	changes_add_booking(rest, CAUSE_NONE, NULL, sample_basket());
	changes_add_outage(rest, NULL, &broken);
	changes_add_outage(rest, &broken, &lifted);
	changes_add_outage(rest, NULL, &open_ended);
	changes_add_note(rest, NOTE_OUTAGE, 2, NOTE_REASON, "the roof");
	commit(p, rest, log);
}

static void assert_same_details(const struct details *a, const struct details *b)
{
	for (const struct detail_field *f = detail_fields; f < detail_fields + n_detail_fields;
	     f++) {
		struct detail_value x = {0}, y = {0};

		assert_int_equal(detail_get(a, f, &x), detail_get(b, f, &y));
		assert_int_equal(x.number, y.number);
		assert_true(span_equals(x.span, y.span));
		assert_string_equal(x.text ? x.text : "", y.text ? y.text : "");
	}
}

static void assert_same_booking(const struct booking *a, const struct booking *b)
{
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->resource, b->resource);
	assert_int_equal(a->member, b->member);
	assert_int_equal(a->person, b->person);
	assert_int_equal(a->made_by, b->made_by);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->series, b->series);
	assert_int_equal(a->occurrence, b->occurrence);
	assert_int_equal(a->n_items, b->n_items);
	for (size_t i = 0; i < a->n_items; i++) {
		assert_int_equal(a->items[i].resource, b->items[i].resource);
		assert_int_equal(a->items[i].lane, b->items[i].lane);
		assert_int_equal(a->items[i].quantity, b->items[i].quantity);
		assert_int_equal(a->items[i].via, b->items[i].via);
		assert_int_equal(a->items[i].of, b->items[i].of);
		assert_int_equal(a->items[i].state, b->items[i].state);
		assert_true(span_equals(a->items[i].span, b->items[i].span));
		assert_string_equal(a->items[i].having, b->items[i].having);
	}
	assert_true(span_equals(a->span, b->span));
	assert_int_equal(a->made_at, b->made_at);
	assert_int_equal(a->ended_at, b->ended_at);
	assert_int_equal(a->due_at, b->due_at);
	assert_same_details(booking_says(a), booking_says(b));
	assert_string_equal(a->purpose, b->purpose);
	assert_int_equal(a->n_allocations, b->n_allocations);
	for (size_t i = 0; i < a->n_allocations; i++) {
		assert_int_equal(a->allocations[i].resource, b->allocations[i].resource);
		assert_int_equal(a->allocations[i].lane, b->allocations[i].lane);
		assert_int_equal(a->allocations[i].item, b->allocations[i].item);
		assert_true(span_equals(a->allocations[i].during, b->allocations[i].during));
	}
}

static void assert_same_person(const struct person *a, const struct person *b)
{
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->member, b->member);
	assert_int_equal(a->roles, b->roles);
	assert_int_equal(a->active, b->active);
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->mail, b->mail);
	assert_int_equal(a->n_qualifications, b->n_qualifications);
	for (size_t i = 0; i < a->n_qualifications; i++) {
		const struct qualification *x = &a->qualifications[i], *y = &b->qualifications[i];

		assert_string_equal(x->word, y->word);
		assert_int_equal(x->issuer, y->issuer);
		assert_int_equal(x->since, y->since);
		assert_int_equal(x->until, y->until);
	}
	assert_int_equal(a->n_credentials, b->n_credentials);
	for (size_t i = 0; i < a->n_credentials; i++) {
		assert_string_equal(a->credentials[i].hash, b->credentials[i].hash);
		assert_int_equal(a->credentials[i].withdrawn, b->credentials[i].withdrawn);
	}
}

static void assert_same_pole(const struct pole *a, const struct pole *b)
{
	assert_int_equal(pole_n_bookings(a), pole_n_bookings(b));
	assert_int_equal(pole_n_persons(a), pole_n_persons(b));
	assert_same_booking(pole_booking(a, 1), pole_booking(b, 1));
	assert_same_booking(pole_booking(a, 2), pole_booking(b, 2));
	assert_null(pole_outage(b, 1));
	assert_int_equal(pole_outage(b, 2)->span.end, TIME_NEVER);
	assert_true(pole_outage(b, 2)->is_closure);
	assert_same_person(pole_person(a, 1), pole_person(b, 1));
	assert_same_person(pole_person(a, 2), pole_person(b, 2));
	assert_string_equal(pole_name_id(b, NAME_RESOURCE, 0, 2), "wood/shop");
	assert_string_equal(pole_name_id(b, NAME_UNIT, 1, 2), "van-2");
	assert_string_equal(pole_name_id(b, NAME_MEMBER, 0, 1), "m02");
}

static void decode_line(const struct log *log, size_t i, const struct pole *p, struct changes *c)
{
	char hash[65];

	if (change_decode(log->lines[i], p, log->private1[i], log->private2[i], c, hash) !=
	    CHANGE_TEXT_OK)
		fail_msg("not read back: %s", log->lines[i]);
}

static void lines_read_like_the_protocol(void **state)
{
	static const char *const lines[] = {
	    "name kind=resource number=1 id=van",
	    "name kind=resource number=2 id=wood/shop",
	    "name kind=member number=1 id=m02",
	    "name kind=unit resource=1 number=2 id=van-2",
	    "person code=p1 member=m02 roles=member,coordinator active=yes withdrawn=" HASH_A
	    " token=" HASH_B " withdrawn=" HASH_A
	    " qualified=\"licence b\" since=2026-12-05T11:00Z "
	    "qualified=laser issuer=m02 since=2026-12-05T11:00Z until=2026-12-06T11:00Z",
	    "person code=p2 active=no",
	    "booking code=%s cause=booked state=confirmed resource=van member=m02 person=p1 by=p2 "
	    "from=2026-12-05T11:00Z "
	    "to=2026-12-05T15:00Z made-at=2026-12-04T11:00:07Z pinned=yes "
	    "alloc=van/2/2026-12-05T10:30Z/2026-12-05T16:00Z "
	    "alloc=wood/shop/1/2026-12-05T11:00Z/2026-12-05T11:01:01Z",
	    "booking code=%s cause=cancelled state=cancelled resource=van person=p1 by=p2 "
	    "from=2026-12-05T11:00Z "
	    "to=2026-12-05T15:00Z made-at=2026-12-04T11:00:07Z ended-at=2026-12-05T10:00Z "
	    "alloc=van/2/2026-12-05T10:30Z/2026-12-05T16:00Z "
	    "alloc=wood/shop/1/2026-12-05T11:00Z/2026-12-05T11:01:01Z",
	    "booking code=%s cause=no-show state=no-show resource=van person=p1 by=p2 "
	    "from=2026-12-05T11:00Z "
	    "to=2026-12-05T15:00Z made-at=2026-12-04T11:00:07Z ended-at=2026-12-05T10:00Z "
	    "due-at=2026-12-05T11:30Z queued-at=2026-12-05T10:59:53Z "
	    "within=2026-12-05T10:00Z/2026-12-05T12:00Z out-at=2026-12-05T11:00:01Z "
	    "back-at=2026-12-05T11:00:02Z booked-until=2026-12-05T11:00:03Z used-by=p2 meter-out=0 "
	    "meter-back=-842105 decided-by=p1 forfeit=50 forfeit-least=20 waived=yes "
	    "dispute=upheld "
	    "disputed-by=p1 swap-with=" OTHER " swap-span=2026-12-05T11:00Z/2026-12-05T11:01Z "
	    "displaced-by=" OTHER " delayed-by=" OTHER " outage=3 was=held "
	    "passed=2026-12-05T11:01Z/2026-12-05T11:02Z distance-km=12 people=4294967295 "
	    "declared=\"own-hitch \\\"x\\\"=y\" "
	    "alloc=van/2/2026-12-05T10:30Z/2026-12-05T16:00Z "
	    "alloc=wood/shop/1/2026-12-05T11:00Z/2026-12-05T11:01:01Z",
	    "note about=booking number=%s kind=dispute sha256=" HASH_A,
	    "booking code=%s state=confirmed resource=wood/shop person=p1 by=p1 "
	    "from=2026-12-05T11:00Z to=2026-12-05T13:00Z made-at=2026-12-05T10:58:20Z series=12 "
	    "occurrence=2026-12-04T11:00Z "
	    "item=wood/shop/0/40/asked/0/present/2026-12-05T11:00Z/2026-12-05T13:00Z "
	    "item=van/2/1/asked/0/cancelled/2026-12-05T12:00Z/2026-12-05T12:01Z "
	    "having=\"seats>=3 \\\"x\\\"/y\" "
	    "item=wood/shop/0/1/skill/1/present/2026-12-05T11:00Z/2026-12-05T13:00Z "
	    "alloc=wood/shop/1-10,13,51-79/2026-12-05T11:00Z/2026-12-05T13:00Z "
	    "alloc=van/1:2/2026-12-05T12:00Z/2026-12-05T12:01Z "
	    "alloc=wood/shop/2:200/2026-12-05T11:00Z/2026-12-05T13:00Z",
	    "outage number=1 resource=van lane=2 from=2026-12-05T11:00Z to=2026-12-05T11:01Z by=p2 "
	    "made-at=2026-12-05T10:59Z",
	    "outage number=1 resource=van lane=2 from=2026-12-05T11:00Z to=2026-12-05T11:01Z by=p2 "
	    "made-at=2026-12-05T10:59Z lifted-at=2026-12-05T11:00:30Z",
	    "outage number=2 resource=wood/shop from=2026-12-05T11:00Z closure=yes by=p2 "
	    "made-at=2026-12-05T10:59Z",
	    "note about=outage number=2 kind=reason sha256=" HASH_A,
	};
	struct pole *p = pole_new();
	struct changes names = {0}, rest = {0};
	struct log log = {0};
	char code[16];

	make_history(p, &log, &names, &rest);
	assert_int_equal(log.n, sizeof(lines) / sizeof(*lines));
	for (size_t i = 0; i < log.n; i++) {
		const char *gap = strstr(lines[i], "%s");
		char expected[1200];

		booking_code(i + 5 == log.n ? 2 : 1, code, sizeof(code));
		if (gap)
			snprintf(expected, sizeof(expected), "%.*s%s%s", (int)(gap - lines[i]),
				 lines[i], code, gap + 2);
		else
			snprintf(expected, sizeof(expected), "%s", lines[i]);
		assert_string_equal(log.lines[i], expected);
	}
	changes_clear(&names);
	changes_clear(&rest);
	log_clear(&log);
	pole_free(p);
}

static void history_comes_back_one_by_one(void **state)
{
	struct pole *p = pole_new(), *again = pole_new();
	struct changes names = {0}, rest = {0};
	struct log log = {0};

	make_history(p, &log, &names, &rest);
	for (size_t i = 0; i < log.n; i++) {
		struct changes c = {0};

		decode_line(&log, i, again, &c);
		assert_int_equal(c.n, strncmp(log.lines[i], "note ", 5) != 0);
		pole_apply(again, &c);
		changes_clear(&c);
	}
	assert_same_pole(p, again);
	changes_clear(&names);
	changes_clear(&rest);
	log_clear(&log);
	pole_free(p);
	pole_free(again);
}

static void history_comes_back_as_a_group(void **state)
{
	struct pole *p = pole_new(), *again = pole_new();
	struct changes names = {0}, rest = {0}, group = {0};
	struct log log = {0};

	make_history(p, &log, &names, &rest);
	for (size_t i = 0; i < log.n; i++)
		decode_line(&log, i, again, &group);
	pole_apply(again, &group);
	assert_same_pole(p, again);
	pole_undo(again, &group);
	assert_null(pole_booking(again, 1));
	assert_int_equal(pole_n_persons(again), 0);
	changes_clear(&names);
	changes_clear(&rest);
	changes_clear(&group);
	log_clear(&log);
	pole_free(p);
	pole_free(again);
}

#define BOOKING                                                                                    \
	"booking code=B7K3QF state=confirmed resource=van person=p1 by=p1 from=2026-12-05T07:00Z "
#define REST "to=2026-12-05T11:00Z made-at=2026-12-01T00:00Z "
#define ALLOC(lanes) "alloc=van/" lanes "/2026-12-05T07:00Z/2026-12-05T11:00Z"
#define ITEM(parts) "item=" parts "/2026-12-05T07:00Z/2026-12-05T11:00Z"
static const struct {
	const char *text;
	int answer;
} texts[] = {
    {BOOKING REST, CHANGE_TEXT_OK},
    {BOOKING REST "alloc=van/1/2026-12-05T07:00Z/2026-12-05T11:00Z", CHANGE_TEXT_OK},
    {"", CHANGE_TEXT_E_SYNTAX},
    {"booking", CHANGE_TEXT_E_SYNTAX},
    {"booking now code=B7K3QF", CHANGE_TEXT_E_SYNTAX},
    {"series code=B7K3QF", CHANGE_TEXT_E_UNKNOWN},
    {BOOKING "to=2026-12-05T11:00Z", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "member=m99", CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST "colour=red", CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST "by=p1", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "pinned=perhaps", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "alloc=van/1/2026-12-05T07:00Z", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "alloc=van/0/2026-12-05T07:00Z/2026-12-05T11:00Z", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "alloc=van/1/2026-12-05T07:00/2026-12-05T11:00Z", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "alloc=vans/1/2026-12-05T07:00Z/2026-12-05T11:00Z", CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST "alloc=", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST ALLOC("1-3,5"), CHANGE_TEXT_OK},
    {BOOKING REST ALLOC("0:1"), CHANGE_TEXT_OK},
    {BOOKING REST ALLOC("1:1"), CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST ALLOC("3-1"), CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST ALLOC("1-4294967295"), CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST ALLOC(""), CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST ITEM("van/0/1/asked/0/present"), CHANGE_TEXT_OK},
    {BOOKING REST ITEM("van/0/1/asked/0/present") " having=x", CHANGE_TEXT_OK},
    {BOOKING REST "pinned=yes " ITEM("van/0/1/asked/0/present"), CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST ITEM("van/0/501/asked/0/present"), CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST ITEM("van/0/0/asked/0/present"), CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST ITEM("van/0/1/asked/64/present"), CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST ITEM("van/0/1/found/0/present"), CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST ITEM("van/0/1/asked/0/lost"), CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST ITEM("vans/0/1/asked/0/present"), CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST ITEM("van/1/asked/0/present"), CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "series=3", CHANGE_TEXT_E_SYNTAX},
    {"outage number=1 resource=van by=p1 from=2026-12-05T07:00Z made-at=2026-12-01T00:00Z",
     CHANGE_TEXT_OK},
    {"outage number=1 resource=van closure=maybe by=p1 from=2026-12-05T07:00Z "
     "made-at=2026-12-01T00:00Z",
     CHANGE_TEXT_E_SYNTAX},
    {"outage number=1 resource=van by=p1 from=2026-12-05T07:00Z", CHANGE_TEXT_E_SYNTAX},
    {"outage number=1 resource=vans by=p1 from=2026-12-05T07:00Z made-at=2026-12-01T00:00Z",
     CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST "purpose=x", CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST "cause=offered", CHANGE_TEXT_OK},
    {BOOKING REST "cause=boredom", CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST "cause=out cause=out", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "due-at=2026-12-05T07:00Z", CHANGE_TEXT_OK},
    {BOOKING REST "due-at=soon", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "out-at=2026-12-05T07:00Z used-by=p4 meter-out=-1", CHANGE_TEXT_OK},
    {BOOKING REST "out-at=2026-12-05", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "out-at=2026-12-05T07:00Z out-at=2026-12-05T07:00Z", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "used-by=4", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "meter-out=1.5", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "meter-out=-", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "meter-out=1234567890123456789", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "forfeit=100", CHANGE_TEXT_OK},
    {BOOKING REST "forfeit=101", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "forfeit=0", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "waived=no", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "waived=yes", CHANGE_TEXT_OK},
    {BOOKING REST "dispute=open", CHANGE_TEXT_OK},
    {BOOKING REST "dispute=loud", CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST "was=suspended", CHANGE_TEXT_OK},
    {BOOKING REST "was=lost", CHANGE_TEXT_E_UNKNOWN},
    {BOOKING REST "swap-with=B7K3QF", CHANGE_TEXT_OK},
    {BOOKING REST "swap-with=7", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "within=2026-12-05T07:00Z/2026-12-05T08:00Z", CHANGE_TEXT_OK},
    {BOOKING REST "within=2026-12-05T07:00Z", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "within=2026-12-05T08:00Z/2026-12-05T07:00Z", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "people=4294967295", CHANGE_TEXT_OK},
    {BOOKING REST "people=4294967296", CHANGE_TEXT_E_SYNTAX},
    {BOOKING REST "declared=" HASH_A, CHANGE_TEXT_OK},
    {BOOKING REST "declared=" HASH_A HASH_A, CHANGE_TEXT_E_SYNTAX},
    {"note about=booking number=B7K3QF kind=reason sha256=" HASH_A, CHANGE_TEXT_OK},
    {"note about=outage number=4 kind=reason sha256=" HASH_A, CHANGE_TEXT_OK},
    {"note about=booking number=4 kind=reason sha256=" HASH_A, CHANGE_TEXT_E_SYNTAX},
    {"note about=outage number=B7K3QF kind=reason sha256=" HASH_A, CHANGE_TEXT_E_SYNTAX},
    {"note about=planet number=4 kind=reason sha256=" HASH_A, CHANGE_TEXT_E_UNKNOWN},
    {"note about=outage number=4 kind=song sha256=" HASH_A, CHANGE_TEXT_E_UNKNOWN},
    {"note about=outage number=4 kind=reason", CHANGE_TEXT_E_SYNTAX},
    {"note about=outage number=4 kind=reason sha256=abc", CHANGE_TEXT_E_SYNTAX},
    {"note about=outage number=4 kind=reason text=x sha256=" HASH_A, CHANGE_TEXT_E_UNKNOWN},
    {"booking code=B7K3QF state=lost resource=van person=p1 by=p1 from=2026-12-05T07:00Z " REST,
     CHANGE_TEXT_E_UNKNOWN},
    {"booking code=X state=done resource=van person=p1 by=p1 from=2026-12-05T07:00Z " REST,
     CHANGE_TEXT_E_SYNTAX},
    {"person code=p7 active=yes", CHANGE_TEXT_OK},
    {"person code=7 active=yes", CHANGE_TEXT_E_SYNTAX},
    {"person code=p7", CHANGE_TEXT_E_SYNTAX},
    {"person code=p7 active=yes roles=king", CHANGE_TEXT_E_UNKNOWN},
    {"person code=p7 active=yes token=abc", CHANGE_TEXT_E_SYNTAX},
    {"person code=p7 active=yes name=Ana", CHANGE_TEXT_E_UNKNOWN},
    {"person code=p7 active=yes qualified=x since=2026-12-05T07:00Z", CHANGE_TEXT_OK},
    {"person code=p7 active=yes qualified=x", CHANGE_TEXT_E_SYNTAX},
    {"person code=p7 active=yes since=2026-12-05T07:00Z", CHANGE_TEXT_E_SYNTAX},
    {"person code=p7 active=yes qualified=\"\" since=2026-12-05T07:00Z", CHANGE_TEXT_E_SYNTAX},
    {"person code=p7 active=yes qualified=" HASH_A " since=2026-12-05T07:00Z",
     CHANGE_TEXT_E_SYNTAX},
    {"person code=p7 active=yes qualified=x issuer=m99 since=2026-12-05T07:00Z",
     CHANGE_TEXT_E_UNKNOWN},
    {"person code=p7 active=yes qualified=x since=2026-12-05T07:00Z since=2026-12-05T07:00Z",
     CHANGE_TEXT_E_SYNTAX},
    {"name kind=resource number=3 id=x", CHANGE_TEXT_OK},
    {"name kind=planet number=3 id=x", CHANGE_TEXT_E_UNKNOWN},
    {"name kind=resource number=0 id=x", CHANGE_TEXT_E_SYNTAX},
    {"name kind=resource number=4294967296 id=x", CHANGE_TEXT_E_SYNTAX},
    {"name kind=resource number=3 id=\"\"", CHANGE_TEXT_E_SYNTAX},
    {"name kind=unit number=3 id=x", CHANGE_TEXT_E_SYNTAX},
    {"name kind=member resource=1 number=3 id=x", CHANGE_TEXT_E_SYNTAX},
    {"policy hash=" HASH_B, CHANGE_TEXT_OK},
    {"policy hash=abc", CHANGE_TEXT_E_SYNTAX},
    {"policy hash=" HASH_B " hash=" HASH_B, CHANGE_TEXT_E_SYNTAX},
};

static void texts_are_checked(void **state)
{
	struct pole *p = pole_new();
	struct changes names = {0};
	struct log log = {0};

	add_names(p, &log, &names);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct changes c = {0};
		char hash[65] = "untouched";
		int answer = change_decode(texts[i].text, p, NULL, NULL, &c, hash);
		bool policy = answer == CHANGE_TEXT_OK && strncmp(texts[i].text, "policy", 6) == 0;
		bool nothing = policy || strncmp(texts[i].text, "note", 4) == 0;

		if (answer != texts[i].answer)
			fail_msg("%s: answer %d", texts[i].text, answer);
		assert_int_equal(c.n, answer == CHANGE_TEXT_OK && !nothing);
		assert_string_equal(hash, policy ? HASH_B : "untouched");
		changes_clear(&c);
	}
	changes_clear(&names);
	log_clear(&log);
	pole_free(p);
}

static uint64_t random_state;

static uint64_t random_below(uint64_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (random_state >> 33) % n;
}

static struct detail_value random_value(const struct detail_field *f)
{
	struct detail_value v = {.number = 1 + (int64_t)random_below(INT32_MAX),
				 .text = "own-hitch a b"};

	if (f->words)
		v.text = f->words[random_below(f->n_words)];
	if (f->kind == DETAIL_PERCENT)
		v.number = 1 + v.number % 100;
	if (f->kind == DETAIL_YES)
		v.number = 1;
	if (f->kind == DETAIL_READING && random_below(2))
		v.number = -v.number;
	v.span = (struct span){v.number, v.number + 1 + (int64_t)random_below(100000)};
	return v;
}

/* Any details, in any state, for any cause. */
static void any_booking_comes_back(void **state)
{
	struct pole *p = pole_new();
	struct changes names = {0};
	struct log log = {0};

	add_names(p, &log, &names);
	for (random_state = 1; random_state && log.n < 2000; log.n++) {
		struct booking *b = sample_booking();
		struct changes c = {0}, back = {0};
		enum cause cause = (enum cause)random_below(N_CAUSES);
		struct buffer out = {0};
		char hash[65];

		b->number = 1 + (int64_t)random_below(1000000000);
		b->state = (enum booking_state)random_below(N_BOOKING_STATES);
		b->due_at = random_below(2) ? NOON + (int64_t)random_below(1000000) : 0;
		for (size_t i = 0; i < n_detail_fields; i++) {
			struct detail_value v = random_value(&detail_fields[i]);

			if (random_below(3) == 0)
				assert_int_equal(
				    detail_set(booking_details(b), &detail_fields[i], &v), 0);
		}
		changes_add_booking(&c, cause, NULL, b);
		change_encode(&c.items[0], p, NULL, &out);
		if (change_decode(out.bytes, p, b->purpose, NULL, &back, hash) != CHANGE_TEXT_OK)
			fail_msg("not read back: %s", out.bytes);
		assert_same_booking(b, back.items[0].booking.after);
		assert_int_equal(back.items[0].cause, cause);
		buffer_release(&out);
		changes_clear(&c);
		changes_clear(&back);
	}
	log.n = 4;
	changes_clear(&names);
	log_clear(&log);
	pole_free(p);
}

/* No field of 8 bytes is without a row, and no two smaller ones that stand together: the gaps that
 * alignment leaves are shorter. */
static void details_have_rows(void **state)
{
	unsigned char bytes[sizeof(struct details)];

	memset(bytes, 1, sizeof(bytes));
	for (const struct detail_field *f = detail_fields; f < detail_fields + n_detail_fields;
	     f++) {
		memset(bytes + f->offset, 0, f->size);
		if (f->kind == DETAIL_READING)
			bytes[f->flag] = 0;
	}
	for (size_t i = 0, gap = 0; i < sizeof(bytes); i++) {
		gap = bytes[i] ? gap + 1 : 0;
		if (gap == 8)
			fail_msg("what is at byte %zu of struct details has no row", i);
	}
}

static void a_policy_is_its_hash(void **state)
{
	struct pole *p = pole_new();
	struct policy *policy = policy_new();
	struct changes c = {0};
	struct buffer out = {0};

	memcpy(policy->hash, HASH_B, 65);
	changes_add_policy(&c, NULL, policy);
	change_encode(&c.items[0], p, NULL, &out);
	assert_string_equal(out.bytes, "policy hash=" HASH_B);
	buffer_release(&out);
	changes_clear(&c);
	pole_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_read_like_the_protocol),
	    cmocka_unit_test(history_comes_back_one_by_one),
	    cmocka_unit_test(history_comes_back_as_a_group),
	    cmocka_unit_test(texts_are_checked),
	    cmocka_unit_test(any_booking_comes_back),
	    cmocka_unit_test(details_have_rows),
	    cmocka_unit_test(a_policy_is_its_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
