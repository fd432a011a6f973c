/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is written is what is read back: arrays of every size at the limits of each manner of storing, texts
 * of every length, groups with many arrays; and HDF5's own functions find its dimensions and checksums.
 */
#include "output/h5read.h"
#include "output/h5write.h"

#include <criterion/criterion.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sp_document *document;
static struct sp_sealed image;

static void set_up(void) {
    document = sp_document_create();
}

static void tear_down(void) {
    sp_document_free(document);
    free(image.bytes);
}

TestSuite(output_h5write, .init = set_up, .fini = tear_down, .timeout = 60);

static void write_image(void) {
    cr_assert_eq(sp_h5write_image(document, &image), 0, "%s", document->complaint);
}

/* What HDF5 finds in the bytes: NULL when that is all and nothing else; the caller frees it. */
static char *difference(void) {
    struct sp_document *found = sp_document_create();
    const char *text =
        sp_h5read_image(&image, NULL, found) ? found->complaint : sp_document_difference(document, found);
    char *copy = text ? strdup(text) : NULL;
    sp_document_free(found);
    return copy;
}

static void expect_read_back(void) {
    write_image();
    char *text = difference();
    cr_expect_null(text, "%s", text);
    free(text);
}

static const struct sp_document_node *root(void) {
    return sp_document_root(document);
}

static const struct sp_document_node *make_index(const char *name, size_t count) {
    return sp_document_index(document, root(), name, count);
}

static double *numbers(size_t count) {
    double *number = sp_document_memory(document, count, sizeof *number);
    for (size_t i = 0; i < count; i++)
        number[i] = 2.385 * (double)i - 1e-3;
    return number;
}

static void add_numbers(const char *name, const struct sp_document_node *first,
                        const struct sp_document_node *second) {
    size_t count = first->dims[0] * (second ? second->dims[0] : 1);
    struct sp_document_node *node =
        sp_document_array(document, root(), name, SP_DOCUMENT_F64, first, second, numbers(count));
    sp_document_add_text(document, node, "units", "USD");
}

Test(output_h5write, nothing_at_all) {
    expect_read_back();
}

Test(output_h5write, every_kind_of_value) {
    static const char *const text[] = {"", "a", "seven b", "eight by", "Zürich, 9 €"};
    static const uint64_t large[] = {0, UINT64_MAX, 12345678901234567890U};
    const struct sp_document_node *three = make_index("three", 3), *none = make_index("none", 0);
    sp_document_add_u64(document, document->node[0], "seed", UINT64_MAX - 7);
    sp_document_add_i32(document, document->node[0], "line", -2385);
    struct sp_document_attribute half = {.name = "half", .type = SP_DOCUMENT_F64, .f64 = -0.5};
    sp_document_add_attribute(document, document->node[0], &half);
    static const char *const name[] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < 5; i++)
        sp_document_add_text(document, document->node[0], name[i], text[i]);
    sp_document_scale(document, root(), "text", SP_DOCUMENT_TEXT, 5, text);
    sp_document_array(document, root(), "large", SP_DOCUMENT_U64, three, NULL, large);
    sp_document_array(document, root(), "empty", SP_DOCUMENT_F64, none, three, numbers(1));
    sp_document_array(document, root(), "single", SP_DOCUMENT_F64, NULL, NULL, numbers(1));
    sp_document_array(document, root(), "word", SP_DOCUMENT_TEXT, NULL, NULL, &text[4]);
    expect_read_back();
}

/* 48 KiB are 6,144 numbers; a chunk of 1 MiB has 131,072. */
Test(output_h5write, arrays_of_every_size) {
    static const size_t length[] = {1, 2, 6143, 6144, 6145, 131072, 131073, 262145, 393217};
    char name[32];
    for (size_t i = 0; i < sizeof length / sizeof *length; i++) {
        snprintf(name, sizeof name, "index %zu", length[i]);
        const struct sp_document_node *index = make_index(name, length[i]);
        snprintf(name, sizeof name, "array %zu", length[i]);
        add_numbers(name, index, NULL);
    }
    expect_read_back();
}

/* Nothing is stored of it; another length is another dimension. */
Test(output_h5write, dimension_without_values) {
    const struct sp_document_node *many = sp_document_dimension(document, root(), "many", 150001);
    add_numbers("x", many, NULL);
    add_numbers("y", sp_document_dimension(document, root(), "none", 0), NULL);
    expect_read_back();
    cr_expect_lt(image.size, 150001 * sizeof(double) + 8192);
    document->node[1]->dims[0]--;
    char *text = difference();
    cr_assert_not_null(text);
    cr_expect(strstr(text, "/many has another type, shape or dimension") != NULL, "%s", text);
    free(text);
}

Test(output_h5write, tables_of_every_shape) {
    static const size_t shape[][2] = {{1, 6145}, {6145, 1}, {77, 80}, {333, 1001}, {3, 200001}, {0, 7}};
    char name[32];
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        snprintf(name, sizeof name, "row %zu", i);
        const struct sp_document_node *row = make_index(name, shape[i][0]);
        snprintf(name, sizeof name, "column %zu", i);
        const struct sp_document_node *column = make_index(name, shape[i][1]);
        snprintf(name, sizeof name, "table %zu", i);
        add_numbers(name, row, column);
    }
    expect_read_back();
}

