/* SPDX-License-Identifier: GPL-3.0-or-later */
/* raw: lines of the protocol, as they are, and the answers as they come. */
#include <stdlib.h>
#include <string.h>

#include "client/ask.h"
#include "proto/verb.h"

/* A line that begins with a verb gets a tag; one that begins otherwise has its own. */
static const char *tagged(struct session *s, const char *line)
{
	struct arena *a = &s->cli->arena;
	const char *first = arena_strndup(a, line, strcspn(line, " "));
	for (size_t i = 0; i < N_VERBS; i++)
		if (strcasecmp(verb_table[i].word, first) == 0)
			return arena_printf(a, "%u %s", ++s->n_asked, line);
	return line;
}

static void print_line(struct session *s, const char *bytes, size_t n)
{
	struct arena a = {0};
	fprintf(s->cli->out.out, "%s\n", text_clean(&a, arena_strndup(&a, bytes, n)));
	fflush(s->cli->out.out);
	arena_clear(&a);
}

/* Prints up to the line that ends the reply, and tells its class by the exit code. */
static enum exit_code print_reply(struct session *s)
{
	char *bytes;
	size_t n, at;
	for (;;) {
		struct line l;
		int fault = connection_line(s->connection, &bytes, &n);
		if (fault)
			return session_complain(s, fault, NULL);
		print_line(s, bytes, n);
		if (line_decode(bytes, n, &s->cli->arena, &l, &at) != LINE_OK)
			continue;
		size_t class = line_final_class(&l);
		if (class == 4)
			continue;
		struct reply r = {.class = (enum code_class) class,
				  .code = l.n_words > 2 ? l.words[2] : ""};
		return reply_exit(&r);
	}
}

static enum exit_code send_line(struct session *s, const char *line)
{
	const char *whole = arena_printf(&s->cli->arena, "%s\n", tagged(s, line));
	int fault = connection_send(s->connection, whole, strlen(whole));
	return fault ? session_complain(s, fault, NULL) : print_reply(s);
}

static enum exit_code send_input(struct session *s)
{
	enum exit_code worst = EXIT_DONE;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	while (worst != EXIT_NETWORK && (n = getline(&line, &cap, stdin)) >= 0) {
		line[strcspn(line, "\r\n")] = '\0';
		enum exit_code code = *line ? send_line(s, line) : EXIT_DONE;
		worst = code > worst ? code : worst;
	}
	free(line);
	return worst;
}

static enum exit_code raw(struct session *s)
{
	enum exit_code worst = EXIT_DONE;
	if (s->cli->n_words == 0)
		return send_input(s);
	for (size_t i = 0; i < s->cli->n_words && worst != EXIT_NETWORK; i++) {
		if (strpbrk(s->cli->words[i], "\r\n")) {
			text_complain(TEXT_NOT_A_LINE);
			return EXIT_USAGE;
		}
		enum exit_code code = send_line(s, s->cli->words[i]);
		worst = code > worst ? code : worst;
	}
	return worst;
}

enum exit_code command_raw(struct cli *cli)
{
	return session_run(cli, 0, SIZE_MAX, raw);
}
