/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Uploads policy files: POLICY RESET, then as few POLICY PUT as the limits of a line allow. They
 * are staged on the connection: where it is lost, what is about them is not asked over another one.
 */

#include "client/policy_files.h"
#include "client/session.h"

#define POLICY_REQUEST_MAX_BYTES 60000
#define POLICY_REQUEST_MAX_ARGS 1000
#define POLICY_LINE_MAX_BYTES                                                                      \
	28000 /* a line whose every character is escaped still fits a request */

enum exit_code policy_put(struct session *s, const struct policy_files *files);
