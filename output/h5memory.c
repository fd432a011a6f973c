/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/h5memory.h"

#define H5_USE_110_API
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

/* What the library hands back to the driver. */
struct driven {
    H5FD_t head; /* the library's own */
    struct sp_h5memory *memory;
    haddr_t end; /* of what has been given away, as the library has it */
};

static struct sp_h5memory *memory_of(const H5FD_t *head) {
    return ((const struct driven *)head)->memory;
}

/* Where bytes of the file are in memory; -1: some are apart. */
static int find(const struct sp_sealed *file, haddr_t at, size_t size, size_t *index) {
    haddr_t before = file->apart ? SP_SEAL_APART : 0;
    bool is_behind = at >= before + file->apart;
    *index = (size_t)(is_behind ? at - file->apart : at);
    return is_behind || (at <= before && size <= before - at) ? 0 : -1;
}

/* --- memory --- */

/* Memory that is too small grows by half of what is needed. */
static int make_room(struct sp_h5memory *memory, size_t size) {
    size_t room = size + size / 2;
    if (size <= memory->room)
        return 0;
    unsigned char *larger = realloc(memory->file->bytes, room);
    if (!larger)
        return -1;
    memory->file->bytes = larger;
    memory->room = room;
    return 0;
}

/* Lets the file be this long at least; what is not written is zero. */
static int lengthen(struct sp_h5memory *memory, size_t size) {
    struct sp_sealed *file = memory->file;
    if (size <= file->size)
        return 0;
    if (make_room(memory, size))
        return -1;
    memset(file->bytes + file->size, 0, size - file->size);
    file->size = size;
    return 0;
}

/* While a file is written, what has not been written yet reads as zeros: the library reads ahead. */
static herr_t read_bytes(H5FD_t *head, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t size,
                         void *buffer) {
    const struct sp_h5memory *memory = memory_of(head);
    const struct sp_sealed *file = memory->file;
    size_t index;
    (void)type, (void)transfer;
    if (find(file, at, size, &index))
        return -1;
    size_t left = index < file->size ? file->size - index : 0, there = left < size ? left : size;
    if (there < size && !memory->room)
        return -1;
    memcpy(buffer, file->bytes + index, there);
    memset((unsigned char *)buffer + there, 0, size - there);
    return 0;
}

static herr_t write_bytes(H5FD_t *head, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t size,
                          const void *buffer) {
    struct sp_h5memory *memory = memory_of(head);
    size_t index;
    (void)type, (void)transfer;
    if (find(memory->file, at, size, &index) || lengthen(memory, index) || make_room(memory, index + size))
        return -1;
    memcpy(memory->file->bytes + index, buffer, size);
    if (index + size > memory->file->size)
        memory->file->size = index + size;
    return 0;
}

/* --- places --- */

/* The superblock comes first, what is apart next; everything else follows as it is made. */
static haddr_t give_place(H5FD_t *head, H5FD_mem_t type, hid_t transfer, hsize_t size) {
    struct driven *driven = (struct driven *)head;
    uint64_t apart = driven->memory->file->apart, place = driven->memory->place;
    (void)transfer;
    if (type == H5FD_MEM_DRAW && place)
        return place;
    if (apart && driven->end > 0 && driven->end < SP_SEAL_APART + apart)
        driven->end = SP_SEAL_APART + apart;
    place = driven->end;
    driven->end += size;
    return place;
}

static haddr_t get_end(const H5FD_t *head, H5FD_mem_t type) {
    (void)type;
    return ((const struct driven *)head)->end;
}

static herr_t set_end(H5FD_t *head, H5FD_mem_t type, haddr_t end) {
    (void)type;
    ((struct driven *)head)->end = end;
    return 0;
}

/* A file that is empty is to be written. */
static haddr_t get_size(const H5FD_t *head, H5FD_mem_t type) {
    const struct sp_sealed *file = memory_of(head)->file;
    (void)type;
    return file->size ? file->size + file->apart : 0;
}

/* At the end the file is as long as it says. */
static herr_t truncate_file(H5FD_t *head, hid_t transfer, hbool_t closing) {
    const struct driven *driven = (const struct driven *)head;
    size_t index;
    (void)transfer, (void)closing;
    if (find(driven->memory->file, driven->end, 0, &index) || lengthen(driven->memory, index))
        return -1;
    return 0;
}

/* --- the driver --- */

static H5FD_t *open_memory(const char *name, unsigned flags, hid_t access, haddr_t most) {
    struct sp_h5memory *const *memory = H5Pget_driver_info(access);
    struct driven *driven = memory ? calloc(1, sizeof *driven) : NULL;
    (void)name, (void)flags, (void)most;
    if (driven)
        driven->memory = *memory;
    return (H5FD_t *)driven;
}

static herr_t close_memory(H5FD_t *head) {
    free(head);
    return 0;
}

static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION /* of HDF5 1.14 and later; the number is one that no other driver has in a process \
                           */
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)400,
#endif
    .name = "memory of scalepath",
    .maxaddr = (haddr_t)1 << 62,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(struct sp_h5memory *),
    .open = open_memory,
    .close = close_memory,
    .alloc = give_place,
    .get_eoa = get_end,
    .set_eoa = set_end,
    .get_eof = get_size,
    .read = read_bytes,
    .write = write_bytes,
    .truncate = truncate_file,
    .fl_map = H5FD_FLMAP_DEFAULT,
};

/* Registered once and for good: HDF5 1.10 still calls a driver whose last user has just been closed. */
int sp_h5memory_use(int64_t access, struct sp_h5memory *memory) {
    static hid_t id = -1;
    if (id < 0 || H5Iget_type(id) != H5I_VFL)
        id = H5FDregister(&driver);
    return id < 0 || H5Pset_driver(access, id, &memory) < 0 ? -1 : 0;
}
