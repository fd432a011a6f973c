/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/block.h"

#include "engine/base/wide.h"
#include "engine/run/strip.h"

#include <math.h>

/* An array of 512 paths is 4 KiB, of which the first-level cache holds eight to twelve. With fewer paths the
 * calls of steps and kernels take more time than it saves. */
enum { STRIP = 512 };

struct sp_block {
    struct sp_strip_store store;
    size_t strips;
    struct sp_strip **strip; /* [strips] */
};

static int create_strips(struct sp_block *block, const struct sp_plan *plan, const struct sp_variant *variant,
                         const struct sp_block *lender) {
    struct sp_strip_store *store = &block->store;
    block->strips = (store->size + STRIP - 1) / STRIP;
    block->strip = sp_arena_array(store->arena, block->strips, sizeof(struct sp_strip *));
    store->words = sp_arena_array(store->arena, store->size + SP_SELECT_MORE, sizeof *store->words);
    store->chosen = sp_arena_array(store->arena, store->size + SP_SELECT_MORE, sizeof *store->chosen);
    store->rule = sp_arena_array(store->arena, variant->rules + 1, sizeof *store->rule);
    if (!block->strip || !store->words || !store->chosen || !store->rule)
        return -1;
    for (size_t i = 0; i < block->strips; i++)
        if (!(block->strip[i] =
                  sp_strip_create(store, plan, variant, i * STRIP, lender ? lender->strip[i] : NULL)))
            return -1;
    return 0;
}

static struct sp_block *create(const struct sp_block *lender, bool for_metrics, const struct sp_plan *plan,
                               const struct sp_variant *variant, size_t size) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_block *block = arena ? sp_arena_array(arena, 1, sizeof *block) : NULL;
    if (!block) {
        sp_arena_free(arena);
        return NULL;
    }
    *block = (struct sp_block){.store = {.arena = arena, .size = size, .for_metrics = for_metrics}};
    if (create_strips(block, plan, variant, lender) == 0)
        return block;
    sp_arena_free(arena);
    return NULL;
}

struct sp_block *sp_block_create(const struct sp_plan *plan, const struct sp_variant *variant, size_t size) {
    return create(NULL, false, plan, variant, size);
}

struct sp_block *sp_block_create_for_metrics(const struct sp_plan *plan, const struct sp_variant *variant,
                                             size_t size) {
    return create(NULL, true, plan, variant, size);
}

struct sp_block *sp_block_create_beside(const struct sp_block *lender, const struct sp_plan *plan,
                                        const struct sp_variant *variant, size_t size) {
    return create(lender, false, plan, variant, size);
}

void sp_block_free(struct sp_block *block) {
    if (block)
        sp_arena_free(block->store.arena);
}

static struct sp_strip_paths whole_groups(uint64_t first, size_t valid) {
    return (struct sp_strip_paths){.first = first, .n = (valid + 63) / 64 * 64, .valid = valid};
}

void sp_block_begin(struct sp_block *block, uint64_t first_path, size_t valid) {
    block->store.paths = whole_groups(first_path, valid);
    for (size_t i = 0; i * STRIP < valid; i++) {
        size_t left = valid - i * STRIP;
        sp_strip_begin(block->strip[i], whole_groups(first_path + i * STRIP, left < STRIP ? left : STRIP));
    }
}

void sp_block_quarter(struct sp_block *block, size_t t) {
    for (size_t i = 0; i * STRIP < block->store.paths.valid; i++)
        sp_strip_quarter(block->strip[i], t);
}

/* --- Looking in --- */

size_t sp_block_valid(const struct sp_block *block) {
    return block->store.paths.valid;
}

uint64_t sp_block_first_path(const struct sp_block *block) {
    return block->store.paths.first;
}

const double *sp_block_now(const struct sp_block *block, int column) {
    return *sp_block_place(block, column);
}

double *const *sp_block_place(const struct sp_block *block, int column) {
    return sp_strip_place(block->strip[0], column);
}

const double *sp_block_opening(const struct sp_block *block, int column) {
    return sp_strip_opening(block->strip[0], column);
}

const double *sp_block_draw(const struct sp_block *block, size_t variable) {
    return sp_strip_draw(block->strip[0], variable);
}

const double *sp_block_drawn(const struct sp_block *block, size_t variable, size_t t) {
    return sp_strip_drawn(block->strip[0], variable, t);
}

const double *sp_block_in_force(const struct sp_block *block, size_t variable) {
    return sp_strip_in_force(block->strip[0], variable);
}

const uint64_t *sp_block_rules(const struct sp_block *block) {
    return block->store.rule;
}

SP_WIDE void sp_block_ratio(const double *numerator, const double *denominator, double *out, size_t n) {
    for (size_t p = 0; p < n; p++)
        out[p] = denominator[p] > 0 ? numerator[p] / denominator[p] : NAN;
}
