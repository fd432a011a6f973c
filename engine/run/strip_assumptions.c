/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/strip_parts.h"

#include "engine/base/phase.h"
#include "engine/base/wide.h"

#include <string.h>

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
            sp_strip_put_in_force(strip, (size_t)drawn);
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
            sp_strip_hold(strip, &strip->paths, i, values->given);
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
    sp_strip_draw_standard_normal(strip, &strip->paths, variable->noise.stream, (int)strip->quarter,
                                  strip->z);
    advance_noise(&variable->noise, strip->z, strip->quarter == 0, values->noise, strip->paths.n);
    if (variable->noise.scale != SP_NOISE_ADD)
        strip->plan->kernels->exp(values->noise, values->noisy, strip->paths.n);
    combine_noise(variable->noise.scale, values->effective, values->noise, values->noisy, strip->paths.n);
    if (variable->changes == 0)
        sp_strip_hold(strip, &strip->paths, i, values->noisy);
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
    if (!is_held(variable, values))
        return;
    if (values->is_drawn_where) {
        sp_strip_draw_where(strip, variable, strip->now[variable->begins], values->held);
        sp_phase_enter(SP_PHASE_ASSUMPTIONS, 0);
    } else {
        renew(strip->now[variable->begins], values->effective, values->held, strip->paths.n);
    }
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
        sp_strip_put_in_force(strip, (size_t)change->value);
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
    sp_strip_hold(strip, &strip->paths, i, values->changed);
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
    sp_strip_draw_entry(strip, i, entry, (int)strip->quarter);
    values->drawn_at = strip->moment;
}

void sp_strip_put_in_force(struct sp_strip *strip, size_t i) {
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
