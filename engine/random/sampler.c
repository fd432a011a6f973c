/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/sampler.h"

#include "engine/base/wide.h"
#include "engine/math/count.h"
#include "engine/random/law_parts.h"

#include <math.h>
#include <string.h>

static bool needs_table(const struct sp_law *law) {
    return law->kind != SP_LAW_CONSTANT && law->kind != SP_LAW_UNIFORM && law->kind != SP_LAW_TRIANGULAR &&
           !sp_law_counts_is_large(law);
}

/* The law as value = low + width x g(shift + scale x core), in the form that is drawn first. */
static void take_apart(const struct sp_law *law, struct sp_sampler *sampler, struct sp_law *core) {
    if (law->kind != SP_LAW_SHAPED) {
        sp_law_standardise(law, core, &sampler->shift, &sampler->scale);
        return;
    }
    *core = *law->data->part;
    sampler->axis = (enum sp_law_axis)law->parameter[0];
    sampler->low = law->parameter[1];
    sampler->width = law->parameter[2];
    sampler->is_mirrored = sampler->axis == SP_LAW_EXP && sampler->width < 0;
    sampler->shift = law->data->x[0];
    sampler->scale = law->parameter[3];
}

/* Where the values themselves are too crowded for a table, their logarithms (or logits) are not. False when
 * the law has no such form. */
static bool take_logarithm(const struct sp_law *law, struct sp_sampler *sampler, struct sp_law *core) {
    const double *x = law->parameter;
    struct sp_sampler taken = {.kind = law->kind, .axis = SP_LAW_EXP, .scale = 1, .width = 1};
    if (law->kind == SP_LAW_LOGNORMAL) {
        *core = (struct sp_law){SP_LAW_NORMAL, {0, 1}};
        taken.shift = x[0];
        taken.scale = x[1];
    } else if (law->kind == SP_LAW_GAMMA) {
        *core = (struct sp_law){SP_LAW_LOG_GAMMA, {x[0]}};
        taken.width = x[1];
    } else if (law->kind == SP_LAW_WEIBULL) {
        *core = (struct sp_law){.kind = SP_LAW_LOG_EXPONENTIAL};
        taken.scale = 1 / x[0];
        taken.width = x[1];
    } else if (law->kind == SP_LAW_PARETO) {
        *core = (struct sp_law){SP_LAW_EXPONENTIAL, {1}};
        taken.scale = 1 / x[1];
        taken.width = x[0];
    } else if (law->kind == SP_LAW_BETA) {
        *core = (struct sp_law){SP_LAW_LOGIT_BETA, {x[0], x[1]}};
        taken.axis = SP_LAW_LOGIT;
        taken.low = x[2];
        taken.width = x[3] - x[2];
    } else {
        return false;
    }
    *sampler = taken;
    return true;
}

/* Weibull and Pareto share one table each whatever their shape; a lognormal over many orders of magnitude and
 * small shapes are smooth on their axis only. */
static bool is_drawn_by_logarithm(const struct sp_law *law) {
    const double *x = law->parameter;
    return law->kind == SP_LAW_WEIBULL || law->kind == SP_LAW_PARETO ||
           (law->kind == SP_LAW_LOGNORMAL && x[1] > 1) || (law->kind == SP_LAW_GAMMA && x[0] < 1) ||
           (law->kind == SP_LAW_BETA && fmin(x[0], x[1]) < 1);
}

int sp_sampler_make(struct sp_sampler *sampler, const struct sp_law *law, struct sp_tables *tables) {
    struct sp_law core;
    *sampler = (struct sp_sampler){.kind = law->kind};
    memcpy(sampler->parameter, law->parameter, sizeof sampler->parameter);
    if (!needs_table(law))
        return 0;
    take_apart(law, sampler, &core);
    if (sp_law_is_smooth(&core) && !is_drawn_by_logarithm(law))
        sampler->table = sp_tables_get(tables, &core);
    if (!sampler->table && take_logarithm(law, sampler, &core))
        sampler->table = sp_tables_get(tables, &core);
    if (!sampler->table)
        sampler->pieces = sp_tables_get_cubics(tables, &core);
    return sampler->table || sampler->pieces ? 0 : -1;
}

/* --- Drawing --- */

enum { AT_ONCE = 1024 };

SP_WIDE static void stretch(double shift, double scale, double *x, size_t n) {
    for (size_t i = 0; i < n; i++)
        x[i] = shift + scale * x[i];
}

/* sign x, held below what exp takes as infinity, which no draw may be. */
SP_WIDE static void make_exponents(double sign, double *x, size_t n) {
    const double highest = 700;
    for (size_t i = 0; i < n; i++) {
        double t = sign * x[i];
        x[i] = t > highest ? highest : t;
    }
}

