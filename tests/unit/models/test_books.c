/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The books of revenue: identities on every path and quarter of random scenarios from the whole space of
 * parameters, and numbers worked out by hand.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

TestSuite(books, .timeout = 120);

enum { PATHS = 64, QUARTERS = 10, WORLDS = 120, TEXT = 8192 };

/* --- Looking at columns --- */

static double now(const struct paths *paths, const char *name, size_t p) {
    const double *column = paths_column(paths, name);
    return column ? column[p] : 0;
}

/* Of a column that steps read of the quarter before. */
static double before(const struct paths *paths, const char *name, size_t p) {
    const struct sp_variant *variant = &paths->plan->variant[0];
    for (size_t c = 0; c < variant->columns; c++)
        if (strcmp(variant->column[c].name, name) == 0)
            return sp_block_opening(paths->block, (int)c)[p];
    return 0;
}

static double change(const struct paths *paths, const char *name, size_t p) {
    return now(paths, name, p) - before(paths, name, p);
}

/* --- Random worlds --- */

static uint64_t state;

static double uniform(void) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(state >> 11) * 0x1p-53;
}

/* Low or high in one of four, anything between else. */
static double within(double low, double high) {
    double u = uniform();
    return u < 0.125 ? low : u > 0.875 ? high : low + (high - low) * (u - 0.125) / 0.75;
}

__attribute__((format(printf, 2, 3))) static void add(char *text, const char *format, ...) {
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, TEXT - length, format, arguments);
    va_end(arguments);
}

static bool maybe(void) {
    return uniform() < 0.6;
}

static void add_people(char *text) {
    add(text, "counts = \"%s\"\n", maybe() ? "continuous" : "whole");
    add(text, "accrual = \"%s\"\n", maybe() ? "end" : "average");
    add(text, "[time]\nquarters = 10\n[start]\nusers = %.17g\npaid = %.17g\ncash = 10_000.25\n",
        within(0, 1e5), within(0, 3e4));
    add(text, "[growth]\nrate_first = { normal = { mean = %.17g, sd = %.17g } }\n", within(-2, 2),
        0.1 + uniform());
    add(text, "[conversion]\nbasis = \"%s\"\nshare = %.17g\n", maybe() ? "flow" : "stock", within(0, 1));
}

static void add_churn(char *text) {
    switch ((int)(4 * uniform())) {
    case 0:
        return;
    case 1:
        add(text, "[churn]\nmonthly = { uniform = { min = %.17g, max = 1 } }\n", 0.99 * within(0, 1));
        break;
    case 2:
        add(text, "[churn]\nby = \"sbg\"\nalpha = %.17g\nbeta = %.17g\n", within(0.1, 5), within(0.1, 5));
        break;
    default:
        add(text, "[churn]\nby = \"profile\"\nquarter_1 = %.17g\nlater = %.17g\n", within(0, 1),
            within(0, 1));
    }
    if (maybe())
        add(text, "annual_share = %.17g\nannual_renewal = %.17g\n", within(0, 1), within(0, 1));
    else
        return;
    add(text, "start_annual_share = %.17g\n", within(0, 1));
}

static void add_money(char *text) {
    add(text, "[revenue]\ndiscount = %.17g\nannual_discount = %.17g\n", within(0, 1), within(0, 1));
    add(text,
        "price = { at = { \"2026Q1\" = %.17g, \"2026Q4\" = { lognormal = { median = %.17g, sigma = 0.4 } } } "
        "}\n",
        within(0, 1e3), 0.1 + within(0, 1e3));
    if (maybe())
        add(text, "[refunds]\nshare = %.17g\nchargeback_share = %.17g\n", within(0, 1), within(0, 1));
    if (maybe())
        add(text, "[sales_tax]\nprices = \"%s\"\nrate = %.17g\n", maybe() ? "with_tax" : "before_tax",
            within(0, 1));
    if (maybe()) {
        add(text,
            "[channel.a]\nshare = { uniform = { min = 0, max = 1 } }\nfee_share = %.17g\nsettlement_days = "
            "%.17g\n",
            within(0, 1), within(0, 91.25));
        add(text, "[channel.b]\nshare = 0.5\nfee_share = 0.029\nfee_each = %.17g\nsettlement_days = %.17g\n",
            within(0, 10), within(0, 91.25));
    }
    if (maybe())
        add(text, "[payables]\ndays = %.17g\ndays_one_off = %.17g\n", within(0, 91.25), within(0, 91.25));
    if (maybe())
        add(text, "[tier.only]\nfrom = 0\nmonthly = %.17g\n[risk.loss]\nper_quarter = 0.5\ncost = %.17g\n",
            within(0, 1e5), within(0, 1e6));
}

