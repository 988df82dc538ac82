/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connections. A connection holds its exchanges in the order of their requests (`first` … `last`,
 * by `later`) and sends each answer when all before it are sent. Changing requests are handed on at
 * once, so that a pipelining client fills the groups; any other request waits until nothing is
 * outstanding, so that it sees what its own connection has changed. While one waits, or too much is
 * outstanding or unsent, the stream is paused: what a client can make us hold is bounded.
 *
 * Connections of one address are counted, and those of one member share what daemon/crowd.h says.
 */

#include "daemon/connection.h"

#include <assert.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/settings.h"
#include "daemon/crowd.h"
#include "daemon/exchange.h"
#include "daemon/fresh.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/stream.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "proto/splitter.h"

#define OUTSTANDING_MAX 256
#define BAD_LINES_MAX 20
#define LINGER_MS 2000
#define SLOW_S 60	/* a reader that takes nothing for so long is let go */
#define UNWELCOME_MAX 8 /* of an address: more are not even told */

struct connection {
	struct connection *next, **link; /* in connections.first */
	struct connections *all;
	uint64_t id;
	struct stream *stream;
	struct event *timer;   /* AUTH, idle and slow reader */
	struct crowd *address; /* its key is the address */
	struct crowd *crowd;   /* of the member; before AUTH, of strangers */
	struct crowd_place place;
	struct splitter splitter;
	struct session session;
	struct exchange *first, *last; /* outstanding, in order */
	struct exchange *held;	       /* decoded, waits until it may go on */
	size_t n_outstanding;
	int64_t clock_us; /* metrics_now_us(), when it was looked at last on behalf of this one */
	int64_t heard_us; /* when it last said something, or took what it was told */
	unsigned bad_lines;
	bool slow;	/* its timer runs because its reader is slow */
	bool unwelcome; /* one too many of its address: told so once it can hear */
	bool ended;	/* the peer has ended its half */
	bool closing;	/* nothing more is read */
	bool working;	/* inside connection_work() */
	bool in_reply;	/* part of a reply is sent */
};

struct connections {
	struct server *server;
	struct ssl_ctx_st *ctx;
	struct connection *first;
	struct crowds *addresses, *members;
	struct buffer scratch; /* tagged lines on their way to a stream */
	size_t n;
	uint64_t last_id;
};

static void connection_work(struct connection *c);

static void connection_free(struct connection *c)
{
	struct exchange *next;

	for (struct exchange *x = c->first; x; x = next) {
		next = x->later;
		x->later = NULL;
		x->connection = NULL;
		x->session = NULL;
		if (x->done)
			exchange_free(x);
		else if (x->on_drained)
			x->on_drained(x);
	}
	exchange_free(c->held);
	watch_free(c->session.watch);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	c->all->n--;
	crowd_leave(c->address, NULL);
	crowd_leave(c->crowd, &c->place);
	event_free(c->timer);
	splitter_release(&c->splitter);
	session_close(&c->session);
	free(c);
}

/* Timer */

static void timer_set(struct connection *c, int64_t us)
{
	const struct timeval until = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

	if (us > 0)
		event_add(c->timer, &until);
	else
		event_del(c->timer);
}

static int64_t idle_timeout_us(const struct connection *c)
{
	return c->all->server->settings->idle_timeout_s * INT64_C(1000000);
}

/* Something was heard from it. A timer that runs for the idle time goes on, and looks at the end
 * how much of that is left: moving it for each request would cost more than some requests do. */
static void reset_timer(struct connection *c, int64_t now_us)
{
	bool was_slow = c->slow;

	if (!c->session.person) /* the time to say who it is goes on, whatever else it says */
		return;
	c->heard_us = now_us;
	c->slow = stream_is_congested(c->stream);
	if (c->slow && !was_slow)
		timer_set(c, SLOW_S * INT64_C(1000000));
	else if (was_slow && !c->slow)
		timer_set(c, idle_timeout_us(c));
}

/* Writing */

static void send_untagged(struct connection *c, const char *word, enum code code)
{
	struct buffer *out = &c->all->scratch;
	struct arena arena = {0};
	struct line_writer w;

	buffer_reset(out);
	line_begin(&w, out, "*");
	line_word(&w, word);
	line_word(&w, code_word(code));
	line_str(&w, "text", code_text(code, c->session.lang, NULL, 0, &arena));
	line_end(&w);
	stream_write(c->stream, out->bytes, out->n);
	arena_clear(&arena);
}

static void connection_goodbye(struct connection *c, enum code code)
{
	if (c->closing)
		return;
	c->closing = true;
	send_untagged(c, "BYE", code);
	stream_shutdown(c->stream, LINGER_MS);
}

