/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The books of any company that may be written down: what must hold on every path and in every quarter, to
 * 1e-9 relative, on random scenarios from the whole space (random_company.h). A failure is shrunk to the
 * smallest scenario that fails, and printed.
 */
#include "engine/base/error.h"
#include "engine/run/block.h"
#include "models/models.h"
#include "tests/support/engine_test_run.h"
#include "tests/unit/models/random_company.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(any_company, .timeout = 300);

enum { PATHS = 8, BLOCK = 64, QUARTERS = 12, MANY_QUARTERS = 60, COMPANIES = 300, NAME = 128, PARTS = 12 };

/* --- All values of a company --- */

struct books {
    const struct sp_plan *plan;
    const struct sp_variant *variant;
    size_t quarters; /* the rest is out of range */
    double *value;   /* [column][0 .. quarters][path]; 0 is the opening state, NAN where there is none */
    double *granted; /* [quarter][path] value of credits that partners grant */
    char wrong[512]; /* "": nothing is wrong */
};

static double *values_of(const struct books *b, size_t column) {
    return b->value + column * (b->plan->quarters + 1) * PATHS;
}

static double at(const double *values, size_t t, size_t p) {
    return values ? values[t * PATHS + p] : 0;
}

/* The column of that name, or NULL. */
static const double *find(const struct books *b, const char *name) {
    for (size_t c = 0; c < b->variant->columns; c++)
        if (strcmp(b->variant->column[c].name, name) == 0)
            return values_of(b, c);
    return NULL;
}

__attribute__((format(printf, 2, 3))) static void tell(struct books *b, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (!b->wrong[0])
        vsnprintf(b->wrong, sizeof b->wrong, format, arguments);
    va_end(arguments);
}

/* Whether a value is one that its column may have; else the numbers went out of range. */
static bool may_be(const struct sp_column *column, double x) {
    return isfinite(x) || (column->write->may_be_undefined && isnan(x)) ||
           (column->write->ranked && isinf(x));
}

/* Values of quarter t; false when one of them is out of range. */
static bool take(struct books *b, const struct sp_block *block, size_t t) {
    bool is_good = true;
    for (size_t c = 0; c < b->variant->columns; c++) {
        const struct sp_column *column = &b->variant->column[c];
        const double *now = column->numerator == SP_PLAN_NONE ? sp_block_now(block, (int)c) : NULL;
        for (size_t p = 0; now && p < PATHS; p++) {
            values_of(b, c)[(t + 1) * PATHS + p] = now[p];
            is_good = is_good && may_be(column, now[p]);
        }
    }
    return is_good;
}

/* What partners of a kind who came in this quarter grant: credits, the assumption in force, each. */
static void add_granted(struct books *b, const struct sp_block *block, size_t t) {
    for (size_t v = 0; v < b->variant->variables; v++) {
        const char *name = b->variant->variable[v].name, *end = strstr(name, ".credits");
        char arrivals[NAME];
        if (strncmp(name, "partner.", 8) != 0 || !end || end[8])
            continue;
        snprintf(arrivals, sizeof arrivals, "%.*s.arrivals", (int)(end - name), name);
        const double *came = find(b, arrivals), *each = sp_block_in_force(block, v);
        for (size_t p = 0; came && each && p < PATHS; p++)
            b->granted[t * PATHS + p] += at(came, t + 1, p) * each[p];
    }
}

static struct books work_out(const struct sp_plan *plan) {
    struct books b = {.plan = plan, .variant = &plan->variant[0], .quarters = 0};
    size_t size = (plan->quarters + 1) * PATHS;
    b.value = malloc(b.variant->columns * size * sizeof *b.value);
    b.granted = calloc(size, sizeof *b.granted);
    struct sp_block *block = sp_block_create(plan, b.variant, BLOCK);
    cr_assert(b.value && b.granted && block);
    sp_block_begin(block, 0, PATHS);
    for (size_t i = 0; i < b.variant->columns * size; i++)
        b.value[i] = NAN;
    for (size_t c = 0; c < b.variant->columns; c++)
        for (size_t p = 0; sp_block_opening(block, (int)c) && p < PATHS; p++)
            values_of(&b, c)[p] = sp_block_opening(block, (int)c)[p];
    for (size_t t = 0; t < plan->quarters; t++) {
        sp_block_quarter(block, t);
        if (!take(&b, block, t))
            break;
        add_granted(&b, block, t);
        b.quarters = t + 1;
    }
    sp_block_free(block);
    return b;
}

static void free_books(struct books *b) {
    free(b->value);
    free(b->granted);
}

/* Whether the path has run out of cash before quarter t (1 ..) and so stands still. */
static bool is_still(const struct books *b, size_t t, size_t p) {
    return b->variant->stop != SP_PLAN_NONE && t > 1 &&
           at(values_of(b, (size_t)b->variant->stop), t - 1, p) != 0;
}

/* --- Sums that are 0 --- */

