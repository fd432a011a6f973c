/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/rows.h"

#include "engine/base/pages.h"
#include "engine/base/wide.h"

#include <string.h>

/* --- Room --- */

/* A row begins with a line of the cache. */
static size_t room_of(const struct sp_histogram_plan *plan) {
    enum { LINE = 64 / sizeof(uint16_t) };
    return (sp_histogram_row(plan) + LINE - 1) / LINE * LINE;
}

int sp_rows_create(struct sp_arena *arena, const struct sp_histogram_plan **plan, size_t rows,
                   struct sp_rows *made) {
    *made = (struct sp_rows){.rows = rows, .plan = plan};
    made->first = sp_arena_array(arena, rows + 1, sizeof *made->first);
    made->values = sp_arena_array(arena, rows, sizeof *made->values);
    made->is_aside = sp_arena_array(arena, rows, sizeof *made->is_aside);
    made->has_strays = sp_arena_array(arena, rows, sizeof *made->has_strays);
    if (!made->first || !made->values || !made->is_aside || !made->has_strays)
        return -1;
    for (size_t row = 0; row < rows; row++) {
        made->first[row] = made->size;
        made->size += room_of(plan[row]);
    }
    made->first[rows] = made->size;
    made->last = sp_arena_array(arena, made->size, sizeof *made->last);
    made->earlier = sp_arena_array(arena, made->size, sizeof *made->earlier);
    made->stray = sp_pages_create(rows, SP_HISTOGRAM_BINS * sizeof *made->stray);
    return made->last && made->earlier && made->stray ? 0 : -1;
}

void sp_rows_free(struct sp_rows *rows) {
    sp_pages_free(rows->stray, rows->rows, SP_HISTOGRAM_BINS * sizeof *rows->stray);
    *rows = (struct sp_rows){0};
}

/* Not by its plan, which lies far off. */
uint32_t sp_rows_length(const struct sp_rows *rows, size_t row) {
    return (uint32_t)(rows->first[row + 1] - rows->first[row]);
}

/* --- Setting aside --- */

SP_WIDE static void move_up(uint16_t *restrict last, uint32_t *restrict earlier, size_t n) {
    for (size_t i = 0; i < n; i++) {
        earlier[i] += last[i];
        last[i] = 0;
    }
}

static void set_aside(struct sp_rows *rows, size_t row) {
    if (rows->values[row] == 0)
        return;
    move_up(rows->last + rows->first[row], rows->earlier + rows->first[row],
            sp_histogram_row(rows->plan[row]));
    rows->values[row] = 0;
    rows->is_aside[row] = true;
}

uint16_t *sp_rows_for(struct sp_rows *rows, size_t row, size_t many, size_t n) {
    for (size_t i = row; i < row + many; i++) {
        if (rows->values[i] + n > UINT16_MAX)
            set_aside(rows, i);
        rows->values[i] += n;
    }
    return rows->last + rows->first[row];
}

