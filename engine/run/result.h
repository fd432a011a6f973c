/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run has found: plain data, complete in itself. output/ writes it to a file and needs nothing else;
 * it owns no generator, no plan, no scenario. Everything it points to lives in its arena.
 *
 * Shapes are written as C would index them, slowest first: estimate[metric][time][statistic].
 * A number that does not exist (the standard error of a maximum, the mean of a ratio) is NAN.
 */
#ifndef SP_ENGINE_RUN_RESULT_H
#define SP_ENGINE_RUN_RESULT_H

#include "engine/base/arena.h"
#include "engine/base/problems.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(ENUM, name in files and on the command line, sentence) */
#define SP_STATISTIC_LIST(X)                                                                                 \
    X(COUNT, "count", "paths on which the metric is defined; for a tier: path-quarters")                     \
    X(UNDEFINED, "undefined", "share of paths on which the metric is undefined")                             \
    X(MEAN, "mean", "mean over paths; of a ratio: the ratio of the means of its parts")                      \
    X(SD, "sd", "standard deviation (n - 1)")                                                                \
    X(MIN, "min", "smallest value")                                                                          \
    X(P1, "p1", "1 % of paths are below")                                                                    \
    X(P5, "p5", "5 % of paths are below")                                                                    \
    X(P10, "p10", "10 % of paths are below")                                                                 \
    X(P25, "p25", "25 % of paths are below")                                                                 \
    X(P50, "p50", "median")                                                                                  \
    X(P75, "p75", "75 % of paths are below")                                                                 \
    X(P90, "p90", "90 % of paths are below")                                                                 \
    X(P95, "p95", "95 % of paths are below")                                                                 \
    X(P99, "p99", "99 % of paths are below")                                                                 \
    X(MAX, "max", "largest value")                                                                           \
    X(ES5, "es5", "expected shortfall: mean of the 5 % of paths on the adverse side")

enum sp_statistic {
#define SP_STATISTIC_ENUM(name, text, sentence) SP_STATISTIC_##name,
    SP_STATISTIC_LIST(SP_STATISTIC_ENUM)
#undef SP_STATISTIC_ENUM
        SP_STATISTICS
};

struct sp_estimate {
    double value;
    double error; /* standard error (Monte Carlo, one sigma), NAN where none is defined */
};

enum sp_metric_kind { SP_STOCK, SP_FLOW, SP_RATIO };
enum sp_side { SP_LOW, SP_HIGH }; /* which end of a distribution is bad news */

struct sp_metric {
    const char *name; /* "cost.ai" */
    const char *unit; /* "USD"; "1" for a pure number */
    const char *sentence;
    enum sp_metric_kind kind;
    enum sp_side adverse;
    const char *undefined_when; /* NULL: always defined */
    bool ranked; /* undefined values may be +INFINITY or -INFINITY: they rank above or below all others.
                    Quantiles and histograms count them; count, min and max do not; mean, sd and es5 are not
                    given */
    const char *account; /* "cogs.ai", "one_off", ..; NULL: not a cost line */
    const char
        *placeholders; /* keys of the placeholder inputs that it depends on, separated by ", "; or NULL */
};

enum sp_axis_kind { SP_AXIS_QUARTER, SP_AXIS_YEAR, SP_AXIS_HORIZON, SP_AXES };

struct sp_axis {
    const char *name;   /* "quarter", "fiscal_year", "horizon" */
    size_t count;       /* times on it */
    const char **label; /* [count] "2026Q1", "2026", "2026Q1..2028Q4" */
    int *last_day;      /* [count] days from 1970-01-01 to the end of the period */
    int *quarters;      /* [count] quarters in the period (a fiscal year may be cut short) */
};

/* A distribution as counts: bin i holds `count[i]` values in [edge[i], edge[i+1]); values that are exactly
 * `atom[j]` are counted in `atom_count[j]` instead. Values are spread evenly inside a bin. No two bins that
 * follow one another are empty. */
struct sp_histogram_view {
    size_t bins, atoms;
    double *edge;         /* [bins + 1] ascending */
    uint64_t *count;      /* [bins] */
    double *atom;         /* [atoms] ascending */
    uint64_t *atom_count; /* [atoms] */
};

