/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/sampler.h"
#include "tests/support/engine_test_random.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(table, .timeout = 120);

enum { WORDS = 1 << 14 };

struct named_law {
    const char *name;
    struct sp_law law;
};

/* Words of every size of tail on both sides, and the outermost. */
static void fill_words(uint32_t words[WORDS]) {
    engine_test_words(41, 2385, words, WORDS);
    for (size_t i = WORDS / 4; i < WORDS; i++)
        words[i] = engine_test_tail_word(words[i], (int)(i % 32), i / 32 % 2);
    for (uint32_t i = 0; i < 64; i++) {
        words[i] = i;
        words[64 + i] = ~i;
    }
}

/* How far the tail is from those of the doubles next to x: a beta with a small shape has much of its
 * probability nearer to 1 than a double can tell. */
static double distance(const struct sp_law *law, double x, bool upper, double tail) {
    double p, q, before, after;
    sp_law_distribution(law, nextafter(x, -INFINITY), &p, &q);
    before = upper ? q : p;
    sp_law_distribution(law, nextafter(x, INFINITY), &p, &q);
    after = upper ? q : p;
    return fmax(fmin(before, after) - tail, tail - fmax(before, after));
}

/* How far the probability of the value is from that of its word, at most; INFINITY when there is no table. */
static double worst_error(const struct sp_law *law, uint32_t *at) {
    static uint32_t words[WORDS];
    static double out[WORDS];
    struct sp_tables *tables = sp_tables_create();
    struct sp_sampler sampler;
    double worst = 0;
    fill_words(words);
    if (sp_sampler_make(&sampler, law, tables))
        return INFINITY;
    sp_sampler_fill(&sampler, sp_kernels_find(NULL), words, out, WORDS);
    for (size_t i = 0; i < WORDS; i++) {
        bool upper = words[i] >= 0x80000000;
        double tail = ((upper ? ~words[i] : words[i]) + 0.5) * 0x1p-32;
        double error = distance(law, out[i], upper, tail);
        if (!(error <= worst)) {
            worst = error;
            *at = words[i];
        }
    }
    sp_tables_free(tables);
    return worst;
}

static void expect_accurate(const struct named_law *laws, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t at = 0;
        double worst = worst_error(&laws[i].law, &at);
        cr_expect_lt(worst, 1e-7, "%s: probability is %g off at word %08x", laws[i].name, worst, at);
    }
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* table.h: the error in probability is below 1e-7. */
Test(table, the_plan_s_laws_are_accurate) {
    static const struct named_law laws[] = {
        {"normal(0, 1)", {SP_LAW_NORMAL, {0, 1}}},
        {"normal(0.35, 0.1)", {SP_LAW_NORMAL, {0.35, 0.1}}},
        {"lognormal(ln 15, 0.1)", {SP_LAW_LOGNORMAL, {2.70805, 0.1}}},
        {"lognormal(ln 3000, 0.5)", {SP_LAW_LOGNORMAL, {8.00637, 0.5}}},
        {"beta(20, 180)", {SP_LAW_BETA, {20, 180, 0, 1}}},
        {"beta(8, 152)", {SP_LAW_BETA, {8, 152, 0, 1}}},
        {"beta(1.215, 241.785)", {SP_LAW_BETA, {1.215, 241.785, 0, 1}}},
        {"beta(10.9, 2176)", {SP_LAW_BETA, {10.9, 2176, 0, 1}}},
        {"gamma(4, 0.5)", {SP_LAW_GAMMA, {4, 0.5}}},
        {"gamma(1, 7)", {SP_LAW_GAMMA, {1, 7}}},
        {"pert(0.7, 1, 1.6)", {SP_LAW_BETA, {1 + 4 * 0.3 / 0.9, 1 + 4 * 0.6 / 0.9, 0.7, 1.6}}},
        {"pert(0, 0, 1)", {SP_LAW_BETA, {1, 5, 0, 1}}},
        {"uniform(-1, 2)", {SP_LAW_UNIFORM, {-1, 2}}},
        {"triangular(0.1, 0.15, 0.25)", {SP_LAW_TRIANGULAR, {0.1, 0.15, 0.25}}},
    };
    expect_accurate(laws, COUNT(laws));
}

