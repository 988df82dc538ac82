/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands about persons, reports and the policy. */
#include "client/table_parts.h"

static const struct option report_options[] = {
    DAYS_FROM,
    DAYS_TO,
    {"--by",
     {"WHAT", "QUOI"},
     {"member,resource,month: one row for each", "member,resource,month : une ligne pour chacun"}},
    LAST,
};
static const struct option policy_check_options[] = {
    {"--offline", {NULL, NULL}, {"ask no server", "sans serveur"}},
    {0},
};

static const struct option policy_test_options[] = {
    {"--case", {"N", "N"}, {"only this one", "celui-ci seulement"}},
    {0},
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
static const struct option qualify_options[] = {
    {"--issuer",
     {"MEMBER", "MEMBRE"},
     {"the member that vouches for it", "le membre qui en répond"}},
    {"--since",
     {"DAY", "JOUR"},
     {"valid from this day on (else from now)", "valable à partir de ce jour (sinon maintenant)"}},
    {"--until",
     {"DAY", "JOUR"},
     {"valid to the end of this day", "valable jusqu'à la fin de ce jour"}},
    DRY_RUN,
    KEY,
    LAST,
};
static const struct option disqualify_options[] = {
    {"--issuer",
     {"MEMBER", "MEMBRE"},
     {"only that of this member", "seulement celle de ce membre"}},
    DRY_RUN,
    KEY,
    LAST,
};
static const struct option policy_show_options[] = {
    {"--effective",
     {"RESOURCE", "RESSOURCE"},
     {"all that holds for it, and from where", "tout ce qui vaut pour elle, et d'où"}},
    LAST,
};

const struct command commands_of_coordination[] = {
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
	.word = "person",
	.subword = "qualify",
	.usage = {"PERSON WORD [--until DAY] [--issuer MEMBER]",
		  "PERSONNE MOT [--until JOUR] [--issuer MEMBRE]"},
	.summary = {"put a qualification on record", "inscrire une qualification"},
	.about = {"Says that a person may use what a rule keeps for the qualified: a licence, a "
		  "training. It has to be valid at the time of use, to its end. The same word "
		  "again replaces it.",
		  "Dit qu'une personne peut utiliser ce qu'une règle réserve aux qualifiés : un "
		  "permis, une formation. Elle doit être valable au moment de l'usage, jusqu'à sa "
		  "fin. Le même mot la remplace."},
	.options = qualify_options,
	.examples = {{"mutual person qualify p17 laser --until 2027-12-31 --issuer m12", {"", ""}}},
	.data = true,
	.run = command_person_qualify,
    },
    {
	.word = "person",
	.subword = "disqualify",
	.usage = {"PERSON WORD [--issuer MEMBER]", "PERSONNE MOT [--issuer MEMBRE]"},
	.summary = {"take a qualification off", "retirer une qualification"},
	.options = disqualify_options,
	.examples = {{"mutual person disqualify p17 laser", {"", ""}}},
	.data = true,
	.run = command_person_disqualify,
    },
    {
	.word = "report",
	.subword = "usage",
	.usage = {"--from DAY --to DAY [--by member,resource,month]",
		  "--from JOUR --to JOUR [--by member,resource,month]"},
	.summary = {"who used what (coordinators)", "qui a utilisé quoi (coordination)"},
	.about = {"Bookings, hours (decimal), cancelled bookings and no-shows between two days, the "
		  "last one included. Hours are those booked; of what was brought back, until then.",
		  "Réservations, heures (décimales), réservations annulées et absences entre deux "
		  "jours, le dernier compris. Les heures sont celles réservées ; de ce qui a été "
		  "rendu, jusqu'au retour."},
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
		  "changes. With --offline no server is asked.",
		  "Envoie chaque *.yaml du dossier et affiche tous les problèmes comme "
		  "FICHIER:LIGNE:COLONNE. Rien ne change. Avec --offline, sans serveur."},
	.options = policy_check_options,
	.examples = {{"mutual policy check deux-sanes", {"", ""}},
		     {"mutual policy check deux-sanes --offline", {"", ""}}},
	.data = true,
	.run = command_policy_check,
    },
    {
	.word = "policy",
	.subword = "test",
	.usage = {"DIR [--case N]", "DOSSIER [--case N]"},
	.summary = {"try the cases that the files hold",
		    "essayer les cas que les fichiers contiennent"},
	.about = {"Plays each case of the section \"tests\" on a pole in memory, without a server, "
		  "and tells which came out as meant, and what came instead. "
		  "mutuald-policy(5) has the sentences.",
		  "Joue chaque cas de la section « tests » sur un pôle en mémoire, sans serveur, "
		  "et dit lesquels donnent ce qui était voulu, et ce qu'ont donné les autres. "
		  "mutuald-policy(5) donne les phrases."},
	.options = policy_test_options,
	.examples = {{"mutual policy test deux-sanes", {"", ""}},
		     {"mutual policy test deux-sanes --case 3", {"", ""}}},
	.data = true,
	.run = command_policy_test,
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
	.usage = {"[FILE] | --effective RESOURCE", "[FICHIER] | --effective RESSOURCE"},
	.summary = {"the policy in force", "les règles en vigueur"},
	.about = {"Prints the files of the policy, or one of them. With --effective, all that "
		  "holds for a resource: each value, and the line that says it.",
		  "Affiche les fichiers des règles, ou l'un d'eux. Avec --effective, tout ce qui "
		  "vaut pour une ressource : chaque valeur, et la ligne qui la dit."},
	.options = policy_show_options,
	.examples = {{"mutual policy show resources.yaml > resources.yaml", {"", ""}},
		     {"mutual policy show --effective laser", {"", ""}}},
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
    {0},
};
