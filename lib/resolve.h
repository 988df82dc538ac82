/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The words of a request, as what they mean in a pole: for whom a booking would be. */

#include "lib/decide.h"
#include "lib/trial.h"

struct party {
	const struct member *member; /* NULL: none said, for looking only */
	uint32_t person;	     /* 0: none */
};

/* Adds a refusal for everything that is unknown or not the asker's to ask. */
void party_resolve(const struct pole *p, const struct asker *who, const struct ask_book *ask,
		   struct refusals *out, struct party *ret);
