/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plan: a scenario compiled to numbers, ready to run and never changed after. It is made of
 *   variables   every assumption in use: its laws (by schedule), its changes, its bounds
 *   columns     what steps read and write; those that are not internal are metrics
 *   steps       mechanisms bound to their variables and columns, in order
 * for each variant (one of several plans simulated on the same draws), and of what they share.
 *
 * Everything lives in `arena`, except the quantile tables.
 */
#ifndef SP_ENGINE_RUN_PLAN_H
#define SP_ENGINE_RUN_PLAN_H

#include "engine/base/problems.h"
#include "engine/random/conditional.h"
#include "engine/random/copula.h"
#include "engine/random/sampler.h"
#include "engine/run/formula.h"
#include "engine/run/mechanism.h"

enum { SP_PLAN_BATCH = 1 << 14, SP_PLAN_QUARTERS = 400, SP_PLAN_NONE = -1 };
#define SP_PLAN_PATHS_MAX (UINT64_C(1) << 40)

/* From quarter `from` on, until the next entry, the variable has this law. All entries use the same uniform:
 * a path that is lucky stays so when the law changes. */
struct sp_schedule_entry {
    int from; /* 0 .. ; the first entry has 0 */
    struct sp_law law;
    struct sp_sampler sampler;
    bool may_leave_bounds; /* a draw of the sampler may lie outside the variable's bounds */
};

enum sp_change_operation { SP_CHANGE_TIMES, SP_CHANGE_PLUS, SP_CHANGE_SET };

/* An independent standard normal that dependent variables share: a latent factor, or the own part of a
 * variable. */
struct sp_normal {
    const char *name;
    uint32_t stream;
    enum sp_each each;
};

/* A dependent variable's normal value is the sum of weight x normal. */
struct sp_loading {
    int normal; /* index */
    double weight;
};

/* Noise that varies by quarter around a variable drawn once per path: an AR(1) process a_t = phi a_(t-1) +
 * sd sqrt(1 - phi^2) e_t, begun with its stationary spread, sd. */
enum sp_noise_scale { SP_NOISE_NONE, SP_NOISE_LOG, SP_NOISE_LOGIT, SP_NOISE_ADD };

struct sp_noise {
    enum sp_noise_scale scale; /* x e^a; 1 / (1 + e^-(logit x + a)); x + a */
    double sd, phi;
    uint32_t stream;
};

/* A change of a variable; `value` is a variable too. One that belongs to an event (a policy, a market) acts
 * on a path as far as the column `share` says: 0 not at all, 1 in full; the opening state is before all
 * events. Those of one variable stand in the order of their names: the last `set` first, then all `times`,
 * then all `plus`, then the bounds. */
struct sp_change {
    enum sp_change_operation operation;
    int from, until; /* quarters in which it acts, both included */
    int ramp;        /* quarters until it acts in full; 1: at once */
    int value;       /* index of the variable with its value */
    int share;       /* column, or SP_PLAN_NONE: it acts in full on all paths */
};

/* Parameters of a variable's law that are drawn themselves. In each quarter its value follows from its own
 * standard draw and the parameters in force in that quarter: when these change, a path that is lucky stays
 * so. The variable has one entry, whose law stands for it where one law is needed (with the medians of the
 * parameters), and whose sampler draws Z (conditional.h). */
struct sp_given {
    const struct sp_conditional *conditional; /* NULL: all parameters are numbers */
    int variable[SP_CONDITIONAL_PARAMETERS];  /* index of the variable that it is, or SP_PLAN_NONE */
    double number[SP_CONDITIONAL_PARAMETERS]; /* else */
};

struct sp_variable {
    const char *name; /* "growth.rate_first" */
    uint32_t stream;  /* hash of its stream name */
    enum sp_each each;
    bool where; /* steps ask for its values where something happens (base/field.h) */
    int begins; /* SP_EACH_EVENT: the column that is not 0 where its value is drawn anew */
    size_t entries;
    struct sp_schedule_entry *entry;
    size_t loadings; /* 0: independent */
    struct sp_loading *loading;
    struct sp_given given;
    struct sp_noise noise;
    size_t changes;
    struct sp_change *change;
    double low, high; /* bounds */
    bool may_leave_bounds;
};

/* What is looked at in place of a column: see same_as in struct sp_mechanism. */
struct sp_stand_in {
    enum { SP_STAND_IN_NONE, SP_STAND_IN_ZEROS, SP_STAND_IN_VARIABLE, SP_STAND_IN_COLUMN } kind;
    int index; /* of the variable or the column, for which nothing else stands in */
};

struct sp_column {
    const char *name;
    const char *unit;             /* with the scenario's currency */
    const struct sp_write *write; /* what its mechanism says of it */
    const char *account;          /* of a cost line, or NULL */
    int numerator, denominator;   /* of a ratio: columns; else SP_PLAN_NONE */
    int metric;                   /* index among the metrics, or SP_PLAN_NONE */
    const char *placeholders;     /* as in struct sp_metric */
    struct sp_stand_in stand_in;  /* none when all is worked out */
    bool is_shown;                /* it is a metric, or stands in for one */
};

