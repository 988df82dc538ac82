/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * daemon/stream.h with a client at its other end that does what a script says: bytes arrive in pieces that chance cuts, each in memory of its
 * exact size; what the daemon writes is taken at once, or not at all while the client does not read.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/buffer.h"

struct connections;
struct event_base;
struct peer;

void peers_begin(void);
void peers_end(void);
/* Connects; connections_accept() is called before it returns, and nothing else. */
struct peer *peer_new(struct event_base *base, struct connections *to);
void peer_send(struct peer *p, const char *bytes, size_t n);
void peer_end(struct peer *p);	 /* its half, after all that was sent */
void peer_reset(struct peer *p); /* nothing more comes or goes */
void peer_read(struct peer *p, bool reads);

bool peer_is_reset(const struct peer *p);
bool peer_is_closed(const struct peer *p);		  /* by the daemon, or let go for reading slowly */
const struct buffer *peer_sent(const struct peer *p);	  /* what the client said */
const struct buffer *peer_taken(const struct peer *p);	  /* what the daemon took in */
const struct buffer *peer_received(const struct peer *p); /* what it said */
