/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks, as the core is told. */
#include "daemon/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/served.h"
#include "lib/change.h"
#include "lib/resolve.h"

#define EVERY_ROLE (ROLE_MEMBER | ROLE_MANAGER | ROLE_COORDINATOR | ROLE_ADMINISTRATOR)

static void add_person(struct pole *pole, uint32_t number, uint32_t roles, bool active)
{
	struct changes c = {0};
	struct person *p = person_new("Alice", "", 0, 0);

	p->number = number;
	p->roles = roles;
	p->active = active;
	changes_add_person(&c, NULL, p);
	pole_apply(pole, &c);
	changes_clear(&c);
}

/* A person that a failover has lost is not the daemon, who is nobody's person. */
static void test_who_is_gone_may_nothing(void **state)
{
	static const struct {
		uint32_t person;
		bool is_daemon, has_role;
		unsigned movers;
	} cases[] = {
	    {0, true, true, MOVER_HOLDER | MOVER_MANAGER | MOVER_DAEMON},
	    {1, false, true, MOVER_MANAGER},
	    {2, false, false, 0},
	    {3, false, false, 0},
	};
	struct served served = {.pole = pole_new()};
	const struct item item = {.via = ITEM_ASKED};
	struct booking *b = booking_new("", &item, 1, 0);

	add_person(served.pole, 1, ROLE_COORDINATOR, true);
	add_person(served.pole, 2, ROLE_COORDINATOR, false);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct exchange x = {.served = &served, .person = cases[i].person};
		const struct asker who = exchange_asker(&x);

		assert_int_equal(who.person == NULL, cases[i].is_daemon);
		assert_int_equal(asker_has_role(&who, EVERY_ROLE), cases[i].has_role);
		assert_int_equal(asker_movers(served.pole, &who, b), cases[i].movers);
		assert_int_equal(asker_sees_all(served.pole, &who, b), cases[i].has_role);
	}
	booking_unref(b);
	pole_free(served.pole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_who_is_gone_may_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
