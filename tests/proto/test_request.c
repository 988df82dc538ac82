/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of requests that are well formed and of those that are not, with what is said about them.
 */

#include "proto/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/booking.h"

static const struct {
	const char *line;
	enum verb_id verb;
	const char *tag, *key;
	bool dry;
} good[] = {
    {"1 NOOP", VERB_NOOP, "1", NULL, false},
    {"a.b-c_d noop", VERB_NOOP, "a.b-c_d", NULL, false},
    {"1 policy check", VERB_POLICY_CHECK, "1", NULL, false},
    {"1 HELP verb=POLICY", VERB_HELP, "1", NULL, false},
    {"1 HELP verb=\"policy check\"", VERB_HELP, "1", NULL, false},
    {"1 HELLO lang=fr_FR.UTF-8", VERB_HELLO, "1", NULL, false},
    {"1 AUTH token=x", VERB_AUTH, "1", NULL, false},
    {"1 BOOK what=van from=2026-12-05T08:00 for=4h", VERB_BOOK, "1", NULL, false},
    {"1 BOOK what=van from=2026-12-05T08:00 to=2026-12-05T12:00Z key=k dry=yes", VERB_BOOK, "1",
     "k", true},
    {"1 BOOK what=van from=2026-12-05T08:00 for=1d dry=no purpose=\"\"", VERB_BOOK, "1", NULL,
     false},
    {"1 MOVE booking=b7k3qf unit=van-2", VERB_MOVE, "1", NULL, false},
    {"1 EXTEND booking=B7K3QF by=30m", VERB_EXTEND, "1", NULL, false},
    {"1 EXTEND booking=B7K3QF by=30m dry=yes", VERB_EXTEND, "1", NULL, true}, /* of one mark */
    {"1 OUT booking=B7K3QF meter=84210.5", VERB_OUT, "1", NULL, false},
    {"1 BOOK what=van from=2026-12-05 for=4h wait=yes people=7", VERB_BOOK, "1", NULL, false},
    {"1 HOLD what=van from=2026-12-05 for=4h hold-for=15m", VERB_HOLD, "1", NULL, false},
    {"1 SETTLE booking=B7K3QF decision=upheld", VERB_SETTLE, "1", NULL, false},
    {"1 person qualify person=p1 qualification=\"permis B\" until=2030-01-01", VERB_PERSON_QUALIFY,
     "1", NULL, false},
    {"1 LIST state=no-show,held", VERB_LIST, "1", NULL, false},
    {"1 LIST state=confirmed,done count=1000000 all=yes", VERB_LIST, "1", NULL, false},
    {"1 REPORT report=usage from=2026-01-01 to=2027-01-01 by=month,member", VERB_REPORT, "1", NULL,
     false},
    {"1 POLICY PUT file=pole.yaml line=a line=\"\" line=\" b\"", VERB_POLICY_PUT, "1", NULL, false},
    {"1 PERSON ADD name=A roles=member,coordinator key=1", VERB_PERSON_ADD, "1", "1", false},
};

static void good_requests_decode(void **state)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct arena a = {0};
		struct request_error e = {0};
		struct request r;

		if (request_decode(good[i].line, strlen(good[i].line), &a, &r, &e) != REQUEST_OK)
			fail_msg("%s: %s %s", good[i].line, code_word(e.code), e.about);
		assert_int_equal(r.verb->id, good[i].verb);
		assert_string_equal(r.tag, good[i].tag);
		assert_int_equal(r.dry, good[i].dry);
		assert_int_equal(r.key != NULL, good[i].key != NULL);
		if (r.key)
			assert_string_equal(r.key, good[i].key);
		arena_clear(&a);
	}
}

