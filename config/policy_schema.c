/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of keys as a JSON Schema.
 *
 * It says what is a key, what sort of value it takes, which words it knows, and what it is for, so
 * that an editor completes and checks while one writes; what the values must be among each other,
 * only the loader knows. A section may stand in any file of a policy, so none is required of one
 * file. A table that has a name is said once, under definitions.
 */

#include "config/policy_build.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAMED = 32 };

struct schema {
	FILE *out;
	const struct key_table *named[MAX_NAMED];
	size_t n_named;
};

static void put_text(struct schema *s, const char *text)
{
	fputc('"', s->out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', s->out);
		fputc(*text, s->out);
	}
	fputc('"', s->out);
}

static void put_word(struct schema *s, const struct key_row *row)
{
	if (!row->words) {
		fputs("{\"type\": [\"string\", \"number\"]}", s->out);
		return;
	}
	fputs("{\"enum\": [", s->out);
	for (size_t i = 0; i < row->n_words; i++) {
		fputs(i ? ", " : "", s->out);
		put_text(s, row->words[i]);
	}
	fputs("]}", s->out);
}

static void put_words(struct schema *s, const struct key_row *row)
{
	fputs("{\"anyOf\": [", s->out);
	put_word(s, row);
	fputs(", {\"type\": \"array\", \"items\": ", s->out);
	put_word(s, row);
	fputs("}]}", s->out);
}

static void put_table(struct schema *s, const struct key_table *table);

static void put_map(struct schema *s, const struct key_row *row)
{
	if (!row->table)
		fputs("{\"type\": [\"object\", \"null\"]}", s->out);
	else if (!row->each)
		put_table(s, row->table);
	else {
		fputs("{\"type\": [\"object\", \"null\"], \"propertyNames\": {\"pattern\": "
		      "\"^[a-z][a-z0-9-]{0,31}$\"}, \"additionalProperties\": ",
		      s->out);
		put_table(s, row->table);
		fputs("}", s->out);
	}
}

static void put_list(struct schema *s, const struct key_row *row)
{
	fputs("{\"type\": [\"array\", \"null\"], \"items\": ", s->out);
	if (row->table)
		put_table(s, row->table);
	else
		fputs("{}", s->out);
	fputs("}", s->out);
}

static void put_text_or_map(struct schema *s, const struct key_row *row)
{
	fputs("{\"anyOf\": [", s->out);
	put_word(s, row);
	fputs(", ", s->out);
	put_map(s, row);
	fputs("]}", s->out);
}

static void put_party(struct schema *s, const struct key_row *row)
{
	fputs("{\"anyOf\": [", s->out);
	put_words(s, row);
	fputs(", ", s->out);
	put_map(s, row);
	fputs("]}", s->out);
}

static void put_id(struct schema *s, const struct key_row *row)
{
	fputs("{\"type\": \"string\", \"pattern\": \"^[a-z][a-z0-9-]{0,31}$\"}", s->out);
}

static void put_bool(struct schema *s, const struct key_row *row)
{
	fputs("{\"type\": \"boolean\"}", s->out);
}

static void put_count(struct schema *s, const struct key_row *row)
{
	fputs("{\"type\": \"integer\"}", s->out);
}

static void put_any(struct schema *s, const struct key_row *row)
{
	fputs("{}", s->out);
}

static void (*const put[N_KEY_TYPES])(struct schema *, const struct key_row *) = {
    [KEY_TEXT] = put_word,   [KEY_NAME] = put_word,
    [KEY_ID] = put_id,	     [KEY_BOOL] = put_bool,
    [KEY_WORDS] = put_words, [KEY_LIST] = put_list,
    [KEY_MAP] = put_map,     [KEY_HOURS] = put_text_or_map,
    [KEY_COUNT] = put_count, [KEY_TEXT_OR_MAP] = put_text_or_map,
    [KEY_PARTY] = put_party, [KEY_ANY] = put_any,
};

static void put_row(struct schema *s, const struct key_row *row)
{
	fputs("\n    ", s->out);
	put_text(s, row->word);
	fputs(": {", s->out);
	if (row->help) {
		fputs("\"description\": ", s->out);
		put_text(s, row->help);
		fputs(", ", s->out);
	}
	fputs("\"allOf\": [", s->out);
	put[row->type](s, row);
	fputs("]}", s->out);
}

static void put_required(struct schema *s, const struct key_table *table)
{
	const char *before = ", \"required\": [";

	for (size_t i = 0; i < table->n; i++) {
		if (!table->rows[i].required)
			continue;
		fputs(before, s->out);
		put_text(s, table->rows[i].word);
		before = ", ";
	}
	if (strcmp(before, ", ") == 0)
		fputs("]", s->out);
}

static void put_keys(struct schema *s, const struct key_table *table, bool requires)
{
	fprintf(s->out, "\"type\": [\"object\", \"null\"], \"additionalProperties\": %s",
		table->other ? "true" : "false");
	if (requires)
		put_required(s, table);
	fputs(", \"properties\": {", s->out);
	for (size_t i = 0; i < table->n; i++) {
		fputs(i ? "," : "", s->out);
		put_row(s, &table->rows[i]);
	}
	fputs("}", s->out);
}

static void put_table(struct schema *s, const struct key_table *table)
{
	size_t i = 0;

	if (!table->name) {
		fputs("{", s->out);
		put_keys(s, table, true);
		fputs("}", s->out);
		return;
	}
	fprintf(s->out, "{\"$ref\": \"#/definitions/%s\"}", table->name);
	while (i < s->n_named && s->named[i] != table)
		i++;
	if (i < s->n_named)
		return;
	assert(s->n_named < MAX_NAMED);
	s->named[s->n_named++] = table;
}

const char *policy_schema(struct arena *a)
{
	struct schema s = {.n_named = 0};
	char *text = NULL;
	const char *kept;
	size_t n = 0;

	s.out = open_memstream(&text, &n);
	assert(s.out);
	fputs("{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
	      "  \"title\": \"a policy file of mutuald\",\n  ",
	      s.out);
	put_keys(&s, &policy_table, false);
	fputs(",\n  \"definitions\": {", s.out);
	for (size_t i = 0; i < s.n_named; i++) { /* grows as they name others */
		fprintf(s.out, "%s\n  \"%s\": {", i ? "," : "", s.named[i]->name);
		put_keys(&s, s.named[i], true);
		fputs("}", s.out);
	}
	fputs("\n  }\n}\n", s.out);
	fclose(s.out);
	kept = arena_strdup(a, text);
	free(text);
	return kept;
}
