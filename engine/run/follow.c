/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/follow.h"

#include "engine/base/phase.h"

struct sp_follower {
    struct sp_arena *arena;
    const struct sp_plan *plan;
    const struct sp_variant *variant;
    struct sp_block *block;
    double **sum[SP_AXES]; /* [column] sums of flows so far in the year and in the horizon */
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
        create_sums(follower, SP_AXIS_HORIZON, size) == 0)
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
static void add_quarter(struct sp_follower *follower, size_t metric, size_t t) {
    const struct sp_plan *plan = follower->plan;
    int column = plan->metric[metric];
    double *year = follower->sum[SP_AXIS_YEAR][column], *horizon = follower->sum[SP_AXIS_HORIZON][column];
    size_t n = sp_block_valid(follower->block);
    if (!year && !horizon)
        return;
    sp_phase_enter(SP_PHASE_PERIODS, 0);
    if (year)
        sp_follow_sum(sp_block_now(follower->block, column), t == 0 || sp_plan_year_ends(plan, t - 1), year,
                      n);
    if (horizon && sp_plan_year_ends(plan, t))
        sp_follow_sum(year, sp_plan_year(plan, t) == 0, horizon, n);
}

/* A column over the period that ends with this quarter. */
static const double *period_value(const struct sp_follower *follower, enum sp_axis_kind axis, int column) {
    const double *sum = axis == SP_AXIS_QUARTER ? NULL : follower->sum[axis][column];
    return sum ? sum : sp_block_now(follower->block, column);
}

/* --- Showing --- */

/* What is read first of the metric that is shown after this one. */
static const double *value_after(const struct sp_follower *follower, const struct sp_sight *sight) {
    const struct sp_plan *plan = follower->plan;
    size_t m = sight->metric + 1;
    while (m < plan->metrics && sight->axis != SP_AXIS_QUARTER && sp_plan_is_stock(plan, m))
        m++;
    if (m == plan->metrics)
        return sight->x;
    int numerator = follower->variant->column[plan->metric[m]].numerator;
    return period_value(follower, sight->axis, numerator == SP_PLAN_NONE ? plan->metric[m] : numerator);
}

static void show_metric(struct sp_follower *follower, const struct sp_visitor *visitor,
                        struct sp_sight sight) {
    int index = follower->plan->metric[sight.metric];
    const struct sp_column *column = &follower->variant->column[index];
    if (column->numerator == SP_PLAN_NONE) {
        sight.x = period_value(follower, sight.axis, index);
    } else {
        sight.numerator = period_value(follower, sight.axis, column->numerator);
        sight.denominator = period_value(follower, sight.axis, column->denominator);
        sp_block_ratio(sight.numerator, sight.denominator, follower->ratio, sp_block_valid(follower->block));
        sight.x = follower->ratio;
    }
    sight.next = value_after(follower, &sight);
    for (const struct sp_visitor *v = visitor; v; v = v->next)
        v->metric(v->context, follower->block, &sight);
}

static void show_quarter(struct sp_follower *follower, const struct sp_visitor *visitor, size_t t) {
    for (size_t m = 0; m < follower->plan->metrics; m++) {
        add_quarter(follower, m, t);
        show_metric(follower, visitor, (struct sp_sight){.axis = SP_AXIS_QUARTER, .metric = m, .time = t});
    }
}

static void show_period(struct sp_follower *follower, const struct sp_visitor *visitor,
                        enum sp_axis_kind axis, size_t time) {
    for (size_t m = 0; follower->plan->keeps[axis] && m < follower->plan->metrics; m++)
        if (!sp_plan_is_stock(follower->plan, m))
            show_metric(follower, visitor, (struct sp_sight){.axis = axis, .metric = m, .time = time});
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
