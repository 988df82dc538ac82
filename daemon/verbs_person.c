/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PERSON ADD, LIST, TOKEN. Nobody gives a right that they do not have. */

#include <stdio.h>
#include <string.h>

#include "daemon/answer.h"
#include "daemon/secret.h"
#include "daemon/served.h"
#include "daemon/verbs_parts.h"

#define CREDENTIALS_MAX 16

static uint32_t asked_roles(const struct request *q)
{
	uint32_t roles = 0;

	for (int i = 0; i < N_ROLES; i++)
		if (request_has_word(q, "roles", role_words[i]))
			roles |= 1u << i;
	return roles ? roles : ROLE_MEMBER;
}

/* The highest right among roles: the bits are in order of it. */
static uint32_t highest(uint32_t roles)
{
	uint32_t top = 0;

	for (int i = 0; i < N_ROLES; i++)
		if (roles & (1u << i))
			top = 1u << i;
	return top;
}

static bool may_give(const struct exchange *x, uint32_t roles)
{
	const struct person *self = exchange_asker(x).person;

	return !self || highest(roles) <= highest(self->roles);
}

static void reply_person(struct exchange *x, uint32_t number, const char *token)
{
	struct buffer with_token = x->reply;
	struct line_writer w;

	x->reply = (struct buffer){0};
	reply_ok(x, &w);
	line_printf(&w, "person", "p%u", number);
	line_end(&w);
	x->kept_reply = arena_strndup(&x->arena, x->reply.bytes, x->reply.n);
	buffer_release(&x->reply);
	x->reply = with_token;
	reply_ok(x, &w);
	line_printf(&w, "person", "p%u", number);
	if (!x->request.dry)
		line_str(&w, "token", token);
	line_end(&w);
}

static void set_token(struct credential *c, char *ret_token)
{
	token_new(ret_token);
	sha256_hex(ret_token, strlen(ret_token), c->hash);
	c->withdrawn = false;
}

void do_person_add(struct exchange *x, int64_t now)
{
	const char *member = request_get(&x->request, "member");
	const char *mail = request_get(&x->request, "mail");
	uint32_t roles = asked_roles(&x->request);
	const struct member *m = member ? policy_member(exchange_policy(x), member) : NULL;
	struct person *p;
	char token[32];

	if (member && !m) {
		reply_fail(x, CODE_UNKNOWN_MEMBER, FILLS({"value", member}));
		return;
	}
	if (!may_give(x, roles)) {
		reply_fail(x, CODE_FORBIDDEN, FILLS({"verb", "PERSON ADD"}));
		return;
	}
	p = person_new(request_get(&x->request, "name"), mail ? mail : "", 1, 0);
	p->number = pole_next_person(x->served->pole);
	p->member = m ? m->number : 0;
	p->roles = roles;
	p->active = true;
	set_token(&p->credentials[0], token);
	changes_add_person(&x->changes, NULL, p);
	reply_person(x, p->number, token);
}

/* The person with a new token; its other tokens are withdrawn unless they are kept. */
static struct person *with_token(const struct person *was, bool keep, char *ret_token)
{
	size_t n = was->n_credentials;
	struct person *p = person_copy(was, n + 1, was->n_qualifications);

	for (size_t i = 0; i < n; i++)
		p->credentials[i].withdrawn |= !keep;
	set_token(&p->credentials[n], ret_token);
	return p;
}

void do_person_token(struct exchange *x, int64_t now)
{
	uint32_t number = request_person(&x->request, "person");
	const struct person *was = pole_person(x->served->pole, number);
	size_t n = 0;
	char token[32];

	if (!was) {
		reply_fail(x, CODE_UNKNOWN_PERSON,
			   FILLS({"value", request_get(&x->request, "person")}));
		return;
	}
	for (size_t i = 0; i < was->n_credentials; i++)
		n += !was->credentials[i].withdrawn;
	if (!may_give(x, was->roles)) {
		reply_fail(x, CODE_FORBIDDEN, FILLS({"verb", "PERSON TOKEN"}));
		return;
	}
	if (n >= CREDENTIALS_MAX && request_yes(&x->request, "keep")) {
		reply_fail(x, CODE_TOO_LARGE, FILLS({"limit", "16"}, {"key", "keep"}));
		return;
	}
	changes_add_person(&x->changes, (struct person *)was,
			   with_token(was, request_yes(&x->request, "keep"), token));
	reply_person(x, number, token);
}

static void write_person(struct exchange *x, const struct person *p)
{
	struct line_writer w;

	reply_data(x, &w, "person");
	line_printf(&w, "person", "p%u", p->number);
	line_str(&w, "name", p->name);
	if (*p->mail)
		line_str(&w, "mail", p->mail);
	if (p->member)
		line_str(&w, "member", pole_name_id(x->served->pole, NAME_MEMBER, 0, p->member));
	line_str(&w, "roles", roles_text(&x->arena, p->roles));
	line_str(&w, "active", p->active ? "yes" : "no");
	line_end(&w);
	write_qualifications(x, p);
}

void do_person_list(struct exchange *x)
{
	const struct pole *pole = x->served->pole;
	const char *member = request_get(&x->request, "member");
	uint32_t number = member ? pole_name_number(pole, NAME_MEMBER, 0, member) : 0;
	struct line_writer w;
	int64_t n = 0;

	if (member && !number) {
		reply_fail(x, CODE_UNKNOWN_MEMBER, FILLS({"value", member}));
		return;
	}
	for (uint32_t i = 1; i < pole_next_person(pole); i++) {
		const struct person *p = pole_person(pole, i);

		if (!p || (member && p->member != number))
			continue;
		write_person(x, p);
		n++;
	}
	reply_ok(x, &w);
	line_int(&w, "count", n);
	line_end(&w);
}
