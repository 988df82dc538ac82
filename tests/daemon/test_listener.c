/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses, what an accepted connection comes with, and a process out of descriptors. */
#include "daemon/listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct accepted {
	int n, fd;
	char address[64];
};

static char why[256];

static void take(void *arg, int fd, const char *address)
{
	struct accepted *a = arg;

	a->n++;
	a->fd = fd;
	snprintf(a->address, sizeof(a->address), "%s", address);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int connect_to(int family, int port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
				  .sin6_port = htons((uint16_t)port),
				  .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(family, SOCK_STREAM, 0);
	int r = family == AF_INET ? connect(fd, (struct sockaddr *)&v4, sizeof(v4))
				  : connect(fd, (struct sockaddr *)&v6, sizeof(v6));

	if (r == 0)
		return fd;
	close(fd);
	return -1;
}

static void turn_until(struct event_base *base, const int *n, int want)
{
	int64_t until = now_ms() + 5000;

	while (*n < want && now_ms() < until)
		event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(*n, want);
}

static void test_accepted(void **state)
{
	static const struct {
		const char *listen;
		int family;
		const char *address;
	} cases[] = {
	    {"127.0.0.1:0", AF_INET, "127.0.0.1"},
	    {"localhost:0", AF_INET, "127.0.0.1"},
	    {"[::1]:0", AF_INET6, "::1"},
	    {":0", AF_INET, "127.0.0.1"}, /* not ::ffff:127.0.0.1 */
	    {":0", AF_INET6, "::1"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct event_base *base = event_base_new();
		struct accepted a = {0};
		struct listener *l = NULL;
		int fd = -1, on = 0;
		socklen_t n = sizeof(on);

		if (listener_new(base, cases[i].listen, take, &a, &l, why) == 0)
			fd = connect_to(cases[i].family, listener_port(l));
		/* A machine without IPv6, or whose localhost is ::1, has nothing to show here. */
		if (fd >= 0) {
			turn_until(base, &a.n, 1);
			assert_string_equal(a.address, cases[i].address);
			assert_true(fcntl(a.fd, F_GETFL) & O_NONBLOCK);
			assert_true(fcntl(a.fd, F_GETFD) & FD_CLOEXEC);
			assert_int_equal(getsockopt(a.fd, IPPROTO_TCP, TCP_NODELAY, &on, &n), 0);
			assert_int_not_equal(on, 0);
			close(a.fd);
			close(fd);
		} else {
			assert_int_not_equal(i, 0);
		}
		listener_free(l);
		event_base_free(base);
	}
}

static void test_addresses_refused(void **state)
{
	static const char *const cases[] = {
	    "",		"127.0.0.1", "127.0.0.1:", "127.0.0.1:x",  "127.0.0.1:70000",
	    "::1:7823", "[::1]",     "[::1]x:1",   "127.0.0.1:-1", "192.0.2.1:7823",
	};
	struct event_base *base = event_base_new();
	struct listener *l;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		why[0] = '\0';
		assert_true(listener_new(base, cases[i], take, NULL, &l, why) < 0);
		assert_non_null(strstr(why, cases[i]));
	}
	event_base_free(base);
}

static void test_a_taken_port(void **state)
{
	struct event_base *base = event_base_new();
	struct accepted a = {0};
	struct listener *l, *second;
	char address[64];

	assert_int_equal(listener_new(base, "127.0.0.1:0", take, &a, &l, why), 0);
	snprintf(address, sizeof(address), "127.0.0.1:%d", listener_port(l));
	assert_int_equal(listener_new(base, address, take, &a, &second, why), -EADDRINUSE);
	assert_non_null(strstr(why, "in use"));
	listener_free(l);
	listener_free(NULL);
	event_base_free(base);
}

static int lower_limit(void)
{
	int next = dup(0);

	close(next);
	return next;
}

static void count(void *arg, int fd, const char *address)
{
	struct accepted *a = arg;

	a->n++;
	close(fd);
}

static int n_ended(const int *fds, size_t n)
{
	char byte;
	int ended = 0;
	size_t i;

	for (i = 0; i < n; i++)
		ended += recv(fds[i], &byte, 1, MSG_DONTWAIT) == 0;
	return ended;
}

/* Those that cannot be served are told so by the end of their connection, one each 100 ms; when
 * there is room again, accepting goes on by itself. */
static void test_out_of_descriptors(void **state)
{
	static const struct timeval patience = {.tv_usec = 350 * 1000};
	struct event_base *base = event_base_new();
	struct accepted a = {0};
	struct rlimit was, low;
	struct listener *l;
	int fds[20];
	int64_t start = now_ms();
	size_t i;

	assert_int_equal(listener_new(base, "127.0.0.1:0", count, &a, &l, why), 0);
	for (i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		fds[i] = connect_to(AF_INET, listener_port(l));
	getrlimit(RLIMIT_NOFILE, &was);
	low = was;
	low.rlim_cur = (rlim_t)lower_limit();
	setrlimit(RLIMIT_NOFILE, &low);
	event_base_loopexit(base, &patience);
	event_base_dispatch(base);
	setrlimit(RLIMIT_NOFILE, &was);
	assert_int_equal(a.n, 0);
	assert_in_range(n_ended(fds, sizeof(fds) / sizeof(*fds)), 1, (now_ms() - start) / 100 + 2);
	event_base_loopexit(base, &patience);
	event_base_dispatch(base);
	assert_true(a.n > 10);
	for (i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		close(fds[i]);
	listener_free(l);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_accepted),
	    cmocka_unit_test(test_addresses_refused),
	    cmocka_unit_test(test_a_taken_port),
	    cmocka_unit_test(test_out_of_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
