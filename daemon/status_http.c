/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answers of HTTP at the port of TLS.
 *
 * What is asked is not read: the certificate names this address for itself alone, and who asks for
 * another finds that the answer is about another. Signed answers may be given to anybody, and cost
 * nothing but the bytes (RFC 5019). The request may still be on its way when the answer leaves, so
 * the socket lingers: closed at once, it would take the answer with it.
 */
#include "daemon/status_http.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/stream.h"
#include "lib/arena.h"

#define ANSWERS_MAX 16
#define LINGER_MS 1000

struct status_http {
	struct event_base *base;
	uint64_t *n_questions;
	struct stream *streams[ANSWERS_MAX]; /* NULL: free */
};

static void on_received(void *arg, const char *bytes, size_t n)
{
}

static void on_closed(void *arg, const char *why)
{
	struct stream **slot = arg;

	*slot = NULL;
}

static const struct stream_ops answer_ops = {.received = on_received, .closed = on_closed};

void status_http_answer(void *arg, int fd, const void *status, size_t n)
{
	struct status_http *h = arg;
	struct stream **slot = h->streams;
	char head[256];
	int length, own;

	++*h->n_questions;
	while (slot < h->streams + ANSWERS_MAX && *slot)
		slot++;
	own = slot < h->streams + ANSWERS_MAX ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (own < 0)
		return;
	length = snprintf(head, sizeof(head),
			  "HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\n"
			  "Content-Length: %zu\r\nConnection: close\r\n\r\n",
			  n);
	*slot = stream_new(h->base, own, NULL, &answer_ops, slot);
	stream_write(*slot, head, (size_t)length);
	stream_write(*slot, status, n);
	stream_shutdown(*slot, LINGER_MS);
}

struct status_http *status_http_new(struct event_base *base, uint64_t *n_questions)
{
	struct status_http *h = memory_new(sizeof(*h));

	h->base = base;
	h->n_questions = n_questions;
	return h;
}

void status_http_free(struct status_http *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < ANSWERS_MAX; i++)
		if (h->streams[i])
			stream_close(h->streams[i]);
	free(h);
}
