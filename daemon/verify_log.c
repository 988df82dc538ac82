/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log: its chain, and what it says last of every record.
 *
 * Nothing is applied but names, which the lines of the log need to be read. A name that could not
 * be (its number or its id is another's) is a finding, and not applied.
 */

#include <inttypes.h>
#include <string.h>

#include "daemon/verify_parts.h"
#include "proto/change_text.h"

struct log_reading {
	struct verifying *v;
	struct buffer text;
};

static void on_fault(void *arg, int64_t version, int seq, const char *text)
{
	struct log_reading *r = arg;

	finding(r->v, FINDING_LOG, "version %" PRId64 ", row %d: %s", version, seq, text);
}

/* What the row's column should say: a name's number is told apart from its resource. */
static int64_t subject_of(struct record r)
{
	if (r.kind == CHANGE_POLICY)
		return 0;
	return r.kind == CHANGE_NAME ? r.number & UINT32_MAX : r.number;
}

static void keep_image(struct log_reading *r, struct record record, int64_t version,
		       const struct logged_event *e)
{
	struct image *i = images_put(&r->v->images, record);

	i->digest = image_digest(&r->text);
	i->version = version;
	i->seq = e->seq;
	if (e->subject != subject_of(record))
		finding(r->v, FINDING_LOG,
			"version %" PRId64 ", row %d: its column says that it is of number %" PRId64
			", its change of %" PRId64,
			version, e->seq, e->subject, subject_of(record));
}

static bool is_new_name(const struct verifying *v, const struct name *name)
{
	return !pole_name_id(v->known, name->kind, name->resource, name->number) &&
	       !pole_name_number(v->known, name->kind, name->resource, name->id);
}

static void keep_change(struct log_reading *r, struct changes *c, int64_t version,
			const struct logged_event *e)
{
	struct change *change = &c->items[0];

	if (change->kind == CHANGE_NAME) {
		if (!is_new_name(r->v, &change->name.name)) {
			finding(r->v, FINDING_LOG,
				"version %" PRId64
				", row %d: it gives a name or number that was given",
				version, e->seq);
			return;
		}
	}
	keep_image(r, image_of_change(change, &r->text), version, e);
	if (change->kind == CHANGE_NAME)
		pole_apply(r->v->known, c);
}

static void unreadable(struct log_reading *r, int64_t version, const struct logged_event *e)
{
	finding(r->v, FINDING_UNREADABLE, "version %" PRId64 ", row %d: %.200s", version, e->seq,
		e->change);
}

/* change_decode() leaves a note's kind and hash unread. */
static bool keep_note(struct log_reading *r, int64_t version, const struct logged_event *e)
{
	struct record record;

	if (strcmp(e->kind, change_kind_words[CHANGE_NOTE]) != 0)
		return false;
	if (image_of_note(e->change, &record, &r->text))
		keep_image(r, record, version, e);
	else
		unreadable(r, version, e);
	return true;
}

static void keep_event(struct log_reading *r, int64_t version, const struct logged_event *e)
{
	struct changes changes = {0};
	char hash[65] = "";
	int answer = change_decode(e->change, r->v->known, NULL, NULL, &changes, hash);

	buffer_reset(&r->text);
	if (answer != CHANGE_TEXT_OK)
		unreadable(r, version, e);
	else if (*hash)
		keep_image(r, image_of_policy(version, hash, &r->text), version, e);
	else if (changes.n)
		keep_change(r, &changes, version, e);
	else
		keep_note(r, version, e);
	changes_clear(&changes);
}

static void on_command(void *arg, const struct logged *l)
{
	struct log_reading *r = arg;

	for (const struct logged_event *e = l->events; e < l->events + l->n; e++)
		keep_event(r, l->version, e);
	r->v->n_events += l->n;
	verify_progress(r->v, "the log", (uint64_t)l->version, (uint64_t)r->v->end.version);
}

int verify_log(struct verifying *v)
{
	static const struct logged_ops ops = {on_command, on_fault};
	struct log_reading r = {.v = v};
	int answer = logged_read(v->session, &v->end, &ops, &r, v->why);

	buffer_release(&r.text);
	return answer;
}
