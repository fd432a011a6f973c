/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hot loops: pure functions over arrays, with no state and no allocation. Their one source is compiled
 * for several processor levels (x86-64-v2, -v3, -v4; elsewhere once), and the best level that the processor
 * has is chosen at run time. Every level gives the same bits: additions happen in a stated order, products
 * and sums are fused only where the source says fma, and no function of the C library is called (but fma
 * itself, where the processor has none).
 *
 * `n` is a number of values; where it must be a multiple of 64 (whole groups of paths) that is said.
 * Arrays do not overlap unless said. No argument can make a kernel fail.
 */
#ifndef SP_ENGINE_MATH_KERNELS_H
#define SP_ENGINE_MATH_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Random words (Philox4x32-10: Salmon et al., SC'11) --- */

/* Which words: see engine/random/stream.h for the meaning of the counter. */
struct sp_philox_counter {
    uint64_t key;     /* the seed */
    uint64_t group;   /* of the first path; a multiple of 16, below 2^48 */
    uint16_t quarter; /* 0xFFFF for a draw made once per path */
    uint32_t name;    /* hash of the variable's name */
    uint32_t index;
};

/* --- Quantile tables ---
 * A table holds the quantile function Q of a law on two grids, one from each end: octaves of the tail
 * probability, each in SP_TABLE_STEPS equal intervals, a cubic polynomial in each:
 * row[side][octave * SP_TABLE_STEPS + step][power]. */
enum { SP_TABLE_OCTAVES = 32, SP_TABLE_STEPS = 16, SP_TABLE_ROWS = SP_TABLE_OCTAVES * SP_TABLE_STEPS };

struct sp_table_rows {
    double row[2][SP_TABLE_ROWS][4];
};

/* The standard normal distribution function on -8 .. 8, in equal intervals, a cubic polynomial in each:
 * row[step][power]. */
enum { SP_NORMAL_STEPS = 1024, SP_NORMAL_REACH = 8 };

struct sp_normal_rows {
    double row[SP_NORMAL_STEPS][4];
};

/* --- Accumulators ---
 * Sums are kept in 8 lanes: path p adds to lane p mod 8, in the order of paths, so that the cut into blocks
 * never shows. */
enum { SP_LANES = 8 };

struct sp_moment_lanes {
    double sum[SP_LANES];    /* of x - centre */
    double square[SP_LANES]; /* of (x - centre)^2 */
    double low[SP_LANES], high[SP_LANES];
    uint64_t count; /* finite values */
};

/* Sums over paths, of which each has a sum S of values and their number N: of S, S^2 and S N. */
struct sp_path_lanes {
    double sum[SP_LANES], square[SP_LANES], cross[SP_LANES];
};

/* Where S and N stand: left[0] is 0. */
struct sp_path_sums {
    const double *here, *left; /* [paths]; [places] */
    const uint16_t *label;     /* [paths] */
    const uint32_t *place;     /* [paths] */
    const uint16_t *number;    /* [paths] N */
};

/* Bins of a histogram: with y = |x - centre| / scale + 1, bin = the exponent of y and the first
 * SP_HISTOGRAM_BITS bits of its mantissa; one half of the bins to each side of the centre. The last bin of
 * each side takes everything farther out. Bin SP_HISTOGRAM_BINS takes NaN. */
enum {
    SP_HISTOGRAM_BITS = 7,
    SP_HISTOGRAM_OCTAVES = 20,
    SP_HISTOGRAM_HALF = SP_HISTOGRAM_OCTAVES << SP_HISTOGRAM_BITS,
    SP_HISTOGRAM_BINS = 2 * SP_HISTOGRAM_HALF
};

/* The bins that a row of counts has room for. In a row, bin b has slot b - first, and whatever lies outside
 * has slot `count`, NaN too. */
struct sp_bin_window {
    uint32_t first, count;
};

static const struct sp_bin_window sp_all_bins = {0, SP_HISTOGRAM_BINS};

/* Values by label (tiers): a row of counts for each label, one after the other, and the lowest and the
 * highest of its finite values; low > high where there is none. */
enum { SP_LABELS = 16 };

struct sp_label_extremes {
    double low[SP_LABELS], high[SP_LABELS];
};

struct sp_label_rows {
    uint16_t *count; /* [labels][length] */
    uint32_t length; /* of a row, at least window.count + 1 */
    uint32_t labels; /* 1 .. SP_LABELS */
    struct sp_label_extremes *extremes;
};

enum { SP_SELECT_MORE = 16 };

/* Where a kernel takes `next`, that is an array of n values, too, that is worked on afterwards: it is fetched
 * into the second-level cache meanwhile. It may be x. */

