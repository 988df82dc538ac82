/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's TLS settings.
 *
 * No resumption: sessions here last for hours, and a ticket would be one more secret to keep. The
 * smaller cipher goes first: it is as good for our purpose and costs less on both sides.
 *
 * Who speaks HTTP where TLS is expected is found out by OpenSSL, and told from within the handshake
 * that fails for it: so the one port serves both, and nothing is looked at twice.
 */
#include "daemon/ca.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "lib/arena.h"

#define WHY_BYTES 256
#define STATUS_MAX_BYTES 16384

struct status { /* of a context, for as long as a connection has it */
	unsigned char bytes[STATUS_MAX_BYTES];
	size_t n;
	ca_http_fn *on_http;
	void *arg;
};

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

static void free_status(void *parent, void *ptr, CRYPTO_EX_DATA *data, int i, long argl, void *argp)
{
	free(ptr);
}

static int status_index(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_status);
	return index;
}

static struct status *status_of(const SSL *ssl)
{
	return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), status_index());
}

/* Called where the client asks for it. */
static int send_status(SSL *ssl, void *arg)
{
	const struct status *s = status_of(ssl);
	void *copy = OPENSSL_memdup(s->bytes, s->n);

	if (copy == NULL)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)s->n);
	return SSL_TLSEXT_ERR_OK;
}

int ca_server_status(struct ssl_ctx_st *ctx, const char *file, char *ret_why)
{
	struct status *s = memory_new(sizeof(*s));
	FILE *f = fopen(file, "re");

	if (f != NULL) {
		s->n = fread(s->bytes, 1, sizeof(s->bytes), f);
		fclose(f);
	}
	if (s->n == 0 || s->n == sizeof(s->bytes) ||
	    SSL_CTX_set_ex_data(ctx, status_index(), s) != 1) {
		free(s);
		snprintf(ret_why, WHY_BYTES, "%s: cannot be read", file);
		return 1;
	}
	SSL_CTX_set_tlsext_status_cb(ctx, send_status);
	return 0;
}

static void on_info(const SSL *ssl, int where, int result)
{
	const struct status *s;

	if (where != SSL_CB_ACCEPT_EXIT || result > 0 ||
	    ERR_GET_REASON(ERR_peek_last_error()) != SSL_R_HTTP_REQUEST)
		return;
	s = status_of(ssl);
	s->on_http(s->arg, SSL_get_fd(ssl), s->bytes, s->n);
}

void ca_server_on_http(struct ssl_ctx_st *ctx, ca_http_fn *fn, void *arg)
{
	struct status *s = SSL_CTX_get_ex_data(ctx, status_index());

	s->on_http = fn;
	s->arg = arg;
	SSL_CTX_set_info_callback(ctx, on_info);
}
