/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that are damaged, cut, of other programs or hostile: one error, never a crash, never wrong figures.
 */
#include "engine/base/error.h"
#include "engine/base/hash.h"
#include "output/reader.h"
#include "output/seal.h"
#include "output/writer.h"
#include "tests/unit/output/sample.h"

#include <criterion/criterion.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LAYOUT "3.1"

static char *folder;
static unsigned char *bytes; /* of a good file */
static size_t size;

static void set_up(void) {
    struct sp_problems problems = {0};
    struct sp_result *result = sample_create(false);
    folder = sample_folder();
    cr_assert_eq(sp_writer_save(result, sample_path(folder, "good.h5"), false, &problems), 0);
    bytes = sample_read(sample_path(folder, "good.h5"), &size);
    sp_result_free(result);
}

static void tear_down(void) {
    sample_remove(folder);
    free(bytes);
}

TestSuite(output_reader, .init = set_up, .fini = tear_down);

/* Error 4 with one line that has these words, whether kept paths are asked for or not. */
static void expect_refused_either_way(const char *path, bool with_kept, const char *words) {
    struct sp_result *result = NULL;
    struct sp_problems problems = {0};
    cr_expect_eq(sp_reader_load(path, with_kept, &result, &problems), SP_ERROR_FILE, "%s", path);
    cr_expect_null(result);
    cr_assert_eq(problems.count, 1);
    cr_expect(strstr(problems.items[0].what, words) != NULL, "'%s' lacks '%s'", problems.items[0].what,
              words);
    sp_problems_free(&problems);
}

static void expect_refused(const char *path, const char *words) {
    expect_refused_either_way(path, false, words);
    expect_refused_either_way(path, true, words);
}

