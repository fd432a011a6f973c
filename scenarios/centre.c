/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/centre.h"

#include "engine/base/error.h"
#include "engine/run/block.h"
#include "scenarios/centre_formula.h"
#include "scenarios/centre_value.h"
#include "scenarios/provenance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATHS = 64 }; /* the fewest that a block computes; all are alike */

struct maker {
    struct sp_centre *centre;
    const struct sp_scenario *scenario;
    const struct sp_plan *plan;
    const struct sp_variant *variant;
    int *variable; /* [inputs] of the plan, or SP_PLAN_NONE */
};

static double *create_values(struct sp_centre *centre) {
    double *value = sp_arena_array(centre->arena, centre->quarters + 1, sizeof *value);
    for (size_t t = 0; value && t <= centre->quarters; t++)
        value[t] = NAN;
    return value;
}

static int copy(struct sp_centre *centre, const char **to, const char *from) {
    *to = sp_arena_text(centre->arena, from);
    return *to || !from ? 0 : SP_ERROR_RESOURCES;
}

/* --- Times --- */

static int copy_labels(struct sp_centre *centre, const struct sp_axis *axis, const char ***label,
                       size_t *count) {
    *count = axis->count;
    *label = sp_arena_array(centre->arena, axis->count, sizeof **label);
    for (size_t i = 0; *label && i < axis->count; i++)
        if (copy(centre, &(*label)[i], axis->label[i]))
            return SP_ERROR_RESOURCES;
    return *label ? 0 : SP_ERROR_RESOURCES;
}

static int make_times(struct maker *m) {
    struct sp_centre *centre = m->centre;
    if (copy_labels(centre, &m->plan->axis[SP_AXIS_QUARTER], &centre->quarter, &centre->quarters) ||
        copy_labels(centre, &m->plan->axis[SP_AXIS_YEAR], &centre->year, &centre->years))
        return SP_ERROR_RESOURCES;
    centre->year_of = sp_arena_array(centre->arena, centre->quarters, sizeof *centre->year_of);
    centre->time = (struct sp_centre_row){.name = "quarter", .unit = "1", .value = create_values(centre)};
    centre->season = (struct sp_centre_row){.name = "season", .unit = "1", .value = create_values(centre)};
    if (!centre->year_of || !centre->time.value || !centre->season.value)
        return SP_ERROR_RESOURCES;
    for (size_t t = 0; t < centre->quarters; t++) {
        centre->year_of[t] = sp_plan_year(m->plan, t);
        centre->time.value[t + 1] = (double)(t + 1);
        centre->season.value[t + 1] = (double)((m->plan->first_quarter + (int)t) % 4 + 1);
    }
    centre->time.value[0] = 0;
    centre->season.value[0] = (double)((m->plan->first_quarter + 3) % 4 + 1);
    return 0;
}

/* --- Assumptions --- */

static int find_variable(const struct sp_variant *variant, const char *name) {
    for (size_t v = 0; v < variant->variables; v++)
        if (strcmp(variant->variable[v].name, name) == 0)
            return (int)v;
    return SP_PLAN_NONE;
}

static int compare(const void *key, const void *origin) {
    return strcmp(key, ((const struct sp_origin *)origin)->key);
}

static const struct sp_origin *find_origin(const struct sp_centre *centre, const char *key) {
    return bsearch(key, centre->origin, centre->origins, sizeof *centre->origin, compare);
}

/* Numbers, quarters and places of names are the same in all quarters; those of assumptions come quarter by
 * quarter. */
static void fill_constant(struct sp_centre *centre, const struct sp_input *input, struct sp_centre_row *row) {
    enum sp_field_kind kind = input->field->kind;
    bool is_number =
        kind == SP_FIELD_NUMBER || ((kind == SP_FIELD_QUARTER || kind == SP_FIELD_NAME) && input->node);
    for (size_t t = 0; is_number && t <= centre->quarters; t++)
        row->value[t] = input->number;
}

static int add_input(struct maker *m, const struct sp_input *input) {
    struct sp_centre *centre = m->centre;
    size_t i = centre->inputs++;
    struct sp_centre_row *row = &centre->input[i];
    bool is_number = input->field->kind == SP_FIELD_ASSUMPTION || input->field->kind == SP_FIELD_NUMBER;
    *row = (struct sp_centre_row){.origin = find_origin(centre, input->key), .value = create_values(centre)};
    row->text = is_number || !row->origin ? NULL : row->origin->value;
    m->variable[i] = find_variable(m->variant, input->key);
    if (!row->value || copy(centre, &row->name, input->key) || copy(centre, &row->unit, input->field->unit) ||
        copy(centre, &row->sentence, input->field->sentence))
        return SP_ERROR_RESOURCES;
    fill_constant(centre, input, row);
    return 0;
}

