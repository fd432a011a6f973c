/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/resolved.h"

#include "engine/base/error.h"
#include "scenarios/prose.h"
#include "scenarios/provenance.h"
#include "scenarios/settings.h"
#include "scenarios/value.h"

#include <stdlib.h>
#include <string.h>

/* --- The list --- */

/* The node of "time.first", or NULL. */
static const struct sp_node *find_setting(const struct sp_scenario *scenario, const char *key) {
    const char *dot = strchr(key, '.');
    if (!dot)
        return sp_tree_find(scenario->root, key);
    for (size_t i = 0; i < scenario->root->count; i++) {
        const struct sp_node *table = scenario->root->entry[i];
        if (strlen(table->key) == (size_t)(dot - key) && strncmp(table->key, key, strlen(table->key)) == 0)
            return sp_tree_find(table, dot + 1);
    }
    return NULL;
}

/* What a name falls back to is known only when the scenario has been read. */
static const char *standard_text(const struct sp_scenario *scenario, struct sp_arena *arena,
                                 const struct sp_setting *setting) {
    if (strcmp(setting->key, "name") == 0)
        return sp_arena_format(arena, "\"%s\"", scenario->name);
    if (strcmp(setting->key, "title") == 0)
        return sp_arena_format(arena, "\"%s\"", scenario->title);
    return setting->standard;
}

/* A setting that is not given and has no default is no value. */
static int add_setting(const struct sp_scenario *scenario, struct sp_arena *arena,
                       const struct sp_setting *setting, struct sp_origin *origin, size_t *origins) {
    const struct sp_node *node = find_setting(scenario, setting->key);
    const char *standard = standard_text(scenario, arena, setting);
    if (!node && !standard)
        return 0;
    struct sp_origin *added = &origin[(*origins)++];
    *added = (struct sp_origin){
        .key = setting->key,
        .value = node ? sp_tree_print_value(arena, node) : standard,
        .unit = "1",
        .file = node ? sp_provenance_file(node->place.file) : "default",
        .line = node ? node->place.line : 0,
        .given = node != NULL,
    };
    return added->value ? 0 : SP_ERROR_RESOURCES;
}

/* What changes, factors and correlations say beside their values: whom they concern, and when. */
static const char *const relation[] = {"change", "factor", "correlation"};
enum { RELATIONS = sizeof relation / sizeof *relation };

static bool is_enabled(const struct sp_node *table) {
    const struct sp_node *enabled = sp_tree_find(table, "enabled");
    return !enabled || enabled->truth;
}

static size_t most_relations(const struct sp_scenario *scenario) {
    size_t most = 0;
    for (int i = 0; i < RELATIONS; i++) {
        const struct sp_node *table = sp_tree_find(scenario->root, relation[i]);
        for (size_t j = 0; table && j < table->count; j++)
            most += table->entry[j]->count;
    }
    return most;
}

/* One entry of a table such as [change.dearer_ai]; its value is an input, and listed already. */
static int add_entry(const struct sp_scenario *scenario, struct sp_arena *arena, const char *table,
                     const struct sp_node *node, struct sp_origin *origin, size_t *origins) {
    const char *key = sp_arena_format(arena, "%s.%s", table, node->key);
    if (!key)
        return SP_ERROR_RESOURCES;
    if (sp_value_assumption_is_source(node->key) || strcmp(node->key, "enabled") == 0 ||
        sp_scenario_find(scenario, key))
        return 0;
    struct sp_origin *added = &origin[(*origins)++];
    *added = (struct sp_origin){
        .key = key,
        .value = sp_tree_print_value(arena, node),
        .unit = "1",
        .file = sp_provenance_file(node->place.file),
        .line = node->place.line,
        .given = true,
    };
    return added->value ? 0 : SP_ERROR_RESOURCES;
}

static int add_relations(const struct sp_scenario *scenario, struct sp_arena *arena, const char *kind,
                         struct sp_origin *origin, size_t *origins) {
    const struct sp_node *table = sp_tree_find(scenario->root, kind);
    int error = 0;
    for (size_t i = 0; table && i < table->count; i++) {
        const struct sp_node *instance = table->entry[i];
        const char *name = sp_arena_format(arena, "%s.%s", kind, instance->key);
        for (size_t j = 0; name && is_enabled(instance) && !error && j < instance->count; j++)
            error = add_entry(scenario, arena, name, instance->entry[j], origin, origins);
        error = name ? error : SP_ERROR_RESOURCES;
    }
    return error;
}

static int compare(const void *a, const void *b) {
    return strcmp(((const struct sp_origin *)a)->key, ((const struct sp_origin *)b)->key);
}

int sp_resolved_list(const struct sp_scenario *scenario, struct sp_arena *arena, struct sp_origin **origin,
                     size_t *origins) {
    struct sp_origin *inputs;
    size_t settings;
    const struct sp_setting *setting = sp_settings_list(&settings);
    int error = sp_provenance_origins(scenario, arena, &inputs, origins);
    if (error)
        return error;
    *origin = sp_arena_array(arena, *origins + settings + most_relations(scenario), sizeof **origin);
    if (!*origin)
        return SP_ERROR_RESOURCES;
    if (*origins)
        memcpy(*origin, inputs, *origins * sizeof *inputs);
    for (size_t i = 0; i < settings; i++)
        if (add_setting(scenario, arena, &setting[i], *origin, origins))
            return SP_ERROR_RESOURCES;
    for (int i = 0; i < RELATIONS; i++)
        if (add_relations(scenario, arena, relation[i], *origin, origins))
            return SP_ERROR_RESOURCES;
    qsort(*origin, *origins, sizeof **origin, compare);
    return 0;
}

