/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cost lines add up to totals, results and margins. Equations: README.md, Accounts.
 */
#include "models/models.h"

enum {
    EARNED,
    COGS_LINES,
    ALL_LINES,
    OPEX_LINES,
    R_AND_D_LINES,
    S_AND_M_LINES,
    G_AND_A_LINES,
    ONE_OFF_LINES,
    HOSTING_LINES,
    AI_FREE,
    VOICE_FREE,
    SUPPORT_FREE,
    USERS,
    USERS_BEFORE,
    FREE,
    FREE_BEFORE
};
enum {
    COGS,
    TOTAL,
    GROSS_PROFIT,
    GROSS_MARGIN,
    OPEX,
    R_AND_D,
    S_AND_M,
    G_AND_A,
    OTHER,
    ONE_OFF,
    OPERATING_RESULT,
    FREE_TIER,
    PROFIT_PAID,
    MARGIN_PAID
};

#define FOR_FREE_TIER .only_for = {1 + FREE_TIER, 1 + PROFIT_PAID}

static const struct sp_read reads[] = {
    [EARNED] = {.column = "revenue", .optional = true},
    [COGS_LINES] = {.account = "cogs."},
    [ALL_LINES] = {.account = ""},
    [OPEX_LINES] = {.account = "opex."},
    [R_AND_D_LINES] = {.account = "opex.r_and_d"},
    [S_AND_M_LINES] = {.account = "opex.s_and_m"},
    [G_AND_A_LINES] = {.account = "opex.g_and_a"},
    [ONE_OFF_LINES] = {.account = "one_off"},
    [HOSTING_LINES] = {.account = "cogs.hosting"},
    [AI_FREE] = {FOR_FREE_TIER, .column = "free_tier.ai", .optional = true},
    [VOICE_FREE] = {FOR_FREE_TIER, .column = "free_tier.voice", .optional = true},
    [SUPPORT_FREE] = {FOR_FREE_TIER, .column = "cost.support.free", .optional = true},
    [USERS] = {FOR_FREE_TIER, .column = "users", .optional = true},
    [USERS_BEFORE] = {FOR_FREE_TIER, .column = "users", .before = true, .optional = true},
    [FREE] = {FOR_FREE_TIER, .column = "free", .optional = true},
    [FREE_BEFORE] = {FOR_FREE_TIER, .column = "free", .before = true, .optional = true},
};

#define COST_TOTAL(name, list, text)                                                                         \
    .column = (name), .kind = SP_FLOW, .unit = "USD", .adverse = SP_HIGH, .given = {1 + (list)},             \
    .sentence = (text)

