/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PERSON QUALIFY and DISQUALIFY: what a person may do, on record. */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "daemon/served.h"
#include "daemon/verbs_parts.h"

#define QUALIFICATIONS_MAX 64

static const struct zone *pole_zone(const struct exchange *x)
{
	return exchange_policy(x)->zone;
}

static void write_qualification(struct exchange *x, struct line_writer *w, const struct person *p,
				const struct qualification *q)
{
	line_printf(w, "person", "p%u", p->number);
	line_str(w, "qualification", q->word);
	if (q->issuer)
		line_str(w, "issuer", pole_name_id(x->served->pole, NAME_MEMBER, 0, q->issuer));
	write_time(w, "since", pole_zone(x), q->since);
	if (q->until != TIME_NEVER)
		write_time(w, "until", pole_zone(x), q->until);
}

void write_qualifications(struct exchange *x, const struct person *p)
{
	struct line_writer w;

	for (size_t i = 0; i < p->n_qualifications; i++) {
		reply_data(x, &w, "qualification");
		write_qualification(x, &w, p, &p->qualifications[i]);
		line_end(&w);
	}
}

/* The person and the issuer (0: none named) of a request. NULL: the reply is written. */
static const struct person *asked_person(struct exchange *x, uint32_t *ret_issuer)
{
	const struct pole *pole = x->served->pole;
	const struct person *p = pole_person(pole, request_person(&x->request, "person"));
	const char *issuer = request_get(&x->request, "issuer");

	*ret_issuer = issuer ? pole_name_number(pole, NAME_MEMBER, 0, issuer) : 0;
	if (!p) {
		reply_fail(x, CODE_UNKNOWN_PERSON,
			   FILLS({"value", request_get(&x->request, "person")}));
		return NULL;
	}
	if (issuer && !*ret_issuer) {
		reply_fail(x, CODE_UNKNOWN_MEMBER, FILLS({"value", issuer}));
		return NULL;
	}
	return p;
}

/* Its place on the record; where it has none, behind the last. */
static size_t place_of(const struct person *p, const struct qualification *q)
{
	size_t i = 0;

	while (i < p->n_qualifications && (strcmp(p->qualifications[i].word, q->word) != 0 ||
					   p->qualifications[i].issuer != q->issuer))
		i++;
	return i;
}

void do_person_qualify(struct exchange *x, int64_t now)
{
	struct qualification q = {.since = now, .until = TIME_NEVER};
	const struct person *was = asked_person(x, &q.issuer);
	struct person *p;
	struct line_writer w;
	size_t place;

	if (!was)
		return;
	snprintf(q.word, sizeof(q.word), "%s", request_get(&x->request, "qualification"));
	request_moment(&x->request, "since", pole_zone(x), &q.since);
	request_moment(&x->request, "until", pole_zone(x), &q.until);
	if (q.until <= q.since) {
		reply_fail(x, CODE_EMPTY_SPAN, NULL, 0);
		return;
	}
	place = place_of(was, &q);
	if (place == QUALIFICATIONS_MAX) {
		reply_fail(x, CODE_TOO_LARGE, FILLS({"limit", "64"}));
		return;
	}
	p = person_copy(was, was->n_credentials,
			was->n_qualifications + (place == was->n_qualifications));
	p->qualifications[place] = q;
	changes_add_person(&x->changes, (struct person *)was, p);
	reply_ok(x, &w);
	write_qualification(x, &w, p, &q);
	line_end(&w);
}

void do_person_disqualify(struct exchange *x, int64_t now)
{
	const char *word = request_get(&x->request, "qualification");
	uint32_t issuer;
	const struct person *was = asked_person(x, &issuer);
	struct qualification kept[QUALIFICATIONS_MAX];
	struct person *p;
	struct line_writer w;
	size_t n = 0;

	if (!was)
		return;
	assert(was->n_qualifications <= QUALIFICATIONS_MAX);
	for (size_t i = 0; i < was->n_qualifications; i++)
		if (strcmp(was->qualifications[i].word, word) != 0 ||
		    (issuer && was->qualifications[i].issuer != issuer))
			kept[n++] = was->qualifications[i];
	if (n == was->n_qualifications) {
		reply_fail(x, CODE_UNKNOWN_QUALIFICATION, FILLS({"value", word}));
		return;
	}
	p = person_copy(was, was->n_credentials, n);
	memcpy(p->qualifications, kept, n * sizeof(*kept));
	changes_add_person(&x->changes, (struct person *)was, p);
	reply_ok(x, &w);
	line_printf(&w, "person", "p%u", p->number);
	line_str(&w, "qualification", word);
	line_str(&w, "issuer", request_get(&x->request, "issuer"));
	line_int(&w, "count", (int64_t)(was->n_qualifications - n));
	line_end(&w);
}
