/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RM1 as a careful C programmer would write it: GSL's fast generator and ziggurat, every value stored,
 * quantiles by selection instead of sorting, OpenMP over paths and over statistics. It shares no line with
 * the library.
 *
 * usage: plain_rm1 PATHS SEED [THREADS]      (2 threads)
 * Prints lines "metric,quarter,statistic,value"; for tiers "tier.I,,statistic,value".
 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { QUARTERS = 12, METRICS = 8, TIERS = 5, LEVELS = 5, STREAMS = METRICS * QUARTERS };
enum { USERS, PAID, MRR, AI, VOICE, INFRASTRUCTURE, COST, CASH };

static const char *const metric_name[METRICS] = {
    "users", "paid", "mrr", "cost.ai", "cost.voice", "cost.infrastructure", "cost.total", "cash"};
static const int level[LEVELS] = {5, 25, 50, 75, 95};

/* Everything that is simulated, and what comes of it. */
struct store {
    size_t paths;
    double *value;       /* [metric][quarter][path] */
    unsigned char *tier; /* [quarter][path] */
    double *pooled;      /* costs by tier, one tier after the other */
    size_t count[TIERS];
};

struct figures {
    double mean, sd, quantile[LEVELS];
};

/* --- Draws --- */

struct inputs {
    double growth, conversion, kept, price, ai_free, ai_paid, voice_free, voice_paid;
};

static double triangular(gsl_rng *rng, double low, double mode, double high) {
    double u = gsl_rng_uniform(rng), at_mode = (mode - low) / (high - low);
    return u < at_mode ? low + sqrt(u * (high - low) * (mode - low))
                       : high - sqrt((1 - u) * (high - low) * (high - mode));
}

static double pert(gsl_rng *rng, double low, double mode, double high) {
    double a = 1 + 4 * (mode - low) / (high - low), b = 1 + 4 * (high - mode) / (high - low);
    return low + (high - low) * gsl_ran_beta(rng, a, b);
}

/* The normal inside is drawn by ziggurat: gsl_ran_lognormal takes the slower polar method. */
static double lognormal(gsl_rng *rng, double mu, double sigma) {
    return exp(mu + gsl_ran_gaussian_ziggurat(rng, sigma));
}

static struct inputs draw_inputs(gsl_rng *rng) {
    struct inputs in = {.growth = 0.35 + gsl_ran_gaussian_ziggurat(rng, 0.10)};
    in.conversion = gsl_ran_beta(rng, 20, 180);
    double stays = 1 - gsl_ran_beta(rng, 8, 152);
    in.kept = stays * stays * stays;
    in.price = lognormal(rng, log(15), 0.10);
    double free_stories = 3 * gsl_ran_gamma(rng, 4, 0.5), paid_stories = 3 * gsl_ran_gamma(rng, 4, 1.5);
    in.ai_free = free_stories * triangular(rng, 0.10, 0.15, 0.25);
    in.ai_paid = paid_stories * pert(rng, 0.7, 1.0, 1.6);
    in.voice_free = free_stories * triangular(rng, 0.015, 0.02, 0.03);
    in.voice_paid = paid_stories * pert(rng, 0.6, 0.9, 1.4);
    return in;
}

/* --- Paths --- */

static int tier_of(double users) {
    return (users >= 1000) + (users >= 10000) + (users >= 50000) + (users >= 100000);
}

static void simulate(gsl_rng *rng, struct store *store, size_t path) {
    static const double base[TIERS] = {500, 1500, 7500, 30000, 50000};
    struct inputs in = draw_inputs(rng);
    double users = 500, paid = 50, cash = 250000, drift = 0, growth = in.growth;
    for (size_t t = 0; t < QUARTERS; t++, growth *= 0.9) {
        double before = users, x[METRICS];
        users *= exp(growth + gsl_ran_gaussian_ziggurat(rng, 0.08));
        paid = paid * in.kept + in.conversion * fmax(users - before, 0);
        drift += -0.02 + gsl_ran_gaussian_ziggurat(rng, 0.03);
        double free_users = fmax(users - paid, 0);
        int tier = tier_of(users);
        x[USERS] = users;
        x[PAID] = paid;
        x[MRR] = paid * in.price;
        x[AI] = (free_users * in.ai_free + paid * in.ai_paid) * exp(drift);
        x[VOICE] = free_users * in.voice_free + paid * in.voice_paid;
        x[INFRASTRUCTURE] = 3 * base[tier] * lognormal(rng, 0, 0.15);
        double outage = gsl_rng_uniform(rng) < 0.05 ? lognormal(rng, log(3000), 0.5) : 0;
        x[COST] = x[AI] + x[VOICE] + x[INFRASTRUCTURE] + outage;
        cash += 3 * x[MRR] - x[COST];
        x[CASH] = cash;
        store->tier[t * store->paths + path] = (unsigned char)tier;
        for (size_t m = 0; m < METRICS; m++)
            store->value[(m * QUARTERS + t) * store->paths + path] = x[m];
    }
}

