/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Partners and their credits: equations by hand, limits, sums, and that they move no other draw.
 */
#include "engine/math/count.h"
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(models_partners, .timeout = 20);

enum { PATHS = 640, QUARTERS = 12 };

/* Users grow by partners alone. */
#define STILL                                                                                                \
    "[start]\nusers = 1037\npaid = 103.7\ncash = 0\n[growth]\nrate_first = 0\n[conversion]\nshare = 0.1\n"   \
    "[revenue]\nprice = 13.5\n"
#define PLAIN "counts = \"continuous\"\n" STILL

#define GROWING                                                                                              \
    "[start]\nusers = 900\npaid = 103\ncash = 2385\n"                                                        \
    "[growth]\nrate_first = { normal = { mean = 0.1, sd = 0.1 } }\n"                                         \
    "shock = { normal = { mean = 0, sd = 0.3 } }\n[conversion]\nshare = { beta = { a = 20, b = 180 } }\n"    \
    "[churn]\nmonthly = 0.07\n[revenue]\nprice = { lognormal = { median = 14.7, sigma = 0.2 } }\n"           \
    "[usage]\nfree_monthly = 1.3\npaid_monthly = 5.7\n"                                                      \
    "[tier.small]\nfrom = 0\nmonthly = 512\n[tier.large]\nfrom = 2_000\nmonthly = 1999\n"

/* One of each type and model, uncertain in all that they can be. */
#define ONE_OF_EACH                                                                                          \
    "[partner.bloggers]\ntype = \"distribution\"\nmodel = \"affiliate\"\ncommission = 0.21\n"                \
    "arrivals = 1.7\nleaving = 0.1\nusers = { lognormal = { median = 31, sigma = 0.5 } }\n"                  \
    "[partner.schools]\ntype = \"platform\"\nmodel = \"white_label\"\nlicence = 419\ninitial = 2\n"          \
    "start = { uniform = { min = 1, max = 5 } }\nonboarding = 777\nmonthly = 33\n"                           \
    "[partner.heroes]\ntype = \"content\"\nmodel = \"revenue_share\"\nshare_paid = 0.13\nsales = 999\n"      \
    "share_received = 0.31\nroyalty = 0.017\nstory_share = 0.21\narrivals = 0.9\nusers = 77\n"               \
    "[partner.clouds]\ntype = \"technology\"\nmodel = \"api_fees\"\nunits = 371\nfee = 1.9\n"                \
    "unit_cost = 0.7\narrivals = 0.6\ncredits = { lognormal = { median = 3100, sigma = 0.7 } }\n"            \
    "credits_last = 3\n[partner.startup_credits]\ntype = \"technology\"\ninitial = 1\ncredits = 2385\n"

static void expect_close(const struct paths *paths, const char *name, size_t t, double expected) {
    const double *x = paths_column(paths, name);
    cr_assert_not_null(x, "%s", name);
    cr_expect_float_eq(x[7], expected, 1e-9 * fabs(expected) + 1e-12, "%s in quarter %zu: %.17g, not %.17g",
                       name, t, x[7], expected);
}

/* --- By hand --- */

/* Three come in quarter 2 and 0.7 in every quarter from then on; a tenth leaves. */
static double count_by_hand(size_t t, double before, double *arrived) {
    *arrived = t == 0 ? 0 : t == 1 ? 3.7 : 0.7;
    return before * 0.9 + *arrived;
}

#define COMING "start = 2.385\ninitial = 3\narrivals = 0.7\nleaving = 0.1\n"

