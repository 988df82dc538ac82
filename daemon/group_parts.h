/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of the group share; for all others, group.h. */

#include "daemon/group.h"
#include "proto/code.h"

/* group_queue.c */
void waiting_push(struct groups *g, struct exchange *x);
struct exchange *waiting_pop(struct groups *g); /* NULL: none */
void waiting_put_back(struct groups *g, struct exchange *list); /* before all that waits; takes NULL */
void waiting_fail(struct groups *g, enum code code);
struct exchange *group_take(struct command_group *g); /* its list; then there is no such group */
/* Both that are on their way, undone: back to what waits, in their order. */
void groups_put_back(struct groups *g);
/* The second of them: what it stands on is not committed, nor then is itself. */
void groups_put_next_back(struct groups *g);
void list_finish(struct exchange *list);
void list_fail(struct groups *g, struct exchange *list, enum code code);
/* Frees those who were told that the outcome is unknown: nobody waits for them. */
struct exchange *list_without_told(struct groups *g, struct exchange *list);

/* group_decide.c */
/* Moves up to a group's worth from `waiting` to it, deciding each. */
void group_decide_waiting(struct served *s, struct command_group *g, int64_t now);
/* What is in `sent` is done, or undone, in memory. */
void group_apply(struct served *s, const struct command_group *g);
void group_undo(struct served *s, const struct command_group *g);
/* Goes in a group of its own: neither with others nor on top of them, nor they on top of it. */
bool goes_alone(const struct exchange *x);

/* group.c */
/* Whether nearly half of those who are at it lately wait: so one half is committed while the other is answered and asks. (Exactly half would mean to
 * wait for the last of them.) A group costs the database as much by itself as some ten commands, so a few go together. */
bool group_is_worth_it(const struct served *s);
/* Decides and sends what waits, if it is time for that. */
void groups_turn(struct served *s);

/* group_send.c */
void group_wait_with_patience(struct groups *g); /* groups_give_up(), if it takes too long */
/* Sends a group on top of another that is on its way, or, NULL, of what is in memory. */
void group_commit(struct served *s, const struct command_group *after, struct command_group *g);
void group_send_again(struct served *s); /* what was lost; where it was to be void, that */
void group_ask(struct served *s);		     /* what is in `sent` and changes nothing */
void group_answer(struct served *s);		     /* those whose group is committed */
/* Whether an answer rests on what memory says of the pole. What is known under a key stays so. */
bool group_rests_on_memory(const struct exchange *list);

/* group_tick.c */
#define TICK_MOST 200 /* bookings; what is left is done by the next group */
bool tick_is(const struct exchange *x);
void tick_push(struct served *s); /* first of what waits, once */
bool tick_is_due(const struct served *s, int64_t now); /* something should have happened by now */
bool tick_is_wanted(const struct served *s, int64_t now); /* that; or somebody waits, and a minute has begun since they were asked */
void tick_drop(struct groups *g, const struct exchange *x); /* one that goes undone, if it is one */
/* How much of what is due it is to do, written into its request; as the log keeps it. */
void tick_ask(const struct served *s, struct exchange *x);
void tick_decide(struct served *s, struct exchange *x, int64_t now);
bool tick_does_queue(const struct exchange *x); /* one that was decided: what time makes possible for those who wait, too */
bool tick_is_suspect(const struct groups *g); /* it may be refused: others do not go with it */
void tick_came_to_nothing(struct groups *g);
/* may_pass: not by anything that is wrong by itself. */
void tick_refused(struct served *s, const struct exchange *x, const char *error, bool may_pass);
void tick_committed(struct served *s, const struct exchange *x);
int64_t tick_rests(const struct groups *g); /* for how many seconds yet; 0: it does not */
void group_set_alarm(struct served *s); /* for what is to be done next although nobody asks */
