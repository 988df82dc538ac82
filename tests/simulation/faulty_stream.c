/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams of daemons whose other ends are clients in the same process. */
#include "tests/simulation/faulty_stream.h"

#include <string.h>

#include "daemon/connection.h"
#include "daemon/stream.h"
#include "lib/arena.h"
#include "proto/buffer.h"
#include "tests/simulation/virtual.h"

#define MS INT64_C(1000)
#define FD_FIRST 100000 /* no file has that number: it says which wire is accepted */

struct piece {
	struct wire *wire;
	const char *bytes;
	size_t n;
};

struct stream {
	struct wire *wire;
	const struct stream_ops *ops;
	void *arg;
	bool paused, gone, shut;
	struct piece *held[64]; /* came while paused */
	size_t n_held;
};

struct wire {
	struct wire *next;
	int number;
	struct event_base *base;
	struct connections *to;
	const struct wire_ops *ops;
	void *arg;
	struct stream stream;
	bool accepted, client_gone, lost;
	int64_t taken_us;
	int64_t to_daemon_us, to_client_us; /* when the last piece arrives */
};

static struct wire *wires;
static int n_wires;

void wires_begin(void)
{
	wires = NULL;
	n_wires = 0;
}

static int64_t in_order(int64_t *last_us)
{
	int64_t delay = chance(3) ? chance_between(1, 2000) * MS : chance_between(50, 3 * MS);
	int64_t at = virtual_now_us() + delay;

	return *last_us = at > *last_us ? at : *last_us + 1;
}

static struct piece *piece_new(struct wire *w, const char *bytes, size_t n)
{
	struct piece *p = arena_new(virtual_arena(), struct piece);

	*p = (struct piece){w, arena_strndup(virtual_arena(), bytes, n), n};
	return p;
}

/* Towards the daemon */

static void accept_wire(void *arg)
{
	struct wire *w = arg;

	w->accepted = true;
	connections_accept(w->to, FD_FIRST + w->number, "127.0.0.1");
	if (!w->stream.gone)
		w->stream.ops->opened(w->stream.arg);
}

static void stream_lost(void *arg)
{
	struct wire *w = arg;

	if (w->stream.gone || !w->accepted)
		return;
	w->stream.gone = true;
	w->stream.ops->closed(w->stream.arg, "reset");
}

static void stream_give(struct stream *s, const struct piece *p)
{
	p->wire->taken_us = virtual_now_us();
	s->ops->received(s->arg, p->bytes, p->n);
}

static void stream_take(void *arg)
{
	struct piece *p = arg;
	struct stream *s = &p->wire->stream;

	if (s->gone || s->shut || !p->wire->accepted)
		return;
	if ((s->paused || s->n_held) && s->n_held < sizeof(s->held) / sizeof(*s->held))
		s->held[s->n_held++] = p;
	else
		stream_give(s, p);
}

struct wire *wire_new(struct event_base *base, struct connections *to, const struct wire_ops *ops,
		      void *arg)
{
	struct wire *w = arena_new(virtual_arena(), struct wire);

	*w = (struct wire){
	    .next = wires, .number = n_wires++, .base = base, .to = to, .ops = ops, .arg = arg};
	w->stream.wire = w;
	wires = w;
	task_at(in_order(&w->to_daemon_us), base, accept_wire, w);
	return w;
}

static void send_piece(struct wire *w, const char *bytes, size_t n)
{
	task_at(in_order(&w->to_daemon_us), w->base, stream_take, piece_new(w, bytes, n));
}

void wire_send(struct wire *w, const char *text)
{
	size_t n = strlen(text), cut = chance(10) ? chance_below(n) : 0;

	if (w->lost)
		return;
	if (cut)
		send_piece(w, text, cut);
	send_piece(w, text + cut, n - cut);
}

void wire_close(struct wire *w)
{
	w->client_gone = true;
	if (!w->lost)
		task_at(in_order(&w->to_daemon_us), w->base, stream_lost, w);
}

static void client_lost(void *arg)
{
	struct wire *w = arg;

	if (w->client_gone)
		return;
	w->client_gone = true;
	w->ops->lost(w->arg);
}

/* The daemon learns of it after all that is on its way, or at once; what it has sent is lost. */
void wire_lose(struct wire *w)
{
	if (w->lost)
		return;
	w->lost = true;
	task_at(chance(50) ? in_order(&w->to_daemon_us) : virtual_now_us(), w->base, stream_lost,
		w);
	task_at(virtual_now_us() + chance_between(1, 100) * MS, NULL, client_lost, w);
}

void wires_lose_all(const struct event_base *base)
{
	for (struct wire *w = wires; w; w = w->next) {
		if (w->base != base || w->lost)
			continue;
		w->lost = w->stream.gone = true;
		task_at(virtual_now_us() + chance_between(1, 100) * MS, NULL, client_lost, w);
	}
}

/* Towards the client: daemon/stream.h */

struct stream *stream_new(struct event_base *base, int fd, struct ssl_ctx_st *ctx,
			  const struct stream_ops *ops, void *arg)
{
	struct wire *w = wires;

	while (w->number != fd - FD_FIRST)
		w = w->next;
	w->stream.ops = ops;
	w->stream.arg = arg;
	return &w->stream;
}

static void client_take(void *arg)
{
	struct piece *p = arg;
	struct wire *w = p->wire;

	if (!w->client_gone && !w->lost)
		w->ops->received(w->arg, p->bytes, p->n);
}

int64_t wire_taken_us(const struct wire *w)
{
	return w->taken_us;
}

void stream_write(struct stream *s, const char *bytes, size_t n)
{
	struct wire *w = s->wire;

	trace(bytes, n);
	if (!w->lost && !s->shut)
		task_at(in_order(&w->to_client_us), NULL, client_take, piece_new(w, bytes, n));
}

bool stream_is_congested(const struct stream *s)
{
	return false;
}

size_t stream_queued_bytes(const struct stream *s)
{
	return 0;
}

void stream_pause(struct stream *s)
{
	s->paused = true;
}

static void stream_take_held(void *arg)
{
	struct stream *s = arg;
	size_t n = s->n_held;

	if (s->paused)
		return;
	s->n_held = 0;
	for (size_t i = 0; i < n && !s->gone && !s->shut; i++)
		stream_give(s, s->held[i]);
}

void stream_resume(struct stream *s)
{
	s->paused = false;
	if (s->n_held)
		task_at(virtual_now_us(), s->wire->base, stream_take_held, s);
}

static void stream_end_in_order(void *arg)
{
	struct wire *w = arg;

	w->lost = true;
	client_lost(w);
}

void stream_close(struct stream *s)
{
	s->gone = true;
	task_at(in_order(&s->wire->to_client_us), NULL, stream_end_in_order, s->wire);
}

void stream_shutdown(struct stream *s, int linger_ms)
{
	s->shut = true;
	task_at(in_order(&s->wire->to_client_us), NULL, stream_end_in_order, s->wire);
	task_at(virtual_now_us() + 10 * MS, s->wire->base, stream_lost, s->wire);
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
