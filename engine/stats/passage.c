/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/passage.h"

#include "engine/base/wide.h"

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
    for (size_t p = 0; p < n; p++) {
        unsigned label = (unsigned)start[p];
        state->now[p] = (uint16_t)label;
    }
    for (size_t p = 0; !state->only_time && p < n; p++) {
        unsigned label = state->now[p];
        state->here[p] = (uint16_t)(1u << label);
        /* Tiers below the first are behind the path: it has not skipped them. */
        state->visited[p] = (uint16_t)((2u << label) - 1);
        state->been[p] = state->skipped[p] = state->fell[p] = 0;
    }
}

/* Also finds the lowest and the highest. */
SP_WIDE static void take_labels(const double *restrict label, uint16_t *restrict now, size_t n,
                                uint16_t *lowest, uint16_t *highest) {
    uint16_t low = UINT16_MAX, high = 0;
    for (size_t p = 0; p < n; p++) {
        uint16_t k = (uint16_t)(int)label[p];
        now[p] = k;
        low = k < low ? k : low;
        high = k > high ? k : high;
    }
    *lowest = low;
    *highest = high;
}

SP_WIDE static void make_sets(const uint16_t *restrict now, uint16_t *restrict set, size_t n) {
    for (size_t p = 0; p < n; p++)
        set[p] = (uint16_t)(1u << now[p]);
}

/* The sets of all paths, after they have moved to the label that `arrived` holds. */
SP_WIDE static void move_sets(uint16_t *restrict here, uint16_t *restrict visited, uint16_t *restrict been,
                              uint16_t *restrict arrived, uint16_t *restrict skipped, uint16_t *restrict fell,
                              size_t n) {
    for (size_t p = 0; p < n; p++) {
        uint16_t from = here[p], to = arrived[p];
        skipped[p] |= (uint16_t)((to - 1) & ~visited[p]);
        fell[p] |= to < from ? from : 0;
        arrived[p] = (uint16_t)(to & ~been[p]);
        visited[p] |= to;
        been[p] |= to;
        here[p] = to;
    }
}

/* Adds a quarter to those who are in the label, and counts them. */
SP_WIDE static size_t stay(const uint16_t *restrict now, uint16_t label, uint16_t *restrict spent, size_t n) {
    uint16_t inside = 0;
    for (size_t p = 0; p < n; p++) {
        uint16_t is_here = now[p] == label;
        spent[p] = (uint16_t)(spent[p] + is_here);
        inside = (uint16_t)(inside + is_here);
    }
    return inside;
}

/* How many sets hold any of the labels. */
SP_WIDE static size_t count_sets(const uint16_t *restrict set, uint16_t labels, size_t n) {
    uint16_t count = 0;
    for (size_t p = 0; p < n; p++)
        count = (uint16_t)(count + ((set[p] & labels) != 0));
    return count;
}

void sp_passage_move(struct sp_passage *passage, struct sp_passage_state *state, const double *label,
                     size_t quarter, size_t n, size_t stride) {
    size_t times = passage->quarters + 1;
    uint16_t lowest, highest;
    take_labels(label, state->now, n, &lowest, &highest);
    memset(state->inside, 0, sizeof state->inside);
    for (uint16_t k = lowest; k <= highest; k++)
        state->inside[k] = stay(state->now, k, state->spent + k * stride, n);
    if (state->only_time)
        return;
    make_sets(state->now, state->arrived, n);
    move_sets(state->here, state->visited, state->been, state->arrived, state->skipped, state->fell, n);
    for (size_t k = 0; k < passage->labels; k++) {
        passage->occupancy[quarter * passage->labels + k] += state->inside[k];
        if (state->inside[k] > 0)
            passage->entry[k * times + quarter] += count_sets(state->arrived, (uint16_t)(1u << k), n);
    }
}

void sp_passage_end(struct sp_passage *passage, const struct sp_passage_state *state, size_t n,
                    size_t stride) {
    size_t times = passage->quarters + 1;
    for (size_t k = 0; !state->only_time && k < passage->labels; k++) {
        uint16_t label = (uint16_t)(1u << k);
        passage->entry[k * times + passage->quarters] += n - count_sets(state->been, label, n);
        passage->skipped[k] += count_sets(state->skipped, label, n);
        passage->fell_back[k] += count_sets(state->fell, label, n);
        passage->inside[k] += count_sets(state->here, label, n);
    }
    /* Label by label for each path: neighbouring paths would wait for the same count. */
    for (size_t p = 0; !state->only_time && p < n; p++)
        for (size_t k = 0; k < passage->labels; k++)
            passage->dwell[k * times + state->spent[k * stride + p]]++;
}
