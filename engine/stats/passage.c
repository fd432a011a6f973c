/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/passage.h"

#include <string.h>

size_t sp_passage_size(size_t labels, size_t quarters) {
    return labels * quarters + 2 * labels * (quarters + 1) + 3 * labels;
}

struct sp_passage sp_passage_over(uint64_t *counts, size_t labels, size_t quarters) {
    struct sp_passage passage = {.labels = labels, .quarters = quarters, .occupancy = counts};
    passage.entry = passage.occupancy + quarters * labels;
    passage.dwell = passage.entry + labels * (quarters + 1);
    passage.inside = passage.dwell + labels * (quarters + 1);
    passage.skipped = passage.inside + labels;
    passage.fell_back = passage.skipped + labels;
    return passage;
}

void sp_passage_begin(const struct sp_passage *passage, struct sp_passage_state *state, const double *start,
                      size_t n, size_t stride) {
    memset(state->spent, 0, passage->labels * stride * sizeof *state->spent);
    for (size_t i = 0; i < passage->labels * stride; i++)
        state->entered[i] = (uint16_t)passage->quarters;
    for (size_t p = 0; p < n; p++) {
        unsigned label = (unsigned)start[p];
        state->now[p] = (uint16_t)label;
        /* Tiers below the first are behind the path: it has not skipped them. */
        state->visited[p] = (uint16_t)((2u << label) - 1);
        state->skipped[p] = state->fell[p] = 0;
    }
}

/* Eight paths at a time. A comparison gives all ones where it holds. */
typedef uint16_t u16x8 __attribute__((vector_size(16), aligned(2), may_alias));

static inline u16x8 *at(uint16_t *array, size_t p) {
    return (u16x8 *)(void *)(array + p);
}

/* What the arrival of eight paths in this quarter means for one label; returns all ones for those who arrive.
 */
static inline u16x8 move_eight(struct sp_passage_state *state, unsigned label, unsigned quarter, size_t p,
                               size_t stride) {
    const u16x8 zero = {0}, here = zero + (uint16_t)label, bit = zero + (uint16_t)(1u << label);
    const u16x8 to = *at(state->next, p), from = *at(state->now, p), visited = *at(state->visited, p);
    u16x8 *spent = at(state->spent + label * stride, p), *entered = at(state->entered + label * stride, p);
    u16x8 is_here = (u16x8)(to == here), time = zero + (uint16_t)quarter;
    u16x8 is_first = is_here & (u16x8)(*entered > time);
    *spent -= is_here;
    *entered = (*entered & ~is_first) | (time & is_first);
    *at(state->skipped, p) |= (u16x8)(to > here) & bit & ~visited;
    *at(state->fell, p) |= (u16x8)(from == here) & (u16x8)(to < here) & bit;
    return is_here;
}

static uint64_t move_label(struct sp_passage_state *state, unsigned label, unsigned quarter, size_t n,
                           size_t stride) {
    u16x8 count = {0};
    uint64_t sum = 0;
    for (size_t p = 0; p < n; p += 8)
        count -= move_eight(state, label, quarter, p, stride);
    for (int lane = 0; lane < 8; lane++)
        sum += count[lane];
    return sum;
}

void sp_passage_move(struct sp_passage *passage, struct sp_passage_state *state, const double *label,
                     size_t quarter, size_t n, size_t stride) {
    size_t eights = (n + 7) / 8 * 8;
    for (size_t p = 0; p < n; p++)
        state->next[p] = (uint16_t)(int)label[p];
    for (size_t p = n; p < eights; p++)
        state->next[p] = UINT16_MAX; /* no label: counted nowhere */
    for (unsigned k = 0; k < passage->labels; k++)
        passage->occupancy[quarter * passage->labels + k] +=
            move_label(state, k, (unsigned)quarter, n, stride);
    for (size_t p = 0; p < n; p++) {
        state->visited[p] = (uint16_t)(state->visited[p] | 1u << state->next[p]);
        state->now[p] = state->next[p];
    }
}

void sp_passage_end(struct sp_passage *passage, const struct sp_passage_state *state, size_t n,
                    size_t stride) {
    size_t times = passage->quarters + 1;
    for (size_t label = 0; label < passage->labels; label++)
        for (size_t p = 0; p < n; p++) {
            passage->entry[label * times + state->entered[label * stride + p]]++;
            passage->dwell[label * times + state->spent[label * stride + p]]++;
            passage->skipped[label] += state->skipped[p] >> label & 1;
            passage->fell_back[label] += state->fell[p] >> label & 1;
        }
    for (size_t p = 0; p < n; p++)
        passage->inside[state->now[p]]++;
}
