/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the draw to the value in force: schedules, changes, bounds. Seen through mrr = payers x price, with
 * one payer who stays.
 */
#include "engine/base/error.h"
#include "engine/base/hash.h"
#include "tests/support/engine_test_random.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(assumptions, .timeout = 60);

enum { QUARTERS = 6, KEPT = 64 };

static const char one_payer[] =
    "paths = 64\nseed = 3\n[time]\nfirst = \"2026Q1\"\nquarters = 6\n[start]\ncash = 0\n"
    "users = 1\npaid = 1\n[growth]\nrate_first = 0\n[conversion]\nshare = 1\n"
    "[revenue]\nprice = %s\n%s";

static struct engine_test_run price(const char *law, const char *more) {
    return engine_test_run_well(engine_test_text(one_payer, law, more),
                                (struct engine_test_options){.kept = KEPT});
}

static void expect_prices(const char *law, const char *more, const double expected[QUARTERS]) {
    struct engine_test_run run = price(law, more);
    for (size_t t = 0; t < QUARTERS; t++)
        for (size_t p = 0; p < KEPT; p++)
            cr_expect_float_eq(engine_test_kept(run.result, "mrr", t)[p], expected[t],
                               1e-12 * fabs(expected[t]), "%s with %s: quarter %zu is %g", law, more, t,
                               engine_test_kept(run.result, "mrr", t)[p]);
    engine_test_free(&run);
}

Test(assumptions, schedules) {
    expect_prices("15", "", (double[]){15, 15, 15, 15, 15, 15});
    expect_prices("{ at = { \"2026Q1\" = 15, \"2026Q3\" = 18, \"2027Q2\" = 2.385 } }", "",
                  (double[]){15, 15, 18, 18, 18, 2.385});
    expect_prices("{ at = { \"2026Q3\" = 18, \"2020Q1\" = 1, \"2024Q4\" = 7, \"2031Q1\" = 99 } }", "",
                  (double[]){7, 7, 18, 18, 18, 18});
}

/* A share beyond 0 .. 1 has no logit: it is held to the end before noise, which leaves that where it is. */
Test(assumptions, noise_on_shares_beyond_their_bounds) {
    expect_prices("2.385",
                  "discount = { uniform = { min = 1.05, max = 1.35 }, noise = { sd = 3, phi = 0.5 } }\n",
                  (double[]){0, 0, 0, 0, 0, 0});
    expect_prices("2.385",
                  "discount = { uniform = { min = -0.35, max = -0.05 }, noise = { sd = 3, phi = 0.5 } }\n",
                  (double[]){2.385, 2.385, 2.385, 2.385, 2.385, 2.385});
}

/* A constant law beyond the bounds is held as a draw is; another value of the same number is not. */
Test(assumptions, constants_beyond_their_bounds) {
    static const char more[] =
        "discount = { at = { \"2026Q1\" = { constant = { value = 2.385 } }, \"2026Q2\" = 0 } }\n";
    expect_prices("2.385", more, (double[]){0, 2.385, 2.385, 2.385, 2.385, 2.385});
    struct engine_test_run run = price("2.385", more);
    cr_expect_eq(engine_test_rule(run.result, "revenue.discount"), 64);
    engine_test_free(&run);
}

