/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the members of the example pole want in a year, drawn beforehand: who asks for what, for
 * when, and when they ask. It does not depend on what is granted, so that the same demand can be
 * put to different policies.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/pole.h"

/* Chance that depends on nothing but what it is asked about: the same question has the same answer
 * in every run of a seed, whatever was asked before. From 0 to 1. */
double chance(uint64_t seed, uint64_t subject, int64_t occasion, const char *question);
/* From `least` to `most`, both included. */
int64_t chance_between(uint64_t seed, uint64_t subject, int64_t occasion, const char *question,
		       int64_t least, int64_t most);

struct desire {
	int64_t at;		  /* asked at */
	uint32_t number;	  /* in the order drawn */
	uint32_t person;	  /* who asks; 0: nobody of that member may */
	uint32_t member;	  /* number */
	const char *what, *along; /* along: wanted with it, all or nothing; NULL: nothing */
	uint32_t quantity;	  /* 0: one */
	struct span span;
	unsigned weeks; /* every week, so many times; 0: once */
	int64_t give_s; /* may be that much earlier or later */
	bool own_hitch; /* declared */
	bool is_crush;	/* one of many who ask when it opens */
	bool is_room;
};

struct demand {
	struct desire *items; /* in order of when they are asked */
	size_t n;
};

struct demand_plan {
	uint64_t seed;
	int64_t from; /* a Monday at midnight, local time */
	int weeks;
	double volume;	      /* times that of DOMAIN 6.3 */
	double scarce_volume; /* besides, of vans and minibus */
	double flexible; /* part of what takes less than a day: some hours or days earlier or later will do */
	double patience; /* part of those who wait where it cannot be had */
	int crushes;
};

/* Members with their people and what these are qualified for: adds the persons to the pole. */
void people_add(struct pole *p, uint64_t seed, int64_t now);
/* The pole has the policy and the people. */
void demand_draw(struct demand *ret, const struct pole *p, const struct demand_plan *plan);
void demand_clear(struct demand *d);
