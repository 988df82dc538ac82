/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bare TLS echo server on libevent and OpenSSL, to measure against: what the two libraries
 * themselves cost. It reads what there is, and writes the whole lines of it back in one piece.
 * Written as one would write it without further thought: no limits, no timeouts, no order of
 * ending.
 *
 * usage: echo CERTIFICATE KEY; prints its port, on 127.0.0.1.
 */
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#define BUFFER_BYTES 65536

struct peer {
	SSL *ssl;
	struct event *readable, *writable;
	int fd;
	size_t n; /* read and not yet written */
	char bytes[BUFFER_BYTES];
};

static SSL_CTX *ctx;

static void peer_free(struct peer *p)
{
	event_free(p->readable);
	event_free(p->writable);
	SSL_free(p->ssl);
	close(p->fd);
	free(p);
}

/* False: the peer is gone. */
static int may_go_on(struct peer *p, int result)
{
	switch (SSL_get_error(p->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return 1;
	case SSL_ERROR_WANT_WRITE:
		event_add(p->writable, NULL);
		return 1;
	default:
		return 0;
	}
}

static int echo_lines(struct peer *p)
{
	const char *end = memrchr(p->bytes, '\n', p->n);
	size_t n = end == NULL ? 0 : (size_t)(end - p->bytes) + 1;
	int r;

	if (n == 0)
		return p->n < BUFFER_BYTES;
	r = SSL_write(p->ssl, p->bytes, (int)n);
	if (r <= 0)
		return may_go_on(p, r);
	memmove(p->bytes, p->bytes + r, p->n - (size_t)r);
	p->n -= (size_t)r;
	return 1;
}

static int echo(struct peer *p)
{
	int r;

	ERR_clear_error();
	for (;;) {
		if (p->n > 0 && !echo_lines(p))
			return 0;
		r = p->n < BUFFER_BYTES
			? SSL_read(p->ssl, p->bytes + p->n, (int)(BUFFER_BYTES - p->n))
			: 0;
		if (r <= 0)
			return p->n == BUFFER_BYTES || may_go_on(p, r);
		p->n += (size_t)r;
	}
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	if (!echo(arg))
		peer_free(arg);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int n,
		      void *base)
{
	struct peer *p = calloc(1, sizeof(*p));
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	p->fd = fd;
	p->ssl = SSL_new(ctx);
	SSL_set_fd(p->ssl, fd);
	SSL_set_accept_state(p->ssl);
	p->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_event, p);
	p->writable = event_new(base, fd, EV_WRITE, on_event, p);
	event_add(p->readable, NULL);
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	struct event_base *base = event_base_new();
	struct evconnlistener *l;

	signal(SIGPIPE, SIG_IGN);
	ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (argc != 3 || SSL_CTX_use_certificate_chain_file(ctx, argv[1]) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, argv[2], SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "usage: echo CERTIFICATE KEY\n");
		return 2;
	}
	l = evconnlistener_new_bind(base, on_accept, base,
				    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 1024,
				    (struct sockaddr *)&at, sizeof(at));
	if (l == NULL)
		return 1;
	getsockname(evconnlistener_get_fd(l), (struct sockaddr *)&at, &n);
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	return event_base_dispatch(base);
}
