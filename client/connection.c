/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS to the server, and lines over it.
 *
 * Sockets block, with the kernel's own timeouts (SO_SNDTIMEO also bounds connect), so that every
 * wait in this client ends. Every address of a name is tried in turn. Nagle is off: a request is
 * one write, and its answer is waited for.
 */
#include "client/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "client/vouched.h"
#include "proto/line.h"
#include "proto/splitter.h"

struct connection {
	int fd;
	SSL_CTX *context;
	SSL *tls;
	struct splitter splitter;
};

static bool is_port(const char *s)
{
	size_t n = strspn(s, "0123456789");
	long value = n && n < 6 && !s[n] ? strtol(s, NULL, 10) : 0;
	return value > 0 && value < 65536;
}

static bool is_host(const char *s)
{
	size_t n = strcspn(s, "/\\@\"'[]");
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == '\x7f')
			return false;
	return n > 0 && n < 254 && !s[n];
}

int address_parse(const char *text, struct arena *a, struct address *ret)
{
	const char *colon = strrchr(text, ':'), *host = text, *port = CONNECTION_PORT;
	const char *close = strchr(text, ']');
	if (*text == '[') {
		if (!close || (close[1] && close[1] != ':'))
			return 1;
		host = arena_strndup(a, text + 1, (size_t)(close - text) - 1);
		port = close[1] ? close + 2 : port;
	} else if (colon && strchr(text, ':') == colon) {
		host = arena_strndup(a, text, (size_t)(colon - text));
		port = colon + 1;
	}
	if (!is_host(host) || !is_port(port))
		return 1;
	*ret = (struct address){.host = arena_strdup(a, host), .port = arena_strdup(a, port)};
	return 0;
}

const char *address_format(struct arena *a, const struct address *address)
{
	bool usual = strcmp(address->port, CONNECTION_PORT) == 0;
	if (strchr(address->host, ':'))
		return arena_printf(a, "[%s]:%s", address->host, address->port);
	return usual ? arena_strdup(a, address->host)
		     : arena_printf(a, "%s:%s", address->host, address->port);
}

static void set_timeouts(int fd, int seconds)
{
	struct timeval limit = {.tv_sec = seconds};
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

static const char *socket_error(int error)
{
	return error == EINPROGRESS || error == EAGAIN ? strerror(ETIMEDOUT) : strerror(error);
}

static int connect_one(const struct addrinfo *info, int timeout_s, struct arena *a,
		       const char **ret_why)
{
	char numeric[INET6_ADDRSTRLEN + 32] = "?";
	int one = 1,
	    fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol);
	getnameinfo(info->ai_addr, info->ai_addrlen, numeric, sizeof(numeric), NULL, 0,
		    NI_NUMERICHOST);
	if (fd >= 0) {
		set_timeouts(fd, timeout_s);
		if (connect(fd, info->ai_addr, info->ai_addrlen) == 0) {
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			return fd;
		}
	}
	const char *before = *ret_why;
	*ret_why = arena_printf(a, "%s%s%s: %s", before ? before : "", before ? "; " : "", numeric,
				socket_error(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int connect_any(const struct address *address, int timeout_s, struct arena *a, int *ret_fd,
		       const char **ret_why)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct addrinfo *list = NULL;
	int answer = getaddrinfo(address->host, address->port, &hints, &list);
	if (answer != 0) {
		*ret_why = gai_strerror(answer);
		return CONNECTION_E_RESOLVE;
	}
	int fd = -1;
	for (const struct addrinfo *i = list; i && fd < 0; i = i->ai_next)
		fd = connect_one(i, timeout_s, a, ret_why);
	freeaddrinfo(list);
	*ret_fd = fd;
	return fd < 0 ? CONNECTION_E_CONNECT : CONNECTION_OK;
}

static int trust_pem(SSL_CTX *context, const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	X509 *certificate;
	int n = 0;
	while (bio && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		n += X509_STORE_add_cert(store, certificate);
		X509_free(certificate);
	}
	BIO_free(bio);
	ERR_clear_error();
	return n > 0 ? CONNECTION_OK : CONNECTION_E_CA_FILE;
}

static bool is_numeric(const char *host)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static bool expect_server(SSL *tls, const char *host)
{
	if (is_numeric(host))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host) == 1;
	SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(tls, host) == 1 && SSL_set_tlsext_host_name(tls, host) == 1;
}

static int fault_of_verification(long result)
{
	switch (result) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return CONNECTION_E_NAME;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return CONNECTION_E_EXPIRED;
	default:
		return CONNECTION_E_UNTRUSTED;
	}
}

