/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the daemon counts of itself, and the text in which Prometheus reads it (exposition format 0.0.4). No name of a person or a member is
 * ever in it: labels are verbs, codes, links and poles.
 */

#include <stdint.h>

#include "proto/buffer.h"
#include "proto/code.h"
#include "proto/verb.h"

struct exchange;
struct server;

enum { HISTOGRAM_BUCKETS = 16 };

struct histogram { /* of microseconds, or of sizes; bounds double */
	uint64_t buckets[HISTOGRAM_BUCKETS + 1]; /* each its own; the last: beyond all bounds */
	uint64_t count, sum;
};

enum { METRICS_TICK = N_VERBS, METRICS_NO_VERB, METRICS_N_VERBS }; /* what is no verb of a client; a line that could not be read */

struct metrics {
	uint64_t requests[METRICS_N_VERBS][4]; /* by class of the answer */
	uint64_t codes[N_CODES]; /* of answers that are not OK */
	struct histogram whole_us, decide_us, commit_us; /* of a request; of deciding a group; of its commit */
	struct histogram group_commands;
	struct histogram load_us; /* of a pole, from when it was asked for */
	uint64_t load_failures, let_go; /* poles */
	uint64_t status_questions; /* by plain HTTP at the port of TLS (daemon/status_http.h) */
};

int64_t metrics_now_us(void); /* monotonic */
void histogram_add_us(struct histogram *h, int64_t us);
void histogram_add_commands(struct histogram *h, uint64_t n);
/* A request is answered: x->reply has its final line. Logs it, too, where every decision is logged. */
void metrics_answered(struct exchange *x);
uint64_t histogram_mean(const struct histogram *h);
int64_t metrics_resident_bytes(void);
uint64_t metrics_tls_failures(const struct server *server); /* without those who spoke HTTP, and were answered */
/* All of it, as text. */
void metrics_write(const struct server *server, struct buffer *out);
