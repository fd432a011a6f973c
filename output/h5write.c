/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file in its order: superblock; an object header for every group and array, with all that is said of it
 * and the values of small arrays; the heap of texts and references; large arrays. All is written twice: first
 * without memory, which tells where everything will be, and then with it.
 */
#include "output/h5write.h"

#include "output/h5bytes.h"
#include "output/seal.h"

#include <stdlib.h>
#include <string.h>

enum {
    SUPERBLOCK_BYTES = 48,
    COMPACT_BYTES = 48 << 10, /* an array up to here lies in its header; HDF5 takes 64 KiB */
    CHUNK_BYTES = 1 << 20,    /* a larger one is cut into chunks of so many, */
    CHUNKS = 1024,            /* or into so many: their index is not cut itself up to here */
    CHUNKS_LOG2 = 10,
    INDEX_BYTES = 28, /* the header of an index */
    MESSAGE_BYTES = 65535,    /* the largest message of a header */
    HEAP_BYTES = 4096,        /* a collection of the heap, or as much as one large object needs */
    HEAP_OBJECT = 16,         /* the header of a collection, and that of an object in it */
    ELEMENT_BYTES = 16,       /* what stands for a text or a list: its length and where it is in the heap */
    USER_BYTES = 16,          /* of one user in the list of a scale */
};

/* Numbers of the format. */
enum message {
    SPACE = 1,
    LINK_INFO = 2,
    TYPE = 3,
    FILL_VALUE = 5,
    LINK = 6,
    LAYOUT = 8,
    GROUP_INFO = 10,
    FILTERS = 11,
    ATTRIBUTE = 12,
    ATTRIBUTE_INFO = 21
};

struct heap {
    struct sp_h5bytes out;
    size_t collection, end; /* the collection that is being filled */
    unsigned objects;       /* in it */
};

struct writer {
    struct sp_document *document;
    struct sp_h5bytes out; /* object headers */
    struct heap heap;
    struct sp_h5bytes array;
    size_t *address;     /* [nodes] of their object headers; right in the second turn */
    size_t message;      /* where the one that is being written begins */
    unsigned attributes; /* of the object that is being written */
};

/* --- the heap: objects that are found by the address of their collection and their number in it --- */

static void end_collection(struct heap *heap) {
    struct sp_h5bytes *out = &heap->out;
    size_t free_bytes = heap->end - out->at;
    if (heap->end == 0)
        return;
    sp_h5bytes_put(out, 0, 8); /* object 0 is what is free */
    sp_h5bytes_put(out, free_bytes, 8);
    while (out->at < heap->end)
        sp_h5bytes_put(out, 0, 8);
}

static void begin_collection(struct heap *heap, size_t object_bytes) {
    struct sp_h5bytes *out = &heap->out;
    size_t needed = HEAP_OBJECT + object_bytes + HEAP_OBJECT;
    size_t size = needed > HEAP_BYTES ? needed : HEAP_BYTES;
    heap->collection = out->at;
    heap->end = out->at + size;
    heap->objects = 0;
    sp_h5bytes_copy(out, "GCOL\1\0\0\0", 8);
    sp_h5bytes_put(out, size, 8);
}

/* Adds an object, and puts where it is. */
static void put_in_heap(struct heap *heap, const void *bytes, size_t size, struct sp_h5bytes *out) {
    size_t needed = HEAP_OBJECT + (size + 7) / 8 * 8;
    if (heap->out.at + needed + HEAP_OBJECT > heap->end) {
        end_collection(heap);
        begin_collection(heap, needed);
    }
    heap->objects++;
    sp_h5bytes_put(&heap->out, heap->objects, 8);
    sp_h5bytes_put(&heap->out, size, 8);
    sp_h5bytes_copy(&heap->out, bytes, size);
    sp_h5bytes_align(&heap->out);
    sp_h5bytes_put(out, heap->collection, 8);
    sp_h5bytes_put(out, heap->objects, 4);
}

