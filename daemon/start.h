/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Start-up: every pole of the policy directory is made or loaded, blocking, before anything listens. */

#include "config/policy_load.h"

struct server;

/* 0, or > 0 with what is wrong in ret_problems. A pole that is new gets its policy and its first administrator, whose token goes to
 * STATE_DIR/admin.token. */
int start_poles(struct server *server, struct problems *ret_problems);
/* --check: every policy of the directory is loaded, nothing else. */
int check_poles(const char *policy_dir, struct problems *ret_problems);
/* SIGHUP: reads every pole's directory and applies what has changed, by way of its log. */
void reload_poles(struct server *server);
