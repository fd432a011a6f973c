/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/h5write.h"

#include "output/h5.h"
#include "output/h5memory.h"

#define H5_USE_110_API
#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COMPACT_BYTES = 48 << 10, /* an array up to here lies in the header of its object */
    CHUNK_BYTES = 1 << 20,
    ROOM_BYTES = 1 << 20,    /* of memory at the least */
    COMPACT_ATTRIBUTES = 64, /* beside the object up to here: an index of attributes takes 4 KiB an object */
};

/* An entry of the list that a dimension scale keeps of its users; the padding is on the disk too. */
struct user {
    hobj_ref_t array;
    int dimension;
    int padding;
};

/* What is the same for many objects is made once. */
struct writer {
    const struct sp_document *document;
    hid_t file, text, users, dimensions;  /* types: UTF-8 text, struct user, DIMENSION_LIST */
    hid_t scalar, list[SP_DOCUMENT_RANK]; /* spaces: one value; lists of 1, 2, .. */
    hid_t plain, compact, apart;          /* manners of arrays without chunks */
    hid_t transfer;                       /* manners of writing */
    struct sp_h5memory *memory;
    hobj_ref_t *reference; /* [nodes] to the arrays that have been written */
    size_t scales;
    size_t *scale; /* [nodes] those of them that are scales */
    const struct sp_document_node *parent;
    hid_t group; /* of the parent, open; or -1 */
};

/* --- types --- */

static hid_t file_type(const struct writer *writer, enum sp_document_type type) {
    switch (type) {
    case SP_DOCUMENT_F64:
        return H5T_IEEE_F64LE;
    case SP_DOCUMENT_I32:
        return H5T_STD_I32LE;
    case SP_DOCUMENT_U64:
        return H5T_STD_U64LE;
    case SP_DOCUMENT_NONE:
        return H5T_IEEE_F32BE; /* as netCDF-4 has it */
    default:
        return writer->text;
    }
}

static hid_t memory_type(const struct writer *writer, enum sp_document_type type) {
    switch (type) {
    case SP_DOCUMENT_F64:
        return H5T_NATIVE_DOUBLE;
    case SP_DOCUMENT_I32:
        return H5T_NATIVE_INT32;
    case SP_DOCUMENT_U64:
        return H5T_NATIVE_UINT64;
    default:
        return writer->text;
    }
}

static int make_types(struct writer *writer) {
    writer->text = H5Tcopy(H5T_C_S1);
    writer->users = H5Tcreate(H5T_COMPOUND, sizeof(struct user));
    writer->dimensions = H5Tvlen_create(H5T_STD_REF_OBJ);
    if (writer->dimensions < 0 || writer->text < 0 || writer->users < 0 ||
        H5Tset_size(writer->text, H5T_VARIABLE) < 0 || H5Tset_cset(writer->text, H5T_CSET_UTF8) < 0)
        return -1;
    if (H5Tinsert(writer->users, "dataset", HOFFSET(struct user, array), H5T_STD_REF_OBJ) < 0 ||
        H5Tinsert(writer->users, "dimension", HOFFSET(struct user, dimension), H5T_NATIVE_INT) < 0)
        return -1;
    return 0;
}

static int make_spaces(struct writer *writer) {
    writer->scalar = H5Screate(H5S_SCALAR);
    int error = writer->scalar < 0 ? -1 : 0;
    for (hsize_t length = 1; length <= SP_DOCUMENT_RANK; length++) {
        writer->list[length - 1] = H5Screate_simple(1, &length, NULL);
        error = writer->list[length - 1] < 0 ? -1 : error;
    }
    return error;
}

/* --- property lists --- */

/* Times off, order of creation on, attributes beside the object. */
static int set_object_manners(hid_t list) {
    return H5Pset_obj_track_times(list, 0) < 0 ||
                   H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED) < 0 ||
                   H5Pset_attr_phase_change(list, COMPACT_ATTRIBUTES, COMPACT_ATTRIBUTES / 2) < 0
               ? -1
               : 0;
}

static int set_group_manners(hid_t list) {
    return H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED) < 0 ? -1 : set_object_manners(list);
}

/* Whole rows at a time, halving the slowest dimension first. */
static void choose_chunk(const struct sp_document_node *node, hsize_t chunk[SP_DOCUMENT_RANK]) {
    size_t bytes = sp_document_type_size(node->type);
    for (int i = 0; i < node->rank; i++) {
        chunk[i] = node->dims[i];
        bytes *= node->dims[i];
    }
    for (int i = 0; i < node->rank; i++)
        while (bytes > CHUNK_BYTES && chunk[i] > 1) {
            bytes -= bytes / chunk[i] * (chunk[i] / 2);
            chunk[i] -= chunk[i] / 2;
        }
}

