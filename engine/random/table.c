/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/table.h"

#include "engine/base/hash.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct table {
    struct sp_law law;
    bool is_pieces; /* or rows; NULL when it could not be made, which is not tried again */
    struct sp_table_rows *rows;
    struct sp_cubics *pieces;
    struct table *next;
};

struct sp_tables {
    struct sp_arena *arena;     /* data of the laws */
    struct table *first, *last; /* in the order in which they were asked for */
};

/* GSL's own handler would end the process; every value it returns is checked here instead. */
struct sp_tables *sp_tables_create(void) {
    gsl_set_error_handler_off();
    struct sp_tables *tables = calloc(1, sizeof *tables);
    if (!tables || !(tables->arena = sp_arena_create())) {
        free(tables);
        return NULL;
    }
    return tables;
}

void sp_tables_free(struct sp_tables *tables) {
    if (!tables)
        return;
    for (struct table *table = tables->first, *next; table; table = next) {
        next = table->next;
        free(table->rows);
        sp_cubics_free(table->pieces);
        free(table);
    }
    sp_arena_free(tables->arena);
    free(tables);
}

/* --- One table --- */

/* Tail probability at the start of a row; `row` may be SP_TABLE_ROWS, where the tail is one half. */
static double tail_at(int row, double position) {
    int octave = row / SP_TABLE_STEPS, step = row % SP_TABLE_STEPS;
    return ldexp(1 + (step + position) / SP_TABLE_STEPS, octave - 33);
}

static double round_to(double value, double grain) {
    return nearbyint(value / grain) * grain;
}

/* Where two rows meet: the quantile of a tail probability and the density there. */
struct node {
    double x, density;
};

/* The node of a tail; its quantile is expected near `start`, or NaN. */
static struct node node_at(const struct sp_law *law, int side, double tail, double start) {
    double p = side ? 1 - tail : tail, q = side ? tail : 1 - tail;
    double x = sp_law_quantile_near(law, p, q, start);
    return (struct node){x, sp_law_density_at_quantile(law, x, p, q)};
}

/* Change of the quantile over a row of width `width` in tail probability, at its steepness in the node. */
static double slope_at(const struct node *node, int side, double width) {
    double slope = node->density > 0 ? width / node->density : 0;
    return side ? -slope : slope;
}

/* The cubic with values y0, y1 and slopes d0, d1 at both ends (Hermite). */
static void set_row(double row[4], double y0, double y1, double d0, double d1) {
    row[0] = y0;
    row[1] = d0;
    row[2] = 3 * (y1 - y0) - 2 * d0 - d1;
    row[3] = d0 + d1 - 2 * (y1 - y0);
}

static double cubic_at(const double c[4], double position) {
    return c[0] + position * (c[1] + position * (c[2] + position * c[3]));
}

/* The cubic of a row goes on well into the next: a start for the search of its far end. */
static void fill_side(const struct sp_law *law, int side, double grain, double (*rows)[4]) {
    double exact[4], start = NAN, width_before = 0;
    struct node from = node_at(law, side, tail_at(0, 0), NAN);
    for (int row = 0; row < SP_TABLE_ROWS; row++) {
        double width = tail_at(row, 1) - tail_at(row, 0);
        if (row > 0)
            start = cubic_at(exact, 1 + width / width_before);
        struct node to = node_at(law, side, tail_at(row, 1), start);
        double d0 = slope_at(&from, side, width), d1 = slope_at(&to, side, width);
        set_row(exact, from.x, to.x, d0, d1);
        set_row(rows[row], round_to(from.x, grain), round_to(to.x, grain), round_to(d0, grain),
                round_to(d1, grain));
        from = to;
        width_before = width;
    }
}

/* How wide the law is: its standard deviation, or the distance of its quartiles when a long tail makes the
 * former say little. Newer laws, whose sd may be infinite or only known by integration, have their quartiles
 * asked alone. */
static double width_of(const struct sp_law *law) {
    double quartiles = sp_law_quantile(law, 0.75, 0.25) - sp_law_quantile(law, 0.25, 0.75);
    return law->kind <= SP_LAW_GAMMA ? fmin(sp_law_sd(law), quartiles) : quartiles;
}

/* The largest power of two not above 2^-28 of the width: sums of such multiples are exact. */
static double grain_of(const struct sp_law *law) {
    double width = width_of(law);
    return width > 0 && isfinite(width) ? ldexp(1, ilogb(width) - 28) : NAN;
}

static bool is_rising(const double row[4], int side) {
    double change = row[1] + row[2] + row[3];
    return isfinite(row[0]) && isfinite(change) && (side ? change <= 0 : change >= 0);
}

