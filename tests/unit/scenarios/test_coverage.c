/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scenarios/COVERAGE.md: every sentence of the plan has an entry, and every name in an entry exists.
 */
#include "scenarios/catalog.h"
#include "scenarios/csv.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(coverage, .timeout = 20);

enum { MOST = 1024 };

struct pair {
    const char *id, *text;
};

static struct sp_arena *arena;
static struct sp_catalog catalog;
static struct pair items[MOST];
static const char *rows[MOST];
static size_t n_items, n_rows;

static char *read_file(const char *path) {
    const char *wrong = "";
    char *text = sp_csv_read(arena, path, &wrong);
    cr_assert_not_null(text, "%s: %s", path, wrong);
    return text;
}

/* The first fields of all lines but the head. */
static size_t read_list(const char *path, struct pair *pair) {
    char *text = read_file(path), *rest = NULL;
    int number = 0;
    size_t count = 0;
    sp_csv_line(&text, &number);
    while ((rest = sp_csv_line(&text, &number))) {
        cr_assert_lt(count, (size_t)MOST);
        pair[count].id = sp_csv_field(&rest);
        pair[count++].text = sp_csv_field(&rest);
    }
    return count;
}

static void begin(void) {
    static struct pair figures[MOST];
    arena = sp_arena_create();
    cr_assert_eq(sp_catalog_fill(arena, &catalog), 0);
    n_items = read_list("tests/unit/scenarios/plan_items.csv", items);
    n_rows = read_list("scenarios/path-to-scale.csv", figures);
    for (size_t i = 0; i < n_rows; i++)
        rows[i] = figures[i].id;
    cr_assert(n_items > 300 && n_rows > 150);
}

static void end(void) {
    sp_arena_free(arena);
}

/* --- Names --- */

static bool is_in_catalog(const char *name, enum sp_catalog_kind kind, enum sp_catalog_kind other) {
    for (size_t i = 0; i < catalog.entries; i++) {
        const struct sp_catalog_entry *entry = &catalog.entry[i];
        bool is_internal = entry->write && entry->write->internal;
        if ((entry->kind == kind || entry->kind == other) && !is_internal && sp_catalog_means(entry, name))
            return true;
    }
    return false;
}

static bool is_account(const char *name) {
    for (size_t i = 0; i < catalog.entries; i++)
        if (catalog.entry[i].write && catalog.entry[i].write->account &&
            strcmp(catalog.entry[i].write->account, name) == 0)
            return true;
    return false;
}

/* A star at the end stands for all rows that begin so. */
static bool is_row(const char *name) {
    size_t length = strlen(name);
    bool is_family = length > 2 && strcmp(name + length - 2, ".*") == 0;
    for (size_t i = 0; i < n_rows; i++)
        if (is_family ? strncmp(rows[i], name, length - 1) == 0 : strcmp(rows[i], name) == 0)
            return true;
    return false;
}

static bool exists(const char *kind, const char *name) {
    if (strcmp(kind, "assumption") == 0)
        return is_in_catalog(name, SP_CATALOG_FIELD, SP_CATALOG_SETTING);
    if (strcmp(kind, "mechanism") == 0)
        return is_in_catalog(name, SP_CATALOG_MECHANISM, SP_CATALOG_MECHANISM);
    if (strcmp(kind, "metric") == 0)
        return is_in_catalog(name, SP_CATALOG_METRIC, SP_CATALOG_METRIC);
    if (strcmp(kind, "account") == 0)
        return is_account(name);
    if (strcmp(kind, "risk") == 0)
        return is_in_catalog(name, SP_CATALOG_TABLE, SP_CATALOG_TABLE) &&
               is_row(sp_arena_format(arena, "%s.*", name));
    if (strcmp(kind, "mitigation") == 0 || strcmp(kind, "response") == 0)
        return strstr(name, kind) && is_row(name);
    return (strcmp(kind, "claim") == 0 || strcmp(kind, "row") == 0) && is_row(name);
}

/* --- Entries --- */

/* "KIND `NAME`, `NAME`; KIND `NAME`; note: why". What is wrong with it, or NULL. */
static const char *wrong_with_place(char *place) {
    while (strncmp(place, "note: ", 6) != 0) {
        size_t length = strcspn(place, " ");
        const char *kind = sp_arena_text_n(arena, place, length);
        place += length;
        for (bool more = true; more; more = place[0] == ',') {
            place += place[0] == ',' ? 1 : 0;
            char *close = place[0] == ' ' && place[1] == '`' ? strchr(place + 2, '`') : NULL;
            if (!close)
                return sp_arena_format(arena, "no name in quotes after '%s'", kind);
            *close = 0;
            if (!exists(kind, place + 2))
                return sp_arena_format(arena, "there is no %s '%s'", kind, place + 2);
            place = close + 1;
        }
        if (!*place)
            return NULL;
        if (strncmp(place, "; ", 2) != 0)
            return sp_arena_format(arena, "expected '; ', not '%s'", place);
        place += 2;
    }
    return place[6] ? NULL : "an empty note";
}

