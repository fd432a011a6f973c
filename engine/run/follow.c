/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/follow.h"

#include "engine/base/phase.h"

/* Where the values of a column over a period are found. */
struct source {
    double *const *now;   /* of a quarter, and of all periods of what is not summed */
    double *sum[SP_AXES]; /* of flows so far in the year and in the horizon; NULL: not summed */
};

/* A metric, with all that is needed to show it close together. */
struct shown {
    struct source value, denominator; /* of a ratio `value` is the numerator */
    bool is_ratio, is_stock;
};

struct sp_follower {
    struct sp_arena *arena;
    const struct sp_plan *plan;
    const struct sp_variant *variant;
    struct sp_block *block;
    double **sum[SP_AXES]; /* [column] as in struct source */
    struct shown *shown;   /* [metrics] */
    double *ratio;         /* scratch */
};

/* The horizon is summed up from its years, so that these are needed for it, too. */
static bool is_kept(const struct sp_plan *plan, enum sp_axis_kind axis) {
    return plan->keeps[axis] || (axis == SP_AXIS_YEAR && plan->keeps[SP_AXIS_HORIZON]);
}

/* Flows that are metrics; the parts of a ratio are metrics too. */
static bool is_summed(const struct sp_variant *variant, size_t column) {
    return variant->column[column].write->kind == SP_FLOW && variant->column[column].metric != SP_PLAN_NONE;
}

static int create_sums(struct sp_follower *follower, enum sp_axis_kind axis, size_t size) {
    size_t columns = follower->variant->columns;
    follower->sum[axis] = sp_arena_array(follower->arena, columns, sizeof *follower->sum[axis]);
    if (!follower->sum[axis])
        return -1;
    for (size_t c = 0; c < columns; c++)
        if (is_kept(follower->plan, axis) && is_summed(follower->variant, c)) {
            follower->sum[axis][c] = sp_arena_array(follower->arena, size, sizeof(double));
            if (!follower->sum[axis][c])
                return -1;
        }
    return 0;
}

static struct source find_source(const struct sp_follower *follower, int column) {
    struct source source = {.now = sp_block_place(follower->block, column)};
    for (int axis = SP_AXIS_YEAR; axis < SP_AXES; axis++)
        source.sum[axis] = follower->sum[axis][column];
    return source;
}

static int create_shown(struct sp_follower *follower) {
    follower->shown = sp_arena_array(follower->arena, follower->plan->metrics, sizeof *follower->shown);
    for (size_t m = 0; follower->shown && m < follower->plan->metrics; m++) {
        int index = follower->plan->metric[m];
        const struct sp_column *column = &follower->variant->column[index];
        bool is_ratio = column->numerator != SP_PLAN_NONE;
        follower->shown[m] = (struct shown){
            .value = find_source(follower, is_ratio ? column->numerator : index),
            .denominator = find_source(follower, is_ratio ? column->denominator : index),
            .is_ratio = is_ratio,
            .is_stock = sp_plan_is_stock(follower->plan, m),
        };
    }
    return follower->shown ? 0 : -1;
}

struct sp_follower *sp_follow_create(const struct sp_plan *plan, const struct sp_variant *variant,
                                     size_t size) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_follower *follower = arena ? sp_arena_array(arena, 1, sizeof *follower) : NULL;
    if (!follower) {
        sp_arena_free(arena);
        return NULL;
    }
    *follower = (struct sp_follower){.arena = arena, .plan = plan, .variant = variant};
    follower->block = sp_block_create_for_metrics(plan, variant, size);
    follower->ratio = sp_arena_array(arena, size, sizeof *follower->ratio);
    if (follower->block && follower->ratio && create_sums(follower, SP_AXIS_YEAR, size) == 0 &&
        create_sums(follower, SP_AXIS_HORIZON, size) == 0 && create_shown(follower) == 0)
        return follower;
    sp_follow_free(follower);
    return NULL;
}

void sp_follow_free(struct sp_follower *follower) {
    if (!follower)
        return;
    sp_block_free(follower->block);
    sp_arena_free(follower->arena);
}

const struct sp_block *sp_follow_block(const struct sp_follower *follower) {
    return follower->block;
}

/* --- Sums of flows --- */

SP_WIDE void sp_follow_sum(const double *x, bool begins, double *restrict sum, size_t n) {
    for (size_t p = 0; begins && p < n; p++)
        sum[p] = x[p];
    for (size_t p = 0; !begins && p < n; p++)
        sum[p] += x[p];
}

