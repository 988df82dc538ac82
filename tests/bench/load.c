/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts load on a server over TLS and tells how it fared, as one line of JSON.
 *
 * One process, one thread, N connections of which each keeps D requests in flight: as soon as an
 * answer is in, the next request goes out; what goes out together is one TLS record. The tag of
 * each answer is held against the request's, so lost or mixed-up answers end the run. What is
 * answered between the warm-up and the end is counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "lib/arena.h"
#include "proto/buffer.h"
#include "proto/splitter.h"
#include "tests/bench/histogram.h"

#define DEPTH_MAX 1024
#define LINE_BYTES 65536
#define SPAN_S 3600
#define HOURS 80000 /* nine years of bookings of an hour */

enum mode { MODE_BOOK, MODE_FIND, MODE_ECHO, MODE_IDLE, N_MODES };

static const char *const mode_words[N_MODES] = {"book", "find", "echo", "idle"};

static struct {
	enum mode mode;
	const char *port, *ca, *token;
	const char *member;
	unsigned connections, depth, resources;
	double seconds, warm_up_s;
	uint64_t first; /* number of the first booking: each has a slot of its own */
	time_t origin;
} options = {.connections = 1,
	     .depth = 1,
	     .resources = 2000,
	     .seconds = 5,
	     .warm_up_s = 0.5,
	     .member = "m1"};

struct connection {
	int fd;
	SSL *ssl;
	bool ready; /* greeted and authenticated */
	uint64_t sent, answered;
	uint64_t sent_at_us[DEPTH_MAX];
	struct splitter splitter;
	struct buffer out;
};

static struct {
	uint64_t begin_us, end_us;
	uint64_t done, ok, refused, failed, asked;
	unsigned n_ready;
	struct histogram latency;
} run;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "load: ");
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n");
	exit(1);
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* The n-th of all slots, in an order that jumps about; no two n below resources × HOURS meet. */
static void slot_of(uint64_t n, unsigned *ret_resource, time_t *ret_start)
{
	uint64_t all = (uint64_t)options.resources * HOURS;
	uint64_t at = n % all * 2654435761u % all; /* a prime that divides none of them */

	*ret_resource = (unsigned)(at % options.resources) + 1;
	*ret_start = options.origin + (time_t)(at / options.resources) * SPAN_S;
}

static void ask(struct connection *c)
{
	char line[512], from[32];
	unsigned resource;
	time_t start;
	size_t n;

	slot_of(options.first + run.asked++, &resource, &start);
	strftime(from, sizeof(from), "%Y-%m-%dT%H:%MZ", gmtime(&start));
	n = (size_t)snprintf(line, sizeof(line), "%llu %s what=r%u from=%s for=1h",
			     (unsigned long long)c->sent,
			     options.mode == MODE_BOOK ? "BOOK" : "FIND", resource, from);
	if (options.mode == MODE_BOOK)
		n += (size_t)snprintf(line + n, sizeof(line) - n, " member=%s", options.member);
	line[n++] = '\n';
	buffer_add(&c->out, line, n);
	c->sent_at_us[c->sent++ % DEPTH_MAX] = now_us();
}

static void became_ready(struct connection *c)
{
	c->ready = true;
	if (++run.n_ready < options.connections)
		return;
	run.begin_us = now_us() + (uint64_t)(options.warm_up_s * 1e6);
	run.end_us = run.begin_us + (uint64_t)(options.seconds * 1e6);
}

static void answered(struct connection *c, const char *tag, const char *outcome)
{
	uint64_t now = now_us(), sent_at = c->sent_at_us[c->answered % DEPTH_MAX];

	if (c->answered >= c->sent || strtoull(tag, NULL, 10) != c->answered)
		die("answer %s to request %llu", tag, (unsigned long long)c->answered);
	c->answered++;
	if (now < run.begin_us || now >= run.end_us)
		return;
	run.done++;
	run.ok += strncmp(outcome, "OK", 2) == 0;
	run.refused += strncmp(outcome, "NO", 2) == 0;
	run.failed += strncmp(outcome, "ERR", 3) == 0 || strncmp(outcome, "BAD", 3) == 0;
	histogram_add(&run.latency, now - sent_at);
}

