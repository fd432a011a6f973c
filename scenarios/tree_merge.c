/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/tree.h"

#include "engine/base/error.h"

#include <stdlib.h>
#include <string.h>

struct slot {
    const char *key;
    size_t index; /* in the table */
};

static int compare_slots(const void *a, const void *b) {
    return strcmp(((const struct slot *)a)->key, ((const struct slot *)b)->key);
}

/* The entries by key, so that merging two long tables takes no time to speak of. */
static struct slot *sort_slots(struct sp_arena *arena, const struct sp_node *table) {
    struct slot *slots = sp_arena_array(arena, table->count + 1, sizeof *slots);
    if (!slots)
        return NULL;
    for (size_t i = 0; i < table->count; i++)
        slots[i] = (struct slot){.key = table->entry[i]->key, .index = i};
    qsort(slots, table->count, sizeof *slots, compare_slots);
    return slots;
}

static int merge_tables(struct sp_arena *arena, struct sp_node *base, struct sp_node *over, const char *path,
                        sp_tree_is_leaf *is_leaf);

static int lay_entry(struct sp_arena *arena, struct sp_node **old, struct sp_node *new, const char *parent,
                     sp_tree_is_leaf *is_leaf) {
    if ((*old)->kind != SP_NODE_TABLE || new->kind != SP_NODE_TABLE) {
        *old = new;
        return 0;
    }
    const char *path = sp_tree_print_path(arena, parent, new->key);
    if (!path)
        return SP_ERROR_RESOURCES;
    if (is_leaf && (is_leaf(path, *old) || is_leaf(path, new))) {
        *old = new;
        return 0;
    }
    return merge_tables(arena, *old, new, path, is_leaf);
}

static int merge_tables(struct sp_arena *arena, struct sp_node *base, struct sp_node *over, const char *path,
                        sp_tree_is_leaf *is_leaf) {
    size_t known = base->count;
    struct slot *slots = sort_slots(arena, base);
    if (!slots)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < over->count; i++) {
        struct sp_node *entry = over->entry[i], **added;
        struct slot wanted = {.key = entry->key};
        struct slot *found = bsearch(&wanted, slots, known, sizeof *slots, compare_slots);
        if (found) {
            if (lay_entry(arena, &base->entry[found->index], entry, path, is_leaf))
                return SP_ERROR_RESOURCES;
            continue;
        }
        added = sp_arena_append(arena, &base->entry, &base->count, sizeof *added);
        if (!added)
            return SP_ERROR_RESOURCES;
        *added = entry;
    }
    return 0;
}

int sp_tree_merge(struct sp_arena *arena, struct sp_node *base, struct sp_node *over,
                  sp_tree_is_leaf *is_leaf) {
    return merge_tables(arena, base, over, "", is_leaf);
}
