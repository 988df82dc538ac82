/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stranger says to the port for Prometheus, in pieces: it is answered once at the most, in
 * HTTP, and nothing is held beyond the longest head. */

#include <assert.h>
#include <event2/event.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/listener.h"
#include "daemon/metrics_http.h"
#include "daemon/server.h"
#include "daemon/stream.h"
#include "lib/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In the place of daemon/listener.c and daemon/stream.c */

struct listener {
	listener_fn *fn;
	void *arg;
};

struct stream {
	const struct stream_ops *ops;
	void *arg;
	struct buffer out;
	bool shut, gone;
};

static struct listener listener;
static struct stream stream;

int listener_new(struct event_base *base, const char *address, listener_fn *fn, void *arg,
		 struct listener **ret, char *ret_why)
{
	listener = (struct listener){fn, arg};
	*ret = &listener;
	return 0;
}

void listener_free(struct listener *l)
{
}

int listener_port(const struct listener *l)
{
	return 1;
}

struct stream *stream_new(struct event_base *base, int fd, struct ssl_ctx_st *ctx,
			  const struct stream_ops *ops, void *arg)
{
	stream = (struct stream){.ops = ops, .arg = arg};
	return &stream;
}

void stream_write(struct stream *s, const char *bytes, size_t n)
{
	assert(!s->gone && !s->shut);
	buffer_add(&s->out, bytes, n);
}

void stream_shutdown(struct stream *s, int linger_ms)
{
	s->shut = true;
}

void stream_close(struct stream *s)
{
	s->gone = true;
}

bool stream_is_congested(const struct stream *s)
{
	return false;
}

size_t stream_queued_bytes(const struct stream *s)
{
	return s->out.n;
}

void stream_pause(struct stream *s)
{
}

void stream_resume(struct stream *s)
{
}

const char *stream_tls_version(const struct stream *s)
{
	return "";
}

const struct stream_counts *stream_counts(void)
{
	static const struct stream_counts none;

	return &none;
}

/* A run */

static void say(const uint8_t *data, size_t size)
{
	for (size_t n; size && !stream.shut; data += n, size -= n) {
		char *exact;

		n = 1 + *data % 40;
		if (n > size)
			n = size;
		exact = memory_new(n);
		memcpy(exact, data, n);
		stream.ops->received(stream.arg, exact, n);
		free(exact);
	}
	if (!stream.shut)
		stream.ops->ended(stream.arg);
}

static void check_answer(void)
{
	static const char begin[] = "HTTP/1.1 ";
	const char *body;

	assert(stream.shut);
	if (!stream.out.n)
		return;
	assert(strncmp(stream.out.bytes, begin, strlen(begin)) == 0);
	body = strstr(stream.out.bytes, "\r\n\r\n");
	assert(body && !strstr(body, begin) && strstr(stream.out.bytes, "Content-Length: "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event_base *base;
	struct server server = {0};
	struct metrics_http *m;
	char why[256];

	if (!base)
		base = event_base_new();
	server.base = base;
	if (metrics_http_start(&server, "", &m, why))
		abort();
	listener.fn(listener.arg, -1, "127.0.0.1");
	say(data, size);
	check_answer();
	stream.ops->closed(stream.arg, "");
	metrics_http_stop(m);
	buffer_release(&stream.out);
	return 0;
}
