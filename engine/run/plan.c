/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/plan.h"

#include "engine/base/calendar.h"
#include "engine/base/error.h"
#include "engine/run/parallel.h"

#include <math.h>
#include <string.h>

void sp_plan_free(struct sp_plan *plan) {
    if (!plan)
        return;
    sp_tables_free(plan->tables);
    sp_arena_free(plan->arena);
}

/* --- Time --- */

static int fiscal_year(const struct sp_plan *plan, size_t quarter) {
    return sp_calendar_fiscal_year(plan->first_quarter + (int)quarter, plan->fiscal_year_last);
}

size_t sp_plan_year(const struct sp_plan *plan, size_t quarter) {
    return (size_t)(fiscal_year(plan, quarter) - fiscal_year(plan, 0));
}

bool sp_plan_year_ends(const struct sp_plan *plan, size_t quarter) {
    return quarter + 1 == plan->quarters || fiscal_year(plan, quarter + 1) != fiscal_year(plan, quarter);
}

size_t sp_plan_last_quarter(const struct sp_plan *plan, enum sp_axis_kind axis, size_t time) {
    size_t end = 0;
    for (size_t i = 0; i <= time; i++)
        end += (size_t)plan->axis[axis].quarters[i];
    return end - 1;
}

bool sp_plan_is_stock(const struct sp_plan *plan, size_t metric) {
    return plan->variant[0].column[plan->metric[metric]].write->kind == SP_STOCK;
}

static int create_axis(struct sp_arena *arena, struct sp_axis *axis, const char *name, size_t count) {
    axis->name = name;
    axis->count = count;
    axis->label = sp_arena_array(arena, count, sizeof *axis->label);
    axis->last_day = sp_arena_array(arena, count, sizeof *axis->last_day);
    axis->quarters = sp_arena_array(arena, count, sizeof *axis->quarters);
    return axis->label && axis->last_day && axis->quarters ? 0 : SP_ERROR_RESOURCES;
}

static void add_quarter(struct sp_axis *axis, size_t time, int quarter, const char *label) {
    if (!axis->label[time])
        axis->label[time] = label;
    axis->last_day[time] = sp_calendar_last_day(quarter);
    axis->quarters[time]++;
}

int sp_plan_make_axes(struct sp_plan *plan) {
    size_t last = plan->quarters - 1;
    if (create_axis(plan->arena, &plan->axis[SP_AXIS_QUARTER], "quarter", plan->quarters) ||
        create_axis(plan->arena, &plan->axis[SP_AXIS_YEAR], "fiscal_year", sp_plan_year(plan, last) + 1) ||
        create_axis(plan->arena, &plan->axis[SP_AXIS_HORIZON], "horizon", 1))
        return SP_ERROR_RESOURCES;
    char first_text[SP_QUARTER_TEXT], last_text[SP_QUARTER_TEXT], text[SP_QUARTER_TEXT];
    sp_calendar_print(plan->first_quarter, first_text);
    sp_calendar_print(plan->first_quarter + (int)last, last_text);
    const char *whole = sp_arena_format(plan->arena, "%s..%s", first_text, last_text);
    for (size_t t = 0; t <= last; t++) {
        int quarter = plan->first_quarter + (int)t;
        sp_calendar_print(quarter, text);
        const char *label = sp_arena_text(plan->arena, text);
        const char *year = sp_arena_format(plan->arena, "%d", fiscal_year(plan, t));
        if (!whole || !label || !year)
            return SP_ERROR_RESOURCES;
        add_quarter(&plan->axis[SP_AXIS_QUARTER], t, quarter, label);
        add_quarter(&plan->axis[SP_AXIS_YEAR], sp_plan_year(plan, t), quarter, year);
        add_quarter(&plan->axis[SP_AXIS_HORIZON], 0, quarter, whole);
    }
    for (int a = 0; a < SP_AXES; a++)
        if (!plan->keeps[a])
            plan->axis[a] = (struct sp_axis){.name = plan->axis[a].name};
    return 0;
}

/* --- Samplers --- */

