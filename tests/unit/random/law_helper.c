/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/random/law_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

struct sp_law law_helper_make(const char *name, size_t count, const double *parameter) {
    size_t forms;
    const struct sp_law_form *form = sp_law_forms(&forms);
    struct sp_law law = {0};
    for (size_t i = 0; i < forms; i++) {
        double all[SP_LAW_PARAMETERS] = {0};
        if (strcmp(form[i].name, name) != 0 || form[i].required != count)
            continue;
        memcpy(all, parameter, count * sizeof *all);
        all[count < SP_LAW_PARAMETERS ? count : SP_LAW_PARAMETERS - 1] =
            count < SP_LAW_PARAMETERS ? form[i].standard : all[SP_LAW_PARAMETERS - 1];
        const char *wrong = form[i].make(all, &law);
        cr_assert_null(wrong, "%s: %s", name, wrong ? wrong : "");
        return law;
    }
    cr_assert_fail("no law %s", name);
    return law;
}

void law_helper_draw(const struct sp_law *law, const uint32_t *words, double *out, size_t n) {
    struct sp_tables *tables = sp_tables_create();
    struct sp_sampler sampler;
    cr_assert_eq(sp_sampler_make(&sampler, law, tables), 0);
    sp_sampler_fill(&sampler, sp_kernels_find(NULL), words, out, n);
    sp_tables_free(tables);
}

enum { ALL_OVER = 65536, TAILS = 32 * 128, WORDS = ALL_OVER + 2 * TAILS };

static void choose_words(uint32_t *words) {
    for (uint32_t i = 0; i < ALL_OVER; i++)
        words[i] = i * 2654435769u;
    for (uint32_t i = 0; i < TAILS; i++) {
        uint32_t octave = i / 128, within = (uint32_t)((1ull << octave) * (i % 128) / 128);
        words[ALL_OVER + i] = (1u << octave) + within;
        words[ALL_OVER + TAILS + i] = UINT32_MAX - words[ALL_OVER + i];
    }
}

/* How far u lies outside P(X < x) .. P(X <= x), with the doubles next to x allowed for. */
static double miss(const struct sp_law *law, double x, uint32_t word) {
    double u = (word + 0.5) * 0x1p-32, rest = (UINT32_MAX - word + 0.5) * 0x1p-32;
    double below, above, p, q, ignored, ulps = 4 * (nextafter(fabs(x), INFINITY) - fabs(x));
    sp_law_distribution(law, x - ulps, &below, &ignored);
    sp_law_distribution(law, x + ulps, &p, &q);
    sp_law_distribution(law, x - ulps, &ignored, &above);
    return word < 0x80000000u ? fmax(below - u, u - p) : fmax(q - rest, rest - above);
}

double law_helper_error(const struct sp_law *law, const char *about) {
    static uint32_t words[WORDS];
    static double out[WORDS];
    double worst = 0;
    choose_words(words);
    law_helper_draw(law, words, out, WORDS);
    for (size_t i = 0; i < WORDS; i++) {
        cr_assert(isfinite(out[i]), "%s: word %u gives %g", about, words[i], out[i]);
        worst = fmax(worst, miss(law, out[i], words[i]));
    }
    return worst;
}