/* An empty text is nowhere. */
static void put_text(struct heap *heap, const char *text, struct sp_h5bytes *out) {
    size_t size = strlen(text);
    sp_h5bytes_put(out, size, 4);
    if (size)
        put_in_heap(heap, text, size, out);
    else
        sp_h5bytes_put(out, 0, ELEMENT_BYTES - 4);
}

/* --- types and shapes --- */

struct type {
    size_t bytes; /* of a value */
    size_t size;  /* of the description */
    const char *description;
};

#define TYPE_OF(bytes, text)                                                                                 \
    { bytes, sizeof(text) - 1, text }

static const struct type types[] = {
    [SP_DOCUMENT_F64] = TYPE_OF(8, "\x11\x20\x3f\0\x08\0\0\0\0\0\x40\0\x34\x0b\0\x34\xff\x03\0\0"),
    [SP_DOCUMENT_I32] = TYPE_OF(4, "\x10\x08\0\0\x04\0\0\0\0\0\x20\0"),
    [SP_DOCUMENT_U64] = TYPE_OF(8, "\x10\0\0\0\x08\0\0\0\0\0\x40\0"),
    [SP_DOCUMENT_TEXT] = TYPE_OF(ELEMENT_BYTES, "\x19\x01\x01\0\x10\0\0\0\x10\0\0\0\x01\0\0\0\0\0\x08\0")};

/* Lists of references; and pairs of a reference and an i32. */
static const struct type lists = TYPE_OF(ELEMENT_BYTES, "\x19\0\0\0\x10\0\0\0\x17\0\0\0\x08\0\0\0");
static const struct type users = TYPE_OF(USER_BYTES, "\x36\x02\0\0\x10\0\0\0dataset\0\0\x17\0\0\0\x08\0\0\0"
                                                     "dimension\0\x08\x10\x08\0\0\x04\0\0\0\0\0\x20\0");

static void put_type(struct sp_h5bytes *out, const struct type *type) {
    sp_h5bytes_copy(out, type->description, type->size);
}

static void put_space(struct sp_h5bytes *out, int rank, const size_t *dims) {
    sp_h5bytes_put(out, 2, 1);
    sp_h5bytes_put(out, (uint64_t)rank, 1);
    sp_h5bytes_put(out, 0, 1);
    sp_h5bytes_put(out, rank > 0, 1);
    for (int i = 0; i < rank; i++)
        sp_h5bytes_put(out, dims[i], 8);
}

/* --- object headers: messages between a signature and a checksum --- */

static size_t begin_header(struct writer *writer) {
    struct sp_h5bytes *out = &writer->out;
    size_t from = out->at;
    sp_h5bytes_copy(out, "OHDR\2", 5);
    sp_h5bytes_put(out, 0x06, 1); /* the order of attributes is kept; the size has 4 bytes */
    sp_h5bytes_put(out, 0, 4);
    writer->attributes = 0;
    return from;
}

static void end_header(struct writer *writer, size_t from) {
    struct sp_h5bytes *out = &writer->out;
    sp_h5bytes_put_at(out, from + 6, out->at - from - 10, 4);
    sp_h5bytes_put_checksum(out, from);
    sp_h5bytes_align(out);
}

static struct sp_h5bytes *begin_message(struct writer *writer, enum message type, unsigned order) {
    struct sp_h5bytes *out = &writer->out;
    sp_h5bytes_put(out, type, 1);
    sp_h5bytes_put(out, 0, 2);
    sp_h5bytes_put(out, 0, 1);
    sp_h5bytes_put(out, order, 2);
    writer->message = out->at;
    return out;
}

static void end_message(struct writer *writer, const struct sp_document_node *node) {
    size_t size = writer->out.at - writer->message;
    if (size > MESSAGE_BYTES)
        sp_document_complain(writer->document, "%s: %zu bytes are too many for its header", node->path, size);
    sp_h5bytes_put_at(&writer->out, writer->message - 5, size, 2);
}

