/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Laws as they are written: by name and parameters, by percentiles, as lists, as mixtures; then cut
 * (`within`) and stretched (`widen`).
 */
#include "scenarios/value_law.h"

#include "engine/random/law_make.h"
#include "scenarios/value_csv.h"
#include "scenarios/value_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Which keys say what is drawn --- */

static const char *const composed[] = {"discrete", "empirical", "mixture"};
enum { COMPOSED = sizeof composed / sizeof *composed };

/* "p10", "p2.5": the probability, or a negative number. */
static double percentile_of(const char *key) {
    const char *digits = key + 1;
    if (*key != 'p' || !*digits || strspn(digits, "0123456789.") != strlen(digits) ||
        strchr(digits, '.') != strrchr(digits, '.') || *digits == '.')
        return -1;
    return strtod(digits, NULL) / 100;
}

static bool is_composed(const char *key) {
    for (size_t i = 0; i < COMPOSED; i++)
        if (strcmp(composed[i], key) == 0)
            return true;
    return false;
}

bool sp_value_law_is_form(const char *key) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(form[i].name, key) == 0)
            return true;
    return false;
}

bool sp_value_law_is_name(const char *key) {
    return sp_value_law_is_form(key) || is_composed(key);
}

bool sp_value_law_is_percentile(const char *key) {
    return percentile_of(key) >= 0;
}

size_t sp_value_law_known(const char **known) {
    static const char *const others[] = {"p10", "p50", "p90", "min", "max", "within", "widen"};
    size_t forms, count = 0;
    const struct sp_law_form *form = sp_law_forms(&forms);
    for (size_t i = 0; i < forms; i++)
        if (i == 0 || strcmp(form[i].name, form[i - 1].name) != 0)
            known[count++] = form[i].name;
    for (size_t i = 0; i < COMPOSED; i++)
        known[count++] = composed[i];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        known[count++] = others[i];
    return count;
}

/* --- By name and parameters --- */

static size_t parameter_count(const struct sp_law_form *form) {
    size_t count = 0;
    while (count < SP_LAW_PARAMETERS && form->parameter[count])
        count++;
    return count;
}

static bool has_parameter(const struct sp_law_form *form, const char *key) {
    for (size_t i = 0; i < parameter_count(form); i++)
        if (strcmp(form->parameter[i], key) == 0)
            return true;
    return false;
}

/* The form fits when the table has all that it requires and nothing that it does not know. */
static bool form_fits(const struct sp_law_form *form, const struct sp_node *table) {
    for (size_t i = 0; i < form->required; i++)
        if (!sp_tree_find(table, form->parameter[i]))
            return false;
    for (size_t i = 0; i < table->count; i++)
        if (!has_parameter(form, table->entry[i]->key))
            return false;
    return true;
}

static bool takes_percentiles(const char *law) {
    return strcmp(law, "normal") == 0 || strcmp(law, "lognormal") == 0;
}

/* "{ mu, sigma } or { median, sigma }", for a message. */
static const char *list_forms(struct sp_arena *arena, const char *law) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    const char *list = "";
    for (size_t i = 0; list && i < count; i++) {
        if (strcmp(form[i].name, law) != 0)
            continue;
        const char *names = "";
        for (size_t j = 0; names && j < parameter_count(&form[i]); j++)
            names = sp_arena_format(arena, j < form[i].required ? "%s%s%s" : "%s%s[%s]", names, j ? ", " : "",
                                    form[i].parameter[j]);
        list = sp_arena_format(arena, "%s%s{ %s }", list, *list ? " or " : "", names ? names : "");
    }
    if (list && takes_percentiles(law))
        list = sp_arena_format(arena, "%s or two percentiles like { p10, p90 }", list);
    return list ? list : "";
}

static const char *join(const struct sp_value_context *context, const char *key, const char *name) {
    const char *joined = sp_arena_format(context->arena, "%s: %s", key, name);
    return joined ? joined : key;
}

/* Where a law is a part of something else, nothing could be drawn under its parameter's name. */
static int refuse_drawn(const struct sp_value_context *context, const struct sp_node *node, const char *key) {
    sp_value_mark_used(node);
    return TELL(
        context, node,
        "%s: %s must be a number here; only the one law of a value may have parameters that are drawn, "
        "not a law in a schedule or a mixture",
        key, node->key);
}

/* What lies on the value's own scale, which may be that of dates; all else is a plain number. */
static int read_scaled(const struct sp_value_context *context, const struct sp_node *node, const char *path,
                       const char *name, double *number) {
    static const char *const points[] = {"min", "mode", "max", "mean", "median", "loc", "values"};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        if (strcmp(points[i], name) == 0)
            return sp_value_point(context, node, path, number);
    return sp_value_number(context, node, path, number);
}

