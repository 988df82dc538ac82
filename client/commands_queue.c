/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command offers: what is offered, and the places in queues with those before them. */
#include <string.h>

#include "client/nested.h"
#include "client/paste.h"
#include "client/show_booking.h"
#include "client/show_queue.h"
#include "client/show_state.h"
#include "client/show_time.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

enum { OFFER_WHAT = 1, OFFER_WHEN, OFFER_LEFT, OFFER_STANDING, OFFER_AHEAD, OFFER_ITEM };
static const struct column offer_columns[] = {
    {"booking", {"Code", "Code"}, 0},
    [OFFER_WHAT] = {"what", {"What", "Quoi"}, COLUMN_TABLE_ONLY},
    [OFFER_WHEN] = {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY | COLUMN_WRAP},
    [OFFER_LEFT] = {"left", {"Time left", "Reste"}, COLUMN_TABLE_ONLY},
    [OFFER_STANDING] = {"standing", {"State", "État"}, COLUMN_TABLE_ONLY | COLUMN_STATE},
    [OFFER_AHEAD] = {"ahead", {"Ahead", "Devant"}, COLUMN_NESTED},
    [OFFER_ITEM] = {"item", {"Things", "Choses"}, COLUMN_NESTED},
    {"member", {"Member", "Membre"}, COLUMN_SPARE},
    {"state", {"State", "État"}, COLUMN_DATA_ONLY},
    {"resource", {"Resource", "Ressource"}, COLUMN_DATA_ONLY},
    {"unit", {"Unit", "Unité"}, COLUMN_DATA_ONLY},
    {"units", {"Units", "Unités"}, COLUMN_DATA_ONLY | COLUMN_LIST},
    {"qty", {"Quantity", "Nombre"}, COLUMN_DATA_ONLY},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"within", {"Within", "Dans"}, COLUMN_DATA_ONLY},
    {"queued-at", {"Waits since", "Attend depuis"}, COLUMN_DATA_ONLY},
    {"due-at", {"Due at", "Échéance"}, COLUMN_DATA_ONLY},
    {"turn", {"Turn", "Rang"}, COLUMN_DATA_ONLY | COLUMN_NUMBER},
    {"of", {"Of", "Sur"}, COLUMN_DATA_ONLY | COLUMN_NUMBER},
};

/* An offer has a time left, a place in the queue its rank. */
static void put_row(struct session *s, struct sheet *sheet, const struct reply *r, size_t at)
{
	const struct line *l = &r->data[at];
	const char *cells[SHEET_MAX_COLUMNS];
	bool offer = line_is(l, "offer");
	size_t end = lines_until(r, at, "offer", "waiting");
	cells_from_line(&s->cli->arena, l, offer_columns, N(offer_columns), cells);
	cells[OFFER_WHAT] = line_what(&s->cli->arena, l);
	cells[OFFER_WHEN] = offer ? line_when(s, l) : line_wish(s, l);
	cells[OFFER_LEFT] = show_left(s, line_get(l, "due-at"));
	cells[OFFER_STANDING] = offer ? NULL : line_standing(s, l);
	if (s->cli->format == SHEET_JSON) {
		struct reply part = reply_part(r, at, end);
		cells[OFFER_AHEAD] = queue_nested(s, &part);
		cells[OFFER_ITEM] = things_nested(s, r, at, end);
	}
	sheet_row(sheet, cells);
}

static void put_rows(struct session *s, const struct reply *r, const char *kind)
{
	struct sheet sheet;
	sheet_begin(&sheet, s->cli->format, &s->cli->out, offer_columns, N(offer_columns));
	for (size_t i = 0; i < r->n_data; i++)
		if (kind ? line_is(&r->data[i], kind)
			 : line_is(&r->data[i], "offer") || line_is(&r->data[i], "waiting"))
			put_row(s, &sheet, r, i);
	sheet_end(&sheet);
}

static void put_hint(struct session *s, const char *word, const char *booking, enum text what)
{
	struct paste p = paste_begin(s->cli, word);
	paste_word(&p, booking);
	fprintf(s->cli->out.out, "  %s%*s  # %s\n", p.text, (int)(strlen("accept") - strlen(word)),
		"", text(what));
}

static void tell_offers(struct session *s, const struct reply *r)
{
	const char *first = NULL;
	for (size_t i = 0; !first && i < r->n_data; i++)
		if (line_is(&r->data[i], "offer"))
			first = line_get(&r->data[i], "booking");
	if (!first)
		return;
	fprintf(s->cli->out.out, "%s\n", text(TEXT_OFFERED));
	put_rows(s, r, "offer");
	fputc('\n', s->cli->out.out);
	put_hint(s, "accept", first, TEXT_HINT_ACCEPT);
	put_hint(s, "pass", first, TEXT_HINT_PASS);
}

static void tell_ahead(struct session *s, const struct reply *r, size_t at)
{
	struct arena *a = &s->cli->arena;
	struct reply part = reply_part(r, at, lines_until(r, at, "waiting", "offer"));
	const char *booking = line_get(&r->data[at], "booking");
	if (!reply_has(&part, "ahead"))
		return;
	fputc('\n', s->cli->out.out);
	fprintf(s->cli->out.out, text(TEXT_BEFORE), text_clean(a, booking ? booking : ""));
	queue_list(s, &part);
}

static void tell_waiting(struct session *s, const struct reply *r)
{
	if (!reply_has(r, "waiting"))
		return;
	fprintf(s->cli->out.out, "%s%s\n", reply_has(r, "offer") ? "\n" : "", text(TEXT_YOU_WAIT));
	put_rows(s, r, "waiting");
	for (size_t i = 0; i < r->n_data; i++)
		if (line_is(&r->data[i], "waiting"))
			tell_ahead(s, r, i);
}

static void put_object(struct session *s, const struct reply *r)
{
	fputs("{\"offers\": ", s->cli->out.out);
	put_rows(s, r, "offer");
	fputs(", \"waiting\": ", s->cli->out.out);
	put_rows(s, r, "waiting");
	fputs("}\n", s->cli->out.out);
}

static enum exit_code offers(struct session *s)
{
	struct cli *cli = s->cli;
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "OFFERS", NULL);
	line_str(&q.line, "what", cli->n_words ? cli->words[0] : NULL);
	ask_option(&q, "member", "--member");
	line_str(&q.line, "all", cli_has(cli, "--all") ? "yes" : NULL);
	enum exit_code code = ask_done(&q, &r);
	if (code)
		return code;
	things_join(s, &r);
	if (cli->format == SHEET_JSON) {
		put_object(s, &r);
	} else if (cli->format == SHEET_CSV) {
		put_rows(s, &r, NULL);
	} else if (r.n_data == 0) {
		fprintf(cli->out.out, "%s\n", text(TEXT_NO_OFFERS));
	} else {
		tell_offers(s, &r);
		tell_waiting(s, &r);
	}
	return EXIT_DONE;
}

enum exit_code command_offers(struct cli *cli)
{
	return session_run(cli, 0, 1, offers);
}
