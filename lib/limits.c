/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limits of rules, tested on one span: one function per kind of limit. */
#include "lib/limits.h"

#include <string.h>

static bool is_whole_days(struct span s, const struct zone *z, int64_t *ret_days)
{
	struct civil_time start = zone_to_local(z, s.start), end = zone_to_local(z, s.end);
	int64_t days = civil_days(end.date) - civil_days(start.date);

	*ret_days = days;
	return days > 0 && zone_add_days(z, s.start, days) == s.end;
}

struct duration span_length(struct span s, const struct zone *z)
{
	int64_t days;

	if (s.end - s.start >= DAY_S / 2 && is_whole_days(s, z, &days))
		return (struct duration){.days = days};
	return (struct duration){.seconds = s.end - s.start};
}

static bool keeps_step(struct duration step, const struct zone *z, struct span s)
{
	int64_t days;

	if (duration_is_zero(step))
		return true;
	if (step.seconds == 0)
		return is_whole_days(s, z, &days) && days % step.days == 0;
	return (s.end - s.start) % (step.days * DAY_S + step.seconds) == 0;
}

static enum reason test_duration(const struct limit *l, const struct zone *z, struct span s,
				 int64_t now, int64_t *ret_bound)
{
	if (s.end < duration_after(l->duration.min, z, s.start))
		return REASON_TOO_SHORT;
	if (!duration_is_zero(l->duration.max) &&
	    s.end > duration_after(l->duration.max, z, s.start))
		return REASON_TOO_LONG;
	return keeps_step(l->duration.step, z, s) ? REASON_NONE : REASON_STEP;
}

static enum reason test_start(const struct limit *l, const struct zone *z, struct span s,
			      int64_t now, int64_t *ret_bound)
{
	if (l->start_every_s > 0 && zone_to_local(z, s.start).second % l->start_every_s != 0)
		return REASON_START_GRID;
	return REASON_NONE;
}

static enum reason test_lead(const struct limit *l, const struct zone *z, struct span s,
			     int64_t now, int64_t *ret_bound)
{
	*ret_bound = duration_after(l->lead, z, now);
	return s.start < *ret_bound ? REASON_LEAD : REASON_NONE;
}

static enum reason test_horizon(const struct limit *l, const struct zone *z, struct span s,
				int64_t now, int64_t *ret_bound)
{
	*ret_bound = duration_after(l->horizon, z, now);
	return s.start > *ret_bound ? REASON_HORIZON : REASON_NONE;
}

static int64_t slot_start(const struct slot *slot, const struct zone *z, int64_t day)
{
	int64_t at;

	zone_local_s_to_utc(z, day * DAY_S + slot->from_s, &at);
	return at;
}

static int64_t slot_end(const struct slot *slot, const struct zone *z, int64_t day)
{
	int64_t at;

	zone_local_s_to_utc(z, day * DAY_S + slot->to_s, &at);
	return at;
}

#define SLOT_LOOK_DAYS 2

int64_t slots_next(const struct limit *l, const struct zone *z, int64_t at, bool end)
{
	int64_t day = civil_days(zone_to_local(z, at).date) - SLOT_LOOK_DAYS, best = TIME_NEVER;

	for (int64_t last = day + 2 * SLOT_LOOK_DAYS; day <= last; day++) {
		for (size_t i = 0; i < l->slots.n; i++) {
			int64_t border = end ? slot_end(&l->slots.items[i], z, day)
					     : slot_start(&l->slots.items[i], z, day);

			if (border >= at && border < best)
				best = border;
		}
	}
	return best;
}

int64_t slots_previous(const struct limit *l, const struct zone *z, int64_t at)
{
	int64_t day = civil_days(zone_to_local(z, at).date) - SLOT_LOOK_DAYS, best = INT64_MIN;

	for (int64_t last = day + 2 * SLOT_LOOK_DAYS; day <= last; day++) {
		for (size_t i = 0; i < l->slots.n; i++) {
			int64_t border = slot_start(&l->slots.items[i], z, day);

			if (border <= at && border > best)
				best = border;
		}
	}
	return best;
}

const char *slots_text(const struct limit *l, struct arena *a)
{
	const char *text = "";

	for (size_t i = 0; i < l->slots.n; i++) {
		const struct slot *slot = &l->slots.items[i];
		int32_t to_s = slot->to_s > DAY_S ? slot->to_s - DAY_S : slot->to_s;

		text = arena_printf(a, "%s%s%02d:%02d-%02d:%02d", text, *text ? " " : "",
				    slot->from_s / 3600, slot->from_s / 60 % 60, to_s / 3600,
				    to_s / 60 % 60);
	}
	return text;
}

static enum reason test_slots(const struct limit *l, const struct zone *z, struct span s,
			      int64_t now, int64_t *ret_bound)
{
	return slots_next(l, z, s.start, false) == s.start && slots_next(l, z, s.end, true) == s.end
		   ? REASON_NONE
		   : REASON_SLOTS;
}

int64_t opens_at(const struct limit *l, const struct zone *z, int64_t start)
{
	struct civil_date date = zone_to_local(z, start).date;
	int32_t month = date.year * 12 + date.month - 1 - l->opens.ahead;
	int64_t at;

	date = (struct civil_date){month / 12, (uint8_t)(month % 12 + 1), l->opens.day};
	while (!civil_date_is_valid(date))
		date.day--;
	zone_local_s_to_utc(z, civil_days(date) * DAY_S + l->opens.at_s, &at);
	return at;
}

static enum reason (*const tests[N_LIMIT_KINDS])(const struct limit *, const struct zone *,
						 struct span, int64_t, int64_t *) = {
    [LIMIT_DURATION] = test_duration, [LIMIT_START] = test_start, [LIMIT_LEAD] = test_lead,
    [LIMIT_HORIZON] = test_horizon,   [LIMIT_SLOTS] = test_slots,
};

enum reason limit_test(const struct limit *limit, const struct zone *z, struct span s, int64_t now,
		       int64_t *ret_bound)
{
	*ret_bound = 0;
	return tests[limit->kind] ? tests[limit->kind](limit, z, s, now, ret_bound) : REASON_NONE;
}

static struct duration round_to_step(struct duration step, struct duration length, bool up)
{
	int64_t step_s = step.days * DAY_S + step.seconds;
	int64_t length_s = length.days * DAY_S + length.seconds;
	int64_t n;

	if (duration_is_zero(step) || (step.seconds && length_s % step_s == 0))
		return length;
	n = (length_s + (up ? step_s - 1 : 0)) / step_s;
	if (n == 0)
		n = 1;
	if (step.seconds == 0)
		return (struct duration){.days = n * step.days};
	return (struct duration){.seconds = n * step_s};
}

struct duration limit_nearest_length(const struct limit *limit, const struct zone *z, int64_t start,
				     struct duration length)
{
	struct span s = {.start = start, .end = duration_after(length, z, start)};
	struct duration longer;
	int64_t unused;

	if (limit->kind != LIMIT_DURATION)
		return length;
	switch (limit_test(limit, z, s, 0, &unused)) {
	case REASON_TOO_SHORT:
		return round_to_step(limit->duration.step, limit->duration.min, true);
	case REASON_TOO_LONG:
		return round_to_step(limit->duration.step, limit->duration.max, false);
	case REASON_STEP:
		longer = round_to_step(limit->duration.step, length, true);
		s.end = duration_after(longer, z, start);
		if (limit_test(limit, z, s, 0, &unused) == REASON_NONE)
			return longer;
		return round_to_step(limit->duration.step, length, false);
	default:
		return length;
	}
}
