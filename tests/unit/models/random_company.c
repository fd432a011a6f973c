/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/models/random_company.h"

#include "models/models.h"
#include "scenarios/compile.h"
#include "scenarios/describe.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INSTANCES = 3, TABLES = 128, FIELDS = 64, TURNS = 400 };

/* What is being written. */
struct writer {
    struct random_company *company;
    uint64_t state;
    double density;  /* how likely a table or a key that may be left out is there */
    double wildness; /* how likely a number comes from the whole range instead of near its example */
    size_t quarters;
    const char **key; /* [keys] assumptions that are given */
    size_t keys;
    const struct sp_field_table *table[TABLES]; /* those done, */
    size_t instances[TABLES];                   /* with how many instances, */
    int choice[TABLES][FIELDS];                 /* and the choices of the first */
    size_t tables;
};

/* --- Chance --- */

static double uniform(struct writer *w) {
    w->state = w->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t x = (w->state ^ (w->state >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    return (double)((x ^ (x >> 33)) >> 11) * 0x1p-53;
}

static bool happens(struct writer *w, double probability) {
    return uniform(w) < probability;
}

static size_t below(struct writer *w, size_t n) {
    return (size_t)(uniform(w) * (double)n);
}

/* --- Lines --- */

static struct random_company_line *add_line(struct writer *w, const char *text) {
    struct random_company *company = w->company;
    struct random_company_line *line =
        sp_arena_append(company->arena, &company->line, &company->lines, sizeof *line);
    cr_assert_not_null(line);
    *line = (struct random_company_line){.text = text};
    return line;
}

static void add_heading(struct writer *w, const char *path) {
    add_line(w, sp_arena_format(w->company->arena, "[%s]", path))->is_heading = true;
}

static void add_setting(struct writer *w, const char *text) {
    add_line(w, text)->is_kept = true;
}

static void add_key(struct writer *w, const char *path) {
    const char **key = sp_arena_append(w->company->arena, &w->key, &w->keys, sizeof *key);
    cr_assert_not_null(key);
    *key = path;
}

/* --- Values --- */

/* The first number in an example, "{ pert = { min = 0.05, .." too. */
static double example_of(const struct sp_field *field) {
    const char *digits = field->example[0] ? strpbrk(field->example[0], "0123456789") : NULL;
    char number[32] = "";
    for (size_t i = 0; digits && i < sizeof number - 1 && *digits && strchr("0123456789._e-", *digits);
         digits++)
        if (*digits != '_')
            number[i++] = *digits;
    return digits ? strtod(number, NULL) : isnan(field->standard) ? 1 : field->standard;
}

/* Anywhere: half the time on the scale of magnitudes. */
static double anywhere(struct writer *w, double low, double high) {
    double largest = fmax(fabs(low), fabs(high)), sign = low < 0 && happens(w, 0.5) ? -1 : 1;
    double x = happens(w, 0.5) ? low + (high - low) * uniform(w)
                               : sign * largest * exp(-uniform(w) * log(largest * 1e3 + 2));
    return fmin(fmax(x, low), high);
}

static double number_of(struct writer *w, const struct sp_field *field) {
    double x = example_of(field) * exp(1.5 * (uniform(w) - 0.5)), u = uniform(w);
    if (happens(w, w->wildness))
        x = u < 0.2 ? field->low : u < 0.4 ? field->high : anywhere(w, field->low, field->high);
    else if (x == 0 && happens(w, 0.5))
        x = (field->high > 1e6 ? 1e4 : 0.3 * fmin(field->high, 1)) * uniform(w);
    x = fmin(fmax(x, field->low), field->high);
    return field->whole ? floor(x) : x;
}

static const char *law_of(struct writer *w, const struct sp_field *field) {
    struct sp_arena *arena = w->company->arena;
    double a = number_of(w, field), b = number_of(w, field), u = uniform(w);
    if (u < 0.3 && a != b)
        return sp_arena_format(arena, "{ uniform = { min = %.17g, max = %.17g }%s }", fmin(a, b), fmax(a, b),
                               happens(w, 0.3) ? ", each = \"quarter\"" : "");
    if (u < 0.5 && a > 0)
        return sp_arena_format(arena, "{ lognormal = { median = %.17g, sigma = %.3g } }", a,
                               0.05 + 2 * uniform(w));
    if (u < 0.6)
        return sp_arena_format(arena, "{ normal = { mean = %.17g, sd = %.3g } }", a, 0.01 + fabs(b) * 0.3);
    if (u < 0.75 && w->quarters > 3)
        return sp_arena_format(arena, "{ at = { \"2026Q1\" = %.17g, \"2026Q3\" = %.17g } }", a, b);
    if (u < 0.85)
        return sp_arena_format(arena, "{ value = %.17g, each = \"path\", noise = { sd = %.3g, phi = %.3g } }",
                               a, 0.01 + 0.5 * uniform(w), 0.9 * uniform(w));
    return sp_arena_format(arena, "%.17g", a);
}

static const char *assumption_of(struct writer *w, const struct sp_field *field) {
    return happens(w, 0.5) ? law_of(w, field)
                           : sp_arena_format(w->company->arena, "%.17g", number_of(w, field));
}

static const char *account_of(struct writer *w) {
    static const char *const account[] = {
        "cogs.ai",      "cogs.fees",    "cogs.hosting", "cogs.support",       "cogs.other",      "opex.team",
        "opex.r_and_d", "opex.s_and_m", "opex.g_and_a", "opex.s_and_m.media", "opex.s_and_more", "one_off"};
    return sp_arena_format(w->company->arena, "\"%s\"", account[below(w, sizeof account / sizeof *account)]);
}

static const char *quarter_of(struct writer *w) {
    size_t t = below(w, w->quarters + 4);
    return sp_arena_format(w->company->arena, "\"%zuQ%zu\"", 2026 + t / 4, 1 + t % 4);
}

/* "x": of one of a table's instances. */
static const char *instance_name(struct writer *w, size_t i) {
    return sp_arena_format(w->company->arena, "%c", (char)('a' + i));
}

/* Instances of a table that is done; 0 when it is not. */
static size_t instances_of(const struct writer *w, const char *table) {
    for (size_t i = 0; i < w->tables; i++)
        if (strcmp(w->table[i]->name, table) == 0)
            return w->instances[i];
    return 0;
}

/* Places for what can be said when all keys are known. */
static const char formula_later[] = "formula", effects_later[] = "effects";

static const char *value_of(struct writer *w, const struct sp_field *field, int choice) {
    struct sp_arena *arena = w->company->arena;
    switch (field->kind) {
    case SP_FIELD_ASSUMPTION:
        return assumption_of(w, field);
    case SP_FIELD_NUMBER:
        return sp_arena_format(arena, "%.17g", number_of(w, field));
    case SP_FIELD_CHOICE:
        return sp_arena_format(arena, "\"%s\"", field->choices[choice]);
    case SP_FIELD_TEXT:
        return account_of(w);
    case SP_FIELD_QUARTER:
        return quarter_of(w);
    case SP_FIELD_NAME:
        return sp_arena_format(arena, "\"%s\"", instance_name(w, below(w, 1 + instances_of(w, field->of))));
    case SP_FIELD_FORMULA:
        return formula_later;
    default:
        return effects_later;
    }
}

/* --- Tables --- */

/* The plan of one table's instances. */
struct instances {
    size_t count;
    bool by_share[INSTANCES]; /* of a share that may be left out: it is given, and no other amount; or not */
    double share[INSTANCES];  /* plain numbers that add up to 1; NAN: laws */
    double from[INSTANCES];   /* where a table is in order of its first key */
};

static void plan_instances(struct writer *w, struct instances *plan, bool all) {
    bool has_laws = happens(w, 0.3), all_by_share = happens(w, 0.4) || all, none = happens(w, 0.3);
    size_t last = INSTANCES;
    double rest = 1;
    for (size_t i = 0; i < plan->count; i++) {
        plan->by_share[i] = all_by_share || (!none && happens(w, 0.5));
        last = plan->by_share[i] ? i : last;
        plan->from[i] = i == 0 ? 0 : plan->from[i - 1] + floor(exp(2 + 8 * uniform(w)));
    }
    for (size_t i = 0; i < plan->count; i++) {
        double share = i == last ? rest : floor(rest * uniform(w) * 64) / 64;
        plan->share[i] = has_laws ? NAN : share;
        rest -= plan->by_share[i] ? share : 0;
    }
}

/* A share that may be left out, beside other amounts. */
static bool has_optional_share(const struct sp_field_table *table) {
    return table->shares && !sp_describe_is_required(&table->field[table->shares - 1]);
}

static bool is_amount(const struct sp_field *field) {
    return field->kind == SP_FIELD_ASSUMPTION || field->kind == SP_FIELD_NUMBER;
}

/* Whether a key is given, if those that it needs are. */
static bool is_given(struct writer *w, const struct sp_field_table *table, size_t f,
                     const struct instances *plan, size_t instance, int one_of) {
    const struct sp_field *field = &table->field[f];
    if (field->kind == SP_FIELD_DRAW)
        return false;
    for (int i = 0; i < 2; i++)
        if (table->one_of[i] == (int)f + 1)
            return i == one_of;
    if (table->ordered_by_first && f == 0)
        return true;
    bool is_required = sp_describe_is_required(field);
    if (has_optional_share(table) && table->shares == (int)f + 1)
        return plan->by_share[instance];
    if (has_optional_share(table) && plan->by_share[instance] && is_amount(field) && !is_required)
        return false;
    return is_required || happens(w, field->expected ? 0.9 : w->density);
}

static const char *value_in(struct writer *w, const struct sp_field_table *table, size_t f,
                            const struct instances *plan, size_t instance, int choice) {
    if (table->ordered_by_first && f == 0)
        return sp_arena_format(w->company->arena, "%.17g", plan->from[instance]);
    if (table->shares == (int)f + 1 && !isnan(plan->share[instance]))
        return sp_arena_format(w->company->arena, "%.17g", plan->share[instance]);
    return value_of(w, &table->field[f], choice);
}

static int choose(struct writer *w, const struct sp_field *field) {
    int choices = 0;
    while (field->choices[choices])
        choices++;
    return (int)below(w, (size_t)choices);
}

/* The keys of one instance; in the order of the fields, those that others need come first. */
static void add_fields(struct writer *w, const struct sp_field_table *table, const char *path,
                       const struct instances *plan, size_t instance, int *choice) {
    bool is_there[FIELDS] = {false};
    int one_of = (int)below(w, 2);
    cr_assert(table->fields <= FIELDS);
    for (size_t f = 0; f < table->fields; f++) {
        const struct sp_field *field = &table->field[f];
        const struct sp_field *other = field->needs ? &table->field[field->needs - 1] : NULL;
        bool may_be =
            !other || (other->kind == SP_FIELD_CHOICE ? choice[field->needs - 1] == field->needs_choice
                                                      : is_there[field->needs - 1]);
        choice[f] = isnan(field->standard) ? 0 : (int)field->standard;
        is_there[f] = may_be && is_given(w, table, f, plan, instance, one_of);
        if (!is_there[f])
            continue;
        if (field->kind == SP_FIELD_CHOICE)
            choice[f] = choose(w, field);
        const char *value = value_in(w, table, f, plan, instance, choice[f]);
        add_line(w, sp_arena_format(w->company->arena, "%s = %s", field->key, value));
        if (field->kind == SP_FIELD_ASSUMPTION)
            add_key(w, sp_arena_format(w->company->arena, "%s.%s", path, field->key));
    }
}

/* How many of a table: none where another choice than its own is made, some where that is. */
static size_t count_instances(struct writer *w, const struct sp_mechanism *mechanism,
                              const struct sp_field_table *table, bool is_used) {
    size_t some = table->instanced ? 1 + below(w, INSTANCES) : 1;
    if (!is_used)
        return 0;
    if (table->needs)
        for (size_t i = 0; i < w->tables; i++)
            if (w->table[i] == mechanism->table[0])
                return w->choice[i][table->needs - 1] == table->needs_choice ? some : 0;
    if (table->within)
        some = below(w, 1 + instances_of(w, table->within));
    return table == mechanism->table[0] || happens(w, w->density) ? some : 0;
}

static void add_table(struct writer *w, const struct sp_mechanism *mechanism,
                      const struct sp_field_table *table, bool is_used) {
    struct sp_arena *arena = w->company->arena;
    struct instances plan = {.count = count_instances(w, mechanism, table, is_used)};
    cr_assert(w->tables < TABLES);
    plan_instances(w, &plan, !has_optional_share(table));
    w->table[w->tables] = table;
    w->instances[w->tables] = plan.count;
    for (size_t i = 0; i < plan.count; i++) {
        int other[FIELDS];
        const char *path =
            table->instanced ? sp_scenario_instance_path(arena, table, instance_name(w, i)) : table->name;
        add_heading(w, path);
        add_fields(w, table, path, &plan, i, i == 0 ? w->choice[w->tables] : other);
    }
    w->tables++;
}

static bool is_start(const struct sp_field_table *table) {
    return strcmp(table->name, "start") == 0;
}

/* The opening state of all mechanisms: what is of one that is not there is not used. */
static void add_start(struct writer *w) {
    size_t count;
    int choice[FIELDS];
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    add_heading(w, "start");
    w->company->line[w->company->lines - 1].is_kept = true;
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t]; t++)
            if (is_start(mechanism[i]->table[t]) && sp_models_owns(mechanism[i], mechanism[i]->table[t]))
                add_fields(w, mechanism[i]->table[t], "start", &(struct instances){0}, 0, choice);
}

