/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pole's log, command by command.
 *
 * The rows of a command are gathered until the next begins: the first row of each says what was
 * asked. A row's hash is checked against the hash that stands in the row before it, so that one
 * altered row is one fault and not a fault in all that follow.
 */
#include "daemon/logged.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/secret.h"
#include "daemon/store.h"

/* Columns of replay_log. */
enum {
	LOG_VERSION,
	LOG_SEQ,
	LOG_AT,
	LOG_ACTOR,
	LOG_KEY,
	LOG_KIND,
	LOG_CHANGE,
	LOG_HASH,
	LOG_REQUEST,
	LOG_AGREES,
	LOG_PRIVATE1,
	LOG_PRIVATE2,
	LOG_SUBJECT
};

struct reading {
	const struct logged_ops *ops;
	void *arg;
	struct arena arena; /* of the command that is gathered */
	struct logged command;
	char head[SHA256_HEX_BYTES];
	int64_t version, at; /* of the row before */
	int seq;
};

int log_end(struct db_session *session, const char *pole, struct log_end *ret, char *ret_why)
{
	struct db_rows *poles = NULL, *state = NULL;
	struct db_params *p = db_params_new();
	int r = db_session_query(session, "poles", p, &poles, ret_why);

	*ret = (struct log_end){.pole = 0};
	for (size_t i = 0; !r && i < db_n_rows(poles); i++)
		if (strcmp(db_value(poles, i, 2), pole) == 0)
			ret->pole = (int32_t)db_int(poles, i, 0);
	if (!r && !ret->pole) {
		snprintf(ret_why, 512, "there is no pole \"%.200s\" in the database", pole);
		r = 1;
	}
	db_param_int4(p, ret->pole);
	if (!r)
		r = db_session_query(session, "pole_state", p, &state, ret_why);
	if (!r) {
		ret->version = db_int(state, 0, 0);
		snprintf(ret->head, sizeof(ret->head), "%s", db_value(state, 0, 1));
	}
	db_rows_free(poles);
	db_rows_free(state);
	db_params_free(p);
	return r;
}

static void end_command(struct reading *r)
{
	if (r->command.n)
		r->ops->command(r->arg, &r->command);
	arena_clear(&r->arena);
	r->command = (struct logged){.version = 0};
}

static const char *kept(struct reading *r, const struct db_rows *row, size_t column)
{
	if (db_is_null(row, 0, column))
		return NULL;
	return arena_strdup(&r->arena, db_value(row, 0, column));
}

/* Whether the row's hash is that of the row before and of what it says. */
static bool is_chained(struct reading *r, const struct db_rows *row)
{
	char expected[SHA256_HEX_BYTES];

	store_chain(r->head, db_int(row, 0, LOG_VERSION), (int)db_int(row, 0, LOG_SEQ),
		    db_int(row, 0, LOG_AT), (uint32_t)db_int(row, 0, LOG_ACTOR),
		    db_is_null(row, 0, LOG_KEY) ? NULL : db_value(row, 0, LOG_KEY),
		    db_value(row, 0, LOG_CHANGE),
		    db_is_null(row, 0, LOG_REQUEST) ? NULL : db_value(row, 0, LOG_REQUEST),
		    expected);
	snprintf(r->head, sizeof(r->head), "%s", db_value(row, 0, LOG_HASH));
	return strcmp(expected, r->head) == 0;
}

static bool check_row(struct reading *r, const struct db_rows *row)
{
	int64_t version = db_int(row, 0, LOG_VERSION), at = db_int(row, 0, LOG_AT);
	int seq = (int)db_int(row, 0, LOG_SEQ);
	bool follows =
	    version == r->version ? seq == r->seq + 1 : version == r->version + 1 && seq == 1;
	bool chained = is_chained(r, row);

	if (!follows)
		r->ops->fault(r->arg, version, seq, "rows are missing before this one");
	if (!chained)
		r->ops->fault(r->arg, version, seq,
			      "its hash is not that of what it says and of the row before");
	if (at < r->at)
		r->ops->fault(r->arg, version, seq, "it is earlier than the row before");
	if (!db_bool(row, 0, LOG_AGREES))
		r->ops->fault(r->arg, version, seq, "its columns do not say what its change says");
	r->version = version;
	r->seq = seq;
	r->at = at;
	return chained;
}

static void add_event(struct reading *r, const struct db_rows *row, bool is_altered)
{
	struct logged *l = &r->command;

	l->events = arena_grow(&r->arena, l->events, l->n, &l->cap, l->n + 1, sizeof(*l->events));
	l->events[l->n++] = (struct logged_event){.seq = (int)db_int(row, 0, LOG_SEQ),
						  .kind = kept(r, row, LOG_KIND),
						  .change = kept(r, row, LOG_CHANGE),
						  .private1 = kept(r, row, LOG_PRIVATE1),
						  .private2 = kept(r, row, LOG_PRIVATE2),
						  .subject = db_int(row, 0, LOG_SUBJECT),
						  .is_altered = is_altered};
}

static void read_row(void *arg, const struct db_rows *row)
{
	struct reading *r = arg;
	int64_t version = db_int(row, 0, LOG_VERSION);
	bool begins = !r->command.n || version != r->command.version;

	if (begins || !db_is_null(row, 0, LOG_REQUEST)) {
		end_command(r);
		r->command.version = version;
		r->command.at = db_int(row, 0, LOG_AT);
		r->command.actor = (uint32_t)db_int(row, 0, LOG_ACTOR);
		r->command.request = kept(r, row, LOG_REQUEST);
		r->command.is_first = version != r->version;
	}
	add_event(r, row, !check_row(r, row));
}

int logged_read(struct db_session *session, const struct log_end *end, const struct logged_ops *ops,
		void *arg, char *ret_why)
{
	struct reading r = {.ops = ops, .arg = arg};
	struct db_params *p = db_params_new();
	int answer;

	db_param_int4(p, end->pole);
	db_param_int8(p, end->version);
	answer = db_session_stream(session, "replay_log", p, read_row, &r, ret_why);
	if (!answer) {
		end_command(&r);
		if (r.version != end->version)
			ops->fault(arg, r.version, r.seq,
				   "the log ends here, before the pole's version");
		else if (strcmp(r.head, end->head) != 0)
			ops->fault(arg, r.version, r.seq,
				   "the log ends with another hash than the pole's row has");
	}
	arena_clear(&r.arena);
	db_params_free(p);
	return answer;
}
