/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/document.h"

#include "engine/base/hash.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_SLOTS = 1024 };

static struct sp_document_node *add_root(struct sp_document *document) {
    struct sp_document_node *root = sp_document_memory(document, 1, sizeof *root);
    if (!root)
        return NULL;
    root->path = "/";
    root->name = "";
    struct sp_document_node **item =
        sp_arena_append(document->arena, &document->node, &document->count, sizeof *item);
    return item ? *item = root : NULL;
}

struct sp_document *sp_document_create(void) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_document *document = arena ? sp_arena_array(arena, 1, sizeof *document) : NULL;
    if (document) {
        document->arena = arena;
        document->slots = FIRST_SLOTS;
        document->slot = sp_document_memory(document, document->slots, sizeof *document->slot);
    }
    if (document && document->slot && add_root(document))
        return document;
    sp_arena_free(arena);
    return NULL;
}

void sp_document_free(struct sp_document *document) {
    if (document)
        sp_arena_free(document->arena);
}

const struct sp_document_node *sp_document_root(const struct sp_document *document) {
    return document->node[0];
}

void sp_document_complain(struct sp_document *document, const char *format, ...) {
    if (document->complaint)
        return;
    va_list arguments;
    va_start(arguments, format);
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    document->complaint = sp_arena_text(document->arena, text);
    if (!document->complaint)
        document->complaint = "out of memory";
}

static void *no_memory(struct sp_document *document) {
    document->out_of_memory = true;
    sp_document_complain(document, "out of memory");
    return NULL;
}

void *sp_document_memory(struct sp_document *document, size_t count, size_t size) {
    if (document->complaint)
        return NULL;
    void *memory = sp_arena_array(document->arena, count, size);
    return memory ? memory : no_memory(document);
}

/* --- the table of paths: open addressing, at most half full --- */

static struct sp_document_node **find_slot(const struct sp_document *document, const char *path) {
    size_t i = sp_hash32_text(path) & (document->slots - 1);
    while (document->slot[i] && strcmp(document->slot[i]->path, path) != 0)
        i = (i + 1) & (document->slots - 1);
    return &document->slot[i];
}

static int grow_slots(struct sp_document *document) {
    if (2 * (document->count + 1) <= document->slots)
        return 0;
    size_t slots = 2 * document->slots;
    struct sp_document_node **slot = sp_document_memory(document, slots, sizeof *slot);
    if (!slot)
        return -1;
    document->slots = slots;
    document->slot = slot;
    for (size_t i = 1; i < document->count; i++)
        *find_slot(document, document->node[i]->path) = document->node[i];
    return 0;
}

/* --- building --- */

