/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The stable numbers of a pole's names, looked up both ways. */

#include <stdint.h>

#include "lib/change.h"
#include "lib/table.h"

struct names {
	struct table by_id, by_number;
};

void names_clear(struct names *n);
void names_add(struct names *n,
	       const struct name *name); /* copies; neither id nor number may be taken */
void names_remove(struct names *n, const struct name *name);
uint32_t names_number(const struct names *n, enum name_kind kind, uint32_t resource,
		      const char *id); /* 0 if none */
const char *names_id(const struct names *n, enum name_kind kind, uint32_t resource,
		     uint32_t number); /* NULL if none */
