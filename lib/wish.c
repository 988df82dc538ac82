/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of a thing's attributes. */
#include "lib/wish.h"

#include <string.h>

static const struct {
	const char *sign;
	enum compare compare;
} signs[] = {
    {"!=", COMPARE_NOT}, {">=", COMPARE_AT_LEAST}, {"<=", COMPARE_AT_MOST},
    {"=", COMPARE_IS},	 {">", COMPARE_MORE},	   {"<", COMPARE_LESS},
};

#define FRACTION_DIGITS 6
#define WHOLE_DIGITS_MAX 12

/* A decimal number in millionths. */
static bool number_of(const char *s, int64_t *ret)
{
	bool negative = *s == '-';
	int whole = 0, fraction = 0;
	int64_t n = 0;

	s += negative;
	for (; *s >= '0' && *s <= '9'; s++, whole++)
		n = whole < WHOLE_DIGITS_MAX ? n * 10 + (*s - '0') : n;
	if (whole > 0 && (*s == '.' || *s == ','))
		for (s++; *s >= '0' && *s <= '9' && fraction < FRACTION_DIGITS; s++, fraction++)
			n = n * 10 + (*s - '0');
	if (whole == 0 || whole > WHOLE_DIGITS_MAX || *s != '\0')
		return false;
	for (; fraction < FRACTION_DIGITS; fraction++)
		n *= 10;
	*ret = negative ? -n : n;
	return true;
}

static bool parse_word(char *word, struct wish *ret)
{
	char *sign = strpbrk(word, "=<>!");

	*ret = (struct wish){.key = word, .value = "true"};
	if (!sign)
		return *word != '\0';
	if (sign == word)
		return false;
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
		size_t n = strlen(signs[i].sign);

		if (strncmp(sign, signs[i].sign, n) != 0)
			continue;
		ret->compare = signs[i].compare;
		ret->value = sign + n;
		*sign = '\0';
		return ret->value[0] != '\0' && !strpbrk(ret->value, "=<>!");
	}
	return false;
}

int wishes_parse(const char *text, struct arena *a, struct wishes *ret, const char **ret_at)
{
	struct wish *items;
	size_t n = 0;

	*ret_at = NULL;
	*ret = (struct wishes){0};
	if (!*text)
		return WISH_OK;
	if (strlen(text) > WISHES_MAX_BYTES)
		return WISH_E_SYNTAX;
	items = arena_new_n(a, struct wish, WISHES_MAX);
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");
		char *word = arena_strndup(a, text, length);
		struct wish wish;

		text += length;
		if (n == WISHES_MAX || !parse_word(word, &wish))
			return WISH_E_SYNTAX;
		if (strcmp(wish.key, "at") == 0 && wish.compare == COMPARE_IS)
			*ret_at = wish.value;
		else
			items[n++] = wish;
	}
	*ret = (struct wishes){items, n};
	return WISH_OK;
}

static const char *value_of(const struct resource *r, const struct unit *u, const char *key)
{
	const char *own = attribute_value(u->attributes, u->n_attributes, key);

	if (own)
		return own;
	own = attribute_value(r->attributes, r->n_attributes, key);
	if (own)
		return own;
	if (strcmp(key, "site") == 0)
		return (u->site ? u->site : r->site)->id;
	return strcmp(key, "unit") == 0 ? u->id : NULL;
}

static bool is_met(const struct wish *w, const char *value)
{
	int64_t have, want;
	int order;

	if (!value)
		return w->compare == COMPARE_NOT;
	if (!number_of(value, &have) || !number_of(w->value, &want)) {
		bool same = strcmp(value, w->value) == 0;

		return w->compare == COMPARE_NOT ? !same : w->compare == COMPARE_IS && same;
	}
	order = (have > want) - (have < want);
	switch (w->compare) {
	case COMPARE_IS:
		return order == 0;
	case COMPARE_NOT:
		return order != 0;
	case COMPARE_AT_LEAST:
		return order >= 0;
	case COMPARE_AT_MOST:
		return order <= 0;
	case COMPARE_MORE:
		return order > 0;
	case COMPARE_LESS:
		return order < 0;
	}
	return false;
}

bool wishes_are_met(const struct wishes *w, const struct resource *r, const struct unit *u)
{
	for (size_t i = 0; i < w->n; i++)
		if (!is_met(&w->items[i], value_of(r, u, w->items[i].key)))
			return false;
	return true;
}