#define ITEM "\"what=van from=2026-12-05T08:00 for=4h\""
#define X65 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define BOOK "1 BOOK what=van from=2026-12-05T08:00 "
static const struct {
	const char *line;
	enum code code;
	const char *tag, *about, *meant;
} bad[] = {
    {"", CODE_SYNTAX, "*", "", NULL},
    {"1", CODE_SYNTAX, "1", "", NULL},
    {"1 BOOK what=\"van", CODE_SYNTAX, "1", "", NULL},
    {"* NOOP", CODE_SYNTAX, "*", "", NULL},
    {"a/b NOOP", CODE_SYNTAX, "*", "", NULL},
    {"123456789012345678901234567890123 NOOP", CODE_SYNTAX, "*", "", NULL},
    {"1 BOOK van from=2026-12-05T08:00", CODE_SYNTAX, "1", "van", NULL},
    {"1 POLICY PUT it", CODE_SYNTAX, "1", "it", NULL},
    {"1 FROB", CODE_UNKNOWN_VERB, "1", "FROB", NULL},
    {"1 BOK what=van", CODE_UNKNOWN_VERB, "1", "BOK", "BOOK"},
    {"1 policy chek", CODE_UNKNOWN_VERB, "1", "policy chek", "POLICY CHECK"},
    {"1 POLICY", CODE_UNKNOWN_VERB, "1", "POLICY", NULL},
    {"1 NOOP now=yes", CODE_UNKNOWN_KEY, "1", "now", NULL},
    {"1 BOOK what=van fron=2026-12-05T08:00 for=4h", CODE_UNKNOWN_KEY, "1", "fron", "from"},
    {"1 BOOK what=van ky=1", CODE_UNKNOWN_KEY, "1", "ky", "key"},
    {"1 NOOP key=1", CODE_UNKNOWN_KEY, "1", "key", NULL},
    {"1 LIST dry=yes", CODE_UNKNOWN_KEY, "1", "dry", NULL},
    {"1 BOOK", CODE_MISSING_KEY, "1", "what|item", NULL},
    {"1 BOOK what=van for=4h", CODE_MISSING_KEY, "1", "from|within", NULL},
    {"1 BOOK what=van from=2026-12-05", CODE_MISSING_KEY, "1", "to|for", NULL},
    {"1 EXTEND booking=B7K3QF", CODE_MISSING_KEY, "1", "to|by", NULL},
    {BOOK "for=4h to=2026-12-06", CODE_BAD_COMBINATION, "1", "to|for", NULL},
    {"1 MOVE booking=B7K3QF for=4h to=2026-12-06", CODE_BAD_COMBINATION, "1", "to|for", NULL},
    {"1 MOVE booking=B7K3QF unit=van-2 item=2 scope=all", CODE_BAD_COMBINATION, "1", "item|scope",
     NULL},
    {"1 CANCEL booking=B7K3QF scope=following item=1", CODE_BAD_COMBINATION, "1", "item|scope",
     NULL},
    {"1 EXTEND booking=B7K3QF by=1h scope=all item=1", CODE_UNKNOWN_KEY, "1", "item", NULL},
    {BOOK "for=4h what=van", CODE_REPEATED_KEY, "1", "what", NULL},
    {BOOK "alternatives=1 for=4h alternatives=1", CODE_REPEATED_KEY, "1", "alternatives", NULL},
    {BOOK "alternatiwe=1 for=4h", CODE_UNKNOWN_KEY, "1", "alternatiwe", "alternatives"},
    {BOOK "declared-=a for=4h", CODE_UNKNOWN_KEY, "1", "declared-", "declared"},
    {BOOK "for=4h key=a key=a", CODE_REPEATED_KEY, "1", "key", NULL},
    {"1 BOOK what=\"\" from=2026-12-05 for=4h", CODE_BAD_VALUE, "1", "what", NULL},
    {"1 BOOK what=" X65 " from=2026-12-05 for=4h", CODE_BAD_VALUE, "1", "what", NULL},
    {"1 BOOK what=van from=tomorrow for=4h", CODE_BAD_VALUE, "1", "from", NULL},
    {BOOK "for=soon", CODE_BAD_VALUE, "1", "for", NULL},
    {BOOK "for=4h dry=perhaps", CODE_BAD_VALUE, "1", "dry", NULL},
    {BOOK "for=4h key=\"\"", CODE_BAD_VALUE, "1", "key", NULL},
    {BOOK "for=4h key=" X65, CODE_BAD_VALUE, "1", "key", NULL},
    {BOOK "for=4h person=17", CODE_BAD_VALUE, "1", "person", NULL},
    {BOOK "for=4h alternatives=-1", CODE_BAD_VALUE, "1", "alternatives", NULL},
    {BOOK "for=4h alternatives=1000001", CODE_BAD_VALUE, "1", "alternatives", NULL},
    {BOOK "for=4h alternatives=\" 1\"", CODE_BAD_VALUE, "1", "alternatives", NULL},
    {"1 SHOW booking=ILLEGAL!", CODE_BAD_VALUE, "1", "booking", NULL},
    {"1 LIST state=confirmed,", CODE_BAD_VALUE, "1", "state", "confirmed"},
    {"1 LIST state=confirmd", CODE_BAD_VALUE, "1", "state", "confirmed"},
    {"1 REPORT report=usages from=2026-01-01 to=2027-01-01", CODE_BAD_VALUE, "1", "report",
     "usage"},
    {"1 HELP verb=BOK", CODE_BAD_VALUE, "1", "verb", "BOOK"},
    {"1 HELLO lang=de", CODE_BAD_VALUE, "1", "lang", NULL},
    {"1 POLICY PUT file=../etc/passwd line=x", CODE_BAD_VALUE, "1", "file", NULL},
    {"1 POLICY PUT file=.hidden line=x", CODE_BAD_VALUE, "1", "file", NULL},
    {"1 PERSON ADD name=\"\"", CODE_BAD_VALUE, "1", "name", NULL},
    {"1 OUT booking=B7K3QF meter=12.55", CODE_BAD_VALUE, "1", "meter", NULL},
    {"1 OUT booking=B7K3QF meter=-1", CODE_BAD_VALUE, "1", "meter", NULL},
    {"1 OUT booking=B7K3QF meter=.5", CODE_BAD_VALUE, "1", "meter", NULL},
    {"1 OUT booking=B7K3QF meter=12.", CODE_BAD_VALUE, "1", "meter", NULL},
    {"1 OUT booking=B7K3QF meter=1234567890", CODE_BAD_VALUE, "1", "meter", NULL},
    {"1 SETTLE booking=B7K3QF decision=uphold", CODE_BAD_VALUE, "1", "decision", "upheld"},
    {"1 HOLD what=van from=2026-12-05 for=4h wait=yes", CODE_UNKNOWN_KEY, "1", "wait", "what"},
    {BOOK "for=4h qty=0", CODE_BAD_VALUE, "1", "qty", NULL},
    {BOOK "for=4h qty=501", CODE_BAD_VALUE, "1", "qty", NULL},
    {BOOK "for=4h having=seats>>7", CODE_BAD_VALUE, "1", "having", NULL},
    {BOOK "for=4h within=2026-12-05/2026-12-06", CODE_BAD_COMBINATION, "1", "from|within", NULL},
    {"1 BOOK what=van within=2026-12-05 for=4h", CODE_BAD_VALUE, "1", "within", NULL},
    {"1 BOOK what=van item=" ITEM, CODE_BAD_COMBINATION, "1", "what|item", NULL},
    {"1 BOOK item=" ITEM " qty=2", CODE_BAD_COMBINATION, "1", "qty|item", NULL},
    {"1 BOOK item=" ITEM " for=4h", CODE_BAD_COMBINATION, "1", "for|item", NULL},
    {"1 BOOK item=van", CODE_BAD_VALUE, "1", "item", NULL},
    {"1 BOOK item=\"\"", CODE_BAD_VALUE, "1", "item", NULL},
    {"1 BOOK item=" ITEM " item=\"what=van\"", CODE_MISSING_KEY, "1", "from", NULL},
    {"1 BOOK item=\"what=van from=2026-12-05\"", CODE_MISSING_KEY, "1", "to|for", NULL},
    {"1 BOOK item=\"what=van from=2026-12-05 for=4h purpose=x\"", CODE_UNKNOWN_KEY, "1", "purpose",
     NULL},
    {"1 BOOK item=\"what=van from=2026-12-05 for=4h item=x\"", CODE_UNKNOWN_KEY, "1", "item", NULL},
    {"1 BOOK item=\"what=van what=van from=2026-12-05 for=4h\"", CODE_REPEATED_KEY, "1", "what",
     NULL},
    {"1 BOOK item=\"what=van from=someday for=4h\"", CODE_BAD_VALUE, "1", "from", NULL},
    {"1 CANCEL booking=B7K3QF item=0", CODE_BAD_VALUE, "1", "item", NULL},
};

