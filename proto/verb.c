/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verb table and what is read off it. */

#include "proto/verb.h"

#include <stdio.h>
#include <string.h>

#include "lib/person.h"
#include "proto/key.h"

const char *const key_type_words[N_KEY_TYPES] = {
    [KEY_TEXT] = "text",	 [KEY_NAME] = "name",	  [KEY_BOOKING] = "booking",
    [KEY_PERSON] = "person",	 [KEY_MOMENT] = "time",	  [KEY_DURATION] = "duration",
    [KEY_NUMBER] = "number",	 [KEY_YES] = "yes-no",	  [KEY_WORDS] = "words",
    [KEY_CHOICE] = "choice",	 [KEY_SECRET] = "secret", [KEY_FILE] = "file",
    [KEY_LANGUAGE] = "language", [KEY_VERB] = "verb",	  [KEY_LINE] = "line",
    [KEY_QUANTITY] = "quantity", [KEY_WINDOW] = "window", [KEY_WISHES] = "wishes",
    [KEY_ITEM] = "item",	 [KEY_READING] = "reading",
    [KEY_POINT] = "point",
};

const char *const verb_access_words[N_VERB_ACCESSES] = {
    [ACCESS_ANYONE] = "anyone",
    [ACCESS_PERSON] = "person",
    [ACCESS_MANAGER] = "manager",
    [ACCESS_COORDINATOR] = "coordinator",
    [ACCESS_ADMINISTRATOR] = "administrator",
};

#define NEEDED .required = true
#define SINGLE .single = true
#define STATES                                                                                     \
	"confirmed cancelled done held requested waiting out declined expired displaced suspended " \
	"no-show"
#define CONFLICTS "refuse skip alternative"
#define SCOPES "one following all"
#define ROLES "member manager coordinator administrator"

