/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Policies for tests, from texts in the test itself. */

#include "config/policy_load.h"

/* A policy_file of a name and a string. */
struct policy_file text_file(const char *name, const char *text);
/* Every problem on a line of its own, in the problems' arena. */
const char *all_problems(struct problems *p);
/* Loads one file of this text with the system's zones; must be without problems. The caller frees
 * it. */
struct policy *load_good(const char *text);
/* Loads it; must have these problems, each on a line. */
void expect_problems(const struct policy_file *files, size_t n, const char *expected);
/* Loads one file of this text; must be without problems and have these warnings, each on a line. */
void expect_warnings(const char *text, const char *expected);
