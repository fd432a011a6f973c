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
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
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
    cr_assert_eq(sp_reader_load(sample_path(folder, "a.h5"), true, &found, &problems), 0);
    cr_expect(sample_equal(result, found));
    sp_result_free(found);
    sp_result_free(result);
    sample_remove(folder);
}

/* --- kept paths, which go to the disk while they are simulated --- */

enum { MANY = 200000 };

/* A writer that has begun with so many kept paths; the result has no memory for them. */
static struct sp_writer *begin_writer(const char *folder, struct sp_result *result, int expected,
                                      struct sp_problems *problems) {
    struct sp_writer *writer = sp_writer_create(sample_path(folder, "a.h5"), true);
    struct sp_kept_sink sink = sp_writer_sink(writer);
    result->kept_paths = MANY;
    cr_assert_eq(sink.begin(sink.context, result, problems), expected);
    return writer;
}

static int put_rows(struct sp_writer *writer, const struct sp_result *result) {
    static double x[MANY];
    struct sp_kept_sink sink = sp_writer_sink(writer);
    for (size_t row = 0; row < result->variants * sp_result_kept_rows(result); row++) {
        for (size_t i = 0; i < MANY; i++)
            x[i] = (double)(row * MANY + i);
        if (sink.put(sink.context, row, 0, x, MANY))
            return sink.put(sink.context, row, 0, x, MANY); /* once more fails again */
    }
    return 0;
}

Test(output_durable, a_full_disk_is_found_before_the_first_path) {
    char *folder = sample_folder();
    struct sp_result *result = sample_create(false);
    struct sp_problems problems = {0};
    if (mount("tmpfs", folder, "tmpfs", 0, "size=1m")) {
        rmdir(folder);
        cr_skip_test("mounting a small disk is not permitted: %s", strerror(errno));
    }
    struct sp_writer *writer = begin_writer(folder, result, SP_ERROR_OUTPUT, &problems);
    cr_expect(strstr(problems.items[0].what, "No space left on device; it needs") != NULL, "%s",
              problems.items[0].what);
    cr_expect_eq(sample_files(folder), 0, "a temporary file was left");
    sp_writer_free(writer);
    sp_problems_free(&problems);
    sp_result_free(result);
    cr_expect_eq(umount(folder), 0);
    sample_remove(folder);
}

/* The limit comes down when there is room already: writing fails, and nothing is left. */
Test(output_durable, writing_that_fails_between_paths) {
    char *folder = sample_folder();
    struct sp_result *result = sample_create(false);
    struct sp_problems problems = {0};
    struct rlimit before, small;
    signal(SIGXFSZ, SIG_DFL);
    struct sp_writer *writer = begin_writer(folder, result, 0, &problems);
    cr_expect_eq(sample_files(folder), 1);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){.rlim_cur = 5000000, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    cr_expect_eq(put_rows(writer, result), -1);
    setrlimit(RLIMIT_FSIZE, &before);
    struct sp_kept_sink sink = sp_writer_sink(writer);
    cr_expect_eq(sink.tell(sink.context, &problems), SP_ERROR_OUTPUT);
    cr_expect(strstr(problems.items[0].what, "File too large") != NULL, "%s", problems.items[0].what);
    sp_writer_free(writer);
    cr_expect_eq(sample_files(folder), 0, "a temporary file was left");
    sp_problems_free(&problems);
    sp_result_free(result);
    sample_remove(folder);
}

/* Bits that turn over on the way to the disk, when the values are no longer in memory. */
Test(output_durable, kept_paths_that_do_not_read_back) {
    char *folder = sample_folder(), name[64];
    struct sp_result *result = sample_create(false);
    struct sp_problems problems = {0};
    struct sp_writer *writer = begin_writer(folder, result, 0, &problems);
    cr_assert_eq(put_rows(writer, result), 0);
    snprintf(name, sizeof name, "a.h5.tmp.%ld", (long)getpid());
    FILE *file = fopen(sample_path(folder, name), "r+b");
    cr_assert_not_null(file);
    fseek(file, 7654321, SEEK_SET);
    cr_assert(fputc(200, file) == 200 && fclose(file) == 0);
    cr_expect_eq(sp_writer_finish(writer, result, &problems), SP_ERROR_OUTPUT);
    cr_assert_eq(problems.count, 1);
    cr_expect(strstr(problems.items[0].what, "does not read back") != NULL, "%s", problems.items[0].what);
    sp_writer_free(writer);
    cr_expect_eq(sample_files(folder), 0);
    sp_problems_free(&problems);
    sp_result_free(result);
    sample_remove(folder);
}

