/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * REPORT: rows stream from the database to the asker. A reader who is slow holds the server back,
 * by way of the link, so that ten years of history never lie in memory.
 */

#include "daemon/answer.h"
#include "daemon/db.h"
#include "daemon/served.h"
#include "daemon/server.h"
#include "daemon/verbs_parts.h"

struct report {
	struct exchange *x;
	bool by_member, by_resource, by_month;
	int64_t n;
};

/* One report at a time is on the link's turn; what it needs lies in its exchange's arena. */
static void on_row(void *arg, const struct db_rows *row)
{
	enum { MEMBER, RESOURCE, MONTH, BOOKINGS, SECONDS, CANCELLED, NO_SHOWS };
	struct report *r = arg;
	struct exchange *x = r->x;
	struct line_writer w;

	reply_data(x, &w, "row");
	if (r->by_member)
		write_member(&w, x->served, (uint32_t)db_int(row, 0, MEMBER));
	if (r->by_resource)
		line_str(&w, "resource",
			 pole_name_id(x->served->pole, NAME_RESOURCE, 0,
				      (uint32_t)db_int(row, 0, RESOURCE)));
	if (r->by_month)
		line_str(&w, "month", db_value(row, 0, MONTH));
	line_int(&w, "bookings", db_int(row, 0, BOOKINGS));
	line_printf(&w, "hours", "%.2f", (double)db_int(row, 0, SECONDS) / 3600);
	line_int(&w, "cancelled", db_int(row, 0, CANCELLED));
	line_int(&w, "no-shows", db_int(row, 0, NO_SHOWS));
	line_end(&w);
	r->n++;
	if (!exchange_flush(x))
		db_link_pause(x->server->reports);
}

static void on_drained(struct exchange *x)
{
	db_link_resume(x->server->reports);
}

static void on_done(void *arg, enum db_outcome outcome, const struct db_rows *rows,
		    const char *error)
{
	struct report *r = arg;
	struct exchange *x = r->x;
	struct line_writer w;

	x->on_drained = NULL;
	if (outcome == DB_OK) {
		reply_ok(x, &w);
		line_int(&w, "count", r->n);
	} else {
		reply_code(x, &w, CODE_UNAVAILABLE, NULL, 0);
		line_int(&w, "retry", 2);
	}
	line_end(&w);
	exchange_finish(x);
}

void do_report(struct exchange *x)
{
	const struct request *q = &x->request;
	const struct zone *z = exchange_policy(x)->zone;
	struct report *r = arena_new(&x->arena, struct report);
	struct db_params *p;
	int64_t from = 0, to = 0;

	*r = (struct report){.x = x,
			     .by_member =
				 !request_get(q, "by") || request_has_word(q, "by", "member"),
			     .by_resource = request_has_word(q, "by", "resource"),
			     .by_month = request_has_word(q, "by", "month")};
	request_moment(&x->request, "from", z, &from);
	request_moment(&x->request, "to", z, &to);
	p = db_params_new();
	db_param_int4(p, x->served->id);
	db_param_int8(p, from);
	db_param_int8(p, to);
	db_param_bool(p, r->by_member);
	db_param_bool(p, r->by_resource);
	db_param_bool(p, r->by_month);
	db_param_text(p, zone_name(z));
	x->on_drained = on_drained;
	db_stream(x->server->reports, "report_usage", p, on_row, on_done, r);
	db_params_free(p);
}
