/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States of bookings, and what happened to them, in words. */
#include "client/show_state.h"

#include <string.h>

#include "client/show_time.h"
#include "client/show_word.h"
#include "lib/duration.h"
#include "lib/moment.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *word;
	struct phrase shown;
	enum colour colour;
} states[] = {
    {"confirmed", {"confirmed", "confirmée"}, COLOUR_GOOD},
    {"cancelled", {"cancelled", "annulée"}, COLOUR_DIM},
    {"done", {"done", "terminée"}, COLOUR_DIM},
    {"held", {"held", "gardée"}, COLOUR_BOLD},
    {"requested", {"requested", "demandée"}, COLOUR_BOLD},
    {"waiting", {"waiting", "en attente"}, COLOUR_BOLD},
    {"out", {"out", "sortie"}, COLOUR_OWN},
    {"declined", {"declined", "refusée"}, COLOUR_DIM},
    {"expired", {"expired", "expirée"}, COLOUR_DIM},
    {"displaced", {"displaced", "évincée"}, COLOUR_BAD},
    {"suspended", {"suspended", "suspendue"}, COLOUR_BAD},
    {"no-show", {"no-show", "absence"}, COLOUR_BAD},
};

const char *show_state(const char *state)
{
	for (size_t i = 0; state && i < N(states); i++)
		if (strcmp(states[i].word, state) == 0)
			return phrase_text(states[i].shown);
	return state;
}

enum colour state_colour(const char *state)
{
	for (size_t i = 0; state && i < N(states); i++)
		if (strcmp(states[i].word, state) == 0)
			return states[i].colour;
	return COLOUR_NONE;
}

static const struct {
	const char *word;
	struct phrase shown;
} causes[] = {
    {"booked", {"booked", "réservée"}},
    {"held", {"held", "gardée"}},
    {"requested", {"to be approved", "à approuver"}},
    {"queued", {"waits", "en attente"}},
    {"confirmed", {"confirmed", "confirmée"}},
    {"offered", {"offered", "proposée"}},
    {"accepted", {"accepted", "acceptée"}},
    {"passed", {"turned down", "déclinée"}},
    {"expired", {"nobody answered in time", "pas de réponse à temps"}},
    {"approved", {"approved", "approuvée"}},
    {"declined", {"declined", "refusée"}},
    {"moved", {"moved", "déplacée"}},
    {"extended", {"extended", "prolongée"}},
    {"repacked", {"on another unit, to make room", "sur une autre unité, pour faire place"}},
    {"cancelled", {"cancelled", "annulée"}},
    {"given-back", {"one thing given back", "une chose rendue"}},
    {"out", {"taken out", "sortie"}},
    {"back", {"brought back", "rendue"}},
    {"late", {"late: not back yet", "en retard : pas encore rendue"}},
    {"delayed", {"the one before it is late", "la précédente est en retard"}},
    {"no-show", {"released: nobody came", "libérée : personne n'est venu"}},
    {"displaced", {"gave way to a higher right", "a cédé à un droit supérieur"}},
    {"suspended", {"suspended", "suspendue"}},
    {"replaced", {"found another place", "replacée ailleurs"}},
    {"restored", {"has its place back", "a retrouvé sa place"}},
    {"swap-proposed", {"an exchange is proposed", "un échange est proposé"}},
    {"swap-withdrawn", {"the exchange is off", "l'échange est retiré"}},
    {"swapped", {"exchanged", "échangée"}},
    {"disputed", {"disputed", "contestée"}},
    {"settled", {"the dispute is decided", "la contestation est tranchée"}},
    {"waived", {"nothing is owed any more", "plus rien n'est dû"}},
    {"outage", {"out of service", "hors service"}},
    {"closure", {"closed", "fermée"}},
    {"reopened", {"open again", "rouverte"}},
    {"policy", {"the rules have changed", "les règles ont changé"}},
};

const char *show_cause(const char *cause)
{
	for (size_t i = 0; cause && i < N(causes); i++)
		if (strcmp(causes[i].word, cause) == 0)
			return phrase_text(causes[i].shown);
	return cause;
}

static bool instant(const struct session *s, const char *moment, int64_t *ret)
{
	struct moment m;
	if (!moment || moment_parse(moment, &m) != MOMENT_OK)
		return false;
	*ret = moment_utc(&m, s->zone);
	return true;
}

const char *show_left(struct session *s, const char *until)
{
	int64_t utc;
	if (!instant(s, until, &utc) || utc <= s->cli->now)
		return NULL;
	return show_uptime(&s->cli->arena, utc - s->cli->now);
}

const char *show_between(struct session *s, const char *from, const char *to)
{
	int64_t first, second;
	if (!instant(s, from, &first) || !instant(s, to, &second) || second <= first)
		return NULL;
	return show_uptime(&s->cli->arena, second - first);
}

/* Of what runs out soon, when; of what waits, where. */
const char *line_standing(struct session *s, const struct line *l)
{
	static const char *const running[] = {"held", "requested"};
	const char *state = line_get(l, "state"), *turn = line_get(l, "turn"),
		   *of = line_get(l, "of"), *left = show_left(s, line_get(l, "due-at"));
	if (!state)
		return NULL;
	if (turn && of)
		return arena_printf(&s->cli->arena, "%s %s/%s", state, turn, of);
	for (size_t i = 0; left && i < N(running); i++)
		if (strcmp(running[i], state) == 0)
			return arena_printf(&s->cli->arena, text(TEXT_TIME_LEFT), state, left);
	if (strcmp(state, "out") == 0 && line_get(l, "due-at") && !left)
		return arena_printf(&s->cli->arena, "%s, %s", state, text(TEXT_LATE));
	return state;
}

static const char *length_of(struct session *s, const struct line *l)
{
	int64_t from, to;
	char buf[40];
	if (!instant(s, line_get(l, "from"), &from) || !instant(s, line_get(l, "to"), &to))
		return "";
	struct duration d = {.seconds = to - from};
	return show_words(&s->cli->arena,
			  arena_strdup(&s->cli->arena, duration_format(d, buf, sizeof(buf))));
}

const char *line_wish(struct session *s, const struct line *l)
{
	struct arena *a = &s->cli->arena;
	const struct civil_date today = session_now(s).date;
	const char *within = line_get(l, "within"), *slash = within ? strchr(within, '/') : NULL;
	if (!slash)
		return show_wire_span(&s->cli->out, a, line_get(l, "from"), line_get(l, "to"),
				      today);
	const char *window = show_wire_span(
	    &s->cli->out, a, arena_strndup(a, within, (size_t)(slash - within)), slash + 1, today);
	return arena_printf(a, text(TEXT_ANY_OF), length_of(s, l), window);
}
