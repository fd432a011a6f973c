/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/h5read.h"

#include "output/h5.h"
#include "output/h5memory.h"

#define H5_USE_110_API
#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 8, NODES = 2000000, NAME_BYTES = 1024, ATTRIBUTES = 256 };

/* Numbers of messages in the header of an object, of HDF5's file format. */
enum { EXTERNAL_MESSAGE = 7, FILTER_MESSAGE = 11 };

struct scale_address {
    haddr_t address;
    const struct sp_document_node *node;
};

struct reader {
    struct sp_document *document;
    const struct sp_sealed *sealed;
    const struct sp_document *like; /* what is probably read, or NULL */
    size_t bytes;                   /* of the file: no array can be larger */
    hid_t text, dimensions;         /* types: UTF-8 text, DIMENSION_LIST */
    hid_t transfer;                 /* manners of reading: texts go to the document's arena */
    size_t room;
    void *scratch; /* [room] bytes */
    size_t scales;
    struct scale_address *scale; /* [scales] where the dimension scales are in the file */
};

/* What went wrong with `path`: what was expected or, when HDF5 failed, its reason. */
static int refuse(const struct reader *reader, const char *path, const char *expected) {
    char reason[SP_H5_REASON];
    bool failed = H5Eget_num(H5E_DEFAULT) > 0;
    sp_h5_reason(reason);
    if (failed)
        sp_document_complain(reader->document, "%s: %s (HDF5: %s)", path, expected, reason);
    else
        sp_document_complain(reader->document, "%s: %s", path, expected);
    return -1;
}

/* --- types and shapes --- */

static enum sp_document_type find_type(const struct reader *reader, hid_t type) {
    switch (H5Tget_class(type)) {
    case H5T_FLOAT:
        if (H5Tequal(type, H5T_IEEE_F64LE) > 0)
            return SP_DOCUMENT_F64;
        return H5Tequal(type, H5T_IEEE_F32BE) > 0 ? SP_DOCUMENT_NONE : SP_DOCUMENT_GROUP;
    case H5T_INTEGER:
        if (H5Tequal(type, H5T_STD_I32LE) > 0)
            return SP_DOCUMENT_I32;
        return H5Tequal(type, H5T_STD_U64LE) > 0 ? SP_DOCUMENT_U64 : SP_DOCUMENT_GROUP;
    case H5T_STRING:
        return H5Tequal(type, reader->text) > 0 ? SP_DOCUMENT_TEXT : SP_DOCUMENT_GROUP;
    default:
        return SP_DOCUMENT_GROUP;
    }
}

static hid_t memory_type(const struct reader *reader, enum sp_document_type type) {
    switch (type) {
    case SP_DOCUMENT_F64:
        return H5T_NATIVE_DOUBLE;
    case SP_DOCUMENT_I32:
        return H5T_NATIVE_INT32;
    case SP_DOCUMENT_U64:
        return H5T_NATIVE_UINT64;
    default:
        return reader->text;
    }
}

static int read_type(const struct reader *reader, hid_t type, struct sp_document_node *node) {
    node->type = type < 0 ? SP_DOCUMENT_GROUP : find_type(reader, type);
    return H5Tclose(type) < 0 || node->type == SP_DOCUMENT_GROUP ? -1 : 0;
}

static int read_dims(const struct reader *reader, hid_t space, struct sp_document_node *node) {
    hsize_t dims[SP_DOCUMENT_RANK] = {0};
    int rank = H5Sget_simple_extent_ndims(space);
    H5S_class_t class = H5Sget_simple_extent_type(space);
    if (rank < 0 || rank > SP_DOCUMENT_RANK || class != (rank ? H5S_SIMPLE : H5S_SCALAR))
        return -1;
    if (H5Sget_simple_extent_dims(space, dims, NULL) < 0)
        return -1;
    size_t left = reader->bytes / sizeof(int32_t);
    for (int i = 0; i < rank; i++) {
        if (dims[i] > left)
            return -1;
        node->dims[i] = (size_t)dims[i];
        left = dims[i] ? left / dims[i] : left;
    }
    node->rank = rank;
    return 0;
}

static int read_shape(const struct reader *reader, hid_t space, struct sp_document_node *node) {
    int error = space < 0 ? -1 : read_dims(reader, space, node);
    return H5Sclose(space) < 0 ? -1 : error;
}

