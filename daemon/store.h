/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Between the core's records and the database's rows: a group's changes as the parameters of pole_commit, and the rows of a pole as
 * its state in memory.
 */

#include <stdint.h>

#include "lib/pole.h"

struct db_params;
struct db_rows;
struct db_session;
struct exchange;
struct command_group;
struct served;
struct server;

/* Writes a group's parameters, from those of its commands that have changes, its `at` and its `batch`; the version that it makes, and the hash of
 * its last event. It goes on top of `after`, which is on its way; NULL: of what is in memory. */
void store_encode(const struct served *s, const struct command_group *after, struct command_group *g);
/* The next hash of the log's chain (65 bytes): of the one before, a line of numbers, the key, the change and, where there is one, the
 * request, each on a line. (What else a row of the log has, it has from these.) */
void store_chain(const char *previous, int64_t version, int seq, int64_t at, uint32_t actor, const char *key, const char *change,
		 const char *request, char *ret);

/* Loads a pole (blocking; see daemon/load.h): persons, names, policy, bookings as far back as the policy looks and all that are pending, kept
 * answers. > 0: why (512 bytes). */
int store_load(struct db_session *session, struct served *s, char *ret_why);
/* A session as the daemon's own role, for loading (blocking). > 0: why. */
int store_session(const struct server *server, struct db_session **ret, char *ret_why);
/* A booking from a row of list_bookings or booking_by_number (sql/); a reference. */
struct booking *store_booking(const struct db_rows *rows, size_t row);
/* A policy from the rows of policy_files (name, text). > 0: it does not load, with the first problem in ret_why (512 bytes). */
int store_policy(const struct db_rows *rows, struct policy **ret, char *ret_why);
void policy_hash(struct policy *p); /* sets p->hash from its files */
void policy_files_hash(const struct policy_file *files, size_t n, char *ret); /* 65 bytes */
