/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands about what is taken, and what becomes of it. */
#include "client/table_parts.h"

static const struct option wait_options[] = {UNIT,   FROM,   TO,       FOR,	WITHIN,	  QTY,
					     HAVING, AT,     DECLARED, PURPOSE, DISTANCE, PEOPLE,
					     MEMBER, PERSON, DRY_RUN,  KEY,	LAST};
static const struct option offers_options[] = {
    {"--member", {"MEMBER", "MEMBRE"}, {"of this member (managers)", "de ce membre (gestion)"}},
    {"--all", NONE_TAKEN, {"of every member (managers)", "de tous les membres (gestion)"}},
    LAST,
};
static const struct option accept_options[] = {DRY_RUN, KEY, LAST};
static const struct option pass_options[] = {
    {"--keep",
     NONE_TAKEN,
     {"wait on for another time of the window", "attendre un autre moment de la plage"}},
    DRY_RUN,
    KEY,
    LAST};

const struct command commands_of_waiting[] = {
    {
	.word = "wait",
	.usage = {"RESOURCE START LENGTH|END", "RESSOURCE DÉBUT DURÉE|FIN"},
	.summary = {"wait for what is taken", "attendre ce qui est pris"},
	.about =
	    {"Books it if it can be had, and otherwise joins the queue: says your place, who comes "
	     "before you, and why. As soon as it becomes free it is offered to the first, who has "
	     "some hours to accept it; then to the next. "
	     "Nobody can jump the queue, not even by booking in the moment of release.\n" TIMES_EN,
	     "Réserve si c'est possible, et sinon entre dans la file : dit votre place, qui passe "
	     "avant vous, et pourquoi. Dès que cela se libère, c'est proposé au premier, qui a "
	     "quelques heures pour accepter ; puis au suivant. "
	     "Personne ne double la file, même en réservant à l'instant où cela se "
	     "libère.\n" TIMES_FR},
	.options = wait_options,
	.examples = {{"mutual wait van sat 9:00 3h", {"", ""}, "mutual wait van sam 9h 3h"},
		     {"mutual wait van 3h --within 'sat 8:00 - 20:00'",
		      {"any three hours of that day",
		       "trois heures de ce jour, n'importe lesquelles"},
		      "mutual wait van 3h --within 'sam 8h - 20h'"},
		     {"mutual pass B7K3QF", {"stop waiting", "ne plus attendre"}}},
	.data = true,
	.run = command_wait,
    },
    {
	.word = "offers",
	.usage = {"[RESOURCE]", "[RESSOURCE]"},
	.summary = {"what is offered to you, your places in queues",
		    "ce qu'on vous propose, vos places dans les files"},
	.about = {"Shows what is offered to your member and until when, then what it waits for: "
		  "the place in the queue, and who stands before you, each with the reason.",
		  "Montre ce qui est proposé à votre membre et jusqu'à quand, puis ce qu'il attend "
		  ": la place dans la file, et qui passe avant vous, chacun avec la raison."},
	.options = offers_options,
	.examples = {{"mutual offers", {"", ""}},
		     {"mutual offers van --all",
		      {"of everyone, for managers", "de tous, pour la gestion"}}},
	.data = true,
	.run = command_offers,
    },
    {
	.word = "accept",
	.usage = {"CODE", "CODE"},
	.summary = {"take what is offered", "accepter ce qui est proposé"},
	.about = {"Takes the offer. The rules are asked once more.",
		  "Accepte la proposition. Les règles sont redemandées."},
	.options = accept_options,
	.examples = {{"mutual accept B7K3QF", {"", ""}}},
	.data = true,
	.run = command_accept,
    },
    {
	.word = "pass",
	.usage = {"CODE [--keep]", "CODE [--keep]"},
	.summary = {"turn an offer down, or stop waiting",
		    "refuser une proposition, ou ne plus attendre"},
	.about = {"Turns an offer down: it goes to the next in the queue, and you wait no longer. "
		  "With --keep, where you wait for any time of a window, you wait on for another.",
		  "Refuse une proposition : elle va au suivant de la file, et vous n'attendez "
		  "plus. Avec --keep, si vous attendez n'importe quel moment d'une plage, vous en "
		  "attendez un autre."},
	.options = pass_options,
	.examples = {{"mutual pass B7K3QF", {"", ""}},
		     {"mutual pass B7K3QF --keep",
		      {"not this time, but another", "pas ce moment, mais un autre"}}},
	.data = true,
	.run = command_pass,
    },
    {0},
};
