/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The named queries by which a pole is loaded and followed, each after its file in sql/. */
#include "tests/simulation/tables.h"

#include <stdlib.h>
#include <string.h>

#include "tests/simulation/virtual.h"

struct tables tables;

void tables_begin(void)
{
	tables = (struct tables){.head = ""};
}

const char *number_text(int64_t n)
{
	return arena_printf(virtual_arena(), "%lld", (long long)n);
}

void answer_row(struct answer_rows *r, size_t n, const char *const *cells)
{
	r->cells = arena_grow(virtual_arena(), r->cells, r->n * n, &r->cap, (r->n + 1) * n,
			      sizeof(*cells));
	memcpy(r->cells + r->n * n, cells, n * sizeof(*cells));
	r->n_columns = n;
	r->n++;
}

const struct table_request *tables_request(int64_t actor, const char *key)
{
	for (size_t i = 0; i < tables.requests.n; i++)
		if (tables.requests.rows[i].actor == actor &&
		    strcmp(tables.requests.rows[i].key, key) == 0)
			return &tables.requests.rows[i];
	return NULL;
}

static int64_t resource_of(const char *id)
{
	for (size_t i = 0; i < tables.names.n; i++)
		if (strcmp(json_get(tables.names.rows[i].json, "kind"), "resource") == 0 &&
		    strcmp(json_get(tables.names.rows[i].json, "id"), id) == 0)
			return tables.names.rows[i].number;
	return 0;
}

static bool takes(const struct table_allocation *a, int64_t resource, int64_t start, int64_t end)
{
	return a->occupies && a->resource == resource && a->start < end && start < a->end;
}

static const struct table_booking *booking_of(int64_t number)
{
	for (size_t i = 0; i < tables.bookings.n; i++)
		if (tables.bookings.rows[i].number == number)
			return &tables.bookings.rows[i];
	return NULL;
}

/* Whether a commit since then has changed a booking of it twice: taken, and given up in the same
 * group, it never stood in a table. */
static bool was_taken_in_passing(int64_t resource, int64_t since_us)
{
	for (size_t i = 0; i < tables.events.n; i++)
		for (size_t j = i + 1; j < tables.events.n; j++) {
			const struct table_event *a = &tables.events.rows[i],
						 *b = &tables.events.rows[j];

			if (b->version != a->version)
				break;
			if (a->us >= since_us && strcmp(a->kind, "booking") == 0 &&
			    strcmp(b->kind, "booking") == 0 && a->subject == b->subject &&
			    booking_of(a->subject)->resource == resource)
				return true;
		}
	return false;
}

bool tables_was_taken(const char *thing, int64_t start, int64_t end, int64_t since_us)
{
	int64_t resource = resource_of(thing);

	for (size_t i = 0; i < tables.allocations.n; i++)
		if (takes(&tables.allocations.rows[i], resource, start, end))
			return true;
	for (size_t i = 0; i < tables.gone.n; i++)
		if (takes(&tables.gone.rows[i], resource, start, end) &&
		    tables.gone.rows[i].gone_us >= since_us)
			return true;
	return was_taken_in_passing(resource, since_us);
}

bool tables_was_in_state(const char *code, const char *state, int64_t since_us)
{
	const char *begins = arena_printf(virtual_arena(), "booking code=%s ", code);
	const char *says = arena_printf(virtual_arena(), " state=%s ", state);
	bool was = false;

	for (size_t i = 0; i < tables.events.n; i++) {
		const struct table_event *e = &tables.events.rows[i];

		if (strncmp(e->change, begins, strlen(begins)) != 0)
			continue;
		if (e->us <= since_us)
			was = false;
		was = was || strstr(e->change, says);
	}
	return was;
}

bool tables_was_known(const char *code, int64_t at_us)
{
	const char *begins = arena_printf(virtual_arena(), "booking code=%s ", code);

	for (size_t i = 0; i < tables.events.n; i++)
		if (strncmp(tables.events.rows[i].change, begins, strlen(begins)) == 0)
			return tables.events.rows[i].us <= at_us;
	return false;
}