/* Whether the forms accept a law: then it has a table, and an accurate one, however extreme it is. */
static bool is_accepted(const char *name, double a, double b) {
    size_t count, i = 0;
    struct sp_law law;
    const struct sp_law_form *form = sp_law_forms(&count);
    while (i < count && strcmp(form[i].name, name) != 0)
        i++;
    cr_assert_lt(i, count);
    return form[i].make((double[]){a, b}, &law) == NULL;
}

static void expect_accepted_accurate(const char *name, enum sp_law_kind kind, double a, double b) {
    struct named_law law = {engine_test_text("%s(%g, %g)", name, a, b), {kind, {a, b, 0, 1}}};
    if (is_accepted(name, a, b))
        expect_accurate(&law, 1);
}

Test(table, lognormals_are_accurate) {
    static const double sigma[] = {1e-4, 0.01, 0.7, 1, 1.1, 1.5, 2, 3, 4, 5};
    for (size_t i = 0; i < COUNT(sigma); i++)
        expect_accepted_accurate("lognormal", SP_LAW_LOGNORMAL, -7, sigma[i]);
}

Test(table, betas_are_accurate) {
    static const double shapes[] = {0.5, 0.51, 0.7, 0.9, 1, 1.01, 1.215, 2, 3.2, 57, 1e3, 1e4, 1e5, 1e6};
    for (size_t i = 0; i < COUNT(shapes); i++)
        for (size_t j = 0; j < COUNT(shapes); j += i % 3 + 1)
            expect_accepted_accurate("beta", SP_LAW_BETA, shapes[i], shapes[j]);
}

Test(table, gammas_are_accurate) {
    static const double shapes[] = {0.5, 0.6, 0.9, 1, 1.01, 1.5, 2.385, 36, 1e3, 1e4, 1e5, 6.7e5, 1e6};
    for (size_t i = 0; i < COUNT(shapes); i++)
        expect_accepted_accurate("gamma", SP_LAW_GAMMA, shapes[i], 1 / 3.0);
}

/* --- The draws themselves
 * ------------------------------------------------------------------------------------ */

static const struct named_law drawn[] = {
    {"constant", {SP_LAW_CONSTANT, {2.385}}},
    {"uniform", {SP_LAW_UNIFORM, {-2, 3}}},
    {"normal", {SP_LAW_NORMAL, {0.35, 0.1}}},
    {"lognormal", {SP_LAW_LOGNORMAL, {2.7, 1.5}}},
    {"triangular", {SP_LAW_TRIANGULAR, {0.1, 0.15, 0.25}}},
    {"triangular at the low end", {SP_LAW_TRIANGULAR, {-1, -1, 2}}},
    {"triangular at the high end", {SP_LAW_TRIANGULAR, {-1, 2, 2}}},
    {"beta", {SP_LAW_BETA, {20, 180, 0, 1}}},
    {"beta with a corner", {SP_LAW_BETA, {1, 3, -4, 4}}},
    {"gamma", {SP_LAW_GAMMA, {4, 0.5}}},
    {"gamma with a corner", {SP_LAW_GAMMA, {1, 7}}},
};

/* The all-ones and all-zeros words, and their neighbours, give finite values within the law, in order. */
Test(table, outermost_words_give_finite_draws) {
    const uint32_t words[8] = {0, 1, 2, 0x7FFFFFFF, 0x80000000, UINT32_MAX - 2, UINT32_MAX - 1, UINT32_MAX};
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t i = 0; i < COUNT(drawn); i++) {
            struct sp_tables *tables = sp_tables_create();
            struct sp_sampler sampler;
            double out[8], low, high;
            sp_law_support(&drawn[i].law, &low, &high);
            cr_assert_eq(sp_sampler_make(&sampler, &drawn[i].law, tables), 0, "%s", drawn[i].name);
            sp_sampler_fill(&sampler, *level, words, out, 8);
            for (int w = 0; w < 8; w++) {
                cr_expect(isfinite(out[w]) && out[w] >= low && out[w] <= high, "%s: word %08x gives %g",
                          drawn[i].name, words[w], out[w]);
                cr_expect(w == 0 || out[w] >= out[w - 1], "%s falls at word %08x", drawn[i].name, words[w]);
            }
            sp_tables_free(tables);
        }
}