Test(output_h5write, three_dimensions) {
    const struct sp_document_node *small[] = {make_index("a", 5), make_index("b", 7), make_index("c", 3)};
    const struct sp_document_node *large[] = {make_index("d", 41), make_index("e", 101), make_index("f", 67)};
    const struct sp_document_node *none[] = {make_index("g", 0), small[0], small[1]};
    sp_document_cube(document, root(), "small", SP_DOCUMENT_F64, small, numbers(5 * 7 * 3));
    sp_document_cube(document, root(), "large", SP_DOCUMENT_F64, large, numbers(41 * 101 * 67));
    sp_document_cube(document, root(), "none", SP_DOCUMENT_F64, none, numbers(1));
    expect_read_back();
}

/* Texts as long as a collection of the heap, and more of them than a header holds. */
Test(output_h5write, texts_of_every_length) {
    enum { TEXTS = 5000 };
    const char **text = sp_document_memory(document, TEXTS, sizeof *text);
    for (size_t i = 0; i < TEXTS; i++) {
        size_t length = i < 64 || i % 41 ? i % 64 : i;
        char *copy = sp_document_memory(document, length + 1, 1);
        memset(copy, 'a' + (int)(i % 26), length);
        text[i] = copy;
    }
    sp_document_scale(document, root(), "many", SP_DOCUMENT_TEXT, TEXTS, text);
    sp_document_scale(document, root(), "few", SP_DOCUMENT_TEXT, 3072, text);
    sp_document_add_text(document, document->node[0], "long", text[4961]);
    expect_read_back();
}

static void add_many(size_t count) {
    static const double value[] = {0.1, 0.2};
    struct sp_document_node *group = sp_document_group(document, root(), "g");
    const struct sp_document_node *scale = sp_document_index(document, group, "two", 2);
    for (size_t i = 0; i < count; i++)
        sp_document_array(document, group, sp_arena_format(document->arena, "x%zu", i), SP_DOCUMENT_F64,
                          scale, NULL, value);
}

Test(output_h5write, group_with_many_arrays) {
    add_many(4200);
    expect_read_back();
}

Test(output_h5write, name_as_long_as_may_be) {
    char name[1024];
    memset(name, 'n', sizeof name);
    name[1023] = 0;
    sp_document_group(document, root(), name);
    expect_read_back();
}

/* Numbers that are those of another document are borrowed from it, others are not taken for them. */
Test(output_h5write, read_like_another_document) {
    struct sp_document *found = sp_document_create();
    const struct sp_document_node *two = make_index("two", 2), *many = make_index("many", 150001);
    double *few = numbers(2);
    sp_document_array(document, root(), "few", SP_DOCUMENT_F64, two, NULL, few);
    add_numbers("x", many, NULL);
    write_image();
    few[1] += 1e-9;
    cr_assert_eq(sp_h5read_image(&image, document, found), 0, "%s", found->complaint);
    cr_expect_eq(found->node[4]->data, document->node[4]->data);
    cr_expect_str_eq(sp_document_difference(document, found), "/few holds other values");
    few[1] = 2.385 - 1e-3;
    cr_expect_null(sp_document_difference(document, found));
    sp_document_free(found);
}

/* A document whose nodes are others is no hindrance. */
Test(output_h5write, read_like_an_unlike_document) {
    struct sp_document *like = sp_document_create(), *found = sp_document_create();
    sp_document_index(like, sp_document_root(like), "b", 3);
    sp_document_index(like, sp_document_root(like), "c", 4);
    make_index("a", 3);
    make_index("c", 7001);
    add_numbers("x", make_index("b", 3), NULL);
    write_image();
    cr_assert_eq(sp_h5read_image(&image, like, found), 0, "%s", found->complaint);
    cr_expect_null(sp_document_difference(document, found));
    sp_document_free(found);
    sp_document_free(like);
}

/* --- HDF5 itself --- */

static hid_t open_image(void) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, 0);
    H5Pset_file_image(access, image.bytes, image.size);
    hid_t file = H5Fopen("in-memory", H5F_ACC_RDONLY, access);
    H5Pclose(access);
    cr_assert(file >= 0);
    return file;
}

static htri_t attached(hid_t file, const char *array, const char *scale, unsigned dimension) {
    hid_t a = H5Dopen2(file, array, H5P_DEFAULT), s = H5Dopen2(file, scale, H5P_DEFAULT);
    htri_t found = H5DSis_attached(a, s, dimension);
    H5Dclose(a);
    H5Dclose(s);
    return found;
}

