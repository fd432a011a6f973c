/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/dependence.h"

#include "engine/base/error.h"
#include "engine/base/hash.h"
#include "scenarios/suggest.h"
#include "scenarios/value_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct sp_field loading_field = {.key = "loading", .unit = "1", .low = -1, .high = 1};

/* --- Members --- */

static bool is_uncertain(const struct sp_input *input) {
    for (size_t i = 0; i < input->assumption.entries; i++)
        if (input->assumption.law[i].kind != SP_LAW_CONSTANT)
            return true;
    return false;
}

/* The uniform number that decides on an event may depend too. */
static bool can_depend(const struct sp_input *input) {
    return input->field->kind == SP_FIELD_DRAW ||
           (input->field->kind == SP_FIELD_ASSUMPTION && is_uncertain(input));
}

static struct sp_input *find_member(const struct sp_value_context *context,
                                    const struct sp_scenario *scenario, struct sp_place place,
                                    const char *owner, const char *key) {
    struct sp_input *input = sp_scenario_find(scenario, key);
    if (input && input->assumption.each == SP_EACH_EVENT) {
        sp_problems_add(context->problems, SP_ERROR_SCENARIO, place,
                        "%s: '%s' is drawn anew by each event; give it each = \"path\" or \"quarter\"", owner,
                        key);
        return NULL;
    }
    if (input && can_depend(input))
        return input;
    if (input) {
        sp_problems_add(context->problems, SP_ERROR_SCENARIO, place,
                        "%s: '%s' is no uncertain assumption; give it a law or take it out", owner, key);
        return NULL;
    }
    const char **known = sp_arena_array(context->arena, scenario->inputs, sizeof *known);
    for (size_t i = 0; known && i < scenario->inputs; i++)
        known[i] = scenario->input[i]->key;
    const char *near = known ? sp_suggest_nearest(key, known, scenario->inputs) : NULL;
    sp_problems_add(context->problems, SP_ERROR_SCENARIO, place, "%s: this scenario has no '%s'%s%s%s", owner,
                    key, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}

static const char *each_name(enum sp_each each) {
    return each == SP_EACH_PATH ? "once per path" : "each quarter";
}

/* --- Factors --- */

static int bind_loading(const struct sp_value_context *context, const struct sp_scenario *scenario,
                        const struct sp_node *node, struct sp_named_factor *factor) {
    struct sp_input *member = find_member(context, scenario, node->key_place, factor->name, node->key);
    double loading;
    if (sp_value_bounded(context, node, node->key, &loading_field, &loading) || !member)
        return SP_ERROR_SCENARIO;
    if (member->assumption.each != factor->each)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, node->key_place,
                               "%s is drawn %s, but %s %s; give the factor each = \"%s\"", member->key,
                               each_name(member->assumption.each), factor->name, each_name(factor->each),
                               member->assumption.each == SP_EACH_PATH ? "path" : "quarter");
    factor->member[factor->members] = member;
    factor->loading[factor->members++] = loading;
    return 0;
}

static int bind_factor_each(const struct sp_value_context *context, const struct sp_node *table,
                            struct sp_named_factor *factor) {
    static const char *const choices[] = {[SP_EACH_PATH] = "path", [SP_EACH_QUARTER] = "quarter", NULL};
    const struct sp_node *node = sp_tree_find(table, "each");
    double index = SP_EACH_PATH;
    int error = node ? sp_value_choice(context, node, "each", choices, &index) : 0;
    factor->each = (enum sp_each)index;
    return error;
}

static int bind_factor(const struct sp_value_context *context, struct sp_scenario *scenario,
                       struct sp_node *table, const char *name) {
    static const char *const known[] = {"loadings", "each", "note", "source", "enabled"};
    struct sp_node *loadings = sp_tree_find(table, "loadings");
    struct sp_named_factor *factor =
        sp_arena_append(context->arena, &scenario->factor, &scenario->factors, sizeof *factor);
    if (!factor)
        return SP_ERROR_RESOURCES;
    *factor = (struct sp_named_factor){.name = name, .place = table->key_place};
    int error = bind_factor_each(context, table, factor);
    if (!loadings || loadings->kind != SP_NODE_TABLE) {
        error = sp_problems_add(context->problems, SP_ERROR_SCENARIO, table->key_place,
                                "%s needs loadings = { \"growth.rate_first\" = 0.6, .. }", name);
    } else {
        sp_value_mark_used(loadings);
        factor->member = sp_arena_array(context->arena, loadings->count, sizeof(struct sp_input *));
        factor->loading = sp_arena_array(context->arena, loadings->count, sizeof *factor->loading);
        for (size_t i = 0; factor->member && factor->loading && i < loadings->count; i++)
            error |= bind_loading(context, scenario, loadings->entry[i], factor);
    }
    sp_value_tell_unknown(context, table, name, known, sizeof known / sizeof *known);
    return error ? SP_ERROR_SCENARIO : 0;
}

