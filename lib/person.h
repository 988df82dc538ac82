/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A person acts for a member and has roles. Names and addresses are kept apart, so that they can be erased. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

struct person {
	uint32_t refs;
	uint32_t number; /* p17 is 17 */
	uint32_t member; /* 0: of the pole itself */
	uint32_t roles;
	bool active;
	const char *name, *mail; /* "" once erased; never in the log */
	size_t n_credentials;
	struct credential credentials[];
};

struct person *person_new(const char *name, const char *mail, size_t n_credentials); /* refs 1 */
struct person *person_ref(struct person *p);
void person_unref(struct person *p); /* takes NULL */
int person_number_from_code(const char *code, uint32_t *ret); /* "p17"; > 0: not a code */
