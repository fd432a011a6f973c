/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is earned: months in their quarter, years over the twelve months that they were paid for. Equations:
 * README.md, Deferral.
 */
#include "models/models.h"

#include <string.h>

enum { BILLINGS_MONTHLY, BILLINGS_KEPT, OF_PARTNERS, VALUE, YEAR = VALUE + 4, KEPT_BEFORE };
enum { EARNED, DEFERRED, KEPT };
enum { AGES = 4 };

static const struct sp_read reads[] = {
    [BILLINGS_MONTHLY] = {.column = "billings.monthly"},
    [BILLINGS_KEPT] = {.column = "billings.kept", .optional = true},
    [OF_PARTNERS] = {.column = "revenue.partner", .optional = true},
    [VALUE] = {.column = "annual.value", .with_read = 1 + YEAR},
    {.column = "annual.value.1", .with_read = 1 + YEAR},
    {.column = "annual.value.2", .with_read = 1 + YEAR},
    {.column = "annual.value.3", .with_read = 1 + YEAR},
    [YEAR] = {.column = "paid.annual.*"},
    [KEPT_BEFORE] = {.column = "annual.kept", .before = true, .with_read = 1 + YEAR},
    {.column = "annual.kept.1", .before = true, .with_read = 1 + YEAR},
    {.column = "annual.kept.2", .before = true, .with_read = 1 + YEAR},
    {.column = "annual.kept.3", .before = true, .with_read = 1 + YEAR},
};

#define KEPT_OF(name, said, text)                                                                            \
    {                                                                                                        \
        .column = (name), .formula = (said), .kind = SP_STOCK, .unit = "USD/month", .internal = true,        \
        .sentence = "monthly value, less what went back, of annual plans begun or renewed " text             \
    }

static const struct sp_write writes[] = {
    [EARNED] = {.column = "revenue",
                .formula = "billings.kept?1*billings.monthly+accrued(1.5,3)*annual.kept+3*"
                           "annual.kept.1+3*annual.kept.2+3*annual.kept.3+accrued(1.5,0)*"
                           "annual.kept.4+revenue.partner?0",
                .kind = SP_FLOW,
                .unit = "USD",
                .sentence = "revenue earned in the period, from payers, less what went back, and partners"},
    [DEFERRED] = {.column = "deferred_revenue",
                  .formula = "accrued(10.5,9)*annual.kept+accrued(7.5,6)*annual.kept.1+accrued(4.5,"
                             "3)*annual.kept.2+accrued(1.5,0)*annual.kept.3",
                  .kind = SP_STOCK,
                  .unit = "USD",
                  .sentence = "paid in advance and not yet earned"},
    [KEPT] = KEPT_OF("annual.kept", "billings.kept?1*annual.value", "in the quarter"),
    KEPT_OF("annual.kept.1", "before(annual.kept)", "1 quarter ago"),
    KEPT_OF("annual.kept.2", "before(annual.kept.1)", "2 quarters ago"),
    KEPT_OF("annual.kept.3", "before(annual.kept.2)", "3 quarters ago"),
    KEPT_OF("annual.kept.4", "before(annual.kept.3)", "4 quarters ago"),
};

static bool has_annual(const struct sp_step *s) {
    return sp_step_reads(s, YEAR) > 0;
}

/* Months of a year that belong to the quarter in which it began `age` quarters ago: begun in the middle of a
 * quarter, or at its start when stocks count as they close. */
static double months_in(const struct sp_step *s, int age) {
    if (s->accrual_end)
        return age < AGES ? 3 : 0;
    return age == 0 || age == AGES ? 1.5 : 3;
}

/* Months that are still to come when the quarter ends. */
static double months_left(const struct sp_step *s, int age) {
    double left = 12;
    for (int i = 0; i <= age; i++)
        left -= months_in(s, i);
    return left;
}

/* Nobody leaves an annual plan before its end: all that was kept of it is earned in time. */
static void update_deferred(const struct sp_step *s) {
    const double *restrict kept = sp_step_out(s, KEPT, 0), *restrict kept_1 = sp_step_out(s, KEPT + 1, 0);
    const double *restrict kept_2 = sp_step_out(s, KEPT + 2, 0), *restrict kept_3 =
                                                                     sp_step_out(s, KEPT + 3, 0);
    const double left[] = {months_left(s, 0), months_left(s, 1), months_left(s, 2), months_left(s, 3)};
    double *restrict deferred = sp_step_out(s, DEFERRED, 0);
    for (size_t p = 0; p < s->n; p++)
        deferred[p] = left[0] * kept[p] + left[1] * kept_1[p] + left[2] * kept_2[p] + left[3] * kept_3[p];
}

static void start(const struct sp_step *s) {
    for (int age = 0; has_annual(s) && age < AGES; age++)
        memcpy(sp_step_out(s, KEPT + age, 0), sp_step_read(s, VALUE + age), s->n * sizeof(double));
    if (has_annual(s))
        update_deferred(s);
}

/* What goes back of an annual plan goes back when it is charged, and is never earned. */
static void update_kept(const struct sp_step *s) {
    const double *value = sp_step_read(s, VALUE), *share = sp_step_or_ones(s, sp_step_read(s, BILLINGS_KEPT));
    double *restrict kept = sp_step_out(s, KEPT, 0);
    for (size_t p = 0; p < s->n; p++)
        kept[p] = share[p] * value[p];
    for (int age = 0; age < AGES; age++)
        memcpy(sp_step_out(s, KEPT + 1 + age, 0), sp_step_read(s, KEPT_BEFORE + age), s->n * sizeof *kept);
}

static void add_annual(const struct sp_step *s, double *restrict earned) {
    for (int age = 0; age <= AGES; age++) {
        const double *restrict kept = sp_step_out(s, KEPT + age, 0);
        double months = months_in(s, age);
        for (size_t p = 0; p < s->n; p++)
            earned[p] += months * kept[p];
    }
}

/* What is billed by the month is earned in the same quarter. */
static const double *same_as(const struct sp_step *s, int write) {
    bool is_all = !has_annual(s) && !sp_step_read(s, BILLINGS_KEPT) && !sp_step_read(s, OF_PARTNERS);
    return write == DEFERRED && !has_annual(s) ? s->zeros
           : write == EARNED && is_all         ? sp_step_read(s, BILLINGS_MONTHLY)
                                               : NULL;
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *monthly = sp_step_read(s, BILLINGS_MONTHLY),
                 *share = sp_step_or_ones(s, sp_step_read(s, BILLINGS_KEPT));
    const double *of_partners = sp_step_read(s, OF_PARTNERS);
    double *restrict earned = sp_step_out(s, EARNED, 0);
    for (size_t p = 0; p < s->n; p++)
        earned[p] = share[p] * monthly[p];
    if (has_annual(s)) {
        update_kept(s);
        add_annual(s, earned);
        update_deferred(s);
    }
    for (size_t p = 0; of_partners && p < s->n; p++)
        earned[p] += of_partners[p];
}

extern const struct sp_mechanism sp_deferral, sp_revenue;
const struct sp_mechanism sp_deferral = {
    .name = "deferral",
    .sentence = "years paid in advance are earned over their term",
    .with = &sp_revenue,
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .same_as = same_as,
    .step = step,
};