/* --- Pairs --- */

static int bind_pair(const struct sp_value_context *context, const struct sp_scenario *scenario,
                     const struct sp_node *between, struct sp_named_correlation *pair) {
    if (!between || between->kind != SP_NODE_ARRAY || between->count != 2)
        return sp_problems_add(
            context->problems, SP_ERROR_SCENARIO, between ? between->place : pair->place,
            "%s needs between = [\"conversion.share\", \"churn.monthly\"], two assumptions", pair->name);
    sp_value_mark_used(between);
    for (int i = 0; i < 2; i++) {
        const char *key = NULL;
        if (sp_value_text(context, between->entry[i], "between", &key))
            return SP_ERROR_SCENARIO;
        pair->member[i] = find_member(context, scenario, between->entry[i]->place, pair->name, key);
        if (!pair->member[i])
            return SP_ERROR_SCENARIO;
    }
    if (pair->member[0] == pair->member[1])
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, between->place, "%s: names %s twice",
                               pair->name, pair->member[0]->key);
    if (pair->member[0]->assumption.each != pair->member[1]->assumption.each)
        return sp_problems_add(
            context->problems, SP_ERROR_SCENARIO, between->place,
            "%s: one member is drawn once per path, the other each quarter; they cannot correlate",
            pair->name);
    return 0;
}

static int bind_correlation(const struct sp_value_context *context, struct sp_scenario *scenario,
                            struct sp_node *table, const char *name) {
    static const char *const known[] = {"between", "rank", "note", "source", "enabled"};
    struct sp_named_correlation *pair =
        sp_arena_append(context->arena, &scenario->correlation, &scenario->correlations, sizeof *pair);
    const struct sp_node *rank = sp_tree_find(table, "rank");
    if (!pair)
        return SP_ERROR_RESOURCES;
    *pair = (struct sp_named_correlation){.name = name, .place = table->key_place};
    int error = bind_pair(context, scenario, sp_tree_find(table, "between"), pair);
    error |= rank ? sp_value_bounded(context, rank, "rank", &loading_field, &pair->rank)
                  : sp_problems_add(context->problems, SP_ERROR_SCENARIO, table->key_place,
                                    "%s needs rank = .., the rank correlation, within -1 .. 1", name);
    sp_value_tell_unknown(context, table, name, known, sizeof known / sizeof *known);
    return error ? SP_ERROR_SCENARIO : 0;
}

/* --- All named tables of one kind --- */

static void pass_notes(const struct sp_node *table) {
    static const char *const notes[] = {"note", "source", "enabled"};
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        if (sp_tree_find(table, notes[i]))
            sp_value_mark_used(sp_tree_find(table, notes[i]));
}

static bool is_off(const struct sp_node *table) {
    const struct sp_node *enabled = sp_tree_find(table, "enabled");
    return enabled && enabled->kind == SP_NODE_TRUTH && !enabled->truth;
}

typedef int bind_one(const struct sp_value_context *context, struct sp_scenario *scenario,
                     struct sp_node *table, const char *name);

static int bind_all(const struct sp_value_context *context, struct sp_scenario *scenario, const char *kind,
                    bind_one *bind) {
    struct sp_node *tables = sp_tree_find(scenario->root, kind);
    int error = 0;
    if (!tables)
        return 0;
    sp_value_mark_used(tables);
    for (size_t i = 0; i < tables->count; i++) {
        struct sp_node *table = tables->entry[i];
        const char *name = sp_arena_format(context->arena, "%s.%s", kind, table->key ? table->key : "");
        sp_value_mark_used(table);
        if (table->kind != SP_NODE_TABLE) {
            error = sp_problems_add(context->problems, SP_ERROR_SCENARIO, table->place,
                                    "%s must be a table: [%s]", name, name);
            continue;
        }
        pass_notes(table);
        if (!is_off(table))
            error |= bind(context, scenario, table, name);
    }
    return error ? SP_ERROR_SCENARIO : 0;
}

