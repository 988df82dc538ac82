/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/session.h"

/* POLICY EFFECTIVE as a table: each value, in words, and where it is written. */
enum exit_code effective_show(struct session *s, const char *resource);
