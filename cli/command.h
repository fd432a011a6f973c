/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The subcommands: one file each. A command gets its own arguments (argv[0] is its name) and returns an exit
 * code.
 */
#ifndef SP_CLI_COMMAND_H
#define SP_CLI_COMMAND_H

struct sp_command {
    const char *name;
    const char *sentence;
    int (*run)(int argc, char **argv);
};

extern const struct sp_command sp_run_command, sp_show_command, sp_check_command, sp_explain_command,
    sp_init_command, sp_dist_command;

#define SP_COMMAND_VERSION "0.1.0"

#endif
