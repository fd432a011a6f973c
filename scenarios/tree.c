/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/tree.h"

#include "engine/base/error.h"
#include "scenarios/toml.h"
#include "scenarios/tree_scan.h"
#include "scenarios/tree_text.h"

#include <string.h>

struct sp_node *sp_tree_parse(struct sp_arena *arena, const char *file, const char *text, size_t size,
                              struct sp_problems *problems) {
    struct sp_place start = {.file = file, .line = 1, .column = 1};
    if (size > SP_TREE_BYTES) {
        sp_problems_add(problems, SP_ERROR_SCENARIO, start, "the text is larger than %d MiB",
                        SP_TREE_BYTES / 1024 / 1024);
        return NULL;
    }
    char *name = sp_arena_text(arena, file); /* the nodes keep it */
    char *plain = sp_tree_text_plain(arena, text, &size);
    if (!name || !plain) {
        sp_problems_add(problems, SP_ERROR_RESOURCES, start, "no memory to read the text");
        return NULL;
    }
    if (sp_tree_scan(name, plain, size, problems))
        return NULL;
    return sp_toml_parse(arena, name, plain, size, problems);
}

struct sp_node *sp_tree_find(const struct sp_node *table, const char *key) {
    if (!table || table->kind != SP_NODE_TABLE)
        return NULL;
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->entry[i]->key, key) == 0)
            return table->entry[i];
    return NULL;
}
