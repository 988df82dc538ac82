/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificates on disk, as `openssl verify` and the file system see them. */
#include "daemon/ca.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "daemon/certificate.h"

#define DAY_S (24 * 3600)
#define PORT 7823

static char dir[] = "/tmp/test_ca.XXXXXX";
static char why[256];

/* Valid until the one after the next. */
static const char *path(const char *name)
{
	static char p[2][256];
	static int i;

	i = !i;
	snprintf(p[i], sizeof(p[i]), "%s/%s", dir, name);
	return p[i];
}

static int empty(void **state)
{
	static const char *const names[] = {"ca.crt", "ca.key", "server.crt", "server.key",
					    "server.ocsp"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(path(names[i]));
	return 0;
}

static void ensure(const char *names)
{
	if (ca_ensure(dir, names, PORT, why) != 0)
		fail_msg("%s", why);
}

static X509 *load(const char *name)
{
	FILE *f = fopen(path(name), "r");
	X509 *c;

	assert_non_null(f);
	c = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	assert_non_null(c);
	return c;
}

static EVP_PKEY *load_key(const char *name)
{
	FILE *f = fopen(path(name), "r");
	EVP_PKEY *k;

	assert_non_null(f);
	k = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	assert_non_null(k);
	return k;
}

static void store(const char *name, X509 *c)
{
	FILE *f = fopen(path(name), "w");

	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, c), 1);
	fclose(f);
}

static void hash_of(const char *name, char *ret)
{
	char bytes[4096];
	FILE *f = fopen(path(name), "r");
	size_t n;

	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	sha256_hex(bytes, n, ret);
}

static int days_left(X509 *c)
{
	int days, seconds;

	assert_int_equal(ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(c)), 1);
	return days;
}

static void test_openssl_takes_them(void **state)
{
	static const char *const options[] = {
	    "",
	    "-verify_hostname localhost",
	    "-verify_ip 127.0.0.1",
	    "-verify_ip ::1",
	    "-verify_hostname vans.example.org",
	    "-verify_ip 192.0.2.7",
	};
	char command[1024];
	size_t i;

	ensure("vans.example.org, 192.0.2.7");
	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		snprintf(command, sizeof(command),
			 "openssl verify -x509_strict -purpose sslserver -CAfile %s/ca.crt %s "
			 "%s/server.crt >/dev/null",
			 dir, options[i], dir);
		assert_int_equal(system(command), 0);
	}
	snprintf(command, sizeof(command),
		 "openssl verify -CAfile %s/ca.crt -verify_hostname other.example.org "
		 "%s/server.crt >/dev/null 2>&1",
		 dir, dir);
	assert_int_not_equal(system(command), 0);
}

static void test_what_they_may(void **state)
{
	X509 *ca, *server;

	ensure(NULL);
	ca = load("ca.crt");
	server = load("server.crt");
	assert_true(X509_check_ca(ca) == 1);
	assert_int_equal(X509_get_pathlen(ca), 0);
	assert_int_equal(X509_get_key_usage(ca),
			 KU_DIGITAL_SIGNATURE | KU_KEY_CERT_SIGN | KU_CRL_SIGN);
	assert_in_range(days_left(ca), 3649, 3650);
	assert_int_equal(X509_check_ca(server), 0);
	assert_int_equal(X509_get_extended_key_usage(server), XKU_SSL_SERVER);
	assert_int_equal(X509_get_key_usage(server), KU_DIGITAL_SIGNATURE);
	assert_in_range(days_left(server), 396, 397);
	X509_free(ca);
	X509_free(server);
}

static void test_keys_are_secret(void **state)
{
	static const struct {
		const char *name;
		mode_t mode;
	} cases[] = {
	    {"ca.key", 0600},
	    {"server.key", 0600},
	    {"ca.crt", 0644},
	    {"server.crt", 0644},
	};
	struct stat st;
	size_t i;
	mode_t mask = umask(0);

	ensure(NULL);
	umask(mask);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(stat(path(cases[i].name), &st), 0);
		assert_int_equal(st.st_mode & 07777, cases[i].mode);
	}
	assert_int_not_equal(access(path("ca.key.new"), F_OK), 0);
}

static void sign_again(X509 *c)
{
	EVP_PKEY *ca_key = load_key("ca.key");

	assert_true(X509_sign(c, ca_key, EVP_sha256()) > 0);
	store("server.crt", c);
	EVP_PKEY_free(ca_key);
	X509_free(c);
}

/* Writes the server certificate anew as one that ends in so many days. */
static void age_server(int days)
{
	X509 *c = load("server.crt");

	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(c), (long)days * DAY_S));
	sign_again(c);
}

static void eighty_nine_days_left(void)
{
	age_server(89);
}

static void ninety_one_days_left(void)
{
	age_server(91);
}

static void made_by_a_clock_that_was_ahead(void)
{
	X509 *c = load("server.crt");

	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(c), DAY_S));
	sign_again(c);
}

