/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/scenarios/tree_helper.h"

#include "scenarios/starter.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tree_helper_expect_problems(const struct sp_problems *problems, const char *about,
                                 const char *expected) {
    struct sp_arena *arena = sp_arena_create();
    char *found = sp_arena_text(arena, "");
    for (size_t i = 0; i < problems->count; i++) {
        const struct sp_problem *problem = &problems->items[i];
        found = sp_arena_format(arena, "%s%s%d:%d: %s", found, i ? " | " : "", problem->line, problem->column,
                                problem->what);
    }
    cr_expect_str_eq(found, expected, "\n%s\n  gives    %s\n  expected %s", about, found, expected);
    sp_arena_free(arena);
}

void tree_helper_expect_place(const struct sp_place *place, int line, int column) {
    cr_expect(place->line == line && place->column == column, "%d:%d instead of %d:%d", place->line,
              place->column, line, column);
}

static bool equal_tables(const struct sp_node *a, const struct sp_node *b) {
    for (size_t i = 0; i < a->count; i++) {
        const struct sp_node *other = sp_tree_find(b, a->entry[i]->key);
        if (!other || !tree_helper_equal(a->entry[i], other))
            return false;
    }
    return true;
}

static bool equal_arrays(const struct sp_node *a, const struct sp_node *b) {
    for (size_t i = 0; i < a->count; i++)
        if (!tree_helper_equal(a->entry[i], b->entry[i]))
            return false;
    return true;
}

bool tree_helper_equal(const struct sp_node *a, const struct sp_node *b) {
    if (a->kind != b->kind || a->count != b->count)
        return false;
    switch (a->kind) {
    case SP_NODE_TABLE:
        return equal_tables(a, b);
    case SP_NODE_ARRAY:
        return equal_arrays(a, b);
    case SP_NODE_TEXT:
        return strcmp(a->text, b->text) == 0;
    case SP_NODE_WHOLE:
        return a->whole == b->whole;
    case SP_NODE_REAL:
        return memcmp(&a->real, &b->real, sizeof a->real) == 0;
    case SP_NODE_TRUTH:
        return a->truth == b->truth;
    }
    return false;
}

struct sp_node *tree_helper_parse(struct sp_arena *arena, const char *text) {
    struct sp_problems problems = {0};
    struct sp_node *root = sp_tree_parse(arena, "test.toml", text, strlen(text), &problems);
    cr_assert_not_null(root, "%s: %s", text, problems.count ? problems.items[0].what : "");
    sp_problems_free(&problems);
    return root;
}

bool tree_helper_is_leaf(const char *path, const struct sp_node *table) {
    return strncmp(path, "leaf.", 5) == 0 || sp_tree_find(table, "p50");
}

const char *tree_helper_folder(struct sp_arena *arena) {
    char *folder = sp_arena_text(arena, "/tmp/scalepath-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    return folder;
}

const char *tree_helper_write(struct sp_arena *arena, const char *folder, const char *name,
                              const char *text) {
    const char *path = sp_arena_format(arena, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

const char *tree_helper_write_starter(struct sp_arena *arena, const char *folder) {
    char *text;
    cr_assert_eq(sp_starter_text(true, &text), 0);
    const char *path = tree_helper_write(arena, folder, "all.toml", text);
    free(text);
    return path;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *position) {
    (void)status, (void)type, (void)position;
    return remove(path);
}

void tree_helper_remove(const char *folder) {
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}
