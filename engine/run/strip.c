/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/strip.h"

#include "engine/base/phase.h"
#include "engine/random/stream.h"

#include <math.h>
#include <string.h>

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

/* --- Room --- */

/* Arrays that lie a multiple of 4 KiB apart fall into the same few lines of the first-level cache, and a step
 * that reads and writes a dozen of them takes up to twice as long: so each begins 9 lines further on. */
enum { STAGGER = 9 * 64 / sizeof(double) };

/* Arrays that are made at a time, side by side. */
enum { TOGETHER = 16 };

/* All strips of a block create the same arrays in the same order, so that each finds those that the first one
 * has made. */
static double *take_array(struct sp_strip *strip) {
    struct sp_strip_store *store = strip->store;
    size_t stride = store->size + STAGGER;
    if (strip->arrays == store->arrays) {
        double **place = sp_arena_append(store->arena, &store->array, &store->arrays, sizeof *place);
        if (place && store->left == 0) {
            store->slab = sp_arena_array(store->arena, TOGETHER * stride, sizeof **place);
            store->left = store->slab ? TOGETHER : 0;
        }
        if (!place || store->left == 0)
            return NULL;
        *place = store->slab + (TOGETHER - store->left--) * stride;
    }
    return store->array[strip->arrays++];
}

/* The strip's part of an array of the block. */
static double *create_array(struct sp_strip *strip) {
    double *array = take_array(strip);
    return array ? array + strip->first : NULL;
}

/* What holds nothing between two steps: one array for all strips in turn. */
static double *create_scratch_array(struct sp_strip *strip) {
    return take_array(strip);
}

static bool is_constant(const struct sp_schedule_entry *entry) {
    return entry->sampler.kind == SP_LAW_CONSTANT;
}

/* A constant outside its bounds is written to its array and held, as a draw is. */
static bool is_unchanging(const struct sp_schedule_entry *entry) {
    return is_constant(entry) && !entry->may_leave_bounds;
}

/* An array that holds a number on all paths; the same for all who need that number. Nobody may write to it.
 */
static double *find_constant(struct sp_strip *strip, double number) {
    for (size_t i = 0; i < strip->constants; i++)
        if (memcmp(strip->constant[i], &number, sizeof number) == 0)
            return strip->constant[i];
    double *array = take_array(strip);
    double **place = sp_arena_append(strip->store->arena, &strip->constant, &strip->constants, sizeof *place);
    if (!array || !place)
        return NULL;
    for (size_t p = 0; strip->first == 0 && p < strip->store->size; p++)
        array[p] = number;
    return *place = array;
}

static bool has_drawn_parameters(const struct sp_variable *variable) {
    return variable->given.conditional != NULL;
}

static bool has_noise(const struct sp_variable *variable) {
    return variable->noise.scale != SP_NOISE_NONE;
}

/* Whether nothing comes after the draw. */
static bool is_plain(const struct sp_variable *variable) {
    return variable->entries == 1 && variable->changes == 0 && !has_noise(variable) &&
           !has_drawn_parameters(variable);
}

/* Whether paths on which something happens may be drawn alone. */
static bool may_draw_where(const struct sp_strip *strip, const struct sp_variable *variable) {
    bool all = !strip->store->for_metrics || strip->plan->at_centre || variable->loadings > 0;
    return !all && variable->each != SP_EACH_PATH && is_plain(variable) &&
           !is_constant(&variable->entry[0]) && !variable->entry[0].may_leave_bounds;
}

/* Whether the value may differ between the quarters of a path. */
static bool may_move(const struct sp_variant *variant, const struct sp_variable *variable) {
    bool is_redrawn = variable->each != SP_EACH_PATH && !is_unchanging(&variable->entry[0]);
    if (is_redrawn || variable->entries > 1 || variable->changes > 0 || has_noise(variable))
        return true;
    for (size_t j = 0; has_drawn_parameters(variable) && j < SP_CONDITIONAL_PARAMETERS; j++)
        if (variable->given.variable[j] != SP_PLAN_NONE &&
            may_move(variant, &variant->variable[variable->given.variable[j]]))
            return true;
    return false;
}

static int create_normals(struct sp_strip *strip) {
    strip->normal = sp_arena_array(strip->store->arena, strip->variant->normals, sizeof *strip->normal);
    strip->z = create_scratch_array(strip);
    if (!strip->normal || !strip->z)
        return -1;
    for (size_t i = 0; i < strip->variant->normals; i++)
        if (!(strip->normal[i] = create_array(strip)))
            return -1;
    return 0;
}