/* As certificates were made before they came with their status. */
static void without(int nid)
{
	X509 *c = load("server.crt");

	X509_EXTENSION_free(X509_delete_ext(c, X509_get_ext_by_NID(c, nid, -1)));
	sign_again(c);
}

static void names_no_status(void)
{
	without(NID_info_access);
}

static void promises_no_status(void)
{
	without(NID_tlsfeature);
}

static void server_key_gone(void)
{
	unlink(path("server.key"));
}

static void server_key_of_another(void)
{
	rename(path("ca.key"), path("server.key"));
	unlink(path("ca.crt"));
}

static void server_certificate_cut(void)
{
	assert_int_equal(truncate(path("server.crt"), 100), 0);
}

static void nothing(void)
{
}

static void test_when_they_are_made_anew(void **state)
{
	static const struct {
		void (*happens)(void);
		const char *names_before, *names_after;
		bool same_ca, same_server;
	} cases[] = {
	    {nothing, NULL, NULL, true, true},
	    {nothing, "a.example", "a.example", true, true},
	    {nothing, "a.example", "b.example", true, false},
	    {nothing, "a.example", NULL, true, false},
	    {nothing, NULL, "2001:db8::1", true, false},
	    {ninety_one_days_left, NULL, NULL, true, true},
	    {eighty_nine_days_left, NULL, NULL, true, false},
	    {made_by_a_clock_that_was_ahead, NULL, NULL, true, false},
	    {names_no_status, NULL, NULL, true, false},
	    {promises_no_status, NULL, NULL, true, false},
	    {server_key_gone, NULL, NULL, true, false},
	    {server_certificate_cut, NULL, NULL, true, false},
	    {server_key_of_another, NULL, NULL, false, false},
	};
	char ca_before[65], ca_after[65], server_before[65], server_after[65];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		empty(NULL);
		ensure(cases[i].names_before);
		cases[i].happens();
		if (access(path("ca.crt"), F_OK) == 0)
			hash_of("ca.crt", ca_before);
		hash_of("server.crt", server_before);
		ensure(cases[i].names_after);
		hash_of("ca.crt", ca_after);
		hash_of("server.crt", server_after);
		assert_int_equal(strcmp(ca_before, ca_after) == 0, cases[i].same_ca);
		assert_int_equal(strcmp(server_before, server_after) == 0, cases[i].same_server);
	}
}

static void test_the_authority_is_never_replaced(void **state)
{
	char before[65], after[65];

	ensure(NULL);
	hash_of("ca.crt", before);
	unlink(path("ca.key"));
	assert_int_equal(ca_ensure(dir, NULL, PORT, why), 1);
	assert_non_null(strstr(why, "ca.key"));
	hash_of("ca.crt", after);
	assert_string_equal(before, after);
	assert_int_equal(truncate(path("ca.crt"), 10), 0);
	assert_int_equal(ca_ensure(dir, NULL, PORT, why), 1);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		int answer;
	} cases[] = {
	    {"a", 0},
	    {"vans.example.org", 0},
	    {"xn--dme-8la.fr", 0},
	    {"192.0.2.1", 0},
	    {"2001:db8::1", 0},
	    {"", 1},
	    {"*.example.org", 1},
	    {"a..b", 1},
	    {"a.", 1},
	    {"-a", 1},
	    {"a-", 1},
	    {"a_b", 1},
	    {"a b", 1},
	    {"a;DNS:evil.example", 1},
	    {"DNS:evil.example", 1},
	    {"d\xc3\xb4me.fr", 1},
	    {"1234567890123456789012345678901234567890123456789012345678901234.fr", 1},
	};
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(certificate_add_name(names, cases[i].name), cases[i].answer);
	assert_int_equal(sk_GENERAL_NAME_num(names), 5);
	GENERAL_NAMES_free(names);
	assert_int_equal(ca_ensure(dir, "good.example,b_d", PORT, why), 1);
	assert_non_null(strstr(why, "\"b_d\""));
}

static void test_context(void **state)
{
	char certificate[256], key[256];
	SSL_CTX *ctx;

	ensure(NULL);
	snprintf(certificate, sizeof(certificate), "%s", path("server.crt"));
	snprintf(key, sizeof(key), "%s", path("server.key"));
	assert_int_equal(ca_server_ctx(certificate, key, 0, &ctx, why), 0);
	assert_int_equal(SSL_CTX_get_min_proto_version(ctx), TLS1_3_VERSION);
	assert_int_equal(SSL_CTX_get_num_tickets(ctx), 0);
	SSL_CTX_free(ctx);
	assert_int_equal(ca_server_ctx(certificate, key, 1, &ctx, why), 0);
	assert_int_equal(SSL_CTX_get_min_proto_version(ctx), TLS1_2_VERSION);
	SSL_CTX_free(ctx);
	assert_int_equal(ca_server_ctx(certificate, path("ca.key"), 0, &ctx, why), 1);
	assert_int_equal(ca_server_ctx(certificate, key, 0, &ctx, why), 0);
	assert_int_equal(ca_server_status(ctx, path("server.ocsp"), why), 0);
	SSL_CTX_free(ctx);
	assert_int_equal(ca_server_ctx("/nonexistent", key, 0, &ctx, why), 1);
	assert_non_null(strstr(why, "/nonexistent"));
}