/* What factors and noise need, when there are any. */
static int make_normals(struct sp_plan *plan) {
    bool dependent = false, noisy = false;
    for (size_t v = 0; v < plan->variants; v++)
        for (size_t i = 0; i < plan->variant[v].variables; i++) {
            dependent = dependent || plan->variant[v].variable[i].loadings > 0;
            noisy = noisy || plan->variant[v].variable[i].noise.scale != SP_NOISE_NONE;
        }
    struct sp_law normal = {SP_LAW_NORMAL, {0, 1}};
    if ((dependent || noisy) && sp_sampler_make(&plan->standard_normal, &normal, plan->tables))
        return SP_ERROR_RESOURCES;
    if (!dependent)
        return 0;
    plan->normal_rows = sp_arena_array(plan->arena, 1, sizeof *plan->normal_rows);
    if (!plan->normal_rows)
        return SP_ERROR_RESOURCES;
    sp_copula_normal_rows(plan->normal_rows);
    return 0;
}

/* What is drawn: with drawn parameters Z, whose law reads only those that are numbers. */
static struct sp_law drawn_law(const struct sp_variable *variable, const struct sp_schedule_entry *entry) {
    const struct sp_given *given = &variable->given;
    return given->conditional ? given->conditional->standard(given->number) : entry->law;
}

/* Whether a draw may lie outside the bounds. The quantile function rises, but for the error of its table: the
 * draws of the lowest and the highest word, with room for that, are the farthest. */
static bool may_leave_bounds(const struct sp_plan *plan, const struct sp_variable *variable,
                             const struct sp_sampler *sampler) {
    const uint32_t word[] = {0, 0, UINT32_MAX, UINT32_MAX};
    double draw[4];
    sp_sampler_fill(sampler, plan->kernels, word, draw, 4);
    double room = 1e-3 * (draw[2] - draw[0]);
    return !(draw[0] - room >= variable->low && draw[2] + room <= variable->high);
}

static int make_sampler(struct sp_plan *plan, const struct sp_variable *variable,
                        struct sp_schedule_entry *entry) {
    struct sp_law law = drawn_law(variable, entry);
    if (sp_sampler_make(&entry->sampler, &law, plan->tables))
        return SP_ERROR_RESOURCES;
    entry->may_leave_bounds =
        variable->may_leave_bounds &&
        (entry->sampler.kind == SP_LAW_CONSTANT || may_leave_bounds(plan, variable, &entry->sampler));
    return 0;
}

static int make_all(struct sp_plan *plan, struct sp_problems *problems) {
    for (size_t v = 0; v < plan->variants; v++)
        for (size_t i = 0; i < plan->variant[v].variables; i++) {
            struct sp_variable *variable = &plan->variant[v].variable[i];
            for (size_t e = 0; e < variable->entries; e++)
                if (make_sampler(plan, variable, &variable->entry[e]))
                    return sp_problems_add(
                        problems, SP_ERROR_RESOURCES, (struct sp_place){0},
                        "%s: the table of its law could not be made; use less extreme parameters",
                        variable->name);
        }
    return make_normals(plan);
}

/* Laws that differ in their standard form, each with tables of its own while they are built side by side. */
struct standard_laws {
    size_t count;
    struct standard_law {
        struct sp_law law;
        struct sp_tables *tables;
    } * item;
};

static int add_law(struct sp_arena *arena, struct standard_laws *laws, const struct sp_law *law) {
    struct sp_law standard;
    double shift, scale;
    if (law->kind == SP_LAW_CONSTANT)
        return 0;
    sp_law_standardise(law, &standard, &shift, &scale);
    for (size_t i = 0; i < laws->count; i++)
        if (sp_law_equal(&laws->item[i].law, &standard))
            return 0;
    struct standard_law *item = sp_arena_append(arena, &laws->item, &laws->count, sizeof *item);
    if (!item)
        return SP_ERROR_RESOURCES;
    *item = (struct standard_law){.law = standard};
    return 0;
}

static int gather_laws(struct sp_arena *arena, const struct sp_plan *plan, struct standard_laws *laws) {
    for (size_t v = 0; v < plan->variants; v++)
        for (size_t i = 0; i < plan->variant[v].variables; i++) {
            const struct sp_variable *variable = &plan->variant[v].variable[i];
            for (size_t e = 0; e < variable->entries; e++) {
                struct sp_law law = drawn_law(variable, &variable->entry[e]);
                if (add_law(arena, laws, &law))
                    return SP_ERROR_RESOURCES;
            }
        }
    return 0;
}

