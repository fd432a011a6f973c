/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The path with every assumption at its median as a workbook (xlsx) with live formulas, beside a simulation:
 *
 *     Books        what the company earns, costs and has, by quarter and fiscal year, each beside the
 *                  simulation's mean, P10, P50 and P90; whether the workbook ties to the engine; a legend
 *     Simulation   every metric in every period: this path, the mean, the difference, the percentiles
 *     Model        every column by quarter: a formula where its mechanism says one, else the engine's figure
 *     Assumptions  every value in force by quarter, with unit, law, source, grade, and row of the plan
 *     Check        each figure less the engine's
 */
#ifndef SP_OUTPUT_WORKBOOK_H
#define SP_OUTPUT_WORKBOOK_H

#include "engine/base/problems.h"
#include "engine/run/centre.h"

/* To be called before the work: see sp_target_check_new() in target.h, which it is. */
int sp_workbook_check(const char *path, bool force, struct sp_problems *problems);

/* 0 when the file is complete and durable: as in writer.h, it takes its name when it is. Else SP_ERROR_OUTPUT
 * (or SP_ERROR_RESOURCES) with one problem whose place is `path`. `simulated` has the quarters and years of
 * `centre`, or is NULL: nothing stands beside. Equal inputs give equal bytes. */
int sp_workbook_save(const struct sp_centre *centre, const struct sp_result *simulated, const char *path,
                     bool force, struct sp_problems *problems);

/* Columns of the centre that the workbook shows with live formulas. */
size_t sp_workbook_live(const struct sp_centre *centre);

#endif
