/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * daemon/db.h over the tables in memory, with what a network and a server do to it: every statement takes its time to arrive and its answer to come
 * back, in order on each link; a link is lost with statements on their way, of which the first few may be carried out all the same, later; an answer
 * is an error; a NOTIFY is lost; the server is away.
 */

#include <stdbool.h>
#include <stdint.h>

struct db_link;

struct db_faults { /* percent, unless said otherwise */
	unsigned slow;	   /* statements that take long to arrive */
	unsigned refused;  /* statements answered with an error */
	unsigned no_notice; /* NOTIFYs that are lost */
	unsigned cut;	   /* statements during which their link is lost, at any step */
	unsigned late;	   /* of the statements on a lost link: those that are carried out */
};
extern struct db_faults db_faults;
extern int64_t db_away_until_us; /* nobody can connect before */
extern void (*db_on_error)(const char *statement, const char *error); /* the tables refused something by themselves */

extern void (*db_on_left_behind)(int64_t batch); /* a group whose link is lost, and which will be carried out; NULL: nobody asks */

void db_begin(void);
bool db_carries_out_late(void); /* what runs now was left behind */
bool db_has_left_behind(void); /* something of lost links is still to be carried out */
/* The connection is lost, now for the server and soon for the daemon. */
void db_link_lose(struct db_link *l);
void db_lose_all(void); /* the server ends */
