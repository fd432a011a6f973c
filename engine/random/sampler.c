/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/sampler.h"

#include <string.h>

static int needs_table(enum sp_law_kind kind) {
    return kind != SP_LAW_CONSTANT && kind != SP_LAW_UNIFORM && kind != SP_LAW_TRIANGULAR;
}

/* A lognormal over so many orders of magnitude is smooth on the log scale only: its logarithm is drawn. */
static bool is_wide(const struct sp_law *law) {
    return law->kind == SP_LAW_LOGNORMAL && law->parameter[1] > 1;
}

int sp_sampler_make(struct sp_sampler *sampler, const struct sp_law *law, struct sp_tables *tables) {
    *sampler = (struct sp_sampler){.kind = law->kind};
    memcpy(sampler->parameter, law->parameter, sizeof sampler->parameter);
    if (!needs_table(law->kind))
        return 0;
    struct sp_law standard, logarithm = {SP_LAW_NORMAL, {law->parameter[0], law->parameter[1]}};
    sampler->exponentiate = is_wide(law);
    sp_law_standardise(sampler->exponentiate ? &logarithm : law, &standard, &sampler->shift, &sampler->scale);
    sampler->table = sp_tables_get(tables, &standard);
    return sampler->table ? 0 : -1;
}

void sp_sampler_fill(const struct sp_sampler *sampler, const struct sp_kernels *kernels,
                     const uint32_t *words, double *out, size_t n) {
    const double *x = sampler->parameter;
    if (sampler->table)
        kernels->table(sampler->table, sampler->shift, sampler->scale, words, out, n);
    else if (sampler->kind == SP_LAW_UNIFORM)
        kernels->uniform(x[0], x[1], words, out, n);
    else if (sampler->kind == SP_LAW_TRIANGULAR)
        kernels->triangular(x[0], x[1], x[2], words, out, n);
    else
        for (size_t i = 0; i < n; i++)
            out[i] = x[0];
    if (sampler->exponentiate)
        kernels->exp(out, out, n);
}