static int make_form(const struct sp_value_context *context, const struct sp_law_form *form,
                     const struct sp_node *table, const char *key, struct sp_law *law) {
    double parameter[SP_LAW_PARAMETERS] = {0};
    int error = 0;
    for (size_t i = 0; i < parameter_count(form); i++) {
        const struct sp_node *node = sp_tree_find(table, form->parameter[i]);
        parameter[i] = form->standard;
        if (node && node->kind == SP_NODE_TABLE)
            error = refuse_drawn(context, node, key);
        else if (node && read_scaled(context, node, join(context, key, form->parameter[i]),
                                     form->parameter[i], &parameter[i]))
            error = SP_ERROR_SCENARIO;
    }
    if (error)
        return error;
    const char *wrong = form->make(parameter, law);
    return wrong ? TELL(context, table, "%s: %s: %s", key, form->name, wrong) : 0;
}

/* --- By percentiles --- */

struct percentile {
    double p, x;
};

static int compare_percentiles(const void *a, const void *b) {
    const struct percentile *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

static size_t count_percentiles(const struct sp_node *table) {
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        count += percentile_of(table->entry[i]->key) >= 0;
    return count;
}

/* All percentiles of the table, in order. More than `most` are only counted. */
static int read_percentiles(const struct sp_value_context *context, const struct sp_node *table,
                            const char *key, double *p, double *x, size_t most) {
    struct percentile list[SP_LAW_MAKE_PERCENTILES] = {0};
    size_t count = 0;
    int error = 0;
    for (size_t i = 0; i < table->count && count < most; i++) {
        const struct sp_node *node = table->entry[i];
        struct percentile *added = &list[count];
        if ((added->p = percentile_of(node->key)) < 0)
            continue;
        error |= sp_value_point(context, node, join(context, key, node->key), &added->x);
        count++;
    }
    qsort(list, count, sizeof *list, compare_percentiles);
    for (size_t i = 0; i < count; i++) {
        p[i] = list[i].p;
        x[i] = list[i].x;
    }
    return error ? SP_ERROR_SCENARIO : 0;
}

static int read_fitted(const struct sp_value_context *context, const struct sp_node *table, const char *key,
                       struct sp_law *law) {
    double p[2], x[2];
    int error = read_percentiles(context, table, key, p, x, 2);
    if (error)
        return error;
    if (!(p[0] > 0 && p[1] < 1))
        return TELL(context, table, "%s: %s: percentiles must be above p0 and below p100", key, table->key);
    const char *wrong = sp_law_make_fitted(strcmp(table->key, "lognormal") == 0, p, x, law);
    return wrong ? TELL(context, table, "%s: %s: %s", key, table->key, wrong) : 0;
}

static int read_bound(const struct sp_value_context *context, const struct sp_node *table, const char *key,
                      const char *name, double *bound) {
    const struct sp_node *node = sp_tree_find(table, name);
    return node ? sp_value_point(context, node, join(context, key, name), bound) : 0;
}

static int read_metalog(const struct sp_value_context *context, const struct sp_node *table, const char *key,
                        struct sp_law *law) {
    double p[SP_LAW_MAKE_PERCENTILES], x[SP_LAW_MAKE_PERCENTILES], low = -INFINITY, high = INFINITY;
    size_t count = count_percentiles(table);
    int error = read_percentiles(context, table, key, p, x, SP_LAW_MAKE_PERCENTILES);
    error |= read_bound(context, table, key, "min", &low) | read_bound(context, table, key, "max", &high);
    if (error)
        return SP_ERROR_SCENARIO;
    if (count < 3)
        return TELL(context, table,
                    "%s: %zu percentile%s say%s too little; name a law, like { lognormal = { p10 = .., p90 = "
                    ".. } }, or give three or more",
                    key, count, count == 1 ? "" : "s", count == 1 ? "s" : "");
    const char *wrong = sp_law_make_metalog(context->arena, p, x, count, low, high, law);
    return wrong ? TELL(context, table, "%s: %s", key, wrong) : 0;
}

/* --- Lists --- */

static int read_numbers(const struct sp_value_context *context, const struct sp_node *table, const char *key,
                        const char *name, double **numbers, size_t *count) {
    const struct sp_node *node = sp_tree_find(table, name);
    int error = 0;
    *count = 0;
    if (!node)
        return TELL(context, table, "%s: %s is missing", join(context, key, table->key), name);
    sp_value_mark_used(node);
    if (node->kind != SP_NODE_ARRAY || node->count == 0)
        return TELL(context, node, "%s: %s must be a list of numbers, like [1, 2, 5]", key, name);
    *numbers = sp_arena_array(context->arena, node->count, sizeof **numbers);
    if (!*numbers)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < node->count; i++)
        error |= read_scaled(context, node->entry[i], join(context, key, name), name, &(*numbers)[i]);
    *count = node->count;
    return error ? SP_ERROR_SCENARIO : 0;
}

