/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Streams with back pressure, on raw events.
 *
 * Not bufferevent_openssl: the release in Debian 12 stalls on what is left inside OpenSSL, gives
 * the end before the last bytes, and forgets queued output when the peer ends its half. Here each
 * of these is a line of code that can be read.
 *
 * Everything is done from the loop: take_in() shakes hands and receives, give_out() flushes and
 * says goodbye. What users call only changes fields and asks for a turn, so that no callback runs
 * inside a user's call. There are two ways to ask. What was written leaves at the end of the pass
 * over the sockets that are ready: all of it together, and after the others were read, which spares
 * waking one client per answer. All else waits for a timer of no time, which runs after the loop
 * has looked at all sockets once more, so that a stream that always has more to do starves nobody.
 *
 * Reading stops when the socket is empty, when paused, or when the turn's budget is spent. In the
 * last two cases bytes may wait inside OpenSSL, about which the socket stays silent, so resuming
 * asks for a turn. The buffer received into is shared by all streams: it is full only while its
 * stream's `received` runs, and no stream receives inside another's callback.
 *
 * Closing a socket with unread input makes the kernel send a reset, which can overtake our last
 * lines on their way to the user at the other end. So after our goodbye the peer's bytes are read
 * and thrown away until it ends too, for no longer than the linger time.
 *
 * A stream that has ended is parked until the next turn, since frames on the stack may still look
 * at it. Whoever frees the event base gives it one more turn first.
 */
#include "daemon/stream.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "daemon/transport.h"
#include "lib/arena.h"
#include "proto/buffer.h"

#define READ_BUDGET_BYTES (64 * 1024)
#define WRITE_BUDGET_BYTES (256 * 1024)
#define OUT_REST_BYTES 2048 /* of the output's memory, held at rest */

enum state {
	STATE_HANDSHAKE,
	STATE_OPEN,
	STATE_PEER_CLOSED,
	STATE_SHUTDOWN, /* what is queued goes out, then our goodbye */
	STATE_GOODBYE,	/* all is said; waiting for the peer to end */
	STATE_CLOSED,	/* parked */
};

struct stream {
	struct transport transport;
	const struct stream_ops *ops;
	void *arg;
	enum state state;
	bool paused;
	bool congested;
	bool peer_closed;
	bool recv_wants_write;
	bool shutdown_asked; /* during the handshake */
	bool flushing;
	bool flush_asked;    /* its turn comes at the end of this pass */
	const char *failure; /* to be told at the next turn; NULL: none */
	struct buffer out;
	size_t sent; /* of out */
	struct event readable, writable, turn, linger;
};

static char shared_input[TRANSPORT_RECORD_MAX_BYTES];
static struct stream_counts counts;

static void ask_for_turn(struct stream *s)
{
	static const struct timeval at_once;

	s->flush_asked = false; /* adding the event takes back that it is active */
	event_add(&s->turn, &at_once);
}

/* Later in this turn of the loop, after the sockets that are ready now. */
static void ask_for_flush(struct stream *s)
{
	if (s->flushing) {
		/* else a reader as fast as we are would hold this turn up for ever */
		ask_for_turn(s);
	} else if (!s->flush_asked) {
		s->flush_asked = true;
		event_active(&s->turn, EV_TIMEOUT, 0);
	}
}

static void teardown(struct stream *s)
{
	event_del(&s->readable);
	event_del(&s->writable);
	event_del(&s->linger);
	transport_clear(&s->transport);
	buffer_release(&s->out);
	s->sent = 0;
	s->state = STATE_CLOSED;
	ask_for_turn(s);
}

static void finish(struct stream *s, const char *why)
{
	teardown(s);
	s->ops->closed(s->arg, why);
}

static bool wants_input(const struct stream *s)
{
	switch (s->state) {
	case STATE_HANDSHAKE:
		return true;
	case STATE_OPEN:
		return !s->paused;
	case STATE_SHUTDOWN:
	case STATE_GOODBYE:
		return !s->peer_closed;
	default:
		return false;
	}
}

static void watch_input(struct stream *s)
{
	if (wants_input(s))
		event_add(&s->readable, NULL);
	else
		event_del(&s->readable);
}

