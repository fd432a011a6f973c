/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/cubics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define WORDS 4294967296.0

struct builder {
    const struct sp_law *law;
    double grain; /* values are rounded to it, or to 44 bits */
    struct sp_cubics *pieces;
    size_t room;
};

static struct sp_cubic *append(struct builder *builder) {
    struct sp_cubics *pieces = builder->pieces;
    if (pieces->count == builder->room) {
        size_t room = builder->room ? 2 * builder->room : 256;
        struct sp_cubic *grown =
            room > 2 * (size_t)SP_CUBICS_MOST ? NULL : realloc(pieces->piece, room * sizeof *grown);
        if (!grown)
            return NULL;
        pieces->piece = grown;
        builder->room = room;
    }
    return &pieces->piece[pieces->count++];
}

/* The quantile at u = (word + 1/2) 2^-32, for words that need not be whole. */
static double quantile_at(const struct sp_law *law, double word) {
    double p = (word + 0.5) / WORDS, q = (WORDS - 0.5 - word) / WORDS;
    return sp_law_quantile(law, fmax(p, 0x1p-34), fmax(q, 0x1p-34));
}

/* --- Steps --- */

/* How many words lie below a cumulative probability p = 1 - q. */
static double words_below(double p, double q) {
    return p <= 0.5 ? floor(p * WORDS + 0.5) : WORDS - ceil(q * WORDS - 0.5);
}

/* The smallest possible value above x: the next whole number, or the next of the list. */
static double next_value(const struct sp_law *law, double x) {
    while (law->kind == SP_LAW_WITHIN)
        law = law->data->part;
    if (law->kind != SP_LAW_DISCRETE)
        return x + 1;
    size_t i = 0, high = law->data->count - 1;
    while (i < high) {
        size_t middle = (i + high) / 2;
        if (law->data->x[middle] > x)
            high = middle;
        else
            i = middle + 1;
    }
    return law->data->x[i];
}

static int add_steps(struct builder *builder) {
    double first = 0, value = quantile_at(builder->law, 0), last = quantile_at(builder->law, WORDS - 1), p, q;
    for (;;) {
        sp_law_distribution(builder->law, value, &p, &q);
        double end = value >= last ? WORDS : fmin(words_below(p, q), WORDS);
        if (end > first) {
            struct sp_cubic *piece = builder->pieces->count < SP_CUBICS_MOST ? append(builder) : NULL;
            if (!piece)
                return -1;
            *piece = (struct sp_cubic){(uint32_t)first, 0, {value}, value, value};
            first = end;
        }
        if (end >= WORDS)
            return 0;
        value = next_value(builder->law, value);
    }
}

/* --- Cubics --- */

static double round_value(const struct builder *builder, double value) {
    if (value == 0 || !isfinite(value))
        return value;
    double grain = fmax(builder->grain, ldexp(1, ilogb(value) - 44));
    return grain > 0 ? nearbyint(value / grain) * grain : value;
}

/* Through the values at s = 0, 1/4, 3/4, 1. */
static void fit(const double y[4], double c[4]) {
    static const double s[4] = {0, 0.25, 0.75, 1};
    double d[4] = {y[0], y[1], y[2], y[3]};
    for (int level = 1; level < 4; level++)
        for (int i = 3; i >= level; i--)
            d[i] = (d[i] - d[i - 1]) / (s[i] - s[i - level]);
    c[3] = d[3];
    c[2] = d[2] - d[3] * (s[0] + s[1] + s[2]);
    c[1] = d[1] - d[2] * (s[0] + s[1]) + d[3] * (s[0] * s[1] + s[0] * s[2] + s[1] * s[2]);
    c[0] = d[0];
}

static inline double evaluate(const struct sp_cubic *piece, double s) {
    double value = piece->c[0] + s * (piece->c[1] + s * (piece->c[2] + s * piece->c[3]));
    value = value < piece->low ? piece->low : value;
    return value > piece->high ? piece->high : value;
}

/* Whether the value at a word is the quantile of a probability at most `error` away. */
static bool is_near(const struct builder *builder, double word, double value) {
    double tail = fmin(word + 0.5, WORDS - 0.5 - word) / WORDS, error = (1e-9 + 1.5e-8 * tail) * WORDS;
    double low = quantile_at(builder->law, fmax(word - error, -0.25));
    double high = quantile_at(builder->law, fmin(word + error, WORDS - 0.75));
    double rounding = fmax(builder->grain, 0x1p-42 * fabs(value));
    return value >= low - rounding && value <= high + rounding;
}

