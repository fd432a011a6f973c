/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A piece of work that never changes, to measure others by: square roots, products and counts over arrays
 * that stay in the second-level cache, which is what a simulation does. It takes a tenth of a second.
 *
 * usage: reference
 * Prints a number that depends on all of it, so that nothing can be left out.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { VALUES = 1 << 14, PASSES = 2000, BINS = 1 << 10 };

int main(void) {
    static double x[VALUES];
    static uint32_t count[BINS];
    double sum = 0;
    for (int pass = 0; pass < PASSES; pass++) {
        for (int i = 0; i < VALUES; i++)
            x[i] = sqrt(x[i] * 0.75 + i * 0x1p-14 + 0.5);
        for (int i = 0; i < VALUES; i++)
            count[(uint32_t)(x[i] * (BINS / 4)) % BINS]++;
        sum += x[pass];
    }
    for (int i = 0; i < BINS; i++)
        sum += (double)count[i] * i;
    printf("%.17g\n", sum);
    return 0;
}