static int add_inputs(struct maker *m) {
    struct sp_centre *centre = m->centre;
    int error = sp_provenance_origins(m->scenario, centre->arena, &centre->origin, &centre->origins);
    centre->input = sp_arena_array(centre->arena, m->scenario->inputs, sizeof *centre->input);
    m->variable = sp_arena_array(centre->arena, m->scenario->inputs, sizeof *m->variable);
    if (!error && (!centre->input || !m->variable))
        error = SP_ERROR_RESOURCES;
    for (size_t i = 0; !error && i < m->scenario->inputs; i++)
        if (m->scenario->input[i]->field->kind != SP_FIELD_DRAW)
            error = add_input(m, m->scenario->input[i]);
    return error;
}

/* --- Columns --- */

static const char *mechanism_of(const struct maker *m, size_t column) {
    for (size_t i = 0; i < m->variant->steps; i++)
        for (size_t o = 0; o < m->variant->step[i].outs; o++)
            if (m->variant->step[i].out[o] == (int)column)
                return m->variant->step[i].mechanism->name;
    return NULL;
}

static const struct sp_centre_row *row_of(const struct sp_centre *centre, int column) {
    return column == SP_PLAN_NONE ? NULL : &centre->column[column];
}

static int add_column(struct maker *m, size_t c) {
    struct sp_centre *centre = m->centre;
    const struct sp_column *column = &m->variant->column[c];
    struct sp_centre_row *row = &centre->column[c];
    *row = (struct sp_centre_row){.kind = column->write->kind,
                                  .internal = column->write->internal,
                                  .numerator = row_of(centre, column->numerator),
                                  .denominator = row_of(centre, column->denominator),
                                  .value = create_values(centre)};
    return !row->value || copy(centre, &row->name, column->name) || copy(centre, &row->unit, column->unit) ||
                   copy(centre, &row->sentence, column->write->sentence) ||
                   copy(centre, &row->account, column->account) ||
                   copy(centre, &row->mechanism, mechanism_of(m, c))
               ? SP_ERROR_RESOURCES
               : 0;
}

static int add_columns(struct maker *m) {
    struct sp_centre *centre = m->centre;
    centre->columns = m->variant->columns;
    centre->column = sp_arena_array(centre->arena, centre->columns, sizeof *centre->column);
    int error = centre->column ? 0 : SP_ERROR_RESOURCES;
    for (size_t c = 0; !error && c < centre->columns; c++)
        error = add_column(m, c);
    return error;
}

/* --- The path --- */

static void note_opening(struct maker *m, const struct sp_block *block) {
    for (size_t c = 0; c < m->centre->columns; c++) {
        struct sp_centre_row *row = &m->centre->column[c];
        const double *opening = sp_block_opening(block, (int)c);
        row->has_opening = opening && isfinite(opening[0]);
        row->value[0] = row->has_opening ? opening[0] : NAN;
    }
}

static void note_column(struct maker *m, const struct sp_block *block, size_t c, size_t t) {
    const struct sp_column *column = &m->variant->column[c];
    double *value = &m->centre->column[c].value[t];
    if (column->numerator == SP_PLAN_NONE) /* a ratio without its parts is undefined */
        *value = column->write->kind == SP_RATIO ? NAN : sp_block_now(block, (int)c)[0];
    else
        sp_block_ratio(sp_block_now(block, column->numerator), sp_block_now(block, column->denominator),
                       value, 1);
}

static int tell_bad_value(const struct maker *m, const struct sp_centre_row *row, size_t t,
                          struct sp_problems *problems) {
    return sp_problems_add(problems, SP_ERROR_NUMERIC, (struct sp_place){0},
                           "%s is %g in %s with every assumption at its median; look at the growth rates and "
                           "prices that lead there",
                           row->name, row->value[t], m->centre->quarter[t - 1]);
}

/* What is no metric may be anything; some metrics are undefined at times, or rank last without being numbers.
 */
static bool may_be(const struct sp_write *write, double value) {
    if (isfinite(value) || write->internal)
        return true;
    return write->may_be_undefined && (isnan(value) || write->ranked);
}

