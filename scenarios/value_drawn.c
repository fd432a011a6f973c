/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/value_drawn.h"

#include "engine/random/law_make.h"
#include "scenarios/value_law.h"
#include "scenarios/value_parts.h"

#include <math.h>
#include <string.h>

static const struct sp_node *find_named(const struct sp_node *table) {
    for (size_t i = 0; i < table->count; i++)
        if (sp_value_law_is_form(table->entry[i]->key))
            return table->entry[i];
    return NULL;
}

bool sp_value_drawn_is(const struct sp_node *table) {
    const struct sp_node *law = find_named(table);
    for (size_t i = 0; law && i < law->count; i++)
        if (law->entry[i]->kind == SP_NODE_TABLE)
            return true;
    return false;
}

/* --- What cannot be --- */

static void mark_all(const struct sp_node *node) {
    sp_value_mark_used(node);
    for (size_t i = 0; i < node->count; i++)
        mark_all(node->entry[i]);
}

/* "mean of normal", .. for those that can be drawn; "" when none can. */
static const char *list_drawn(struct sp_arena *arena, const struct sp_conditional *conditional) {
    const char *list = "";
    for (size_t j = 0; list && conditional && j < SP_CONDITIONAL_PARAMETERS && conditional->name[j]; j++)
        if (conditional->parameter[j].can_be_drawn)
            list = sp_arena_format(arena, "%s%s%s", list, *list ? " and " : "", conditional->name[j]);
    return list ? list : "";
}

static int refuse_parameter(const struct sp_value_context *context, const struct sp_node *node,
                            const struct sp_input *input, const struct sp_law_form *form) {
    if (strcmp(form->name, "constant") == 0)
        return TELL(context, node, "%s: constant: write the law itself, without constant = { value = .. }",
                    input->key);
    const char *others = list_drawn(context->arena, sp_conditional_find(form));
    return TELL(context, node,
                "%s: %s: %s shapes the law, so it must be a number; %s%s%s, or make a mixture of a few laws",
                input->key, form->name, node->key,
                *others ? "draw " : "change the drawn value with a [change.NAME] that has a law",
                *others ? others : "", *others ? " instead" : "");
}

/* Refuses what surrounds a law with drawn parameters and cannot be kept. */
static int refuse_around(const struct sp_value_context *context, const struct sp_node *table,
                         const struct sp_input *input) {
    static const char *const names[] = {"within", "widen"};
    int error = 0;
    for (int i = 0; i < 2; i++) {
        const struct sp_node *node = sp_tree_find(table, names[i]);
        if (!node)
            continue;
        mark_all(node);
        error |=
            TELL(context, node,
                 "%s: %s does not go with parameters that are drawn; put it beside the law of a parameter, "
                 "or give numbers",
                 input->key, names[i]);
    }
    return error;
}

/* --- One parameter --- */

/* What a parameter is, for bounds and for help; the value's unit, unless it has none. */
static struct sp_field *make_field(const struct sp_value_context *context, const struct sp_input *input,
                                   const struct sp_conditional *conditional, size_t j) {
    const struct sp_conditional_parameter *parameter = &conditional->parameter[j];
    struct sp_field *field = sp_arena_array(context->arena, 1, sizeof *field);
    if (!field)
        return NULL;
    *field = (struct sp_field){
        .key = conditional->name[j],
        .kind = SP_FIELD_ASSUMPTION,
        .unit = parameter->is_number ? "1" : input->field->unit,
        .standard = NAN,
        .low = parameter->low,
        .high = parameter->high,
        .each = SP_EACH_PATH,
        .sentence = sp_arena_format(context->arena, "%s of the %s law of %s", conditional->name[j],
                                    conditional->law, input->key),
    };
    return field->sentence ? field : NULL;
}

static struct sp_input *make_input(const struct sp_value_context *context, const struct sp_input *owner,
                                   const struct sp_conditional *conditional, size_t j) {
    struct sp_input *input = sp_arena_array(context->arena, 1, sizeof *input);
    const char *name = conditional->name[j], *stream = owner->assumption.stream;
    if (!input)
        return NULL;
    *input = (struct sp_input){
        .key = sp_arena_format(context->arena, "%s.%s", owner->key, name),
        .field = make_field(context, owner, conditional, j),
        .owner = owner,
    };
    input->assumption.stream = sp_arena_format(context->arena, "%s.%s", stream ? stream : owner->key, name);
    return input->key && input->field && input->assumption.stream ? input : NULL;
}

