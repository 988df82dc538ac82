/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Connections: lines in, exchanges, lines out. Replies go out in the order of the requests: changing requests may be on their way
 * together, anything else waits until they are answered.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct connections;
struct connection;
struct exchange;
struct person;
struct served;
struct server;
struct ssl_ctx_st;

struct connections *connections_new(struct server *server, struct ssl_ctx_st *ctx);
void connections_free(struct connections *cs); /* closes all */
void connections_accept(void *connections, int fd, const char *address); /* a listener_fn */
void connections_use_tls(struct connections *cs, struct ssl_ctx_st *ctx); /* for those to come */
uint64_t connection_id(const struct connection *c); /* counted from 1 */
size_t connections_count(const struct connections *cs);
void connections_say_goodbye(struct connections *cs); /* the daemon stops: each is closed once it has its answers */

/* Called by exchange_finish() and exchange_flush(). */
void connection_reply(struct connection *c, struct exchange *x);
bool connection_flush(struct connection *c, struct exchange *x);
/* An untagged line about what happens in the pole, for which there is room now: the reader is not slow, and no reply is sent in part. */
bool connection_takes_events(const struct connection *c);
void connection_event(struct connection *c, const char *line, size_t n);
/* It is one of this person's from now on. False: their member has too many, and nothing changes. */
bool connection_join(struct connection *c, const struct served *s, const struct person *p);
void connection_replace(struct connection *c, struct exchange *old, struct exchange *by); /* in its order */
