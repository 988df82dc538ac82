/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeps the certificates of the daemon's own authority in order on disk.
 *
 * A file appears whole or not at all. A key is written before its certificate, so a crash between
 * the two leaves a certificate that does not fit its key, which the next start sees and makes anew.
 * That is harmless for the server's. The authority's certificate is what clients trust, and is
 * never replaced: where its key is missing, somebody must decide.
 */
#include "daemon/ca.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "daemon/certificate.h"
#include "daemon/durable.h"
#include "daemon/log.h"

#define RENEW_S (90 * 24 * 3600)
#define URL_BYTES 512
#define WHY_BYTES 256

struct pair {
	EVP_PKEY *key;
	X509 *certificate;
};

static void pair_clear(struct pair *p)
{
	EVP_PKEY_free(p->key);
	X509_free(p->certificate);
	*p = (struct pair){0};
}

__attribute__((format(printf, 2, 3))) static int fail(char *ret_why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(ret_why, WHY_BYTES, fmt, args);
	va_end(args);
	return 1;
}

static int fail_openssl(char *ret_why, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	ERR_clear_error();
	return fail(ret_why, "%s: %s", what, reason != NULL ? reason : "OpenSSL failed");
}

static void path_of(const char *dir, const char *name, const char *end, char *ret)
{
	snprintf(ret, PATH_MAX, "%s/%s.%s", dir, name, end);
}

/* Takes pem. */
static int save(const char *dir, const char *name, const char *end, mode_t mode, BIO *pem,
		char *ret_why)
{
	char path[PATH_MAX];
	char *bytes;
	long n = BIO_get_mem_data(pem, &bytes);
	int r;

	path_of(dir, name, end, path);
	r = durable_replace(path, mode, bytes, (size_t)n);
	BIO_free_all(pem);
	return r ? fail(ret_why, "%s: %s", path, strerror(-r)) : 0;
}

/* Keys pass through memory that OpenSSL wipes. */
static int save_pair(const char *dir, const char *name, const struct pair *p, char *ret_why)
{
	BIO *key = BIO_new(BIO_s_secmem()), *certificate = BIO_new(BIO_s_mem());

	if (PEM_write_bio_PrivateKey(key, p->key, NULL, NULL, 0, NULL, NULL) != 1 ||
	    PEM_write_bio_X509(certificate, p->certificate) != 1) {
		BIO_free_all(key);
		BIO_free_all(certificate);
		return fail_openssl(ret_why, name);
	}
	if (save(dir, name, "key", 0600, key, ret_why) != 0) {
		BIO_free_all(certificate);
		return 1;
	}
	return save(dir, name, "crt", 0644, certificate, ret_why);
}

/* What is not there, or is no PEM, stays NULL. */
static void load_pair(const char *dir, const char *name, struct pair *ret)
{
	char path[PATH_MAX];
	FILE *f;

	*ret = (struct pair){0};
	path_of(dir, name, "key", path);
	f = fopen(path, "re");
	if (f != NULL) {
		ret->key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
		fclose(f);
	}
	path_of(dir, name, "crt", path);
	f = fopen(path, "re");
	if (f != NULL) {
		ret->certificate = PEM_read_X509(f, NULL, NULL, NULL);
		fclose(f);
	}
	ERR_clear_error();
}

static bool pair_fits(const struct pair *p)
{
	return p->key != NULL && p->certificate != NULL &&
	       X509_check_private_key(p->certificate, p->key) == 1;
}

static bool has_host_name(char *ret, size_t n)
{
	return gethostname(ret, n) == 0 && memchr(ret, '\0', n) != NULL && ret[0] != '\0';
}

static int ensure_authority(const char *dir, struct pair *ret, char *ret_why)
{
	char path[PATH_MAX], host[HOST_NAME_MAX + 1], name[64];

	load_pair(dir, "ca", ret);
	path_of(dir, "ca", "crt", path);
	if (ret->certificate == NULL && access(path, F_OK) == 0)
		return fail(ret_why, "%s: not a certificate", path);
	if (ret->certificate != NULL && !pair_fits(ret))
		return fail(ret_why, "%s: its key ca.key is missing or another's", path);
	if (ret->certificate != NULL) {
		if (X509_cmp_current_time(X509_get0_notAfter(ret->certificate)) > 0)
			return 0;
		return fail(ret_why, "%s: has expired; remove it to make a new one", path);
	}
	pair_clear(ret);
	/* A common name has at most 64 characters. */
	snprintf(name, sizeof(name), "mutuald at %.40s",
		 has_host_name(host, sizeof(host)) ? host : "localhost");
	ret->key = certificate_new_key();
	ret->certificate = ret->key != NULL ? certificate_new_ca(ret->key, name) : NULL;
	if (ret->certificate == NULL)
		return fail_openssl(ret_why, "cannot make a certificate authority");
	return save_pair(dir, "ca", ret, ret_why);
}

