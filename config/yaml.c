/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libyaml's events to a tree of nodes.
 *
 * Events rather than libyaml's own documents, because the limits must hold while reading: libyaml
 * 0.2.5 has no limit on depth, resolves aliases (a few lines that expand to gigabytes), and takes
 * the same key twice without a word. Reading is a loop over an explicit stack, one level per open
 * list or map.
 *
 * libyaml gives up at the first thing it cannot parse, so a file has at most one problem of that
 * sort, and its words are those of a parser's author. The commonest are said again here in the
 * words of who wrote the file.
 */

#include "config/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "config/policy_load.h"

struct level {
	struct node *node;
	struct node **tail; /* where the next child goes */
	struct node *key;   /* of a map: the key that waits for its value */
};

struct reader {
	yaml_parser_t parser;
	const struct policy_file *file;
	struct arena *arena;
	struct problems *problems;
	struct node *root;
	struct level levels[POLICY_MAX_DEPTH];
	size_t depth, n_documents;
};

static struct place reader_place(const struct reader *r, const yaml_mark_t *mark)
{
	return (struct place){r->file->name, (int)mark->line + 1, (int)mark->column + 1};
}

struct child { /* of a map, and the how-manyeth it is */
	struct node *node;
	size_t at;
};

static int child_compare(const void *a, const void *b)
{
	const struct child *x = a, *y = b;
	int keys = strcmp(x->node->key, y->node->key);

	return keys != 0 ? keys : (x->at > y->at) - (x->at < y->at);
}

static void drop_keyless(struct node *map)
{
	struct node **link = &map->children;

	while (*link) {
		if ((*link)->key) {
			link = &(*link)->next;
			continue;
		}
		*link = (*link)->next;
		map->n_children--;
	}
}

void node_drop_repeats(struct node *map, struct problems *problems)
{
	struct child *sorted = memory_new(map->n_children * sizeof(*sorted));
	const struct node *first = NULL;
	size_t n = 0;

	for (struct node *c = map->children; c; c = c->next, n++)
		sorted[n] = (struct child){c, n};
	qsort(sorted, n, sizeof(*sorted), child_compare);
	for (size_t i = 0; i < n; i++) {
		struct node *c = sorted[i].node;

		if (!first || strcmp(c->key, first->key) != 0) {
			first = c;
			continue;
		}
		problems_add(problems, c->key_place,
			     "key \"%s\" is given again; it was first given at %s:%d:%d", c->key,
			     first->key_place.file, first->key_place.line, first->key_place.column);
		c->key = NULL;
	}
	free(sorted);
	drop_keyless(map);
}

static struct node *node_new(struct reader *r, enum node_kind kind, const yaml_mark_t *mark)
{
	struct node *n = arena_new(r->arena, struct node);

	n->kind = kind;
	n->place = reader_place(r, mark);
	n->text = "";
	return n;
}

static void take_key(struct reader *r, struct level *level, struct node *key)
{
	if (key->kind == NODE_LIST || key->kind == NODE_MAP)
		problems_add(r->problems, key->place,
			     "a key must be a text, not a %s; write `key: value`, and put a text "
			     "that begins with { or [ in quotes",
			     key->kind == NODE_LIST ? "list" : "map");
	level->key = key;
}

static void reader_take(struct reader *r, struct node *n)
{
	struct level *level = r->depth > 0 ? &r->levels[r->depth - 1] : NULL;

	if (!level) {
		r->root = n;
		return;
	}
	if (level->node->kind == NODE_MAP) {
		struct node *key = level->key;

		if (!key) {
			take_key(r, level, n);
			return;
		}
		level->key = NULL;
		if (key->kind != NODE_TEXT)
			return;
		n->key = key->text;
		n->key_place = key->place;
	}
	*level->tail = n;
	level->tail = &n->next;
	level->node->n_children++;
}

