/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's image, in one piece of memory: the struct, its credentials, its texts. */
#include "lib/person.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

const char *const role_words[N_ROLES] = {"member", "manager", "coordinator", "administrator"};

const struct person person_nobody = {.name = "", .mail = ""};

struct person *person_new(const char *name, const char *mail, size_t n_credentials,
			  size_t n_qualifications)
{
	size_t qualifications_at =
	    sizeof(struct person) + n_credentials * sizeof(struct credential);
	size_t texts_at, name_bytes = strlen(name) + 1, mail_bytes = strlen(mail) + 1;
	struct person *p;

	qualifications_at += -qualifications_at % alignof(struct qualification);
	texts_at = qualifications_at + n_qualifications * sizeof(struct qualification);
	p = memory_new(texts_at + name_bytes + mail_bytes);
	p->refs = 1;
	p->n_credentials = n_credentials;
	p->qualifications = (struct qualification *)((char *)p + qualifications_at);
	p->n_qualifications = n_qualifications;
	p->name = memcpy((char *)p + texts_at, name, name_bytes);
	p->mail = memcpy((char *)p + texts_at + name_bytes, mail, mail_bytes);
	return p;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct person *person_copy(const struct person *p, size_t n_credentials, size_t n_qualifications)
{
	struct person *copy = person_new(p->name, p->mail, n_credentials, n_qualifications);

	copy->number = p->number;
	copy->member = p->member;
	copy->roles = p->roles;
	copy->active = p->active;
	memcpy(copy->credentials, p->credentials,
	       least(n_credentials, p->n_credentials) * sizeof(*p->credentials));
	memcpy(copy->qualifications, p->qualifications,
	       least(n_qualifications, p->n_qualifications) * sizeof(*p->qualifications));
	return copy;
}

bool person_opens(const struct person *p, const char *hash)
{
	for (size_t i = 0; p->active && i < p->n_credentials; i++)
		if (!p->credentials[i].withdrawn && strcmp(p->credentials[i].hash, hash) == 0)
			return true;
	return false;
}

bool person_is_qualified(const struct person *p, const char *word, uint32_t issuer,
			 struct span during, int64_t held_since)
{
	for (size_t i = 0; i < p->n_qualifications; i++) {
		const struct qualification *q = &p->qualifications[i];

		if (strcmp(q->word, word) == 0 && (!issuer || !q->issuer || q->issuer == issuer) &&
		    q->since <= held_since && q->since <= during.start && q->until >= during.end)
			return true;
	}
	return false;
}

struct person *person_ref(struct person *p)
{
	assert(p->refs > 0);
	p->refs++;
	return p;
}

void person_unref(struct person *p)
{
	if (!p)
		return;
	assert(p->refs > 0);
	if (--p->refs == 0)
		free(p);
}

int person_number_from_code(const char *code, uint32_t *ret)
{
	uint64_t number = 0;

	if ((code[0] != 'p' && code[0] != 'P') || code[1] < '1' || code[1] > '9')
		return 1;
	for (const char *c = code + 1; *c; c++) {
		if (*c < '0' || *c > '9')
			return 1;
		number = number * 10 + (uint64_t)(*c - '0');
		if (number > UINT32_MAX)
			return 1;
	}
	*ret = (uint32_t)number;
	return 0;
}
