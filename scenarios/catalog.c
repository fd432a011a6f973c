/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/catalog.h"

#include "engine/base/error.h"
#include "engine/random/conditional.h"
#include "models/models.h"
#include "scenarios/scenario.h"
#include "scenarios/suggest.h"

#include <string.h>

/* --- The list --- */

static struct sp_catalog_entry *add(struct sp_arena *arena, struct sp_catalog *catalog,
                                    enum sp_catalog_kind kind, const char *name, const char *sentence) {
    struct sp_catalog_entry *entry =
        sp_arena_append(arena, &catalog->entry, &catalog->entries, sizeof *entry);
    if (!entry || !name)
        return NULL;
    *entry = (struct sp_catalog_entry){.kind = kind, .name = name, .sentence = sentence};
    return entry;
}

static const char *path_of(struct sp_arena *arena, const struct sp_field_table *table) {
    return table->instanced ? sp_scenario_instance_path(arena, table, "NAME") : table->name;
}

static bool has_table(const struct sp_catalog *catalog, const char *name) {
    for (size_t i = 0; i < catalog->entries; i++)
        if (catalog->entry[i].table && !catalog->entry[i].field &&
            strcmp(catalog->entry[i].table->name, name) == 0)
            return true;
    return false;
}

/* Fields that are no key of the scenario (draws) are left out. */
static int add_table(struct sp_arena *arena, struct sp_catalog *catalog, const struct sp_mechanism *mechanism,
                     const struct sp_field_table *table) {
    const char *path = path_of(arena, table);
    struct sp_catalog_entry *entry;
    bool is_named_alike = strcmp(table->name, mechanism->name) == 0 && !table->instanced;
    if (path && !is_named_alike && !has_table(catalog, table->name)) {
        if (!(entry = add(arena, catalog, SP_CATALOG_TABLE, path, table->sentence)))
            return SP_ERROR_RESOURCES;
        entry->mechanism = mechanism;
        entry->table = table;
    }
    for (size_t i = 0; path && i < table->fields; i++) {
        const struct sp_field *field = &table->field[i];
        if (field->kind == SP_FIELD_DRAW)
            continue;
        entry = add(arena, catalog, SP_CATALOG_FIELD,
                    *path ? sp_arena_format(arena, "%s.%s", path, field->key) : field->key, field->sentence);
        if (!entry)
            return SP_ERROR_RESOURCES;
        entry->mechanism = mechanism;
        entry->table = table;
        entry->field = field;
    }
    return path ? 0 : SP_ERROR_RESOURCES;
}

static int add_mechanism(struct sp_arena *arena, struct sp_catalog *catalog,
                         const struct sp_mechanism *mechanism) {
    struct sp_catalog_entry *entry =
        add(arena, catalog, SP_CATALOG_MECHANISM, mechanism->name, mechanism->sentence);
    if (!entry)
        return SP_ERROR_RESOURCES;
    entry->mechanism = mechanism;
    for (size_t t = 0; t < SP_STEP_TABLES && mechanism->table[t]; t++)
        if (!mechanism->table[t]->borrowed && sp_models_owns(mechanism, mechanism->table[t]) &&
            add_table(arena, catalog, mechanism, mechanism->table[t]))
            return SP_ERROR_RESOURCES;
    for (size_t w = 0; w < mechanism->writes; w++) {
        const struct sp_write *write = &mechanism->write[w];
        if (!(entry = add(arena, catalog, SP_CATALOG_METRIC, write->column, write->sentence)))
            return SP_ERROR_RESOURCES;
        entry->mechanism = mechanism;
        entry->write = write;
    }
    return 0;
}

static int add_settings(struct sp_arena *arena, struct sp_catalog *catalog) {
    size_t count;
    const struct sp_setting *setting = sp_settings_list(&count);
    for (size_t i = 0; i < count; i++) {
        struct sp_catalog_entry *entry =
            add(arena, catalog, SP_CATALOG_SETTING, setting[i].key, setting[i].sentence);
        if (!entry)
            return SP_ERROR_RESOURCES;
        entry->setting = &setting[i];
    }
    return 0;
}

static int add_laws(struct sp_arena *arena, struct sp_catalog *catalog) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    for (size_t i = 0; i < count; i++) {
        struct sp_catalog_entry *last = catalog->entries ? &catalog->entry[catalog->entries - 1] : NULL;
        if (last && last->form && strcmp(last->name, form[i].name) == 0) {
            last->forms++;
            continue;
        }
        struct sp_catalog_entry *entry = add(arena, catalog, SP_CATALOG_LAW, form[i].name, form[i].sentence);
        if (!entry)
            return SP_ERROR_RESOURCES;
        entry->form = &form[i];
        entry->forms = 1;
    }
    return 0;
}

int sp_catalog_fill(struct sp_arena *arena, struct sp_catalog *catalog) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    *catalog = (struct sp_catalog){0};
    for (size_t i = 0; i < count; i++)
        if (add_mechanism(arena, catalog, mechanism[i]))
            return SP_ERROR_RESOURCES;
    int error = add_settings(arena, catalog);
    return error ? error : add_laws(arena, catalog);
}