/* Sends an exchange's reply lines, each with its tag before it. */
static void send_reply(struct connection *c, struct exchange *x)
{
	struct buffer *out = &c->all->scratch;
	const char *p = x->reply.bytes, *end = p + x->reply.n, *lf;
	size_t n_tag = strlen(x->request.tag);

	buffer_reset(out);
	for (; p < end && (lf = memchr(p, '\n', (size_t)(end - p))); p = lf + 1) {
		size_t n = (size_t)(lf + 1 - p);
		char *at = buffer_extend(out, n_tag + 1 + n);

		memcpy(at, x->request.tag, n_tag);
		at[n_tag] = ' ';
		memcpy(at + n_tag + 1, p, n);
	}
	if (!c->closing)
		stream_write(c->stream, out->bytes, out->n);
	if (stream_is_congested(c->stream))
		reset_timer(c, metrics_now_us());
	buffer_reset(&x->reply);
}

static void append(struct connection *c, struct exchange *x)
{
	if (c->last)
		c->last->later = x;
	else
		c->first = x;
	c->last = x;
	c->n_outstanding++;
}

/* Sends what is answered at the head of the order. */
static void send_done(struct connection *c)
{
	struct exchange *x;

	while ((x = c->first) && x->done) {
		c->first = x->later;
		if (!c->first)
			c->last = NULL;
		c->n_outstanding--;
		send_reply(c, x);
		c->in_reply = false;
		exchange_free(x);
	}
	watch_go_on(c->session.watch);
}

bool connection_takes_events(const struct connection *c)
{
	return !c->closing && !c->in_reply && !stream_is_congested(c->stream);
}

void connection_event(struct connection *c, const char *line, size_t n)
{
	stream_write(c->stream, line, n);
	if (stream_is_congested(c->stream))
		reset_timer(c, metrics_now_us());
}

void connection_reply(struct connection *c, struct exchange *x)
{
	x->done = true;
	c->clock_us = x->answered_us;
	send_done(c);
	if (!c->working)
		connection_work(c);
}

bool connection_flush(struct connection *c, struct exchange *x)
{
	c->in_reply = true;
	send_reply(c, x);
	return !stream_is_congested(c->stream);
}

void connection_replace(struct connection *c, struct exchange *old, struct exchange *by)
{
	struct exchange **at = &c->first;

	while (*at != old)
		at = &(*at)->later;
	*at = by;
	by->later = old->later;
	old->later = NULL;
	if (c->last == old)
		c->last = by;
}

/* Requests */

static void bad_line(struct connection *c, const struct request_error *e)
{
	struct exchange *x = exchange_new(c->all->server, c, &c->session);

	x->request.tag = arena_strdup(&x->arena, e->tag);
	append(c, x);
	request_error_write(e, c->session.lang, &x->arena, &x->reply);
	x->done = true;
	metrics_answered(x);
	send_done(c);
	c->bad_lines++;
}

/* Whether its answer is what memory says, and nothing else confirms it. STATUS says how things are
 * here. */
static bool reads_memory(const struct exchange *x)
{
	const struct verb *v = x->request.verb;

	return x->served && v->access != ACCESS_ANYONE && v->id != VERB_STATUS &&
	       (!v->changes || x->request.dry);
}

/* The connection may be gone meanwhile. */
static void go(struct exchange *x)
{
	const struct verb_action *action = &verb_actions[x->request.verb->id];

	if (!action->answer)
		x->looked_us = 0;
	if (!x->connection || !exchange_is_allowed(x, x->session->token_hash)) {
		exchange_finish(x);
	} else if (action->answer) {
		action->answer(x);
		exchange_finish(x);
	} else if (action->start) {
		action->start(x);
	} else if (!action->prepare || action->prepare(x)) {
		x->crowd = x->connection->crowd;
		x->token_hash = arena_strdup(&x->arena, x->session->token_hash);
		crowd_submitted(x->crowd);
		groups_submit(x->served, x);
	} else {
		exchange_finish(x);
	}
}

static void run(struct connection *c, struct exchange *x)
{
	append(c, x);
	exchange_serve(x, c->session.served);
	x->person = c->session.person;
	x->lang = c->session.lang;
	x->looked_us = c->clock_us;
	if (x->server->stopping) {
		reply_fail(x, CODE_SHUTTING_DOWN, NULL, 0);
		exchange_finish(x);
	} else if (reads_memory(x)) {
		fresh_answer(x, go);
	} else {
		go(x);
	}
}

static bool decides(const struct exchange *x)
{
	return x->request.verb && verb_actions[x->request.verb->id].decide != NULL;
}

