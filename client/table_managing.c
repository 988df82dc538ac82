/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of those who manage things. */
#include "client/table_parts.h"

static const struct option decide_options[] = {REASON, DRY_RUN, KEY, LAST};
static const struct option settle_options[] = {DRY_RUN, KEY, LAST};
static const struct option close_options[] = {FROM, TO, FOR, REASON, DRY_RUN, KEY, LAST};
static const struct option outage_options[] = {UNIT, FROM, TO, FOR, REASON, DRY_RUN, KEY, LAST};
static const struct option reopen_options[] = {DRY_RUN, KEY, LAST};

const struct command commands_of_managing[] = {
    {
	.word = "approve",
	.usage = {"CODE [--reason TEXT]", "CODE [--reason TEXTE]"},
	.summary = {"grant what is asked for", "accorder ce qui est demandé"},
	.about = {"Grants what was asked for and needs somebody's answer. What waits for one: "
		  "mutual list --all --state requested",
		  "Accorde ce qui est demandé et veut une réponse. Ce qui en attend une : mutual "
		  "list --all --state requested"},
	.options = decide_options,
	.examples = {{"mutual approve B7K3QF", {"", ""}},
		     {"mutual approve B7K3QF --reason \"With the town's thanks\"",
		      {"", ""},
		      "mutual approve B7K3QF --reason \"Avec les remerciements de la mairie\""}},
	.data = true,
	.run = command_approve,
    },
    {
	.word = "decline",
	.usage = {"CODE [--reason TEXT]", "CODE [--reason TEXTE]"},
	.summary = {"refuse what is asked for", "refuser ce qui est demandé"},
	.about = {"Refuses what was asked for. The reason is kept with it, for those who asked.",
		  "Refuse ce qui est demandé. La raison est gardée, pour ceux qui ont demandé."},
	.options = decide_options,
	.examples = {{"mutual decline B7K3QF --reason \"The roof is being repaired\"",
		      {"", ""},
		      "mutual decline B7K3QF --reason \"Le toit est en travaux\""}},
	.data = true,
	.run = command_decline,
    },
    {
	.word = "settle",
	.usage = {"CODE upheld|dismissed [TEXT]", "CODE fondée|rejetée [TEXTE]"},
	.summary = {"decide a dispute", "trancher une contestation"},
	.about = {"Says whether who disputed is right (upheld) or not (dismissed), and why. Both "
		  "sides read it in mutual show.",
		  "Dit si la contestation est fondée (upheld) ou rejetée (dismissed), et pourquoi. "
		  "Les deux côtés le lisent avec mutual show."},
	.options = settle_options,
	.examples = {{"mutual settle B7K3QF upheld \"It was in the log-book\"",
		      {"", ""},
		      "mutual settle B7K3QF fondée \"C'était dans le carnet\""}},
	.data = true,
	.run = command_settle,
    },
    {
	.word = "outage",
	.usage = {"RESOURCE [START [LENGTH|END]]", "RESSOURCE [DÉBUT [DURÉE|FIN]]"},
	.summary = {"take out of service", "mettre hors service"},
	.about = {"Takes a resource or a unit out of service, from now on unless said, until it is "
		  "reopened unless said. Its bookings are suspended; who can be moved elsewhere is "
		  "moved at once, the others head the queue and get their own "
		  "back when it is reopened. All of them are listed.",
		  "Met hors service une ressource ou une unité, dès maintenant sauf indication, "
		  "jusqu'à sa remise en service sauf indication. Ses réservations sont suspendues "
		  "; qui peut aller ailleurs y va aussitôt, les autres sont en tête de file et "
		  "retrouvent leur place à la remise en service. Toutes sont montrées."},
	.options = outage_options,
	.examples = {{"mutual outage van-2 --reason \"Flat tyre\"",
		      {"broken down", "en panne"},
		      "mutual outage van-2 --reason \"Pneu crevé\""},
		     {"mutual outage laser mon 8:00 2d",
		      {"two days, from Monday", "deux jours, à partir de lundi"},
		      "mutual outage laser lundi 8h 2j"}},
	.data = true,
	.run = command_outage,
    },
    {
	.word = "close",
	.usage = {"RESOURCE START LENGTH|END [--reason TEXT]",
		  "RESSOURCE DÉBUT DURÉE|FIN [--reason TEXTE]"},
	.summary = {"close it for a time", "fermer pour un temps"},
	.about =
	    {"Nobody may start or end in a closure, but a booking may go on through it. Those that "
	     "would start or end in it are treated as in an outage. End it with mutual reopen.",
	     "Personne ne commence ni ne finit pendant une fermeture, mais une réservation peut la "
	     "traverser. Celles qui y commenceraient ou finiraient sont traitées comme dans une "
	     "panne. Elle se termine avec mutual reopen."},
	.options = close_options,
	.examples = {{"mutual close great-hall mon 12:00 2h --reason Cleaning",
		      {"", ""},
		      "mutual close great-hall lundi 12h 2h --reason Ménage"}},
	.data = true,
	.run = command_close,
    },
    {
	.word = "reopen",
	.usage = {"OUTAGE", "NUMÉRO"},
	.summary = {"end an outage or a closure", "remettre en service, rouvrir"},
	.about = {"Ends an outage or a closure, whose number mutual outages tells. What was "
		  "suspended gets its own place back where it can.",
		  "Met fin à une mise hors service ou à une fermeture, dont mutual outages dit le "
		  "numéro. Ce qui était suspendu retrouve sa place quand c'est possible."},
	.options = reopen_options,
	.examples = {{"mutual reopen 3", {"", ""}}},
	.data = true,
	.run = command_reopen,
    },
    {0},
};