const char *sp_catalog_kind_name(enum sp_catalog_kind kind) {
    static const char *const names[] = {
        [SP_CATALOG_MECHANISM] = "mechanism", [SP_CATALOG_TABLE] = "table",     [SP_CATALOG_FIELD] = "field",
        [SP_CATALOG_METRIC] = "metric",       [SP_CATALOG_SETTING] = "setting", [SP_CATALOG_LAW] = "law"};
    return names[kind];
}

/* --- Finding --- */

/* Part by part between the dots; NAME and * stand for any part. */
static bool fits(const char *pattern, const char *word) {
    for (;;) {
        size_t part = strcspn(pattern, "."), length = strcspn(word, ".");
        bool is_any = (part == 4 && strncmp(pattern, "NAME", 4) == 0) || (part == 1 && *pattern == '*');
        if (length == 0 || (!is_any && (part != length || strncmp(pattern, word, part) != 0)))
            return false;
        if (!pattern[part] || !word[length])
            return pattern[part] == word[length];
        pattern += part + 1;
        word += length + 1;
    }
}

bool sp_catalog_means(const struct sp_catalog_entry *entry, const char *word) {
    if (fits(entry->name, word))
        return true;
    return entry->kind == SP_CATALOG_TABLE && strcmp(entry->table->name, word) == 0 &&
           strcmp(entry->mechanism->name, word) != 0;
}

static bool is_internal(const struct sp_catalog_entry *entry) {
    return entry->write && entry->write->internal;
}

size_t sp_catalog_find(const struct sp_catalog *catalog, const char *word,
                       const struct sp_catalog_entry **found) {
    size_t count = 0, visible = 0;
    for (size_t i = 0; i < catalog->entries; i++)
        if (sp_catalog_means(&catalog->entry[i], word)) {
            found[count++] = &catalog->entry[i];
            visible += !is_internal(&catalog->entry[i]);
        }
    if (visible == 0 || visible == count)
        return count;
    for (size_t i = 0, kept = 0; i < count; i++)
        if (!is_internal(found[i]))
            found[kept++] = found[i];
    return visible;
}

const struct sp_catalog_entry *sp_catalog_find_parameter(const struct sp_catalog *catalog, const char *word) {
    const char *name = strrchr(word, '.');
    char key[256];
    if (!name || !sp_conditional_is_parameter(name + 1) || (size_t)(name - word) >= sizeof key)
        return NULL;
    memcpy(key, word, (size_t)(name - word));
    key[name - word] = '\0';
    for (size_t i = 0; i < catalog->entries; i++) {
        const struct sp_catalog_entry *entry = &catalog->entry[i];
        if (entry->field && entry->field->kind == SP_FIELD_ASSUMPTION && sp_catalog_means(entry, key))
            return entry;
    }
    return NULL;
}

static bool is_within(const char *name, const char *word) {
    size_t length = strlen(word);
    if (length > 2 && strcmp(word + length - 2, ".*") == 0)
        length -= 2;
    return length && strncmp(name, word, length) == 0 && name[length] == '.';
}

static bool ends_with(const char *name, const char *word) {
    size_t length = strlen(name), end = strlen(word);
    return end && length > end && name[length - end - 1] == '.' && strcmp(name + length - end, word) == 0;
}

size_t sp_catalog_guess(const struct sp_catalog *catalog, const char *word,
                        const struct sp_catalog_entry **found) {
    size_t count = 0;
    for (size_t i = 0; i < catalog->entries; i++)
        if (!is_internal(&catalog->entry[i]) && is_within(catalog->entry[i].name, word))
            found[count++] = &catalog->entry[i];
    bool any_within = count > 0;
    for (size_t i = 0; !any_within && i < catalog->entries; i++)
        if (!is_internal(&catalog->entry[i]) && ends_with(catalog->entry[i].name, word))
            found[count++] = &catalog->entry[i];
    return count;
}

/* "tier.scaled.montly" gives "tier.NAME.montly"; other words stay as they are. */
static const char *general_form(struct sp_arena *arena, const char *word) {
    const char *first = strchr(word, '.'), *last = strrchr(word, '.');
    if (!first || first == last)
        return word;
    return sp_arena_format(arena, "%.*s.NAME%s", (int)(first - word), word, last);
}

const char *sp_catalog_nearest(struct sp_arena *arena, const struct sp_catalog *catalog, const char *word) {
    const char **known = sp_arena_array(arena, catalog->entries, sizeof *known);
    const char *general = general_form(arena, word);
    if (!known || !general)
        return NULL;
    for (size_t i = 0; i < catalog->entries; i++)
        known[i] = catalog->entry[i].name;
    const char *nearest = sp_suggest_nearest(word, known, catalog->entries);
    return nearest ? nearest : sp_suggest_nearest(general, known, catalog->entries);
}
