/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Users grow by a rate that fades from its first value to its long-run value, goes with the season, and
 * slows down towards a cap; or the product never takes off. Equations: README.md, Growth.
 */
#include "models/models.h"

#include <math.h>

enum { GROWTH, START };
enum {
    RATE_FIRST,
    RATE_LONGRUN,
    DECAY,
    SHOCK,
    SEASON_Q1,
    SEASON_Q4 = SEASON_Q1 + 3,
    CAP,
    TAKES_OFF,
    STALLED_FIRST,
    STALLED_LONGRUN,
    INACTIVE_MONTHLY,
    REGIME
};
enum { START_USERS, START_REGISTERED };
enum { USERS_BEFORE, FADE_BEFORE, REGISTERED_BEFORE, PAID_BEFORE, STAYED, MARKET_GROWTH, PARTNER_USERS };
enum { USERS, NEW, LOST, REGISTERED, TOOK_OFF, FADE };
enum { USERS_RAISED };

#define SEASON(name, text)                                                                                   \
    .key = (name), .unit = "1", .standard = 1, .low = 0, .high = 10, .optional = true, .sentence = (text)

static const struct sp_field fields[] = {
    {.key = "rate_first",
     .unit = "1/quarter",
     .standard = NAN,
     .low = -5,
     .high = 5,
     .sentence = "logarithmic growth rate of users in the first quarter",
     .example = {"{ normal = { mean = 0.4, sd = 0.1 } }"}},
    {.key = "rate_longrun",
     .unit = "1/quarter",
     .standard = 0,
     .low = -5,
     .high = 5,
     .sentence = "the rate that growth fades to",
     .example = {"0.1"}},
    {.key = "decay",
     .unit = "1",
     .standard = 1,
     .low = 0,
     .high = 1,
     .sentence = "share of the distance to the long-run rate that is left after a quarter",
     .example = {"0.8"}},
    {.key = "shock",
     .unit = "1/quarter",
     .standard = 0,
     .low = -5,
     .high = 5,
     .each = SP_EACH_QUARTER,
     .sentence = "added to the rate of each quarter",
     .example = {"{ normal = { mean = 0, sd = 0.1 } }"}},
    [SEASON_Q1] = {SEASON("season_q1", "multiplies the rate, but for shocks, in January to March"),
                   .example = {"1.03"}},
    {SEASON("season_q2", "the same in April to June"), .example = {"0.95"}},
    {SEASON("season_q3", "the same in July to September"), .example = {"0.95"}},
    [SEASON_Q4] = {SEASON("season_q4", "the same in October to December"), .example = {"1.07"}},
    [CAP] = {.key = "cap",
             .unit = "users",
             .standard = NAN,
             .low = 1,
             .high = 1e12,
             .optional = true,
             .sentence = "users towards whom growth slows down to nothing",
             .example = {"{ lognormal = { median = 1_000_000, sigma = 0.7 } }"}},
    [TAKES_OFF] = {.key = "takes_off",
                   .unit = "1",
                   .standard = 1,
                   .low = 0,
                   .high = 1,
                   .optional = true,
                   .sentence = "probability that the product takes off, once and for all quarters",
                   .example = {"0.75"}},
    [STALLED_FIRST] = {.key = "stalled_first",
                       .unit = "1/quarter",
                       .standard = 0,
                       .low = -5,
                       .high = 5,
                       .needs = 1 + TAKES_OFF,
                       .sentence = "takes the place of rate_first where it never takes off",
                       .example = {"0.05"}},
    [STALLED_LONGRUN] = {.key = "stalled_longrun",
                         .unit = "1/quarter",
                         .standard = 0,
                         .low = -5,
                         .high = 5,
                         .needs = 1 + TAKES_OFF,
                         .sentence = "takes the place of rate_longrun where it never takes off",
                         .example = {"-0.1"}},
    [INACTIVE_MONTHLY] = {.key = "inactive_monthly",
                          .unit = "1/month",
                          .standard = 0,
                          .low = 0,
                          .high = 1,
                          .sentence = "share of users who become inactive in a month, and are made up for by "
                                      "more new users",
                          .example = {"0.05"}},
    [REGIME] = {.key = "regime",
                .kind = SP_FIELD_DRAW,
                .unit = "1",
                .needs = 1 + TAKES_OFF,
                .sentence = "the uniform number that decides whether it takes off"},
};

