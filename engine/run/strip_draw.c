/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/strip_parts.h"

#include "engine/base/phase.h"
#include "engine/base/wide.h"
#include "engine/random/stream.h"

#include <string.h>

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

void sp_strip_draw_standard_normal(struct sp_strip *strip, const struct sp_strip_paths *paths,
                                   uint32_t stream, int quarter, double *out) {
    if (strip->plan->at_centre) {
        memset(out, 0, paths->n * sizeof *out);
        return;
    }
    fill_words(strip, paths, stream, quarter);
    sp_phase_enter(SP_PHASE_TABLES, paths->n);
    sp_sampler_fill(&strip->plan->standard_normal, strip->plan->kernels, strip->store->words, out, paths->n);
    sp_phase_enter(SP_PHASE_ASSUMPTIONS, 0);
}

void sp_strip_draw_normals(struct sp_strip *strip, enum sp_each each, int quarter) {
    for (size_t i = 0; draws_for_all(strip) && i < strip->variant->normals; i++)
        if (strip->variant->normal[i].each == each)
            sp_strip_draw_standard_normal(strip, &strip->store->paths, strip->variant->normal[i].stream,
                                          quarter, strip->normal[i]);
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

/* What is left out counts among the values of the phases, as if it were drawn. */
void sp_strip_draw_where(struct sp_strip *strip, const struct sp_variable *variable, const double *where,
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
    sp_sampler_fill(sampler, kernels, strip->store->words, strip->z, (count + 7) / 8 * 8); /* whole vectors */
    for (size_t i = 0; i < count; i++)
        out[path[i]] = strip->z[i];
}

bool sp_strip_draw_field(void *drawer, size_t field, double *x) {
    struct binding *binding = drawer;
    struct sp_strip *strip = binding->strip;
    int i = binding->bound->variable[field];
    if (i == SP_PLAN_NONE || !strip->values[i].is_drawn_where)
        return false;
    sp_strip_draw_where(strip, &strip->variant->variable[i], x, x);
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

/* But they are not counted twice, when the opening state is made first. */
void sp_strip_hold(struct sp_strip *strip, const struct sp_strip_paths *paths, size_t i, double *x) {
    size_t held = hold(&strip->variant->variable[i], x, paths->n, paths->valid);
    bool again = strip->opening && !strip->values[i].is_given;
    strip->store->rule[i] += again ? 0 : held;
}

void sp_strip_draw_entry(struct sp_strip *strip, size_t i, size_t e, int quarter) {
    const struct sp_variable *variable = &strip->variant->variable[i];
    double *out = strip->values[i].drawn[e];
    if (!draws_for_all(strip))
        return;
    draw(strip, variable, &variable->entry[e], quarter, out);
    if (variable->entry[e].may_leave_bounds && holds_draw(variable) && !has_drawn_parameters(variable))
        sp_strip_hold(strip, &strip->store->paths, i, out);
}

void sp_strip_draw_path(struct sp_strip *strip) {
    const struct sp_variant *variant = strip->variant;
    sp_strip_draw_normals(strip, SP_EACH_PATH, SP_STREAM_PER_PATH);
    for (size_t i = 0; i < variant->variables; i++) {
        strip->values[i].is_given = false;
        for (size_t e = 0; variant->variable[i].each == SP_EACH_PATH && e < variant->variable[i].entries; e++)
            sp_strip_draw_entry(strip, i, e, SP_STREAM_PER_PATH);
    }
}
