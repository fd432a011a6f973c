/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is read back is compared with what was written: to the last byte, over several pieces.
 */
#include "output/image.h"
#include "tests/unit/output/sample.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(output_image, .timeout = 20);

static bool is_same(const char *path, const unsigned char *bytes, size_t size) {
    struct sp_image_failure failure;
    bool same = false;
    cr_assert_eq(sp_image_compare(path, bytes, size, &same, &failure), 0);
    return same;
}

Test(output_image, compare_finds_any_change) {
    enum { SIZE = 600001 };
    char *folder = sample_folder();
    const char *path = sample_path(folder, "a.h5");
    unsigned char *bytes = malloc(SIZE + 1);
    for (size_t i = 0; i <= SIZE; i++)
        bytes[i] = (unsigned char)(i * i >> 7);
    sample_write(path, bytes, SIZE);
    cr_expect(is_same(path, bytes, SIZE));
    cr_expect_not(is_same(path, bytes, SIZE - 1), "the file is longer");
    cr_expect_not(is_same(path, bytes, SIZE + 1), "the file is shorter");
    const size_t places[] = {0, 262143, 262144, 599999, SIZE - 1};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        bytes[places[i]] ^= 64;
        cr_expect_not(is_same(path, bytes, SIZE), "byte %zu", places[i]);
        bytes[places[i]] ^= 64;
    }
    free(bytes);
    sample_remove(folder);
}

Test(output_image, compare_tells_what_cannot_be_opened) {
    struct sp_image_failure failure;
    bool same;
    char *folder = sample_folder();
    cr_expect_eq(sp_image_compare(sample_path(folder, "none.h5"), NULL, 0, &same, &failure), -1);
    sample_remove(folder);
}