/* What to do about an answer other than IO_DONE and IO_END. */
static void await(struct stream *s, enum io io)
{
	if (io == IO_WANT_WRITE)
		event_add(&s->writable, NULL);
	else if (io == IO_FAILED)
		finish(s, s->transport.why);
}

static void handshake(struct stream *s)
{
	enum io io = s->transport.ops->handshake(&s->transport);

	counts.handshake_failures += io == IO_FAILED || io == IO_END;
	if (io != IO_DONE) {
		await(s, io);
		return;
	}
	s->state = s->shutdown_asked ? STATE_SHUTDOWN : STATE_OPEN;
	watch_input(s);
	ask_for_turn(s);
	if (s->state == STATE_OPEN && s->ops->opened != NULL)
		s->ops->opened(s->arg);
}

static void peer_ended(struct stream *s)
{
	s->peer_closed = true;
	s->state = STATE_PEER_CLOSED;
	watch_input(s);
	s->ops->ended(s->arg);
}

static void receive(struct stream *s)
{
	const struct transport_ops *ops = s->transport.ops;
	size_t taken = 0, n;
	enum io io;

	s->recv_wants_write = false;
	while (s->state == STATE_OPEN && !s->paused && s->failure == NULL) {
		if (taken >= READ_BUDGET_BYTES) {
			ask_for_turn(s);
			return;
		}
		io = ops->recv(&s->transport, shared_input, sizeof(shared_input), &n);
		if (io == IO_END) {
			peer_ended(s);
		} else if (io != IO_DONE) {
			s->recv_wants_write = io == IO_WANT_WRITE;
			await(s, io);
			return;
		} else {
			taken += n;
			counts.received_bytes += n;
			s->ops->received(s->arg, shared_input, n);
			if (s->state == STATE_OPEN && !ops->has_pending(&s->transport))
				return;
		}
	}
}

/* In the states after OPEN: only to see the peer end. */
static void discard(struct stream *s)
{
	enum io io = transport_discard(&s->transport, READ_BUDGET_BYTES);

	if (io == IO_END) {
		s->peer_closed = true;
		watch_input(s);
	} else {
		await(s, io);
	}
}

static void tell_drained(struct stream *s)
{
	if (!s->congested || stream_queued_bytes(s) >= STREAM_OUT_LOW_BYTES)
		return;
	s->congested = false;
	if (s->state == STATE_SHUTDOWN || s->ops->drained == NULL)
		return;
	s->flushing = true;
	s->ops->drained(s->arg);
	s->flushing = false;
}

static void drop_sent(struct stream *s)
{
	if (s->sent == s->out.n) {
		buffer_reset(&s->out);
		if (s->out.cap > OUT_REST_BYTES)
			buffer_release(&s->out);
		s->sent = 0;
	} else if (s->sent >= s->out.n / 2) {
		memmove(s->out.bytes, s->out.bytes + s->sent, s->out.n - s->sent);
		buffer_truncate(&s->out, s->out.n - s->sent);
		s->sent = 0;
	}
}

static void flush(struct stream *s)
{
	size_t budget = WRITE_BUDGET_BYTES, n;
	enum io io = IO_DONE;

	while (stream_queued_bytes(s) > 0 && budget > 0 && io == IO_DONE) {
		io = s->transport.ops->send(&s->transport, s->out.bytes + s->sent,
					    stream_queued_bytes(s), &n);
		if (io == IO_DONE) {
			s->sent += n;
			counts.sent_bytes += n;
			budget -= n < budget ? n : budget;
		}
	}
	if (io == IO_FAILED || io == IO_END || io == IO_WANT_READ) {
		/* Only a renegotiation could want to read, and there are none. */
		finish(s, io == IO_FAILED ? s->transport.why : "connection lost");
		return;
	}
	drop_sent(s);
	if (stream_queued_bytes(s) > 0)
		event_add(&s->writable, NULL);
	tell_drained(s);
}

static void say_goodbye(struct stream *s)
{
	enum io io = s->transport.ops->shutdown(&s->transport);

	if (io == IO_END) {
		finish(s, ""); /* the peer is gone and cannot hear us */
		return;
	}
	if (io != IO_DONE) {
		await(s, io);
		return;
	}
	s->state = STATE_GOODBYE;
}