static int add_extra_names(GENERAL_NAMES *names, const char *extra_names, char *ret_why)
{
	char *copy = strdup(extra_names), *rest = copy, *name;
	int r = 0;

	while (r == 0 && (name = strsep(&rest, ", ")) != NULL)
		if (name[0] != '\0' && certificate_add_name(names, name) != 0)
			r = fail(ret_why, "\"%s\" is neither a DNS name nor an address", name);
	free(copy);
	return r;
}

/* A host name that is no DNS name is nobody's fault here, and is left out. */
static int wanted_names(const char *extra_names, GENERAL_NAMES **ret, char *ret_why)
{
	static const char *const always[] = {"localhost", "127.0.0.1", "::1"};
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	char host[HOST_NAME_MAX + 1];
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(*always); i++)
		certificate_add_name(names, always[i]);
	if (has_host_name(host, sizeof(host)) && strcmp(host, "localhost") != 0)
		certificate_add_name(names, host);
	if (extra_names != NULL && add_extra_names(names, extra_names, ret_why) != 0) {
		GENERAL_NAMES_free(names);
		return 1;
	}
	*ret = names;
	return 0;
}

/* Of the first name that people gave, or the host's. */
static void status_url(const char *extra_names, uint16_t port, char *ret)
{
	const char *name = extra_names != NULL ? extra_names + strspn(extra_names, ", ") : "";
	char host[HOST_NAME_MAX + 1];
	int n = (int)strcspn(name, ", ");
	bool is_v6;

	if (n == 0) {
		name = has_host_name(host, sizeof(host)) && certificate_is_dns_name(host)
			   ? host
			   : "localhost";
		n = (int)strlen(name);
	}
	is_v6 = memchr(name, ':', (size_t)n) != NULL;
	snprintf(ret, URL_BYTES, "http://%s%.*s%s:%u/", is_v6 ? "[" : "", n, name, is_v6 ? "]" : "",
		 port);
}

/* A certificate from a clock that was wrong is made anew once it is right. */
static bool server_is_good(const struct pair *server, const struct pair *authority,
			   GENERAL_NAMES *names, const char *url)
{
	time_t soon = time(NULL) + RENEW_S;
	bool good = pair_fits(server) && X509_verify(server->certificate, authority->key) == 1 &&
		    X509_cmp_time(X509_get0_notAfter(server->certificate), &soon) > 0 &&
		    X509_cmp_current_time(X509_get0_notBefore(server->certificate)) < 0 &&
		    certificate_has_names(server->certificate, names) &&
		    certificate_has_status_url(server->certificate, url);

	ERR_clear_error();
	return good;
}

static int vouch(const char *dir, const struct pair *server, const struct pair *authority,
		 char *ret_why)
{
	OCSP_RESPONSE *status =
	    certificate_new_status(server->certificate, authority->certificate, authority->key);
	BIO *der = BIO_new(BIO_s_mem());
	bool ok = status != NULL && i2d_OCSP_RESPONSE_bio(der, status) == 1;

	OCSP_RESPONSE_free(status);
	if (ok)
		return save(dir, "server", "ocsp", 0644, der, ret_why);
	BIO_free_all(der);
	return fail_openssl(ret_why, "cannot vouch for the server certificate");
}

static int ensure_server(const char *dir, const struct pair *authority, GENERAL_NAMES *names,
			 const char *url, char *ret_why)
{
	struct pair server;
	int r = 0;

	load_pair(dir, "server", &server);
	if (!server_is_good(&server, authority, names, url)) {
		pair_clear(&server);
		server.key = certificate_new_key();
		if (server.key != NULL)
			server.certificate =
			    certificate_new_server(server.key, "mutuald", names, url,
						   authority->certificate, authority->key);
		if (server.certificate == NULL)
			r = fail_openssl(ret_why, "cannot make a server certificate");
		else
			r = save_pair(dir, "server", &server, ret_why);
		if (r == 0)
			log_info("made a new server certificate in %s", dir);
	}
	if (r == 0)
		r = vouch(dir, &server, authority, ret_why);
	pair_clear(&server);
	return r;
}

int ca_ensure(const char *tls_dir, const char *extra_names, uint16_t port, char *ret_why)
{
	struct pair authority = {0};
	char url[URL_BYTES];
	GENERAL_NAMES *names;
	int r;

	r = durable_mkdir(tls_dir, 0755);
	if (r != 0)
		return fail(ret_why, "%s: %s", tls_dir, strerror(-r));
	r = wanted_names(extra_names, &names, ret_why);
	if (r != 0)
		return r;
	status_url(extra_names, port, url);
	r = ensure_authority(tls_dir, &authority, ret_why);
	if (r == 0)
		r = ensure_server(tls_dir, &authority, names, url, ret_why);
	pair_clear(&authority);
	GENERAL_NAMES_free(names);
	return r;
}
