/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Whether a server's certificate still holds, by what its authority says in the handshake (OCSP
 * stapling, RFC 6066, section 8). */

struct arena;
struct asn1_string_st;
struct ssl_ctx_st;
struct ssl_st;

void vouched_ask(struct ssl_ctx_st *context);
/* After a handshake in which the chain was verified: CONNECTION_OK, CONNECTION_E_WITHDRAWN, or, where
 * its authority said so at another time, as vouched_clocks(). A certificate that does not promise
 * such a word (RFC 7633) needs none. ret_why: in the arena, or static. */
int vouched_fault(struct ssl_st *tls, struct arena *a, const char **ret_why);
/* By the server it was then, not long ago, and here it is now: CONNECTION_E_CLOCK_AHEAD or
 * CONNECTION_E_CLOCK_BEHIND; in ret_why how far they are apart, and both times. */
int vouched_clocks(const struct asn1_string_st *there, struct arena *a, const char **ret_why);
