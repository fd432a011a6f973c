/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of strips share. strip_create.c makes their arrays and gives each step its own;
 * strip_draw.c draws; strip_assumptions.c makes of what is drawn what is in force in a quarter; strip.c runs
 * the steps.
 */
#ifndef SP_ENGINE_RUN_STRIP_PARTS_H
#define SP_ENGINE_RUN_STRIP_PARTS_H

#include "engine/run/strip.h"

static const size_t ALWAYS = SIZE_MAX;

/* The arrays of a variable. */
struct values {
    double **drawn;  /* [entries]; per quarter: one array for the quarter, the same for all entries */
    double *noise;   /* when it has noise: the process a_t */
    double *noisy;   /* and its value with noise */
    double *changed; /* when it has changes */
    double *held;    /* when it is drawn anew by events */
    double *given;   /* when parameters of its law are drawn: its value, given these */
    const double *parameter[SP_CONDITIONAL_PARAMETERS]; /* those that are numbers */
    bool is_given;                                      /* `given` holds until the next paths   */
    bool is_drawn_where;                                /* on some paths only: where an event begins */
    bool moves;                                         /* it may differ between the quarters of a path */
    size_t since;    /* the moment (below) when `effective` was found, or ALWAYS */
    size_t drawn_at; /* and when the values of this quarter were drawn, if they are drawn by quarter */
    const double *effective; /* what steps read in this quarter */
};

/* A step with its arrays. Columns that are read as of the quarter before have two arrays that take turns, and
 * `start` writes and reads those of the quarter before: hence three sets of pointers, made once. */
enum turn { TURN_EVEN, TURN_ODD, TURN_OPENING, TURNS };

struct moving_field {
    size_t field;
    int variable; /* or SP_PLAN_NONE: a formula */
};

struct binding {
    struct sp_strip *strip;
    const struct sp_bound_step *bound;
    void (*work)(const struct sp_step *); /* the mechanism's step; NULL: none */
    bool may_stop;                        /* does nothing on paths that have stopped */
    const double **field;                 /* [fields] the same in all turns; */
    size_t moving;                        /* some are found anew in every quarter: */
    struct moving_field *move;            /* [moving] */
    struct sp_step step[TURNS];
};

struct sp_strip {
    struct sp_strip_store *store;
    size_t arrays; /* of the store's, taken so far */
    size_t first;  /* of the block's paths */
    const struct sp_strip *lender;
    bool *is_lent; /* [columns] their arrays are the lender's */
    const struct sp_plan *plan;
    const struct sp_variant *variant;
    struct sp_strip_paths paths;
    size_t quarter;
    bool opening;                   /* only the opening state is being made */
    double **normal;                /* [normals] */
    double *z;                      /* scratch */
    double *zeros, *ones;           /* 0 and 1 on all paths */
    double *room[SP_FORMULA_DEPTH]; /* for formulas, when there are any */
    struct values *values;          /* [variables] */
    size_t constants;               /* arrays that hold one number on all paths, made so far */
    double **constant;              /* [constants] */
    double **now, **before;         /* [columns]; before is NULL where nobody asks for it */
    size_t twice;                   /* columns with two arrays, */
    size_t *take_turns;             /* [twice] which they are */
    bool is_odd;                    /* now and before have changed places */
    size_t steps;                   /* that are live */
    struct binding *binding;        /* [steps] */
    /* Moments count on from quarter to quarter and from block to block; the opening state is one too. */
    size_t moment, first_moment; /* that of now, that of the block's first quarter */
};

/* --- What a variable is like --- */

static inline bool is_constant(const struct sp_schedule_entry *entry) {
    return entry->sampler.kind == SP_LAW_CONSTANT;
}

/* A constant outside its bounds is written to its array and held, as a draw is. */
static inline bool is_unchanging(const struct sp_schedule_entry *entry) {
    return is_constant(entry) && !entry->may_leave_bounds;
}

static inline bool has_drawn_parameters(const struct sp_variable *variable) {
    return variable->given.conditional != NULL;
}

static inline bool has_noise(const struct sp_variable *variable) {
    return variable->noise.scale != SP_NOISE_NONE;
}

/* Whether what is drawn where an event begins is kept until the next one begins; a number need not be. */
static inline bool is_held(const struct sp_variable *variable, const struct values *values) {
    return variable->each == SP_EACH_EVENT && values->moves;
}

/* The bounds are kept at the draw when nothing follows that would be held to them anyway, and before noise on
 * the logit scale, for which there is no logit beyond 0 .. 1. */
static inline bool holds_draw(const struct sp_variable *variable) {
    bool is_logit = has_noise(variable) && variable->noise.scale == SP_NOISE_LOGIT;
    return variable->may_leave_bounds && (is_logit || (variable->changes == 0 && !has_noise(variable)));
}

/* What is drawn of variables the first strip draws for all strips: a table that has to be fetched into the
 * cache is then used by many. */
static inline bool draws_for_all(const struct sp_strip *strip) {
    return strip->first == 0;
}

/* The entry of the schedule that holds in a quarter. */
static inline size_t entry_at(const struct sp_variable *variable, size_t quarter) {
    size_t entry = 0;
    while (entry + 1 < variable->entries && variable->entry[entry + 1].from <= (int)quarter)
        entry++;
    return entry;
}

static inline bool is_in_force(const struct sp_strip *strip, const struct values *values) {
    return values->since == strip->moment || (!values->moves && values->since >= strip->first_moment);
}

/* --- strip_create.c --- */

/* The arrays of columns take turns. */
void sp_strip_swap(struct sp_strip *strip);

/* --- strip_draw.c --- */

/* For some paths, which are all of the block or those of the strip. */
void sp_strip_draw_standard_normal(struct sp_strip *strip, const struct sp_strip_paths *paths,
                                   uint32_t stream, int quarter, double *out);

/* The shared normals of one layer. */
void sp_strip_draw_normals(struct sp_strip *strip, enum sp_each each, int quarter);

/* What is drawn once a path. */
void sp_strip_draw_path(struct sp_strip *strip);

/* An entry of variable i for a quarter, held to its bounds when nothing comes after the draw. */
void sp_strip_draw_entry(struct sp_strip *strip, size_t i, size_t e, int quarter);

/* Draws on those paths of the strip where `where` is not 0. `out` may be `where`. */
void sp_strip_draw_where(struct sp_strip *strip, const struct sp_variable *variable, const double *where,
                         double *out);

/* The same for a field of the step whose binding `drawer` is: draw_where of struct sp_step. */
bool sp_strip_draw_field(void *drawer, size_t field, double *x);

/* Holds values of variable i to its bounds, and counts those that had to be. */
void sp_strip_hold(struct sp_strip *strip, const struct sp_strip_paths *paths, size_t i, double *x);

/* --- strip_assumptions.c --- */

/* Finds the effective values of variable i in this quarter, unless they are known: when the first step asks
 * for them, since by then the events that change it are known. */
void sp_strip_put_in_force(struct sp_strip *strip, size_t i);

#endif