/* --- A member's loadings over all factors --- */

static double loading_squares(const struct sp_scenario *scenario, const struct sp_input *input) {
    double sum = 0;
    for (size_t f = 0; f < scenario->factors; f++)
        for (size_t m = 0; m < scenario->factor[f].members; m++)
            if (scenario->factor[f].member[m] == input)
                sum += scenario->factor[f].loading[m] * scenario->factor[f].loading[m];
    return sum;
}

static bool is_paired(const struct sp_scenario *scenario, const struct sp_input *input) {
    for (size_t i = 0; i < scenario->correlations; i++)
        if (scenario->correlation[i].member[0] == input || scenario->correlation[i].member[1] == input)
            return true;
    return false;
}

static int check_members(const struct sp_value_context *context, const struct sp_scenario *scenario) {
    int error = 0;
    for (size_t i = 0; i < scenario->inputs; i++) {
        const struct sp_input *input = scenario->input[i];
        double squares = loading_squares(scenario, input);
        if (squares > 1 + 1e-12)
            error = sp_problems_add(context->problems, SP_ERROR_SCENARIO, input->place,
                                    "%s: the squares of its loadings add up to %.4g; they may be at most 1",
                                    input->key, squares);
        if (squares > 0 && is_paired(scenario, input))
            error = sp_problems_add(context->problems, SP_ERROR_SCENARIO, input->place,
                                    "%s has loadings and a correlation; use one of the two", input->key);
    }
    return error;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct sp_named_factor *)a)->name, ((const struct sp_named_factor *)b)->name);
}

int sp_dependence_bind(const struct sp_value_context *context, struct sp_scenario *scenario) {
    int error = bind_all(context, scenario, "factor", bind_factor);
    error |= bind_all(context, scenario, "correlation", bind_correlation);
    if (scenario->factors > 1)
        qsort(scenario->factor, scenario->factors, sizeof *scenario->factor, by_name);
    return error ? error : check_members(context, scenario);
}

/* --- Compiling: normals and loadings --- */

static int add_normal(struct sp_plan *plan, struct sp_variant *variant, const char *name, const char *stream,
                      enum sp_each each) {
    struct sp_normal *normal =
        sp_arena_append(plan->arena, &variant->normal, &variant->normals, sizeof *normal);
    if (!normal)
        return SP_PLAN_NONE;
    *normal = (struct sp_normal){sp_arena_text(plan->arena, name), sp_hash32_text(stream), each};
    return (int)variant->normals - 1;
}

static int add_loading(struct sp_plan *plan, struct sp_variable *variable, int normal, double weight) {
    struct sp_loading *loading =
        sp_arena_append(plan->arena, &variable->loading, &variable->loadings, sizeof *loading);
    if (!loading || normal == SP_PLAN_NONE)
        return SP_ERROR_RESOURCES;
    *loading = (struct sp_loading){normal, weight};
    return 0;
}

static struct sp_variable *variable_of(struct sp_variant *variant, const struct sp_input *input) {
    for (size_t i = 0; i < variant->variables; i++)
        if (strcmp(variant->variable[i].name, input->key) == 0)
            return &variant->variable[i];
    return NULL;
}

static int compile_factors(struct sp_plan *plan, const struct sp_scenario *scenario,
                           struct sp_variant *variant) {
    for (size_t f = 0; f < scenario->factors; f++) {
        const struct sp_named_factor *factor = &scenario->factor[f];
        int normal = add_normal(plan, variant, factor->name, factor->name, factor->each);
        for (size_t m = 0; m < factor->members; m++)
            if (add_loading(plan, variable_of(variant, factor->member[m]), normal, factor->loading[m]))
                return SP_ERROR_RESOURCES;
    }
    for (size_t i = 0; i < scenario->inputs; i++) {
        const struct sp_input *input = scenario->input[i];
        double rest = 1 - loading_squares(scenario, input);
        if (rest == 1)
            continue;
        int own = add_normal(plan, variant, input->key, input->assumption.stream, input->assumption.each);
        if (add_loading(plan, variable_of(variant, input), own, sqrt(fmax(rest, 0))))
            return SP_ERROR_RESOURCES;
    }
    return 0;
}

