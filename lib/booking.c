/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A booking's image, and the code that people read and type for its number.
 *
 * A code is `B` and digits of Crockford's base 32 (0-9A-Z without I, L, O, U). Codes come in tiers:
 * the first 2^25 numbers (from 0) have 5 digits, the next 2^30 have 6, the next 2^35 have 7, and so
 * on up to 11; the length tells the tier. Inside its tier a number's offset is scrambled by a
 * bijection on exactly as many bits as the tier has: multiply by an odd constant, fold the upper
 * half onto the lower, twice. Each step can be undone (the constant has an inverse modulo 2^bits;
 * folding by at least half the bits undoes itself), so codes never collide and need no table, while
 * neighbours look unlike: a code that is mistyped or misheard is not the booking made a minute
 * earlier. The scramble hides nothing; permission does not rest on it.
 */
#include "lib/booking.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

#define DIGIT_BITS 5
#define MIN_DIGITS 5
#define MAX_DIGITS 11
#define SCRAMBLE_1 UINT64_C(0x9e3779b97f4a7c15)
#define SCRAMBLE_2 UINT64_C(0xbf58476d1ce4e5b9)

const char *const item_state_words[N_ITEM_STATES] = {
    [ITEM_PRESENT] = "present",
    [ITEM_CANCELLED] = "cancelled",
};

const char *const item_via_words[N_ITEM_VIAS] = {
    [ITEM_ASKED] = "asked",
    [ITEM_REQUIRED] = "required",
    [ITEM_SKILL] = "skill",
};

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const char *const dispute_words[N_DISPUTES] = {
    [DISPUTE_NONE] = "none",
    [DISPUTE_OPEN] = "open",
    [DISPUTE_UPHELD] = "upheld",
    [DISPUTE_DISMISSED] = "dismissed",
};

struct item item_of(uint32_t resource, uint32_t lane, struct span span)
{
	return (struct item){
	    .resource = resource, .lane = lane, .quantity = 1, .span = span, .having = ""};
}

static bool has_own_text(const struct item *i)
{
	return i->having && *i->having;
}

/* One block: the booking, its allocations, its items, its texts. */
struct booking *booking_new(const char *purpose, const struct item *items, size_t n_items,
			    size_t n_allocations)
{
	size_t items_at = sizeof(struct booking) + n_allocations * sizeof(struct allocation);
	size_t text_at = items_at + n_items * sizeof(struct item);
	size_t bytes = text_at + strlen(purpose) + 1;
	struct booking *b;
	char *text;

	for (size_t i = 0; i < n_items; i++)
		bytes += has_own_text(&items[i]) ? strlen(items[i].having) + 1 : 0;
	b = memory_new(bytes);
	b->refs = 1;
	b->n_allocations = n_allocations;
	b->n_items = n_items;
	b->items = (struct item *)((char *)b + items_at);
	text = (char *)b + text_at;
	b->purpose = strcpy(text, purpose);
	for (size_t i = 0; i < n_items; i++) {
		b->items[i] = items[i];
		b->items[i].having = "";
		if (!has_own_text(&items[i]))
			continue;
		text += strlen(text) + 1;
		b->items[i].having = strcpy(text, items[i].having);
	}
	booking_sum_up(b);
	return b;
}

struct booking *booking_copy(const struct booking *b, size_t n_allocations)
{
	struct booking *copy = booking_new(b->purpose, b->items, b->n_items, n_allocations);
	struct booking own = *copy;
	size_t shared = b->n_allocations < n_allocations ? b->n_allocations : n_allocations;

	*copy = *b;
	copy->refs = 1;
	copy->details = NULL;
	if (b->details)
		*booking_details(copy) = *b->details;
	copy->purpose = own.purpose;
	copy->items = own.items;
	copy->n_allocations = n_allocations;
	memcpy(copy->allocations, b->allocations, shared * sizeof(*b->allocations));
	return copy;
}

struct details *booking_details(struct booking *b)
{
	if (!b->details)
		b->details = memory_new(sizeof(*b->details));
	return b->details;
}

const struct details *booking_says(const struct booking *b)
{
	static const struct details nothing;

	return b->details ? b->details : &nothing;
}

int64_t booking_until(const struct booking *b)
{
	int64_t until = booking_says(b)->booked_until;

	return until > b->span.end ? until : b->span.end;
}

/* Who was displaced or suspended before did not have it. */
int64_t booking_used_until(const struct booking *b)
{
	bool had_it = b->state == BOOKING_CANCELLED && !booking_says(b)->was;

	return had_it && b->ended_at > b->span.start ? b->ended_at : INT64_MIN;
}

bool booking_is_pending(const struct booking *b)
{
	return b->due_at || (b->state != BOOKING_CONFIRMED && booking_state_is_open(b->state));
}

bool booking_is_offer(const struct booking *b)
{
	return b->state == BOOKING_HELD && booking_says(b)->queued_at;
}

