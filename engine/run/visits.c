/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/visits.h"

#include "engine/base/wide.h"

#include <string.h>

static size_t left_size(const struct sp_visits *visits) {
    return 1 + visits->labels * visits->size + SP_SELECT_MORE;
}

int sp_visits_create(struct sp_arena *arena, size_t labels, size_t rows, size_t size,
                     struct sp_visits *visits) {
    *visits = (struct sp_visits){.labels = labels, .rows = rows, .size = size};
    visits->before = sp_arena_array(arena, size, sizeof *visits->before);
    visits->is_new = sp_arena_array(arena, size, sizeof *visits->is_new);
    visits->mover = sp_arena_array(arena, size + SP_SELECT_MORE, sizeof *visits->mover);
    visits->place = sp_arena_array(arena, labels * size, sizeof *visits->place);
    visits->leaves = sp_arena_array(arena, size, sizeof *visits->leaves);
    visits->leave_again = sp_arena_array(arena, size, sizeof *visits->leave_again);
    visits->come_back = sp_arena_array(arena, size, sizeof *visits->come_back);
    visits->here = sp_arena_array(arena, rows * size, sizeof *visits->here);
    visits->left = sp_arena_array(arena, rows * left_size(visits), sizeof *visits->left);
    visits->is_zero = sp_arena_array(arena, rows, sizeof *visits->is_zero);
    visits->lefts = sp_arena_array(arena, labels, sizeof *visits->lefts);
    visits->list = sp_arena_array(arena, labels * size, sizeof *visits->list);
    visits->number = sp_arena_array(arena, labels * size, sizeof *visits->number);
    visits->sum = sp_arena_array(arena, size, sizeof *visits->sum);
    return visits->before && visits->is_new && visits->mover && visits->place && visits->leaves &&
                   visits->leave_again && visits->come_back && visits->here && visits->left &&
                   visits->is_zero && visits->lefts && visits->list && visits->number && visits->sum
               ? 0
               : -1;
}

void sp_visits_begin(struct sp_visits *visits) {
    visits->quarters = 0;
    visits->places = 0;
    memset(visits->place, 0, visits->labels * visits->size * sizeof *visits->place);
    memset(visits->lefts, 0, visits->labels * sizeof *visits->lefts);
    memset(visits->is_zero, 1, visits->rows * sizeof *visits->is_zero);
}

/* --- Who moves --- */

SP_WIDE static void mark_changes(const uint16_t *restrict now, const uint16_t *restrict before,
                                 uint16_t *restrict change, size_t n) {
    for (size_t p = 0; p < n; p++)
        change[p] = now[p] != before[p];
}

static void leave(struct sp_visits *visits, uint16_t path, size_t label) {
    uint32_t *place = &visits->place[label * visits->size + path];
    if (*place) {
        visits->leave_again[visits->again++] = (struct sp_visit_left){*place, path};
        return;
    }
    *place = (uint32_t)++visits->places;
    visits->leaves[path] = 1;
    visits->leavers++;
    visits->list[label * visits->size + visits->lefts[label]++] = (struct sp_visit_left){*place, path};
}

static void arrive(struct sp_visits *visits, uint16_t path, size_t label) {
    uint32_t place = visits->place[label * visits->size + path];
    if (place) {
        visits->come_back[visits->back++] = (struct sp_visit_left){place, path};
        visits->is_new[path] = 0;
    }
}

/* In the first quarter nobody moves. */
void sp_visits_move(struct sp_visits *visits, const struct sp_kernels *kernels, const uint16_t *now,
                    size_t n) {
    size_t movers = 0;
    visits->leavers = visits->again = visits->back = 0;
    memset(visits->leaves, 0, n * sizeof *visits->leaves);
    if (visits->quarters++ > 0) {
        mark_changes(now, visits->before, visits->is_new, n);
        movers = kernels->select(visits->is_new, 1, visits->mover, n);
    }
    for (size_t i = 0; i < movers; i++) {
        uint16_t path = visits->mover[i];
        leave(visits, path, visits->before[path]);
        arrive(visits, path, now[path]);
    }
    memcpy(visits->before, now, n * sizeof *now);
}

/* --- Sums --- */

/* Those who have moved leave the sum of their old label behind, and take up that of the new one; where that
 * is new, it is taken for 0. */
static void move_sums(const struct sp_visits *visits, const struct sp_kernels *kernels, double *here,
                      double *left, size_t n) {
    if (visits->leavers > 0)
        kernels->pick(here, visits->leaves, 1, left + 1 + visits->places - visits->leavers, n);
    for (size_t i = 0; i < visits->again; i++)
        left[visits->leave_again[i].place] = here[visits->leave_again[i].path];
    for (size_t i = 0; i < visits->back; i++)
        here[visits->come_back[i].path] = left[visits->come_back[i].place];
}

