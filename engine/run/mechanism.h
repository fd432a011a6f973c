/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mechanism: a piece of the business that advances one quarter. It is one const descriptor in one file of
 * models/: which fields of the scenario it has, which columns it reads and writes, and `step`, which does one
 * quarter for n paths at once, arrays in, arrays out. It sees no generator, no thread, no file.
 *
 * Columns are arrays of doubles, one number a path. A step reads columns of this quarter that another
 * mechanism has written before it, and columns of the quarter before (for the first quarter: the opening
 * state that the `start` functions have written). A column that its mechanism never writes is 0; one that
 * its step writes it writes on all paths and in every quarter, since the array may have held other paths
 * meanwhile. The plan puts the mechanisms in such an order and refuses a circle.
 *
 * How a step finds things: every field, read and write has a place in its descriptor's arrays, which the file
 * names with an enum; the functions below turn these into arrays. Of an instanced table (say [tier.NAME]),
 * fields and columns repeat for each instance.
 *
 * What has to be done at two points of the quarter is two mechanisms. They may have the same table, by the
 * same pointer: its values and draws are there once, and both steps get them.
 *
 *     static void step(const struct sp_step *s) {
 *         const double *price = sp_step_field(s, REVENUE, 0, PRICE), *paid = sp_step_read(s, PAID);
 *         double *mrr = sp_step_out(s, MRR, 0);
 *         for (size_t p = 0; p < s->n; p++)
 *             mrr[p] = paid[p] * price[p];
 *     }
 */
#ifndef SP_ENGINE_RUN_MECHANISM_H
#define SP_ENGINE_RUN_MECHANISM_H

#include "engine/base/field.h"
#include "engine/base/wide.h"
#include "engine/math/kernels.h"
#include "engine/run/result.h"

enum {
    SP_STEP_GIVEN = 4,
    SP_STEP_ONLY_FOR = 3,
    SP_STEP_TABLES = 4,
    SP_STEP_READS = 32,
    SP_STEP_WRITES = 32,
    SP_STEP_RULES = 4
};

/* A column that is read. With `account`, all cost lines of it: opex takes opex.legal too; "" all; with a star
 * in its name, as its writer has it, the columns of all instances (none is right too). */
struct sp_read {
    const char *column;
    const char *account;
    bool before;   /* of the quarter before */
    bool optional; /* may be absent, also from the list of mechanisms: then the array is NULL */
    bool own;      /* of a step for one instance: of a name with a star, the column of this instance only */
    int with;      /* 1 + own table: not read when that table has no instances */
    int with_field,
        with_choice; /* 1 + choice of that table, and which: not read when no instance has it so */
    int with_read;   /* 1 + read of a list: `step` looks at the column only when that list is not empty */
    int only_for[SP_STEP_ONLY_FOR]; /* 1 + writes: `step` looks at the column only when somebody asks for one
                                       of these (sp_step_wants); all zero: always */
};

/* A column that is written; all but internal ones are metrics of the result. */
struct sp_write {
    const char *column; /* "cost.infrastructure.*" when instanced: * is the instance's name */
    enum sp_metric_kind kind;
    const char *unit;
    enum sp_side adverse;
    const char *sentence;
    bool internal;
    bool stops; /* where it is not 0, what others write is 0 or undefined from the next quarter on */
    bool may_be_undefined; /* NaN is a value of it; `undefined_when` says when */
    const char *undefined_when;
    bool ranked; /* undefined values may have a rank: +INFINITY above all others, -INFINITY below them */
    const char *account;              /* of a cost line; NULL: none */
    int account_table, account_field; /* 1 + table and field of a text that gives the account instead */
    int not_with;             /* 1 + table: no cost line when that table has instances (they are the lines) */
    int needs;                /* 1 + field of the first table: not written when that field is absent */
    const char *with;         /* column of a mechanism before this one in the list: not written without it */
    int instanced;            /* 1 + table whose instances it repeats for */
    int given[SP_STEP_GIVEN]; /* 1 + reads of columns of mechanisms before this one in the list: not written
                                 when one of them finds nothing */
    const char *numerator, *denominator; /* of a ratio: made by the engine, not by `step` */
    int category; /* 1 + table whose instances it numbers: a path is in instance 0, 1, .. */
    /* What `step` and `start` do, said once more as formulas for the workbook of the centre: of one path,
     * with people not rounded. In the words of scenarios/centre_formula.h; NULL: it cannot be said so. */
    const char *formula, *opening;
};