static void items_are_requests_of_their_own(void **state)
{
	static const char line[] =
	    "1 BOOK item=\"what=van from=2026-12-05T08:00Z for=4h qty=2\" purpose=x "
	    "item=\"what=\\\"a b\\\" from=2026-12-05T08:00Z for=1d having=\\\"seats>=7 hitch\\\"\"";
	struct arena a = {0};
	struct request_error e = {0};
	struct request r;

	if (request_decode(line, strlen(line), &a, &r, &e) != REQUEST_OK)
		fail_msg("%s %s", code_word(e.code), e.about);
	assert_int_equal(r.n_items, 2);
	assert_null(request_get(&r, "what"));
	assert_int_equal(request_number(&r.items[0], "qty", 0), 2);
	assert_string_equal(request_get(&r.items[1], "what"), "a b");
	assert_string_equal(request_get(&r.items[1], "having"), "seats>=7 hitch");
	arena_clear(&a);
}

static void points_of_the_log(void **state)
{
	static const struct {
		const char *line;
		int64_t version;
		int32_t seq;
	} cases[] = {{"1 WATCH since=0", 0, 0},
		     {"1 WATCH since=4712", 4712, 0},
		     {"1 WATCH since=4712.3", 4712, 3},
		     {"1 WATCH since=999999999999999.999999999", 999999999999999, 999999999}};
	static const char *const wrong[] = {"1 WATCH since=x",	   "1 WATCH since=12.",
					    "1 WATCH since=.3",	   "1 WATCH since=-1",
					    "1 WATCH since=1.2.3", "1 WATCH since=1000000000000000",
					    "1 WATCH since=1,3",   "1 WATCH since=1.1000000000"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = {0};
		struct request r;
		struct request_error e;
		int64_t version;
		int32_t seq;

		assert_int_equal(request_decode(cases[i].line, strlen(cases[i].line), &a, &r, &e),
				 REQUEST_OK);
		assert_true(request_point(&r, "since", &version, &seq));
		assert_int_equal(version, cases[i].version);
		assert_int_equal(seq, cases[i].seq);
		arena_clear(&a);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct arena a = {0};
		struct request r;
		struct request_error e;

		assert_int_equal(request_decode(wrong[i], strlen(wrong[i]), &a, &r, &e),
				 REQUEST_E_BAD);
		assert_int_equal(e.code, CODE_BAD_VALUE);
		arena_clear(&a);
	}
}

