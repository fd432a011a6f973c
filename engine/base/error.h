/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kinds of failure, in one list. A function that can fail returns 0 or one of these negative codes; the
 * code says what kind of thing went wrong, and a `struct sp_problems` (problems.h) says what and where.
 * The exit code of the program is the code with its sign turned: SP_ERROR_SCENARIO leaves with 3.
 */
#ifndef SP_ENGINE_BASE_ERROR_H
#define SP_ENGINE_BASE_ERROR_H

#define SP_ERROR_LIST(X)                                                                                     \
    X(REQUIREMENT, 1, "a requirement is not met")                                                            \
    X(USAGE, 2, "the command line is not understood")                                                        \
    X(SCENARIO, 3, "the scenario has a mistake")                                                             \
    X(FILE, 4, "the result file cannot be used")                                                             \
    X(OUTPUT, 5, "the output could not be made durable")                                                     \
    X(NUMERIC, 6, "the numbers went out of range")                                                           \
    X(RESOURCES, 7, "not enough memory or threads")                                                          \
    X(PARTIAL, 8, "the result is partial, as asked")                                                         \
    X(UNDECIDED, 9, "not enough paths to decide")

enum sp_error {
    SP_OK = 0,
#define SP_ERROR_ENUM(name, code, sentence) SP_ERROR_##name = -(code),
    SP_ERROR_LIST(SP_ERROR_ENUM)
#undef SP_ERROR_ENUM
};

/* The exit code that belongs to `error` (0 for SP_OK). */
int sp_error_exit_code(int error);

/* One sentence for `error`, for a failure of which nothing more is known. Static storage. */
const char *sp_error_sentence(int error);

#endif