/* A law that cannot be made is told when its variable's turn comes. */
static void build_tables(void *context, int thread, uint64_t index) {
    struct standard_law *item = &((struct standard_laws *)context)->item[index];
    struct sp_sampler unused;
    (void)thread;
    item->tables = sp_tables_create();
    if (item->tables)
        sp_sampler_make(&unused, &item->law, item->tables);
}

/* The tables come in the order of the variables, however many threads there are. */
int sp_plan_make_samplers(struct sp_plan *plan, int threads, struct sp_problems *problems) {
    struct sp_arena *arena = sp_arena_create();
    struct standard_laws laws = {0};
    int error = arena ? gather_laws(arena, plan, &laws) : SP_ERROR_RESOURCES;
    if (!error)
        sp_parallel_each(threads, laws.count, &laws, build_tables);
    for (size_t i = 0; i < laws.count; i++) {
        if (!error && (!laws.item[i].tables || sp_tables_take(plan->tables, laws.item[i].tables)))
            error = SP_ERROR_RESOURCES;
        sp_tables_free(laws.item[i].tables);
    }
    sp_arena_free(arena);
    return error ? error : make_all(plan, problems);
}

/* --- Order --- */

static bool writes(const struct sp_bound_step *step, int column) {
    for (size_t i = 0; i < step->outs; i++)
        if (step->out[i] == column)
            return true;
    return false;
}

/* The column of `writer` without which a variable's value in this quarter is not known, or SP_PLAN_NONE. */
static int variable_needs(const struct sp_variant *variant, int index, const struct sp_bound_step *writer) {
    if (index == SP_PLAN_NONE)
        return SP_PLAN_NONE;
    const struct sp_variable *variable = &variant->variable[index];
    if (variable->each == SP_EACH_EVENT && writes(writer, variable->begins))
        return variable->begins;
    int column = SP_PLAN_NONE;
    for (size_t i = 0; column == SP_PLAN_NONE && i < variable->changes; i++) {
        const struct sp_change *change = &variable->change[i];
        bool waits = change->share != SP_PLAN_NONE && writes(writer, change->share);
        column = waits ? change->share : variable_needs(variant, change->value, writer);
    }
    bool has_drawn_parameters = variable->given.conditional != NULL;
    for (size_t j = 0; column == SP_PLAN_NONE && has_drawn_parameters && j < SP_CONDITIONAL_PARAMETERS; j++)
        column = variable_needs(variant, variable->given.variable[j], writer);
    return column;
}

/* The first column that `reader` needs of this quarter and `writer` writes, or SP_PLAN_NONE. */
static int needs(const struct sp_variant *variant, const struct sp_bound_step *reader,
                 const struct sp_bound_step *writer) {
    for (size_t i = 0; i < reader->reads; i++)
        if (!reader->read_before[i] && writes(writer, reader->read[i]))
            return reader->read[i];
    for (size_t i = 0; i < reader->fields; i++) {
        int column = variable_needs(variant, reader->variable[i], writer);
        if (column != SP_PLAN_NONE)
            return column;
    }
    return SP_PLAN_NONE;
}

/* The first step from `from` on that needs nothing of the others still waiting, or `count`. */
static size_t find_ready(const struct sp_variant *variant, size_t from) {
    size_t count = variant->steps;
    for (size_t i = from; i < count; i++) {
        bool ready = true;
        for (size_t j = from; ready && j < count; j++)
            ready = needs(variant, &variant->step[i], &variant->step[j]) == SP_PLAN_NONE;
        if (ready)
            return i;
    }
    return count;
}

/* A waiting step that `reader` needs, and the column it needs; there is one. */
static size_t follow_need(const struct sp_variant *variant, size_t from, size_t reader, int *column) {
    size_t writer = from;
    while ((*column = needs(variant, &variant->step[reader], &variant->step[writer])) == SP_PLAN_NONE)
        writer++;
    return writer;
}

/* Every waiting step needs another: after as many hops as there are steps one is within a circle; from there
 * it goes once around. */
static int tell_circle(struct sp_plan *plan, struct sp_variant *variant, size_t from,
                       struct sp_problems *problems) {
    int first, column;
    size_t at = from;
    for (size_t hops = from; hops < variant->steps; hops++)
        at = follow_need(variant, from, at, &column);
    at = follow_need(variant, from, at, &first);
    const char *circle = variant->column[first].name;
    do {
        at = follow_need(variant, from, at, &column);
        circle =
            circle ? sp_arena_format(plan->arena, "%s -> %s", circle, variant->column[column].name) : NULL;
    } while (column != first);
    return sp_problems_add(problems, SP_ERROR_SCENARIO, (struct sp_place){0},
                           "these results need each other within a quarter: %s", circle ? circle : "");
}