static const struct sp_field start_fields[] = {
    {.key = "users",
     .unit = "users",
     .standard = NAN,
     .low = 0,
     .high = 1e12,
     .sentence = "monthly active users before the first quarter",
     .example = {"1_000"}},
    {.key = "registered",
     .unit = "users",
     .standard = NAN,
     .low = 0,
     .high = 1e12,
     .optional = true,
     .sentence = "users registered before the first quarter; as many as are active when not given",
     .example = {"4_000"}},
};

static const struct sp_field_table growth_table = {.name = "growth",
                                                   .field = fields,
                                                   .fields = SP_MODELS_COUNT(fields),
                                                   .sentence = "how the number of users grows"};
static const struct sp_field_table start_table = SP_MODELS_START(start_fields);

static const struct sp_read reads[] = {
    [USERS_BEFORE] = {.column = "users", .before = true},
    [FADE_BEFORE] = {.column = "growth.fade", .before = true},
    [PAID_BEFORE] = {.column = "paid", .before = true, .optional = true},
    [STAYED] = {.column = "paid.stayed", .optional = true},
    [REGISTERED_BEFORE] = {.column = "users.registered",
                           .before = true,
                           .only_for = {1 + REGISTERED, 1 + LOST}},
    [MARKET_GROWTH] = {.column = "market.*.growth", .optional = true},
    [PARTNER_USERS] = {.column = "partner.*.users", .optional = true},
};

static const struct sp_write writes[] = {
    [USERS] = {.column = "users",
               .formula = "max(before(users)*exp(given([growth.takes_off],if(growth.took_off?0=1,"
                          "([growth.rate_longrun]+([growth.rate_first]-[growth.rate_longrun])*"
                          "growth.fade),([growth.stalled_longrun]+"
                          "([growth.stalled_first]-[growth.stalled_longrun])*growth.fade)),"
                          "([growth.rate_longrun]+([growth.rate_first]-[growth.rate_longrun])*"
                          "growth.fade))*choose(season,[growth.season_q1]?1,[growth.season_q2]?1,"
                          "[growth.season_q3]?1,[growth.season_q4]?1)*given([growth.cap],"
                          "if(given([growth.takes_off],if(growth.took_off?0=1,"
                          "([growth.rate_longrun]+([growth.rate_first]-[growth.rate_longrun])*"
                          "growth.fade),([growth.stalled_longrun]+"
                          "([growth.stalled_first]-[growth.stalled_longrun])*growth.fade)),"
                          "([growth.rate_longrun]+([growth.rate_first]-[growth.rate_longrun])*"
                          "growth.fade))*choose(season,[growth.season_q1]?1,[growth.season_q2]?1,"
                          "[growth.season_q3]?1,[growth.season_q4]?1)>0,"
                          "1-before(users)/[growth.cap],1),1)+[growth.shock]+sum(market.*"
                          ".growth))+sum(partner.*.users),paid.stayed?before(paid)?0)",
               .opening = "[start.users]",
               .kind = SP_STOCK,
               .unit = "users",
               .sentence = "monthly active users"},
    [NEW] = {.column = "users.new",
             .formula = "max(users-before(users)*(1-[growth.inactive_monthly])*"
                        "(1-[growth.inactive_monthly])*(1-[growth.inactive_monthly]),0)",
             .kind = SP_FLOW,
             .unit = "users",
             .sentence = "gross new users"},
    [LOST] = {.column = "users.lost",
              .formula = "before(users)-min(users,before(users)*(1-[growth.inactive_monthly])*"
                         "(1-[growth.inactive_monthly])*(1-[growth.inactive_monthly]))",
              .kind = SP_FLOW,
              .unit = "users",
              .adverse = SP_HIGH,
              .sentence = "users who are no longer active"},
    [REGISTERED] = {.column = "users.registered",
                    .formula = "before(users.registered)+users.new",
                    .opening = "max([start.registered]?users,users)",
                    .kind = SP_STOCK,
                    .unit = "users",
                    .sentence = "all who have ever been users"},
    [TOOK_OFF] = {.column = "growth.took_off",
                  .formula = "if([growth.takes_off]>0.5,1,0)",
                  .kind = SP_STOCK,
                  .unit = "probability",
                  .needs = 1 + TAKES_OFF,
                  .sentence = "1 where the product takes off; its mean is the probability"},
    [FADE] = {.column = "growth.fade",
              .formula = "if(quarter=1,before(growth.fade),before(growth.fade)*[growth.decay])",
              .opening = "1",
              .kind = SP_STOCK,
              .unit = "1",
              .internal = true,
              .sentence = "share of the first rate's lead that is left"},
};