/* Each thread has a generator of its own. Figures depend on the number of threads. */
static void simulate_all(struct store *store, unsigned long seed, int threads) {
#pragma omp parallel num_threads(threads)
    {
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
        gsl_rng_set(rng, seed * 1000 + (unsigned long)omp_get_thread_num());
#pragma omp for schedule(static)
        for (size_t path = 0; path < store->paths; path++)
            simulate(rng, store, path);
        gsl_rng_free(rng);
    }
}

/* --- Statistics --- */

static void swap(double *a, double *b) {
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* Hoare's selection: afterwards x[k] is what sorting would put there, with nothing larger before it. */
static double choose(double *x, size_t low, size_t high, size_t k) {
    while (low < high) {
        double pivot = x[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;; i++, j--) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i >= j)
                break;
            swap(&x[i], &x[j]);
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return x[k];
}

static double smallest(const double *x, size_t n) {
    double low = x[0];
    for (size_t i = 1; i < n; i++)
        low = x[i] < low ? x[i] : low;
    return low;
}

/* Levels rise, so that each search begins where the one before ended. */
static void find_quantiles(double *x, size_t n, double quantile[LEVELS]) {
    size_t from = 0;
    for (int i = 0; i < LEVELS; i++) {
        double rank = (double)(n - 1) * level[i] / 100.0;
        size_t k = (size_t)rank;
        double low = choose(x, from, n - 1, k), high = k + 1 < n ? smallest(x + k + 1, n - k - 1) : low;
        quantile[i] = low + (rank - (double)k) * (high - low);
        from = k;
    }
}

static struct figures find_figures(double *x, size_t n) {
    struct figures found = {0};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    found.mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - found.mean) * (x[i] - found.mean);
    found.sd = sqrt(squares / (double)(n - 1));
    find_quantiles(x, n, found.quantile);
    return found;
}

static void report(const char *metric, const char *quarter, const struct figures *found, int with_sd) {
    printf("%s,%s,mean,%.17g\n", metric, quarter, found->mean);
    if (with_sd)
        printf("%s,%s,sd,%.17g\n", metric, quarter, found->sd);
    for (int i = 0; i < LEVELS; i++)
        printf("%s,%s,p%d,%.17g\n", metric, quarter, level[i], found->quantile[i]);
}

/* Copies the costs, tier by tier. */
static void pool(struct store *store) {
    const double *cost = store->value + (size_t)COST * QUARTERS * store->paths;
    size_t all = QUARTERS * store->paths, place[TIERS] = {0};
    for (size_t i = 0; i < all; i++)
        store->count[store->tier[i]]++;
    for (int k = 1; k < TIERS; k++)
        place[k] = place[k - 1] + store->count[k - 1];
    for (size_t i = 0; i < all; i++)
        store->pooled[place[store->tier[i]]++] = cost[i];
}

static void report_tiers(const struct store *store, int threads) {
    struct figures found[TIERS] = {0};
    double *first[TIERS];
    for (int k = 0; k < TIERS; k++)
        first[k] = k == 0 ? store->pooled : first[k - 1] + store->count[k - 1];
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (int k = 0; k < TIERS; k++)
        if (store->count[k] > 1)
            found[k] = find_figures(first[k], store->count[k]);
    for (int k = 0; k < TIERS; k++) {
        char name[16];
        snprintf(name, sizeof name, "tier.%d", k);
        printf("%s,,count,%zu\n", name, store->count[k]);
        if (store->count[k] > 1)
            report(name, "", &found[k], 0);
    }
}

static void report_all(struct store *store, int threads) {
    static struct figures found[STREAMS];
    const double *last = store->value + ((size_t)CASH * QUARTERS + QUARTERS - 1) * store->paths;
    size_t below_zero = 0;
    for (size_t i = 0; i < store->paths; i++)
        below_zero += last[i] < 0;
    pool(store);
    report_tiers(store, threads);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t i = 0; i < STREAMS; i++)
        found[i] = find_figures(store->value + i * store->paths, store->paths);
    for (int i = 0; i < STREAMS; i++) {
        char quarter[16];
        int t = i % QUARTERS;
        snprintf(quarter, sizeof quarter, "%dQ%d", 2026 + t / 4, t % 4 + 1);
        report(metric_name[i / QUARTERS], quarter, &found[i], 1);
    }
    printf("cash.below_zero,2028Q4,mean,%.17g\n", (double)below_zero / (double)store->paths);
}

int main(int argc, char **argv) {
    struct store store = {.paths = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000};
    unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    int threads = argc > 3 ? atoi(argv[3]) : 2;
    if (store.paths < 2 || threads < 1) {
        fprintf(stderr, "usage: plain_rm1 PATHS SEED [THREADS]\n");
        return 2;
    }
    store.value = malloc(store.paths * STREAMS * sizeof *store.value);
    store.tier = malloc(store.paths * QUARTERS);
    store.pooled = malloc(store.paths * QUARTERS * sizeof *store.pooled);
    if (!store.value || !store.tier || !store.pooled)
        return 1;
    simulate_all(&store, seed, threads);
    report_all(&store, threads);
    free(store.pooled);
    free(store.tier);
    free(store.value);
    return 0;
}
