/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A blocking TLS connection that carries lines. The server is always verified: its chain against
 * the CA given (or the machine's own where none is), its name or address against the one that was
 * asked for. There is no way to skip that.
 */

#include <stddef.h>

#include "lib/arena.h"

#define CONNECTION_PORT "7823"
#define CONNECT_TIMEOUT_S 10
#define CONNECT_TIMEOUT_SHORT_S 3 /* where there is another server to try */
#define REPLY_TIMEOUT_S 30
#define REPLY_TIMEOUT_SHORT_S 18 /* a change; the server itself gives up after 15 s */

struct address {
	const char *host, *port;
};

/* `host`, `host:port`, `[::1]:port`, `::1`. > 0: not an address. Strings live in the arena. */
int address_parse(const char *text, struct arena *a, struct address *ret);
/* As it is typed again: the port only where it is not the usual one. */
const char *address_format(struct arena *a, const struct address *address);

enum connection_fault {
	CONNECTION_OK = 0,
	CONNECTION_E_RESOLVE,	/* no such host */
	CONNECTION_E_CONNECT,	/* refused, unreachable, timed out */
	CONNECTION_E_TLS,	/* the handshake failed: not TLS, or not ours */
	CONNECTION_E_CA_FILE,	/* the CA certificate is not readable as PEM */
	CONNECTION_E_UNTRUSTED, /* not issued by that CA */
	CONNECTION_E_NAME,	/* issued for another name */
	CONNECTION_E_EXPIRED,	/* no longer, or not yet, valid */
	CONNECTION_E_CLOCK_AHEAD,  /* this computer's clock, of the server's; or the other is behind */
	CONNECTION_E_CLOCK_BEHIND, /* likewise */
	CONNECTION_E_WITHDRAWN, /* its authority does not vouch for it any more: see vouched.h */
	CONNECTION_E_LOST,	/* ended by the other side, or the network */
	CONNECTION_E_SILENT,	/* no answer in time */
	CONNECTION_E_LINE,	/* a line longer than the protocol allows */
	CONNECTION_E_PROTOCOL,	/* it greets as something else */
};

struct connection;

/* ca_pem NULL: the machine's own certificates. ret_why: what was tried and what came of it, in the
 * arena. The time limit is for each address of the name, and for each step of the handshake. */
int connection_open(const struct address *address, const char *ca_pem, int timeout_s,
		    struct arena *a, struct connection **ret, const char **ret_why);
void connection_close(struct connection *c); /* takes NULL */
/* How long an answer is waited for from now on; REPLY_TIMEOUT_S at first. */
void connection_be_patient(struct connection *c, int timeout_s);
int connection_send(struct connection *c, const void *bytes, size_t n);
/* One line without its end, valid until the next call. */
int connection_line(struct connection *c, char **ret_line, size_t *ret_n);
