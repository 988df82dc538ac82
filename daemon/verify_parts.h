/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files that verify share. */

#include "daemon/logged.h"
#include "daemon/verify.h"
#include "lib/pole.h"
#include "proto/buffer.h"

struct db_params;
struct db_rows;

enum finding {
	FINDING_LOG,	    /* the log itself is not in order */
	FINDING_UNREADABLE, /* a row of the log says what nobody understands */
	FINDING_DIFFERS,    /* a row of a table does not say what the log says */
	FINDING_MISSING,    /* the log has it, the table does not */
	FINDING_INVENTED,   /* the other way */
	FINDING_OVERLAP,    /* two bookings in one place */
	FINDING_LANE,	    /* a place that there never was */
	FINDING_ORPHAN,
	FINDING_NUMBERS,
	FINDING_POLICY,
	N_FINDINGS
};

/* What the log says last of a record, as a hash. */
struct image {
	int64_t number;
	uint64_t digest;
	int64_t version;
	int32_t seq;
	uint8_t kind; /* enum change_kind, from 1; 0: an empty slot */
	uint8_t part; /* which record of that kind and number */
	bool seen;    /* the table has it */
};

struct images { /* a hash table, the records in its slots: a million must fit */
	struct image *slots;
	size_t n, cap;
};

struct record { /* which one */
	enum change_kind kind;
	unsigned part;
	int64_t number;
};

struct verifying { /* one pole */
	struct verify_report *report;
	struct db_session *session;
	const char *name;
	struct log_end end;
	struct pole *known; /* names only */
	struct images images;
	uint32_t *places; /* by number of a resource: the most that any policy gave it */
	size_t n_places;
	uint64_t n_events, n_erased;
	uint64_t found[N_FINDINGS];
	uint64_t rows[N_CHANGE_KINDS];
	char why[512]; /* it could not go on; "": it could */
};

/* verify_report.c */
/* Counts it, and says it where it is among the first of its kind: only then is it true. */
bool finding(struct verifying *v, enum finding f, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void finding_line(struct verifying *v, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* more about the last one */
void verify_progress(struct verifying *v, const char *what, uint64_t done, uint64_t of);
void verify_print_end(struct verifying *v);

/* verify_image.c */
struct image *images_find(const struct images *images, struct record r); /* NULL if none */
struct image *images_put(struct images *images, struct record r);	 /* made where there is none */
void images_clear(struct images *images);
/* What a table should say of the record that is left by this change, as lines of `label=value`. */
struct record image_of_change(const struct change *c, struct buffer *out);
/* Of a note, which change_decode() leaves out, by its line of the log. False: it cannot be read. */
bool image_of_note(const char *change, struct record *ret, struct buffer *out);
struct record image_of_policy(int64_t version, const char *hash, struct buffer *out);
/* What a row of that kind's statement says, likewise. */
struct record image_of_row(enum change_kind kind, const struct db_rows *row, struct buffer *out);
uint64_t image_digest(const struct buffer *text);
const char *image_statement(enum change_kind kind);
const char *image_title(struct record r, char *ret, size_t n); /* "booking B7K3QF"; at least 96 bytes */
/* A value of an image for people: times, names. */
const char *image_value(const struct pole *known, const char *label, const char *value, char *ret, size_t n);

/* verify_log.c: the log, into v->images and v->known. > 0: why. */
int verify_log(struct verifying *v);
/* verify_tables.c: the tables against that. > 0: why. */
int verify_tables(struct verifying *v);
/* verify_lanes.c: what holds between rows. > 0: why. */
int verify_policies(struct verifying *v);
int verify_lanes(struct verifying *v);
int verify_orphans(struct verifying *v);
void verify_numbers(struct verifying *v);

/* The parameters that all begin with: the pole. The caller's to free. */
struct db_params *verify_params(const struct verifying *v);