/* Room for a value that depends on drawn parameters; those that are numbers are arrays too. */
static int create_given(struct sp_strip *strip, const struct sp_given *given, struct values *values) {
    if (!given->conditional)
        return 0;
    values->given = create_array(strip);
    for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS && given->conditional->name[j]; j++) {
        double *number = given->variable[j] == SP_PLAN_NONE ? find_constant(strip, given->number[j]) : NULL;
        if (given->variable[j] == SP_PLAN_NONE && !number)
            return -1;
        values->parameter[j] = number;
    }
    return values->given ? 0 : -1;
}

static int create_values(struct sp_strip *strip, const struct sp_variable *variable, struct values *values) {
    values->drawn = sp_arena_array(strip->store->arena, variable->entries, sizeof *values->drawn);
    if (!values->drawn)
        return -1;
    for (size_t e = 0; e < variable->entries; e++) {
        const struct sp_schedule_entry *entry = &variable->entry[e];
        bool shared = variable->each != SP_EACH_PATH && e > 0 && !is_constant(&variable->entry[0]);
        values->drawn[e] = is_unchanging(entry)            ? find_constant(strip, entry->sampler.parameter[0])
                           : shared && !is_constant(entry) ? values->drawn[0]
                                                           : create_array(strip);
        if (!values->drawn[e])
            return -1;
    }
    return create_given(strip, &variable->given, values) ||
                   (variable->changes && !(values->changed = create_array(strip))) ||
                   (variable->each == SP_EACH_EVENT && !(values->held = create_array(strip))) ||
                   (has_noise(variable) &&
                    (!(values->noise = create_array(strip)) || !(values->noisy = create_array(strip))))
               ? -1
               : 0;
}

/* Whether a column only passes from step to step within a quarter. */
static bool passes(const struct sp_strip *strip, size_t c, bool twice) {
    return strip->store->for_metrics && !twice && !strip->variant->column[c].is_shown;
}

static int create_column(struct sp_strip *strip, size_t c, bool twice) {
    if (strip->is_lent[c]) {
        strip->now[c] = strip->lender->now[c];
        strip->before[c] = strip->lender->before[c];
    } else {
        strip->now[c] = passes(strip, c, twice) ? create_scratch_array(strip) : create_array(strip);
        strip->before[c] = twice ? create_array(strip) : NULL;
    }
    if (strip->before[c])
        strip->take_turns[strip->twice++] = c;
    return strip->now[c] && (strip->before[c] || !twice) ? 0 : -1;
}

/* What steps write that do not run here. */
static void note_lent(struct sp_strip *strip) {
    for (size_t i = 0; strip->lender && i < strip->variant->steps; i++) {
        const struct sp_bound_step *step = &strip->variant->step[i];
        for (size_t o = 0; !step->is_live && o < step->outs; o++)
            strip->is_lent[step->out[o]] = true;
    }
}

static int create_columns(struct sp_strip *strip) {
    size_t columns = strip->variant->columns;
    bool *twice = sp_arena_array(strip->store->arena, columns, sizeof *twice);
    strip->is_lent = sp_arena_array(strip->store->arena, columns, sizeof *strip->is_lent);
    strip->now = sp_arena_array(strip->store->arena, columns, sizeof *strip->now);
    strip->before = sp_arena_array(strip->store->arena, columns, sizeof *strip->before);
    strip->take_turns = sp_arena_array(strip->store->arena, columns, sizeof *strip->take_turns);
    if (!twice || !strip->is_lent || !strip->now || !strip->before || !strip->take_turns)
        return -1;
    note_lent(strip);
    sp_plan_mark_looked_back(strip->variant, twice);
    for (size_t c = 0; c < columns; c++)
        if (create_column(strip, c, twice[c]))
            return -1;
    return 0;
}

double *const *sp_strip_place(const struct sp_strip *strip, int column) {
    struct sp_stand_in stand_in = strip->variant->column[column].stand_in;
    int seen = sp_plan_looked_at(strip->variant, column);
    if (seen != SP_PLAN_NONE)
        return &strip->now[seen];
    return stand_in.kind == SP_STAND_IN_ZEROS ? &strip->zeros : &strip->values[stand_in.index].drawn[0];
}

/* Before the first quarter there is only the opening state. */
static const double *read_column(const struct sp_strip *strip, const struct sp_bound_step *step, size_t i,
                                 bool is_opening) {
    int column = sp_plan_looked_at(strip->variant, step->read[i]);
    bool is_column = column != SP_PLAN_NONE;
    bool before = is_column && (step->read_before[i] || (is_opening && strip->before[column]));
    return before ? strip->before[column] : *sp_strip_place(strip, step->read[i]);
}

static bool draw_field_where(void *drawer, size_t field, double *x); /* see Draws */

