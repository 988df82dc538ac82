/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command watch: a line for each event, until it is interrupted.
 *
 * What was told last is kept as the point from which to go on, `version.seq`. Where the connection
 * is lost it is made anew, again and again, and the server first gives what lies behind that point:
 * so nothing is missed and nothing told twice. A connection that is silent is asked whether it is
 * still there (NOOP), which also keeps the server from closing it.
 */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/refusal_next.h"
#include "client/show_booking.h"
#include "client/show_state.h"
#include "client/show_time.h"

#define N(array) (sizeof(array) / sizeof(*(array)))
#define PAUSE_LEAST_MS 500
#define PAUSE_MOST_MS 30000
#define POINT_BYTES 64

struct watching {
	struct session *session;
	struct sheet sheet; /* CSV */
	char since[POINT_BYTES];
	bool asked; /* a NOOP waits for its answer */
};

static const struct column columns[] = {
    {"version", {"Version", "Version"}, COLUMN_NUMBER},
    {"seq", {"Seq", "Rang"}, COLUMN_NUMBER},
    {"at", {"At", "Le"}, 0},
    {"event", {"Event", "Événement"}, 0},
    {"booking", {"Code", "Code"}, 0},
    {"state", {"State", "État"}, 0},
    {"resource", {"Resource", "Ressource"}, 0},
    {"units", {"Units", "Unités"}, COLUMN_LIST},
    {"from", {"From", "De"}, 0},
    {"to", {"To", "À"}, 0},
    {"member", {"Member", "Membre"}, 0},
    {"due-at", {"Due at", "Échéance"}, 0},
    {"was-resource", {"Was", "Était"}, 0},
    {"was-unit", {"Was unit", "Était sur"}, COLUMN_LIST},
    {"was-from", {"Was from", "Était de"}, 0},
    {"was-to", {"Was to", "Était à"}, 0},
    {"outage", {"Outage", "Numéro"}, 0},
    {"by", {"By", "Par"}, 0},
    {"text", {"Text", "Texte"}, 0},
};

static const char *clean(struct session *s, const char *value)
{
	return text_clean(&s->passing, value ? value : "");
}

/* `; van-2`, `; was van-1`, `; until Mon 23 Nov 14:55`, `; by p3`. */
static const char *more(struct session *s, const struct line *l)
{
	struct arena *a = &s->passing;
	const struct civil_date today = session_now(s).date;
	const char *unit = line_get(l, "was-unit"), *resource = line_get(l, "was-resource"),
		   *from = line_get(l, "was-from"), *due = line_get(l, "due-at"),
		   *by = line_get(l, "by"), *said = "";
	const char *now = line_get(l, "unit");
	bool other_unit = unit && !(now && strcmp(now, unit) == 0);
	if (now)
		said = arena_printf(a, text(TEXT_WATCH_UNIT), clean(s, now));
	if (other_unit || resource)
		said = arena_printf(
		    a, "%s%s", said,
		    arena_printf(a, text(TEXT_WATCH_WAS), clean(s, unit ? unit : resource)));
	if (from)
		said = arena_printf(a, "%s%s", said,
				    arena_printf(a, text(TEXT_WATCH_WAS),
						 show_wire_span(&s->cli->out, a, from,
								line_get(l, "was-to"), today)));
	if (due)
		said = arena_printf(
		    a, "%s%s", said,
		    arena_printf(a, text(TEXT_WATCH_UNTIL), show_wire_moment(a, due, today)));
	if (by)
		said = arena_printf(a, "%s%s", said,
				    arena_printf(a, text(TEXT_WATCH_BY), clean(s, show_by(by))));
	return said;
}

static void put_people(struct session *s, const struct line *l)
{
	const struct screen *out = &s->cli->out;
	const char *at = line_get(l, "at"), *booking = line_get(l, "booking"),
		   *said = line_get(l, "text");
	enum colour colour = state_colour(line_get(l, "state"));
	fprintf(out->out, "%s  %s%-6s%s  %s%s\n",
		at ? show_wire_moment(&s->passing, at, session_now(s).date) : "-",
		colour ? screen_colour(out, colour) : "", clean(s, booking),
		colour ? screen_plain(out) : "", clean(s, said ? said : line_get(l, "event")),
		more(s, l));
}

static void put_event(struct watching *w, const struct line *l)
{
	struct session *s = w->session;
	const char *cells[SHEET_MAX_COLUMNS];
	if (s->cli->format == SHEET_TABLE) {
		put_people(s, l);
	} else if (s->cli->format == SHEET_JSON) {
		line_json(s->cli->out.out, l);
	} else {
		cells_from_line(&s->passing, l, columns, N(columns), cells);
		sheet_row(&w->sheet, cells);
	}
	fflush(s->cli->out.out);
}