static void add_mechanisms(struct writer *w) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    for (size_t i = 0; i < count; i++) {
        bool is_used = happens(w, w->density);
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t]; t++) {
            const struct sp_field_table *table = mechanism[i]->table[t];
            if (!is_start(table) && !table->count && !table->borrowed && sp_models_owns(mechanism[i], table))
                add_table(w, mechanism[i], table, is_used);
        }
    }
}

/* --- What needs to know the rest --- */

static const char *any_key(struct writer *w) {
    return w->key[below(w, w->keys)];
}

static const char *change_of(struct writer *w) {
    static const double times[] = {0, 0.5, 1.3, 20}, plus[] = {-1, -0.02, 0.3, 1000},
                        set[] = {0, 0.04, 1, 900};
    size_t i = below(w, 4);
    switch (below(w, 3)) {
    case 0:
        return sp_arena_format(w->company->arena, "times = %g", times[i]);
    case 1:
        return sp_arena_format(w->company->arena, "plus = %g", plus[i]);
    default:
        return sp_arena_format(w->company->arena, "set = %g", set[i]);
    }
}

static const char *effects_of(struct writer *w) {
    const char *list = "";
    for (size_t i = 0, n = 1 + below(w, 3); i < n; i++) {
        const char *key = any_key(w);
        list = sp_arena_format(w->company->arena, "%s%s{ of = \"%s\", %s }", list, i ? ", " : "", key,
                               change_of(w));
    }
    return sp_arena_format(w->company->arena, "[%s]", list);
}

