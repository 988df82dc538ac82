/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What can be said of a policy's files without a server. */

#include "client/cli.h"

/* Every problem and warning of the folder's files; nobody is asked whether they are this pole's. */
enum exit_code policy_check_offline(struct cli *cli);
