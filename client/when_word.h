/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The single words of human times: days, months, times of day, lengths. Folded words only
 * (client/when.h). */

#include <stdbool.h>

#include "client/when.h"

/* Each answers false where the word is something else. */
bool when_word_weekday(const char *folded, enum weekday *ret);
bool when_word_day(const char *folded, int *ret_days_from_today);
bool when_word_month(const char *folded, unsigned *ret_month);
bool when_word_now(const char *folded);
bool when_word_is_next(const char *folded); /* `next` `prochain`: of a weekday */

enum when_time_form { TIME_NOT, TIME_COLON, TIME_H, TIME_BAD, TIME_AM_PM };
/* `9:00` `24:00` (colon), `9h` `14h30` (h), `noon` `midi` `midnight` `minuit` (24:00; colon: cannot
 * be a length). TIME_BAD: has the form, but 25:00. */
enum when_time_form when_word_time(const char *folded, int32_t *ret_second);

bool when_word_length(const char *folded, struct duration *ret); /* `3h` `1h30` `90m` `2j` */
bool when_word_number(const char *folded, int64_t *ret);
bool when_word_unit(const char *folded,
		    struct duration *ret); /* `hours` `heures` `jours`: one of it */

bool when_word_is_filler(const char *folded); /* `at` `le` `de` … before a time or date */
bool when_word_is_to(const char *folded);     /* `-` `to` `until` `a` `jusqu'a` */
bool when_word_is_for(const char *folded);    /* `for` `pendant` `pour` */
