/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands that make, change and use bookings. */
#include "client/table_parts.h"

#define WAIT                                                                                       \
	{                                                                                          \
		"--wait", NONE_TAKEN,                                                              \
		{                                                                                  \
			"if it is taken, wait for it", "si c'est pris, l'attendre"                 \
		}                                                                                  \
	}

static const struct option find_options[] = {
    {"--what",
     {"RESOURCE", "RESSOURCE"},
     {"only of this resource", "seulement de cette ressource"}},
    UNIT,
    FROM,
    TO,
    FOR,
    WITHIN,
    QTY,
    HAVING,
    AT,
    DECLARED,
    COUNT,
    LAST,
};
static const struct option book_options[] = {
    UNIT,   FROM,   TO,	  FOR,	    WITHIN, QTY,    HAVING,  AT,  DECLARED, PURPOSE,
    MEMBER, PERSON, WAIT, DISTANCE, PEOPLE, SERIES, DRY_RUN, KEY, LAST};
static const struct option hold_options[] = {
    UNIT,
    FROM,
    TO,
    FOR,
    WITHIN,
    QTY,
    HAVING,
    AT,
    DECLARED,
    PURPOSE,
    MEMBER,
    PERSON,
    {"--hold-for",
     {"LENGTH", "DURÉE"},
     {"how long it is held: 20m, 2h; no longer than the rule",
      "combien de temps : 20m, 2h ; au plus ce que dit la règle"}},
    DRY_RUN,
    KEY,
    LAST};
static const struct option confirm_options[] = {DRY_RUN, KEY, LAST};
static const struct option swap_options[] = {
    {"--withdraw", NONE_TAKEN, {"take the proposal back", "retirer la proposition"}},
    DRY_RUN,
    KEY,
    LAST};
static const struct option out_options[] = {
    METER,
    CONDITION,
    {"--person",
     {"PERSON", "PERSONNE"},
     {"who really uses it (p17)", "qui l'utilise vraiment (p17)"}},
    DRY_RUN,
    KEY,
    LAST};
static const struct option back_options[] = {METER, CONDITION, DRY_RUN, KEY, LAST};
static const struct option dispute_options[] = {DRY_RUN, KEY, LAST};
static const struct option move_options[] = {UNIT, FROM, TO, FOR, ITEM, SCOPE, DRY_RUN, KEY, LAST};
static const struct option extend_options[] = {
    TO, {"--by", {"LENGTH", "DURÉE"}, {"by so much", "d'autant"}}, SCOPE, DRY_RUN, KEY, LAST,
};
static const struct option cancel_options[] = {ITEM, SCOPE, DRY_RUN, KEY, LAST};

