/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones from the system's files; nothing from elsewhere. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/policy_load.h"

static void a_zone_of_the_system(void **state)
{
	struct zone *z = NULL;

	assert_int_equal(zone_from_system(NULL, "Europe/Paris", &z), 0);
	assert_string_equal(zone_name(z), "Europe/Paris");
	assert_int_equal(zone_offset_s(z, 1798761600), 3600); /* 2027-01-01 */
	assert_int_equal(zone_offset_s(z, 1814400000), 7200); /* 2027-07-01 */
	zone_free(z);
}

static void no_zone(void **state)
{
	static const char *const names[] = {"",
					    "Europe/Pari",
					    "Europe",
					    "/etc/passwd",
					    "../../../etc/passwd",
					    "zone1970.tab",
					    "Europe/../Europe/Paris",
					    "Europe/Paris/x"};
	struct zone *z = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(zone_from_system(NULL, names[i], &z) > 0);
	assert_null(z);
}

static void another_folder(void **state)
{
	char europe[] = "/usr/share/zoneinfo/Europe";
	struct zone *z = NULL;

	assert_true(zone_from_system(europe, "Europe/Paris", &z) > 0);
	assert_int_equal(zone_from_system(europe, "Paris", &z), 0);
	zone_free(z);
}

static void a_file_that_is_no_zone(void **state)
{
	char etc[] = "/etc";
	struct zone *z = NULL;

	assert_true(zone_from_system(etc, "passwd", &z) > 0);
	assert_null(z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_zone_of_the_system),
	    cmocka_unit_test(no_zone),
	    cmocka_unit_test(another_folder),
	    cmocka_unit_test(a_file_that_is_no_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