struct sp_bound_step {
    const struct sp_mechanism *mechanism;
    size_t fields;
    int *variable;               /* [fields] index, or SP_PLAN_NONE for numbers and choices */
    struct sp_formula **formula; /* [fields] or NULL */
    double *number;              /* [fields] */
    double *always;              /* [fields] see sp_step_always */
    struct sp_step outline;      /* what `looks_at` and `same_as` may ask for: no values, no outs */
    struct sp_span field_span[SP_STEP_TABLES]; /* of the first instance */
    size_t instances[SP_STEP_TABLES];
    size_t reads;
    int *read;         /* [reads] column */
    bool *read_before; /* [reads] */
    struct sp_span read_span[SP_STEP_READS];
    size_t outs;
    int *out;        /* [outs] column */
    bool *is_wanted; /* [outs] */
    bool is_live;    /* somebody asks for one of its columns, or it counts rules; others are not run */
    struct sp_span out_span[SP_STEP_WRITES];
    size_t first_rule; /* index of its first rule among the counts */
};

struct sp_category {
    const char *name;
    int column;
    size_t labels;
    const char **label;
};

struct sp_variant {
    const char *name;
    size_t normals;
    struct sp_normal *normal;
    size_t variables;
    struct sp_variable *variable;
    size_t columns;
    struct sp_column *column;
    int stop; /* column that is not 0 on paths that have stopped, or SP_PLAN_NONE */
    size_t steps;
    struct sp_bound_step *step; /* in the order in which they run */
    size_t rules;
    struct sp_rule *rule; /* first one per variable (held to its bounds), then the mechanisms' */
};

struct sp_plan {
    struct sp_arena *arena;
    struct sp_tables *tables;
    struct sp_sampler standard_normal;  /* for factors and noise; made when there are any */
    struct sp_normal_rows *normal_rows; /* NULL: no variable is dependent */
    const struct sp_kernels *kernels;

    uint64_t seed, paths;
    size_t quarters;
    int first_quarter;    /* calendar.h */
    int fiscal_year_last; /* 0..3: quarter of the calendar year in which fiscal years end */
    bool accrual_end, whole_counts;
    bool at_centre; /* every draw is its law's median (stream.h: SP_STREAM_CENTRE), noise and factors are 0 */
    bool keeps[SP_AXES]; /* which times are accumulated; quarters always are, how paths move through
                            categories belongs to the horizon */
    size_t kept_paths;

    size_t variants;
    struct sp_variant *variant;

    size_t metrics; /* the same for all variants */
    int *metric;    /* [metrics] column */
    struct sp_axis axis[SP_AXES];
    size_t categories;
    struct sp_category *category;
    bool *by_category; /* [metrics] accumulate by category too */
};

/* The index of the fiscal year of quarter t (0 ..), and whether t is its last quarter within the horizon. */
size_t sp_plan_year(const struct sp_plan *plan, size_t quarter);
bool sp_plan_year_ends(const struct sp_plan *plan, size_t quarter);

/* The last quarter of a period of an axis. */
size_t sp_plan_last_quarter(const struct sp_plan *plan, enum sp_axis_kind axis, size_t time);

/* Whether a metric is a stock: over a year or the horizon it is what it is in the last quarter. */
bool sp_plan_is_stock(const struct sp_plan *plan, size_t metric);

/* Makes the axes from first_quarter, quarters and fiscal_year_last; those that are not kept have no times. 0
 * or SP_ERROR_RESOURCES. */
int sp_plan_make_axes(struct sp_plan *plan);

/* Puts the steps of a variant in an order in which every column is written before it is read. A circle is a
 * problem that names its columns, a -> b -> a. */
int sp_plan_sort(struct sp_plan *plan, struct sp_variant *variant, struct sp_problems *problems);

/* Notes what need not be worked out: fields that always are a number, columns for which something stands in
 * or that nobody asks for, steps that have no others. With `work_all`, nothing is left out. */
int sp_plan_note_idle(struct sp_plan *plan, struct sp_variant *variant, bool work_all);

/* The column that is looked at where `column` is read: itself, or what stands in for it; SP_PLAN_NONE when
 * that is no column. */
int sp_plan_looked_at(const struct sp_variant *variant, int column);

/* Sets marked[columns] where somebody looks at the column as it was in the quarter before: a live step, a
 * formula, or whoever follows the paths of a category. Others are left as they are. */
void sp_plan_mark_looked_back(const struct sp_variant *variant, bool *marked);

/* Makes all samplers, building their tables. */
int sp_plan_make_samplers(struct sp_plan *plan, int threads, struct sp_problems *problems);

/* NULL is allowed. */
void sp_plan_free(struct sp_plan *plan);

#endif