/* A value drawn once per path cannot hang on something that is drawn more often. */
static int check_each(const struct sp_value_context *context, const struct sp_node *node,
                      const struct sp_input *owner, const struct sp_input *input) {
    bool moves = input->assumption.each != SP_EACH_PATH || input->assumption.noise.scale != SP_NOISE_NONE;
    if (owner->assumption.each != SP_EACH_PATH || !moves)
        return 0;
    return TELL(
        context, node,
        "%s is drawn each quarter, but %s once per path; give %s each = \"quarter\", or take each and "
        "noise from its %s",
        input->key, owner->key, owner->key, input->field->key);
}

static int read_parameter(const struct sp_value_context *context, struct sp_node *node, size_t j,
                          struct sp_input *owner) {
    struct sp_drawn *drawn = owner->assumption.drawn;
    const struct sp_conditional *conditional = drawn->conditional;
    if (node->kind != SP_NODE_TABLE) {
        const char *path = sp_arena_format(context->arena, "%s: %s", owner->key, node->key);
        return sp_value_number(context, node, path ? path : owner->key, &drawn->number[j]);
    }
    if (!conditional || !conditional->parameter[j].can_be_drawn) {
        mark_all(node);
        return refuse_parameter(context, node, owner, drawn->form);
    }
    struct sp_input *input = make_input(context, owner, conditional, j);
    if (!input)
        return SP_ERROR_RESOURCES;
    int error = sp_value_assumption(context, node, input);
    if (!error)
        error = check_each(context, node, owner, input);
    if (!error)
        drawn->parameter[j] = input;
    return error;
}

/* --- All of them together --- */

/* The first law of a parameter: that of the first quarter. */
static const struct sp_law *law_of(const struct sp_drawn *drawn, size_t j) {
    return &drawn->parameter[j]->assumption.law[0];
}

/* A set of parameters at the given probability of each. */
static void choose(const struct sp_drawn *drawn, const double *p, double *parameter) {
    for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS; j++) {
        parameter[j] = drawn->number[j];
        if (!drawn->parameter[j])
            continue;
        const struct sp_field *field = drawn->parameter[j]->field;
        parameter[j] = fmin(fmax(sp_law_quantile(law_of(drawn, j), p[j], 1 - p[j]), field->low), field->high);
    }
}

static size_t count_contradictions(const struct sp_drawn *drawn, const double *parameter) {
    const double *one[SP_CONDITIONAL_PARAMETERS] = {&parameter[0], &parameter[1], &parameter[2]};
    size_t count = 0;
    for (size_t j = 1; drawn->conditional->contradictions && j < SP_CONDITIONAL_PARAMETERS; j++)
        if (drawn->conditional->name[j])
            count += drawn->conditional->contradictions(j, one, 1);
    return count;
}

/* The i-th of `sets` points spread evenly over the unit cube (even in the first parameter that is drawn,
 * steps of a Kronecker lattice in the others), then moved towards its faces, p = s^3 (10 - 15 s + 6 s^2): so
 * that tails have points too, with less weight. Returns the weight. */
static double spread(const struct sp_drawn *drawn, size_t i, size_t sets,
                     double p[SP_CONDITIONAL_PARAMETERS]) {
    static const double step[] = {0, 0.7548776662466927, 0.5698402909980532};
    double weight = 1;
    size_t order = 0;
    for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS; j++) {
        p[j] = 0.5;
        if (!drawn->parameter[j])
            continue;
        double at = order ? (double)i * step[order] + 0.5 / (double)sets : ((double)i + 0.5) / (double)sets;
        double s = at - floor(at);
        p[j] = fmin(fmax(s * s * s * (10 - 15 * s + 6 * s * s), 1e-12), 1 - 1e-12);
        weight *= 30 * s * s * (1 - s) * (1 - s);
        order++;
    }
    return fmax(weight, 1e-30);
}

enum { SETS = 4096 };

/* Ends that may cross are held, and often mean a mistake. */
static int check_contradictions(const struct sp_value_context *context, const struct sp_node *table,
                                const struct sp_input *input) {
    double share = 0;
    for (size_t i = 0; i < SETS; i++) {
        double p[SP_CONDITIONAL_PARAMETERS], parameter[SP_CONDITIONAL_PARAMETERS];
        double weight = spread(input->assumption.drawn, i, SETS, p);
        choose(input->assumption.drawn, p, parameter);
        if (count_contradictions(input->assumption.drawn, parameter) > 0)
            share += weight / SETS;
    }
    if (share > 0.5)
        return TELL(context, table,
                    "%s: %s: in %.2g of draws the parameters contradict each other; set them apart",
                    input->key, table->key, share);
    if (share > 1e-3)
        sp_problems_warn(
            context->problems, table->place,
            "%s: in %.2g of draws the parameters of its %s contradict each other; each then gives "
            "way to those before it",
            input->key, share, table->key);
    return 0;
}

