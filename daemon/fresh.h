/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Reads are answered from memory, and show every commit that is older than FRESH_WITHIN_US.
 *
 * A NOTIFY wakes who follows the log, but it may be lost with its connection, and a daemon that was stopped for a minute finds its clients'
 * requests and the NOTIFYs of that minute at once, in any order. So memory knows as of when it is: all that was committed before that moment
 * is in it. Each commit of the daemon's own says so, and each reading of the log. A read that comes too long after waits until the database was
 * asked where the pole stands, and the log was read if that is further. It is asked a little before it has to be, too, so that where many
 * read, none of them waits; and never for a pole that nobody reads.
 *
 * Where the database is away, or says nothing for FRESH_PATIENCE_S, reads are answered all the same, marked with the moment they are as of. On
 * a database of its own a daemon is alone, and always knows.
 *
 * Rejected: asking at fixed times, which costs the same whether anybody reads or not, and on waking is as late as anything else.
 */

#include <stdbool.h>
#include <stdint.h>

struct event;
struct exchange;
struct served;

#define FRESH_WITHIN_US INT64_C(1000000)
#define FRESH_PATIENCE_S 1

struct fresh {
	int64_t as_of_us; /* metrics_now_us(); 0: not known yet */
	int64_t asked_us; /* when the database was asked last */
	bool asking;	  /* it has not answered yet */
	struct exchange *waiting, *waiting_tail; /* by `next` */
	struct event *patience; /* NULL: nobody has waited yet */
};

/* A read: `answer` is called, now or later, once memory shows all it should, or served_as_of() says that it does not. The connection may be gone by then. */
void fresh_answer(struct exchange *x, void (*answer)(struct exchange *x));
bool fresh_is(const struct served *s, int64_t now_us);
int64_t fresh_moment(const struct served *s); /* as of when memory is, in UTC seconds */
/* All that was committed before this moment is in memory. */
void fresh_as_of(struct served *s, int64_t us);
/* Those who wait are told nothing any more. */
void fresh_release(struct fresh *f);
