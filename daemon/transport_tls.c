/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS over a non-blocking socket, by OpenSSL.
 *
 * OpenSSL keeps its errors in a queue per thread, and SSL_get_error() looks at that queue: whatever
 * another connection left there would be taken for ours, so it is emptied before each call.
 *
 * Read-ahead is on: one system call takes all records that have arrived, rather than two for each.
 * The price is that bytes can wait inside OpenSSL while the socket is silent; has_pending() tells.
 * Buffers of records are given back whenever they are empty (SSL_MODE_RELEASE_BUFFERS): an idle
 * connection would otherwise hold 34 KB more.
 *
 * A peer that goes without close_notify is the end of its input and not an error: the lines of the
 * protocol have their own ends, so nothing cut off can be taken for whole.
 */
#include "daemon/transport_tls.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "daemon/transport.h"

static enum io outcome(struct transport *t, int result)
{
	int saved_errno = errno;
	const char *reason;

	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_NONE:
		return IO_DONE;
	case SSL_ERROR_WANT_READ:
		return IO_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return IO_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return IO_END;
	case SSL_ERROR_SYSCALL:
		t->why = saved_errno != 0 ? strerrordesc_np(saved_errno) : "connection lost";
		return IO_FAILED;
	default:
		reason = ERR_reason_error_string(ERR_peek_error());
		t->why = reason != NULL ? reason : "TLS error";
		return IO_FAILED;
	}
}

/* What SSL_get_error() says is true only of an empty queue. Emptying one that is empty takes longer
 * than looking. */
static void begin(void)
{
	if (ERR_peek_error() != 0)
		ERR_clear_error();
	errno = 0;
}

static enum io tls_handshake(struct transport *t)
{
	enum io io;

	begin();
	io = outcome(t, SSL_accept(t->ssl));
	if (io != IO_END)
		return io;
	t->why = "connection lost";
	return IO_FAILED;
}

static enum io tls_recv(struct transport *t, char *bytes, size_t n, size_t *ret_n)
{
	begin();
	return outcome(t, SSL_read_ex(t->ssl, bytes, n, ret_n));
}

/* One record at most: a longer call would be cut into records, and a part of them could be
 * refused. */
static enum io tls_send(struct transport *t, const char *bytes, size_t n, size_t *ret_n)
{
	if (n > TRANSPORT_RECORD_MAX_BYTES)
		n = TRANSPORT_RECORD_MAX_BYTES;
	begin();
	return outcome(t, SSL_write_ex(t->ssl, bytes, n, ret_n));
}

static bool tls_has_pending(const struct transport *t)
{
	return SSL_has_pending(t->ssl) != 0;
}

static enum io tls_shutdown(struct transport *t)
{
	int result;

	begin();
	result = SSL_shutdown(t->ssl);
	if (result < 0)
		return outcome(t, result);
	if (shutdown(t->fd, SHUT_WR) < 0)
		return transport_system_error(t, IO_WANT_WRITE);
	return IO_DONE;
}

static const struct transport_ops tls_ops = {
    .handshake = tls_handshake,
    .recv = tls_recv,
    .send = tls_send,
    .has_pending = tls_has_pending,
    .shutdown = tls_shutdown,
};

void transport_tls_init(struct transport *t, struct ssl_ctx_st *ctx)
{
	t->ssl = SSL_new(ctx);
	assert(t->ssl != NULL); /* fails for want of memory only */
	SSL_set_mode(t->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				 SSL_MODE_RELEASE_BUFFERS);
	SSL_set_options(t->ssl, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
	SSL_set_read_ahead(t->ssl, 1);
	if (SSL_set_fd(t->ssl, t->fd) != 1)
		assert(!"out of memory");
	SSL_set_accept_state(t->ssl);
	t->ops = &tls_ops;
}

void transport_tls_clear(struct transport *t)
{
	SSL_free(t->ssl);
	t->ssl = NULL;
}
