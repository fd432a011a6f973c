/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/strip_parts.h"

#include "engine/base/phase.h"
#include "engine/base/wide.h"

#include <math.h>
#include <string.h>

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
    sp_strip_put_in_force(strip, (size_t)variable);
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
        sp_strip_swap(strip);
    sp_strip_draw_path(strip);
    begin_quarter(strip, 0, true);
    sp_strip_draw_normals(strip, SP_EACH_QUARTER, 0);
    /* Who looks at what was drawn for the path sees these too. */
    for (size_t i = 0; i < variant->variables; i++)
        if (variant->variable[i].each == SP_EACH_PATH && has_drawn_parameters(&variant->variable[i]))
            sp_strip_put_in_force(strip, i);
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
        sp_strip_swap(strip);
        sp_strip_draw_normals(strip, SP_EACH_QUARTER, (int)t);
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
