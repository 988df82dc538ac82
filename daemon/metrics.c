/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counting, and telling what was counted.
 *
 * A reply is counted by its final line, whoever wrote it: so no verb can forget to be counted. What
 * can be asked when it is needed (connections, versions, memory) is not counted but read.
 */

#include "daemon/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/allocator.h"
#include "daemon/connection.h"
#include "daemon/db.h"
#include "daemon/exchange.h"
#include "daemon/known.h"
#include "daemon/loader.h"
#include "daemon/log.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/stream.h"

#define WORD_BYTES 48
#define POLES_MAX 1000 /* that are told of each by itself */

int64_t metrics_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* The first bound; the others double. */
#define FIRST_BOUND_US 50
#define FIRST_BOUND_COMMANDS 1

static uint64_t bound(uint64_t first, int i)
{
	return first << i;
}

static void histogram_count(struct histogram *h, uint64_t first, uint64_t value)
{
	int i = 0;

	while (i < HISTOGRAM_BUCKETS && value > bound(first, i))
		i++;
	h->buckets[i]++;
	h->count++;
	h->sum += value;
}

void histogram_add_us(struct histogram *h, int64_t us)
{
	histogram_count(h, FIRST_BOUND_US, us > 0 ? (uint64_t)us : 0);
}

void histogram_add_commands(struct histogram *h, uint64_t n)
{
	histogram_count(h, FIRST_BOUND_COMMANDS, n);
}

uint64_t histogram_mean(const struct histogram *h)
{
	return h->count ? h->sum / h->count : 0;
}

/* Requests */

static const char *final_line(const struct buffer *reply)
{
	const char *lf;

	if (reply->n == 0)
		return "";
	lf = memrchr(reply->bytes, '\n', reply->n - 1);
	return lf ? lf + 1 : reply->bytes;
}

static bool begins_with_word(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\n');
}

/* Class and code of a final line: `OK …`, `NO conflict …`. */
static enum code_class read_outcome(const char *line, enum code *ret)
{
	char word[WORD_BYTES];
	unsigned class = CLASS_OK;

	*ret = CODE_OK;
	while (class < 4 && !begins_with_word(line, code_class_words[class]))
		class ++;
	if (class == CLASS_OK || class == 4)
		return CLASS_OK;
	line += strlen(code_class_words[class]) + 1;
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(line, " \n"), line);
	code_from_word(word, ret);
	return (enum code_class) class;
}

static size_t verb_row(const struct verb *v)
{
	if (!v)
		return METRICS_NO_VERB;
	return v == &verb_tick ? METRICS_TICK : (size_t)v->id;
}

static const char *row_word(size_t row, char *ret, size_t n)
{
	if (row == METRICS_NO_VERB)
		return "none";
	return row == METRICS_TICK ? verb_tick.word : verb_name(&verb_table[row], ret, n);
}

/* Without spaces, for a line of key=value. */
static const char *dashed(const char *text, char *ret, size_t n)
{
	snprintf(ret, n, "%s", text);
	for (char *c = ret; *c; c++)
		*c = *c == ' ' ? '-' : *c;
	return ret;
}

void metrics_answered(struct exchange *x)
{
	struct metrics *m = &x->server->metrics;
	enum code code;
	enum code_class class = read_outcome(final_line(&x->reply), &code);
	char verb[WORD_BYTES], word[WORD_BYTES];
	size_t row = verb_row(x->request.verb);
	int64_t us;

	x->answered_us = metrics_now_us();
	us = x->answered_us - x->began_us;
	m->requests[row][class]++;
	if (class != CLASS_OK)
		m->codes[code]++;
	histogram_add_us(&m->whole_us, us);
	if (log_is_verbose())
		log_debug("pole=%s conn=%" PRIu64 " tag=%s person=p%" PRIu32
			  " verb=%s outcome=%s code=%s version=%" PRId64 " us=%" PRId64,
			  x->served ? x->served->name : "-",
			  x->connection ? connection_id(x->connection) : 0,
			  x->request.tag ? x->request.tag : "-", x->person,
			  dashed(row_word(row, verb, sizeof(verb)), word, sizeof(word)),
			  code_class_words[class], class == CLASS_OK ? "-" : code_word(code),
			  x->served ? x->served->version : 0, us);
}

/* Text */

__attribute__((format(printf, 2, 3))) static void add(struct buffer *out, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buffer_puts(out, text);
}

static void head(struct buffer *out, const char *name, const char *type, const char *help)
{
	add(out, "# HELP mutuald_%s %s\n# TYPE mutuald_%s %s\n", name, help, name, type);
}

static void one(struct buffer *out, const char *name, const char *type, const char *help,
		double value)
{
	head(out, name, type, help);
	add(out, "mutuald_%s %.15g\n", name, value);
}

