/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may have it and what becomes of it then: who, keep, qualifications, approvals, holds,
 * cancelling, no-shows. */

#include "config/policy_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool limit_read_who(struct walk *w, const struct node *value, struct limit *ret)
{
	return party_read(w, value, &ret->who);
}

struct keep_draft {
	const struct node *party, *when, *until;
};

static const struct key_row keep_rows[] = {
    {"for", KEY_PARTY, true, walk_set_node, offsetof(struct keep_draft, party),
     "a member, a class, owner", &party_table},
    {"when", KEY_TEXT_OR_MAP, false, walk_set_node, offsetof(struct keep_draft, when),
     "Tue,Thu 08:00-13:00; if not said: always", &when_table},
    {"until", KEY_TEXT, false, walk_set_node, offsetof(struct keep_draft, until),
     "when others may have it: 7d before; if not said: never"},
};
const struct key_table keep_table = KEY_TABLE(keep_rows);

bool keep_read(struct walk *w, const struct node *value, struct limit *ret,
	       const struct when **ret_when)
{
	struct when *when = arena_new(w->arena, struct when);
	struct keep_draft d = {0};

	walk_map(w, value, value->key_place, &keep_table, &d);
	if (d.party)
		party_read(w, d.party, &ret->keep.party);
	if (d.when && when_read(w, d.when, when))
		*ret_when = when;
	if (d.until && length_read_before(w, d.until, d.until->text, &ret->keep.until) &&
	    length_s(ret->keep.until) == 0)
		problems_add(w->problems, d.until->place,
			     "released when it begins is too late; write 7d before or 2h before");
	return true;
}

static void set_qualification(struct walk *w, void *into, const struct key_row *row,
			      const struct node *value)
{
	((struct limit *)into)->qualification.word = arena_strdup(w->arena, value->text);
}

static void set_held_for(struct walk *w, void *into, const struct key_row *row,
			 const struct node *value)
{
	length_read_some(w, value, value->text, &((struct limit *)into)->qualification.held_for);
}

static void set_issuer(struct walk *w, void *into, const struct key_row *row,
		       const struct node *value)
{
	((struct limit *)into)->qualification.own_issuer =
	    walk_choice(w, value, "issuer", row->words, row->n_words) == 0;
}

static const char *const issuers[] = {"own-member", "anyone"};
static const struct key_row qualification_rows[] = {
    {"qualification", KEY_ID, true, set_qualification, 0, "licence-b"},
    {"held-for", KEY_TEXT, false, set_held_for, 0, "at least so long when it is used: 3y"},
    {"issued-by", KEY_TEXT, false, set_issuer, 0, "anyone if not said", NULL, false,
     ROW_WORDS(issuers)},
};
const struct key_table qualification_table = KEY_TABLE_NAMED(qualification_rows, "qualification");

bool limit_read_qualification(struct walk *w, const struct node *value, struct limit *ret)
{
	ret->qualification.word = "";
	if (value->kind == NODE_MAP) {
		walk_map(w, value, value->key_place, &qualification_table, ret);
		return true;
	}
	if (!walk_is_id(w, value->text, value->place))
		return false;
	ret->qualification.word = arena_strdup(w->arena, value->text);
	return true;
}

struct approval_draft {
	struct approval approval;
	int by, then, meanwhile;
	const struct node *from, *longer_than, *undecided_after;
};

static const char *const deciders[] = {
    [BY_MANAGER] = "manager", [BY_COORDINATOR] = "coordinator", [BY_OWNER] = "owner"};
static const char *const froms[] = {"always"};
static const char *const thens[] = {"decline", "grant"};
static const char *const meanwhiles[] = {"taken", "queueing"};

static const struct key_row approval_rows[] = {
    {"by", KEY_TEXT, true, walk_set_choice, offsetof(struct approval_draft, by),
     "a manager of the resource, a coordinator, or the owner's", NULL, false, ROW_WORDS(deciders)},
    {"from", KEY_TEXT, false, walk_set_node, offsetof(struct approval_draft, from),
     "always, which goes without saying", NULL, false, ROW_WORDS(froms)},
    {"longer-than", KEY_TEXT, false, walk_set_node, offsetof(struct approval_draft, longer_than),
     "only what is longer: 4h"},
    {"undecided-after", KEY_TEXT, false, walk_set_node,
     offsetof(struct approval_draft, undecided_after), "5d; if not said: when it begins"},
    {"then", KEY_TEXT, false, walk_set_choice, offsetof(struct approval_draft, then),
     "what is undecided then; if not said: decline", NULL, false, ROW_WORDS(thens)},
    {"meanwhile", KEY_TEXT, false, walk_set_choice, offsetof(struct approval_draft, meanwhile),
     "whether others see it as taken or may ask for it, too; if not said: taken", NULL, false,
     ROW_WORDS(meanwhiles)},
};
const struct key_table approval_table = KEY_TABLE_NAMED(approval_rows, "approval");

