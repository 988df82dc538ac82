/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of the log: what one says comes out the same when it is written and read once more. Names
 * hold for the lines that follow. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/change_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct change *change, const struct pole *pole)
{
	struct buffer once = {0}, twice = {0};
	struct changes again = {0};
	char hash[65] = "";

	change_encode(change, pole, NULL, &once);
	assert(change_decode(once.bytes, pole, "why", "a@b.example", &again, hash) ==
	       CHANGE_TEXT_OK);
	assert(again.n == 1);
	change_encode(&again.items[0], pole, NULL, &twice);
	assert(strcmp(once.bytes, twice.bytes) == 0);
	changes_clear(&again);
	buffer_release(&once);
	buffer_release(&twice);
}

/* The database holds no number and no id twice. */
static bool is_new(const struct pole *pole, const struct name *n)
{
	return !pole_name_number(pole, n->kind, n->resource, n->id) &&
	       !pole_name_id(pole, n->kind, n->resource, n->number);
}

static void read_line(const char *line, struct pole *pole)
{
	struct changes changes = {0};
	char hash[65] = "";

	if (change_decode(line, pole, "why", "a@b.example", &changes, hash) == CHANGE_TEXT_OK) {
		assert(changes.n <= 1);
		for (size_t i = 0; i < changes.n; i++)
			check_again(&changes.items[i], pole);
		if (changes.n && changes.items[0].kind == CHANGE_NAME &&
		    is_new(pole, &changes.items[0].name.name))
			pole_apply(pole, &changes);
	} else {
		assert(!changes.n);
	}
	changes_clear(&changes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = memory_new(size + 1), *rest = text, *line;
	struct pole *pole = pole_new();

	memcpy(text, data, size);
	while ((line = strsep(&rest, "\n")))
		read_line(line, pole);
	pole_free(pole);
	free(text);
	return 0;
}
