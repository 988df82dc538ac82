/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request without what only its asker may know. */

#include "proto/request_text.h"

#include <string.h>

/* Free text unless it is listed: a new key is left out rather than told by mistake. */
bool request_key_is_told(const struct verb_key *k)
{
	static const char *const texts[] = {"rule"}; /* an RRULE of RFC 5545 */

	if (k->type == KEY_SECRET || k->type == KEY_LINE)
		return false;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(k->key, texts[i]) == 0)
			return true;
	return k->type != KEY_TEXT;
}

static void put_key(const struct request *r, const struct verb_key *k, struct line_writer *w)
{
	if (!k->required && !request_get(r, k->key))
		return;
	if (!request_key_is_told(k)) {
		line_str(w, k->key, k->required ? "-" : NULL);
		return;
	}
	for (size_t i = 0; i < r->line.n_args; i++)
		if (strcmp(r->line.args[i].key, k->key) == 0)
			line_str(w, k->key, r->line.args[i].value);
}

static void put_verb(const struct verb *v, struct line_writer *w, struct buffer *out)
{
	line_begin(w, out, v->word);
	if (v->subword)
		line_word(w, v->subword);
}

void request_text(const struct request *r, struct buffer *out)
{
	struct line_writer w;

	put_verb(r->verb, &w, out);
	for (const struct verb_key *k = r->verb->keys; *k->key; k++)
		put_key(r, k, &w);
	if (line_end(&w) != 0) {
		put_verb(r->verb, &w, out);
		line_end(&w);
	}
	buffer_truncate(out, out->n - 1);
}
