/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/block.h"

#include "engine/base/phase.h"
#include "engine/random/stream.h"

#include <math.h>
#include <string.h>

/* The arrays of a variable. */
struct values {
    double **drawn;  /* [entries]; per quarter: one array for the quarter, the same for all entries */
    double *noise;   /* when it has noise: the process a_t */
    double *noisy;   /* and its value with noise */
    double *changed; /* when it has changes */
    double *held;    /* when it is drawn anew by events */
    double *given;   /* when parameters of its law are drawn: its value, given these */
    const double *parameter[SP_CONDITIONAL_PARAMETERS]; /* those that are numbers */
    bool is_given;                                      /* `given` holds until the next block */
    bool moves;                                         /* it may differ between the quarters of a path */
    bool in_force;                                      /* `effective` is that of this quarter */
    const double *effective;                            /* what steps read in this quarter */
};

/* A step with its arrays. Columns that are read as of the quarter before have two arrays that take turns, and
 * `start` writes and reads those of the quarter before: hence three sets of pointers, made once. */
enum turn { TURN_EVEN, TURN_ODD, TURN_OPENING, TURNS };

struct binding {
    struct sp_step step[TURNS];
    const double *
        *field; /* [fields] the same in all turns; those that move are found anew in every quarter */
    size_t moving;
    size_t *move; /* [moving] fields */
};

struct sp_block {
    struct sp_arena *arena;
    const struct sp_plan *plan;
    const struct sp_variant *variant;
    size_t size, n, valid;
    uint64_t first_path;
    size_t quarter;
    bool opening; /* only the opening state is being made */
    uint32_t *words;
    double **normal;                /* [normals] */
    double *z;                      /* scratch */
    double *zeros, *ones;           /* 0 and 1 on all paths */
    double *room[SP_FORMULA_DEPTH]; /* for formulas, when there are any */
    struct values *values;          /* [variables] */
    size_t constants;               /* arrays that hold one number on all paths, made so far */
    double **constant;              /* [constants] */
    double **now, **before;         /* [columns]; before is NULL where nobody asks for it */
    bool is_odd;                    /* now and before have changed places */
    struct binding *binding;        /* [steps] */
    uint64_t *rule;
};

/* --- Room --- */

static double *create_array(struct sp_block *block) {
    return sp_arena_array(block->arena, block->size, sizeof(double));
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
static double *find_constant(struct sp_block *block, double number) {
    for (size_t i = 0; i < block->constants; i++)
        if (memcmp(block->constant[i], &number, sizeof number) == 0)
            return block->constant[i];
    double *array = create_array(block);
    double **place = sp_arena_append(block->arena, &block->constant, &block->constants, sizeof *place);
    if (!array || !place)
        return NULL;
    for (size_t p = 0; p < block->size; p++)
        array[p] = number;
    return *place = array;
}

static bool has_drawn_parameters(const struct sp_variable *variable) {
    return variable->given.conditional != NULL;
}

static bool has_noise(const struct sp_variable *variable) {
    return variable->noise.scale != SP_NOISE_NONE;
}

/* Whether the value may differ between the quarters of a path. */
static bool may_move(const struct sp_variant *variant, const struct sp_variable *variable) {
    if (variable->each != SP_EACH_PATH || variable->entries > 1 || variable->changes > 0 ||
        has_noise(variable))
        return true;
    for (size_t j = 0; has_drawn_parameters(variable) && j < SP_CONDITIONAL_PARAMETERS; j++)
        if (variable->given.variable[j] != SP_PLAN_NONE &&
            may_move(variant, &variant->variable[variable->given.variable[j]]))
            return true;
    return false;
}

static int create_normals(struct sp_block *block) {
    block->normal = sp_arena_array(block->arena, block->variant->normals, sizeof *block->normal);
    block->z = create_array(block);
    if (!block->normal || !block->z)
        return -1;
    for (size_t i = 0; i < block->variant->normals; i++)
        if (!(block->normal[i] = create_array(block)))
            return -1;
    return 0;
}

/* Room for a value that depends on drawn parameters; those that are numbers are arrays too. */
static int create_given(struct sp_block *block, const struct sp_given *given, struct values *values) {
    if (!given->conditional)
        return 0;
    values->given = create_array(block);
    for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS && given->conditional->name[j]; j++) {
        double *number = given->variable[j] == SP_PLAN_NONE ? find_constant(block, given->number[j]) : NULL;
        if (given->variable[j] == SP_PLAN_NONE && !number)
            return -1;
        values->parameter[j] = number;
    }
    return values->given ? 0 : -1;
}