void booking_sum_up(struct booking *b)
{
	const struct item *first = NULL;
	bool present = false;

	for (size_t i = 0; i < b->n_items; i++)
		present |= b->items[i].state == ITEM_PRESENT;
	for (const struct item *i = b->items; i < b->items + b->n_items; i++) {
		if (present && i->state != ITEM_PRESENT)
			continue;
		if (!first)
			b->span = i->span;
		if (i->span.start < b->span.start)
			b->span.start = i->span.start;
		if (i->span.end > b->span.end)
			b->span.end = i->span.end;
		first = first ? first : i;
	}
	b->resource = first ? first->resource : 0;
}

bool item_is_pinned(const struct item *i)
{
	return i->lane != 0;
}

bool booking_is_plain(const struct booking *b)
{
	const struct item *i = b->items;

	return b->n_items == 1 && i->quantity == 1 && i->via == ITEM_ASKED &&
	       i->state == ITEM_PRESENT && !*i->having && (b->n_allocations > 0 || i->lane == 0);
}

bool booking_occupies(const struct booking *b, const struct allocation *a)
{
	return booking_state_occupies(b->state) && b->items[a->item].state == ITEM_PRESENT;
}

static int by_place(const void *a, const void *b)
{
	const struct allocation *x = a, *y = b;

	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	if (x->resource != y->resource)
		return x->resource < y->resource ? -1 : 1;
	return (x->lane > y->lane) - (x->lane < y->lane);
}

void booking_sort(struct booking *b)
{
	qsort(b->allocations, b->n_allocations, sizeof(*b->allocations), by_place);
}

struct booking *booking_ref(struct booking *b)
{
	assert(b->refs > 0);
	b->refs++;
	return b;
}

void booking_unref(struct booking *b)
{
	if (!b)
		return;
	assert(b->refs > 0);
	if (--b->refs > 0)
		return;
	free(b->details);
	free(b);
}

size_t booking_run(const struct booking *b, size_t i)
{
	const struct allocation *first = &b->allocations[i];
	size_t n = 1;

	while (i + n < b->n_allocations && first[n].resource == first->resource &&
	       first[n].item == first->item && span_equals(first[n].during, first->during))
		n++;
	return n;
}

static uint64_t low_bits(unsigned bits)
{
	return (UINT64_C(1) << bits) - 1;
}

static uint64_t fold(uint64_t x, unsigned bits)
{
	return x ^ x >> ((bits + 1) / 2);
}

/* The inverse of an odd number modulo 2^64: each turn doubles the bits that are right. */
static uint64_t inverse(uint64_t odd)
{
	uint64_t x = odd;

	for (int i = 0; i < 5; i++)
		x *= 2 - odd * x;
	return x;
}

static uint64_t scramble(uint64_t x, unsigned bits)
{
	x = fold(x * SCRAMBLE_1 & low_bits(bits), bits);
	return fold(x * SCRAMBLE_2 & low_bits(bits), bits);
}

static uint64_t unscramble(uint64_t x, unsigned bits)
{
	x = fold(x, bits) * inverse(SCRAMBLE_2) & low_bits(bits);
	return fold(x, bits) * inverse(SCRAMBLE_1) & low_bits(bits);
}

char *booking_code(int64_t number, char *buf, size_t n)
{
	uint64_t offset = (uint64_t)number;
	unsigned n_digits = MIN_DIGITS;

	assert(number > 0 && n >= MAX_DIGITS + 2);
	while (offset > low_bits(n_digits * DIGIT_BITS)) {
		offset -= low_bits(n_digits * DIGIT_BITS) + 1;
		n_digits++;
		assert(n_digits <= MAX_DIGITS);
	}
	offset = scramble(offset, n_digits * DIGIT_BITS);
	buf[0] = 'B';
	buf[n_digits + 1] = '\0';
	for (unsigned i = n_digits; i > 0; i--, offset >>= DIGIT_BITS)
		buf[i] = digits[offset & low_bits(DIGIT_BITS)];
	return buf;
}

static int digit_value(char c)
{
	const char *at;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'I' || c == 'L')
		c = '1';
	if (c == 'O')
		c = '0';
	at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

int booking_number_from_code(const char *code, int64_t *ret)
{
	uint64_t number = 0;
	unsigned n_digits = 0;

	if (code[0] != 'B' && code[0] != 'b')
		return 1;
	for (const char *c = code + 1; *c; c++) {
		int value = digit_value(*c);

		if (value < 0 || ++n_digits > MAX_DIGITS)
			return 1;
		number = number << DIGIT_BITS | (uint64_t)value;
	}
	if (n_digits < MIN_DIGITS)
		return 1;
	number = unscramble(number, n_digits * DIGIT_BITS);
	for (unsigned shorter = MIN_DIGITS; shorter < n_digits; shorter++)
		number += low_bits(shorter * DIGIT_BITS) + 1;
	if (number == 0)
		return 1;
	*ret = (int64_t)number;
	return 0;
}