void sp_rows_fetch(const struct sp_rows *rows, size_t row) {
    enum { LINE = 64 / sizeof(uint16_t), NEAR = 512 * 1024 / sizeof(uint16_t) };
    const uint16_t *last = rows->last + rows->first[row];
    size_t length = rows->size > NEAR ? sp_rows_length(rows, row) : 0;
    for (size_t i = 0; i < length; i += LINE)
        __builtin_prefetch(last + i, 1, 2);
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
    rows->last[rows->first[row] + plan->window.count]--;
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

SP_WIDE static void add_last(const uint16_t *restrict from, uint64_t *restrict to, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

SP_WIDE static void add(const uint32_t *restrict from, uint64_t *restrict to, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

/* Of the slots of a row, n from `slot` on. */
static void add_slots(const struct sp_rows *rows, size_t row, size_t slot, size_t n, uint64_t *to) {
    size_t at = rows->first[row] + slot;
    add_last(rows->last + at, to, n);
    if (rows->is_aside[row])
        add(rows->earlier + at, to, n);
}

void sp_rows_read(const struct sp_rows *rows, size_t row, size_t first, size_t end, uint64_t *slots) {
    const struct sp_histogram_plan *plan = rows->plan[row];
    const uint32_t *stray = rows->stray + row * SP_HISTOGRAM_BINS;
    struct parts part = parts_of(plan->window, first, end);
    add_slots(rows, row, part.first - plan->window.first, part.end - part.first, slots + part.first);
    add_slots(rows, row, plan->window.count, 1 + plan->atoms, slots + SP_HISTOGRAM_BINS);
    if (!rows->has_strays[row])
        return;
    add(stray + part.below, slots + part.below, part.first - part.below);
    add(stray + part.end, slots + part.end, part.above - part.end);
}

/* Moves counts on, with a copy; their sum. */
SP_WIDE static uint64_t take_last(uint16_t *restrict from, uint32_t *restrict to, uint64_t *restrict copy,
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

/* The same, added to the copy. */
SP_WIDE static uint64_t take(uint32_t *restrict from, uint32_t *restrict to, uint64_t *restrict copy,
                             size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        copy[i] += from[i];
        to[i] += from[i];
        sum += from[i];
        from[i] = 0;
    }
    return sum;
}

static uint64_t take_slots(struct sp_rows *rows, size_t row, size_t slot, size_t n, struct sp_rows *to,
                           uint64_t *copy) {
    size_t at = rows->first[row] + slot;
    uint64_t sum = take_last(rows->last + at, to->earlier + at, copy, n);
    return rows->is_aside[row] ? sum + take(rows->earlier + at, to->earlier + at, copy, n) : sum;
}

/* Strays among bins first .. end - 1. Without any, these are atoms' bins only. */
static uint64_t take_strays(struct sp_rows *rows, size_t row, size_t first, size_t end, struct sp_rows *to,
                            uint64_t *slots) {
    size_t at = row * SP_HISTOGRAM_BINS + first;
    memset(slots + first, 0, (end - first) * sizeof *slots);
    return rows->has_strays[row] ? take(rows->stray + at, to->stray + at, slots + first, end - first) : 0;
}

uint64_t sp_rows_take(struct sp_rows *rows, size_t row, size_t first, size_t end, struct sp_rows *to,
                      uint64_t *slots) {
    const struct sp_histogram_plan *plan = rows->plan[row];
    struct sp_bin_window window = plan->window;
    uint64_t values = 0;
    if (rows->is_aside[row] || rows->last[rows->first[row] + window.count] > 0)
        take_slots(rows, row, window.count, 1, to, slots + SP_HISTOGRAM_BINS);
    if (first < end) {
        struct parts part = parts_of(window, first, end);
        values +=
            take_slots(rows, row, part.first - window.first, part.end - part.first, to, slots + part.first);
        values += take_slots(rows, row, window.count + 1, plan->atoms, to, slots + SP_HISTOGRAM_BINS + 1);
        values += take_strays(rows, row, part.below, part.first, to, slots);
        values += take_strays(rows, row, part.end, part.above, to, slots);
    }
    to->is_aside[row] |= rows->values[row] > 0 || rows->is_aside[row];
    to->has_strays[row] |= rows->has_strays[row];
    rows->values[row] = 0;
    rows->is_aside[row] = rows->has_strays[row] = false;
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
        uint32_t *earlier = rows->earlier + rows->first[row];
        set_aside(rows, row);
        move(earlier, slots + plan->window.first, plan->window.count);
        move(earlier + plan->window.count, slots + SP_HISTOGRAM_BINS, 1 + plan->atoms);
        if (rows->has_strays[row])
            move(rows->stray + row * SP_HISTOGRAM_BINS, slots, SP_HISTOGRAM_BINS);
        rows->is_aside[row] = rows->has_strays[row] = false;
    }
}
