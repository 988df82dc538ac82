/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that look at what there is and what is free: resources, find. */
#include "client/refusal.h"
#include "client/show_booking.h"
#include "client/show_word.h"
#include "client/span_given.h"
#include "client/things_given.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

enum { RESOURCE_OPEN = 7, RESOURCE_LIMITS = 15 };
static const struct column resource_columns[] = {
    {"name", {"Resource", "Ressource"}, 0},
    {"title", {"Title", "Intitulé"}, COLUMN_CUT},
    {"kind", {"Kind", "Genre"}, COLUMN_SPARE | COLUMN_WORDS},
    {"site", {"Site", "Site"}, COLUMN_SPARE},
    {"lanes", {"Units", "Unités"}, COLUMN_NUMBER},
    {"hours", {"Open", "Ouvert"}, COLUMN_DATA_ONLY},
    {"hand-over", {"Hand-over", "Remise"}, COLUMN_DATA_ONLY},
    {"open", {"Open", "Ouvert"}, COLUMN_TABLE_ONLY | COLUMN_WRAP | COLUMN_SPARE},
    {"min", {"Min", "Min"}, COLUMN_DATA_ONLY},
    {"max", {"Max", "Max"}, COLUMN_DATA_ONLY},
    {"step", {"Step", "Pas"}, COLUMN_DATA_ONLY},
    {"start", {"Start", "Début"}, COLUMN_DATA_ONLY},
    {"lead", {"Lead", "Délai"}, COLUMN_DATA_ONLY},
    {"horizon", {"Horizon", "Horizon"}, COLUMN_DATA_ONLY},
    {"owner", {"Owner", "Propriétaire"}, COLUMN_DATA_ONLY},
    {"limits", {"Length", "Durée"}, COLUMN_TABLE_ONLY | COLUMN_SPARE | COLUMN_WORDS},
    {"buffer-before", {"Before", "Avant"}, COLUMN_DATA_ONLY},
    {"buffer-after", {"After", "Après"}, COLUMN_DATA_ONLY},
    {"slots", {"Slots", "Créneaux"}, COLUMN_DATA_ONLY},
    {"recurrence", {"Series", "Séries"}, COLUMN_DATA_ONLY},
    {"reconfirm", {"Reconfirm", "Reconfirmer"}, COLUMN_DATA_ONLY | COLUMN_YES},
    {"capacity", {"Capacity", "Capacité"}, COLUMN_DATA_ONLY},
    {"part", {"Parts", "Parties"}, COLUMN_DATA_ONLY | COLUMN_LIST},
    {"requires", {"Requires", "Exige"}, COLUMN_DATA_ONLY | COLUMN_LIST},
    {"skill", {"Skills", "Compétences"}, COLUMN_DATA_ONLY | COLUMN_LIST},
    {"moves", {"Moves", "Se déplace"}, COLUMN_DATA_ONLY | COLUMN_YES},
    {"having", {"Having", "Avec"}, COLUMN_LIST | COLUMN_DATA_ONLY},
};

enum { DETAIL_START = 11, DETAIL_LEAD = 12, DETAIL_HORIZON = 13, DETAIL_RECURRENCE = 14 };
static const struct column detail_columns[] = {
    {"name", {"Resource", "Ressource"}, 0},
    {"title", {"Title", "Intitulé"}, 0},
    {"kind", {"Kind", "Genre"}, COLUMN_WORDS},
    {"site", {"Site", "Site"}, 0},
    {"owner", {"Owner", "Propriétaire"}, 0},
    {"lanes", {"Units", "Unités"}, COLUMN_NUMBER},
    {"hours", {"Open", "Ouvert"}, COLUMN_WORDS},
    {"hand-over", {"Hand-over", "Remise"}, COLUMN_WORDS},
    {"min", {"At least", "Au moins"}, COLUMN_WORDS},
    {"max", {"At most", "Au plus"}, COLUMN_WORDS},
    {"step", {"In steps of", "Par pas de"}, COLUMN_WORDS},
    {"start", {"Starts", "Débuts"}, 0},
    {"lead", {"To be asked", "À demander"}, 0},
    {"horizon", {"Bookable", "Réservable"}, 0},
    {"recurrence", {"A series lasts", "Une série dure"}, 0},
    {"buffer-before", {"Kept free before", "Gardé libre avant"}, COLUMN_WORDS},
    {"buffer-after", {"Kept free after", "Gardé libre après"}, COLUMN_WORDS},
    {"slots", {"By slots", "Par créneaux"}, COLUMN_WORDS},
    {"capacity", {"Capacity", "Capacité"}, 0},
    {"part", {"Parts", "Parties"}, COLUMN_LIST},
    {"requires", {"Requires", "Exige"}, COLUMN_LIST},
    {"skill", {"Skills", "Compétences"}, COLUMN_LIST},
    {"moves", {"Moves between sites", "Va d'un site à l'autre"}, COLUMN_YES},
    {"having", {"Having", "Avec"}, COLUMN_LIST},
};

static const struct column unit_columns[] = {
    {"unit", {"Unit", "Unité"}, 0},
    {"resource", {"Resource", "Ressource"}, COLUMN_DATA_ONLY},
    {"site", {"Site", "Site"}, 0},
    {"owner", {"Owner", "Propriétaire"}, 0},
    {"having", {"Having", "Avec"}, COLUMN_LIST | COLUMN_WRAP},
};

