/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Natural group commit: while one group of commands is on its way to the database, the next collects.
 *
 * Time comes first: where something of the pole is due (a hold that expires, nobody who came), a group begins with a command of the daemon's own, `tick`,
 * that does it, so that no command is decided on what should have ended. A timer wakes the group when the next thing is due. After each command's
 * changes, settle() gives what they freed to those who wait, as part of the same command: so nobody gets in between.
 *
 * What of that the database refuses for good is found, and left out: what was due goes in ever smaller parts, down to one by one, and the booking
 * that fails alone is set aside for some seconds, as it is: what holds a place goes on holding it. All else that time does goes on. So does what was
 * refused of those who wait when nothing was due. The log tells what a command of time's own was about where that was not all (`TICK most=25
 * without=B…`), for whoever decides it again.
 *
 * A group is decided in one go, without a turn of the loop between: each command is decided on the state that those before it
 * would leave, then all is undone, so that reads never see what is not durable. Whether its asker may ask it is part of that: a token may have been
 * withdrawn meanwhile, here or by another daemon. The group's changes are sent as one pole_commit.
 *   committed: the changes are applied for good, and the answers go out, refusals too, for they may rest on the group's own changes.
 *   behind:    another daemon was first. The log is read, and the same commands are decided again.
 *   lost:      the outcome is unknown. The very same batch is sent again once the database is back: pole_commit knows a batch that it
 *              has committed. Whoever has waited too long is told that the outcome is unknown; the batch is still resolved, and nothing
 *              else of the pole is decided before: else a command without a key could be done twice.
 *   refused:   by an error of the server. The commands go again one by one, and the one that fails alone is told so. Of a batch that was
 *              lost before, an error that may come from before the version was looked at says nothing of the first time, which may even be still to
 *              come: sent over a connection that is gone, but not for whoever reads it there. One that may pass is waited for, as long as its askers wait. Where it would be
 *              the same again, or goes on for longer, the batch is declared void (pole_void): the database says that it has it, or promises that it never will. That promise
 *              stands in the pole's row, which every commit has to update, so it holds for whatever server process comes to the first attempt,
 *              however late, and goes where the row goes, to a standby, too. (Rejected: to end that process by its number and wait until it is gone.
 *              It is another's behind a pooler, nobody's on another server, and not ours to end where the daemon logged in as the owner.)
 *
 * While a group is on its way, a second is decided on the state that it would leave, and sent after it, once nearly half of those who are at it wait: so
 * the database goes from one to the next, and one half is committed while the other is answered and asks again. The second names the batch that it
 * stands on, and pole_commit finds that very one or changes nothing: if the first is refused, or another daemon was before it, the answer to the
 * second says nothing new, and is not waited for. Both go back to what waits, in their order. If the first is lost, the second is sent again only
 * after it is known what became of the first. No third: it would make answers later, and the database has enough to do with two.
 *
 * A group that changes nothing has nothing to commit, but what it refused may rest on what is no longer so: this daemon may have slept, or
 * missed a NOTIFY, and what it is asked again under a key may have been granted elsewhere. So the database is asked where the pole stands:
 * a read, without a flush, on the link of the commits.
 *   as decided: the answers go out; at that moment they were true.
 *   further:    as with `behind`.
 *   lost:       nothing was changed: what waits is decided again, or told that the database is away.
 * Not asked for what does not rest on memory, or need not: an answer that is kept under its key, a dry run (a read), time's own commands.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_params;
struct event;
struct exchange;
struct served;

#define GROUP_MAX_COMMANDS 256
#define GROUP_PATIENCE_S 15
#define GROUP_AHEAD_LEAST 8

enum groups_state {
	GROUPS_IDLE,
	GROUPS_SENT,	/* the group is on its way; or it was lost, and is being declared void */
	GROUPS_UNKNOWN, /* it was lost, and is to be sent, or declared void, again */
	GROUPS_ASKED,	/* it changes nothing; the database is asked where the pole stands */
};

/* Commands that are decided together. */
struct command_group {
	struct exchange *list; /* in order; NULL: there is none */
	size_t n_commands, n_changes;
	int64_t at, batch;
	struct db_params *params; /* what was sent, to be sent again */
	char head[65];		  /* hash of its last event */
	int64_t version;	  /* that it makes */
	int64_t sent_us;	  /* metrics_now_us() */
	bool is_owed;		  /* the database has not answered yet */
	bool was_lost;		  /* at an earlier attempt */
	bool is_given_up;	  /* it took so long that its askers were told that nobody knows */
	char *refused_by;	  /* the error for which what was lost is being declared void; NULL: it is not */
};

struct tick_aside {
	int64_t booking; /* 0: what time does for those who wait */
	int64_t until_us; /* metrics_now_us(); it stays in the list until it is done */
};
#define TICK_ASIDE_MOST 16

struct groups {
	enum groups_state state; /* of `sent` */
	struct exchange *waiting, *waiting_tail; /* not yet decided */
	struct command_group sent;	     /* the group on its way */
	struct command_group next;	     /* decided on what `sent` would leave, and on its way, too, if it changes anything */
	struct exchange *committed;  /* to be answered */
	size_t n_void;		     /* answers still to come of groups that cannot have been committed */
	size_t solo; /* this many of the next commands go alone */
	size_t n_waiting;
	size_t n_lately; /* commands that were waiting and on their way at once; lets go by and by */
	struct event *turn, *patience;
	struct event *again; /* pending: it is not sent again before, nor the pole loaded anew */
	struct event *yield; /* pending: another daemon may go first, so long */
	int64_t own_us, took_us; /* when the last commit was answered, and how long that took */
	struct event *alarm; /* the next thing is due */
	int64_t alarm_us;    /* metrics_now_us() when it rings: the clock may be set meanwhile */
	int64_t minute;	     /* up to which those who wait have what time made possible */
	int64_t tick_rests_until_us; /* metrics_now_us(): a tick failed or came to nothing: not again before */
	size_t tick_most;	/* bookings in one command of time's own */
	struct tick_aside aside[TICK_ASIDE_MOST];
	size_t n_aside;
	bool tick_owed;		  /* the database could not do it for the moment: until then nothing else is decided */
	/* counters */
	uint64_t n_groups, n_commands, n_changes;
};

void groups_init(struct groups *g, struct served *s);
void groups_release(struct groups *g);
size_t groups_n_sent(const struct groups *g); /* commands that are decided and not answered */
bool groups_are_idle(const struct groups *g);
bool groups_are_owed(const struct groups *g); /* an answer of the database */
int64_t groups_silent_since(const struct groups *g); /* it owes one, for so long that the askers were told; 0: it does not */
/* Decides one command and what follows from it for those who wait: the changes of a dry one are not applied, those of any other are. What
 * decides a log again (daemon/replay.h) comes this way, too. */
void group_decide(struct served *s, struct exchange *x, int64_t now);
/* Takes the exchange; it is finished (exchange_finish) once its answer is known. */
void groups_submit(struct served *s, struct exchange *x);
/* The database is back, or the log was read: goes on with what waits. */
void groups_go_on(struct served *s);
/* What memory stands on is not what the database has: what was sent on top of it, and lost, never was committed, and is decided again. */
void groups_disowned(struct served *s);
/* The database went away: what waits undecided is answered `unavailable`. */
void groups_database_down(struct served *s);
/* Whoever waits is told: that the outcome is unknown if the group is on its way, else that it is unavailable. */
void groups_give_up(struct served *s);