/* Where paths are in an ordered category (tier), and how they move through it. */
struct sp_passage_view {
    struct sp_estimate *occupancy; /* [quarters][labels] share of paths in the tier at the quarter's end */
    struct sp_estimate *entry;     /* [labels][quarters + 1] share of paths first in the tier in that quarter;
                                      the last one: never */
    struct sp_estimate *dwell; /* [labels][quarters + 1] share of paths that spend 0, 1, .. quarters in it */
    struct sp_estimate *quarters;     /* [labels] mean quarters spent in it, over all paths */
    struct sp_estimate *still_inside; /* [labels] share of paths in it at the horizon */
    struct sp_estimate *skipped;   /* [labels] share of paths that were in a higher tier and never in this one
                                      before that */
    struct sp_estimate *fell_back; /* [labels] share of paths that left it at least once for a lower tier */
};

struct sp_category_view {
    const char *name; /* "tier" */
    size_t labels;
    const char **label;
    size_t metrics; /* how many metrics are accumulated by this category */
    size_t *metric; /* [metrics] their index in sp_result.metric */
};

/* One clamp or rule of a mechanism, and how often it was needed. */
struct sp_count_view {
    const char *name;     /* "churn.monthly" (held to its bounds) or "conversion.users_raised" */
    const char *sentence; /* what was counted */
    uint64_t count;       /* path-quarters, or paths for a draw made once per path */
};

struct sp_variant_result {
    const char *name;                             /* "base" */
    struct sp_estimate *estimate[SP_AXES];        /* [metric][time][statistic] */
    struct sp_histogram_view *histogram[SP_AXES]; /* [metric][time] */
    struct sp_estimate **by_category;             /* [category] -> [metric of category][label][statistic] */
    struct sp_passage_view *passage;              /* [category] */
    size_t counts;
    struct sp_count_view *count; /* [counts] */
    double *kept;                /* [metric][quarter][kept path]; NULL: none, or not in memory */
    double *kept_input;          /* [input][kept path]: every per-path draw, before changes; or NULL */
};

/* One value of the scenario, with what is known of its source. Texts are NULL where not given. */
struct sp_origin {
    const char *key;   /* "growth.rate_first" */
    const char *value; /* as it would be written in a scenario */
    const char *unit;
    const char *file; /* "moderate.toml", "--set", "default" */
    int line;         /* 0: no line */
    bool given;       /* false: the default was taken */
    bool placeholder;
    const char *row, *source, *grade, *note, *owner, *as_of, *fits;
};

struct sp_result {
    struct sp_arena *arena;

    const char *name, *title, *currency; /* of the scenario */
    const char *program_version;
    const char *scenario_text;  /* the resolved scenario: a complete file that repeats the run */
    const char *scenario_files; /* the files and --set it was made from, in order, one a line */
    uint64_t seed, paths, batch;
    unsigned stream_version;
    uint64_t table_hash;  /* of all quantile tables: equal hashes, equal draws */
    uint64_t fingerprint; /* of every value of batch 0 */
    const char *sampler;  /* "mc" */

    size_t metrics;
    struct sp_metric *metric; /* [metrics] */
    struct sp_axis axis[SP_AXES];
    size_t categories;
    struct sp_category_view *category; /* [categories] */
    size_t variants;
    struct sp_variant_result *variant; /* [variants] */
    size_t kept_paths, inputs;
    const char **input; /* [inputs] names of the per-path draws */
    size_t origins;
    struct sp_origin *origin; /* [origins] in order of key */
};

/* Where the values of kept paths go while they are simulated: into a matrix, [row][kept path]. Its rows are,
 * variant by variant, those of the metrics, [metric][quarter], and then those of the inputs, [input]. */
struct sp_kept_sink {
    void *context;

    /* Called once, before everything: all of `result` is known but the statistics. 0, or an error with a
     * problem. */
    int (*begin)(void *context, const struct sp_result *result, struct sp_problems *problems);

    /* The values of paths first .. first + n - 1 in a row; of no other call. By any thread, and by several at
     * once. 0, or -1: it has failed, and need not be called again. */
    int (*put)(void *context, size_t row, size_t first, const double *x, size_t n);

    /* Tells as a problem why `put` has failed, and returns its error. */
    int (*tell)(void *context, struct sp_problems *problems);
};

/* How many rows of the matrix a variant has. */
size_t sp_result_kept_rows(const struct sp_result *result);

/* The name ("p50") and the sentence of a statistic. Static storage. */
const char *sp_result_statistic_name(enum sp_statistic statistic);
const char *sp_result_statistic_sentence(enum sp_statistic statistic);

/* The statistic of that name, or SP_STATISTICS. */
enum sp_statistic sp_result_statistic_find(const char *name);

/* "stock", "flow", "ratio"; "low", "high". */
const char *sp_result_kind_name(enum sp_metric_kind kind);
const char *sp_result_side_name(enum sp_side side);

/* Frees the result with everything in it. NULL is allowed. */
void sp_result_free(struct sp_result *result);

#endif
