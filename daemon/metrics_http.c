/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * As little of HTTP/1.1 (RFC 9112) as a scraper needs: one request a connection, GET or HEAD of
 * /metrics, and `Connection: close`.
 *
 * Not evhttp: that of libevent 2.1 bounds neither how many connections there are nor how long one
 * may take in all. Here it is 16 of them, 4 KiB of head, 5 s; the bytes go by our own streams. The
 * body of a request is never read.
 */

#include "daemon/metrics_http.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/listener.h"
#include "daemon/server.h"
#include "daemon/stream.h"
#include "lib/arena.h"

#define SCRAPES_MAX 16
#define HEAD_MAX_BYTES 4096
#define WITHIN_S 5
#define LINGER_MS 1000

struct scrape {			  /* one connection */
	struct metrics_http *all; /* NULL: free */
	struct stream *stream;
	struct event *timer;
	struct buffer head;
	bool answered;
};

struct metrics_http {
	struct server *server;
	struct listener *listener;
	struct scrape scrapes[SCRAPES_MAX];
};

static void scrape_clear(struct scrape *c)
{
	event_free(c->timer);
	buffer_release(&c->head);
	*c = (struct scrape){0};
}

static void answer(struct scrape *c, const char *status, const char *more, const char *body,
		   size_t n, bool with_body)
{
	char head[512];
	int length = snprintf(head, sizeof(head),
			      "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; "
			      "charset=utf-8\r\nContent-Length: %zu\r\n%sConnection: close\r\n\r\n",
			      status, n, more);

	c->answered = true;
	stream_write(c->stream, head, (size_t)length);
	if (with_body)
		stream_write(c->stream, body, n);
	stream_shutdown(c->stream, LINGER_MS);
}

static void answer_text(struct scrape *c, const char *status, const char *more, const char *text)
{
	answer(c, status, more, text, strlen(text), true);
}

static void answer_metrics(struct scrape *c, bool with_body)
{
	struct buffer body = {0};

	metrics_write(c->all->server, &body);
	answer(c, "200 OK", "", body.bytes, body.n, with_body);
	buffer_release(&body);
}

/* `GET /metrics HTTP/1.1`: what stands between the method and the version, without its query. */
static bool is_target(const char *line, const char *target)
{
	size_t n = strlen(target);

	return strncmp(line, target, n) == 0 && (line[n] == ' ' || line[n] == '?');
}

static void answer_request(struct scrape *c)
{
	const char *line = c->head.bytes;
	bool get = strncmp(line, "GET ", 4) == 0, head = strncmp(line, "HEAD ", 5) == 0;
	size_t n = strcspn(line, "\r\n");
	const char *version = n > 9 ? line + n - 9 : "";

	if (strncmp(version, " HTTP/1.1", 9) != 0 && strncmp(version, " HTTP/1.0", 9) != 0)
		answer_text(c, "400 Bad Request", "", "not a request of HTTP/1.1\n");
	else if (!get && !head)
		answer_text(c, "405 Method Not Allowed", "Allow: GET, HEAD\r\n",
			    "only GET and HEAD\n");
	else if (is_target(line + (get ? 4 : 5), "/metrics"))
		answer_metrics(c, get);
	else
		answer_text(c, "404 Not Found", "", "there is only /metrics\n");
}

static void on_received(void *arg, const char *bytes, size_t n)
{
	struct scrape *c = arg;

	if (c->answered)
		return;
	buffer_add(&c->head, bytes, n);
	if (memchr(bytes, '\0', n))
		answer_text(c, "400 Bad Request", "", "not a request of HTTP/1.1\n");
	else if (strstr(c->head.bytes, "\r\n\r\n"))
		answer_request(c);
	else if (c->head.n > HEAD_MAX_BYTES)
		answer_text(c, "431 Request Header Fields Too Large", "", "too long\n");
}

static void on_ended(void *arg)
{
	struct scrape *c = arg;

	if (!c->answered)
		stream_shutdown(c->stream, LINGER_MS);
}

static void on_closed(void *arg, const char *why)
{
	scrape_clear(arg);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct scrape *c = arg;

	stream_close(c->stream);
	scrape_clear(c);
}

static const struct stream_ops scrape_ops = {
    .received = on_received, .ended = on_ended, .closed = on_closed};

static void on_accept(void *arg, int fd, const char *address)
{
	struct metrics_http *m = arg;
	struct scrape *c = m->scrapes;

	while (c < m->scrapes + SCRAPES_MAX && c->all)
		c++;
	if (c == m->scrapes + SCRAPES_MAX) {
		close(fd);
		return;
	}
	c->all = m;
	c->timer = evtimer_new(m->server->base, on_timer, c);
	event_add(c->timer, &(struct timeval){.tv_sec = WITHIN_S});
	c->stream = stream_new(m->server->base, fd, NULL, &scrape_ops, c);
}

int metrics_http_start(struct server *server, const char *address, struct metrics_http **ret,
		       char *ret_why)
{
	struct metrics_http *m = memory_new(sizeof(*m));

	m->server = server;
	if (listener_new(server->base, address, on_accept, m, &m->listener, ret_why)) {
		free(m);
		return 1;
	}
	*ret = m;
	return 0;
}

int metrics_http_port(const struct metrics_http *m)
{
	return listener_port(m->listener);
}

void metrics_http_stop(struct metrics_http *m)
{
	if (!m)
		return;
	listener_free(m->listener);
	for (struct scrape *c = m->scrapes; c < m->scrapes + SCRAPES_MAX; c++)
		if (c->all) {
			stream_close(c->stream);
			scrape_clear(c);
		}
	free(m);
}
