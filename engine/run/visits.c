/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/visits.h"

#include "engine/base/wide.h"

#include <string.h>

/* What rows have left stands in shelves: the first `size` places of all rows, then the next of all, so that
 * memory is touched for no more shelves than paths need. */
static size_t shelf_size(const struct sp_visits *visits) {
    return visits->rows * visits->size;
}

int sp_visits_create(struct sp_arena *arena, size_t labels, size_t rows, size_t size,
                     struct sp_visits *visits) {
    *visits = (struct sp_visits){.labels = labels, .rows = rows, .size = size};
    if ((labels + 1) * shelf_size(visits) > INT32_MAX)
        return -1;
    visits->before = sp_arena_array(arena, size, sizeof *visits->before);
    visits->changes = sp_arena_array(arena, size, sizeof *visits->changes);
    visits->mover = sp_arena_array(arena, size + SP_SELECT_MORE, sizeof *visits->mover);
    visits->move = sp_arena_array(arena, size, sizeof *visits->move);
    visits->place = sp_arena_array(arena, labels * size, sizeof *visits->place);
    visits->here = sp_arena_array(arena, rows * size, sizeof *visits->here);
    visits->left = sp_arena_array(arena, (labels + 1) * shelf_size(visits), sizeof *visits->left);
    visits->is_zero = sp_arena_array(arena, rows, sizeof *visits->is_zero);
    return visits->before && visits->changes && visits->mover && visits->move && visits->place &&
                   visits->here && visits->left && visits->is_zero
               ? 0
               : -1;
}

void sp_visits_begin(struct sp_visits *visits) {
    visits->quarters = 0;
    visits->shelves = 1;
    visits->last = 0;
    visits->shelf_end = (uint32_t)visits->size;
    memset(visits->place, 0, visits->labels * visits->size * sizeof *visits->place);
    memset(visits->is_zero, 1, visits->rows * sizeof *visits->is_zero);
}

/* --- Who moves --- */

SP_WIDE static void mark_changes(const uint16_t *restrict now, const uint16_t *restrict before,
                                 uint16_t *restrict change, size_t n) {
    for (size_t p = 0; p < n; p++)
        change[p] = now[p] != before[p];
}

/* The last place of a shelf is followed by the first of the next. */
static uint32_t next_place(struct sp_visits *visits, uint32_t place) {
    if (++place < visits->shelf_end)
        return place;
    visits->shelf_end += (uint32_t)shelf_size(visits);
    return (uint32_t)(visits->shelves++ * shelf_size(visits));
}

static void find_moves(struct sp_visits *visits, const uint16_t *now) {
    uint32_t last = visits->last;
    for (size_t i = 0; i < visits->movers; i++) {
        uint16_t path = visits->mover[i];
        uint32_t *left = &visits->place[visits->before[path] * visits->size + path];
        if (*left == 0)
            *left = last = next_place(visits, last);
        visits->move[i] = (struct sp_visit_move){*left, visits->place[now[path] * visits->size + path], path};
    }
    visits->last = last;
}

/* In the first quarter nobody moves. */
void sp_visits_move(struct sp_visits *visits, const struct sp_kernels *kernels, const uint16_t *now,
                    size_t n) {
    visits->movers = 0;
    if (visits->quarters++ > 0) {
        mark_changes(now, visits->before, visits->changes, n);
        visits->movers = kernels->select(visits->changes, 1, visits->mover, n);
    }
    find_moves(visits, now);
    memcpy(visits->before, now, n * sizeof *now);
}

/* --- Sums --- */

/* What the row after this one has left behind: it is worked on next, and lies in memory. */
static const double *left_next(const struct sp_visits *visits, size_t row) {
    return visits->left + (row + 1 < visits->rows ? row + 1 : row) * visits->size;
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
    double *here = visits->here + row * visits->size, *left = visits->left + row * visits->size;
    bool adds_nothing = is_constant && (x[0] == centre || x[0] != x[0]);
    if (visits->is_zero[row] && adds_nothing)
        return;
    if (visits->is_zero[row]) {
        for (size_t shelf = 0; shelf < visits->shelves; shelf++)
            memset(left + shelf * shelf_size(visits), 0, visits->size * sizeof *left);
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
    const double *here = visits->here + row * visits->size, *left = visits->left + row * visits->size;
    size_t first = label * visits->size; /* of the label's paths */
    if (visits->is_zero[row])
        return;
    const struct sp_path_sums sums = {here, left, now, visits->place + first, spent + first};
    const double *next = label < visits->shelves ? left_next(visits, row) + label * shelf_size(visits) : here;
    kernels->add_paths(&sums, (uint16_t)label, next, n, lanes);
}
