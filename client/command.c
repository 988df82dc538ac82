/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of commands. */
#include "client/command.h"

#include <string.h>

#define NONE_TAKEN                                                                                 \
	{                                                                                          \
		NULL, NULL                                                                         \
	}
#define DRY_RUN                                                                                    \
	{                                                                                          \
		"--dry-run", NONE_TAKEN,                                                           \
		{                                                                                  \
			"say what would happen, change nothing",                                   \
			    "dire ce qui se passerait, sans rien changer"                          \
		}                                                                                  \
	}
#define KEY                                                                                        \
	{                                                                                          \
		"--key", {"KEY", "CLÉ"},                                                           \
		{                                                                                  \
			"the same key twice is done once (random otherwise)",                      \
			    "deux fois la même clé : fait une seule fois (sinon au hasard)"      \
		}                                                                                  \
	}
#define UNIT                                                                                       \
	{                                                                                          \
		"--unit", {"UNIT", "UNITÉ"},                                                       \
		{                                                                                  \
			"this very unit, as van-2", "cette unité-là, comme van-2"                \
		}                                                                                  \
	}
#define FROM                                                                                       \
	{                                                                                          \
		"--from", {"WHEN", "QUAND"},                                                       \
		{                                                                                  \
			"the start", "le début"                                                   \
		}                                                                                  \
	}
#define TO                                                                                         \
	{                                                                                          \
		"--to", {"WHEN", "QUAND"},                                                         \
		{                                                                                  \
			"the end", "la fin"                                                        \
		}                                                                                  \
	}
#define FOR                                                                                        \
	{                                                                                          \
		"--for", {"LENGTH", "DURÉE"},                                                      \
		{                                                                                  \
			"the length: 90m, 3h, 1h30, 2d", "la durée : 90m, 3h, 1h30, 2j"           \
		}                                                                                  \
	}
#define MEMBER                                                                                     \
	{                                                                                          \
		"--member", {"MEMBER", "MEMBRE"},                                                  \
		{                                                                                  \
			"of or for this member (m02)", "de ou pour ce membre (m02)"                \
		}                                                                                  \
	}
#define PERSON                                                                                     \
	{                                                                                          \
		"--person", {"PERSON", "PERSONNE"},                                                \
		{                                                                                  \
			"for this person (p17)", "pour cette personne (p17)"                       \
		}                                                                                  \
	}
#define PURPOSE                                                                                    \
	{                                                                                          \
		"--purpose", {"TEXT", "TEXTE"},                                                    \
		{                                                                                  \
			"what for; only your member and the managers see it",                      \
			    "pour quoi ; seuls votre membre et les gestionnaires le voient"        \
		}                                                                                  \
	}
#define DAYS_FROM                                                                                  \
	{                                                                                          \
		"--from", {"DAY", "JOUR"},                                                         \
		{                                                                                  \
			"from this day or month on", "à partir de ce jour ou mois"                \
		}                                                                                  \
	}
#define DAYS_TO                                                                                    \
	{                                                                                          \
		"--to", {"DAY", "JOUR"},                                                           \
		{                                                                                  \
			"to the end of this day or month", "jusqu'à la fin de ce jour ou mois"    \
		}                                                                                  \
	}
#define COUNT                                                                                      \
	{                                                                                          \
		"--count", {"N", "N"},                                                             \
		{                                                                                  \
			"at most so many", "au plus tant"                                          \
		}                                                                                  \
	}
#define QTY                                                                                        \
	{                                                                                          \
		"--qty", {"N", "N"},                                                               \
		{                                                                                  \
			"so many of it", "autant"                                                  \
		}                                                                                  \
	}
#define HAVING                                                                                     \
	{                                                                                          \
		"--having", {"WISHES", "SOUHAITS"},                                                \
		{                                                                                  \
			"what it must have: 'seats>=7 hitch'",                                     \
			    "ce qu'il doit avoir : 'seats>=7 hitch'"                               \
		}                                                                                  \
	}
