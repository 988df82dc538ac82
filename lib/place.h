/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Where in the policy files something was said; line 0: nowhere (a built-in). */
struct place {
	const char *file;
	int line, column;
};
