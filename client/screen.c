/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terminals: width, colours, and text made fit for them. */
#include "client/screen.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "proto/buffer.h"

#define FALLBACK_WIDTH 80
#define LEAST_WIDTH 40

static const char *const colours[N_COLOURS] = {
    [COLOUR_NONE] = "",		  [COLOUR_BOLD] = "\033[1m", [COLOUR_DIM] = "\033[2m",
    [COLOUR_GOOD] = "\033[32m",	  [COLOUR_BAD] = "\033[31m", [COLOUR_TAKEN] = "\033[97;44m",
    [COLOUR_OWN] = "\033[30;42m",
};

/* A machine that lacks the locale of LANG=fr_FR.UTF-8 still has a UTF-8 terminal. */
static bool environment_says_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

bool screen_locale(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		return true;
	setlocale(LC_CTYPE, "C.UTF-8");
	return environment_says_utf8();
}

static unsigned environment_width(void)
{
	const char *columns = getenv("COLUMNS");
	long n = columns ? strtol(columns, NULL, 10) : 0;
	return n > 0 && n < 10000 ? (unsigned)n : 0;
}

static unsigned terminal_width(int fd)
{
	struct winsize size;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	unsigned n = environment_width();
	return n ? n : FALLBACK_WIDTH;
}

void screen_init(struct screen *s, FILE *out, bool unicode)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool terminal = isatty(fileno(out));
	bool dumb = !term || strcmp(term, "dumb") == 0;
	*s = (struct screen){
	    .out = out,
	    .width = terminal ? terminal_width(fileno(out)) : environment_width(),
	    .colour = terminal && !dumb && !(no_color && *no_color),
	    .unicode = unicode,
	};
}

const char *screen_colour(const struct screen *s, enum colour c)
{
	return s->colour ? colours[c] : "";
}

const char *screen_plain(const struct screen *s)
{
	return s->colour ? "\033[0m" : "";
}

size_t character_decode(const char *s, unsigned *ret)
{
	const unsigned char *b = (const unsigned char *)s;
	if (b[0] && b[0] < 0x80) {
		*ret = b[0];
		return 1;
	}
	size_t n = b[0] >= 0xf0 && b[0] < 0xf5 ? 4 : b[0] >= 0xe0 ? 3 : b[0] >= 0xc2 ? 2 : 0;
	if (n == 0 || b[0] >= 0xf5)
		return 0;
	unsigned c = b[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (b[i] & 0x3f);
	}
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	if (c < least[n] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return 0;
	*ret = c;
	return n;
}

bool character_is_control(unsigned c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

bool character_is_bidi(unsigned c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
	       c == 0x200f || c == 0x061c || c == 0x2028 || c == 0x2029;
}

static size_t character_width(unsigned c)
{
	int w = wcwidth((wchar_t)c);
	return w > 0 ? (size_t)w : 0;
}

size_t text_width(const char *s)
{
	size_t width = 0;
	while (*s) {
		unsigned c;
		size_t n = character_decode(s, &c);
		width += n ? character_width(c) : 1;
		s += n ? n : 1;
	}
	return width;
}

void screen_say(const struct screen *s, unsigned indent, const char *message)
{
	const size_t width = s->width && s->width < LEAST_WIDTH ? LEAST_WIDTH : s->width;
	struct arena a = {0};
	size_t column = strspn(message, " ");
	bool fresh = true; /* no space before the next word */
	fprintf(s->out, "%*s", (int)column, "");
	message += column;
	while (*message) {
		size_t n = strcspn(message, " \n");
		size_t word = text_width(arena_strndup(&a, message, n));
		if (!fresh && width && column + 1 + word > width) {
			fprintf(s->out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!fresh) {
			fputc(' ', s->out);
			column++;
		}
		fwrite(message, 1, n, s->out);
		column += word;
		fresh = *(message + n) == '\n';
		message += n;
		if (*message == '\n') {
			fputc('\n', s->out);
			column = 0;
		}
		message += *message ? 1 : 0;
	}
	fputc('\n', s->out);
	arena_clear(&a);
}

static bool text_is_clean(const char *s)
{
	while (*s) {
		unsigned c;
		size_t n = character_decode(s, &c);
		if (n == 0 || character_is_control(c) || character_is_bidi(c))
			return false;
		s += n;
	}
	return true;
}

const char *text_clean(struct arena *a, const char *s)
{
	if (text_is_clean(s))
		return s;
	char *out = arena_alloc(a, strlen(s) + 1), *end = out;
	while (*s) {
		unsigned c = 0;
		size_t n = character_decode(s, &c);
		if (n == 0 || character_is_control(c) || character_is_bidi(c)) {
			*end++ = c == '\t' || c == '\n' ? ' ' : '?';
			s += n ? n : 1;
			continue;
		}
		memcpy(end, s, n);
		end += n;
		s += n;
	}
	return out;
}

const char *text_cut(const struct screen *s, struct arena *a, const char *string, size_t columns)
{
	if (text_width(string) <= columns)
		return string;
	const char *ellipsis = columns < 4 ? "" : s->unicode ? "…" : "..";
	size_t room = columns - text_width(ellipsis), used = 0, at = 0;
	while (string[at]) {
		unsigned c;
		size_t n = character_decode(string + at, &c);
		size_t w = n ? character_width(c) : 1;
		if (used + w > room)
			break;
		used += w;
		at += n ? n : 1;
	}
	while (at > 0 && string[at - 1] == ' ')
		at--;
	return arena_printf(a, "%.*s%s", (int)at, string, ellipsis);
}
