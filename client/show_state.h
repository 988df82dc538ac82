/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* States of bookings, and what happened to them, in words; the time that is left for an answer. */

#include "client/screen.h"
#include "client/session.h"

const char *show_state(const char *state); /* what is not known stays as it is */
enum colour state_colour(const char *state);
const char *show_cause(const char *cause); /* `replaced`: found another place */

/* How long it is from now until a moment of the wire: `3h 20m`; NULL: it has passed, or is none. */
const char *show_left(struct session *s, const char *until);
/* How long the second is after the first, both of the wire; NULL: it is not. */
const char *show_between(struct session *s, const char *from, const char *to);
/* The state word of the wire with what has to be known at a glance: `waiting 2/3`, `held 3h 20m`.
 * For a column of states. */
const char *line_standing(struct session *s, const struct line *l);
/* Its span, or for what waits for any time of a window: 3h within that. */
const char *line_wish(struct session *s, const struct line *l);
