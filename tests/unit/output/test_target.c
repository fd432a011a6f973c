/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names that cannot become a result file are refused before the work, and leave everything as it was.
 */
#include "engine/base/error.h"
#include "output/writer.h"
#include "tests/unit/output/sample.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;

static void set_up(void) {
    folder = sample_folder();
}

static void tear_down(void) {
    sample_remove(folder);
}

TestSuite(output_target, .init = set_up, .fini = tear_down);

/* Refused with one message that has these words, by the check and by saving; or allowed (words NULL). */
static void expect(const char *path, bool force, const char *words) {
    struct sp_problems problems = {0};
    int files = sample_files(folder);
    int error = sp_writer_check(path, force, &problems);
    cr_expect_eq(error, words ? SP_ERROR_OUTPUT : 0, "%s", path);
    cr_expect_eq(problems.count, words ? 1 : 0);
    if (words && problems.count) {
        cr_expect_str_eq(problems.items[0].file, path);
        cr_expect(strstr(problems.items[0].what, words) != NULL, "'%s' lacks '%s'", problems.items[0].what,
                  words);
        cr_expect(strchr(problems.items[0].what, ';') != NULL, "'%s' does not say what to do",
                  problems.items[0].what);
    }
    sp_problems_free(&problems);
    if (words) {
        struct sp_result *result = sample_create(true);
        cr_expect_eq(sp_writer_save(result, path, force, &problems), SP_ERROR_OUTPUT);
        sp_result_free(result);
        sp_problems_free(&problems);
    }
    cr_expect_eq(sample_files(folder), files, "%s: a file was left or lost", path);
}

Test(output_target, folders) {
    expect(sample_path(folder, "missing/a.h5"), false, "No such file");
    expect(folder, true, "is a folder");
    expect(sample_path(folder, ""), true, "not the name of a file");
    expect("", true, "not the name of a file");
    expect("/proc/a.h5", false, "cannot be created");
    expect(sample_path(folder, "a.h5"), false, NULL);
}

Test(output_target, file_in_place_of_a_folder) {
    sample_write(sample_path(folder, "file"), "x", 1);
    expect(sample_path(folder, "file/a.h5"), false, "Not a directory");
}

Test(output_target, folder_without_permission) {
    if (geteuid() == 0) {
        sample_remove(folder);
        cr_skip_test("root may write everywhere");
    }
    chmod(folder, 0500);
    expect(sample_path(folder, "a.h5"), false, "Permission denied");
    chmod(folder, 0700);
}

Test(output_target, long_names) {
    char name[300];
    memset(name, 'n', sizeof name);
    name[299] = 0;
    expect(sample_path(folder, name), false, "too long");
    name[250] = 0; /* fits itself, but not with the end of the temporary name */
    expect(sample_path(folder, name), false, "too long");
    name[200] = 0;
    expect(sample_path(folder, name), false, NULL);
}

Test(output_target, links) {
    sample_write(sample_path(folder, "other"), "precious", 8);
    cr_assert_eq(symlink(sample_path(folder, "other"), sample_path(folder, "link.h5")), 0);
    cr_assert_eq(symlink("nowhere", sample_path(folder, "dangling.h5")), 0);
    expect(sample_path(folder, "link.h5"), true, "symbolic link");
    expect(sample_path(folder, "dangling.h5"), true, "symbolic link");
}

Test(output_target, devices_and_pipes, .timeout = 20) {
    cr_assert_eq(mkfifo(sample_path(folder, "fifo.h5"), 0600), 0);
    expect(sample_path(folder, "fifo.h5"), true, "pipe");
    expect("/dev/null", true, "device");
    expect("/dev/full", true, "device");
}

Test(output_target, files_of_others) {
    const char *text = sample_path(folder, "text.h5");
    sample_write(text, "name = 1\n", 9);
    expect(text, false, "--force");
    expect(text, true, NULL);
    const char *empty = sample_path(folder, "empty.h5");
    sample_write(empty, "", 0);
    expect(empty, false, "--force");
    const char *foreign = sample_path(folder, "foreign.h5");
    hid_t file = H5Fcreate(foreign, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert(file >= 0 && H5Fclose(file) >= 0);
    expect(foreign, false, "--force");
    expect(foreign, true, NULL);
}

Test(output_target, only_a_complete_result_is_replaced) {
    const char *path = sample_path(folder, "a.h5");
    struct sp_result *result = sample_create(true);
    struct sp_problems problems = {0};
    cr_assert_eq(sp_writer_save(result, path, false, &problems), 0);
    expect(path, false, NULL);
    cr_expect_eq(sp_writer_save(result, path, false, &problems), 0);
    size_t size = 0;
    unsigned char *bytes = sample_read(path, &size);
    sample_write(path, bytes, size - 1);
    expect(path, false, "--force");
    cr_expect_eq(sp_writer_save(result, path, true, &problems), 0);
    free(bytes);
    sp_result_free(result);
}

Test(output_target, other_name_of_the_file_keeps_the_old_bytes) {
    const char *path = sample_path(folder, "a.h5");
    struct sp_result *plain = sample_create(true), *full = sample_create(false);
    struct sp_problems problems = {0};
    struct stat before, after;
    cr_assert_eq(sp_writer_save(plain, path, false, &problems), 0);
    cr_assert_eq(link(path, sample_path(folder, "b.h5")), 0);
    stat(path, &before);
    cr_assert_eq(sp_writer_save(full, path, false, &problems), 0);
    stat(sample_path(folder, "b.h5"), &after);
    cr_expect(before.st_ino == after.st_ino && before.st_size == after.st_size);
    sp_result_free(plain);
    sp_result_free(full);
}