static int create_values(struct sp_block *block, const struct sp_variable *variable, struct values *values) {
    values->drawn = sp_arena_array(block->arena, variable->entries, sizeof *values->drawn);
    if (!values->drawn)
        return -1;
    for (size_t e = 0; e < variable->entries; e++) {
        const struct sp_schedule_entry *entry = &variable->entry[e];
        bool shared = variable->each != SP_EACH_PATH && e > 0 && !is_constant(&variable->entry[0]);
        values->drawn[e] = is_unchanging(entry)            ? find_constant(block, entry->sampler.parameter[0])
                           : shared && !is_constant(entry) ? values->drawn[0]
                                                           : create_array(block);
        if (!values->drawn[e])
            return -1;
    }
    return create_given(block, &variable->given, values) ||
                   (variable->changes && !(values->changed = create_array(block))) ||
                   (variable->each == SP_EACH_EVENT && !(values->held = create_array(block))) ||
                   (has_noise(variable) &&
                    (!(values->noise = create_array(block)) || !(values->noisy = create_array(block))))
               ? -1
               : 0;
}

static bool is_read_before(const struct sp_variant *variant, int column) {
    if (variant->column[column].write->category)
        return true;
    for (size_t i = 0; i < variant->steps; i++) {
        const struct sp_bound_step *step = &variant->step[i];
        for (size_t r = 0; r < step->reads; r++)
            if (step->read_before[r] && step->read[r] == column)
                return true;
        for (size_t f = 0; f < step->fields; f++)
            if (step->formula[f] && sp_formula_reads(step->formula[f], column))
                return true;
    }
    return false;
}

static int create_columns(struct sp_block *block) {
    size_t columns = block->variant->columns;
    block->now = sp_arena_array(block->arena, columns, sizeof *block->now);
    block->before = sp_arena_array(block->arena, columns, sizeof *block->before);
    if (!block->now || !block->before)
        return -1;
    for (size_t c = 0; c < columns; c++) {
        bool twice = is_read_before(block->variant, (int)c);
        block->now[c] = create_array(block);
        block->before[c] = twice ? create_array(block) : NULL;
        if (!block->now[c] || (twice && !block->before[c]))
            return -1;
    }
    return 0;
}

static int create_scratch(struct sp_block *block) {
    block->words = sp_arena_array(block->arena, block->size, sizeof *block->words);
    block->rule = sp_arena_array(block->arena, block->variant->rules + 1, sizeof *block->rule);
    return block->words && block->rule ? 0 : -1;
}

/* Before the first quarter there is only the opening state. */
static const double *read_column(const struct sp_block *block, const struct sp_bound_step *step, size_t i,
                                 bool is_opening) {
    int column = step->read[i];
    bool before = step->read_before[i] || (is_opening && block->before[column]);
    return before ? block->before[column] : block->now[column];
}

static int bind_turn(struct sp_block *block, size_t i, enum turn turn) {
    const struct sp_bound_step *step = &block->variant->step[i];
    const double **read = sp_arena_array(block->arena, step->reads + 1, sizeof *read);
    double **out = sp_arena_array(block->arena, step->outs + 1, sizeof *out);
    if (!read || !out)
        return -1;
    for (size_t r = 0; r < step->reads; r++)
        read[r] = read_column(block, step, r, turn == TURN_OPENING);
    for (size_t o = 0; o < step->outs; o++) {
        double *before = block->before[step->out[o]];
        out[o] = turn == TURN_OPENING && before ? before : block->now[step->out[o]];
    }
    block->binding[i].step[turn] = (struct sp_step){
        .accrual_end = block->plan->accrual_end,
        .whole_counts = block->plan->whole_counts,
        .kernels = block->plan->kernels,
        .zeros = block->zeros,
        .ones = block->ones,
        .field = block->binding[i].field,
        .is_zero = step->is_zero,
        .number = step->number,
        .field_start = step->field_start,
        .field_count = step->field_count,
        .instances = step->instances,
        .read = read,
        .read_start = step->read_start,
        .read_count = step->read_count,
        .out = out,
        .is_wanted = step->is_wanted,
        .out_start = step->out_start,
        .out_count = step->out_count,
        .rule = block->rule + step->first_rule,
    };
    return 0;
}

