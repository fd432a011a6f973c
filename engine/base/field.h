/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One descriptor per number that a scenario may give: it drives reading, range checks, help, the reference
 * page and the result file, so that nothing is written down twice.
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
    SP_FIELD_DRAW /* not in the scenario: a uniform number that the mechanism needs every quarter */
};

enum sp_each { SP_EACH_PATH, SP_EACH_QUARTER };

struct sp_field {
    const char *key; /* within its table: "rate_first" */
    enum sp_field_kind kind;
    const char *unit;           /* "USD", "1/month", "1" */
    double standard;            /* value when not given (choice: index); NAN: none, the key must be given */
    double low, high;           /* bounds, both included; an assumption's draws are held to them */
    enum sp_each each;          /* how often an assumption is drawn when the scenario does not say */
    const char *const *choices; /* NULL-ended */
    const char *sentence;
    bool whole;           /* must be a whole number */
    bool of_whole_counts; /* a draw that is made only when people are counted in whole numbers */
};

/* A table of the scenario. An instanced one repeats under names of the user's: [tier.scaled]. */
struct sp_field_table {
    const char *name; /* "growth"; "" for keys outside any table */
    bool instanced;
    bool ordered_by_first; /* instances are ordered by their first field, a number (tiers: `from`) */
    int shares;            /* 1 + field whose values over all instances add up to 1; 0: none */
    const struct sp_field *field;
    size_t fields;
    const char *sentence;
};

#endif