/* A metric whose name holds no instance. */
static const char *metric_of(struct writer *w) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    for (int turn = 0; turn < TURNS; turn++) {
        const struct sp_mechanism *one = mechanism[below(w, count)];
        const struct sp_write *write = one->writes ? &one->write[below(w, one->writes)] : NULL;
        if (write && !write->internal && !strchr(write->column, '*'))
            return write->column;
    }
    return "cash";
}

static const char *formula_of(struct writer *w) {
    const char *metric = happens(w, 0.3) ? metric_of(w) : happens(w, 0.5) ? "cash" : "users";
    double value = exp(14 * uniform(w));
    return sp_arena_format(w->company->arena, happens(w, 0.5) ? "\"%s > %.3g\"" : "\"not (%s > %.3g)\"",
                           metric, value);
}

static void fill_in(struct writer *w) {
    for (size_t i = 0; i < w->company->lines; i++) {
        struct random_company_line *line = &w->company->line[i];
        const char *equals = strstr(line->text, " = ");
        const char *value = equals && strcmp(equals + 3, effects_later) == 0   ? effects_of(w)
                            : equals && strcmp(equals + 3, formula_later) == 0 ? formula_of(w)
                                                                               : NULL;
        if (value)
            line->text = sp_arena_format(w->company->arena, "%.*s = %s", (int)(equals - line->text),
                                         line->text, value);
    }
}

