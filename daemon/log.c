/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines for the operator on standard error.
 *
 * One write per line, so that lines of several processes on one journal do not mix. A message that
 * carries control characters (a client's bytes, a path) cannot forge a second line: they come out
 * as '?'.
 *
 * Nobody waits for whoever reads it. A pipe whose reader stands still would stop the daemon at its
 * next line; a line for which there is no room is lost, and how many were is told with the next
 * one. (A pipe that has room at all takes a line of up to 4 KiB whole. Setting O_NONBLOCK instead
 * would set it for everyone who has the same terminal.)
 */
#include "daemon/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#define LOG_LINE_MAX_BYTES 1024

static struct {
	bool verbose, under_systemd;
} setup;
static unsigned long n_lost;

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

static bool has_room(void)
{
	struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&fd, 1, 0) == 1;
}

static void put(int priority, const char *label, const char *text)
{
	char line[LOG_LINE_MAX_BYTES];
	int n;

	if (setup.under_systemd)
		n = snprintf(line, sizeof(line), "<%d>%s\n", priority, text);
	else
		n = snprintf(line, sizeof(line), "%s%s\n", label, text);
	/* Nobody is left to tell when this fails. */
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

static void tell_lost(void)
{
	char text[64];

	snprintf(text, sizeof(text), "nobody read the log: %lu lines of it were lost", n_lost);
	n_lost = 0;
	put(LOG_WARNING, "warning: ", text);
}

__attribute__((format(printf, 3, 0))) static void say(int priority, const char *label,
						      const char *fmt, va_list args)
{
	char text[LOG_LINE_MAX_BYTES - 32];

	if (n_lost && has_room())
		tell_lost();
	if (!has_room()) {
		n_lost++;
		return;
	}
	vsnprintf(text, sizeof(text), fmt, args);
	replace_controls(text);
	put(priority, label, text);
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
