/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads single values out of tree nodes: numbers, percentages, choices, laws, schedules, sources. Each
 * function tells what is wrong with its node and returns 0 or SP_ERROR_SCENARIO; each marks what it has
 * understood as used.
 */
#ifndef SP_SCENARIOS_VALUE_H
#define SP_SCENARIOS_VALUE_H

#include "scenarios/scenario.h"

/* What values are read for. */
struct sp_value_context {
    struct sp_arena *arena;
    struct sp_problems *problems;
    int first_quarter;
    size_t quarters;
    bool is_date; /* what is read is a quarter, counted from 1: "2027Q1" may be written for it */
};

/* A number, or a text like "5%". `key` names it in messages. */
int sp_value_number(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                    double *number);

/* Whether values of the field are dates: quarters, counted from 1. */
bool sp_value_is_date(const struct sp_field *field);

/* The same for a point on the value's scale, which may be a date: see is_date. */
int sp_value_point(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                   double *number);

/* A point that must lie within the field's bounds (and be whole if the field says so). */
int sp_value_bounded(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                     const struct sp_field *field, double *number);

int sp_value_text(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                  const char **text);

/* One of the NULL-ended choices; its index. */
int sp_value_choice(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                    const char *const *choices, double *index);

/* A whole number within low .. high. */
int sp_value_whole(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                   int64_t low, int64_t high, int64_t *whole);

/* A quarter of the horizon like "2027Q1", as an index; `outside` allows one before or after the horizon. */
int sp_value_quarter(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                     bool outside, int *quarter);

/* An assumption: number, percentage, law, { value = .. }, or { at = { .. } }, with its source. Fills the
 * input's assumption and source. */
int sp_value_assumption(const struct sp_value_context *context, struct sp_node *node, struct sp_input *input);

/* Whether a key of an assumption's long form says where its value comes from ("row", "source", ..). */
bool sp_value_assumption_is_source(const char *key);

/* `noise = { sd = 0.1, phi = 0.6, scale = "log" }` of an assumption's long form, when `table` has it. */
int sp_value_noise(const struct sp_value_context *context, const struct sp_node *table,
                   struct sp_input *input);

/* The assumption that is always `number`. 0 or SP_ERROR_RESOURCES. */
int sp_value_fixed(const struct sp_value_context *context, double number, struct sp_input *input);

/* False when a table says `enabled = false`: then it is understood with everything in it, and left out. */
bool sp_value_is_enabled(const struct sp_value_context *context, struct sp_node *table);

/* Marks a node and everything in it as understood. */
void sp_value_mark_all(struct sp_node *node);

/* Tells every key of a table that nobody has understood; `known` helps to guess what was meant. */
void sp_value_tell_unknown(const struct sp_value_context *context, const struct sp_node *table,
                           const char *path, const char *const *known, size_t count);

#endif
