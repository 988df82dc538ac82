/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WATCH: begins and ends what daemon/watch.h does. */

#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/verbs_parts.h"
#include "daemon/watch.h"

static void stop(struct exchange *x)
{
	watch_free(x->session->watch);
	x->session->watch = NULL;
}

/* Of one thing, and for who is of no member: all that they may see in full. */
static struct watch_filter asked_filter(const struct exchange *x, uint32_t resource)
{
	const char *of = request_get(&x->request, "of");
	const struct person *self = pole_person(x->served->pole, x->person);
	bool all = of ? *of == 'a' : resource != 0 || self->member == 0;

	return (struct watch_filter){.all = all, .resource = resource};
}

static void reply_point(struct exchange *x, struct log_point at, bool missed)
{
	struct line_writer w;

	reply_ok(x, &w);
	line_int(&w, "version", at.version);
	if (at.seq != LOG_WHOLE)
		line_int(&w, "seq", at.seq);
	line_str(&w, "missed", missed ? "yes" : NULL);
	line_end(&w);
	exchange_finish(x);
}

static void begin(struct exchange *x, struct log_point at, bool missed)
{
	const char *what = request_get(&x->request, "what");
	uint32_t resource = what ? pole_name_number(x->served->pole, NAME_RESOURCE, 0, what) : 0;

	stop(x);
	x->session->watch =
	    watch_new(x->served, x->connection, x->session, asked_filter(x, resource), at);
	reply_point(x, at, missed);
}

static struct log_point present(const struct exchange *x)
{
	return (struct log_point){x->served->version, LOG_WHOLE};
}

static struct log_point asked_point(const struct exchange *x)
{
	struct log_point at = present(x);
	int32_t seq;

	if (request_point(&x->request, "since", &at.version, &seq) && seq > 0)
		at.seq = seq;
	return at;
}

/* What is ahead of this daemon another one has told; or the database was restored, and it is of a
 * log that is gone. */
static void version_read(void *arg, enum db_outcome outcome, const struct db_rows *rows,
			 const char *error)
{
	struct exchange *x = arg;
	struct log_point at = asked_point(x);

	if (!x->connection || !x->session) {
		exchange_finish(x);
	} else if (outcome != DB_OK || !db_n_rows(rows)) {
		reply_unavailable(x);
		exchange_finish(x);
	} else if (at.version <= db_int(rows, 0, 0)) {
		begin(x, at, false);
	} else {
		begin(x, present(x), true);
	}
}

static void read_version(struct exchange *x)
{
	struct db_params *p = db_params_new();

	db_param_int4(p, x->served->id);
	db_query(x->server->reads, "pole_version", p, version_read, x);
	db_params_free(p);
}

void do_watch(struct exchange *x)
{
	const char *what = request_get(&x->request, "what");
	struct log_point at = asked_point(x);

	if (request_yes(&x->request, "off")) {
		stop(x);
		reply_point(x, present(x), false);
	} else if (what && !pole_name_number(x->served->pole, NAME_RESOURCE, 0, what)) {
		reply_unknown_resource(x, what);
		exchange_finish(x);
	} else if (at.version > x->served->version) {
		read_version(x);
	} else {
		begin(x, at, false);
	}
}
