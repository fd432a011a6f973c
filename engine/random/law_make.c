/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law_make.h"

#include "engine/random/law_axis.h"
#include "engine/random/law_metalog.h"
#include "engine/random/law_parts.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

static const char *const out_of_memory = "out of memory";

static const struct sp_law_data *keep(struct sp_arena *arena, struct sp_law_data data) {
    struct sp_law_data *kept = sp_arena_array(arena, 1, sizeof *kept);
    if (kept)
        *kept = data;
    return kept;
}

/* --- Lists --- */

struct entry {
    double value, weight;
};

static int compare_entries(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static const char *check_weights(const double *weight, size_t count) {
    double sum = 0;
    for (size_t i = 0; weight && i < count; i++) {
        if (!(weight[i] >= 0))
            return "weights must not be negative";
        sum += weight[i];
    }
    return weight && !(sum > 0 && isfinite(sum)) ? "the weights add up to 0" : NULL;
}

/* Equal values put together, values without weight left out. Returns how many are left. */
static size_t gather(struct entry *entry, size_t count) {
    size_t kept = 0;
    qsort(entry, count, sizeof *entry, compare_entries);
    for (size_t i = 0; i < count; i++) {
        if (!(entry[i].weight > 0))
            continue;
        if (kept > 0 && entry[kept - 1].value == entry[i].value)
            entry[kept - 1].weight += entry[i].weight;
        else
            entry[kept++] = entry[i];
    }
    return kept;
}

const char *sp_law_make_list(struct sp_arena *arena, const double *value, const double *weight, size_t count,
                             struct sp_law *law) {
    if (count == 0 || count > SP_LAW_MAKE_VALUES)
        return "needs 1 .. 100,000 values";
    const char *wrong = check_weights(weight, count);
    if (wrong)
        return wrong;
    struct entry *entry = sp_arena_array(arena, count, sizeof *entry);
    double *x = sp_arena_array(arena, count, sizeof *x), *y = sp_arena_array(arena, count, sizeof *y);
    if (!entry || !x || !y)
        return out_of_memory;
    for (size_t i = 0; i < count; i++)
        entry[i] = (struct entry){value[i], weight ? weight[i] : 1};
    size_t kept = gather(entry, count);
    double sum = 0, so_far = 0;
    for (size_t i = 0; i < kept; i++)
        sum += entry[i].weight;
    for (size_t i = 0; i < kept; i++) {
        so_far += entry[i].weight;
        x[i] = entry[i].value;
        y[i] = i == kept - 1 ? 1 : so_far / sum;
    }
    *law = (struct sp_law){.kind = SP_LAW_DISCRETE};
    law->data = keep(arena, (struct sp_law_data){.count = kept, .x = x, .y = y});
    return law->data ? NULL : out_of_memory;
}

/* --- Two percentiles --- */

const char *sp_law_make_fitted(bool logarithm, const double p[2], const double x[2], struct sp_law *law) {
    double z[2], value[2];
    if (!(p[0] < p[1] && x[0] < x[1]))
        return "the higher percentile must have the higher value";
    if (logarithm && !(x[0] > 0))
        return "percentiles of a lognormal must be above 0";
    for (int i = 0; i < 2; i++) {
        z[i] = gsl_cdf_ugaussian_Pinv(p[i]);
        value[i] = logarithm ? log(x[i]) : x[i];
    }
    double sd = (value[1] - value[0]) / (z[1] - z[0]), mean = value[0] - sd * z[0];
    if (p[0] + p[1] == 1)
        mean = (value[0] + value[1]) / 2;
    *law = (struct sp_law){logarithm ? SP_LAW_LOGNORMAL : SP_LAW_NORMAL, {mean, sd}};
    if (logarithm && !(sd <= 10))
        return "the percentiles are too far apart: sigma of the logarithm would be above 10";
    return sd > 0 ? NULL : "the percentiles are too near to each other";
}

/* --- Metalog --- */

/* Solves the n equations rows x = right by elimination with the largest pivot. Returns false when they do not
 * say what x is. */
static bool solve(double row[][SP_LAW_MAKE_PERCENTILES + 1], size_t n, double *x) {
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < n; i++)
            best = fabs(row[i][k]) > fabs(row[best][k]) ? i : best;
        if (!(fabs(row[best][k]) > 1e-13))
            return false;
        for (size_t j = 0; j <= n; j++) {
            double swapped = row[k][j];
            row[k][j] = row[best][j];
            row[best][j] = swapped;
        }
        for (size_t i = k + 1; i < n; i++) {
            double factor = row[i][k] / row[k][k];
            for (size_t j = k; j <= n; j++)
                row[i][j] -= factor * row[k][j];
        }
    }
    for (size_t k = n; k-- > 0;) {
        x[k] = row[k][n];
        for (size_t j = k + 1; j < n; j++)
            x[k] -= row[k][j] * x[j];
        x[k] /= row[k][k];
    }
    return true;
}

