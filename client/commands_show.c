/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command show: one booking with all that is known about it, or all of its series. */
#include <string.h>

#include "client/nested.h"
#include "client/paste.h"
#include "client/refusal.h"
#include "client/show_booking.h"
#include "client/show_list.h"
#include "client/show_queue.h"
#include "client/show_state.h"
#include "client/show_time.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

/* In the order in which people read it; what is made for them has its function below. */
static const struct column show_columns[] = {
    {"booking", {"Code", "Code"}, 0},
    {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"standing", {"State", "État"}, COLUMN_TABLE_ONLY | COLUMN_STATE},
    {"state", {"State", "État"}, COLUMN_DATA_ONLY},
    {"until", {"Until", "Jusqu'à"}, COLUMN_TABLE_ONLY},
    {"resource", {"Resource", "Ressource"}, 0},
    {"unit", {"Unit", "Unité"}, COLUMN_DATA_ONLY},
    {"units", {"Unit", "Unité"}, COLUMN_LIST},
    {"qty", {"Quantity", "Nombre"}, 0},
    {"having", {"Having", "Avec"}, 0},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"member", {"Member", "Membre"}, 0},
    {"member-name", {"Member's name", "Nom du membre"}, 0},
    {"person", {"Person", "Personne"}, COLUMN_DATA_ONLY},
    {"person-name", {"For", "Pour"}, 0},
    {"purpose", {"Purpose", "Objet"}, 0},
    {"distance", {"Distance (km)", "Distance (km)"}, COLUMN_NUMBER},
    {"people", {"People", "Personnes"}, COLUMN_NUMBER},
    {"made", {"Made", "Faite"}, COLUMN_TABLE_ONLY},
    {"made-at", {"Made at", "Faite le"}, COLUMN_DATA_ONLY},
    {"maker", {"By", "Par"}, COLUMN_TABLE_ONLY},
    {"by", {"By", "Par"}, COLUMN_DATA_ONLY},
    {"queued", {"Waits since", "Attend depuis"}, COLUMN_TABLE_ONLY},
    {"queued-at", {"Waits since", "Attend depuis"}, COLUMN_DATA_ONLY},
    {"within", {"Within", "Dans"}, COLUMN_DATA_ONLY},
    {"turn", {"Turn", "Rang"}, COLUMN_DATA_ONLY | COLUMN_NUMBER},
    {"of", {"Of", "Sur"}, COLUMN_DATA_ONLY | COLUMN_NUMBER},
    {"decider", {"Decided by", "Décidée par"}, COLUMN_TABLE_ONLY},
    {"decided-by", {"Decided by", "Décidée par"}, COLUMN_DATA_ONLY},
    {"taken-out", {"Taken out", "Sortie"}, COLUMN_TABLE_ONLY},
    {"out-at", {"Out at", "Sortie à"}, COLUMN_DATA_ONLY},
    {"used-by", {"Used by", "Utilisée par"}, 0},
    {"meter-out", {"Meter out", "Compteur au départ"}, COLUMN_NUMBER},
    {"brought-back", {"Brought back", "Rendue"}, COLUMN_TABLE_ONLY},
    {"back-at", {"Back at", "Rendue à"}, COLUMN_DATA_ONLY},
    {"meter-back", {"Meter back", "Compteur au retour"}, COLUMN_NUMBER},
    {"ended", {"Ended", "Finie"}, COLUMN_TABLE_ONLY},
    {"ended-at", {"Ended at", "Finie le"}, COLUMN_DATA_ONLY},
    {"owed", {"Owed", "Dû"}, COLUMN_TABLE_ONLY},
    {"owes", {"Owes (%)", "Doit (%)"}, COLUMN_DATA_ONLY | COLUMN_NUMBER},
    {"waived", {"Waived", "Remis"}, COLUMN_DATA_ONLY | COLUMN_YES},
    {"disputed", {"Dispute", "Contestation"}, COLUMN_TABLE_ONLY},
    {"dispute", {"Dispute", "Contestation"}, COLUMN_DATA_ONLY},
    {"swap-with", {"Exchange with", "Échange avec"}, 0},
    {"gave-way", {"Gave way to", "A cédé à"}, COLUMN_TABLE_ONLY},
    {"displaced-by-member", {"Displaced by", "Évincée par"}, COLUMN_DATA_ONLY},
    {"displaced-by", {"Displaced by", "Évincée par"}, COLUMN_DATA_ONLY},
    {"outage", {"Outage", "Panne n°"}, 0},
    {"due-at", {"Due at", "Échéance"}, COLUMN_DATA_ONLY},
    {"series", {"Series", "Série"}, 0},
    {"occurrence", {"Occurrence", "Occurrence"}, COLUMN_DATA_ONLY},
    {"item", {"Things", "Choses"}, COLUMN_NESTED},
    {"notes", {"Notes", "Notes"}, COLUMN_NESTED},
};

