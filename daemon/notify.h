/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What systemd is told while the daemon starts. */

/* It goes on, and this is how far it is: to be waited for a minute more. */
void notify_starting(const char *status);