const struct table_booking *tables_booking(const char *code, int64_t *ret_changed_us)
{
	const char *begins = arena_printf(virtual_arena(), "booking code=%s ", code);
	const struct table_event *last = NULL;

	for (size_t i = 0; i < tables.events.n; i++)
		if (strncmp(tables.events.rows[i].change, begins, strlen(begins)) == 0)
			last = &tables.events.rows[i];
	for (size_t i = 0; last && i < tables.bookings.n; i++)
		if (tables.bookings.rows[i].number == last->subject) {
			*ret_changed_us = last->us;
			return &tables.bookings.rows[i];
		}
	return NULL;
}

static const char *purpose_of(int64_t booking)
{
	for (size_t i = 0; i < tables.notes.n; i++) {
		const struct table_text *n = &tables.notes.rows[i];

		if (n->number == booking && strcmp(n->about, "booking") == 0 &&
		    strcmp(n->kind, "purpose") == 0)
			return n->text;
	}
	return NULL;
}

static const struct json *person_of(int64_t number)
{
	for (size_t i = 0; i < tables.persons.n; i++)
		if (tables.persons.rows[i].number == number)
			return tables.persons.rows[i].json;
	return NULL;
}

static void privates_of(const struct table_event *e, const char **ret_1, const char **ret_2)
{
	const struct json *person;

	*ret_1 = *ret_2 = NULL;
	if (strcmp(e->kind, "booking") == 0)
		*ret_1 = purpose_of(e->subject);
	if (strcmp(e->kind, "person") != 0 || !(person = person_of(e->subject)))
		return;
	*ret_1 = json_get(person, "name");
	*ret_2 = json_get(person, "mail");
}

static void log_after(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = 0; i < tables.events.n; i++) {
		const struct table_event *e = &tables.events.rows[i];
		const struct table_request *kept = e->key ? tables_request(e->actor, e->key) : NULL;
		const char *private1, *private2;

		if (e->version <= argument_int(args, 1))
			continue;
		privates_of(e, &private1, &private2);
		ANSWER(r, number_text(e->version), number_text(e->seq), number_text(e->at),
		       number_text(e->batch), number_text(e->actor), e->key, e->kind, e->change,
		       e->hash, private1, private2, kept ? kept->request : NULL,
		       kept ? kept->reply : NULL);
	}
}

static void replay_log(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = 0; i < tables.events.n; i++) {
		const struct table_event *e = &tables.events.rows[i];
		const char *private1, *private2;

		if (e->version > argument_int(args, 1))
			continue;
		privates_of(e, &private1, &private2);
		ANSWER(r, number_text(e->version), number_text(e->seq), number_text(e->at),
		       number_text(e->actor), e->key, e->kind, e->change, e->hash, e->request, "t",
		       private1, private2, number_text(e->subject));
	}
}

static void poles(const struct arguments *args, struct answer_rows *r)
{
	ANSWER(r, number_text(TABLES_POLE), number_text(tables.version), "sim");
}

static void poles_served(const struct arguments *args, struct answer_rows *r)
{
	ANSWER(r, number_text(TABLES_POLE), number_text(tables.version));
}

static void pole_version(const struct arguments *args, struct answer_rows *r)
{
	ANSWER(r, number_text(tables.version));
}

static void pole_state(const struct arguments *args, struct answer_rows *r)
{
	int64_t booking = 0, person = 0, at = 0, outage = 0;

	for (size_t i = 0; i < tables.bookings.n; i++)
		if (tables.bookings.rows[i].number > booking)
			booking = tables.bookings.rows[i].number;
	for (size_t i = 0; i < tables.persons.n; i++)
		if (tables.persons.rows[i].number > person)
			person = tables.persons.rows[i].number;
	for (size_t i = 0; i < tables.outages.n; i++)
		if (tables.outages.rows[i].number > outage)
			outage = tables.outages.rows[i].number;
	if (tables.events.n)
		at = tables.events.rows[tables.events.n - 1].at;
	ANSWER(r, number_text(tables.version), tables.head, number_text(booking),
	       number_text(person), number_text(at), number_text(outage));
}