int sp_plan_sort(struct sp_plan *plan, struct sp_variant *variant, struct sp_problems *problems) {
    for (size_t done = 0; done < variant->steps; done++) {
        size_t ready = find_ready(variant, done);
        if (ready == variant->steps)
            return tell_circle(plan, variant, done, problems);
        struct sp_bound_step moved = variant->step[ready];
        memmove(&variant->step[done + 1], &variant->step[done], (ready - done) * sizeof moved);
        variant->step[done] = moved;
    }
    return 0;
}

/* --- What can be left out --- */

/* The number that a variable is on all paths and in all quarters; NaN: it is not one number. */
static double find_constant(const struct sp_variable *variable) {
    double number = variable->entry[0].law.parameter[0];
    bool is_one = variable->changes == 0 && variable->noise.scale == SP_NOISE_NONE &&
                  !variable->given.conditional && !variable->may_leave_bounds;
    for (size_t e = 0; e < variable->entries; e++)
        is_one = is_one && variable->entry[e].law.kind == SP_LAW_CONSTANT &&
                 variable->entry[e].law.parameter[0] == number;
    return is_one ? number : NAN;
}

/* Whether a live step looks at what it reads there. */
static bool is_needed(const struct sp_bound_step *step, const struct sp_read *read) {
    const struct sp_mechanism *mechanism = step->mechanism;
    if (read->with_read && step->read_span[read->with_read - 1].count == 0)
        return false;
    if (mechanism->looks_at && !mechanism->looks_at(&step->outline, (int)(read - mechanism->read)))
        return false;
    for (size_t i = 0; i < SP_STEP_ONLY_FOR && read->only_for[i]; i++) {
        size_t write = (size_t)read->only_for[i] - 1;
        if (step->out_span[write].count > 0 && step->is_wanted[step->out_span[write].start])
            return true;
    }
    return read->only_for[0] == 0;
}

int sp_plan_looked_at(const struct sp_variant *variant, int column) {
    struct sp_stand_in stand_in = variant->column[column].stand_in;
    return stand_in.kind == SP_STAND_IN_NONE     ? column
           : stand_in.kind == SP_STAND_IN_COLUMN ? stand_in.index
                                                 : SP_PLAN_NONE;
}

static bool reads_column(const struct sp_variant *variant, const struct sp_bound_step *step, int column) {
    for (size_t r = 0; r < step->mechanism->reads; r++) {
        const struct sp_read *read = &step->mechanism->read[r];
        for (size_t i = 0; i < step->read_span[r].count; i++)
            if (sp_plan_looked_at(variant, step->read[step->read_span[r].start + i]) == column &&
                is_needed(step, read))
                return true;
    }
    return false;
}

static bool is_read_by_other(const struct sp_variant *variant, const struct sp_bound_step *writer,
                             int column) {
    for (size_t i = 0; i < variant->steps; i++)
        if (variant->step[i].is_live && &variant->step[i] != writer &&
            reads_column(variant, &variant->step[i], column))
            return true;
    return false;
}

static bool is_read_by_formula(const struct sp_variant *variant, int column) {
    for (size_t i = 0; i < variant->steps; i++)
        for (size_t f = 0; f < variant->step[i].fields; f++)
            if (variant->step[i].formula[f] && sp_formula_reads(variant->step[i].formula[f], column))
                return true;
    return false;
}

static void mark_reads_before(const struct sp_bound_step *step, bool *marked) {
    for (size_t r = 0; r < step->mechanism->reads; r++) {
        const struct sp_read *read = &step->mechanism->read[r];
        const struct sp_span *span = &step->read_span[r];
        for (size_t i = 0; read->before && is_needed(step, read) && i < span->count; i++)
            marked[step->read[span->start + i]] = true;
    }
}

void sp_plan_mark_looked_back(const struct sp_variant *variant, bool *marked) {
    for (size_t i = 0; i < variant->steps; i++) {
        const struct sp_bound_step *step = &variant->step[i];
        if (step->is_live)
            mark_reads_before(step, marked);
        for (size_t f = 0; f < step->fields; f++)
            if (step->formula[f])
                sp_formula_mark(step->formula[f], marked);
    }
    for (size_t c = 0; c < variant->columns; c++)
        marked[c] |= variant->column[c].write->category != 0;
}

