/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was granted, and what to do next. */
#include "client/show_done.h"

#include <string.h>

#include "client/nested.h"
#include "client/paste.h"
#include "client/refusal.h"
#include "client/show_booking.h"
#include "client/show_queue.h"
#include "client/show_state.h"
#include "client/show_time.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

enum { DONE_ITEM, DONE_MOVED, DONE_AHEAD };
static const struct column done_columns[] = {
    [DONE_ITEM] = {"item", {"Things", "Choses"}, COLUMN_NESTED},
    [DONE_MOVED] = {"moved", {"Moved", "Déplacées"}, COLUMN_NESTED},
    [DONE_AHEAD] = {"ahead", {"Ahead", "Devant"}, COLUMN_NESTED},
    {"booking", {"Code", "Code"}, 0},
    {"state", {"State", "État"}, 0},
    {"resource", {"Resource", "Ressource"}, 0},
    {"unit", {"Unit", "Unité"}, COLUMN_DATA_ONLY},
    {"units", {"Units", "Unités"}, COLUMN_LIST},
    {"qty", {"Quantity", "Nombre"}, 0},
    {"having", {"Having", "Avec"}, 0},
    {"items", {"Things", "Choses"}, 0},
    {"from", {"From", "De"}, 0},
    {"to", {"To", "À"}, 0},
    {"member", {"Member", "Membre"}, 0},
    {"was-from", {"Was from", "Était de"}, 0},
    {"was-to", {"Was to", "Était à"}, 0},
    {"was-unit", {"Was unit", "Était sur"}, 0},
    {"due-at", {"Due at", "Échéance"}, 0},
    {"rule", {"Rule", "Règle"}, 0},
    {"place", {"Place", "Où"}, 0},
    {"queued-at", {"Waits since", "Attend depuis"}, 0},
    {"within", {"Within", "Dans"}, 0},
    {"turn", {"Turn", "Rang"}, COLUMN_NUMBER},
    {"of", {"Of", "Sur"}, COLUMN_NUMBER},
    {"out-at", {"Out at", "Sortie à"}, 0},
    {"back-at", {"Back at", "Rendue à"}, 0},
    {"used-by", {"Used by", "Utilisée par"}, 0},
    {"meter-out", {"Meter out", "Compteur au départ"}, COLUMN_NUMBER},
    {"meter-back", {"Meter back", "Compteur au retour"}, COLUMN_NUMBER},
    {"owes", {"Owes (%)", "Doit (%)"}, COLUMN_NUMBER},
    {"dispute", {"Dispute", "Contestation"}, 0},
    {"swap-with", {"Swap with", "Échange avec"}, 0},
    {"swapped-with", {"Swapped with", "Échangée avec"}, 0},
    {"dry", {"Dry run", "À blanc"}, COLUMN_YES},
    {"unchanged", {"Unchanged", "Inchangée"}, COLUMN_YES},
};

enum { MOVED_WHO, MOVED_WAS, MOVED_CAUSE, MOVED_NOW };
static const struct column moved_columns[] = {
    [MOVED_WHO] = {"who", {"Member", "Membre"}, COLUMN_TABLE_ONLY | COLUMN_CUT},
    [MOVED_WAS] = {"was", {"Had", "Avait"}, COLUMN_TABLE_ONLY | COLUMN_WRAP},
    [MOVED_CAUSE] = {"happened", {"Now", "Maintenant"}, COLUMN_TABLE_ONLY | COLUMN_WRAP},
    [MOVED_NOW] = {"now", {"Has", "A"}, COLUMN_TABLE_ONLY | COLUMN_WRAP},
    {"cause", {"Cause", "Cause"}, COLUMN_DATA_ONLY},
    {"booking", {"Code", "Code"}, COLUMN_DATA_ONLY},
    {"state", {"State", "État"}, COLUMN_DATA_ONLY},
    {"resource", {"Resource", "Ressource"}, COLUMN_DATA_ONLY},
    {"units", {"Units", "Unités"}, COLUMN_DATA_ONLY | COLUMN_LIST},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"was-resource", {"Was", "Était"}, COLUMN_DATA_ONLY},
    {"was-unit", {"Was unit", "Était sur"}, COLUMN_DATA_ONLY | COLUMN_LIST},
    {"was-from", {"Was from", "Était de"}, COLUMN_DATA_ONLY},
    {"was-to", {"Was to", "Était à"}, COLUMN_DATA_ONLY},
    {"member", {"Member", "Membre"}, COLUMN_DATA_ONLY},
    {"member-name", {"Member", "Membre"}, COLUMN_DATA_ONLY},
};

