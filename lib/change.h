/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What a decision would change: records with their image before and after. Applying and undoing are the same
 * function with the images swapped.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/booking.h"
#include "lib/outage.h"
#include "lib/person.h"

struct policy;

enum name_kind { NAME_RESOURCE, NAME_MEMBER, NAME_UNIT, N_NAME_KINDS };
extern const char *const name_kind_words[N_NAME_KINDS];

struct name { /* the stable number of a name; for a unit, `resource` says whose and `number` is its lane */
	enum name_kind kind;
	uint32_t resource, number;
	const char *id;
};

enum change_kind { CHANGE_BOOKING, CHANGE_PERSON, CHANGE_NAME, CHANGE_POLICY, CHANGE_OUTAGE, N_CHANGE_KINDS };
extern const char *const change_kind_words[N_CHANGE_KINDS];

struct change {
	enum change_kind kind;
	union { /* NULL before: made; NULL after: unmade (only by undoing) */
		struct {
			struct booking *before, *after; /* a reference each */
		} booking;
		struct {
			struct person *before, *after; /* a reference each */
		} person;
		struct {
			bool made; /* before: false, after: true; swapped when undoing */
			struct name name; /* id is owned by the change */
		} name;
		struct {
			struct policy *before, *after;
			bool applied; /* false: the change owns `after`; true: the pole has it, the change owns `before` */
		} policy;
		struct {
			struct outage before, after; /* number 0: none; a lifted one is none either, to the pole */
		} outage;
	};
};

struct changes {
	struct change *items;
	size_t n, cap;
};

void changes_add_booking(struct changes *c, struct booking *before, struct booking *after); /* refs before, takes after */
void changes_add_person(struct changes *c, struct person *before, struct person *after);    /* refs before, takes after */
void changes_add_name(struct changes *c, struct name name); /* copies id */
void changes_add_policy(struct changes *c, struct policy *before, struct policy *after); /* borrows before, takes after */
void changes_add_outage(struct changes *c, const struct outage *before, const struct outage *after); /* copies; NULL: none */
void change_swap(struct change *c); /* before <-> after; what was applied is then not yet applied, and the other way */
void changes_clear(struct changes *c);