/* What HDF5, netCDF and terminals all take: no '/', no control characters, not empty, not ".". */
static bool is_name(const char *name) {
    if (!name || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        if (*c == '/' || *c < 0x20 || *c == 0x7f)
            return false;
    return true;
}

static int insert(struct sp_document *document, struct sp_document_node *node) {
    if (grow_slots(document))
        return -1;
    struct sp_document_node **slot = find_slot(document, node->path);
    if (*slot) {
        sp_document_complain(document, "%s: two objects have this name; rename one", node->path);
        return -1;
    }
    struct sp_document_node **item =
        sp_arena_append(document->arena, &document->node, &document->count, sizeof *item);
    if (!item) {
        no_memory(document);
        return -1;
    }
    *item = *slot = node;
    return 0;
}

struct sp_document_node *sp_document_add(struct sp_document *document, const struct sp_document_node *parent,
                                         const char *name, const struct sp_document_node *like) {
    if (!document->complaint && !is_name(name))
        sp_document_complain(document, "%s: '%s' cannot be the name of an object; rename it", parent->path,
                             name ? name : "(none)");
    struct sp_document_node *node = sp_document_memory(document, 1, sizeof *node);
    if (!node)
        return &document->spare;
    *node = *like;
    node->path = sp_arena_format(document->arena, "%s/%s", parent->parent ? parent->path : "", name);
    node->parent = parent;
    if (!node->path) {
        no_memory(document);
        return &document->spare;
    }
    node->name = strrchr(node->path, '/') + 1;
    return insert(document, node) ? &document->spare : node;
}

struct sp_document_node *sp_document_group(struct sp_document *document,
                                           const struct sp_document_node *parent, const char *name) {
    return sp_document_add(document, parent, name, &(struct sp_document_node){.type = SP_DOCUMENT_GROUP});
}

struct sp_document_node *sp_document_scale(struct sp_document *document, const struct sp_document_node *group,
                                           const char *name, enum sp_document_type type, size_t count,
                                           const void *data) {
    struct sp_document_node like = {.type = type, .rank = 1, .dims = {count}, .is_scale = true, .data = data};
    return sp_document_add(document, group, name, &like);
}

struct sp_document_node *sp_document_index(struct sp_document *document, const struct sp_document_node *group,
                                           const char *name, size_t count) {
    if (count > INT32_MAX)
        sp_document_complain(document, "%s/%s: %zu positions are too many", group->path, name, count);
    int32_t *number = sp_document_memory(document, count, sizeof *number);
    for (size_t i = 0; number && i < count; i++)
        number[i] = (int32_t)i;
    return sp_document_scale(document, group, name, SP_DOCUMENT_I32, count, number);
}

struct sp_document_node *sp_document_dimension(struct sp_document *document,
                                               const struct sp_document_node *group, const char *name,
                                               size_t count) {
    return sp_document_scale(document, group, name, SP_DOCUMENT_NONE, count, NULL);
}

struct sp_document_node *sp_document_array(struct sp_document *document, const struct sp_document_node *group,
                                           const char *name, enum sp_document_type type,
                                           const struct sp_document_node *first,
                                           const struct sp_document_node *second, const void *data) {
    struct sp_document_node like = {
        .type = type, .rank = (first != NULL) + (second != NULL), .scale = {first, second}, .data = data};
    for (int i = 0; i < like.rank; i++)
        like.dims[i] = like.scale[i]->dims[0];
    return sp_document_add(document, group, name, &like);
}

struct sp_document_node *sp_document_cube(struct sp_document *document, const struct sp_document_node *group,
                                          const char *name, enum sp_document_type type,
                                          const struct sp_document_node *const scale[3], const void *data) {
    struct sp_document_node like = {.type = type, .rank = 3, .data = data};
    for (int i = 0; i < like.rank; i++) {
        like.scale[i] = scale[i];
        like.dims[i] = scale[i]->dims[0];
    }
    return sp_document_add(document, group, name, &like);
}

static struct sp_document_node *set_apart(struct sp_document_node *node, uint64_t offset) {
    node->is_apart = true;
    node->offset = offset;
    return node;
}

struct sp_document_node *sp_document_apart(struct sp_document *document, const struct sp_document_node *group,
                                           const char *name, const struct sp_document_node *first,
                                           const struct sp_document_node *second, uint64_t offset) {
    return set_apart(sp_document_array(document, group, name, SP_DOCUMENT_F64, first, second, NULL), offset);
}

struct sp_document_node *sp_document_index_apart(struct sp_document *document,
                                                 const struct sp_document_node *group, const char *name,
                                                 size_t count, uint64_t offset) {
    return set_apart(sp_document_scale(document, group, name, SP_DOCUMENT_I32, count, NULL), offset);
}

/* The copy of the list that sp_arena_append may make belongs to the node alone. */
void sp_document_add_attribute(struct sp_document *document, struct sp_document_node *node,
                               const struct sp_document_attribute *attribute) {
    if (document->complaint)
        return;
    if (sp_document_attribute(node, attribute->name)) {
        sp_document_complain(document, "%s: two attributes are named %s", node->path, attribute->name);
        return;
    }
    struct sp_document_attribute *item =
        sp_arena_append(document->arena, &node->attribute, &node->attributes, sizeof *item);
    if (item)
        *item = *attribute;
    else
        no_memory(document);
}

void sp_document_add_text(struct sp_document *document, struct sp_document_node *node, const char *name,
                          const char *text) {
    struct sp_document_attribute attribute = {.name = name, .type = SP_DOCUMENT_TEXT, .text = text};
    if (text)
        sp_document_add_attribute(document, node, &attribute);
}

void sp_document_add_i32(struct sp_document *document, struct sp_document_node *node, const char *name,
                         int32_t value) {
    struct sp_document_attribute attribute = {.name = name, .type = SP_DOCUMENT_I32, .i32 = value};
    sp_document_add_attribute(document, node, &attribute);
}

void sp_document_add_u64(struct sp_document *document, struct sp_document_node *node, const char *name,
                         uint64_t value) {
    struct sp_document_attribute attribute = {.name = name, .type = SP_DOCUMENT_U64, .u64 = value};
    sp_document_add_attribute(document, node, &attribute);
}

/* --- looking things up --- */

const struct sp_document_node *sp_document_find(const struct sp_document *document,
                                                const struct sp_document_node *group, const char *name) {
    char path[2048];
    if (!group)
        return NULL;
    int length = snprintf(path, sizeof path, "%s/%s", group->parent ? group->path : "", name);
    return length > 0 && (size_t)length < sizeof path ? *find_slot(document, path) : NULL;
}

const struct sp_document_attribute *sp_document_attribute(const struct sp_document_node *node,
                                                          const char *name) {
    for (size_t i = 0; node && i < node->attributes; i++)
        if (strcmp(node->attribute[i].name, name) == 0)
            return &node->attribute[i];
    return NULL;
}

const char *sp_document_text(const struct sp_document_node *node, const char *name) {
    const struct sp_document_attribute *attribute = sp_document_attribute(node, name);
    return attribute && attribute->type == SP_DOCUMENT_TEXT ? attribute->text : NULL;
}

const void *sp_document_data(struct sp_document *document, const struct sp_document_node *group,
                             const char *name, enum sp_document_type type, size_t count) {
    if (document->complaint)
        return NULL;
    const struct sp_document_node *node = sp_document_find(document, group, name);
    if (node && node->type == type && sp_document_values(node) == count)
        return node->data;
    sp_document_complain(document, "%s/%s: expected %zu values of type %s, found %s",
                         group ? group->path : "", name, count, sp_document_type_name(type),
                         node ? "something else" : "nothing");
    return NULL;
}

size_t sp_document_values(const struct sp_document_node *node) {
    size_t values = node->type == SP_DOCUMENT_GROUP || node->type == SP_DOCUMENT_NONE ? 0 : 1;
    for (int i = 0; i < node->rank; i++)
        values *= node->dims[i];
    return values;
}

size_t sp_document_type_size(enum sp_document_type type) {
    static const size_t size[] = {[SP_DOCUMENT_GROUP] = 0,
                                  [SP_DOCUMENT_F64] = sizeof(double),
                                  [SP_DOCUMENT_I32] = sizeof(int32_t),
                                  [SP_DOCUMENT_U64] = sizeof(uint64_t),
                                  [SP_DOCUMENT_TEXT] = sizeof(char *),
                                  [SP_DOCUMENT_NONE] = 0};
    return size[type];
}

const char *sp_document_type_name(enum sp_document_type type) {
    static const char *const name[] = {
        [SP_DOCUMENT_GROUP] = "group", [SP_DOCUMENT_F64] = "f64",   [SP_DOCUMENT_I32] = "i32",
        [SP_DOCUMENT_U64] = "u64",     [SP_DOCUMENT_TEXT] = "text", [SP_DOCUMENT_NONE] = "none"};
    return name[type];
}

/* --- the hash --- */

static uint64_t hash_text(uint64_t hash, const char *text) {
    return sp_hash64_bytes(hash, text, strlen(text) + 1);
}

static uint64_t hash_number(uint64_t hash, uint64_t number) {
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> 8 * i);
    return sp_hash64_bytes(hash, bytes, sizeof bytes);
}