/* "+cash", "-cash@" (of the quarter before), "-12 mrr"; "x.*" all instances of x; "x.%" the one that the
 * first part is of; "account:cogs" all cost lines of an account. Parts that a company does not have are 0;
 * an identity whose first part it does not have says nothing. What is left of the sum is small beside the
 * largest part, or beside one of those in brackets, which are not part of the sum, in any quarter so far:
 * "(paid)", where errors of rounding are carried on, "(12 paid x price.monthly)", a product. */
struct identity {
    const char *name;
    const char *part[PARTS]; /* NULL-ended */
};

static const struct identity identities[] = {
    {"active users", {"+users.lost", "+users", "-users@", "-users.new"}},
    {"registered users", {"+users.registered", "-users.registered@", "-users.new"}},
    {"users are free or pay", {"+free", "+paid", "-users"}},
    {"payers", {"+paid", "-paid@", "-paid.new", "-paid.reactivated", "+paid.churned"}},
    {"cohorts", {"+paid.age.*", "+paid.annual.*", "+paid.new", "+paid.reactivated", "-paid", "(paid)"}},
    {"arr", {"+arr", "-12 mrr"}},
    {"arr bridge opens", {"+arr.opening", "-arr@"}},
    {"arr bridge closes", {"+arr.opening", "+arr.gained", "-arr.lost", "-arr", "(12 paid x price.monthly)"}},
    {"arr gained", {"+arr.gained", "-arr.new", "-arr.expansion", "-arr.reactivated"}},
    {"arr lost", {"+arr.lost", "-arr.contraction", "-arr.churned"}},
    {"net new arr", {"+arr.net_new", "-arr.gained", "+arr.lost"}},
    {"net new arr is the change",
     {"+arr.net_new", "-arr", "+arr@", "(arr.gained)", "(12 paid x price.monthly)"}},
    {"arr kept", {"+arr.kept", "-arr.opening", "+arr.lost"}},
    {"arr retained", {"+arr.retained", "-arr.kept", "-arr.expansion", "(arr.opening)"}},
    {"deferred revenue",
     {"+deferred_revenue", "-deferred_revenue@", "-billings", "+refunds", "+chargebacks", "+revenue",
      "-revenue.partner"}},
    {"tax payable", {"+tax_payable", "-tax_payable@", "-tax.collected", "+tax.paid"}},
    {"tax is paid a quarter later", {"+tax.paid", "-tax_payable@"}},
    {"channels are the fees", {"+cost.fees.*", "-cost.fees"}},
    {"partners are their revenue", {"+revenue.partner.*", "-revenue.partner"}},
    {"segments are the payers", {"+paid.segment.*", "-paid"}},
    {"segments are the churn", {"+paid.churned.segment.*", "-paid.churned"}},
    {"segments are the mrr", {"+mrr.segment.*", "-mrr"}},
    {"segments are the revenue", {"+revenue.segment.*", "-revenue", "+revenue.partner"}},
    {"segments are the stories", {"+stories.segment.*", "-stories.paid"}},
    {"stories", {"+stories", "-stories.free", "-stories.paid"}},
    {"vendors are voice", {"+cost.voice.*", "-cost.voice"}},
    {"components are the infrastructure", {"+cost.infrastructure.*", "-cost.infrastructure"}},
    {"functions are the team", {"+cost.team.*", "-cost.team"}},
    {"functions are the heads", {"+heads.*", "-heads"}},
    {"markets are their sum", {"+cost.market.*", "-cost.market"}},
    {"a market's cost", {"+cost.market.%", "-cost.market.%.localisation", "-cost.market.%.compliance"}},
    {"partners are their sum", {"+cost.partner.*", "-cost.partner"}},
    {"a partner's cost",
     {"+cost.partner.%", "-cost.partner.%.payout", "-cost.partner.%.service", "-cost.partner.%.onboarding"}},
    {"partners", {"+partner.%.count", "-partner.%.count@", "-partner.%.arrivals", "+partner.%.departures"}},
    {"risks are their sum", {"+cost.risk.*", "-cost.risk"}},
    {"rounds are the financing", {"+financing.*", "-financing"}},
    {"lines are the total", {"+cost.total", "-account:"}},
    {"lines are cogs", {"+cogs", "-account:cogs"}},
    {"lines are opex", {"+opex", "-account:opex"}},
    {"lines are research", {"+opex.r_and_d", "-account:opex.r_and_d"}},
    {"lines are sales", {"+opex.s_and_m", "-account:opex.s_and_m"}},
    {"lines are administration", {"+opex.g_and_a", "-account:opex.g_and_a"}},
    {"lines are one-off", {"+one_off", "-account:one_off"}},
    {"all costs have a kind", {"+cost.total", "-cogs", "-opex", "-one_off", "(account:)"}},
    {"opex has kinds", {"+opex", "-opex.r_and_d", "-opex.s_and_m", "-opex.g_and_a", "-opex.other"}},
    {"gross profit", {"+gross_profit", "-revenue", "+cogs"}},
    {"operating result", {"+operating_result", "-gross_profit", "+opex"}},
    {"gross profit of payers",
     {"+gross_profit.paid", "-gross_profit", "-cost.free_tier", "(revenue)", "(cogs)"}},
    {"net burn",
     {"+net_burn", "-cost.total", "+revenue", "-receivables", "+receivables@", "+payables", "-payables@",
      "+deferred_revenue", "-deferred_revenue@", "+tax_payable", "-tax_payable@"}},
    {"cash", {"+cash", "-cash@", "+net_burn", "-financing"}},
};

