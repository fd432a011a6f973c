/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Growth: seasons, the cap, the regime, users who become inactive, and the spread of shocks.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(models_growth);

enum { QUARTERS = 12, MANY = 1 << 14 };

#define CONTINUOUS "counts = \"continuous\"\n"
#define START      "[start]\nusers = 713.7\ncash = 0\n[growth]\n"

static void expect(const struct paths *paths, const char *name, double truth) {
    const double *x = paths_column(paths, name);
    cr_assert_not_null(x, "%s", name);
    cr_expect(fabs(x[0] - truth) <= 1e-12 * fabs(truth), "%s: %.15g, not %.15g", name, x[0], truth);
}

/* Everything at once, by the equations of models/README.md; the horizon begins in a third quarter. */
Test(models_growth, by_hand) {
    static const double season[] = {1.03, 1, 0.95, 1.25}; /* the second is not given */
    struct paths paths = paths_start(CONTINUOUS "[time]\nfirst = \"2026Q3\"\n" START
                                                "rate_first = 0.785\nrate_longrun = 0.113\ndecay = 0.871\n"
                                                "shock = -0.0123\nseason_q1 = 1.03\nseason_q3 = 0.95\n"
                                                "season_q4 = 1.25\ncap = 5150\ninactive_monthly = 0.0237\n",
                                     64);
    double users = 713.7, fade = 1, registered = users;
    for (size_t t = 0; t < QUARTERS; t++) {
        double rate = (0.113 + (0.785 - 0.113) * fade) * season[(t + 2) % 4] * (1 - users / 5150) - 0.0123;
        double kept = users * pow(1 - 0.0237, 3), now = users * exp(rate);
        sp_block_quarter(paths.block, t);
        expect(&paths, "users", now);
        expect(&paths, "users.new", fmax(now - kept, 0));
        expect(&paths, "users.lost", users - fmin(now, kept));
        expect(&paths, "users.registered", registered += fmax(now - kept, 0));
        users = now;
        fade *= 0.871;
    }
    paths_end(&paths);
}

/* --- Cap --- */

static double users_after(const char *growth, size_t quarters) {
    struct paths paths = paths_start(growth, 64);
    for (size_t t = 0; t < quarters; t++)
        sp_block_quarter(paths.block, t);
    double users = paths_column(&paths, "users")[0];
    paths_end(&paths);
    return users;
}

Test(models_growth, reaches_the_cap_and_stays) {
    double below = users_after(CONTINUOUS START "rate_first = 0.9\ncap = 2385.5\n", QUARTERS);
    double above = users_after(CONTINUOUS START "rate_first = 0.9\ncap = 385.5\n", QUARTERS);
    double whole = users_after(START "rate_first = 0.9\ncap = 2385\n", QUARTERS);
    cr_expect_float_eq(below, 2385.5, 1e-3, "%g", below);
    cr_expect_float_eq(above, 385.5, 1e-3, "%g", above);
    cr_expect(whole > 2380 && whole <= 2385, "%g", whole);
}

Test(models_growth, decline_does_not_mind_the_cap) {
    double free_fall = users_after(CONTINUOUS START "rate_first = -0.2\n", 5);
    cr_expect_eq(users_after(CONTINUOUS START "rate_first = -0.2\ncap = 800\n", 5), free_fall);
    cr_expect_eq(users_after(CONTINUOUS START "rate_first = -0.2\ncap = 100\n", 5), free_fall);
}

/* --- The regime --- */

#define UNCERTAIN                                                                                            \
    START "rate_first = { normal = { mean = 0.5, sd = 0.1 } }\ndecay = 0.8\n"                                \
          "shock = { normal = { mean = 0, sd = 0.1 } }\n"

static void expect_same_users(const char *a_text, const char *b_text) {
    struct paths a = paths_start(a_text, 640), b = paths_start(b_text, 640);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(a.block, t);
        sp_block_quarter(b.block, t);
        cr_expect_arr_eq(paths_column(&a, "users"), paths_column(&b, "users"), 640 * sizeof(double));
    }
    paths_end(&a);
    paths_end(&b);
}

Test(models_growth, takes_off_surely_or_never) {
    expect_same_users(UNCERTAIN, UNCERTAIN "takes_off = 1\nstalled_first = -1\n");
    expect_same_users(UNCERTAIN "[change.a]\nof = [\"growth.rate_first\"]\nset = 0.031\n[change.b]\n"
                                "of = [\"growth.rate_longrun\"]\nset = -0.0712\n",
                      UNCERTAIN "takes_off = 0\nstalled_first = 0.031\nstalled_longrun = -0.0712\n");
}

