/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that has a name, in one list: mechanisms, tables, fields, metrics, settings, laws, each with the
 * descriptor it comes from. Help, the reference page and "did you mean ..?" read it.
 *
 *     struct sp_catalog catalog;
 *     if (sp_catalog_fill(arena, &catalog)) return SP_ERROR_RESOURCES;
 *     size_t found = sp_catalog_find(&catalog, "tier.scaled.monthly", entry);    (finds "tier.NAME.monthly")
 */
#ifndef SP_SCENARIOS_CATALOG_H
#define SP_SCENARIOS_CATALOG_H

#include "engine/random/law.h"
#include "engine/run/mechanism.h"
#include "scenarios/settings.h"

enum sp_catalog_kind {
    SP_CATALOG_MECHANISM,
    SP_CATALOG_TABLE, /* that is not named like its mechanism */
    SP_CATALOG_FIELD,
    SP_CATALOG_METRIC, /* also columns that are internal */
    SP_CATALOG_SETTING,
    SP_CATALOG_LAW
};

/* Names have NAME (tables, fields) or * (metrics) in place of what the user chooses. What does not apply is
 * NULL. [start] is one table of several mechanisms: its entry has the first of them. */
struct sp_catalog_entry {
    enum sp_catalog_kind kind;
    const char *name, *sentence;
    const struct sp_mechanism *mechanism;
    const struct sp_field_table *table;
    const struct sp_field *field;
    const struct sp_write *write;
    const struct sp_setting *setting;
    const struct sp_law_form *form; /* the first of `forms` that stand together */
    size_t forms;
};

struct sp_catalog {
    struct sp_catalog_entry *entry; /* [entries] */
    size_t entries;
};

/* 0 or SP_ERROR_RESOURCES. */
int sp_catalog_fill(struct sp_arena *arena, struct sp_catalog *catalog);

/* "mechanism", "table", "field", "metric", "setting", "law". */
const char *sp_catalog_kind_name(enum sp_catalog_kind kind);

/* Whether a word means this entry: its name, with any name in place of NAME or *; "tier" means "tier.NAME".
 */
bool sp_catalog_means(const struct sp_catalog_entry *entry, const char *word);

/* Entries that a word means, into `found`, which has room for all entries; how many. A metric hides an
 * internal column. */
size_t sp_catalog_find(const struct sp_catalog *catalog, const char *word,
                       const struct sp_catalog_entry **found);

/* Of "risk.outage.cost.mean", a parameter that can be drawn: the entry of risk.NAME.cost; NULL: it is none.
 */
const struct sp_catalog_entry *sp_catalog_find_parameter(const struct sp_catalog *catalog, const char *word);

/* Entries that a word may mean when it means none: "cost" or "cost.*" those within, "rate_first" those that
 * end so. */
size_t sp_catalog_guess(const struct sp_catalog *catalog, const char *word,
                        const struct sp_catalog_entry **found);

/* The nearest name, or NULL. */
const char *sp_catalog_nearest(struct sp_arena *arena, const struct sp_catalog *catalog, const char *word);

#endif
