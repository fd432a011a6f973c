/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One path with every assumption at its median, quarter by quarter, with the formulas that connect its
 * figures: plain data, complete in itself, of which output/ makes a workbook. scenarios/centre.h makes it.
 * Everything it points to lives in its arena.
 */
#ifndef SP_ENGINE_RUN_CENTRE_H
#define SP_ENGINE_RUN_CENTRE_H

#include "engine/run/result.h"

struct sp_centre_row;

/* A piece of a formula: words of spreadsheets ("MAX(", "+", "3"), or, when `text` is NULL, a figure: that of
 * `row` in this quarter or, `before`, in the one before. */
struct sp_centre_term {
    const char *text;
    const struct sp_centre_row *row;
    bool before;
};

struct sp_centre_formula {
    size_t terms;
    struct sp_centre_term *term;
};

/* An assumption or a column. Values are [1 + quarters]: the opening state first (of an assumption: its value
 * in quarter 1), NAN where there is none. */
struct sp_centre_row {
    const char *name, *unit, *sentence;
    double *value;

    /* Of an assumption. */
    const char *text;               /* of one that is no number: as it is written; else NULL */
    const struct sp_origin *origin; /* what is known of its source, or NULL */
    bool is_used;                   /* a formula refers to it */

    /* Of a column. */
    const char *mechanism; /* which works it out */
    const char *account;   /* of a cost line, or NULL */
    enum sp_metric_kind kind;
    bool internal;                                       /* no metric */
    bool has_opening;                                    /* value[0] is a figure */
    const struct sp_centre_row *numerator, *denominator; /* of a ratio, or NULL */
    const struct sp_centre_formula *formula;             /* of a quarter; NULL: only its values are known */
    const struct sp_centre_formula *opening;             /* of the opening state, or NULL */
    bool contradicts; /* its formula does not give what the engine finds, and has been left out */
};

struct sp_centre {
    struct sp_arena *arena;
    const char *name, *title, *currency, *files;
    size_t quarters, years;
    const char **quarter;        /* [quarters] "2026Q1" */
    const char **year;           /* [years] "2026" */
    size_t *year_of;             /* [quarters] */
    struct sp_centre_row time;   /* the number of the quarter, counted from 1 */
    struct sp_centre_row season; /* the calendar quarter that it is, 1 .. 4 */
    size_t inputs, columns;
    struct sp_centre_row *input, *column;
    size_t origins;
    struct sp_origin *origin;
};

#endif
