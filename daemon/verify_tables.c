/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables against the log's last images: every row, and every image.
 *
 * The rows come one at a time while nothing else can be asked on the session. So what differs is
 * noted, the first of it with what the row says, and said once the rows are over and the log's row
 * can be read again.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/verify_parts.h"
#include "lib/arena.h"
#include "proto/change_text.h"

#define SUSPECTS_MAX 20
#define VALUE_BYTES 400
#define TITLE_BYTES 96

struct suspect { /* a row that is not as the log says */
	struct record record;
	const char *row;
};

struct table_reading {
	struct verifying *v;
	enum change_kind kind;
	struct buffer text;
	struct arena arena;
	struct suspect suspects[SUSPECTS_MAX];
	size_t n_suspects, n_more;
};

static const char *const table_names[N_CHANGE_KINDS] = {
    [CHANGE_BOOKING] = "bookings", [CHANGE_PERSON] = "persons", [CHANGE_NAME] = "names",
    [CHANGE_POLICY] = "policies",  [CHANGE_OUTAGE] = "outages", [CHANGE_NOTE] = "notes",
};

static void suspect(struct table_reading *t, struct record record)
{
	if (t->n_suspects == SUSPECTS_MAX) {
		t->n_more++;
		return;
	}
	t->suspects[t->n_suspects++] =
	    (struct suspect){record, arena_strndup(&t->arena, t->text.bytes, t->text.n)};
}

static void on_row(void *arg, const struct db_rows *row)
{
	struct table_reading *t = arg;
	struct verifying *v = t->v;
	struct record record;
	struct image *image;
	char title[TITLE_BYTES];

	buffer_reset(&t->text);
	record = image_of_row(t->kind, row, &t->text);
	image = images_find(&v->images, record);
	v->rows[t->kind]++;
	if (!image) {
		finding(v, FINDING_INVENTED, "%s", image_title(record, title, sizeof(title)));
		return;
	}
	image->seen = true;
	if (image->digest != image_digest(&t->text))
		suspect(t, record);
	verify_progress(v, table_names[t->kind], v->rows[t->kind], v->images.n);
}

/* What the log says of it, as lines. > 0: why. */
static int read_image(struct verifying *v, const struct image *i, struct buffer *out)
{
	struct db_params *p = verify_params(v);
	struct db_rows *rows = NULL;
	struct changes changes = {0};
	struct record record;
	char hash[65] = "";
	const char *text;
	int r;

	db_param_int8(p, i->version);
	db_param_int4(p, i->seq);
	r = db_session_query(v->session, "verify_event", p, &rows, v->why);
	text = r ? "" : db_value(rows, 0, 0);
	if (change_decode(text, v->known, NULL, NULL, &changes, hash) == CHANGE_TEXT_OK) {
		if (*hash)
			image_of_policy(i->version, hash, out);
		else if (changes.n)
			image_of_change(&changes.items[0], out);
		else
			image_of_note(text, &record, out);
	}
	changes_clear(&changes);
	db_rows_free(rows);
	db_params_free(p);
	return r;
}

static size_t line_length(const char *line)
{
	return strcspn(line, "\n");
}

static const char *next_line(const char *line)
{
	line += line_length(line);
	return line + (*line == '\n');
}

/* What stands before the first '=' of a line, and what behind it. */
static void take_apart(const char *line, struct arena *a, const char **ret_label,
		       const char **ret_value)
{
	size_t length = line_length(line), n = strcspn(line, "=\n");

	*ret_label = arena_strndup(a, line, n);
	*ret_value = n < length ? arena_strndup(a, line + n + 1, length - n - 1) : "";
}

static void tell_line(struct verifying *v, const char *log, const char *row)
{
	const char *label, *in_log, *in_row;
	char a[VALUE_BYTES], b[VALUE_BYTES];
	struct arena arena = {0};

	take_apart(row, &arena, &label, &in_row);
	take_apart(log, &arena, &label, &in_log);
	finding_line(v, "%s: %s in the log, %s in the table", label,
		     image_value(v->known, label, in_log, a, sizeof(a)),
		     image_value(v->known, label, in_row, b, sizeof(b)));
	arena_clear(&arena);
}

/* The lines that are not the same. Both sides have the same labels in the same order, unless a
 * value brings line ends of its own. */
static void tell_lines(struct verifying *v, const char *log, const char *row)
{
	for (; *log && *row; log = next_line(log), row = next_line(row))
		if (line_length(log) != line_length(row) || memcmp(log, row, line_length(log)) != 0)
			tell_line(v, log, row);
}

static int tell_suspects(struct table_reading *t)
{
	struct verifying *v = t->v;
	struct buffer log = {0};
	char title[TITLE_BYTES];
	int r = 0;

	for (size_t i = 0; !r && i < t->n_suspects; i++) {
		const struct suspect *s = &t->suspects[i];
		const struct image *image = images_find(&v->images, s->record);

		buffer_reset(&log);
		r = read_image(v, image, &log);
		if (!r &&
		    finding(v, FINDING_DIFFERS, "%s (version %" PRId64 ", row %d of the log)",
			    image_title(s->record, title, sizeof(title)), image->version,
			    image->seq) &&
		    log.n)
			tell_lines(v, log.bytes, s->row);
	}
	v->found[FINDING_DIFFERS] += t->n_more;
	v->report->n_findings += t->n_more;
	buffer_release(&log);
	return r;
}

static int verify_table(struct verifying *v, enum change_kind kind)
{
	struct table_reading t = {.v = v, .kind = kind};
	struct db_params *p = verify_params(v);
	int r = db_session_stream(v->session, image_statement(kind), p, on_row, &t, v->why);

	if (!r)
		r = tell_suspects(&t);
	db_params_free(p);
	buffer_release(&t.text);
	arena_clear(&t.arena);
	return r;
}

/* Of the records that the log has and no table. A text may have been erased, on a person's demand.
 */
static void tell_missing(struct verifying *v)
{
	char title[TITLE_BYTES];

	for (const struct image *i = v->images.slots; i < v->images.slots + v->images.cap; i++) {
		const struct record record = {i->kind - 1, i->part, i->number};

		if (!i->kind || i->seen)
			continue;
		if (record.kind == CHANGE_NOTE)
			v->n_erased++;
		else
			finding(v, FINDING_MISSING, "%s (version %" PRId64 ", row %d of the log)",
				image_title(record, title, sizeof(title)), i->version, i->seq);
	}
}

int verify_tables(struct verifying *v)
{
	int r = 0;

	for (int kind = 0; !r && kind < N_CHANGE_KINDS; kind++)
		r = verify_table(v, (enum change_kind)kind);
	if (!r)
		tell_missing(v);
	return r;
}