static int bind_turn(struct sp_strip *strip, struct binding *binding, enum turn turn) {
    const struct sp_bound_step *step = binding->bound;
    const double **read = sp_arena_array(strip->store->arena, step->reads + 1, sizeof *read);
    double **out = sp_arena_array(strip->store->arena, step->outs + 1, sizeof *out);
    if (!read || !out)
        return -1;
    for (size_t r = 0; r < step->reads; r++)
        read[r] = read_column(strip, step, r, turn == TURN_OPENING);
    for (size_t o = 0; o < step->outs; o++) {
        double *before = strip->before[step->out[o]];
        out[o] = turn == TURN_OPENING && before ? before : strip->now[step->out[o]];
    }
    binding->step[turn] = (struct sp_step){
        .accrual_end = strip->plan->accrual_end,
        .whole_counts = strip->plan->whole_counts,
        .kernels = strip->plan->kernels,
        .zeros = strip->zeros,
        .ones = strip->ones,
        .field = binding->field,
        .always = step->always,
        .number = step->number,
        .field_span = step->field_span,
        .instances = step->instances,
        .read = read,
        .read_span = step->read_span,
        .out = out,
        .is_wanted = step->is_wanted,
        .out_span = step->out_span,
        .rule = strip->store->rule + step->first_rule,
        .draw_where = draw_field_where,
        .drawer = binding,
    };
    return 0;
}

/* What is drawn of variables the first strip draws for all strips: a table that has to be fetched into the
 * cache is then used by many. */
static bool draws_for_all(const struct sp_strip *strip) {
    return strip->first == 0;
}

/* Whether steps read what is drawn by quarter, which lies where it lay in the quarter before. */
static bool is_as_drawn(const struct sp_variable *variable) {
    return variable->each == SP_EACH_QUARTER && is_plain(variable);
}

/* The descriptor of a field: instances follow one another, and so do tables. */
static const struct sp_field *field_at(const struct sp_bound_step *step, size_t place) {
    int table = 0;
    while (place >= step->field_span[table].start + step->instances[table] * step->field_span[table].count)
        table++;
    struct sp_span span = step->field_span[table];
    return &step->mechanism->table[table]->field[(place - span.start) % span.count];
}

/* Finds a field once and for all; whether that is enough, and nothing has to be done in any quarter. */
static bool find_still(struct sp_strip *strip, struct binding *binding, size_t field) {
    int i = binding->bound->variable[field];
    if (i == SP_PLAN_NONE)
        return !binding->bound->formula[field];
    const struct sp_variable *variable = &strip->variant->variable[i];
    struct values *values = &strip->values[i];
    binding->field[field] = values->effective = values->drawn[0];
    if (field_at(binding->bound, field)->where && may_draw_where(strip, variable))
        return values->is_drawn_where = true;
    if (!values->moves && !has_drawn_parameters(variable))
        values->since = ALWAYS;
    return values->since == ALWAYS || (!draws_for_all(strip) && is_as_drawn(variable));
}

static int create_binding(struct sp_strip *strip, const struct sp_bound_step *step) {
    struct binding *binding = &strip->binding[strip->steps++];
    binding->strip = strip;
    binding->bound = step;
    binding->work = step->mechanism->step;
    binding->may_stop = strip->variant->stop != SP_PLAN_NONE && !step->mechanism->after_stop;
    binding->field = sp_arena_array(strip->store->arena, step->fields + 1, sizeof *binding->field);
    binding->move = sp_arena_array(strip->store->arena, step->fields + 1, sizeof *binding->move);
    if (!binding->field || !binding->move)
        return -1;
    for (size_t f = 0; f < step->fields; f++)
        if (!find_still(strip, binding, f))
            binding->move[binding->moving++] = (struct moving_field){f, step->variable[f]};
    return bind_turn(strip, binding, TURN_OPENING) || bind_turn(strip, binding, TURN_EVEN) ? -1 : 0;
}

/* The arrays of columns take turns. */
static void swap_columns(struct sp_strip *strip) {
    for (size_t i = 0; i < strip->twice; i++) {
        size_t c = strip->take_turns[i];
        double *moved = strip->before[c];
        strip->before[c] = strip->now[c];
        strip->now[c] = moved;
    }
    strip->is_odd = !strip->is_odd;
}

static int create_bindings(struct sp_strip *strip) {
    const struct sp_variant *variant = strip->variant;
    int error = 0;
    strip->binding = sp_arena_array(strip->store->arena, variant->steps + 1, sizeof *strip->binding);
    if (!strip->binding)
        return -1;
    for (size_t i = 0; !error && i < variant->steps; i++)
        error = variant->step[i].is_live ? create_binding(strip, &variant->step[i]) : 0;
    swap_columns(strip);
    for (size_t i = 0; !error && i < strip->steps; i++)
        error = bind_turn(strip, &strip->binding[i], TURN_ODD);
    swap_columns(strip);
    return error ? -1 : 0;
}