static void start_registered(const struct sp_step *s, const double *users) {
    const double *stated = sp_step_field(s, START, 0, START_REGISTERED);
    const double *opening = stated ? stated : users;
    double *restrict registered = sp_step_out(s, REGISTERED, 0);
    for (size_t p = 0; p < s->n; p++)
        registered[p] = opening[p];
    sp_models_round(s, registered);
    for (size_t p = 0; p < s->n; p++)
        registered[p] = registered[p] < users[p] ? users[p] : registered[p];
}

SP_WIDE static void start(const struct sp_step *s) {
    const double *opening = sp_step_field(s, START, 0, START_USERS);
    double *restrict users = sp_step_out(s, USERS, 0), *restrict fade = sp_step_out(s, FADE, 0);
    for (size_t p = 0; p < s->n; p++) {
        users[p] = opening[p];
        fade[p] = 1;
    }
    sp_models_round(s, users);
    if (sp_step_wants(s, REGISTERED))
        start_registered(s, users);
}

static void update_fade(const struct sp_step *s) {
    const double *decay = s->quarter == 0 ? s->ones : sp_step_field(s, GROWTH, 0, DECAY);
    const double *before = sp_step_read(s, FADE_BEFORE);
    double *restrict fade = sp_step_out(s, FADE, 0);
    for (size_t p = 0; p < s->n; p++)
        fade[p] = before[p] * decay[p];
}

/* Where the share that is left after a quarter always is a number, so is what is left now; by the same
 * products. */
static double find_fade(const struct sp_step *s) {
    double fade = 1, decay = sp_step_always(s, GROWTH, 0, DECAY);
    for (int quarter = 1; quarter <= s->quarter; quarter++)
        fade *= decay;
    return fade;
}

/* The rate without season and cap, with what is `added` to it (NULL: nothing). `is_number`: what is left is a
 * number; `ends_at_number`: the long-run rate is one too. */
SP_VARIANT void set_rate(const struct sp_step *s, double left, bool is_number, bool ends_at_number,
                         const double *added, double *restrict rate) {
    const double *first = sp_step_field(s, GROWTH, 0, RATE_FIRST), *fade = sp_step_out(s, FADE, 0);
    const double *longrun = sp_step_field(s, GROWTH, 0, RATE_LONGRUN);
    double always = sp_step_always(s, GROWTH, 0, RATE_LONGRUN);
    for (size_t p = 0; p < s->n; p++) {
        double end = ends_at_number ? always : longrun[p];
        double now = end + (first[p] - end) * (is_number ? left : fade[p]);
        rate[p] = added ? now + added[p] : now;
    }
}