static const struct {
	const char *word;
	struct phrase shown;
} kinds[] = {
    {"reason", {"reason", "raison"}},
    {"condition-out", {"when taken out", "au départ"}},
    {"condition-back", {"when brought back", "au retour"}},
    {"dispute", {"dispute", "contestation"}},
    {"settlement", {"decision", "décision"}},
    {"open", {"open", "ouverte"}},
    {"upheld", {"upheld", "fondée"}},
    {"dismissed", {"dismissed", "rejetée"}},
};

static const char *kind_shown(const char *word)
{
	for (size_t i = 0; word && i < N(kinds); i++)
		if (strcmp(kinds[i].word, word) == 0)
			return phrase_text(kinds[i].shown);
	return word;
}

enum { NOTE_KIND, NOTE_TEXT, NOTE_WHO, NOTE_WHEN };
static const struct column note_columns[] = {
    [NOTE_KIND] = {"what", {"Note", "Note"}, COLUMN_TABLE_ONLY},
    [NOTE_TEXT] = {"text", {"Text", "Texte"}, COLUMN_WRAP},
    [NOTE_WHO] = {"who", {"By", "Par"}, COLUMN_TABLE_ONLY | COLUMN_CUT},
    [NOTE_WHEN] = {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"kind", {"Kind", "Genre"}, COLUMN_DATA_ONLY},
    {"by", {"By", "Par"}, COLUMN_DATA_ONLY},
    {"by-name", {"By", "Par"}, COLUMN_DATA_ONLY},
    {"at", {"At", "Le"}, COLUMN_DATA_ONLY},
};

static const char *moment_shown(struct session *s, const struct line *l, const char *key)
{
	const char *moment = line_get(l, key);
	return moment ? show_wire_moment(&s->cli->arena, moment, session_now(s).date) : NULL;
}

static void fix_note(struct session *s, const struct line *l, const char **cells)
{
	const char *name = line_get(l, "by-name");
	cells[NOTE_KIND] = kind_shown(line_get(l, "kind"));
	cells[NOTE_WHO] = name ? name : show_by(line_get(l, "by"));
	cells[NOTE_WHEN] = moment_shown(s, l, "at");
}

/* `Sat 5 Dec 08:00 (3h left)`. */
static const char *due_shown(struct session *s, const struct line *l)
{
	const char *due = moment_shown(s, l, "due-at"), *left = show_left(s, line_get(l, "due-at"));
	return due && left ? arena_printf(&s->cli->arena, text(TEXT_TIME_LEFT), due, left) : due;
}

static const char *owes_shown(struct session *s, const struct line *l)
{
	const char *owes = line_get(l, "owes");
	if (!owes)
		return NULL;
	return arena_printf(&s->cli->arena,
			    text(line_get(l, "waived") ? TEXT_OWED_WAIVED : TEXT_OWED), owes);
}

static const char *displaced_shown(struct session *s, const struct line *l)
{
	const char *member = line_get(l, "displaced-by-member"), *by = line_get(l, "displaced-by");
	return member && by ? arena_printf(&s->cli->arena, "%s (%s)", member, by) : member;
}

/* What is left of the time stands beside it. */
static const char *standing_shown(struct session *s, const struct line *l)
{
	const char *left = show_left(s, line_get(l, "due-at"));
	return line_get(l, "turn") || !left ? line_standing(s, l) : line_get(l, "state");
}

static const char *queued_shown(struct session *s, const struct line *l)
{
	return line_get(l, "turn") ? moment_shown(s, l, "queued-at") : NULL;
}

static const char *made_shown(struct session *s, const struct line *l)
{
	return moment_shown(s, l, "made-at");
}

