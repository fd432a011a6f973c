/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How paths move through an ordered category (tiers): whole-number counts, so they merge in any order.
 * A path is followed quarter by quarter; its history lives in the caller's block (struct sp_passage_state).
 */
#ifndef SP_ENGINE_STATS_PASSAGE_H
#define SP_ENGINE_STATS_PASSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SP_PASSAGE_LABELS = 16 };

/* Counts of paths. Arrays are indexed [label][..], slowest first. */
struct sp_passage {
    size_t labels, quarters;
    uint64_t *occupancy; /* [quarters][labels] */
    uint64_t *entry;     /* [labels][quarters + 1]; the last: never */
    uint64_t *dwell;     /* [labels][quarters + 1] quarters spent */
    uint64_t *inside;    /* [labels] in it in the last quarter */
    uint64_t *skipped;   /* [labels] in a higher one, and before that never in this one */
    uint64_t *fell_back; /* [labels] left it for a lower one, at least once */
};

/* The history of the paths of a block: [label][path] and [path], at most 2^15 paths. A set of labels is one
 * bit for each. */
struct sp_passage_state {
    uint16_t *spent;   /* [labels][paths] quarters spent so far */
    uint16_t *now;     /* [paths] label in this quarter; before the first quarter: at the start */
    uint16_t *here;    /* [paths] the same as a set */
    uint16_t *visited; /* [paths] labels behind the path: been in, or below the first one */
    uint16_t *been;    /* [paths] labels it was in, in some quarter */
    uint16_t *arrived; /* [paths] the label it is in for the first time in this quarter, as a set */
    uint16_t *skipped; /* [paths] labels passed over */
    uint16_t *fell;    /* [paths] labels left for a lower one */
    size_t inside[SP_PASSAGE_LABELS]; /* paths in each label in this quarter */
    bool only_time; /* only `spent`, `now` and `inside` are followed; nothing is counted, other arrays are
                       NULL */
};

/* How many counts there are in all (they lie one after the other, from `occupancy` on). */
size_t sp_passage_size(size_t labels, size_t quarters);

/* Lays a passage over counts[sp_passage_size()]. */
struct sp_passage sp_passage_over(uint64_t *counts, size_t labels, size_t quarters);

/* Begins n paths, path i in label start[i]. `stride` is the distance between labels in the state's arrays. */
void sp_passage_begin(const struct sp_passage *passage, struct sp_passage_state *state, const double *start,
                      size_t n, size_t stride);

/* Moves n paths into label[i] in this quarter. */
void sp_passage_move(struct sp_passage *passage, struct sp_passage_state *state, const double *label,
                     size_t quarter, size_t n, size_t stride);

/* Ends the paths: their histories are counted. */
void sp_passage_end(struct sp_passage *passage, const struct sp_passage_state *state, size_t n,
                    size_t stride);

#endif
