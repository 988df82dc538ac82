/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random tokens and SHA-256, by OpenSSL. */
#include "daemon/secret.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

/* Without randomness or hashes nothing that follows would be safe: better not to go on. */
static void must(int ok)
{
	if (ok != 1)
		abort();
}

void sha256_hex(const void *bytes, unsigned long n, char *ret)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n_digest = 0, i;

	must(EVP_Digest(bytes, n, digest, &n_digest, EVP_sha256(), NULL));
	for (i = 0; i < n_digest; i++)
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}

void token_new(char *ret)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char random[TOKEN_BYTES - 1];
	size_t i;

	must(RAND_bytes(random, sizeof(random)));
	for (i = 0; i < sizeof(random); i++)
		ret[i] = alphabet[random[i] % 32]; /* 32 divides 256: no bias */
	ret[sizeof(random)] = '\0';
	OPENSSL_cleanse(random, sizeof(random));
}