static int reader_open(struct reader *r, struct node *n)
{
	reader_take(r, n);
	if (r->depth == POLICY_MAX_DEPTH) {
		problems_add(r->problems, n->place,
			     "nested more than %d deep; check the indentation and the brackets",
			     POLICY_MAX_DEPTH);
		return YAML_E_MALFORMED;
	}
	r->levels[r->depth++] = (struct level){.node = n, .tail = &n->children};
	return YAML_OK;
}

static void reader_close(struct reader *r)
{
	struct node *n = r->levels[--r->depth].node;

	if (n->kind == NODE_MAP)
		node_drop_repeats(n, r->problems);
}

/* C0 controls and DEL, and the C1 controls in their UTF-8 form. */
static bool has_control(const unsigned char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] == 0x7f ||
		    (s[i] == 0xc2 && i + 1 < n && s[i + 1] >= 0x80 && s[i + 1] < 0xa0))
			return true;
	return false;
}

static struct node *text_node(struct reader *r, const yaml_event_t *e)
{
	struct node *n = node_new(r, NODE_TEXT, &e->start_mark);
	const unsigned char *value = e->data.scalar.value;
	size_t length = e->data.scalar.length;

	n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (has_control(value, length)) {
		problems_add(r->problems, n->place,
			     "a text with a line break or another control character in it; write "
			     "it on one line");
		n->kind = NODE_REFUSED;
	} else if (length > POLICY_TEXT_MAX_BYTES) {
		problems_add(r->problems, n->place, "a text of %zu bytes; at most %d are taken",
			     length, POLICY_TEXT_MAX_BYTES);
		n->kind = NODE_REFUSED;
	} else {
		n->text = arena_strndup(r->arena, (const char *)value, length);
	}
	return n;
}

static void refuse_anchor_and_tag(struct reader *r, const yaml_event_t *e,
				  const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct place place = reader_place(r, &e->start_mark);

	if (anchor)
		problems_add(r->problems, place,
			     "anchor \"&%s\" is not taken; write out what it stands for",
			     (const char *)anchor);
	if (tag)
		problems_add(r->problems, place,
			     "tag \"%s\" is not taken; leave it out, and put texts in quotes",
			     (const char *)tag);
}

static struct node *refused_alias(struct reader *r, const yaml_event_t *e)
{
	struct node *n = node_new(r, NODE_REFUSED, &e->start_mark);

	problems_add(r->problems, n->place,
		     "alias \"*%s\" is not taken; write out what it stands for, or put a text that "
		     "begins with * in quotes",
		     (const char *)e->data.alias.anchor);
	return n;
}

static int second_document(struct reader *r, const yaml_event_t *e)
{
	if (r->n_documents++ == 0)
		return YAML_OK;
	problems_add(r->problems, reader_place(r, &e->start_mark),
		     "a second document begins; take the line `---` out, or put what follows in a "
		     "file of its own");
	return YAML_E_MALFORMED;
}

static int reader_event(struct reader *r, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return second_document(r, e);
	case YAML_ALIAS_EVENT:
		reader_take(r, refused_alias(r, e));
		return YAML_OK;
	case YAML_SCALAR_EVENT:
		refuse_anchor_and_tag(r, e, e->data.scalar.anchor, e->data.scalar.tag);
		reader_take(r, text_node(r, e));
		return YAML_OK;
	case YAML_SEQUENCE_START_EVENT:
		refuse_anchor_and_tag(r, e, e->data.sequence_start.anchor,
				      e->data.sequence_start.tag);
		return reader_open(r, node_new(r, NODE_LIST, &e->start_mark));
	case YAML_MAPPING_START_EVENT:
		refuse_anchor_and_tag(r, e, e->data.mapping_start.anchor,
				      e->data.mapping_start.tag);
		return reader_open(r, node_new(r, NODE_MAP, &e->start_mark));
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		reader_close(r);
		return YAML_OK;
	default:
		return YAML_OK;
	}
}

