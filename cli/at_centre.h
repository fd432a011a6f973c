/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `run --at-centre`: the path with every assumption at its median as a workbook, beside a simulation.
 */
#ifndef SP_CLI_AT_CENTRE_H
#define SP_CLI_AT_CENTRE_H

#include "cli/inputs.h"
#include "engine/run/run.h"
#include "scenarios/compile.h"

struct sp_at_centre_request {
    const struct sp_inputs *inputs;
    const char *output; /* NULL: the scenario's name with .xlsx */
    const char *beside; /* a result file to stand beside; NULL: the scenario is simulated */
    bool force;
    struct sp_compile_options compile; /* of the simulation */
    struct sp_run_options run;
};

/* Writes the workbook, prints a line. Returns an exit code; problems have been printed. */
int sp_at_centre_run(const struct sp_at_centre_request *request);

#endif
