/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A TLS (or, in tests, plain) stream on raw libevent events: bytes in, bytes out, with back pressure. It owns the fd and the
 * SSL. Callbacks never run before the call that set them returned, nor after stream_close().
 *
 * States: HANDSHAKE → OPEN → PEER_CLOSED (the peer ended its half; what is queued is still written) → SHUTDOWN (our
 * close_notify is queued; the output drains, bounded by a time) → closed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct ssl_ctx_st;
struct stream;

struct stream_ops {
	void (*opened)(void *arg);			     /* handshake done */
	void (*received)(void *arg, const char *bytes, size_t n); /* take all of it */
	void (*drained)(void *arg);			     /* the output went below the low mark after having been above the high mark */
	void (*ended)(void *arg);			     /* the peer ended its half: no more bytes come; answer, then stream_shutdown() */
	void (*closed)(void *arg, const char *why);	     /* the last call: the stream is gone (why: "" in order) */
};

#define STREAM_OUT_HIGH_BYTES (64 * 1024)
#define STREAM_OUT_LOW_BYTES (16 * 1024)
#define STREAM_OUT_MAX_BYTES (4 * 1024 * 1024) /* beyond: the stream fails as "slow reader" */

/* Takes fd (non-blocking). ctx NULL: plain. What is written before `opened` leaves after the handshake. The process ignores SIGPIPE.
 * Before the event base is freed it gets one more turn, in which streams that ended are freed. */
struct stream *stream_new(struct event_base *base, int fd, struct ssl_ctx_st *ctx, const struct stream_ops *ops, void *arg);
void stream_write(struct stream *s, const char *bytes, size_t n); /* queued; sent from the loop, coalesced */
size_t stream_queued_bytes(const struct stream *s);
bool stream_is_congested(const struct stream *s); /* above the high mark, until below the low mark */
void stream_pause(struct stream *s);  /* no more `received` until resumed */
void stream_resume(struct stream *s);
/* Sends what is queued, then close_notify, then waits for the peer to end, then closes; all of it within linger_ms (> 0). No more is
 * received, and what is written after it is forgotten. */
void stream_shutdown(struct stream *s, int linger_ms);
void stream_close(struct stream *s); /* at once; no callback follows; memory goes at the next loop turn */
/* Of all streams together. */
struct stream_counts {
	uint64_t received_bytes, sent_bytes; /* without TLS */
	uint64_t handshake_failures;
};
const struct stream_counts *stream_counts(void);
const char *stream_tls_version(const struct stream *s); /* "TLSv1.3"; "" plain */