Test(models_partners, affiliates_by_hand) {
    struct paths paths =
        paths_start(PLAIN "[partner.blogs]\nmodel = \"affiliate\"\ncommission = 0.23\n" COMING
                          "users = 41.3\nmonthly = 17\nonboarding = 311\n",
                    64);
    double count = 0, users = 1037, brought = 0, arrived;
    for (size_t t = 0; t < 6; t++) {
        sp_block_quarter(paths.block, t);
        double now = count_by_hand(t, count, &arrived), mean = (count + now) / 2;
        double fresh = 41.3 * mean, next = users + fresh;
        double revenue = 3 * 13.5 * 0.1 * (users + next) / 2;
        double payout = 0.23 * revenue * (brought + brought + fresh) / (users + next);
        expect_close(&paths, "partner.blogs.arrivals", t, arrived);
        expect_close(&paths, "partner.blogs.departures", t, 0.1 * count);
        expect_close(&paths, "partner.blogs.count", t, now);
        expect_close(&paths, "partner.blogs.users", t, fresh);
        expect_close(&paths, "partner.blogs.brought", t, brought + fresh);
        expect_close(&paths, "users", t, next);
        expect_close(&paths, "revenue", t, revenue);
        expect_close(&paths, "revenue.partner", t, 0);
        expect_close(&paths, "cost.partner.blogs.payout", t, payout);
        expect_close(&paths, "cost.partner.blogs.service", t, 3 * 17 * mean);
        expect_close(&paths, "cost.partner.blogs.onboarding", t, 311 * arrived);
        expect_close(&paths, "cogs", t, payout + 3 * 17 * mean);
        expect_close(&paths, "cost.total", t, payout + 3 * 17 * mean + 311 * arrived);
        users = next;
        brought += fresh;
        count = now;
    }
    paths_end(&paths);
}

/* What a kind of partner earns and costs in a quarter, per partner there. */
static void expect_per_partner(const char *partner, double earned, double service) {
    char text[2048];
    snprintf(text, sizeof text, PLAIN "[partner.x]\n" COMING "%s", partner);
    struct paths paths = paths_start(text, 64);
    double count = 0, arrived;
    for (size_t t = 0; t < 4; t++) {
        sp_block_quarter(paths.block, t);
        double now = count_by_hand(t, count, &arrived), mean = (count + now) / 2;
        expect_close(&paths, "revenue.partner.x", t, earned * mean);
        expect_close(&paths, "revenue.partner", t, earned * mean);
        expect_close(&paths, "revenue", t, 3 * 13.5 * 103.7 + earned * mean);
        expect_close(&paths, "mrr", t, 13.5 * 103.7);
        expect_close(&paths, "cost.partner.x.service", t, service * mean);
        count = now;
    }
    paths_end(&paths);
}

Test(models_partners, what_models_earn) {
    expect_per_partner("model = \"white_label\"\nlicence = 471.3\nmonthly = 29\n", 3 * 471.3, 3 * 29);
    expect_per_partner("model = \"api_fees\"\nunits = 313\nfee = 2.385\nunit_cost = 1.9\nmonthly = 29\n",
                       3 * 313 * 2.385, 3 * (29 + 313 * 1.9));
    expect_per_partner("model = \"revenue_share\"\nshare_paid = 0.1\nsales = 2385\nshare_received = 0.27\n",
                       3 * 2385 * 0.27, 0);
    expect_per_partner("model = \"revenue_share\"\nshare_paid = 0.1\n", 0, 0);
    expect_per_partner("model = \"none\"\nmonthly = 7.7\n", 0, 3 * 7.7);
}

/* A share of all stories for each partner, until there is none without them. */
Test(models_partners, royalties_by_hand) {
    struct paths paths = paths_start(
        PLAIN "[usage]\nfree_monthly = 1.3\npaid_monthly = 5.7\n[partner.heroes]\ntype = \"content\"\n"
              "start = 0\ninitial = 2\narrivals = 1\nroyalty = 0.031\nstory_share = 0.17\n",
        64);
    double stories = 3 * (933.3 * 1.3 + 103.7 * 5.7);
    for (size_t t = 0; t < 8; t++) {
        sp_block_quarter(paths.block, t);
        double mean = 2.5 + (double)t;
        expect_close(&paths, "cost.partner.heroes.payout", t, 0.031 * stories * fmin(0.17 * mean, 1));
    }
    paths_end(&paths);
}