static uint64_t hash_attribute(const struct sp_document_attribute *attribute) {
    uint64_t hash = hash_number(hash_text(SP_HASH64_START, attribute->name), attribute->type);
    switch (attribute->type) {
    case SP_DOCUMENT_F64:
        return sp_hash64_bytes(hash, &attribute->f64, sizeof attribute->f64);
    case SP_DOCUMENT_I32:
        return sp_hash64_bytes(hash, &attribute->i32, sizeof attribute->i32);
    case SP_DOCUMENT_U64:
        return sp_hash64_bytes(hash, &attribute->u64, sizeof attribute->u64);
    default:
        return hash_text(hash, attribute->text);
    }
}

static uint64_t hash_data(uint64_t hash, const struct sp_document_node *node) {
    size_t values = sp_document_values(node);
    const char *const *text = node->data;
    if (node->is_apart)
        return hash_number(hash, node->offset);
    if (node->type != SP_DOCUMENT_TEXT)
        return values ? sp_hash64_lanes(hash, node->data, values * sp_document_type_size(node->type)) : hash;
    for (size_t i = 0; i < values; i++)
        hash = hash_text(hash, text[i]);
    return hash;
}

static uint64_t hash_node(const struct sp_document_node *node, const char *except) {
    uint64_t hash = hash_number(hash_text(SP_HASH64_START, node->path), node->type);
    hash = hash_number(hash_number(hash, (uint64_t)node->rank), node->is_scale);
    for (int i = 0; i < node->rank; i++)
        hash = hash_text(hash_number(hash, node->dims[i]), node->scale[i] ? node->scale[i]->path : "");
    uint64_t sum = 0;
    for (size_t i = 0; i < node->attributes; i++)
        if (node->parent || strcmp(node->attribute[i].name, except) != 0)
            sum += hash_attribute(&node->attribute[i]);
    return hash_data(hash_number(hash, sum), node);
}