/* Input that the socket will not announce. */
static bool has_hidden_input(const struct stream *s)
{
	return s->state == STATE_OPEN && !s->paused && s->transport.ops->has_pending(&s->transport);
}

static void take_in(struct stream *s)
{
	if (s->state == STATE_HANDSHAKE)
		handshake(s);
	if (s->state == STATE_OPEN)
		receive(s);
	if ((s->state == STATE_SHUTDOWN || s->state == STATE_GOODBYE) && !s->peer_closed)
		discard(s);
}

static void give_out(struct stream *s)
{
	if (s->state != STATE_HANDSHAKE && s->state != STATE_CLOSED && stream_queued_bytes(s) > 0)
		flush(s);
	if (s->state == STATE_SHUTDOWN && stream_queued_bytes(s) == 0)
		say_goodbye(s);
	if (s->state == STATE_GOODBYE && s->peer_closed)
		finish(s, "");
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;

	take_in(s);
	if (s->peer_closed)
		give_out(s);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;

	if (s->state == STATE_HANDSHAKE || s->recv_wants_write)
		take_in(s);
	give_out(s);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;

	s->flush_asked = false;
	if (s->state == STATE_CLOSED) {
		free(s);
	} else if (s->failure != NULL) {
		finish(s, s->failure);
	} else {
		if (s->state == STATE_HANDSHAKE || has_hidden_input(s))
			take_in(s);
		give_out(s);
	}
}

static void on_linger(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;

	if (s->state == STATE_HANDSHAKE)
		finish(s, "no handshake in time");
	else
		finish(s, s->state == STATE_GOODBYE ? "" : "slow reader");
}

struct stream *stream_new(struct event_base *base, int fd, struct ssl_ctx_st *ctx,
			  const struct stream_ops *ops, void *arg)
{
	struct stream *s = memory_new(sizeof(*s));

	s->ops = ops;
	s->arg = arg;
	transport_init(&s->transport, fd, ctx);
	event_assign(&s->readable, base, fd, EV_READ | EV_PERSIST, on_readable, s);
	event_assign(&s->writable, base, fd, EV_WRITE, on_writable, s);
	event_assign(&s->turn, base, -1, 0, on_turn, s);
	event_assign(&s->linger, base, -1, 0, on_linger, s);
	watch_input(s);
	ask_for_turn(s);
	return s;
}

void stream_write(struct stream *s, const char *bytes, size_t n)
{
	if (s->state >= STATE_SHUTDOWN || s->shutdown_asked || s->failure != NULL || n == 0)
		return;
	if (stream_queued_bytes(s) + n > STREAM_OUT_MAX_BYTES) {
		s->failure = "slow reader";
	} else {
		buffer_add(&s->out, bytes, n);
		if (stream_queued_bytes(s) > STREAM_OUT_HIGH_BYTES)
			s->congested = true;
	}
	ask_for_flush(s);
}

const struct stream_counts *stream_counts(void)
{
	return &counts;
}

size_t stream_queued_bytes(const struct stream *s)
{
	return s->out.n - s->sent;
}

bool stream_is_congested(const struct stream *s)
{
	return s->congested;
}

void stream_pause(struct stream *s)
{
	s->paused = true;
	if (s->state == STATE_OPEN)
		watch_input(s);
}

void stream_resume(struct stream *s)
{
	if (!s->paused)
		return;
	s->paused = false;
	if (s->state != STATE_OPEN)
		return;
	watch_input(s);
	ask_for_turn(s);
}

void stream_shutdown(struct stream *s, int linger_ms)
{
	struct timeval linger = {linger_ms / 1000, linger_ms % 1000 * 1000};

	if (s->state >= STATE_SHUTDOWN || s->shutdown_asked)
		return;
	if (s->state == STATE_HANDSHAKE)
		s->shutdown_asked = true;
	else
		s->state = STATE_SHUTDOWN;
	watch_input(s);
	event_add(&s->linger, &linger);
	ask_for_turn(s);
}

void stream_close(struct stream *s)
{
	if (s->state != STATE_CLOSED)
		teardown(s);
}

const char *stream_tls_version(const struct stream *s)
{
	return s->transport.ssl != NULL ? SSL_get_version(s->transport.ssl) : "";
}
