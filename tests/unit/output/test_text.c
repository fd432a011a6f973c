/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows, JSON and tables: what is in them, and in which order.
 */
#include "output/figure.h"
#include "output/json.h"
#include "output/rows.h"
#include "output/table.h"
#include "tests/unit/output/sample.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int count_row(void *context, const struct sp_row *row) {
    ++*(int *)context;
    return row->metric && row->statistic ? 0 : 1;
}

static int count_rows(const struct sp_result *result, struct sp_rows_filter filter) {
    int count = 0;
    cr_expect_eq(sp_rows_walk(result, &filter, count_row, &count), 0);
    return count;
}

Test(output_text, filters) {
    struct sp_result *result = sample_create(false);
    const int times = 5 + 2 + 1, tiers = 3, each = SP_STATISTICS;
    const int passage = tiers * (5 + 6 + 6 + 4);
    cr_expect_eq(count_rows(result, (struct sp_rows_filter){0}),
                 2 * ((4 * times + 2 * tiers) * each + passage));
    cr_expect_eq(count_rows(result, (struct sp_rows_filter){.variant = "base", .metric = "cost"}),
                 2 * times * each);
    cr_expect_eq(count_rows(result, (struct sp_rows_filter){.variant = "base", .metric = "cos"}), 0);
    cr_expect_eq(count_rows(result, (struct sp_rows_filter){.metric = "cost.ai.x"}), 0);
    cr_expect_eq(
        count_rows(result, (struct sp_rows_filter){.variant = "base", .metric = "cash", .tiers_only = true}),
        tiers * each);
    cr_expect_eq(count_rows(result, (struct sp_rows_filter){.variant = "base", .metric = "tier"}), passage);
    cr_expect_eq(count_rows(result, (struct sp_rows_filter){.variant = "none"}), 0);
    sp_result_free(result);
}

static int stop_at_third(void *context, const struct sp_row *row) {
    (void)row;
    return ++*(int *)context == 3 ? 77 : 0;
}

Test(output_text, a_walk_can_be_stopped) {
    struct sp_result *result = sample_create(false);
    int count = 0;
    cr_expect_eq(sp_rows_walk(result, NULL, stop_at_third, &count), 77);
    cr_expect_eq(count, 3);
    sp_result_free(result);
}

static void expect_json(const struct sp_row *row, const char *expected) {
    char *text = NULL;
    cr_assert_eq(sp_json_row(row, &text), 0);
    cr_expect_str_eq(text, expected);
    free(text);
}

Test(output_text, json) {
    struct sp_row row = {.variant = "base",
                         .metric = "cost.ai",
                         .time = "2026Q1",
                         .statistic = "p50",
                         .value = 0.1,
                         .se = NAN,
                         .unit = "USD"};
    expect_json(&row,
                "{\"variant\": \"base\", \"metric\": \"cost.ai\", \"time\": \"2026Q1\", \"tier\": null, "
                "\"statistic\": \"p50\", \"value\": 0.10000000000000001, \"se\": null, \"unit\": \"USD\"}");
    row = (struct sp_row){.variant = "a\"b",
                          .metric = "m\xff",
                          .tier = "\xc3\xa9",
                          .statistic = "max",
                          .value = INFINITY,
                          .se = 2.385,
                          .unit = "1"};
    expect_json(&row, "{\"variant\": \"a\\\"b\", \"metric\": \"m\xef\xbf\xbd\", \"time\": null, \"tier\": "
                      "\"\xc3\xa9\", \"statistic\": \"max\", \"value\": \"inf\", \"se\": 2.3849999999999998, "
                      "\"unit\": \"1\"}");
}

static void expect_figure(double largest, double value, const char *expected) {
    char text[SP_FIGURE_BYTES];
    sp_figure_print(sp_figure_choose(largest), value, text);
    cr_expect_str_eq(text, expected);
}

Test(output_text, figures) {
    expect_figure(1402113.4, 1402113.4, "1,402,113");
    expect_figure(1402113.4, -999.6, "-1,000");
    expect_figure(1402113.4, -0.2, "0");
    expect_figure(23.85, 2.385, "2.38");
    expect_figure(0.0512, 0.0512, "0.05120");
    expect_figure(2.385e13, 2.385e13, "23,850,000");
    expect_figure(1, NAN, "-");
    expect_figure(1, -INFINITY, "-inf");
    expect_figure(0, 0, "0");
}

static void expect_share(double share, const char *expected) {
    char text[SP_FIGURE_BYTES];
    sp_figure_print_share(share, text);
    cr_expect_str_eq(text, expected);
}

Test(output_text, shares) {
    expect_share(0, "0.0 %");
    expect_share(1, "100.0 %");
    expect_share(1e-9, "< 0.1 %");
    expect_share(1 - 1e-9, "> 99.9 %");
    expect_share(0.2385, "23.8 %");
    expect_share(NAN, "-");
}

/* Every line of a table ends where its text does, and all its rows are as long as the head. */
Test(output_text, bands) {
    struct sp_result *result = sample_create(false);
    char *text = NULL;
    cr_assert_eq(sp_table_bands(result, &result->variant[0], 0, &text), 0);
    cr_expect(strncmp(text, "cash, USD", 9) == 0);
    cr_expect_not_null(strstr(text, "Cash at the end.\n\n"));
    cr_expect_not_null(strstr(text, "P10"));
    cr_expect_not_null(strstr(text, "placeholders, which stand in for numbers nobody has given: start.cash"));
    cr_expect_null(strstr(text, " \n"));
    cr_expect_null(strstr(text, "nan"));
    free(text);
    sp_result_free(result);
}

Test(output_text, notes_are_said_once) {
    struct sp_result *result = sample_create(false);
    char *text = NULL;
    cr_assert_eq(sp_table_notes(result, &text), 0);
    cr_expect_not_null(strstr(text, "prediction band"));
    cr_expect_not_null(strstr(text, "262,144 paths, seed 18446744073709551615."));
    free(text);
    sp_result_free(result);
}

Test(output_text, category) {
    struct sp_result *result = sample_create(false);
    char *text = NULL;
    cr_assert_eq(sp_table_category(result, &result->variant[0], 0, 1, &text), 0);
    cr_expect_not_null(strstr(text, "never entered\n"));
    cr_expect_not_null(strstr(text, "by tier; cash, USD (base)"));
    cr_expect_not_null(strstr(text, "median stay"));
    free(text);
    cr_assert_eq(sp_table_category(result, &result->variant[0], 0, 99, &text), 0);
    cr_expect_null(strstr(text, "P50  "));
    free(text);
    sp_result_free(result);
}