const struct command commands_of_booking[] = {
    {
	.word = "book",
	.usage = {"RESOURCE START LENGTH|END [+ RESOURCE …] [--purpose TEXT]",
		  "RESSOURCE DÉBUT DURÉE|FIN [+ RESSOURCE …] [--purpose TEXTE]"},
	.summary = {"book a resource, or several together",
		    "réserver une ressource, ou plusieurs ensemble"},
	.about = {"Books a resource, or a unit of it. " TIMES_EN
		  "\nA + begins the next thing, at the same time unless it says another: all or "
		  "nothing; "
		  "an option is of the thing before it."
		  "\nA refusal says why, and what could be had instead.",
		  "Réserve une ressource, ou l'une de ses unités. " TIMES_FR
		  "\nUn + commence la chose suivante, au même moment sauf indication : tout ou "
		  "rien ; une "
		  "option vaut pour la chose qui la précède."
		  "\nUn refus dit pourquoi, et quoi d'autre est possible."},
	.options = book_options,
	.examples = {{"mutual book van tomorrow 9:00 3h --purpose \"Market\"",
		      {"three hours from nine", "trois heures à partir de neuf"},
		      "mutual book van demain 9h 3h --purpose \"Marché\""},
		     {"mutual book van sat 9:00-12:00 --unit van-2",
		      {"this very van", "ce fourgon-là"},
		      "mutual book van sam 9h-12h --unit van-2"},
		     {"mutual book van tomorrow 9:00 4h --having hitch + sound + tent --qty 2",
		      {"several things, all or nothing", "plusieurs choses, tout ou rien"},
		      "mutual book van demain 9h 4h --having hitch + sound + tent --qty 2"},
		     {"mutual book cold-room 2026-12-05 3d --member m08",
		      {"whole days, for another member", "des jours entiers, pour un autre membre"},
		      "mutual book cold-room 2026-12-05 3j --member m08"},
		     {"mutual book meeting-room tue 18:00 2h --every week --until 2027-06-30",
		      {"a series", "une série"},
		      "mutual book meeting-room mar 18h 2h --every week --until 2027-06-30"}},
	.data = true,
	.run = command_book,
    },
    {
	.word = "hold",
	.usage = {"RESOURCE START LENGTH|END [--hold-for LENGTH]",
		  "RESSOURCE DÉBUT DURÉE|FIN [--hold-for DURÉE]"},
	.summary = {"keep something for a moment", "garder quelque chose un moment"},
	.about =
	    {"Takes something for a short time, while you ask the others. Nobody else can have it. "
	     "Unless you confirm it in time it is free again. "
	     "How long a hold may last is a rule of the resource; --hold-for makes it "
	     "shorter.\n" TIMES_EN,
	     "Prend quelque chose pour un court moment, le temps de demander aux autres. Personne "
	     "d'autre ne peut l'avoir. Sans confirmation à temps, c'est de nouveau libre. "
	     "La durée d'une option est une règle de la ressource ; --hold-for la "
	     "raccourcit.\n" TIMES_FR},
	.options = hold_options,
	.examples = {{"mutual hold van sat 9:00 3h --hold-for 2h",
		      {"two hours to make up your mind", "deux heures pour se décider"},
		      "mutual hold van sam 9h 3h --hold-for 2h"},
		     {"mutual confirm B7K3QF", {"keep it", "le garder"}},
		     {"mutual cancel B7K3QF", {"give it up", "y renoncer"}}},
	.data = true,
	.run = command_hold,
    },
    {
	.word = "confirm",
	.usage = {"CODE", "CODE"},
	.summary = {"keep what you hold", "garder ce qui est en option"},
	.about = {"Makes a booking of what is held for you. The rules are asked once more. Where "
		  "somebody has to approve it, it is then requested.",
		  "Fait une réservation de ce qui est gardé pour vous. Les règles sont "
		  "redemandées. Si quelqu'un doit l'approuver, c'est alors une demande."},
	.options = confirm_options,
	.examples = {{"mutual confirm B7K3QF", {"", ""}}},
	.data = true,
	.run = command_confirm,
    },
    {
	.word = "find",
	.usage = {"[RESOURCE] START LENGTH|END", "[RESSOURCE] DÉBUT DURÉE|FIN"},
	.summary = {"what is free at a time", "ce qui est libre à un moment"},
	.about = {"Shows the units that you could book for exactly that time. " TIMES_EN,
		  "Montre les unités que vous pourriez réserver exactement à ce moment. " TIMES_FR},
	.options = find_options,
	.examples = {{"mutual find van sat 9:00 3h",
		      {"is a van free?", "un fourgon est-il libre ?"},
		      "mutual find van sam 9h 3h"},
		     {"mutual find van 3h --within 'sat 8:00 - 20:00'",
		      {"when is one free?", "quand y en a-t-il un de libre ?"},
		      "mutual find van 3h --within 'sam 8h - 20h'"},
		     {"mutual find tomorrow 14:00-16:00 --having 'seats>=12'",
		      {"anything with seats for twelve", "tout ce qui a douze places"},
		      "mutual find demain 14h-16h --having 'seats>=12'"}},
	.data = true,
	.run = command_find_free,
    },
    {
	.word = "move",
	.usage = {"CODE START [LENGTH|END] [--unit UNIT]", "CODE DÉBUT [DURÉE|FIN] [--unit UNITÉ]"},
	.summary = {"move a booking", "déplacer une réservation"},
	.about =
	    {"Moves a booking to another time or unit. What is not said stays: a time alone is of "
	     "the same day, "
	     "a day alone keeps the time, and without a length or end the length stays.",
	     "Déplace une réservation à un autre moment ou sur une autre unité. Ce qui n'est pas "
	     "dit reste : une heure seule "
	     "est du même jour, un jour seul garde l'heure, et sans durée ni fin la durée reste."},
	.options = move_options,
	.examples = {{"mutual move B7K3QF 14:00",
		      {"the same day, at two", "le même jour, à quatorze heures"}},
		     {"mutual move B7K3QF sun",
		      {"Sunday, at the same time", "dimanche, à la même heure"},
		      "mutual move B7K3QF dimanche"},
		     {"mutual move B7K3QF --unit van-2",
		      {"on another van", "sur un autre fourgon"}}},
	.data = true,
	.run = command_move,
    },
    {
	.word = "extend",
	.usage = {"CODE END|+LENGTH", "CODE FIN|+DURÉE"},
	.summary = {"keep it longer", "garder plus longtemps"},
	.about =
	    {"Makes a booking longer: until an end, or by a length. To end it earlier, move "
	     "its end: mutual move CODE --to 11:00",
	     "Prolonge une réservation : jusqu'à une fin, ou d'une durée. Pour la finir plus tôt, "
	     "avancez sa fin : mutual move CODE --to 11:00"},
	.options = extend_options,
	.examples = {{"mutual extend B7K3QF +1h", {"an hour longer", "une heure de plus"}},
		     {"mutual extend B7K3QF 13:00", {"until one", "jusqu'à treize heures"}}},
	.data = true,
	.run = command_extend,
    },
    {
	.word = "cancel",
	.usage = {"CODE", "CODE"},
	.summary = {"cancel a booking", "annuler une réservation"},
	.options = cancel_options,
	.examples = {{"mutual cancel B7K3QF", {"", ""}},
		     {"mutual cancel B7K3QF --item 2",
		      {"only the second of its things", "seulement la deuxième de ses choses"}},
		     {"mutual cancel B7K3QF --following",
		      {"and those after it in its series", "et les suivantes de sa série"}}},
	.data = true,
	.run = command_cancel,
    },
    {
	.word = "swap",
	.usage = {"CODE CODE | CODE --withdraw", "CODE CODE | CODE --withdraw"},
	.summary = {"exchange two bookings", "échanger deux réservations"},
	.about =
	    {"Proposes to exchange your booking (the first code) for another (the second): things "
	     "and times, not holders. It is done once the other side proposes the same. "
	     "Until then nothing changes, and the proposal may be taken back.",
	     "Propose d'échanger votre réservation (premier code) contre une autre (second code) : "
	     "choses et heures, pas les titulaires. C'est fait quand l'autre côté propose la même "
	     "chose. "
	     "D'ici là rien ne change, et la proposition peut être retirée."},
	.options = swap_options,
	.examples = {{"mutual swap B7K3QF B2M9XA",
		      {"propose it; the other side says: mutual swap B2M9XA B7K3QF",
		       "proposer ; l'autre côté dit : mutual swap B2M9XA B7K3QF"}},
		     {"mutual swap B7K3QF --withdraw", {"", ""}}},
	.data = true,
	.run = command_swap,
    },
    {
	.word = "out",
	.usage = {"CODE [--meter READING] [--condition TEXT] [--person PERSON]",
		  "CODE [--meter RELEVÉ] [--condition TEXTE] [--person PERSONNE]"},
	.summary = {"take it out: it is in your hands", "le prendre : il est entre vos mains"},
	.about = {"Says that you have it now, up to an hour before its start where it is free by "
		  "then. What it shows and how it looks is kept with the booking, so that nobody "
		  "pays for what was there before.",
		  "Dit que vous l'avez, au plus une heure avant le début si c'est libre d'ici là. "
		  "Le relevé et l'état sont gardés avec la réservation : personne ne paie pour ce "
		  "qui y était déjà."},
	.options = out_options,
	.examples = {{"mutual out B7K3QF --meter 84210.5", {"", ""}},
		     {"mutual out B7K3QF --condition \"scratch on the left\" --person p17",
		      {"with what is to be seen, for who drives",
		       "avec ce qui se voit, pour qui conduit"},
		      "mutual out B7K3QF --condition \"rayure à gauche\" --person p17"}},
	.data = true,
	.run = command_out,
    },
    {
	.word = "back",
	.usage = {"CODE [--meter READING] [--condition TEXT]",
		  "CODE [--meter RELEVÉ] [--condition TEXTE]"},
	.summary = {"bring it back: the rest is free", "le rendre : le reste est libre"},
	.about = {"Ends the booking now. What is left of its time becomes free at once, and goes "
		  "to those who wait.",
		  "Termine la réservation maintenant. Le temps qui reste est libre aussitôt, et va "
		  "à ceux qui attendent."},
	.options = back_options,
	.examples = {{"mutual back B7K3QF --meter 84251 --condition \"clean, tank full\"",
		      {"", ""},
		      "mutual back B7K3QF --meter 84251 --condition \"propre, plein fait\""}},
	.data = true,
	.run = command_back,
    },
    {
	.word = "dispute",
	.usage = {"CODE TEXT", "CODE TEXTE"},
	.summary = {"say what was wrong about one", "contester quelque chose"},
	.about =
	    {"Puts a note on a booking of yours: what is owed, what is said to be broken, who was "
	     "late. A manager of the thing decides; both sides read it in mutual show.",
	     "Met une note sur une réservation à vous : ce qui est dû, ce qui serait cassé, qui "
	     "était en retard. La gestion décide ; les deux côtés le lisent avec mutual show."},
	.options = dispute_options,
	.examples = {{"mutual dispute B7K3QF \"The tail lift was stuck\"",
		      {"", ""},
		      "mutual dispute B7K3QF \"Le hayon était bloqué\""}},
	.data = true,
	.run = command_dispute,
    },
    {0},
};
