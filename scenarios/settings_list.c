/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/settings.h"

static const struct sp_setting settings[] = {
    {"name", "short name; the file's name when not given", "a text", NULL, "\"moderate\""},
    {"title", "a line for headings; the name when not given", "a text", NULL, "\"Path to Scale\""},
    {"currency", "label of the reporting currency, in all units; nothing is converted", "a text", "\"USD\"",
     "\"EUR\""},
    {"extends", "the scenario that this one is laid over, relative to this file", "a text", NULL,
     "\"moderate.toml\""},
    {"plan",
     "file with the figures of the plan, whose rows values may name; beside this file or below, or none",
     "a text", NULL, "\"path-to-scale.csv\""},
    {"seed", "which random numbers; above 2^63 - 1 as a text", "0 .. 2^64 - 1", "1", "7"},
    {"paths", "how many futures to simulate", "1 .. 2^40", "262144", "65_536"},
    {"accrual", "flows use the average of opening and closing stocks, or the stock at the end",
     "\"average\", \"end\"", "\"average\"", "\"end\""},
    {"counts",
     "\"whole\": people are whole, and how many convert and churn is drawn; \"continuous\": exactly the "
     "shares, not "
     "rounded",
     "\"whole\", \"continuous\"", "\"whole\"", "\"continuous\""},
    {"time.first", "first quarter", "a quarter", "\"2026Q1\"", "\"2027Q1\""},
    {"time.quarters", "how many quarters", "1 .. 400", "12", "20"},
    {"time.fiscal_year_ends", "calendar quarter with which fiscal years end",
     "\"Q1\", \"Q2\", \"Q3\", \"Q4\"", "\"Q4\"", "\"Q2\""},
    {"results.metrics", "metrics to keep, each by name or as a family; all when not given", "a list of texts",
     NULL, "[\"cash\", \"cost.*\"]"},
    {"results.by_tier", "metrics to keep by tier too; all that are kept when not given", "a list of texts",
     NULL, "[\"cost.total\"]"},
    {"results.times",
     "times to keep: each quarter (always), each fiscal year, and the whole horizon, with how paths move "
     "through tiers",
     "a list of \"quarter\", \"year\", \"horizon\"", "[\"quarter\", \"year\", \"horizon\"]", "[\"quarter\"]"},
    {"change.NAME.of", "what is changed: keys of assumptions", "a text or a list of texts", NULL,
     "[\"ai.cost_free\", \"ai.cost_paid\"]"},
    {"change.NAME.times", "multiplies the drawn value; exactly one of times, plus and set must be given",
     "a number or a law", NULL, "1.5"},
    {"change.NAME.plus", "is added to the drawn value", "a number or a law", NULL, "0.05"},
    {"change.NAME.set", "stands in place of the drawn value", "a number or a law", NULL, "0"},
    {"change.NAME.from", "first quarter of the change; the first of all when not given", "a quarter", NULL,
     "\"2027Q1\""},
    {"change.NAME.until", "last quarter of the change; the last of all when not given", "a quarter", NULL,
     "\"2027Q4\""},
    {"change.NAME.ramp",
     "quarters over which it grows in equal parts until it acts in full; 1 when not given", "1 .. 400", NULL,
     "4"},
    {"change.NAME.note", "why", "a text", NULL, "\"the vendor raises prices\""},
    {"change.NAME.source", "where it comes from", "a text", NULL, "\"price list of 2026\""},
    {"factor.NAME.loadings", "which assumptions follow the factor, a standard normal, and how much",
     "a table of keys with numbers within -1 .. 1", NULL,
     "{ \"growth.rate_first\" = 0.6, \"churn.monthly\" = -0.6 }"},
    {"factor.NAME.each", "drawn once per path, or each quarter, like its members; path when not given",
     "\"path\", \"quarter\"", NULL, "\"quarter\""},
    {"correlation.NAME.between", "two assumptions", "a list of two keys", NULL,
     "[\"conversion.share\", \"churn.monthly\"]"},
    {"correlation.NAME.rank", "their rank correlation (Spearman)", "-1 .. 1", NULL, "-0.3"},
};

const struct sp_setting *sp_settings_list(size_t *count) {
    *count = sizeof settings / sizeof *settings;
    return settings;
}