static bool moves(const struct sp_block *block, const struct sp_bound_step *step, size_t field) {
    int variable = step->variable[field];
    return variable == SP_PLAN_NONE ? step->formula[field] != NULL : block->values[variable].moves;
}

static int create_binding(struct sp_block *block, size_t i) {
    const struct sp_bound_step *step = &block->variant->step[i];
    struct binding *binding = &block->binding[i];
    binding->field = sp_arena_array(block->arena, step->fields + 1, sizeof *binding->field);
    binding->move = sp_arena_array(block->arena, step->fields + 1, sizeof *binding->move);
    if (!binding->field || !binding->move)
        return -1;
    for (size_t f = 0; f < step->fields; f++)
        if (moves(block, step, f))
            binding->move[binding->moving++] = f;
    return 0;
}

/* The arrays of columns take turns. */
static void swap_columns(struct sp_block *block) {
    for (size_t c = 0; c < block->variant->columns; c++)
        if (block->before[c]) {
            double *moved = block->before[c];
            block->before[c] = block->now[c];
            block->now[c] = moved;
        }
    block->is_odd = !block->is_odd;
}

static int create_bindings(struct sp_block *block) {
    size_t steps = block->variant->steps;
    int error = 0;
    block->binding = sp_arena_array(block->arena, steps + 1, sizeof *block->binding);
    if (!block->binding)
        return -1;
    for (size_t i = 0; !error && i < steps; i++)
        error =
            create_binding(block, i) || bind_turn(block, i, TURN_OPENING) || bind_turn(block, i, TURN_EVEN);
    swap_columns(block);
    for (size_t i = 0; !error && i < steps; i++)
        error = bind_turn(block, i, TURN_ODD);
    swap_columns(block);
    return error ? -1 : 0;
}

static bool has_formulas(const struct sp_variant *variant) {
    for (size_t i = 0; i < variant->steps; i++)
        for (size_t f = 0; f < variant->step[i].fields; f++)
            if (variant->step[i].formula[f])
                return true;
    return false;
}

static int create_room(struct sp_block *block) {
    for (int i = 0; has_formulas(block->variant) && i < SP_FORMULA_DEPTH; i++)
        if (!(block->room[i] = create_array(block)))
            return -1;
    return 0;
}

static int create_all(struct sp_block *block) {
    const struct sp_variant *variant = block->variant;
    block->values = sp_arena_array(block->arena, variant->variables + 1, sizeof *block->values);
    block->zeros = find_constant(block, 0);
    block->ones = find_constant(block, 1);
    if (!block->values || !block->zeros || !block->ones)
        return -1;
    for (size_t i = 0; i < variant->variables; i++) {
        block->values[i].moves = may_move(variant, &variant->variable[i]);
        if (create_values(block, &variant->variable[i], &block->values[i]))
            return -1;
    }
    return create_normals(block) || create_room(block) || create_columns(block) || create_scratch(block) ||
                   create_bindings(block)
               ? -1
               : 0;
}

struct sp_block *sp_block_create(const struct sp_plan *plan, const struct sp_variant *variant, size_t size) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_block *block = arena ? sp_arena_array(arena, 1, sizeof *block) : NULL;
    if (!block) {
        sp_arena_free(arena);
        return NULL;
    }
    *block = (struct sp_block){.arena = arena, .plan = plan, .variant = variant, .size = size};
    if (create_all(block) == 0)
        return block;
    sp_arena_free(arena);
    return NULL;
}

void sp_block_free(struct sp_block *block) {
    if (block)
        sp_arena_free(block->arena);
}

/* --- Draws --- */

