/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces of JSON. */
#include "client/json.h"

#include <string.h>

#include "client/screen.h"

static void put_character(FILE *out, const char *s, size_t n, unsigned c)
{
	static const char *const shorts[256] = {
	    ['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t",
	};
	if (n == 0)
		fputs("\\ufffd", out);
	else if (c < 256 && shorts[c])
		fputs(shorts[c], out);
	else if (character_is_control(c) || character_is_bidi(c))
		fprintf(out, "\\u%04x", c);
	else
		fwrite(s, 1, n, out);
}

void json_put_string(FILE *out, const char *s)
{
	fputc('"', out);
	while (*s) {
		unsigned c = 0;
		size_t n = character_decode(s, &c);
		put_character(out, s, n, c);
		s += n ? n : 1;
	}
	fputc('"', out);
}

bool json_is_number(const char *s)
{
	static const char digits[] = "0123456789";
	s += *s == '-';
	size_t n = strspn(s, digits);
	if (n == 0 || (n > 1 && *s == '0'))
		return false;
	s += n;
	if (*s == '.') {
		n = strspn(s + 1, digits);
		if (n == 0)
			return false;
		s += 1 + n;
	}
	return *s == '\0';
}
