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

/* The daemon has every role; a person, while active, one of these. */
bool asker_has_role(const struct asker *who, uint32_t roles);
bool asker_is_of(const struct asker *who, uint32_t member);
/* Whether all that was asked for is the asker's to manage. */
bool asker_manages_all(const struct pole *p, const struct asker *who, const struct booking *b);
/* Bits of enum mover: as what the asker may change this booking; 0: not at all. */
unsigned asker_movers(const struct pole *p, const struct asker *who, const struct booking *b);
