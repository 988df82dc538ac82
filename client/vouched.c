/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The authority's word on a certificate, as it comes with the handshake.
 *
 * A certificate is good for a year, and its key may be stolen on any day of it. What the authority
 * signs beside it is good for a week, and only for the certificate that it stands by: with one that
 * promises to bring it, no word means no. Elsewhere clients ask a third party and go on where that
 * does not answer; whoever stole a key sees to it that it does not.
 *
 * The clocks of small machines go wrong by hours: a day more or less makes no difference here.
 */
#include "client/vouched.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define CLOCKS_DIFFER_S (24 * 3600)

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

static const char *fault(SSL *tls, OCSP_BASICRESP *basic)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(tls);
	X509_STORE *store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(tls));
	ASN1_GENERALIZEDTIME *from = NULL, *to = NULL;
	int status = V_OCSP_CERTSTATUS_UNKNOWN;
	if (!basic)
		return "its authority does not say that it still holds";
	if (sk_X509_num(chain) < 2 || OCSP_basic_verify(basic, chain, store, 0) != 1)
		return "what is said of its validity does not come from its authority";
	OCSP_CERTID *id =
	    OCSP_cert_to_id(EVP_sha1(), sk_X509_value(chain, 0), sk_X509_value(chain, 1));
	bool found = id && OCSP_resp_find_status(basic, id, &status, NULL, NULL, &from, &to) == 1;
	OCSP_CERTID_free(id);
	if (!found || status != V_OCSP_CERTSTATUS_GOOD)
		return "its authority has withdrawn it";
	if (!to || OCSP_check_validity(from, to, CLOCKS_DIFFER_S, -1) != 1)
		return "its authority has not said for long that it still holds";
	return NULL;
}

bool vouched_is_good(SSL *tls, const char **ret_why)
{
	if (X509_get_ext_by_NID(SSL_get0_peer_certificate(tls), NID_tlsfeature, -1) < 0)
		return true;
	OCSP_BASICRESP *basic = sent(tls);
	const char *why = fault(tls, basic);
	OCSP_BASICRESP_free(basic);
	ERR_clear_error();
	if (why)
		*ret_why = why;
	return !why;
}