/* Something worth counting: a rule that had to be applied. */
struct sp_rule {
    const char *name, *sentence;
};

/* A run of places in an array. Kept small: what a step needs to find its arrays should fit into few lines of
 * the cache. */
struct sp_span {
    uint32_t start, count;
};

/* What a step gets. All arrays hold n doubles, n a multiple of 64. */
struct sp_step {
    size_t n, valid;   /* paths computed; the first `valid` of them count (the rest fill up the last 64) */
    int quarter;       /* 0 ..; in `start` -1 */
    int season;        /* quarter of the calendar year that it is, 0 .. 3 */
    bool accrual_end;  /* flows use the closing stock, not the average of opening and closing */
    bool whole_counts; /* people are whole: stocks of them are rounded, flows are counts (math/count.h) */
    const struct sp_kernels *kernels;
    const double *zeros, *ones; /* 0 and 1 on all paths */

    const double *const *field;       /* by place: see sp_step_field */
    const double *always;             /* of assumptions: see sp_step_always */
    const double *number;             /* of fields that are numbers; choices as their index */
    const struct sp_span *field_span; /* [tables] the fields of the first instance, which the others follow */
    const size_t *instances;          /* [tables] */

    const double *const *read;
    const struct sp_span *read_span; /* [reads] */

    double *const *out;
    const bool *is_wanted;          /* by place of `out`: somebody but this mechanism asks for the column */
    const struct sp_span *out_span; /* [writes] */

    uint64_t *rule; /* [rules] add to these */

    /* See sp_step_put_where. Draws the field at `place` where x is not 0; or false: it is drawn on all paths,
     * and x as it was. NULL: all are. */
    bool (*draw_where)(void *drawer, size_t place, double *x);
    void *drawer;
};

/* What a scenario says of one field. `number`: of a number; of a choice or a name its place; of an assumption
 * that is one and the same on all paths and in all quarters (before changes); else NaN. */
struct sp_stated_value {
    bool is_given; /* in the scenario; else it is the default, or absent */
    double number;
};

/* What a scenario says of a mechanism's tables, for `check`. */
struct sp_stated {
    const size_t *instances;                    /* [tables] */
    const char *const *const *name;             /* [tables][instances] */
    const struct sp_stated_value *const *value; /* [tables], see sp_stated_of */
    const size_t *fields;                       /* [tables] per instance */
    /* Tells a mistake at a field of an instance. */
    void (*tell)(const struct sp_stated *given, int table, size_t instance, int field, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));
    void *context;
};

struct sp_mechanism {
    const char *name, *sentence;
    const struct sp_field_table
        *table[SP_STEP_TABLES]; /* the first decides: used when it is in the scenario */
    const struct sp_read *read;
    size_t reads;
    const struct sp_write *write;
    size_t writes;
    struct sp_rule rule[SP_STEP_RULES];
    const struct sp_mechanism *with; /* used when that one is, whatever its own tables */
    bool always;                     /* used in every scenario */
    bool after_stop;                 /* its columns go on on paths that have stopped */
    bool by_instance; /* each instance of the first table is a step of its own, which may need what others
                         have written */
    /* What of this scenario makes no difference, so that the engine need not keep it; NULL: nothing of that
     * kind. They are asked before there are values: they may ask which fields, columns and instances are
     * there, what always is a number, and who wants what. Whether `step` looks at a read at all; */
    bool (*looks_at)(const struct sp_step *s, int read);
    /* and what a column is equal to on all paths and in all quarters, which readers then get instead, so that
     * nobody wants the column: `zeros`, a field, a column that is read of this quarter; NULL: it is
     * something of its own. */
    const double *(*same_as)(const struct sp_step *s, int write);
    void (*start)(const struct sp_step *s); /* writes the opening state to `out`; NULL: all zero */
    void (*step)(const struct sp_step *s);
    /* Looks for mistakes that no field shows alone, once all tables are bound without one; may be NULL. */
    void (*check)(const struct sp_stated *given);
};