/* clang-format off */
const struct verb verb_table[N_VERBS] = {
	[VERB_HELLO] = {
		.id = VERB_HELLO, .word = "HELLO", .access = ACCESS_ANYONE,
		.help = "say which language you speak; learn the server and its protocol",
		.keys = {
			{"lang", KEY_LANGUAGE, .help = "language of the texts: en or fr"},
			{"client", KEY_TEXT, .max_bytes = 100, .help = "name and version of the client"},
		},
	},
	[VERB_AUTH] = {
		.id = VERB_AUTH, .word = "AUTH", .access = ACCESS_ANYONE,
		.help = "say who you are",
		.keys = {
			{"token", KEY_SECRET, NEEDED, .help = "your token"},
			{"lang", KEY_LANGUAGE, .help = "language of the texts: en or fr"},
		},
	},
	[VERB_WHOAMI] = {
		.id = VERB_WHOAMI, .word = "WHOAMI", .access = ACCESS_PERSON,
		.help = "who you are here: person, member, pole, roles",
	},
	[VERB_HELP] = {
		.id = VERB_HELP, .word = "HELP", .access = ACCESS_ANYONE,
		.help = "the verbs, or the keys of one of them",
		.keys = {
			{"verb", KEY_VERB, .help = "only this verb, with its keys"},
		},
	},
	[VERB_NOOP] = {
		.id = VERB_NOOP, .word = "NOOP", .access = ACCESS_ANYONE,
		.help = "do nothing; keeps a connection awake",
	},
	[VERB_QUIT] = {
		.id = VERB_QUIT, .word = "QUIT", .access = ACCESS_ANYONE,
		.help = "say goodbye; the server closes the connection",
	},
	[VERB_STATUS] = {
		.id = VERB_STATUS, .word = "STATUS", .access = ACCESS_PERSON,
		.help = "how the pole and the server are doing",
	},
	[VERB_RESOURCES] = {
		.id = VERB_RESOURCES, .word = "RESOURCES", .access = ACCESS_PERSON,
		.help = "what can be booked, when, and by which rules",
		.keys = {
			{"what", KEY_NAME, .help = "only this resource"},
		},
	},
	[VERB_FIND] = {
		.id = VERB_FIND, .word = "FIND", .access = ACCESS_PERSON,
		.help = "what is free for you at a time, or when a thing is within a window",
		.eithers = {{"what", "item", false}, {"from", "within", true}, {"to", "for", true}},
		.keys = {
			{"what", KEY_NAME, SINGLE, .help = "only this resource, or this unit"},
			{"item", KEY_ITEM, .repeated = true, .help = "one of several things, all with their times"},
			{"unit", KEY_NAME, SINGLE, .help = "only this unit of it"},
			{"from", KEY_MOMENT, SINGLE, .help = "when it would start"},
			{"within", KEY_WINDOW, SINGLE, .help = "when it may be, FROM/TO; with what= and for="},
			{"to", KEY_MOMENT, SINGLE, .help = "when it would end"},
			{"for", KEY_DURATION, SINGLE, .help = "how long it would last"},
			{"qty", KEY_QUANTITY, SINGLE, .help = "how many at once"},
			{"having", KEY_WISHES, SINGLE, .help = "what it must have: seats>=7 hitch"},
			{"at", KEY_NAME, SINGLE, .help = "the site where a thing that moves is to be"},
			{"declared", KEY_WORDS, .help = "what you have at hand: own-hitch"},
			{"count", KEY_NUMBER, .help = "how many at the most"},
		},
	},
	[VERB_BOOK] = {
		.id = VERB_BOOK, .word = "BOOK", .access = ACCESS_PERSON, .changes = true,
		.help = "book a resource, or several things together",
		.eithers = {{"what", "item", true}, {"from", "within", true}, {"to", "for", true}},
		.keys = {
			{"what", KEY_NAME, SINGLE, .help = "the resource, or one of its units"},
			{"item", KEY_ITEM, .repeated = true, .help = "one of several things, all with their times"},
			{"unit", KEY_NAME, SINGLE, .help = "this unit and no other"},
			{"from", KEY_MOMENT, SINGLE, .help = "when it starts"},
			{"within", KEY_WINDOW, SINGLE, .help = "when it may be, FROM/TO; with for="},
			{"to", KEY_MOMENT, SINGLE, .help = "when it ends"},
			{"for", KEY_DURATION, SINGLE, .help = "how long it lasts"},
			{"qty", KEY_QUANTITY, SINGLE, .help = "how many of it"},
			{"having", KEY_WISHES, SINGLE, .help = "what it must have: seats>=7 hitch"},
			{"at", KEY_NAME, SINGLE, .help = "the site where a thing that moves is to be"},
			{"declared", KEY_WORDS, .help = "what you have at hand: own-hitch"},
			{"member", KEY_NAME, .help = "on behalf of this member (coordinators)"},
			{"person", KEY_PERSON, .help = "for this person"},
			{"purpose", KEY_TEXT, .help = "what it is for; seen by your own and the managers"},
			{"distance", KEY_NUMBER, .help = "how far it goes, in km: may count in the queue"},
			{"people", KEY_NUMBER, .help = "for how many: may count in the queue"},
			{"alternatives", KEY_NUMBER, .help = "how many to propose if refused, up to 16"},
			{"wait", KEY_YES, .help = "yes: if it cannot be had now, wait for it"},
			{"rule", KEY_TEXT, .help = "a series: an RRULE of RFC 5545, like FREQ=WEEKLY;COUNT=10"},
			{"except", KEY_MOMENT, .repeated = true, .help = "not on this date, or at this start"},
			{"also", KEY_MOMENT, .repeated = true, .help = "on this date, or at this start, too"},
			{"conflicts", KEY_CHOICE, .choices = CONFLICTS, .help = "dates that cannot be had: refuse all, skip, or the nearest"},
		},
	},
	[VERB_HOLD] = {
		.id = VERB_HOLD, .word = "HOLD", .access = ACCESS_PERSON, .changes = true,
		.help = "take something for a short time only, unless you confirm it",
		.eithers = {{"what", "item", true}, {"from", "within", true}, {"to", "for", true}},
		.keys = {
			{"what", KEY_NAME, SINGLE, .help = "the resource, or one of its units"},
			{"item", KEY_ITEM, .repeated = true, .help = "one of several things, all with their times"},
			{"unit", KEY_NAME, SINGLE, .help = "this unit and no other"},
			{"from", KEY_MOMENT, SINGLE, .help = "when it starts"},
			{"within", KEY_WINDOW, SINGLE, .help = "when it may be, FROM/TO; with for="},
			{"to", KEY_MOMENT, SINGLE, .help = "when it ends"},
			{"for", KEY_DURATION, SINGLE, .help = "how long it lasts"},
			{"hold-for", KEY_DURATION, .help = "how long it is held; without it, as long as may be"},
			{"qty", KEY_QUANTITY, SINGLE, .help = "how many of it"},
			{"having", KEY_WISHES, SINGLE, .help = "what it must have: seats>=7 hitch"},
			{"at", KEY_NAME, SINGLE, .help = "the site where a thing that moves is to be"},
			{"declared", KEY_WORDS, .help = "what you have at hand: own-hitch"},
			{"member", KEY_NAME, .help = "on behalf of this member (coordinators)"},
			{"person", KEY_PERSON, .help = "for this person"},
			{"purpose", KEY_TEXT, .help = "what it is for; seen by your own and the managers"},
			{"alternatives", KEY_NUMBER, .help = "how many to propose if refused, up to 16"},
		},
	},
	[VERB_CONFIRM] = {
		.id = VERB_CONFIRM, .word = "CONFIRM", .access = ACCESS_PERSON, .changes = true,
		.help = "keep what is held for you",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
		},
	},
	[VERB_MOVE] = {
		.id = VERB_MOVE, .word = "MOVE", .access = ACCESS_PERSON, .changes = true,
		.help = "move a booking to another time or unit",
		.eithers = {{"to", "for", false}, {"item", "scope", false}},
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
			{"from", KEY_MOMENT, .help = "the new start; without an end the length is kept"},
			{"to", KEY_MOMENT, .help = "the new end"},
			{"for", KEY_DURATION, .help = "the new length"},
			{"unit", KEY_NAME, .help = "to this unit and no other"},
			{"item", KEY_QUANTITY, .help = "only this thing of it, counted from 1"},
			{"alternatives", KEY_NUMBER, .help = "how many to propose if refused, up to 16"},
			{"scope", KEY_CHOICE, .choices = SCOPES, .help = "of a series: only this, this and following, all"},
		},
	},
	[VERB_EXTEND] = {
		.id = VERB_EXTEND, .word = "EXTEND", .access = ACCESS_PERSON, .changes = true,
		.help = "let a booking end later",
		.eithers = {{"to", "by", true}},
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
			{"to", KEY_MOMENT, .help = "the new end"},
			{"by", KEY_DURATION, .help = "how much later it ends"},
			{"alternatives", KEY_NUMBER, .help = "how many to propose if refused, up to 16"},
			{"scope", KEY_CHOICE, .choices = SCOPES, .help = "of a series: only this, this and following, all"},
		},
	},
	[VERB_CANCEL] = {
		.id = VERB_CANCEL, .word = "CANCEL", .access = ACCESS_PERSON, .changes = true,
		.help = "give a booking up, or one thing of it",
		.eithers = {{"item", "scope", false}},
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
			{"item", KEY_QUANTITY, .help = "only this thing of it, counted from 1"},
			{"scope", KEY_CHOICE, .choices = SCOPES, .help = "of a series: only this, this and following, all"},
		},
	},
	[VERB_OFFERS] = {
		.id = VERB_OFFERS, .word = "OFFERS", .access = ACCESS_PERSON,
		.help = "what is offered to you, and your places in the queue",
		.keys = {
			{"what", KEY_NAME, .help = "only of this resource"},
			{"member", KEY_NAME, .help = "of this member (managers)"},
			{"all", KEY_YES, .help = "yes: of every member (managers)"},
		},
	},
	[VERB_ACCEPT] = {
		.id = VERB_ACCEPT, .word = "ACCEPT", .access = ACCESS_PERSON, .changes = true,
		.help = "take what is offered to you",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "the code of what waited"},
		},
	},
	[VERB_PASS] = {
		.id = VERB_PASS, .word = "PASS", .access = ACCESS_PERSON, .changes = true,
		.help = "turn an offer down, or give up waiting",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "the code of what waited"},
			{"keep", KEY_YES, .help = "yes: turn this offer down, and wait on"},
		},
	},
	[VERB_APPROVE] = {
		.id = VERB_APPROVE, .word = "APPROVE", .access = ACCESS_MANAGER, .changes = true,
		.help = "grant what was requested",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
			{"reason", KEY_TEXT, .help = "why; for those who may see the booking in full"},
		},
	},
	[VERB_DECLINE] = {
		.id = VERB_DECLINE, .word = "DECLINE", .access = ACCESS_MANAGER, .changes = true,
		.help = "refuse what was requested",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
			{"reason", KEY_TEXT, .help = "why; for those who may see the booking in full"},
		},
	},
	[VERB_OUT] = {
		.id = VERB_OUT, .word = "OUT", .access = ACCESS_PERSON, .changes = true,
		.help = "check out: it is in your hands from now on",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
			{"person", KEY_PERSON, .help = "who really uses it"},
			{"meter", KEY_READING, .help = "what its meter reads"},
			{"condition", KEY_TEXT, .help = "what state it is in"},
		},
	},
	[VERB_BACK] = {
		.id = VERB_BACK, .word = "BACK", .access = ACCESS_PERSON, .changes = true,
		.help = "bring back: what is left of its time becomes free",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
			{"meter", KEY_READING, .help = "what its meter reads"},
			{"condition", KEY_TEXT, .help = "what state it is in"},
		},
	},
	[VERB_SWAP] = {
		.id = VERB_SWAP, .word = "SWAP", .access = ACCESS_PERSON, .changes = true,
		.help = "propose to exchange two bookings; done once both sides have",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "your own"},
			{"with", KEY_BOOKING, .help = "the other; without it, you withdraw the proposal"},
		},
	},
	[VERB_DISPUTE] = {
		.id = VERB_DISPUTE, .word = "DISPUTE", .access = ACCESS_PERSON, .changes = true,
		.help = "say what was wrong about a booking; a manager decides",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
			{"text", KEY_TEXT, NEEDED, .min_bytes = 1, .help = "what was wrong"},
		},
	},
	[VERB_SETTLE] = {
		.id = VERB_SETTLE, .word = "SETTLE", .access = ACCESS_MANAGER, .changes = true,
		.help = "decide a dispute",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
			{"decision", KEY_CHOICE, NEEDED, .choices = "upheld dismissed", .help = "whether who disputes is right"},
			{"text", KEY_TEXT, .help = "why, for both sides"},
		},
	},
	[VERB_EXPLAIN] = {
		.id = VERB_EXPLAIN, .word = "EXPLAIN", .access = ACCESS_PERSON,
		.help = "why a booking, a refusal or a place in the queue is as it is; asks for nothing",
		.eithers = {{"what", "item", false}, {"from", "within", false}, {"to", "for", false}},
		.keys = {
			{"booking", KEY_BOOKING, .help = "one that exists; else what BOOK would be asked:"},
			{"what", KEY_NAME, SINGLE, .help = "the resource, or one of its units"},
			{"item", KEY_ITEM, .repeated = true, .help = "one of several things, all with their times"},
			{"unit", KEY_NAME, SINGLE, .help = "this unit and no other"},
			{"from", KEY_MOMENT, SINGLE, .help = "when it would start"},
			{"within", KEY_WINDOW, SINGLE, .help = "when it may be, FROM/TO; with for="},
			{"to", KEY_MOMENT, SINGLE, .help = "when it would end"},
			{"for", KEY_DURATION, SINGLE, .help = "how long it would last"},
			{"qty", KEY_QUANTITY, SINGLE, .help = "how many of it"},
			{"having", KEY_WISHES, SINGLE, .help = "what it must have: seats>=7 hitch"},
			{"at", KEY_NAME, SINGLE, .help = "the site where a thing that moves is to be"},
			{"declared", KEY_WORDS, .help = "what you have at hand: own-hitch"},
			{"member", KEY_NAME, .help = "on behalf of this member (coordinators)"},
			{"person", KEY_PERSON, .help = "for this person"},
			{"distance", KEY_NUMBER, .help = "how far it goes, in km: may count in the queue"},
			{"people", KEY_NUMBER, .help = "for how many: may count in the queue"},
			{"alternatives", KEY_NUMBER, .help = "how many to propose if refused, up to 16"},
		},
	},
	[VERB_SHOW] = {
		.id = VERB_SHOW, .word = "SHOW", .access = ACCESS_PERSON,
		.help = "one booking, or all of its series",
		.keys = {
			{"booking", KEY_BOOKING, NEEDED, .help = "its code"},
			{"scope", KEY_CHOICE, .choices = SCOPES, .help = "of a series: only this, this and following, all"},
		},
	},
	[VERB_LIST] = {
		.id = VERB_LIST, .word = "LIST", .access = ACCESS_PERSON,
		.help = "bookings in order of their start",
		.keys = {
			{"from", KEY_MOMENT, .help = "that end after this"},
			{"to", KEY_MOMENT, .help = "that start before this"},
			{"what", KEY_NAME, .help = "of this resource"},
			{"member", KEY_NAME, .help = "of this member"},
			{"person", KEY_PERSON, .help = "of this person"},
			{"state", KEY_WORDS, .choices = STATES, .help = "in these states"},
			{"all", KEY_YES, .help = "of every member, not only your own"},
			{"count", KEY_NUMBER, .help = "how many at the most"},
		},
	},
	[VERB_AGENDA] = {
		.id = VERB_AGENDA, .word = "AGENDA", .access = ACCESS_PERSON,
		.help = "resources over a stretch of time: lanes, hours and bookings",
		.eithers = {{"to", "for", true}},
		.keys = {
			{"what", KEY_NAME, NEEDED, .repeated = true, .help = "the resource"},
			{"from", KEY_MOMENT, NEEDED, .help = "from when"},
			{"to", KEY_MOMENT, .help = "until when"},
			{"for", KEY_DURATION, .help = "over how long"},
			{"profile", KEY_YES, .help = "yes: also how many are taken, step by step"},
		},
	},
	[VERB_WATCH] = {
		.id = VERB_WATCH, .word = "WATCH", .access = ACCESS_PERSON,
		.help = "be told on this connection what happens to your bookings",
		.keys = {
			{"since", KEY_POINT, .help = "first what was missed since this version, or version.seq"},
			{"of", KEY_CHOICE, .choices = "mine all", .help = "your member's (mine), or all that you may see in full"},
			{"what", KEY_NAME, .help = "only of this resource"},
			{"off", KEY_YES, .help = "yes: no more"},
		},
	},
	[VERB_REPORT] = {
		.id = VERB_REPORT, .word = "REPORT", .access = ACCESS_COORDINATOR,
		.help = "who used what: totals over a period",
		.keys = {
			{"report", KEY_CHOICE, NEEDED, .choices = "usage", .help = "which report"},
			{"from", KEY_MOMENT, NEEDED, .help = "beginning of the period"},
			{"to", KEY_MOMENT, NEEDED, .help = "its end, not included"},
			{"by", KEY_WORDS, .choices = "member resource month", .help = "one row for each of these"},
		},
	},
	[VERB_OUTAGE] = {
		.id = VERB_OUTAGE, .word = "OUTAGE", .access = ACCESS_MANAGER, .changes = true,
		.help = "take a resource or a unit out of service; its bookings find other places",
		.eithers = {{"to", "for", false}},
		.keys = {
			{"what", KEY_NAME, NEEDED, .help = "the resource, or one of its units"},
			{"unit", KEY_NAME, .help = "only this unit of it"},
			{"from", KEY_MOMENT, .help = "from when; now, if not said"},
			{"to", KEY_MOMENT, .help = "until when; until it is reopened, if not said"},
			{"for", KEY_DURATION, .help = "for how long"},
			{"reason", KEY_TEXT, .help = "why, for all who ask"},
		},
	},
	[VERB_CLOSE] = {
		.id = VERB_CLOSE, .word = "CLOSE", .access = ACCESS_MANAGER, .changes = true,
		.help = "close a resource: bookings may span that time, not start or end in it",
		.eithers = {{"to", "for", true}},
		.keys = {
			{"what", KEY_NAME, NEEDED, .help = "the resource"},
			{"from", KEY_MOMENT, NEEDED, .help = "from when"},
			{"to", KEY_MOMENT, .help = "until when"},
			{"for", KEY_DURATION, .help = "for how long"},
			{"reason", KEY_TEXT, .help = "why, for all who ask"},
		},
	},
	[VERB_REOPEN] = {
		.id = VERB_REOPEN, .word = "REOPEN", .access = ACCESS_MANAGER, .changes = true,
		.help = "end an outage, or a closure",
		.keys = {
			{"outage", KEY_NUMBER, NEEDED, .help = "its number"},
		},
	},
	[VERB_OUTAGES] = {
		.id = VERB_OUTAGES, .word = "OUTAGES", .access = ACCESS_PERSON,
		.help = "what is out of service or closed, or will be",
		.keys = {
			{"what", KEY_NAME, .help = "only of this resource"},
		},
	},
	[VERB_POLICY_PUT] = {
		.id = VERB_POLICY_PUT, .word = "POLICY", .subword = "PUT", .access = ACCESS_ADMINISTRATOR,
		.help = "append lines to a policy file staged on this connection",
		.keys = {
			{"file", KEY_FILE, NEEDED, .help = "the file's name, like pole.yaml"},
			{"line", KEY_LINE, NEEDED, .repeated = true, .help = "a line of it, without its end"},
		},
	},
	[VERB_POLICY_RESET] = {
		.id = VERB_POLICY_RESET, .word = "POLICY", .subword = "RESET", .access = ACCESS_ADMINISTRATOR,
		.help = "forget the files staged on this connection",
	},
	[VERB_POLICY_CHECK] = {
		.id = VERB_POLICY_CHECK, .word = "POLICY", .subword = "CHECK", .access = ACCESS_ADMINISTRATOR,
		.help = "every problem of the staged files",
	},
	[VERB_POLICY_PLAN] = {
		.id = VERB_POLICY_PLAN, .word = "POLICY", .subword = "PLAN", .access = ACCESS_ADMINISTRATOR,
		.help = "what the staged files would change, and the bookings that they would not allow",
	},
	[VERB_POLICY_APPLY] = {
		.id = VERB_POLICY_APPLY, .word = "POLICY", .subword = "APPLY", .access = ACCESS_ADMINISTRATOR,
		.changes = true,
		.help = "make the staged files the policy; existing bookings stay as they are",
		.keys = {
			{"reason", KEY_TEXT, .help = "why, for the history"},
		},
	},
	[VERB_POLICY_SHOW] = {
		.id = VERB_POLICY_SHOW, .word = "POLICY", .subword = "SHOW", .access = ACCESS_PERSON,
		.help = "the policy in force, as it was written",
		.keys = {
			{"file", KEY_FILE, .help = "only this file"},
		},
	},
	[VERB_POLICY_EFFECTIVE] = {
		.id = VERB_POLICY_EFFECTIVE, .word = "POLICY", .subword = "EFFECTIVE", .access = ACCESS_PERSON,
		.help = "what the policy in force says about a resource, and where",
		.keys = {
			{"what", KEY_NAME, NEEDED, .help = "the resource"},
		},
	},
	[VERB_POLICY_HISTORY] = {
		.id = VERB_POLICY_HISTORY, .word = "POLICY", .subword = "HISTORY", .access = ACCESS_PERSON,
		.help = "who applied which policy when, newest first",
	},
	[VERB_PERSON_ADD] = {
		.id = VERB_PERSON_ADD, .word = "PERSON", .subword = "ADD", .access = ACCESS_COORDINATOR,
		.changes = true,
		.help = "add a person; the answer has the token, once",
		.keys = {
			{"name", KEY_TEXT, NEEDED, .min_bytes = 1, .help = "first and last name"},
			{"member", KEY_NAME, .help = "for whom the person acts; without it, for the pole"},
			{"mail", KEY_TEXT, .max_bytes = 254, .help = "mail address"},
			{"roles", KEY_WORDS, .choices = ROLES, .help = "up to your own; without it, member"},
		},
	},
	[VERB_PERSON_LIST] = {
		.id = VERB_PERSON_LIST, .word = "PERSON", .subword = "LIST", .access = ACCESS_COORDINATOR,
		.help = "the persons of the pole",
		.keys = {
			{"member", KEY_NAME, .help = "only those of this member"},
		},
	},
	[VERB_PERSON_TOKEN] = {
		.id = VERB_PERSON_TOKEN, .word = "PERSON", .subword = "TOKEN", .access = ACCESS_COORDINATOR,
		.changes = true,
		.help = "give a person a new token; the answer has it, once",
		.keys = {
			{"person", KEY_PERSON, NEEDED, .help = "whose"},
			{"keep", KEY_YES, .help = "yes: the old tokens stay valid"},
		},
	},
	[VERB_PERSON_QUALIFY] = {
		.id = VERB_PERSON_QUALIFY, .word = "PERSON", .subword = "QUALIFY", .access = ACCESS_COORDINATOR,
		.changes = true,
		.help = "record what a person may do: a licence, a training",
		.keys = {
			{"person", KEY_PERSON, NEEDED, .help = "whose"},
			{"qualification", KEY_NAME, NEEDED, .max_bytes = 63, .help = "the word that rules ask for: licence-b"},
			{"issuer", KEY_NAME, .help = "the member that vouches; without it, good for all"},
			{"since", KEY_MOMENT, .help = "held since; now, if not said"},
			{"until", KEY_MOMENT, .help = "until when; for good, if not said"},
		},
	},
	[VERB_PERSON_DISQUALIFY] = {
		.id = VERB_PERSON_DISQUALIFY, .word = "PERSON", .subword = "DISQUALIFY", .access = ACCESS_COORDINATOR,
		.changes = true,
		.help = "take a qualification off a person's record",
		.keys = {
			{"person", KEY_PERSON, NEEDED, .help = "whose"},
			{"qualification", KEY_NAME, NEEDED, .max_bytes = 63, .help = "its word"},
			{"issuer", KEY_NAME, .help = "only that of this member; without it, all"},
		},
	},
};
/* clang-format on */

