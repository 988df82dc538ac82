/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a policy is warned of: lines that cannot mean anything together. And what it is not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/config/loading.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Eight lines; what a case adds begins on line 9, within the van. */
#define POLE                                                                                       \
	"pole: essai\n"                                                                            \
	"zone: Europe/Paris\n"                                                                     \
	"sites: {town: {}}\n"                                                                      \
	"members: {m01: {name: La Remise, class: founder}}\n"                                      \
	"resources:\n"                                                                             \
	"  room: {kind: premises, hours: \"Mon-Fri 08:00-18:00\"}\n"                               \
	"  van:\n"                                                                                 \
	"    kind: equipment\n"
#define RULE "rules:\n  - name: r\n    "

static const struct {
	const char *text, *warnings;
} cases[] = {
    {POLE, ""},
    /* durations */
    {POLE "    duration: 2h..1d\n" RULE "duration: ..1h\n",
     "pole.yaml:11:5: \"r\" allows at most 1h, but \"van duration\" (pole.yaml:9:5) wants at least "
     "2h: no booking of van can keep both"},
    {POLE "    duration: 2h..1d\n" RULE "duration: ..1h\n    for: room\n", ""},
    {POLE "    duration: ..1d\n" RULE "duration: 2d..\n    members: founder\n",
     "pole.yaml:11:5: \"r\" wants at least 2d, but \"van duration\" (pole.yaml:9:5) allows at most "
     "1d: no booking of van can keep both"},
    /* two that never meet */
    {POLE RULE "duration: ..1d\n    when: Sat\n  - {name: s, when: Sun, duration: 2d..}\n", ""},
    /* lead and horizon */
    {POLE "    lead: 10d\n" RULE "horizon: 1w\n",
     "pole.yaml:11:5: \"r\" allows only the next 1w, but \"van lead\" (pole.yaml:9:5) wants 10d of "
     "notice: no booking of van can keep both"},
    {POLE "    horizon: 1w\n" RULE "lead: 10d\n    members: founder\n",
     "pole.yaml:11:5: \"r\" wants 10d of notice, but \"van horizon\" (pole.yaml:9:5) allows only "
     "the next 1w: no booking of van can keep both"},
    {POLE "    lead: 7d\n    horizon: 7d\n", ""},
    {POLE "    lead: 100d\n    horizon: {opens: 1st 08:00, months-ahead: 1}\n",
     "pole.yaml:10:5: \"van horizon\" opens after the 100d of notice that \"van lead\" "
     "(pole.yaml:9:5) wants: no booking of van can keep both"},
    /* slots */
    {POLE "    slots: half-days\n    duration: ..4h\n",
     "pole.yaml:9:5: \"van slots\" has no slot as short as the 4h of \"van duration\" "
     "(pole.yaml:10:5): no booking of van can keep both"},
    {POLE "    slots: half-days 09:00-13:00 14:00-18:00\n    start: every 4h\n",
     "pole.yaml:9:5: \"van slots\" has no slot that begins as \"van start\" (pole.yaml:10:5) "
     "wants: no booking of van can keep both"},
    {POLE "    slots: half-days\n    start: every 4h\n    duration: ..5h\n", ""},
    /* quotas */
    {POLE "    duration: 3h..\n" RULE "quota: {at-most: 2h, per: calendar week}\n",
     "pole.yaml:11:5: \"r\" is less than the shortest booking of van, 3h by \"van duration\" "
     "(pole.yaml:9:5): whoever it counts for can book none"},
    {POLE "    duration: 3d..\n" RULE "quota: {at-most: 2 days, in: 7d}\n",
     "pole.yaml:11:5: \"r\" is less than the shortest booking of van, 3d by \"van duration\" "
     "(pole.yaml:9:5): whoever it counts for can book none"},
    {POLE "    duration: 3h..\n" RULE "quota: {at-most: 3h, per: calendar week}\n", ""},
    /* when */
    {POLE RULE "lead: 1h\n    for: room\n    when: Sat..Sun\n",
     "pole.yaml:10:5: \"r\" never holds: room is closed at those times"},
    {POLE RULE "lead: 1h\n    for: room\n    when: {hours: \"18:00-22:00\"}\n",
     "pole.yaml:10:5: \"r\" never holds: room is closed at those times"},
    {POLE RULE "lead: 1h\n    for: room\n    when: {hours: \"17:00-22:00\"}\n", ""},
    {POLE RULE "lead: 1h\n    when: Sat..Sun\n", ""},
    {POLE RULE "lead: 1h\n    when: {days: Sat, hours: \"Mon 08:00-12:00\"}\n",
     "pole.yaml:10:5: \"r\" never holds: its `when` is never"},
    {POLE RULE "lead: 1h\n    when: {months: Jan, dates: 2026-12-24..2026-12-31}\n",
     "pole.yaml:10:5: \"r\" never holds: its `when` is never"},
    {POLE RULE "lead: 1h\n    when: {months: Jan, dates: 2026-12-24..2027-01-01}\n", ""},
    /* keeps */
    {POLE RULE "for: van\n    keep: {for: m01}\n",
     "pole.yaml:10:5: \"r\" keeps van from all others at all times; if that is meant, write `who`, "
     "else add `until: 7d before`"},
    {POLE RULE "for: van\n    keep: {for: m01, when: Mon-Sun 00:00-24:00}\n",
     "pole.yaml:10:5: \"r\" keeps van from all others at all times; if that is meant, write `who`, "
     "else add `until: 7d before`"},
    {POLE RULE "for: room\n    keep: {for: m01, when: Mon-Fri 07:00-20:00}\n",
     "pole.yaml:10:5: \"r\" keeps room from all others at all times; if that is meant, write "
     "`who`, else add `until: 7d before`"},
    {POLE RULE "for: room\n    keep: {for: m01, when: Mon-Thu 07:00-20:00}\n", ""},
    {POLE RULE "for: van\n    keep: {for: m01, until: 7d before}\n", ""},
    /* owners */
    {POLE RULE "lead: 1h\n    members: owner\n",
     "pole.yaml:10:5: \"r\" never holds: what it is for belongs to no member"},
    {POLE RULE "who: owner\n",
     "pole.yaml:10:5: \"r\" leaves it to the owner, but what it is for belongs to no member"},
    {POLE "    approval: owner\n",
     "pole.yaml:9:5: \"van approval\" waits for the owner, but what it is for belongs to no "
     "member"},
    {POLE "    approval: owner\n    owner: m01\n", ""},
    {POLE "conflicts: {displace: {by: owner, notice: 72h}}\n",
     "pole.yaml:9:13: owners may displace, but nothing belongs to a member"},
    {POLE "    owner: m01\nconflicts: {displace: {by: owner, notice: 72h}}\n", ""},
    /* hours */
    {POLE "  shop: {kind: premises, hours: \"daily 08:00-12:00 14:00-18:00\", duration: 5h..}\n",
     "pole.yaml:9:66: \"shop duration\" wants at least 5h, but shop is open for at most 4h at a "
     "stretch; shorten it, or add `spans-closed: true`"},
    {POLE "  shop: {kind: premises, hours: \"daily 08:00-24:00, 00:00-02:00\", duration: 18h..}\n",
     ""},
    /* tests */
    {POLE "tests:\n  - {given: [it is noon], when: m01 books van, then: \"granted, nice\"}\n",
     "pole.yaml:10:20: \"noon\" is not understood here; write a time such as 2026-12-11 14:00\n"
     "pole.yaml:10:46: something is missing here; write \"and\", \"on\" or \"from\"\n"
     "pole.yaml:10:64: \"nice\" is not understood here; write a member, \"granted\", "
     "\"requested\", \"held\", \"waiting\", \"refused\", \"first\", \"second\", \"third\", "
     "\"fourth\", …"},
    {POLE "tests:\n  - {when: m01 books van on 2026-12-11 14:00 for 1h, then: granted}\n", ""},
};

static void warnings(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_warnings(cases[i].text, cases[i].warnings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
