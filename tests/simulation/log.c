/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In the place of daemon/log.c: lines are shown only where one looks, but formatted in any case, so
 * that what they print is read.
 */
#include "tests/simulation/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "daemon/log.h"
#include "tests/simulation/virtual.h"

#define LINE_BYTES 4096

bool log_is_shown;

static void say(const char *fmt, va_list args)
{
	char text[LINE_BYTES];

	if (!log_is_shown) {
		vsnprintf(text, sizeof(text), fmt, args);
		return;
	}
	printf("%10.4f ", (double)virtual_now_us() / 1e6);
	vprintf(fmt, args);
	printf("\n");
}

#define SAYS(name)                                                                                 \
	void name(const char *fmt, ...)                                                            \
	{                                                                                          \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, fmt);                                                               \
		say(fmt, args);                                                                    \
		va_end(args);                                                                      \
	}

SAYS(tell)
SAYS(log_error)
SAYS(log_warning)
SAYS(log_info)
SAYS(log_debug)

void log_setup(bool verbose, bool under_systemd)
{
}

bool log_is_verbose(void)
{
	return true;
}