static void test_tokens_and_hashes(void **state)
{
	char one[TOKEN_BYTES], two[TOKEN_BYTES], hex[SHA256_HEX_BYTES];

	token_new(one);
	token_new(two);
	assert_int_equal(strlen(one), 26);
	assert_int_equal(strspn(one, "abcdefghijklmnopqrstuvwxyz234567"), 26);
	assert_string_not_equal(one, two);
	sha256_hex("abc", 3, hex); /* FIPS 180-4's example */
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_where_the_status_is(void **state)
{
	static const struct {
		const char *names;
		uint16_t port;
		const char *url;
	} cases[] = {
	    {"vans.example.org", 7823, "http://vans.example.org:7823/"},
	    {", b.example,vans.example.org", 99, "http://b.example:99/"},
	    {"192.0.2.7 a.example", 65535, "http://192.0.2.7:65535/"},
	    {"2001:db8::1,a.example", 1, "http://[2001:db8::1]:1/"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		X509 *c;

		assert_int_equal(ca_ensure(dir, cases[i].names, cases[i].port, why), 0);
		c = load("server.crt");
		assert_true(certificate_has_status_url(c, cases[i].url));
		X509_free(c);
	}
}

/* What `openssl ocsp` says of the status on disk, at a time so many seconds from now. */
static int judge(long at_s)
{
	char command[1024], at[64];
	time_t t = time(NULL) + at_s;

	strftime(at, sizeof(at), "%Y-%m-%d %H:%M:%S", localtime(&t));
	snprintf(command, sizeof(command),
		 "faketime '%s' openssl ocsp -no_nonce -respin %s/server.ocsp -issuer %s/ca.crt "
		 "-CAfile %s/ca.crt -cert %s/server.crt 2>&1 | tr '\\n' ' ' | "
		 "grep -q 'verify OK .*crt: good[[:space:]]*This Update'",
		 at, dir, dir, dir, dir);
	return system(command);
}

static void an_older_authority(void)
{
	X509 *ca = load("ca.crt");
	EVP_PKEY *key = load_key("ca.key");
	X509_EXTENSION *usage;
	FILE *f;

	X509_EXTENSION_free(X509_delete_ext(ca, X509_get_ext_by_NID(ca, NID_key_usage, -1)));
	usage = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, "critical,keyCertSign,cRLSign");
	assert_int_equal(X509_add_ext(ca, usage, -1), 1);
	X509_EXTENSION_free(usage);
	assert_true(X509_sign(ca, key, EVP_sha256()) > 0);
	f = fopen(path("ca.crt"), "w");
	assert_int_equal(PEM_write_X509(f, ca), 1);
	fclose(f);
	EVP_PKEY_free(key);
	X509_free(ca);
}

static void test_openssl_takes_the_status(void **state)
{
	char before[65], after[65];

	ensure(NULL);
	assert_int_equal(judge(0), 0);
	hash_of("server.ocsp", before);
	unlink(path("server.key"));
	rename(path("server.ocsp"), path("old"));
	ensure(NULL);
	assert_int_equal(judge(0), 0);
	hash_of("server.ocsp", after);
	assert_string_not_equal(before, after);
	rename(path("old"), path("server.ocsp")); /* is about the one before */
	assert_int_not_equal(judge(0), 0);
	an_older_authority();
	ensure(NULL);
	assert_int_equal(judge(0), 0);
}

static void test_the_status_ends(void **state)
{
	static const struct {
		long at_s;
		bool good;
	} cases[] = {
	    {-3000, true},
	    {-2 * DAY_S - 600, false},
	    {7 * DAY_S - 60, true},
	    {7 * DAY_S + 400, false},
	};
	size_t i;

	ensure(NULL);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(judge(cases[i].at_s) == 0, cases[i].good);
}

static int make_dir(void **state)
{
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_openssl_takes_them, empty),
	    cmocka_unit_test_teardown(test_what_they_may, empty),
	    cmocka_unit_test_teardown(test_keys_are_secret, empty),
	    cmocka_unit_test_teardown(test_when_they_are_made_anew, empty),
	    cmocka_unit_test_teardown(test_the_authority_is_never_replaced, empty),
	    cmocka_unit_test_teardown(test_names, empty),
	    cmocka_unit_test_teardown(test_where_the_status_is, empty),
	    cmocka_unit_test_teardown(test_openssl_takes_the_status, empty),
	    cmocka_unit_test_teardown(test_the_status_ends, empty),
	    cmocka_unit_test_teardown(test_context, empty),
	    cmocka_unit_test(test_tokens_and_hashes),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
