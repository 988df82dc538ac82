/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Qualifications: the `qualification` lines of an answer, in words and as JSON for a nested
 * column. */

#include "client/ask.h"

const char *qualifications_shown(struct session *s, const struct reply *r); /* NULL: none */
const char *qualifications_nested(struct session *s, const struct reply *r);
