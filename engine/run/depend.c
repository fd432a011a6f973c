/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/depend.h"

#include "engine/base/error.h"
#include "engine/random/law_make.h"
#include "engine/run/block.h"
#include "engine/run/parallel.h"
#include "engine/run/reach.h"

#include <string.h>

/* Variables are tried some at a time, beside one simulation as planned; few paths in a block, since making
 * room takes longer than simulating. */
enum { PATHS = 512, BLOCK = 64, AT_ONCE = 8 };

/* The other values: far enough to show in rare events too. */
static const double factor[] = {0.01, 0.7, 1.01, 30};
enum { FACTORS = sizeof factor / sizeof *factor };

struct search {
    const struct sp_plan *plan;
    const struct sp_variant *variant;
    size_t count;
    const size_t *variable;
    bool *const *depends;
    size_t trials;
    int failed;
};

/* The plan as it is, and with one variable changed in each of `others` variants. */
struct trial {
    struct sp_arena *arena;
    struct sp_tables *tables;
    struct sp_block *planned, *other[AT_ONCE];
    struct sp_variant changed[AT_ONCE];
    struct sp_reach reach[AT_ONCE];
    size_t others;
};

/* --- Changing a variable --- */

/* Another value for the variable, within its bounds. */
static double other_value(const struct sp_variable *variable, const struct sp_law *law, double times) {
    /* The newer laws may have no mean, or one that takes long to find. */
    double mean = law->kind <= SP_LAW_GAMMA ? sp_law_mean(law) : sp_law_quantile(law, 0.5, 0.5);
    double other = mean == 0 ? times : mean * times;
    return other > variable->high ? variable->high : other < variable->low ? variable->low : other;
}

/* The law and sampler of the other values, one as likely as the next. */
static int set_other_law(struct trial *trial, const struct sp_variable *variable,
                         const struct sp_schedule_entry *planned, struct sp_schedule_entry *entry) {
    double value[FACTORS];
    for (int i = 0; i < FACTORS; i++)
        value[i] = other_value(variable, &planned->law, factor[i]);
    entry->from = planned->from;
    return sp_law_make_list(trial->arena, value, NULL, FACTORS, &entry->law) ||
                   sp_sampler_make(&entry->sampler, &entry->law, trial->tables)
               ? -1
               : 0;
}

static int change_variable(struct trial *trial, struct sp_variant *variant, size_t index) {
    struct sp_variable *variables = sp_arena_array(trial->arena, variant->variables, sizeof *variables);
    if (!variables)
        return -1;
    memcpy(variables, variant->variable, variant->variables * sizeof *variables);
    struct sp_variable *variable = &variables[index];
    struct sp_schedule_entry *entry = sp_arena_array(trial->arena, variable->entries, sizeof *entry);
    if (!entry)
        return -1;
    for (size_t e = 0; e < variable->entries; e++)
        if (set_other_law(trial, variable, &variable->entry[e], &entry[e]))
            return -1;
    variable->entry = entry;
    variable->given.conditional = NULL;
    variant->variable = variables;
    return 0;
}

/* Only the steps that the variable can reach run again. */
static int leave_out_steps(struct trial *trial, struct sp_variant *variant, const struct sp_reach *reach) {
    struct sp_bound_step *step = sp_arena_array(trial->arena, variant->steps, sizeof *step);
    if (!step)
        return -1;
    memcpy(step, variant->step, variant->steps * sizeof *step);
    for (size_t i = 0; i < variant->steps; i++)
        step[i].is_live = step[i].is_live && reach->step[i];
    variant->step = step;
    return 0;
}

/* --- Trying --- */

/* The variables of a search are dealt out to the trials in turn: neighbours often reach as much. */
static size_t dealt(const struct search *search, size_t item, size_t i) {
    return item + i * search->trials;
}