Test(output_reader, flipped_bits) {
    const char *path = sample_path(folder, "bad.h5");
    uint64_t state = 88172645463325252U;
    for (int i = 0; i < 2000; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        size_t bit = state % (8 * size);
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        sample_write(path, bytes, size);
        expect_refused(path, bit < 64 ? "is not an HDF5 file" : "repeat the run");
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
}

/* No checksum of HDF5's is over these; the seal finds them, and such a file is not replaced unasked. */
Test(output_reader, flipped_bits_of_kept_paths) {
    const char *path = sample_path(folder, "bad.h5");
    size_t apart = (size_t)sp_seal_apart(bytes + size - SP_SEAL_BYTES, size);
    cr_assert_gt(apart, 0);
    for (size_t bit = 0; bit < 8 * apart; bit += 61) {
        struct sp_problems problems = {0};
        bytes[SP_SEAL_APART + bit / 8] ^= (unsigned char)(1U << bit % 8);
        sample_write(path, bytes, size);
        expect_refused(path, "is damaged: its bytes are not those that were written");
        cr_expect_eq(sp_writer_check(path, false, &problems), SP_ERROR_OUTPUT);
        sp_problems_free(&problems);
        bytes[SP_SEAL_APART + bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
}

Test(output_reader, flipped_bits_of_the_seal) {
    const char *path = sample_path(folder, "bad.h5");
    for (size_t bit = 8 * (size - SP_SEAL_BYTES); bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        sample_write(path, bytes, size);
        expect_refused(path, "repeat the run");
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
}

Test(output_reader, every_short_length) {
    const char *path = sample_path(folder, "bad.h5");
    for (size_t length = 1; length < size; length += length < 64 || length > size - 64 ? 1 : 1999) {
        sample_write(path, bytes, length);
        expect_refused(path, length <= 8 ? "is not an HDF5 file" : "cut short");
    }
}

Test(output_reader, no_results_at_all, .timeout = 20) {
    sample_write(sample_path(folder, "text"), "mean,sd\n", 8);
    sample_write(sample_path(folder, "empty"), "", 0);
    cr_assert_eq(mkfifo(sample_path(folder, "fifo"), 0600), 0);
    expect_refused(sample_path(folder, "text"), "is not an HDF5 file");
    expect_refused(sample_path(folder, "empty"), "is empty");
    expect_refused(sample_path(folder, "fifo"), "not a regular file");
    expect_refused(sample_path(folder, "missing"), "No such file");
    expect_refused(folder, "not a regular file");
    expect_refused("/dev/zero", "not a regular file");
}

/* --- files that HDF5 itself made, with a good seal --- */

static void seal(const char *path) {
    struct sp_sealed file = {0};
    file.bytes = sample_read(path, &file.size);
    cr_assert_eq(sp_seal_add(&file), 0);
    sample_write(path, file.bytes, file.size);
    free(file.bytes);
}

static hid_t create(const char *path) {
    hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED);
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    H5Pclose(creation);
    H5Pclose(access);
    return file;
}

static void add_attribute(hid_t object, const char *name, const char *text) {
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, &text);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

/* A file that says it is ours, for something to be added that is not. */
static hid_t create_ours(const char *path, const char *version) {
    hid_t file = create(path);
    add_attribute(file, "format", "scalepath");
    add_attribute(file, "format_version", version);
    return file;
}

static void expect_file_refused(hid_t file, const char *path, const char *words) {
    cr_assert(H5Fclose(file) >= 0);
    seal(path);
    expect_refused(path, words);
}

static void add_array(hid_t file, hid_t type, int rank, const hsize_t *dims, hid_t list) {
    hid_t space = H5Screate_simple(rank, dims, NULL);
    hid_t array = H5Dcreate2(file, "x", type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    cr_assert(array >= 0);
    H5Dclose(array);
    H5Sclose(space);
}

Test(output_reader, files_of_other_programs) {
    const char *path = sample_path(folder, "foreign.h5");
    hid_t file = create(path);
    cr_assert(H5Fclose(file) >= 0);
    expect_refused(path, "of another program");
    file = create(path);
    add_attribute(file, "format", "otherpath");
    expect_file_refused(file, path, "was not written by scalepath");
}

Test(output_reader, other_versions) {
    const char *path = sample_path(folder, "version.h5");
    expect_file_refused(create_ours(path, "1.0"), path, "has layout 1.0, this program reads " LAYOUT);
    expect_file_refused(create_ours(path, "1"), path, "format_version");
    expect_file_refused(create_ours(path, "2.0"), path, "has layout 2.0, this program reads " LAYOUT);
    expect_file_refused(create_ours(path, LAYOUT), path, "complete");
    expect_file_refused(create_ours(path, "3.0"), path, "has layout 3.0, this program reads " LAYOUT);
    expect_file_refused(create_ours(path, "3.2385"), path, "has layout 3.2385, this program reads " LAYOUT);
}

/* Layout 1 was sealed with FNV-1a byte by byte, layout 2 in lanes: told apart from a damaged file, and from
 * one of those layouts that is damaged. */
static void try_old_seal(const char *letters, uint64_t hash, const unsigned char *inner, size_t length) {
    const char *path = sample_path(folder, "old.h5");
    unsigned char *old = malloc(length + 24);
    memcpy(old, inner, length);
    memcpy(old + length, letters, 16);
    memcpy(old + length + 16, &hash, sizeof hash);
    for (int damaged = 0; damaged < 2; damaged++) {
        struct sp_problems problems = {0};
        old[length + 20] ^= (unsigned char)damaged;
        sample_write(path, old, length + 24);
        expect_refused(path, damaged ? "is damaged" : "by an older version (layout 1.x or 2.x)");
        cr_expect_eq(sp_writer_check(path, false, &problems), damaged ? SP_ERROR_OUTPUT : 0);
        sp_problems_free(&problems);
    }
    free(old);
}

Test(output_reader, seals_of_older_layouts) {
    const char *path = sample_path(folder, "inner.h5");
    size_t length;
    cr_assert(H5Fclose(create_ours(path, "1.0")) >= 0);
    unsigned char *inner = sample_read(path, &length);
    try_old_seal("scalepath:sealed", sp_hash64_bytes(SP_HASH64_START, inner, length), inner, length);
    try_old_seal("scalepath:seal_2", sp_hash64_lanes(SP_HASH64_START, inner, length), inner, length);
    free(inner);
}

Test(output_reader, links_that_lead_away) {
    const char *path = sample_path(folder, "link.h5");
    hid_t file = create_ours(path, LAYOUT);
    H5Lcreate_external("good.h5", "/base", file, "x", H5P_DEFAULT, H5P_DEFAULT);
    expect_file_refused(file, path, "not a link to another");
    file = create_ours(path, LAYOUT);
    H5Lcreate_soft("/x", file, "x", H5P_DEFAULT, H5P_DEFAULT);
    expect_file_refused(file, path, "not a link to another");
    file = create_ours(path, LAYOUT);
    H5Lcreate_hard(file, "/", file, "x", H5P_DEFAULT, H5P_DEFAULT);
    expect_file_refused(file, path, "one name");
}

Test(output_reader, storage_elsewhere) {
    const char *path = sample_path(folder, "storage.h5");
    const hsize_t four[] = {4};
    hid_t file = create_ours(path, LAYOUT), list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(list, "/etc/passwd", 0, 32);
    add_array(file, H5T_IEEE_F64LE, 1, four, list);
    H5Pclose(list);
    expect_file_refused(file, path, "stored in the file");
    file = create_ours(path, LAYOUT);
    list = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = H5Screate_simple(1, four, NULL);
    H5Pset_virtual(list, space, "good.h5", "/base/quarter/end", space);
    H5Sclose(space);
    add_array(file, H5T_IEEE_F64LE, 1, four, list);
    H5Pclose(list);
    expect_file_refused(file, path, "stored in the file");
}

/* A checksum is the only filter, and one without a dimension is refused for that, not for its checksum. */
Test(output_reader, filters) {
    const char *path = sample_path(folder, "filter.h5");
    const hsize_t two[] = {2};
    for (int deflated = 0; deflated < 2; deflated++)
        for (int checked = 0; checked < 2; checked++) {
            hid_t file = create_ours(path, LAYOUT), list = H5Pcreate(H5P_DATASET_CREATE);
            H5Pset_chunk(list, 1, two);
            H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY);
            if (deflated)
                H5Pset_deflate(list, 1);
            if (checked)
                H5Pset_fletcher32(list);
            add_array(file, H5T_IEEE_F64LE, 1, two, list);
            H5Pclose(list);
            expect_file_refused(file, path,
                                deflated ? "no filter but a checksum" : "expected a dimension scale");
        }
}

Test(output_reader, shapes_and_types) {
    const char *path = sample_path(folder, "shape.h5");
    const hsize_t huge[] = {UINT64_C(1) << 40}, four[] = {2, 2, 2, 2}, two[] = {2}, chunk[] = {1024};
    hid_t file = create_ours(path, LAYOUT), list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(list, 1, chunk);
    H5Pset_deflate(list, 9);
    add_array(file, H5T_IEEE_F64LE, 1, huge, list);
    H5Pclose(list);
    expect_file_refused(file, path, "fit into the file");
    file = create_ours(path, LAYOUT);
    add_array(file, H5T_IEEE_F64LE, 4, four, H5P_DEFAULT);
    expect_file_refused(file, path, "three dimensions");
    file = create_ours(path, LAYOUT);
    add_array(file, H5T_IEEE_F32LE, 1, two, H5P_DEFAULT);
    expect_file_refused(file, path, "expected f64");
    file = create_ours(path, LAYOUT);
    add_array(file, H5T_IEEE_F32BE, 0, NULL, H5P_DEFAULT); /* of the type of a dimension without values */
    expect_file_refused(file, path, "expected values");
}
