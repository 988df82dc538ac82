/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The TLS side of a transport; for transport.c alone. */

struct ssl_ctx_st;
struct transport;

void transport_tls_init(struct transport *t, struct ssl_ctx_st *ctx);
void transport_tls_clear(struct transport *t); /* does nothing where plain */
