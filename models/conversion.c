/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Users become payers. Equations: README.md, Conversion.
 */
#include "engine/math/count.h"
#include "models/models.h"

enum { CONVERSION, START };
enum { BASIS, SHARE, CONVERTS };
enum { STOCK, FLOW };
enum { START_PAID };
enum { USERS, USERS_NEW, PAID_BEFORE, STAYED };
enum { PAID, NEW, FREE, STOCK_RATIO, FLOW_RATIO };

static const char *const bases[] = {[STOCK] = "stock", [FLOW] = "flow", NULL};

static const struct sp_field fields[] = {
    {.key = "basis",
     .kind = SP_FIELD_CHOICE,
     .unit = "1",
     .standard = STOCK,
     .choices = bases,
     .sentence = "what the share is a share of: stock, payers among users; flow, new payers among new users",
     .example = {"\"flow\""}},
    {.key = "share",
     .unit = "1",
     .standard = NAN,
     .low = 0,
     .high = 1,
     .sentence = "share of users who pay",
     .example = {"{ pert = { min = 0.02, mode = 0.05, max = 0.10 } }"}},
    {.key = "converts",
     .kind = SP_FIELD_DRAW,
     .unit = "1",
     .each = SP_EACH_QUARTER,
     .of_whole_counts = true,
     .sentence = "the uniform number that says how many start paying"},
};

static const struct sp_field start_fields[] = {
    {.key = "paid",
     .unit = "payers",
     .standard = NAN,
     .low = 0,
     .high = 1e12,
     .sentence = "payers before the first quarter",
     .example = {"50"}},
};

static const struct sp_field_table table = {.name = "conversion",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "how users become payers"};
static const struct sp_field_table start_table = SP_MODELS_START(start_fields);

static const struct sp_read reads[] = {
    [USERS] = {.column = "users"},
    [USERS_NEW] = {.column = "users.new"},
    [PAID_BEFORE] = {.column = "paid", .before = true},
    [STAYED] = {.column = "paid.stayed", .optional = true},
};

static const struct sp_write writes[] = {
    [PAID] = {.column = "paid",
              .formula = "paid.stayed?before(paid)+paid.new",
              .opening = "[start.paid]",
              .kind = SP_STOCK,
              .unit = "payers",
              .sentence = "paying users"},
    [NEW] = {.column = "paid.new",
             .formula = "min(max(case([conversion.basis],flow,[conversion.share]*users.new,"
                        "[conversion.share]*users-paid.stayed?before(paid)),0),"
                        "users-paid.stayed?before(paid))",
             .kind = SP_FLOW,
             .unit = "payers",
             .sentence = "users who start paying"},
    [FREE] = {.column = "free",
              .formula = "max(users-paid,0)",
              .opening = "max(users-paid,0)",
              .kind = SP_STOCK,
              .unit = "users",
              .adverse = SP_HIGH,
              .sentence = "active users who do not pay"},
    [STOCK_RATIO] = {.column = "conversion.stock",
                     .kind = SP_RATIO,
                     .unit = "1",
                     .numerator = "paid",
                     .denominator = "users",
                     .may_be_undefined = true,
                     .undefined_when = "there are no users",
                     .sentence = "payers among users"},
    [FLOW_RATIO] = {.column = "conversion.flow",
                    .kind = SP_RATIO,
                    .unit = "1",
                    .numerator = "paid.new",
                    .denominator = "users.new",
                    .may_be_undefined = true,
                    .undefined_when = "there are no new users",
                    .sentence = "new payers per gross new user"},
};

SP_WIDE static void start(const struct sp_step *s) {
    const double *opening = sp_step_field(s, START, 0, START_PAID), *users = sp_step_read(s, USERS);
    double *restrict paid = sp_step_out(s, PAID, 0), *restrict free_users = sp_step_out(s, FREE, 0);
    for (size_t p = 0; p < s->n; p++)
        paid[p] = opening[p];
    sp_models_round(s, paid);
    for (size_t p = 0; p < s->n; p++)
        free_users[p] = users[p] - paid[p] > 0 ? users[p] - paid[p] : 0;
}

