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
	REASON_NONE_HAVING, /* no unit has what was asked */
	REASON_TOO_MANY, /* more than there are */
	/* the time asked for */
	REASON_EMPTY_SPAN,
	REASON_PAST,
	REASON_CLOSED, /* outside opening hours */
	REASON_OUTAGE, /* out of service at that time */
	REASON_CONFLICT,
	REASON_UNDECIDED, /* taken as it stands; whether moving others would make room was not found out */
	REASON_TRAVEL, /* cannot get there in time */
	REASON_REQUIREMENT, /* what has to come along cannot be had */
	/* limits; a rule says so */
	REASON_TOO_SHORT,
	REASON_TOO_LONG,
	REASON_STEP,
	REASON_START_GRID,
	REASON_LEAD,
	REASON_HORIZON,
	REASON_SLOTS,
	REASON_OPENS, /* the horizon opens later, at a set minute */
	REASON_QUOTA,
	REASON_WHO, /* not for this class, member or role, or not at that time */
	REASON_KEPT, /* kept for its owner until some time before */
	REASON_QUALIFICATION,
	REASON_APPROVAL, /* a move would give up what is confirmed for what others may ask for until it is approved */
	/* check-out and return */
	REASON_TOO_EARLY, /* taken out long before its start */
	REASON_READING,	  /* the meter reads less than it did before */
	/* series */
	REASON_RECURRENCE, /* longer than a rule allows */
	REASON_NO_DATES,
	REASON_MANY_DATES,
	N_REASONS
};