static const struct sp_write writes[] = {
    [COGS] = {.column = "cogs",
              .formula = "accounts(cogs.)",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .sentence = "cost of revenue: all lines whose account begins with cogs, free users' included"},
    [TOTAL] = {.column = "cost.total",
               .formula = "accounts()",
               .kind = SP_FLOW,
               .unit = "USD",
               .adverse = SP_HIGH,
               .sentence = "all cost lines"},
    [GROSS_PROFIT] = {.column = "gross_profit",
                      .formula = "revenue?0-cogs",
                      .kind = SP_FLOW,
                      .unit = "USD",
                      .sentence = "revenue less cogs"},
    [GROSS_MARGIN] = {.column = "gross_margin",
                      .kind = SP_RATIO,
                      .unit = "1",
                      .numerator = "gross_profit",
                      .denominator = "revenue",
                      .may_be_undefined = true,
                      .undefined_when = "there is no revenue",
                      .sentence = "gross profit per unit of revenue"},
    [OPEX] = {COST_TOTAL("opex", OPEX_LINES, "operating expenses: all lines whose account begins with opex"),
              .formula = "accounts(opex.)"},
    [R_AND_D] = {COST_TOTAL("opex.r_and_d", R_AND_D_LINES, "research and development"),
                 .formula = "accounts(opex.r_and_d)"},
    [S_AND_M] = {COST_TOTAL("opex.s_and_m", S_AND_M_LINES, "sales and marketing, heads and media"),
                 .formula = "accounts(opex.s_and_m)"},
    [G_AND_A] = {COST_TOTAL("opex.g_and_a", G_AND_A_LINES, "general and administrative expenses"),
                 .formula = "accounts(opex.g_and_a)"},
    [OTHER] = {COST_TOTAL("opex.other", OPEX_LINES, "operating expenses of any other kind"),
               .formula = "accounts(opex.)-accounts(opex.r_and_d)-accounts(opex.s_and_m)-accounts"
                          "(opex.g_and_a)"},
    [ONE_OFF] = {COST_TOTAL("one_off", ONE_OFF_LINES, "costs that do not come again, apart from opex"),
                 .formula = "accounts(one_off)"},
    [OPERATING_RESULT] = {.column = "operating_result",
                          .formula = "gross_profit-opex",
                          .kind = SP_FLOW,
                          .unit = "USD",
                          .given = {1 + OPEX_LINES},
                          .sentence = "gross profit less opex, one-off costs apart"},
    [FREE_TIER] = {COST_TOTAL("cost.free_tier", FREE,
                              "the part of cogs that free users cause: AI, voice, support, and hosting by "
                              "their share of users"),
                   .formula = "accounts(cogs.hosting)*if(average(users)?0>0,"
                              "average(free)/average(users)?1,0)+free_tier.ai?0+free_tier.voice?0+"
                              "cost.support.free?0"},
    [PROFIT_PAID] = {.column = "gross_profit.paid",
                     .formula = "gross_profit+cost.free_tier",
                     .kind = SP_FLOW,
                     .unit = "USD",
                     .given = {1 + FREE},
                     .sentence = "gross profit when free users' cost counts as sales and marketing"},
    [MARGIN_PAID] = {.column = "gross_margin.paid",
                     .kind = SP_RATIO,
                     .unit = "1",
                     .numerator = "gross_profit.paid",
                     .denominator = "revenue",
                     .may_be_undefined = true,
                     .undefined_when = "there is no revenue",
                     .sentence = "gross margin when free users' cost counts as sales and marketing"},
};

/* Adds some lines to a sum: in one go, for the sum is then fetched and put back once. `are_three`: the last
 * one is 0. */
enum { TOGETHER = 4 };
SP_VARIANT void add_together(const double *before, const double *const *line, double *sum, size_t n,
                             bool are_three) {
    const double *a = line[0], *b = line[1], *c = line[2], *d = line[3];
    for (size_t p = 0; p < n; p++) {
        double some = before[p] + a[p] + b[p] + c[p];
        sum[p] = are_three ? some : some + d[p];
    }
}

/* The next line that is not 0, from place `next` on, which moves behind it; behind the last one zeros. */
static const double *next_line(const struct sp_step *s, int read, size_t *next) {
    while (*next < sp_step_reads(s, read)) {
        const double *line = sp_step_read_one(s, read, (*next)++);
        if (line != s->zeros)
            return line;
    }
    return s->zeros;
}

static void add_lines(const struct sp_step *s, int read, double *restrict sum) {
    size_t next = 0;
    const double *before = next_line(s, read, &next);
    do {
        const double *line[TOGETHER];
        for (size_t i = 0; i < TOGETHER; i++)
            line[i] = next_line(s, read, &next);
        if (line[TOGETHER - 1] == s->zeros)
            add_together(before, line, sum, s->n, true);
        else
            add_together(before, line, sum, s->n, false);
        before = sum;
    } while (next < sp_step_reads(s, read));
}

static void update_gross(const struct sp_step *s) {
    const double *earned = sp_step_or_zeros(s, sp_step_read(s, EARNED));
    double *restrict cogs = sp_step_out(s, COGS, 0), *restrict gross_profit = sp_step_out(s, GROSS_PROFIT, 0);
    add_lines(s, COGS_LINES, cogs);
    for (size_t p = 0; p < s->n; p++)
        gross_profit[p] = earned[p] - cogs[p];
}

/* --- Operating expenses --- */

static bool is_in(const struct sp_step *s, int read, const double *line) {
    for (size_t i = 0; i < sp_step_reads(s, read); i++)
        if (sp_step_read_one(s, read, i) == line)
            return true;
    return false;
}