static inline const struct sp_stated_value *sp_stated_of(const struct sp_stated *given, int table,
                                                         size_t instance, int field) {
    return &given->value[table][instance * given->fields[table] + (size_t)field];
}

static inline size_t sp_step_place(const struct sp_step *s, int table, size_t instance, int field) {
    return s->field_span[table].start + instance * s->field_span[table].count + (size_t)field;
}

/* The effective values of an assumption in this quarter; NULL when it is absent (see base/field.h). Of one
 * whose descriptor says `where`, only that counts. */
static inline const double *sp_step_field(const struct sp_step *s, int table, size_t instance, int field) {
    return s->field[sp_step_place(s, table, instance, field)];
}

/* Where x is not 0, puts the value of an assumption there, whose descriptor says `where`: then no more of it
 * is drawn than is needed. Where it is absent, x stays as it is. */
static inline void sp_step_put_where(const struct sp_step *s, int table, size_t instance, int field,
                                     double *restrict x) {
    size_t place = sp_step_place(s, table, instance, field);
    const double *value = s->field[place];
    if (!value || (s->draw_where && s->draw_where(s->drawer, place, x)))
        return;
    for (size_t p = 0; p < s->n; p++) {
        double put = value[p];
        x[p] = x[p] != 0 ? put : 0;
    }
}

/* The number that an assumption is on all paths and in all quarters; NaN: it is not one number. */
static inline double sp_step_always(const struct sp_step *s, int table, size_t instance, int field) {
    return s->always[sp_step_place(s, table, instance, field)];
}

/* Whether it is one number. */
static inline bool sp_step_is_number(const struct sp_step *s, int table, size_t instance, int field) {
    double always = sp_step_always(s, table, instance, field);
    return always == always;
}

/* Whether an assumption always is a number, say 0, so that work may be left out. */
static inline bool sp_step_is(const struct sp_step *s, int table, size_t instance, int field, double number) {
    return sp_step_always(s, table, instance, field) == number;
}

/* A number or the index of a choice. */
static inline double sp_step_number(const struct sp_step *s, int table, size_t instance, int field) {
    return s->number[sp_step_place(s, table, instance, field)];
}

/* How many columns a read has found. */
static inline size_t sp_step_reads(const struct sp_step *s, int read) {
    return s->read_span[read].count;
}

/* A column that is read; the i-th of a list. NULL when it is optional and absent. */
static inline const double *sp_step_read_one(const struct sp_step *s, int read, size_t i) {
    return sp_step_reads(s, read) > i ? s->read[s->read_span[read].start + i] : NULL;
}

static inline const double *sp_step_read(const struct sp_step *s, int read) {
    return sp_step_read_one(s, read, 0);
}

/* For loops, in which no array may be NULL, even where a condition guards it: the compiler makes masked loads
 * of it, which at address 0 take the processor much longer. The array, or where it is absent one
 * that holds 0 (1) on all paths. */
static inline const double *sp_step_or_zeros(const struct sp_step *s, const double *x) {
    return x ? x : s->zeros;
}

static inline const double *sp_step_or_ones(const struct sp_step *s, const double *x) {
    return x ? x : s->ones;
}

/* A column that is written, for an instance (0 when not instanced). NULL when it is not written now. */
static inline double *sp_step_out(const struct sp_step *s, int write, size_t instance) {
    return s->out_span[write].count > instance ? s->out[s->out_span[write].start + instance] : NULL;
}

/* Whether anybody asks for a column; if not, `step` may leave it out (of an instanced one: for instance 0).
 */
static inline bool sp_step_wants(const struct sp_step *s, int write) {
    return s->out_span[write].count > 0 && s->is_wanted[s->out_span[write].start];
}

/* The table that a scenario must have for the mechanism to be used; NULL: it is always used. */
static inline const struct sp_field_table *sp_mechanism_decider(const struct sp_mechanism *mechanism) {
    while (mechanism->with)
        mechanism = mechanism->with;
    return mechanism->always ? NULL : mechanism->table[0];
}

#endif
