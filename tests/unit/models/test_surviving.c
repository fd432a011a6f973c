/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Results of the paths that have not run out of cash, against those of all paths, path by path.
 */
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>

TestSuite(models_surviving, .timeout = 60);

enum { PATHS = 500, QUARTERS = 12 };

static struct engine_test_run run_kept(const char *minimum) {
    return engine_test_run_well(
        engine_test_scenario(
            PATHS, "",
            engine_test_text("[overheads]\nmonthly = { uniform = { min = 1_000, max = 20_000 "
                             "} }\n[surviving]\nminimum_cash = %s\n",
                             minimum)),
        (struct engine_test_options){.kept = PATHS});
}

static void expect_result(const struct sp_result *r, const char *name, size_t t, size_t p, bool alive) {
    double all = engine_test_kept(r, name, t)[p];
    double x = engine_test_kept(r, engine_test_text("%s.surviving", name), t)[p];
    cr_expect(alive ? x == all : isnan(x), "%s in quarter %zu on path %zu: %g", name, t, p, x);
}

static double expect_survivors(const struct sp_result *r, double minimum) {
    static const char *const names[] = {"cash",    "users",      "paid",         "mrr",
                                        "revenue", "cost.total", "gross_profit", "net_burn"};
    double share = 0;
    for (size_t p = 0; p < PATHS; p++) {
        bool alive = true;
        for (size_t t = 0; t < QUARTERS; t++) {
            alive = alive && engine_test_kept(r, "cash", t)[p] >= minimum;
            cr_expect_eq(engine_test_kept(r, "surviving", t)[p], alive);
            for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                expect_result(r, names[i], t, p, alive);
        }
        share += alive ? 1.0 / PATHS : 0;
    }
    return share;
}

Test(models_surviving, are_those_with_cash_so_far) {
    struct engine_test_run run = run_kept("0"), cautious = run_kept("100_000.5");
    double share = expect_survivors(run.result, 0), fewer = expect_survivors(cautious.result, 100000.5);
    cr_expect(share > 0.05 && share < 0.95 && fewer < share, "%g, %g", share, fewer);
    /* Without a cushion, the others have run out. */
    double out =
        engine_test_estimate(run.result, SP_AXIS_HORIZON, "cash.ran_out", 0, SP_STATISTIC_MEAN)->value;
    double gone =
        engine_test_estimate(run.result, SP_AXIS_HORIZON, "revenue.surviving", 0, SP_STATISTIC_UNDEFINED)
            ->value;
    cr_expect_float_eq(share, 1 - out, 1e-12);
    cr_expect_float_eq(gone, out, 1e-12);
    engine_test_free(&run);
    engine_test_free(&cautious);
}

/* All, and none. */
Test(models_surviving, limits) {
    struct engine_test_run all = run_kept("-1e15"), none = run_kept("1e15");
    cr_expect_eq(expect_survivors(all.result, -1e15) > 1 - 1e-9, true);
    cr_expect_eq(expect_survivors(none.result, 1e15), 0);
    engine_test_free(&all);
    engine_test_free(&none);
}
