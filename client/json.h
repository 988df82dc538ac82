/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The pieces of JSON (RFC 8259). */

#include <stdbool.h>
#include <stdio.h>

/* Quoted and escaped; broken UTF-8 becomes U+FFFD. What could steer a terminal is escaped too. */
void json_put_string(FILE *out, const char *s);
bool json_is_number(const char *s); /* by the grammar of section 6 */