static bool fits(const struct builder *builder, const struct sp_cubic *piece, double words) {
    static const double at[] = {0.1, 0.45, 0.6, 0.9};
    for (int i = 0; i < 4; i++)
        if (!is_near(builder, piece->first + at[i] * (words - 1), evaluate(piece, at[i])))
            return false;
    return true;
}

/* The words first .. first + words - 1 (a power of two) as one piece, or as the pieces of both halves. */
static int add_cubics(struct builder *builder, double first, double words, double (*ends)[2]) {
    double y[4] = {(*ends)[0], 0, 0, (*ends)[1]};
    struct sp_cubic piece = {(uint32_t)first, words > 1 ? 1 / (words - 1) : 0, {y[0]}, y[0], y[3]};
    if (builder->pieces->count >= SP_CUBICS_MOST)
        return -1;
    bool flat = y[0] == y[3], fine = words == 1 || flat;
    if (!fine) {
        y[1] = round_value(builder, quantile_at(builder->law, first + 0.25 * (words - 1)));
        y[2] = round_value(builder, quantile_at(builder->law, first + 0.75 * (words - 1)));
        fit(y, piece.c);
        fine = words < WORDS / 8 && fits(builder, &piece, words);
    }
    if (fine) {
        struct sp_cubic *added = append(builder);
        if (added)
            *added = piece;
        return added ? 0 : -1;
    }
    double half = words / 2;
    double left = round_value(builder, quantile_at(builder->law, first + half - 1));
    double right = round_value(builder, quantile_at(builder->law, first + half));
    double low[2] = {y[0], left}, high[2] = {right, y[3]};
    return add_cubics(builder, first, half, &low) || add_cubics(builder, first + half, half, &high) ? -1 : 0;
}

/* Values that can be on both sides of 0 are rounded to a part of their range; others keep their digits. */
static double grain_of(const struct sp_law *law) {
    double low, high, range = sp_law_quantile(law, 0.9, 0.1) - sp_law_quantile(law, 0.1, 0.9);
    sp_law_support(law, &low, &high);
    return low < 0 && high > 0 && range > 0 && isfinite(range) ? ldexp(1, ilogb(range) - 34) : 0;
}

static int add_all_cubics(struct builder *builder) {
    builder->grain = grain_of(builder->law);
    double ends[2] = {round_value(builder, quantile_at(builder->law, 0)),
                      round_value(builder, quantile_at(builder->law, WORDS - 1))};
    if (!isfinite(ends[0]) || !isfinite(ends[1]))
        return -1;
    return add_cubics(builder, 0, WORDS, &ends);
}

/* --- All --- */

static void set_guides(struct sp_cubics *pieces) {
    size_t index = 0;
    for (uint64_t guide = 0; guide < SP_CUBICS_GUIDES; guide++) {
        while (index + 1 < pieces->count && pieces->piece[index + 1].first <= guide << 20)
            index++;
        pieces->guide[guide] = (uint32_t)index;
    }
    pieces->guide[SP_CUBICS_GUIDES] = (uint32_t)(pieces->count - 1);
}

struct sp_cubics *sp_cubics_create(const struct sp_law *law) {
    struct sp_cubics *pieces = calloc(1, sizeof *pieces);
    struct builder builder = {.law = law, .pieces = pieces};
    if (!pieces || (sp_law_is_discrete(law) ? add_steps(&builder) : add_all_cubics(&builder))) {
        sp_cubics_free(pieces);
        return NULL;
    }
    set_guides(pieces);
    return pieces;
}

void sp_cubics_free(struct sp_cubics *pieces) {
    if (pieces)
        free(pieces->piece);
    free(pieces);
}

static inline const struct sp_cubic *find(const struct sp_cubics *pieces, uint32_t word) {
    size_t low = pieces->guide[word >> 20], high = pieces->guide[(word >> 20) + 1];
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (pieces->piece[middle].first <= word)
            low = middle;
        else
            high = middle - 1;
    }
    return &pieces->piece[low];
}

void sp_cubics_fill(const struct sp_cubics *pieces, const uint32_t *words, double *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct sp_cubic *piece = find(pieces, words[i]);
        out[i] = evaluate(piece, (double)(words[i] - piece->first) * piece->inverse);
    }
}
