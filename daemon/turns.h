/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Whose turn it is, where several daemons write to one pole.
 *
 * Of two that are busy with it, the one that has just committed is ready again before the other has
 * read the log and decided anew: it would win every time, and the other decide and send in vain. So
 * it waits for the other's commit, or about as long as that takes; meanwhile what is asked of it
 * collects. Nothing but speed depends on it: who goes out of turn is told that it is behind.
 */

#include <stdbool.h>
#include <stdint.h>

struct served;

bool turns_are_taken(const struct served *s); /* another daemon wrote to it just now */
/* How long another daemon may go first, at most; 0: none wants to, or it is this one's turn. */
int64_t turns_wait_us(const struct served *s);
