/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Zones for tests, from this machine's own files. */

#include "lib/zone.h"

struct zone *zone_of(const char *name); /* freed by zone_free; ends the test where there is none */
/* The instant of a local time written `2026-12-04T10:00`. */
int64_t instant_of(const struct zone *z, const char *local);
