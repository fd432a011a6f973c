/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One descriptor per number that a scenario may give: it drives reading, range checks, help, the reference
 * page and the result file, so that nothing is written down twice.
 *
 * A field may be absent: then it is no input of the scenario, nothing is drawn for it, nothing can change it,
 * and the step finds NULL in its place.
 */
#ifndef SP_ENGINE_BASE_FIELD_H
#define SP_ENGINE_BASE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

enum sp_field_kind {
    SP_FIELD_ASSUMPTION, /* a number or a law */
    SP_FIELD_NUMBER,     /* a plain number */
    SP_FIELD_CHOICE,     /* one of `choices` */
    SP_FIELD_TEXT,
    SP_FIELD_QUARTER, /* "2027Q1"; as a number: 0 for the first quarter, below 0 before it */
    SP_FIELD_NAME,    /* of an instance of the table `of`; as a number: its place, -1 when not given */
    SP_FIELD_FORMULA, /* a text like "cash < 100_000", over metrics of the quarter before; the step gets its
                         value */
    SP_FIELD_EFFECTS, /* a list of changes: [{ of = "churn.monthly", times = 1.5 }, ..] */
    SP_FIELD_DRAW     /* not in the scenario: a uniform number that the mechanism needs every quarter */
};

/* Once a path; anew every quarter; anew when an event begins, and held until the next one does. */
enum sp_each { SP_EACH_PATH, SP_EACH_QUARTER, SP_EACH_EVENT };

struct sp_field {
    const char *key; /* within its table: "rate_first" */
    enum sp_field_kind kind;
    const char *unit;  /* "USD", "1/month", "1" */
    double standard;   /* value when not given (choice: index); NAN: none, it must be given or is optional */
    double low, high;  /* bounds, both included; an assumption's draws are held to them */
    enum sp_each each; /* how often an assumption is drawn when the scenario does not say */
    const char *const *choices; /* NULL-ended */
    const char *of;             /* of a name: the table */
    /* Of effects, columns in which * is the instance: how far they act, 0 not at all, 1 in full; and, or
     * NULL, one that is not 0 where an event begins: their values are drawn anew then. */
    const char *share, *begins;
    const char *sentence;
    bool whole;           /* must be a whole number */
    bool of_whole_counts; /* absent unless people are counted in whole numbers (a draw) */
    bool optional;        /* absent unless it is given */
    bool where;       /* steps get its values by sp_step_put_where alone, where something happens on a path */
    bool expected;    /* optional, but `check` warns when it is not given */
    int needs;        /* 1 + an earlier field of the table, without which it is absent; 0: none */
    int needs_choice; /* and which, when that field is a choice, must be this one */
    bool strict;      /* given without what it needs it is a mistake: the same thing would be said twice */
    /* How it might be written, "0.05" or "{ normal = { mean = 0.4, sd = 0.1 } }": of the first instance, and
     * of the second where that differs. Needed when there is no default: `scalepath init` writes it. */
    const char *example[2];
};

/* Whether a default, bounds and a value of it are numbers. */
static inline bool sp_field_is_number(const struct sp_field *field) {
    return field->kind == SP_FIELD_ASSUMPTION || field->kind == SP_FIELD_NUMBER ||
           field->kind == SP_FIELD_CHOICE;
}

/* A table of the scenario. An instanced one repeats under names of the user's: [tier.scaled]. A numbered one
 * is instanced but not written in the scenario: it has instances 1 .. `count`, which follow from the values
 * of its mechanism's first table. These are given in the order of its fields: numbers as they are, choices as
 * their index, anything else as 1 when it is there; 0 when it is absent; of an instanced table the largest
 * over its instances. Its fields are draws. */
struct sp_field_table {
    const char *name; /* "growth"; "" for keys outside any table */
    bool instanced;
    bool ordered_by_first; /* instances are ordered by their first field, a number (tiers: `from`) */
    size_t (*count)(const double *first); /* of a numbered table */
    int needs, needs_choice; /* 1 + choice of the first table, and which, without which it has no instances;
                                with it, it must have some */
    int shares;              /* 1 + field whose values over all instances add up to 1; 0: none */
    bool borrowed;           /* of a mechanism before this one in the list: its instances, without fields */
    int one_of[2];           /* 1 + fields of which exactly one must be given; 0: none */
    const char *within;      /* its instances stand in those of this table: [risk.NAME.mitigation]; or NULL */
    const struct sp_field *field;
    size_t fields;
    const char *sentence;
    const char *instance[2]; /* of an instanced one: names for examples, one or two */
};

#endif