/* Neighbouring rows meet: from the last word of a row to the first of the next, values rise, and by less than
 * a hundredth of a row. */
Test(table, rows_meet) {
    for (size_t i = 0; i < COUNT(drawn); i++) {
        struct sp_tables *tables = sp_tables_create();
        struct sp_sampler sampler;
        cr_assert_eq(sp_sampler_make(&sampler, &drawn[i].law, tables), 0, "%s", drawn[i].name);
        for (uint32_t row = 1; row < 16 * 8; row++) {
            uint32_t edge = row << 24;
            double out[4];
            sp_sampler_fill(&sampler, sp_kernels_find(NULL), (uint32_t[]){edge - 2, edge - 1, edge, edge + 1},
                            out, 4);
            cr_expect(out[0] <= out[1] && out[1] <= out[2] && out[2] <= out[3], "%s at word %08x",
                      drawn[i].name, edge);
        }
        sp_tables_free(tables);
    }
}

/* Equal standard laws share a table, whatever their place and scale; the hash tells other ones apart. */
Test(table, standard_laws_share_a_table) {
    struct sp_tables *tables = sp_tables_create(), *others = sp_tables_create();
    struct sp_sampler a, b, c;
    const struct sp_law first = {SP_LAW_NORMAL, {0.35, 0.1}}, second = {SP_LAW_NORMAL, {-7, 1e6}};
    const struct sp_law third = {SP_LAW_GAMMA, {4, 0.5}};
    cr_assert_eq(sp_sampler_make(&a, &first, tables), 0);
    uint64_t hash = sp_tables_hash(tables);
    cr_assert_eq(sp_sampler_make(&b, &second, tables), 0);
    cr_expect_eq(a.table, b.table);
    cr_expect_eq(sp_tables_hash(tables), hash, "no table was added");
    cr_assert_eq(sp_sampler_make(&c, &third, tables), 0);
    cr_expect_neq(c.table, a.table);
    cr_expect_neq(sp_tables_hash(tables), hash);
    cr_assert_eq(sp_sampler_make(&b, &second, others), 0);
    cr_expect_eq(sp_tables_hash(others), hash, "the same tables have the same hash");
    sp_tables_free(tables);
    sp_tables_free(others);
}

/* Tables made apart and put together are those made in one place: the same rows, once, and the same hash. */
Test(table, tables_made_side_by_side_come_together) {
    struct sp_tables *all = sp_tables_create(), *one = sp_tables_create(), *two = sp_tables_create();
    struct sp_tables *together = sp_tables_create();
    struct sp_sampler a, b;
    const struct sp_law gamma = {SP_LAW_GAMMA, {2.385, 1}}, normal = {SP_LAW_NORMAL, {0, 1}};
    const struct sp_law steps = {SP_LAW_POISSON, {2.385}};
    const struct sp_law *order[] = {&gamma, &steps, &normal};
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(sp_sampler_make(&a, order[i], all), 0);
    cr_assert(!sp_sampler_make(&a, &gamma, one) && !sp_sampler_make(&a, &steps, one));
    cr_assert(!sp_sampler_make(&a, &steps, two) && !sp_sampler_make(&a, &normal, two));
    cr_assert(!sp_tables_take(together, one) && !sp_tables_take(together, two));
    cr_expect_eq(sp_tables_hash(together), sp_tables_hash(all));
    cr_assert(!sp_sampler_make(&a, &gamma, together) && !sp_sampler_make(&b, &gamma, all));
    cr_expect_eq(sp_tables_hash(together), sp_tables_hash(all), "nothing was made anew");
    cr_expect_arr_eq(a.table, b.table, sizeof *a.table);
    sp_tables_free(one);
    sp_tables_free(two);
    sp_tables_free(together);
    sp_tables_free(all);
}
