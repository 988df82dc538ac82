/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of changes: who owns which image, and swapping them. */
#include "lib/change.h"

#include <stdlib.h>

#include "lib/arena.h"
#include "lib/policy.h"

const char *const name_kind_words[N_NAME_KINDS] = {
    [NAME_RESOURCE] = "resource",
    [NAME_MEMBER] = "member",
    [NAME_UNIT] = "unit",
};

const char *const change_kind_words[N_CHANGE_KINDS] = {
    [CHANGE_BOOKING] = "booking", [CHANGE_PERSON] = "person", [CHANGE_NAME] = "name",
    [CHANGE_POLICY] = "policy",	  [CHANGE_OUTAGE] = "outage", [CHANGE_NOTE] = "note",
};

const char *const note_about_words[N_NOTE_ABOUTS] = {
    [NOTE_BOOKING] = "booking",
    [NOTE_OUTAGE] = "outage",
};

const char *const note_kind_words[N_NOTE_KINDS] = {
    [NOTE_REASON] = "reason",
    [NOTE_CONDITION_OUT] = "condition-out",
    [NOTE_CONDITION_BACK] = "condition-back",
    [NOTE_DISPUTE] = "dispute",
    [NOTE_SETTLEMENT] = "settlement",
};

static struct change *add(struct changes *c, enum change_kind kind)
{
	struct change *change;

	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 4;
		c->items = memory_grow(c->items, c->cap * sizeof(*c->items));
	}
	change = &c->items[c->n++];
	*change = (struct change){.kind = kind};
	return change;
}

void changes_add_booking(struct changes *c, enum cause cause, struct booking *before,
			 struct booking *after)
{
	struct change *change = add(c, CHANGE_BOOKING);

	change->cause = cause;
	change->booking.before = before ? booking_ref(before) : NULL;
	change->booking.after = after;
}

void changes_add_person(struct changes *c, struct person *before, struct person *after)
{
	struct change *change = add(c, CHANGE_PERSON);

	change->person.before = before ? person_ref(before) : NULL;
	change->person.after = after;
}

void changes_add_name(struct changes *c, struct name name)
{
	struct change *change = add(c, CHANGE_NAME);

	change->name.made = true;
	change->name.name = name;
	change->name.name.id = memory_strdup(name.id);
}

void changes_add_policy(struct changes *c, struct policy *before, struct policy *after)
{
	struct change *change = add(c, CHANGE_POLICY);

	change->policy.before = before;
	change->policy.after = after;
}

void changes_add_outage(struct changes *c, const struct outage *before, const struct outage *after)
{
	struct change *change = add(c, CHANGE_OUTAGE);

	change->outage.before = before ? *before : (struct outage){0};
	change->outage.after = after ? *after : (struct outage){0};
}

void changes_add_note(struct changes *c, enum note_about about, int64_t number, enum note_kind kind,
		      const char *text)
{
	struct change *change = add(c, CHANGE_NOTE);

	change->note.about = about;
	change->note.number = number;
	change->note.kind = kind;
	change->note.text = memory_strdup(text);
}

void changes_append(struct changes *c, struct changes *from)
{
	for (size_t i = 0; i < from->n; i++)
		*add(c, from->items[i].kind) = from->items[i];
	free(from->items);
	*from = (struct changes){0};
}

void change_swap(struct change *c)
{
	struct change old = *c;

	switch (c->kind) {
	case CHANGE_BOOKING:
		c->booking.before = old.booking.after;
		c->booking.after = old.booking.before;
		break;
	case CHANGE_PERSON:
		c->person.before = old.person.after;
		c->person.after = old.person.before;
		break;
	case CHANGE_NAME:
		c->name.made = !old.name.made;
		break;
	case CHANGE_POLICY:
		c->policy.before = old.policy.after;
		c->policy.after = old.policy.before;
		c->policy.applied = !old.policy.applied;
		break;
	case CHANGE_OUTAGE:
		c->outage.before = old.outage.after;
		c->outage.after = old.outage.before;
		break;
	case CHANGE_NOTE:
	case N_CHANGE_KINDS:
		break;
	}
}

static void change_clear(struct change *c)
{
	switch (c->kind) {
	case CHANGE_BOOKING:
		booking_unref(c->booking.before);
		booking_unref(c->booking.after);
		break;
	case CHANGE_PERSON:
		person_unref(c->person.before);
		person_unref(c->person.after);
		break;
	case CHANGE_NAME:
		free((char *)c->name.name.id);
		break;
	case CHANGE_POLICY:
		policy_free(c->policy.applied ? c->policy.before : c->policy.after);
		break;
	case CHANGE_NOTE:
		free(c->note.text);
		break;
	case CHANGE_OUTAGE:
	case N_CHANGE_KINDS:
		break;
	}
}

void changes_clear(struct changes *c)
{
	for (size_t i = 0; i < c->n; i++)
		change_clear(&c->items[i]);
	free(c->items);
	*c = (struct changes){0};
}
