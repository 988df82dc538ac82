/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Who the user is, and where: servers, token and the servers' CA, one file per profile:
 * $XDG_CONFIG_HOME/mutual/credentials (or credentials.NAME), mode 0600 in a directory of mode 0700,
 * replaced whole.
 */

#include "client/servers.h"

struct credentials {
	struct servers servers;
	const char *token;
	const char *ca_pem; /* NULL: the machine's own certificates */
};

/* A profile's name: letters, digits, `.`, `_` and `-`, not at first a dot; NULL is the usual one.
 */
int profile_is_valid(const char *profile);

enum {
	CREDENTIALS_OK = 0,
	CREDENTIALS_E_NONE,
	CREDENTIALS_E_OPEN_TO_OTHERS,
	CREDENTIALS_E_MALFORMED
};
/* < 0: the file could not be read or written, errno says why. The path is always told. Strings live
 * in the arena. */
int credentials_load(const char *profile, struct arena *a, struct credentials *ret,
		     const char **ret_path);
int credentials_save(const char *profile, const struct credentials *c, struct arena *a,
		     const char **ret_path);