/* --- The table --- */

/* The value without what is said of its source, which has a line of its own: of { value = 5, grade = "J" },
 * 5. */
static const char *bare_value(struct sp_prose *prose, const struct sp_input *input,
                              const struct sp_origin *origin) {
    if (!input || !input->node || input->node->kind != SP_NODE_TABLE)
        return origin->value;
    struct sp_node bare = *input->node;
    bare.count = 0;
    bare.entry = sp_arena_array(prose->arena, input->node->count, sizeof(struct sp_node *));
    for (size_t i = 0; bare.entry && i < input->node->count; i++)
        if (!sp_value_assumption_is_source(input->node->entry[i]->key))
            bare.entry[bare.count++] = input->node->entry[i];
    bool is_single = bare.count == 1 && strcmp(bare.entry[0]->key, "value") == 0;
    const char *text = sp_tree_print_value(prose->arena, is_single ? bare.entry[0] : &bare);
    return text ? text : "";
}

/* Cut to so many characters, the last of them dots when something is missing. */
static const char *shorten(struct sp_prose *prose, const char *text, int most) {
    int width = 0;
    const char *cut = text;
    for (const char *c = text; *c; c++) {
        bool is_start = (*c & 0xc0) != 0x80;
        if (is_start && width == most - 2)
            cut = c;
        width += is_start;
    }
    return width <= most ? text : sp_prose_text(prose, "%.*s..", (int)(cut - text), text);
}

static const char *place_text(struct sp_prose *prose, const struct sp_origin *origin) {
    if (!origin->given)
        return "default";
    bool is_file = origin->line && strncmp(origin->file, "--", 2) != 0; /* --set has no lines */
    return is_file ? sp_prose_text(prose, "%s:%d", origin->file, origin->line) : origin->file;
}

/* "PLACEHOLDER; grade J; row price.blended.arpu; a survey". */
static const char *source_text(struct sp_prose *prose, const struct sp_origin *origin) {
    const struct {
        const char *name, *text;
    } part[] = {{"grade ", origin->grade}, {"row ", origin->row}, {"fits ", origin->fits},
                {"", origin->source},      {"", origin->note},    {"owner ", origin->owner},
                {"as of ", origin->as_of}};
    const char *list = origin->placeholder ? "PLACEHOLDER" : "";
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        if (part[i].text && *part[i].text)
            list = sp_prose_text(prose, "%s%s%s%s", list, *list ? "; " : "", part[i].name, part[i].text);
    return list;
}

enum { GAP = 2, INDENT = 4, KEY_MOST = 40, VALUE_LEAST = 12 };

/* Characters of each column but the value's, which gets the rest. */
struct widths {
    int key, value, unit;
};

static int longer(int width, const char *text) {
    int length = (int)strlen(text);
    return length > width ? length : width;
}

static const char *unit_text(const struct sp_origin *origin) {
    return strcmp(origin->unit, "1") == 0 ? "" : origin->unit;
}

static struct widths measure(struct sp_prose *prose, const struct sp_origin *origin, size_t origins) {
    struct widths widths = {.key = 3, .unit = 4};
    int place = 4;
    for (size_t i = 0; i < origins; i++) {
        widths.key = longer(widths.key, origin[i].key);
        widths.unit = longer(widths.unit, unit_text(&origin[i]));
        place = longer(place, place_text(prose, &origin[i]));
    }
    widths.key = widths.key > KEY_MOST ? KEY_MOST : widths.key;
    widths.value = prose->width - widths.key - widths.unit - place - 3 * GAP;
    widths.value = widths.value < VALUE_LEAST ? VALUE_LEAST : widths.value;
    return widths;
}

static int characters(const char *text) {
    int width = 0;
    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

/* A value that does not fit beside its key stands below it. */
static void print_origin(struct sp_prose *prose, const struct sp_scenario *scenario,
                         const struct sp_origin *origin, const struct widths *widths) {
    const char *source = source_text(prose, origin);
    const char *value = bare_value(prose, sp_scenario_find(scenario, origin->key), origin);
    bool is_below = characters(value) > widths->value;
    const char *beside = is_below ? "" : *value ? value : "-";
    fprintf(prose->out, "%-*s  %s%*s  %-*s  %s\n", widths->key, origin->key, beside,
            widths->value - characters(beside), "", widths->unit, unit_text(origin),
            place_text(prose, origin));
    if (is_below)
        fprintf(prose->out, "%*s%s\n", INDENT, "", shorten(prose, value, prose->width - INDENT));
    if (*source)
        fprintf(prose->out, "%*s%s\n", INDENT, "", shorten(prose, source, prose->width - INDENT));
}

int sp_resolved_text(const struct sp_scenario *scenario, int width, char **text) {
    struct sp_prose prose;
    struct sp_origin *origin = NULL;
    size_t origins = 0;
    if (sp_prose_begin(&prose, width))
        return SP_ERROR_RESOURCES;
    prose.error = sp_resolved_list(scenario, prose.arena, &origin, &origins);
    if (!prose.error) {
        struct widths widths = measure(&prose, origin, origins);
        fprintf(prose.out, "%-*s  %-*s  %-*s  from\n", widths.key, "key", widths.value, "value", widths.unit,
                "unit");
        for (size_t i = 0; i < origins; i++)
            print_origin(&prose, scenario, &origin[i], &widths);
    }
    return sp_prose_end(&prose, text);
}
