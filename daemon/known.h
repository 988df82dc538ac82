/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * All poles that this daemon answers for. A pole is at rest (a name and a number), being loaded, or served from memory. It is loaded when somebody
 * asks for it or something of it is due, and let go when nobody has used it for a while, or sooner where memory runs short.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct known;
struct known_poles;
struct served;
struct server;

struct known_poles *known_new(struct server *server);
void known_free(struct known_poles *all); /* takes NULL; who waits is told that it cannot be had */
void known_add(struct known_poles *all, int32_t id, const char *name);
size_t known_count(const struct known_poles *all);
struct known *known_of_id(const struct known_poles *all, int32_t id); /* NULL: not ours */
bool known_has_name(const struct known_poles *all, const char *name);

/* Told once, never before known_ask() returns: the pole in memory; NULL: it cannot be had for now. */
typedef void known_fn(void *arg, struct served *s);
/* Loads the pole where it is not there yet. */
void known_ask(struct known *k, known_fn *fn, void *arg);

/* The same for whoever holds a token; unless it opens no pole of ours. */
enum known_token { KNOWN_TOKEN_OPENS, KNOWN_TOKEN_OPENS_NOTHING, KNOWN_TOKEN_CANNOT_TELL };
typedef void known_token_fn(void *arg, enum known_token answer, struct served *s);
void known_ask_token(struct known_poles *all, const char *hash, known_token_fn *fn, void *arg);

void known_start(struct known_poles *all); /* the loop is about to run: few poles are loaded at once */
void known_database_up(struct known_poles *all);
void known_database_down(struct known_poles *all); /* who waits for a pole is told that it cannot be had */
/* The policies are to be read again: of poles at rest, each when its directory is found to say something else than the policy that holds. */
void known_read_policies(struct known_poles *all);
