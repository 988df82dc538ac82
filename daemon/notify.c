/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A start that takes long says so, lest it be taken for one that hangs (sd_notify(3)). */
#include "daemon/notify.h"

#include <systemd/sd-daemon.h>

void notify_starting(const char *status)
{
	sd_notifyf(0, "STATUS=%s\nEXTEND_TIMEOUT_USEC=60000000", status);
}