static int make_list(const struct sp_value_context *context, const struct sp_node *table, const char *key,
                     const double *values, const double *weights, size_t count, struct sp_law *law) {
    const char *wrong = sp_law_make_list(context->arena, values, weights, count, law);
    return wrong ? TELL(context, table, "%s: %s: %s", key, table->key, wrong) : 0;
}

static int read_discrete(const struct sp_value_context *context, const struct sp_node *table, const char *key,
                         struct sp_law *law) {
    static const char *const known[] = {"values", "weights"};
    double *values, *weights;
    size_t count, n_weights;
    int error = read_numbers(context, table, key, "values", &values, &count);
    error |= read_numbers(context, table, key, "weights", &weights, &n_weights);
    sp_value_tell_unknown(context, table, join(context, key, "discrete"), known, 2);
    if (error)
        return SP_ERROR_SCENARIO;
    if (count != n_weights)
        return TELL(context, table,
                    "%s: discrete: there are %zu values and %zu weights; each value needs one", key, count,
                    n_weights);
    return make_list(context, table, key, values, weights, count, law);
}

static int read_empirical(const struct sp_value_context *context, struct sp_node *table, const char *key,
                          struct sp_law *law) {
    static const char *const known[] = {"values", "csv", "column"};
    double *values;
    size_t count;
    if (sp_tree_find(table, "csv") && sp_tree_find(table, "values"))
        return TELL(context, table, "%s: empirical: give values or csv, not both", key);
    int error = sp_tree_find(table, "csv") ? sp_value_csv_read(context, table, key) : 0;
    if (error)
        return error;
    error = read_numbers(context, table, key, "values", &values, &count);
    sp_value_tell_unknown(context, table, join(context, key, "empirical"), known, 3);
    return error ? error : make_list(context, table, key, values, NULL, count, law);
}

/* --- Mixtures --- */

