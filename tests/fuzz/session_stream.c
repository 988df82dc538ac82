/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's streams in a fuzzed session. */
#include "tests/fuzz/session_stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/connection.h"
#include "daemon/stream.h"
#include "lib/arena.h"
#include "tests/simulation/faulty_stream.h"
#include "tests/simulation/virtual.h"

#define FD_FIRST 100000 /* no file has that number: it says which peer is accepted */

struct stream {
	const struct stream_ops *ops;
	void *arg;
	struct task *turn, *linger;
	bool opened, paused, congested, drained, ended, shut, gone;
	struct buffer out;
};

struct peer {
	struct peer *next;
	struct event_base *base;
	int number;
	bool reads, ends, reset;
	struct stream stream;
	struct buffer sent, taken, received;
};

static struct peer *peers;
static int n_peers;

void peers_begin(void)
{
	peers = NULL;
	n_peers = 0;
}

void peers_end(void)
{
	for (struct peer *p = peers; p; p = p->next) {
		buffer_release(&p->stream.out);
		buffer_release(&p->sent);
		buffer_release(&p->taken);
		buffer_release(&p->received);
	}
	peers_begin();
}

static struct peer *peer_of(struct stream *s)
{
	struct peer *p = peers;

	while (&p->stream != s)
		p = p->next;
	return p;
}

static void turn_soon(struct peer *p);

static void gone(struct stream *s)
{
	s->gone = true;
	task_cancel(s->turn);
	task_cancel(s->linger);
	s->turn = s->linger = NULL;
}

static void closed(struct stream *s, const char *why)
{
	gone(s);
	s->ops->closed(s->arg, why);
}

/* From the daemon: as much as there is, as the kernel would. */
static void write_out(struct peer *p)
{
	struct stream *s = &p->stream;

	if (!p->reads)
		return;
	buffer_add(&p->received, s->out.bytes, s->out.n);
	buffer_reset(&s->out);
	s->drained = s->drained || s->congested;
	s->congested = false;
}

static size_t piece_bytes(size_t n)
{
	switch (chance_below(4)) {
	case 0:
		return 1;
	case 1:
		return 1 + chance_below(n < 7 ? n : 7);
	case 2:
		return 1 + chance_below(n);
	default:
		return n;
	}
}

/* To the daemon: a piece. */
static void read_in(struct peer *p)
{
	size_t n = piece_bytes(p->sent.n - p->taken.n);
	char *exact = memory_new(n);

	memcpy(exact, p->sent.bytes + p->taken.n, n);
	buffer_add(&p->taken, exact, n);
	p->stream.ops->received(p->stream.arg, exact, n);
	free(exact);
}

static bool has_to_say(const struct peer *p)
{
	return p->taken.n < p->sent.n || (p->ends && !p->stream.ended);
}

/* One callback a turn, so that what one does to the stream is seen by the next. */
static void turn(void *arg)
{
	struct peer *p = arg;
	struct stream *s = &p->stream;

	s->turn = NULL;
	write_out(p);
	if (s->out.n > STREAM_OUT_MAX_BYTES) {
		closed(s, "slow reader");
	} else if (s->shut) {
		if (!s->out.n)
			closed(s, "");
	} else if (!s->opened) {
		s->opened = true;
		s->ops->opened(s->arg);
	} else if (s->drained) {
		s->drained = false;
		s->ops->drained(s->arg);
	} else if (!s->paused && p->taken.n < p->sent.n) {
		read_in(p);
	} else if (!s->paused && p->ends && !s->ended) {
		s->ended = true;
		s->ops->ended(s->arg);
	}
	if (!s->gone &&
	    (s->shut ? !s->out.n : !s->opened || s->drained || (!s->paused && has_to_say(p))))
		turn_soon(p);
}

static void turn_soon(struct peer *p)
{
	if (!p->stream.turn && !p->stream.gone)
		p->stream.turn = task_at(virtual_now_us(), p->base, turn, p);
}

/* The client's half */

struct peer *peer_new(struct event_base *base, struct connections *to)
{
	struct peer *p = arena_new(virtual_arena(), struct peer);

	*p = (struct peer){.next = peers, .base = base, .number = n_peers++, .reads = true};
	peers = p;
	connections_accept(to, FD_FIRST + p->number, "127.0.0.1");
	return p;
}

void peer_send(struct peer *p, const char *bytes, size_t n)
{
	buffer_add(&p->sent, bytes, n);
	turn_soon(p);
}

void peer_end(struct peer *p)
{
	p->ends = true;
	turn_soon(p);
}

void peer_reset(struct peer *p)
{
	p->reset = true;
	if (!p->stream.gone)
		closed(&p->stream, "reset");
}

void peer_read(struct peer *p, bool reads)
{
	p->reads = reads;
	turn_soon(p);
}

bool peer_is_reset(const struct peer *p)
{
	return p->reset;
}

bool peer_is_closed(const struct peer *p)
{
	return p->stream.gone;
}

const struct buffer *peer_sent(const struct peer *p)
{
	return &p->sent;
}

const struct buffer *peer_taken(const struct peer *p)
{
	return &p->taken;
}

const struct buffer *peer_received(const struct peer *p)
{
	return &p->received;
}

/* daemon/stream.h */

struct stream *stream_new(struct event_base *base, int fd, struct ssl_ctx_st *ctx,
			  const struct stream_ops *ops, void *arg)
{
	struct peer *p = peers;

	while (p->number != fd - FD_FIRST)
		p = p->next;
	p->stream.ops = ops;
	p->stream.arg = arg;
	turn_soon(p);
	return &p->stream;
}

void stream_write(struct stream *s, const char *bytes, size_t n)
{
	assert(!s->gone);
	if (s->shut || !n)
		return;
	buffer_add(&s->out, bytes, n);
	s->congested = s->congested || s->out.n > STREAM_OUT_HIGH_BYTES;
	turn_soon(peer_of(s));
}

bool stream_is_congested(const struct stream *s)
{
	return s->congested;
}

size_t stream_queued_bytes(const struct stream *s)
{
	return s->out.n;
}

void stream_pause(struct stream *s)
{
	s->paused = true;
}

void stream_resume(struct stream *s)
{
	s->paused = false;
	turn_soon(peer_of(s));
}

void stream_close(struct stream *s)
{
	assert(!s->gone);
	gone(s);
}

static void lingered(void *arg)
{
	struct stream *s = arg;

	s->linger = NULL;
	closed(s, "");
}

void stream_shutdown(struct stream *s, int linger_ms)
{
	struct peer *p = peer_of(s);

	s->shut = true;
	s->linger = task_at(virtual_now_us() + linger_ms * INT64_C(1000), p->base, lingered, s);
	turn_soon(p);
}

const struct stream_counts *stream_counts(void)
{
	static const struct stream_counts none;

	return &none;
}

const char *stream_tls_version(const struct stream *s)
{
	return "";
}

/* tests/simulation/faulty_stream.h, for a daemon that crashes: connections_free() closes them all.
 */
void wires_lose_all(const struct event_base *base)
{
}
