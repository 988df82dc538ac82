/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The daemon's own certificate authority, made on first start: DIR/tls/ca.crt and ca.key, server.crt and server.key (PEM, keys
 * 0600, P-256). The server certificate (names: localhost, the host name, 127.0.0.1, ::1, and those asked for) is made anew when it is
 * within 30 days of its end or when the names change; the CA lasts 10 years.
 */

#include "daemon/secret.h"

struct ssl_ctx_st;

/* 0, or > 0 with text in ret_why (256 bytes). extra_names: comma-separated DNS names and addresses, or NULL. */
int ca_ensure(const char *tls_dir, const char *extra_names, char *ret_why);
/* The server's SSL_CTX: TLS 1.3 (and 1.2 with AEAD and ECDHE where allowed), release-buffers, no tickets, no renegotiation. */
int ca_server_ctx(const char *certificate, const char *key, int allow_tls12, struct ssl_ctx_st **ret, char *ret_why);
void ca_server_ctx_free(struct ssl_ctx_st *ctx); /* takes NULL */