/* The law at the medians, which also checks the parameters that are numbers. */
static int make_typical(const struct sp_value_context *context, const struct sp_node *table,
                        struct sp_input *input) {
    static const double middle[] = {0.5, 0.5, 0.5};
    double parameter[SP_LAW_PARAMETERS] = {0};
    choose(input->assumption.drawn, middle, parameter);
    if (strcmp(table->key, "binomial") == 0)
        parameter[0] = floor(parameter[0] + 0.5);
    const char *wrong = input->assumption.drawn->form->make(parameter, input->assumption.law);
    return wrong ? TELL(context, table, "%s: %s: %s (with drawn parameters at their medians)", input->key,
                        table->key, wrong)
                 : 0;
}

static int read_parameters(const struct sp_value_context *context, const struct sp_node *law,
                           struct sp_input *input) {
    const struct sp_law_form *form = input->assumption.drawn->form;
    int error = 0;
    for (size_t j = 0; j < SP_LAW_PARAMETERS && form->parameter[j]; j++) {
        struct sp_node *node = sp_tree_find(law, form->parameter[j]);
        if (node && j >= SP_CONDITIONAL_PARAMETERS && node->kind == SP_NODE_TABLE) {
            mark_all(node);
            error |= refuse_parameter(context, node, input, form);
        } else if (node && j < SP_CONDITIONAL_PARAMETERS) {
            error |= read_parameter(context, node, j, input);
        }
    }
    return error ? SP_ERROR_SCENARIO : 0;
}

int sp_value_drawn_read(const struct sp_value_context *context, const struct sp_node *table,
                        struct sp_input *input) {
    const struct sp_node *law = find_named(table);
    struct sp_drawn *drawn = sp_arena_array(context->arena, 1, sizeof *drawn);
    if (!drawn)
        return SP_ERROR_RESOURCES;
    sp_value_mark_used(law);
    int error = refuse_around(context, table, input);
    if (input->owner) {
        mark_all(law);
        return TELL(
            context, law,
            "%s: the law of a parameter must have numbers as its own parameters; one level is enough: "
            "give this law a wider spread",
            input->key);
    }
    if (sp_value_law_is_percentile(law->entry[0]->key)) {
        mark_all(law);
        return TELL(context, law, "%s: %s: percentiles must be numbers; draw a mean or a median instead",
                    input->key, law->key);
    }
    error |= sp_value_law_form(context, law, input->key, &drawn->form);
    if (error) {
        mark_all(law);
        return SP_ERROR_SCENARIO;
    }
    drawn->conditional = sp_conditional_find(drawn->form);
    input->assumption.drawn = drawn;
    error = read_parameters(context, law, input);
    if (!error)
        error = make_typical(context, law, input);
    if (!error)
        error = check_contradictions(context, law, input);
    if (error)
        input->assumption.drawn = NULL;
    return error;
}

/* --- The law over all parameters --- */

/* The law for one set. At an end of their range (an sd of 0) parameters leave one value, that of Z's median.
 */
static struct sp_law make_one(const struct sp_drawn *drawn, const double *parameter) {
    double all[SP_LAW_PARAMETERS] = {0}, z, out;
    const double *one[SP_CONDITIONAL_PARAMETERS] = {&all[0], &all[1], &all[2]};
    struct sp_law law, standard = drawn->conditional->standard(drawn->number);
    memcpy(all, parameter, SP_CONDITIONAL_PARAMETERS * sizeof *all);
    if (strcmp(drawn->form->name, "binomial") == 0)
        all[0] = floor(all[0] + 0.5);
    if (!drawn->form->make(all, &law))
        return law;
    z = sp_law_quantile(&standard, 0.5, 0.5);
    drawn->conditional->fill(sp_kernels_find(NULL), one, &z, &out, 1);
    return sp_law_constant(out);
}

const struct sp_law *sp_value_drawn_mix(struct sp_arena *arena, const struct sp_drawn *drawn, size_t sets) {
    struct sp_law *law = sp_arena_array(arena, 1, sizeof *law);
    struct sp_law *part = sp_arena_array(arena, sets, sizeof *part);
    double *weight = sp_arena_array(arena, sets, sizeof *weight);
    if (!law || !part || !weight)
        return NULL;
    for (size_t i = 0; i < sets; i++) {
        double p[SP_CONDITIONAL_PARAMETERS], parameter[SP_CONDITIONAL_PARAMETERS];
        weight[i] = spread(drawn, i, sets, p);
        choose(drawn, p, parameter);
        part[i] = make_one(drawn, parameter);
    }
    return sp_law_make_mixture(arena, part, weight, sets, law) ? NULL : law;
}
