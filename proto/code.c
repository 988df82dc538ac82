/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every code with its class and its text in each language. */

/*
 * A text is a sentence without a full stop that says what is wrong and what to do. In it, {place}
 * stands for a value that the caller may have, and [clause|otherwise] for a clause that is left
 * out, or replaced by what follows the bar, when one of its places has no value: every text reads
 * well with all of its places filled and with none. Clauses do not nest.
 *
 * The places, all of them optional:
 *
 * - what: title of the resource ("Minibus")
 * - value: what was given or asked for, as it was written
 * - meant: what was probably meant; example: a value that would do
 * - key, verb: of the request; two keys as "to|for"; item: which of several things
 * - at: byte offset in the line
 * - member-name, until: who is in the way, and until when
 * - open-from, open-to: the nearest open stretch
 * - having: what was asked of its attributes; needs: what must come along; slots: their hours
 * - closed-on, why: the date, and the name of what closes it (a holiday, a closure)
 * - min, max, step, every: of the rule on lengths, and of the start grid
 * - limit: the lead or horizon of a rule; a number of bytes, tokens or connections
 * - has, used, limit, window, total: of a quota, all or none: "Your organisation has", "5h",
 *   "6h", "this week", "7h"
 * - for: for whom something is, or is kept
 * - earliest, latest: first and last start that may be asked for
 * - booking, state: its code and state
 * - roles: who may
 * - count: how many problems
 * - seconds: to wait, or waited
 */

#include "proto/code.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "proto/buffer.h"

const char *const code_class_words[4] = {
    [CLASS_OK] = "OK",
    [CLASS_NO] = "NO",
    [CLASS_BAD] = "BAD",
    [CLASS_ERR] = "ERR",
};

