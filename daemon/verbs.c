/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of all verbs, in one table. */

#include "daemon/verbs.h"

#include "daemon/verbs_parts.h"

const struct verb_action verb_actions[N_VERBS] = {
    [VERB_HELLO] = {.answer = do_hello},
    [VERB_AUTH] = {.answer = do_auth},
    [VERB_WHOAMI] = {.answer = do_whoami},
    [VERB_HELP] = {.answer = do_help},
    [VERB_NOOP] = {.answer = do_noop},
    [VERB_QUIT] = {.answer = do_quit},
    [VERB_STATUS] = {.answer = do_status},
    [VERB_RESOURCES] = {.answer = do_resources},
    [VERB_FIND] = {.answer = do_find},
    [VERB_AGENDA] = {.start = do_agenda},
    [VERB_BOOK] = {.decide = do_book},
    [VERB_MOVE] = {.decide = do_move},
    [VERB_EXTEND] = {.decide = do_extend},
    [VERB_CANCEL] = {.decide = do_cancel},
    [VERB_SHOW] = {.start = do_show},
    [VERB_LIST] = {.start = do_list},
    [VERB_REPORT] = {.start = do_report},
    [VERB_OUTAGE] = {.decide = do_outage},
    [VERB_REOPEN] = {.decide = do_reopen},
    [VERB_OUTAGES] = {.answer = do_outages},
    [VERB_POLICY_PUT] = {.answer = do_policy_put},
    [VERB_POLICY_RESET] = {.answer = do_policy_reset},
    [VERB_POLICY_CHECK] = {.answer = do_policy_check},
    [VERB_POLICY_PLAN] = {.answer = do_policy_plan},
    [VERB_POLICY_APPLY] = {.prepare = do_policy_prepare, .decide = do_policy_apply},
    [VERB_POLICY_SHOW] = {.answer = do_policy_show},
    [VERB_POLICY_HISTORY] = {.start = do_policy_history},
    [VERB_PERSON_ADD] = {.decide = do_person_add},
    [VERB_PERSON_LIST] = {.answer = do_person_list},
    [VERB_PERSON_TOKEN] = {.decide = do_person_token},
};
