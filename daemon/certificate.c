/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two kinds of certificate that the daemon makes for itself.
 *
 * Names that people chose are put in as structures. OpenSSL's text form of extensions
 * ("DNS:a,DNS:b") is a small language in which a name could say more than a name, so it is given
 * nothing but the constants of the tables below.
 */
#include "daemon/certificate.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#define DAY_S (24 * 3600)
#define BACKDATE_S 3600		       /* for clients whose clock is slow */
#define STATUS_BACKDATE_S (2L * DAY_S) /* likewise; what counts for security is its end */
#define LABEL_MAX_BYTES 63
#define DNS_MAX_BYTES 253

struct extension {
	int nid;
	const char *value;
};

static const struct extension ca_extensions[] = {
    {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
    {NID_key_usage, "critical,digitalSignature,keyCertSign,cRLSign"},
    {NID_subject_key_identifier, "hash"},
    {0, NULL},
};

static const struct extension server_extensions[] = {
    {NID_basic_constraints, "critical,CA:FALSE"},
    {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "serverAuth"},
    {NID_subject_key_identifier, "hash"},
    {NID_authority_key_identifier, "keyid:always"},
    {NID_tlsfeature, "status_request"},
    {0, NULL},
};

EVP_PKEY *certificate_new_key(void)
{
	return EVP_EC_gen("P-256");
}

static bool add_extensions(X509 *c, X509 *issuer, const struct extension *e)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, c, NULL, NULL, 0);
	for (; e->value != NULL; e++) {
		X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, &ctx, e->nid, e->value);
		bool ok = x != NULL && X509_add_ext(c, x, -1) == 1;

		X509_EXTENSION_free(x);
		if (!ok)
			return false;
	}
	return true;
}

/* 127 random bits: a serial number is positive and has at most 20 bytes. */
static bool set_serial(X509 *c)
{
	unsigned char bytes[16];
	BIGNUM *n;
	bool ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40);
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = n != NULL && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(c)) != NULL;
	BN_free(n);
	return ok;
}

static bool set_subject(X509 *c, const char *name)
{
	return X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8,
					  (const unsigned char *)name, -1, -1, 0) == 1;
}

static bool fill(X509 *c, EVP_PKEY *key, const char *name, int days)
{
	return X509_set_version(c, X509_VERSION_3) == 1 && set_serial(c) && set_subject(c, name) &&
	       X509_gmtime_adj(X509_getm_notBefore(c), -BACKDATE_S) != NULL &&
	       X509_gmtime_adj(X509_getm_notAfter(c), (long)days * DAY_S) != NULL &&
	       X509_set_pubkey(c, key) == 1;
}

X509 *certificate_new_ca(EVP_PKEY *key, const char *name)
{
	X509 *c = X509_new();

	if (c != NULL && fill(c, key, name, CA_DAYS) &&
	    X509_set_issuer_name(c, X509_get_subject_name(c)) == 1 &&
	    add_extensions(c, c, ca_extensions) && X509_sign(c, key, EVP_sha256()) > 0)
		return c;
	X509_free(c);
	return NULL;
}

static bool end_with(X509 *c, X509 *ca)
{
	if (ASN1_TIME_compare(X509_get0_notAfter(c), X509_get0_notAfter(ca)) <= 0)
		return true;
	return X509_set1_notAfter(c, X509_get0_notAfter(ca)) == 1;
}

static bool add_status_url(X509 *c, const char *url)
{
	AUTHORITY_INFO_ACCESS *all = AUTHORITY_INFO_ACCESS_new();
	ACCESS_DESCRIPTION *one = ACCESS_DESCRIPTION_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();
	bool ok;

	if (all == NULL || one == NULL || text == NULL || ASN1_STRING_set(text, url, -1) != 1)
		OPENSSL_die("out of memory", __FILE__, __LINE__);
	one->method = OBJ_nid2obj(NID_ad_OCSP);
	GENERAL_NAME_set0_value(one->location, GEN_URI, text);
	sk_ACCESS_DESCRIPTION_push(all, one);
	ok = X509_add1_ext_i2d(c, NID_info_access, all, 0, X509V3_ADD_DEFAULT) == 1;
	AUTHORITY_INFO_ACCESS_free(all);
	return ok;
}