/* Quarters are added to years, and these, when they end, to the horizon. This comes just before the quarter
 * is shown, so that its values are fetched once for both. */
static void add_quarter(const struct sp_follower *follower, const struct source *source, size_t t) {
    const struct sp_plan *plan = follower->plan;
    double *year = source->sum[SP_AXIS_YEAR], *horizon = source->sum[SP_AXIS_HORIZON];
    size_t n = sp_block_valid(follower->block);
    if (!year && !horizon)
        return;
    sp_phase_enter(SP_PHASE_PERIODS, 0);
    if (year)
        sp_follow_sum(*source->now, t == 0 || sp_plan_year_ends(plan, t - 1), year, n);
    if (horizon && sp_plan_year_ends(plan, t))
        sp_follow_sum(year, sp_plan_year(plan, t) == 0, horizon, n);
}

/* The values over the period that ends with this quarter. */
static const double *period_value(const struct source *source, enum sp_axis_kind axis) {
    return source->sum[axis] ? source->sum[axis] : *source->now;
}

/* --- Showing --- */

/* What is read first of the metric that is shown after this one; NULL: there is none. */
static const double *value_after(const struct sp_follower *follower, enum sp_axis_kind axis, size_t metric) {
    const struct shown *next = follower->shown + metric + 1, *end = follower->shown + follower->plan->metrics;
    while (next < end && axis != SP_AXIS_QUARTER && next->is_stock)
        next++;
    return next < end ? period_value(&next->value, axis) : NULL;
}

static void show_metric(struct sp_follower *follower, const struct sp_visitor *visitor,
                        enum sp_axis_kind axis, size_t metric, size_t time) {
    const struct shown *shown = &follower->shown[metric];
    struct sp_sight sight = {.axis = axis, .metric = metric, .time = time};
    sight.x = period_value(&shown->value, axis);
    if (shown->is_ratio) {
        sight.numerator = sight.x;
        sight.denominator = period_value(&shown->denominator, axis);
        sp_block_ratio(sight.numerator, sight.denominator, follower->ratio, sp_block_valid(follower->block));
        sight.x = follower->ratio;
    }
    sight.next = value_after(follower, axis, metric);
    sight.next = sight.next ? sight.next : sight.x;
    for (const struct sp_visitor *v = visitor; v; v = v->next)
        v->metric(v->context, follower->block, &sight);
}

static void show_quarter(struct sp_follower *follower, const struct sp_visitor *visitor, size_t t) {
    for (size_t m = 0; m < follower->plan->metrics; m++) {
        if (!follower->shown[m].is_ratio)
            add_quarter(follower, &follower->shown[m].value, t);
        show_metric(follower, visitor, SP_AXIS_QUARTER, m, t);
    }
}

static void show_period(struct sp_follower *follower, const struct sp_visitor *visitor,
                        enum sp_axis_kind axis, size_t time) {
    for (size_t m = 0; follower->plan->keeps[axis] && m < follower->plan->metrics; m++)
        if (!follower->shown[m].is_stock)
            show_metric(follower, visitor, axis, m, time);
}

static void follow_quarter(struct sp_follower *follower, const struct sp_visitor *visitor, size_t t) {
    sp_block_quarter(follower->block, t);
    sp_phase_enter(SP_PHASE_PERIODS, sp_block_valid(follower->block));
    for (const struct sp_visitor *v = visitor; v; v = v->next)
        if (v->quarter)
            v->quarter(v->context, follower->block, t);
    show_quarter(follower, visitor, t);
    if (sp_plan_year_ends(follower->plan, t))
        show_period(follower, visitor, SP_AXIS_YEAR, sp_plan_year(follower->plan, t));
    if (t + 1 == follower->plan->quarters)
        show_period(follower, visitor, SP_AXIS_HORIZON, 0);
}

void sp_follow_paths(struct sp_follower *follower, uint64_t first_path, size_t valid,
                     const struct sp_visitor *visitor) {
    sp_block_begin(follower->block, first_path, valid);
    for (const struct sp_visitor *v = visitor; v; v = v->next)
        if (v->begin)
            v->begin(v->context, follower->block);
    for (size_t t = 0; t < follower->plan->quarters; t++)
        follow_quarter(follower, visitor, t);
    for (const struct sp_visitor *v = visitor; v; v = v->next)
        if (v->end)
            v->end(v->context, follower->block);
}