const struct verb verb_tick = {
    .id = N_VERBS,
    .word = "TICK",
    .changes = true,
    .help = "what time does by itself",
    .keys = {
	{"most", KEY_QUANTITY, .help = "so many of the bookings that are due, or else those who wait"},
	{"without", KEY_BOOKING, .repeated = true, .help = "not these"},
	{"queue", KEY_YES, .help = "no: nor those who wait"},
    },
};

/* clang-format off */
const struct verb verb_item = {
	.word = "item", .help = "one thing of several",
	.eithers = {{"to", "for", true}},
	.keys = {
		{"what", KEY_NAME, NEEDED, .help = "the resource, or one of its units"},
		{"unit", KEY_NAME, .help = "this unit and no other"},
		{"from", KEY_MOMENT, NEEDED, .help = "when it starts"},
		{"to", KEY_MOMENT, .help = "when it ends"},
		{"for", KEY_DURATION, .help = "how long it lasts"},
		{"qty", KEY_QUANTITY, .help = "how many of it"},
		{"having", KEY_WISHES, .help = "what it must have"},
		{"at", KEY_NAME, .help = "the site where a thing that moves is to be"},
	},
};
/* clang-format on */

static const struct verb_key common_keys[] = {
    {"key", KEY_TEXT, .min_bytes = 1, .max_bytes = 64,
     .help = "a word of your own: a retry with it gets the first answer"},
    {"dry", KEY_YES, .help = "yes: the full answer, nothing changed"},
};
#define N_COMMON_KEYS (sizeof(common_keys) / sizeof(*common_keys))

