/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Switching a mechanism off, or giving a key that may be left out, changes no draw of anything else, bit for
 * bit. All mechanisms and keys are taken from the registry, with the examples that their fields have; so what
 * is added later is tested too.
 */
#include "engine/run/block.h"
#include "models/models.h"
#include "tests/unit/scenarios/plan_helper.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(draws_apart, .timeout = 60);

enum { PATHS = 128, QUARTERS = 3, SETS = 64 };

static struct sp_arena *arena;
static const char *folder, *file;

static void begin(void) {
    arena = sp_arena_create();
    folder = tree_helper_folder(arena);
    file = tree_helper_write_starter(arena, folder);
}

static void end(void) {
    tree_helper_remove(folder);
    sp_arena_free(arena);
}

/* The first scenario, which has every mechanism, with some things set. NULL: refused, and told. */
static struct sp_plan *compile(const char *const *set, size_t sets, struct sp_problems *problems) {
    return plan_helper_try(file, set, sets, problems);
}

static const char *switch_off(const struct sp_field_table *table, size_t instance) {
    const char *path =
        table->instanced ? sp_scenario_instance_path(arena, table, table->instance[instance]) : table->name;
    return sp_arena_format(arena, "%s.enabled=false", path);
}

static size_t add_off(const struct sp_field_table *table, const char **set, size_t sets) {
    for (size_t i = 0; i < 2 && (i == 0 || (table->instanced && table->instance[i])); i++) {
        cr_assert_lt(sets, SETS);
        set[sets++] = switch_off(table, i);
    }
    return sets;
}

/* "[usage] needs free, which [conversion] works out": then [usage] has to go too. */
static const struct sp_field_table *find_needy(const struct sp_problems *problems) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    for (size_t p = 0; p < problems->count; p++)
        for (size_t i = 0; i < count; i++) {
            const struct sp_field_table *decider = sp_mechanism_decider(mechanism[i]);
            const char *start = decider ? sp_arena_format(arena, "[%s] needs ", decider->name) : "?";
            if (strncmp(problems->items[p].what, start, strlen(start)) == 0)
                return decider;
        }
    return NULL;
}

static struct sp_plan *compile_without(const struct sp_field_table *table) {
    const char *set[SETS];
    struct sp_plan *plan = NULL;
    for (size_t sets = 0; table;) {
        struct sp_problems problems = {0};
        sets = add_off(table, set, sets);
        plan = compile(set, sets, &problems);
        table = plan ? NULL : find_needy(&problems);
        cr_assert(plan || table, "%s", problems.count ? problems.items[0].what : "");
        sp_problems_free(&problems);
    }
    return plan;
}

static const struct sp_variable *find(const struct sp_variant *variant, const char *name, size_t *index) {
    for (*index = 0; *index < variant->variables; ++*index)
        if (strcmp(variant->variable[*index].name, name) == 0)
            return &variant->variable[*index];
    return NULL;
}

/* What both have is drawn alike; `but` is what has been changed itself. Returns how many they share. */
static size_t compare(struct sp_plan *a, struct sp_plan *b, const char *but) {
    const struct sp_variant *va = &a->variant[0], *vb = &b->variant[0];
    struct sp_block *x = sp_block_create(a, va, PATHS), *y = sp_block_create(b, vb, PATHS);
    size_t shared = 0, other;
    cr_assert(x && y);
    sp_block_begin(x, 0, PATHS);
    sp_block_begin(y, 0, PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(x, t);
        sp_block_quarter(y, t);
        for (size_t i = 0; i < va->variables; i++) {
            const char *name = va->variable[i].name;
            if (!find(vb, name, &other) || strcmp(name, but) == 0)
                continue;
            shared++;
            cr_expect_arr_eq(sp_block_drawn(x, i, t), sp_block_drawn(y, other, t), PATHS * sizeof(double),
                             "%s: drawn otherwise in quarter %zu", name, t);
        }
    }
    sp_block_free(x);
    sp_block_free(y);
    return shared;
}

Test(draws_apart, mechanisms_off, .init = begin, .fini = end) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    struct sp_problems problems = {0};
    struct sp_plan *all = compile(NULL, 0, &problems);
    cr_assert_not_null(all);
    for (size_t i = 0; i < count; i++) {
        const struct sp_field_table *decider = sp_mechanism_decider(mechanism[i]);
        if (!decider || mechanism[i]->with)
            continue;
        struct sp_plan *without = compile_without(decider);
        cr_expect(without->variant[0].steps < all->variant[0].steps, "%s", decider->name);
        compare(all, without, "");
        sp_plan_free(without);
    }
    sp_plan_free(all);
}

static void check_field(struct sp_plan *all, const struct sp_field_table *table,
                        const struct sp_field *field) {
    const char *path =
        table->instanced ? sp_scenario_instance_path(arena, table, table->instance[0]) : table->name;
    const char *key = sp_arena_format(arena, "%s.%s", path, field->key);
    const char *set = sp_arena_format(arena, "%s=%s", key, field->example[0]);
    struct sp_problems problems = {0};
    struct sp_plan *given = compile(&set, 1, &problems);
    if (given) /* else it needs others that are not given */
        cr_expect_gt(compare(all, given, key), 0, "%s", set);
    sp_plan_free(given);
    sp_problems_free(&problems);
}

Test(draws_apart, keys_given, .init = begin, .fini = end) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    struct sp_problems problems = {0};
    struct sp_plan *all = compile(NULL, 0, &problems);
    cr_assert_not_null(all);
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t]; t++)
            for (size_t f = 0; f < mechanism[i]->table[t]->fields; f++)
                if (mechanism[i]->table[t]->field[f].optional && mechanism[i]->table[t]->field[f].example[0])
                    check_field(all, mechanism[i]->table[t], &mechanism[i]->table[t]->field[f]);
    sp_plan_free(all);
}