static const char *was_what(struct session *s, const struct line *l)
{
	struct arena *a = &s->cli->arena;
	const char *unit = line_get(l, "was-unit"), *resource = line_get(l, "was-resource");
	const char *what = unit ? unit : resource ? resource : line_get(l, "resource");
	return arena_printf(a, "%s, %s", what ? what : "",
			    show_wire_span(&s->cli->out, a, line_get(l, "was-from"),
					   line_get(l, "was-to"), session_now(s).date));
}

static void fix_moved(struct session *s, const struct line *l, const char **cells)
{
	struct arena *a = &s->cli->arena;
	const char *state = line_get(l, "state"), *name = line_get(l, "member-name");
	bool placed = state && (strcmp(state, "confirmed") == 0 || strcmp(state, "held") == 0 ||
				strcmp(state, "requested") == 0);
	cells[MOVED_WHO] = name ? name : line_get(l, "member");
	cells[MOVED_WAS] = was_what(s, l);
	cells[MOVED_CAUSE] = show_cause(line_get(l, "cause"));
	if (placed)
		cells[MOVED_NOW] = arena_printf(a, "%s, %s", line_what(a, l), line_when(s, l));
}

static void say(struct session *s, const char *sentence)
{
	screen_say(&s->cli->out, 0, sentence);
}

static void tell_moved(struct session *s, const struct reply *r)
{
	if (!reply_has(r, "moved"))
		return;
	say(s, text(TEXT_MADE_ROOM));
	show_rows(s, r, "moved", moved_columns, N(moved_columns), fix_moved);
}

static const char *clean(struct session *s, const char *value)
{
	return text_clean(&s->cli->arena, value ? value : "");
}

static const char *moment_of(struct session *s, const char *value)
{
	return clean(s, show_wire_moment(&s->cli->arena, value, session_now(s).date));
}

static void put_command(struct session *s, const char *word, const char *booking, const char *other)
{
	struct paste p = paste_begin(s->cli, word);
	if (!booking)
		return;
	paste_word(&p, booking);
	if (other)
		paste_word(&p, other);
	fprintf(s->cli->out.out, "  %s\n", p.text);
}

static void next_held(struct session *s, const struct reply *r)
{
	const char *due = reply_get(r, "due-at"), *left = show_left(s, due);
	const char *booking = reply_get(r, "booking");
	say(s, arena_printf(&s->cli->arena, text(TEXT_HELD_UNTIL), moment_of(s, due),
			    left ? left : "0s"));
	if (reply_get(r, "dry"))
		return;
	put_command(s, reply_get(r, "queued-at") ? "accept" : "confirm", booking, NULL);
	put_command(s, "cancel", booking, NULL);
}

static bool is_at_another_time(const struct reply *r)
{
	const char *from = reply_get(r, "from"), *was_from = reply_get(r, "was-from");
	const char *to = reply_get(r, "to"), *was_to = reply_get(r, "was-to");
	return from && to && was_from && was_to &&
	       (strcmp(from, was_from) != 0 || strcmp(to, was_to) != 0);
}

static void next_requested(struct session *s, const struct reply *r)
{
	struct arena *a = &s->cli->arena;
	const char *due = reply_get(r, "due-at");
	say(s, arena_printf(a, text(TEXT_TO_BE_APPROVED), refusal_blame(s, &r->final)));
	if (is_at_another_time(r))
		say(s, arena_printf(
			   a, text(TEXT_FORMER_TIME),
			   clean(s, show_wire_span(&s->cli->out, a, reply_get(r, "was-from"),
						   reply_get(r, "was-to"), session_now(s).date))));
	if (due)
		say(s, arena_printf(&s->cli->arena, text(TEXT_DECIDED_BY), moment_of(s, due)));
}

static struct reply asked_queue(struct session *s, const struct reply *r)
{
	const char *state = reply_get(r, "state");
	bool waits = state && strcmp(state, "waiting") == 0 && !reply_get(r, "dry");
	return queue_ask(s, waits ? reply_get(r, "booking") : NULL, reply_get(r, "resource"));
}

static void next_waiting(struct session *s, const struct reply *r)
{
	struct arena *a = &s->cli->arena;
	const char *turn = reply_get(r, "turn"), *of = reply_get(r, "of"),
		   *due = reply_get(r, "due-at");
	if (turn && of)
		say(s, arena_printf(a, text(TEXT_YOUR_TURN), clean(s, turn), clean(s, of)));
	if (due)
		say(s, arena_printf(a, text(TEXT_WAITS_UNTIL), moment_of(s, due)));
	refusal_reasons(s, r, NULL, &s->cli->out);
	struct reply queue = asked_queue(s, r);
	if (reply_has(&queue, "ahead"))
		say(s, text(TEXT_BEFORE_YOU));
	queue_list(s, &queue);
	refusal_alternatives(s, r, &(struct wanted){0}, &s->cli->out);
	say(s, text(TEXT_WAIT_AND_SEE));
}

