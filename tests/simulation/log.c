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
void (*log_on_line)(const char *text);

static void say(const char *fmt, va_list args)
{
	char text[LINE_BYTES];

	vsnprintf(text, sizeof(text), fmt, args);
	if (log_on_line)
		log_on_line(text);
	if (log_is_shown)
		printf("%10.4f %s\n", (double)virtual_now_us() / 1e6, text);
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