/* Whether the quantile rises everywhere: seen at 8,001 probabilities, equally spaced on the logit. */
static bool rises(const struct sp_law *metalog, double *where) {
    double most = 0;
    for (size_t i = 0; i < metalog->data->count; i++)
        most = fmax(most, fabs(metalog->data->x[i]));
    for (int i = -4000; i <= 4000; i++) {
        double y = i / 100.0, p = 1 / (1 + exp(-y)), q = 1 / (1 + exp(y));
        *where = p;
        if (!(sp_law_metalog_slope(metalog, p, q) > 1e-12 * fmin(p, q) * most))
            return false;
    }
    return true;
}

static const char *check_percentiles(struct sp_arena *arena, const double *p, const double *x, size_t count,
                                     double low, double high) {
    if (count < 3 || count > SP_LAW_MAKE_PERCENTILES)
        return "needs 3 .. 16 percentiles";
    for (size_t i = 0; i < count; i++) {
        if (!(p[i] > 0 && p[i] < 1))
            return "percentiles must be above p0 and below p100";
        if (i > 0 && !(x[i - 1] < x[i]))
            return sp_arena_format(arena, "p%g = %g must be below p%g = %g", 100 * p[i - 1], x[i - 1],
                                   100 * p[i], x[i]);
    }
    if (!(low < x[0]))
        return sp_arena_format(arena, "min must be below p%g", 100 * p[0]);
    return high > x[count - 1] ? NULL : sp_arena_format(arena, "max must be above p%g", 100 * p[count - 1]);
}

/* With three symmetric percentiles, the middle one must keep a part k of the width away from both (Keelin
 * 2016); the limit is told in the user's own numbers. */
static const char *tell_infeasible(struct sp_arena *arena, const double *p, const double *x, size_t count,
                                   const struct sp_law_axis_place *place, double where) {
    if (count != 3 || fabs(p[0] + p[2] - 1) > 1e-12 || p[1] != 0.5)
        return sp_arena_format(arena,
                               "no metalog fits these percentiles: its density would not be positive near "
                               "p%.3g; move the percentiles or leave one out",
                               100 * where);
    double k = 0.5 * (1 - 1.66711 * (0.5 - p[0])), z[3];
    for (int i = 0; i < 3; i++)
        z[i] = sp_law_axis_to(place, x[i]);
    double width = z[2] - z[0];
    return sp_arena_format(arena,
                           "no metalog fits these percentiles: p50 lies at r = %.4f of the way, and must lie "
                           "within %.4f .. %.4f, between %.6g and %.6g; move it or add percentiles",
                           (z[1] - z[0]) / width, k, 1 - k, sp_law_axis_from(place, z[0] + k * width),
                           sp_law_axis_from(place, z[2] - k * width));
}

