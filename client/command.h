/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The table of commands: one row each, read by main, help, completion and the test of the manual.
 */

#include <stdbool.h>
#include <stddef.h>

#include "client/exit.h"
#include "client/text.h"

struct cli;

struct option {
	const char *name;  /* "--unit" */
	struct phrase arg; /* what follows it; .en NULL: nothing does */
	struct phrase help;
};

struct example {
	const char *line;
	struct phrase what;
	const char *french; /* the line as one would type it in French; NULL: the same */
};

struct command {
	const char *word, *subword;   /* subword NULL for most */
	struct phrase usage;	      /* what follows the words */
	struct phrase summary;	      /* one line */
	struct phrase about;	      /* what a user has to know; NULL: the summary says it all */
	const struct option *options; /* ends at name NULL; NULL: none but the common ones */
	struct example examples[6];   /* ends at line NULL */
	bool data;		      /* takes --json and --csv */
	enum exit_code (*run)(struct cli *cli);
};

struct command_group { /* as help tells them */
	struct phrase title;
	const struct command *rows; /* ends at word NULL */
};

extern const struct command_group command_groups[];
extern const size_t n_command_groups;
const struct command *command_at(size_t i);  /* of all groups, in order; NULL behind the last */
extern const struct option common_options[]; /* of every command; ends at name NULL */
extern const struct option data_options[];   /* of those with data */

/* NULL if none. A word with subwords needs one: ret_partial then says that the word is known. */
const struct command *command_find(const char *word, const char *subword, bool *ret_partial);
const struct option *command_option(const struct command *c,
				    const char *name); /* c NULL: common ones only */

/* One function per row. */
enum exit_code command_login(struct cli *cli);
enum exit_code command_whoami(struct cli *cli);
enum exit_code command_status(struct cli *cli);
enum exit_code command_resources(struct cli *cli);
enum exit_code command_find_free(struct cli *cli);
enum exit_code command_book(struct cli *cli);
enum exit_code command_hold(struct cli *cli);
enum exit_code command_wait(struct cli *cli);
enum exit_code command_confirm(struct cli *cli);
enum exit_code command_accept(struct cli *cli);
enum exit_code command_pass(struct cli *cli);
enum exit_code command_offers(struct cli *cli);
enum exit_code command_approve(struct cli *cli);
enum exit_code command_decline(struct cli *cli);
enum exit_code command_out(struct cli *cli);
enum exit_code command_back(struct cli *cli);
enum exit_code command_swap(struct cli *cli);
enum exit_code command_dispute(struct cli *cli);
enum exit_code command_settle(struct cli *cli);
enum exit_code command_explain(struct cli *cli);
enum exit_code command_watch(struct cli *cli);
enum exit_code command_close(struct cli *cli);
enum exit_code command_person_qualify(struct cli *cli);
enum exit_code command_person_disqualify(struct cli *cli);
enum exit_code command_move(struct cli *cli);
enum exit_code command_extend(struct cli *cli);
enum exit_code command_cancel(struct cli *cli);
enum exit_code command_show(struct cli *cli);
enum exit_code command_list(struct cli *cli);
enum exit_code command_agenda(struct cli *cli);
enum exit_code command_outage(struct cli *cli);
enum exit_code command_reopen(struct cli *cli);
enum exit_code command_outages(struct cli *cli);
enum exit_code command_report_usage(struct cli *cli);
enum exit_code command_policy_check(struct cli *cli);
enum exit_code command_policy_test(struct cli *cli);
enum exit_code command_policy_plan(struct cli *cli);
enum exit_code command_policy_apply(struct cli *cli);
enum exit_code command_policy_show(struct cli *cli);
enum exit_code command_policy_history(struct cli *cli);
enum exit_code command_person_add(struct cli *cli);
enum exit_code command_person_list(struct cli *cli);
enum exit_code command_person_token(struct cli *cli);
enum exit_code command_raw(struct cli *cli);
enum exit_code command_help(struct cli *cli);