#define AT                                                                                         \
	{                                                                                          \
		"--at", {"SITE", "SITE"},                                                          \
		{                                                                                  \
			"where a thing that moves is to be", "où doit être ce qui se déplace"   \
		}                                                                                  \
	}
#define DECLARED                                                                                   \
	{                                                                                          \
		"--declared", {"WORDS", "MOTS"},                                                   \
		{                                                                                  \
			"what you have at hand: own-hitch", "ce que vous avez : own-hitch"         \
		}                                                                                  \
	}
#define WITHIN                                                                                     \
	{                                                                                          \
		"--within", {"WINDOW", "PLAGE"},                                                   \
		{                                                                                  \
			"any time within: 'sat 8:00 - 20:00', with a length",                      \
			    "n'importe quand dans : 'sam 8h - 20h', avec une durée"               \
		}                                                                                  \
	}
#define ITEM                                                                                       \
	{                                                                                          \
		"--item", {"N", "N"},                                                              \
		{                                                                                  \
			"only this thing of it, as show counts them",                              \
			    "seulement cette chose, comme show les compte"                         \
		}                                                                                  \
	}
#define SERIES                                                                                     \
	{"--every",                                                                                \
	 {"week|2 weeks|day|month", "semaine|2 semaines|jour|mois"},                               \
	 {"a series: again and again", "une série : encore et encore"}},                           \
	    {"--times", {"N", "N"}, {"so many times", "tant de fois"}},                            \
	    {"--until", {"DAY", "JOUR"}, {"to the end of this day", "jusqu'à la fin de ce jour"}}, \
	    {"--rule",                                                                             \
	     {"RULE", "RÈGLE"},                                                                    \
	     {"an RRULE instead: FREQ=MONTHLY;BYDAY=1MO",                                          \
	      "plutôt une RRULE : FREQ=MONTHLY;BYDAY=1MO"}},                                       \
	    {"--except",                                                                           \
	     {"DAY", "JOUR"},                                                                      \
	     {"not on this day; may be repeated", "pas ce jour-là ; répétable"}},                  \
	    {"--also",                                                                             \
	     {"DAY", "JOUR"},                                                                      \
	     {"on this day, too; may be repeated", "ce jour-là aussi ; répétable"}},               \
	    {"--skip-conflicts",                                                                   \
	     NONE_TAKEN,                                                                           \
	     {"book the dates that can be had", "réserver les dates possibles"}},                  \
	{                                                                                          \
		"--take-alternatives", NONE_TAKEN,                                                 \
		{                                                                                  \
			"and on the others what is nearest that day",                              \
			    "et les autres jours, au plus près"                                   \
		}                                                                                  \
	}
#define SCOPE                                                                                      \
	{"--following",                                                                            \
	 NONE_TAKEN,                                                                               \
	 {"this and those after it in its series", "celle-ci et les suivantes de sa série"}},      \
	{                                                                                          \
		"--all", NONE_TAKEN,                                                               \
		{                                                                                  \
			"all of its series", "toute sa série"                                     \
		}                                                                                  \
	}
#define LAST                                                                                       \
	{                                                                                          \
		NULL, NONE_TAKEN, NONE_TAKEN                                                       \
	}

const struct option common_options[] = {
    {"--profile",
     {"NAME", "NOM"},
     {"another identity (or MUTUAL_PROFILE)", "une autre identité (ou MUTUAL_PROFILE)"}},
    {"--lang",
     {"en|fr", "en|fr"},
     {"the language (else that of LANG)", "la langue (sinon celle de LANG)"}},
    {"--help", NONE_TAKEN, {"this help", "cette aide"}},
    {"--version", NONE_TAKEN, {"the version", "la version"}},
    LAST,
};