static bool has_formulas(const struct sp_variant *variant) {
    for (size_t i = 0; i < variant->steps; i++)
        for (size_t f = 0; f < variant->step[i].fields; f++)
            if (variant->step[i].formula[f])
                return true;
    return false;
}

static int create_room(struct sp_strip *strip) {
    for (int i = 0; has_formulas(strip->variant) && i < SP_FORMULA_DEPTH; i++)
        if (!(strip->room[i] = create_scratch_array(strip)))
            return -1;
    return 0;
}

static int create_all(struct sp_strip *strip) {
    const struct sp_variant *variant = strip->variant;
    strip->values = sp_arena_array(strip->store->arena, variant->variables + 1, sizeof *strip->values);
    strip->zeros = find_constant(strip, 0);
    strip->ones = find_constant(strip, 1);
    if (!strip->values || !strip->zeros || !strip->ones)
        return -1;
    for (size_t i = 0; i < variant->variables; i++) {
        strip->values[i].moves = may_move(variant, &variant->variable[i]);
        strip->values[i].is_drawn_where =
            variant->variable[i].each == SP_EACH_EVENT && may_draw_where(strip, &variant->variable[i]);
        if (create_values(strip, &variant->variable[i], &strip->values[i]))
            return -1;
    }
    return create_normals(strip) || create_room(strip) || create_columns(strip) || create_bindings(strip) ? -1
                                                                                                          : 0;
}

struct sp_strip *sp_strip_create(struct sp_strip_store *store, const struct sp_plan *plan,
                                 const struct sp_variant *variant, size_t first,
                                 const struct sp_strip *lender) {
    struct sp_strip *strip = sp_arena_array(store->arena, 1, sizeof *strip);
    if (!strip)
        return NULL;
    *strip =
        (struct sp_strip){.store = store, .plan = plan, .variant = variant, .first = first, .lender = lender};
    return create_all(strip) == 0 ? strip : NULL;
}

/* --- Draws --- */

static void fill_words(struct sp_strip *strip, const struct sp_strip_paths *paths, uint32_t name,
                       int quarter) {
    if (strip->plan->at_centre) {
        for (size_t p = 0; p < paths->n; p++)
            strip->store->words[p] = SP_STREAM_CENTRE;
        return;
    }
    struct sp_stream stream = {strip->plan->seed, name};
    sp_phase_enter(SP_PHASE_WORDS, paths->n);
    sp_stream_words(strip->plan->kernels, stream, paths->first, quarter, 0, strip->store->words, paths->n);
}

static void draw_standard_normal(struct sp_strip *strip, const struct sp_strip_paths *paths, uint32_t stream,
                                 int quarter, double *out) {
    if (strip->plan->at_centre) {
        memset(out, 0, paths->n * sizeof *out);
        return;
    }
    fill_words(strip, paths, stream, quarter);
    sp_phase_enter(SP_PHASE_TABLES, paths->n);
    sp_sampler_fill(&strip->plan->standard_normal, strip->plan->kernels, strip->store->words, out, paths->n);
    sp_phase_enter(SP_PHASE_ASSUMPTIONS, 0);
}

/* The shared normals of one layer. */
static void draw_normals(struct sp_strip *strip, enum sp_each each, int quarter) {
    for (size_t i = 0; draws_for_all(strip) && i < strip->variant->normals; i++)
        if (strip->variant->normal[i].each == each)
            draw_standard_normal(strip, &strip->store->paths, strip->variant->normal[i].stream, quarter,
                                 strip->normal[i]);
}

SP_WIDE static void add_weighted(const double *x, double weight, double *restrict sum, size_t n) {
    for (size_t p = 0; p < n; p++)
        sum[p] += weight * x[p];
}

/* The words of a dependent variable, from the normals that it shares. */
static void fill_dependent_words(struct sp_strip *strip, const struct sp_variable *variable) {
    size_t n = strip->store->paths.n;
    memset(strip->z, 0, n * sizeof *strip->z);
    for (size_t i = 0; i < variable->loadings; i++)
        add_weighted(strip->normal[variable->loading[i].normal], variable->loading[i].weight, strip->z, n);
    strip->plan->kernels->normal_words(strip->plan->normal_rows, strip->z, strip->store->words, n);
}

static void draw(struct sp_strip *strip, const struct sp_variable *variable,
                 const struct sp_schedule_entry *entry, int quarter, double *out) {
    const struct sp_strip_paths *all = &strip->store->paths;
    for (size_t p = 0; is_constant(entry) && !is_unchanging(entry) && p < all->n; p++)
        out[p] = entry->sampler.parameter[0];
    if (is_constant(entry))
        return;
    if (variable->loadings > 0 && !strip->plan->at_centre)
        fill_dependent_words(strip, variable);
    else
        fill_words(strip, all, variable->stream, quarter);
    sp_phase_enter(sp_sampler_phase(&entry->sampler), all->n);
    sp_sampler_fill(&entry->sampler, strip->plan->kernels, strip->store->words, out, all->n);
    sp_phase_enter(SP_PHASE_ASSUMPTIONS, 0);
}