/* Whether that is all that comes to the first rate, but for shocks. */
static bool fades_by_number(const struct sp_step *s) {
    bool is_alone = sp_step_is_number(s, GROWTH, 0, DECAY) && !sp_step_field(s, GROWTH, 0, TAKES_OFF) &&
                    !sp_step_field(s, GROWTH, 0, CAP) && !sp_step_wants(s, FADE);
    for (int season = SEASON_Q1; season <= SEASON_Q4; season++)
        is_alone = is_alone && !sp_step_field(s, GROWTH, 0, season);
    return is_alone;
}

static bool looks_at(const struct sp_step *s, int read) {
    return read == FADE_BEFORE ? !fades_by_number(s) : read != PAID_BEFORE || !sp_step_read(s, STAYED);
}

/* Where it does not take off, the stalled rates hold. */
static void stall(const struct sp_step *s, double *restrict rate) {
    const double *first = sp_step_field(s, GROWTH, 0, STALLED_FIRST);
    const double *longrun = sp_step_field(s, GROWTH, 0, STALLED_LONGRUN), *fade = sp_step_out(s, FADE, 0);
    const double *probability = sp_step_field(s, GROWTH, 0, TAKES_OFF);
    const double *u = sp_step_field(s, GROWTH, 0, REGIME);
    double *restrict took_off = sp_step_out(s, TOOK_OFF, 0);
    for (size_t p = 0; p < s->n; p++) {
        double stalled = longrun[p] + (first[p] - longrun[p]) * fade[p];
        took_off[p] = u[p] < probability[p] ? 1 : 0;
        rate[p] = u[p] < probability[p] ? rate[p] : stalled;
    }
}

static void multiply_by_season(const struct sp_step *s, double *restrict rate) {
    const double *season = sp_step_field(s, GROWTH, 0, SEASON_Q1 + s->season);
    for (size_t p = 0; season && p < s->n; p++)
        rate[p] *= season[p];
}

/* What is left of the cap slows growth down, above it turns it round; decline goes on as it is. */
static void saturate(const struct sp_step *s, double *restrict rate) {
    const double *cap = sp_step_field(s, GROWTH, 0, CAP), *users = sp_step_read(s, USERS_BEFORE);
    for (size_t p = 0; cap && p < s->n; p++)
        rate[p] *= rate[p] > 0 ? 1 - users[p] / cap[p] : 1;
}

static void add(const double *x, double *restrict sum, size_t n) {
    for (size_t p = 0; p < n; p++)
        sum[p] += x[p];
}

/* The rate of this quarter. */
static void update_rate(const struct sp_step *s, double *rate) {
    const double *shock = sp_step_field(s, GROWTH, 0, SHOCK);
    if (fades_by_number(s) && sp_step_is_number(s, GROWTH, 0, RATE_LONGRUN)) {
        set_rate(s, find_fade(s), true, true, shock, rate);
    } else if (fades_by_number(s)) {
        set_rate(s, find_fade(s), true, false, shock, rate);
    } else {
        update_fade(s);
        set_rate(s, 0, false, false, NULL, rate);
        if (sp_step_field(s, GROWTH, 0, TAKES_OFF))
            stall(s, rate);
        multiply_by_season(s, rate);
        saturate(s, rate);
        add(shock, rate, s->n);
    }
    for (size_t i = 0; i < sp_step_reads(s, MARKET_GROWTH); i++)
        add(sp_step_read_one(s, MARKET_GROWTH, i), rate, s->n);
}

/* What the users of a quarter are held against. */
struct given {
    const double *before, *inactive, *stayed;
};

static struct given get_given(const struct sp_step *s) {
    const double *stayed = sp_step_read(s, STAYED);
    return (struct given){
        .before = sp_step_read(s, USERS_BEFORE),
        .inactive = sp_step_field(s, GROWTH, 0, INACTIVE_MONTHLY),
        .stayed = stayed ? stayed : sp_step_or_zeros(s, sp_step_read(s, PAID_BEFORE)),
    };
}

/* Of those who were active, who still are: what is missing of the users are new ones. `is_plain`: nobody
 * becomes inactive, and people are not counted. */