static void fix_resource(struct session *s, const struct line *l, const char **cells)
{
	struct arena *a = &s->cli->arena;
	const char *min = line_get(l, "min"), *max = line_get(l, "max");
	const char *hours = line_get(l, "hours"), *hand_over = line_get(l, "hand-over");
	const char *dash = s->cli->out.unicode ? "–" : "-";
	hours = show_words(a, hours ? hours : "");
	cells[RESOURCE_OPEN] =
	    hand_over ? arena_printf(a, text(TEXT_OPEN_HAND_OVER), hours, show_words(a, hand_over))
		      : hours;
	if (min && max)
		cells[RESOURCE_LIMITS] = arena_printf(a, "%s%s%s", min, dash, max);
	else if (min || max)
		cells[RESOURCE_LIMITS] =
		    arena_printf(a, "%s %s", min ? ">=" : "<=", min ? min : max);
}

static const char *said(struct arena *a, enum text sentence, const char *length)
{
	return length ? arena_printf(a, text(sentence), show_words(a, length)) : NULL;
}

static void fix_detail(struct session *s, const struct line *l, const char **cells)
{
	struct arena *a = &s->cli->arena;
	cells[DETAIL_START] = said(a, TEXT_EVERY, line_get(l, "start"));
	cells[DETAIL_LEAD] = said(a, TEXT_AT_LEAST_AHEAD, line_get(l, "lead"));
	cells[DETAIL_HORIZON] = said(a, TEXT_AT_MOST_AHEAD, line_get(l, "horizon"));
	cells[DETAIL_RECURRENCE] =
	    said(a, line_get(l, "reconfirm") ? TEXT_AT_MOST_THEN_RECONFIRM : TEXT_AT_MOST,
		 line_get(l, "recurrence"));
}

static enum exit_code show_resources(struct session *s)
{
	struct cli *cli = s->cli;
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "RESOURCES", NULL);
	line_str(&q.line, "what", cli->n_words ? cli->words[0] : NULL);
	enum exit_code code = ask_done(&q, &r);
	if (code)
		return code;
	if (cli_has(cli, "--units")) {
		show_rows(s, &r, "unit", unit_columns, N(unit_columns), NULL);
	} else if (cli->n_words == 0 || cli->format != SHEET_TABLE) {
		show_rows(s, &r, "resource", resource_columns, N(resource_columns), fix_resource);
	} else {
		for (size_t i = 0; i < r.n_data; i++)
			if (line_is(&r.data[i], "resource"))
				show_record(s, &r.data[i], detail_columns, N(detail_columns),
					    fix_detail);
		fputc('\n', cli->out.out);
		show_rows(s, &r, "unit", unit_columns, N(unit_columns), NULL);
	}
	return EXIT_DONE;
}

enum exit_code command_resources(struct cli *cli)
{
	return session_run(cli, 0, 1, show_resources);
}

enum { FREE_WHEN = 2 };
static const struct column free_columns[] = {
    {"resource", {"Resource", "Ressource"}, 0},	    {"unit", {"Unit", "Unité"}, 0},
    {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY}, {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},	    {"qty", {"Quantity", "Nombre"}, 0},
};

enum { FOUND_WHEN = 3, FOUND_WHY = 7 };
static const struct column found_columns[] = {
    {"item", {"No.", "N°"}, COLUMN_NUMBER},
    {"resource", {"Resource", "Ressource"}, 0},
    {"unit", {"Unit", "Unité"}, 0},
    {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"qty", {"Quantity", "Nombre"}, 0},
    {"why", {"Why", "Pourquoi"}, COLUMN_TABLE_ONLY},
    {"via", {"Via", "Par"}, COLUMN_DATA_ONLY},
    {"of", {"Of", "De"}, COLUMN_DATA_ONLY | COLUMN_NUMBER},
};

static void fix_found(struct session *s, const struct line *l, const char **cells)
{
	cells[FOUND_WHEN] = line_when(s, l);
	cells[FOUND_WHY] = thing_why(&s->cli->arena, l);
}

static void fix_free(struct session *s, const struct line *l, const char **cells)
{
	cells[FREE_WHEN] = line_when(s, l);
}

static enum exit_code show_free(struct session *s, const struct reply *r,
				const struct wanted *wanted)
{
	const struct line *first = NULL;
	for (size_t i = 0; !first && i < r->n_data; i++)
		first = line_is(&r->data[i], "free") ? &r->data[i] : NULL;
	if (!first)
		return refusal_tell(s, r, wanted);
	if (line_get(first, "item"))
		show_rows(s, r, "free", found_columns, N(found_columns), fix_found);
	else
		show_rows(s, r, "free", free_columns, N(free_columns), fix_free);
	if (s->cli->format == SHEET_TABLE && !line_get(first, "item"))
		fprintf(s->cli->out.out, text(TEXT_BOOK_FIRST),
			refusal_command(s, &(struct wanted){0}, first));
	return EXIT_DONE;
}

static enum exit_code find_free(struct session *s)
{
	struct thing *things;
	size_t n;
	enum exit_code code = given_things(s, true, &things, &n);
	if (code)
		return code;
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "FIND", NULL);
	ask_things(&q, things, n);
	ask_option(&q, "declared", "--declared");
	ask_option(&q, "count", "--count");
	code = ask_send(&q, &r);
	if (code)
		return code;
	const struct wanted wanted = {.things = things, .n_things = n, .may_wait = true};
	return r.class == CLASS_OK ? show_free(s, &r, &wanted) : refusal_tell(s, &r, &wanted);
}

enum exit_code command_find_free(struct cli *cli)
{
	return session_run(cli, 0, SIZE_MAX, find_free);
}
