/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A pole to try rules on: members m1 (founder) and m2 (small), two persons of each and a coordinator; what is granted is applied at once. */

#include "lib/decide.h"
#include "tests/lib/fixture.h"

#define RULES_NOW "2026-11-02T09:00" /* a Monday */

/* Of when_days(). */
#define WEEKDAYS 0x1f
#define SATURDAY_SUNDAY 0x60

enum { ADA = 1, BEN, CLO, DAN, COORDINATOR }; /* Ada and Ben of m1, Clo and Dan of m2 */

struct rules_scene {
	struct pole *pole;
	struct policy *policy; /* until it begins */
	struct resource *van, *laser, *cnc, *kit; /* van: van-1 of m1, van-2, van-3; kit: two units; laser and cnc: one each */
	struct arena arena;
	int64_t now;
	struct answer answer; /* to the last request */
	int64_t last; /* the last booking that was made */
};

void rules_scene_init(struct rules_scene *s, const char *now);
/* All rules are in the policy. */
void rules_scene_begin(struct rules_scene *s);
void rules_scene_clear(struct rules_scene *s);
void rules_scene_qualify(struct rules_scene *s, int person, const char *word, const char *since, const char *until, uint32_t issuer);

/* A rule about one thing (NULL: all), in the line of the policy after the last. */
struct rule *rules_add(struct rules_scene *s, struct resource *r, const char *name, struct limit limit);
struct rule *rules_also_for(struct rules_scene *s, struct rule *rule, struct resource *r);
struct limit limit_quota(enum quota_of of, enum quota_measure measure, int64_t at_most, enum quota_window window);
struct limit limit_rolling(enum quota_measure measure, int64_t at_most, int64_t days, int64_t seconds);
struct limit limit_qualification(const char *word, int64_t held_days, bool own_issuer);
struct when when_days(struct rules_scene *s, unsigned days, int from_hour, int to_hour); /* to_hour 0: all day */
/* Adds "van-1 first for its owner": on weekdays from 8 to 13, each until seven days before, as a municipal minibus is kept (DOMAIN 1.2). */
void rules_keep_van_1(struct rules_scene *s);

/* Whether it is granted. Times as in fixture_at(). */
bool rules_book(struct rules_scene *s, int person, const char *what, const char *from, const char *to);
bool rules_ask(struct rules_scene *s, int person, const struct ask_book *ask);
bool rules_move(struct rules_scene *s, int person, int64_t booking, const char *from, const char *to);
/* Puts another image in its place, as a decision of another part would. */
struct booking *rules_alter(struct rules_scene *s, int64_t booking); /* a copy; */
void rules_put(struct rules_scene *s, struct booking *altered);	     /* takes it */
/* Whether the last answer refuses by that rule, for that reason, with its place. */
bool rules_refused_by(const struct rules_scene *s, const char *rule, enum reason reason);
const struct refusal *rules_refusal(const struct rules_scene *s, const char *rule); /* NULL: none */
