/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/overrides.h"

#include "engine/base/error.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct sp_arena *arena;
    sp_tree_is_leaf *is_leaf;
    struct sp_problems *problems;
    struct sp_node *root;
    char *files;
    int error;
};

/* One file of a chain of scenarios that extend each other. */
struct link {
    const char *file;
    char *identity; /* the path without symbolic links, or NULL: what cannot be found cannot be read either */
    struct sp_node *root;
};

static const char *base_name(const char *file) {
    const char *slash = strrchr(file, '/');
    return slash ? slash + 1 : file;
}

static void note_file(struct reading *reading, const char *file) {
    const char *before = reading->files ? reading->files : "";
    reading->files = sp_arena_format(reading->arena, "%s%s%s", before, *before ? "\n" : "", base_name(file));
    if (!reading->files)
        reading->error = SP_ERROR_RESOURCES;
}

static void fail(struct reading *reading, int error) {
    if (!reading->error)
        reading->error = error;
}

/* Lays a tree on what was read so far. A text that could not be read leaves the error and nothing else. */
static void lay(struct reading *reading, const char *file, struct sp_node *over) {
    note_file(reading, file);
    if (!over)
        fail(reading, SP_ERROR_SCENARIO);
    else if (!reading->root)
        reading->root = over;
    else if (sp_tree_merge(reading->arena, reading->root, over, reading->is_leaf))
        fail(reading, SP_ERROR_RESOURCES);
}

/* ---- extends ---- */

/* Takes the entry out of the table. NULL when there is none. */
static struct sp_node *take(struct sp_node *table, const char *key) {
    struct sp_node *found = sp_tree_find(table, key);
    if (!found)
        return NULL;
    size_t i = 0;
    while (table->entry[i] != found)
        i++;
    table->count--;
    memmove(&table->entry[i], &table->entry[i + 1], (table->count - i) * sizeof *table->entry);
    return found;
}

static char *beside(struct sp_arena *arena, const char *file, const char *name) {
    size_t folder = (size_t)(base_name(file) - file);
    return sp_arena_format(arena, "%.*s%s", (int)folder, file, name);
}

/* What is wrong with the name in `extends`, or NULL. */
static const char *wrong_name(const struct sp_node *extends) {
    if (extends->kind != SP_NODE_TEXT || !*extends->text)
        return "extends takes the name of one file, as in extends = \"base.toml\"";
    if (extends->text[0] == '/')
        return "extends takes a path relative to this file, so that the scenarios can be moved together";
    return NULL;
}

static char *chain_text(struct sp_arena *arena, const struct link *links, size_t count) {
    char *text = sp_arena_text(arena, "");
    for (size_t i = 0; text && i < count; i++)
        text = sp_arena_format(arena, "%s%s -> ", text, base_name(links[i].file));
    return text;
}

static char *identify(struct sp_arena *arena, const char *file) {
    char *resolved = realpath(file, NULL);
    char *copy = sp_arena_text(arena, resolved);
    free(resolved);
    return copy;
}

/* Checks that `next`, named by `extends`, may follow the `count` links before it. */
static int check_link(struct reading *reading, const struct link *links, size_t count,
                      const struct link *next, const struct sp_node *extends) {
    const char *fault = NULL;
    for (size_t i = 0; i < count; i++)
        if (next->identity && links[i].identity && strcmp(next->identity, links[i].identity) == 0)
            fault = "the scenarios extend each other in a circle";
    if (!fault && count == SP_OVERRIDES_EXTENDS)
        fault = "the chain of scenarios that extend each other is longer than 16";
    if (!fault)
        return 0;
    const char *chain = chain_text(reading->arena, links, count);
    return sp_problems_add(reading->problems, SP_ERROR_SCENARIO, extends->place, "%s: %s%s", fault,
                           chain ? chain : "", base_name(next->file));
}

/* Reads the file that the last link extends into the next link. Returns false at the end of the chain, and
 * also when the chain is broken, which is then an error of `reading`. */
static bool read_link(struct reading *reading, struct link *links, size_t count) {
    const struct link *last = &links[count - 1];
    struct sp_node *extends = take(last->root, "extends");
    if (!extends)
        return false;
    struct link next = {0};
    const char *wrong = wrong_name(extends);
    if (wrong) {
        fail(reading, sp_problems_add(reading->problems, SP_ERROR_SCENARIO, extends->place, "%s", wrong));
        return false;
    }
    next.file = beside(reading->arena, last->file, extends->text);
    if (!next.file) {
        fail(reading, SP_ERROR_RESOURCES);
        return false;
    }
    next.identity = identify(reading->arena, next.file);
    if (check_link(reading, links, count, &next, extends)) {
        fail(reading, SP_ERROR_SCENARIO);
        return false;
    }
    next.root = sp_tree_read_at(reading->arena, next.file, extends->place, reading->problems);
    links[count] = next;
    return true;
}

static void read_scenario(struct reading *reading, const char *file) {
    struct link links[SP_OVERRIDES_EXTENDS] = {{.file = file, .identity = identify(reading->arena, file)}};
    size_t count = 1;
    links[0].root = sp_tree_read(reading->arena, file, reading->problems);
    while (links[count - 1].root && read_link(reading, links, count))
        count++;
    while (count-- > 0)
        lay(reading, links[count].file, links[count].root);
}

/* ---- the whole ---- */

static void read_overlay(struct reading *reading, const char *file) {
    struct sp_node *root = sp_tree_read(reading->arena, file, reading->problems);
    const struct sp_node *extends = sp_tree_find(root, "extends");
    if (extends)
        fail(reading, sp_problems_add(reading->problems, SP_ERROR_SCENARIO, extends->key_place,
                                      "an overlay is laid on a scenario and extends nothing; name both files "
                                      "with --with, one after the other"));
    lay(reading, file, root);
}

struct sp_node *sp_overrides_read(struct sp_arena *arena, const char *scenario, const char *const *overlays,
                                  size_t n_overlays, const char *const *sets, size_t n_sets,
                                  sp_tree_is_leaf *is_leaf, char **files, struct sp_problems *problems) {
    struct reading reading = {.arena = arena, .is_leaf = is_leaf, .problems = problems};
    read_scenario(&reading, scenario);
    for (size_t i = 0; i < n_overlays; i++)
        read_overlay(&reading, overlays[i]);
    /* Without a tree, the assignments are laid on an empty one: their own mistakes are told all the same. */
    if (!reading.root && !(reading.root = sp_tree_parse(arena, scenario, "", 0, problems)))
        reading.error = SP_ERROR_RESOURCES;
    for (size_t i = 0; reading.root && i < n_sets; i++)
        fail(&reading, sp_overrides_set(arena, reading.root, sets[i], is_leaf, problems));
    if (reading.error == SP_ERROR_RESOURCES && sp_problems_error(problems) != SP_ERROR_RESOURCES)
        sp_problems_add(problems, SP_ERROR_RESOURCES, (struct sp_place){.file = scenario},
                        "no memory to read the scenario");
    if (files)
        *files = reading.files;
    return reading.error ? NULL : reading.root;
}
