/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/figures.h"

#include "engine/base/error.h"
#include "scenarios/csv.h"
#include "scenarios/suggest.h"

#include <string.h>

struct figures {
    const char *file;
    size_t rows;
    const char **row;
};

/* --- The file --- */

static int tell(struct sp_problems *problems, const struct sp_node *node, const char *file,
                const char *what) {
    return sp_problems_add(problems, SP_ERROR_SCENARIO, node->place, "plan: \"%s\" %s", file, what);
}

static int read_rows(struct sp_arena *arena, const struct sp_node *node, char *text, struct figures *figures,
                     struct sp_problems *problems) {
    int line = 0;
    char *rest = sp_csv_line(&text, &line), *first = rest ? sp_csv_field(&rest) : NULL;
    if (!first || strcmp(first, "row") != 0)
        return tell(problems, node, figures->file,
                    "is no list of figures: its first line must begin with the column 'row'");
    while ((rest = sp_csv_line(&text, &line))) {
        const char **row = sp_arena_append(arena, &figures->row, &figures->rows, sizeof(char *));
        if (!row)
            return SP_ERROR_RESOURCES;
        *row = sp_csv_field(&rest);
    }
    return figures->rows ? 0 : tell(problems, node, figures->file, "has no rows");
}

static int read_figures(struct sp_arena *arena, const struct sp_node *node, struct figures *figures,
                        struct sp_problems *problems) {
    const char *wrong = "out of memory";
    if (!sp_csv_is_safe(figures->file))
        return tell(problems, node, figures->file, "must name a file beside the scenario or below it");
    const char *path = sp_csv_path(arena, node->place.file, figures->file);
    char *text = path ? sp_csv_read(arena, path, &wrong) : NULL;
    if (!text)
        return sp_problems_add(problems, SP_ERROR_SCENARIO, node->place, "plan: \"%s\" cannot be read: %s",
                               figures->file, wrong);
    return read_rows(arena, node, text, figures, problems);
}

/* --- Values that name rows --- */

/* Part by part between the dots; a star in the pattern stands for any part. */
static bool fits(const char *pattern, const char *row) {
    for (;;) {
        size_t part = strcspn(pattern, "."), length = strcspn(row, ".");
        bool is_any = part == 1 && *pattern == '*';
        if (!is_any && (part != length || strncmp(pattern, row, part) != 0))
            return false;
        if (!pattern[part] || !row[length])
            return pattern[part] == row[length];
        pattern += part + 1;
        row += length + 1;
    }
}

static void check_name(const struct figures *figures, const struct sp_node *value, const char *key,
                       const char *input, struct sp_problems *problems) {
    const struct sp_node *node = value->kind == SP_NODE_TABLE ? sp_tree_find(value, key) : NULL;
    if (!node || node->kind != SP_NODE_TEXT)
        return;
    for (size_t i = 0; i < figures->rows; i++)
        if (fits(node->text, figures->row[i]))
            return;
    const char *near = sp_suggest_nearest(node->text, figures->row, figures->rows);
    sp_problems_add(problems, SP_ERROR_SCENARIO, node->place, "%s: %s: %s has no row '%s'%s%s%s", input, key,
                    figures->file, node->text, near ? "; did you mean '" : "; remove it", near ? near : "",
                    near ? "'?" : "");
}

static void take_out(struct sp_node *root, const struct sp_node *node) {
    size_t kept = 0;
    for (size_t i = 0; i < root->count; i++)
        if (root->entry[i] != node)
            root->entry[kept++] = root->entry[i];
    root->count = kept;
}

int sp_figures_check(struct sp_scenario *scenario, struct sp_problems *problems) {
    const struct sp_node *node = sp_tree_find(scenario->root, "plan");
    struct figures figures = {.file = scenario->plan};
    if (!node || !scenario->plan)
        return 0;
    int error = read_figures(scenario->arena, node, &figures, problems);
    for (size_t i = 0; !error && i < scenario->inputs; i++) {
        const struct sp_input *input = scenario->input[i];
        if (!input->node)
            continue;
        check_name(&figures, input->node, "row", input->key, problems);
        check_name(&figures, input->node, "fits", input->key, problems);
    }
    take_out(scenario->root, node);
    return error ? error : sp_problems_error(problems);
}