struct sp_kernels {
    const char *level; /* "v2", "v3", "v4" or "any" */

    /* words[p] for n paths from the counter's group on; n a multiple of 64. */
    void (*philox)(const struct sp_philox_counter *counter, uint32_t *words, size_t n);

    /* words[i] = the word that philox would write for path[i]. Up to SP_SELECT_MORE more of `path` may be
     * read, whatever they are, and of `words` written. */
    void (*philox_chosen)(const struct sp_philox_counter *counter, const uint16_t *path, uint32_t *words,
                          size_t n);

    /* out = shift + scale x Q(u), with u = (word + 1/2) 2^-32. n a multiple of 4. */
    void (*table)(const struct sp_table_rows *table, double shift, double scale, const uint32_t *words,
                  double *out, size_t n);

    /* out = low + (high - low) x u. */
    void (*uniform)(double low, double high, const uint32_t *words, double *out, size_t n);

    /* out = quantile of the triangular law at u; low <= mode <= high. */
    void (*triangular)(double low, double mode, double high, const uint32_t *words, double *out, size_t n);

    /* words[p] = the word k whose interval [k, k + 1) 2^-32 holds P(Z <= z[p]): a normal value as a draw. NaN
     * gives any word. n a multiple of 8. */
    void (*normal_words)(const struct sp_normal_rows *rows, const double *z, uint32_t *words, size_t n);

    /* out = e^x, below 1 ulp; e^x > DBL_MAX gives infinity, NaN gives NaN. out may be x. */
    void (*exp)(const double *x, double *out, size_t n);

    /* Adds n values to the lanes; the first belongs to lane 0. NaN and infinities are left out. */
    void (*moments)(struct sp_moment_lanes *lanes, double centre, const double *x, size_t n);

    /* The same, and puts those values side by side whose bits are not those of `common`; how many. Up to
     * SP_SELECT_MORE more entries of `others` may be written. */
    size_t (*sift)(struct sp_moment_lanes *lanes, double centre, double common, const double *x,
                   const double *next, double *others, size_t n);

    /* As moments, and counts each value in its slot, count[window.count + 1]; inverse_scale = 1 / scale.
     * Returns whether any lies outside the window. Counts have 16 bits: the caller sees to it that none can
     * pass UINT16_MAX (stats/rows.h). So do the counts of labels. */
    bool (*tally)(struct sp_moment_lanes *lanes, double centre, double inverse_scale,
                  struct sp_bin_window window, const double *x, const double *next, uint16_t *count,
                  size_t n);

    /* Counts each value in its slot of its label's row, and widens the label's extremes. Returns whether any
     * lies outside the window. */
    bool (*tally_labels)(const struct sp_label_rows *rows, double centre, double inverse_scale,
                         struct sp_bin_window window, const double *x, const double *next,
                         const uint16_t *label, size_t n);

    /* The same where slots are known. */
    void (*count_labels)(const struct sp_label_rows *rows, const double *x, const uint16_t *label,
                         const uint32_t *slot, size_t n);

    /* Puts those values side by side whose bits are not those of `common`, and their labels; how many. Up to
     * SP_SELECT_MORE more entries of both may be written. */
    size_t (*sift_labels)(double common, const double *x, const double *next, const uint16_t *label,
                          double *others, uint16_t *other_label, size_t n);

    /* Adds n paths to the lanes; the first belongs to lane 0. S is here[p] of paths whose label is `which`,
     * of others left[place[p]]. */
    void (*add_paths)(const struct sp_path_sums *sums, uint16_t which, const double *next, size_t n,
                      struct sp_path_lanes *lanes);

    /* The numbers of the paths whose label is `here`, ascending; how many. n <= 65536. Up to SP_SELECT_MORE
     * more entries of `path` may be written. */
    size_t (*select)(const uint16_t *label, uint16_t here, uint16_t *path, size_t n);

    /* The values x of those paths, in the same order; how many. Up to SP_SELECT_MORE more entries of `out`
     * may be written. */
    size_t (*pick)(const double *x, const uint16_t *label, uint16_t here, double *out, size_t n);

    /* The numbers of the paths whose x is not 0, as `select` gives them. */
    size_t (*select_where)(const double *x, uint16_t *path, size_t n);

    /* slot[i] of each value. */
    void (*bins)(double centre, double inverse_scale, struct sp_bin_window window, const double *x,
                 uint32_t *slot, size_t n);
};

/* The kernels for `level` ("v2", ..), or for the best level of this processor when `level` is NULL.
 * NULL when this build or this processor does not have that level. */
const struct sp_kernels *sp_kernels_find(const char *level);

#endif
