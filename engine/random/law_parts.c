/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law_parts.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

const struct sp_law_family *sp_law_parts_family(enum sp_law_kind kind) {
    static const struct sp_law_family *const family[SP_LAWS] = {
        [SP_LAW_EXPONENTIAL] = &sp_law_tails_exponential,
        [SP_LAW_WEIBULL] = &sp_law_tails_weibull,
        [SP_LAW_STUDENT] = &sp_law_tails_student,
        [SP_LAW_LOGISTIC] = &sp_law_tails_logistic,
        [SP_LAW_PARETO] = &sp_law_tails_pareto,
        [SP_LAW_BERNOULLI] = &sp_law_counts_bernoulli,
        [SP_LAW_BINOMIAL] = &sp_law_counts_binomial,
        [SP_LAW_POISSON] = &sp_law_counts_poisson,
        [SP_LAW_NEGATIVE_BINOMIAL] = &sp_law_counts_negative_binomial,
        [SP_LAW_DISCRETE] = &sp_law_list_family,
        [SP_LAW_METALOG] = &sp_law_metalog_family,
        [SP_LAW_WITHIN] = &sp_law_within_family,
        [SP_LAW_MIXTURE] = &sp_law_mixture_family,
        [SP_LAW_SHAPED] = &sp_law_axis_shaped,
        [SP_LAW_ON_AXIS] = &sp_law_axis_on,
        [SP_LAW_LOG_GAMMA] = &sp_law_logs_gamma,
        [SP_LAW_LOG_EXPONENTIAL] = &sp_law_logs_exponential,
        [SP_LAW_LOGIT_BETA] = &sp_law_logs_beta,
    };
    return family[kind];
}

void sp_law_parts_below(const struct sp_law *law, double x, double *p, double *q) {
    sp_law_distribution(law, nextafter(x, -INFINITY), p, q);
}

/* Doubles in their order as whole numbers, so that halving reaches every one of them in 64 steps. */
static int64_t to_order(double x) {
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static double from_order(int64_t order) {
    int64_t bits = order < 0 ? INT64_MIN - order : order;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

double sp_law_parts_invert(const struct sp_law *law, double p, double q, double low, double high) {
    int64_t from = to_order(low) - 1, to = to_order(high);
    while ((uint64_t)to - (uint64_t)from > 1) {
        int64_t middle = from + (int64_t)(((uint64_t)to - (uint64_t)from) / 2);
        double below, above;
        sp_law_distribution(law, from_order(middle), &below, &above);
        if (p <= q ? below >= p : above <= q)
            to = middle;
        else
            from = middle;
    }
    return from_order(to);
}