/* clang-format off */
static const struct row {
	const char *word;
	enum code_class class;
	const char *texts[N_LANGUAGES];
} rows[N_CODES] = {
	[CODE_OK] = {"ok", CLASS_OK, {
		"Done",
		"C'est fait"}},

	[CODE_UNKNOWN_RESOURCE] = {"unknown-resource", CLASS_NO, {
		"Nothing here is called [{value}|that][: did you mean {meant}?|; look it up in "
		"the list of resources]",
		"Rien ne s'appelle [{value}|ainsi] ici[ : vouliez-vous dire {meant} ?| ; voyez "
		"la liste des ressources]"}},
	[CODE_UNKNOWN_UNIT] = {"unknown-unit", CLASS_NO, {
		"[{what}|This resource] has no unit called [{value}|that][: did you mean "
		"{meant}?|; name no unit to take any that is free]",
		"[{what} : a|A]ucune unité ne s'appelle [{value}|ainsi][ : vouliez-vous dire "
		"{meant} ?| ; sans unité précisée, vous prenez la première libre]"}},
	[CODE_UNKNOWN_MEMBER] = {"unknown-member", CLASS_NO, {
		"[No member is called {value}|Say for which member; you yourself act for "
		"none][: did you mean {meant}?|; a coordinator knows their names]",
		"[Aucun membre ne s'appelle {value}|Précisez pour quel membre ; vous-même n'en "
		"représentez aucun][ : vouliez-vous dire {meant} ?| ; la coordination connaît "
		"leurs noms]"}},
	[CODE_UNKNOWN_PERSON] = {"unknown-person", CLASS_NO, {
		"No person has [the code {value}|that code]; codes look like p17, and a "
		"coordinator knows them",
		"Personne n'a le code [{value}|indiqué] ; un code ressemble à p17, et la "
		"coordination les connaît"}},
	[CODE_UNKNOWN_BOOKING] = {"unknown-booking", CLASS_NO, {
		"There is no booking [{booking}|with that code]; look its code up in your list "
		"of bookings",
		"Il n'y a pas de réservation [{booking}|portant ce code] ; retrouvez son code "
		"dans la liste de vos réservations"}},
	[CODE_FORBIDDEN] = {"forbidden", CLASS_NO, {
		"You may not do this[: it takes the role {roles}, ask one|; a coordinator of the "
		"pole can help]",
		"Vous n'avez pas le droit de faire cela[ : il faut le rôle {roles}| ; la "
		"coordination du pôle peut vous aider]"}},
	[CODE_STATE] = {"state", CLASS_NO, {
		"[{verb} is|This is] not possible for booking[ {booking}| that you name][: it is "
		"{state}]; SHOW tells more about it",
		"[{verb} : i|I]mpossible pour la réservation[ {booking}| indiquée][, dans l'état « {state} "
		"»] ; SHOW en dit plus"}},
	[CODE_OUT_OF_SERVICE] = {"out-of-service", CLASS_NO, {
		"[{what}|This] is out of service; choose another unit or another resource",
		"[{what} : h|H]ors service ; choisissez une autre unité ou une autre ressource"}},

	[CODE_NONE_HAVING] = {"none-having", CLASS_NO, {
		"[No {what}|Nothing here] has [{having}|what was asked for]; ask for less, or "
		"look at what each has in the list of resources",
		"[{what} : a|A]ucune unité n'a [{having}|ce qui est demandé] ; demandez moins, ou "
		"voyez ce qu'a chacune dans la liste des ressources"}},
	[CODE_TOO_MANY] = {"too-many", CLASS_NO, {
		"There are not that many[ of {what}][: at most {max}]; ask for fewer",
		"Il n'y en a pas autant[ : {what}][, au plus {max}] ; demandez-en moins"}},

	[CODE_EMPTY_SPAN] = {"empty-span", CLASS_NO, {
		"The booking would end before it begins; choose an end after its start",
		"La réservation finirait avant de commencer ; choisissez une fin après son début"}},
	[CODE_PAST] = {"past", CLASS_NO, {
		"That time has already gone by; choose a later one[, from {earliest} on]",
		"Ce moment est déjà passé ; choisissez-en un autre[, à partir de {earliest}]"}},
	[CODE_CLOSED] = {"closed", CLASS_NO, {
		"[{what}|It] is closed [on {closed-on}: {why}|then][; the nearest opening is from "
		"{open-from} to {open-to}|; ask for a time inside its opening hours]",
		"[{what} : f|F]ermeture [le {closed-on} : {why}|à ce moment-là][ ; l'ouverture la "
		"plus proche va de {open-from} à {open-to}| ; demandez un créneau dans les heures "
		"d'ouverture]"}},
	[CODE_OUTAGE] = {"outage", CLASS_NO, {
		"[{what}|It] is out of service at that time[, until {until}]; choose another "
		"time or another unit",
		"[{what} : h|H]ors service à ce moment[, jusqu'à {until}] ; choisissez un autre "
		"moment ou une autre unité"}},
	[CODE_CONFLICT] = {"conflict", CLASS_NO, {
		"[{what}|It] is taken[ by {member-name}][ until {until}]",
		"[{what} : c|C]réneau déjà pris[ par {member-name}][ jusqu'à {until}]"}},
	[CODE_UNDECIDED] = {"undecided", CLASS_NO, {
		"[{what}|It] is taken, and there are too many ways of moving others to try them "
		"all; choose another time, or ask a coordinator",
		"[{what} : c|C]réneau pris, et il y a trop de façons de déplacer les autres pour "
		"les essayer toutes ; choisissez un autre moment, ou voyez la coordination"}},
	[CODE_TRAVEL] = {"travel", CLASS_NO, {
		"[{what}|It] is at another site just before or after and cannot get there in "
		"time[: the way takes {limit}]; leave more time",
		"[{what} : s|S]ur un autre site juste avant ou juste après, sans le temps du "
		"trajet[ : {limit}] ; laissez plus de temps"}},
	[CODE_REQUIREMENT] = {"requirement", CLASS_NO, {
		"[{what}|This] can only be had with [{needs}|something that comes along], which "
		"cannot be had then; choose another time",
		"[{what} : p|P]as de réservation sans [{needs}|ce qui l'accompagne], qui n'est "
		"pas disponible alors ; choisissez un autre moment"}},

	[CODE_TOO_SHORT] = {"too-short", CLASS_NO, {
		"A booking[ of {what}] must last [at least {min}|longer]; ask for a longer time",
		"Une réservation[ de : {what}] doit durer [au moins {min}|plus longtemps] ; "
		"demandez plus long"}},
	[CODE_TOO_LONG] = {"too-long", CLASS_NO, {
		"A booking[ of {what}] may last [at most {max}|less than that][, and with yours "
		"that it follows or precedes it would be {chain}]; ask for a shorter time",
		"Une réservation[ de : {what}] peut durer [au plus {max}|moins que cela][, et avec "
		"les vôtres qui la précèdent ou la suivent ce serait {chain}] ; demandez plus "
		"court"}},
	[CODE_STEP] = {"step", CLASS_NO, {
		"The length of a booking[ of {what}] goes [by steps of {step}|by fixed steps]; "
		"round yours up or down",
		"La durée d'une réservation[ de : {what}] va par pas [de {step}|fixes] ; "
		"arrondissez la vôtre"}},
	[CODE_START_GRID] = {"start-grid", CLASS_NO, {
		"Bookings[ of {what}] begin [every {every}, counted from midnight|at set times "
		"only]; choose such a start",
		"Les réservations[ de : {what}] commencent [toutes les {every} à partir de "
		"minuit|à des heures fixes] ; choisissez un tel début"}},
	[CODE_LEAD] = {"lead", CLASS_NO, {
		"[{what}|This] must be booked [at least {limit} ahead|further ahead][; the "
		"earliest start is now {earliest}|; choose a later start]",
		"[{what} : r|R]éservation à faire [au moins {limit} à l'avance|plus à l'avance][ "
		"; le premier début possible est {earliest}| ; choisissez un début plus tardif]"}},
	[CODE_HORIZON] = {"horizon", CLASS_NO, {
		"[{what}|This] can be booked [at most {limit} ahead|less far ahead][; the latest "
		"start is now {latest}|; choose an earlier start, or ask again later]",
		"[{what} : r|R]éservation possible [au plus {limit} à l'avance|moins longtemps à "
		"l'avance][ ; le dernier début possible est {latest}| ; choisissez un début plus "
		"proche, ou redemandez plus tard]"}},
	[CODE_SLOTS] = {"slots", CLASS_NO, {
		"[{what}|This] is booked in whole slots[ ({slots})]; begin with one and end with "
		"one",
		"[{what} : r|R]éservation par créneaux entiers[ ({slots})] ; commencez et "
		"finissez avec un créneau"}},
	[CODE_OPENS] = {"opens", CLASS_NO, {
		"[{what} can|This can] be booked for that day only from [{earliest}|later] on",
		"[{what}|Cela] ne se réserve pour ce jour-là qu'à partir [du {earliest}|de plus tard]"}},
	[CODE_QUOTA] = {"quota", CLASS_NO, {
		"[{has} {used} of {limit} {window}; this would make {total}|That would be more than "
		"your share]; give something back or ask for less",
		"[{has} {used} sur {limit} {window} ; cela ferait {total}|Ce serait plus que votre "
		"part] ; rendez-en ou demandez moins"}},
	[CODE_WHO] = {"who", CLASS_NO, {
		"[{what}|This] is not for you[ at that time; it is for {for}]",
		"[{what}|Ceci] ne vous est pas ouvert[ à ce moment ; c'est pour {for}]"}},
	[CODE_KEPT] = {"kept", CLASS_NO, {
		"[{what}|This] is kept[ for {for}] at that time[ until {earliest}; ask again then]",
		"[{what}|Ceci] est gardé[ pour {for}] à ce moment[ jusqu'au {earliest} ; "
		"redemandez alors]"}},
	[CODE_QUALIFICATION] = {"qualification", CLASS_NO, {
		"[{what}|This] is only for those who have [{needs}|a qualification that is not "
		"on record] at the time of use; a coordinator records it",
		"[{what}|Ceci] n'est que pour qui a [{needs}|une qualification qui n'est pas "
		"enregistrée] au moment de l'usage ; la coordination l'enregistre"}},
	[CODE_APPROVAL] = {"approval", CLASS_NO, {
		"You would give up what you have for what has to be approved first; BOOK the new "
		"time and CANCEL this one once it is approved, or ask who decides to move it",
		"Vous perdriez ce que vous avez pour ce qui attend encore un accord ; réservez "
		"d'abord l'autre moment, annulez celui-ci une fois l'accord donné, ou demandez à "
		"qui décide"}},

	[CODE_TOO_EARLY] = {"too-early", CLASS_NO, {
		"[{what}|This] cannot be taken out yet[, but from {earliest} on]; to begin "
		"earlier, MOVE the booking",
		"[{what} : p|P]as encore de sortie possible[, seulement à partir de {earliest}] ; "
		"pour commencer plus tôt, avancez la réservation avec MOVE"}},
	[CODE_READING] = {"reading", CLASS_NO, {
		"The meter cannot read less than before[: it read {min}]; look again",
		"Le compteur ne peut pas avoir reculé[ : il indiquait {min}] ; relisez-le"}},

	[CODE_RECURRENCE] = {"recurrence", CLASS_NO, {
		"A series[ of {what}] may go on for [at most {max}|less than that]; let it end "
		"[by {latest}|earlier], and book on from there later",
		"Une série[ de : {what}] peut s'étendre sur [au plus {max}|moins que cela] ; "
		"terminez-la [avant le {latest}|plus tôt], et réservez la suite plus tard"}},
	[CODE_NO_DATES] = {"no-dates", CLASS_NO, {
		"The rule leaves no date to book; look at its end, and at the dates left out",
		"La règle ne laisse aucune date à réserver ; voyez sa fin, et les dates exclues"}},
	[CODE_MANY_DATES] = {"many-dates", CLASS_NO, {
		"The series has too many dates[: at most {max}]; let it end earlier",
		"La série a trop de dates[ : au plus {max}] ; terminez-la plus tôt"}},

	[CODE_AUTH] = {"auth", CLASS_NO, {
		"This token is not valid; a coordinator of the pole can give you a new one",
		"Ce jeton n'est pas valable ; la coordination du pôle peut vous en donner un "
		"nouveau"}},
	[CODE_AUTH_NEEDED] = {"auth-needed", CLASS_NO, {
		"Please say first who you are: AUTH with your token",
		"Dites d'abord qui vous êtes : AUTH avec votre jeton"}},
	[CODE_KEY_REUSED] = {"key-reused", CLASS_NO, {
		"This key was already used for another request; take a new key for each new "
		"request",
		"Cette clé a déjà servi pour une autre demande ; prenez une nouvelle clé à "
		"chaque nouvelle demande"}},
	[CODE_POLICY_INVALID] = {"policy-invalid", CLASS_NO, {
		"The policy files have problems[ ({count})] and nothing was changed; correct "
		"them, then check again",
		"Les fichiers de règles ont des problèmes[ ({count})] et rien n'a été changé ; "
		"corrigez-les, puis vérifiez de nouveau"}},
	[CODE_POLICY_EMPTY] = {"policy-empty", CLASS_NO, {
		"No policy file was sent on this connection; send the files with POLICY PUT first",
		"Aucun fichier de règles n'a été envoyé sur cette connexion ; envoyez-les "
		"d'abord avec POLICY PUT"}},
	[CODE_POLICY_SAME] = {"policy-same", CLASS_NO, {
		"These files are the policy already in force; there is nothing to do",
		"Ces fichiers sont les règles déjà en vigueur ; il n'y a rien à faire"}},
	[CODE_NOT_LATER] = {"not-later", CLASS_NO, {
		"The booking already lasts until then; to end it earlier, move its end with MOVE",
		"La réservation dure déjà jusque-là ; pour la finir plus tôt, avancez sa fin avec "
		"MOVE"}},
	[CODE_TOO_LARGE] = {"too-large", CLASS_NO, {
		"This is too large[: the limit is {limit}]; send less",
		"C'est trop volumineux[ : la limite est {limit}] ; envoyez-en moins"}},

	[CODE_UNKNOWN_OUTAGE] = {"unknown-outage", CLASS_NO, {
		"There is no outage [{value}|of that number] any more; OUTAGES lists them",
		"Il n'y a pas, ou plus, de mise hors service [n° {value}|de ce numéro] ; OUTAGES "
		"en donne la liste"}},

	[CODE_UNKNOWN_QUALIFICATION] = {"unknown-qualification", CLASS_NO, {
		"This person has no qualification [{value}|of that name] on record; PERSON LIST "
		"tells which there are",
		"Aucune qualification [{value}|de ce nom] n'est enregistrée pour cette personne ; "
		"PERSON LIST dit lesquelles le sont"}},

	[CODE_SYNTAX] = {"syntax", CLASS_BAD, {
		"This line cannot be read[ from {value} on][ from byte {at} on]; write TAG VERB "
		"key=value, and put values with spaces in double quotes",
		"Cette ligne est illisible[ à partir de {value}][ à partir de l'octet {at}] ; "
		"écrivez ÉTIQUETTE VERBE clé=valeur, et mettez entre guillemets droits les "
		"valeurs avec des espaces"}},
	[CODE_TOO_LONG_LINE] = {"too-long-line", CLASS_BAD, {
		"This line was too long and has been ignored[: at most {limit} bytes]; send "
		"shorter lines",
		"Cette ligne était trop longue et a été ignorée[ : au plus {limit} octets] ; "
		"envoyez des lignes plus courtes"}},
	[CODE_UNKNOWN_VERB] = {"unknown-verb", CLASS_BAD, {
		"There is no verb [{verb}|of that name][: did you mean {meant}?|; HELP lists "
		"them all]",
		"Il n'y a pas de verbe [{verb}|de ce nom][ : vouliez-vous dire {meant} ?| ; HELP "
		"en donne la liste]"}},
	[CODE_UNKNOWN_KEY] = {"unknown-key", CLASS_BAD, {
		"[{verb}|This verb] has no key [{key}|of that name][ in item {item}][: did you mean {meant}?|; "
		"HELP lists its keys]",
		"[{verb} : c|C]lé [{key} |]inconnue[ dans item n° {item}][ : vouliez-vous dire {meant} ?| ; HELP donne "
		"la liste des clés]"}},
	[CODE_MISSING_KEY] = {"missing-key", CLASS_BAD, {
		"[{verb}|This verb] also needs [{key}=|another key][ in item {item}]; HELP lists its keys",
		"[{verb} : i|I]l manque [{key}=|une clé][ dans item n° {item}] ; HELP donne la liste des clés"}},
	[CODE_REPEATED_KEY] = {"repeated-key", CLASS_BAD, {
		"[{key}=|A key] is given more than once[ in item {item}]; give it once",
		"[{key}= : c|C]lé donnée plusieurs fois[ dans item n° {item}] ; donnez-la une seule fois"}},
	[CODE_BAD_VALUE] = {"bad-value", CLASS_BAD, {
		"[{key}=|A key] cannot have [the value \"{value}\"|that value][ in item {item}][; at most {limit} "
		"bytes are allowed][; write it like this: {example}][; did you mean {meant}?]",
		"[{key}= : v|V]aleur [« {value} » |]impossible[ dans item n° {item}][ ; au plus {limit} octets sont "
		"permis][ ; écrivez par exemple : {example}][ ; vouliez-vous dire {meant} ?]"}},
	[CODE_BAD_COMBINATION] = {"bad-combination", CLASS_BAD, {
		"These keys do not go together like this[: {key}][ in item {item}]; HELP tells what goes with what",
		"Ces clés ne vont pas ensemble ainsi[ : {key}][ dans item n° {item}] ; HELP dit lesquelles se combinent"}},

	[CODE_UNAVAILABLE] = {"unavailable", CLASS_ERR, {
		"The database is away for the moment, and nothing was changed; please try again "
		"[in {seconds} s|a little later]",
		"La base de données est indisponible pour le moment, et rien n'a été changé ; "
		"réessayez [dans {seconds} s|un peu plus tard]"}},
	[CODE_UNKNOWN_OUTCOME] = {"unknown-outcome", CLASS_ERR, {
		"The database went away before it could say whether this was done; send the same "
		"request with the same key again to know[, in {seconds} s]",
		"La base de données s'est interrompue avant de dire si c'est fait ; renvoyez la "
		"même demande avec la même clé pour le savoir[, dans {seconds} s]"}},
	[CODE_INTERNAL] = {"internal", CLASS_ERR, {
		"Something went wrong in the server and nothing was changed; its log says more",
		"Une erreur s'est produite dans le serveur et rien n'a été changé ; son journal "
		"en dit plus"}},
	[CODE_OVERLOADED] = {"overloaded", CLASS_ERR, {
		"Too many requests are waiting and nothing was changed; please try again [in "
		"{seconds} s|a little later]",
		"Trop de demandes attendent et rien n'a été changé ; réessayez [dans {seconds} "
		"s|un peu plus tard]"}},
	[CODE_SHUTTING_DOWN] = {"shutting-down", CLASS_ERR, {
		"The server is stopping and nothing was changed; please try again [in {seconds} "
		"s|a little later]",
		"Le serveur s'arrête et rien n'a été changé ; réessayez [dans {seconds} s|un peu "
		"plus tard]"}},

	[CODE_BYE] = {"bye", CLASS_OK, {
		"Goodbye",
		"Au revoir"}},
	[CODE_TIMEOUT] = {"timeout", CLASS_ERR, {
		"Nothing came for too long[: {seconds} s]; please connect again",
		"Rien n'est venu pendant trop longtemps[ : {seconds} s] ; reconnectez-vous"}},
	[CODE_TOO_MANY_ERRORS] = {"too-many-errors", CLASS_ERR, {
		"Too many mistakes[: {limit}]; this connection is closed",
		"Trop d'erreurs[ : {limit}] ; cette connexion est fermée"}},
	[CODE_TOO_MANY_CONNECTIONS] = {"too-many-connections", CLASS_ERR, {
		"There are too many connections already[: at most {limit}]; close one, then "
		"connect again",
		"Il y a déjà trop de connexions[ : au plus {limit}] ; fermez-en une, puis "
		"reconnectez-vous"}},
	[CODE_SLOW] = {"slow", CLASS_ERR, {
		"The answers are not being read; this connection is closed",
		"Les réponses ne sont pas lues ; cette connexion est fermée"}},
};
/* clang-format on */

