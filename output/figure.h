/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers for people: "1,402,113", "0.0512", "61.2 %". ASCII only.
 */
#ifndef SP_OUTPUT_FIGURE_H
#define SP_OUTPUT_FIGURE_H

#include <stddef.h>
#include <stdint.h>

enum { SP_FIGURE_BYTES = 64 };

/* How all numbers of one table are printed, so that they can be compared: divided by `divisor`, which `word`
 * names
 * ("million "; "" for 1), with `decimals` digits after the point. */
struct sp_figure {
    double divisor;
    const char *word;
    int decimals;
};

/* The style for numbers of which the largest is `largest` in size: at least four digits, no more than twelve.
 */
struct sp_figure sp_figure_choose(double largest);

/* The same, with more digits after the point if that is needed to see two digits of `largest_error`. */
struct sp_figure sp_figure_choose_error(struct sp_figure figure, double largest_error);

/* The number with separators; "-" for NAN. */
void sp_figure_print(struct sp_figure figure, double value, char text[SP_FIGURE_BYTES]);

/* A whole number with separators. */
void sp_figure_print_count(uint64_t count, char text[SP_FIGURE_BYTES]);

/* A share as a percentage. What is not 0 or 1 is never printed as 0 % or 100 %. */
void sp_figure_print_share(double share, char text[SP_FIGURE_BYTES]);

#endif