static void load_names(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = 0; i < tables.names.n; i++) {
		const struct json *n = tables.names.rows[i].json;

		ANSWER(r, json_get(n, "kind"), json_get(n, "resource"), json_get(n, "number"),
		       json_get(n, "id"));
	}
}

static void load_persons(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = 0; i < tables.persons.n; i++) {
		const struct json *p = tables.persons.rows[i].json;

		ANSWER(r, json_get(p, "number"), json_get(p, "member"), json_get(p, "roles"),
		       *json_get(p, "active") == '1' ? "t" : "f", json_get(p, "name"),
		       json_get(p, "mail"));
	}
}

static void load_credentials(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = 0; i < tables.persons.n; i++) {
		const struct json *p = tables.persons.rows[i].json;

		for (const struct json *c = json_list(p, "credentials"); c; c = c->next)
			ANSWER(r, json_get(p, "number"), json_get(c, "hash"),
			       *json_get(c, "withdrawn") == '1' ? "t" : "f");
	}
}

static void load_qualifications(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = 0; i < tables.persons.n; i++) {
		const struct json *p = tables.persons.rows[i].json;

		for (const struct json *q = json_list(p, "qualifications"); q; q = q->next)
			ANSWER(r, json_get(p, "number"), json_get(q, "word"), json_get(q, "issuer"),
			       number_text(json_seconds(q, "since")),
			       json_get(q, "until") ? number_text(json_seconds(q, "until")) : NULL);
	}
}

static void load_policy(const struct arguments *args, struct answer_rows *r)
{
	const struct table_row *p = &tables.policies.rows[tables.policies.n - 1];

	if (tables.policies.n)
		ANSWER(r, number_text(p->version), "", json_get(p->json, "hash"),
		       number_text(p->at), json_get(p->json, "by"));
}

static void policy_files(const struct arguments *args, struct answer_rows *r)
{
	const struct table_row *found = NULL;

	for (size_t i = 0; i < tables.policies.n; i++)
		if (tables.policies.rows[i].version <= argument_int(args, 1))
			found = &tables.policies.rows[i];
	for (const struct json *f = found ? json_list(found->json, "files") : NULL; f; f = f->next)
		ANSWER(r, json_get(f, "name"), json_get(f, "text"));
}

static int by_booking_item_resource_lane(const void *a, const void *b)
{
	const struct table_allocation *x = a, *y = b;

	if (x->booking != y->booking)
		return x->booking < y->booking ? -1 : 1;
	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	if (x->resource != y->resource)
		return x->resource < y->resource ? -1 : 1;
	return x->lane < y->lane ? -1 : x->lane > y->lane;
}

static const char *allocations_of(int64_t booking, int64_t *ret_last)
{
	struct table_allocation *found =
	    arena_new_n(virtual_arena(), struct table_allocation, tables.allocations.n + 1);
	const char *text = "";
	size_t n = 0;

	for (size_t i = 0; i < tables.allocations.n; i++)
		if (tables.allocations.rows[i].booking == booking)
			found[n++] = tables.allocations.rows[i];
	qsort(found, n, sizeof(*found), by_booking_item_resource_lane);
	for (struct table_allocation *a = found; a < found + n; a++) {
		text = arena_printf(virtual_arena(), "%s%s%lld/%lld/%lld/%lld/%lld", text,
				    *text ? " " : "", (long long)a->item, (long long)a->resource,
				    (long long)a->lane, (long long)a->start, (long long)a->end);
		*ret_last = a->end > *ret_last ? a->end : *ret_last;
	}
	return text;
}

static const char *items_of(int64_t booking)
{
	const char *text = "";

	for (size_t i = 0; i < tables.items.n; i++)
		if (tables.items.rows[i].number == booking)
			text = arena_printf(virtual_arena(), "%s%s%s", text, *text ? "\n" : "",
					    tables.items.rows[i].text);
	return text;
}

