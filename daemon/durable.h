/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Files that are still there after the machine has lost its power: what they say is flushed, and so is the directory that has their name.
 *
 * Each answers with 0, or -errno.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The names in it: of files that were made there or renamed. */
int durable_dir(const char *dir);
/* Makes the file with the mode, or adds to it; `anew`: what it said before goes. */
int durable_write(const char *path, mode_t mode, bool anew, const char *bytes, size_t n);
/* The same, but the file appears whole or not at all: it is written beside, flushed, and renamed. */
int durable_replace(const char *path, mode_t mode, const char *bytes, size_t n);
/* Well, too, if there is something of that name. */
int durable_mkdir(const char *path, mode_t mode);
/* Of what is flushed itself. */
int durable_rename(const char *from, const char *to);