/* A sum of one hash a node: tools that copy a file may change the order of its objects. */
uint64_t sp_document_hash(const struct sp_document *document, const char *except) {
    uint64_t sum = SP_HASH64_START + sp_hash64_mix(document->apart_hash);
    for (size_t i = 0; i < document->count; i++)
        sum += hash_node(document->node[i], except);
    return sum;
}

/* --- the comparison --- */

static bool same_attribute(const struct sp_document_attribute *a, const struct sp_document_attribute *b) {
    if (!b || a->type != b->type)
        return false;
    switch (a->type) {
    case SP_DOCUMENT_F64:
        return memcmp(&a->f64, &b->f64, sizeof a->f64) == 0;
    case SP_DOCUMENT_I32:
        return a->i32 == b->i32;
    case SP_DOCUMENT_U64:
        return a->u64 == b->u64;
    default:
        return strcmp(a->text, b->text) == 0;
    }
}

static bool same_shape(const struct sp_document_node *a, const struct sp_document_node *b) {
    if (a->type != b->type || a->rank != b->rank || a->is_scale != b->is_scale ||
        a->is_apart != b->is_apart || a->offset != b->offset)
        return false;
    for (int i = 0; i < a->rank; i++) {
        if (a->dims[i] != b->dims[i] || !a->scale[i] != !b->scale[i])
            return false;
        if (a->scale[i] && strcmp(a->scale[i]->path, b->scale[i]->path) != 0)
            return false;
    }
    return true;
}

static bool same_data(const struct sp_document_node *a, const struct sp_document_node *b) {
    size_t values = sp_document_values(a);
    const char *const *text_a = a->data, *const *text_b = b->data;
    if (a->is_apart || a->data == b->data) /* bytes apart have a hash for all */
        return true;
    if (a->type != SP_DOCUMENT_TEXT)
        return !values || memcmp(a->data, b->data, values * sp_document_type_size(a->type)) == 0;
    for (size_t i = 0; i < values; i++)
        if (strcmp(text_a[i], text_b[i]) != 0)
            return false;
    return true;
}

/* Never NULL: that would mean that nothing differs. */
static const char *tell(struct sp_document *document, const char *path, const char *what) {
    const char *text = sp_arena_format(document->arena, "%s %s", path, what);
    return text ? text : "out of memory";
}

static const char *node_difference(const struct sp_document_node *a, const struct sp_document_node *b,
                                   struct sp_document *found) {
    if (!b)
        return tell(found, a->path, "is missing");
    if (!same_shape(a, b))
        return tell(found, a->path, "has another type, shape or dimension");
    for (size_t i = 0; i < a->attributes; i++)
        if (!same_attribute(&a->attribute[i], sp_document_attribute(b, a->attribute[i].name)))
            return tell(found, a->path, "lacks an attribute or has it with another value");
    if (a->attributes != b->attributes)
        return tell(found, a->path, "has an unknown attribute");
    return same_data(a, b) ? NULL : tell(found, a->path, "holds other values");
}

const char *sp_document_difference(const struct sp_document *expected, struct sp_document *found) {
    if (expected->apart != found->apart || expected->apart_hash != found->apart_hash)
        return "the kept paths differ";
    for (size_t i = 0; i < expected->count; i++) {
        const struct sp_document_node *node = expected->node[i];
        const struct sp_document_node *other = i ? *find_slot(found, node->path) : found->node[0];
        const char *difference = node_difference(node, other, found);
        if (difference)
            return difference;
    }
    if (expected->count != found->count)
        return "it holds objects that do not belong to it";
    return NULL;
}
