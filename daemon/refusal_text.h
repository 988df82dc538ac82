/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Why not, in words; and what a refusal is about. */

#include "daemon/answer.h"

/* The text of one refusal in the asker's language. */
const char *refusal_text(struct exchange *x, const struct refusal *r, const struct answer *answer, const struct asked *asked);
/* What was asked for as the item of a refusal. */
const char *asked_what(const struct exchange *x, const struct asked *asked, uint32_t item);
/* The resource that a refusal is about: what cannot come along, where that is why; who is in the way says of what. NULL: none. */
const struct resource *refused_resource(const struct exchange *x, const struct refusal *r, const struct answer *answer, const char *what);
const char *closed_name(const struct exchange *x, const struct refusal *r); /* of the day that is closed; NULL: none */
