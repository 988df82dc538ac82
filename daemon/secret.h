/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Tokens, and the hashes under which they and the policies are known. */

#define SHA256_HEX_BYTES 65 /* with NUL */
#define TOKEN_BYTES 27	    /* with NUL */

void sha256_hex(const void *bytes, unsigned long n, char *ret);
/* Random, 130 bits as 26 characters of base32 (RFC 4648, section 6, in lower case). */
void token_new(char *ret);
