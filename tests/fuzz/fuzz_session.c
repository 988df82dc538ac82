/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole sessions: what up to four clients send at once to a daemon, on a database in memory.
 *
 * The daemon is the real one from the stream to the database's interface (tests/simulation), under
 * virtual time, so that a run depends on its input alone. The input's first byte seeds chance: how
 * what is sent is cut into pieces, how long the database takes. The second says what goes wrong
 * with the database. The rest is sent as it is, but for the control bytes below, which no request
 * may have anyway; those left over reach the daemon like any other.
 *
 * At the end nothing goes wrong any more, everyone reads, and time passes. Then each line that was
 * taken in has been answered once, in order and with its tag; what the daemon said is nothing but
 * a greeting, whole replies, events between them, and at most one goodbye, the last; and an end
 * that leaves lines unanswered has a reason that GRAMMAR.md knows.
 */

#include <assert.h>
#include <event2/event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "config/policy_load.h"
#include "daemon/connection.h"
#include "daemon/group.h"
#include "daemon/served.h"
#include "daemon/store.h"
#include "daemon/stream.h"
#include "lib/person.h"
#include "proto/line.h"
#include "tests/fuzz/session_stream.h"
#include "tests/simulation/faulty_db.h"
#include "tests/simulation/instance.h"
#include "tests/simulation/tables.h"

#define MS INT64_C(1000)
#define S (1000 * MS)
#define EPOCH INT64_C(1803859200) /* 2027-03-01T00:00Z, a Monday */
#define N_PEERS 4
#define WAIT_MOST_S 7200 /* of an input, in all */
#define QUIET_S 100	 /* longer than any command may take */
#define HANG_S 20	 /* of processor time */
#define BAD_LINES_MOST 20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* used: only the linker knows by whom, and link-time optimization would let it go */
__attribute__((used)) int __wrap_RAND_bytes(unsigned char *bytes, int n);

static const struct someone people[] = {
    {"Alice Test", "m01", "alice", ROLE_MEMBER},
    {"Bruno Test", "m02", "bruno", ROLE_MEMBER},
    {"Dora Test", "m04", "dora", ROLE_MEMBER},
    {"Max Test", NULL, "max", ROLE_MANAGER},
    {"Carla Test", NULL, "carla", ROLE_COORDINATOR},
    {"Root Test", NULL, "root", ROLE_ADMINISTRATOR},
};

static struct session_run {
	struct instance instance;
	struct peer *peers[N_PEERS], *all[256];
	size_t n_all, at; /* at: of peers, who speaks */
	bool did_not_read[256];
	int64_t waited_s;
} run;

int __wrap_RAND_bytes(unsigned char *bytes, int n)
{
	for (int i = 0; i < n; i++)
		bytes[i] = (unsigned char)chance_below(256);
	return 1;
}

/* The pole: that of the integration tests, under the name that the simulation serves. */

static struct policy *policy_made(void)
{
	static struct policy_file *files;
	static struct arena arena;
	static size_t n;
	struct problems problems = {0};
	struct policy *policy = NULL;

	if (!files && policy_read_dir(SESSION_POLE, &arena, &files, &n, &problems))
		abort();
	for (size_t i = 0; i < n; i++) {
		char *at = strstr((char *)files[i].text, "pole: essai\n");

		if (at)
			memcpy(at, "pole: sim  \n", strlen("pole: essai\n"));
	}
	if (policy_load(files, n, zone_from_system, NULL, &policy, &problems))
		abort();
	problems_clear(&problems);
	policy_hash(policy);
	return policy;
}

static void ignore_error(const char *statement, const char *error)
{
}

static void begin(uint8_t seed, uint8_t trouble)
{
	memset(&run, 0, sizeof(run));
	virtual_begin(seed, EPOCH);
	tables_begin();
	db_begin();
	peers_begin();
	db_faults = (struct db_faults){0};
	db_on_error = ignore_error;
	pole_make_of(&run.instance, policy_made(), people, sizeof(people) / sizeof(*people));
	instance_start(&run.instance);
	virtual_act_as(NULL);
	while (virtual_step(1 * S))
		;
	db_faults = (struct db_faults){.slow = trouble & 1 ? 20 : 0,
				       .refused = trouble & 2 ? 10 : 0,
				       .no_notice = trouble & 4 ? 50 : 0,
				       .cut = trouble & 8 ? 10 : 0,
				       .late = trouble & 16 ? 50 : 0};
}

static void end(void)
{
	instance_crash(&run.instance);
	peers_end();
	virtual_end();
}

/* The script */

static void pass_time(int64_t s)
{
	int64_t until = virtual_now_us() + s * S;

	if ((run.waited_s += s) > WAIT_MOST_S)
		return;
	while (virtual_step(until))
		;
}

