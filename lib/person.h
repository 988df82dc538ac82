/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A person acts for a member and has roles. Names and addresses are kept apart, so that they can be erased. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/span.h"

enum role {
	ROLE_MEMBER = 1,	  /* books for the own member */
	ROLE_MANAGER = 2,	  /* sees and alters bookings of every resource */
	ROLE_COORDINATOR = 4, /* a manager who also books on behalf of any member, adds persons, reads reports */
	ROLE_ADMINISTRATOR = 8, /* a coordinator who also applies policies */
};
#define N_ROLES 4
extern const char *const role_words[N_ROLES]; /* in order of the bits */

struct credential {
	char hash[65]; /* hex SHA-256 of the token */
	bool withdrawn;
};

struct qualification { /* what a person may do: a licence, a training */
	char word[64];	 /* "licence-b" */
	uint32_t issuer; /* the member that vouches for it; 0: good everywhere */
	int64_t since, until; /* half-open; TIME_NEVER: does not expire */
};

struct person {
	uint32_t refs;
	uint32_t number; /* p17 is 17 */
	uint32_t member; /* 0: of the pole itself */
	uint32_t roles;
	bool active;
	const char *name, *mail; /* "" once erased; never in the log */
	struct qualification *qualifications; /* in one piece with it */
	size_t n_qualifications;
	size_t n_credentials;
	struct credential credentials[];
};

/* Stands for one who acted and is not there any more (a failover may have lost the commit): not active, of no role and no member. */
extern const struct person person_nobody;
struct person *person_new(const char *name, const char *mail, size_t n_credentials, size_t n_qualifications); /* refs 1 */
/* A copy to be altered before it is shared, with room for so many; what there was is copied as far as it fits. */
struct person *person_copy(const struct person *p, size_t n_credentials, size_t n_qualifications);
/* Whether the token with this hash is one of the person's and opens: they are active, and it is not withdrawn. */
bool person_opens(const struct person *p, const char *hash);
/* Whether all of `during` is covered by it, issued by `issuer` (0: by anyone) or good everywhere, and held since `held_since` or longer. */
bool person_is_qualified(const struct person *p, const char *word, uint32_t issuer, struct span during, int64_t held_since);
struct person *person_ref(struct person *p);
void person_unref(struct person *p); /* takes NULL */
int person_number_from_code(const char *code, uint32_t *ret); /* "p17"; > 0: not a code */
