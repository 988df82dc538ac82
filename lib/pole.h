/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The whole state of a pole in memory. It changes only by pole_apply(), and only by what is durable (or, for the
 * length of one decision on several commands, by what is about to be).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/change.h"
#include "lib/directory.h"
#include "lib/policy.h"
#include "lib/timeline.h"

struct pole;

struct pole *pole_new(void);
void pole_free(struct pole *p); /* takes NULL */
/* Frees up to so many bookings; false: there are more. A pole of which some are freed is good for nothing but being freed. */
bool pole_free_some(struct pole *p, size_t most);

/* Applies changes in order; lanes are taken by what stands at the end, so that bookings of one list may swap them. Asserts
 * that each `before` is the pole's present image. */
void pole_apply(struct pole *p, struct changes *c);
/* Puts a booking that is durable into a pole that is being read from the database, as a change that made it would. Takes the reference. */
void pole_take(struct pole *p, struct booking *b);
/* Undoes them: last first, images swapped, then swapped back, so that they can be applied again. */
void pole_undo(struct pole *p, struct changes *c);

const struct policy *pole_policy(const struct pole *p); /* NULL before the first */
int64_t pole_next_booking(const struct pole *p); /* the number that the next booking will have */
uint32_t pole_next_person(const struct pole *p);
const struct booking *pole_booking(const struct pole *p, int64_t number); /* NULL if not in memory */
/* Outages that are neither lifted nor forgotten, in order of number. */
const struct outage *pole_outages(const struct pole *p, size_t *ret_n);
const struct outage *pole_outage(const struct pole *p, int64_t number); /* NULL if none */
int64_t pole_next_outage(const struct pole *p);
const struct person *pole_person(const struct pole *p, uint32_t number); /* NULL if none */
const struct person *pole_person_by_token(const struct pole *p, const char *hash); /* active, not withdrawn; or NULL */
size_t pole_n_bookings(const struct pole *p);
size_t pole_n_persons(const struct pole *p);
/* For looking through all: person numbers are 1..pole_next_person()-1; bookings in order of number. */
const struct booking *pole_booking_after(const struct pole *p, int64_t number); /* the next higher in memory; NULL at the end */

/* Raises the counters past the highest numbers that exist in the database but not in memory. */
void pole_reserve_numbers(struct pole *p, int64_t booking, uint32_t person);
void pole_reserve_outages(struct pole *p, int64_t outage);
/* Forgets bookings that are not pending and whose allocations (where none, whose span) all ended at `before` or earlier, and such outages, and
 * raises the floor to it. A little at a time: looks at so many bookings at the most after *number, which goes on (0 at first). What a change on its
 * way holds on to stays, for the next time. Nothing that is decided depends on how far it has come. True: done. */
bool pole_forget_some(struct pole *p, int64_t before, size_t n, int64_t *number);
int64_t pole_floor(const struct pole *p); /* bookings that ended before this may not be in memory; INT64_MIN at first */
void pole_set_floor(struct pole *p, int64_t floor);

/* What occupies lane 1.. of resource `number`; NULL where nothing ever did. Bookings of resources and lanes that the present
 * policy dropped keep theirs. */
size_t pole_n_lanes(const struct pole *p, uint32_t resource); /* the highest lane that was ever occupied */
const struct timeline *pole_timeline(const struct pole *p, uint32_t resource, uint32_t lane);

/* Bookings of that member (0, where a resource is said: of any), in any state, whose span touches `window`, in order of start; of that
 * resource, as asked for, of their first thing or another (0: any). What is out has not ended: it touches all that comes after its start; what
 * came back early touches all that it was booked until. Stops when fn returns false. */
void pole_each_of_member(const struct pole *p, uint32_t member, uint32_t resource, struct span window,
			 bool (*fn)(void *arg, const struct booking *b), void *arg);
/* What is known of a booking without a look at it. */
struct glance {
	int64_t number;
	struct span span; /* of what is plain */
	uint32_t member, resource; /* resource 0: several */
	enum booking_state state;
	bool is_plain; /* one thing, a single unit of it, for just that span, and not a person's skill */
};
/* The same, but fn is called only for those that `wants` answers true for: who learns from a glance what it wants to know spares the look. */
void pole_glance_at_member(const struct pole *p, uint32_t member, uint32_t resource, struct span window,
			   bool (*wants)(void *arg, const struct glance *g), bool (*fn)(void *arg, const struct booking *b), void *arg);
/* What that member failed in, in order of when it did so: no-shows, late cancellations (not those that were waived), late returns that are
 * back. */
void pole_each_lapse(const struct pole *p, uint32_t member, struct span window, bool (*fn)(void *arg, const struct booking *b), void *arg);
/* Bookings whose state queues, in order of number. */
const int64_t *pole_queue(const struct pole *p, size_t *ret_n);
/* The booking whose due_at comes first; NULL if none is due ever. */
const struct booking *pole_first_due(const struct pole *p);
const struct booking *pole_first_due_but(const struct pole *p, const int64_t *without, size_t n); /* leaving those out */
/* Bookings that owe something for a late end and whose time, which touches the window, others may still take: in order of start. */
void pole_each_owing(const struct pole *p, struct span window, bool (*fn)(void *arg, const struct booking *b), void *arg);

/* Names and numbers. */
uint32_t pole_name_number(const struct pole *p, enum name_kind kind, uint32_t resource, const char *id); /* 0 if none */
const char *pole_name_id(const struct pole *p, enum name_kind kind, uint32_t resource, uint32_t number); /* NULL if none */
const struct resource *pole_resource(const struct pole *p, uint32_t number); /* of the present policy; NULL if gone */
const struct member *pole_member(const struct pole *p, uint32_t number);     /* of the present policy; NULL if gone */
const struct directory *pole_directory(const struct pole *p); /* the same, and by id; empty before the first policy */
/* Gives every name of `policy` its number (known ones keep theirs; lanes of units too; units that the policy dropped but
 * that were known are added to their resource as not in service), and adds a name change for each new one. Places of a capacity
 * have no name: they are lanes 1.. in order. May be repeated on the same policy when the pole has moved on. */
void pole_number(const struct pole *p, struct policy *policy, struct changes *ret);

/* Calls fn for each allocation of this resource (of a composite: of its leaves) that overlaps `window`, in order of start then lane; stops when it
 * returns false. */
void pole_each_allocation(const struct pole *p, uint32_t resource, struct span window,
			  bool (*fn)(void *arg, const struct booking *b, const struct allocation *a), void *arg);