static int note_quarter(struct maker *m, const struct sp_block *block, size_t t,
                        struct sp_problems *problems) {
    for (size_t i = 0; i < m->centre->inputs; i++) {
        const double *value =
            m->variable[i] == SP_PLAN_NONE ? NULL : sp_block_in_force(block, (size_t)m->variable[i]);
        if (value)
            m->centre->input[i].value[t] = value[0];
    }
    for (size_t c = 0; c < m->centre->columns; c++) {
        note_column(m, block, c, t);
        double value = m->centre->column[c].value[t];
        if (!may_be(m->variant->column[c].write, value))
            return tell_bad_value(m, &m->centre->column[c], t, problems);
    }
    return 0;
}

static int follow_path(struct maker *m, struct sp_problems *problems) {
    struct sp_block *block = sp_block_create(m->plan, m->variant, PATHS);
    int error = block ? 0 : SP_ERROR_RESOURCES;
    if (!error) {
        sp_block_begin(block, 0, 1);
        note_opening(m, block);
    }
    for (size_t t = 1; !error && t <= m->centre->quarters; t++) {
        sp_block_quarter(block, t - 1);
        error = note_quarter(m, block, t, problems);
    }
    for (size_t i = 0; !error && i < m->centre->inputs; i++)
        m->centre->input[i].value[0] = m->centre->input[i].value[1];
    sp_block_free(block);
    return error;
}

/* --- Formulas --- */

static bool is_close(double a, double b) {
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

/* Whether the formulas give what the engine has found. */
static bool agrees(const struct sp_centre *centre, const struct sp_centre_row *row) {
    if (row->opening &&
        !is_close(sp_centre_value(row->opening, 0, sp_centre_value_found, NULL), row->value[0]))
        return false;
    for (size_t t = 1; row->formula && t <= centre->quarters; t++)
        if (!is_close(sp_centre_value(row->formula, t, sp_centre_value_found, NULL), row->value[t]))
            return false;
    return true;
}

static void mark_used(const struct sp_centre *centre, const struct sp_centre_formula *formula) {
    for (size_t i = 0; formula && i < formula->terms; i++)
        for (size_t j = 0; j < centre->inputs; j++)
            if (formula->term[i].row == &centre->input[j])
                centre->input[j].is_used = true;
}

/* A workbook must tie: where a formula says something else than the engine, figures are all that is known. */
static int add_formulas(struct maker *m, size_t c) {
    struct sp_centre_row *row = &m->centre->column[c];
    const struct sp_write *write = m->variant->column[c].write;
    if (row->numerator)
        return 0;
    if (sp_centre_formula_make(m->centre, m->scenario, m->plan, c, write->formula, false, &row->formula) ||
        (row->has_opening &&
         sp_centre_formula_make(m->centre, m->scenario, m->plan, c, write->opening, true, &row->opening)))
        return SP_ERROR_RESOURCES;
    if (!agrees(m->centre, row)) {
        row->contradicts = true;
        row->formula = row->opening = NULL;
    }
    mark_used(m->centre, row->formula);
    mark_used(m->centre, row->opening);
    return 0;
}

static int make(struct maker *m, struct sp_problems *problems) {
    struct sp_centre *centre = m->centre;
    if (copy(centre, &centre->name, m->scenario->name) || copy(centre, &centre->title, m->scenario->title) ||
        copy(centre, &centre->currency, m->scenario->currency) ||
        copy(centre, &centre->files, m->scenario->files) || make_times(m) || add_inputs(m) || add_columns(m))
        return SP_ERROR_RESOURCES;
    int error = follow_path(m, problems);
    for (size_t c = 0; !error && c < centre->columns; c++)
        error = add_formulas(m, c);
    return error;
}

int sp_centre_make(const struct sp_scenario *scenario, const struct sp_plan *plan,
                   struct sp_problems *problems, struct sp_centre **out) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_centre *centre = arena ? sp_arena_array(arena, 1, sizeof *centre) : NULL;
    *out = NULL;
    if (!centre) {
        sp_arena_free(arena);
        return SP_ERROR_RESOURCES;
    }
    centre->arena = arena;
    struct maker maker = {centre, scenario, plan, &plan->variant[0], NULL};
    int error = make(&maker, problems);
    if (error)
        sp_centre_free(centre);
    else
        *out = centre;
    return error;
}

void sp_centre_free(struct sp_centre *centre) {
    if (centre)
        sp_arena_free(centre->arena);
}