/* Whether `name` is `pattern` with something in place of its star, of which the bounds are told. */
static bool fits(const char *pattern, const char *name, size_t *from, size_t *length) {
    const char *star = strchr(pattern, '*');
    size_t before = star ? (size_t)(star - pattern) : 0, after = star ? strlen(star + 1) : 0;
    size_t all = strlen(name);
    *from = before;
    *length = all > before + after ? all - before - after : 0;
    return star && *length && strncmp(name, pattern, before) == 0 &&
           strcmp(name + all - after, star + 1) == 0;
}

/* opex.s_and_m takes in opex.s_and_m.media; "" all. */
static bool is_within(const char *account, const char *name) {
    size_t length = strlen(name);
    return account && strncmp(account, name, length) == 0 &&
           (!length || account[length] == '\0' || account[length] == '.');
}

static bool is_of(const struct sp_column *column, const char *name) {
    return strncmp(name, "account:", 8) == 0 ? is_within(column->account, name + 8)
           : strchr(name, '*')               ? strcmp(column->write->column, name) == 0
                                             : strcmp(column->name, name) == 0;
}

/* A part of a sum, with the columns that it is. */
struct part {
    double factor; /* 0: only tells how small nothing is: the largest so far */
    bool before;
    size_t columns;
    size_t column[64];
    const double *times; /* NULL: nothing */
};

static struct part part_of(const struct books *b, const char *text, const char *instance) {
    struct part part = {.factor = *text == '-' ? -1 : *text == '+' ? 1 : 0};
    char *rest, name[NAME] = "";
    double number = strtod(text + 1, &rest);
    const char *from = *rest == ' ' && number != 0 ? rest + 1 : text + 1;
    part.factor *= from == text + 1 ? 1 : number;
    for (size_t i = 0; *from && *from != '@' && *from != ')' && i < NAME - 1; from++)
        if (*from == '%')
            i += (size_t)snprintf(name + i, NAME - i, "%s", instance);
        else
            name[i++] = *from;
    part.before = *from == '@';
    char *times = strstr(name, " x ");
    if (times) {
        *times = '\0';
        part.times = find(b, times + 3);
    }
    for (size_t c = 0; c < b->variant->columns && part.columns < 64; c++)
        if (is_of(&b->variant->column[c], name))
            part.column[part.columns++] = c;
    return part;
}

static void check_sum(struct books *b, const struct identity *identity, const char *instance) {
    struct part part[PARTS];
    size_t parts = 0;
    for (; parts < PARTS && identity->part[parts]; parts++)
        part[parts] = part_of(b, identity->part[parts], instance);
    for (size_t p = 0; p < PATHS; p++) {
        double so_far = 0;
        for (size_t t = 1; t <= b->quarters && part[0].columns && !is_still(b, t, p); t++) {
            double sum = 0, largest = 0;
            for (size_t i = 0; i < parts; i++)
                for (size_t c = 0; c < part[i].columns; c++) {
                    double x = at(values_of(b, part[i].column[c]), t - part[i].before, p);
                    sum += part[i].factor * x;
                    largest = fmax(largest, fabs(part[i].factor * x));
                    double size = fabs(x) * (part[i].times ? fabs(at(part[i].times, t, p)) : 1);
                    so_far = part[i].factor == 0 ? fmax(so_far, size) : so_far;
                }
            largest = fmax(largest, so_far);
            if (!(fabs(sum) <= 1e-9 * largest))
                tell(b, "%s (%s): %g of %g is left in quarter %zu on path %zu", identity->name, instance, sum,
                     largest, t, p);
        }
    }
}

static void check_sums(struct books *b) {
    for (size_t i = 0; i < sizeof identities / sizeof *identities; i++) {
        const char *percent = strchr(identities[i].part[0], '%');
        char pattern[NAME], instance[NAME];
        snprintf(pattern, sizeof pattern, "%s", identities[i].part[0] + 1);
        if (percent)
            pattern[percent - identities[i].part[0] - 1] = '*';
        else
            check_sum(b, &identities[i], "");
        for (size_t c = 0; percent && c < b->variant->columns; c++) {
            size_t from, length;
            if (strcmp(b->variant->column[c].write->column, pattern) == 0 &&
                fits(pattern, b->variant->column[c].name, &from, &length)) {
                snprintf(instance, sizeof instance, "%.*s", (int)length, b->variant->column[c].name + from);
                check_sum(b, &identities[i], instance);
            }
        }
    }
}

/* --- Bounds of sense --- */

/* low <= high, where there are both. */
static void check_order(struct books *b, const char *low, const char *high) {
    const double *x = find(b, low), *y = find(b, high);
    for (size_t t = 1; x && y && t <= b->quarters; t++)
        for (size_t p = 0; p < PATHS; p++)
            if (!(at(x, t, p) <= at(y, t, p) + 1e-9 * fabs(at(y, t, p))))
                tell(b, "%s is %g, %s only %g, in quarter %zu on path %zu", low, at(x, t, p), high,
                     at(y, t, p), t, p);
}

