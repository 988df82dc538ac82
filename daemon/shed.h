/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Frees poles a little at a time: one of a million bookings takes a good part of a second, in which everybody else would wait. */

#include <stdbool.h>

struct event_base;
struct pole;
struct shed;

struct shed *shed_new(struct event_base *base);
void shed_free(struct shed *s); /* takes NULL; frees what there is at once */
void shed_pole(struct shed *s, struct pole *p); /* takes the pole; NULL: nothing */
bool shed_is_empty(const struct shed *s);