/* 5000 come in quarter 2, for quarters 2, 3 and 4; hosting costs 1200 a quarter. 4700 more come in quarter 4
 * for that quarter and one more. */
Test(models_partners, credits_by_hand) {
    static const double used[] = {0, 1200, 1200, 1200, 1200, 0}, left[] = {0, 3800, 2600, 4700, 0, 0},
                        expired[] = {0, 0, 0, 1400, 3500, 0};
    struct paths paths = paths_start(PLAIN "[tier.only]\nfrom = 0\nmonthly = 400\n"
                                           "[partner.a]\ntype = \"technology\"\nstart = 2\ninitial = 2\n"
                                           "credits = 2500\ncredits_last = 3\n"
                                           "[partner.b]\ntype = \"technology\"\nstart = 4\ninitial = 1\n"
                                           "credits = 4700\ncredits_last = 2\n",
                                     64);
    for (size_t t = 0; t < 6; t++) {
        sp_block_quarter(paths.block, t);
        expect_close(&paths, "cost.credits", t, -used[t]);
        expect_close(&paths, "credits", t, left[t]);
        expect_close(&paths, "credits.expired", t, expired[t]);
        expect_close(&paths, "cost.infrastructure", t, 1200);
        expect_close(&paths, "cogs", t, 1200 - used[t]);
    }
    paths_end(&paths);
}

/* --- Counts --- */

Test(models_partners, arrivals_are_poisson_counts) {
    enum { MANY = 20480 };
    struct paths paths = paths_start(STILL "[partner.x]\narrivals = 1.37\n", MANY);
    double count = 0;
    for (size_t t = 0; t < 3; t++) {
        sp_block_quarter(paths.block, t);
        const double *arrived = paths_column(&paths, "partner.x.arrivals");
        double sum = 0, square = 0, nobody = 0;
        for (size_t p = 0; p < MANY; p++) {
            cr_assert_eq(arrived[p], floor(arrived[p]));
            sum += arrived[p];
            square += (arrived[p] - 1.37) * (arrived[p] - 1.37);
            nobody += arrived[p] == 0;
        }
        cr_expect_float_eq(sum / MANY, 1.37, 5 * sqrt(1.37 / MANY));
        cr_expect_float_eq(square / MANY, 1.37, 5 * sqrt((1.37 + 2 * 1.37 * 1.37) / MANY));
        cr_expect_float_eq(nobody / MANY, exp(-1.37), 5 * sqrt(0.19 / MANY));
        count += sum / MANY;
        cr_expect_float_eq(paths_mean(&paths, "partner.x.count"), count, 1e-9 * count);
    }
    paths_end(&paths);
}

Test(models_partners, all_leave_or_nobody) {
    struct paths paths = paths_start(STILL "[partner.gone]\nstart = 0\ninitial = 17\nleaving = 1\n"
                                           "[partner.loyal]\nstart = 0\ninitial = 17\n",
                                     PATHS);
    for (size_t t = 0; t < 3; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_eq(paths_column(&paths, "partner.gone.count")[9], 0);
        cr_expect_eq(paths_column(&paths, "partner.gone.departures")[9], t ? 0 : 17);
        cr_expect_eq(paths_column(&paths, "partner.loyal.count")[9], 17);
    }
    paths_end(&paths);
}

/* --- What belongs together --- */

/* Over all kinds: "cost.partner." kind ".payout". */
static double sum_of(const struct paths *paths, const char *before, const char *after, size_t p) {
    static const char *const kinds[] = {"bloggers", "schools", "heroes", "clouds", "startup_credits"};
    double sum = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s%s", before, kinds[i], after);
        sum += paths_column(paths, name)[p];
    }
    return sum;
}

static double at(const struct paths *paths, const char *name, size_t p) {
    return paths_column(paths, name)[p];
}

