/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The pole in virtual time: what its people do, one after the other, on the core as the daemon
 * drives it (daemon/group.h): what is due first, then the command, then what follows from it for
 * those who wait.
 */

#include "lib/decide.h"
#include "lib/reason.h"
#include "tests/simulation/demand.h"

struct world;

/* What befell the requests. */
struct figures {
	uint64_t asked, granted, queued, refused, took_alternative;
	uint64_t series_dates, series_granted;
	uint64_t causes[N_CAUSES];
	uint64_t reasons[N_REASONS]; /* of refused requests, each reason named */
	uint64_t by_rule;	     /* refused requests of which a written rule is a reason */
	uint64_t crush_asked, crush_granted, crush_served; /* served: after they had waited */
	uint64_t offers, served; /* served: waited, and had it in the end */
	double waited_s;	 /* those served, from asking to the offer, together */
	uint64_t late, breakdowns, commands, ticks;
	uint64_t checks; /* of commands, by the slow oracles */
};

/* Told of every command after all that follows from it; `n_own` changes are the command's own. */
struct world_watch {
	void (*happened)(void *arg, struct world *w, struct changes *c, size_t n_own);
	void (*refused)(void *arg, struct world *w, const struct answer *a);
	void *arg;
};

struct world {
	struct pole *pole;
	int64_t now, ticked_at;
	struct arena arena; /* of one command */
	const struct demand *demand;
	struct demand_plan plan;
	struct figures figures;
	struct world_watch watch;
	struct agenda *agenda;
	struct life *lives; /* by number of the booking */
	size_t cap_lives;
	const struct desire *asking; /* whose request is being decided */
	uint32_t coordinator;
};

struct policy;
/* Takes the policy. The pole has people, and stands at plan->from. */
struct world *world_new(struct policy *policy, const struct demand_plan *plan);
void world_live(struct world *w,
		const struct demand *d); /* through all that is wanted, and a month more */
void world_free(struct world *w);
const struct desire *world_desire(const struct world *w,
				  int64_t booking); /* that it is for; NULL: of nobody's */