/* Draws on the paths of the strip where `where` is not 0, which may be `out`. What is left out counts among
 * the values of the phases, as if it were drawn. */
static void draw_where(struct sp_strip *strip, const struct sp_variable *variable, const double *where,
                       double *out) {
    const struct sp_kernels *kernels = strip->plan->kernels;
    const struct sp_sampler *sampler = &variable->entry[0].sampler;
    uint16_t *path = strip->store->chosen;
    struct sp_stream stream = {strip->plan->seed, variable->stream};
    sp_phase_enter(SP_PHASE_WORDS, strip->paths.n);
    size_t count = kernels->select_where(where, path, strip->paths.n);
    sp_stream_chosen_words(kernels, stream, strip->paths.first, (int)strip->quarter, 0, path,
                           strip->store->words, count);
    sp_phase_enter(sp_sampler_phase(sampler), strip->paths.n);
    sp_sampler_fill(sampler, kernels, strip->store->words, strip->z, (count + 7) / 8 * 8);
    for (size_t i = 0; i < count; i++)
        out[path[i]] = strip->z[i];
}

static bool draw_field_where(void *drawer, size_t field, double *x) {
    struct binding *binding = drawer;
    struct sp_strip *strip = binding->strip;
    int i = binding->bound->variable[field];
    if (i == SP_PLAN_NONE || !strip->values[i].is_drawn_where)
        return false;
    draw_where(strip, &strip->variant->variable[i], x, x);
    sp_phase_enter(SP_PHASE_STEPS, 0);
    return true;
}

static size_t count_outside(const struct sp_variable *variable, const double *x, size_t n) {
    size_t outside = 0;
    for (size_t p = 0; p < n; p++)
        outside += (x[p] < variable->low) | (x[p] > variable->high);
    return outside;
}

/* Holds values to the bounds; returns how many of the valid ones had to be. Most often none. */
SP_WIDE static size_t hold(const struct sp_variable *variable, double *x, size_t n, size_t valid) {
    if (count_outside(variable, x, n) == 0)
        return 0;
    size_t held = count_outside(variable, x, valid);
    for (size_t p = 0; p < n; p++)
        x[p] = x[p] < variable->low ? variable->low : x[p] > variable->high ? variable->high : x[p];
    return held;
}

/* The same for the values of a variable, counted; but not twice, when the opening state is made first. */
static void hold_values(struct sp_strip *strip, const struct sp_strip_paths *paths, size_t i, double *x) {
    size_t held = hold(&strip->variant->variable[i], x, paths->n, paths->valid);
    bool again = strip->opening && !strip->values[i].is_given;
    strip->store->rule[i] += again ? 0 : held;
}

/* The bounds are kept at the draw when nothing follows that would be held to them anyway, and before noise on
 * the logit scale, for which there is no logit beyond 0 .. 1. */
static bool holds_draw(const struct sp_variable *variable) {
    bool is_logit = has_noise(variable) && variable->noise.scale == SP_NOISE_LOGIT;
    return variable->may_leave_bounds && (is_logit || (variable->changes == 0 && !has_noise(variable)));
}

static void draw_within(struct sp_strip *strip, size_t i, size_t e, int quarter) {
    const struct sp_variable *variable = &strip->variant->variable[i];
    double *out = strip->values[i].drawn[e];
    if (!draws_for_all(strip))
        return;
    draw(strip, variable, &variable->entry[e], quarter, out);
    if (variable->entry[e].may_leave_bounds && holds_draw(variable) && !has_drawn_parameters(variable))
        hold_values(strip, &strip->store->paths, i, out);
}

static size_t entry_at(const struct sp_variable *variable, size_t quarter) {
    size_t entry = 0;
    while (entry + 1 < variable->entries && variable->entry[entry + 1].from <= (int)quarter)
        entry++;
    return entry;
}

/* --- Assumptions in force --- */

static void put_in_force(struct sp_strip *strip, size_t i);

/* Where parameters contradict each other, the one that gives way is counted. */
static void count_contradictions(struct sp_strip *strip, size_t i, const double *const *parameter) {
    const struct sp_given *given = &strip->variant->variable[i].given;
    for (size_t j = 1; given->conditional->contradictions && j < SP_CONDITIONAL_PARAMETERS; j++) {
        if (!given->conditional->name[j])
            return;
        size_t who = given->variable[j] == SP_PLAN_NONE ? i : (size_t)given->variable[j];
        strip->store->rule[who] += given->conditional->contradictions(j, parameter, strip->paths.valid);
    }
}