static const char *details_of(int64_t booking)
{
	for (size_t i = 0; i < tables.details.n; i++)
		if (tables.details.rows[i].number == booking)
			return tables.details.rows[i].text;
	return NULL;
}

/* As the generated column in sql/ has it. */
static bool is_pending(const struct table_booking *b)
{
	static const char *const words[] = {"held", "requested", "waiting",
					    "out",  "suspended", "displaced"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(b->state, words[i]) == 0)
			return true;
	return b->due_at != 0;
}

static int by_number(const void *a, const void *b)
{
	const struct table_booking *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

void answer_booking(struct answer_rows *r, const struct table_booking *b, int64_t *ret_last)
{
	const char *purpose = purpose_of(b->number);
	const char *allocations = allocations_of(b->number, ret_last);

	ANSWER(r, number_text(b->number), number_text(b->resource), number_text(b->member),
	       number_text(b->person), number_text(b->made_by), b->state, b->pinned ? "t" : "f",
	       number_text(b->start), number_text(b->end), number_text(b->made_at),
	       number_text(b->ended_at), purpose ? purpose : "", allocations, items_of(b->number),
	       number_text(b->series), number_text(b->occurrence), number_text(b->due_at),
	       details_of(b->number));
}

static bool is_on_page(const struct arguments *args, int64_t booking)
{
	return booking >= argument_int(args, 1) && booking < argument_int(args, 2);
}

static const char *seconds_text(int64_t at)
{
	return at ? number_text(at) : NULL;
}

static void load_page_bookings(const struct arguments *args, struct answer_rows *r)
{
	if (tables.bookings.n)
		qsort(tables.bookings.rows, tables.bookings.n, sizeof(*tables.bookings.rows),
		      by_number);
	for (size_t i = 0; i < tables.bookings.n; i++) {
		const struct table_booking *b = &tables.bookings.rows[i];

		if (!is_on_page(args, b->number) ||
		    !(is_pending(b) || b->end > argument_int(args, 3)))
			continue;
		ANSWER(r, number_text(b->number), number_text(b->resource), number_text(b->member),
		       number_text(b->person), number_text(b->made_by), b->state,
		       b->pinned ? "t" : "f", number_text(b->start), number_text(b->end),
		       number_text(b->made_at), seconds_text(b->ended_at), seconds_text(b->series),
		       seconds_text(b->occurrence), seconds_text(b->due_at),
		       is_pending(b) ? "t" : "f");
	}
}

static void load_page_allocations(const struct arguments *args, struct answer_rows *r)
{
	if (tables.allocations.n)
		qsort(tables.allocations.rows, tables.allocations.n,
		      sizeof(*tables.allocations.rows), by_booking_item_resource_lane);
	for (size_t i = 0; i < tables.allocations.n; i++) {
		const struct table_allocation *a = &tables.allocations.rows[i];

		if (is_on_page(args, a->booking))
			ANSWER(r, number_text(a->booking), number_text(a->item),
			       number_text(a->resource), number_text(a->lane),
			       number_text(a->start), number_text(a->end));
	}
}

/* Those of one booking lie in order; the bookings may not. */
static const struct table_text **sorted_texts(const struct arguments *args,
					      const struct table_text *rows, size_t n,
					      size_t *ret_n)
{
	const struct table_text **list =
	    arena_new_n(virtual_arena(), const struct table_text *, n + 1);
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = found;

		if (!is_on_page(args, rows[i].number))
			continue;
		for (; at > 0 && list[at - 1]->number > rows[i].number; at--)
			list[at] = list[at - 1];
		list[at] = &rows[i];
		found++;
	}
	*ret_n = found;
	return list;
}

/* The parts of a line that tells an item, each up to its slash, and the last to the end. */
static void load_page_items(const struct arguments *args, struct answer_rows *r)
{
	enum { PARTS = 9 };
	size_t n;
	const struct table_text **list = sorted_texts(args, tables.items.rows, tables.items.n, &n);

	for (size_t i = 0; i < n; i++) {
		char *rest = arena_strdup(virtual_arena(), list[i]->text);
		const char *parts[PARTS];

		for (int k = 0; k < PARTS - 1; k++)
			parts[k] = strsep(&rest, "/");
		parts[PARTS - 1] = rest;
		ANSWER(r, number_text(list[i]->number), parts[0], parts[1], parts[2], parts[3],
		       parts[4], parts[5], parts[6], parts[7], parts[8]);
	}
}