SP_WIDE static void begin_sums(double *restrict here, const double *restrict x, double centre, size_t n) {
    for (size_t p = 0; p < n; p++)
        here[p] = x[p] == x[p] ? x[p] - centre : 0;
}

SP_WIDE static void add_to_sums(double *restrict here, const double *restrict x,
                                const uint16_t *restrict is_new, double centre, size_t n) {
    for (size_t p = 0; p < n; p++) {
        double before = is_new[p] ? 0 : here[p];
        here[p] = before + (x[p] == x[p] ? x[p] - centre : 0);
    }
}

const double *sp_visits_sums(const struct sp_visits *visits, size_t row) {
    return visits->is_zero[row] ? NULL : visits->here + row * visits->size;
}

/* Many rows are the same on all paths, and 0 as long as what they tell of has not begun: for these nothing is
 * written. */
void sp_visits_add(struct sp_visits *visits, const struct sp_kernels *kernels, size_t row, const double *x,
                   double centre, bool is_constant, size_t n) {
    double *here = visits->here + row * visits->size, *left = visits->left + row * left_size(visits);
    bool adds_nothing = is_constant && (x[0] == centre || x[0] != x[0]);
    if (visits->is_zero[row] && adds_nothing)
        return;
    if (visits->is_zero[row]) {
        memset(left + 1, 0, visits->places * sizeof *left);
        begin_sums(here, x, centre, n);
    } else {
        move_sums(visits, kernels, here, left, n);
        add_to_sums(here, x, visits->is_new, centre, n);
    }
    visits->is_zero[row] = false;
}

/* --- When a block has ended --- */

/* Who has come back to a label, and is there now, has nothing left. */
static size_t keep_away(struct sp_visit_left *list, size_t count, const uint16_t *now, size_t label) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct sp_visit_left left = list[i];
        list[kept] = left;
        kept += now[left.path] != label;
    }
    return kept;
}

SP_WIDE static void find_numbers(const uint16_t *restrict spent, double *restrict number, size_t n) {
    for (size_t p = 0; p < n; p++)
        number[p] = spent[p];
}

SP_WIDE static void add_squares(const double *restrict number, double *restrict squares, size_t n) {
    for (size_t p = 0; p < n; p += SP_LANES)
        for (size_t lane = 0; lane < SP_LANES; lane++)
            squares[lane] += number[p + lane] * number[p + lane];
}

static size_t whole_lanes(size_t n) {
    return (n + SP_LANES - 1) / SP_LANES * SP_LANES;
}

void sp_visits_end(struct sp_visits *visits, const uint16_t *now, const uint16_t *spent, size_t n,
                   double (*number_squares)[SP_LANES]) {
    for (size_t label = 0; label < visits->labels; label++) {
        double *number = visits->number + label * visits->size;
        visits->lefts[label] =
            keep_away(visits->list + label * visits->size, visits->lefts[label], now, label);
        find_numbers(spent + label * visits->size, number, n);
        memset(number + n, 0, (whole_lanes(n) - n) * sizeof *number);
        add_squares(number, number_squares[label], whole_lanes(n));
    }
}

SP_WIDE static void take_those_here(const double *restrict here, const uint16_t *restrict now, uint16_t label,
                                    double *restrict sum, size_t n) {
    for (size_t p = 0; p < n; p++)
        sum[p] = now[p] == label ? here[p] : 0;
}

SP_WIDE static void add_to_lanes(struct sp_visit_lanes *restrict lanes, const double *restrict sum,
                                 const double *restrict number, size_t n) {
    for (size_t p = 0; p < n; p += SP_LANES)
        for (size_t lane = 0; lane < SP_LANES; lane++) {
            double s = sum[p + lane];
            lanes->sum[lane] += s;
            lanes->square[lane] += s * s;
            lanes->cross[lane] += s * number[p + lane];
        }
}

void sp_visits_collect(struct sp_visits *visits, size_t row, size_t label, const uint16_t *now, size_t n,
                       struct sp_visit_lanes *lanes) {
    const struct sp_visit_left *list = visits->list + label * visits->size;
    const double *left = visits->left + row * left_size(visits);
    if (visits->is_zero[row])
        return;
    take_those_here(visits->here + row * visits->size, now, (uint16_t)label, visits->sum, n);
#pragma GCC unroll 4
    for (size_t i = 0; i < visits->lefts[label]; i++)
        visits->sum[list[i].path] = left[list[i].place];
    memset(visits->sum + n, 0, (whole_lanes(n) - n) * sizeof *visits->sum);
    add_to_lanes(lanes, visits->sum, visits->number + label * visits->size, whole_lanes(n));
}
