/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uploads policy files. */
#include "client/policy_put.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/ask.h"

#define PROGRESS_AFTER_MS 500
#define PROGRESS_WIDTH 30

struct progress { /* on a terminal, and only where it takes long */
	struct session *session;
	size_t done, all;
	int64_t started_ms;
	bool shown;
};

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void progress_step(struct progress *p, size_t lines)
{
	p->done += lines;
	if (!isatty(STDERR_FILENO) || (!p->shown && now_ms() - p->started_ms < PROGRESS_AFTER_MS))
		return;
	p->shown = true;
	size_t full = p->all ? p->done * PROGRESS_WIDTH / p->all : PROGRESS_WIDTH;
	fprintf(stderr, "\r[");
	for (size_t i = 0; i < PROGRESS_WIDTH; i++)
		fputc(i < full ? '#' : '.', stderr);
	fprintf(stderr, "] %zu/%zu", p->done, p->all);
}

static void progress_end(const struct progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH + 30, "");
}

/* What a line takes in a request: ` line="…"` with every quote and backslash doubled. */
static size_t encoded_bytes(const char *line)
{
	size_t n = strlen(" line=\"\"");
	for (; *line; line++)
		n += *line == '"' || *line == '\\' ? 2 : 1;
	return n;
}

/* One request, from line `at` on; answers how many lines it took. */
static enum exit_code put_some(struct session *s, const struct policy_file *file, size_t at,
			       size_t *ret_taken)
{
	struct ask q;
	struct reply r;
	size_t bytes = strlen(file->name) * 2 + 64, taken = 0;
	ask_begin(&q, s, "POLICY", "PUT");
	line_str(&q.line, "file", file->name);
	while (at + taken < file->n_lines && taken + 2 < POLICY_REQUEST_MAX_ARGS) {
		bytes += encoded_bytes(file->lines[at + taken]);
		if (bytes > POLICY_REQUEST_MAX_BYTES)
			break;
		line_str(&q.line, "line", file->lines[at + taken++]);
	}
	*ret_taken = taken;
	return ask_done(&q, &r);
}

static enum exit_code put_file(struct session *s, const struct policy_file *file,
			       struct progress *p)
{
	size_t at = 0, taken;
	do {
		enum exit_code code = put_some(s, file, at, &taken);
		if (code)
			return code;
		at += taken;
		progress_step(p, taken);
	} while (at < file->n_lines);
	return EXIT_DONE;
}

enum exit_code policy_put(struct session *s, const struct policy_files *files)
{
	struct progress p = {.session = s, .all = files->n_lines, .started_ms = now_ms()};
	struct ask q;
	struct reply r;
	ask_begin(&q, s, "POLICY", "RESET");
	enum exit_code code = ask_done(&q, &r);
	s->bound = true;
	for (size_t i = 0; !code && i < files->n; i++)
		code = put_file(s, &files->items[i], &p);
	progress_end(&p);
	return code;
}
