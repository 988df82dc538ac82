/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who stands before one in the queue, and why. */
#include "client/show_queue.h"

#include <string.h>

#include "client/nested.h"
#include "client/show_booking.h"

static const struct column ahead_columns[] = {
    {"turn", {"Turn", "Rang"}, COLUMN_NUMBER},
    {"member", {"Member", "Membre"}, 0},
    {"member-name", {"Member", "Membre"}, 0},
    {"booking", {"Code", "Code"}, 0},
    {"why", {"Why", "Pourquoi"}, 0},
    {"share", {"Share", "Part"}, COLUMN_NUMBER},
    {"text", {"Text", "Texte"}, 0},
};

void queue_list(struct session *s, const struct reply *r)
{
	struct arena *a = &s->cli->arena;
	for (size_t i = 0; i < r->n_data; i++) {
		const struct line *l = &r->data[i];
		const char *turn = line_get(l, "turn"), *said = line_get(l, "text");
		if (line_is(l, "ahead"))
			screen_say(&s->cli->out, 5,
				   arena_printf(a, "  %s. %s", text_clean(a, turn ? turn : ""),
						text_clean(a, said ? said : "")));
	}
}

const char *queue_nested(struct session *s, const struct reply *r)
{
	return nested_rows(s, r, 0, r->n_data, "ahead", ahead_columns,
			   sizeof(ahead_columns) / sizeof(*ahead_columns));
}

/* The place of that booking among the lines of OFFERS; n_data: none. */
static size_t place_of(const struct reply *r, const char *booking)
{
	size_t at = 0;
	for (; at < r->n_data; at++) {
		const char *code = line_get(&r->data[at], "booking");
		if (line_is(&r->data[at], "waiting") && code && strcmp(code, booking) == 0)
			break;
	}
	return at;
}

struct reply queue_ask(struct session *s, const char *booking, const char *resource)
{
	const struct reply nobody = {0};
	struct ask q;
	struct reply r;
	if (!booking)
		return nobody;
	ask_begin(&q, s, "OFFERS", NULL);
	line_str(&q.line, "what", resource);
	line_str(&q.line, "member", cli_option(s->cli, "--member"));
	if (ask_send(&q, &r) != EXIT_DONE || r.class != CLASS_OK)
		return nobody;
	size_t at = place_of(&r, booking);
	return at < r.n_data ? reply_part(&r, at, lines_until(&r, at, "waiting", NULL)) : nobody;
}
