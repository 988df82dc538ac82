/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain sockets, and what plain and TLS have in common. */
#include "daemon/transport.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/transport_tls.h"

enum io transport_system_error(struct transport *t, enum io want)
{
	if (errno == EAGAIN || errno == EINTR)
		return want;
	t->why = strerrordesc_np(errno);
	return IO_FAILED;
}

static enum io plain_handshake(struct transport *t)
{
	return IO_DONE;
}

static enum io plain_recv(struct transport *t, char *bytes, size_t n, size_t *ret_n)
{
	ssize_t got = recv(t->fd, bytes, n, 0);

	if (got < 0)
		return transport_system_error(t, IO_WANT_READ);
	if (got == 0)
		return IO_END;
	*ret_n = (size_t)got;
	return IO_DONE;
}

static enum io plain_send(struct transport *t, const char *bytes, size_t n, size_t *ret_n)
{
	ssize_t sent = send(t->fd, bytes, n, MSG_NOSIGNAL);

	if (sent < 0)
		return transport_system_error(t, IO_WANT_WRITE);
	*ret_n = (size_t)sent;
	return IO_DONE;
}

static bool plain_has_pending(const struct transport *t)
{
	return false;
}

static enum io plain_shutdown(struct transport *t)
{
	if (shutdown(t->fd, SHUT_WR) < 0)
		return transport_system_error(t, IO_WANT_WRITE);
	return IO_DONE;
}

static const struct transport_ops plain_ops = {
    .handshake = plain_handshake,
    .recv = plain_recv,
    .send = plain_send,
    .has_pending = plain_has_pending,
    .shutdown = plain_shutdown,
};

void transport_init(struct transport *t, int fd, struct ssl_ctx_st *ctx)
{
	*t = (struct transport){.ops = &plain_ops, .fd = fd};
	if (ctx != NULL)
		transport_tls_init(t, ctx);
}

void transport_clear(struct transport *t)
{
	transport_tls_clear(t);
	close(t->fd);
	t->fd = -1;
}

enum io transport_discard(struct transport *t, size_t limit_bytes)
{
	char bytes[4096];
	size_t n;
	enum io io = IO_DONE;

	for (n = 0; n < limit_bytes && io == IO_DONE; n += sizeof(bytes)) {
		size_t got;

		io = plain_recv(t, bytes, sizeof(bytes), &got);
	}
	return io;
}
