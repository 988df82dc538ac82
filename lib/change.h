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

enum change_kind { CHANGE_BOOKING, CHANGE_PERSON, CHANGE_NAME, CHANGE_POLICY, CHANGE_OUTAGE, CHANGE_NOTE, N_CHANGE_KINDS };
extern const char *const change_kind_words[N_CHANGE_KINDS];

/* Free text about a booking or an outage. The pole does not keep it: only the database does, apart from the log. */
enum note_about { NOTE_BOOKING, NOTE_OUTAGE, N_NOTE_ABOUTS };
extern const char *const note_about_words[N_NOTE_ABOUTS];
enum note_kind {
	NOTE_REASON, /* of an outage, an approval, a refusal */
	NOTE_CONDITION_OUT, NOTE_CONDITION_BACK, /* of the thing */
	NOTE_DISPUTE, NOTE_SETTLEMENT,
	N_NOTE_KINDS
};
extern const char *const note_kind_words[N_NOTE_KINDS];

struct change {
	enum change_kind kind;
	enum cause cause; /* of a booking: what happened */
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
		struct {
			enum note_about about;
			enum note_kind kind;
			int64_t number;
			char *text; /* owned */
		} note;
	};
};

struct changes {
	struct change *items;
	size_t n, cap;
};

void changes_add_booking(struct changes *c, enum cause cause, struct booking *before, struct booking *after); /* refs before, takes after */
void changes_add_person(struct changes *c, struct person *before, struct person *after);    /* refs before, takes after */
void changes_add_name(struct changes *c, struct name name); /* copies id */
void changes_add_policy(struct changes *c, struct policy *before, struct policy *after); /* borrows before, takes after */
void changes_add_outage(struct changes *c, const struct outage *before, const struct outage *after); /* copies; NULL: none */
void changes_add_note(struct changes *c, enum note_about about, int64_t number, enum note_kind kind, const char *text); /* copies */
/* Moves all of `from` behind those of `c`; leaves `from` empty. */
void changes_append(struct changes *c, struct changes *from);
void change_swap(struct change *c); /* before <-> after; what was applied is then not yet applied, and the other way */
void changes_clear(struct changes *c);