/* Escaped as a label's value is. */
static const char *label(const char *text, char *ret, size_t n)
{
	size_t at = 0;

	for (; *text && at + 3 < n; text++) {
		if (*text == '"' || *text == '\\' || *text == '\n')
			ret[at++] = '\\';
		ret[at++] = *text == '\n' ? 'n' : *text;
	}
	ret[at] = '\0';
	return ret;
}

static void write_requests(const struct metrics *m, struct buffer *out)
{
	char verb[WORD_BYTES];

	head(out, "requests_total", "counter",
	     "Requests answered, by verb and by the class of the answer.");
	for (size_t row = 0; row < METRICS_N_VERBS; row++)
		for (int class = 0; class < 4; class ++)
			if (m->requests[row][class])
				add(out,
				    "mutuald_requests_total{verb=\"%s\",outcome=\"%s\"} %" PRIu64
				    "\n",
				    row_word(row, verb, sizeof(verb)), code_class_words[class],
				    m->requests[row][class]);
	head(out, "refusals_total", "counter", "Answers that were not OK, by code.");
	for (int code = 0; code < N_CODES; code++)
		if (m->codes[code])
			add(out, "mutuald_refusals_total{code=\"%s\"} %" PRIu64 "\n",
			    code_word((enum code)code), m->codes[code]);
}

static void write_histogram(struct buffer *out, const char *name, const char *help,
			    const struct histogram *h, uint64_t first, double unit)
{
	uint64_t n = 0;

	head(out, name, "histogram", help);
	for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		n += h->buckets[i];
		add(out, "mutuald_%s_bucket{le=\"%.9g\"} %" PRIu64 "\n", name,
		    (double)bound(first, i) * unit, n);
	}
	add(out, "mutuald_%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, h->count);
	add(out, "mutuald_%s_sum %.15g\nmutuald_%s_count %" PRIu64 "\n", name,
	    (double)h->sum * unit, name, h->count);
}

static void write_histograms(const struct metrics *m, struct buffer *out)
{
	write_histogram(out, "request_duration_seconds",
			"From a request's line to its answer, in full.", &m->whole_us,
			FIRST_BOUND_US, 1e-6);
	write_histogram(out, "decide_duration_seconds", "Deciding a group of commands.",
			&m->decide_us, FIRST_BOUND_US, 1e-6);
	write_histogram(out, "commit_duration_seconds",
			"From sending a group to the database to its answer.", &m->commit_us,
			FIRST_BOUND_US, 1e-6);
	write_histogram(out, "pole_load_duration_seconds",
			"From asking for a pole that is not in memory to having it.", &m->load_us,
			FIRST_BOUND_US, 1e-6);
	write_histogram(out, "group_commands", "Commands that were decided together.",
			&m->group_commands, FIRST_BOUND_COMMANDS, 1);
}