/* What the quarter brings, before payers start. */
struct given {
    const double *share, *users, *users_new;
    const double *stayed; /* payers who stay or come back */
    const double *asked;  /* users, or users_new */
    bool is_stock;
};

static struct given get_given(const struct sp_step *s) {
    bool is_stock = (int)sp_step_number(s, CONVERSION, 0, BASIS) == STOCK;
    const double *stayed = sp_step_read(s, STAYED);
    return (struct given){
        .asked = sp_step_read(s, is_stock ? USERS : USERS_NEW),
        .share = sp_step_field(s, CONVERSION, 0, SHARE),
        .users = sp_step_read(s, USERS),
        .users_new = sp_step_read(s, USERS_NEW),
        .stayed = stayed ? stayed : sp_step_read(s, PAID_BEFORE),
        .is_stock = is_stock,
    };
}

/* New payers who are wanted, as a real number: a share of all users less those who stay, or of new ones. */
static double want(const struct given *given, size_t p) {
    return given->share[p] * given->asked[p] - (given->is_stock ? given->stayed[p] : 0);
}

static bool looks_at(const struct sp_step *s, int read) {
    return read != PAID_BEFORE || !sp_step_read(s, STAYED);
}

/* Their count: each of those whom the share asks (stock: users who do not pay; flow: new users) does it with
 * the same probability. */
static void count(const struct sp_step *s, const struct given *given, double *restrict wanted) {
    const double *u = sp_step_field(s, CONVERSION, 0, CONVERTS);
    double *restrict asked = sp_step_out(s, FREE, 0); /* whose place is free until the end of the step */
    if (!given->is_stock) {
        sp_count_binomial_array(given->users_new, given->share, u, wanted, s->n);
        return;
    }
    for (size_t p = 0; p < s->n; p++) {
        double could = given->users[p] - given->stayed[p], probability = want(given, p) / could;
        probability = could > 0 ? probability : 0;
        asked[p] = could;
        wanted[p] = probability < 0 ? 0 : probability > 1 ? 1 : probability;
    }
    sp_count_binomial_array(asked, wanted, u, wanted, s->n);
}

/* No more than there are users who do not pay. `is_counted`: those who are wanted are in `fresh`; `is_kept`:
 * and those who start are wanted there. */
SP_VARIANT void convert(const struct sp_step *s, const struct given *given, double *restrict fresh,
                        bool is_counted, bool is_kept) {
    double *restrict paid = sp_step_out(s, PAID, 0), *restrict free_users = sp_step_out(s, FREE, 0);
    for (size_t p = 0; p < s->n; p++) {
        double users = given->users[p], stays = given->stayed[p], could = users - stays;
        double wanted = is_counted ? fresh[p] : want(given, p);
        double most = wanted > could ? could : wanted, started = wanted < 0 ? 0 : most;
        if (is_kept)
            fresh[p] = started;
        double all = stays + started, rest = users - all;
        paid[p] = all > 0 ? all : 0; /* rounding must not leave less than none */
        free_users[p] = rest > 0 ? rest : 0;
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    struct given given = get_given(s);
    double *fresh = sp_step_out(s, NEW, 0);
    if (s->whole_counts) {
        count(s, &given, fresh);
        convert(s, &given, fresh, true, true);
    } else if (sp_step_wants(s, NEW)) {
        convert(s, &given, fresh, false, true);
    } else {
        convert(s, &given, fresh, false, false);
    }
}

extern const struct sp_mechanism sp_conversion;
const struct sp_mechanism sp_conversion = {
    .name = "conversion",
    .sentence = "users become payers, by a share of all users or of new ones",
    .table = {&table, &start_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .looks_at = looks_at,
    .start = start,
    .step = step,
};
