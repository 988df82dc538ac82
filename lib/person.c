/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's image, in one piece of memory: the struct, its credentials, its texts. */
#include "lib/person.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

const char *const role_words[N_ROLES] = {"member", "manager", "coordinator", "administrator"};

struct person *person_new(const char *name, const char *mail, size_t n_credentials)
{
	size_t texts = sizeof(struct person) + n_credentials * sizeof(struct credential);
	size_t name_bytes = strlen(name) + 1, mail_bytes = strlen(mail) + 1;
	struct person *p = memory_new(texts + name_bytes + mail_bytes);
	char *text = (char *)p + texts;

	p->refs = 1;
	p->n_credentials = n_credentials;
	p->name = memcpy(text, name, name_bytes);
	p->mail = memcpy(text + name_bytes, mail, mail_bytes);
	return p;
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
