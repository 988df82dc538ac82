/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the log keeps of a request is the request, without what only its asker may know. */
#include "proto/request_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/arena.h"

static void decode(const char *text, struct arena *a, struct request *ret)
{
	struct request_error error;

	if (request_decode(text, strlen(text), a, ret, &error) != REQUEST_OK)
		fail_msg("%s: %s", text, error.about);
}

static const struct {
	const char *request, *kept;
} texts[] = {
    {"7 book for=4h purpose=\"Noël\" from=2026-12-05T08:00 what=van key=6f1c",
     "BOOK what=van from=2026-12-05T08:00 for=4h"},
    {"7 BOOK what=van from=2026-12-05T08:00 for=4h dry=no",
     "BOOK what=van from=2026-12-05T08:00 for=4h"},
    {"7 BOOK item=\"what=van from=2026-12-05T08:00 for=4h\" "
     "item=\"what=hall from=2026-12-05T08:00 for=4h\"",
     "BOOK item=\"what=van from=2026-12-05T08:00 for=4h\" "
     "item=\"what=hall from=2026-12-05T08:00 for=4h\""},
    {"7 BOOK what=van from=2026-12-05T08:00 for=4h also=2026-12-24 rule=\"FREQ=WEEKLY;COUNT=10\" "
     "also=2026-12-06",
     "BOOK what=van from=2026-12-05T08:00 for=4h rule=FREQ=WEEKLY;COUNT=10 also=2026-12-24 "
     "also=2026-12-06"},
    {"7 CANCEL booking=b7k3qf", "CANCEL booking=b7k3qf"},
    {"7 POLICY APPLY reason=\"Ana asked\"", "POLICY APPLY"},
    {"7 PERSON ADD mail=ana@example.org name=\"Ana Ruiz\" roles=manager",
     "PERSON ADD name=- roles=manager"},
    {"7 auth token=abcdef", "AUTH token=-"},
};

static void keeps_no_secrets(void **state)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct arena a = {0};
		struct buffer out = {0};
		struct request r;

		decode(texts[i].request, &a, &r);
		request_text(&r, &out);
		assert_string_equal(out.bytes, texts[i].kept);
		buffer_release(&out);
		arena_clear(&a);
	}
}

/* What is kept is itself a request, of which the same is kept. */
static void can_be_asked_again(void **state)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct arena a = {0};
		struct buffer out = {0};
		struct request r;

		decode(arena_printf(&a, "1 %s", texts[i].kept), &a, &r);
		request_text(&r, &out);
		assert_string_equal(out.bytes, texts[i].kept);
		buffer_release(&out);
		arena_clear(&a);
	}
}

static void give(struct request *r, struct arg *arg, const char *key, const char *value)
{
	*arg = arg_of(key, value);
	r->line.n_args++;
	r->marks |= key_mark(arg->head);
}

/* Every key of every verb that changes anything: free text and secrets are nowhere in it. */
static void no_verb_tells_texts(void **state)
{
	for (const struct verb *v = verb_table; v < verb_table + N_VERBS; v++) {
		struct arg args[VERB_MAX_KEYS];
		struct request r = {.verb = v, .line = {.args = args}};
		struct buffer out = {0};

		for (const struct verb_key *k = v->keys; *k->key; k++)
			give(&r, &args[r.line.n_args], k->key,
			     k->type == KEY_TEXT || k->type == KEY_SECRET ? "between-us" : "x");
		request_text(&r, &out);
		if (v->changes && strstr(out.bytes, "between-us") &&
		    !strstr(out.bytes, "rule=between-us"))
			fail_msg("%s", out.bytes);
		buffer_release(&out);
	}
}

/* Where what is kept would not be a line, the verb is. */
static void is_never_longer_than_a_line(void **state)
{
	char *value = memory_new(LINE_MAX_BYTES);
	struct arg arg;
	struct request r = {.verb = &verb_table[VERB_CANCEL], .line = {.args = &arg}};
	struct buffer out = {0};

	memset(value, '\\', LINE_MAX_BYTES - 1);
	give(&r, &arg, "booking", value);
	request_text(&r, &out);
	assert_string_equal(out.bytes, "CANCEL");
	buffer_release(&out);
	free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_no_secrets),
	    cmocka_unit_test(can_be_asked_again),
	    cmocka_unit_test(no_verb_tells_texts),
	    cmocka_unit_test(is_never_longer_than_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