/* The values of the parameters of a law in this quarter. */
static void find_parameters(struct sp_strip *strip, size_t i, const double **parameter) {
    const struct sp_given *given = &strip->variant->variable[i].given;
    for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS; j++) {
        int drawn = given->variable[j];
        if (drawn != SP_PLAN_NONE)
            put_in_force(strip, (size_t)drawn);
        parameter[j] = drawn == SP_PLAN_NONE ? strip->values[i].parameter[j] : strip->values[drawn].effective;
    }
}

/* The value that follows from the draw and the drawn parameters of its law; once a block when these stay. */
static void apply_parameters(struct sp_strip *strip, size_t i) {
    const struct sp_variable *variable = &strip->variant->variable[i];
    struct values *values = &strip->values[i];
    const double *parameter[SP_CONDITIONAL_PARAMETERS];
    if (!has_drawn_parameters(variable))
        return;
    if (!values->is_given) {
        values->is_given = !values->moves;
        find_parameters(strip, i, parameter);
        if (!strip->opening || values->is_given)
            count_contradictions(strip, i, parameter);
        variable->given.conditional->fill(strip->plan->kernels, parameter, values->effective, values->given,
                                          strip->paths.n);
        if (holds_draw(variable))
            hold_values(strip, &strip->paths, i, values->given);
    }
    values->effective = values->given;
}

/* a_t = phi a_(t-1) + sd sqrt(1 - phi^2) e_t; a_1 has the spread that all later ones have. */
SP_WIDE static void advance_noise(const struct sp_noise *noise, const double *e, bool first,
                                  double *restrict a, size_t n) {
    double step = first ? noise->sd : noise->sd * __builtin_sqrt(1 - noise->phi * noise->phi);
    double keep = first ? 0 : noise->phi;
    for (size_t p = 0; p < n; p++)
        a[p] = keep * a[p] + step * e[p];
}

SP_WIDE static void combine_noise(enum sp_noise_scale scale, const double *x, const double *a,
                                  double *restrict noisy, size_t n) {
    if (scale == SP_NOISE_ADD)
        for (size_t p = 0; p < n; p++)
            noisy[p] = x[p] + a[p];
    else if (scale == SP_NOISE_LOG)
        for (size_t p = 0; p < n; p++)
            noisy[p] = x[p] * noisy[p];
    else
        for (size_t p = 0; p < n; p++)
            noisy[p] = x[p] * noisy[p] / (x[p] * noisy[p] + (1 - x[p]));
}

/* On the log and logit scales e^a is needed: it is put where the noisy value will be. */
static void apply_noise(struct sp_strip *strip, size_t i) {
    const struct sp_variable *variable = &strip->variant->variable[i];
    struct values *values = &strip->values[i];
    if (!has_noise(variable))
        return;
    draw_standard_normal(strip, &strip->paths, variable->noise.stream, (int)strip->quarter, strip->z);
    advance_noise(&variable->noise, strip->z, strip->quarter == 0, values->noise, strip->paths.n);
    if (variable->noise.scale != SP_NOISE_ADD)
        strip->plan->kernels->exp(values->noise, values->noisy, strip->paths.n);
    combine_noise(variable->noise.scale, values->effective, values->noise, values->noisy, strip->paths.n);
    if (variable->changes == 0)
        hold_values(strip, &strip->paths, i, values->noisy);
    values->effective = values->noisy;
}

/* The value drawn where an event begins is kept until the next one begins. */
SP_WIDE static void renew(const double *begins, const double *drawn, double *restrict held, size_t n) {
    for (size_t p = 0; p < n; p++) {
        double before = held[p], anew = drawn[p];
        held[p] = begins[p] != 0 ? anew : before;
    }
}

static void hold_event(struct sp_strip *strip, size_t i) {
    const struct sp_variable *variable = &strip->variant->variable[i];
    struct values *values = &strip->values[i];
    if (variable->each != SP_EACH_EVENT || !values->moves)
        return;
    if (values->is_drawn_where)
        draw_where(strip, variable, strip->now[variable->begins], values->held);
    else
        renew(strip->now[variable->begins], values->effective, values->held, strip->paths.n);
    sp_phase_enter(SP_PHASE_ASSUMPTIONS, 0);
    values->effective = values->held;
}

/* Changes x, which may be where it goes. */
SP_WIDE static void apply(enum sp_change_operation operation, const double *value, const double *x,
                          double *changed, size_t n) {
    for (size_t p = 0; p < n; p++)
        changed[p] = operation == SP_CHANGE_TIMES  ? x[p] * value[p]
                     : operation == SP_CHANGE_PLUS ? x[p] + value[p]
                                                   : value[p];
}