static void add_changes(struct writer *w) {
    struct sp_arena *arena = w->company->arena;
    for (size_t i = 0, n = below(w, 3); i < n && w->keys; i++) {
        add_heading(w, sp_arena_format(arena, "change.%s", instance_name(w, i)));
        add_line(w, sp_arena_format(arena, "of = \"%s\"", any_key(w)));
        add_line(w, change_of(w));
        add_line(w, sp_arena_format(arena, "from = %s", quarter_of(w)));
        add_line(w, sp_arena_format(arena, "ramp = %zu", 1 + below(w, 5)));
    }
    if (happens(w, 0.3) && w->keys) {
        add_heading(w, "factor.common");
        add_line(
            w, sp_arena_format(arena, "loadings = { \"%s\" = 0.7, \"%s\" = -0.4 }", any_key(w), any_key(w)));
    }
}

struct random_company random_company_make(uint64_t seed, size_t paths, size_t quarters) {
    static const double densities[] = {0.4, 0.75, 0.9, 1}, wildnesses[] = {0, 0.03, 0.25, 1};
    struct random_company company = {.arena = sp_arena_create()};
    struct writer w = {.company = &company, .state = seed * 7919 + 5, .quarters = quarters};
    w.density = densities[below(&w, 4)];
    w.wildness = quarters > 50 ? 1 : wildnesses[below(&w, 4)];
    add_setting(&w, sp_arena_format(company.arena, "paths = %zu", paths));
    add_setting(&w, happens(&w, 0.5) ? "accrual = \"end\"" : "accrual = \"average\"");
    add_setting(&w, happens(&w, 0.5) ? "counts = \"continuous\"" : "counts = \"whole\"");
    add_setting(&w, sp_arena_format(company.arena, "seed = %zu", 1 + below(&w, 1000000)));
    add_setting(&w, sp_arena_format(company.arena, "time.quarters = %zu", quarters));
    add_setting(&w, sp_arena_format(company.arena, "time.fiscal_year_ends = \"Q%zu\"", 1 + below(&w, 4)));
    add_start(&w);
    add_mechanisms(&w);
    fill_in(&w);
    add_changes(&w);
    return company;
}