/* Whether it may go on although other requests of this connection are outstanding: changes after
 * changes only. */
static bool may_follow(const struct connection *c, const struct exchange *x)
{
	return decides(x) && decides(c->first);
}

/* Whether it may go on now; if not, it will be asked again when it may. */
static bool may_go_on(struct connection *c, const struct exchange *x)
{
	if (c->n_outstanding && !may_follow(c, x))
		return false;
	if (!decides(x) || crowd_may_submit(c->crowd))
		return true;
	crowd_wait_to_submit(c->crowd, &c->place);
	return false;
}

static void on_line(struct connection *c, const char *line, size_t n)
{
	struct exchange *x = exchange_new_at(c->all->server, c, &c->session, c->clock_us);
	struct request_error e;
	int r;

	r = request_decode(line, n, &x->arena, &x->request, &e);
	if (r == REQUEST_E_BAD) {
		bad_line(c, &e);
		exchange_free(x);
	} else if (may_go_on(c, x)) {
		run(c, x);
	} else {
		c->held = x;
	}
}

static void next_line(struct connection *c, bool *ret_more)
{
	char *line;
	size_t n;
	int r = splitter_next(&c->splitter, &line, &n);

	*ret_more = r != SPLITTER_MORE;
	if (r == SPLITTER_LINE)
		on_line(c, line, n);
	else if (r == SPLITTER_TOO_LONG)
		bad_line(c, &(struct request_error){.code = CODE_TOO_LONG_LINE,
						    .tag = "*",
						    .about = "",
						    .limit = LINE_MAX_BYTES});
}

/* What was done since then. An answer has looked at the clock itself; what is left to do after it
 * is counted with what follows. */
static void count_time(struct connection *c, int64_t since_us)
{
	if (c->clock_us == since_us)
		c->clock_us = metrics_now_us();
	crowd_worked(c->crowd, c->clock_us - since_us);
}

/* Runs what can be run, then reads on or waits. What is answered meanwhile comes back to it: see
 * connection_reply(). */
static void connection_work(struct connection *c)
{
	bool more = true;

	assert(!c->working);
	c->working = true;
	c->clock_us = metrics_now_us();
	while (more && !c->closing) {
		const int64_t since_us = c->clock_us;

		if (!crowd_has_time(c->crowd)) {
			crowd_wait_for_turn(c->crowd, &c->place);
			break;
		}
		if (c->held && may_go_on(c, c->held)) {
			struct exchange *x = c->held;

			c->held = NULL;
			run(c, x);
		}
		if (c->held || c->n_outstanding >= OUTSTANDING_MAX ||
		    stream_is_congested(c->stream))
			break;
		if (c->session.quitting || c->bad_lines >= BAD_LINES_MAX) {
			if (!c->n_outstanding)
				connection_goodbye(c, c->session.quitting ? CODE_BYE
									  : CODE_TOO_MANY_ERRORS);
			break;
		}
		next_line(c, &more);
		count_time(c, since_us);
	}
	c->working = false;
	if (c->closing)
		return;
	if (more)
		stream_pause(c->stream);
	else
		stream_resume(c->stream);
	if (!more && !c->first && (c->ended || c->all->server->stopping))
		connection_goodbye(c, c->ended ? CODE_BYE : CODE_SHUTTING_DOWN);
}

/* Stream */

static int64_t idle_left_us(const struct connection *c)
{
	return c->session.person ? c->heard_us + idle_timeout_us(c) - metrics_now_us() : 0;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct connection *c = arg;
	int64_t left_us = idle_left_us(c);

	if (stream_is_congested(c->stream)) {
		log_debug("conn=%" PRIu64 " address=%s reads too slowly", c->id,
			  crowd_key(c->address));
		stream_close(c->stream);
		connection_free(c);
		return;
	}
	/* We are the slow ones, or it waits for what happens. */
	if (c->first || c->held || c->place.link || c->session.watch)
		left_us = idle_timeout_us(c);
	if (left_us > 0)
		timer_set(c, left_us);
	else
		connection_goodbye(c, CODE_TIMEOUT);
}

static void on_opened(void *arg)
{
	struct connection *c = arg;
	static const char greeting[] = "* MUTUAL/1 ready server=\"mutuald " MUTUALD_VERSION "\"\n";

	if (c->unwelcome)
		connection_goodbye(c, CODE_TOO_MANY_CONNECTIONS);
	else
		stream_write(c->stream, greeting, sizeof(greeting) - 1);
}

static void on_received(void *arg, const char *bytes, size_t n)
{
	struct connection *c = arg;

	if (c->closing)
		return;
	splitter_feed(&c->splitter, bytes, n);
	connection_work(c);
	reset_timer(c, c->clock_us);
}