/* --- attributes --- */

static struct sp_h5bytes *begin_attribute(struct writer *writer, const char *name, const struct type *type,
                                          int rank, size_t count) {
    struct sp_h5bytes *out = begin_message(writer, ATTRIBUTE, writer->attributes++);
    sp_h5bytes_put(out, 3, 2);
    sp_h5bytes_put(out, strlen(name) + 1, 2);
    sp_h5bytes_put(out, type->size, 2);
    sp_h5bytes_put(out, rank ? 12 : 4, 2);
    sp_h5bytes_put(out, 0, 1);
    sp_h5bytes_copy(out, name, strlen(name) + 1);
    put_type(out, type);
    put_space(out, rank, &count);
    return out;
}

static void write_attribute(struct writer *writer, const struct sp_document_node *node,
                            const struct sp_document_attribute *attribute) {
    struct sp_h5bytes *out = begin_attribute(writer, attribute->name, &types[attribute->type], 0, 0);
    switch (attribute->type) {
    case SP_DOCUMENT_F64:
        sp_h5bytes_copy_numbers(out, &attribute->f64, 1, sizeof attribute->f64);
        break;
    case SP_DOCUMENT_I32:
        sp_h5bytes_copy_numbers(out, &attribute->i32, 1, sizeof attribute->i32);
        break;
    case SP_DOCUMENT_U64:
        sp_h5bytes_copy_numbers(out, &attribute->u64, 1, sizeof attribute->u64);
        break;
    default:
        put_text(&writer->heap, attribute->text, out);
    }
    end_message(writer, node);
}

static void write_attributes(struct writer *writer, const struct sp_document_node *node) {
    for (size_t i = 0; i < node->attributes; i++)
        write_attribute(writer, node, &node->attribute[i]);
    struct sp_h5bytes *out = begin_message(writer, ATTRIBUTE_INFO, 0);
    sp_h5bytes_put(out, 0x0100, 2); /* their order is kept */
    sp_h5bytes_put(out, writer->attributes, 2);
    sp_h5bytes_put(out, SP_H5_NOWHERE, 8);
    sp_h5bytes_put(out, SP_H5_NOWHERE, 8);
    end_message(writer, node);
}

/* --- dimensions --- */

/* A text of fixed length, as dimension scales want it. */
static void write_fixed_text(struct writer *writer, const struct sp_document_node *node, const char *name,
                             const char *text) {
    unsigned char description[8] = {0x13};
    struct sp_h5bytes length = {.bytes = description};
    size_t size = strlen(text) + 1;
    sp_h5bytes_put_at(&length, 4, size, 4);
    struct type type = {size, sizeof description, (const char *)description};
    sp_h5bytes_copy(begin_attribute(writer, name, &type, 0, 0), text, size);
    end_message(writer, node);
}

/* Puts the arrays along a scale, its younger brothers, with the number of the dimension; returns how many. */
static size_t put_users(const struct writer *writer, const struct sp_document_node *scale,
                        struct sp_h5bytes *out) {
    struct sp_document_node *const *node = writer->document->node;
    size_t count = 0;
    for (size_t i = scale->index + 1; i < writer->document->count && node[i]->parent == scale->parent; i++)
        for (int j = 0; j < node[i]->rank; j++) {
            if (node[i]->scale[j] != scale)
                continue;
            sp_h5bytes_put(out, writer->address[i], 8);
            sp_h5bytes_put(out, (uint64_t)j, 8);
            count++;
        }
    return count;
}

/* A list too long for a header is left out: only programs that change files look at it. */
static void write_users(struct writer *writer, const struct sp_document_node *scale) {
    struct sp_h5bytes counted = {0};
    size_t count = put_users(writer, scale, &counted);
    if (count == 0 || counted.at > COMPACT_BYTES)
        return;
    put_users(writer, scale, begin_attribute(writer, "REFERENCE_LIST", &users, 1, count));
    end_message(writer, scale);
}

