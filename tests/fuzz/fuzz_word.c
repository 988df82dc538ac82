/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small texts that are read in many places: lengths of time, wishes, rules of zones, languages,
 * states, servers. What is taken and can be written is read back the same. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/servers.h"
#include "lib/duration.h"
#include "lib/holiday.h"
#include "lib/state.h"
#include "lib/wish.h"
#include "lib/zone_rule.h"
#include "proto/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void duration(const char *text)
{
	struct duration d, again;
	char written[64];

	if (duration_parse(text, &d) != DURATION_OK)
		return;
	assert(d.days >= 0 && d.seconds >= 0);
	assert(duration_parse(duration_format(d, written, sizeof(written)), &again) == DURATION_OK);
	assert(again.days == d.days && again.seconds == d.seconds);
}

static void wishes(const char *text, struct arena *a)
{
	const struct site site = {.id = "town"};
	struct resource resource = {.id = "van", .site = &site};
	struct unit unit = {.id = "van-1"};
	struct wishes w = {0};
	const char *at = NULL;

	if (wishes_parse(text, a, &w, &at) != WISH_OK)
		return;
	assert(w.n <= WISHES_MAX && strlen(text) <= WISHES_MAX_BYTES);
	wishes_are_met(&w, &resource, &unit);
}

static void servers(const char *text, struct arena *a)
{
	struct servers s = {0}, again = {0};
	const char *bad = NULL, *written;

	if (servers_parse(text, a, &s, &bad)) {
		assert(bad);
		return;
	}
	assert(s.n > 0 && s.n <= SERVERS_MOST);
	written = servers_format(a, &s);
	assert(servers_parse(written, a, &again, &bad) == 0 && again.n == s.n);
	assert(strcmp(servers_format(a, &again), written) == 0);
	servers_arrange(&s, "token");
	assert(s.n == again.n);
}

static void word(const char *text)
{
	enum holiday_region region;
	enum booking_state state;
	enum language language;
	enum cause cause;
	enum code code;

	if (language_from_word(text, &language) == 0)
		assert(language < N_LANGUAGES);
	if (code_from_word(text, &code) == 0)
		assert(strcmp(code_word(code), text) == 0);
	if (booking_state_from_word(text, &state) == 0)
		assert(strcmp(booking_state_words[state], text) == 0);
	if (cause_from_word(text, &cause) == 0)
		assert(strcmp(cause_words[cause], text) == 0);
	holiday_region_from_word(text, &region);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = memory_new(size + 1);
	struct zone_rule rule;
	struct arena a = {0};

	memcpy(text, data, size);
	duration(text);
	wishes(text, &a);
	servers(text, &a);
	word(text);
	zone_rule_parse(text, size, &rule);
	arena_clear(&a);
	free(text);
	return 0;
}
