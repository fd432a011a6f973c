/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/print.h"

#include "engine/base/error.h"
#include "scenarios/suggest.h"

#include <argp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static const struct sp_command *const commands[] = {&sp_init_command, &sp_check_command,   &sp_run_command,
                                                    &sp_show_command, &sp_explain_command, &sp_dist_command};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(void) {
    printf("Usage: scalepath COMMAND ...\n"
           "Turns a company's growth plan into probabilities.\n\n");
    for (int i = 0; i < COMMANDS; i++)
        printf("  %-8s %s\n", commands[i]->name, commands[i]->sentence);
    printf("\n`scalepath COMMAND --help` tells more. Exit codes: 0 done, 2 usage, 3 scenario, 4 unusable "
           "result file,\n"
           "5 output not durable, 6 numbers out of range, 7 not enough memory or threads.\n");
}

static int unknown(const char *name) {
    const char *known[COMMANDS];
    for (int i = 0; i < COMMANDS; i++)
        known[i] = commands[i]->name;
    const char *near = sp_suggest_nearest(name, known, COMMANDS);
    fprintf(stderr, "scalepath: error: unknown command '");
    sp_print_escaped(stderr, name);
    fprintf(stderr, near ? "'; did you mean '%s'?\n" : "'; see scalepath --help\n", near);
    return sp_error_exit_code(SP_ERROR_USAGE);
}

static const struct sp_command *find(const char *name) {
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

/* The name under which argp speaks: "scalepath run". */
static int run_command(const struct sp_command *command, int argc, char **argv) {
    static char name[64];
    snprintf(name, sizeof name, "scalepath %s", command->name);
    argv[0] = name;
    return command->run(argc, argv);
}

/* argp leaves by itself after --help: what it printed must have arrived all the same. */
static void check_output(void) {
    int code = sp_print_finish(0);
    if (code)
        _exit(code);
}

/* Memory that one part of a run gives back is kept for the next: to get it from the system again, page by
 * page, takes a third of the time of a short run. What is larger than 32 MiB (histograms, of which most pages
 * are never touched) comes from the system and goes back to it. */
static void keep_memory(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_ARENA_MAX, 1); /* what a thread gives back serves all others */
#endif
}

int main(int argc, char **argv) {
    keep_memory();
    atexit(check_output);
    argp_err_exit_status = sp_error_exit_code(SP_ERROR_USAGE);
    signal(SIGPIPE, SIG_IGN); /* `| head` ends the output, not the work */
    if (argc < 2) {
        fprintf(stderr, "scalepath: error: a command is missing; see scalepath --help\n");
        return sp_error_exit_code(SP_ERROR_USAGE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return sp_print_finish(0);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("scalepath %s\n", SP_COMMAND_VERSION);
        return sp_print_finish(0);
    }
    const struct sp_command *command = find(argv[1]);
    return command ? run_command(command, argc - 1, argv + 1) : unknown(argv[1]);
}
