/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands to paste: quoting, and alternatives that keep what was asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client/paste.h"
#include "client/refusal.h"
#include "tests/client/zone_of.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static void quotes(void **state)
{
	static const struct {
		const char *s, *expected;
	} cases[] = {
	    {"van", "van"},
	    {"2026-12-05T08:00+01:00", "2026-12-05T08:00+01:00"},
	    {"", "''"},
	    {"two words", "'two words'"},
	    {"l'été", "'l'\\''été'"},
	    {"$(rm -rf ~)", "'$(rm -rf ~)'"},
	    {"a;b", "'a;b'"},
	    {"`x`", "'`x`'"},
	    {"\\", "'\\'"},
	    {"!x", "'!x'"},
	    {"~", "'~'"},
	    {"a\nb", "'a b'"},
	    {"\033[2J", "'?[2J'"},
	    {"'", "''\\'''"},
	};
	for (size_t i = 0; i < N(cases); i++) {
		struct arena a = {0};
		assert_string_equal(shell_quote(&a, cases[i].s), cases[i].expected);
		arena_clear(&a);
	}
}

/* What sh makes of a quoted word is the word. */
static void the_shell_agrees(void **state)
{
	static const char *const words[] = {
	    "l'été à 8h", "$HOME `id` \"x\" \\ !", "''", "a'b'c", "*", "-n"};
	for (size_t i = 0; i < N(words); i++) {
		struct arena a = {0};
		char got[128] = "";
		FILE *sh = popen(arena_printf(&a, "printf %%s %s", shell_quote(&a, words[i])), "r");
		assert_non_null(sh);
		size_t n = fread(got, 1, sizeof(got) - 1, sh);
		assert_int_equal(pclose(sh), 0);
		assert_int_equal(n, strlen(words[i]));
		assert_string_equal(got, words[i]);
		arena_clear(&a);
	}
}

static struct line decoded(struct arena *a, const char *text)
{
	struct line l;
	size_t at;
	assert_int_equal(line_decode(text, strlen(text), a, &l, &at), LINE_OK);
	return l;
}

struct command_case {
	const char *argv[10];
	struct wanted wanted;
	const char *alternative, *expected;
};

static const struct command_case commands[] = {
    {{"mutual", "book", "van", "sat", "9:00", "3h"},
     {0},
     "alternative rank=1 what=van unit=van-2 from=2026-12-06T08:00+01:00 to=2026-12-06T12:00+01:00",
     "mutual book van --unit van-2 --from 2026-12-06T08:00 --to 2026-12-06T12:00"},
    {{"mutual", "book", "van", "sat", "9:00", "3h", "--purpose", "l'été", "--member=m11",
      "--dry-run"},
     {0},
     "alternative rank=1 what=minibus from=2026-12-06T08:00+01:00 to=2026-12-06T12:00+01:00",
     "mutual book minibus --from 2026-12-06T08:00 --to 2026-12-06T12:00 --purpose 'l'\\''été' "
     "--member m11"},
    {{"mutual", "--profile", "work", "book", "van", "sat", "9:00", "3h"},
     {0},
     "alternative what=van from=2026-12-06T08:00+01:00 to=2026-12-06T12:00+01:00",
     "mutual --profile work book van --from 2026-12-06T08:00 --to 2026-12-06T12:00"},
    {{"mutual", "move", "B7K3QF", "14:00"},
     {.booking = "B7K3QF", .resource = "van"},
     "alternative what=van unit=van-1 from=2026-12-06T08:00+01:00 to=2026-12-06T12:00+01:00",
     "mutual move B7K3QF --unit van-1 --from 2026-12-06T08:00 --to 2026-12-06T12:00"},
    {{"mutual", "move", "B7K3QF", "14:00"},
     {.booking = "B7K3QF", .resource = "van"},
     "alternative what=minibus from=2026-12-06T08:00+01:00 to=2026-12-06T12:00+01:00",
     "mutual book minibus --from 2026-12-06T08:00 --to 2026-12-06T12:00"},
    /* the second 02:30 of that night, and another site's offset: only the offset tells */
    {{"mutual", "book", "van", "sat", "9:00", "3h"},
     {0},
     "alternative what=van from=2027-10-31T02:30+01:00 to=2027-10-31T04:00+01:00",
     "mutual book van --from 2027-10-31T02:30+01:00 --to 2027-10-31T04:00"},
    {{"mutual", "book", "van", "sat", "9:00", "3h"},
     {0},
     "alternative what=x from=2026-12-06T08:00-04:00 to=2026-12-06T12:00-04:00",
     "mutual book x --from 2026-12-06T08:00-04:00 --to 2026-12-06T12:00-04:00"},
    {{"mutual", "book", "van", "sat", "9:00", "3h"},
     {0},
     "alternative what=\"x; rm -rf ~\" from=\"$(id)\" to=2026-12-06T12:00+01:00",
     "mutual book 'x; rm -rf ~' --from '$(id)' --to 2026-12-06T12:00"},
};

