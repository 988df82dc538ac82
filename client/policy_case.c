/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays a case of a policy's tests: its sentences are read, a pole in memory is given what it
 * gives, what is asked is decided, and what comes is compared with what was meant.
 */
#include "client/policy_case.h"

#include <assert.h>

#include "client/case_play.h"
#include "proto/code.h"

struct script {
	struct told *given;
	size_t n_given;
	struct told when;
	struct told *then;
	size_t n_then;
};

static const char *const *reason_words(struct arena *a)
{
	const char **words = arena_new_n(a, const char *, N_REASONS);
	for (enum reason r = REASON_NONE + 1; r < N_REASONS; r++)
		words[r - 1] = code_word(code_of_reason(r));
	return words;
}

static size_t read_some(const struct policy *p, const struct sentence *s, enum sentence_place place,
			struct arena *a, struct problems *problems, struct told *ret)
{
	return sentence_read(p, s, place, reason_words(a), N_REASONS - 1, a, problems, ret);
}

/* false: not all was understood. */
static bool read_script(const struct policy *p, const struct policy_test *t, struct arena *a,
			struct problems *problems, struct script *ret)
{
	struct told parts[SENTENCE_MAX_PARTS];
	size_t before = problems->n + problems->n_more;
	*ret = (struct script){
	    .given = arena_new_n(a, struct told, t->n_given + 1),
	    .then = arena_new_n(a, struct told, t->n_then * SENTENCE_MAX_PARTS + 1),
	};
	for (size_t i = 0; i < t->n_given; i++)
		if (read_some(p, &t->given[i], IN_GIVEN, a, problems, parts))
			ret->given[ret->n_given++] = parts[0];
	if (read_some(p, &t->when, IN_WHEN, a, problems, parts))
		ret->when = parts[0];
	for (size_t i = 0; i < t->n_then; i++) {
		size_t n = read_some(p, &t->then[i], IN_THEN, a, problems, parts);
		for (size_t k = 0; k < n; k++)
			ret->then[ret->n_then++] = parts[k];
	}
	return problems->n + problems->n_more == before;
}

static struct policy *load(const struct case_policy *c, bool rules)
{
	struct problems problems = {0};
	struct policy *p = NULL;
	policy_load(c->files, c->n_files, zone_from_system, NULL, &p, &problems);
	assert(p); /* it was loaded before */
	if (!rules)
		p->n_rules = 0;
	problems_clear(&problems);
	return p;
}

/* Where a case does not say what time it is: a day before what it is about. */
static int64_t first_now(const struct stage *s, const struct script *script)
{
	for (size_t i = 0; i < script->n_given; i++)
		if (script->given[i].kind == SAYS_TIME)
			return stage_instant(s->policy->zone, script->given[i].from);
	if (script->when.has_from)
		return stage_instant(s->policy->zone, script->when.from) - DAY_S;
	return 0;
}

/* Persons first, since what they may do tells what their bookings need. */
static void give_facts(struct stage *s, const struct script *script)
{
	for (size_t i = 0; i < script->n_given && !s->trouble; i++)
		if (script->given[i].kind == SAYS_HAS || script->given[i].kind == SAYS_ROLE)
			play_fact(s, &script->given[i]);
	for (size_t i = 0; i < script->n_given && !s->trouble; i++)
		if (play_is_fact(script->given[i].kind) && script->given[i].kind != SAYS_HAS &&
		    script->given[i].kind != SAYS_ROLE)
			play_fact(s, &script->given[i]);
}

static void give_acts(struct stage *s, const struct script *script)
{
	for (size_t i = 0; i < script->n_given && !s->trouble; i++) {
		const struct told *said = &script->given[i];
		struct outcome o;
		if (play_is_fact(said->kind))
			continue;
		play_act(s, said, &o);
		if (o.is_refused)
			stage_trouble(s, said, "\"%s\" was %s", said->text,
				      outcome_text(s, &o, NULL));
	}
}

static void judge(struct stage *s, const struct script *script, const struct outcome *o,
		  struct case_result *ret)
{
	const char *instead = "";
	for (size_t i = 0; i < script->n_then; i++) {
		const struct told *then = &script->then[i];
		const char *came;
		if (outcome_is(s, o, then))
			continue;
		if (!*instead)
			ret->place = then->place;
		came = outcome_text(s, o, then);
		instead = *instead ? arena_printf(s->arena, "%s; %s", instead, came) : came;
	}
	ret->is_passed = !*instead;
	ret->instead = *instead ? instead : outcome_text(s, o, NULL);
}

static void play(const struct case_policy *c, struct stage *s, const struct script *script,
		 struct case_result *ret)
{
	struct outcome o;
	stage_apply_policy(s, load(c, false));
	s->now = first_now(s, script);
	give_facts(s, script);
	stage_apply_policy(s, load(c, true));
	play_settle_facts(s);
	give_acts(s, script);
	if (!s->trouble)
		play_act(s, &script->when, &o);
	if (!s->trouble) {
		judge(s, script, &o, ret);
		return;
	}
	ret->instead = s->trouble;
	ret->place = s->trouble_place;
}

void policy_case_run(const struct case_policy *c, const struct policy_test *test, struct arena *a,
		     struct problems *problems, struct case_result *ret)
{
	struct stage s = {.policy = c->policy, .arena = a};
	struct script script;
	*ret = (struct case_result){.place = test->place};
	if (!read_script(c->policy, test, a, problems, &script))
		return;
	play(c, &s, &script, ret);
	stage_release(&s);
}
