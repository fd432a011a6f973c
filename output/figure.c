/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/figure.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 4, MOST_DECIMALS = 9 };

/* Digits after the point that show `digits` digits of `value`. */
static int decimals_for(double value, int digits) {
    if (!(value > 0) || !isfinite(value))
        return 0;
    int decimals = digits - 1 - (int)floor(log10(value));
    return decimals < 0 ? 0 : decimals > MOST_DECIMALS ? MOST_DECIMALS : decimals;
}

struct sp_figure sp_figure_choose(double largest) {
    struct sp_figure figure = {.divisor = 1, .word = ""};
    if (largest >= 1e12)
        figure = (struct sp_figure){.divisor = 1e6, .word = "million "};
    else if (largest >= 1e9)
        figure = (struct sp_figure){.divisor = 1e3, .word = "thousand "};
    figure.decimals = decimals_for(largest / figure.divisor, DIGITS);
    return figure;
}

struct sp_figure sp_figure_choose_error(struct sp_figure figure, double largest_error) {
    int needed = decimals_for(largest_error / figure.divisor, 2);
    if (needed > figure.decimals)
        figure.decimals = needed;
    return figure;
}

/* Puts a comma before every third digit that is left of the point. */
static void separate(const char *plain, char text[SP_FIGURE_BYTES]) {
    size_t sign = plain[0] == '-', digits = strspn(plain + sign, "0123456789");
    size_t to = 0;
    for (size_t i = 0; plain[i] && to + 2 < SP_FIGURE_BYTES; i++) {
        if (i > sign && i < sign + digits && (sign + digits - i) % 3 == 0)
            text[to++] = ',';
        text[to++] = plain[i];
    }
    text[to] = 0;
}

void sp_figure_print(struct sp_figure figure, double value, char text[SP_FIGURE_BYTES]) {
    char plain[SP_FIGURE_BYTES / 2];
    double shown = value / figure.divisor;
    if (isnan(value)) {
        strcpy(text, "-");
    } else if (!(fabs(shown) < 1e18)) {
        snprintf(text, SP_FIGURE_BYTES, "%.4g", shown);
    } else {
        snprintf(plain, sizeof plain, "%.*f", figure.decimals, shown);
        /* "-0.00" says less than "0.00" */
        separate(plain[0] == '-' && strspn(plain, "-0.") == strlen(plain) ? plain + 1 : plain, text);
    }
}

void sp_figure_print_count(uint64_t count, char text[SP_FIGURE_BYTES]) {
    char plain[24];
    snprintf(plain, sizeof plain, "%" PRIu64, count);
    separate(plain, text);
}

void sp_figure_print_share(double share, char text[SP_FIGURE_BYTES]) {
    if (isnan(share))
        strcpy(text, "-");
    else if (share > 0 && share < 0.0005)
        strcpy(text, "< 0.1 %");
    else if (share < 1 && share >= 0.9995)
        strcpy(text, "> 99.9 %");
    else
        snprintf(text, SP_FIGURE_BYTES, "%.1f %%", 100 * share);
}
