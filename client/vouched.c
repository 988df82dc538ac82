/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The authority's word on a certificate, as it comes with the handshake.
 *
 * A certificate is good for a year, and its key may be stolen on any day of it. What the authority
 * signs beside it is good for a week, and only for the certificate that it stands by: with one that
 * promises to bring it, no word means no. Elsewhere clients ask a third party and go on where that
 * does not answer; whoever stole a key sees to it that it does not.
 *
 * The clocks of small machines go wrong by hours: a day more or less makes no difference here. One
 * that is wrong by more than a week looks like a stolen key, and is far more often what it is; so
 * that is said first.
 */
#include "client/vouched.h"

#include <stdbool.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "client/connection.h"
#include "client/text.h"

#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)
#define CLOCKS_DIFFER_S DAY_S

void vouched_ask(SSL_CTX *context)
{
	SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
}

static OCSP_BASICRESP *sent(SSL *tls)
{
	const unsigned char *bytes;
	long n = SSL_get_tlsext_status_ocsp_resp(tls, &bytes);
	OCSP_RESPONSE *response = n > 0 ? d2i_OCSP_RESPONSE(NULL, &bytes, n) : NULL;
	OCSP_BASICRESP *basic = NULL;
	if (response && OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		basic = OCSP_response_get1_basic(response);
	OCSP_RESPONSE_free(response);
	return basic;
}

static time_t seconds_of(const ASN1_TIME *t)
{
	struct tm tm;
	return t && ASN1_TIME_to_tm(t, &tm) == 1 ? timegm(&tm) : time(NULL);
}

static const char *moment_text(struct arena *a, time_t at)
{
	char text[32] = "";
	struct tm tm;
	if (gmtime_r(&at, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
	return arena_strdup(a, text);
}

int vouched_clocks(const ASN1_TIME *there, struct arena *a, const char **ret_why)
{
	time_t here = time(NULL), then = seconds_of(there);
	long long apart_s = here > then ? here - then : then - here;
	bool in_hours = apart_s < 2 * DAY_S;
	long long unit_s = in_hours ? HOUR_S : DAY_S;
	*ret_why = arena_printf(a, text(in_hours ? TEXT_CLOCKS_HOURS : TEXT_CLOCKS_DAYS),
				(apart_s + unit_s / 2) / unit_s, moment_text(a, here),
				moment_text(a, then));
	return here > then ? CONNECTION_E_CLOCK_AHEAD : CONNECTION_E_CLOCK_BEHIND;
}

static int withdrawn(const char *why, const char **ret_why)
{
	*ret_why = why;
	return CONNECTION_E_WITHDRAWN;
}

static int fault_of(SSL *tls, OCSP_BASICRESP *basic, struct arena *a, const char **ret_why)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(tls);
	X509_STORE *store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(tls));
	ASN1_GENERALIZEDTIME *from = NULL, *to = NULL;
	int status = V_OCSP_CERTSTATUS_UNKNOWN;
	if (!basic)
		return withdrawn("its authority does not say that it still holds", ret_why);
	if (sk_X509_num(chain) < 2 || OCSP_basic_verify(basic, chain, store, 0) != 1)
		return withdrawn("what is said of its validity does not come from its authority",
				 ret_why);
	OCSP_CERTID *id =
	    OCSP_cert_to_id(EVP_sha1(), sk_X509_value(chain, 0), sk_X509_value(chain, 1));
	bool found = id && OCSP_resp_find_status(basic, id, &status, NULL, NULL, &from, &to) == 1;
	OCSP_CERTID_free(id);
	if (!found || status != V_OCSP_CERTSTATUS_GOOD)
		return withdrawn("its authority has withdrawn it", ret_why);
	if (!to)
		return withdrawn("its authority does not say for how long it holds", ret_why);
	if (OCSP_check_validity(from, to, CLOCKS_DIFFER_S, -1) != 1)
		return vouched_clocks(OCSP_resp_get0_produced_at(basic), a, ret_why);
	return CONNECTION_OK;
}

int vouched_fault(SSL *tls, struct arena *a, const char **ret_why)
{
	if (X509_get_ext_by_NID(SSL_get0_peer_certificate(tls), NID_tlsfeature, -1) < 0)
		return CONNECTION_OK;
	OCSP_BASICRESP *basic = sent(tls);
	int fault = fault_of(tls, basic, a, ret_why);
	OCSP_BASICRESP_free(basic);
	ERR_clear_error();
	return fault;
}
