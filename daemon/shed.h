/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Frees poles, and the answers kept for them, a little at a time: a million of either take a good part of a second, in which everybody else would
 * wait. */

#include <stdbool.h>

struct event_base;
struct kept;
struct pole;
struct shed;

struct shed *shed_new(struct event_base *base);
void shed_free(struct shed *s); /* takes NULL; frees what there is at once */
/* Takes the pole (NULL: there is none) and the answers, which are none afterwards. */
void shed_pole(struct shed *s, struct pole *p, struct kept *k);
bool shed_is_empty(const struct shed *s);