static void on_drained(void *arg)
{
	struct connection *c = arg;

	if (c->first && c->first->on_drained)
		c->first->on_drained(c->first);
	watch_go_on(c->session.watch);
	reset_timer(c, metrics_now_us());
	connection_work(c);
}

static void on_ended(void *arg)
{
	struct connection *c = arg;

	c->ended = true;
	connection_work(c);
}

static void on_closed(void *arg, const char *why)
{
	struct connection *c = arg;

	if (*why)
		log_debug("conn=%" PRIu64 " address=%s closed: %s", c->id, crowd_key(c->address),
			  why);
	connection_free(c);
}

static const struct stream_ops connection_ops = {.opened = on_opened,
						 .received = on_received,
						 .drained = on_drained,
						 .ended = on_ended,
						 .closed = on_closed};

/* All of them */

/* Beyond the limit of an address a few are let in to be told so; they count as well, so that no
 * address can take the places of others. */
static bool is_welcome(const struct connections *cs, const char *address, bool *ret_in)
{
	const struct settings *s = cs->server->settings;
	long n = (long)crowds_size_of(cs->addresses, address);

	*ret_in = (long)cs->n < s->max_connections && !cs->server->stopping &&
		  n < s->max_connections_per_address + UNWELCOME_MAX;
	return n < s->max_connections_per_address;
}

void connections_accept(void *arg, int fd, const char *address)
{
	struct connections *cs = arg;
	struct connection *c;
	bool in, welcome = is_welcome(cs, address, &in);

	if (!in) {
		log_debug("address=%s refused, too many connections", address);
		close(fd);
		return;
	}
	c = memory_new(sizeof(*c));
	c->all = cs;
	c->id = ++cs->last_id;
	c->unwelcome = !welcome;
	c->address = crowd_join(cs->addresses, address);
	c->crowd = crowd_join(cs->members, "");
	splitter_init(&c->splitter, LINE_MAX_BYTES);
	c->timer = evtimer_new(cs->server->base, on_timer, c);
	c->next = cs->first;
	c->link = &cs->first;
	if (c->next)
		c->next->link = &c->next;
	cs->first = c;
	cs->n++;
	c->stream = stream_new(cs->server->base, fd, cs->ctx, &connection_ops, c);
	timer_set(c, cs->server->settings->auth_timeout_s * INT64_C(1000000));
}

static void go_on(struct crowd_place *place)
{
	connection_work((struct connection *)((char *)place - offsetof(struct connection, place)));
}

bool connection_join(struct connection *c, const struct served *s, const struct person *p)
{
	char key[128];
	struct crowd *joined;

	if (p->member)
		snprintf(key, sizeof(key), "%s m%u", s->name, p->member);
	else
		snprintf(key, sizeof(key), "%s p%u", s->name, p->number);
	if (strcmp(key, crowd_key(c->crowd)) == 0) {
		timer_set(c, idle_timeout_us(c));
		return true;
	}
	if ((long)crowds_size_of(c->all->members, key) >=
	    c->all->server->settings->max_connections_per_member)
		return false;
	joined = crowd_join(c->all->members, key);
	crowd_leave(c->crowd, &c->place);
	c->crowd = joined;
	timer_set(c, idle_timeout_us(c)); /* no longer that of AUTH */
	return true;
}

struct connections *connections_new(struct server *server, struct ssl_ctx_st *ctx)
{
	struct connections *cs = memory_new(sizeof(*cs));

	cs->server = server;
	cs->ctx = ctx;
	cs->addresses = crowds_new(server->base, 1, go_on);
	cs->members =
	    crowds_new(server->base, (size_t)server->settings->max_requests_per_member, go_on);
	return cs;
}

void connections_free(struct connections *cs)
{
	if (!cs)
		return;
	while (cs->first) {
		stream_close(cs->first->stream);
		connection_free(cs->first);
	}
	crowds_free(cs->addresses);
	crowds_free(cs->members);
	buffer_release(&cs->scratch);
	free(cs);
}

void connections_use_tls(struct connections *cs, struct ssl_ctx_st *ctx)
{
	cs->ctx = ctx;
}

uint64_t connection_id(const struct connection *c)
{
	return c->id;
}

size_t connections_count(const struct connections *cs)
{
	return cs->n;
}

void connections_say_goodbye(struct connections *cs)
{
	struct connection *next;

	for (struct connection *c = cs->first; c; c = next) {
		next = c->next;
		if (!c->first && !c->held)
			connection_goodbye(c, CODE_SHUTTING_DOWN);
	}
}