static void next_out(struct session *s, const struct reply *r)
{
	say(s, arena_printf(&s->cli->arena, text(TEXT_DUE_BACK),
			    moment_of(s, reply_get(r, "due-at"))));
	put_command(s, "back", reply_get(r, "booking"), NULL);
}

/* What came free by an early return, or how late it was. */
static void next_done(struct session *s, const struct reply *r)
{
	struct arena *a = &s->cli->arena;
	const char *to = reply_get(r, "to"), *was_to = reply_get(r, "was-to"),
		   *back = reply_get(r, "back-at");
	const char *late = show_between(s, to, back);
	if (show_between(s, to, was_to))
		say(s, arena_printf(a, text(TEXT_FREED),
				    clean(s, show_wire_span(&s->cli->out, a, to, was_to,
							    session_now(s).date))));
	else if (late)
		say(s, arena_printf(a, text(TEXT_WAS_DUE_BACK), moment_of(s, to), late));
}

static void tell_owed(struct session *s, const struct reply *r)
{
	const char *owes = reply_get(r, "owes");
	if (owes && !reply_get(r, "waived"))
		say(s, arena_printf(&s->cli->arena, text(TEXT_OWES), clean(s, owes)));
}

static void tell_swap(struct session *s, const struct reply *r)
{
	const char *with = reply_get(r, "swap-with");
	if (!with || reply_get(r, "dry"))
		return;
	say(s, text(TEXT_SWAP_OTHER_SIDE));
	put_command(s, "swap", with, reply_get(r, "booking"));
}

static const struct outcome {
	const char *state;
	enum text instead; /* of "Booked" */
	void (*next)(struct session *s, const struct reply *r);
} outcomes[] = {
    {"held", TEXT_HELD, next_held},
    {"requested", TEXT_REQUESTED, next_requested},
    {"waiting", TEXT_WAITING_FOR, next_waiting},
    {"out", TEXT_TAKEN_OUT, next_out},
    {"done", TEXT_BROUGHT_BACK, next_done},
};

static const struct outcome *outcome_of(const struct reply *r)
{
	const char *state = reply_get(r, "state");
	for (size_t i = 0; state && i < N(outcomes); i++)
		if (strcmp(outcomes[i].state, state) == 0)
			return &outcomes[i];
	return NULL;
}

static void tell_sentence(struct session *s, const struct reply *r, enum text sentence)
{
	struct arena *a = &s->cli->arena;
	const struct screen *out = &s->cli->out;
	const char *code = reply_get(r, "booking"), *state = reply_get(r, "state");
	bool dry = reply_get(r, "dry"), booked = state && strcmp(state, "confirmed") == 0;
	const char *said = arena_printf(a, text(sentence), clean(s, things_asked(s, r)),
					clean(s, line_wish(s, &r->final)));
	fputs(screen_colour(out, booked ? COLOUR_GOOD : COLOUR_BOLD), out->out);
	say(s,
	    arena_printf(a, "%s%s%s%s", dry ? text(TEXT_DRY) : "", said, screen_plain(out),
			 code && !dry ? arena_printf(a, text(TEXT_ITS_CODE), clean(s, code)) : ""));
}

static void tell_done(struct session *s, const struct reply *r, enum text sentence)
{
	const struct outcome *o = outcome_of(r);
	if (o && (sentence == TEXT_BOOKED || sentence == TEXT_CONFIRMED))
		sentence = o->instead;
	if (reply_get(r, "unchanged"))
		sentence = TEXT_UNCHANGED;
	tell_sentence(s, r, sentence);
	if (o)
		o->next(s, r);
	tell_owed(s, r);
	tell_swap(s, r);
	tell_moved(s, r);
	show_things(s, r);
}

static void put_record(struct session *s, const struct reply *r)
{
	struct sheet sheet;
	const char *cells[SHEET_MAX_COLUMNS];
	struct reply queue = asked_queue(s, r);
	sheet_begin_single(&sheet, s->cli->format, &s->cli->out, done_columns, N(done_columns));
	cells_from_line(&s->cli->arena, &r->final, done_columns, N(done_columns), cells);
	cells[DONE_ITEM] = things_nested(s, r, 0, r->n_data);
	cells[DONE_MOVED] =
	    nested_rows(s, r, 0, r->n_data, "moved", moved_columns, N(moved_columns));
	cells[DONE_AHEAD] = queue_nested(s, &queue);
	sheet_row(&sheet, cells);
	sheet_end(&sheet);
}

void show_done(struct session *s, const struct reply *r, enum text sentence)
{
	if (s->cli->format == SHEET_TABLE)
		tell_done(s, r, sentence);
	else
		put_record(s, r);
}
