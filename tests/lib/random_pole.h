/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A pole drawn by lot: a timeline, pools, a capacity, a hall of parts, things that need others. */

#include "lib/decide.h"
#include "tests/lib/zone_file.h"

enum random_resource {
	SOLO,
	POOL,
	VAN,
	CHAIR,
	STAGE,
	FLOOR,
	SIDE,
	HALF,
	HALL,
	BENCH,
	TESS,
	REMI,
	TRAILER,
	LASER,
	N_RANDOM_RESOURCES
};

/* Not yet numbered nor applied. `hard`: with things that share buffers or have a way to go. */
struct policy *random_pole(struct draw *d, bool hard);