const struct option data_options[] = {
    {"--json", NONE_TAKEN, {"JSON instead of text", "du JSON au lieu de texte"}},
    {"--csv", NONE_TAKEN, {"CSV instead of text", "du CSV au lieu de texte"}},
    LAST,
};

static const struct option login_options[] = {
    {"--ca",
     {"FILE", "FICHIER"},
     {"the certificate that vouches for the server (PEM)",
      "le certificat qui répond du serveur (PEM)"}},
    {"--token",
     {"TOKEN", "JETON"},
     {"the token; better asked for than typed here", "le jeton ; mieux vaut se le faire demander"}},
    {"--token-file",
     {"FILE", "FICHIER"},
     {"a file that holds the token", "un fichier qui contient le jeton"}},
    LAST,
};
static const struct option whoami_options[] = {
    {"--ca",
     NONE_TAKEN,
     {"print the server's CA certificate", "afficher le certificat de l'autorité du serveur"}},
    LAST,
};
static const struct option resources_options[] = {
    {"--units", NONE_TAKEN, {"a row per unit", "une ligne par unité"}},
    LAST,
};
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
static const struct option book_options[] = {UNIT,   FROM,    TO,	FOR,	 WITHIN, QTY,
					     HAVING, AT,      DECLARED, PURPOSE, MEMBER, PERSON,
					     SERIES, DRY_RUN, KEY,	LAST};
static const struct option show_options[] = {
    {"--series", NONE_TAKEN, {"all bookings of its series", "toutes celles de sa série"}},
    LAST,
};
static const struct option move_options[] = {UNIT, FROM, TO, FOR, ITEM, SCOPE, DRY_RUN, KEY, LAST};
static const struct option extend_options[] = {
    TO, {"--by", {"LENGTH", "DURÉE"}, {"by so much", "d'autant"}}, SCOPE, DRY_RUN, KEY, LAST,
};
static const struct option cancel_options[] = {ITEM, SCOPE, DRY_RUN, KEY, LAST};
static const struct option outage_options[] = {UNIT, FROM, TO, FOR, DRY_RUN, KEY, LAST};
static const struct option reopen_options[] = {DRY_RUN, KEY, LAST};
static const struct option list_options[] = {
    DAYS_FROM,
    DAYS_TO,
    MEMBER,
    PERSON,
    {"--state",
     {"STATE", "ÉTAT"},
     {"in this state: confirmed, cancelled, done", "dans cet état : confirmed, cancelled, done"}},
    {"--all",
     NONE_TAKEN,
     {"of every member, as far as you may see",
      "de tous les membres, dans ce que vous pouvez voir"}},
    COUNT,
    LAST,
};
static const struct option agenda_options[] = {
    {"--week", NONE_TAKEN, {"seven days", "sept jours"}},
    {"--days", {"N", "N"}, {"so many days", "tant de jours"}},
    {"--busy", NONE_TAKEN, {"how many are taken, when", "combien sont pris, et quand"}},
    LAST,
};
static const struct option report_options[] = {
    DAYS_FROM,
    DAYS_TO,
    {"--by",
     {"WHAT", "QUOI"},
     {"member,resource,month: one row for each", "member,resource,month : une ligne pour chacun"}},
    LAST,
};
static const struct option apply_options[] = {
    {"--reason", {"TEXT", "TEXTE"}, {"why, for the history", "pourquoi, pour l'historique"}},
    {"--yes", NONE_TAKEN, {"do not ask", "ne pas demander"}},
    DRY_RUN,
    KEY,
    LAST,
};
static const struct option person_add_options[] = {
    MEMBER,
    {"--mail", {"MAIL", "COURRIEL"}, {"the address", "l'adresse"}},
    {"--roles",
     {"ROLES", "RÔLES"},
     {"member,manager,coordinator,administrator", "member,manager,coordinator,administrator"}},
    DRY_RUN,
    KEY,
    LAST,
};
static const struct option person_list_options[] = {MEMBER, LAST};
static const struct option person_token_options[] = {
    {"--keep", NONE_TAKEN, {"leave the old tokens valid", "laisser valables les anciens jetons"}},
    DRY_RUN,
    KEY,
    LAST,
};
static const struct option help_options[] = {
    {"--words",
     NONE_TAKEN,
     {"only the words that may follow (for completion)",
      "seulement les mots possibles (pour la complétion)"}},
    LAST,
};