static int handshake_fault(struct connection *c, int answer, struct arena *a, const char **ret_why)
{
	int saved = errno, error = SSL_get_error(c->tls, answer);
	long verified = SSL_get_verify_result(c->tls);
	STACK_OF(X509) *chain = SSL_get0_verified_chain(c->tls);
	if (verified == X509_V_ERR_CERT_NOT_YET_VALID && sk_X509_num(chain) > 0)
		return vouched_clocks(X509_get0_notBefore(sk_X509_value(chain, 0)), a, ret_why);
	if (verified != X509_V_OK) {
		*ret_why = X509_verify_cert_error_string(verified);
		return fault_of_verification(verified);
	}
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return CONNECTION_E_SILENT;
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;
	*ret_why = arena_strdup(a, reason  ? reason
				   : saved ? strerror(saved)
					   : "the connection was closed");
	return CONNECTION_E_TLS;
}

static int start_tls(struct connection *c, const struct address *address, const char *ca_pem,
		     struct arena *a, const char **ret_why)
{
	c->context = SSL_CTX_new(TLS_client_method());
	if (!c->context)
		abort();
	SSL_CTX_set_min_proto_version(c->context, TLS1_3_VERSION);
	SSL_CTX_set_verify(c->context, SSL_VERIFY_PEER, NULL);
	if (ca_pem && trust_pem(c->context, ca_pem) != CONNECTION_OK)
		return CONNECTION_E_CA_FILE;
	if (!ca_pem)
		SSL_CTX_set_default_verify_paths(c->context);
	vouched_ask(c->context);
	c->tls = SSL_new(c->context);
	if (!c->tls || !expect_server(c->tls, address->host) || SSL_set_fd(c->tls, c->fd) != 1)
		abort();
	ERR_clear_error();
	errno = 0;
	int answer = SSL_connect(c->tls);
	if (answer != 1)
		return handshake_fault(c, answer, a, ret_why);
	set_timeouts(c->fd, REPLY_TIMEOUT_S);
	return vouched_fault(c->tls, a, ret_why);
}

int connection_open(const struct address *address, const char *ca_pem, int timeout_s,
		    struct arena *a, struct connection **ret, const char **ret_why)
{
	*ret_why = NULL;
	struct connection *c = memory_new(sizeof(*c));
	c->fd = -1;
	splitter_init(&c->splitter, LINE_MAX_BYTES);
	int fault = connect_any(address, timeout_s, a, &c->fd, ret_why);
	if (!fault)
		fault = start_tls(c, address, ca_pem, a, ret_why);
	if (fault) {
		connection_close(c);
		return fault;
	}
	*ret = c;
	return CONNECTION_OK;
}

void connection_close(struct connection *c)
{
	if (!c)
		return;
	if (c->tls && SSL_is_init_finished(c->tls))
		SSL_shutdown(c->tls);
	ERR_clear_error();
	SSL_free(c->tls);
	SSL_CTX_free(c->context);
	if (c->fd >= 0)
		close(c->fd);
	splitter_release(&c->splitter);
	free(c);
}

static int fault_of_transfer(struct connection *c, int answer)
{
	int error = SSL_get_error(c->tls, answer);
	ERR_clear_error();
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? CONNECTION_E_SILENT
									     : CONNECTION_E_LOST;
}

void connection_be_patient(struct connection *c, int timeout_s)
{
	set_timeouts(c->fd, timeout_s);
}

int connection_send(struct connection *c, const void *bytes, size_t n)
{
	size_t sent;
	ERR_clear_error();
	return SSL_write_ex(c->tls, bytes, n, &sent) == 1 ? CONNECTION_OK : fault_of_transfer(c, 0);
}

int connection_line(struct connection *c, char **ret_line, size_t *ret_n)
{
	char bytes[16384];
	size_t n;
	for (;;) {
		int answer = splitter_next(&c->splitter, ret_line, ret_n);
		if (answer == SPLITTER_LINE)
			return CONNECTION_OK;
		if (answer == SPLITTER_TOO_LONG)
			return CONNECTION_E_LINE;
		ERR_clear_error();
		if (SSL_read_ex(c->tls, bytes, sizeof(bytes), &n) != 1)
			return fault_of_transfer(c, 0);
		splitter_feed(&c->splitter, bytes, n);
	}
}
