/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Start-up: every pole of the policy directory becomes known, and one that is new is made, blocking, before anything listens. And what the directory
 * says later.
 */

#include "config/policy_load.h"

struct served;
struct server;

/* 0, or > 0 with what is wrong in ret_problems. A pole that is new gets its policy and its first administrator, whose token goes to
 * STATE_DIR/admin.token. */
int start_poles(struct server *server, struct problems *ret_problems);
/* --check: every policy of the directory is loaded, nothing else. */
int check_poles(const char *policy_dir, struct problems *ret_problems);
/* SIGHUP: reads every pole's directory and applies what has changed, by way of its log. */
void reload_poles(struct server *server);
/* The same for one that is in memory. */
void reload_pole(struct served *s);
/* Warns where a pole's directory does not say what its policy does. */
void compare_policy(const struct served *s);
/* The hash of the files of a pole's directory, as of a policy's (65 bytes); of none that there could be where they cannot be read. */
void policy_dir_hash(const char *dir, const char *name, char *ret);
