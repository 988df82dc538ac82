/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Streams against a real OpenSSL client over loopback TCP, both driven by one thread: a step of the
 * client, a step of the loop, until a condition holds or the time is up.
 */
#include "daemon/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/ca.h"
#include "lib/arena.h"
#include "proto/buffer.h"

#define PATIENCE_S 10
#define BIG_BYTES (8 * 1024 * 1024)

static char state_dir[] = "/tmp/test_stream.XXXXXX";
static SSL_CTX *server_ctx, *client_ctx;

struct client {
	int fd;
	SSL *ssl; /* NULL: plain */
	bool handshaken, reading, ended;
	bool bursts; /* sends all chunks before the server gets a turn */
	const char *failure;
	const char *to_send;
	size_t n_to_send, chunk_bytes;
	struct buffer got;
};

struct fixture {
	struct event_base *base;
	struct stream *stream;
	struct client client;
	struct buffer received;
	bool in_call; /* inside a call of ours: no callback may run */
	int n_opened, n_drained, n_ended, n_closed, n_received;
	char why[128];
	/* What `received`, `drained` and `ended` do. */
	void (*on_received)(struct fixture *f, const char *bytes, size_t n);
	void (*on_drained)(struct fixture *f);
	void (*on_ended)(struct fixture *f);
	size_t produced, most_queued;
};

#define CALL(f, call)                                                                              \
	do {                                                                                       \
		bool was = (f)->in_call;                                                           \
		(f)->in_call = true;                                                               \
		call;                                                                              \
		(f)->in_call = was;                                                                \
	} while (0)

static void opened(void *arg)
{
	struct fixture *f = arg;

	assert_false(f->in_call);
	f->n_opened++;
}

static void received(void *arg, const char *bytes, size_t n)
{
	struct fixture *f = arg;

	assert_false(f->in_call);
	assert_int_equal(f->n_opened, 1);
	assert_int_equal(f->n_closed + f->n_ended, 0);
	f->n_received++;
	buffer_add(&f->received, bytes, n);
	if (f->on_received != NULL)
		f->on_received(f, bytes, n);
}

static void drained(void *arg)
{
	struct fixture *f = arg;

	assert_false(f->in_call);
	assert_false(stream_is_congested(f->stream));
	f->n_drained++;
	if (f->on_drained != NULL)
		f->on_drained(f);
}

static void ended(void *arg)
{
	struct fixture *f = arg;

	assert_false(f->in_call);
	assert_int_equal(f->n_closed, 0);
	f->n_ended++;
	if (f->on_ended != NULL)
		f->on_ended(f);
}

static void closed(void *arg, const char *why)
{
	struct fixture *f = arg;

	assert_false(f->in_call);
	f->n_closed++;
	snprintf(f->why, sizeof(f->why), "%s", why);
	f->stream = NULL;
}

static const struct stream_ops ops = {opened, received, drained, ended, closed};

