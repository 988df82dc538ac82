/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Reads a pole from the database into memory, a little at a time. It knows neither links nor sessions: it says what is to be asked next and takes
 * the answers in the same order, several questions ahead of them, so that the database works on the next page of bookings while the last one is
 * taken in. All is read within one transaction, so it is the pole of one moment.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/kept.h"
#include "lib/pole.h"

struct db_params;
struct db_rows;
struct load;

struct policy_record { /* who applied the running policy */
	int64_t version, at;
	uint32_t by;
};

struct loaded { /* a pole, and where it stands in the log */
	struct pole *pole;
	struct kept kept;
	struct policy_record policy;
	int64_t version, last_at;
	char head[65];
};

struct load *load_new(int32_t pole_id, int64_t now);
void load_free(struct load *l); /* takes NULL; frees what was read so far */
/* Ends it as well: what was read so far, all of it where it is done, is the caller's. */
struct loaded load_end(struct load *l);

struct load_question {
	const char *statement;
	bool binary; /* the answer is to come in binary */
};
/* The next question. False: none before one more answer is taken, or none at all. */
bool load_next(struct load *l, struct load_question *ret, struct db_params *params);
/* The answer to the oldest question that has none yet. > 0: it cannot be loaded, and why (512 bytes). */
int load_take(struct load *l, const struct db_rows *rows, char *ret_why);
bool load_is_done(const struct load *l); /* all is asked and answered */
/* What ends the transaction of a load that failed. */
extern const struct load_question load_over;