X509 *certificate_new_server(EVP_PKEY *key, const char *name, GENERAL_NAMES *names,
			     const char *status_url, X509 *ca, EVP_PKEY *ca_key)
{
	X509 *c = X509_new();

	if (c != NULL && fill(c, key, name, SERVER_DAYS) && end_with(c, ca) &&
	    X509_set_issuer_name(c, X509_get_subject_name(ca)) == 1 &&
	    add_extensions(c, ca, server_extensions) &&
	    X509_add1_ext_i2d(c, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1 &&
	    add_status_url(c, status_url) && X509_sign(c, ca_key, EVP_sha256()) > 0)
		return c;
	X509_free(c);
	return NULL;
}

/* Clients find the certificate in it by SHA-1 (RFC 5019, section 2.1.1): a name, not a seal. */
static bool add_good(OCSP_BASICRESP *of, X509 *certificate, X509 *ca)
{
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), certificate, ca);
	ASN1_TIME *from = X509_gmtime_adj(NULL, -STATUS_BACKDATE_S),
		  *to = X509_gmtime_adj(NULL, (long)STATUS_DAYS * DAY_S);
	bool ok = id != NULL && from != NULL && to != NULL &&
		  OCSP_basic_add1_status(of, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, from, to) != NULL;

	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	OCSP_CERTID_free(id);
	return ok;
}

OCSP_RESPONSE *certificate_new_status(X509 *certificate, X509 *ca, EVP_PKEY *ca_key)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_RESPONSE *made = NULL;

	if (basic != NULL && add_good(basic, certificate, ca) &&
	    OCSP_basic_sign(basic, ca, ca_key, EVP_sha256(), NULL, OCSP_NOCERTS) == 1)
		made = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	OCSP_BASICRESP_free(basic);
	return made;
}

/* RFC 1123, section 2.1. */
bool certificate_is_dns_name(const char *name)
{
	size_t n = strlen(name), label = 0, i;

	if (n == 0 || n > DNS_MAX_BYTES)
		return false;
	for (i = 0; i <= n; i++) {
		char c = name[i];

		if (c == '.' || c == '\0') {
			if (label == 0 || label > LABEL_MAX_BYTES || name[i - 1] == '-')
				return false;
			label = 0;
		} else if (isascii(c) && (isalnum(c) || (c == '-' && label > 0))) {
			label++;
		} else {
			return false;
		}
	}
	return true;
}

static size_t parse_address(const char *text, unsigned char *ret)
{
	if (inet_pton(AF_INET, text, ret) == 1)
		return sizeof(struct in_addr);
	if (inet_pton(AF_INET6, text, ret) == 1)
		return sizeof(struct in6_addr);
	return 0;
}

int certificate_add_name(GENERAL_NAMES *names, const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];
	size_t n_address = parse_address(name, address);
	ASN1_STRING *value;
	GENERAL_NAME *n;

	if (n_address == 0 && !certificate_is_dns_name(name))
		return 1;
	n = GENERAL_NAME_new();
	value = n_address > 0 ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
	if (n == NULL || value == NULL)
		OPENSSL_die("out of memory", __FILE__, __LINE__);
	if (n_address > 0)
		ASN1_STRING_set(value, address, (int)n_address);
	else
		ASN1_STRING_set(value, name, -1);
	GENERAL_NAME_set0_value(n, n_address > 0 ? GEN_IPADD : GEN_DNS, value);
	sk_GENERAL_NAME_push(names, n);
	return 0;
}

bool certificate_has_names(X509 *certificate, GENERAL_NAMES *names)
{
	GENERAL_NAMES *has = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	bool same = has != NULL && sk_GENERAL_NAME_num(has) == sk_GENERAL_NAME_num(names);
	int i;

	for (i = 0; same && i < sk_GENERAL_NAME_num(names); i++)
		same = GENERAL_NAME_cmp(sk_GENERAL_NAME_value(has, i),
					sk_GENERAL_NAME_value(names, i)) == 0;
	GENERAL_NAMES_free(has);
	return same;
}

bool certificate_has_status_url(X509 *certificate, const char *url)
{
	STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(certificate);
	bool has = sk_OPENSSL_STRING_num(urls) == 1 &&
		   strcmp(sk_OPENSSL_STRING_value(urls, 0), url) == 0 &&
		   X509_get_ext_by_NID(certificate, NID_tlsfeature, -1) >= 0;

	X509_email_free(urls);
	return has;
}
