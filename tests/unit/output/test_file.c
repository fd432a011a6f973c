/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A result that is saved comes back as it was; equal results give equal bytes.
 */
#include "engine/base/error.h"
#include "output/reader.h"
#include "output/writer.h"
#include "tests/unit/output/sample.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static int save(const struct sp_result *result, const char *path) {
    struct sp_problems problems = {0};
    int error = sp_writer_save(result, path, false, &problems);
    for (size_t i = 0; i < problems.count; i++)
        cr_log_info("%s: %s", problems.items[i].file, problems.items[i].what);
    sp_problems_free(&problems);
    return error;
}

static void expect_same_files(const char *folder) {
    size_t size_a = 0, size_b = 0;
    unsigned char *a = sample_read(sample_path(folder, "a.h5"), &size_a);
    unsigned char *b = sample_read(sample_path(folder, "b.h5"), &size_b);
    cr_expect(size_a == size_b && memcmp(a, b, size_a) == 0);
    free(a);
    free(b);
}

static void round_trip(bool plain) {
    char *folder = sample_folder();
    const char *path = sample_path(folder, "a.h5");
    struct sp_result *result = sample_create(plain), *found = NULL;
    struct sp_problems problems = {0};
    cr_assert_eq(save(result, path), 0);
    cr_assert_eq(sp_reader_load(path, true, &found, &problems), 0, "%s",
                 problems.count ? problems.items[0].what : "");
    cr_expect(sample_equal(result, found));
    cr_expect_eq(sample_files(folder), 1);
    sp_result_free(found);
    sp_result_free(result);
    sample_remove(folder);
}

Test(output_file, full_result_comes_back) {
    round_trip(false);
}

Test(output_file, plain_result_comes_back) {
    round_trip(true);
}

/* Kept paths are read when asked for; that there are some is known in any case. */
Test(output_file, kept_paths_may_stay_in_the_file) {
    char *folder = sample_folder();
    const char *path = sample_path(folder, "a.h5");
    struct sp_result *result = sample_create(false), *found = NULL;
    struct sp_problems problems = {0};
    cr_assert_eq(save(result, path), 0);
    cr_assert_eq(sp_reader_load(path, false, &found, &problems), 0);
    cr_expect(found->kept_paths == result->kept_paths && found->inputs == result->inputs);
    cr_expect_str_eq(found->input[1], result->input[1]);
    cr_expect(!found->variant[0].kept && !found->variant[1].kept_input);
    cr_expect_eq(sp_writer_save(found, path, false, &problems), SP_ERROR_OUTPUT);
    cr_assert_eq(problems.count, 1);
    cr_expect(strstr(problems.items[0].what, "not in memory"));
    cr_expect_eq(sample_files(folder), 1);
    sp_problems_free(&problems);
    sp_result_free(found);
    sp_result_free(result);
    sample_remove(folder);
}

/* Values go to the file row by row, in any order and in pieces of any length. */
Test(output_file, rows_in_pieces_give_the_same_bytes) {
    char *folder = sample_folder();
    struct sp_result *result = sample_create(false);
    struct sp_problems problems = {0};
    size_t rows = sp_result_kept_rows(result), n = result->kept_paths;
    size_t of_inputs = rows - result->inputs;
    struct sp_writer *writer = sp_writer_create(sample_path(folder, "b.h5"), false);
    struct sp_kept_sink sink = sp_writer_sink(writer);
    cr_assert_eq(save(result, sample_path(folder, "a.h5")), 0);
    cr_assert_eq(sink.begin(sink.context, result, &problems), 0);
    for (size_t i = n * rows * result->variants; i-- > 0;) {
        const struct sp_variant_result *variant = &result->variant[i / n / rows];
        size_t row = i / n % rows, path = i % n;
        const double *x =
            row < of_inputs ? variant->kept + row * n : variant->kept_input + (row - of_inputs) * n;
        cr_assert_eq(sink.put(sink.context, i / n, path, x + path, 1), 0);
    }
    cr_assert_eq(sp_writer_finish(writer, result, &problems), 0);
    sp_writer_free(writer);
    expect_same_files(folder);
    sp_result_free(result);
    sample_remove(folder);
}

Test(output_file, equal_results_give_equal_bytes) {
    char *folder = sample_folder();
    struct sp_result *result = sample_create(false);
    cr_assert_eq(save(result, sample_path(folder, "a.h5")), 0);
    cr_assert_eq(save(result, sample_path(folder, "b.h5")), 0);
    expect_same_files(folder);
    sp_result_free(result);
    sample_remove(folder);
}

Test(output_file, what_was_read_gives_the_same_bytes_again) {
    char *folder = sample_folder();
    struct sp_result *result = sample_create(false), *found = NULL;
    struct sp_problems problems = {0};
    cr_assert_eq(save(result, sample_path(folder, "a.h5")), 0);
    cr_assert_eq(sp_reader_load(sample_path(folder, "a.h5"), true, &found, &problems), 0);
    cr_assert_eq(save(found, sample_path(folder, "b.h5")), 0);
    expect_same_files(folder);
    sp_result_free(found);
    sp_result_free(result);
    sample_remove(folder);
}

Test(output_file, names_that_no_file_can_hold_are_refused) {
    static const char *const name[] = {"a/b", "", ".", "tab\there", "end", "standard_error", "cash"};
    char *folder = sample_folder();
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        struct sp_result *result = sample_create(true);
        result->metric[1].name = name[i]; /* the last is there twice */
        cr_expect_eq(save(result, sample_path(folder, "a.h5")), SP_ERROR_OUTPUT, "'%s'", name[i]);
        cr_expect_eq(sample_files(folder), 0);
        sp_result_free(result);
    }
    sample_remove(folder);
}