SP_VARIANT double kept(const struct sp_step *s, const struct given *given, size_t p, bool is_plain) {
    if (is_plain)
        return given->before[p];
    double stay = 1 - given->inactive[p], people = given->before[p] * (stay * stay * stay);
    return s->whole_counts ? floor(people + 0.5) : people;
}

/* With partners, who bring users, `users` becomes what they have grown to; without, it still is how many
 * times as many there are, and the users of the quarter before are returned for it. */
static const double *grow(const struct sp_step *s, const struct given *given, double *restrict users) {
    if (sp_step_reads(s, PARTNER_USERS) == 0)
        return given->before;
    for (size_t p = 0; p < s->n; p++)
        users[p] *= given->before[p];
    for (size_t i = 0; i < sp_step_reads(s, PARTNER_USERS); i++)
        add(sp_step_read_one(s, PARTNER_USERS, i), users, s->n);
    return s->ones;
}

/* Users are those of `of` times what is in their place. Payers who stay or come back are active users:
 * returns on how many of the paths first .. end - 1 users had to be raised to them. `is_plain`: as above. */
SP_VARIANT size_t take_users(const struct sp_step *s, const struct given *given, const double *of,
                             size_t first, size_t end, bool is_plain) {
    double *restrict users = sp_step_out(s, USERS, 0), *restrict fresh = sp_step_out(s, NEW, 0);
    size_t raised = 0;
    for (size_t p = first; p < end; p++) {
        double stay = given->stayed[p], product = users[p] * of[p];
        double grown = !is_plain && s->whole_counts ? floor(product + 0.5) : product;
        double all = grown < stay ? stay : grown, old = kept(s, given, p, is_plain);
        raised += grown < stay;
        users[p] = all;
        fresh[p] = all > old ? all - old : 0;
    }
    return raised;
}

static void update_flows(const struct sp_step *s, const struct given *given) {
    const double *registered_before = sp_step_read(s, REGISTERED_BEFORE);
    const double *restrict users = sp_step_out(s, USERS, 0), *restrict fresh = sp_step_out(s, NEW, 0);
    double *restrict lost = sp_step_out(s, LOST, 0), *restrict registered = sp_step_out(s, REGISTERED, 0);
    for (size_t p = 0; p < s->n; p++) {
        double old = kept(s, given, p, false);
        lost[p] = given->before[p] - (users[p] > old ? old : users[p]);
        registered[p] = registered_before[p] + fresh[p];
    }
}

/* Returns on how many of the paths that count users were raised. */
static size_t take_all_users(const struct sp_step *s, const struct given *given, const double *of) {
    bool is_plain = !s->whole_counts && sp_step_is(s, GROWTH, 0, INACTIVE_MONTHLY, 0);
    size_t raised =
        is_plain ? take_users(s, given, of, 0, s->valid, true) : take_users(s, given, of, 0, s->valid, false);
    take_users(s, given, of, s->valid, s->n, false);
    return raised;
}

SP_WIDE static void step(const struct sp_step *s) {
    struct given given = get_given(s);
    double *restrict users = sp_step_out(s, USERS, 0);
    update_rate(s, users);
    s->kernels->exp(users, users, s->n);
    const double *of = grow(s, &given, users);
    s->rule[USERS_RAISED] += take_all_users(s, &given, of);
    if (sp_step_wants(s, LOST) || sp_step_wants(s, REGISTERED))
        update_flows(s, &given);
}

extern const struct sp_mechanism sp_growth;
const struct sp_mechanism sp_growth = {
    .name = "growth",
    .sentence = "users grow by a rate that fades to its long-run value, with seasons, a cap, and the chance "
                "that it never takes off",
    .table = {&growth_table, &start_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .rule = {[USERS_RAISED] = {"growth.users_raised",
                               "quarters in which users were raised to the payers who stay"}},
    .start = start,
    .looks_at = looks_at,
    .step = step,
};