static bool has_checksum_alone(hid_t array) {
    unsigned flags;
    size_t values = 0;
    hid_t list = H5Dget_create_plist(array);
    bool found = list >= 0 && H5Pget_nfilters(list) == 1 &&
                 H5Pget_filter2(list, 0, &flags, &values, NULL, 0, NULL, NULL) == H5Z_FILTER_FLETCHER32;
    return H5Pclose(list) >= 0 && found;
}

/* The header tells by its messages what it would cost more to ask of a property list. */
static bool is_plain_storage(hid_t array, const H5O_info_t *about, const struct sp_document_node *node) {
    if (about->hdr.mesg.present & 1U << EXTERNAL_MESSAGE)
        return false;
    if (about->hdr.mesg.present & 1U << FILTER_MESSAGE && !has_checksum_alone(array))
        return false;
    /* Parts that were never written would read as zeros; a virtual array stores nothing itself. */
    return H5Dget_storage_size(array) >= sp_document_values(node) * sp_document_type_size(node->type);
}

/* --- values --- */

static void *allocate_text(size_t size, void *arena) {
    return sp_arena_array(arena, size, 1);
}

static void leave_text(void *text, void *arena) {
    (void)text, (void)arena;
}

static const void *read_texts(const struct reader *reader, hid_t array, size_t values) {
    const char **text = sp_document_memory(reader->document, values, sizeof *text);
    if (!text || H5Dread(array, reader->text, H5S_ALL, H5S_ALL, reader->transfer, text) < 0)
        return NULL;
    for (size_t i = 0; i < values; i++)
        text[i] = text[i] ? text[i] : "";
    return text;
}

/* Whether all bytes from `begin` to `end` of the file have `size` from `offset` on among them. */
static bool lies_in(uint64_t begin, uint64_t end, uint64_t offset, size_t size) {
    return begin <= offset && offset <= end && size <= end - offset;
}

/* Finds whether the values are apart, and where. */
static void find_apart(const struct reader *reader, hid_t array, struct sp_document_node *node) {
    haddr_t offset = reader->sealed->apart ? H5Dget_offset(array) : HADDR_UNDEF;
    size_t size = sp_document_values(node) * sp_document_type_size(node->type);
    node->is_apart = node->type != SP_DOCUMENT_TEXT && offset != HADDR_UNDEF &&
                     lies_in(SP_SEAL_APART, SP_SEAL_APART + reader->sealed->apart, offset, size);
    node->offset = node->is_apart ? offset : 0;
}

/* The values that the node just added probably has, or NULL: documents have their nodes in the same order. */
static const void *guess_numbers(const struct reader *reader, const struct sp_document_node *node) {
    size_t index = reader->document->count - 1;
    const struct sp_document_node *like =
        reader->like && index < reader->like->count ? reader->like->node[index] : NULL;
    return like && like->type == node->type && sp_document_values(like) == sp_document_values(node) &&
                   strcmp(like->path, node->path) == 0
               ? like->data
               : NULL;
}

static void *make_scratch(struct reader *reader, size_t size) {
    if (size <= reader->room)
        return reader->scratch;
    free(reader->scratch);
    reader->scratch = malloc(size);
    reader->room = reader->scratch ? size : 0;
    return reader->scratch;
}

/* Numbers that are as guessed are not kept a second time. */
static const void *read_numbers(struct reader *reader, hid_t array, const struct sp_document_node *node) {
    size_t values = sp_document_values(node), size = values * sp_document_type_size(node->type);
    const void *guess = size ? guess_numbers(reader, node) : NULL;
    void *data = guess ? make_scratch(reader, size)
                       : sp_document_memory(reader->document, values, size / (values ? values : 1));
    if (!data || size == 0)
        return data;
    if (H5Dread(array, memory_type(reader, node->type), H5S_ALL, H5S_ALL, reader->transfer, data) < 0)
        return NULL;
    if (!guess || memcmp(data, guess, size) == 0)
        return guess ? guess : data;
    void *copy = sp_document_memory(reader->document, size, 1);
    return copy ? memcpy(copy, data, size) : NULL;
}

/* --- attributes --- */

