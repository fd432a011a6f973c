/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While a file is unfinished: a signal that ends the process (SIGHUP, SIGINT, SIGTERM) removes it first,
 * where the program has no other use for the signal; and SIGXFSZ is ignored, so that a limit on file sizes is
 * an error and not the end. Signals are of the whole process, so that there is one file at a time.
 */
#ifndef SP_OUTPUT_INTERRUPT_H
#define SP_OUTPUT_INTERRUPT_H

/* From now on, until the other is called. A second file at the same time is not guarded. */
void sp_interrupt_guard(const char *temporary);
void sp_interrupt_release(const char *temporary);

#endif
