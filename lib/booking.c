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

const char *const booking_state_words[N_BOOKING_STATES] = {
    [BOOKING_CONFIRMED] = "confirmed",
    [BOOKING_CANCELLED] = "cancelled",
    [BOOKING_DONE] = "done",
};

static const bool occupies[N_BOOKING_STATES] = {
    [BOOKING_CONFIRMED] = true,
    [BOOKING_CANCELLED] = false,
    [BOOKING_DONE] = true,
};

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

int booking_state_from_word(const char *word, enum booking_state *ret)
{
	for (int i = 0; i < N_BOOKING_STATES; i++) {
		if (strcmp(booking_state_words[i], word) == 0) {
			*ret = (enum booking_state)i;
			return 0;
		}
	}
	return 1;
}

bool booking_state_occupies(enum booking_state s)
{
	return occupies[s];
}

struct booking *booking_new(const char *purpose, size_t n_allocations)
{
	size_t text = sizeof(struct booking) + n_allocations * sizeof(struct allocation);
	size_t text_bytes = strlen(purpose) + 1;
	struct booking *b = memory_new(text + text_bytes);

	b->refs = 1;
	b->n_allocations = n_allocations;
	b->purpose = memcpy((char *)b + text, purpose, text_bytes);
	return b;
}

struct booking *booking_copy(const struct booking *b, size_t n_allocations)
{
	struct booking *copy = booking_new(b->purpose, n_allocations);
	const char *purpose = copy->purpose;
	size_t shared = b->n_allocations < n_allocations ? b->n_allocations : n_allocations;

	*copy = *b;
	copy->refs = 1;
	copy->purpose = purpose;
	copy->n_allocations = n_allocations;
	memcpy(copy->allocations, b->allocations, shared * sizeof(*b->allocations));
	return copy;
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
	if (--b->refs == 0)
		free(b);
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