static_assert(CODE_MANY_DATES - CODE_UNKNOWN_RESOURCE ==
		  REASON_MANY_DATES - REASON_UNKNOWN_RESOURCE,
	      "one code per reason");
static_assert(CODE_CONFLICT - CODE_UNKNOWN_RESOURCE == REASON_CONFLICT - REASON_UNKNOWN_RESOURCE,
	      "in the same order");

int language_from_word(const char *word, enum language *ret)
{
	static const char *const words[N_LANGUAGES] = {[LANG_EN] = "en", [LANG_FR] = "fr"};

	for (enum language l = 0; l < N_LANGUAGES; l++)
		if (strncasecmp(word, words[l], 2) == 0 && strchr("_-.@", word[2])) {
			*ret = l;
			return 0;
		}
	return 1;
}

const char *code_word(enum code c)
{
	return rows[c].word;
}

enum code_class code_class(enum code c)
{
	return rows[c].class;
}

enum code code_of_reason(enum reason r)
{
	return r == REASON_NONE ? CODE_OK
				: (enum code)(CODE_UNKNOWN_RESOURCE + r - REASON_UNKNOWN_RESOURCE);
}

int code_from_word(const char *word, enum code *ret)
{
	for (enum code c = 0; c < N_CODES; c++)
		if (strcmp(rows[c].word, word) == 0) {
			*ret = c;
			return 0;
		}
	return 1;
}