Test(models_growth, is_decided_once_a_path) {
    struct paths paths = paths_start(CONTINUOUS START "rate_first = 0.5\ntakes_off = 0.7\n", MANY);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        const double *took_off = paths_column(&paths, "growth.took_off"),
                     *users = paths_column(&paths, "users");
        double share = paths_mean(&paths, "growth.took_off"), up = 713.7 * exp(0.5 * (double)(t + 1));
        cr_expect(fabs(share - 0.7) < 5 * sqrt(0.21 / MANY), "%g", share);
        for (size_t p = 0; p < MANY; p++)
            cr_assert_float_eq(users[p], took_off[p] == 1 ? up : 713.7, 1e-9 * up);
    }
    paths_end(&paths);
    paths = paths_start(UNCERTAIN, 64);
    cr_expect_null(paths_column(&paths, "growth.took_off"));
    paths_end(&paths);
}

/* --- Shocks that last --- */

/* The logarithm of growth in a quarter has the spread sd in every quarter, and phi from one to the next. */
Test(models_growth, shocks_are_stationary) {
    struct paths paths =
        paths_start(CONTINUOUS START "rate_first = 0.385\nshock = { value = 0, each = \"path\", "
                                     "noise = { sd = 0.17, phi = 0.6 } }\n",
                    MANY);
    static double before[MANY], rate[MANY], rate_before[MANY];
    for (size_t p = 0; p < MANY; p++)
        before[p] = 713.7;
    for (size_t t = 0; t < QUARTERS; t++) {
        double square = 0, product = 0, sum = 0;
        sp_block_quarter(paths.block, t);
        for (size_t p = 0; p < MANY; p++) {
            rate[p] = log(paths_column(&paths, "users")[p] / before[p]) - 0.385;
            sum += rate[p];
            square += rate[p] * rate[p];
            product += rate[p] * rate_before[p];
            before[p] = paths_column(&paths, "users")[p];
        }
        memcpy(rate_before, rate, sizeof rate);
        double variance = 0.17 * 0.17;
        cr_expect(fabs(sum / MANY) < 5 * 0.17 / sqrt(MANY), "mean %g", sum / MANY);
        cr_expect(fabs(square / MANY / variance - 1) < 5 * sqrt(2. / MANY), "quarter %zu: %g", t,
                  square / MANY);
        cr_expect(t == 0 || fabs(product / MANY / variance - 0.6) < 5 * sqrt((1 + 0.36) / MANY), "%g",
                  product / MANY);
    }
    paths_end(&paths);
}

/* --- Users who come and go --- */

static void expect_flows(const char *text, double registered) {
    enum { PATHS = 640 };
    struct paths paths = paths_start(text, PATHS);
    static double users[PATHS], ever[PATHS];
    for (size_t p = 0; p < PATHS; p++) {
        users[p] = strstr(text, "continuous") ? 713.7 : 714;
        ever[p] = registered;
    }
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t p = 0; p < PATHS; p++) {
            double now = paths_column(&paths, "users")[p], fresh = paths_column(&paths, "users.new")[p];
            double lost = paths_column(&paths, "users.lost")[p];
            cr_assert_float_eq(users[p] + fresh - lost, now, 1e-9 * (now + users[p]));
            cr_assert(fresh >= 0 && lost >= 0);
            cr_assert_float_eq(paths_column(&paths, "users.registered")[p], ever[p] + fresh, 1e-9 * ever[p]);
            users[p] = now;
            ever[p] += fresh;
        }
    }
    paths_end(&paths);
}

Test(models_growth, users_roll_forward) {
    expect_flows(UNCERTAIN, 714);
    expect_flows(UNCERTAIN "inactive_monthly = { uniform = { min = 0, max = 0.3 } }\n", 714);
    expect_flows(UNCERTAIN "inactive_monthly = 1\n", 714);
    expect_flows(CONTINUOUS UNCERTAIN "inactive_monthly = 0.07\nrate_longrun = -0.4\n", 713.7);
    expect_flows("[start]\nusers = 713.7\nregistered = 2385.2\ncash = 0\n[growth]\nrate_first = 0.1\n", 2385);
    expect_flows("[start]\nusers = 713.7\nregistered = 100\ncash = 0\n[growth]\nrate_first = 0.1\n", 714);
}

/* Without users there is nobody to grow, to leave or to pay. */
Test(models_growth, nobody) {
    static const char *const all[] = {"users", "users.new", "users.lost",   "users.registered",
                                      "paid",  "paid.new",  "paid.churned", "free"};
    struct paths paths = paths_start("[start]\nusers = 0\npaid = 0\ncash = 0\n[growth]\nrate_first = 5\n"
                                     "season_q1 = 10\ncap = 1\ninactive_monthly = 0.5\ntakes_off = 0.5\n"
                                     "[conversion]\nshare = 1\n[churn]\nmonthly = 0.5\n",
                                     64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            cr_expect_eq(paths_column(&paths, all[i])[0], 0, "%s", all[i]);
    }
    paths_end(&paths);
}