static int read_attribute_text(const struct reader *reader, hid_t attribute,
                               struct sp_document_attribute *found) {
    char *text = NULL;
    if (H5Aread(attribute, reader->text, &text) < 0)
        return -1;
    found->text = sp_arena_text(reader->document->arena, text ? text : "");
    return H5free_memory(text) < 0 || !found->text ? -1 : 0;
}

static int read_attribute_value(const struct reader *reader, hid_t attribute,
                                struct sp_document_attribute *found) {
    switch (found->type) {
    case SP_DOCUMENT_F64:
        return H5Aread(attribute, H5T_NATIVE_DOUBLE, &found->f64) < 0 ? -1 : 0;
    case SP_DOCUMENT_I32:
        return H5Aread(attribute, H5T_NATIVE_INT32, &found->i32) < 0 ? -1 : 0;
    case SP_DOCUMENT_U64:
        return H5Aread(attribute, H5T_NATIVE_UINT64, &found->u64) < 0 ? -1 : 0;
    default:
        return read_attribute_text(reader, attribute, found);
    }
}

static int read_plain_attribute(const struct reader *reader, hid_t attribute, const char *name,
                                struct sp_document_node *node) {
    struct sp_document_node shape = {0};
    struct sp_document_attribute found = {.name = sp_arena_text(reader->document->arena, name)};
    hid_t space = H5Aget_space(attribute);
    int error = space < 0 || read_type(reader, H5Aget_type(attribute), &shape) ||
                H5Sget_simple_extent_type(space) != H5S_SCALAR;
    found.type = shape.type;
    if (error || !found.name || read_attribute_value(reader, attribute, &found))
        error = -1;
    else
        sp_document_add_attribute(reader->document, node, &found);
    return H5Sclose(space) < 0 ? -1 : error;
}

/* --- dimensions: a reference is the address of an object, and is only ever compared, not followed --- */

static const struct sp_document_node *find_scale(const struct reader *reader,
                                                 const struct sp_document_node *parent, const hvl_t *list) {
    if (list->len != 1)
        return NULL;
    hobj_ref_t reference = *(const hobj_ref_t *)list->p;
    for (size_t i = reader->scales; i-- > 0 && reader->scale[i].node->parent == parent;)
        if (reader->scale[i].address == reference)
            return reader->scale[i].node;
    return NULL;
}

static int read_scales(const struct reader *reader, hid_t attribute, hid_t space,
                       struct sp_document_node *node) {
    hvl_t list[SP_DOCUMENT_RANK] = {{0}};
    hsize_t rank = 0;
    if (H5Sget_simple_extent_ndims(space) != 1 || H5Sget_simple_extent_dims(space, &rank, NULL) < 0 ||
        rank != (hsize_t)node->rank || H5Aread(attribute, reader->dimensions, list) < 0)
        return -1;
    for (int i = 0; i < node->rank; i++)
        node->scale[i] = find_scale(reader, node->parent, &list[i]);
    return H5Dvlen_reclaim(reader->dimensions, space, H5P_DEFAULT, list) < 0 ? -1 : 0;
}

static int read_dimension_list(const struct reader *reader, hid_t attribute, struct sp_document_node *node) {
    hid_t space = H5Aget_space(attribute);
    int error = space < 0 ? -1 : read_scales(reader, attribute, space, node);
    return H5Sclose(space) < 0 ? -1 : error;
}

/* Of the same group and length for every dimension; a scale is its own. */
static bool has_dimensions(const struct sp_document_node *node) {
    if (node->is_scale)
        return node->rank == 1;
    for (int i = 0; i < node->rank; i++)
        if (!node->scale[i] || node->scale[i]->dims[0] != node->dims[i])
            return false;
    return true;
}

/* --- all attributes: those that say what is a dimension are read as such --- */

static int read_attribute(const struct reader *reader, hid_t attribute, const char *name,
                          struct sp_document_node *node) {
    return strcmp(name, "DIMENSION_LIST") == 0 ? read_dimension_list(reader, attribute, node)
                                               : read_plain_attribute(reader, attribute, name, node);
}

/* An object whose attributes are visited. */
struct attribute_visit {
    const struct reader *reader;
    struct sp_document_node *node;
};