/* Whether line `line` (from 0) is indented with a tab. */
static bool has_tab_indent(const struct policy_file *f, size_t line)
{
	const char *s = f->text, *end = f->text + f->n;

	for (; line > 0; line--) {
		s = memchr(s, '\n', (size_t)(end - s));
		if (!s)
			return false;
		s++;
	}
	while (s < end && *s == ' ')
		s++;
	return s < end && *s == '\t';
}

/* The place of a byte, columns counted in characters from `start` on. */
static struct place place_of_byte(const struct policy_file *f, size_t start, size_t offset)
{
	struct place place = {f->name, 1, 1};

	for (size_t i = start; i < offset && i < f->n; i++) {
		unsigned char c = (unsigned char)f->text[i];

		if (c == '\n') {
			place.line++;
			place.column = 1;
		} else if ((c & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

struct syntax_words {
	const char *libyaml, *ours;
	bool at_start; /* where it began tells more than where libyaml gave up */
};

static const struct syntax_words syntax_words[] = {
    {"mapping values are not allowed in this context",
     "a colon where none can be; the indentation is wrong, or a text with \": \" in it needs "
     "quotes",
     false},
    {"could not find expected ':'", "a key without its colon; write `key: value`", true},
    {"did not find expected key",
     "this does not continue what is above; the indentation is wrong, or quotes or a colon are "
     "missing",
     false},
    {"did not find expected '-' indicator",
     "this does not continue the list above; begin each item with \"- \" at the same indentation",
     false},
    {"did not find expected ',' or '}'", "a comma or a closing } is missing", false},
    {"did not find expected ',' or ']'", "a comma or a closing ] is missing", false},
    {"did not find expected node content",
     "no value begins like this; put it in quotes, or close a bracket", false},
    {"found unexpected end of stream", "the file ends inside this text; a closing quote is missing",
     true},
    {"found undefined tag handle", "a text that begins with ! needs quotes", true},
    {"found character that cannot start any token",
     "a text that begins with this character needs quotes", false},
    {"found unknown escape character",
     "an unknown escape after a backslash; write \\\\ for a backslash, or use 'single quotes'",
     false},
};

static struct syntax_words syntax_words_for(const char *libyaml)
{
	for (size_t i = 0; i < sizeof(syntax_words) / sizeof(*syntax_words); i++)
		if (strcmp(libyaml, syntax_words[i].libyaml) == 0)
			return syntax_words[i];
	return (struct syntax_words){libyaml, libyaml, false};
}

static size_t count_characters(const char *s, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

/* What is never closed is noticed at the end of the file, where libyaml counts a line that is not
 * there. */
static struct place syntax_place(const struct reader *r, size_t skipped, bool at_start)
{
	const yaml_parser_t *p = &r->parser;
	size_t end = count_characters(r->file->text + skipped, r->file->n - skipped);

	if (p->context && p->context_mark.index < end && (at_start || p->problem_mark.index >= end))
		return reader_place(r, &p->context_mark);
	if (p->problem_mark.index < end)
		return reader_place(r, &p->problem_mark);
	return place_of_byte(r->file, skipped, r->file->n);
}

static void report_bytes(struct reader *r, size_t skipped)
{
	bool control = strcmp(r->parser.problem, "control characters are not allowed") == 0;

	problems_add(
	    r->problems, place_of_byte(r->file, skipped, r->parser.problem_offset + skipped), "%s",
	    control ? "a control character; take it out" : "not UTF-8; save the file in UTF-8");
}

static void report_syntax(struct reader *r, size_t skipped)
{
	const yaml_parser_t *p = &r->parser;
	struct syntax_words words = syntax_words_for(p->problem);
	struct place place = syntax_place(r, skipped, words.at_start);
	int begun = (int)p->context_mark.line + 1;

	if (has_tab_indent(r->file, p->problem_mark.line))
		problems_add(r->problems, reader_place(r, &p->problem_mark),
			     "tab used for indentation; indent with spaces");
	else if (p->context && begun < place.line)
		problems_add(r->problems, place, "%s (begun on line %d)", words.ours, begun);
	else
		problems_add(r->problems, place, "%s", words.ours);
}

/* A line break as YAML has them, that ends at `end`. */
static bool is_after_break(const char *start, const char *end)
{
	static const char *const breaks[] = {"\n", "\r", "\xc2\x85", "\xe2\x80\xa8",
					     "\xe2\x80\xa9"};

	for (size_t i = 0; i < sizeof(breaks) / sizeof(*breaks); i++) {
		size_t n = strlen(breaks[i]);

		if ((size_t)(end - start) >= n && memcmp(end - n, breaks[i], n) == 0)
			return true;
	}
	return false;
}

/* libyaml compares each %TAG with all before it: a megabyte of them takes it half a minute. */
static bool has_directive(struct reader *r, size_t skipped)
{
	const char *start = r->file->text + skipped, *end = r->file->text + r->file->n, *s = start;

	for (; s < end && (s = memchr(s, '%', (size_t)(end - s))); s++) {
		if (s != start && !is_after_break(start, s))
			continue;
		problems_add(r->problems,
			     place_of_byte(r->file, skipped, (size_t)(s - r->file->text)),
			     "a directive (%%) is not taken; take the line out");
		return true;
	}
	return false;
}

static int read_events(struct reader *r, size_t skipped)
{
	yaml_event_t e;
	yaml_event_type_t type;
	int answer;

	do {
		if (!yaml_parser_parse(&r->parser, &e)) {
			if (r->parser.error == YAML_MEMORY_ERROR)
				abort();
			if (r->parser.error == YAML_READER_ERROR)
				report_bytes(r, skipped);
			else
				report_syntax(r, skipped);
			return YAML_E_MALFORMED;
		}
		type = e.type;
		answer = reader_event(r, &e);
		yaml_event_delete(&e);
	} while (answer == YAML_OK && type != YAML_STREAM_END_EVENT);
	return answer;
}

/* A file of comments only has no document, one of a lone `---` an empty text: both say nothing. */
static int take_root(struct reader *r, struct node **ret_root)
{
	static const yaml_mark_t start = {0};

	if (!r->root || (r->root->kind == NODE_TEXT && *r->root->text == '\0' && !r->root->quoted))
		r->root = node_new(r, NODE_MAP, &start);
	if (r->root->kind != NODE_MAP) {
		if (r->root->kind != NODE_REFUSED)
			problems_add(
			    r->problems, r->root->place,
			    "the file is not a map of keys; begin with one, such as `members:`");
		return YAML_E_MALFORMED;
	}
	*ret_root = r->root;
	return YAML_OK;
}

int yaml_read(const struct policy_file *file, struct arena *a, struct problems *problems,
	      struct node **ret_root)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct reader r = {.file = file, .arena = a, .problems = problems};
	size_t skipped = file->n >= 3 && memcmp(file->text, bom, 3) == 0 ? 3 : 0;
	int answer;

	if (file->n > POLICY_FILE_MAX_BYTES) {
		problems_add(problems, (struct place){file->name, 0, 0},
			     "%zu bytes; a file has at most %d, so split it into several", file->n,
			     POLICY_FILE_MAX_BYTES);
		return YAML_E_MALFORMED;
	}
	if (file->n > 0 && has_directive(&r, skipped))
		return YAML_E_MALFORMED;
	if (!yaml_parser_initialize(&r.parser))
		abort();
	/* Said rather than guessed, so that no file is taken for UTF-16. */
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &r.parser, (const unsigned char *)(file->n > 0 ? file->text : "") + skipped,
	    file->n - skipped);
	answer = read_events(&r, skipped);
	yaml_parser_delete(&r.parser);
	return answer == YAML_OK ? take_root(&r, ret_root) : answer;
}
