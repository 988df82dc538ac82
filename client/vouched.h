/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Whether a server's certificate still holds, by what its authority says in the handshake (OCSP
 * stapling, RFC 6066, section 8). */

#include <stdbool.h>

struct ssl_ctx_st;
struct ssl_st;

void vouched_ask(struct ssl_ctx_st *context);
/* After a handshake in which the chain was verified. A certificate that does not promise such a
 * word (RFC 7633) needs none. ret_why: static text. */
bool vouched_is_good(struct ssl_st *tls, const char **ret_why);
