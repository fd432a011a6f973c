/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/strip_parts.h"

#include <math.h>
#include <string.h>

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

/* Whether nothing comes after the draw. */
static bool is_plain(const struct sp_variable *variable) {
    return variable->entries == 1 && variable->changes == 0 && !has_noise(variable) &&
           !has_drawn_parameters(variable);
}

/* Whether paths on which something happens may be drawn alone. (Who looks at the centre does not look at
 * metrics alone.) */
static bool may_draw_where(const struct sp_strip *strip, const struct sp_variable *variable) {
    bool is_asked_for = variable->where || variable->each == SP_EACH_EVENT;
    return strip->store->for_metrics && is_asked_for && variable->each != SP_EACH_PATH &&
           is_plain(variable) && variable->loadings == 0 && !is_constant(&variable->entry[0]) &&
           !variable->entry[0].may_leave_bounds;
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
                   (is_held(variable, values) && !(values->held = create_array(strip))) ||
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
        .draw_where = sp_strip_draw_field,
        .drawer = binding,
    };
    return 0;
}

/* Whether steps read what is drawn by quarter, which lies where it lay in the quarter before. */
static bool is_as_drawn(const struct sp_variable *variable) {
    return variable->each == SP_EACH_QUARTER && is_plain(variable);
}

/* Finds a field once and for all; whether that is enough, and nothing has to be done in any quarter. */
static bool find_still(struct sp_strip *strip, struct binding *binding, size_t field) {
    int i = binding->bound->variable[field];
    if (i == SP_PLAN_NONE)
        return !binding->bound->formula[field];
    const struct sp_variable *variable = &strip->variant->variable[i];
    struct values *values = &strip->values[i];
    binding->field[field] = values->effective = values->drawn[0];
    if (values->is_drawn_where)
        return true;
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

void sp_strip_swap(struct sp_strip *strip) {
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
    sp_strip_swap(strip);
    for (size_t i = 0; !error && i < strip->steps; i++)
        error = bind_turn(strip, &strip->binding[i], TURN_ODD);
    sp_strip_swap(strip);
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
        strip->values[i].is_drawn_where = may_draw_where(strip, &variant->variable[i]);
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
