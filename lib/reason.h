/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Why a request was refused. One value each; the words and texts are in proto/code.c. */

enum reason {
	REASON_NONE,
	/* what was asked does not exist or is not the asker's to ask */
	REASON_UNKNOWN_RESOURCE,
	REASON_UNKNOWN_UNIT,
	REASON_UNKNOWN_MEMBER,
	REASON_UNKNOWN_PERSON,
	REASON_UNKNOWN_BOOKING,
	REASON_FORBIDDEN,
	REASON_STATE, /* the booking's state does not allow it */
	REASON_OUT_OF_SERVICE,
	/* the time asked for */
	REASON_EMPTY_SPAN,
	REASON_PAST,
	REASON_CLOSED, /* outside opening hours */
	REASON_CONFLICT,
	/* limits; a rule says so */
	REASON_TOO_SHORT,
	REASON_TOO_LONG,
	REASON_STEP,
	REASON_START_GRID,
	REASON_LEAD,
	REASON_HORIZON,
	N_REASONS
};