/* What is a count, a share, a price or a cost is never negative; probabilities are at most 1. */
static void check_signs(struct books *b) {
    static const char *const may_be_negative[] = {"net_burn",
                                                  "cash",
                                                  "gross_profit",
                                                  "operating_result",
                                                  "net_burn.surviving",
                                                  "cogs",
                                                  "cash.lowest",
                                                  "arr.net_new",
                                                  "gross_profit.paid",
                                                  "cost.credits",
                                                  "cost.total",
                                                  "gross_profit.surviving",
                                                  "cost.total.surviving",
                                                  "cash.surviving",
                                                  "burn_multiple",
                                                  "ltv",
                                                  "mrr.net",
                                                  "cost.free_tier",
                                                  "arr.kept",
                                                  "arr.retained"};
    for (size_t c = 0; c < b->variant->columns; c++) {
        const struct sp_column *column = &b->variant->column[c];
        bool is_signed = column->metric == SP_PLAN_NONE ||
                         (strcmp(column->name, "payables") == 0 && find(b, "cost.credits")) ||
                         strstr(column->name, "cash_at_entry");
        for (size_t i = 0; i < sizeof may_be_negative / sizeof *may_be_negative; i++)
            is_signed = is_signed || strcmp(column->name, may_be_negative[i]) == 0;
        double high = strcmp(column->unit, "probability") == 0 ? 1 : INFINITY;
        for (size_t p = 0; !is_signed && column->numerator == SP_PLAN_NONE && p < PATHS; p++) {
            double charged = 0;
            for (size_t t = 1; t <= b->quarters; t++) {
                double x = at(values_of(b, c), t, p);
                charged = fmax(charged, at(find(b, "billings"), t, p));
                if (x < (strcmp(column->unit, "USD") == 0 ? -1e-12 * charged : 0) || x > high)
                    tell(b, "%s is %g in quarter %zu on path %zu", column->name, x, t, p);
            }
        }
    }
}

static void check_orders(struct books *b) {
    static const char *const order[][2] = {{"paid", "users"},
                                           {"paid.new.bought", "paid.new"},
                                           {"cash.lowest", "cash"},
                                           {"cost.support.free", "cost.support"},
                                           {"users.lost", "users.registered"},
                                           {"users", "users.registered"},
                                           {"revenue.partner", "revenue"},
                                           {"arr.kept", "arr.opening"},
                                           {"arr.reactivated", "arr.gained"},
                                           {"financing.committed", "financing"}};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        check_order(b, order[i][0], order[i][1]);
}

/* --- Credits, cash and what follows from it, worked out again --- */

static void expect(struct books *b, const char *name, size_t t, size_t p, double found, double truth,
                   double size) {
    bool is_alike = found == truth || (isnan(found) && isnan(truth)) ||
                    fabs(found - truth) <= 1e-9 * fmax(size, fmax(fabs(found), fabs(truth)));
    if (!is_alike)
        tell(b, "%s is %.15g, not %.15g, in quarter %zu on path %zu", name, found, truth, t, p);
}

static void check_credits(struct books *b) {
    const double *credits = find(b, "credits"), *used = find(b, "cost.credits"),
                 *expired = find(b, "credits.expired"), *hosting = find(b, "cost.infrastructure");
    for (size_t t = 1; credits && t <= b->quarters; t++)
        for (size_t p = 0; p < PATHS; p++) {
            double before = t == 1 ? 0 : at(credits, t - 1, p), granted = b->granted[(t - 1) * PATHS + p];
            if (is_still(b, t, p))
                continue;
            expect(b, "credits", t, p, at(credits, t, p) + at(expired, t, p),
                   before + granted + at(used, t, p), before + granted);
            if (at(used, t, p) > 0 || -at(used, t, p) > at(hosting, t, p) * (1 + 1e-12))
                tell(b, "%g of %g is paid with credits", at(used, t, p), at(hosting, t, p));
        }
}

/* Cash columns, of one path: the lowest, when it ran out, how much was needed. */
static void check_cash(struct books *b, size_t p) {
    const double *cash = find(b, "cash"), *burn = find(b, "net_burn");
    double lowest = INFINITY, lowest_at = 0, out_at = NAN, burnt = 0, need = 0, size = 0;
    for (size_t t = 1; t <= b->quarters; t++) {
        double c = at(cash, t, p);
        lowest_at = c < lowest ? (double)t : lowest_at;
        lowest = fmin(lowest, c);
        out_at = isnan(out_at) && c < 0 ? (double)t : out_at;
        burnt += at(burn, t, p);
        size = fmax(size, fabs(burnt));
        need = fmax(need, burnt);
        expect(b, "cash.lowest", t, p, at(find(b, "cash.lowest"), t, p), lowest, 0);
        expect(b, "cash.lowest_quarter", t, p, at(find(b, "cash.lowest_quarter"), t, p), lowest_at, 0);
        expect(b, "cash.below_zero", t, p, at(find(b, "cash.below_zero"), t, p), c < 0, 0);
        expect(b, "cash.ran_out", t, p, at(find(b, "cash.ran_out"), t, p), !isnan(out_at), 0);
        expect(b, "cash.ran_out_quarter", t, p, at(find(b, "cash.ran_out_quarter"), t, p), out_at, 0);
        expect(b, "funding_need", t, p, at(find(b, "funding_need"), t, p), need, size);
    }
}

