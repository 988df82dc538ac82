/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of a booking's details, and reading and setting a field by its row. */

#include "proto/detail.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_OF(member) sizeof(((struct details *)0)->member)
#define FIELD(k, d, member)                                                                        \
	.key = k, .kind = d, .offset = offsetof(struct details, member), .size = SIZE_OF(member)
#define FLAG(member) .flag = offsetof(struct details, member)

/* clang-format off */
const struct detail_field detail_fields[] = {
	{FIELD("queued-at", DETAIL_TIME, queued_at)},
	{FIELD("within", DETAIL_SPAN, within)},
	{FIELD("out-at", DETAIL_TIME, out_at)},
	{FIELD("back-at", DETAIL_TIME, back_at)},
	{FIELD("booked-until", DETAIL_TIME, booked_until)},
	{FIELD("used-by", DETAIL_PERSON, used_by)},
	{FIELD("meter-out", DETAIL_READING, meter_out), FLAG(has_meter_out)},
	{FIELD("meter-back", DETAIL_READING, meter_back), FLAG(has_meter_back)},
	{FIELD("decided-by", DETAIL_PERSON, decided_by)},
	{FIELD("forfeit", DETAIL_PERCENT, forfeit)},
	{FIELD("forfeit-least", DETAIL_PERCENT, forfeit_least)},
	{FIELD("waived", DETAIL_YES, waived)},
	{FIELD("dispute", DETAIL_DISPUTE, dispute), .words = dispute_words, .n_words = N_DISPUTES},
	{FIELD("disputed-by", DETAIL_PERSON, disputed_by)},
	{FIELD("swap-with", DETAIL_BOOKING, swap_with)},
	{FIELD("swap-span", DETAIL_SPAN, swap_span)},
	{FIELD("displaced-by", DETAIL_BOOKING, displaced_by)},
	{FIELD("delayed-by", DETAIL_BOOKING, delayed_by)},
	{FIELD("outage", DETAIL_NUMBER, outage)},
	{FIELD("was", DETAIL_STATE, was), .words = booking_state_words, .n_words = N_BOOKING_STATES},
	{FIELD("passed", DETAIL_SPAN, passed)},
	{FIELD("distance-km", DETAIL_NUMBER, distance_km)},
	{FIELD("people", DETAIL_NUMBER, people)},
	{FIELD("declared", DETAIL_TEXT, declared)},
};
/* clang-format on */
const size_t n_detail_fields = sizeof(detail_fields) / sizeof(*detail_fields);

static int64_t number_at(const char *at, size_t size)
{
	uint32_t n32;
	int64_t n64;

	switch (size) {
	case sizeof(n64):
		memcpy(&n64, at, sizeof(n64));
		return n64;
	case sizeof(n32):
		memcpy(&n32, at, sizeof(n32));
		return n32;
	default:
		return *(const unsigned char *)at;
	}
}

static void put_number(char *at, size_t size, int64_t number)
{
	const uint32_t n32 = (uint32_t)number;

	switch (size) {
	case sizeof(number):
		memcpy(at, &number, sizeof(number));
		break;
	case sizeof(n32):
		memcpy(at, &n32, sizeof(n32));
		break;
	default:
		*at = (char)number;
		break;
	}
}

bool detail_get(const struct details *d, const struct detail_field *f, struct detail_value *ret)
{
	const char *at = (const char *)d + f->offset;
	struct detail_value v = {0};

	if (f->kind == DETAIL_TEXT) {
		v.text = at;
		*ret = v;
		return *v.text != '\0';
	}
	if (f->kind == DETAIL_SPAN) {
		memcpy(&v.span, at, sizeof(v.span));
		*ret = v;
		return !span_is_empty(v.span);
	}
	v.number = number_at(at, f->size);
	if (f->words && v.number < (int64_t)f->n_words)
		v.text = f->words[v.number];
	*ret = v;
	return f->kind == DETAIL_READING ? ((const char *)d)[f->flag] != 0 : v.number != 0;
}

static int set_word(char *at, const struct detail_field *f, const char *word)
{
	for (unsigned i = 0; word && i < f->n_words; i++) {
		if (strcmp(f->words[i], word) != 0)
			continue;
		put_number(at, f->size, i);
		return 0;
	}
	return 1;
}

static bool is_in_range(const struct detail_field *f, int64_t n)
{
	const int64_t most = f->size == sizeof(int64_t)	   ? INT64_MAX
			     : f->size == sizeof(uint32_t) ? UINT32_MAX
							   : UINT8_MAX;

	if (f->kind == DETAIL_READING)
		return true;
	return n > 0 && n <= (f->kind == DETAIL_PERCENT ? 100 : f->kind == DETAIL_YES ? 1 : most);
}

int detail_set(struct details *d, const struct detail_field *f, const struct detail_value *value)
{
	char *at = (char *)d + f->offset;

	if (f->words)
		return set_word(at, f, value->text);
	if (f->kind == DETAIL_TEXT) {
		if (!value->text || strlen(value->text) >= f->size)
			return 1;
		strcpy(at, value->text);
		return 0;
	}
	if (f->kind == DETAIL_SPAN) {
		if (span_is_empty(value->span))
			return 1;
		memcpy(at, &value->span, sizeof(value->span));
		return 0;
	}
	if (!is_in_range(f, value->number))
		return 1;
	put_number(at, f->size, value->number);
	if (f->kind == DETAIL_READING)
		((char *)d)[f->flag] = 1;
	return 0;
}

const struct detail_field *detail_field(const char *key)
{
	for (size_t i = 0; i < n_detail_fields; i++)
		if (strcmp(detail_fields[i].key, key) == 0)
			return &detail_fields[i];
	return NULL;
}

bool details_say_nothing(const struct details *d)
{
	struct detail_value v;

	for (size_t i = 0; i < n_detail_fields; i++)
		if (detail_get(d, &detail_fields[i], &v))
			return false;
	return true;
}