/* The largest resident set since the last call, in KiB. */
static long peak_memory(void) {
    char line[256];
    long peak = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "VmHWM: %ld", &peak);
    if (file)
        fclose(file);
    file = fopen("/proc/self/clear_refs", "w");
    if (!file || fputs("5", file) < 0 || fclose(file))
        cr_skip_test("the largest resident set cannot be set back");
    return peak;
}

/* The largest resident set while so many kept paths are saved and loaded; the process was small before. */
static long peak_of(const char *folder, size_t paths, size_t *kept) {
    struct sp_result *result = sample_create(false), *found = NULL;
    struct sp_problems problems = {0};
    static double x[MANY];
    memset(x, 1, sizeof x);
    malloc_trim(0);
    peak_memory();
    result->kept_paths = paths;
    struct sp_writer *writer = sp_writer_create(sample_path(folder, "a.h5"), true);
    struct sp_kept_sink sink = sp_writer_sink(writer);
    cr_assert_eq(sink.begin(sink.context, result, &problems), 0);
    size_t rows = result->variants * sp_result_kept_rows(result);
    for (size_t row = 0; row < rows; row++)
        cr_assert_eq(sink.put(sink.context, row, 0, x, paths), 0);
    cr_assert_eq(sp_writer_finish(writer, result, &problems), 0);
    sp_writer_free(writer);
    cr_assert_eq(sp_reader_load(sample_path(folder, "a.h5"), false, &found, &problems), 0);
    sp_result_free(found);
    sp_result_free(result);
    *kept = rows * paths * sizeof(double);
    return peak_memory();
}

/* The first time HDF5 starts, too. */
Test(output_durable, memory_does_not_grow_with_kept_paths) {
#ifdef __SANITIZE_ADDRESS__
    cr_skip_test("the address sanitizer keeps what is freed");
#endif
    char *folder = sample_folder();
    size_t few, many;
    peak_of(folder, 100, &few);
    long small = peak_of(folder, 100, &few), large = peak_of(folder, MANY, &many);
    cr_assert_gt(many, (size_t)64 << 20);
    cr_expect_lt(large - small, 1 << 10, "%ld KiB more, with %zu bytes of kept paths", large - small, many);
    sample_remove(folder);
}

/* --- signals --- */

/* A process that writes kept paths gets the signal; it ends by it, and leaves nothing. */
static void try_signal(const char *folder, int number) {
    pid_t child = fork();
    if (child == 0) {
        struct sp_problems problems = {0};
        struct sp_result *result = sample_create(false);
        signal(number, SIG_DFL);
        begin_writer(folder, result, 0, &problems);
        raise(number);
        _exit(0);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == number, "signal %d: status %x", number, status);
    cr_expect_eq(sample_files(folder), 0, "signal %d: a temporary file was left", number);
}

Test(output_durable, signals_that_end_the_process_leave_nothing, .timeout = 20) {
    char *folder = sample_folder();
    try_signal(folder, SIGTERM);
    try_signal(folder, SIGINT);
    try_signal(folder, SIGHUP);
    sample_remove(folder);
}

/* What the program does with signals itself stays as it is, during and after. */
Test(output_durable, signals_belong_to_the_program_again) {
    char *folder = sample_folder();
    struct sp_result *result = sample_create(false);
    struct sp_problems problems = {0};
    struct sigaction now;
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    struct sp_writer *writer = begin_writer(folder, result, 0, &problems);
    sigaction(SIGTERM, NULL, &now);
    cr_expect(now.sa_handler != SIG_DFL);
    sigaction(SIGHUP, NULL, &now);
    cr_expect(now.sa_handler == SIG_IGN);
    sp_writer_free(writer);
    sigaction(SIGTERM, NULL, &now);
    cr_expect(now.sa_handler == SIG_DFL);
    sigaction(SIGXFSZ, NULL, &now);
    cr_expect(now.sa_handler != SIG_IGN);
    sp_result_free(result);
    sample_remove(folder);
}
