/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Markets: their equations by hand, their limits, and that they move no other draw.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(models_markets, .timeout = 20);

enum { PATHS = 640, QUARTERS = 12 };

/* Users grow by the market alone. */
#define STILL                                                                                                \
    "counts = \"continuous\"\n[start]\nusers = 1037\npaid = 103.7\ncash = 0\n[growth]\nrate_first = 0\n"     \
    "[conversion]\nshare = 0.1\n[revenue]\nprice = 13.5\n"

#define GROWING                                                                                              \
    "[start]\nusers = 900\npaid = 103\ncash = 2385\n"                                                        \
    "[growth]\nrate_first = { normal = { mean = 0.3, sd = 0.1 } }\n"                                         \
    "shock = { normal = { mean = 0, sd = 0.2 } }\n[conversion]\nshare = { beta = { a = 20, b = 180 } }\n"    \
    "[churn]\nmonthly = 0.07\n[revenue]\nprice = { lognormal = { median = 14.7, sigma = 0.2 } }\n"

static void expect_close(const struct paths *paths, const char *name, size_t t, double expected) {
    const double *x = paths_column(paths, name);
    cr_assert_not_null(x, "%s", name);
    cr_expect_float_eq(x[7], expected, 1e-9 * fabs(expected) + 1e-15, "%s in quarter %zu: %.17g, not %.17g",
                       name, t, x[7], expected);
}

/* Launched in quarter 2, in full in the third quarter of its life: of 2.5 quarters, 1, 2 and 2.5. */
Test(models_markets, by_hand) {
    static const double reached[] = {0, 1, 2, 2.5, 2.5};
    struct paths paths =
        paths_start(STILL "[market.uk]\nlaunch = 2.385\nramp = 2.5\nshare = 0.23\ngrowth = 0.07\n"
                          "price_level = 0.83\nfx = 1.07\nfx_change = -0.013\nlocalisation = 2385\n"
                          "compliance = 311\n",
                    64);
    double users = 1037, before = 1037;
    for (size_t t = 0; t < 5; t++) {
        sp_block_quarter(paths.block, t);
        double share = 0.23 * reached[t] / 2.5, fx = 1.07 * exp(-0.013 * (double)(t + 1));
        double price = 1 - share + share * 0.83 * fx;
        users *= exp(0.07 * (t ? reached[t] - reached[t - 1] : 0));
        expect_close(&paths, "market.uk.live", t, t > 0);
        expect_close(&paths, "market.uk.share", t, share);
        expect_close(&paths, "market.uk.fx", t, fx);
        expect_close(&paths, "market.price", t, price);
        expect_close(&paths, "users", t, users);
        expect_close(&paths, "mrr", t, 0.1 * users * 13.5 * price);
        expect_close(&paths, "revenue", t, 3 * 0.1 * (before + users) / 2 * 13.5 * price);
        expect_close(&paths, "cost.market.uk.localisation", t, t == 1 ? 2385 : 0);
        expect_close(&paths, "cost.market.uk.compliance", t, t > 0 ? 933 : 0);
        expect_close(&paths, "cost.total", t, (t == 1 ? 2385 : 0) + (t > 0 ? 933 : 0));
        before = users;
    }
    paths_end(&paths);
}

/* Live for three quarters when the horizon begins, of a ramp of four; that one began before costs nothing. */
Test(models_markets, launched_before_the_start) {
    struct paths paths =
        paths_start(STILL "[market.us]\nlaunch = -2\nshare = 0.4\ngrowth = 0.031\nlocalisation = 2385\n", 64);
    for (size_t t = 0; t < 3; t++) {
        sp_block_quarter(paths.block, t);
        expect_close(&paths, "market.us.share", t, 0.4);
        expect_close(&paths, "users", t, 1037 * exp(0.031));
        expect_close(&paths, "cost.market", t, 0);
    }
    paths_end(&paths);
}

/* Parts of one whole: what adds up to more than 1 is divided. */
Test(models_markets, shares_and_costs_add_up) {
    struct paths paths = paths_start(
        GROWING "[market.a]\nlaunch = 1\nramp = 1\nshare = 0.9\nprice_level = 0.5\ncompliance = 71\n"
                "[market.b]\nlaunch = { uniform = { min = 1, max = 9 } }\nshare = 0.7\nprice_level = 2\n"
                "localisation = { lognormal = { median = 2385, sigma = 1 } }\ncompliance = 23.85\n",
        PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        const double *a = paths_column(&paths, "market.a.share"), *b = paths_column(&paths, "market.b.share");
        const double *price = paths_column(&paths, "market.price"),
                     *all = paths_column(&paths, "cost.market");
        const double *of_a = paths_column(&paths, "cost.market.a"),
                     *of_b = paths_column(&paths, "cost.market.b");
        const double *total = paths_column(&paths, "cost.total");
        for (size_t p = 0; p < PATHS; p++) {
            double rest = fmax(1 - a[p] - b[p], 0);
            cr_expect(a[p] + b[p] <= 1 + 1e-12 && a[p] > 0);
            cr_expect_float_eq(price[p], rest + 0.5 * a[p] + 2 * b[p], 1e-12);
            cr_expect_float_eq(all[p], of_a[p] + of_b[p], 1e-9 * all[p]);
            cr_expect_float_eq(total[p], all[p], 1e-9 * all[p]);
        }
    }
    paths_end(&paths);
}