/* --- Identities --- */

static void expect_zero(double sum, double largest, const char *what, size_t t, const char *text) {
    cr_expect(fabs(sum) <= 1e-9 * largest, "%s: %g of %g is left in quarter %zu of\n%s", what, sum, largest,
              t, text);
}

static void expect_cash(const struct paths *w, size_t t, size_t p, const char *text) {
    double flow = now(w, "revenue", p) - now(w, "cost.total", p) + change(w, "deferred_revenue", p) +
                  change(w, "tax_payable", p) + change(w, "payables", p) - change(w, "receivables", p);
    double size = fabs(now(w, "cash", p)) + fabs(before(w, "cash", p)) + now(w, "revenue", p) +
                  now(w, "cost.total", p) + now(w, "billings", p);
    expect_zero(change(w, "cash", p) - flow, size, "cash", t, text);
    expect_zero(change(w, "cash", p) + now(w, "net_burn", p), size, "net burn", t, text);
}

static void expect_stocks(const struct paths *w, size_t t, size_t p, const char *text) {
    double billings = now(w, "billings", p), back = now(w, "refunds", p) + now(w, "chargebacks", p);
    double size = billings + before(w, "deferred_revenue", p) + 0.1;
    expect_zero(billings - back - now(w, "revenue", p) - change(w, "deferred_revenue", p), size,
                "deferred revenue", t, text);
    expect_zero(change(w, "tax_payable", p) - now(w, "tax.collected", p) + now(w, "tax.paid", p), size, "tax",
                t, text);
    double charged = billings - back + now(w, "tax.collected", p), open = now(w, "receivables", p);
    cr_expect(open >= -1e-9 * size && open <= charged + 1e-9 * size, "%g of %g\n%s", open, charged, text);
    cr_expect(now(w, "deferred_revenue", p) >= 0 && now(w, "revenue", p) >= 0 && back <= billings * 1.0000001,
              "%s", text);
    double due = now(w, "payables", p), cost = now(w, "cost.total", p);
    cr_expect(due >= -1e-9 * fabs(cost) && due <= cost * (1 + 1e-9), "%g of %g\n%s", due, cost, text);
    expect_zero(now(w, "cost.fees", p) - now(w, "cost.fees.a", p) - now(w, "cost.fees.b", p),
                now(w, "cost.fees", p), "fees", t, text);
}

static void expect_bridge(const struct paths *w, size_t t, size_t p, const char *text) {
    static const char *const parts[] = {"arr.new",     "arr.expansion", "arr.reactivated", "arr.contraction",
                                        "arr.churned", "arr.kept",      "arr.retained"};
    double came = now(w, "arr.new", p) + now(w, "arr.expansion", p) + now(w, "arr.reactivated", p);
    double went = now(w, "arr.contraction", p) + now(w, "arr.churned", p);
    double size = fmax(now(w, "arr", p), before(w, "arr", p)) + came + 0.1; /* rounding of what is gone */
    expect_zero(before(w, "arr", p) + came - went - now(w, "arr", p), size, "bridge", t, text);
    expect_zero(now(w, "arr.net_new", p) - change(w, "arr", p), size, "net new", t, text);
    expect_zero(now(w, "arr", p) - 12 * now(w, "mrr", p), size, "arr", t, text);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(now(w, parts[i], p) >= -1e-9 * size, "%s is %g in quarter %zu of\n%s", parts[i],
                  now(w, parts[i], p), t, text);
}

Test(books, identities_hold_anywhere) {
    state = 5;
    for (int world = 0; world < WORLDS; world++) {
        char text[TEXT] = "";
        add_people(text);
        add_churn(text);
        add_money(text);
        struct paths paths = paths_start(text, PATHS);
        for (size_t t = 0; t < QUARTERS; t++) {
            sp_block_quarter(paths.block, t);
            for (size_t p = 0; p < PATHS; p++) {
                expect_cash(&paths, t, p, text);
                expect_stocks(&paths, t, p, text);
                expect_bridge(&paths, t, p, text);
            }
        }
        paths_end(&paths);
    }
}