static void readings_are_in_tenths(void **state)
{
	static const struct {
		const char *line;
		int64_t tenths;
	} cases[] = {{"1 BACK booking=B7K3QF meter=84210.5", 842105},
		     {"1 BACK booking=B7K3QF meter=0", 0},
		     {"1 BACK booking=B7K3QF meter=999999999.9", 9999999999}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = {0};
		struct request_error e = {0};
		struct request r;
		int64_t tenths;

		assert_int_equal(request_decode(cases[i].line, strlen(cases[i].line), &a, &r, &e),
				 REQUEST_OK);
		assert_true(request_reading(&r, "meter", &tenths));
		assert_int_equal(tenths, cases[i].tenths);
		assert_false(request_reading(&r, "condition", &tenths));
		arena_clear(&a);
	}
}

static void the_item_at_fault_is_named(void **state)
{
	static const char line[] = "1 BOOK item=" ITEM " item=\"what=van from=2026-12-05\"";
	struct arena a = {0};
	struct request_error e = {0};
	struct request r;
	struct buffer out = {0};

	assert_int_equal(request_decode(line, strlen(line), &a, &r, &e), REQUEST_E_BAD);
	assert_int_equal(e.item, 2);
	request_error_write(&e, LANG_EN, &a, &out);
	assert_string_equal(out.bytes,
			    "BAD missing-key key=to|for item=2 verb=BOOK text=\"BOOK also "
			    "needs to|for= in item 2; HELP lists its keys\"\n");
	buffer_release(&out);
	arena_clear(&a);
}

