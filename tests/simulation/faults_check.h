/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What must be true once all is quiet again: of tables, answers and every daemon's memory. Tells what is not by violation(). */

#include <stddef.h>

struct instance;
struct queue_looks;

/* While something is refused for ever: what is due of all else has been done. */
void check_due_is_done(struct instance *instances, size_t n);
void check_all(struct instance *instances, size_t n, struct queue_looks *looks);