static hid_t make_plain_manners(H5D_layout_t layout) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    return list < 0 || set_object_manners(list) || H5Pset_layout(list, layout) < 0 ? -1 : list;
}

static int make_manners(struct writer *writer) {
    writer->plain = make_plain_manners(H5D_CONTIGUOUS);
    writer->compact = make_plain_manners(H5D_COMPACT);
    writer->apart = make_plain_manners(H5D_CONTIGUOUS);
    writer->transfer = sp_h5_transfer();
    return writer->transfer < 0 || writer->plain < 0 || writer->compact < 0 || writer->apart < 0 ||
                   H5Pset_alloc_time(writer->apart, H5D_ALLOC_TIME_EARLY) < 0 ||
                   H5Pset_fill_time(writer->apart, H5D_FILL_TIME_NEVER) < 0
               ? -1
               : 0;
}

static hid_t make_chunked_manners(const struct sp_document_node *node) {
    hsize_t chunk[SP_DOCUMENT_RANK] = {0};
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    choose_chunk(node, chunk);
    return list < 0 || set_object_manners(list) || H5Pset_chunk(list, node->rank, chunk) < 0 ||
                   H5Pset_fletcher32(list) < 0 || H5Pset_alloc_time(list, H5D_ALLOC_TIME_INCR) < 0 ||
                   H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) < 0
               ? -1
               : list;
}

/* Numbers get a checksum: few have that of the header they lie in, many one for each chunk. Text lies outside
 * its array, where neither reaches. */
static hid_t choose_manners(const struct writer *writer, const struct sp_document_node *node) {
    size_t values = sp_document_values(node);
    if (node->is_apart)
        return writer->apart;
    if (node->rank == 0 || node->type == SP_DOCUMENT_TEXT || values == 0)
        return writer->plain;
    if (values * sp_document_type_size(node->type) <= COMPACT_BYTES)
        return writer->compact;
    return make_chunked_manners(node);
}

/* --- attributes --- */

static int write_attribute(hid_t object, const char *name, hid_t type_in_file, hid_t type, hid_t space,
                           const void *data) {
    hid_t attribute = H5Acreate2(object, name, type_in_file, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0)
        return -1;
    int written = H5Awrite(attribute, type, data) < 0 ? -1 : 0;
    return H5Aclose(attribute) < 0 ? -1 : written;
}

static const void *attribute_data(const struct sp_document_attribute *attribute) {
    switch (attribute->type) {
    case SP_DOCUMENT_F64:
        return &attribute->f64;
    case SP_DOCUMENT_I32:
        return &attribute->i32;
    case SP_DOCUMENT_U64:
        return &attribute->u64;
    default:
        return &attribute->text;
    }
}

static int write_attributes(const struct writer *writer, const struct sp_document_node *node, hid_t object) {
    int error = 0;
    for (size_t i = 0; !error && i < node->attributes; i++) {
        const struct sp_document_attribute *attribute = &node->attribute[i];
        error =
            write_attribute(object, attribute->name, file_type(writer, attribute->type),
                            memory_type(writer, attribute->type), writer->scalar, attribute_data(attribute));
    }
    return error;
}

/* --- dimensions: written directly, since H5DSattach_scale rewrites the list of users for every user --- */

/* netCDF-4 knows a dimension without a variable by the words and the ten places of its length. */
static int set_scale(const struct sp_document_node *node, hid_t array) {
    char name[80];
    if (node->type != SP_DOCUMENT_NONE)
        return H5DSset_scale(array, node->name) < 0 ? -1 : 0;
    snprintf(name, sizeof name, "This is a netCDF dimension but not a netCDF variable.%10zu", node->dims[0]);
    return H5DSset_scale(array, name) < 0 ? -1 : 0;
}

/* A scale is an elder brother, so one of the last. */
static const hobj_ref_t *find_reference(const struct writer *writer, const struct sp_document_node *scale) {
    for (size_t i = writer->scales; i-- > 0;)
        if (writer->document->node[writer->scale[i]] == scale)
            return &writer->reference[writer->scale[i]];
    return NULL;
}

