/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Bytes over a non-blocking socket, plain or TLS (server side): one step at a time, no events, no
 * buffers of its own. The stream above decides when to call and what an answer means.
 */

#include <stdbool.h>
#include <stddef.h>

struct ssl_ctx_st;
struct ssl_st;
struct transport;

enum io {
	IO_DONE,
	IO_WANT_READ,  /* nothing happened: call again when the socket is readable */
	IO_WANT_WRITE, /* nothing happened: call again when it is writable */
	IO_END,	       /* the peer ended its half; a TLS peer that just went counts as well */
	IO_FAILED,     /* the transport is of no more use; transport.why says why */
};

#define TRANSPORT_RECORD_MAX_BYTES 16384

struct transport_ops {
	enum io (*handshake)(struct transport *t);
	/* n > 0; TLS gives at most one record, and needs TRANSPORT_RECORD_MAX_BYTES to take it
	 * whole. */
	enum io (*recv)(struct transport *t, char *bytes, size_t n, size_t *ret_n);
	/* n > 0. After IO_WANT_WRITE the next call must begin with the same bytes, and have no
	 * less. */
	enum io (*send)(struct transport *t, const char *bytes, size_t n, size_t *ret_n);
	/* Bytes were taken from the socket that recv() did not give yet: the socket need not become
	 * readable for them. They may turn out to be an unfinished record (IO_WANT_READ). */
	bool (*has_pending)(const struct transport *t);
	/* Ends our half. TLS: close_notify first. */
	enum io (*shutdown)(struct transport *t);
};

struct transport {
	const struct transport_ops *ops;
	int fd;
	struct ssl_st *ssl;
	const char *why; /* of IO_FAILED; static text */
};

void transport_init(struct transport *t, int fd,
		    struct ssl_ctx_st *ctx); /* takes fd; NULL: plain */
void transport_clear(struct transport *t);   /* closes at once */
/* Takes from the socket, past TLS, and forgets; only once nothing more will be received. */
enum io transport_discard(struct transport *t, size_t limit_bytes);

/* For the two implementations: what errno says; `want` where it says "not now". */
enum io transport_system_error(struct transport *t, enum io want);
