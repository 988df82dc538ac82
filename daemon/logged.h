/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A pole's log, command by command as it was decided, its chain of hashes verified on the way. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"

struct db_session;

struct logged_event {
	int seq;
	const char *kind, *change;
	int64_t subject; /* the number of the record; of a policy 0 */
	const char *private1, *private2; /* as change_decode() takes them */
	bool is_altered;		 /* its hash is not that of what it says */
};

/* The events of one command; of logs from before commands were kept, those of one version. */
struct logged {
	int64_t version, at;
	uint32_t actor; /* 0: the daemon */
	const char *request; /* proto/request_text.h, or "START"; NULL: not known */
	bool is_first;	     /* of its version */
	struct logged_event *events;
	size_t n, cap;
};

struct logged_ops {
	void (*command)(void *arg, const struct logged *l);
	/* The log itself is not in order there. */
	void (*fault)(void *arg, int64_t version, int seq, const char *text);
};

/* Where a pole's log ends, by the row of the pole. */
struct log_end {
	int32_t pole;
	int64_t version;
	char head[65];
};
/* > 0: no such pole, or why it cannot be known (512 bytes). */
int log_end(struct db_session *session, const char *pole, struct log_end *ret, char *ret_why);

/* Reads the log up to there, a row at a time, in one snapshot (blocking). > 0: why. */
int logged_read(struct db_session *session, const struct log_end *end, const struct logged_ops *ops,
		void *arg, char *ret_why);