/* --- By hand --- */

#define STAYING_WITH(more)                                                                                   \
    "counts = \"continuous\"\n[start]\nusers = 1e6\npaid = 1000\ncash = 0\n" more                            \
    "[growth]\nrate_first = 0\n[conversion]\nbasis = \"flow\"\nshare = 0\n"
#define STAYING STAYING_WITH("")

static void expect(const struct paths *paths, size_t t, const char *name, double truth) {
    double found = now(paths, name, 7);
    cr_expect_not_null(paths_column(paths, name), "%s", name);
    cr_expect(fabs(found - truth) <= 1e-10 * fabs(truth), "%s in quarter %zu: %.17g, not %.17g", name, t,
              found, truth);
}

/* 1000 payers by the year, a fourth of whom renews in every quarter, at 12.5 x 0.9 x 0.8 = 9 a month. */
static void expect_all_annual(const char *accrual, double months_open) {
    char text[1024];
    snprintf(text, sizeof text,
             "%s" STAYING
             "[churn]\nmonthly = 0.5\nannual_share = 1\nannual_renewal = 1\nstart_annual_share = 1\n"
             "[revenue]\nprice = 12.5\ndiscount = 0.1\nannual_discount = 0.2\n",
             accrual);
    struct paths paths = paths_start(text, PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, t, "mrr", 9000);
        expect(&paths, t, "billings", 250 * 12 * 9);
        expect(&paths, t, "revenue", 250 * 12 * 9);
        expect(&paths, t, "deferred_revenue", months_open * 250 * 9);
        expect(&paths, t, "cash", (double)(t + 1) * 27000);
        expect(&paths, t, "arr.lost", 0);
    }
    paths_end(&paths);
}

Test(books, all_by_the_year) {
    expect_all_annual("", 10.5 + 7.5 + 4.5 + 1.5);
    expect_all_annual("accrual = \"end\"\n", 9 + 6 + 3);
}

/* 600 by the month and 400 by the year; the price doubles in the second quarter, for the latter on renewal.
 */
Test(books, price_rise) {
    struct paths paths = paths_start(STAYING "[churn]\nmonthly = 0\nannual_share = 0\nannual_renewal = 1\n"
                                             "start_annual_share = 0.4\n[revenue]\n"
                                             "price = { at = { \"2026Q1\" = 10, \"2026Q2\" = 20 } }\n",
                                     PATHS);
    const double expansion[] = {0, 72000 + 12000, 12000, 12000, 12000, 0};
    const double mrr[] = {10000, 17000, 18000, 19000, 20000, 20000};
    for (size_t t = 0; t < 6; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, t, "arr.expansion", expansion[t]);
        expect(&paths, t, "arr.contraction", 0);
        expect(&paths, t, "mrr", mrr[t]);
    }
    expect(&paths, 5, "deferred_revenue", 24 * 100 * 20);
    paths_end(&paths);
}

/* The same with a fall to a half, and a tenth of those by the year leaves when it ends. */
Test(books, price_fall_and_churn) {
    struct paths paths = paths_start(STAYING "[churn]\nmonthly = 0\nannual_share = 0\nannual_renewal = 0.9\n"
                                             "start_annual_share = 0.4\n[revenue]\n"
                                             "price = { at = { \"2026Q1\" = 10, \"2026Q2\" = 5 } }\n",
                                     PATHS);
    const double contraction[] = {0, 12 * (600 * 5 + 90 * 5), 12 * 90 * 5}, churned = 12 * 10 * 10;
    for (size_t t = 0; t < 3; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, t, "arr.contraction", contraction[t]);
        expect(&paths, t, "arr.churned", churned);
        expect(&paths, t, "arr.expansion", 0);
    }
    paths_end(&paths);
}