static void write_dimension_list(struct writer *writer, const struct sp_document_node *node) {
    struct sp_h5bytes *out = begin_attribute(writer, "DIMENSION_LIST", &lists, 1, (size_t)node->rank);
    for (int i = 0; i < node->rank; i++) {
        struct sp_h5bytes reference = {.bytes = (unsigned char[8]){0}};
        sp_h5bytes_put(&reference, writer->address[node->scale[i]->index], 8);
        sp_h5bytes_put(out, 1, 4);
        put_in_heap(&writer->heap, reference.bytes, reference.at, out);
    }
    end_message(writer, node);
}

static void write_dimensions(struct writer *writer, const struct sp_document_node *node) {
    if (node->is_scale) {
        write_fixed_text(writer, node, "CLASS", "DIMENSION_SCALE");
        write_fixed_text(writer, node, "NAME", node->name);
        write_users(writer, node);
    } else if (node->rank) {
        write_dimension_list(writer, node);
    }
}

/* --- chunks: whole rows of an array, each with a checksum, and an index of where they are --- */

struct chunks {
    size_t rows, bytes, stride; /* of one; with its checksum until the next */
    size_t count;               /* in the array */
    size_t index;               /* where the index begins */
};

/* As few as there may be, all of one size, so that little is added to the last. */
static struct chunks choose_chunks(const struct writer *writer, const struct sp_document_node *node) {
    size_t all = node->dims[0], row = sp_document_values(node) / all * types[node->type].bytes;
    size_t rows = row < CHUNK_BYTES ? CHUNK_BYTES / row : 1, count = (all + rows - 1) / rows;
    count = count < CHUNKS ? count : CHUNKS;
    rows = (all + count - 1) / count;
    return (struct chunks){.rows = rows,
                           .bytes = rows * row,
                           .stride = (rows * row + 4 + 7) / 8 * 8,
                           .count = (all + rows - 1) / rows,
                           .index = writer->array.at};
}

/* How many bytes HDF5 gives to the size of a chunk in the index: one more than the size needs. */
static size_t size_bytes(const struct chunks *chunks) {
    size_t bytes = 2;
    while (bytes < 8 && chunks->bytes >> 8 * (bytes - 1))
        bytes++;
    return bytes;
}

static void write_chunk_index(struct sp_h5bytes *out, const struct chunks *chunks) {
    size_t size = size_bytes(chunks), element = 8 + size + 4, block = out->at + INDEX_BYTES;
    size_t first = (block + 14 + chunks->count * element + 4 + 7) / 8 * 8;
    sp_h5bytes_copy(out, "FAHD\0\1", 6);
    sp_h5bytes_put(out, element, 1);
    sp_h5bytes_put(out, CHUNKS_LOG2, 1);
    sp_h5bytes_put(out, chunks->count, 8);
    sp_h5bytes_put(out, block, 8);
    sp_h5bytes_put_checksum(out, chunks->index);
    sp_h5bytes_copy(out, "FADB\0\1", 6);
    sp_h5bytes_put(out, chunks->index, 8);
    for (size_t i = 0; i < chunks->count; i++) {
        sp_h5bytes_put(out, first + i * chunks->stride, 8);
        sp_h5bytes_put(out, chunks->bytes + 4, size);
        sp_h5bytes_put(out, 0, 4);
    }
    sp_h5bytes_put_checksum(out, block);
    sp_h5bytes_align(out);
}

/* The last chunk is as large as the others. */
static void write_chunks(struct sp_h5bytes *out, const struct sp_document_node *node,
                         const struct chunks *chunks) {
    size_t bytes = types[node->type].bytes, left = sp_document_values(node), each = chunks->bytes / bytes;
    const unsigned char *value = node->data;
    for (; left > 0; value += each * bytes, left -= each) {
        size_t from = out->at;
        each = left < each ? left : each;
        sp_h5bytes_copy_numbers(out, value, each, bytes);
        sp_h5bytes_put_zeros(out, from + chunks->bytes - out->at);
        sp_h5bytes_put_fletcher(out, from);
        sp_h5bytes_align(out);
    }
}