int64_t metrics_resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (f && fscanf(f, "%*s %ld", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

/* To a stream a question by HTTP is a handshake that failed. */
uint64_t metrics_tls_failures(const struct server *server)
{
	return stream_counts()->handshake_failures - server->metrics.status_questions;
}

static bool database_is_up(const struct server *s)
{
	if (!server_commits_up(s))
		return false;
	for (size_t i = 0; i < s->n_poles; i++)
		if (!served_database_is_up(s->poles[i]))
			return false;
	return true;
}

static void write_server(const struct server *s, struct buffer *out)
{
	const struct stream_counts *c = stream_counts();

	one(out, "connections", "gauge", "Clients that are connected.",
	    s->connections ? (double)connections_count(s->connections) : 0);
	one(out, "received_bytes_total", "counter", "Bytes from clients, without TLS.",
	    (double)c->received_bytes);
	one(out, "sent_bytes_total", "counter", "Bytes to clients, without TLS.",
	    (double)c->sent_bytes);
	one(out, "tls_failures_total", "counter", "TLS handshakes that failed.",
	    (double)metrics_tls_failures(s));
	one(out, "status_questions_total", "counter",
	    "Questions for the certificate's status (OCSP) by HTTP, at the port of TLS.",
	    (double)s->metrics.status_questions);
	one(out, "resident_memory_bytes", "gauge", "Memory that the daemon has in use.",
	    (double)metrics_resident_bytes());
	one(out, "allocated_memory_bytes", "gauge",
	    "Memory that is allocated, without what the allocator keeps beside it.",
	    (double)allocator_allocated_bytes());
	one(out, "start_time_seconds", "gauge", "When the daemon was started, in Unix time.",
	    (double)s->started_at);
	one(out, "database_up", "gauge", "Whether commits can be made, of every pole.",
	    database_is_up(s));
}

static void write_links(const struct server *s, struct buffer *out)
{
	const struct {
		const char *name;
		const struct db_link *link;
	} links[] = {{"commits-1", s->commits[0]},
		     {"commits-2", s->commits[1]},
		     {"commits-3", s->commits[2]},
		     {"commits-4", s->commits[3]},
		     {"reads", s->reads},
		     {"reports", s->reports},
		     {"feed", s->feed},
		     {"loads-1", s->loader ? loader_link(s->loader, 0) : NULL},
		     {"loads-2", s->loader ? loader_link(s->loader, 1) : NULL}};
	const size_t n = sizeof(links) / sizeof(*links);

	static_assert(COMMIT_LINKS == 4, "each has its name above");
	head(out, "database_link_up", "gauge", "Whether a connection to the database is up.");
	for (size_t i = 0; i < n; i++)
		add(out, "mutuald_database_link_up{link=\"%s\"} %d\n", links[i].name,
		    db_link_is_up(links[i].link));
	head(out, "database_connects_total", "counter",
	     "Times that a connection to the database was made.");
	for (size_t i = 0; i < n; i++)
		add(out, "mutuald_database_connects_total{link=\"%s\"} %" PRIu64 "\n",
		    links[i].name, links[i].link ? db_link_connects(links[i].link) : 0);
	head(out, "database_queries_outstanding", "gauge", "Queries that are not answered yet.");
	for (size_t i = 0; i < n; i++)
		add(out, "mutuald_database_queries_outstanding{link=\"%s\"} %zu\n", links[i].name,
		    links[i].link ? db_link_outstanding(links[i].link) : 0);
}

static double pole_version(const struct served *s)
{
	return (double)s->version;
}

static double pole_lag(const struct served *s)
{
	return s->known_version > s->version ? (double)(s->known_version - s->version) : 0;
}

static double pole_silence(const struct served *s)
{
	return s->heard_us ? (double)(metrics_now_us() - s->heard_us) * 1e-6 : 0;
}

static double pole_bookings(const struct served *s)
{
	return (double)pole_n_bookings(s->pole);
}

static double pole_waiting(const struct served *s)
{
	size_t n;

	pole_queue(s->pole, &n);
	return (double)n;
}

static double pole_commands_waiting(const struct served *s)
{
	return (double)s->groups.n_waiting;
}

static double pole_groups(const struct served *s)
{
	return (double)s->groups.n_groups;
}

static double pole_changes(const struct served *s)
{
	return (double)s->groups.n_changes;
}

static const struct pole_metric {
	const char *name, *type, *help;
	double (*value)(const struct served *s);
} pole_metrics[] = {
    {"pole_version", "gauge", "Where this daemon stands in a pole's log.", pole_version},
    {"pole_lag_versions", "gauge", "Versions of the log that it has heard of and not read yet.",
     pole_lag},
    {"pole_heard_seconds", "gauge", "Time since the database last said where the log stands.",
     pole_silence},
    {"pole_bookings", "gauge", "Bookings in memory.", pole_bookings},
    {"pole_waiting_bookings", "gauge", "Bookings that wait for a place or a decision.",
     pole_waiting},
    {"pole_waiting_commands", "gauge", "Commands that are not decided yet.", pole_commands_waiting},
    {"pole_groups_total", "counter", "Groups of commands that were committed.", pole_groups},
    {"pole_changes_total", "counter", "Changes that were committed.", pole_changes},
};

static void write_poles(const struct server *s, struct buffer *out)
{
	char name[256];

	one(out, "poles", "gauge", "Poles that are answered for.",
	    s->known ? (double)known_count(s->known) : 0);
	one(out, "poles_loaded", "gauge",
	    "Poles in memory; the first thousand are told of one by one.", (double)s->n_poles);
	one(out, "poles_loading", "gauge", "Poles that are being loaded, or wait to be.",
	    s->loader ? (double)loader_outstanding(s->loader) : 0);
	one(out, "pole_load_failures_total", "counter", "Poles that could not be loaded.",
	    (double)s->metrics.load_failures);
	one(out, "poles_let_go_total", "counter", "Poles that were let go of.",
	    (double)s->metrics.let_go);
	for (size_t i = 0; i < sizeof(pole_metrics) / sizeof(*pole_metrics); i++) {
		const struct pole_metric *m = &pole_metrics[i];

		head(out, m->name, m->type, m->help);
		for (size_t k = 0; k < s->n_poles && k < POLES_MAX; k++)
			add(out, "mutuald_%s{pole=\"%s\"} %.15g\n", m->name,
			    label(s->poles[k]->name, name, sizeof(name)), m->value(s->poles[k]));
	}
}

void metrics_write(const struct server *server, struct buffer *out)
{
	head(out, "info", "gauge", "The version of the daemon.");
	buffer_puts(out, "mutuald_info{version=\"" MUTUALD_VERSION "\"} 1\n");
	write_server(server, out);
	write_requests(&server->metrics, out);
	write_histograms(&server->metrics, out);
	write_links(server, out);
	write_poles(server, out);
}