/* References lead both ways. */
Test(output_h5write, dimensions_as_hdf5_sees_them) {
    add_many(3072);
    const struct sp_document_node *row = make_index("row", 5), *column = make_index("column", 7);
    add_numbers("table", row, column);
    add_numbers("square", row, row);
    write_image();
    hid_t file = open_image();
    cr_expect_eq(attached(file, "table", "row", 0), 1);
    cr_expect_eq(attached(file, "table", "column", 1), 1);
    cr_expect_eq(attached(file, "table", "row", 1), 0);
    cr_expect_eq(attached(file, "square", "row", 0), 1);
    cr_expect_eq(attached(file, "square", "row", 1), 1);
    cr_expect_eq(attached(file, "g/x0", "g/two", 0), 1);
    cr_expect_eq(attached(file, "g/x3071", "g/two", 0), 1);
    H5Fclose(file);
}

/* The words by which netCDF-4 knows a dimension that is not a variable. */
Test(output_h5write, dimension_without_values_as_hdf5_sees_it) {
    char name[80];
    add_numbers("x", sp_document_dimension(document, root(), "many", 238), NULL);
    write_image();
    hid_t file = open_image(), scale = H5Dopen2(file, "many", H5P_DEFAULT);
    cr_expect_eq(attached(file, "x", "many", 0), 1);
    cr_expect_eq(H5Dget_storage_size(scale), 0);
    H5DSget_scale_name(scale, name, sizeof name);
    cr_expect_str_eq(name, "This is a netCDF dimension but not a netCDF variable.       238");
    H5Dclose(scale);
    H5Fclose(file);
}

/* One changed bit of a header or of a chunk is found. */
static void expect_change_found(const void *pattern, size_t length, const char *words) {
    unsigned char *place = memmem(image.bytes, image.size, pattern, length);
    cr_assert_not_null(place);
    *place ^= 1;
    char *text = difference();
    cr_assert_not_null(text);
    cr_expect(strstr(text, words) != NULL, "%s", text);
    free(text);
    *place ^= 1;
}

Test(output_h5write, changes_are_found) {
    const double small = 2.385 * 9 - 1e-3, large = 2.385 * 150000 - 1e-3;
    add_numbers("small", make_index("ten", 10), NULL);
    add_numbers("large", make_index("many", 150001), NULL);
    write_image();
    expect_change_found(&small, sizeof small, "");
    expect_change_found(&large, sizeof large, "large: the values cannot be read");
    char *text = difference();
    cr_expect_null(text, "%s", text);
    free(text);
}

/* --- values that are apart: from byte 4096 on, with nothing of the file among them --- */

enum { APART = 3 << 20 };

Test(output_h5write, arrays_apart_have_their_places) {
    document->apart = APART;
    document->apart_hash = 2385;
    const struct sp_document_node *path = sp_document_index_apart(document, root(), "path", 7001, 4096);
    sp_document_apart(document, root(), "x", path, NULL, 40000);
    add_numbers("few", make_index("three", 3), NULL);
    sp_document_apart(document, root(), "y", path, NULL, 97000);
    add_numbers("many", make_index("thousands", 10003), NULL);
    sp_document_apart(document, root(), "last", path, NULL, 4096 + APART - 8 * 7001);
    expect_read_back();
    cr_expect_eq(image.apart, APART);
    cr_expect_lt(image.size, 400000);
    for (size_t i = 48; i < SP_SEAL_APART; i++)
        cr_assert_eq(image.bytes[i], 0, "byte %zu", i);
}

/* As other programs see it: the file put together again. */
Test(output_h5write, arrays_apart_are_found_by_hdf5) {
    document->apart = APART;
    const struct sp_document_node *path =
        sp_document_index_apart(document, root(), "path", 5000, 4096 + 9000);
    sp_document_apart(document, root(), "x", path, NULL, 50000);
    write_image();
    unsigned char *whole = calloc(image.size + APART, 1);
    double *x = numbers(5000), found[5000];
    memcpy(whole, image.bytes, SP_SEAL_APART);
    memcpy(whole + SP_SEAL_APART + APART, image.bytes + SP_SEAL_APART, image.size - SP_SEAL_APART);
    memcpy(whole + 50000, x, sizeof found);
    free(image.bytes);
    image = (struct sp_sealed){.bytes = whole, .size = image.size + APART};
    hid_t file = open_image(), array = H5Dopen2(file, "x", H5P_DEFAULT);
    cr_assert(H5Dread(array, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, found) >= 0);
    cr_expect(memcmp(found, x, sizeof found) == 0);
    cr_expect(attached(file, "x", "path", 0) > 0);
    H5Dclose(array);
    H5Fclose(file);
}

Test(output_h5write, a_place_apart_that_is_not_the_one_expected) {
    document->apart = APART;
    struct sp_document *other = sp_document_create();
    const struct sp_document_node *path = sp_document_index_apart(document, root(), "path", 100, 4096);
    sp_document_apart(document, root(), "x", path, NULL, 50000);
    expect_read_back();
    other->apart = APART;
    path = sp_document_index_apart(other, sp_document_root(other), "path", 100, 4096);
    sp_document_apart(other, sp_document_root(other), "x", path, NULL, 50008);
    cr_expect_not_null(sp_document_difference(other, document));
    sp_document_free(other);
}