static void tcp_pair(int *ret_client, int *ret_server)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int l = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	assert_int_equal(bind(l, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(l, 1), 0);
	assert_int_equal(getsockname(l, (struct sockaddr *)&at, &n), 0);
	*ret_client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(*ret_client, (struct sockaddr *)&at, n), 0);
	*ret_server = accept(l, NULL, NULL);
	assert_true(*ret_server >= 0);
	close(l);
	fcntl(*ret_client, F_SETFL, O_NONBLOCK);
	fcntl(*ret_server, F_SETFL, O_NONBLOCK);
	setsockopt(*ret_client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(*ret_server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void begin(struct fixture *f, bool tls)
{
	int server_fd;

	*f = (struct fixture){.base = event_base_new()};
	tcp_pair(&f->client.fd, &server_fd);
	f->client.reading = true;
	f->client.handshaken = !tls;
	if (tls) {
		f->client.ssl = SSL_new(client_ctx);
		SSL_set_fd(f->client.ssl, f->client.fd);
		SSL_set1_host(f->client.ssl, "localhost");
		SSL_set_connect_state(f->client.ssl);
	}
	CALL(f, f->stream = stream_new(f->base, server_fd, tls ? server_ctx : NULL, &ops, f));
}

static void client_gone(struct client *c)
{
	SSL_free(c->ssl);
	c->ssl = NULL;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void end(struct fixture *f)
{
	if (f->stream != NULL)
		CALL(f, stream_close(f->stream));
	event_base_loop(f->base, EVLOOP_NONBLOCK);
	event_base_free(f->base);
	client_gone(&f->client);
	buffer_release(&f->client.got);
	buffer_release(&f->received);
}

static void client_outcome(struct client *c, int result)
{
	switch (SSL_get_error(c->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return;
	case SSL_ERROR_ZERO_RETURN:
		c->ended = true;
		return;
	default:
		c->failure = "failed";
	}
}

static void client_handshake(struct client *c)
{
	int r;

	ERR_clear_error();
	r = SSL_do_handshake(c->ssl);
	c->handshaken = r == 1;
	if (r != 1)
		client_outcome(c, r);
}

static bool client_send_chunk(struct client *c)
{
	size_t n = c->n_to_send;
	ssize_t r;

	if (c->chunk_bytes != 0 && n > c->chunk_bytes)
		n = c->chunk_bytes;
	if (n == 0)
		return false;
	ERR_clear_error();
	if (c->ssl != NULL)
		r = SSL_write(c->ssl, c->to_send, (int)n);
	else
		r = send(c->fd, c->to_send, n, MSG_NOSIGNAL);
	if (r <= 0)
		return false;
	c->to_send += r;
	c->n_to_send -= (size_t)r;
	return true;
}

static void client_send(struct client *c)
{
	while (client_send_chunk(c) && c->bursts)
		;
}

static void client_receive(struct client *c)
{
	static char bytes[64 * 1024];
	ssize_t r;

	if (!c->reading || c->ended)
		return;
	ERR_clear_error();
	if (c->ssl != NULL) {
		r = SSL_read(c->ssl, bytes, sizeof(bytes));
		if (r <= 0)
			client_outcome(c, (int)r);
	} else {
		r = recv(c->fd, bytes, sizeof(bytes), 0);
		c->ended = r == 0;
	}
	if (r > 0)
		buffer_add(&c->got, bytes, (size_t)r);
}

static void client_step(struct client *c)
{
	if (c->fd < 0 || c->failure != NULL)
		return;
	if (!c->handshaken)
		client_handshake(c);
	if (c->handshaken && c->failure == NULL) {
		client_send(c);
		client_receive(c);
	}
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Both sides go on until the condition holds; fails when it does not in time. */
#define PUMP(f, condition)                                                                         \
	do {                                                                                       \
		int64_t until = now_ms() + PATIENCE_S * 1000;                                      \
		while (!(condition)) {                                                             \
			if (now_ms() > until)                                                      \
				fail_msg("not in time: %s", #condition);                           \
			client_step(&(f)->client);                                                 \
			event_base_loop((f)->base, EVLOOP_NONBLOCK);                               \
		}                                                                                  \
	} while (0)

static void pump_for(struct fixture *f, int ms)
{
	int64_t enough = now_ms() + ms;

	PUMP(f, now_ms() > enough);
}

static void client_half_close(struct client *c)
{
	if (c->ssl != NULL)
		SSL_shutdown(c->ssl);
	else
		shutdown(c->fd, SHUT_WR);
}

static char *pattern(size_t n)
{
	char *bytes = memory_new(n);
	size_t i;

	for (i = 0; i < n; i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
	return bytes;
}

static void echo(struct fixture *f, const char *bytes, size_t n)
{
	CALL(f, stream_write(f->stream, bytes, n));
}

static void shut_down(struct fixture *f)
{
	CALL(f, stream_shutdown(f->stream, 5000));
}

static void test_bytes_come_back(void **state)
{
	static const struct {
		bool tls;
		size_t n, chunk_bytes;
		bool bursts;
	} cases[] = {
	    {false, 300, 1},	  {false, 300000, 0},	      {true, 300, 1},
	    {true, 300, 1, true}, {true, 20000, 7, true},     {true, 300000, 16384},
	    {true, 300000, 0},	  {true, 300000, 1000, true},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *bytes = pattern(cases[i].n);
		struct fixture f;

		begin(&f, cases[i].tls);
		f.on_received = echo;
		f.on_ended = shut_down;
		f.client.to_send = bytes;
		f.client.n_to_send = cases[i].n;
		f.client.chunk_bytes = cases[i].chunk_bytes;
		f.client.bursts = cases[i].bursts;
		PUMP(&f, f.client.got.n == cases[i].n);
		assert_memory_equal(f.client.got.bytes, bytes, cases[i].n);
		client_half_close(&f.client);
		PUMP(&f, f.n_closed == 1 && f.client.ended);
		assert_string_equal(f.why, "");
		assert_int_equal(f.n_ended, 1);
		end(&f);
		free(bytes);
	}
}

static void test_greeting_waits_for_the_handshake(void **state)
{
	struct fixture f;

	begin(&f, true);
	CALL(&f, stream_write(f.stream, "hello\n", 6));
	PUMP(&f, f.client.got.n == 6);
	assert_int_equal(f.n_opened, 1);
	assert_string_equal(stream_tls_version(f.stream), "TLSv1.3");
	end(&f);
}

static void test_goodbye_during_the_handshake(void **state)
{
	struct fixture f;

	begin(&f, true);
	CALL(&f, stream_write(f.stream, "full\n", 5));
	CALL(&f, stream_shutdown(f.stream, 5000));
	PUMP(&f, f.client.ended);
	assert_int_equal(f.client.got.n, 5);
	client_gone(&f.client);
	PUMP(&f, f.n_closed == 1);
	assert_int_equal(f.n_opened, 0);
	assert_string_equal(f.why, "");
	end(&f);
}

/* Writes as a report does: while there is room, then again when drained. */
static void produce(struct fixture *f)
{
	static char piece[10000];

	while (f->produced < BIG_BYTES && !stream_is_congested(f->stream)) {
		size_t n = BIG_BYTES - f->produced;

		if (n > sizeof(piece))
			n = sizeof(piece);
		memset(piece, 'a' + (int)(f->produced / sizeof(piece) % 26), n);
		CALL(f, stream_write(f->stream, piece, n));
		f->produced += n;
		if (stream_queued_bytes(f->stream) > f->most_queued)
			f->most_queued = stream_queued_bytes(f->stream);
	}
	if (f->produced == BIG_BYTES)
		shut_down(f);
}

static void test_half_close_with_much_to_come(void **state)
{
	size_t i, tls;

	for (tls = 0; tls <= 1; tls++) {
		struct fixture f;

		begin(&f, tls);
		f.on_drained = produce;
		f.on_ended = produce;
		PUMP(&f, f.client.handshaken);
		f.client.to_send = "go\n";
		f.client.n_to_send = 3;
		f.client.reading = false;
		PUMP(&f, f.client.n_to_send == 0);
		client_half_close(&f.client);
		PUMP(&f, f.n_ended == 1);
		pump_for(&f, 50); /* the kernel's buffers fill up */
		assert_true(stream_is_congested(f.stream));
		assert_true(f.produced < BIG_BYTES);
		f.client.reading = true;
		PUMP(&f, f.client.ended && f.n_closed == 1);
		assert_string_equal(f.why, "");
		assert_int_equal(f.client.got.n, BIG_BYTES);
		for (i = 0; i < BIG_BYTES; i += 10000)
			assert_int_equal(f.client.got.bytes[i], 'a' + (int)(i / 10000 % 26));
		assert_true(f.n_drained > 3);
		assert_true(f.most_queued < 2 * STREAM_OUT_HIGH_BYTES);
		end(&f);
	}
}

static void test_a_client_that_just_goes(void **state)
{
	size_t tls;

	for (tls = 0; tls <= 1; tls++) {
		struct fixture f;

		begin(&f, tls);
		f.on_ended = shut_down;
		PUMP(&f, f.client.handshaken);
		f.client.to_send = "last line\n";
		f.client.n_to_send = 10;
		PUMP(&f, f.client.n_to_send == 0);
		client_gone(&f.client);
		PUMP(&f, f.n_closed == 1);
		assert_int_equal(f.n_ended, 1);
		assert_int_equal(f.received.n, 10);
		end(&f);
	}
}

static void test_a_reset(void **state)
{
	static const struct linger at_once = {.l_onoff = 1};
	struct fixture f;

	begin(&f, true);
	PUMP(&f, f.n_opened == 1);
	setsockopt(f.client.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	client_gone(&f.client);
	PUMP(&f, f.n_closed == 1);
	assert_string_equal(f.why, "Connection reset by peer");
	assert_int_equal(f.n_ended, 0);
	end(&f);
}

static void pause_once(struct fixture *f, const char *bytes, size_t n)
{
	if (f->n_received == 1)
		CALL(f, stream_pause(f->stream));
}

/* The bytes are already inside OpenSSL or the kernel when reading resumes: nothing new will come.
 */
static void test_pause_keeps_what_is_pending(void **state)
{
	static const size_t sizes[] = {2, 5000, 40000, 150000};
	size_t i, tls;

	for (i = 0; i < 2 * sizeof(sizes) / sizeof(*sizes); i++) {
		size_t n = sizes[i / 2], held;
		char *bytes = pattern(n);
		struct fixture f;

		tls = i % 2;
		begin(&f, tls);
		f.on_received = pause_once;
		f.client.to_send = bytes;
		f.client.n_to_send = n;
		f.client.chunk_bytes = n / 2 < 500 ? n / 2 : 500; /* many records */
		f.client.bursts = true;
		PUMP(&f, f.n_received == 1 && f.client.n_to_send == 0);
		assert_true(!tls || f.received.n < n);
		held = f.received.n;
		pump_for(&f, 20);
		assert_int_equal(f.received.n, held);
		CALL(&f, stream_resume(f.stream));
		PUMP(&f, f.received.n == n);
		assert_memory_equal(f.received.bytes, bytes, n);
		end(&f);
		free(bytes);
	}
}

static void pause_and_resume(struct fixture *f, const char *bytes, size_t n)
{
	CALL(f, stream_pause(f->stream));
	CALL(f, stream_resume(f->stream));
}

static void close_at_once(struct fixture *f, const char *bytes, size_t n)
{
	CALL(f, stream_close(f->stream));
	f->stream = NULL;
}

static void say_bye(struct fixture *f, const char *bytes, size_t n)
{
	CALL(f, stream_write(f->stream, "BYE\n", 4));
	shut_down(f);
	CALL(f, stream_write(f->stream, "too late\n", 9));
}

static void write_too_much(struct fixture *f, const char *bytes, size_t n)
{
	static char much[STREAM_OUT_MAX_BYTES + 1];

	CALL(f, stream_write(f->stream, much, sizeof(much)));
}

static void test_calls_from_received(void **state)
{
	static const struct {
		void (*on_received)(struct fixture *f, const char *bytes, size_t n);
		int n_received, n_closed;
		size_t n_got;
	} cases[] = {
	    {pause_and_resume, 0, 0, 0},
	    {close_at_once, 1, 0, 0},
	    {say_bye, 1, 1, 4},
	    {write_too_much, 1, 1, 0},
	};
	size_t i;

	for (i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
		size_t n = 400000, which = i / 2;
		char *bytes = pattern(n);
		struct fixture f;

		begin(&f, i % 2);
		f.on_received = cases[which].on_received;
		f.client.to_send = bytes;
		f.client.n_to_send = n;
		f.client.chunk_bytes = 500;
		f.client.bursts = true;
		if (cases[which].n_received == 0)
			PUMP(&f, f.received.n == n);
		else
			PUMP(&f, f.client.ended || f.client.failure != NULL ||
				     (f.n_received == 1 && f.stream == NULL));
		if (cases[which].n_got > 0) {
			/* The peer was still talking, and yet got our goodbye whole. */
			assert_true(f.client.ended);
			assert_int_equal(f.client.got.n, cases[which].n_got);
			client_gone(&f.client);
			PUMP(&f, f.n_closed == 1);
		} else {
			pump_for(&f, 10);
		}
		assert_int_equal(f.n_closed, cases[which].n_closed);
		if (cases[which].n_received != 0)
			assert_int_equal(f.n_received, cases[which].n_received);
		end(&f);
		free(bytes);
	}
}

/* A record arrives in two halves, and in between OpenSSL's queue of errors has one that another
 * connection left. */
static void test_errors_of_others(void **state)
{
	BIO *record = BIO_new(BIO_s_mem());
	struct fixture f;
	char *bytes;
	long n;

	begin(&f, true);
	PUMP(&f, f.n_opened == 1 && f.client.handshaken);
	SSL_set0_wbio(f.client.ssl, record);
	assert_int_equal(SSL_write(f.client.ssl, "hello", 5), 5);
	n = BIO_get_mem_data(record, &bytes);
	assert_int_equal(send(f.client.fd, bytes, (size_t)n - 3, 0), n - 3);
	ERR_raise(ERR_LIB_SSL, ERR_R_INTERNAL_ERROR);
	event_base_loop(f.base, EVLOOP_NONBLOCK);
	assert_int_equal(f.n_closed, 0);
	assert_int_equal(send(f.client.fd, bytes + n - 3, 3, 0), 3);
	PUMP(&f, f.received.n == 5);
	end(&f);
}

static void test_slow_reader(void **state)
{
	static char piece[100000];
	struct fixture f;
	int i;

	begin(&f, true);
	PUMP(&f, f.n_opened == 1 && f.client.handshaken);
	f.client.reading = false;
	for (i = 0; i < 200 && f.n_closed == 0; i++) {
		CALL(&f, stream_write(f.stream, piece, sizeof(piece)));
		assert_true(stream_queued_bytes(f.stream) <= STREAM_OUT_MAX_BYTES);
		client_step(&f.client);
		event_base_loop(f.base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(f.n_closed, 1);
	assert_string_equal(f.why, "slow reader");
	end(&f);
}

static void test_lingering_ends(void **state)
{
	static char much[STREAM_OUT_MAX_BYTES];
	static const struct {
		size_t n;
		bool reading;
		const char *why;
	} cases[] = {
	    {4, true, ""}, /* got all, and stays connected */
	    {sizeof(much), false, "slow reader"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int small = 4096;
		struct fixture f;

		begin(&f, true);
		setsockopt(f.client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
		PUMP(&f, f.n_opened == 1 && f.client.handshaken);
		f.client.reading = cases[i].reading;
		CALL(&f, stream_write(f.stream, much, cases[i].n));
		CALL(&f, stream_shutdown(f.stream, 50));
		PUMP(&f, f.n_closed == 1);
		assert_string_equal(f.why, cases[i].why);
		end(&f);
	}
}

static void test_no_tls_at_all(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool fails;
	} cases[] = {
	    {"GET / HTTP/1.0\r\n\r\n", 18, true},
	    {"\0\0\0\0\0\0\0\0\0\0", 10, true},
	    {"1 AUTH token=x\n1 AUTH token=x\n", 30, true},
	    {"\x16\x03\x01\x02\x00\x01", 6, false}, /* half a record, then silence */
	    {"", 0, false},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		begin(&f, true);
		SSL_free(f.client.ssl);
		f.client.ssl = NULL;
		f.client.handshaken = true;
		f.client.to_send = cases[i].bytes;
		f.client.n_to_send = cases[i].n;
		PUMP(&f, f.client.n_to_send == 0);
		pump_for(&f, 20);
		if (cases[i].fails) {
			assert_int_equal(f.n_closed, 1);
			assert_string_not_equal(f.why, "");
		} else {
			assert_int_equal(f.n_closed, 0);
			CALL(&f, stream_shutdown(f.stream, 20));
			PUMP(&f, f.n_closed == 1);
			assert_string_equal(f.why, "no handshake in time");
		}
		assert_int_equal(f.n_opened, 0);
		end(&f);
	}
}

/* A stream that has much to say may not keep the others from their turn. */
static void test_a_talker_does_not_starve_others(void **state)
{
	size_t n = 1024 * 1024;
	char *bytes = pattern(n);
	struct fixture f;

	begin(&f, true);
	PUMP(&f, f.n_opened == 1 && f.client.handshaken);
	f.client.to_send = bytes;
	f.client.n_to_send = n;
	f.client.chunk_bytes = 1000;
	f.client.bursts = true;
	client_step(&f.client);
	assert_true(f.client.n_to_send < n / 2); /* the kernel holds the rest */
	event_base_loop(f.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	assert_in_range(f.received.n, 1, 128 * 1024);
	PUMP(&f, f.received.n == n);
	end(&f);
	free(bytes);
}

static int set_up(void **state)
{
	char why[256], path[128], key[128];

	signal(SIGPIPE, SIG_IGN);
	if (mkdtemp(state_dir) == NULL || ca_ensure(state_dir, NULL, 7823, why) != 0)
		return -1;
	snprintf(path, sizeof(path), "%s/server.crt", state_dir);
	snprintf(key, sizeof(key), "%s/server.key", state_dir);
	if (ca_server_ctx(path, key, 0, &server_ctx, why) != 0)
		return -1;
	client_ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_verify(client_ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(client_ctx,
			 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	snprintf(path, sizeof(path), "%s/ca.crt", state_dir);
	return SSL_CTX_load_verify_locations(client_ctx, path, NULL) == 1 ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"ca.crt", "ca.key", "server.crt", "server.key"};
	char path[128];
	size_t i;

	SSL_CTX_free(server_ctx);
	SSL_CTX_free(client_ctx);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", state_dir, names[i]);
		unlink(path);
	}
	return rmdir(state_dir);
}

static int open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bytes_come_back),
	    cmocka_unit_test(test_greeting_waits_for_the_handshake),
	    cmocka_unit_test(test_goodbye_during_the_handshake),
	    cmocka_unit_test(test_half_close_with_much_to_come),
	    cmocka_unit_test(test_a_client_that_just_goes),
	    cmocka_unit_test(test_a_reset),
	    cmocka_unit_test(test_pause_keeps_what_is_pending),
	    cmocka_unit_test(test_calls_from_received),
	    cmocka_unit_test(test_errors_of_others),
	    cmocka_unit_test(test_slow_reader),
	    cmocka_unit_test(test_lingering_ends),
	    cmocka_unit_test(test_no_tls_at_all),
	    cmocka_unit_test(test_a_talker_does_not_starve_others),
	};
	int before = open_descriptors();
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	if (failed == 0 && open_descriptors() != before) {
		fprintf(stderr, "descriptors leaked\n");
		return 1;
	}
	return failed;
}
