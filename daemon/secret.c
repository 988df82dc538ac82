/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random tokens and SHA-256, by OpenSSL. */
#include "daemon/secret.h"

#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

/* Without randomness or hashes nothing that follows would be safe: better not to go on. */
static void must(int ok)
{
	if (ok != 1)
		abort();
}

/* Looked up once: OpenSSL 3 takes longer to find an algorithm than to hash a line with it. */
static EVP_MD_CTX *sha256_begun(void)
{
	static EVP_MD *sha256;
	static EVP_MD_CTX *ctx;

	if (!ctx) {
		sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
		ctx = EVP_MD_CTX_new();
		must(sha256 && ctx);
	}
	must(EVP_DigestInit_ex2(ctx, sha256, NULL));
	return ctx;
}

void sha256_hex(const void *bytes, unsigned long n, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = sha256_begun();
	unsigned int n_digest = 0;

	must(EVP_DigestUpdate(ctx, bytes, n));
	must(EVP_DigestFinal_ex(ctx, digest, &n_digest));
	for (unsigned int i = 0; i < n_digest; i++) {
		*ret++ = digits[digest[i] >> 4];
		*ret++ = digits[digest[i] & 15];
	}
	*ret = '\0';
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
