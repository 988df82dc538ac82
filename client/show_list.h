/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Bookings as LIST gives them, a row each. */

#include "client/ask.h"

void show_bookings(struct session *s, const struct reply *r); /* after things_join() */
