/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A pole made by hand, for tests: site and zone Europe/Paris. */

#include "lib/decide.h"

#define FIXTURE_RESOURCES 16
#define FIXTURE_RULES 32

/* An empty policy with a site and the members m1 (class "founder") and m2 (class "small"). */
struct policy *fixture_policy(void);
/* Always open; units `id`-1 to `id`-n, or the nameless places of a capacity. */
struct resource *fixture_resource(struct policy *p, const char *id, size_t n_units);
struct resource *fixture_capacity(struct policy *p, const char *id, size_t n_places);
/* Open Monday to Saturday between these hours of the day. */
void fixture_open(struct policy *p, struct resource *r, int from_hour, int to_hour);
struct rule *fixture_rule(struct policy *p, struct resource *r, const char *member_class,
			  struct limit limit);
struct limit fixture_duration(int64_t min_s, int64_t max_s, int64_t step_s); /* max 0: none */
struct limit fixture_start(int32_t every_s);
struct limit fixture_lead(int64_t days, int64_t seconds);
struct limit fixture_horizon(int64_t days);

/* The unit's only one. */
void fixture_attribute(struct policy *p, struct unit *u, const char *key, const char *value);
void fixture_parts(struct policy *p, struct resource *r, const struct resource *a, const struct resource *b);
/* The trailer needs a van with a hitch, or one's own; the laser a bench, and for its first quarter of an hour a referent, but for who is skilled. */
void fixture_requirements(struct policy *p, const struct resource *van, struct resource *trailer, const struct resource *bench,
			  struct resource *laser);

/* Numbers and applies; takes the policy. */
void fixture_apply(struct pole *p, struct policy *policy);
/* Adds an active person; number 1.. in order. member NULL: of the pole. */
const struct person *fixture_person(struct pole *p, const char *member, uint32_t roles);

int64_t fixture_at(const char *moment); /* "2026-12-05T08:00", local to Paris unless it says */
struct span fixture_span(const char *start, const char *end);
const struct zone *fixture_paris(void); /* read once, kept */