/* What has been told up to here. */
static void note_point(struct watching *w, const struct line *l)
{
	const char *version = line_get(l, "version"), *seq = line_get(l, "seq");
	if (version && strlen(version) + (seq ? strlen(seq) + 1 : 0) < sizeof(w->since))
		snprintf(w->since, sizeof(w->since), "%s%s%s", version, seq ? "." : "",
			 seq ? seq : "");
}

static void complain_missed(struct watching *w)
{
	text_complain(TEXT_WATCH_MISSED);
}

/* Asks for what lies behind the point; where none is known, for what comes from now on. */
static enum exit_code begin(struct watching *w)
{
	struct session *s = w->session;
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "WATCH", NULL);
	line_str(&q.line, "since", *w->since ? w->since : NULL);
	line_str(&q.line, "of", cli_has(s->cli, "--all") ? "all" : NULL);
	line_str(&q.line, "what", s->cli->n_words ? s->cli->words[0] : NULL);
	enum exit_code code = ask_send(&q, &r);
	w->asked = false;
	if (code)
		return code;
	if (r.class == CLASS_ERR)
		return EXIT_NETWORK;
	if (r.class != CLASS_OK)
		return refusal_tell(s, &r, &(struct wanted){0});
	note_point(w, &r.final);
	if (reply_get(&r, "missed"))
		complain_missed(w);
	return EXIT_DONE;
}

static void pause_ms(long ms)
{
	unsigned char spread = 0;
	if (RAND_bytes(&spread, 1) != 1)
		abort();
	ms += ms * spread / 255;
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

/* Until it is there again, or the token is no longer valid. */
static enum exit_code come_back(struct watching *w)
{
	struct session *s = w->session;
	enum exit_code code = EXIT_NETWORK;
	if (s->parting)
		text_complain(TEXT_SERVER_SAID, text_clean(&s->cli->arena, s->parting));
	text_complain(TEXT_WATCH_LOST);
	s->quiet = true;
	for (long ms = PAUSE_LEAST_MS; code == EXIT_NETWORK;
	     ms = ms * 2 < PAUSE_MOST_MS ? ms * 2 : PAUSE_MOST_MS) {
		pause_ms(ms);
		code = session_reconnect(s);
		code = code ? code : begin(w);
	}
	s->quiet = false;
	if (!code)
		text_complain(TEXT_WATCH_BACK);
	return code;
}

/* Silence is answered with a question, silence again taken for a loss. */
static enum exit_code hear_nothing(struct watching *w, int fault)
{
	static const char question[] = "still NOOP\n";
	if (fault != CONNECTION_E_SILENT || w->asked ||
	    connection_send(w->session->connection, question, sizeof(question) - 1))
		return come_back(w);
	w->asked = true;
	return EXIT_DONE;
}

static bool is_event(const struct line *l)
{
	return l->n_words > 1 && strcmp(l->words[0], "*") == 0 && strcmp(l->words[1], "EVENT") == 0;
}

/* An event about watching itself. */
static enum exit_code take_event(struct watching *w, const struct line *l)
{
	const char *event = line_get(l, "event");
	note_point(w, l);
	put_event(w, l);
	if (event && strcmp(event, "missed") == 0)
		complain_missed(w);
	return event && strcmp(event, "ended") == 0 ? EXIT_NOT_ALLOWED : EXIT_DONE;
}

static enum exit_code hear(struct watching *w)
{
	struct session *s = w->session;
	struct line l;
	int fault = session_line(s, &s->passing, &l);
	s->cli->now = time(NULL);
	if (fault)
		return hear_nothing(w, fault);
	w->asked = false;
	enum exit_code code = is_event(&l) ? take_event(w, &l) : EXIT_DONE;
	arena_clear(&s->passing);
	return code;
}

static enum exit_code watch(struct session *s)
{
	struct watching w = {.session = s};
	const char *since = cli_option(s->cli, "--since");
	if (since)
		snprintf(w.since, sizeof(w.since), "%s", since);
	enum exit_code code = begin(&w);
	if (!code && s->cli->format == SHEET_CSV)
		sheet_begin(&w.sheet, SHEET_CSV, &s->cli->out, columns, N(columns));
	fflush(s->cli->out.out);
	if (!code && isatty(STDERR_FILENO))
		text_complain(TEXT_WATCHING, w.since);
	while (!code && !ferror(s->cli->out.out))
		code = hear(&w);
	return code;
}

enum exit_code command_watch(struct cli *cli)
{
	return session_run(cli, 0, 1, watch);
}
