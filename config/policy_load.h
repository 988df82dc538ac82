/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * YAML files to a policy. Reads from memory, opens nothing but zone files through the loader that it is given. Collects every
 * problem rather than stopping at the first.
 */

#include <stddef.h>

#include "lib/policy.h"

#define POLICY_FILE_MAX_BYTES (1024 * 1024)
#define POLICY_MAX_FILES 64
#define POLICY_MAX_DEPTH 32

struct problem {
	struct place place; /* line 0: the whole file, or the whole policy */
	const char *text;   /* what, and what was probably meant */
};

struct problems {
	struct arena arena;
	struct problem *items; /* sorted by file, line, column */
	size_t n, cap;
};
void problems_clear(struct problems *p);
void problems_add(struct problems *p, struct place place, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* `pole.yaml:12:5: unknown key "horizn"; did you mean "horizon"?` in the problems' arena */
const char *problem_text(struct problems *p, const struct problem *problem);

/* Gives a zone for an IANA name; the caller owns it. > 0: no such zone. */
typedef int zone_loader(void *arg, const char *name, struct zone **ret);

enum { POLICY_LOAD_OK = 0, POLICY_LOAD_E_PROBLEMS = 1 };
/* The files are copied into the policy. ret_policy is the caller's (policy_free); untouched where there are problems. */
int policy_load(const struct policy_file *files, size_t n_files, zone_loader *zones, void *arg, struct policy **ret_policy,
		struct problems *ret_problems);

/* Reads *.yaml of a directory into files (owned by the arena), sorted by name. Problems: unreadable, too large, none found. */
int policy_read_dir(const char *dir, struct arena *a, struct policy_file **ret_files, size_t *ret_n, struct problems *ret_problems);

/* The system's zone files, each name read once and shared by copies of its bytes. Refuses names that leave the folder. */
int zone_from_system(void *arg, const char *name, struct zone **ret);
