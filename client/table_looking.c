/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands that look and change nothing. */
#include "client/table_parts.h"

static const struct option list_options[] = {
    DAYS_FROM,
    DAYS_TO,
    MEMBER,
    PERSON,
    {"--state",
     {"STATE", "ÉTAT"},
     {"in these: requested,held,out,no-show …", "dans ceux-ci : requested,held,out,no-show …"}},
    {"--all",
     NONE_TAKEN,
     {"of every member, as far as you may see",
      "de tous les membres, dans ce que vous pouvez voir"}},
    COUNT,
    LAST,
};
static const struct option show_options[] = {
    {"--series", NONE_TAKEN, {"all bookings of its series", "toutes celles de sa série"}},
    LAST,
};
static const struct option agenda_options[] = {
    {"--week", NONE_TAKEN, {"seven days", "sept jours"}},
    {"--days", {"N", "N"}, {"so many days", "tant de jours"}},
    {"--busy", NONE_TAKEN, {"how many are taken, when", "combien sont pris, et quand"}},
    LAST,
};
static const struct option resources_options[] = {
    {"--units", NONE_TAKEN, {"a row per unit", "une ligne par unité"}},
    LAST,
};
static const struct option explain_options[] = {
    UNIT, FROM, TO, FOR, WITHIN, QTY, HAVING, AT, DECLARED, DISTANCE, PEOPLE, MEMBER, PERSON, LAST,
};
static const struct option watch_options[] = {
    {"--since",
     {"VERSION", "VERSION"},
     {"first what was missed since then", "d'abord ce qui a été manqué depuis"}},
    {"--all", NONE_TAKEN, {"of all that you manage, too", "aussi de tout ce que vous gérez"}},
    LAST,
};

const struct command commands_of_looking[] = {
    {
	.word = "agenda",
	.usage = {"RESOURCE[,RESOURCE…] [DAY] [--week]", "RESSOURCE[,RESSOURCE…] [JOUR] [--week]"},
	.summary = {"a day or week of a resource, drawn",
		    "un jour ou une semaine d'une ressource, en dessin"},
	.options = agenda_options,
	.examples = {{"mutual agenda van tomorrow",
		      {"one day, and the exact times", "un jour, et les heures exactes"},
		      "mutual agenda van demain"},
		     {"mutual agenda van mon --week",
		      {"seven days from Monday", "sept jours à partir de lundi"},
		      "mutual agenda van lundi --week"}},
	.data = true,
	.run = command_agenda,
    },
    {
	.word = "list",
	.usage = {"[RESOURCE] [--from DAY] [--to DAY]", "[RESSOURCE] [--from JOUR] [--to JOUR]"},
	.summary = {"your member's bookings", "les réservations de votre membre"},
	.about = {"Shows what is booked, held, asked for, out or waited for, from today on unless "
		  "said otherwise. States: confirmed, held (until confirmed), requested (to be "
		  "approved), waiting, displaced and suspended (in the queue), "
		  "out, done, and with --state also cancelled, declined, expired and no-show.",
		  "Montre ce qui est réservé, gardé, demandé, sorti ou attendu, à partir "
		  "d'aujourd'hui sauf indication. États : confirmed (confirmée), held (en option), "
		  "requested (demandée), waiting (en attente), displaced (évincée) et suspended "
		  "(suspendue), dans la file, "
		  "out (sortie), done (terminée), et avec --state aussi cancelled (annulée), "
		  "declined (refusée), expired (expirée) et no-show (absence)."},
	.options = list_options,
	.examples = {{"mutual list", {"from today on", "à partir d'aujourd'hui"}},
		     {"mutual list van --from 2026-11 --to 2026-12 --csv",
		      {"two months, for a spreadsheet", "deux mois, pour un tableur"}},
		     {"mutual list --all --state requested",
		      {"what waits for an answer (managers)",
		       "ce qui attend une réponse (gestion)"}}},
	.data = true,
	.run = command_list,
    },
    {
	.word = "show",
	.usage = {"CODE", "CODE"},
	.summary = {"one booking", "une réservation"},
	.options = show_options,
	.examples = {{"mutual show B7K3QF", {"", ""}},
		     {"mutual show B7K3QF --series",
		      {"with all the others of its series", "avec toutes les autres de sa série"}}},
	.data = true,
	.run = command_show,
    },
    {
	.word = "explain",
	.usage = {"CODE | RESOURCE START LENGTH|END", "CODE | RESSOURCE DÉBUT DURÉE|FIN"},
	.summary = {"why it is so, or would be", "pourquoi c'est ainsi, ou le serait"},
	.about = {"Gives the reasoning behind a booking, a refusal, a place in the queue, or a "
		  "request that might be made; nothing is asked for. Every rule about it, kept or "
		  "broken, with its numbers; every unit, and why it fell out; "
		  "who stands in the queue, and why in that order; what else could make "
		  "room.\n" TIMES_EN,
		  "Donne le raisonnement derrière une réservation, un refus, un rang dans la file, "
		  "ou une demande possible ; rien n'est demandé. Chaque règle, respectée ou non, "
		  "avec ses chiffres ; chaque unité, et pourquoi elle ne va pas ; "
		  "qui est dans la file, et pourquoi dans cet ordre ; ce qui pourrait faire "
		  "place.\n" TIMES_FR},
	.options = explain_options,
	.examples = {{"mutual explain van sat 9:00 3h",
		      {"could I, and why not?", "est-ce possible, sinon pourquoi ?"},
		      "mutual explain van sam 9h 3h"},
		     {"mutual explain B7K3QF", {"why it is as it is", "pourquoi c'est ainsi"}}},
	.data = true,
	.run = command_explain,
    },
    {
	.word = "watch",
	.usage = {"[RESOURCE] [--since VERSION]", "[RESSOURCE] [--since VERSION]"},
	.summary = {"what happens, as it happens", "ce qui se passe, à mesure"},
	.about =
	    {"Prints a line for each thing that happens to your member's bookings: offers, "
	     "approvals, changes of place; for managers with --all also to all that they manage. "
	     "Goes on until it is interrupted; after a loss it connects again by itself "
	     "and misses nothing. With --json an object a line, with --csv a row.",
	     "Affiche une ligne pour chaque chose qui arrive aux réservations de votre membre : "
	     "propositions, accords, changements de place ; pour la gestion, avec --all, aussi à "
	     "tout ce qu'elle gère. Continue jusqu'à interruption ; après une coupure, se "
	     "reconnecte et ne manque rien. Avec --json un objet par ligne, avec --csv une "
	     "rangée."},
	.options = watch_options,
	.examples = {{"mutual watch", {"", ""}},
		     {"mutual watch van --all --json",
		      {"of a thing, for a program", "d'une chose, pour un programme"}}},
	.data = true,
	.run = command_watch,
    },
    {
	.word = "resources",
	.usage = {"[RESOURCE] [--units]", "[RESSOURCE] [--units]"},
	.summary = {"what there is to book", "ce qu'il y a à réserver"},
	.options = resources_options,
	.examples = {{"mutual resources", {"", ""}},
		     {"mutual resources van",
		      {"with its rules and units", "avec ses règles et unités"}}},
	.data = true,
	.run = command_resources,
    },
    {
	.word = "outages",
	.usage = {"[RESOURCE]", "[RESSOURCE]"},
	.summary = {"what is out of service or closed", "ce qui est hors service ou fermé"},
	.examples = {{"mutual outages", {"", ""}}},
	.data = true,
	.run = command_outages,
    },
    {0},
};
