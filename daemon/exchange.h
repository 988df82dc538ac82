/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* One request and its answer, from the line that was read to the lines that are written. */

#include <stdbool.h>
#include <stdint.h>

#include "daemon/session.h"
#include "lib/arena.h"
#include "lib/change.h"
#include "lib/decide.h"
#include "proto/buffer.h"
#include "proto/request.h"

struct connection;
struct crowd;
struct server;
struct served;

struct exchange {
	struct exchange *next; /* in the list of a group */
	struct exchange *later; /* in its connection's order */
	bool done; /* answered; waits for those before it on its connection */
	struct connection *connection; /* NULL: it is gone, or the daemon itself asks */
	struct session *session;       /* likewise */
	struct crowd *crowd; /* whose changes on their way it is counted among; NULL: it is not */
	struct server *server;
	struct served *served; /* NULL before AUTH */
	struct served *holds;  /* `served`, kept in memory for as long as the exchange lasts; NULL: not */
	uint32_t person;       /* who asks; 0 before AUTH, or the daemon itself */
	enum language lang;
	struct arena arena;
	struct request request;
	struct buffer reply; /* lines without their tag */
	/* changing verbs */
	struct changes changes;
	struct policy *policy; /* POLICY APPLY: loaded and not yet given to the changes */
	const struct policy_file *policy_files; /* in the arena, to load it again */
	size_t n_policy_files;
	const char *policy_hash;
	const char *token_hash; /* of the token that it came under, in the arena; NULL: the daemon itself asks */
	const char *fingerprint; /* hash of what was asked; NULL: not needed yet */
	const char *kept_reply;	 /* what is kept for the key, where that is not the reply; in the arena */
	bool is_ok; /* the reply so far ends with OK */
	bool granted, policy_applied;
	bool repeated; /* its key was known: the answer is that of the first time */
	int64_t began_us, answered_us; /* metrics_now_us(); 0: not yet */
	int64_t looked_us; /* the same, a moment ago: the time for what is answered at once; 0: it takes longer */
	/* Set by a decision that is granted: writes the reply, once all that follows from it for others is decided, too. */
	void (*tell)(struct exchange *x);
	const struct answer *answer; /* for `tell`; its bookings are those of the changes */
	const struct asked *asked;
	void (*answer_fresh)(struct exchange *x); /* a read that waits until memory is fresh */
	size_t n_due; /* what time does by itself: so many bookings that were due, */
	int64_t first_due; /* the first of them; 0: none was */
	bool told; /* its asker was told that the outcome is unknown: a ghost went in its place */
	void (*on_drained)(struct exchange *x);
	void (*on_finish)(struct exchange *x); /* the daemon's own commands: told at the end, before it is freed; NULL: none */
};

struct exchange *exchange_new(struct server *server, struct connection *connection, struct session *session);
/* The same, where the clock was just read (metrics_now_us()). */
struct exchange *exchange_new_at(struct server *server, struct connection *connection, struct session *session, int64_t now_us);
void exchange_free(struct exchange *x);
/* It is about that pole (NULL: none), which stays in memory until it is freed. */
void exchange_serve(struct exchange *x, struct served *s);
/* Sends the reply to whoever waits for it, and frees. */
void exchange_finish(struct exchange *x);
/* A stand-in that takes over connection and tag, to be answered while `x` itself is still on its way. Sets x->told. */
struct exchange *exchange_ghost(struct exchange *x);
/* Sends the lines there are so far, for a long answer. False: the reader is slow; on_drained will be called when it is ready for more. */
bool exchange_flush(struct exchange *x);

/* Whether whoever has this token may call the verb, as memory has it now; if not the reply is written. */
bool exchange_is_allowed(struct exchange *x, const char *token_hash);
/* Takes the policy that POLICY APPLY is to apply, and copies its files, for it may be decided again when the first is used up. */
void exchange_keep_policy(struct exchange *x, struct policy *policy);
int64_t exchange_now_us(const struct exchange *x); /* metrics_now_us(), as its answer has it */
struct asker exchange_asker(const struct exchange *x);
const struct policy *exchange_policy(const struct exchange *x);

/* Final lines. Keys may be added to the writer before line_end(). */
void reply_ok(struct exchange *x, struct line_writer *w);
void reply_data(struct exchange *x, struct line_writer *w, const char *kind);
/* NO, BAD or ERR with its text; all lines of the reply so far stay. */
void reply_code(struct exchange *x, struct line_writer *w, enum code code, const struct fill *fills, size_t n_fills);
void reply_fail(struct exchange *x, enum code code, const struct fill *fills, size_t n_fills); /* the same, whole */
#define FILLS(...) ((const struct fill[]){ __VA_ARGS__ }), sizeof((const struct fill[]){ __VA_ARGS__ }) / sizeof(struct fill)