static void check_runway(struct books *b, size_t p) {
    const double *cash = find(b, "cash"), *burn = find(b, "net_burn"),
                 *raised = find(b, "financing.committed");
    double k = at(cash, 0, p), runway = k < 0 ? 0 : INFINITY;
    for (size_t t = 1; t <= b->quarters; t++) {
        double d = at(burn, t, p), next = k - d + at(raised, t, p);
        if (isinf(runway) && next < 0)
            runway = 3 * ((double)t - 1 + k / (k - next));
        k = next;
        expect(b, "runway", t, p, at(find(b, "runway"), t, p), runway, 0);
        expect(b, "runway.simple", t, p, at(find(b, "runway.simple"), t, p),
               d > 0 ? 3 * fmax(at(cash, t, p), 0) / d : INFINITY, 0);
    }
}

/* Ranks: burn without new arr is the worst, none the best; nobody pays back sales that win nobody. */
static void check_economics(struct books *b, size_t p) {
    const double *mrr = find(b, "mrr"), *burn = find(b, "net_burn"), *multiple = find(b, "burn_multiple"),
                 *payback = find(b, "payback"), *sales = find(b, "opex.s_and_m"), *came = find(b, "paid.new"),
                 *ltv = find(b, "ltv"), *profit = find(b, "gross_profit"), *paid = find(b, "paid");
    for (size_t t = 1; t <= b->quarters; t++) {
        double burnt = 0, gained = t > 4 ? 12 * (at(mrr, t, p) - at(mrr, t - 4, p)) : NAN, size = 0;
        for (size_t s = t > 4 ? t - 3 : t; s <= t; s++) {
            burnt += at(burn, s, p);
            size += fabs(at(burn, s, p));
        }
        double truth = isnan(gained) ? NAN : gained > 0 ? burnt / gained : burnt > 0 ? INFINITY : -INFINITY;
        bool is_near = fabs(gained) <= 1e-9 * 12 * at(mrr, t, p) || fabs(burnt) <= 1e-9 * size;
        if (multiple && !is_near && !is_still(b, t, p))
            expect(b, "burn_multiple", t, p, at(multiple, t, p), truth,
                   gained > 0 ? size / gained * (1 + 1e-5 * 12 * at(mrr, t, p) / gained) : 0);
        double payers = b->plan->accrual_end ? at(paid, t, p) : (at(paid, t - 1, p) + at(paid, t, p)) / 2;
        double each = at(profit, t, p) / (3 * payers);
        if (payback && !is_still(b, t, p))
            expect(b, "payback", t, p, at(payback, t, p),
                   at(sales, t, p) == 0 ? 0
                   : at(came, t, p) > 0 && payers > 0 && at(profit, t, p) > 0
                       ? at(sales, t, p) / (at(came, t, p) * each)
                       : INFINITY,
                   0);
        if (ltv && !is_still(b, t, p))
            expect(b, "ltv", t, p, at(ltv, t, p),
                   payers > 0 ? each * at(find(b, "churn.lifetime"), t, p) : NAN, 0);
    }
}

/* A path that has stopped has its cash, and nothing else. */
static void check_still(struct books *b, size_t p) {
    for (size_t t = 2; t <= b->quarters; t++)
        for (size_t c = 0; is_still(b, t, p) && c < b->variant->columns; c++) {
            const char *name = b->variant->column[c].name;
            double x = at(values_of(b, c), t, p);
            if (strcmp(name, "users") == 0 || strcmp(name, "paid") == 0 || strcmp(name, "revenue") == 0 ||
                strcmp(name, "cost.total") == 0 || strcmp(name, "receivables") == 0 ||
                strcmp(name, "deferred_revenue") == 0 || strcmp(name, "payables") == 0 ||
                strcmp(name, "tax_payable") == 0)
                expect(b, name, t, p, x, 0, 0);
            if (strcmp(name, "cash") == 0 && t > 2 && is_still(b, t - 1, p))
                expect(b, name, t, p, x, at(values_of(b, c), t - 1, p), 0);
        }
}

static void check_surviving(struct books *b, size_t p) {
    const double *alive = find(b, "surviving");
    for (size_t c = 0; alive && c < b->variant->columns; c++) {
        size_t from, length;
        char name[NAME];
        if (!fits("*.surviving", b->variant->column[c].name, &from, &length))
            continue;
        snprintf(name, sizeof name, "%.*s", (int)length, b->variant->column[c].name);
        for (size_t t = 1; t <= b->quarters; t++)
            expect(b, b->variant->column[c].name, t, p, at(values_of(b, c), t, p),
                   at(alive, t, p) == 1 ? at(find(b, name), t, p) : NAN, 0);
    }
}