static herr_t visit_attribute(hid_t object, const char *name, const H5A_info_t *about, void *context) {
    const struct attribute_visit *visit = context;
    (void)about;
    if (strlen(name) >= NAME_BYTES)
        return -1;
    if (strcmp(name, "NAME") == 0 || strcmp(name, "REFERENCE_LIST") == 0)
        return 0;
    if (strcmp(name, "CLASS") == 0) {
        visit->node->is_scale = H5DSis_scale(object) > 0;
        return 0;
    }
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    int error = attribute < 0 ? -1 : read_attribute(visit->reader, attribute, name, visit->node);
    return H5Aclose(attribute) < 0 ? -1 : error;
}

static int read_attributes(const struct reader *reader, hid_t object, hsize_t count,
                           struct sp_document_node *node) {
    struct attribute_visit visit = {reader, node};
    hsize_t from = 0;
    if (count > ATTRIBUTES)
        return refuse(reader, node->path, "too many attributes");
    if (H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, &from, visit_attribute, &visit) != 0 ||
        from != count)
        return refuse(reader, node->path, "an attribute is damaged or of an unknown type");
    return 0;
}

/* --- objects --- */

/* NULL, or what was expected. */
static const char *describe_array(const struct reader *reader, hid_t array, const H5O_info_t *about,
                                  struct sp_document_node *found) {
    if (read_type(reader, H5Dget_type(array), found))
        return "expected f64, i32, u64 or UTF-8 text";
    if (read_shape(reader, H5Dget_space(array), found))
        return "expected at most three dimensions that fit into the file";
    if (!is_plain_storage(array, about, found))
        return "expected all values stored in the file, with no filter but a checksum";
    find_apart(reader, array, found);
    return NULL;
}

static const char *describe_dimensions(const struct sp_document_node *node) {
    if (!has_dimensions(node))
        return "expected a dimension scale of the same group for every dimension";
    return node->type == SP_DOCUMENT_NONE && !node->is_scale ? "expected values" : NULL;
}

static int keep_scale(struct reader *reader, haddr_t address, const struct sp_document_node *node) {
    struct scale_address *item =
        sp_arena_append(reader->document->arena, &reader->scale, &reader->scales, sizeof *item);
    if (item)
        *item = (struct scale_address){.address = address, .node = node};
    return item ? 0 : -1;
}

static int read_values(struct reader *reader, hid_t array, struct sp_document_node *node) {
    if (node->is_apart)
        return 0;
    node->data = node->type == SP_DOCUMENT_TEXT ? read_texts(reader, array, sp_document_values(node))
                                                : read_numbers(reader, array, node);
    return node->data ? 0 : refuse(reader, node->path, "the values cannot be read");
}

static int read_array(struct reader *reader, hid_t array, const H5O_info_t *about,
                      const struct sp_document_node *parent, const char *name) {
    struct sp_document_node found = {0};
    const char *expected = describe_array(reader, array, about, &found);
    if (expected)
        return refuse(reader, name, expected);
    struct sp_document_node *node = sp_document_add(reader->document, parent, name, &found);
    if (reader->document->complaint || read_attributes(reader, array, about->num_attrs, node))
        return -1;
    expected = describe_dimensions(node);
    if (expected)
        return refuse(reader, name, expected);
    if (node->is_scale && keep_scale(reader, about->addr, node))
        return -1;
    return read_values(reader, array, node);
}

static int read_group(struct reader *reader, hid_t group, struct sp_document_node *node, int depth);

static int read_object(struct reader *reader, hid_t object, const struct sp_document_node *parent,
                       const char *name, int depth) {
    H5O_info_t about;
    if (H5Oget_info2(object, &about, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS | H5O_INFO_HDR) < 0)
        return refuse(reader, name, "the object cannot be read");
    if (about.rc != 1)
        return refuse(reader, name, "expected an object with one name");
    if (about.type == H5O_TYPE_DATASET)
        return read_array(reader, object, &about, parent, name);
    if (about.type != H5O_TYPE_GROUP || depth >= DEPTH)
        return refuse(reader, name, "expected an array, or a group that is not too deep");
    struct sp_document_node *node = sp_document_group(reader->document, parent, name);
    if (reader->document->complaint || read_attributes(reader, object, about.num_attrs, node))
        return -1;
    return read_group(reader, object, node, depth + 1);
}

