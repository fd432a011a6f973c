/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is read back is compared with what was written: to the last byte, over several pieces, with values
 * apart and without.
 */
#include "engine/base/hash.h"
#include "output/sealed.h"
#include "tests/unit/output/sample.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 1200001, APART = 800008 };

static char *folder;
static unsigned char *bytes; /* [SIZE + 1] of the whole file */

static void set_up(void) {
    folder = sample_folder();
    bytes = malloc(SIZE + 1);
    for (size_t i = 0; i <= SIZE; i++)
        bytes[i] = (unsigned char)(i * i >> 7);
}

static void tear_down(void) {
    free(bytes);
    sample_remove(folder);
}

TestSuite(output_sealed, .timeout = 20, .init = set_up, .fini = tear_down);

/* The file of so many bytes as it should be, with its middle apart. */
static struct sp_sealed take_apart(size_t size, size_t apart) {
    struct sp_sealed file = {.size = size - apart, .apart = apart};
    size_t before = apart ? SP_SEAL_APART : 0;
    file.apart_hash = sp_hash64_piece(before / 8, bytes + before, apart);
    file.bytes = malloc(file.size);
    memcpy(file.bytes, bytes, before);
    memcpy(file.bytes + before, bytes + before + apart, file.size - before);
    return file;
}

static bool is_same(const char *path, size_t size, size_t apart) {
    struct sp_image_failure failure;
    bool same = false;
    struct sp_sealed file = take_apart(size, apart);
    cr_assert_eq(sp_sealed_compare(path, &file, &same, &failure), 0);
    free(file.bytes);
    return same;
}

static void find_changes(size_t apart) {
    const char *path = sample_path(folder, "a.h5");
    const size_t places[] = {0, 4095, 4096, 262143, 262144, 804103, 804104, 1100000, SIZE - 1};
    sample_write(path, bytes, SIZE);
    cr_expect(is_same(path, SIZE, apart));
    cr_expect_not(is_same(path, SIZE - 1, apart), "the file is longer");
    cr_expect_not(is_same(path, SIZE + 1, apart), "the file is shorter");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        bytes[places[i]] ^= 64;
        cr_expect_not(is_same(path, SIZE, apart), "byte %zu", places[i]);
        bytes[places[i]] ^= 64;
    }
}

Test(output_sealed, compare_finds_any_change) {
    find_changes(0);
}

Test(output_sealed, compare_finds_any_change_apart) {
    find_changes(APART);
}

Test(output_sealed, compare_tells_what_cannot_be_opened) {
    struct sp_image_failure failure;
    struct sp_sealed file = take_apart(SIZE, 0);
    bool same;
    cr_expect_eq(sp_sealed_compare(sample_path(folder, "none.h5"), &file, &same, &failure), -1);
    free(file.bytes);
}

/* What is apart comes back in memory, or only as its hash. */
Test(output_sealed, loading_finds_what_is_apart) {
    const char *path = sample_path(folder, "a.h5");
    struct sp_sealed file = take_apart(SIZE, APART), found;
    struct sp_image_failure failure;
    struct sp_arena *arena = sp_arena_create();
    double *apart;
    size_t inner;
    cr_assert_eq(sp_seal_add(&file), 0);
    unsigned char *all = malloc(SIZE + SP_SEAL_BYTES);
    memcpy(all, bytes, SIZE);
    memcpy(all + SIZE, file.bytes + SIZE - APART, SP_SEAL_BYTES);
    sample_write(path, all, SIZE + SP_SEAL_BYTES);
    for (int kept = 0; kept < 2; kept++) {
        cr_assert_eq(sp_sealed_load(path, kept ? arena : NULL, &found, &apart, &failure), 0);
        cr_expect(found.size == file.size && found.apart == APART && found.apart_hash == file.apart_hash);
        cr_expect(memcmp(found.bytes, file.bytes, file.size) == 0);
        cr_expect(kept ? memcmp(apart, bytes + SP_SEAL_APART, APART) == 0 : !apart);
        cr_expect_eq(sp_seal_check(&found, &inner), SP_SEAL_GOOD);
        cr_expect_eq(inner, file.size - SP_SEAL_BYTES);
        free(found.bytes);
    }
    free(all);
    free(file.bytes);
    sp_arena_free(arena);
}

/* Where the middle begins to be apart is under the seal, too. */
Test(output_sealed, the_seal_says_how_much_is_apart) {
    struct sp_sealed file = take_apart(SIZE, APART), other;
    size_t inner;
    cr_assert_eq(sp_seal_add(&file), 0);
    const unsigned char *end = file.bytes + file.size - SP_SEAL_BYTES;
    cr_expect_eq(sp_seal_apart(end, file.size + APART), APART);
    cr_expect_eq(sp_seal_apart(end, APART), 0, "more than fits into the file");
    other = take_apart(SIZE, APART + 8);
    other.bytes = realloc(other.bytes, other.size + SP_SEAL_BYTES);
    memcpy(other.bytes + other.size, end, SP_SEAL_BYTES);
    other.bytes[other.size + 16] += 8;
    other.size += SP_SEAL_BYTES;
    cr_expect_eq(sp_seal_check(&other, &inner), SP_SEAL_BROKEN);
    free(other.bytes);
    free(file.bytes);
}
