/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FNV-1a hashes (Fowler, Noll, Vo). The 32-bit hash of a variable's name is a word of the random counter
 * (engine/random/stream.h), so it can never change. The 64-bit hash is a fingerprint of bytes: it finds
 * accidents, not attacks.
 */
#ifndef SP_ENGINE_BASE_HASH_H
#define SP_ENGINE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define SP_HASH64_START UINT64_C(0xcbf29ce484222325)

uint32_t sp_hash32_text(const char *text);

/* Continues `hash` (start with SP_HASH64_START) over `size` bytes. */
uint64_t sp_hash64_bytes(uint64_t hash, const void *bytes, size_t size);

/* For many bytes, some ten times as fast: eight lanes side by side, each of which takes every eighth word of
 * 8 bytes (little-endian; the end is filled up with zeros). Lane j starts with hash + j. A word w makes of a
 * lane h: h = (h ^ w) P, then h = h ^ (h >> 32), with P = 0x100000001b3. Result: `hash`, taking the eight
 * lanes in order and then `size` as such words. A change of one word changes the result. */
uint64_t sp_hash64_lanes(uint64_t hash, const void *bytes, size_t size);

/* For bytes that come in pieces, in any order and from several threads: the sum of one number for each word
 * of 8 bytes (little-endian; the end is filled up with zeros). A word w in place i counts as
 * sp_hash64_mix(w + (i + 1) 0x9e3779b97f4a7c15). `place` is that of the first word of this piece in the
 * whole, and the hash of the whole is the sum of its pieces. A change of one word changes the result. */
uint64_t sp_hash64_piece(uint64_t place, const void *bytes, size_t size);

/* A permutation of 64 bits in which every bit of `word` reaches all others (the finisher of SplitMix64). */
uint64_t sp_hash64_mix(uint64_t word);

#endif
