/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the daemon says to its operator: one line each on standard error, with systemd's <N> priority when under it. */

#include <stdbool.h>

void log_setup(bool verbose, bool under_systemd);
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
