/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Keys are compared often and are short: so they are told apart by their head, the first eight bytes as one number, the first
 * the lowest and zeros behind a shorter key. Only keys that are longer, and alike so far, have to be looked at further.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define KEY_HEAD_BYTES 8
#define KEY_SCATTER UINT64_C(0xa24e47ad502951b3) /* odd, and the 56 keys of all verbs have 48 different marks by it */

/* The head of a key that is written out is known to the compiler where it is asked for by it: link-time optimization would
 * otherwise share one copy, which computes it each time. */
#define KEY_INLINE static inline __attribute__((always_inline))

KEY_INLINE uint64_t key_head(const char *key)
{
	const size_t n = strlen(key);
#define BYTE(i) (n > (i) ? (uint64_t)(uint8_t)key[i] << 8 * (i) : 0)

	return BYTE(0) | BYTE(1) | BYTE(2) | BYTE(3) | BYTE(4) | BYTE(5) | BYTE(6) | BYTE(7);
#undef BYTE
}

/* Of a key of n bytes, at least one, behind which as many bytes may be read as a head has. */
static inline uint64_t key_head_of(const char *key, size_t n)
{
	uint64_t head;

	memcpy(&head, key, sizeof(head));
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		head = __builtin_bswap64(head);
	return n < KEY_HEAD_BYTES ? head & ((UINT64_C(1) << 8 * n) - 1) : head;
}

/* Whether the head is all there is. */
static inline bool key_is_short(uint64_t head)
{
	return head >> 8 * (KEY_HEAD_BYTES - 1) == 0;
}

/* Whether two keys with this head are the same. */
static inline bool key_goes_on_as(const char *key, uint64_t head, const char *other)
{
	return key_is_short(head) || strcmp(key + KEY_HEAD_BYTES, other + KEY_HEAD_BYTES) == 0;
}

/* One bit, which few other keys have: those of many keys together say which cannot be among them. */
static inline uint64_t key_mark(uint64_t head)
{
	return UINT64_C(1) << (head * KEY_SCATTER >> 58);
}