static int upper(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/* Whether `text` begins with `word` in any case; ret_rest is what follows. */
static bool begins_with(const char *text, const char *word, const char **ret_rest)
{
	while (*word && upper(*text) == *word) {
		text++;
		word++;
	}
	*ret_rest = text;
	return *word == '\0';
}

static bool is_word(const char *text, const char *word)
{
	const char *rest;

	return begins_with(text, word, &rest) && *rest == '\0';
}

const struct verb *verb_find(const char *word, const char *subword)
{
	const int initial = upper(word[0]);

	for (const struct verb *v = verb_table; v < verb_table + N_VERBS; v++)
		if (v->word[0] == initial && is_word(word, v->word) &&
		    (v->subword ? subword && is_word(subword, v->subword) : !subword))
			return v;
	return NULL;
}

bool verb_is_named(const struct verb *v, const char *text)
{
	const char *rest;

	if (!begins_with(text, v->word, &rest))
		return false;
	return *rest == '\0' || (*rest == ' ' && v->subword && is_word(rest + 1, v->subword));
}

char *verb_name(const struct verb *v, char *buf, size_t n)
{
	snprintf(buf, n, "%s%s%s", v->word, v->subword ? " " : "", v->subword ? v->subword : "");
	return buf;
}

static bool is_key(const struct verb_key *k, uint64_t head, const char *key)
{
	return key_head_of(k->key, VERB_KEY_BYTES) == head && key_goes_on_as(k->key, head, key);
}

const struct verb_key *verb_key_find(const struct verb *v, uint64_t head, const char *key)
{
	for (const struct verb_key *k = v->keys; *k->key; k++)
		if (is_key(k, head, key))
			return k;
	for (size_t i = 0; v->changes && i < N_COMMON_KEYS; i++)
		if (is_key(&common_keys[i], head, key))
			return &common_keys[i];
	return NULL;
}

const struct verb_key *verb_key(const struct verb *v, const char *key)
{
	return verb_key_find(v, key_head(key), key);
}

const struct verb_key *verb_key_at(const struct verb *v, size_t i)
{
	size_t own = 0;

	while (*v->keys[own].key)
		own++;
	if (i < own)
		return &v->keys[i];
	return v->changes && i - own < N_COMMON_KEYS ? &common_keys[i - own] : NULL;
}

/* The pair that a key is the first of; ret_second: whether it is the second of one. */
static const struct verb_either *pair_of(const struct verb *v, const char *key, bool *ret_second)
{
	const struct verb_either *found = NULL;

	*ret_second = false;
	for (size_t i = 0; i < VERB_MAX_EITHERS && *v->eithers[i].first; i++) {
		if (strcmp(v->eithers[i].first, key) == 0)
			found = &v->eithers[i];
		*ret_second |= strcmp(v->eithers[i].second, key) == 0;
	}
	return found;
}

void verb_synopsis(const struct verb *v, struct buffer *out)
{
	const char *gap = "";

	for (const struct verb_key *k = v->keys; *k->key; k++) {
		bool second;
		const struct verb_either *pair = pair_of(v, k->key, &second);
		bool bare = pair ? pair->required : k->required;

		if (second)
			continue;
		buffer_puts(out, gap);
		buffer_puts(out, pair && bare ? "(" : bare ? "" : "[");
		buffer_puts(out, k->key);
		if (k->type == KEY_CHOICE && !strchr(k->choices, ' ')) {
			buffer_puts(out, "=");
			buffer_puts(out, k->choices);
		}
		if (pair) {
			buffer_puts(out, " or ");
			buffer_puts(out, pair->second);
			buffer_puts(out, verb_key(v, pair->second)->repeated ? "*" : "");
		}
		buffer_puts(out, pair && bare ? ")" : bare ? "" : "]");
		buffer_puts(out, k->repeated ? "*" : "");
		gap = " ";
	}
}

bool verb_allows(const struct verb *v, bool authenticated, uint32_t roles)
{
	static const uint32_t roles_for[N_VERB_ACCESSES] = {
	    [ACCESS_MANAGER] = ROLE_MANAGER | ROLE_COORDINATOR | ROLE_ADMINISTRATOR,
	    [ACCESS_COORDINATOR] = ROLE_COORDINATOR | ROLE_ADMINISTRATOR,
	    [ACCESS_ADMINISTRATOR] = ROLE_ADMINISTRATOR,
	};

	if (v->access == ACCESS_ANYONE)
		return true;
	return authenticated && (roles_for[v->access] == 0 || (roles & roles_for[v->access]));
}
