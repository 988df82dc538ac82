/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's TLS settings.
 *
 * No resumption: sessions here last for hours, and a ticket would be one more secret to keep. The
 * smaller cipher goes first: it is as good for our purpose and costs less on both sides.
 */
#include "daemon/ca.h"

#include <stdio.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#define WHY_BYTES 256

static const char tls13_ciphers[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
static const char tls12_ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

static int fail(SSL_CTX *ctx, const char *what, char *ret_why)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	snprintf(ret_why, WHY_BYTES, "%s: %s", what, reason != NULL ? reason : "OpenSSL failed");
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return 1;
}

int ca_server_ctx(const char *certificate, const char *key, int allow_tls12,
		  struct ssl_ctx_st **ret, char *ret_why)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL ||
	    SSL_CTX_set_min_proto_version(ctx, allow_tls12 ? TLS1_2_VERSION : TLS1_3_VERSION) !=
		1 ||
	    SSL_CTX_set_ciphersuites(ctx, tls13_ciphers) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, tls12_ciphers) != 1 ||
	    SSL_CTX_set1_groups_list(ctx, "X25519:P-256") != 1 ||
	    SSL_CTX_set_num_tickets(ctx, 0) != 1)
		return fail(ctx, "TLS", ret_why);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
				     SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
				     SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1)
		return fail(ctx, certificate, ret_why);
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		return fail(ctx, key, ret_why);
	*ret = ctx;
	return 0;
}

void ca_server_ctx_free(struct ssl_ctx_st *ctx)
{
	SSL_CTX_free(ctx);
}