void random_company_free(struct random_company *company) {
    sp_arena_free(company->arena);
    *company = (struct random_company){0};
}

/* --- Text --- */

/* Whether each line stands in the text. */
static void note_standing(const struct random_company *company, bool *standing) {
    bool is_below_dropped = false;
    for (size_t i = 0; i < company->lines; i++) {
        const struct random_company_line *line = &company->line[i];
        if (line->is_heading)
            is_below_dropped = line->is_dropped;
        standing[i] = !line->is_dropped && !is_below_dropped;
    }
}

const char *random_company_text(const struct random_company *company) {
    bool *standing = sp_arena_array(company->arena, company->lines, sizeof *standing);
    size_t length = 1;
    for (size_t i = 0; i < company->lines; i++)
        length += strlen(company->line[i].text) + 1;
    char *text = sp_arena_array(company->arena, length, 1), *end = text;
    note_standing(company, standing);
    for (size_t i = 0; i < company->lines; i++)
        if (standing[i])
            end = stpcpy(stpcpy(end, company->line[i].text), "\n");
    *end = '\0';
    return text;
}

/* --- Mending --- */

static struct random_company_line *line_at(struct random_company *company, int number) {
    bool *standing = sp_arena_array(company->arena, company->lines, sizeof *standing);
    note_standing(company, standing);
    for (size_t i = 0; i < company->lines; i++)
        if (standing[i] && --number == 0)
            return &company->line[i];
    return NULL;
}

