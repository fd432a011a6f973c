/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RM1 as one would write it in an afternoon: scalar C, GSL's generator and samplers, every value stored,
 * quantiles by sorting. It shares no line with the library, and is the reference that scalepath's numbers are
 * compared with.
 *
 * usage: naive_rm1 PATHS SEED
 * Prints lines "metric,quarter,statistic,value"; for tiers "tier.I,,statistic,value".
 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { QUARTERS = 12, METRICS = 8, TIERS = 5 };
enum { USERS, PAID, MRR, AI, VOICE, INFRASTRUCTURE, COST, CASH };

static const char *const metric_name[METRICS] = {
    "users", "paid", "mrr", "cost.ai", "cost.voice", "cost.infrastructure", "cost.total", "cash"};

struct inputs {
    double growth, conversion, churn, price, stories_free, stories_paid, ai_free, ai_paid, voice_free,
        voice_paid;
};

static double triangular(gsl_rng *rng, double low, double mode, double high) {
    double u = gsl_rng_uniform(rng), at_mode = (mode - low) / (high - low);
    if (u < at_mode)
        return low + sqrt(u * (high - low) * (mode - low));
    return high - sqrt((1 - u) * (high - low) * (high - mode));
}

static double pert(gsl_rng *rng, double low, double mode, double high) {
    double a = 1 + 4 * (mode - low) / (high - low), b = 1 + 4 * (high - mode) / (high - low);
    return low + (high - low) * gsl_ran_beta(rng, a, b);
}

static struct inputs draw_inputs(gsl_rng *rng) {
    struct inputs in;
    in.growth = 0.35 + gsl_ran_gaussian(rng, 0.10);
    in.conversion = gsl_ran_beta(rng, 20, 180);
    in.churn = gsl_ran_beta(rng, 8, 152);
    in.price = gsl_ran_lognormal(rng, log(15), 0.10);
    in.stories_free = gsl_ran_gamma(rng, 4, 0.5);
    in.stories_paid = gsl_ran_gamma(rng, 4, 1.5);
    in.ai_free = triangular(rng, 0.10, 0.15, 0.25);
    in.ai_paid = pert(rng, 0.7, 1.0, 1.6);
    in.voice_free = triangular(rng, 0.015, 0.02, 0.03);
    in.voice_paid = pert(rng, 0.6, 0.9, 1.4);
    return in;
}

static int tier_of(double users) {
    return users < 1000 ? 0 : users < 10000 ? 1 : users < 50000 ? 2 : users < 100000 ? 3 : 4;
}

/* One path: fills value[quarter][metric] and the tier of each quarter. */
static void simulate(gsl_rng *rng, double value[QUARTERS][METRICS], int tier[QUARTERS]) {
    static const double base[TIERS] = {500, 1500, 7500, 30000, 50000};
    struct inputs in = draw_inputs(rng);
    double users = 500, paid = 50, cash = 250000, drift = 0;
    for (int t = 0; t < QUARTERS; t++) {
        double before = users, *x = value[t];
        users *= exp(in.growth * pow(0.9, t) + gsl_ran_gaussian(rng, 0.08));
        paid = paid * pow(1 - in.churn, 3) + in.conversion * fmax(users - before, 0);
        drift += -0.02 + gsl_ran_gaussian(rng, 0.03);
        double free_users = fmax(users - paid, 0);
        tier[t] = tier_of(users);
        x[USERS] = users;
        x[PAID] = paid;
        x[MRR] = paid * in.price;
        x[AI] = (3 * in.stories_free * free_users * in.ai_free + 3 * in.stories_paid * paid * in.ai_paid) *
                exp(drift);
        x[VOICE] =
            3 * in.stories_free * free_users * in.voice_free + 3 * in.stories_paid * paid * in.voice_paid;
        x[INFRASTRUCTURE] = 3 * base[tier[t]] * gsl_ran_lognormal(rng, 0, 0.15);
        double outage = gsl_rng_uniform(rng) < 0.05 ? gsl_ran_lognormal(rng, log(3000), 0.5) : 0;
        x[COST] = x[AI] + x[VOICE] + x[INFRASTRUCTURE] + outage;
        cash += 3 * x[MRR] - x[COST];
        x[CASH] = cash;
    }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t n, double p) {
    double rank = (double)(n - 1) * p;
    size_t i = (size_t)rank;
    return i + 1 < n ? sorted[i] + (rank - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static void report(const char *metric, const char *quarter, double *x, size_t n, int with_sd) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    qsort(x, n, sizeof *x, ascending);
    printf("%s,%s,mean,%.17g\n", metric, quarter, mean);
    if (with_sd)
        printf("%s,%s,sd,%.17g\n", metric, quarter, sqrt(squares / (double)(n - 1)));
    static const int level[] = {5, 25, 50, 75, 95};
    for (size_t i = 0; i < sizeof level / sizeof *level; i++)
        printf("%s,%s,p%d,%.17g\n", metric, quarter, level[i], quantile(x, n, level[i] / 100.0));
}

static void report_tiers(const double *cost, const unsigned char *tier, size_t n) {
    double *x = malloc(n * sizeof *x);
    for (int k = 0; x && k < TIERS; k++) {
        size_t count = 0;
        char name[16];
        for (size_t i = 0; i < n; i++)
            if (tier[i] == k)
                x[count++] = cost[i];
        snprintf(name, sizeof name, "tier.%d", k);
        printf("%s,,count,%zu\n", name, count);
        if (count > 1)
            report(name, "", x, count, 0);
    }
    free(x);
}

static int run(size_t paths, unsigned long seed) {
    double *all = malloc(paths * QUARTERS * METRICS * sizeof *all);
    unsigned char *tier = malloc(paths * QUARTERS);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!all || !tier || !rng)
        return 1;
    gsl_rng_set(rng, seed);
    size_t below_zero = 0;
    for (size_t p = 0; p < paths; p++) {
        double value[QUARTERS][METRICS];
        int where[QUARTERS];
        simulate(rng, value, where);
        for (int t = 0; t < QUARTERS; t++) {
            tier[(size_t)t * paths + p] = (unsigned char)where[t];
            for (int m = 0; m < METRICS; m++)
                all[((size_t)m * QUARTERS + (size_t)t) * paths + p] = value[t][m];
        }
        below_zero += value[QUARTERS - 1][CASH] < 0;
    }
    report_tiers(all + (size_t)COST * QUARTERS * paths, tier, paths * QUARTERS);
    for (int m = 0; m < METRICS; m++)
        for (int t = 0; t < QUARTERS; t++) {
            char quarter[8];
            snprintf(quarter, sizeof quarter, "%dQ%d", 2026 + t / 4, t % 4 + 1);
            report(metric_name[m], quarter, all + ((size_t)m * QUARTERS + (size_t)t) * paths, paths, 1);
        }
    printf("cash.below_zero,2028Q4,mean,%.17g\n", (double)below_zero / (double)paths);
    gsl_rng_free(rng);
    free(tier);
    free(all);
    return 0;
}

int main(int argc, char **argv) {
    size_t paths = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
    unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    if (paths < 2) {
        fprintf(stderr, "usage: naive_rm1 PATHS SEED\n");
        return 2;
    }
    return run(paths, seed);
}
