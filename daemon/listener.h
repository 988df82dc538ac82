/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Accepts connections: TCP listening sockets of our own or passed by systemd. Survives EMFILE: stops accepting for 100 ms. */

#include <stddef.h>
#include <sys/socket.h>

struct event_base;
struct listener;

/* fn takes the fd (non-blocking, CLOEXEC, TCP_NODELAY). address is numeric, without port. */
typedef void listener_fn(void *arg, int fd, const char *address);

/* "127.0.0.1:7823", "[::1]:0", ":7823" (all addresses). < 0: -errno, with text in ret_why (256 bytes). Port 0: any; see listener_port(). */
int listener_new(struct event_base *base, const char *address, listener_fn *fn, void *arg, struct listener **ret, char *ret_why);
int listener_from_fd(struct event_base *base, int fd, listener_fn *fn, void *arg, struct listener **ret);
void listener_free(struct listener *l); /* takes NULL; closes */
int listener_port(const struct listener *l);
