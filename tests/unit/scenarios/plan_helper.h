/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plan of a scenario file, for tests that need no more of the scenario.
 */
#ifndef SP_TESTS_UNIT_SCENARIOS_PLAN_HELPER_H
#define SP_TESTS_UNIT_SCENARIOS_PLAN_HELPER_H

#include "scenarios/compile.h"

/* With some things set, as by --set. NULL: refused, and told. Freed by sp_plan_free. */
struct sp_plan *plan_helper_try(const char *file, const char *const *set, size_t sets,
                                struct sp_problems *problems);

/* The same of what is good, or the test fails; `about` is what it then tells. */
struct sp_plan *plan_helper_compile(const char *file, const char *const *set, size_t sets, const char *about);

#endif