static bool is_read_by_change(const struct sp_variant *variant, int column) {
    for (size_t v = 0; v < variant->variables; v++) {
        const struct sp_variable *variable = &variant->variable[v];
        if (variable->each == SP_EACH_EVENT && variable->begins == column)
            return true;
        for (size_t i = 0; i < variable->changes; i++)
            if (variable->change[i].share == column)
                return true;
    }
    return false;
}

/* Places that are not empty each point to something else, at which nobody looks. */
static const double *const *outline_places(struct sp_arena *arena, size_t count, const int *found) {
    const double **place = sp_arena_array(arena, count + 1, sizeof *place);
    const double *something = sp_arena_array(arena, count + 1, sizeof *something);
    for (size_t i = 0; place && something && i < count; i++)
        place[i] = found[i] != SP_PLAN_NONE ? &something[i] : NULL;
    return something ? place : NULL;
}

static int note_outline(struct sp_plan *plan, struct sp_bound_step *step) {
    static const double zero = 0;
    step->outline = (struct sp_step){
        .accrual_end = plan->accrual_end,
        .whole_counts = plan->whole_counts,
        .zeros = &zero,
        .field = outline_places(plan->arena, step->fields, step->variable),
        .always = step->always,
        .number = step->number,
        .field_span = step->field_span,
        .instances = step->instances,
        .read = outline_places(plan->arena, step->reads, step->read),
        .read_span = step->read_span,
        .is_wanted = step->is_wanted,
        .out_span = step->out_span,
    };
    return step->outline.field && step->outline.read ? 0 : SP_ERROR_RESOURCES;
}

static int note_step(struct sp_plan *plan, const struct sp_variant *variant, struct sp_bound_step *step,
                     bool work_all) {
    step->is_live = work_all;
    step->always = sp_arena_array(plan->arena, step->fields, sizeof *step->always);
    step->is_wanted = sp_arena_array(plan->arena, step->outs, sizeof *step->is_wanted);
    if (!step->always || !step->is_wanted)
        return SP_ERROR_RESOURCES;
    for (size_t f = 0; f < step->fields; f++)
        step->always[f] = work_all || step->variable[f] == SP_PLAN_NONE
                              ? NAN
                              : find_constant(&variant->variable[step->variable[f]]);
    for (size_t o = 0; o < step->outs; o++)
        step->is_wanted[o] = work_all;
    return note_outline(plan, step);
}

/* Whether the values of a variable are those drawn for the path, in all quarters. */
static bool is_still(const struct sp_variable *variable) {
    return variable->each == SP_EACH_PATH && variable->entries == 1 && variable->changes == 0 &&
           variable->noise.scale == SP_NOISE_NONE && !variable->given.conditional;
}

/* Whether something may stand in for a column that is not always 0: nothing else is done to it, and nobody
 * looks at what it was before, for which there may be nothing else. */
static bool may_be_replaced(const struct sp_variant *variant, int index, const bool *looked_back) {
    const struct sp_write *write = variant->column[index].write;
    return variant->stop == SP_PLAN_NONE && !write->stops && !looked_back[index] &&
           !is_read_by_change(variant, index);
}

/* What the array is that a step has found in its outline. */
static struct sp_stand_in find_stand_in(const struct sp_variant *variant, const struct sp_bound_step *step,
                                        const double *same) {
    const struct sp_step *outline = &step->outline;
    if (same == outline->zeros)
        return (struct sp_stand_in){SP_STAND_IN_ZEROS, SP_PLAN_NONE};
    for (size_t f = 0; f < step->fields; f++)
        if (same == outline->field[f] && is_still(&variant->variable[step->variable[f]]))
            return (struct sp_stand_in){SP_STAND_IN_VARIABLE, step->variable[f]};
    for (size_t r = 0; r < step->reads; r++)
        if (same == outline->read[r] && !step->read_before[r]) {
            struct sp_stand_in other = variant->column[step->read[r]].stand_in;
            return other.kind ? other : (struct sp_stand_in){SP_STAND_IN_COLUMN, step->read[r]};
        }
    return (struct sp_stand_in){0};
}