static void expect_equal(double a, double b, const char *what, size_t t, size_t p) {
    cr_expect(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)) + 1e-9, "%s in quarter %zu on path %zu: %g, %g",
              what, t, p, a, b);
}

/* Credits are granted when partners come, and are used, expire or are left. */
static void expect_books(const char *text) {
    struct paths paths = paths_start(text, PATHS);
    double count[PATHS] = {0}, credits[PATHS] = {0};
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t p = 0; p < PATHS; p++) {
            expect_equal(at(&paths, "revenue.partner", p), sum_of(&paths, "revenue.partner.", "", p),
                         "revenue", t, p);
            expect_equal(at(&paths, "cost.partner", p), sum_of(&paths, "cost.partner.", "", p), "cost", t, p);
            expect_equal(at(&paths, "cost.partner", p),
                         sum_of(&paths, "cost.partner.", ".payout", p) +
                             sum_of(&paths, "cost.partner.", ".service", p) +
                             sum_of(&paths, "cost.partner.", ".onboarding", p),
                         "lines", t, p);
            expect_equal(at(&paths, "cost.total", p),
                         at(&paths, "cost.partner", p) + at(&paths, "cost.credits", p) +
                             at(&paths, "cost.infrastructure", p),
                         "total", t, p);
            count[p] +=
                sum_of(&paths, "partner.", ".arrivals", p) - sum_of(&paths, "partner.", ".departures", p);
            expect_equal(count[p], sum_of(&paths, "partner.", ".count", p), "partners", t, p);
            cr_expect(sum_of(&paths, "partner.", ".brought", p) <= at(&paths, "users", p) * (1 + 1e-12));
            cr_expect(at(&paths, "cost.infrastructure", p) + at(&paths, "cost.credits", p) >= 0);
            cr_expect(at(&paths, "cost.credits", p) <= 0 && at(&paths, "credits", p) >= 0);
            double rest = credits[p] - at(&paths, "credits", p) + at(&paths, "cost.credits", p) -
                          at(&paths, "credits.expired", p);
            double fixed = 2385 * at(&paths, "partner.startup_credits.arrivals", p);
            cr_expect(rest + fixed <= 1e-6 &&
                          (rest + fixed < -1e-6) == (at(&paths, "partner.clouds.arrivals", p) > 0),
                      "credits in quarter %zu on path %zu: %g of %g", t, p, rest, fixed);
            credits[p] = at(&paths, "credits", p);
        }
    }
    paths_end(&paths);
}

Test(models_partners, parts_are_the_whole) {
    expect_books(GROWING ONE_OF_EACH);
    expect_books("counts = \"continuous\"\naccrual = \"end\"\n" GROWING ONE_OF_EACH);
}

/* All users brought, all of their revenue paid away: no more than the whole subscription revenue. */
Test(models_partners, shares_of_nothing_and_of_everything) {
    struct paths paths = paths_start(
        "[start]\nusers = 0\npaid = 0\ncash = 0\n[growth]\nrate_first = -0.3\n[conversion]\nshare = 0.2\n"
        "[revenue]\nprice = 13.5\n[partner.all]\nmodel = \"revenue_share\"\nshare_paid = 1\nstart = 0\n"
        "initial = 1\nusers = 500\n[partner.none]\nmodel = \"affiliate\"\ncommission = 0\nstart = 0\n"
        "initial = 1\n",
        64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        expect_close(&paths, "partner.all.brought", t, at(&paths, "users", 7));
        expect_close(&paths, "cost.partner.all.payout", t, at(&paths, "revenue", 7));
        cr_expect_eq(at(&paths, "cost.partner.none", 7), 0);
        cr_expect_eq(at(&paths, "cash", 7), 0);
    }
    paths_end(&paths);
}

