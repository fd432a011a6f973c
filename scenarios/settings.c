/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/settings.h"

#include "engine/base/calendar.h"
#include "engine/base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { QUARTERS = 12, PATHS = 1 << 18, SEED = 1 };

static struct sp_node *find(const struct sp_value_context *context, struct sp_scenario *scenario,
                            const char *table, const char *key) {
    struct sp_node *node = sp_tree_find(scenario->root, table);
    if (!key || !node)
        return node;
    node->used = true;
    if (node->kind == SP_NODE_TABLE)
        return sp_tree_find(node, key);
    if (node->place.line) /* told once: the next key of the same table finds line 0 */
        sp_problems_add(context->problems, SP_ERROR_SCENARIO, node->place, "%s must be a table: [%s]", table,
                        table);
    node->place.line = 0;
    return NULL;
}

static const char *known_of(const char *table, const char **known, size_t *count) {
    size_t settings;
    const struct sp_setting *setting = sp_settings_list(&settings);
    *count = 0;
    for (size_t i = 0; i < settings; i++)
        if (strncmp(setting[i].key, table, strlen(table)) == 0)
            known[(*count)++] = setting[i].key + strlen(table) + 1;
    return table;
}

static void tell_unknown(const struct sp_value_context *context, struct sp_scenario *scenario,
                         const char *table) {
    const char *known[16];
    size_t count;
    struct sp_node *node = sp_tree_find(scenario->root, table);
    if (node && node->kind == SP_NODE_TABLE) {
        known_of(table, known, &count);
        sp_value_tell_unknown(context, node, table, known, count);
    }
}

/* --- Time --- */

static int bind_time(struct sp_value_context *context, struct sp_scenario *scenario) {
    static const char *const ends[] = {"Q1", "Q2", "Q3", "Q4", NULL};
    int64_t quarters = QUARTERS;
    double last = 3;
    int error = 0, first;
    sp_calendar_parse("2026Q1", &scenario->first_quarter);
    const struct sp_node *node = find(context, scenario, "time", "first");
    if (node) {
        error |= sp_value_quarter(context, node, "time.first", true, &first);
        scenario->first_quarter = error ? scenario->first_quarter : first + context->first_quarter;
    }
    if ((node = find(context, scenario, "time", "quarters")))
        error |= sp_value_whole(context, node, "time.quarters", 1, SP_PLAN_QUARTERS, &quarters);
    if ((node = find(context, scenario, "time", "fiscal_year_ends")))
        error |= sp_value_choice(context, node, "time.fiscal_year_ends", ends, &last);
    scenario->quarters = (size_t)quarters;
    scenario->fiscal_year_last = (int)last;
    tell_unknown(context, scenario, "time");
    return error ? SP_ERROR_SCENARIO : 0;
}

/* --- Seed and paths --- */

/* A whole number without sign; as a text when it is too large for TOML's numbers. */
static int bind_unsigned(const struct sp_value_context *context, struct sp_scenario *scenario,
                         const char *key, uint64_t low, uint64_t high, uint64_t *number) {
    struct sp_node *node = sp_tree_find(scenario->root, key);
    if (!node)
        return 0;
    bool is_text =
        node->kind == SP_NODE_TEXT && *node->text && strspn(node->text, "0123456789") == strlen(node->text);
    bool is_whole = node->kind == SP_NODE_WHOLE && node->whole >= 0;
    node->used = true;
    errno = 0;
    uint64_t value = is_text ? strtoull(node->text, NULL, 10) : is_whole ? (uint64_t)node->whole : 0;
    if ((!is_text && !is_whole) || errno || value < low || value > high)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, node->place,
                               "%s must be a whole number within %llu .. %llu", key, (unsigned long long)low,
                               (unsigned long long)high);
    *number = value;
    return 0;
}

/* --- Texts and choices --- */

/* "scenarios/moderate.toml" gives "moderate". */
static const char *name_of_file(struct sp_scenario *scenario) {
    const char *files = scenario->files ? scenario->files : "", *last = files, *newline = strchr(files, '\n');
    size_t length = newline ? (size_t)(newline - files) : strlen(files);
    const char *dot =
        length > 5 && strncmp(last + length - 5, ".toml", 5) == 0 ? last + length - 5 : last + length;
    return sp_arena_text_n(scenario->arena, last, (size_t)(dot - last));
}

/* The name becomes the result file's, so it must be able to be one. */
static int check_name(const struct sp_value_context *context, const struct sp_node *node, const char *name) {
    bool is_clean = *name && *name != '.' && !strchr(name, '/') && strlen(name) <= 200;
    for (const char *c = name; *c; c++)
        is_clean = is_clean && (unsigned char)*c >= 0x20 && *c != 0x7f;
    if (is_clean)
        return 0;
    return sp_problems_add(context->problems, SP_ERROR_SCENARIO, node->place,
                           "name: it becomes the name of the result file; use 1 to 200 characters without /, "
                           "not beginning with a dot");
}

