/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * YAML files to a policy. Reads from memory, opens nothing but zone files through the loader that
 * it is given. Collects every problem rather than stopping at the first: where a file is not YAML,
 * what is wrong with each file's YAML; else all that is wrong with what they say.
 */

#include <stddef.h>

#include "config/problem.h"
#include "lib/policy.h"

#define POLICY_FILE_MAX_BYTES (1024 * 1024)
#define POLICY_MAX_FILES 64
#define POLICY_MAX_DEPTH 32
#define POLICY_TEXT_MAX_BYTES 1024 /* any one text in a file */
#define POLICY_NAME_MAX_BYTES 256  /* names, and values of attributes */
#define POLICY_MAX_ATTRIBUTES 32   /* of a resource or a unit */
#define POLICY_MAX_SITES 1000
#define POLICY_MAX_MEMBERS 10000
#define POLICY_MAX_RESOURCES 5000
#define POLICY_MAX_UNITS 500 /* of a resource */
#define POLICY_MAX_ALL_UNITS 100000
#define POLICY_MAX_RULES 1000
#define POLICY_MAX_CLOSURES 1000
#define POLICY_MAX_TESTS 1000
#define POLICY_MAX_SEASONS 32	   /* of one calendar */
#define POLICY_MAX_EXCEPTIONS 1000 /* of one calendar */

/* Gives a zone for an IANA name; the caller owns it. > 0: no such zone. */
typedef int zone_loader(void *arg, const char *name, struct zone **ret);

enum { POLICY_LOAD_OK = 0, POLICY_LOAD_E_PROBLEMS = 1 };
/* The files are copied into the policy. ret_policy is the caller's (policy_free); untouched where
 * there are problems. One with no more than warnings is loaded. < 0: the zone loader's own failure. */
int policy_load(const struct policy_file *files, size_t n_files, zone_loader *zones, void *arg,
		struct policy **ret_policy, struct problems *ret_problems);

/* Where the files name their pole. */
struct place policy_pole_place(const struct policy *p);

/* Reads *.yaml of a directory into files (owned by the arena), sorted by name. Answers as
 * policy_load(). Problems: unreadable, too large, none found, a name that policy_load() would
 * refuse. */
int policy_read_dir(const char *dir, struct arena *a, struct policy_file **ret_files, size_t *ret_n,
		    struct problems *ret_problems);

/* A zone_loader for the system's zone files. `arg` is their folder, a const char *; NULL:
 * /usr/share/zoneinfo. Refuses names that leave the folder. < 0: -errno. */
int zone_from_system(void *arg, const char *name, struct zone **ret);

/* What a policy file may say, as a JSON Schema (draft 07, which editors read), made from the tables
 * that policy_load() reads by; in the arena. */
const char *policy_schema(struct arena *a);