static void bad_requests_are_explained(void **state)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct arena a = {0};
		struct request_error e = {0};
		struct request r = {.tag = "untouched"};

		if (request_decode(bad[i].line, strlen(bad[i].line), &a, &r, &e) != REQUEST_E_BAD)
			fail_msg("taken: %s", bad[i].line);
		if (e.code != bad[i].code || strcmp(e.about, bad[i].about) != 0 ||
		    strcmp(e.tag, bad[i].tag) != 0)
			fail_msg("%s: %s %s %s", bad[i].line, e.tag, code_word(e.code), e.about);
		if (!e.meant != !bad[i].meant || (e.meant && strcmp(e.meant, bad[i].meant) != 0))
			fail_msg("%s: meant %s", bad[i].line, e.meant ? e.meant : "nothing");
		assert_string_equal(r.tag, "untouched");
		assert_int_equal(code_class(e.code), CLASS_BAD);
		arena_clear(&a);
	}
}

static const struct {
	const char *line;
	enum language language;
	const char *answer;
} answers[] = {
    {"7 BOOK what=van fron=x", LANG_EN,
     "BAD unknown-key key=fron verb=BOOK meant=from text=\"BOOK has no key fron: did you mean "
     "from?\"\n"},
    {"7 BOOK what=van fron=x", LANG_FR,
     "BAD unknown-key key=fron verb=BOOK meant=from text=\"BOOK : clé fron inconnue : "
     "vouliez-vous dire from ?\"\n"},
    {"7 BOK", LANG_EN,
     "BAD unknown-verb verb=BOK meant=BOOK text=\"There is no verb BOK: did you mean BOOK?\"\n"},
    {"7 BOOK what=van from=2026-12-05", LANG_EN,
     "BAD missing-key key=to|for verb=BOOK text=\"BOOK also needs to|for=; HELP lists its "
     "keys\"\n"},
    {"7 EXTEND booking=B7K3QF by=soon", LANG_EN,
     "BAD bad-value key=by verb=EXTEND value=soon example=1h30m text=\"by= cannot have the value "
     "\\\"soon\\\"; write "
     "it like this: 1h30m\"\n"},
    {"7 BOOK what=" X65 " from=2026-12-05", LANG_EN,
     "BAD bad-value key=what verb=BOOK value=" X65
     " limit=64 text=\"what= cannot have the value \\\"" X65
     "\\\"; at most 64 bytes are allowed\"\n"},
};

static void answers_are_written(void **state)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct arena a = {0};
		struct buffer out = {0};
		struct request_error e = {0};
		struct request r;

		assert_int_equal(
		    request_decode(answers[i].line, strlen(answers[i].line), &a, &r, &e),
		    REQUEST_E_BAD);
		request_error_write(&e, answers[i].language, &a, &out);
		assert_string_equal(out.bytes, answers[i].answer);
		buffer_release(&out);
		arena_clear(&a);
	}
}