/* Part of the way from x to where the whole change would take it: `part` of it, that of a change that ramps
 * up, times each path's share. */
SP_WIDE static void apply_part(enum sp_change_operation operation, double part, const double *share,
                               const double *value, const double *x, double *changed, size_t n) {
    for (size_t p = 0; p < n; p++) {
        double step = operation == SP_CHANGE_TIMES  ? x[p] * (value[p] - 1)
                      : operation == SP_CHANGE_PLUS ? value[p]
                                                    : value[p] - x[p];
        double acts = share ? part * share[p] : part, before = x[p];
        changed[p] = acts == 0 ? before : before + acts * step;
    }
}

static double part_at(const struct sp_change *change, size_t quarter) {
    int quarters = (int)quarter - change->from + 1;
    return quarters >= change->ramp ? 1 : (double)quarters / change->ramp;
}

static bool acts_now(const struct sp_strip *strip, const struct sp_change *change) {
    return (int)strip->quarter >= change->from && (int)strip->quarter <= change->until &&
           !(strip->opening && change->share != SP_PLAN_NONE);
}

static void apply_changes(struct sp_strip *strip, size_t i) {
    const struct sp_variable *variable = &strip->variant->variable[i];
    struct values *values = &strip->values[i];
    if (variable->changes == 0)
        return;
    for (size_t c = 0; c < variable->changes; c++) {
        const struct sp_change *change = &variable->change[c];
        double part = part_at(change, strip->quarter);
        if (!acts_now(strip, change))
            continue;
        put_in_force(strip, (size_t)change->value);
        const double *value = strip->values[change->value].effective;
        const double *share = change->share == SP_PLAN_NONE ? NULL : strip->now[change->share];
        if (share || part < 1)
            apply_part(change->operation, part, share, value, values->effective, values->changed,
                       strip->paths.n);
        else
            apply(change->operation, value, values->effective, values->changed, strip->paths.n);
        values->effective = values->changed;
    }
    if (values->effective != values->changed) /* nothing acts now; but what was drawn is held to the bounds */
        memcpy(values->changed, values->effective, strip->paths.n * sizeof *values->changed);
    hold_values(strip, &strip->paths, i, values->changed);
    values->effective = values->changed;
}

/* Draws of the first quarter that were made for the opening state already are not made again, unless values
 * held to their bounds are yet to be counted. */
static void draw_quarter(struct sp_strip *strip, size_t i, size_t entry) {
    const struct sp_variable *variable = &strip->variant->variable[i];
    struct values *values = &strip->values[i];
    bool is_there = strip->quarter == 0 && !strip->opening && values->drawn_at + 1 == strip->moment;
    if (is_there && !variable->entry[entry].may_leave_bounds)
        return;
    draw_within(strip, i, entry, (int)strip->quarter);
    values->drawn_at = strip->moment;
}

static bool is_in_force(const struct sp_strip *strip, const struct values *values) {
    return values->since == strip->moment || (!values->moves && values->since >= strip->first_moment);
}

/* Finds the effective values of a variable in this quarter, when the first step asks for them: by then the
 * events that change it are known. */
static void put_in_force(struct sp_strip *strip, size_t i) {
    const struct sp_variable *variable = &strip->variant->variable[i];
    struct values *values = &strip->values[i];
    if (is_in_force(strip, values))
        return;
    size_t entry = entry_at(variable, strip->quarter);
    if (variable->each != SP_EACH_PATH && !values->is_drawn_where)
        draw_quarter(strip, i, entry);
    values->effective = values->drawn[entry];
    apply_parameters(strip, i);
    hold_event(strip, i);
    apply_noise(strip, i);
    apply_changes(strip, i);
    values->since = strip->moment;
}

/* --- Steps --- */

/* A formula sees the quarter before. A step has at most one. */
static const double *evaluate(struct sp_strip *strip, const struct sp_formula *formula) {
    if (!formula)
        return NULL;
    sp_formula_evaluate(formula, (const double *const *)strip->before, strip->room, strip->paths.n);
    return strip->room[0];
}

static const double *find_field(struct sp_strip *strip, const struct sp_bound_step *step, size_t field,
                                int variable) {
    if (variable == SP_PLAN_NONE)
        return evaluate(strip, step->formula[field]);
    put_in_force(strip, (size_t)variable);
    return strip->values[variable].effective;
}

/* The step as it is in this quarter. */
static const struct sp_step *ready_step(struct sp_strip *strip, struct binding *binding, enum turn turn,
                                        int quarter) {
    struct sp_step *step = &binding->step[turn];
    step->n = strip->paths.n;
    step->valid = strip->paths.valid;
    step->quarter = quarter;
    step->season = (strip->plan->first_quarter + quarter) % 4;
    for (size_t m = 0; m < binding->moving; m++) {
        const struct moving_field *move = &binding->move[m];
        binding->field[move->field] = find_field(strip, binding->bound, move->field, move->variable);
    }
    return step;
}