#define TIMES_EN                                                                                   \
	"Times: today 14:00, tomorrow 9:00, mon 8:30 (the next one), 5 dec 14:00, +3d 9:00, +2h, " \
	"2026-12-05 08:00.\n"                                                                      \
	"After the start comes a length (90m, 3h, 1h30, 2d) or an end (12:00, - 12:00, to sun "    \
	"18:00)."
#define TIMES_FR                                                                                    \
	"Moments : aujourd'hui 14h, demain 9h, lundi 8h30 (le prochain), 5 déc 14h, +3j 9h, +2h, " \
	"2026-12-05 08:00.\n"                                                                       \
	"Après le début vient une durée (90m, 3h, 1h30, 2j) ou une fin (12:00, - 12h, à 12h, "  \
	"jusqu'à dimanche 18h)."

const struct command command_table[] = {
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
	.options = list_options,
	.examples = {{"mutual list", {"from today on", "à partir d'aujourd'hui"}},
		     {"mutual list van --from 2026-11 --to 2026-12 --csv",
		      {"two months, for a spreadsheet", "deux mois, pour un tableur"}}},
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
	.word = "outage",
	.usage = {"RESOURCE [START [LENGTH|END]]", "RESSOURCE [DÉBUT [DURÉE|FIN]]"},
	.summary = {"take out of service (managers)", "mettre hors service (gestion)"},
	.about =
	    {"Takes a resource or a unit out of service, from now on unless said, until it is "
	     "reopened unless said. Lists the\nbookings that stand in it; they stay.",
	     "Met hors service une ressource ou une unité, dès maintenant sauf indication, "
	     "jusqu'à sa remise en service sauf\nindication. Montre les réservations qui tombent "
	     "dedans ; elles restent."},
	.options = outage_options,
	.examples = {{"mutual outage van-2", {"broken down", "en panne"}},
		     {"mutual outage laser mon 8:00 2d",
		      {"two days, from Monday", "deux jours, à partir de lundi"}}},
	.data = true,
	.run = command_outage,
    },
    {
	.word = "outages",
	.usage = {"[RESOURCE]", "[RESSOURCE]"},
	.summary = {"what is out of service", "ce qui est hors service"},
	.examples = {{"mutual outages", {"", ""}}},
	.data = true,
	.run = command_outages,
    },
    {
	.word = "reopen",
	.usage = {"OUTAGE", "NUMÉRO"},
	.summary = {"end an outage (managers)", "remettre en service (gestion)"},
	.options = reopen_options,
	.examples = {{"mutual reopen 3", {"", ""}}},
	.data = true,
	.run = command_reopen,
    },
    {
	.word = "login",
	.usage = {"SERVER[:PORT] [--ca FILE]", "SERVEUR[:PORT] [--ca FICHIER]"},
	.summary = {"say once who you are, and where", "dire une fois qui vous êtes, et où"},
	.about = {"Stores server, CA and token in $XDG_CONFIG_HOME/mutual (usually "
		  "~/.config/mutual), for you alone to read. The server "
		  "is verified at every connection. Without --ca the machine's own list of "
		  "authorities vouches for it.",
		  "Garde serveur, autorité et jeton dans $XDG_CONFIG_HOME/mutual (en général "
		  "~/.config/mutual), lisibles par vous seul.\n"
		  "Le serveur est vérifié à chaque connexion. Sans --ca, les autorités de la "
		  "machine répondent de lui."},
	.options = login_options,
	.examples = {{"mutual login pole.example.org --ca ca.crt",
		      {"asks for the token", "demande le jeton"}},
		     {"mutual --profile work login localhost:7823 --ca ca.crt --token-file token",
		      {"a second identity", "une seconde identité"}}},
	.run = command_login,
    },
    {
	.word = "whoami",
	.usage = {"", ""},
	.summary = {"who you are to the server", "qui vous êtes pour le serveur"},
	.options = whoami_options,
	.examples = {{"mutual whoami", {"", ""}},
		     {"mutual whoami --ca > ca.crt",
		      {"to hand over to a new person", "à transmettre à une nouvelle personne"}}},
	.data = true,
	.run = command_whoami,
    },
    {
	.word = "report",
	.subword = "usage",
	.usage = {"--from DAY --to DAY [--by member,resource,month]",
		  "--from JOUR --to JOUR [--by member,resource,month]"},
	.summary = {"who used what (coordinators)", "qui a utilisé quoi (coordination)"},
	.about = {"Bookings, booked hours (decimal) and cancelled bookings between two days, the "
		  "last one included.",
		  "Réservations, heures réservées (décimales) et réservations annulées entre deux "
		  "jours, le dernier compris."},
	.options = report_options,
	.examples = {{"mutual report usage --from 2026-01 --to 2026-12 --by member,month",
		      {"the year, by member and month", "l'année, par membre et mois"}},
		     {"mutual report usage --from 2026 --to 2026 --by resource --csv > 2026.csv",
		      {"", ""}}},
	.data = true,
	.run = command_report_usage,
    },
    {
	.word = "policy",
	.subword = "check",
	.usage = {"DIR", "DOSSIER"},
	.summary = {"look for mistakes in policy files",
		    "chercher les fautes dans des fichiers de règles"},
	.about = {"Sends every *.yaml of DIR and prints all problems as FILE:LINE:COLUMN. Nothing "
		  "changes.",
		  "Envoie chaque *.yaml du dossier et affiche tous les problèmes comme "
		  "FICHIER:LIGNE:COLONNE. Rien ne change."},
	.examples = {{"mutual policy check deux-sanes", {"", ""}}},
	.data = true,
	.run = command_policy_check,
    },
    {
	.word = "policy",
	.subword = "plan",
	.usage = {"DIR", "DOSSIER"},
	.summary = {"what they would change", "ce qu'ils changeraient"},
	.about = {"Shows what would change, and every existing booking that the new rules would "
		  "not allow. Nothing changes.",
		  "Montre ce qui changerait, et chaque réservation que les nouvelles règles ne "
		  "permettraient pas. Rien ne change."},
	.examples = {{"mutual policy plan deux-sanes", {"", ""}}},
	.data = true,
	.run = command_policy_plan,
    },
    {
	.word = "policy",
	.subword = "apply",
	.usage = {"DIR [--reason TEXT]", "DOSSIER [--reason TEXTE]"},
	.summary = {"make them the policy", "en faire les règles en vigueur"},
	.about = {"Shows the plan, asks, and makes the files the pole's next policy. Existing "
		  "bookings are never altered.",
		  "Montre le plan, demande, et fait de ces fichiers les prochaines règles du pôle. "
		  "Aucune réservation n'est modifiée."},
	.options = apply_options,
	.examples = {{"mutual policy apply deux-sanes --reason \"Vans until 22:00\"",
		      {"", ""},
		      "mutual policy apply deux-sanes --reason \"Fourgons jusqu'à 22h\""}},
	.data = true,
	.run = command_policy_apply,
    },
    {
	.word = "policy",
	.subword = "show",
	.usage = {"[FILE]", "[FICHIER]"},
	.summary = {"the policy in force", "les règles en vigueur"},
	.examples = {{"mutual policy show resources.yaml > resources.yaml", {"", ""}}},
	.data = true,
	.run = command_policy_show,
    },
    {
	.word = "policy",
	.subword = "history",
	.usage = {"", ""},
	.summary = {"who applied what, and when", "qui a appliqué quoi, et quand"},
	.examples = {{"mutual policy history", {"", ""}}},
	.data = true,
	.run = command_policy_history,
    },
    {
	.word = "person",
	.subword = "add",
	.usage = {"NAME --member MEMBER [--mail MAIL] [--roles ROLES]",
		  "NOM --member MEMBRE [--mail COURRIEL] [--roles RÔLES]"},
	.summary = {"let someone in (coordinators)", "donner accès à quelqu'un (coordination)"},
	.about = {"Adds a person and prints the token, once, with the command to hand over.",
		  "Ajoute une personne et affiche son jeton, une seule fois, avec la commande à "
		  "transmettre."},
	.options = person_add_options,
	.examples = {{"mutual person add \"Anna Martin\" --member m02", {"", ""}}},
	.data = true,
	.run = command_person_add,
    },
    {
	.word = "person",
	.subword = "list",
	.usage = {"[--member MEMBER]", "[--member MEMBRE]"},
	.summary = {"who has access (coordinators)", "qui a accès (coordination)"},
	.options = person_list_options,
	.examples = {{"mutual person list --member m02", {"", ""}}},
	.data = true,
	.run = command_person_list,
    },
    {
	.word = "person",
	.subword = "token",
	.usage = {"PERSON [--keep]", "PERSONNE [--keep]"},
	.summary = {"a new token for a person", "un nouveau jeton pour une personne"},
	.about = {"Makes a new token and prints it once. The old ones are withdrawn unless --keep "
		  "is given.",
		  "Crée un nouveau jeton et l'affiche une seule fois. Les anciens sont retirés, "
		  "sauf avec --keep."},
	.options = person_token_options,
	.examples = {{"mutual person token p17", {"", ""}}},
	.data = true,
	.run = command_person_token,
    },
    {
	.word = "status",
	.usage = {"", ""},
	.summary = {"how the server is", "comment va le serveur"},
	.examples = {{"mutual status", {"", ""}}},
	.data = true,
	.run = command_status,
    },
    {
	.word = "raw",
	.usage = {"[LINE]...", "[LIGNE]..."},
	.summary = {"speak the protocol", "parler le protocole"},
	.about = {"Sends each argument, or each line of its input, and prints the answers as they "
		  "come. A line that begins with a "
		  "verb gets a tag. Logging in is done before.",
		  "Envoie chaque argument, ou chaque ligne de son entrée, et affiche les réponses "
		  "comme elles viennent. Une ligne qui "
		  "commence par un verbe reçoit une étiquette. L'identification est déjà faite."},
	.examples = {{"mutual raw STATUS \"SHOW booking=B7K3QF\"", {"", ""}},
		     {"mutual raw < lines", {"", ""}}},
	.run = command_raw,
    },
    {
	.word = "help",
	.usage = {"[COMMAND]", "[COMMANDE]"},
	.summary = {"all commands, or one", "toutes les commandes, ou une"},
	.options = help_options,
	.examples = {{"mutual help book", {"", ""}}},
	.run = command_help,
    },
};
const size_t n_commands = sizeof(command_table) / sizeof(*command_table);

const struct command *command_find(const char *word, const char *subword, bool *ret_partial)
{
	*ret_partial = false;
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *c = &command_table[i];
		if (strcmp(c->word, word) != 0)
			continue;
		if (!c->subword || (subword && strcmp(c->subword, subword) == 0))
			return c;
		*ret_partial = true;
	}
	return NULL;
}

static const struct option *find_option(const struct option *o, const char *name)
{
	for (; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

const struct option *command_option(const struct command *c, const char *name)
{
	const struct option *o = find_option(common_options, name);
	if (!o && c)
		o = find_option(c->options, name);
	if (!o && c && c->data)
		o = find_option(data_options, name);
	return o;
}