static void secrets_are_not_said_back(void **state)
{
	struct arena a = {0};
	struct buffer out = {0};
	struct request_error e = {0};
	struct request r;
	char line[400] = "1 AUTH token=";

	memset(line + strlen(line), 's', 300);
	assert_int_equal(request_decode(line, strlen(line), &a, &r, &e), REQUEST_E_BAD);
	request_error_write(&e, LANG_EN, &a, &out);
	assert_null(strstr(out.bytes, "sss"));
	assert_non_null(strstr(out.bytes, "limit=256"));
	buffer_release(&out);
	arena_clear(&a);
}

static void texts_are_limited(void **state)
{
	for (size_t n = 1000; n <= 1001; n++) {
		struct arena a = {0};
		struct request_error e = {0};
		struct request r;
		char line[1200];

		snprintf(line, sizeof(line), BOOK "for=4h purpose=%0*d", (int)n, 1);
		assert_int_equal(request_decode(line, strlen(line), &a, &r, &e), n > 1000);
		assert_int_equal(e.limit, n > 1000 ? 1000 : 0);
		arena_clear(&a);
	}
}

static void values_can_be_had(void **state)
{
	static const char line[] =
	    "1 BOOK what=van unit=van-2 from=2026-12-05T08:00+01:00 for=1h30m person=p17 "
	    "alternatives=5 dry=yes";
	struct arena a = {0};
	struct request_error e = {0};
	struct request r;
	struct duration d;
	int64_t utc = 0;

	assert_int_equal(request_decode(line, strlen(line), &a, &r, &e), REQUEST_OK);
	assert_string_equal(request_get(&r, "unit"), "van-2");
	assert_null(request_get(&r, "purpose"));
	assert_true(request_moment(&r, "from", NULL, &utc));
	assert_int_equal(utc, 1796454000);
	assert_false(request_moment(&r, "to", NULL, &utc));
	assert_false(request_moment(&r, "for", NULL, &utc)); /* given, but no time */
	assert_false(request_duration(&r, "from", &d));
	assert_true(request_duration(&r, "for", &d));
	assert_int_equal(d.seconds, 5400);
	assert_false(request_duration(&r, "to", &d));
	assert_int_equal(request_person(&r, "person"), 17);
	assert_int_equal(request_person(&r, "member"), 0);
	assert_int_equal(request_number(&r, "alternatives", 3), 5);
	assert_int_equal(request_number(&r, "count", 3), 3);
	assert_true(request_yes(&r, "dry"));
	assert_false(request_yes(&r, "all"));
	assert_int_equal(request_booking(&r, "booking"), 0);
	arena_clear(&a);
}

static void words_and_bookings_can_be_had(void **state)
{
	static const char line[] = "1 LIST state=confirmed,done";
	struct arena a = {0};
	struct request_error e = {0};
	struct request r;
	char show[64], code[16];

	assert_int_equal(request_decode(line, strlen(line), &a, &r, &e), REQUEST_OK);
	assert_true(request_has_word(&r, "state", "done"));
	assert_false(request_has_word(&r, "state", "cancelled"));
	assert_false(request_has_word(&r, "state", "don"));
	assert_false(request_has_word(&r, "roles", "done"));
	snprintf(show, sizeof(show), "1 SHOW booking=%s", booking_code(4711, code, sizeof(code)));
	assert_int_equal(request_decode(show, strlen(show), &a, &r, &e), REQUEST_OK);
	assert_int_equal(request_booking(&r, "booking"), 4711);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_requests_decode),
	    cmocka_unit_test(bad_requests_are_explained),
	    cmocka_unit_test(items_are_requests_of_their_own),
	    cmocka_unit_test(points_of_the_log),
	    cmocka_unit_test(readings_are_in_tenths),
	    cmocka_unit_test(the_item_at_fault_is_named),
	    cmocka_unit_test(answers_are_written),
	    cmocka_unit_test(secrets_are_not_said_back),
	    cmocka_unit_test(texts_are_limited),
	    cmocka_unit_test(values_can_be_had),
	    cmocka_unit_test(words_and_bookings_can_be_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