static void stand_in_for(struct sp_variant *variant, int index, struct sp_stand_in stand_in) {
    variant->column[index].stand_in = stand_in;
    if (stand_in.kind == SP_STAND_IN_COLUMN)
        variant->column[stand_in.index].is_shown |= variant->column[index].is_shown;
}

/* Steps come in the order in which they run, so that what stands in for what they read is known. */
static void note_stand_ins(struct sp_variant *variant, const struct sp_bound_step *step,
                           const bool *looked_back) {
    const struct sp_mechanism *mechanism = step->mechanism;
    for (size_t w = 0; mechanism->same_as && w < mechanism->writes; w++) {
        const double *same = mechanism->same_as(&step->outline, (int)w);
        for (size_t i = 0; same && i < step->out_span[w].count; i++) {
            int out = step->out[step->out_span[w].start + i];
            struct sp_stand_in found = find_stand_in(variant, step, same);
            if (found.kind == SP_STAND_IN_ZEROS || may_be_replaced(variant, out, looked_back))
                stand_in_for(variant, out, found);
        }
    }
}

static bool is_column_wanted(const struct sp_variant *variant, const struct sp_bound_step *step, int index) {
    const struct sp_column *column = &variant->column[index];
    return !column->stand_in.kind &&
           (column->is_shown || column->write->category || variant->stop == index ||
            is_read_by_other(variant, step, index) || is_read_by_change(variant, index) ||
            is_read_by_formula(variant, index));
}

/* Whether running the step is counted in the result: its own rules, values held to their bounds. */
static bool is_counted(const struct sp_variant *variant, const struct sp_bound_step *step) {
    if (step->mechanism->rule[0].name)
        return true;
    for (size_t f = 0; f < step->fields; f++) {
        const struct sp_variable *variable =
            step->variable[f] == SP_PLAN_NONE ? NULL : &variant->variable[step->variable[f]];
        if (variable && (variable->may_leave_bounds || variable->changes || variable->given.conditional ||
                         variable->noise.scale != SP_NOISE_NONE))
            return true;
    }
    return false;
}

/* Notes the columns of a step that are wanted now, and that it is live by that; whether there is news. */
static bool find_wanted(const struct sp_variant *variant, struct sp_bound_step *step) {
    bool is_live = step->is_live || is_counted(variant, step), is_news = false;
    for (size_t o = 0; o < step->outs; o++)
        if (!step->is_wanted[o] && is_column_wanted(variant, step, step->out[o]))
            step->is_wanted[o] = is_live = is_news = true;
    is_news = is_news || is_live != step->is_live;
    step->is_live = is_live;
    return is_news;
}

/* From what is shown backwards: what a step reads is wanted when the step is live. */
static void find_all_wanted(const struct sp_variant *variant) {
    bool is_more = true;
    while (is_more) {
        is_more = false;
        for (size_t i = variant->steps; i-- > 0;)
            is_more = find_wanted(variant, &variant->step[i]) || is_more;
    }
}

/* With stand-ins, for which nobody wants their columns any more. */
static void find_all_wanted_again(const struct sp_variant *variant) {
    for (size_t i = 0; i < variant->steps; i++) {
        struct sp_bound_step *step = &variant->step[i];
        step->is_live = false;
        memset(step->is_wanted, 0, step->outs * sizeof *step->is_wanted);
    }
    find_all_wanted(variant);
}

int sp_plan_note_idle(struct sp_plan *plan, struct sp_variant *variant, bool work_all) {
    bool *looked_back = sp_arena_array(plan->arena, variant->columns, sizeof *looked_back);
    if (!looked_back)
        return SP_ERROR_RESOURCES;
    for (size_t c = 0; c < variant->columns; c++) {
        variant->column[c].stand_in = (struct sp_stand_in){0};
        variant->column[c].is_shown = variant->column[c].metric != SP_PLAN_NONE;
    }
    for (size_t i = 0; i < variant->steps; i++)
        if (note_step(plan, variant, &variant->step[i], work_all))
            return SP_ERROR_RESOURCES;
    find_all_wanted(variant);
    if (work_all)
        return 0;
    sp_plan_mark_looked_back(variant, looked_back);
    for (size_t i = 0; i < variant->steps; i++)
        note_stand_ins(variant, &variant->step[i], looked_back);
    find_all_wanted_again(variant);
    return 0;
}