/* What was not yet paid, and what was not yet paid out, is at most what was charged. */
static void check_open(struct books *b, size_t p) {
    const double *open = find(b, "receivables"), *due = find(b, "payables"), *cost = find(b, "cost.total");
    for (size_t t = 1; t <= b->quarters; t++) {
        double charged = at(find(b, "billings"), t, p) - at(find(b, "refunds"), t, p) -
                         at(find(b, "chargebacks"), t, p) + at(find(b, "tax.collected"), t, p);
        double size = at(find(b, "billings"), t, p), credits = at(find(b, "cost.credits"), t, p);
        if (open && at(open, t, p) > charged + 1e-9 * size)
            tell(b, "receivables are %g of %g in quarter %zu", at(open, t, p), charged, t);
        if (due && at(due, t, p) > at(cost, t, p) - credits + 1e-9 * at(cost, t, p))
            tell(b, "payables are %g of %g in quarter %zu", at(due, t, p), at(cost, t, p), t);
    }
}

static size_t never_entered; /* how many tiers, on how many paths */

/* What is noted when a tier is entered is the cash of the first quarter that ends in it; before, nothing is.
 */
static void check_tiers(struct books *b, size_t p) {
    const double *tier = find(b, "tier"), *cash = find(b, "cash");
    size_t place = 0;
    for (size_t c = 0; tier && c < b->variant->columns; c++) {
        if (strcmp(b->variant->column[c].write->column, "tier.*.cash_at_entry") != 0)
            continue;
        double noted = NAN;
        for (size_t t = 1; t <= b->quarters; t++) {
            noted = isnan(noted) && at(tier, t, p) == (double)place ? at(cash, t, p) : noted;
            expect(b, b->variant->column[c].name, t, p, at(values_of(b, c), t, p), noted, 0);
        }
        never_entered += isnan(noted) ? 1 : 0;
        place++;
    }
}

static void check_all(struct books *b) {
    check_sums(b);
    check_signs(b);
    check_orders(b);
    check_credits(b);
    for (size_t p = 0; p < PATHS; p++) {
        check_cash(b, p);
        check_runway(b, p);
        check_economics(b, p);
        check_still(b, p);
        check_surviving(b, p);
        check_open(b, p);
        check_tiers(b, p);
    }
}

/* --- Companies --- */

static char last_wrong[512];
static size_t last_quarters;

static bool is_wrong(const char *text) {
    struct engine_test_run run = engine_test_compile(text, (struct engine_test_options){.threads = 1});
    last_wrong[0] = '\0';
    if (run.plan) {
        struct books books = work_out(run.plan);
        check_all(&books);
        memcpy(last_wrong, books.wrong, sizeof last_wrong);
        last_quarters = books.quarters;
        free_books(&books);
    }
    engine_test_free(&run);
    return last_wrong[0] != '\0';
}

static void expect_right(struct random_company *company, uint64_t seed) {
    if (!is_wrong(random_company_text(company)))
        return;
    static int shrunk;
    if (shrunk++ < 3)
        random_company_shrink(company, is_wrong);
    const char *text = random_company_text(company);
    is_wrong(text);
    cr_expect_fail("company %zu: %s, in\n%s", (size_t)seed, last_wrong, text);
}

/* --- Periods --- */

/* A metric over a period on a path, of its quarters: a flow is their sum, a stock the last one. */
static double over(const struct sp_result *r, const struct sp_plan *plan, size_t metric, size_t from,
                   size_t until, size_t p) {
    double sum = 0;
    for (size_t t = from; t <= until; t++) {
        double x = r->variant[0].kept[(metric * plan->quarters + t) * r->kept_paths + p];
        sum = r->metric[metric].kind == SP_STOCK ? x : sum + x;
    }
    return sum;
}

static size_t metric_of(const struct sp_plan *plan, int column) {
    size_t m = 0;
    while (m < plan->metrics && plan->metric[m] != column)
        m++;
    return m;
}

/* A ratio is that of its parts over the period, and undefined where the lower one is not above 0. */
static double of_period(const struct sp_result *r, const struct sp_plan *plan, size_t metric, size_t from,
                        size_t until, size_t p) {
    const struct sp_column *column = &plan->variant[0].column[plan->metric[metric]];
    if (r->metric[metric].kind != SP_RATIO)
        return over(r, plan, metric, from, until, p);
    size_t above = metric_of(plan, column->numerator), below = metric_of(plan, column->denominator);
    if (above == plan->metrics || below == plan->metrics)
        return INFINITY; /* of parts that are not shown */
    double under = over(r, plan, below, from, until, p);
    return under > 0 ? over(r, plan, above, from, until, p) / under : NAN;
}

