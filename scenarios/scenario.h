/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A scenario: the tree of its text (tree.h) bound to the mechanisms' descriptors, so that every number has
 * its meaning, its law, its place in the text and what is known of its source. compile.h makes a plan of it.
 *
 *     struct sp_scenario *scenario = sp_scenario_read(&request, &problems);    (NULL: see problems)
 *     ...
 *     sp_scenario_free(scenario);
 */
#ifndef SP_SCENARIOS_SCENARIO_H
#define SP_SCENARIOS_SCENARIO_H

#include "engine/run/plan.h"
#include "scenarios/tree.h"

/* What is known of where an input comes from. NULL: not said. */
struct sp_source {
    const char *row, *source, *grade, *note, *owner, *as_of, *fits;
    bool placeholder;
};

struct sp_input;

/* A law some of whose parameters are assumptions of their own, with keys KEY.PARAMETER. */
struct sp_drawn {
    const struct sp_law_form *form;
    const struct sp_conditional *conditional;
    struct sp_input *parameter[SP_CONDITIONAL_PARAMETERS]; /* NULL: a number */
    double number[SP_CONDITIONAL_PARAMETERS];
};

struct sp_assumption {
    size_t entries;         /* of its schedule; 1 without one */
    int *from;              /* [entries] quarter 0 .. */
    struct sp_law *law;     /* with drawn parameters: that at their medians, which stands for all */
    struct sp_drawn *drawn; /* NULL: all parameters are numbers */
    enum sp_each each;
    const char *stream;
    struct sp_noise noise; /* its stream is made when compiling: KEY.noise */
};

/* One value of the scenario: given in the text, or its field's default. */
struct sp_input {
    const char *key; /* "tier.scaled.monthly" */
    const struct sp_field *field;
    const struct sp_node *node; /* NULL: the default was taken */
    struct sp_place place;
    struct sp_assumption assumption; /* assumption, draw */
    double number;                   /* number; choice: index */
    const char *text;                /* text, or NULL */
    struct sp_formula_text *formula; /* formula, or NULL */
    struct sp_source source;
    bool absent;                  /* not among the scenario's inputs: see base/field.h */
    const struct sp_input *owner; /* of a drawn parameter: whose law it belongs to; else NULL */
};

struct sp_bound_table {
    const struct sp_field_table *table;
    size_t instances;
    const char **instance;   /* [instances] names */
    struct sp_input **input; /* [instances][fields] */
};

/* A mechanism that the scenario uses; of one whose instances are steps of their own, one of these. */
struct sp_use {
    const struct sp_mechanism *mechanism;
    struct sp_bound_table table[SP_STEP_TABLES];
};

struct sp_named_change {
    const char *name; /* "change.ai_half_again" */
    struct sp_place place;
    enum sp_change_operation operation;
    int from, until; /* quarters, both included */
    int ramp;        /* quarters until it acts in full */
    size_t targets;
    struct sp_input **target;
    struct sp_input *value;
    const char *share, *begins; /* of an effect: columns (plan.h); NULL: none */
};

/* A latent factor: a standard normal that several assumptions follow, each by its loading. */
struct sp_named_factor {
    const char *name; /* "factor.product_fit" */
    struct sp_place place;
    enum sp_each each;
    size_t members;
    struct sp_input **member;
    double *loading; /* [members] -1 .. 1 */
};

/* A rank correlation of two assumptions. */
struct sp_named_correlation {
    const char *name; /* "correlation.price_churn" */
    struct sp_place place;
    struct sp_input *member[2];
    double rank;
};

/* The names in [results], each a metric or a family ("cost.*"). */
struct sp_selection {
    bool given;
    size_t count;
    const char **name;
    struct sp_place *place;
};

struct sp_scenario {
    struct sp_arena *arena;
    struct sp_node *root;
    const char *files; /* what it was read from, one a line */
    const char *name, *title, *currency;
    const char *plan; /* file with the figures of the plan, or NULL */
    int first_quarter, fiscal_year_last;
    size_t quarters;
    uint64_t seed, paths;
    bool accrual_end, whole_counts;
    size_t uses;
    struct sp_use *use;
    size_t inputs;
    struct sp_input **input; /* all, in the order in which they were bound */
    size_t changes;
    struct sp_named_change *change; /* in order of name */
    size_t factors;
    struct sp_named_factor *factor; /* in order of name */
    size_t correlations;
    struct sp_named_correlation *correlation;
    struct sp_selection metrics, by_tier;
    bool keeps[SP_AXES]; /* [results] times */
};

/* What the command line asks for. */
struct sp_request {
    const char *scenario;
    const char *const *overlay; /* [overlays] --with, left to right */
    size_t overlays;
    const char *const *set; /* [sets] --set, left to right */
    size_t sets;
};

/* Reads, merges and binds. Goes on after mistakes, to tell all of them. NULL when there is any error. */
struct sp_scenario *sp_scenario_read(const struct sp_request *request, struct sp_problems *problems);

/* NULL is allowed. */
void sp_scenario_free(struct sp_scenario *scenario);

/* Puts an input on the list: only those become variables and can be changed. And the drawn parameters of one
 * that has been read. 0 or SP_ERROR_RESOURCES. */
int sp_scenario_list(struct sp_scenario *scenario, struct sp_input *input);
int sp_scenario_list_parameters(struct sp_scenario *scenario, const struct sp_input *input);

/* The input of that key, or NULL. */
struct sp_input *sp_scenario_find(const struct sp_scenario *scenario, const char *key);

/* The dotted path of an instance: "risk.outage", "risk.outage.mitigation". NULL: out of memory. */
const char *sp_scenario_instance_path(struct sp_arena *arena, const struct sp_field_table *table,
                                      const char *instance);

/* Whether the table at this dotted path stands for one value (a law, a schedule), and so is merged whole. */
bool sp_scenario_is_leaf(const char *path, const struct sp_node *table);

/* The resolved scenario as text that repeats the run, with the origin of every line; NULL: out of memory. */
char *sp_scenario_print(struct sp_arena *arena, const struct sp_scenario *scenario);

#endif