/* What no step opens is 0 before the first quarter, as nothing has happened yet; but what may be undefined is
 * so. */
SP_WIDE static void clear_opening(struct sp_strip *strip) {
    for (size_t i = 0; i < strip->twice; i++) {
        size_t c = strip->take_turns[i];
        double *before = strip->before[c],
               empty = strip->variant->column[c].write->may_be_undefined ? NAN : 0;
        for (size_t p = 0; !strip->is_lent[c] && p < strip->paths.n; p++)
            before[p] = empty;
    }
}

static void draw_path(struct sp_strip *strip) {
    const struct sp_variant *variant = strip->variant;
    draw_normals(strip, SP_EACH_PATH, SP_STREAM_PER_PATH);
    for (size_t i = 0; i < variant->variables; i++) {
        strip->values[i].is_given = false;
        for (size_t e = 0; variant->variable[i].each == SP_EACH_PATH && e < variant->variable[i].entries; e++)
            draw_within(strip, i, e, SP_STREAM_PER_PATH);
    }
}

static void begin_quarter(struct sp_strip *strip, size_t quarter, bool opening) {
    strip->quarter = quarter;
    strip->opening = opening;
    strip->moment++;
    if (quarter == 0)
        strip->first_moment = strip->moment;
}

void sp_strip_begin(struct sp_strip *strip, struct sp_strip_paths paths) {
    const struct sp_variant *variant = strip->variant;
    strip->paths = paths;
    if (strip->is_odd)
        swap_columns(strip);
    draw_path(strip);
    begin_quarter(strip, 0, true);
    draw_normals(strip, SP_EACH_QUARTER, 0);
    for (size_t i = 0; i < variant->variables;
         i++) /* who looks at what was drawn for the path sees these too */
        if (variant->variable[i].each == SP_EACH_PATH && has_drawn_parameters(&variant->variable[i]))
            put_in_force(strip, i);
    clear_opening(strip);
    for (size_t i = 0; i < strip->steps; i++)
        if (strip->binding[i].bound->mechanism->start)
            strip->binding[i].bound->mechanism->start(
                ready_step(strip, &strip->binding[i], TURN_OPENING, -1));
}

SP_WIDE static void replace(const double *where, double value, double *restrict x, size_t n) {
    for (size_t p = 0; p < n; p++) {
        double before = x[p];
        x[p] = where[p] != 0 ? value : before;
    }
}

/* On paths that have stopped nothing goes on. */
static void stop_paths(struct sp_strip *strip, const struct sp_bound_step *bound) {
    const double *stopped = strip->before[strip->variant->stop];
    for (size_t i = 0; i < bound->outs; i++) {
        const struct sp_write *write = strip->variant->column[bound->out[i]].write;
        replace(stopped, write->may_be_undefined ? NAN : 0, strip->now[bound->out[i]], strip->paths.n);
    }
}

void sp_strip_quarter(struct sp_strip *strip, size_t t) {
    sp_phase_enter(SP_PHASE_ASSUMPTIONS, 0);
    begin_quarter(strip, t, false);
    if (t > 0) {
        swap_columns(strip);
        draw_normals(strip, SP_EACH_QUARTER, (int)t);
    }
    for (size_t i = 0; i < strip->steps; i++) {
        struct binding *binding = &strip->binding[i];
        sp_phase_enter(SP_PHASE_ASSUMPTIONS, 0);
        const struct sp_step *step = ready_step(strip, binding, strip->is_odd ? TURN_ODD : TURN_EVEN, (int)t);
        sp_phase_enter(SP_PHASE_STEPS, strip->paths.n);
        if (binding->work)
            binding->work(step);
        if (binding->may_stop)
            stop_paths(strip, binding->bound);
    }
}

/* --- Looking in --- */

const double *sp_strip_opening(const struct sp_strip *strip, int column) {
    return strip->before[column];
}

const double *sp_strip_draw(const struct sp_strip *strip, size_t variable) {
    const struct sp_variable *v = &strip->variant->variable[variable];
    if (has_drawn_parameters(v))
        return v->each == SP_EACH_PATH ? strip->values[variable].given : NULL;
    return v->each == SP_EACH_PATH && !is_constant(&v->entry[0]) ? strip->values[variable].drawn[0] : NULL;
}

const double *sp_strip_drawn(const struct sp_strip *strip, size_t variable, size_t t) {
    return strip->values[variable].drawn[entry_at(&strip->variant->variable[variable], t)];
}

const double *sp_strip_in_force(const struct sp_strip *strip, size_t variable) {
    return is_in_force(strip, &strip->values[variable]) ? strip->values[variable].effective : NULL;
}