/* Puts the free law `core` on an axis: low + width x g(shift + scale x core). */
static const char *shape(struct sp_arena *arena, const struct sp_law *core,
                         const struct sp_law_axis_place *place, double shift, double scale,
                         struct sp_law *law) {
    double *kept = sp_arena_array(arena, 1, sizeof *kept);
    struct sp_law *part = sp_arena_array(arena, 1, sizeof *part);
    if (!kept || !part)
        return out_of_memory;
    *kept = shift;
    *part = *core;
    *law = (struct sp_law){SP_LAW_SHAPED, {place->axis, place->low, place->width, scale}};
    law->data = keep(arena, (struct sp_law_data){.count = 1, .x = kept, .part = part});
    return law->data ? NULL : out_of_memory;
}

const char *sp_law_make_metalog(struct sp_arena *arena, const double *p, const double *x, size_t count,
                                double low, double high, struct sp_law *law) {
    const char *wrong = check_percentiles(arena, p, x, count, low, high);
    if (wrong)
        return wrong;
    struct sp_law_axis_place place = sp_law_axis_between(low, high);
    double row[SP_LAW_MAKE_PERCENTILES][SP_LAW_MAKE_PERCENTILES + 1], where = 0;
    double *term = sp_arena_array(arena, count, sizeof *term);
    if (!term)
        return out_of_memory;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++)
            row[i][j] = sp_law_metalog_term(j, p[i], 1 - p[i]);
        row[i][count] = sp_law_axis_to(&place, x[i]);
    }
    if (!solve(row, count, term))
        return "the metalog's equations for these percentiles cannot be solved; leave out the middle one";
    *law = (struct sp_law){.kind = SP_LAW_METALOG};
    law->data = keep(arena, (struct sp_law_data){.count = count, .x = term});
    if (!law->data)
        return out_of_memory;
    if (!rises(law, &where))
        return tell_infeasible(arena, p, x, count, &place, where);
    struct sp_law core = *law;
    return place.axis == SP_LAW_PLAIN ? NULL : shape(arena, &core, &place, 0, 1, law);
}

/* --- Truncation --- */

const char *sp_law_make_within(struct sp_arena *arena, const struct sp_law *part, double low, double high,
                               struct sp_law *law) {
    double below = 0, above = 0, rest, share;
    if (!(low < high))
        return "the lower end must be below the upper end";
    if (isfinite(low))
        sp_law_parts_below(part, low, &below, &rest);
    if (isfinite(high))
        sp_law_distribution(part, high, &rest, &above);
    share = 1 - below - above;
    if (!(share >= 1e-6))
        return "less than a millionth of the law lies within; choose other ends";
    struct sp_law *kept = sp_arena_array(arena, 1, sizeof *kept);
    if (!kept)
        return out_of_memory;
    *kept = *part;
    *law = (struct sp_law){SP_LAW_WITHIN, {low, high, below, above}};
    law->data = keep(arena, (struct sp_law_data){.count = 1, .part = kept});
    return law->data ? NULL : out_of_memory;
}

/* --- Mixture --- */

const char *sp_law_make_mixture(struct sp_arena *arena, const struct sp_law *part, const double *weight,
                                size_t count, struct sp_law *law) {
    if (count < 2)
        return "needs two parts or more";
    for (size_t i = 0; i < count; i++)
        if (!(weight[i] > 0 && isfinite(weight[i])))
            return "weights must be above 0";
    struct sp_law *kept = sp_arena_array(arena, count, sizeof *kept);
    double *y = sp_arena_array(arena, count, sizeof *y), sum = 0, so_far = 0;
    if (!kept || !y)
        return out_of_memory;
    for (size_t i = 0; i < count; i++)
        sum += weight[i];
    for (size_t i = 0; i < count; i++) {
        so_far += weight[i];
        y[i] = i == count - 1 ? 1 : so_far / sum;
        kept[i] = part[i];
    }
    *law = (struct sp_law){.kind = SP_LAW_MIXTURE};
    law->data = keep(arena, (struct sp_law_data){.count = count, .y = y, .part = kept});
    return law->data ? NULL : out_of_memory;
}

/* --- Widening --- */

