/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The daemon's own certificate authority, made on first start: DIR/tls/ca.crt and ca.key, server.crt and server.key (PEM, keys
 * 0600, P-256). The server certificate (names: localhost, the host name, 127.0.0.1, ::1, and those asked for) is made anew when it is
 * within 90 days of its end or when the names change; the CA lasts 10 years.
 *
 * A certificate is withdrawn by making another. It is worth nothing without DIR/tls/server.ocsp, in which the authority vouches for it for
 * a week: every handshake carries that, and our client insists. So whoever took the server's key, and not the authority's, is out eight
 * days (clocks differ) after that key was removed and a new one made. For anyone else the certificate names the same port, where plain HTTP is
 * answered with it, too.
 */

#include <stddef.h>
#include <stdint.h>

#include "daemon/secret.h"

struct ssl_ctx_st;

/* 0, or > 0 with text in ret_why (256 bytes). extra_names: comma-separated DNS names and addresses, or NULL. Each call vouches anew. */
int ca_ensure(const char *tls_dir, const char *extra_names, uint16_t port, char *ret_why);
/* The server's SSL_CTX: TLS 1.3 (and 1.2 with AEAD and ECDHE where allowed), release-buffers, no tickets, no renegotiation. */
int ca_server_ctx(const char *certificate, const char *key, int allow_tls12, struct ssl_ctx_st **ret, char *ret_why);
/* What is sent with the certificate: a file of DER. */
int ca_server_status(struct ssl_ctx_st *ctx, const char *file, char *ret_why);
/* Called from within a handshake in which somebody spoke HTTP: with the status, and the socket, which is about to be closed. */
typedef void ca_http_fn(void *arg, int fd, const void *status, size_t n);
void ca_server_on_http(struct ssl_ctx_st *ctx, ca_http_fn *fn, void *arg);
void ca_server_ctx_free(struct ssl_ctx_st *ctx); /* takes NULL */