/* A piece at a time, which stays in the first-level cache. */
static void put_on_exponential(const struct sp_sampler *sampler, const struct sp_kernels *kernels,
                               double *out, size_t n) {
    for (size_t first = 0; first < n; first += AT_ONCE) {
        size_t count = n - first < AT_ONCE ? n - first : AT_ONCE;
        make_exponents(sampler->is_mirrored ? -1 : 1, out + first, count);
        kernels->exp(out + first, out + first, count);
        stretch(sampler->low, sampler->width, out + first, count);
    }
}

SP_WIDE static void make_negative(const double *x, double *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = -fabs(x[i]);
}

/* low + width / (1 + e^-t), where e = e^-|t|. */
SP_WIDE static void make_shares(double low, double width, const double *e, double *t, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double rest = width * (e[i] / (1 + e[i]));
        t[i] = t[i] < 0 ? low + rest : low + width - rest;
    }
}

/* By e^-|t|, so that nothing overflows and both ends keep their digits. */
static void put_on_logit(const struct sp_sampler *sampler, const struct sp_kernels *kernels, double *out,
                         size_t n) {
    double e[AT_ONCE];
    for (size_t first = 0; first < n; first += AT_ONCE) {
        size_t count = n - first < AT_ONCE ? n - first : AT_ONCE;
        make_negative(out + first, e, count);
        kernels->exp(e, e, count);
        make_shares(sampler->low, sampler->width, e, out + first, count);
    }
}

static void fill_free(const struct sp_sampler *sampler, const struct sp_kernels *kernels,
                      const uint32_t *words, double *out, size_t n) {
    if (sampler->table) {
        kernels->table(sampler->table, sampler->shift, sampler->scale, words, out, n);
        return;
    }
    sp_cubics_fill(sampler->pieces, words, out, n);
    if (sampler->shift != 0 || sampler->scale != 1)
        stretch(sampler->shift, sampler->scale, out, n);
}

static void fill_shaped(const struct sp_sampler *sampler, const struct sp_kernels *kernels,
                        const uint32_t *words, double *out, size_t n) {
    fill_free(sampler, kernels, words, out, n);
    if (sampler->axis == SP_LAW_LOGIT)
        put_on_logit(sampler, kernels, out, n);
    else if (sampler->axis == SP_LAW_EXP)
        put_on_exponential(sampler, kernels, out, n);
}

/* A piece at a time, for which the parameters stand in arrays. */
static void fill_large_counts(const struct sp_sampler *sampler, const struct sp_kernels *kernels,
                              const uint32_t *words, double *out, size_t n) {
    double first[AT_ONCE], second[AT_ONCE];
    for (size_t i = 0; i < AT_ONCE; i++) {
        first[i] = sampler->parameter[0];
        second[i] = sampler->parameter[1];
    }
    kernels->uniform(0, 1, words, out, n);
    for (size_t done = 0; done < n; done += AT_ONCE) {
        size_t count = n - done < AT_ONCE ? n - done : AT_ONCE;
        if (sampler->kind == SP_LAW_POISSON)
            sp_count_poisson_array(first, out + done, out + done, count);
        else
            sp_count_binomial_array(first, second, out + done, out + done, count);
    }
}

void sp_sampler_fill(const struct sp_sampler *sampler, const struct sp_kernels *kernels,
                     const uint32_t *words, double *out, size_t n) {
    const double *x = sampler->parameter;
    if (sampler->table || sampler->pieces)
        fill_shaped(sampler, kernels, words, out, n);
    else if (sampler->kind == SP_LAW_UNIFORM)
        kernels->uniform(x[0], x[1], words, out, n);
    else if (sampler->kind == SP_LAW_TRIANGULAR)
        kernels->triangular(x[0], x[1], x[2], words, out, n);
    else if (sampler->kind == SP_LAW_BINOMIAL || sampler->kind == SP_LAW_POISSON)
        fill_large_counts(sampler, kernels, words, out, n);
    else
        for (size_t i = 0; i < n; i++)
            out[i] = x[0];
}

enum sp_phase sp_sampler_phase(const struct sp_sampler *sampler) {
    if (sampler->table)
        return sampler->axis == SP_LAW_PLAIN ? SP_PHASE_TABLES : SP_PHASE_EXPONENTIALS;
    if (sampler->kind == SP_LAW_UNIFORM)
        return SP_PHASE_UNIFORM;
    return sampler->kind == SP_LAW_TRIANGULAR ? SP_PHASE_TRIANGULAR : SP_PHASE_SEARCHES;
}
