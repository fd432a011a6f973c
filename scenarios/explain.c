/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/explain.h"

#include "engine/base/error.h"
#include "models/models.h"
#include "scenarios/explain_entry.h"

/* --- Without a word --- */

static void print_mechanisms(struct sp_prose *prose) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    struct sp_prose_table table = {0};
    for (size_t i = 0; i < count; i++)
        SP_PROSE_ROW(prose, &table, mechanism[i]->name, mechanism[i]->sentence);
    fputs("Mechanisms, the pieces of the business:\n\n", prose->out);
    sp_prose_print(prose, &table, 2);
}

static void print_names(struct sp_prose *prose, const struct sp_catalog *catalog, const char *title,
                        enum sp_catalog_kind kind) {
    const char *list = "";
    for (size_t i = 0; i < catalog->entries; i++)
        if (catalog->entry[i].kind == kind)
            list = sp_prose_text(prose, "%s%s%s", list, *list ? ", " : "", catalog->entry[i].name);
    fprintf(prose->out, "\n%s:\n\n  ", title);
    sp_prose_wrap(prose, 2, 2, list);
}

static void print_how_to_go_on(struct sp_prose *prose) {
    struct sp_prose_table table = {0};
    SP_PROSE_ROW(prose, &table, "scalepath explain growth", "a mechanism: its keys and its results");
    SP_PROSE_ROW(prose, &table, "scalepath explain growth.decay", "a key of the scenario, with an example");
    SP_PROSE_ROW(prose, &table, "scalepath explain cost.ai", "a metric of the result");
    SP_PROSE_ROW(prose, &table, "scalepath explain cost", "all that begins with cost.");
    SP_PROSE_ROW(prose, &table, "scalepath explain lognormal", "a law, with its parameters");
    SP_PROSE_ROW(prose, &table, "scalepath explain --reference", "everything, as one page of Markdown");
    SP_PROSE_ROW(prose, &table, "scalepath init", "a scenario to begin with, every key commented");
    fputs("\nTo go on:\n\n", prose->out);
    sp_prose_print(prose, &table, 2);
}

int sp_explain_overview(int width, char **text) {
    struct sp_prose prose;
    struct sp_catalog catalog;
    if (sp_prose_begin(&prose, width))
        return SP_ERROR_RESOURCES;
    prose.error = sp_catalog_fill(prose.arena, &catalog);
    if (!prose.error) {
        print_mechanisms(&prose);
        print_names(&prose, &catalog, "Settings of a scenario", SP_CATALOG_SETTING);
        print_names(&prose, &catalog, "Laws that a value can be drawn from", SP_CATALOG_LAW);
        print_how_to_go_on(&prose);
    }
    return sp_prose_end(&prose, text);
}

/* --- With a word --- */

static void print_list(struct sp_prose *prose, const struct sp_catalog_entry *const *found, size_t count) {
    struct sp_prose_table table = {0};
    for (size_t i = 0; i < count; i++)
        SP_PROSE_ROW(prose, &table, found[i]->name, sp_catalog_kind_name(found[i]->kind), found[i]->sentence);
    sp_prose_print(prose, &table, 0);
}

static void print_found(struct sp_prose *prose, const struct sp_catalog_entry *const *found, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i)
            fputc('\n', prose->out);
        sp_explain_entry_print(prose, found[i]);
    }
}

int sp_explain_tell_unknown(struct sp_arena *arena, const struct sp_catalog *catalog, const char *word,
                            struct sp_problems *problems) {
    const char *near = sp_catalog_nearest(arena, catalog, word);
    return sp_problems_add(problems, SP_ERROR_USAGE, (struct sp_place){0}, "nothing is called '%s'; %s%s%s",
                           word, near ? "did you mean '" : "scalepath explain lists what there is",
                           near ? near : "", near ? "'?" : "");
}

static int print_word(struct sp_prose *prose, const char *word, struct sp_problems *problems) {
    struct sp_catalog catalog;
    if (sp_catalog_fill(prose->arena, &catalog))
        return SP_ERROR_RESOURCES;
    const struct sp_catalog_entry **found = sp_arena_array(prose->arena, catalog.entries, sizeof *found);
    if (!found)
        return SP_ERROR_RESOURCES;
    size_t count = sp_catalog_find(&catalog, word, found);
    if (count) {
        print_found(prose, found, count);
        return 0;
    }
    if (sp_explain_entry_parameter(prose, &catalog, word))
        return 0;
    count = sp_catalog_guess(&catalog, word, found);
    if (count == 1)
        print_found(prose, found, count);
    else if (count)
        print_list(prose, found, count);
    return count ? 0 : sp_explain_tell_unknown(prose->arena, &catalog, word, problems);
}

int sp_explain_word(const char *word, int width, char **text, struct sp_problems *problems) {
    struct sp_prose prose;
    if (sp_prose_begin(&prose, width))
        return SP_ERROR_RESOURCES;
    int error = print_word(&prose, word, problems);
    if (error)
        prose.error = error;
    return sp_prose_end(&prose, text);
}