static void expect_period(const struct sp_result *r, const struct sp_plan *plan, enum sp_axis_kind axis,
                          size_t metric, size_t time, size_t from, const char *text) {
    const struct sp_estimate *found =
        &r->variant[0].estimate[axis][(metric * r->axis[axis].count + time) * SP_STATISTICS];
    size_t until = from + (size_t)r->axis[axis].quarters[time] - 1, count = 0;
    double low = INFINITY, high = -INFINITY, size = 0;
    for (size_t p = 0; p < PATHS; p++) {
        double x = of_period(r, plan, metric, from, until, p);
        count += isfinite(x);
        low = isfinite(x) ? fmin(low, x) : low;
        high = isfinite(x) ? fmax(high, x) : high;
        for (size_t t = from; t <= until; t++)
            size = fmax(size, fabs(over(r, plan, metric, t, t, p)));
        if (isinf(x) && r->metric[metric].kind == SP_RATIO)
            return;
    }
    double off =
        count ? fmax(fabs(found[SP_STATISTIC_MIN].value - low), fabs(found[SP_STATISTIC_MAX].value - high))
              : 0;
    double near = 1e-9 * fmax(isnan(size) ? 0 : size, fmax(fabs(low), fabs(high)));
    cr_expect(found[SP_STATISTIC_COUNT].value == (double)count && (!count || off <= near),
              "%s in period %zu of axis %d: %g .. %g on %g paths, not %g .. %g on %zu, in\n%s",
              r->metric[metric].name, time, (int)axis, found[SP_STATISTIC_MIN].value,
              found[SP_STATISTIC_MAX].value, found[SP_STATISTIC_COUNT].value, low, high, count, text);
}

/* Quarters make years, and these the horizon, on every path: so do the least and the greatest of all paths.
 */
static void expect_periods(const struct engine_test_run *run, const char *text) {
    for (int axis = SP_AXIS_QUARTER; axis < SP_AXES; axis++)
        for (size_t m = 0; m < run->result->metrics; m++)
            for (size_t time = 0, from = 0; time < run->result->axis[axis].count; time++) {
                expect_period(run->result, run->plan, axis, m, time, from, text);
                from += (size_t)run->result->axis[axis].quarters[time];
            }
}

/* The first quarter of a company that has a number out of range, as its label; "" for none. */
static const char *out_of_range_in(const struct sp_plan *plan) {
    struct books books = work_out(plan);
    size_t quarters = books.quarters;
    free_books(&books);
    return quarters < plan->quarters ? plan->axis[SP_AXIS_QUARTER].label[quarters] : "";
}

/* The error's text: warnings come before it. */
static const char *told_of(const struct engine_test_run *run) {
    for (size_t i = 0; i < run->problems.count; i++)
        if (run->problems.items[i].error)
            return run->problems.items[i].what;
    return "";
}

/* Every twentieth company grows long enough to go out of range, if it can. */
static size_t quarters_of(uint64_t seed) {
    return seed % 20 == 19 ? MANY_QUARTERS : QUARTERS;
}

static struct random_company good_company(uint64_t seed) {
    struct random_company company = random_company_make(seed, PATHS, quarters_of(seed));
    cr_assert(random_company_mend(&company), "company %zu cannot be mended", (size_t)seed);
    return company;
}

Test(any_company, quarters_make_periods) {
    size_t done = 0;
    for (uint64_t seed = 0; seed < COMPANIES; seed += 30) {
        struct random_company company = good_company(seed);
        const char *text = random_company_text(&company);
        struct engine_test_run run =
            engine_test_run(text, (struct engine_test_options){.kept = PATHS, .threads = 1});
        cr_assert(run.result || run.error == SP_ERROR_NUMERIC, "%s, in\n%s", told_of(&run), text);
        if (run.result)
            expect_periods(&run, text);
        done += run.result != NULL;
        engine_test_free(&run);
        random_company_free(&company);
    }
    cr_expect(done >= 8, "only %zu have periods", done);
}

/* The error names quarter and path; that of a company whose numbers stay in range does not come. */
Test(any_company, out_of_range_is_told) {
    size_t found = 0;
    for (uint64_t seed = 19; seed < COMPANIES && found < 3; seed += 20) {
        struct random_company company = good_company(seed);
        const char *text = random_company_text(&company);
        struct engine_test_run run = engine_test_compile(text, (struct engine_test_options){.threads = 1});
        const char *label = out_of_range_in(run.plan);
        if (*label) {
            run.error = sp_run(run.plan, &(struct sp_run_options){.threads = 1}, &run.problems, &run.result);
            cr_expect(run.error == SP_ERROR_NUMERIC && strstr(told_of(&run), label) &&
                          strstr(told_of(&run), " on path "),
                      "in %s: error %d, %s, in\n%s", label, run.error, told_of(&run), text);
            found++;
        }
        engine_test_free(&run);
        random_company_free(&company);
    }
    cr_expect(found >= 2, "only %zu are out of range", found);
}

Test(any_company, books_hold) {
    size_t out_of_range = 0;
    for (uint64_t seed = 0; seed < COMPANIES; seed++) {
        struct random_company company = good_company(seed);
        expect_right(&company, seed);
        out_of_range += last_quarters < quarters_of(seed);
        random_company_free(&company);
    }
    cr_expect_gt(never_entered, 100);
    cr_expect(out_of_range >= 1 && out_of_range < COMPANIES / 10, "%zu of %d companies are out of range",
              out_of_range, COMPANIES);
}

/* --- Limits --- */

