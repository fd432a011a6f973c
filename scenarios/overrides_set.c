/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/overrides.h"

#include "engine/base/error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char set_file[] = "--set";

struct setting {
    struct sp_arena *arena;
    const char *assignment;
    struct sp_problems *problems;
};

static int refuse(const struct setting *setting, size_t offset, const char *why) {
    struct sp_place place = {.file = set_file, .line = 1, .column = (int)offset + 1};
    return sp_problems_add(setting->problems, SP_ERROR_USAGE, place, "'%s': %s", setting->assignment, why);
}

static int out_of_memory(const struct setting *setting) {
    return sp_problems_add(setting->problems, SP_ERROR_RESOURCES, (struct sp_place){.file = set_file},
                           "no memory for '%s'", setting->assignment);
}

/* What the parser found becomes a mistake of the command line. Returns the code of the first one. */
static int pass_on(const struct setting *setting, const struct sp_problems *found) {
    int error = 0;
    for (size_t i = 0; i < found->count; i++) {
        const struct sp_problem *problem = &found->items[i];
        struct sp_place place = {.file = set_file, .line = problem->line, .column = problem->column};
        int code = problem->error == SP_ERROR_SCENARIO ? SP_ERROR_USAGE : problem->error;
        if (code)
            sp_problems_add(setting->problems, code, place, "'%s': %s", setting->assignment, problem->what);
        else
            sp_problems_warn(setting->problems, place, "'%s': %s", setting->assignment, problem->what);
        error = error ? error : code;
    }
    return error;
}

/* The offset of the '=' that ends the key, or of the end of the text. */
static size_t find_equals(const char *text) {
    char quote = 0;
    size_t at = 0;
    for (; text[at] && (quote || text[at] != '='); at++) {
        if (quote == '"' && text[at] == '\\' && text[at + 1])
            at++;
        else if (quote)
            quote = text[at] == quote ? 0 : quote;
        else if (text[at] == '"' || text[at] == '\'')
            quote = text[at];
    }
    return at;
}

/* The value at the end of a chain of tables with one entry each, which is what a dotted key makes. NULL when
 * the tree is no chain. */
static struct sp_node *end_of_chain(struct sp_node *root) {
    struct sp_node *node = root;
    while (node->kind == SP_NODE_TABLE && node->count == 1)
        node = node->entry[0];
    return node->kind == SP_NODE_TABLE ? NULL : node;
}

/* `KEY = 0` as a tree: the key alone, to tell mistakes in it from mistakes in the value. */
static int parse_key(const struct setting *setting, size_t length, struct sp_node **chain) {
    struct sp_problems found = {0};
    char *text = sp_arena_format(setting->arena, "%.*s= 0", (int)length, setting->assignment);
    *chain = text ? sp_tree_parse(setting->arena, set_file, text, strlen(text), &found) : NULL;
    sp_problems_free(&found);
    if (!text)
        return out_of_memory(setting);
    if (!*chain || !end_of_chain(*chain))
        return refuse(setting, 0, "before the '=' stands a key with dots, as in growth.rate_first=0.4");
    return 0;
}

/* Numbers out of range, nan, inf, dates and times are no text, though they are no values either. */
static bool looks_like_number(const char *word) {
    char *end;
    strtod(word, &end);
    bool is_date = isdigit((unsigned char)*word) &&
                   (strchr(word, ':') || (strspn(word, "0123456789") == 4 && word[4] == '-'));
    return *end == 0 || is_date;
}

static bool is_word(const char *text) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+.%*/:@";
    return *text && text[strspn(text, letters)] == 0 && !looks_like_number(text);
}

/* The whole assignment as a tree; a value that is a word and not TOML becomes text, in the tree of the key.
 */
static int parse_value(const struct setting *setting, size_t equals, struct sp_node *chain,
                       struct sp_node **tree) {
    struct sp_problems found = {0};
    size_t start = equals + 1 + strspn(setting->assignment + equals + 1, " \t");
    int error = 0;
    *tree = sp_tree_parse(setting->arena, set_file, setting->assignment, strlen(setting->assignment), &found);
    if (*tree || !is_word(setting->assignment + start)) {
        error = pass_on(setting, &found);
    } else {
        struct sp_node *value = end_of_chain(chain);
        value->kind = SP_NODE_TEXT;
        value->place.column = (int)start + 1;
        value->text = sp_arena_text(setting->arena, setting->assignment + start);
        error = value->text ? 0 : out_of_memory(setting);
        *tree = chain;
    }
    sp_problems_free(&found);
    return error;
}

static int refuse_inside_leaf(const struct setting *setting, const char *path, const struct sp_node *leaf) {
    const char *value = sp_tree_print_value(setting->arena, leaf);
    const char *why = sp_arena_format(setting->arena, "%s is one value and is replaced whole: --set '%s=%s'",
                                      path, path, value ? value : "...");
    return why ? refuse(setting, 0, why) : out_of_memory(setting);
}

/* Walks down the key beside the tree that it will be laid on. */
static int check_leaves(const struct setting *setting, const struct sp_node *root,
                        const struct sp_node *chain, const struct sp_node *tree, sp_tree_is_leaf *is_leaf) {
    const char *path = "";
    for (; is_leaf && chain->entry[0]->kind == SP_NODE_TABLE; chain = chain->entry[0]) {
        tree = tree->entry[0];
        root = sp_tree_find(root, tree->key);
        path = sp_tree_print_path(setting->arena, path, tree->key);
        if (!path)
            return out_of_memory(setting);
        bool was_leaf = root && root->kind == SP_NODE_TABLE && is_leaf(path, root);
        if (was_leaf || is_leaf(path, tree))
            return refuse_inside_leaf(setting, path, tree);
    }
    return 0;
}

int sp_overrides_set(struct sp_arena *arena, struct sp_node *root, const char *assignment,
                     sp_tree_is_leaf *is_leaf, struct sp_problems *problems) {
    struct setting setting = {.arena = arena, .assignment = assignment, .problems = problems};
    struct sp_node *chain, *tree;
    size_t equals = find_equals(assignment);
    if (strpbrk(assignment, "\r\n"))
        return refuse(&setting, 0, "an assignment is one line");
    if (!assignment[equals])
        return refuse(&setting, equals, "there is no '='; write KEY=VALUE, as in growth.rate_first=0.4");
    int error = parse_key(&setting, equals, &chain);
    if (error)
        return error;
    if (strcmp(chain->entry[0]->key, "extends") == 0)
        return refuse(&setting, 0, "extends belongs into the scenario file; lay a file over it with --with");
    error = parse_value(&setting, equals, chain, &tree);
    if (error)
        return error;
    error = check_leaves(&setting, root, chain, tree, is_leaf);
    if (error)
        return error;
    return sp_tree_merge(arena, root, tree, is_leaf) ? out_of_memory(&setting) : 0;
}