static void take_line(struct connection *c, char *line)
{
	char *outcome = strchr(line, ' ');

	if (outcome == NULL)
		die("got: %s", line);
	outcome++;
	if (line[0] == '*') {
		if (strncmp(outcome, "BYE", 3) == 0)
			die("server: %s", line);
	} else if (outcome[0] == '-') {
		return;
	} else if (!c->ready) {
		if (strncmp(outcome, "OK", 2) != 0)
			die("not let in: %s", line);
		became_ready(c);
	} else {
		answered(c, line, outcome);
	}
}

static bool wants(struct connection *c, int result)
{
	switch (SSL_get_error(c->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return true;
	default:
		die("connection lost: %s", ERR_peek_error() != 0
					       ? ERR_reason_error_string(ERR_peek_error())
					       : strerror(errno));
	}
}

static void read_all(struct connection *c)
{
	static char bytes[16384];
	char *line;
	size_t n;
	int r;

	do {
		r = SSL_read(c->ssl, bytes, sizeof(bytes));
		if (r <= 0 && wants(c, r))
			return;
		splitter_feed(&c->splitter, bytes, (size_t)r);
	} while (SSL_has_pending(c->ssl));
	while (splitter_next(&c->splitter, &line, &n) == SPLITTER_LINE)
		take_line(c, line);
}

static void write_all(struct connection *c)
{
	int r;

	if (c->out.n == 0)
		return;
	r = SSL_write(c->ssl, c->out.bytes, (int)c->out.n);
	if (r > 0)
		buffer_reset(&c->out);
	else
		wants(c, r);
}

static void step(struct connection *c)
{
	ERR_clear_error();
	read_all(c);
	while (c->ready && run.n_ready == options.connections && options.mode != MODE_IDLE &&
	       c->sent - c->answered < options.depth)
		ask(c);
	write_all(c);
}

static void connect_one(struct connection *c, SSL_CTX *ctx, int epoll)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)atoi(options.port)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		die("connect: %s", strerror(errno));
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->ssl = SSL_new(ctx);
	SSL_set_fd(c->ssl, c->fd);
	SSL_set1_host(c->ssl, "localhost");
	if (SSL_connect(c->ssl) != 1)
		die("handshake: %s", ERR_reason_error_string(ERR_peek_error()));
	splitter_init(&c->splitter, LINE_BYTES);
	if (options.token != NULL) {
		buffer_puts(&c->out, "auth AUTH token=");
		buffer_puts(&c->out, options.token);
		buffer_puts(&c->out, "\n");
	} else {
		became_ready(c);
	}
	write_all(c);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
		die("epoll: %s", strerror(errno));
}

static SSL_CTX *client_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (SSL_CTX_load_verify_locations(ctx, options.ca, NULL) != 1)
		die("%s: no certificates", options.ca);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	/* The same cipher whichever server is asked. */
	SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256");
	SSL_CTX_set_mode(ctx, SSL_MODE_AUTO_RETRY | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				  SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ctx, 1);
	return ctx;
}

static void turn(int epoll, int timeout_ms)
{
	struct epoll_event events[64];
	int n = epoll_wait(epoll, events, 64, timeout_ms), i;

	for (i = 0; i < n; i++)
		step(events[i].data.ptr);
}

/* All are connected and let in before the first question. */
static void get_ready(struct connection *all, int epoll, SSL_CTX *ctx)
{
	uint64_t until = now_us() + 60 * 1000000;
	unsigned i;

	for (i = 0; i < options.connections; i++) {
		connect_one(&all[i], ctx, epoll);
		turn(epoll, 0);
	}
	while (run.n_ready < options.connections) {
		if (now_us() > until)
			die("%u of %u connections let in", run.n_ready, options.connections);
		turn(epoll, 100);
	}
	for (i = 0; i < options.connections; i++)
		step(&all[i]);
}