static void fill_words(struct sp_block *block, uint32_t name, int quarter) {
    if (block->plan->at_centre) {
        for (size_t p = 0; p < block->n; p++)
            block->words[p] = SP_STREAM_CENTRE;
        return;
    }
    struct sp_stream stream = {block->plan->seed, name};
    sp_phase_enter(SP_PHASE_WORDS, block->n);
    sp_stream_words(block->plan->kernels, stream, block->first_path, quarter, 0, block->words, block->n);
}

static void draw_standard_normal(struct sp_block *block, uint32_t stream, int quarter, double *out) {
    if (block->plan->at_centre) {
        memset(out, 0, block->n * sizeof *out);
        return;
    }
    fill_words(block, stream, quarter);
    sp_phase_enter(SP_PHASE_QUANTILES, block->n);
    sp_sampler_fill(&block->plan->standard_normal, block->plan->kernels, block->words, out, block->n);
    sp_phase_enter(SP_PHASE_ASSUMPTIONS, 0);
}

/* The shared normals of one layer. */
static void draw_normals(struct sp_block *block, enum sp_each each, int quarter) {
    for (size_t i = 0; i < block->variant->normals; i++)
        if (block->variant->normal[i].each == each)
            draw_standard_normal(block, block->variant->normal[i].stream, quarter, block->normal[i]);
}

SP_WIDE static void add_weighted(const double *x, double weight, double *restrict sum, size_t n) {
    for (size_t p = 0; p < n; p++)
        sum[p] += weight * x[p];
}

/* The words of a dependent variable, from the normals that it shares. */
static void fill_dependent_words(struct sp_block *block, const struct sp_variable *variable) {
    memset(block->z, 0, block->n * sizeof *block->z);
    for (size_t i = 0; i < variable->loadings; i++)
        add_weighted(block->normal[variable->loading[i].normal], variable->loading[i].weight, block->z,
                     block->n);
    block->plan->kernels->normal_words(block->plan->normal_rows, block->z, block->words, block->n);
}

static void draw(struct sp_block *block, const struct sp_variable *variable,
                 const struct sp_schedule_entry *entry, int quarter, double *out) {
    for (size_t p = 0; is_constant(entry) && !is_unchanging(entry) && p < block->n; p++)
        out[p] = entry->sampler.parameter[0];
    if (is_constant(entry))
        return;
    if (variable->loadings > 0 && !block->plan->at_centre)
        fill_dependent_words(block, variable);
    else
        fill_words(block, variable->stream, quarter);
    sp_phase_enter(SP_PHASE_QUANTILES, block->n);
    sp_sampler_fill(&entry->sampler, block->plan->kernels, block->words, out, block->n);
    sp_phase_enter(SP_PHASE_ASSUMPTIONS, 0);
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
static void hold_values(struct sp_block *block, size_t i, double *x) {
    size_t held = hold(&block->variant->variable[i], x, block->n, block->valid);
    bool again = block->opening && !block->values[i].is_given;
    block->rule[i] += again ? 0 : held;
}

/* The bounds are kept at the draw when nothing follows that would be held to them anyway, and before noise on
 * the logit scale, for which there is no logit beyond 0 .. 1. */
static bool holds_draw(const struct sp_variable *variable) {
    bool is_logit = has_noise(variable) && variable->noise.scale == SP_NOISE_LOGIT;
    return variable->may_leave_bounds && (is_logit || (variable->changes == 0 && !has_noise(variable)));
}

static void draw_within(struct sp_block *block, size_t i, size_t e, int quarter) {
    const struct sp_variable *variable = &block->variant->variable[i];
    double *out = block->values[i].drawn[e];
    draw(block, variable, &variable->entry[e], quarter, out);
    if (variable->entry[e].may_leave_bounds && holds_draw(variable) && !has_drawn_parameters(variable))
        hold_values(block, i, out);
}

static size_t entry_at(const struct sp_variable *variable, size_t quarter) {
    size_t entry = 0;
    while (entry + 1 < variable->entries && variable->entry[entry + 1].from <= (int)quarter)
        entry++;
    return entry;
}

/* --- Assumptions in force --- */

static void put_in_force(struct sp_block *block, size_t i);

/* Where parameters contradict each other, the one that gives way is counted. */
static void count_contradictions(struct sp_block *block, size_t i, const double *const *parameter) {
    const struct sp_given *given = &block->variant->variable[i].given;
    for (size_t j = 1; given->conditional->contradictions && j < SP_CONDITIONAL_PARAMETERS; j++) {
        if (!given->conditional->name[j])
            return;
        size_t who = given->variable[j] == SP_PLAN_NONE ? i : (size_t)given->variable[j];
        block->rule[who] += given->conditional->contradictions(j, parameter, block->valid);
    }
}

/* The values of the parameters of a law in this quarter. */
static void find_parameters(struct sp_block *block, size_t i, const double **parameter) {
    const struct sp_given *given = &block->variant->variable[i].given;
    for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS; j++) {
        int drawn = given->variable[j];
        if (drawn != SP_PLAN_NONE)
            put_in_force(block, (size_t)drawn);
        parameter[j] = drawn == SP_PLAN_NONE ? block->values[i].parameter[j] : block->values[drawn].effective;
    }
}

