/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/hash.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(hash, .timeout = 20);

/* Published by Landon Curt Noll with the algorithm (test_fnv.c: FNV-1a of the text without its end). */
static const struct {
    const char *text;
    uint32_t hash32;
    uint64_t hash64;
} known[] = {
    {"", 0x811c9dc5, 0xcbf29ce484222325},       {"a", 0xe40c292c, 0xaf63dc4c8601ec8c},
    {"b", 0xe70c2de5, 0xaf63df4c8601f1a5},      {"c", 0xe60c2c52, 0xaf63de4c8601eff2},
    {"fo", 0x6222e842, 0x08985907b541d342},     {"foo", 0xa9f37ed7, 0xdcb27518fed9d577},
    {"foob", 0x3f5076ef, 0xdd120e790c2512af},   {"fooba", 0x39aaa18a, 0xcac165afa2fef40a},
    {"foobar", 0xbf9cf968, 0x85944171f73967e8},
};

Test(hash, published_answers) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *text = known[i].text;
        cr_expect_eq(sp_hash32_text(text), known[i].hash32, "%s", text);
        cr_expect_eq(sp_hash64_bytes(SP_HASH64_START, text, strlen(text)), known[i].hash64, "%s", text);
    }
}

/* Bytes above 127 count as they are, and a NUL in the middle ends nothing. */
Test(hash, all_bytes_count) {
    unsigned char bytes[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (unsigned char)i;
    uint64_t whole = sp_hash64_bytes(SP_HASH64_START, bytes, 256), expected = SP_HASH64_START;
    for (int i = 0; i < 256; i++)
        expected = (expected ^ (uint64_t)i) * 1099511628211u;
    cr_expect_eq(whole, expected);
    cr_expect_eq(sp_hash64_bytes(sp_hash64_bytes(SP_HASH64_START, bytes, 37), bytes + 37, 219), whole);
    cr_expect_eq(sp_hash32_text("\xC3\xA4"), ((0x811c9dc5u ^ 0xC3u) * 16777619u ^ 0xA4u) * 16777619u);
}
