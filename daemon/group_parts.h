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
struct exchange *sent_take(struct groups *g); /* what was on its way */
void list_finish(struct exchange *list);
void list_fail(struct groups *g, struct exchange *list, enum code code);
/* Frees those who were told that the outcome is unknown: nobody waits for them. */
struct exchange *list_without_told(struct groups *g, struct exchange *list);

/* group_decide.c: moves up to a group's worth from `waiting` to `sent`, deciding each. Returns the number of changes. */
size_t group_decide_waiting(struct served *s, int64_t now);

/* group_send.c */
void group_wait_with_patience(struct groups *g); /* groups_give_up(), if it takes too long */
void group_commit(struct served *s); /* what is in `sent` */
void group_send(struct served *s);   /* the same once more */
void group_ask(struct served *s);    /* what is in `sent` and changes nothing */
/* Whether an answer rests on what memory says of the pole. What is known under a key stays so. */
bool group_rests_on_memory(const struct exchange *list);

/* group_tick.c */
bool tick_is(const struct exchange *x);
void tick_push(struct served *s); /* first of what waits, once */
bool tick_is_due(const struct served *s, int64_t now); /* something should have happened by now */
bool tick_is_wanted(const struct served *s, int64_t now); /* that; or somebody waits, and a minute has begun since they were asked */
void tick_drop(struct groups *g, const struct exchange *x); /* one that goes undone, if it is one */
/* It came to nothing, or was refused; may_pass: not by anything that is wrong by itself. */
void tick_failed(struct groups *g, bool may_pass);
int64_t tick_rests(const struct groups *g); /* for how many seconds yet; 0: it does not */
void group_set_alarm(struct served *s); /* for what is to be done next although nobody asks */
