/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/reach.h"

#include "engine/base/error.h"

static bool is_reached(const bool *reached, int index) {
    return index != SP_PLAN_NONE && reached[index];
}

/* By its changes, the events that begin it, and the drawn parameters of its law. */
static bool reaches_variable(const struct sp_reach *reach, const struct sp_variable *variable) {
    bool reached = variable->each == SP_EACH_EVENT && is_reached(reach->column, variable->begins);
    for (size_t i = 0; i < variable->changes; i++)
        reached = reached || is_reached(reach->variable, variable->change[i].value) ||
                  is_reached(reach->column, variable->change[i].share);
    for (size_t j = 0; variable->given.conditional && j < SP_CONDITIONAL_PARAMETERS; j++)
        reached = reached || is_reached(reach->variable, variable->given.variable[j]);
    return reached;
}

static bool reads_reached(const struct sp_reach *reach, const struct sp_variant *variant,
                          const struct sp_formula *formula) {
    for (size_t c = 0; formula && c < variant->columns; c++)
        if (reach->column[c] && sp_formula_reads(formula, (int)c))
            return true;
    return false;
}

/* By what it reads, and by the paths on which it does nothing any more. */
static bool reaches_step(const struct sp_reach *reach, const struct sp_variant *variant,
                         const struct sp_bound_step *step) {
    bool reached = !step->mechanism->after_stop && is_reached(reach->column, variant->stop);
    for (size_t r = 0; r < step->reads; r++)
        reached = reached || is_reached(reach->column, step->read[r]);
    for (size_t f = 0; f < step->fields; f++)
        reached = reached || is_reached(reach->variable, step->variable[f]) ||
                  reads_reached(reach, variant, step->formula[f]);
    return reached;
}

static bool take_variables(struct sp_reach *reach, const struct sp_variant *variant) {
    bool is_news = false;
    for (size_t i = 0; i < variant->variables; i++)
        if (!reach->variable[i] && reaches_variable(reach, &variant->variable[i]))
            reach->variable[i] = is_news = true;
    return is_news;
}

static bool take_steps(struct sp_reach *reach, const struct sp_variant *variant) {
    bool is_news = false;
    for (size_t i = 0; i < variant->steps; i++) {
        const struct sp_bound_step *step = &variant->step[i];
        if (reach->step[i] || !reaches_step(reach, variant, step))
            continue;
        reach->step[i] = is_news = true;
        for (size_t o = 0; o < step->outs; o++)
            reach->column[step->out[o]] = true;
    }
    return is_news;
}

int sp_reach_find(struct sp_arena *arena, const struct sp_variant *variant, size_t variable,
                  struct sp_reach *reach) {
    reach->variable = sp_arena_array(arena, variant->variables, sizeof *reach->variable);
    reach->column = sp_arena_array(arena, variant->columns, sizeof *reach->column);
    reach->step = sp_arena_array(arena, variant->steps, sizeof *reach->step);
    if (!reach->variable || !reach->column || !reach->step)
        return SP_ERROR_RESOURCES;
    reach->variable[variable] = true;
    bool is_news = true;
    while (is_news) {
        is_news = take_variables(reach, variant);
        is_news = take_steps(reach, variant) || is_news;
    }
    return 0;
}