static void load_page_details(const struct arguments *args, struct answer_rows *r)
{
	size_t n;
	const struct table_text **list =
	    sorted_texts(args, tables.details.rows, tables.details.n, &n);

	for (size_t i = 0; i < n; i++)
		ANSWER(r, number_text(list[i]->number), list[i]->text);
}

static void load_page_purposes(const struct arguments *args, struct answer_rows *r)
{
	size_t n;
	const struct table_text **list = sorted_texts(args, tables.notes.rows, tables.notes.n, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i]->about, "booking") == 0 && strcmp(list[i]->kind, "purpose") == 0)
			ANSWER(r, number_text(list[i]->number), list[i]->text);
}

/* The one pole is in memory wherever it is asked for: no token is looked for in the database that
 * has not been looked for there. */
static void credential_pole(const struct arguments *args, struct answer_rows *r)
{
}

/* What is read of one moment: see the links. */
static void begin_or_end(const struct arguments *args, struct answer_rows *r)
{
}

static void load_outages(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = 0; i < tables.outages.n; i++) {
		const struct json *o = tables.outages.rows[i].json;
		int64_t end = json_seconds(o, "ends");

		if (json_get(o, "lifted_at") || (end && end <= argument_int(args, 1)))
			continue;
		ANSWER(r, json_get(o, "number"), json_get(o, "resource_id"), json_get(o, "lane"),
		       number_text(json_seconds(o, "starts")), number_text(end),
		       json_get(o, "made_by"), number_text(json_seconds(o, "made_at")),
		       *json_get(o, "is_closure") == '1' ? "t" : "f");
	}
}

static void load_requests(const struct arguments *args, struct answer_rows *r)
{
	for (size_t i = 0; i < tables.requests.n; i++) {
		const struct table_request *k = &tables.requests.rows[i];

		if (k->at >= argument_int(args, 1))
			ANSWER(r, number_text(k->actor), k->key, k->request, k->reply,
			       number_text(k->at));
	}
}

/* Done by whoever has the links. */
static void pole_announce(const struct arguments *args, struct answer_rows *r)
{
	ANSWER(r, "");
}

static const struct {
	const char *name;
	void (*answer)(const struct arguments *args, struct answer_rows *r);
} queries[] = {
    {"credential_pole", credential_pole},
    {"load_begin", begin_or_end},
    {"load_credentials", load_credentials},
    {"load_end", begin_or_end},
    {"load_names", load_names},
    {"load_outages", load_outages},
    {"load_page_allocations", load_page_allocations},
    {"load_page_bookings", load_page_bookings},
    {"load_page_details", load_page_details},
    {"load_page_items", load_page_items},
    {"load_page_purposes", load_page_purposes},
    {"load_persons", load_persons},
    {"load_policy", load_policy},
    {"load_qualifications", load_qualifications},
    {"load_requests", load_requests},
    {"log_after", log_after},
    {"pole_announce", pole_announce},
    {"pole_state", pole_state},
    {"pole_version", pole_version},
    {"pole_void", tables_void},
    {"poles", poles},
    {"poles_served", poles_served},
    {"policy_files", policy_files},
    {"replay_log", replay_log},
};

const char *tables_run(const char *statement, const struct arguments *args, struct answer_rows *ret)
{
	if (strcmp(statement, "pole_commit") == 0)
		return tables_commit(args, ret);
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++)
		if (strcmp(queries[i].name, statement) == 0) {
			queries[i].answer(args, ret);
			return NULL;
		}
	if (tables_read(statement, args, ret))
		return NULL;
	return arena_printf(virtual_arena(), "42883 the simulation has no query \"%s\"", statement);
}
