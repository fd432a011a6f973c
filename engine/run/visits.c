/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/visits.h"

#include "engine/base/wide.h"

#include <string.h>

static size_t left_size(const struct sp_visits *visits) {
    return 1 + visits->labels * visits->size;
}

int sp_visits_create(struct sp_arena *arena, size_t labels, size_t rows, size_t size,
                     struct sp_visits *visits) {
    *visits = (struct sp_visits){.labels = labels, .rows = rows, .size = size};
    visits->before = sp_arena_array(arena, size, sizeof *visits->before);
    visits->changes = sp_arena_array(arena, size, sizeof *visits->changes);
    visits->mover = sp_arena_array(arena, size + SP_SELECT_MORE, sizeof *visits->mover);
    visits->move = sp_arena_array(arena, size, sizeof *visits->move);
    visits->place = sp_arena_array(arena, labels * size, sizeof *visits->place);
    visits->here = sp_arena_array(arena, rows * size, sizeof *visits->here);
    visits->left = sp_arena_array(arena, rows * left_size(visits), sizeof *visits->left);
    visits->is_zero = sp_arena_array(arena, rows, sizeof *visits->is_zero);
    return visits->before && visits->changes && visits->mover && visits->move && visits->place &&
                   visits->here && visits->left && visits->is_zero
               ? 0
               : -1;
}

void sp_visits_begin(struct sp_visits *visits) {
    visits->quarters = 0;
    visits->places = 0;
    memset(visits->place, 0, visits->labels * visits->size * sizeof *visits->place);
    memset(visits->is_zero, 1, visits->rows * sizeof *visits->is_zero);
}

/* --- Who moves --- */

SP_WIDE static void mark_changes(const uint16_t *restrict now, const uint16_t *restrict before,
                                 uint16_t *restrict change, size_t n) {
    for (size_t p = 0; p < n; p++)
        change[p] = now[p] != before[p];
}

/* Returns how many places are in use then. */
static uint32_t find_moves(const struct sp_visits *visits, const uint16_t *now) {
    uint32_t places = visits->places, *place = visits->place;
    for (size_t i = 0; i < visits->movers; i++) {
        uint16_t path = visits->mover[i];
        uint32_t *left = &place[visits->before[path] * visits->size + path];
        if (*left == 0)
            *left = ++places;
        visits->move[i] = (struct sp_visit_move){*left, place[now[path] * visits->size + path], path};
    }
    return places;
}

/* In the first quarter nobody moves. */
void sp_visits_move(struct sp_visits *visits, const struct sp_kernels *kernels, const uint16_t *now,
                    size_t n) {
    visits->movers = 0;
    if (visits->quarters++ > 0) {
        mark_changes(now, visits->before, visits->changes, n);
        visits->movers = kernels->select(visits->changes, 1, visits->mover, n);
    }
    visits->places = find_moves(visits, now);
    memcpy(visits->before, now, n * sizeof *now);
}

/* --- Sums --- */

/* What the row after this one has left behind: it is worked on next, and lies in memory. */
static const double *left_next(const struct sp_visits *visits, size_t row) {
    return visits->left + (row + 1 < visits->rows ? row + 1 : row) * left_size(visits);
}

/* Those who have moved leave the sum of their old label behind, and take up that of the new one. */
static void move_sums(const struct sp_visits *visits, size_t row, double *here, double *left) {
    const double *next = left_next(visits, row);
    for (size_t i = 0; i < visits->movers; i++) {
        struct sp_visit_move move = visits->move[i];
        __builtin_prefetch(next + move.left, 1);
        left[move.left] = here[move.path];
        here[move.path] = move.found > 0 ? left[move.found] : 0;
    }
}

SP_WIDE static void begin_sums(double *restrict here, const double *restrict x, double centre, size_t n) {
    for (size_t p = 0; p < n; p++)
        here[p] = x[p] == x[p] ? x[p] - centre : 0;
}

SP_WIDE static void add_to_sums(double *restrict here, const double *restrict x, double centre, size_t n) {
    for (size_t p = 0; p < n; p++)
        here[p] += x[p] == x[p] ? x[p] - centre : 0;
}

const double *sp_visits_sums(const struct sp_visits *visits, size_t row) {
    return visits->is_zero[row] ? NULL : visits->here + row * visits->size;
}

/* Many rows are the same on all paths, and 0 as long as what they tell of has not begun: for these nothing is
 * written. */
void sp_visits_add(struct sp_visits *visits, size_t row, const double *x, double centre, bool is_constant,
                   size_t n) {
    double *here = visits->here + row * visits->size, *left = visits->left + row * left_size(visits);
    bool adds_nothing = is_constant && (x[0] == centre || x[0] != x[0]);
    if (visits->is_zero[row] && adds_nothing)
        return;
    if (visits->is_zero[row]) {
        memset(left, 0, (1 + visits->places) * sizeof *left);
        begin_sums(here, x, centre, n);
    } else {
        move_sums(visits, row, here, left);
        add_to_sums(here, x, centre, n);
    }
    visits->is_zero[row] = false;
}

/* --- When a block has ended --- */

SP_WIDE static uint64_t sum_squares(const uint16_t *restrict spent, size_t n) {
    uint64_t sum = 0;
    for (size_t p = 0; p < n; p++)
        sum += (uint32_t)spent[p] * spent[p];
    return sum;
}

void sp_visits_end(const struct sp_visits *visits, const uint16_t *spent, size_t n,
                   uint64_t *number_squares) {
    for (size_t label = 0; label < visits->labels; label++)
        number_squares[label] += sum_squares(spent + label * visits->size, n);
}

void sp_visits_collect(const struct sp_visits *visits, const struct sp_kernels *kernels, size_t row,
                       size_t label, const uint16_t *now, const uint16_t *spent, size_t n,
                       struct sp_path_lanes *lanes) {
    const double *here = visits->here + row * visits->size, *left = visits->left + row * left_size(visits);
    size_t first = label * visits->size; /* of the label's paths */
    if (visits->is_zero[row])
        return;
    const struct sp_path_sums sums = {here, left, now, visits->place + first, spent + first};
    kernels->add_paths(&sums, (uint16_t)label, first < visits->places ? left_next(visits, row) + first : here,
                       n, lanes);
}
