/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/tree.h"

#include "engine/base/error.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(tree_read, .timeout = 20);

static void expect_unreadable(const char *path, const char *expected) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_problems problems = {0};
    cr_expect_null(sp_tree_read(arena, path, &problems));
    cr_expect_eq(sp_problems_error(&problems), SP_ERROR_SCENARIO);
    cr_assert_eq(problems.count, 1);
    cr_expect_str_eq(problems.items[0].file, path);
    cr_expect_eq(problems.items[0].line, 0);
    cr_expect_str_eq(problems.items[0].what, expected);
    sp_problems_free(&problems);
    sp_arena_free(arena);
}

Test(tree_read, only_regular_files) {
    struct sp_arena *arena = sp_arena_create();
    const char *folder = tree_helper_folder(arena);
    const char *pipe_path = sp_arena_format(arena, "%s/pipe", folder);
    const char *big = tree_helper_write(arena, folder, "big.toml", "x = 1");
    cr_assert_eq(mkfifo(pipe_path, 0600), 0);
    cr_assert_eq(truncate(big, SP_TREE_BYTES + 1), 0);
    expect_unreadable("/nonexistent/x.toml", "cannot read it: No such file or directory");
    expect_unreadable("", "cannot read it: No such file or directory");
    expect_unreadable(folder, "cannot read it: it is a folder");
    expect_unreadable(pipe_path, "cannot read it: it is a pipe; write it to a file first");
    expect_unreadable("/dev/zero", "cannot read it: it is a device");
    expect_unreadable(big, "cannot read it: it is larger than 64 MiB");
    tree_helper_remove(folder);
    sp_arena_free(arena);
}

Test(tree_read, a_file_becomes_its_tree) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_problems problems = {0};
    const char *folder = tree_helper_folder(arena);
    const char *path = tree_helper_write(arena, folder, "a.toml", "x = 1\n");
    const struct sp_node *root = sp_tree_read(arena, path, &problems);
    cr_assert_not_null(root);
    cr_expect_str_eq(sp_tree_find(root, "x")->place.file, path);
    tree_helper_remove(folder);
    sp_arena_free(arena);
}