/* Once, in the quarter of the launch, on every path; the launch is drawn once. */
Test(models_markets, launches_once_where_it_is_drawn) {
    struct paths paths = paths_start(
        STILL "[market.eu]\nlaunch = { triangular = { min = 4, mode = 5, max = 8 } }\nshare = 0.1\n"
              "localisation = 1\n",
        PATHS);
    double paid[PATHS] = {0}, live[QUARTERS];
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        const double *once = paths_column(&paths, "cost.market.eu.localisation");
        for (size_t p = 0; p < PATHS; p++)
            paid[p] += once[p];
        live[t] = paths_mean(&paths, "market.eu.live");
    }
    for (size_t p = 0; p < PATHS; p++)
        cr_expect_eq(paid[p], 1);
    cr_expect_eq(live[2], 0);
    cr_expect_eq(live[7], 1);
    double expected = 0.5 * 0.5 / (4 * 1) + 0, from_mode = 1 - (8 - 5.5) * (8 - 5.5) / (4 * 3);
    double error = 5 * sqrt(0.25 / PATHS);
    cr_expect_float_eq(live[3], expected, error, "%g", live[3]);
    cr_expect_float_eq(live[4], from_mode, error, "%g", live[4]);
    paths_end(&paths);
}

/* Put off before its launch it comes later; put off afterwards it stays. */
Test(models_markets, what_is_live_stays_live) {
#define PUT_OFF(from)                                                                                        \
    STILL "[market.eu]\nlaunch = 3\nshare = 0.1\nlocalisation = 100\n[change.late]\nof = "                   \
          "\"market.eu.launch\"\nplus = 4\nfrom = \"" from "\"\n"
    static const char *const texts[] = {PUT_OFF("2026Q2"), PUT_OFF("2026Q4")};
    for (int i = 0; i < 2; i++) {
        struct paths paths = paths_start(texts[i], 64);
        double cost = 0;
        for (size_t t = 0; t < QUARTERS; t++) {
            sp_block_quarter(paths.block, t);
            cost += paths_column(&paths, "cost.market")[0];
            cr_expect_eq(paths_column(&paths, "market.eu.live")[0], t + 1 >= (i ? 3 : 7));
        }
        cr_expect_eq(cost, 100);
        paths_end(&paths);
    }
}

/* Nothing that a market has acts before it is launched, and so nothing of one launched beyond the horizon;
 * nor does a market of share 0 without growth and cost. Every draw stays where it was, bit for bit. */
static void expect_no_effect(const char *without, const char *with) {
    static const char *const columns[] = {"users", "paid", "paid.churned", "mrr", "revenue", "cash"};
    struct paths a = paths_start(without, PATHS), b = paths_start(with, PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(a.block, t);
        sp_block_quarter(b.block, t);
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            cr_expect_eq(
                memcmp(paths_column(&a, columns[c]), paths_column(&b, columns[c]), PATHS * sizeof(double)), 0,
                "%s in quarter %zu", columns[c], t);
    }
    paths_end(&a);
    paths_end(&b);
}

Test(models_markets, beyond_the_horizon_nothing_acts) {
    expect_no_effect(GROWING,
                     GROWING "[market.never]\nlaunch = { uniform = { min = 13, max = 40 } }\nshare = 1\n"
                             "growth = 3\nprice_level = 0\nfx_change = { normal = { mean = 0, sd = 0.3 } }\n"
                             "localisation = 1e6\ncompliance = 1e6\n");
}

Test(models_markets, an_empty_market_moves_no_draw) {
    expect_no_effect(GROWING,
                     GROWING "[market.empty]\nlaunch = { uniform = { min = 1, max = 9 } }\nshare = 0\n"
                             "price_level = 0.3\nfx = { value = 0.9, noise = { sd = 0.1, phi = 0.7 } }\n"
                             "fx_change = { normal = { mean = 0, sd = 0.3 } }\n");
}

Test(models_markets, the_whole_share_pays_only_its_price) {
    struct paths paths =
        paths_start(STILL "[market.all]\nlaunch = 0\nramp = 1\nshare = 1\nprice_level = 0.7\n", 64);
    sp_block_quarter(paths.block, 0);
    cr_expect_eq(paths_column(&paths, "market.price")[3], 0.7);
    paths_end(&paths);
    paths = paths_start(STILL "[market.all]\nlaunch = 0\nramp = 1\nshare = 1\nprice_level = 0\n", 64);
    sp_block_quarter(paths.block, 0);
    cr_expect_eq(paths_column(&paths, "revenue")[3], 0);
    paths_end(&paths);
}

/* The random walk: after t quarters the logarithm has the variance t sd^2. */
Test(models_markets, fx_walks) {
    enum { MANY = 20480 };
    struct paths paths = paths_start(
        STILL "[market.uk]\nlaunch = 1\nshare = 0.2\nfx_change = { normal = { mean = 0, sd = 0.04 } }\n",
        MANY);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        const double *fx = paths_column(&paths, "market.uk.fx");
        double sum = 0, square = 0, variance = 0.04 * 0.04 * (double)(t + 1);
        for (size_t p = 0; p < MANY; p++) {
            sum += log(fx[p]);
            square += log(fx[p]) * log(fx[p]);
        }
        cr_expect_float_eq(sum / MANY, 0, 5 * sqrt(variance / MANY));
        cr_expect_float_eq(square / MANY, variance, 5 * variance * sqrt(2.0 / MANY));
    }
    paths_end(&paths);
}

Test(models_markets, costs_go_to_their_accounts) {
    struct paths paths =
        paths_start(STILL "[market.uk]\nlaunch = 1\nshare = 0\nlocalisation = 100\ncompliance = 10\n"
                          "localisation_account = \"cogs.words\"\n",
                    64);
    sp_block_quarter(paths.block, 0);
    expect_close(&paths, "cogs", 0, 100);
    expect_close(&paths, "cost.total", 0, 130);
    paths_end(&paths);
}
