/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/rows.h"

#include "engine/base/pages.h"
#include "engine/base/wide.h"

#include <string.h>

/* --- Room --- */

/* A row begins with a line of the cache. */
static size_t room_of(const struct sp_histogram_plan *plan) {
    enum { LINE = 64 / sizeof(uint32_t) };
    return (sp_histogram_row(plan) + LINE - 1) / LINE * LINE;
}

int sp_rows_create(struct sp_arena *arena, const struct sp_histogram_plan **plan, size_t rows,
                   struct sp_rows *made) {
    *made = (struct sp_rows){.rows = rows, .plan = plan};
    made->first = sp_arena_array(arena, rows, sizeof *made->first);
    made->has_strays = sp_arena_array(arena, rows, sizeof *made->has_strays);
    if (!made->first || !made->has_strays)
        return -1;
    for (size_t row = 0; row < rows; row++) {
        made->first[row] = made->size;
        made->size += room_of(plan[row]);
    }
    made->count = sp_arena_array(arena, made->size, sizeof *made->count);
    made->stray = sp_pages_create(rows, SP_HISTOGRAM_BINS * sizeof *made->stray);
    return made->count && made->stray ? 0 : -1;
}

void sp_rows_free(struct sp_rows *rows) {
    sp_pages_free(rows->stray, rows->rows, SP_HISTOGRAM_BINS * sizeof *rows->stray);
    *rows = (struct sp_rows){0};
}

uint32_t sp_rows_length(const struct sp_rows *rows, size_t row) {
    return (uint32_t)room_of(rows->plan[row]);
}

/* --- Strays --- */

static bool is_in(struct sp_bin_window window, size_t bin) {
    return bin >= window.first && bin < window.first + window.count;
}

SP_WIDE static bool is_any_beyond(const double *x, double low, double high, size_t n) {
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++)
        found |= (uint64_t)(x[i] < low) | (uint64_t)(x[i] > high);
    return found;
}

static void find_stray(struct sp_rows *rows, size_t row, double x) {
    const struct sp_histogram_plan *plan = rows->plan[row];
    size_t bin = sp_histogram_bin(plan, x);
    if (is_in(plan->window, bin) || bin == SP_HISTOGRAM_BINS || sp_histogram_atom(plan, x) < plan->atoms)
        return;
    sp_rows_at(rows, row)[plan->window.count]--;
    rows->stray[row * SP_HISTOGRAM_BINS + bin]++;
    rows->has_strays[row] = true;
}

/* Pieces are looked into that have values beyond the window, or in its first or last bin: edges are rounded.
 */
void sp_rows_find_strays(struct sp_rows *rows, size_t row, const double *x, const uint16_t *label, size_t n) {
    enum { PIECE = 64 };
    const struct sp_histogram_plan *plan = rows->plan[row];
    double low = sp_histogram_edge(plan, plan->window.first + 1),
           high = sp_histogram_edge(plan, plan->window.first + plan->window.count - 1);
    for (size_t first = 0; first < n; first += PIECE) {
        size_t end = first + PIECE < n ? first + PIECE : n;
        if (is_any_beyond(x + first, low, high, end - first))
            for (size_t i = first; i < end; i++)
                find_stray(rows, row + (label ? label[i] : 0), x[i]);
    }
}

/* --- Bins of a row, wherever they are --- */

/* Bins first .. end - 1 in three parts: below the window, in it, above. */
struct parts {
    size_t below, first, end, above; /* bins below .. first - 1, first .. end - 1, end .. above - 1 */
};

static size_t held(size_t bin, size_t low, size_t high) {
    return bin < low ? low : bin > high ? high : bin;
}

static struct parts parts_of(struct sp_bin_window window, size_t first, size_t end) {
    size_t after = window.first + window.count;
    end = end > first ? end : first;
    return (struct parts){.below = first,
                          .first = held(window.first, first, end),
                          .end = held(after, first, end),
                          .above = end};
}

SP_WIDE static void add(const uint32_t *restrict from, uint64_t *restrict to, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

void sp_rows_read(const struct sp_rows *rows, size_t row, size_t first, size_t end, uint64_t *slots) {
    const struct sp_histogram_plan *plan = rows->plan[row];
    const uint32_t *count = sp_rows_at(rows, row), *stray = rows->stray + row * SP_HISTOGRAM_BINS;
    struct parts part = parts_of(plan->window, first, end);
    add(count + (part.first - plan->window.first), slots + part.first, part.end - part.first);
    add(count + plan->window.count, slots + SP_HISTOGRAM_BINS, 1 + plan->atoms);
    if (!rows->has_strays[row])
        return;
    add(stray + part.below, slots + part.below, part.first - part.below);
    add(stray + part.end, slots + part.end, part.above - part.end);
}

/* Moves counts on, with a copy; their sum. */
SP_WIDE static uint64_t take(uint32_t *restrict from, uint32_t *restrict to, uint64_t *restrict copy,
                             size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        copy[i] = from[i];
        to[i] += from[i];
        sum += from[i];
        from[i] = 0;
    }
    return sum;
}

/* Strays among bins first .. end - 1. Without any, these are atoms' bins only. */
static uint64_t take_strays(struct sp_rows *rows, size_t row, size_t first, size_t end, struct sp_rows *to,
                            uint64_t *slots) {
    size_t at = row * SP_HISTOGRAM_BINS + first;
    if (rows->has_strays[row])
        return take(rows->stray + at, to->stray + at, slots + first, end - first);
    memset(slots + first, 0, (end - first) * sizeof *slots);
    return 0;
}

uint64_t sp_rows_take(struct sp_rows *rows, size_t row, size_t first, size_t end, struct sp_rows *to,
                      uint64_t *slots) {
    const struct sp_histogram_plan *plan = rows->plan[row];
    uint32_t *from = sp_rows_at(rows, row), *into = sp_rows_at(to, row);
    size_t outside = plan->window.count;
    if (from[outside] > 0)
        take(from + outside, into + outside, slots + SP_HISTOGRAM_BINS, 1);
    if (first >= end)
        return 0;
    struct parts part = parts_of(plan->window, first, end);
    size_t at = part.first - plan->window.first;
    uint64_t values = take(from + at, into + at, slots + part.first, part.end - part.first);
    values += take(from + outside + 1, into + outside + 1, slots + SP_HISTOGRAM_BINS + 1, plan->atoms);
    values += take_strays(rows, row, part.below, part.first, to, slots);
    values += take_strays(rows, row, part.end, part.above, to, slots);
    to->has_strays[row] |= rows->has_strays[row];
    rows->has_strays[row] = false;
    return values;
}

static void move(uint32_t *from, uint64_t *to, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (from[i]) {
            to[i] += from[i];
            from[i] = 0;
        }
}

void sp_rows_move(struct sp_rows *rows, uint64_t *slots) {
    for (size_t row = 0; row < rows->rows; row++, slots += SP_HISTOGRAM_SLOTS) {
        const struct sp_histogram_plan *plan = rows->plan[row];
        uint32_t *count = sp_rows_at(rows, row);
        move(count, slots + plan->window.first, plan->window.count);
        move(count + plan->window.count, slots + SP_HISTOGRAM_BINS, 1 + plan->atoms);
        if (rows->has_strays[row])
            move(rows->stray + row * SP_HISTOGRAM_BINS, slots, SP_HISTOGRAM_BINS);
        rows->has_strays[row] = false;
    }
}
