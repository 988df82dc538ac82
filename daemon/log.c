/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines for the operator on standard error.
 *
 * One write per line, so that lines of several processes on one journal do not mix. A message that
 * carries control characters (a client's bytes, a path) cannot forge a second line: they come out
 * as '?'.
 */
#include "daemon/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#define LOG_LINE_MAX_BYTES 1024

static struct {
	bool verbose, under_systemd;
} setup;

void log_setup(bool verbose, bool under_systemd)
{
	setup.verbose = verbose;
	setup.under_systemd = under_systemd;
}

bool log_is_verbose(void)
{
	return setup.verbose;
}

static void replace_controls(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

__attribute__((format(printf, 3, 0))) static void say(int priority, const char *label,
						      const char *fmt, va_list args)
{
	char text[LOG_LINE_MAX_BYTES - 32];
	char line[LOG_LINE_MAX_BYTES];
	int n;

	vsnprintf(text, sizeof(text), fmt, args);
	replace_controls(text);
	if (setup.under_systemd)
		n = snprintf(line, sizeof(line), "<%d>%s\n", priority, text);
	else
		n = snprintf(line, sizeof(line), "%s%s\n", label, text);
	/* Nobody is left to tell when this fails. */
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

void log_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_ERR, "error: ", fmt, args);
	va_end(args);
}

void log_warning(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_WARNING, "warning: ", fmt, args);
	va_end(args);
}

void log_info(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LOG_INFO, "", fmt, args);
	va_end(args);
}

void log_debug(const char *fmt, ...)
{
	va_list args;

	if (!setup.verbose)
		return;
	va_start(args, fmt);
	say(LOG_DEBUG, "debug: ", fmt, args);
	va_end(args);
}
