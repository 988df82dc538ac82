/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Clients that only look: at some booking, of some daemon, again and again. What they are shown that was not so within the last second, and not said to
 * be old, is told by violation(). */

#include <stddef.h>

struct instance;

void readers_begin(struct instance *instances, size_t n_instances, size_t n);