static void read_from(struct walk *w, const struct approval_draft *d)
{
	if (!d->from)
		return;
	if (strcmp(d->from->text, froms[0]) != 0)
		problems_add(w->problems, d->from->place,
			     "\"%s\" is not known; write `from: always`, or `longer-than: 4h`",
			     d->from->text);
	else if (d->longer_than)
		problems_add(w->problems, d->from->place,
			     "either always or only what is longer; leave one of them out");
}

bool limit_read_approval(struct walk *w, const struct node *value, struct limit *ret)
{
	struct approval_draft d = {.by = BY_MANAGER};

	if (value->kind == NODE_MAP) {
		walk_map(w, value, value->key_place, &approval_table, &d);
	} else {
		size_t by = walk_choice(w, value, "one to approve", deciders, 3);

		d.by = by < 3 ? (int)by : BY_MANAGER;
	}
	read_from(w, &d);
	if (d.longer_than)
		length_read_some(w, d.longer_than, d.longer_than->text, &d.approval.longer_than);
	if (d.undecided_after)
		length_read_some(w, d.undecided_after, d.undecided_after->text,
				 &d.approval.undecided_after);
	d.approval.by = (enum decider)d.by;
	d.approval.then_grant = d.then == 1;
	d.approval.queueing = d.meanwhile == 1;
	ret->approval = d.approval;
	return true;
}

bool limit_read_hold(struct walk *w, const struct node *value, struct limit *ret)
{
	return length_read_some(w, value, value->text, &ret->hold);
}

static bool read_per_cent(struct walk *w, const struct node *value, uint8_t *ret)
{
	int n, used = 0;

	if (*value->text >= '0' && *value->text <= '9' &&
	    sscanf(value->text, "%3d%%%n", &n, &used) == 1 && used > 0 &&
	    value->text[used] == '\0' && n <= 100) {
		*ret = (uint8_t)n;
		return true;
	}
	problems_add(w->problems, value->place,
		     "\"%s\" is no part of the price; write 20%% or 100%%", value->text);
	return false;
}

/* `30d before: 20%` */
static void take_band(struct walk *w, void *into, const struct node *value)
{
	struct node key = {.text = value->key, .place = value->key_place};
	struct limit *l = into;
	struct band band;

	if (!length_read_before(w, &key, value->key, &band.before) ||
	    !walk_is(w, value, KEY_TEXT) || !read_per_cent(w, value, &band.per_cent))
		return;
	if (l->cancel.n == BANDS_MAX) {
		problems_add(w->problems, value->key_place, "more than %d bands", BANDS_MAX);
		return;
	}
	l->cancel.bands[l->cancel.n++] = band;
}

const struct key_table cancel_table = {NULL, 0, take_band, NULL};

static int longest_first(const void *a, const void *b)
{
	const int64_t x = length_s(((const struct band *)a)->before),
		      y = length_s(((const struct band *)b)->before);

	return (x < y) - (x > y);
}

bool limit_read_cancel(struct walk *w, const struct node *value, struct limit *ret)
{
	if (!walk_is(w, value, KEY_MAP))
		return false;
	walk_map(w, value, value->key_place, &cancel_table, ret);
	if (value->n_children == 0)
		problems_add(w->problems, value->place,
			     "no bands; write {30d before: 20%%, 10d before: 50%%}, or none");
	qsort(ret->cancel.bands, ret->cancel.n, sizeof(*ret->cancel.bands), longest_first);
	for (size_t i = 1; i < ret->cancel.n; i++) {
		const struct band *last = &ret->cancel.bands[i - 1], *band = last + 1;

		if (length_s(band->before) == length_s(last->before))
			problems_add(w->problems, value->place, "two bands begin at the same time");
		else if (band->per_cent <= last->per_cent)
			problems_add(w->problems, value->place,
				     "who cancels later owes %d %%, no more than %d %% before; "
				     "leave that band out, or raise it",
				     band->per_cent, last->per_cent);
	}
	return true;
}

static void set_after(struct walk *w, void *into, const struct key_row *row,
		      const struct node *value)
{
	length_read_some(w, value, value->text, &((struct limit *)into)->no_show.after);
}

static void set_owes(struct walk *w, void *into, const struct key_row *row,
		     const struct node *value)
{
	read_per_cent(w, value, &((struct limit *)into)->no_show.per_cent);
}

static const struct key_row no_show_rows[] = {
    {"released-after", KEY_TEXT, true, set_after, 0,
     "others may have it that long after the start: 15m"},
    {"owes", KEY_TEXT, false, set_owes, 0, "of the price: 100%; if not said: nothing"},
};
const struct key_table no_show_table = KEY_TABLE(no_show_rows);

bool limit_read_no_show(struct walk *w, const struct node *value, struct limit *ret)
{
	if (!walk_is(w, value, KEY_MAP))
		return false;
	walk_map(w, value, value->key_place, &no_show_table, ret);
	return true;
}