/* Newer laws are looked at more closely: in all rows, and to 8e-8. */
static bool is_looked_at_closely(const struct sp_law *law) {
    return law->kind > SP_LAW_GAMMA;
}

/* The law's tail at the middle of a row, against the tail that the row stands for: at most 1e-6 of it. A
 * value within a few grains of an end of the law has no tail worth comparing. */
static bool meets_law(const struct sp_law *law, int side, int row, const double c[4]) {
    double p, q, tail = tail_at(row, 0.5);
    sp_law_distribution(law, cubic_at(c, 0.5), &p, &q);
    double error = fabs((side ? q : p) - tail);
    return is_looked_at_closely(law) ? error <= fmin(1e-6 * tail + 1e-8, 8e-8) : error <= 1e-6 * tail + 8e-8;
}

static bool is_checked(const struct sp_law *law, int row) {
    return is_looked_at_closely(law) || row % SP_TABLE_STEPS == 7;
}

static bool passes_checks(const struct sp_law *law, const struct sp_table_rows *rows) {
    for (int side = 0; side < 2; side++)
        for (int row = 0; row < SP_TABLE_ROWS; row++) {
            const double *coefficients = rows->row[side][row];
            if ((is_checked(law, row) && !meets_law(law, side, row, coefficients)) ||
                !is_rising(coefficients, side))
                return false;
        }
    return true;
}

static struct sp_table_rows *make_rows(const struct sp_law *law) {
    struct sp_table_rows *rows = aligned_alloc(64, sizeof *rows);
    if (!rows)
        return NULL;
    for (int side = 0; side < 2; side++)
        fill_side(law, side, grain_of(law), rows->row[side]);
    if (passes_checks(law, rows))
        return rows;
    free(rows);
    return NULL;
}

/* --- The set --- */

static struct table *find(const struct sp_tables *tables, const struct sp_law *law, bool pieces) {
    struct table *table = tables->first;
    while (table && (table->is_pieces != pieces || !sp_law_equal(&table->law, law)))
        table = table->next;
    return table;
}

/* A new entry for the law, not yet in the list. */
static struct table *create_entry(struct sp_tables *tables, const struct sp_law *law, bool pieces) {
    struct table *table = calloc(1, sizeof *table);
    if (table && sp_law_copy(tables->arena, law, &table->law)) {
        free(table);
        return NULL;
    }
    if (table)
        table->is_pieces = pieces;
    return table;
}

static void add_entry(struct sp_tables *tables, struct table *table) {
    *(tables->first ? &tables->last->next : &tables->first) = table;
    tables->last = table;
}

const struct sp_table_rows *sp_tables_get(struct sp_tables *tables, const struct sp_law *standard) {
    struct table *table = find(tables, standard, false);
    if (!table && (table = create_entry(tables, standard, false))) {
        table->rows = make_rows(standard);
        add_entry(tables, table);
    }
    return table ? table->rows : NULL;
}

const struct sp_cubics *sp_tables_get_cubics(struct sp_tables *tables, const struct sp_law *law) {
    struct table *table = find(tables, law, true);
    if (!table && (table = create_entry(tables, law, true))) {
        table->pieces = sp_cubics_create(law);
        add_entry(tables, table);
    }
    return table ? table->pieces : NULL;
}

int sp_tables_take(struct sp_tables *tables, struct sp_tables *from) {
    for (struct table *table = from->first; table; table = table->next) {
        if (find(tables, &table->law, table->is_pieces))
            continue;
        struct table *moved = create_entry(tables, &table->law, table->is_pieces);
        if (!moved)
            return -1;
        moved->rows = table->rows;
        moved->pieces = table->pieces;
        table->rows = NULL;
        table->pieces = NULL;
        add_entry(tables, moved);
    }
    return 0;
}

static uint64_t add_to_hash(uint64_t hash, const struct table *table) {
    if (table->rows)
        hash = sp_hash64_bytes(hash, table->rows, sizeof *table->rows);
    /* Field by field: there is padding between them. */
    for (size_t i = 0; table->pieces && i < table->pieces->count; i++) {
        const struct sp_cubic *piece = &table->pieces->piece[i];
        hash = sp_hash64_bytes(hash, &piece->first, sizeof piece->first);
        hash = sp_hash64_bytes(hash, piece->c, sizeof piece->c);
    }
    return hash;
}

uint64_t sp_tables_hash(const struct sp_tables *tables) {
    uint64_t hash = SP_HASH64_START;
    for (const struct table *table = tables->first; table; table = table->next)
        hash = add_to_hash(hash, table);
    return hash;
}
