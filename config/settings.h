/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The daemon's own settings: a YAML file and the command line, which wins. One row per setting in a
 * table that the file reader, the option parser and the help text read. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/policy_load.h"

struct settings {
	struct arena arena;
	const char *state_dir;	  /* default /var/lib/mutuald */
	const char *policy_dir;	  /* default /etc/mutuald/poles: one directory per pole */
	const char *listen;	  /* ADDR:PORT, default 127.0.0.1:7823 */
	const char *metrics;	  /* ADDR:PORT; NULL: none */
	const char *database;	  /* conninfo; NULL: embedded */
	const char *user;	  /* run as; NULL: stay */
	const char *postgres_bin; /* NULL: found */
	const char *names;	  /* further names and addresses in the server certificate,
				     comma-separated; NULL: none */
	const char *tls_certificate, *tls_key; /* NULL: its own CA */
	bool tls12;			       /* allow TLS 1.2 with AEAD and ECDHE */
	long max_connections, max_connections_per_address, max_connections_per_member;
	long max_requests_per_member; /* changes on their way at once */
	long auth_timeout_s, idle_timeout_s;
	long rest_after_s;    /* a pole that nobody uses is let go of then */
	int64_t memory_bytes; /* beyond it poles are let go of sooner */
	bool check;   /* --check: validate and exit */
	const char *replay; /* --replay: decide this pole's log again and exit; NULL: not */
	bool verify; /* --verify [POLE]...: compare the database with its log and exit */
	const char **verify_poles; /* which; none: every pole */
	size_t n_verify_poles;
	bool migrate; /* --migrate: migrate the database and exit */
	bool verbose;
};

enum {
	SETTINGS_OK = 0,
	SETTINGS_E_PROBLEMS = 1,
	SETTINGS_HELP = 2,
	SETTINGS_VERSION = 3,
	SETTINGS_POLICY_SCHEMA = 4,
};
/* Reads --config FILE first, then the rest of the command line over it. */
int settings_load(int argc, char **argv, struct settings *ret, struct problems *ret_problems);
void settings_clear(struct settings *s);
/* `mutuald --help`, in the arena of s. */
const char *settings_help(struct settings *s);
