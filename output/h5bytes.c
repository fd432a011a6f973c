/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/h5bytes.h"

#include <string.h>

void sp_h5bytes_put_at(const struct sp_h5bytes *out, size_t at, uint64_t number, size_t size) {
    for (size_t i = 0; out->bytes && i < size; i++)
        out->bytes[at + i] = (unsigned char)(number >> 8 * i);
}

void sp_h5bytes_put(struct sp_h5bytes *out, uint64_t number, size_t size) {
    sp_h5bytes_put_at(out, out->at, number, size);
    out->at += size;
}

void sp_h5bytes_copy(struct sp_h5bytes *out, const void *bytes, size_t size) {
    if (out->bytes && size)
        memcpy(out->bytes + out->at, bytes, size);
    out->at += size;
}

void sp_h5bytes_copy_numbers(struct sp_h5bytes *out, const void *numbers, size_t count, size_t size) {
    size_t from = out->at;
    sp_h5bytes_copy(out, numbers, count * size);
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ || !out->bytes)
        return;
    for (size_t i = 0; i < count * size; i++)
        out->bytes[from + i] = ((const unsigned char *)numbers)[i - i % size + (size - 1 - i % size)];
}

void sp_h5bytes_put_zeros(struct sp_h5bytes *out, size_t size) {
    if (out->bytes && size)
        memset(out->bytes + out->at, 0, size);
    out->at += size;
}

void sp_h5bytes_align(struct sp_h5bytes *out) {
    sp_h5bytes_put_zeros(out, (8 - out->at % 8) % 8);
}

/* --- lookup3: three numbers take up twelve bytes at a time --- */

struct lookup {
    uint32_t a, b, c;
};

static inline uint32_t turn(uint32_t number, int bits) {
    return number << bits | number >> (32 - bits);
}

static inline void add(struct lookup *sum, const unsigned char bytes[12]) {
    uint32_t word[3] = {0};
    for (int i = 0; i < 12; i++)
        word[i / 4] |= (uint32_t)bytes[i] << 8 * (i % 4);
    sum->a += word[0];
    sum->b += word[1];
    sum->c += word[2];
}

static inline void mix(struct lookup *sum) {
    uint32_t a = sum->a, b = sum->b, c = sum->c;
    a = (a - c) ^ turn(c, 4), c += b;
    b = (b - a) ^ turn(a, 6), a += c;
    c = (c - b) ^ turn(b, 8), b += a;
    a = (a - c) ^ turn(c, 16), c += b;
    b = (b - a) ^ turn(a, 19), a += c;
    c = (c - b) ^ turn(b, 4), b += a;
    *sum = (struct lookup){a, b, c};
}

static uint32_t finish(const struct lookup *sum) {
    uint32_t a = sum->a, b = sum->b, c = sum->c;
    c = (c ^ b) - turn(b, 14);
    a = (a ^ c) - turn(c, 11);
    b = (b ^ a) - turn(a, 25);
    c = (c ^ b) - turn(b, 16);
    a = (a ^ c) - turn(c, 4);
    b = (b ^ a) - turn(a, 14);
    return (c ^ b) - turn(b, 24);
}

/* The last twelve bytes, or as many as are left, are not mixed but finished. */
static uint32_t checksum(const unsigned char *bytes, size_t size) {
    uint32_t start = UINT32_C(0xdeadbeef) + (uint32_t)size;
    struct lookup sum = {start, start, start};
    unsigned char last[12] = {0};
    if (size == 0)
        return start;
    for (; size > 12; bytes += 12, size -= 12) {
        add(&sum, bytes);
        mix(&sum);
    }
    memcpy(last, bytes, size);
    add(&sum, last);
    return finish(&sum);
}

void sp_h5bytes_put_checksum(struct sp_h5bytes *out, size_t from) {
    sp_h5bytes_put(out, out->bytes ? checksum(out->bytes + from, out->at - from) : 0, 4);
}

/* --- fletcher32: the sum of the 16-bit words (the first byte is the high one), and the sum of those sums,
 * both modulo 65535 in 1..65535, or 0 when all is 0 --- */

enum { WORDS = 360 }; /* so many at a time stay below 2^32 */

static uint32_t fold(uint32_t sum) {
    sum = (sum & 0xffff) + (sum >> 16);
    return (sum & 0xffff) + (sum >> 16);
}

/* The sum of sums counts the first word `words` times, the last one once. */
static void add_words(const unsigned char *bytes, uint32_t words, uint32_t sum[2]) {
    uint32_t plain = 0, weighted = 0;
    for (uint32_t i = 0; i < words; i++) {
        uint32_t word = (uint32_t)bytes[2 * i] << 8 | bytes[2 * i + 1];
        plain += word;
        weighted += (words - i) * word;
    }
    sum[1] = fold(fold(weighted) + fold(words * sum[0]) + sum[1]);
    sum[0] = fold(plain + sum[0]);
}

/* All values that are written in chunks have 4 or 8 bytes. */
void sp_h5bytes_put_fletcher(struct sp_h5bytes *out, size_t from) {
    uint32_t sum[2] = {0};
    size_t words = (out->at - from) / 2;
    for (size_t i = 0; out->bytes && i < words; i += WORDS)
        add_words(out->bytes + from + 2 * i, words - i < WORDS ? (uint32_t)(words - i) : WORDS, sum);
    sp_h5bytes_put(out, sum[1] << 16 | sum[0], 4);
}