static int add_other(struct trial *trial, const struct search *search, size_t variable) {
    size_t i = trial->others;
    trial->changed[i] = *search->variant;
    if (sp_reach_find(trial->arena, search->variant, variable, &trial->reach[i]) ||
        change_variable(trial, &trial->changed[i], variable) ||
        leave_out_steps(trial, &trial->changed[i], &trial->reach[i]))
        return -1;
    trial->other[i] = sp_block_create_beside(trial->planned, search->plan, &trial->changed[i], BLOCK);
    trial->others += trial->other[i] != NULL;
    return trial->other[i] ? 0 : -1;
}

static int begin_trial(struct trial *trial, const struct search *search, size_t item) {
    *trial = (struct trial){.arena = sp_arena_create(), .tables = sp_tables_create()};
    trial->planned = sp_block_create(search->plan, search->variant, BLOCK);
    if (!trial->arena || !trial->tables || !trial->planned)
        return -1;
    while (dealt(search, item, trial->others) < search->count)
        if (add_other(trial, search, search->variable[dealt(search, item, trial->others)]))
            return -1;
    return 0;
}

static void end_trial(struct trial *trial) {
    sp_block_free(trial->planned);
    for (size_t i = 0; i < AT_ONCE; i++)
        sp_block_free(trial->other[i]);
    sp_tables_free(trial->tables);
    sp_arena_free(trial->arena);
}

static void compare(const struct sp_block *planned, const struct sp_block *other, size_t columns,
                    const bool *reached, bool *depends) {
    for (size_t c = 0; c < columns; c++)
        if (reached[c] && !depends[c])
            depends[c] = memcmp(sp_block_now(planned, (int)c), sp_block_now(other, (int)c),
                                BLOCK * sizeof(double)) != 0;
}

static void run_block(struct trial *trial, const struct search *search, size_t item, uint64_t first_path) {
    sp_block_begin(trial->planned, first_path, BLOCK);
    for (size_t i = 0; i < trial->others; i++)
        sp_block_begin(trial->other[i], first_path, BLOCK);
    for (size_t t = 0; t < search->plan->quarters; t++) {
        sp_block_quarter(trial->planned, t);
        for (size_t i = 0; i < trial->others; i++) {
            sp_block_quarter(trial->other[i], t);
            compare(trial->planned, trial->other[i], search->variant->columns, trial->reach[i].column,
                    search->depends[dealt(search, item, i)]);
        }
    }
}

/* A ratio depends on what its parts depend on. */
static void complete_ratios(const struct sp_variant *variant, bool *depends) {
    for (size_t c = 0; c < variant->columns; c++) {
        const struct sp_column *column = &variant->column[c];
        if (column->numerator != SP_PLAN_NONE)
            depends[c] = depends[column->numerator] || depends[column->denominator];
    }
}

static void work(void *context, int thread, uint64_t item) {
    struct search *search = context;
    struct trial trial;
    (void)thread;
    if (begin_trial(&trial, search, (size_t)item) == 0)
        for (uint64_t path = 0; path < PATHS; path += BLOCK)
            run_block(&trial, search, (size_t)item, path);
    else
        __atomic_store_n(&search->failed, 1, __ATOMIC_RELAXED);
    end_trial(&trial);
}

/* One for each thread, and so many that none gets more than AT_ONCE variables. */
static size_t trials_for(size_t count, int threads) {
    size_t least = (count + AT_ONCE - 1) / AT_ONCE,
           wanted = (size_t)threads < count ? (size_t)threads : count;
    return least > wanted ? least : wanted;
}

int sp_depend_find(const struct sp_plan *plan, const struct sp_variant *variant, int threads, size_t count,
                   const size_t *variable, bool *const *depends) {
    struct search search = {plan, variant, count, variable, depends, trials_for(count, threads), 0};
    sp_parallel_each(threads, search.trials, &search, work);
    for (size_t i = 0; i < count; i++)
        complete_ratios(variant, depends[i]);
    return search.failed ? SP_ERROR_RESOURCES : 0;
}