static void write_chunked(struct writer *writer, const struct sp_document_node *node) {
    struct chunks chunks = choose_chunks(writer, node);
    sp_h5bytes_copy(begin_message(writer, FILTERS, 0), "\2\1\3\0\0\0\0\0", 8); /* one: fletcher32 */
    end_message(writer, node);
    struct sp_h5bytes *out = begin_message(writer, LAYOUT, 0);
    sp_h5bytes_put(out, 0x000204, 3);
    sp_h5bytes_put(out, (uint64_t)node->rank + 1, 1);
    sp_h5bytes_put(out, 4, 1);
    sp_h5bytes_put(out, chunks.rows, 4);
    if (node->rank == 2)
        sp_h5bytes_put(out, node->dims[1], 4);
    sp_h5bytes_put(out, types[node->type].bytes, 4);
    sp_h5bytes_put(out, 3, 1);
    sp_h5bytes_put(out, CHUNKS_LOG2, 1);
    sp_h5bytes_put(out, chunks.index, 8);
    end_message(writer, node);
    write_chunk_index(&writer->array, &chunks);
    write_chunks(&writer->array, node, &chunks);
}

/* --- arrays --- */

static void put_values(struct writer *writer, const struct sp_document_node *node, struct sp_h5bytes *out) {
    size_t values = sp_document_values(node);
    const char *const *text = node->data;
    if (node->type != SP_DOCUMENT_TEXT)
        sp_h5bytes_copy_numbers(out, node->data, values, types[node->type].bytes);
    for (size_t i = 0; node->type == SP_DOCUMENT_TEXT && i < values; i++)
        put_text(&writer->heap, text[i], out);
}

static void write_compact(struct writer *writer, const struct sp_document_node *node) {
    struct sp_h5bytes *out = begin_message(writer, LAYOUT, 0);
    sp_h5bytes_put(out, 0x0004, 2);
    sp_h5bytes_put(out, sp_document_values(node) * types[node->type].bytes, 2);
    put_values(writer, node, out);
    end_message(writer, node);
}

static void write_plain(struct writer *writer, const struct sp_document_node *node) {
    struct sp_h5bytes *out = begin_message(writer, LAYOUT, 0);
    size_t size = sp_document_values(node) * types[node->type].bytes;
    sp_h5bytes_put(out, 0x0104, 2);
    sp_h5bytes_put(out, size ? writer->array.at : SP_H5_NOWHERE, 8);
    sp_h5bytes_put(out, size, 8);
    put_values(writer, node, &writer->array);
    sp_h5bytes_align(&writer->array);
    end_message(writer, node);
}

/* Numbers get a checksum: few have that of the header they lie in, many one for each chunk. */
static void write_values(struct writer *writer, const struct sp_document_node *node) {
    size_t size = sp_document_values(node) * types[node->type].bytes;
    if (size > 0 && size <= COMPACT_BYTES)
        write_compact(writer, node);
    else if (size == 0 || node->is_plain || node->type == SP_DOCUMENT_TEXT)
        write_plain(writer, node);
    else
        write_chunked(writer, node);
}

static void write_array(struct writer *writer, const struct sp_document_node *node) {
    size_t from = begin_header(writer);
    put_space(begin_message(writer, SPACE, 0), node->rank, node->dims);
    end_message(writer, node);
    put_type(begin_message(writer, TYPE, 0), &types[node->type]);
    end_message(writer, node);
    sp_h5bytes_put(begin_message(writer, FILL_VALUE, 0), 0x0903, 2); /* none: all values are there */
    end_message(writer, node);
    write_values(writer, node);
    write_dimensions(writer, node);
    write_attributes(writer, node);
    end_header(writer, from);
}

