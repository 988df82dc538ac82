/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Makes X.509 certificates (RFC 5280), P-256 and SHA-256; knows no files. For ca.c. */

#include <stdbool.h>

#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define CA_DAYS 3650
#define SERVER_DAYS 397 /* what clients of the web's world still take */
#define STATUS_DAYS 7

/* NULL: OpenSSL failed; its error queue says why. The caller frees. */
EVP_PKEY *certificate_new_key(void);
X509 *certificate_new_ca(EVP_PKEY *key, const char *name);
/* Ends with the CA at the latest. Names where its status is told (http://...), and says that it
 * comes with one (RFC 7633). */
X509 *certificate_new_server(EVP_PKEY *key, const char *name, GENERAL_NAMES *names,
			     const char *status_url, X509 *ca, EVP_PKEY *ca_key);
/* That the CA vouches for it for STATUS_DAYS from now on (RFC 6960, signed by the CA itself). */
OCSP_RESPONSE *certificate_new_status(X509 *certificate, X509 *ca, EVP_PKEY *ca_key);

/* Adds a DNS name (letters, digits, hyphens; no wildcard) or a numeric address. > 0: it is neither.
 */
int certificate_add_name(GENERAL_NAMES *names, const char *name);
bool certificate_is_dns_name(const char *name);
bool certificate_has_names(X509 *certificate,
			   GENERAL_NAMES *names); /* exactly these, in this order */
bool certificate_has_status_url(X509 *certificate, const char *url); /* and comes with its status */