/* Partners without effect: those who never come, and those who bring and pay nothing. */
static void expect_no_effect(const char *with) {
    static const char *const columns[] = {"users", "paid", "paid.churned", "mrr", "revenue", "cash"};
    struct paths a = paths_start(GROWING, PATHS), b = paths_start(with, PATHS);
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

Test(models_partners, move_no_other_draw) {
    expect_no_effect(GROWING "[partner.idle]\narrivals = { gamma = { shape = 2, scale = 1.7 } }\n"
                             "leaving = 0.2\ninitial = 3\n");
    expect_no_effect(GROWING "[partner.late]\nstart = { uniform = { min = 13, max = 30 } }\ninitial = 9\n"
                             "arrivals = 7\nusers = 1e6\nmodel = \"white_label\"\nlicence = 1e6\n"
                             "monthly = 1e6\nonboarding = 1e6\ntype = \"technology\"\ncredits = 1e6\n");
    expect_no_effect(GROWING "[partner.nobody]\narrivals = 0\nusers = 1e6\nmodel = \"white_label\"\n"
                             "licence = 1e6\ntype = \"technology\"\ncredits = 1e6\n");
}

/* One kind more leaves the partners of another kind as they were. */
Test(models_partners, kinds_are_independent) {
    struct paths a = paths_start(GROWING "[partner.x]\narrivals = 1.3\nleaving = 0.1\n", PATHS);
    struct paths b = paths_start(GROWING "[partner.w]\narrivals = 2.1\nleaving = 0.3\nusers = 10\n"
                                         "[partner.x]\narrivals = 1.3\nleaving = 0.1\n",
                                 PATHS);
    size_t alike = 0;
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(a.block, t);
        sp_block_quarter(b.block, t);
        cr_expect_eq(memcmp(paths_column(&a, "partner.x.count"), paths_column(&b, "partner.x.count"),
                            PATHS * sizeof(double)),
                     0);
        for (size_t p = 0; p < PATHS; p++)
            alike += at(&b, "partner.w.arrivals", p) == at(&b, "partner.x.arrivals", p);
    }
    cr_expect_lt(alike, PATHS * QUARTERS / 2);
    paths_end(&a);
    paths_end(&b);
}

/* What partners pay comes from no segment; what payers pay, at the prices of their markets, does. */
Test(models_partners, segments_are_what_payers_pay) {
    struct paths paths = paths_start(GROWING "[market.far]\nlaunch = 2\nshare = 0.4\nprice_level = 0.61\n"
                                             "[partner.schools]\nmodel = \"white_label\"\nlicence = 419\n"
                                             "arrivals = 1\n[segment.a]\nshare = 0.3\nprice = 23.85\n"
                                             "[segment.b]\nshare = 0.7\n",
                                     PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t p = 0; p < PATHS; p++) {
            expect_equal(at(&paths, "revenue", p) - at(&paths, "revenue.partner", p),
                         at(&paths, "revenue.segment.a", p) + at(&paths, "revenue.segment.b", p), "revenue",
                         t, p);
            expect_equal(at(&paths, "mrr", p),
                         at(&paths, "mrr.segment.a", p) + at(&paths, "mrr.segment.b", p), "mrr", t, p);
        }
    }
    paths_end(&paths);
}

Test(models_partners, need_only_what_their_model_has) {
    cr_expect(strstr(paths_problems(STILL "[partner.x]\nmodel = \"affiliate\"\n"),
                     "partner.x.commission is missing"));
    cr_expect(strstr(paths_problems(STILL "[partner.x]\nmodel = \"white_label\"\n"),
                     "partner.x.licence is missing"));
    cr_expect(strstr(paths_problems(STILL "[partner.x]\nmodel = \"none\"\nlicence = 5\n"),
                     "licence is not used: it needs partner.x.model = white_label"));
    cr_expect(strstr(paths_problems(STILL "[partner.x]\ntype = \"content\"\nroyalty = 1\n"),
                     "partner.x.story_share is missing"));
    cr_expect(strstr(paths_problems(STILL "[partner.x]\ntype = \"platform\"\ncredits = 1\n"),
                     "credits is not used: it needs partner.x.type = technology"));
}
