/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A disk that fills up, a limit on sizes: an error, no rest, and the old file as it was.
 */
#include "engine/base/error.h"
#include "output/reader.h"
#include "output/writer.h"
#include "tests/unit/output/sample.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

/* Saves a large result over a small one, where it cannot succeed. */
static void expect_failure(const char *folder, const char *words) {
    const char *path = sample_path(folder, "a.h5");
    struct sp_result *full = sample_create(false);
    struct sp_problems problems = {0};
    size_t before = 0, after = 0;
    unsigned char *old = sample_read(path, &before);
    cr_assert_eq(sp_writer_save(full, path, true, &problems), SP_ERROR_OUTPUT);
    cr_expect_eq(problems.count, 1);
    cr_expect(strstr(problems.items[0].what, words) != NULL, "%s", problems.items[0].what);
    cr_expect_eq(sample_files(folder), 1, "a temporary file was left");
    unsigned char *new = sample_read(path, &after);
    cr_expect(before == after && memcmp(old, new, before) == 0, "the old file was touched");
    free(old);
    free(new);
    sp_problems_free(&problems);
    sp_result_free(full);
}

static void try_disk(char *folder, unsigned kibibytes) {
    char options[64];
    snprintf(options, sizeof options, "size=%uk", kibibytes);
    if (mount("tmpfs", folder, "tmpfs", 0, options)) {
        rmdir(folder);
        cr_skip_test("mounting a small disk is not permitted: %s", strerror(errno));
    }
    sample_write(sample_path(folder, "a.h5"), "old", 3);
    expect_failure(folder, "No space left on device; it needs");
    cr_expect_eq(umount(folder), 0);
}

Test(output_durable, disk_that_fills_up) {
    char *folder = sample_folder();
    for (unsigned kibibytes = 8; kibibytes <= 160; kibibytes += 8)
        try_disk(folder, kibibytes);
    sample_remove(folder);
}

/* Also once with the default action of the signal, which ends the process. */
Test(output_durable, limit_on_file_sizes) {
    char *folder = sample_folder();
    signal(SIGXFSZ, SIG_DFL);
    for (rlim_t limit = 4096; limit <= 65536; limit *= 4) {
        struct rlimit before, small;
        sample_write(sample_path(folder, "a.h5"), "old", 3);
        getrlimit(RLIMIT_FSIZE, &before);
        small = (struct rlimit){.rlim_cur = limit, .rlim_max = before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        expect_failure(folder, "File too large");
        setrlimit(RLIMIT_FSIZE, &before);
    }
    sample_remove(folder);
}

/* A save that failed does not spoil the next. */
Test(output_durable, success_after_failure) {
    char *folder = sample_folder();
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){.rlim_cur = 10000, .rlim_max = before.rlim_max};
    sample_write(sample_path(folder, "a.h5"), "old", 3);
    setrlimit(RLIMIT_FSIZE, &small);
    expect_failure(folder, "File too large");
    setrlimit(RLIMIT_FSIZE, &before);
    struct sp_result *result = sample_create(false), *found = NULL;
    struct sp_problems problems = {0};
    cr_assert_eq(sp_writer_save(result, sample_path(folder, "a.h5"), true, &problems), 0);
    cr_assert_eq(sp_reader_load(sample_path(folder, "a.h5"), &found, &problems), 0);
    cr_expect(sample_equal(result, found));
    sp_result_free(found);
    sp_result_free(result);
    sample_remove(folder);
}