static int write_dimension_list(const struct writer *writer, const struct sp_document_node *node,
                                hid_t object) {
    hvl_t list[SP_DOCUMENT_RANK];
    for (int i = 0; i < node->rank; i++) {
        const hobj_ref_t *found = find_reference(writer, node->scale[i]);
        if (!found)
            return -1;
        list[i] = (hvl_t){.len = 1, .p = (void *)(uintptr_t)found};
    }
    return write_attribute(object, "DIMENSION_LIST", writer->dimensions, writer->dimensions,
                           writer->list[node->rank - 1], list);
}

/* Returns how many users a scale has among its younger brothers, and lists them. */
static hsize_t collect_users(const struct writer *writer, size_t scale, struct user *user) {
    struct sp_document_node *const *node = writer->document->node;
    hsize_t users = 0;
    for (size_t i = scale + 1; i < writer->document->count && node[i]->parent == node[scale]->parent; i++)
        for (int j = 0; j < node[i]->rank; j++) {
            if (node[i]->scale[j] != node[scale])
                continue;
            if (user)
                user[users] = (struct user){.array = writer->reference[i], .dimension = j};
            users++;
        }
    return users;
}

static int write_reference_list(const struct writer *writer, size_t scale) {
    hsize_t users = collect_users(writer, scale, NULL);
    struct user *user = users ? calloc(users, sizeof *user) : NULL;
    if (!user)
        return users ? -1 : 0;
    collect_users(writer, scale, user);
    hid_t object = H5Dopen2(writer->file, writer->document->node[scale]->path, H5P_DEFAULT);
    hid_t space = H5Screate_simple(1, &users, NULL);
    int error = object < 0 || space < 0
                    ? -1
                    : write_attribute(object, "REFERENCE_LIST", writer->users, writer->users, space, user);
    free(user);
    return H5Sclose(space) < 0 || H5Dclose(object) < 0 ? -1 : error;
}

/* --- objects --- */

static int write_group(const struct writer *writer, const struct sp_document_node *node) {
    hid_t list = H5Pcreate(H5P_GROUP_CREATE);
    if (list < 0 || set_group_manners(list))
        return -1;
    hid_t group = node->parent ? H5Gcreate2(writer->file, node->path, H5P_DEFAULT, list, H5P_DEFAULT)
                               : H5Gopen2(writer->file, "/", H5P_DEFAULT);
    int error = group < 0 ? -1 : write_attributes(writer, node, group);
    return H5Pclose(list) < 0 || H5Gclose(group) < 0 ? -1 : error;
}

/* The group that the array will be in, kept open for its brothers. */
static int open_parent(struct writer *writer, const struct sp_document_node *parent) {
    if (writer->parent == parent)
        return 0;
    if (writer->group >= 0 && H5Gclose(writer->group) < 0)
        return -1;
    writer->parent = parent;
    writer->group = parent ? H5Gopen2(writer->file, parent->path, H5P_DEFAULT) : -1;
    return parent && writer->group < 0 ? -1 : 0;
}

static hid_t create_array(const struct writer *writer, const struct sp_document_node *node) {
    hsize_t dims[SP_DOCUMENT_RANK] = {0};
    for (int i = 0; i < node->rank; i++)
        dims[i] = node->dims[i];
    hid_t space = node->rank ? H5Screate_simple(node->rank, dims, NULL) : H5Screate(H5S_SCALAR);
    hid_t list = choose_manners(writer, node), array = -1;
    writer->memory->place = node->offset;
    if (space >= 0 && list >= 0)
        array = H5Dcreate2(writer->group, node->name, file_type(writer, node->type), space, H5P_DEFAULT, list,
                           H5P_DEFAULT);
    bool is_own = list != writer->plain && list != writer->compact && list != writer->apart;
    writer->memory->place = 0;
    return H5Sclose(space) < 0 || (is_own && H5Pclose(list) < 0) ? -1 : array;
}

static int fill_array(struct writer *writer, size_t index, hid_t array) {
    const struct sp_document_node *node = writer->document->node[index];
    if (H5Rcreate(&writer->reference[index], array, ".", H5R_OBJECT, -1) < 0)
        return -1;
    if (node->is_scale)
        writer->scale[writer->scales++] = index;
    if (node->is_scale && set_scale(node, array))
        return -1;
    if (node->rank && !node->is_scale && write_dimension_list(writer, node, array))
        return -1;
    if (write_attributes(writer, node, array))
        return -1;
    if (node->is_apart)
        return H5Dget_offset(array) == node->offset ? 0 : -1;
    if (sp_document_values(node) == 0)
        return 0;
    hid_t type = memory_type(writer, node->type);
    return H5Dwrite(array, type, H5S_ALL, H5S_ALL, writer->transfer, node->data) < 0 ? -1 : 0;
}