static void set_clock_on(int64_t s)
{
	run.instance.base.clock_ahead_us += s * S;
}

static struct peer *speaker(void)
{
	struct peer *p = run.peers[run.at];

	if (p || run.n_all == sizeof(run.all) / sizeof(*run.all) || run.instance.server.stopping)
		return p;
	virtual_act_as(&run.instance.base);
	p = run.peers[run.at] = peer_new(&run.instance.base, run.instance.server.connections);
	virtual_act_as(NULL);
	run.all[run.n_all++] = p;
	return p;
}

static void stop_reading(struct peer *p)
{
	for (size_t i = 0; i < run.n_all; i++)
		run.did_not_read[i] = run.did_not_read[i] || run.all[i] == p;
	peer_read(p, false);
}

static void stop_daemon(void)
{
	if (run.instance.server.stopping)
		return;
	virtual_act_as(&run.instance.base);
	run.instance.server.stopping = true;
	connections_say_goodbye(run.instance.server.connections);
	virtual_act_as(NULL);
}

static void reset(struct peer *p)
{
	virtual_act_as(&run.instance.base);
	peer_reset(p);
	virtual_act_as(NULL);
	run.peers[run.at] = NULL;
}

static void act(uint8_t op)
{
	struct peer *p = speaker();

	switch (op) {
	case 0x05:
		virtual_step(virtual_now_us() + S);
		break;
	case 0x06:
		pass_time(1);
		break;
	case 0x07:
		pass_time(60);
		break;
	case 0x08:
		set_clock_on(3600);
		break;
	case 0x0b:
		set_clock_on(INT64_C(86400));
		break;
	case 0x0c:
		db_lose_all();
		break;
	case 0x0e:
		db_away_until_us = virtual_now_us() + 20 * S;
		db_lose_all();
		break;
	case 0x0f:
		stop_daemon();
		break;
	case 0x10:
		if (p)
			peer_end(p);
		run.peers[run.at] = NULL; /* who speaks next is somebody else */
		break;
	case 0x11:
		if (p)
			reset(p);
		break;
	case 0x12:
		if (p)
			stop_reading(p);
		break;
	case 0x13:
		if (p)
			peer_read(p, true);
		break;
	default: /* 0x01 … 0x04 */
		run.at = op - 1u;
	}
}

static bool is_op(uint8_t byte)
{
	return (byte >= 0x01 && byte <= 0x08) || byte == 0x0b || byte == 0x0c ||
	       (byte >= 0x0e && byte <= 0x13);
}

static void play(const uint8_t *data, size_t n)
{
	for (size_t i = 0, length; i < n; i += length) {
		struct peer *p;

		for (length = 0; i + length < n && !is_op(data[i + length]); length++)
			;
		if (length && (p = speaker()))
			peer_send(p, (const char *)data + i, length);
		if (!length) {
			act(data[i]);
			length = 1;
		}
	}
}

static void settle(void)
{
	db_faults = (struct db_faults){0};
	db_away_until_us = 0;
	for (size_t i = 0; i < run.n_all; i++)
		peer_read(run.all[i], true);
	run.waited_s = 0;
	pass_time(QUIET_S);
}

/* What must be true */

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			show();                                                                    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static void show(void)
{
	for (size_t i = 0; i < run.n_all; i++) {
		const struct buffer *in = peer_taken(run.all[i]), *out = peer_received(run.all[i]);

		fprintf(stdout, "--- client %zu said\n%.*s\n--- and heard\n%.*s\n", i, (int)in->n,
			in->bytes ? in->bytes : "", (int)out->n, out->bytes ? out->bytes : "");
	}
	fflush(stdout);
}

struct text_line {
	const char *at;
	size_t n;
};

/* The next line that the daemon must answer: it ends, or is too long however it goes on. */
static bool next_asked(const struct buffer *b, size_t *at, struct text_line *ret)
{
	const char *begin = b->bytes + *at, *lf;

	if (*at >= b->n)
		return false;
	lf = memchr(begin, '\n', b->n - *at);
	*ret = (struct text_line){begin, lf ? (size_t)(lf - begin) : b->n - *at};
	*at += ret->n + (lf != NULL);
	if (ret->n && begin[ret->n - 1] == '\r')
		ret->n--;
	return lf || ret->n > LINE_MAX_BYTES;
}

static bool is_tag_byte(char c)
{
	return c && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", c);
}

/* Whether a line that begins like this must be answered with the tag that it begins with. */
static size_t tag_bytes(const struct text_line *l)
{
	size_t n = 0;

	while (n < l->n && is_tag_byte(l->at[n]))
		n++;
	return l->n <= LINE_MAX_BYTES && n <= 32 && (n == l->n || l->at[n] == ' ') ? n : 0;
}