/* The value that follows from the draw and the drawn parameters of its law; once a block when these stay. */
static void apply_parameters(struct sp_block *block, size_t i) {
    const struct sp_variable *variable = &block->variant->variable[i];
    struct values *values = &block->values[i];
    const double *parameter[SP_CONDITIONAL_PARAMETERS];
    if (!has_drawn_parameters(variable))
        return;
    if (!values->is_given) {
        values->is_given = !values->moves;
        find_parameters(block, i, parameter);
        if (!block->opening || values->is_given)
            count_contradictions(block, i, parameter);
        variable->given.conditional->fill(block->plan->kernels, parameter, values->effective, values->given,
                                          block->n);
        if (holds_draw(variable))
            hold_values(block, i, values->given);
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
static void apply_noise(struct sp_block *block, size_t i) {
    const struct sp_variable *variable = &block->variant->variable[i];
    struct values *values = &block->values[i];
    if (!has_noise(variable))
        return;
    draw_standard_normal(block, variable->noise.stream, (int)block->quarter, block->z);
    advance_noise(&variable->noise, block->z, block->quarter == 0, values->noise, block->n);
    if (variable->noise.scale != SP_NOISE_ADD)
        block->plan->kernels->exp(values->noise, values->noisy, block->n);
    combine_noise(variable->noise.scale, values->effective, values->noise, values->noisy, block->n);
    if (variable->changes == 0)
        hold_values(block, i, values->noisy);
    values->effective = values->noisy;
}

/* The value drawn where an event begins is kept until the next one begins. */
SP_WIDE static void renew(const double *begins, const double *drawn, double *restrict held, size_t n) {
    for (size_t p = 0; p < n; p++) {
        double before = held[p], anew = drawn[p];
        held[p] = begins[p] != 0 ? anew : before;
    }
}

static void hold_event(struct sp_block *block, size_t i) {
    const struct sp_variable *variable = &block->variant->variable[i];
    struct values *values = &block->values[i];
    if (variable->each != SP_EACH_EVENT)
        return;
    renew(block->now[variable->begins], values->effective, values->held, block->n);
    values->effective = values->held;
}

SP_WIDE static void apply(enum sp_change_operation operation, const double *value, double *restrict x,
                          size_t n) {
    for (size_t p = 0; p < n; p++)
        x[p] = operation == SP_CHANGE_TIMES  ? x[p] * value[p]
               : operation == SP_CHANGE_PLUS ? x[p] + value[p]
                                             : value[p];
}

/* Part of the way from x to where the whole change would take it: `part` of it, that of a change that ramps
 * up, times each path's share. */
SP_WIDE static void apply_part(enum sp_change_operation operation, double part, const double *share,
                               const double *value, double *restrict x, size_t n) {
    for (size_t p = 0; p < n; p++) {
        double step = operation == SP_CHANGE_TIMES  ? x[p] * (value[p] - 1)
                      : operation == SP_CHANGE_PLUS ? value[p]
                                                    : value[p] - x[p];
        double acts = share ? part * share[p] : part, before = x[p];
        x[p] = acts == 0 ? before : before + acts * step;
    }
}

static double part_at(const struct sp_change *change, size_t quarter) {
    int quarters = (int)quarter - change->from + 1;
    return quarters >= change->ramp ? 1 : (double)quarters / change->ramp;
}

static bool acts_now(const struct sp_block *block, const struct sp_change *change) {
    return (int)block->quarter >= change->from && (int)block->quarter <= change->until &&
           !(block->opening && change->share != SP_PLAN_NONE);
}

static void apply_changes(struct sp_block *block, size_t i) {
    const struct sp_variable *variable = &block->variant->variable[i];
    struct values *values = &block->values[i];
    if (variable->changes == 0)
        return;
    memcpy(values->changed, values->effective, block->n * sizeof *values->changed);
    for (size_t c = 0; c < variable->changes; c++) {
        const struct sp_change *change = &variable->change[c];
        double part = part_at(change, block->quarter);
        if (!acts_now(block, change))
            continue;
        put_in_force(block, (size_t)change->value);
        const double *value = block->values[change->value].effective;
        const double *share = change->share == SP_PLAN_NONE ? NULL : block->now[change->share];
        if (share || part < 1)
            apply_part(change->operation, part, share, value, values->changed, block->n);
        else
            apply(change->operation, value, values->changed, block->n);
    }
    hold_values(block, i, values->changed);
    values->effective = values->changed;
}

/* Finds the effective values of a variable in this quarter, when the first step asks for them: by then the
 * events that change it are known. */
static void put_in_force(struct sp_block *block, size_t i) {
    const struct sp_variable *variable = &block->variant->variable[i];
    struct values *values = &block->values[i];
    if (values->in_force)
        return;
    size_t entry = entry_at(variable, block->quarter);
    if (variable->each != SP_EACH_PATH)
        draw_within(block, i, entry, (int)block->quarter);
    values->effective = values->drawn[entry];
    apply_parameters(block, i);
    hold_event(block, i);
    apply_noise(block, i);
    apply_changes(block, i);
    values->in_force = true;
}

static void begin_quarter(struct sp_block *block, size_t quarter, bool opening) {
    block->quarter = quarter;
    block->opening = opening;
    for (size_t i = 0; i < block->variant->variables; i++)
        block->values[i].in_force = quarter > 0 && !block->values[i].moves && block->values[i].in_force;
}

/* --- Steps --- */

/* A formula sees the quarter before. A step has at most one. */
static const double *evaluate(struct sp_block *block, const struct sp_formula *formula) {
    if (!formula)
        return NULL;
    sp_formula_evaluate(formula, (const double *const *)block->before, block->room, block->n);
    return block->room[0];
}

static void find_field(struct sp_block *block, size_t i, size_t field) {
    const struct sp_bound_step *step = &block->variant->step[i];
    int variable = step->variable[field];
    if (variable != SP_PLAN_NONE)
        put_in_force(block, (size_t)variable);
    block->binding[i].field[field] =
        variable == SP_PLAN_NONE ? evaluate(block, step->formula[field]) : block->values[variable].effective;
}

/* The step as it is in this quarter. */
static const struct sp_step *ready_step(struct sp_block *block, size_t i, enum turn turn, int quarter) {
    struct binding *binding = &block->binding[i];
    struct sp_step *step = &binding->step[turn];
    step->n = block->n;
    step->valid = block->valid;
    step->quarter = quarter;
    step->season = (block->plan->first_quarter + quarter) % 4;
    for (size_t f = 0; quarter <= 0 && f < block->variant->step[i].fields; f++)
        find_field(block, i, f);
    for (size_t m = 0; quarter > 0 && m < binding->moving; m++)
        find_field(block, i, binding->move[m]);
    return step;
}

SP_WIDE void sp_block_ratio(const double *numerator, const double *denominator, double *out, size_t n) {
    for (size_t p = 0; p < n; p++)
        out[p] = denominator[p] > 0 ? numerator[p] / denominator[p] : NAN;
}

/* What no step opens is 0 before the first quarter, as nothing has happened yet; but what may be undefined is
 * so. */
SP_WIDE static void clear_opening(struct sp_block *block) {
    for (size_t c = 0; c < block->variant->columns; c++) {
        double *before = block->before[c],
               empty = block->variant->column[c].write->may_be_undefined ? NAN : 0;
        for (size_t p = 0; before && p < block->n; p++)
            before[p] = empty;
    }
}

void sp_block_begin(struct sp_block *block, uint64_t first_path, size_t valid) {
    const struct sp_variant *variant = block->variant;
    block->first_path = first_path;
    block->valid = valid;
    block->n = (valid + 63) / 64 * 64;
    if (block->is_odd)
        swap_columns(block);
    draw_normals(block, SP_EACH_PATH, SP_STREAM_PER_PATH);
    for (size_t i = 0; i < variant->variables; i++)
        block->values[i].is_given = false;
    for (size_t i = 0; i < variant->variables; i++)
        for (size_t e = 0; variant->variable[i].each == SP_EACH_PATH && e < variant->variable[i].entries; e++)
            draw_within(block, i, e, SP_STREAM_PER_PATH);
    begin_quarter(block, 0, true);
    draw_normals(block, SP_EACH_QUARTER, 0);
    for (size_t i = 0; i < variant->variables;
         i++) /* who looks at what was drawn for the path sees these too */
        if (variant->variable[i].each == SP_EACH_PATH && has_drawn_parameters(&variant->variable[i]))
            put_in_force(block, i);
    clear_opening(block);
    for (size_t i = 0; i < variant->steps; i++)
        if (variant->step[i].is_live && variant->step[i].mechanism->start)
            variant->step[i].mechanism->start(ready_step(block, i, TURN_OPENING, -1));
}

SP_WIDE static void replace(const double *where, double value, double *restrict x, size_t n) {
    for (size_t p = 0; p < n; p++) {
        double before = x[p];
        x[p] = where[p] != 0 ? value : before;
    }
}

/* On paths that have stopped nothing goes on. */
static void stop_paths(struct sp_block *block, const struct sp_bound_step *bound) {
    const double *stopped = block->before[block->variant->stop];
    for (size_t i = 0; i < bound->outs; i++) {
        const struct sp_write *write = block->variant->column[bound->out[i]].write;
        replace(stopped, write->may_be_undefined ? NAN : 0, block->now[bound->out[i]], block->n);
    }
}

void sp_block_quarter(struct sp_block *block, size_t t) {
    sp_phase_enter(SP_PHASE_ASSUMPTIONS, 0);
    begin_quarter(block, t, false);
    if (t > 0) {
        swap_columns(block);
        draw_normals(block, SP_EACH_QUARTER, (int)t);
    }
    for (size_t i = 0; i < block->variant->steps; i++) {
        const struct sp_bound_step *bound = &block->variant->step[i];
        if (!bound->is_live)
            continue;
        const struct sp_step *step = ready_step(block, i, block->is_odd ? TURN_ODD : TURN_EVEN, (int)t);
        sp_phase_enter(SP_PHASE_STEPS, block->n);
        if (bound->mechanism->step)
            bound->mechanism->step(step);
        if (block->variant->stop != SP_PLAN_NONE && !bound->mechanism->after_stop)
            stop_paths(block, bound);
    }
}

/* --- Looking in --- */

size_t sp_block_valid(const struct sp_block *block) {
    return block->valid;
}

uint64_t sp_block_first_path(const struct sp_block *block) {
    return block->first_path;
}

const double *sp_block_now(const struct sp_block *block, int column) {
    return block->now[column];
}

const double *sp_block_opening(const struct sp_block *block, int column) {
    return block->before[column];
}

const double *sp_block_draw(const struct sp_block *block, size_t variable) {
    const struct sp_variable *v = &block->variant->variable[variable];
    if (has_drawn_parameters(v))
        return v->each == SP_EACH_PATH ? block->values[variable].given : NULL;
    return v->each == SP_EACH_PATH && !is_constant(&v->entry[0]) ? block->values[variable].drawn[0] : NULL;
}

const double *sp_block_drawn(const struct sp_block *block, size_t variable, size_t t) {
    return block->values[variable].drawn[entry_at(&block->variant->variable[variable], t)];
}

const double *sp_block_in_force(const struct sp_block *block, size_t variable) {
    return block->values[variable].in_force ? block->values[variable].effective : NULL;
}

const uint64_t *sp_block_rules(const struct sp_block *block) {
    return block->rule;
}