static void alternatives(void **state)
{
	struct zone *z = zone_of("Europe/Paris");
	for (size_t i = 0; i < N(commands); i++) {
		struct cli cli = {0};
		char *argv[11] = {NULL};
		int argc = 0;
		for (; argc < 10 && commands[i].argv[argc]; argc++)
			argv[argc] = arena_strdup(&cli.arena, commands[i].argv[argc]);
		assert_int_equal(cli_parse(&cli, argc, argv), EXIT_DONE);
		struct session s = {.cli = &cli, .zone = z};
		struct line l = decoded(&cli.arena, commands[i].alternative);
		assert_string_equal(refusal_command(&s, &commands[i].wanted, &l),
				    commands[i].expected);
		arena_clear(&cli.arena);
	}
	zone_free(z);
}

/* The command that asks the very same again, of every verb that changes something. */
static void requests(void **state)
{
	static const struct {
		const char *argv[8], *request, *expected;
	} cases[] = {
	    {{"mutual", "book", "van"},
	     "1 BOOK key=k what=van from=2026-12-05T08:00 for=4h wait=yes purpose=x",
	     "mutual book van --from 2026-12-05T08:00 --for 4h --purpose x --key k --wait"},
	    {{"mutual", "book", "van"},
	     "1 BOOK key=k what=van from=2026-12-05T08:00 for=4h rule=FREQ=WEEKLY;COUNT=3 "
	     "except=2026-12-12 except=2026-12-19 conflicts=skip",
	     "mutual book van --from 2026-12-05T08:00 --for 4h --rule 'FREQ=WEEKLY;COUNT=3' "
	     "--except 2026-12-12 --except 2026-12-19 --key k --skip-conflicts"},
	    {{"mutual", "wait", "van"},
	     "1 BOOK key=k what=van within=2026-12-05T08:00/2026-12-05T20:00 for=4h wait=yes "
	     "people=7",
	     "mutual wait van --within 2026-12-05T08:00/2026-12-05T20:00 --for 4h --people 7 --key "
	     "k"},
	    {{"mutual", "hold", "van"},
	     "1 HOLD key=k hold-for=20m item=\"what=van from=2026-12-05T08:00 for=4h\" "
	     "item=\"what=tent from=2026-12-05T09:00 for=4h qty=2\"",
	     "mutual hold van --from 2026-12-05T08:00 --for 4h + tent --from 2026-12-05T09:00 "
	     "--for 4h "
	     "--qty 2 --hold-for 20m --key k"},
	    {{"mutual", "pass", "B7K3QF", "--keep"},
	     "1 PASS key=k booking=B7K3QF keep=yes",
	     "mutual pass B7K3QF --key k --keep"},
	    {{"mutual", "out", "B7K3QF"},
	     "1 OUT key=k booking=B7K3QF meter=84210.5 condition=\"a b\" person=p17",
	     "mutual out --person p17 B7K3QF --meter 84210.5 --condition 'a b' --key k"},
	    {{"mutual", "swap", "B7K3QF", "B2M9XA"},
	     "1 SWAP key=k booking=B7K3QF with=B2M9XA",
	     "mutual swap B7K3QF B2M9XA --key k"},
	    {{"mutual", "swap", "B7K3QF", "--withdraw"},
	     "1 SWAP key=k booking=B7K3QF",
	     "mutual swap B7K3QF --key k --withdraw"},
	    {{"mutual", "settle", "B7K3QF", "upheld"},
	     "1 SETTLE key=k booking=B7K3QF decision=upheld text=\"it was\"",
	     "mutual settle B7K3QF upheld 'it was' --key k"},
	    {{"mutual", "close", "hall"},
	     "1 CLOSE key=k what=hall from=2026-12-05T12:00 for=2h reason=x",
	     "mutual close hall --from 2026-12-05T12:00 --for 2h --reason x --key k"},
	    {{"mutual", "person", "qualify", "p17", "laser"},
	     "1 PERSON QUALIFY key=k person=p17 qualification=laser issuer=m12 until=2028-01-01T00:00",
	     "mutual person qualify p17 laser --issuer m12 --until 2028-01-01T00:00 --key k"},
	    {{"mutual", "cancel", "B7K3QF"},
	     "1 CANCEL key=k booking=B7K3QF scope=following",
	     "mutual cancel B7K3QF --key k --following"},
	};
	for (size_t i = 0; i < N(cases); i++) {
		struct cli cli = {0};
		char *argv[9] = {NULL};
		int argc = 0;
		for (; argc < 8 && cases[i].argv[argc]; argc++)
			argv[argc] = arena_strdup(&cli.arena, cases[i].argv[argc]);
		assert_int_equal(cli_parse(&cli, argc, argv), EXIT_DONE);
		struct line l = decoded(&cli.arena, cases[i].request);
		assert_string_equal(paste_request(&cli, &l), cases[i].expected);
		arena_clear(&cli.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quotes),
	    cmocka_unit_test(the_shell_agrees),
	    cmocka_unit_test(alternatives),
	    cmocka_unit_test(requests),
	};
	unsetenv("MUTUAL_PROFILE");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