static bool is_tag_of(const struct text_line *l, const char *tag)
{
	size_t n = tag_bytes(l);

	return n ? strlen(tag) == n && memcmp(l->at, tag, n) == 0 : strcmp(tag, "*") == 0;
}

struct reading { /* of what a client heard */
	const struct buffer *asked;
	size_t asked_at, n_bad;
	bool greeted, inside;  /* inside: a reply */
	struct text_line line; /* that is being answered */
	const char *bye;
};

static void read_reply(struct reading *r, const struct line *l)
{
	const char *word = l->words[1];

	if (!r->inside)
		MUST(next_asked(r->asked, &r->asked_at, &r->line));
	MUST(is_tag_of(&r->line, l->words[0]));
	MUST(l->n_words >= 2);
	r->inside = strcmp(word, "-") == 0;
	if (r->inside) {
		MUST(l->n_words == 3);
		return;
	}
	if (strcmp(word, "OK") == 0) {
		MUST(l->n_words == 2);
		return;
	}
	MUST(strcmp(word, "NO") == 0 || strcmp(word, "BAD") == 0 || strcmp(word, "ERR") == 0);
	MUST(l->n_words == 3 && line_get(l, "text"));
	MUST(strcmp(l->words[0], "*") != 0 || strcmp(word, "BAD") == 0);
	r->n_bad += strcmp(word, "BAD") == 0;
}

static void read_line(struct reading *r, const struct line *l)
{
	MUST(!r->bye);
	if (!r->greeted) {
		r->greeted = true;
		if (strcmp(l->words[1], "BYE") != 0) {
			MUST(strcmp(l->words[1], "MUTUAL/1") == 0);
			return;
		}
	}
	if (strcmp(l->words[0], "*") == 0 && l->n_words >= 2 && strcmp(l->words[1], "EVENT") == 0) {
		MUST(!r->inside);
	} else if (strcmp(l->words[0], "*") == 0 && l->n_words >= 2 &&
		   strcmp(l->words[1], "BYE") == 0) {
		MUST(!r->inside && l->n_words == 3 && line_get(l, "text"));
		r->bye = l->words[2];
	} else {
		read_reply(r, l);
	}
}

static void read_all(struct reading *r, const struct buffer *heard, struct arena *a)
{
	for (size_t at = 0; at < heard->n;) {
		const char *lf = memchr(heard->bytes + at, '\n', heard->n - at);
		struct line l;
		size_t fault_at;

		MUST(lf);
		MUST(line_decode(heard->bytes + at, (size_t)(lf - heard->bytes) - at, a, &l,
				 &fault_at) == LINE_OK);
		read_line(r, &l);
		at = (size_t)(lf + 1 - heard->bytes);
	}
}

/* That lines were left unanswered, if they were, for a reason. */
static void check_end(size_t number, const struct reading *r, bool all_answered)
{
	const struct peer *p = run.all[number];

	if (peer_is_reset(p))
		return;
	MUST(!r->inside);
	if (r->bye && strcmp(r->bye, "too-many-errors") == 0)
		MUST(r->n_bad >= BAD_LINES_MOST);
	else if (r->bye && strcmp(r->bye, "timeout") == 0)
		MUST(all_answered);
	else if (r->bye)
		MUST(strcmp(r->bye, "bye") == 0 || strcmp(r->bye, "shutting-down") == 0);
	else if (peer_is_closed(p))
		MUST(run.did_not_read[number]);
	else
		MUST(all_answered && peer_taken(p)->n == peer_sent(p)->n);
}

static void check(size_t number)
{
	struct arena arena = {0};
	struct reading r = {.asked = peer_taken(run.all[number])};
	struct text_line rest;

	read_all(&r, peer_received(run.all[number]), &arena);
	check_end(number, &r, !next_asked(r.asked, &r.asked_at, &rest));
	arena_clear(&arena);
}

/* A run */

static void hang(int signal)
{
	abort();
}

/* The fuzzer looks at the clock when its alarm comes: not while that is ours. So who hangs is found
 * here. */
static void guard(bool on)
{
	const struct itimerval span = {.it_value = {.tv_sec = on ? HANG_S : 0}};
	sigset_t alarm;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigprocmask(on ? SIG_BLOCK : SIG_UNBLOCK, &alarm, NULL);
	signal(SIGVTALRM, hang);
	setitimer(ITIMER_VIRTUAL, &span, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	guard(true);
	begin(data[0], data[1]);
	play(data + 2, size - 2);
	settle();
	for (size_t i = 0; i < run.n_all; i++)
		check(i);
	if (getenv("SESSION_SHOW")) { /* for session_seeds.py: what became of one input */
		show();
		exit(0);
	}
	end();
	guard(false);
	return 0;
}