static int write_array(struct writer *writer, size_t index) {
    const struct sp_document_node *node = writer->document->node[index];
    hid_t array = open_parent(writer, node->parent) ? -1 : create_array(writer, node);
    int error = array < 0 ? -1 : fill_array(writer, index, array);
    return H5Dclose(array) < 0 ? -1 : error;
}

static int write_nodes(struct writer *writer) {
    const struct sp_document *document = writer->document;
    for (size_t i = 0; i < document->count; i++) {
        const struct sp_document_node *node = document->node[i];
        if (node->type == SP_DOCUMENT_GROUP ? write_group(writer, node) : write_array(writer, i))
            return -1;
    }
    for (size_t i = 0; i < document->count; i++)
        if (document->node[i]->is_scale && write_reference_list(writer, i))
            return -1;
    return open_parent(writer, NULL);
}

/* --- the file: it is taken over when HDF5 closes it, since only then is it whole --- */

static size_t guess_size(const struct sp_document *document) {
    size_t bytes = ROOM_BYTES;
    for (size_t i = 0; i < document->count; i++) {
        const struct sp_document_node *node = document->node[i];
        bytes += 4096;
        if (!node->is_apart)
            bytes += sp_document_values(node) * sp_document_type_size(node->type);
    }
    return bytes;
}

/* The format is a fixed one, whatever a newer HDF5 would choose; where it puts texts may depend on its cache.
 */
static hid_t create_file(struct sp_h5memory *memory) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE), file = -1;
    if (access >= 0 && creation >= 0 && !sp_h5memory_use(access, memory) && !sp_h5_keep_little(access) &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 && !set_group_manners(creation))
        file = H5Fcreate("memory", H5F_ACC_TRUNC, creation, access);
    return H5Pclose(access) < 0 || H5Pclose(creation) < 0 ? -1 : file;
}

/* What was made for many objects. */
static int close_all(const struct writer *writer) {
    const hid_t made[] = {writer->text,    writer->users,   writer->dimensions, writer->scalar,
                          writer->list[0], writer->list[1], writer->list[2],    writer->plain,
                          writer->compact, writer->apart,   writer->transfer};
    int error = 0;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        error = H5Idec_ref(made[i]) < 0 ? -1 : error;
    return error;
}

static int write_file(struct writer *writer) {
    if (make_types(writer) || make_spaces(writer) || make_manners(writer))
        return -1;
    writer->file = create_file(writer->memory);
    if (writer->file < 0 || write_nodes(writer) || H5Fflush(writer->file, H5F_SCOPE_GLOBAL) < 0)
        return -1;
    return close_all(writer) || H5Fclose(writer->file) < 0 ? -1 : 0;
}

/* The superblock (version 3) says where the file ends, at byte 28. */
static size_t end_of_file(const struct sp_sealed *file) {
    uint64_t end = 0;
    for (int i = 0; i < 8 && file->size > 48; i++)
        end |= (uint64_t)file->bytes[28 + i] << 8 * i;
    return end <= file->size + file->apart ? (size_t)(end - file->apart) : 0;
}

int sp_h5write_image(struct sp_document *document, struct sp_sealed *file) {
    struct writer writer = {.document = document, .file = -1, .text = -1, .users = -1, .group = -1};
    char reason[SP_H5_REASON];
    writer.reference = sp_document_memory(document, document->count, sizeof *writer.reference);
    writer.scale = sp_document_memory(document, document->count, sizeof *writer.scale);
    writer.memory = sp_document_memory(document, 1, sizeof *writer.memory);
    if (!writer.reference || !writer.scale || !writer.memory)
        return -1;
    *file = (struct sp_sealed){.apart = document->apart, .apart_hash = document->apart_hash};
    *writer.memory = (struct sp_h5memory){.file = file, .room = guess_size(document)};
    file->bytes = malloc(writer.memory->room);
    if (!file->bytes)
        writer.memory->room = 0;
    sp_h5_start();
    int error = write_file(&writer);
    file->size = error ? 0 : end_of_file(file);
    if (file->size)
        return 0;
    /* A file that could not be written stays open, with its memory: closing it may crash. */
    sp_h5_reason(reason);
    sp_document_complain(document, "HDF5: %s", reason);
    return -1;
}
