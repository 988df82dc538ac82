/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Makes poles that the database does not have yet, blocking: each gets its policy and its first administrator, whose token goes to
 * STATE_DIR/admin.token. A hundred in a transaction; what of them is not committed is not there, and is made at the next start. Every few seconds
 * the log, and systemd, are told how far it is.
 */

#include <stdbool.h>
#include <stddef.h>

struct db_session;
struct policy;
struct pole_maker;
struct server;

enum { POLE_MADE, POLE_E_NO_POLICY, POLE_E_FAILED };

/* Borrows the session. So many are to be made; alone: the one pole that there is. */
struct pole_maker *pole_maker_new(struct server *server, struct db_session *session, size_t n, bool alone);
/* Takes the policy; NULL: it has none that holds, which is enough where another daemon has made the pole meanwhile. POLE_E_FAILED: why (512
 * bytes), and those of the same transaction are not made either. Those that are made are known to the server. */
int pole_maker_add(struct pole_maker *m, const char *name, struct policy *policy, char *ret_why);
/* Commits the last of them, and frees. POLE_MADE or POLE_E_FAILED. */
int pole_maker_end(struct pole_maker *m, char *ret_why);