/* 1000 payers by the month at 23.85 with tax of 19 % in it. */
Test(books, refunds_tax_and_channels) {
    struct paths paths = paths_start(
        STAYING_WITH(
            "receivables = 101.5\ntax_payable = 33.25\n") "[revenue]\nprice = 23.85\n[sales_tax]\nrate = "
                                                          "0.19\nprices = \"with_tax\"\n"
                                                          "[refunds]\nshare = 0.042\nchargeback_share = "
                                                          "0.004\nchargeback_fee = 15.5\n"
                                                          "[channel.web]\nshare = 0.7\nfee_share = "
                                                          "0.029\nfee_each = 0.3\nsettlement_days = 2\n"
                                                          "[channel.store]\nshare = 0.3\nfee_share = "
                                                          "0.15\nsettlement_days = 45\n",
        PATHS);
    double price = 23.85 / 1.19, billings = 3000 * price, kept = 0.958 * 0.996, cash = 0;
    double fees = billings * (0.7 * 0.029 + 0.3 * 0.15) + 0.7 * 0.3 * 3000, open;
    double disputes = 3000 * 0.958 * 0.004 * 15.5, tax = 0.19 * kept * billings;
    open = (kept * billings + tax) * (0.7 * 2 + 0.3 * 45) / 91.25;
    for (size_t t = 0; t < 3; t++) {
        sp_block_quarter(paths.block, t);
        cash += kept * billings - fees - disputes + (t == 0 ? tax - 33.25 - (open - 101.5) : 0);
        expect(&paths, t, "mrr", 1000 * price);
        expect(&paths, t, "mrr.net", 1000 * price - fees / 3);
        expect(&paths, t, "billings", billings);
        expect(&paths, t, "refunds", 0.042 * billings);
        expect(&paths, t, "chargebacks", 0.958 * 0.004 * billings);
        expect(&paths, t, "revenue", kept * billings);
        expect(&paths, t, "cost.fees", fees);
        expect(&paths, t, "cost.fees.store", billings * 0.3 * 0.15);
        expect(&paths, t, "cost.chargebacks", disputes);
        expect(&paths, t, "cogs", fees + disputes);
        expect(&paths, t, "tax.collected", tax);
        expect(&paths, t, "tax.paid", t == 0 ? 33.25 : tax);
        expect(&paths, t, "tax_payable", tax);
        expect(&paths, t, "receivables", open);
        expect(&paths, t, "cash", cash);
    }
    paths_end(&paths);
}

/* --- Limits --- */

static void expect_nothing(const char *text, const char *const *name, size_t names, size_t from) {
    struct paths paths = paths_start(text, PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t i = 0; t >= from && i < names; i++)
            expect(&paths, t, name[i], 0);
    }
    paths_end(&paths);
}

#define FEES "[channel.web]\nshare = 1\nfee_share = 0.029\nfee_each = 0.3\nsettlement_days = 30\n"

Test(books, nothing_comes_of_nothing) {
    static const char *const all[] = {"mrr",     "mrr.net",          "arr",     "billings",
                                      "revenue", "deferred_revenue", "refunds", "cost.fees",
                                      "arr.new", "arr.lost",         "cash",    "receivables"};
    static const char *const renewing =
        "[churn]\nmonthly = 0.1\nannual_share = 0.5\nannual_renewal = 0.5\nstart_annual_share = 0.5\n"
        "[refunds]\nshare = 0.05\n" FEES;
    char text[2048];
    snprintf(text, sizeof text, STAYING "%s[revenue]\nprice = 0\n", renewing);
    expect_nothing(text, all, sizeof all / sizeof *all, 0);
    snprintf(text, sizeof text,
             "[start]\nusers = 0\npaid = 0\ncash = 0\n[growth]\nrate_first = 0.5\n[conversion]\nshare = 0.1\n"
             "%s[revenue]\nprice = 12\n",
             renewing);
    expect_nothing(text, all, sizeof all / sizeof *all, 0);
}

/* Those by the month leave in the first quarter, the last of those by the year in the fourth. */
Test(books, everybody_leaves) {
    static const char *const all[] = {"mrr", "arr", "deferred_revenue", "billings", "arr.new", "paid"};
    static const char text[] = STAYING "[churn]\nmonthly = 1\nannual_share = 0\nannual_renewal = 0\n"
                                       "start_annual_share = 0.5\n[revenue]\nprice = 12\n" FEES;
    expect_nothing(text, all, sizeof all / sizeof *all, 4);
    static const char *const earned[] = {"revenue", "arr.churned", "receivables"};
    expect_nothing(text, earned, 3, 5);
}

Test(books, shares_of_channels_add_up) {
    cr_expect_str_eq(
        paths_problems(STAYING "[revenue]\nprice = 1\n[channel.a]\nshare = 0.5\nfee_share = 0\n"),
        "the shares of all channels must add up to 1; they add up to 0.5");
}