static int compare_names(const void *a, const void *b) {
    const struct sp_node *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

static int read_part(const struct sp_value_context *context, struct sp_node *part, const char *key,
                     struct sp_law *law, double *weight) {
    const char *known[64] = {"weight"}, *path = join(context, key, part->key);
    sp_value_mark_used(part);
    if (part->kind != SP_NODE_TABLE)
        return TELL(context, part,
                    "%s: each part of a mixture is a table like { weight = 0.8, normal = { .. } }", path);
    const struct sp_node *node = sp_tree_find(part, "weight");
    if (!node)
        return TELL(context, part, "%s: weight is missing", path);
    int error = sp_value_number(context, node, join(context, path, "weight"), weight);
    if (sp_value_law_count(part) != 1) {
        error = TELL(context, part, "%s: a part of a mixture needs one law", path);
        sp_value_law_pass(part);
        sp_value_tell_unknown(context, part, path, known, 1 + sp_value_law_known(known + 1));
        return error;
    }
    error |= sp_value_law_read(context, part, path, law);
    sp_value_tell_unknown(context, part, path, known, 1 + sp_value_law_known(known + 1));
    return error ? SP_ERROR_SCENARIO : 0;
}

static int read_mixture(const struct sp_value_context *context, const struct sp_node *table, const char *key,
                        struct sp_law *law) {
    size_t count = table->count;
    struct sp_node **part = sp_arena_array(context->arena, count + 1, sizeof(struct sp_node *));
    struct sp_law *laws = sp_arena_array(context->arena, count + 1, sizeof *laws);
    double *weight = sp_arena_array(context->arena, count + 1, sizeof *weight);
    int error = 0;
    if (!part || !laws || !weight)
        return SP_ERROR_RESOURCES;
    memcpy(part, table->entry, count * sizeof(struct sp_node *));
    qsort(part, count, sizeof(struct sp_node *), compare_names);
    for (size_t i = 0; i < count; i++)
        error |= read_part(context, part[i], join(context, key, "mixture"), &laws[i], &weight[i]);
    if (error)
        return SP_ERROR_SCENARIO;
    const char *wrong = sp_law_make_mixture(context->arena, laws, weight, count, law);
    return wrong ? TELL(context, table, "%s: mixture: %s", key, wrong) : 0;
}

/* --- One law --- */

int sp_value_law_form(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                      const struct sp_law_form **form) {
    size_t count;
    const struct sp_law_form *forms = sp_law_forms(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(forms[i].name, node->key) == 0 && form_fits(&forms[i], node)) {
            *form = &forms[i];
            return 0;
        }
    return TELL(context, node, "%s: %s takes %s", key, node->key, list_forms(context->arena, node->key));
}

static int read_named(const struct sp_value_context *context, struct sp_node *node, const char *key,
                      struct sp_law *law) {
    const struct sp_law_form *form;
    sp_value_mark_used(node);
    if (node->kind != SP_NODE_TABLE)
        return TELL(context, node, "%s: %s needs its parameters, %s", key, node->key,
                    is_composed(node->key) ? "in a table" : list_forms(context->arena, node->key));
    if (strcmp(node->key, "mixture") == 0)
        return read_mixture(context, node, key, law);
    if (strcmp(node->key, "discrete") == 0)
        return read_discrete(context, node, key, law);
    if (strcmp(node->key, "empirical") == 0)
        return read_empirical(context, node, key, law);
    if (takes_percentiles(node->key) && node->count == 2 && count_percentiles(node) == 2)
        return read_fitted(context, node, key, law);
    int error = sp_value_law_form(context, node, key, &form);
    return error ? error : make_form(context, form, node, key, law);
}

/* A number, "-inf" or "inf". */
static int read_end(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                    double *end) {
    bool is_text = node->kind == SP_NODE_TEXT;
    sp_value_mark_used(node);
    if (is_text && (strcmp(node->text, "inf") == 0 || strcmp(node->text, "-inf") == 0)) {
        *end = *node->text == '-' ? -INFINITY : INFINITY;
        return 0;
    }
    return sp_value_point(context, node, join(context, key, "within"), end);
}

static int cut(const struct sp_value_context *context, const struct sp_node *node, const char *key,
               struct sp_law *law) {
    double low, high;
    struct sp_law whole = *law;
    sp_value_mark_used(node);
    if (node->kind != SP_NODE_ARRAY || node->count != 2)
        return TELL(context, node, "%s: within needs two ends, like [0, 1] or [0, \"inf\"]", key);
    if (read_end(context, node->entry[0], key, &low) | read_end(context, node->entry[1], key, &high))
        return SP_ERROR_SCENARIO;
    const char *wrong = sp_law_make_within(context->arena, &whole, low, high, law);
    return wrong ? TELL(context, node, "%s: within: %s", key, wrong) : 0;
}

static int stretch(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                   struct sp_law *law) {
    double times;
    struct sp_law narrow = *law;
    int error = sp_value_number(context, node, join(context, key, "widen"), &times);
    if (error)
        return error;
    const char *wrong = sp_law_make_widened(context->arena, &narrow, times, law);
    return wrong ? TELL(context, node, "%s: widen: %s", key, wrong) : 0;
}

size_t sp_value_law_count(const struct sp_node *table) {
    size_t found = count_percentiles(table) > 0;
    for (size_t i = 0; i < table->count; i++)
        found += sp_value_law_is_name(table->entry[i]->key);
    return found;
}

void sp_value_law_pass(const struct sp_node *table) {
    const char *known[64];
    size_t count = sp_value_law_known(known);
    for (size_t i = 0; i < table->count; i++)
        for (size_t k = 0; k < count; k++)
            if (strcmp(known[k], table->entry[i]->key) == 0 || percentile_of(table->entry[i]->key) >= 0)
                sp_value_mark_used(table->entry[i]);
}

int sp_value_law_read(const struct sp_value_context *context, const struct sp_node *table, const char *key,
                      struct sp_law *law) {
    const struct sp_node *within = sp_tree_find(table, "within"), *widen = sp_tree_find(table, "widen");
    struct sp_node *named = NULL;
    for (size_t i = 0; i < table->count; i++)
        if (sp_value_law_is_name(table->entry[i]->key))
            named = table->entry[i];
    for (size_t i = 0; named && i < table->count; i++) {
        const struct sp_node *bound = table->entry[i];
        if (strcmp(bound->key, "min") != 0 && strcmp(bound->key, "max") != 0)
            continue;
        sp_value_law_pass(table);
        return TELL(context, bound, "%s: %s goes with percentiles; cut a law with within = [low, high]", key,
                    bound->key);
    }
    int error = named ? read_named(context, named, key, law) : read_metalog(context, table, key, law);
    if (!error && within)
        error = cut(context, within, key, law);
    if (!error && widen)
        error = stretch(context, widen, key, law);
    if (error && within)
        sp_value_mark_used(within);
    if (error && widen)
        sp_value_mark_used(widen);
    return error;
}
