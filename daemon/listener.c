/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accepts TCP connections.
 *
 * When the process is out of descriptors, a listening socket stays readable for ever: the loop
 * would turn a million times a second, and the client would hang. One descriptor is kept in reserve
 * for that moment: it is given up so that the connection can be taken and closed, then accepting
 * rests for 100 ms.
 *
 * It should not come to that, for whoever is let in last would take the descriptor with which the
 * database is connected again. A new descriptor is the lowest that is free: where its number says
 * that all but the last few are taken, the connection is closed as if there were none.
 */
#include "daemon/listener.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/log.h"
#include "lib/arena.h"

#define BACKLOG 1024
#define ACCEPTS_PER_TURN 64
#define WHY_BYTES 256
#define KEPT_DESCRIPTORS 32 /* for the database, certificates, policies; of few, a quarter */

static const struct timeval rest = {.tv_usec = 100 * 1000};

struct listener {
	int fd, reserve_fd;
	bool resting;
	listener_fn *fn;
	void *arg;
	struct event readable, rested;
};

static int open_reserve(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Numeric; an IPv4 peer of an IPv6 socket as IPv4, so that limits per address count it once. */
static void address_text(const struct sockaddr_storage *peer, socklen_t n, char *ret, size_t size)
{
	const char mapped[] = "::ffff:";

	if (getnameinfo((const struct sockaddr *)peer, n, ret, (socklen_t)size, NULL, 0,
			NI_NUMERICHOST) != 0)
		snprintf(ret, size, "unknown");
	if (strncmp(ret, mapped, strlen(mapped)) == 0 && strchr(ret, '.') != NULL)
		memmove(ret, ret + strlen(mapped), strlen(ret) - strlen(mapped) + 1);
}

static void refuse_one(struct listener *l)
{
	int fd;

	if (l->reserve_fd >= 0)
		close(l->reserve_fd);
	fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	l->reserve_fd = open_reserve();
}

/* Whether this descriptor is one of those that connections may not have. */
static bool is_kept(int fd)
{
	struct rlimit limit;
	rlim_t kept = KEPT_DESCRIPTORS;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return false;
	if (kept > limit.rlim_cur / 4)
		kept = limit.rlim_cur / 4;
	return (rlim_t)fd + kept >= limit.rlim_cur;
}

static void take_rest(struct listener *l, int error)
{
	if (!l->resting)
		log_warning("cannot accept connections: %s; pausing", strerror(error));
	l->resting = true;
	event_del(&l->readable);
	event_add(&l->rested, &rest);
}

static bool is_about_one_connection(int error)
{
	return error == EINTR || error == ECONNABORTED || error == EPROTO || error == EPERM ||
	       error == ENETDOWN || error == EHOSTDOWN || error == EHOSTUNREACH ||
	       error == ENETUNREACH || error == ENONET || error == ENOPROTOOPT ||
	       error == EOPNOTSUPP;
}

/* False: there is no more to accept now. */
static bool accept_one(struct listener *l)
{
	struct sockaddr_storage peer;
	socklen_t n = sizeof(peer);
	char address[NI_MAXHOST];
	int fd = accept4(l->fd, (struct sockaddr *)&peer, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0 && is_kept(fd)) {
		close(fd);
		take_rest(l, EMFILE);
		return false;
	}
	if (fd >= 0) {
		l->resting = false;
		address_text(&peer, n, address, sizeof(address));
		l->fn(l->arg, fd, address);
		return true;
	}
	if (errno == EAGAIN)
		return false;
	if (is_about_one_connection(errno))
		return true;
	take_rest(l, errno);
	refuse_one(l);
	return false;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	int n = ACCEPTS_PER_TURN;

	while (n-- > 0 && accept_one(arg))
		;
}

static void on_rested(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;

	event_add(&l->readable, NULL);
}

int listener_from_fd(struct event_base *base, int fd, listener_fn *fn, void *arg,
		     struct listener **ret)
{
	struct listener *l;
	int on = 1, flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	/* Connections inherit both from the socket that they come from. */
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0)
		return -errno;
	l = memory_new(sizeof(*l));
	l->fd = fd;
	l->reserve_fd = open_reserve();
	l->fn = fn;
	l->arg = arg;
	event_assign(&l->readable, base, fd, EV_READ | EV_PERSIST, on_readable, l);
	event_assign(&l->rested, base, -1, 0, on_rested, l);
	event_add(&l->readable, NULL);
	*ret = l;
	return 0;
}

/* Cuts "host:port", "[v6]:port" or ":port" apart; host "" means all addresses. */
static bool split_address(const char *address, char *host, size_t size, const char **ret_port)
{
	const char *colon = strrchr(address, ':');
	size_t n = colon != NULL ? (size_t)(colon - address) : 0;

	if (colon == NULL || colon[1] == '\0' ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return false;
	if (strtol(colon + 1, NULL, 10) > 65535)
		return false;
	if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	} else if (memchr(address, ':', n) != NULL) {
		return false;
	}
	if (n >= size)
		return false;
	memcpy(host, address, n);
	host[n] = '\0';
	*ret_port = colon + 1;
	return true;
}

static int listen_at(const struct addrinfo *at)
{
	int on = 1, off = 0, error;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	/* IPv6 sockets serve IPv4 as well, whatever the system's default. */
	if (at->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

/* "All addresses" is one socket of both families, or of IPv4 where the machine has no IPv6. */
static int listen_first(const char *host, const char *port, const char *address, char *ret_why)
{
	const char *hosts[] = {host, NULL};
	int fd = -EADDRNOTAVAIL;
	size_t i;

	if (host[0] == '\0') {
		hosts[0] = "::";
		hosts[1] = "0.0.0.0";
	}
	for (i = 0; i < 2 && hosts[i] != NULL && fd < 0; i++) {
		struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
		struct addrinfo *found = NULL;
		int error = getaddrinfo(hosts[i], port, &hints, &found);

		if (error != 0) {
			snprintf(ret_why, WHY_BYTES, "%s: %s", address, gai_strerror(error));
			continue;
		}
		fd = listen_at(found);
		if (fd < 0)
			snprintf(ret_why, WHY_BYTES, "%s: %s", address, strerror(-fd));
		freeaddrinfo(found);
	}
	return fd;
}

int listener_new(struct event_base *base, const char *address, listener_fn *fn, void *arg,
		 struct listener **ret, char *ret_why)
{
	char host[NI_MAXHOST];
	const char *port;
	int fd, r;

	if (!split_address(address, host, sizeof(host), &port)) {
		snprintf(ret_why, WHY_BYTES, "\"%s\" is not of the form ADDRESS:PORT", address);
		return -EINVAL;
	}
	fd = listen_first(host, port, address, ret_why);
	if (fd < 0)
		return fd;
	r = listener_from_fd(base, fd, fn, arg, ret);
	if (r < 0) {
		snprintf(ret_why, WHY_BYTES, "%s: %s", address, strerror(-r));
		close(fd);
	}
	return r;
}

void listener_free(struct listener *l)
{
	if (l == NULL)
		return;
	event_del(&l->readable);
	event_del(&l->rested);
	close(l->fd);
	if (l->reserve_fd >= 0)
		close(l->reserve_fd);
	free(l);
}

int listener_port(const struct listener *l)
{
	struct sockaddr_storage self = {0};
	socklen_t n = sizeof(self);

	if (getsockname(l->fd, (struct sockaddr *)&self, &n) < 0)
		return 0;
	if (self.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&self)->sin6_port);
	return ntohs(((struct sockaddr_in *)&self)->sin_port);
}
