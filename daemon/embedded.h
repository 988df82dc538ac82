/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A private PostgreSQL under DIR: DIR/pg/data, socket in DIR/pg (no TCP). Made on first use
 * (initdb, UTF-8, checksums), adopted if one is running from a daemon that died, started otherwise,
 * watched while we live, stopped with us. As root it runs as the user `postgres`.
 */

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct embedded;

/* Blocking; returns when it answers connections, or > 0 with text in ret_why (512 bytes). bin_dir
 * NULL: found. */
int embedded_start(const char *state_dir, const char *bin_dir, struct embedded **ret,
		   char *ret_why);
/* One that is there already and only read: of a daemon that runs, or started for us. Nothing is made
 * or migrated. ret: to be stopped; NULL where it was running and goes on. > 0: why. */
int embedded_open(const char *state_dir, const char *bin_dir, struct embedded **ret,
		  char *ret_conninfo, size_t conninfo_bytes, char *ret_why);
/* A system user that the daemon will become: may connect as `mutuald` from now on. Call it before
 * giving up root. > 0: why. */
int embedded_allow(struct embedded *e, const char *user, char *ret_why);
/* Watches it in the loop: whenever it dies it is started again. fn is told when it was. */
void embedded_watch(struct embedded *e, struct event_base *base, void (*restarted)(void *arg),
		    void *arg);
void embedded_stop(
    struct embedded *e); /* in order (fast shutdown), blocking up to 30 s; frees; takes NULL */
/* For the owner (migrations) and for the daemon's own role. */
const char *embedded_owner_conninfo(const struct embedded *e);
const char *embedded_conninfo(const struct embedded *e);
