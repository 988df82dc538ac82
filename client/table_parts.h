/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Options that several commands take, for the files that make up the table of commands. */

#include "client/command.h"

extern const struct command commands_of_booking[], commands_of_waiting[], commands_of_looking[],
    commands_of_managing[], commands_of_coordination[], commands_of_oneself[];

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
#define DISTANCE                                                                                   \
	{                                                                                          \
		"--distance", {"KM", "KM"},                                                        \
		{                                                                                  \
			"how far it goes: may count in the queue",                                 \
			    "le trajet : peut compter dans la file"                                \
		}                                                                                  \
	}
#define PEOPLE                                                                                     \
	{                                                                                          \
		"--people", {"N", "N"},                                                            \
		{                                                                                  \
			"for how many: may count in the queue",                                    \
			    "pour combien : peut compter dans la file"                             \
		}                                                                                  \
	}
#define REASON                                                                                     \
	{                                                                                          \
		"--reason", {"TEXT", "TEXTE"},                                                     \
		{                                                                                  \
			"why, for those concerned", "pourquoi, pour les intéressés"              \
		}                                                                                  \
	}
#define METER                                                                                      \
	{                                                                                          \
		"--meter", {"READING", "RELEVÉ"},                                                  \
		{                                                                                  \
			"what its meter reads: 84210.5", "ce qu'indique le compteur : 84210.5"     \
		}                                                                                  \
	}
#define CONDITION                                                                                  \
	{                                                                                          \
		"--condition", {"TEXT", "TEXTE"},                                                  \
		{                                                                                  \
			"the state that it is in", "dans quel état c'est"                         \
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
