/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * daemon/stream.h between a client and a daemon, without bytes on a wire: each direction in order, each piece after a delay, cut where chance says. A
 * line that is lost is lost for both: what was on its way may still arrive, and each side learns of it at a moment of its own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct connections;
struct event_base;
struct wire; /* one connection, as its client has it */

struct wire_ops { /* the client's */
	void (*received)(void *arg, const char *bytes, size_t n);
	void (*lost)(void *arg); /* the last call */
};

void wires_begin(void);
/* Connects; connections_accept() is called after a delay. */
struct wire *wire_new(struct event_base *base, struct connections *to, const struct wire_ops *ops, void *arg);
void wire_send(struct wire *w, const char *text);
int64_t wire_taken_us(const struct wire *w); /* when the daemon last read from it */
void wire_close(struct wire *w); /* by the client: no call follows */
void wire_lose(struct wire *w);
void wires_lose_all(const struct event_base *base); /* the daemon is gone */