/* --- groups --- */

static void write_link(struct writer *writer, const struct sp_document_node *child, size_t order) {
    size_t length = strlen(child->name);
    struct sp_h5bytes *out = begin_message(writer, LINK, 0);
    sp_h5bytes_put(out, 1, 1);
    sp_h5bytes_put(out, 0x05, 1); /* with its order; the length of the name has 2 bytes */
    sp_h5bytes_put(out, order, 8);
    sp_h5bytes_put(out, length, 2);
    sp_h5bytes_copy(out, child->name, length);
    sp_h5bytes_put(out, writer->address[child->index], 8);
    end_message(writer, child);
}

static size_t write_links(struct writer *writer, const struct sp_document_node *group) {
    const struct sp_document *document = writer->document;
    size_t count = 0;
    for (size_t i = group->index + 1; i < document->count; i++)
        if (document->node[i]->parent == group)
            write_link(writer, document->node[i], count++);
    return count;
}

static void write_group(struct writer *writer, const struct sp_document_node *group) {
    size_t from = begin_header(writer);
    size_t count = write_links(writer, group);
    struct sp_h5bytes *out = begin_message(writer, LINK_INFO, 0);
    sp_h5bytes_put(out, 0x0300, 2); /* the order of links is kept, and can be asked for */
    sp_h5bytes_put(out, count, 8);
    for (int i = 0; i < 3; i++)
        sp_h5bytes_put(out, SP_H5_NOWHERE, 8);
    end_message(writer, group);
    sp_h5bytes_put(begin_message(writer, GROUP_INFO, 0), 0, 2);
    end_message(writer, group);
    write_attributes(writer, group);
    end_header(writer, from);
}

/* --- the file --- */

static void write_superblock(struct writer *writer, size_t size) {
    struct sp_h5bytes out = {.bytes = writer->out.bytes};
    sp_h5bytes_copy(&out, "\x89HDF\r\n\x1a\n\3\x08\x08\0", 12);
    sp_h5bytes_put(&out, 0, 8);
    sp_h5bytes_put(&out, SP_H5_NOWHERE, 8);
    sp_h5bytes_put(&out, size, 8);
    sp_h5bytes_put(&out, writer->address[0], 8);
    sp_h5bytes_put_checksum(&out, 0);
}

static void write_nodes(struct writer *writer) {
    const struct sp_document *document = writer->document;
    writer->out.at = SUPERBLOCK_BYTES;
    for (size_t i = 0; i < document->count; i++) {
        const struct sp_document_node *node = document->node[i];
        writer->address[i] = writer->out.at;
        if (node->type == SP_DOCUMENT_GROUP)
            write_group(writer, node);
        else
            write_array(writer, node);
    }
    end_collection(&writer->heap);
}

/* The second turn: headers, heap and arrays follow one another. Returns the size of the file. */
static size_t place(struct writer *writer) {
    size_t heap = writer->out.at, array = heap + writer->heap.out.at;
    size_t size = array + writer->array.at;
    writer->heap = (struct heap){.out = {.at = heap}};
    writer->array = (struct sp_h5bytes){.at = array};
    return size;
}

static void set_memory(struct writer *writer, unsigned char *bytes) {
    writer->out.bytes = writer->heap.out.bytes = writer->array.bytes = bytes;
}

int sp_h5write_image(struct sp_document *document, unsigned char **bytes, size_t *size) {
    struct writer writer = {.document = document};
    writer.address = sp_document_memory(document, document->count, sizeof *writer.address);
    if (!writer.address)
        return -1;
    write_nodes(&writer);
    *size = place(&writer);
    *bytes = document->complaint ? NULL : malloc(*size + SP_SEAL_BYTES);
    if (!*bytes) {
        sp_document_complain(document, "out of memory");
        return -1;
    }
    set_memory(&writer, *bytes);
    write_nodes(&writer);
    write_superblock(&writer, *size);
    return 0;
}