static struct pair *find_item(const char *id) {
    for (size_t i = 0; i < n_items; i++)
        if (strcmp(items[i].id, id) == 0)
            return &items[i];
    return NULL;
}

/* "| id | paraphrase | place |" */
static const char *wrong_with_line(char *line, int *seen) {
    char *id = line + 2, *text = strstr(id, " | "), *place = text ? strstr(text + 3, " | ") : NULL;
    size_t length = strlen(line);
    if (!place || length < 4 || strcmp(line + length - 2, " |") != 0)
        return sp_arena_format(arena, "no entry: %s", line);
    line[length - 2] = *text = *place = 0;
    const struct pair *item = find_item(id);
    if (!item)
        return sp_arena_format(arena, "%s: the plan has no such item", id);
    if (seen[item - items]++)
        return sp_arena_format(arena, "%s: twice", id);
    if (strcmp(item->text, text + 3) != 0)
        return sp_arena_format(arena, "%s: '%s' is '%s' in the list", id, text + 3, item->text);
    const char *wrong = wrong_with_place(place + 3);
    return wrong ? sp_arena_format(arena, "%s: %s", id, wrong) : NULL;
}

/* The first mistake of a page, or NULL; `all`: that all items have an entry, too. */
static const char *wrong_with_page(char *page, bool all) {
    int seen[MOST] = {0}, number = 0;
    const char *wrong = NULL;
    for (char *line; !wrong && (line = sp_csv_line(&page, &number));)
        if (strncmp(line, "| ", 2) == 0 && strncmp(line, "| id |", 6) != 0)
            wrong = wrong_with_line(line, seen);
    for (size_t i = 0; all && !wrong && i < n_items; i++)
        if (!seen[i])
            wrong = sp_arena_format(arena, "%s has no entry", items[i].id);
    return wrong;
}

Test(coverage, every_sentence_has_a_place_that_exists, .init = begin, .fini = end) {
    char *page = strstr(read_file("scenarios/COVERAGE.md"), "## The entries");
    cr_assert_not_null(page);
    const char *wrong = wrong_with_page(page, true);
    cr_expect_null(wrong, "%s", wrong);
}

Test(coverage, items_are_listed_once, .init = begin, .fini = end) {
    for (size_t i = 0; i < n_items; i++)
        cr_expect(find_item(items[i].id) == &items[i] && items[i].text && *items[i].text, "%s", items[i].id);
}

/* The check itself finds each kind of mistake. */
static void expect_wrong(const char *entries, bool all, const char *expected) {
    const char *wrong = wrong_with_page(sp_arena_text(arena, entries), all);
    cr_expect(expected ? wrong && strstr(wrong, expected) : !wrong, "%s", wrong ? wrong : "no mistake found");
}

Test(coverage, mistakes_are_found, .init = begin, .fini = end) {
    items[0] = (struct pair){"plan.01", "users"};
    n_items = 1;
#define ENTRY(place) "| plan.01 | users | " place " |\n"
    expect_wrong(ENTRY("assumption `growth.decay`, `tier.NAME.from`; metric `users`; note: why; and how"),
                 true, NULL);
    expect_wrong(ENTRY("account `cogs.hosting`; mechanism `cash`; claim `milestones.2026Q1.users`"), true,
                 NULL);
    expect_wrong("", true, "plan.01 has no entry");
    expect_wrong(ENTRY("note: a") ENTRY("note: a"), true, "twice");
    expect_wrong("| plan.02 | users | note: a |\n", false, "no such item");
    expect_wrong("| plan.01 | payers | note: a |\n", false, "is 'users' in the list");
    expect_wrong(ENTRY("note: "), false, "an empty note");
    expect_wrong(ENTRY("assumption `growth.decoy`"), false, "no assumption 'growth.decoy'");
    expect_wrong(ENTRY("metric `growth.decay`"), false, "no metric");
    expect_wrong(ENTRY("metric `growth.fade`"), false, "no metric");
    expect_wrong(ENTRY("mechanism `growth`, `groth`"), false, "no mechanism 'groth'");
    expect_wrong(ENTRY("account `cogs.nothing`"), false, "no account");
    expect_wrong(ENTRY("claim `milestones.2026Q9.users`"), false, "no claim");
    expect_wrong(ENTRY("response `risk.compliance.mitigation`"), false, "no response");
    expect_wrong(ENTRY("risk `risk.boredom`"), false, "no risk");
    expect_wrong(ENTRY("wish `growth`"), false, "no wish");
    expect_wrong(ENTRY("assumption growth.decay"), false, "no name in quotes");
    expect_wrong(ENTRY("assumption `growth.decay` metric `users`"), false, "expected '; '");
}