static bool drop(struct random_company_line *line) {
    if (!line || line->is_kept || line->is_dropped)
        return false;
    return line->is_dropped = true;
}

/* "[usage] needs free, which [conversion] works out": all of [usage]. "component.a.share: .." of a key that
 * is not given: that component. */
static bool drop_tables(struct random_company *company, const char *what) {
    size_t length = *what == '[' ? strcspn(what + 1, "].") : 0;
    bool any = false;
    for (size_t i = 0; i < company->lines; i++) {
        struct random_company_line *line = &company->line[i];
        size_t path = line->is_heading ? strlen(line->text) - 2 : 0;
        bool is_needy = path && length && strncmp(line->text + 1, what + 1, length) == 0 &&
                        strchr("].", line->text[1 + length]);
        bool is_named = path && strncmp(line->text + 1, what, path) == 0 && what[path] == '.';
        any = ((is_needy || is_named) && drop(line)) || any;
    }
    return any;
}

/* "these results need each other": the last list of effects. */
static bool drop_effects(struct random_company *company, const char *what) {
    bool *standing = sp_arena_array(company->arena, company->lines, sizeof *standing);
    note_standing(company, standing);
    for (size_t i = company->lines; strstr(what, "need each other") && i-- > 0;)
        if (standing[i] && strstr(company->line[i].text, "[{ of = "))
            return drop(&company->line[i]);
    return false;
}

/* The last table of all, where a problem does not say which. */
static bool drop_last(struct random_company *company) {
    for (size_t i = company->lines; i-- > 0;)
        if (company->line[i].is_heading && drop(&company->line[i]))
            return true;
    return false;
}

static bool drop_what(struct random_company *company, const struct sp_problems *problems) {
    struct random_company_line *wrong[64];
    size_t count = 0;
    bool any = false;
    for (size_t i = 0; i < problems->count && count < 64; i++)
        if (problems->items[i].error && problems->items[i].line)
            wrong[count++] = line_at(company, problems->items[i].line);
    for (size_t i = 0; i < count; i++)
        any = drop(wrong[i]) || any;
    for (size_t i = 0; i < problems->count && !any; i++)
        if (problems->items[i].error && !problems->items[i].line)
            any = drop_tables(company, problems->items[i].what) ||
                  drop_effects(company, problems->items[i].what);
    return any || drop_last(company);
}

bool random_company_mend(struct random_company *company) {
    const char *folder = tree_helper_folder(company->arena);
    bool is_good = false, goes_on = true;
    for (int turn = 0; turn < TURNS && !is_good && goes_on; turn++) {
        struct sp_problems problems = {0};
        struct sp_request request = {.scenario = tree_helper_write(company->arena, folder, "company.toml",
                                                                   random_company_text(company))};
        struct sp_scenario *scenario = sp_scenario_read(&request, &problems);
        struct sp_plan *plan =
            scenario ? sp_compile_plan(scenario, &(struct sp_compile_options){.threads = 1}, &problems)
                     : NULL;
        is_good = plan != NULL;
        goes_on = is_good || drop_what(company, &problems);
        sp_plan_free(plan);
        sp_scenario_free(scenario);
        sp_problems_free(&problems);
    }
    tree_helper_remove(folder);
    return is_good;
}

/* --- Shrinking --- */

static bool is_needless(struct random_company *company, struct random_company_line *line,
                        bool (*is_wrong)(const char *text)) {
    line->is_dropped = true;
    return is_wrong(random_company_text(company));
}

void random_company_shrink(struct random_company *company, bool (*is_wrong)(const char *text)) {
    for (int headings = 1; headings >= 0; headings--)
        for (size_t i = company->lines; i-- > 0;) {
            struct random_company_line *line = &company->line[i];
            if (line->is_kept || line->is_dropped || line->is_heading != headings)
                continue;
            line->is_dropped = is_needless(company, line, is_wrong);
        }
}
