/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* One case of a policy's tests, played offline. */

#include "config/policy_load.h"

struct case_policy { /* the policy, and its files to make it again */
	const struct policy *policy;
	const struct policy_file *files;
	size_t n_files;
};

struct case_result {
	bool is_passed;
	const char *instead; /* what came, in the words of `then`: of what was not as meant; of a
				case that passed, what came of the act */
	struct place place;  /* of the sentence that was not as meant, or could not be played */
};

/* Everything lives in the arena. What of its sentences is not understood goes to the problems, and
 * then nothing is played: the result is not passed, and instead NULL. */
void policy_case_run(const struct case_policy *c, const struct policy_test *test, struct arena *a,
		     struct problems *problems, struct case_result *ret);