/* Lines that are in none of the three kinds. */
static void update_other(const struct sp_step *s) {
    double *restrict other = sp_step_out(s, OTHER, 0);
    for (size_t p = 0; p < s->n; p++)
        other[p] = 0;
    for (size_t i = 0; i < sp_step_reads(s, OPEX_LINES); i++) {
        const double *line = sp_step_read_one(s, OPEX_LINES, i);
        bool has_kind =
            is_in(s, R_AND_D_LINES, line) || is_in(s, S_AND_M_LINES, line) || is_in(s, G_AND_A_LINES, line);
        for (size_t p = 0; !has_kind && p < s->n; p++)
            other[p] += line[p];
    }
}

static void update_opex(const struct sp_step *s) {
    static const int kinds[][2] = {{R_AND_D_LINES, R_AND_D},
                                   {S_AND_M_LINES, S_AND_M},
                                   {G_AND_A_LINES, G_AND_A},
                                   {ONE_OFF_LINES, ONE_OFF}};
    for (size_t i = 0; i < SP_MODELS_COUNT(kinds); i++)
        if (sp_step_wants(s, kinds[i][1]))
            add_lines(s, kinds[i][0], sp_step_out(s, kinds[i][1], 0));
    if (!sp_step_out(s, OPEX, 0))
        return;
    const double *gross_profit = sp_step_out(s, GROSS_PROFIT, 0);
    double *restrict opex = sp_step_out(s, OPEX, 0), *restrict result = sp_step_out(s, OPERATING_RESULT, 0);
    add_lines(s, OPEX_LINES, opex);
    update_other(s);
    for (size_t p = 0; p < s->n; p++)
        result[p] = gross_profit[p] - opex[p];
}

/* --- What free users cost --- */

static void add_part(const struct sp_step *s, int read, double *restrict sum) {
    const double *part = sp_step_read(s, read);
    for (size_t p = 0; part && p < s->n; p++)
        sum[p] += part[p];
}

static void update_free_tier(const struct sp_step *s) {
    const double *users = sp_step_read(s, USERS), *users_before = sp_step_read(s, USERS_BEFORE);
    const double *free_now = sp_step_read(s, FREE), *free_before = sp_step_read(s, FREE_BEFORE);
    const double *gross_profit = sp_step_out(s, GROSS_PROFIT, 0);
    double *restrict cost = sp_step_out(s, FREE_TIER, 0), *restrict profit = sp_step_out(s, PROFIT_PAID, 0);
    add_lines(s, HOSTING_LINES, cost);
    for (size_t p = 0; p < s->n; p++) {
        double all = sp_models_average(s, users_before[p], users[p]);
        cost[p] *= all > 0 ? sp_models_average(s, free_before[p], free_now[p]) / all : 0;
    }
    add_part(s, AI_FREE, cost);
    add_part(s, VOICE_FREE, cost);
    add_part(s, SUPPORT_FREE, cost);
    for (size_t p = 0; p < s->n; p++)
        profit[p] = gross_profit[p] + cost[p];
}

SP_WIDE static void step(const struct sp_step *s) {
    bool wants_paid = sp_step_wants(s, FREE_TIER) || sp_step_wants(s, PROFIT_PAID);
    bool wants_opex = sp_step_wants(s, OPEX) || sp_step_wants(s, OTHER) ||
                      sp_step_wants(s, OPERATING_RESULT) || sp_step_wants(s, R_AND_D) ||
                      sp_step_wants(s, S_AND_M) || sp_step_wants(s, G_AND_A) || sp_step_wants(s, ONE_OFF);
    add_lines(s, ALL_LINES, sp_step_out(s, TOTAL, 0));
    if (sp_step_wants(s, COGS) || sp_step_wants(s, GROSS_PROFIT) || wants_paid || wants_opex)
        update_gross(s);
    if (wants_opex)
        update_opex(s);
    if (wants_paid)
        update_free_tier(s);
}

extern const struct sp_mechanism sp_accounts;
const struct sp_mechanism sp_accounts = {
    .name = "accounts",
    .sentence = "cost lines add up to totals, results and margins",
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .always = true,
    .step = step,
};
