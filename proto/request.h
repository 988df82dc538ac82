/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A request: tag, verb, and arguments checked against the verb's row. */

#include "lib/moment.h"
#include "proto/code.h"
#include "proto/line.h"
#include "proto/verb.h"

struct request {
	const char *tag;
	const struct verb *verb;
	struct line line;
	const char *key; /* idempotency; NULL if none */
	bool dry;
};

struct request_error {
	enum code code; /* one of the BAD codes */
	const char *tag; /* to answer with; "*" if unusable */
	const char *about; /* the key, verb or value at fault; "" if none */
	const char *meant; /* what was probably meant; NULL if unknown */
};

enum { REQUEST_OK = 0, REQUEST_E_BAD = 1 };
/* Every value is checked against its type here, so that the getters below cannot fail. Strings live in the arena. */
int request_decode(const char *bytes, size_t n, struct arena *a, struct request *ret, struct request_error *ret_error);

const char *request_get(const struct request *r, const char *key); /* NULL if not given */
bool request_yes(const struct request *r, const char *key);	    /* false if not given */
int64_t request_number(const struct request *r, const char *key, int64_t otherwise);
/* false if not given */
bool request_moment(const struct request *r, const char *key, const struct zone *z, int64_t *ret_utc);
bool request_duration(const struct request *r, const char *key, struct duration *ret);
int64_t request_booking(const struct request *r, const char *key); /* 0 if not given */
uint32_t request_person(const struct request *r, const char *key);  /* 0 if not given */