struct filler {
	const struct fill *fills;
	size_t n;
	struct buffer *out;
};

static const char *value_of(const struct filler *f, const char *name, size_t length)
{
	for (size_t i = 0; i < f->n; i++)
		if (strlen(f->fills[i].name) == length &&
		    memcmp(f->fills[i].name, name, length) == 0)
			return f->fills[i].value;
	return NULL;
}

/* Adds [p, end) with its places filled; whether all of them had a value. */
static bool fill(const struct filler *f, const char *p, const char *end)
{
	bool complete = true;

	while (p < end) {
		size_t n = strcspn(p, "{");
		const char *close, *value;

		if (n >= (size_t)(end - p)) {
			buffer_add(f->out, p, (size_t)(end - p));
			break;
		}
		buffer_add(f->out, p, n);
		p += n + 1;
		close = strchr(p, '}');
		value = value_of(f, p, (size_t)(close - p));
		if (value && *value)
			buffer_puts(f->out, value);
		else
			complete = false;
		p = close + 1;
	}
	return complete;
}

/* p is behind the bracket. Returns what is behind the closing one. */
static const char *fill_clause(const struct filler *f, const char *p)
{
	const char *close = strchr(p, ']'), *bar = memchr(p, '|', (size_t)(close - p));
	const size_t before = f->out->n;

	if (fill(f, p, bar ? bar : close))
		return close + 1;
	buffer_truncate(f->out, before);
	if (bar)
		fill(f, bar + 1, close);
	return close + 1;
}

char *code_text(enum code c, enum language l, const struct fill *fills, size_t n, struct arena *a)
{
	struct buffer out = {0};
	const struct filler f = {.fills = fills, .n = n, .out = &out};
	const char *p = rows[c].texts[l];
	char *text;

	while (*p) {
		size_t plain = strcspn(p, "[");

		fill(&f, p, p + plain);
		p += plain;
		if (*p)
			p = fill_clause(&f, p + 1);
	}
	text = arena_strndup(a, out.bytes, out.n);
	buffer_release(&out);
	return text;
}