static int bind_texts(const struct sp_value_context *context, struct sp_scenario *scenario) {
    const struct sp_node *node;
    int error = 0;
    scenario->name = name_of_file(scenario);
    scenario->currency = "USD";
    if ((node = sp_tree_find(scenario->root, "name")))
        error |= sp_value_text(context, node, "name", &scenario->name) ||
                 check_name(context, node, scenario->name);
    scenario->title = scenario->name;
    if ((node = sp_tree_find(scenario->root, "title")))
        error |= sp_value_text(context, node, "title", &scenario->title);
    if ((node = sp_tree_find(scenario->root, "currency")))
        error |= sp_value_text(context, node, "currency", &scenario->currency);
    if ((node = sp_tree_find(scenario->root, "plan")))
        error |= sp_value_text(context, node, "plan", &scenario->plan);
    return error ? SP_ERROR_SCENARIO : 0;
}

static int bind_choices(const struct sp_value_context *context, struct sp_scenario *scenario) {
    static const char *const accruals[] = {"average", "end", NULL}, *const counts[] = {"whole", "continuous",
                                                                                       NULL};
    const struct sp_node *node;
    double index = 0;
    int error = 0;
    if ((node = sp_tree_find(scenario->root, "accrual")))
        error |= sp_value_choice(context, node, "accrual", accruals, &index);
    scenario->accrual_end = index > 0;
    index = 0;
    if ((node = sp_tree_find(scenario->root, "counts")))
        error |= sp_value_choice(context, node, "counts", counts, &index);
    scenario->whole_counts = index == 0;
    return error ? SP_ERROR_SCENARIO : 0;
}

/* --- Results --- */

static int bind_selection(const struct sp_value_context *context, struct sp_scenario *scenario,
                          const char *key, struct sp_selection *selection) {
    struct sp_node *list = find(context, scenario, "results", key);
    if (!list)
        return 0;
    list->used = true;
    selection->given = true;
    bool is_empty = list->kind == SP_NODE_ARRAY && list->count == 0 && selection == &scenario->metrics;
    if (list->kind != SP_NODE_ARRAY || is_empty)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, list->place,
                               "results.%s: expected a list of metrics, like [\"cash\", \"cost.*\"]", key);
    selection->name = sp_arena_array(context->arena, list->count, sizeof *selection->name);
    selection->place = sp_arena_array(context->arena, list->count, sizeof *selection->place);
    if (!selection->name || !selection->place)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < list->count; i++) {
        if (sp_value_text(context, list->entry[i], key, &selection->name[selection->count]))
            return SP_ERROR_SCENARIO;
        selection->place[selection->count++] = list->entry[i]->place;
    }
    return 0;
}

/* "quarter" among them, because everything else is made of quarters. */
static int bind_times(const struct sp_value_context *context, struct sp_scenario *scenario) {
    static const char *const times[SP_AXES + 1] = {"quarter", "year", "horizon", NULL};
    struct sp_node *list = find(context, scenario, "results", "times");
    double time;
    for (int a = 0; a < SP_AXES; a++)
        scenario->keeps[a] = !list;
    if (!list)
        return 0;
    list->used = true;
    if (list->kind != SP_NODE_ARRAY)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, list->place,
                               "results.times: expected a list of times, like [\"quarter\", \"year\"]");
    for (size_t i = 0; i < list->count; i++) {
        if (sp_value_choice(context, list->entry[i], "results.times", times, &time))
            return SP_ERROR_SCENARIO;
        scenario->keeps[(int)time] = true;
    }
    if (scenario->keeps[SP_AXIS_QUARTER])
        return 0;
    return sp_problems_add(context->problems, SP_ERROR_SCENARIO, list->place,
                           "results.times: quarters are always kept; add \"quarter\" to the list");
}

static int bind_results(const struct sp_value_context *context, struct sp_scenario *scenario) {
    int error = bind_selection(context, scenario, "metrics", &scenario->metrics);
    error |= bind_selection(context, scenario, "by_tier", &scenario->by_tier);
    error |= bind_times(context, scenario);
    tell_unknown(context, scenario, "results");
    return error ? SP_ERROR_SCENARIO : 0;
}

int sp_settings_bind(struct sp_scenario *scenario, struct sp_problems *problems) {
    struct sp_value_context context = {.arena = scenario->arena, .problems = problems};
    int error = bind_time(&context, scenario);
    scenario->seed = SEED;
    scenario->paths = PATHS;
    error |= bind_unsigned(&context, scenario, "seed", 0, UINT64_MAX, &scenario->seed);
    error |= bind_unsigned(&context, scenario, "paths", 1, SP_PLAN_PATHS_MAX, &scenario->paths);
    error |= bind_texts(&context, scenario);
    error |= bind_choices(&context, scenario) | bind_results(&context, scenario);
    return error ? SP_ERROR_SCENARIO : 0;
}
