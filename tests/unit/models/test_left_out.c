/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What mechanisms leave out where a scenario has no use for it (`looks_at`, `same_as`, loops that leave out
 * terms of 0, columns that nobody asks for) changes no number: any company, worked out in full, and once more
 * for one metric alone.
 */
#include "engine/run/block.h"
#include "tests/support/engine_test_run.h"
#include "tests/unit/models/random_company.h"

#include <criterion/criterion.h>
#include <math.h>

TestSuite(left_out, .timeout = 300);

/* A block of two strips; of a company every METRICS-th metric, each time others. */
enum { PATHS = 576, QUARTERS = 5, COMPANIES = 120, METRICS = 9 };

static const char *text;

static struct engine_test_run compile(void) {
    return engine_test_compile(text, (struct engine_test_options){.threads = 1});
}

static size_t count_differences(const double *x, const double *y) {
    size_t count = 0;
    for (size_t p = 0; p < PATHS; p++)
        count += !(x[p] == y[p] || (isnan(x[p]) && isnan(y[p])));
    return count;
}

/* The plan for the metric alone. */
static void ask_for(struct sp_plan *plan, size_t metric) {
    struct sp_variant *variant = &plan->variant[0];
    for (size_t c = 0; c < variant->columns; c++)
        if ((int)c != plan->metric[metric])
            variant->column[c].metric = SP_PLAN_NONE;
    cr_assert_eq(sp_plan_note_idle(plan, variant, false), 0);
}

static void compare(const struct sp_plan *all, const struct sp_plan *few, int column) {
    struct sp_block *x = sp_block_create(all, &all->variant[0], PATHS);
    struct sp_block *y = sp_block_create_for_metrics(few, &few->variant[0], PATHS);
    const char *name = all->variant[0].column[column].name;
    cr_assert(x && y);
    sp_block_begin(x, 0, PATHS);
    sp_block_begin(y, 0, PATHS);
    for (size_t t = 0; t < all->quarters; t++) {
        sp_block_quarter(x, t);
        sp_block_quarter(y, t);
        size_t others = count_differences(sp_block_now(x, column), sp_block_now(y, column));
        cr_assert_eq(others, 0, "%s in quarter %zu on %zu paths of\n%s", name, t, others, text);
    }
    cr_expect_arr_eq(sp_block_rules(x), sp_block_rules(y), all->variant[0].rules * sizeof(uint64_t),
                     "rules, for %s, of\n%s", name, text);
    sp_block_free(x);
    sp_block_free(y);
}

/* Counts for how many columns something stands in, by its kind. */
static void compare_all(uint64_t seed, size_t *stand_ins) {
    struct engine_test_run full = compile();
    cr_assert_eq(sp_plan_note_idle(full.plan, &full.plan->variant[0], true), 0);
    for (size_t m = seed % METRICS; m < full.plan->metrics; m += METRICS) {
        if (full.plan->variant[0].column[full.plan->metric[m]].numerator != SP_PLAN_NONE)
            continue; /* made of others */
        struct engine_test_run few = compile();
        ask_for(few.plan, m);
        compare(full.plan, few.plan, few.plan->metric[m]);
        for (size_t c = 0; c < few.plan->variant[0].columns; c++)
            stand_ins[few.plan->variant[0].column[c].stand_in.kind]++;
        engine_test_free(&few);
    }
    engine_test_free(&full);
}

Test(left_out, changes_no_number) {
    size_t stand_ins[SP_STAND_IN_COLUMN + 1] = {0};
    for (uint64_t seed = 0; seed < COMPANIES; seed++) {
        struct random_company company = random_company_make(seed, PATHS, QUARTERS);
        cr_assert(random_company_mend(&company), "company %zu cannot be mended", (size_t)seed);
        text = random_company_text(&company);
        compare_all(seed, stand_ins);
        random_company_free(&company);
    }
    for (int kind = SP_STAND_IN_ZEROS; kind <= SP_STAND_IN_COLUMN; kind++)
        cr_expect_gt(stand_ins[kind], 0, "in some company something of kind %d stands in for a column", kind);
}
