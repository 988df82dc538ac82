/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Brings a database to this daemon's schema: numbered migrations sql/migration-NNN.sql, under a lock, forward only. */

struct db_session;

/* 0; > 0 with text in ret_why (512 bytes): refused (a schema newer than ours), or failed (nothing half done). */
int migrate(struct db_session *s, char *ret_why);