/* Whether a line is the heading of a table, or of one within it: "[risk.a]" of "risk". */
static bool is_heading_of(const struct random_company_line *line, const char *table) {
    size_t length = strlen(table);
    return line->is_heading && strncmp(line->text + 1, table, length) == 0 &&
           strchr("].", line->text[1 + length]);
}

static void leave_out(struct random_company *company, const char *table) {
    for (size_t i = 0; i < company->lines; i++)
        if (is_heading_of(&company->line[i], table))
            company->line[i].is_dropped = true;
}

/* In all tables of that name the key, or all keys ("": whatever begins so), says what `text` says; NULL: it
 * is left out. */
static void say(struct random_company *company, const char *table, const char *key, const char *text) {
    bool is_here = false;
    for (size_t i = 0; i < company->lines; i++) {
        struct random_company_line *line = &company->line[i];
        is_here = line->is_heading ? is_heading_of(line, table) : is_here;
        if (!is_here || line->is_heading || strncmp(line->text, key, strlen(key)) != 0)
            continue;
        line->is_dropped = line->is_dropped || !text;
        line->text = text ? text : line->text;
    }
}

/* Nothing changes what is said, and nobody comes from elsewhere. */
static struct random_company plain_company(uint64_t seed) {
    static const char *const other[] = {"change", "factor", "risk", "policy", "partner"};
    struct random_company company = random_company_make(seed, PATHS, QUARTERS);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        leave_out(&company, other[i]);
    return company;
}

static void expect_nothing_of(const struct books *b, const char *const *name, const char *text) {
    for (size_t i = 0; name[i]; i++) {
        const double *x = find(b, name[i]);
        for (size_t t = 1; x && t <= b->quarters; t++)
            for (size_t p = 0; p < PATHS; p++)
                cr_expect_eq(at(x, t, p), 0, "%s is %g in\n%s", name[i], at(x, t, p), text);
    }
}

/* The books hold, and these columns are 0. How many companies have the first of them. */
static size_t expect_limit(struct random_company *company, uint64_t seed, const char *const *name) {
    cr_assert(random_company_mend(company));
    const char *text = random_company_text(company);
    struct engine_test_run run = engine_test_compile(text, (struct engine_test_options){.threads = 1});
    struct books books = work_out(run.plan);
    bool has_it = find(&books, name[0]) != NULL;
    expect_nothing_of(&books, name, text);
    free_books(&books);
    engine_test_free(&run);
    expect_right(company, seed);
    random_company_free(company);
    return has_it;
}

enum { LIMITS = 60 };

Test(any_company, without_users) {
    static const char *const nothing[] = {"paid",       "users",       "users.new", "free",     "paid.new",
                                          "mrr",        "billings",    "revenue",   "stories",  "cost.ai",
                                          "cost.voice", "tax_payable", "cost.fees", "arr.lost", NULL};
    size_t some = 0;
    for (uint64_t seed = 0; seed < LIMITS; seed++) {
        struct random_company company = plain_company(seed);
        say(&company, "start", "users", "users = 0");
        say(&company, "start", "paid", "paid = 0");
        some += expect_limit(&company, seed, nothing);
    }
    cr_expect_gt(some, LIMITS / 3);
}

Test(any_company, without_a_price) {
    static const char *const nothing[] = {
        "mrr",         "arr",         "billings",         "revenue",    "deferred_revenue",
        "refunds",     "chargebacks", "cost.fees",        "arr.gained", "arr.lost",
        "tax_payable", "mrr.net",     "cost.chargebacks", NULL};
    size_t some = 0;
    for (uint64_t seed = 0; seed < LIMITS; seed++) {
        struct random_company company = plain_company(seed);
        say(&company, "revenue", "price", "price = 0");
        say(&company, "segment", "price", NULL);
        some += expect_limit(&company, seed, nothing);
    }
    cr_expect_gt(some, LIMITS / 3);
}

/* All who paid before leave, for good. */
Test(any_company, everybody_churns) {
    static const char *const nothing[] = {"left", NULL};
    size_t some = 0;
    for (uint64_t seed = 0; seed < LIMITS; seed++) {
        struct random_company company = plain_company(seed);
        say(&company, "churn", "", NULL);
        say(&company, "segment", "churn", NULL);
        for (size_t i = 0; i + 1 < company.lines; i++)
            if (is_heading_of(&company.line[i], "churn"))
                company.line[i + 1] = (struct random_company_line){.text = "monthly = 1"};
        cr_assert(random_company_mend(&company));
        struct engine_test_run run =
            engine_test_compile(random_company_text(&company), (struct engine_test_options){.threads = 1});
        struct books books = work_out(run.plan);
        const double *paid = find(&books, "paid"), *churned = find(&books, "paid.churned");
        for (size_t t = 1; churned && t <= books.quarters; t++)
            for (size_t p = 0; p < PATHS; p++)
                if (!is_still(&books, t, p))
                    cr_expect_eq(at(churned, t, p), at(paid, t - 1, p));
        some += churned != NULL;
        free_books(&books);
        engine_test_free(&run);
        expect_limit(&company, seed, nothing);
    }
    cr_expect_gt(some, LIMITS / 3);
}