static void hold(void)
{
	char byte;

	printf("holding\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static void report(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("{\"mode\": \"%s\", \"connections\": %u, \"depth\": %u, \"per_second\": %.1f, "
	       "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"answered\": %llu, \"ok\": %llu, "
	       "\"refused\": %llu, \"failed\": %llu, \"asked\": %llu, \"cpu_s\": %.2f}\n",
	       mode_words[options.mode], options.connections, options.depth,
	       (double)run.done / options.seconds, histogram_quantile_ms(&run.latency, 0.5),
	       histogram_quantile_ms(&run.latency, 0.99), (unsigned long long)run.done,
	       (unsigned long long)run.ok, (unsigned long long)run.refused,
	       (unsigned long long)run.failed, (unsigned long long)run.asked,
	       (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

static const char *token_from(const char *path)
{
	static char token[256];
	FILE *f = fopen(path, "r");

	if (f == NULL || fgets(token, sizeof(token), f) == NULL)
		die("%s: no token", path);
	fclose(f);
	token[strcspn(token, "\r\n")] = '\0';
	return token;
}

static enum mode mode_from(const char *word)
{
	enum mode m;

	for (m = 0; m < N_MODES; m++)
		if (word != NULL && strcmp(word, mode_words[m]) == 0)
			return m;
	die("usage: load book|find|echo|idle --port=N --ca=FILE [--token-file=FILE] "
	    "[--connections=N] [--depth=N] [--seconds=S] [--warm-up=S] [--resources=N] "
	    "[--first=N] [--member=M]");
}

static void parse(int argc, char **argv)
{
	static const struct option long_options[] = {
	    {"port", 1, NULL, 'p'},	  {"ca", 1, NULL, 'a'},
	    {"token-file", 1, NULL, 't'}, {"connections", 1, NULL, 'c'},
	    {"depth", 1, NULL, 'd'},	  {"seconds", 1, NULL, 's'},
	    {"warm-up", 1, NULL, 'w'},	  {"resources", 1, NULL, 'r'},
	    {"first", 1, NULL, 'f'},	  {"member", 1, NULL, 'm'},
	    {NULL, 0, NULL, 0},
	};
	int o;

	while ((o = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (o) {
		case 'p':
			options.port = optarg;
			break;
		case 'a':
			options.ca = optarg;
			break;
		case 't':
			options.token = token_from(optarg);
			break;
		case 'c':
			options.connections = (unsigned)atoi(optarg);
			break;
		case 'd':
			options.depth = (unsigned)atoi(optarg);
			break;
		case 's':
			options.seconds = atof(optarg);
			break;
		case 'w':
			options.warm_up_s = atof(optarg);
			break;
		case 'r':
			options.resources = (unsigned)atoi(optarg);
			break;
		case 'f':
			options.first = strtoull(optarg, NULL, 10);
			break;
		case 'm':
			options.member = optarg;
			break;
		default:
			mode_from(NULL);
		}
	}
	options.mode = mode_from(argv[optind]);
	if (options.port == NULL || options.ca == NULL || options.connections == 0 ||
	    options.depth == 0 || options.depth > DEPTH_MAX || options.resources == 0)
		mode_from(NULL);
	options.origin = (time(NULL) / 86400 + 2) * 86400;
}

int main(int argc, char **argv)
{
	struct connection *all;
	SSL_CTX *ctx;
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	signal(SIGPIPE, SIG_IGN);
	parse(argc, argv);
	ctx = client_context();
	all = memory_new(options.connections * sizeof(*all));
	get_ready(all, epoll, ctx);
	if (options.mode == MODE_IDLE) {
		hold();
		return 0;
	}
	while (now_us() < run.end_us)
		turn(epoll, 100);
	report();
	return 0;
}