/* A group whose children are visited. */
struct link_visit {
    struct reader *reader;
    const struct sp_document_node *node;
    int depth;
};

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    const struct link_visit *visit = context;
    struct reader *reader = visit->reader;
    if (strlen(name) >= NAME_BYTES)
        return refuse(reader, visit->node->path, "a name in it is too long");
    if (link->type != H5L_TYPE_HARD)
        return refuse(reader, name, "expected an object in this file, not a link to another");
    hid_t object = H5Oopen_by_addr(group, link->u.address);
    if (object < 0)
        return refuse(reader, name, "the object cannot be opened");
    int error = read_object(reader, object, visit->node, name, visit->depth);
    return H5Oclose(object) < 0 ? refuse(reader, name, "the object cannot be closed") : error;
}

static int read_group(struct reader *reader, hid_t group, struct sp_document_node *node, int depth) {
    H5G_info_t about;
    struct link_visit visit = {reader, node, depth};
    hsize_t from = 0;
    if (H5Gget_info(group, &about) < 0 || about.nlinks > NODES - reader->document->count)
        return refuse(reader, node->path, "the group cannot be read");
    if (H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, &from, visit_link, &visit) != 0 ||
        from != about.nlinks)
        return refuse(reader, node->path, "a name in it cannot be read");
    return 0;
}

/* --- the file --- */

static int read_root(struct reader *reader, hid_t file) {
    H5O_info_t about;
    struct sp_document_node *root = reader->document->node[0];
    hid_t group = H5Gopen2(file, "/", H5P_DEFAULT);
    if (group < 0 || H5Oget_info2(group, &about, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS) < 0)
        return refuse(reader, "/", "the file cannot be opened");
    int error = read_attributes(reader, group, about.num_attrs, root) || read_group(reader, group, root, 0);
    return H5Gclose(group) < 0 ? refuse(reader, "/", "the file cannot be closed") : -error;
}

bool sp_h5read_is_hdf5(const unsigned char *bytes, size_t size) {
    static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    return size > sizeof signature && memcmp(bytes, signature, sizeof signature) == 0;
}

static hid_t open_file(struct sp_h5memory *memory) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = -1;
    H5Pset_evict_on_close(access, true); /* an HDF5 built for MPI cannot, and needs not */
    if (access >= 0 && !sp_h5memory_use(access, memory) && !sp_h5_keep_little(access))
        file = H5Fopen("memory", H5F_ACC_RDONLY, access);
    return H5Pclose(access) < 0 ? -1 : file;
}

static int make_types(struct reader *reader) {
    reader->text = H5Tcopy(H5T_C_S1);
    reader->dimensions = H5Tvlen_create(H5T_STD_REF_OBJ);
    reader->transfer = sp_h5_transfer();
    return reader->dimensions < 0 || reader->text < 0 || H5Tset_size(reader->text, H5T_VARIABLE) < 0 ||
                   H5Tset_cset(reader->text, H5T_CSET_UTF8) < 0 || reader->transfer < 0 ||
                   H5Pset_vlen_mem_manager(reader->transfer, allocate_text, reader->document->arena,
                                           leave_text, NULL) < 0
               ? refuse(reader, "/", "HDF5 does not start")
               : 0;
}

static int close_types(const struct reader *reader) {
    return H5Tclose(reader->text) < 0 || H5Tclose(reader->dimensions) < 0 || H5Pclose(reader->transfer) < 0
               ? -1
               : 0;
}

int sp_h5read_image(const struct sp_sealed *sealed, const struct sp_document *like,
                    struct sp_document *document) {
    struct reader reader = {.document = document,
                            .sealed = sealed,
                            .like = like,
                            .bytes = (size_t)(sealed->size + sealed->apart)};
    document->apart = sealed->apart;
    document->apart_hash = sealed->apart_hash;
    sp_h5_start();
    if (make_types(&reader))
        return -1;
    struct sp_sealed lent = *sealed;
    struct sp_h5memory memory = {.file = &lent};
    hid_t file = open_file(&memory);
    int error = file < 0 ? refuse(&reader, "/", "not a complete HDF5 file") : read_root(&reader, file);
    if (file >= 0 && H5Fclose(file) < 0)
        error = refuse(&reader, "/", "the file cannot be closed");
    free(reader.scratch);
    return close_types(&reader) || document->complaint ? -1 : error;
}
