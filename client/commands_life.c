/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands about what becomes of a booking once it is made: confirm, accept, pass, approve,
 * decline, out, back, swap, dispute, settle. Each is a row: its verb, which options and words it
 * sends, and what is said when it is done.
 */
#include <string.h>

#include "client/refusal.h"
#include "client/show_done.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

struct act {
	const char *verb;
	enum text done;
	const char *words[3];	/* the keys of the words; the first is the booking */
	const char *options[4]; /* those that are keys of the same name */
};

static const char *option_name(struct session *s, const char *key)
{
	return arena_printf(&s->cli->arena, "--%s", key);
}

static void ask_act(struct ask *q, struct session *s, const struct act *act)
{
	ask_begin_change(q, s, act->verb, NULL);
	for (size_t i = 0; i < N(act->words) && act->words[i] && i < s->cli->n_words; i++)
		line_str(&q->line, act->words[i], s->cli->words[i]);
	for (size_t i = 0; i < N(act->options) && act->options[i]; i++)
		ask_option(q, act->options[i], option_name(s, act->options[i]));
}

static enum exit_code finish(struct session *s, struct ask *q, enum text done)
{
	struct reply r;
	enum exit_code code = ask_send(q, &r);
	if (code)
		return code;
	if (r.class != CLASS_OK)
		return refusal_tell(s, &r, &(struct wanted){.booking = s->cli->words[0]});
	show_done(s, &r, done);
	return EXIT_DONE;
}

static enum exit_code run(struct session *s, const struct act *act)
{
	struct ask q;
	ask_act(&q, s, act);
	return finish(s, &q, act->done);
}

static enum exit_code confirm(struct session *s)
{
	return run(s, &(struct act){"CONFIRM", TEXT_CONFIRMED, {"booking"}, {NULL}});
}

static enum exit_code accept(struct session *s)
{
	return run(s, &(struct act){"ACCEPT", TEXT_CONFIRMED, {"booking"}, {NULL}});
}

static enum exit_code approve(struct session *s)
{
	return run(s, &(struct act){"APPROVE", TEXT_APPROVED, {"booking"}, {"reason"}});
}

static enum exit_code decline(struct session *s)
{
	return run(s, &(struct act){"DECLINE", TEXT_DECLINED, {"booking"}, {"reason"}});
}

static enum exit_code out(struct session *s)
{
	return run(
	    s, &(struct act){"OUT", TEXT_TAKEN_OUT, {"booking"}, {"meter", "condition", "person"}});
}

static enum exit_code back(struct session *s)
{
	return run(s,
		   &(struct act){"BACK", TEXT_BROUGHT_BACK, {"booking"}, {"meter", "condition"}});
}

static enum exit_code dispute(struct session *s)
{
	return run(s, &(struct act){"DISPUTE", TEXT_DISPUTED, {"booking", "text"}, {NULL}});
}

static enum exit_code pass(struct session *s)
{
	bool keep = cli_has(s->cli, "--keep");
	struct ask q;
	ask_act(&q, s, &(struct act){"PASS", TEXT_PASSED, {"booking"}, {NULL}});
	line_str(&q.line, "keep", keep ? "yes" : NULL);
	return finish(s, &q, keep ? TEXT_WAITS_ON : TEXT_PASSED);
}

/* With a second code it is proposed, or done; without one it is withdrawn. */
static enum exit_code swap(struct session *s)
{
	bool withdraw = cli_has(s->cli, "--withdraw");
	struct ask q;
	struct reply r;
	if (withdraw ? s->cli->n_words != 1 : s->cli->n_words != 2) {
		text_complain(withdraw ? TEXT_SWAP_WITHDRAW_ONE : TEXT_WORDS_MISSING);
		return cli_usage(s->cli);
	}
	ask_act(&q, s, &(struct act){"SWAP", TEXT_SWAPPED, {"booking", "with"}, {NULL}});
	enum exit_code code = ask_send(&q, &r);
	if (code)
		return code;
	if (r.class != CLASS_OK)
		return refusal_tell(s, &r, &(struct wanted){.booking = s->cli->words[0]});
	show_done(s, &r,
		  withdraw		       ? TEXT_SWAP_WITHDRAWN
		  : reply_get(&r, "swap-with") ? TEXT_SWAP_PROPOSED
					       : TEXT_SWAPPED);
	return EXIT_DONE;
}

static const struct {
	const char *said[3], *decision;
	enum text done;
} decisions[] = {
    {{"upheld", "fondée", "fondee"}, "upheld", TEXT_UPHELD},
    {{"dismissed", "rejetée", "rejetee"}, "dismissed", TEXT_DISMISSED},
};

static enum exit_code settle(struct session *s)
{
	const char *said = s->cli->words[1];
	for (size_t i = 0; i < N(decisions); i++)
		for (size_t k = 0; k < N(decisions[i].said); k++)
			if (strcmp(decisions[i].said[k], said) == 0) {
				s->cli->words[1] = decisions[i].decision;
				return run(s, &(struct act){"SETTLE",
							    decisions[i].done,
							    {"booking", "decision", "text"},
							    {NULL}});
			}
	text_complain(TEXT_SETTLE_HOW, text_clean(&s->cli->arena, said));
	return cli_usage(s->cli);
}

enum exit_code command_confirm(struct cli *cli)
{
	return session_run(cli, 1, 1, confirm);
}

enum exit_code command_accept(struct cli *cli)
{
	return session_run(cli, 1, 1, accept);
}

enum exit_code command_pass(struct cli *cli)
{
	return session_run(cli, 1, 1, pass);
}

enum exit_code command_approve(struct cli *cli)
{
	return session_run(cli, 1, 1, approve);
}

enum exit_code command_decline(struct cli *cli)
{
	return session_run(cli, 1, 1, decline);
}

enum exit_code command_out(struct cli *cli)
{
	return session_run(cli, 1, 1, out);
}

enum exit_code command_back(struct cli *cli)
{
	return session_run(cli, 1, 1, back);
}

enum exit_code command_swap(struct cli *cli)
{
	return session_run(cli, 1, 2, swap);
}

enum exit_code command_dispute(struct cli *cli)
{
	return session_run(cli, 2, 2, dispute);
}

enum exit_code command_settle(struct cli *cli)
{
	return session_run(cli, 2, 3, settle);
}