Test(assumptions, changes) {
    static const struct {
        const char *change;
        double price[QUARTERS];
    } cases[] = {
        {"[change.a]\nof = \"revenue.price\"\ntimes = 1.5\n", {30, 30, 30, 30, 30, 30}},
        {"[change.a]\nof = [\"revenue.price\"]\nplus = -2.385\n",
         {17.615, 17.615, 17.615, 17.615, 17.615, 17.615}},
        {"[change.a]\nof = [\"revenue.price\"]\nset = 7\n", {7, 7, 7, 7, 7, 7}},
        {"[change.a]\nof = [\"revenue.price\"]\nset = 7\nfrom = \"2026Q3\"\nuntil = \"2026Q4\"\n",
         {20, 20, 7, 7, 20, 20}},
        {"[change.a]\nof = [\"revenue.price\"]\ntimes = 2\nfrom = \"2027Q2\"\n", {20, 20, 20, 20, 20, 40}},
        {"[change.a]\nof = [\"revenue.price\"]\ntimes = 2\nuntil = \"2026Q1\"\n", {40, 20, 20, 20, 20, 20}},
        /* sets first, then times, then plus, whatever their names */
        {"[change.a]\nof = [\"revenue.price\"]\nplus = 1\n[change.b]\nof = [\"revenue.price\"]\ntimes = 3\n"
         "[change.c]\nof = [\"revenue.price\"]\nset = 7\n",
         {22, 22, 22, 22, 22, 22}},
        /* of two sets, the last by name that acts */
        {"[change.z]\nof = [\"revenue.price\"]\nset = 9\nuntil = \"2026Q2\"\n[change.b]\nof = "
         "[\"revenue.price\"]\nset = 4\n",
         {9, 9, 4, 4, 4, 4}},
        {"[change.a]\nof = [\"revenue.price\"]\ntimes = 1.5\n[change.b]\nof = [\"revenue.price\"]\ntimes = "
         "1.5\n",
         {45, 45, 45, 45, 45, 45}},
        {"[change.a]\nof = [\"revenue.price\"]\ntimes = { at = { \"2026Q1\" = 1, \"2026Q4\" = 0.5 } }\n",
         {20, 20, 20, 10, 10, 10}},
        {"[change.a]\nof = [\"revenue.price\"]\ntimes = 2\nenabled = false\n", {20, 20, 20, 20, 20, 20}},
        /* the target's bounds hold the outcome: a price is never below 0 */
        {"[change.a]\nof = [\"revenue.price\"]\nplus = -25\nfrom = \"2027Q1\"\n", {20, 20, 20, 20, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_prices("20", cases[i].change, cases[i].price);
}

/* A change acts on the drawn value: the draw, and the input that is kept, stay as they were. */
Test(assumptions, changes_leave_the_draw) {
    const char *law = "{ lognormal = { median = 15, sigma = 0.1 } }";
    struct engine_test_run plain = price(law, "");
    struct engine_test_run more =
        price(law, "[change.a]\nof = [\"revenue.price\"]\ntimes = 1.5\nfrom = \"2026Q2\"\n");
    cr_expect_arr_eq(engine_test_kept_input(plain.result, "revenue.price"),
                     engine_test_kept_input(more.result, "revenue.price"), KEPT * sizeof(double));
    for (size_t p = 0; p < KEPT; p++) {
        double before = engine_test_kept(plain.result, "mrr", 3)[p];
        cr_expect_eq(engine_test_kept(more.result, "mrr", 0)[p], before);
        cr_expect_eq(engine_test_kept(more.result, "mrr", 3)[p], before * 1.5);
    }
    engine_test_free(&plain);
    engine_test_free(&more);
}

/* Entries of a schedule share the path's uniform; by quarter, the quarter's. */
Test(assumptions, schedules_share_the_draw) {
    static const char law[] = "{ at = { \"2026Q1\" = { uniform = { min = 10, max = 20 } }, "
                              "\"2026Q4\" = { uniform = { min = 100, max = 300 } } }%s }";
    for (int by_quarter = 0; by_quarter < 2; by_quarter++) {
        struct engine_test_run run =
            price(engine_test_text(law, by_quarter ? ", each = \"quarter\"" : ""), "");
        for (size_t t = 0; t < QUARTERS; t++)
            for (size_t p = 0; p < KEPT; p++) {
                uint32_t name = sp_hash32_text("revenue.price");
                double u = (engine_test_word(3, name, p, by_quarter ? (int)t : 0xFFFF, 0) + 0.5) * 0x1p-32;
                double expected = t < 3 ? 10 + 10 * u : 100 + 200 * u;
                cr_expect_float_eq(engine_test_kept(run.result, "mrr", t)[p], expected, 1e-10);
            }
        engine_test_free(&run);
    }
}

/* --- Bounds
 * --------------------------------------------------------------------------------------------------- */

/* Prices are held to 0 and above, and each that had to be is counted. */
Test(assumptions, draws_are_held_and_counted) {
    static const char normal[] = "{ normal = { mean = 1, sd = 2 }%s }";
    struct engine_test_run once = price(engine_test_text(normal, ""), "");
    struct engine_test_run often = price(engine_test_text(normal, ", each = \"quarter\""), "");
    uint64_t zeros = 0, quarters = 0;
    for (size_t p = 0; p < KEPT; p++) {
        zeros += engine_test_kept(once.result, "mrr", 0)[p] == 0;
        cr_expect_geq(engine_test_kept_input(once.result, "revenue.price")[p], 0);
        for (size_t t = 0; t < QUARTERS; t++)
            quarters += engine_test_kept(often.result, "mrr", t)[p] == 0;
    }
    cr_expect(zeros > 10 && zeros < 32);
    cr_expect_eq(engine_test_rule(once.result, "revenue.price"), zeros);
    cr_expect_eq(engine_test_rule(often.result, "revenue.price"), quarters);
    engine_test_free(&once);
    engine_test_free(&often);
}

/* Only valid paths are counted, not those that fill up the last 64; and every batch once. */
Test(assumptions, what_is_held_is_counted_for_every_path) {
    static const size_t numbers[] = {1, 65, 5000, 16385};
    for (size_t i = 0; i < 4; i++) {
        const char *text =
            engine_test_text("paths = %zu\n[time]\nquarters = 2\n[start]\ncash = 0\nusers = 1\npaid = 1\n"
                             "[growth]\nrate_first = 0\n[conversion]\nshare = 1\n[revenue]\nprice = 5\n"
                             "[change.a]\nof = [\"revenue.price\"]\nplus = -7\n",
                             numbers[i]);
        struct engine_test_run run = engine_test_run_well(text, (struct engine_test_options){.threads = 2});
        cr_expect_eq(engine_test_rule(run.result, "revenue.price"), 2 * numbers[i], "%zu paths", numbers[i]);
        engine_test_free(&run);
    }
}

/* A change of the value of a change acts, or is refused: it is not passed over. */
Test(assumptions, a_change_of_a_change_is_not_passed_over) {
    struct engine_test_run run =
        engine_test_run(engine_test_text(one_payer, "20",
                                         "[change.a]\nof = [\"revenue.price\"]\ntimes = 1.5\n"
                                         "[change.b]\nof = [\"change.a.times\"]\nplus = 0.5\n"),
                        (struct engine_test_options){.kept = KEPT});
    if (run.result)
        cr_expect_eq(engine_test_kept(run.result, "mrr", 0)[0], 40);
    else
        cr_expect_eq(run.error, SP_ERROR_SCENARIO, "%s", engine_test_problem(&run));
    engine_test_free(&run);
}
