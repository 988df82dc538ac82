/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The private cluster's files and processes; which of its directories is whose is told in
 * embedded.c. No libpq here. */

#include <stdbool.h>
#include <sys/types.h>

#define CLUSTER_WHY_BYTES 512

struct cluster {
	char *dir;  /* DIR/pg: socket, log, lock */
	char *data; /* DIR/pg/data */
	char *bin;  /* where postgres and initdb are */
	char *user; /* whom it runs as */
	uid_t uid;
	gid_t gid;
	char *starter; /* the system's name of who starts it: may be owner of everything in it */
};

/* Finds everything and makes DIR/pg. > 0: why. */
int cluster_locate(const char *state_dir, const char *bin_dir, struct cluster *ret, char *ret_why);
void cluster_release(struct cluster *c);

/* As the cluster's user. > 0: why. */
int cluster_make(const struct cluster *c, char *ret_why); /* initdb, where it was not done */
int cluster_configure(const struct cluster *c,
		      char *ret_why);	      /* settings and who may connect, anew */
pid_t cluster_spawn(const struct cluster *c); /* the postmaster; < 0: -errno */

/* A system user who may connect as `mutuald` from now on. > 0: why. */
int cluster_allow(const struct cluster *c, const char *user, char *ret_why);

enum cluster_state { CLUSTER_NONE, CLUSTER_STARTING, CLUSTER_READY, CLUSTER_STOPPING };
/* What postmaster.pid and /proc say. ret_pid is 0 where there is none. */
enum cluster_state cluster_state(const struct cluster *c, pid_t *ret_pid);
void cluster_last_words(const struct cluster *c, char *ret,
			size_t n); /* the log's last line that is an error */
