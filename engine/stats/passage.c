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
        state->now[p] = (unsigned char)label;
        /* Tiers below the first are behind the path: it has not skipped them. */
        state->visited[p] = (uint16_t)((2u << label) - 1);
        state->skipped[p] = state->fell[p] = 0;
    }
}

static void move_one(const struct sp_passage *passage, struct sp_passage_state *state, unsigned label,
                     size_t quarter, size_t p, size_t stride) {
    unsigned before = state->now[p], below = (1u << label) - 1;
    state->skipped[p] = (uint16_t)(state->skipped[p] | (below & ~(unsigned)state->visited[p]));
    state->visited[p] = (uint16_t)(state->visited[p] | 1u << label);
    if (label < before)
        state->fell[p] = (uint16_t)(state->fell[p] | 1u << before);
    state->now[p] = (unsigned char)label;
    state->spent[label * stride + p]++;
    uint16_t *entered = &state->entered[label * stride + p];
    if (*entered == passage->quarters)
        *entered = (uint16_t)quarter;
}

void sp_passage_move(struct sp_passage *passage, struct sp_passage_state *state, const double *label,
                     size_t quarter, size_t n, size_t stride) {
    for (size_t p = 0; p < n; p++) {
        unsigned to = (unsigned)label[p];
        move_one(passage, state, to, quarter, p, stride);
        passage->occupancy[quarter * passage->labels + to]++;
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
