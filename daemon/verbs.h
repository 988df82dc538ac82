/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the daemon does for each verb. A verb either answers at once from memory, starts an answer that the database will finish, or
 * decides changes that a group commits.
 */

#include "daemon/exchange.h"

struct verb_action {
	/* Answers at once: the whole reply is written on return. */
	void (*answer)(struct exchange *x);
	/* Starts; exchange_finish() is called later. */
	void (*start)(struct exchange *x);
	/* Changing verbs: `prepare` (NULL: nothing to prepare) looks at what needs no decision and returns false where it has
	 * already written the reply; `decide` writes the reply and the changes, and may be called several times. */
	bool (*prepare)(struct exchange *x);
	void (*decide)(struct exchange *x, int64_t now);
};

extern const struct verb_action verb_actions[N_VERBS]; /* indexed by verb id */