/* The members of all pairs of one layer, each once, in order of name. */
static size_t gather(const struct sp_scenario *scenario, enum sp_each each, const struct sp_input **member) {
    size_t count = 0;
    for (size_t i = 0; i < 2 * scenario->correlations; i++) {
        const struct sp_input *input = scenario->correlation[i / 2].member[i % 2];
        size_t place = 0;
        while (place < count && strcmp(member[place]->key, input->key) < 0)
            place++;
        if (input->assumption.each != each || (place < count && member[place] == input))
            continue;
        memmove(member + place + 1, member + place, (count - place) * sizeof *member);
        member[place] = input;
        count++;
    }
    return count;
}

static size_t index_of(const struct sp_input *const *member, const struct sp_input *input) {
    size_t i = 0;
    while (member[i] != input)
        i++;
    return i;
}

static void fill_matrix(const struct sp_scenario *scenario, enum sp_each each,
                        const struct sp_input *const *member, size_t n, double *matrix) {
    for (size_t i = 0; i < n; i++)
        matrix[i * n + i] = 1;
    for (size_t c = 0; c < scenario->correlations; c++) {
        const struct sp_named_correlation *pair = &scenario->correlation[c];
        if (pair->member[0]->assumption.each != each)
            continue;
        size_t i = index_of(member, pair->member[0]), j = index_of(member, pair->member[1]);
        matrix[i * n + j] = matrix[j * n + i] = sp_copula_from_rank(pair->rank);
    }
}

static int tell_fault(const struct sp_scenario *scenario, const struct sp_input *const *member,
                      const struct sp_copula_fault *fault, struct sp_problems *problems) {
    const size_t *triple = fault->triple;
    struct sp_place place = scenario->correlation[0].place;
    if (!fault->triple_is_wrong)
        return sp_problems_add(
            problems, SP_ERROR_SCENARIO, place,
            "the rank correlations cannot all hold: the smallest eigenvalue of their matrix is %.4g; "
            "bring some nearer to 0",
            fault->smallest);
    return sp_problems_add(
        problems, SP_ERROR_SCENARIO, place,
        "the rank correlations cannot all hold: the smallest eigenvalue of their matrix is %.4g, and "
        "%s, %s and %s contradict each other; bring their correlations nearer to 0",
        fault->smallest, member[triple[0]]->key, member[triple[1]]->key, member[triple[2]]->key);
}

static int compile_layer(struct sp_plan *plan, const struct sp_scenario *scenario, struct sp_variant *variant,
                         enum sp_each each, struct sp_problems *problems) {
    const struct sp_input **member =
        sp_arena_array(plan->arena, 2 * scenario->correlations + 1, sizeof *member);
    if (!member)
        return SP_ERROR_RESOURCES;
    size_t n = gather(scenario, each, member), first = variant->normals;
    double *matrix = sp_arena_array(plan->arena, n * n, sizeof *matrix);
    double *weights = sp_arena_array(plan->arena, n * n, sizeof *weights);
    struct sp_copula_fault fault;
    if (!matrix || !weights)
        return SP_ERROR_RESOURCES;
    fill_matrix(scenario, each, member, n, matrix);
    int result = n ? sp_copula_weights(matrix, n, weights, &fault) : 0;
    if (result)
        return result < 0 ? SP_ERROR_RESOURCES : tell_fault(scenario, member, &fault, problems);
    for (size_t i = 0; i < n; i++)
        if (add_normal(plan, variant, member[i]->key, member[i]->assumption.stream, each) == SP_PLAN_NONE)
            return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            if (weights[i * n + j] != 0 &&
                add_loading(plan, variable_of(variant, member[i]), (int)(first + j), weights[i * n + j]))
                return SP_ERROR_RESOURCES;
    return 0;
}

int sp_dependence_compile(struct sp_plan *plan, const struct sp_scenario *scenario,
                          struct sp_variant *variant, struct sp_problems *problems) {
    int error = compile_factors(plan, scenario, variant);
    if (!error)
        error = compile_layer(plan, scenario, variant, SP_EACH_PATH, problems);
    return error ? error : compile_layer(plan, scenario, variant, SP_EACH_QUARTER, problems);
}
