/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A daemon without its process: what daemon/main.c has around the poles, and how it dies. */

#include <stdbool.h>

#include "config/settings.h"
#include "daemon/server.h"
#include "tests/simulation/virtual.h"

struct instance {
	struct event_base base;
	struct server server;
	struct settings settings;
	struct served *served;
	bool alive;
	struct event *tick;
	int64_t check_every_us;
};

struct policy;
struct someone {
	const char *name, *member, *token; /* member NULL: of the pole */
	unsigned roles;
};

void pole_make(struct instance *i); /* the pole's first policy and its people, in the tables */
/* The same of another policy (taken) and other people, p1 and so on. */
void pole_make_of(struct instance *i, struct policy *policy, const struct someone *people, size_t n_people);
void instance_start(struct instance *i); /* once the database lets it */
void instance_crash(struct instance *i); /* all that it knew is gone */
void instance_apply_policy(struct instance *i); /* the other of the two there are */

#define N_PEOPLE 7 /* p1 … p6 of three members, p7 a coordinator */
const char *person_token(unsigned person); /* from 1 */