static const char *ended_shown(struct session *s, const struct line *l)
{
	return moment_shown(s, l, "ended-at");
}

static const char *out_shown(struct session *s, const struct line *l)
{
	return moment_shown(s, l, "out-at");
}

static const char *back_shown(struct session *s, const struct line *l)
{
	return moment_shown(s, l, "back-at");
}

static const char *dispute_shown(struct session *s, const struct line *l)
{
	return kind_shown(line_get(l, "dispute"));
}

static const char *maker_shown(struct session *s, const struct line *l)
{
	return show_by(line_get(l, "by"));
}

static const char *decider_shown(struct session *s, const struct line *l)
{
	return show_by(line_get(l, "decided-by"));
}

static const struct {
	const char *key;
	const char *(*shown)(struct session *s, const struct line *l);
} made_for_people[] = {
    {"when", line_wish},	   {"standing", standing_shown}, {"until", due_shown},
    {"made", made_shown},	   {"maker", maker_shown},	 {"queued", queued_shown},
    {"decider", decider_shown},	   {"taken-out", out_shown},	 {"brought-back", back_shown},
    {"ended", ended_shown},	   {"owed", owes_shown},	 {"disputed", dispute_shown},
    {"gave-way", displaced_shown},
};

static void set_cell(const char **cells, const char *key, const char *value)
{
	for (size_t i = 0; i < N(show_columns); i++)
		if (strcmp(show_columns[i].key, key) == 0)
			cells[i] = value;
}

static void put_booking(struct session *s, const struct reply *r, const struct line *l)
{
	struct sheet sheet;
	const char *cells[SHEET_MAX_COLUMNS];
	sheet_begin_single(&sheet, s->cli->format, &s->cli->out, show_columns, N(show_columns));
	cells_from_line(&s->cli->arena, l, show_columns, N(show_columns), cells);
	for (size_t i = 0; i < N(made_for_people); i++)
		set_cell(cells, made_for_people[i].key, made_for_people[i].shown(s, l));
	set_cell(cells, "notes",
		 nested_rows(s, r, 0, r->n_data, "note", note_columns, N(note_columns)));
	sheet_row(&sheet, cells);
	sheet_end(&sheet);
}

static void tell_notes(struct session *s, const struct reply *r)
{
	if (!reply_has(r, "note"))
		return;
	fputc('\n', s->cli->out.out);
	show_rows(s, r, "note", note_columns, N(note_columns), fix_note);
}

/* Of what waits, who is before it. */
static void tell_queue(struct session *s, const struct line *l)
{
	const char *turn = line_get(l, "turn");
	if (!turn || strcmp(turn, "1") == 0)
		return;
	struct reply queue = queue_ask(s, line_get(l, "booking"), line_get(l, "resource"));
	if (!reply_has(&queue, "ahead"))
		return;
	fprintf(s->cli->out.out, "\n%s\n", text(TEXT_BEFORE_YOU));
	queue_list(s, &queue);
}

static const struct line *shown_line(const struct reply *r)
{
	for (size_t i = 0; i < r->n_data; i++)
		if (line_is(&r->data[i], "booking") || line_is(&r->data[i], "taken"))
			return &r->data[i];
	return NULL;
}

static enum exit_code show(struct session *s)
{
	struct ask q;
	struct reply r;
	bool series = cli_has(s->cli, "--series");
	ask_begin(&q, s, "SHOW", NULL);
	line_str(&q.line, "booking", s->cli->words[0]);
	line_str(&q.line, "scope", series ? "all" : NULL);
	enum exit_code code = ask_send(&q, &r);
	if (code)
		return code;
	if (r.class != CLASS_OK)
		return refusal_tell(s, &r, &(struct wanted){.booking = s->cli->words[0]});
	things_join(s, &r);
	if (series) {
		show_bookings(s, &r);
		return EXIT_DONE;
	}
	const struct line *l = shown_line(&r);
	if (l)
		put_booking(s, &r, l);
	if (s->cli->format != SHEET_TABLE)
		return EXIT_DONE;
	show_things(s, &r);
	tell_notes(s, &r);
	if (l)
		tell_queue(s, l);
	return EXIT_DONE;
}

enum exit_code command_show(struct cli *cli)
{
	return session_run(cli, 1, 1, show);
}