/* The law as seen on its axis; one with a smooth form of its own where there is one. */
static const char *see_on_axis(struct sp_arena *arena, const struct sp_law *part,
                               const struct sp_law_axis_place *place, struct sp_law *core) {
    const double *x = part->parameter;
    *core = (struct sp_law){.kind = SP_LAW_LOGISTIC, .parameter = {0, 1}};
    if (part->kind == SP_LAW_UNIFORM)
        return NULL;
    *core = (struct sp_law){.kind = SP_LAW_LOGIT_BETA, .parameter = {x[0], x[1]}};
    if (part->kind == SP_LAW_BETA)
        return NULL;
    *core = *part;
    if (place->axis == SP_LAW_PLAIN)
        return NULL;
    struct sp_law *kept = sp_arena_array(arena, 1, sizeof *kept);
    if (!kept)
        return out_of_memory;
    *kept = *part;
    *core = (struct sp_law){SP_LAW_ON_AXIS, {place->axis, place->low, place->width}};
    core->data = keep(arena, (struct sp_law_data){.count = 1, .part = kept});
    return core->data ? NULL : out_of_memory;
}

static const char *widen_seen(struct sp_arena *arena, const struct sp_law *part, double times,
                              struct sp_law *law) {
    double low, high;
    struct sp_law core;
    sp_law_support(part, &low, &high);
    struct sp_law_axis_place place = sp_law_axis_between(low, high);
    const char *wrong = see_on_axis(arena, part, &place, &core);
    if (wrong)
        return wrong;
    double median = sp_law_quantile(&core, 0.5, 0.5);
    return shape(arena, &core, &place, (1 - times) * median, times, law);
}

/* A gamma, exponential or Weibull keeps its kind, or is a power of one, on the logarithm. */
static const char *widen_positive(struct sp_arena *arena, const struct sp_law *part, double times,
                                  struct sp_law *law) {
    const double *x = part->parameter;
    static const struct sp_law_axis_place place = {SP_LAW_EXP, 0, 1};
    struct sp_law core = {SP_LAW_LOG_GAMMA, {x[0]}};
    double scale = 1, shift = log(x[1]);
    if (part->kind != SP_LAW_GAMMA) {
        core = (struct sp_law){.kind = SP_LAW_LOG_EXPONENTIAL};
        scale = part->kind == SP_LAW_WEIBULL ? 1 / x[0] : 1;
        shift = part->kind == SP_LAW_WEIBULL ? log(x[1]) : log(x[0]);
    }
    double median = shift + scale * sp_law_quantile(&core, 0.5, 0.5);
    return shape(arena, &core, &place, median + times * (shift - median), times * scale, law);
}

static const char *widen_shaped(struct sp_arena *arena, const struct sp_law *part, double times,
                                struct sp_law *law) {
    struct sp_law_axis_place place = {(enum sp_law_axis)part->parameter[0], part->parameter[1],
                                      part->parameter[2]};
    double shift = part->data->x[0], scale = part->parameter[3];
    double median = shift + scale * sp_law_quantile(part->data->part, 0.5, 0.5);
    return shape(arena, part->data->part, &place, median + times * (shift - median), times * scale, law);
}

const char *sp_law_make_widened(struct sp_arena *arena, const struct sp_law *part, double times,
                                struct sp_law *law) {
    if (!(times >= 0.01 && times <= 100))
        return "must be within 0.01 .. 100";
    if (sp_law_is_discrete(part))
        return "this law has separate values, and no range to stretch";
    switch (part->kind) {
    case SP_LAW_NORMAL:
    case SP_LAW_LOGNORMAL:
        *law = *part;
        law->parameter[1] *= times;
        return part->kind == SP_LAW_NORMAL || law->parameter[1] <= 10 ? NULL : "sigma would be above 10";
    case SP_LAW_GAMMA:
    case SP_LAW_EXPONENTIAL:
    case SP_LAW_WEIBULL:
        return widen_positive(arena, part, times, law);
    case SP_LAW_SHAPED:
        return widen_shaped(arena, part, times, law);
    default:
        return widen_seen(arena, part, times, law);
    }
}
