/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A request as the log keeps it, for whoever decides it again: its verb and keys in the order of the verb's row, the values of
 * one key as they were given; without its tag, its idempotency key, secrets, and whatever is free text (DESIGN 4: only notes and persons
 * hold that). Free text that has to be there stands as `-`, so that what is kept is a request:
 *   BOOK what=van from=2026-12-05T08:00 for=4h        PERSON ADD name=- member=m02
 */

#include "proto/request.h"

/* Appends it, without LF. Where it would be longer than a line may be: the verb alone. */
void request_text(const struct request *r, struct buffer *out);
/* Whether the values of this key are kept; else they are secret, or free text. */
bool request_key_is_told(const struct verb_key *k);
