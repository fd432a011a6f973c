/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A result file in memory: a flat list of groups and arrays with attributes, before it becomes HDF5 and after
 * it was read back. Everything that is said about names and shapes is said while this list is built; writing,
 * verifying, hashing and comparing are then one loop each.
 *
 *     struct sp_document *document = sp_document_create();
 *     const struct sp_document_node *group = sp_document_group(document, sp_document_root(document), "base");
 *     ... = sp_document_scale(document, group, "path", SP_DOCUMENT_I32, n, number);
 *     if (document->complaint) ...
 *     sp_document_free(document);
 *
 * Nodes are added parent first, and the children of a group one after the other. A failure (no memory, a name
 * that cannot be used, two objects of one name) is kept in `complaint`; all later calls then do nothing, so
 * that a builder checks once, at its end. Data and texts are borrowed, names are copied.
 */
#ifndef SP_OUTPUT_DOCUMENT_H
#define SP_OUTPUT_DOCUMENT_H

#include "engine/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sp_document_type {
    SP_DOCUMENT_GROUP,
    SP_DOCUMENT_F64,
    SP_DOCUMENT_I32,
    SP_DOCUMENT_U64,
    SP_DOCUMENT_TEXT, /* UTF-8, ended with 0 */
    SP_DOCUMENT_NONE  /* a dimension that says nothing of its positions: they are numbered 0, 1, .. */
};

enum { SP_DOCUMENT_RANK = 3 };

struct sp_document_attribute {
    const char *name;
    enum sp_document_type type;
    double f64; /* the one of these that `type` names */
    int32_t i32;
    uint64_t u64;
    const char *text;
};

struct sp_document_node {
    const char *path;                      /* "/base/quarter/cash"; "/" for the root */
    const char *name;                      /* its last part */
    const struct sp_document_node *parent; /* NULL for the root */
    enum sp_document_type type;
    int rank; /* 0: a single value */
    size_t dims[SP_DOCUMENT_RANK];
    const struct sp_document_node *scale[SP_DOCUMENT_RANK]; /* what the positions along a dimension mean */
    bool is_scale;
    bool is_apart;    /* its values stand elsewhere in the file (seal.h) and need not be in memory */
    uint64_t offset;  /* then: where, in bytes from the beginning of the file */
    const void *data; /* const double *, const int32_t *, const uint64_t *, const char *const * */
    size_t attributes;
    struct sp_document_attribute *attribute; /* [attributes] */
};

struct sp_document {
    struct sp_arena *arena;
    size_t count;
    struct sp_document_node **node; /* [count] */
    size_t slots;                   /* hash table of paths: a power of two */
    struct sp_document_node **slot; /* [slots] */
    struct sp_document_node spare;  /* handed out after a failure, so that builders need no checks */
    uint64_t apart, apart_hash;     /* the bytes of values that are apart, and their hash (seal.h) */
    const char *complaint;          /* the first failure, or NULL */
    bool out_of_memory;
};

struct sp_document *sp_document_create(void); /* NULL: out of memory */
void sp_document_free(struct sp_document *document);

const struct sp_document_node *sp_document_root(const struct sp_document *document);

/* --- building --- */

struct sp_document_node *sp_document_group(struct sp_document *document,
                                           const struct sp_document_node *parent, const char *name);

/* A dimension of `count` positions with their labels or numbers. */
struct sp_document_node *sp_document_scale(struct sp_document *document, const struct sp_document_node *group,
                                           const char *name, enum sp_document_type type, size_t count,
                                           const void *data);

/* A dimension of `count` positions that are numbered 0, 1, .. */
struct sp_document_node *sp_document_index(struct sp_document *document, const struct sp_document_node *group,
                                           const char *name, size_t count);

/* The same without the numbers: nothing is stored. */
struct sp_document_node *sp_document_dimension(struct sp_document *document,
                                               const struct sp_document_node *group, const char *name,
                                               size_t count);

/* An array whose shape is that of its scales, slowest first; no scale: a single value; second NULL: rank 1.
 */
struct sp_document_node *sp_document_array(struct sp_document *document, const struct sp_document_node *group,
                                           const char *name, enum sp_document_type type,
                                           const struct sp_document_node *first,
                                           const struct sp_document_node *second, const void *data);

/* The same with three dimensions. */
struct sp_document_node *sp_document_cube(struct sp_document *document, const struct sp_document_node *group,
                                          const char *name, enum sp_document_type type,
                                          const struct sp_document_node *const scale[3], const void *data);

/* An array of f64, or a dimension numbered 0, 1, .. (i32), whose values are apart. */
struct sp_document_node *sp_document_apart(struct sp_document *document, const struct sp_document_node *group,
                                           const char *name, const struct sp_document_node *first,
                                           const struct sp_document_node *second, uint64_t offset);
struct sp_document_node *sp_document_index_apart(struct sp_document *document,
                                                 const struct sp_document_node *group, const char *name,
                                                 size_t count, uint64_t offset);

/* A node of any kind, with the fields given in `like` (all but path, name and parent). */
struct sp_document_node *sp_document_add(struct sp_document *document, const struct sp_document_node *parent,
                                         const char *name, const struct sp_document_node *like);

/* Attributes. A text that is NULL adds none. */
void sp_document_add_text(struct sp_document *document, struct sp_document_node *node, const char *name,
                          const char *text);
void sp_document_add_i32(struct sp_document *document, struct sp_document_node *node, const char *name,
                         int32_t value);
void sp_document_add_u64(struct sp_document *document, struct sp_document_node *node, const char *name,
                         uint64_t value);
void sp_document_add_attribute(struct sp_document *document, struct sp_document_node *node,
                               const struct sp_document_attribute *attribute);

/* `count` zeroed items of `size` bytes that live as long as the document; NULL after a complaint. */
void *sp_document_memory(struct sp_document *document, size_t count, size_t size);

/* Keeps the first complaint. */
void sp_document_complain(struct sp_document *document, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- looking things up --- */

/* The node below `group`, or NULL. `group` may be NULL. */
const struct sp_document_node *sp_document_find(const struct sp_document *document,
                                                const struct sp_document_node *group, const char *name);

/* The attribute, or NULL. */
const struct sp_document_attribute *sp_document_attribute(const struct sp_document_node *node,
                                                          const char *name);

/* The text of an attribute, or NULL when it has none of that name and type. */
const char *sp_document_text(const struct sp_document_node *node, const char *name);

/* The data of a node that must be there with this type and this number of values; else NULL and a complaint.
 */
const void *sp_document_data(struct sp_document *document, const struct sp_document_node *group,
                             const char *name, enum sp_document_type type, size_t count);

/* --- the whole --- */

size_t sp_document_values(const struct sp_document_node *node); /* how many values it holds; a group: 0 */
size_t sp_document_type_size(enum sp_document_type type);       /* bytes of one value in memory */
const char *sp_document_type_name(enum sp_document_type type);  /* "f64" */

/* A hash of all names, shapes, values and attributes but `except` of the root; it does not depend on the
 * order of the nodes, nor of attributes. Values that are apart are in it by document->apart_hash. */
uint64_t sp_document_hash(const struct sp_document *document, const char *except);

/* Whether `found` holds all that `expected` holds, bit by bit, and nothing more.
 * NULL, or what differs, in the arena of `found`. */
const char *sp_document_difference(const struct sp_document *expected, struct sp_document *found);

#endif
