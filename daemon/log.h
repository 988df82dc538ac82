/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the daemon says to its operator: one line each on standard error, with systemd's <N> priority when under it. A line begins with what it
 * is about, as key=value where there is such a thing: pole= conn= tag= person= link= address=; then comes what is said of it. No names of people.
 */

#include <stdbool.h>

void log_setup(bool verbose, bool under_systemd);
bool log_is_verbose(void);
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
