/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* How the client ends. Scripts rely on these numbers. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,     /* NO: nothing changed */
	EXIT_USAGE = 2,	      /* the command line, or BAD */
	EXIT_NETWORK = 3,     /* no connection, or ERR */
	EXIT_NOT_ALLOWED = 4, /* NO forbidden, auth, auth-needed; or not logged in */
};
