/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Whose turn it was, by the log alone; what is not as it must be is told by violation(). */

#include <stddef.h>

struct queue_looks {
	size_t n_given;	  /* places given to who waited */
	size_t n_moved;	  /* of these, by moving others */
	size_t n_waiting; /* looks at who waits, after a command */
};

void check_turns(struct queue_looks *ret); /* adds */
