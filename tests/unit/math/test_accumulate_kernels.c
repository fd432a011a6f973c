/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/moments.h"
#include "tests/support/engine_test_random.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

TestSuite(accumulate_kernels, .timeout = 60);

enum { VALUES = 4099 };

/* Values of all sizes, with some that are none; the first ones are the ugliest. */
static void fill_values(double x[VALUES]) {
    static const double ugly[] = {NAN,    INFINITY, -INFINITY, 0.0,    -0.0,      DBL_MAX / 4, 2.385,
                                  5e-324, -5e-324,  1e150,     -1e150, 1234567.8, -NAN,        DBL_MIN};
    static uint32_t words[VALUES];
    engine_test_words(7, 3, words, VALUES);
    for (size_t i = 0; i < VALUES; i++) {
        double u = (words[i] + 0.5) * 0x1p-32;
        x[i] = (i % 2 ? -1 : 1) * ldexp(u, (int)(words[i] % 41) - 20);
        if (i % 97 == 13)
            x[i] = ugly[words[i] % 3];
    }
    memcpy(x, ugly, sizeof ugly);
}

/* --- Moments --- */

static void moments_twin(struct sp_moment_lanes *lanes, double centre, const double *x, size_t n) {
    for (size_t p = 0; p < n; p++) {
        size_t lane = p % SP_LANES;
        double d = x[p] - centre;
        if (!isfinite(x[p]))
            continue;
        lanes->sum[lane] += d;
        lanes->square[lane] += d * d;
        lanes->low[lane] = x[p] < lanes->low[lane] ? x[p] : lanes->low[lane];
        lanes->high[lane] = x[p] > lanes->high[lane] ? x[p] : lanes->high[lane];
        lanes->count++;
    }
}

Test(accumulate_kernels, moments_are_their_twin) {
    static double x[VALUES];
    static const size_t sizes[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,    9,
                                   11, 13, 15, 16, 17, 63, 64, 65, 1000, VALUES};
    fill_values(x);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            struct sp_moment_lanes lanes, expected;
            sp_moments_clear(&lanes);
            sp_moments_clear(&expected);
            for (int again = 0; again < 2; again++) {
                (*level)->moments(&lanes, -0.7, x + again, sizes[s] - (sizes[s] ? (size_t)again : 0));
                moments_twin(&expected, -0.7, x + again, sizes[s] - (sizes[s] ? (size_t)again : 0));
            }
            cr_assert_arr_eq(&lanes, &expected, sizeof lanes, "level %s, n %zu", (*level)->level, sizes[s]);
        }
}

/* Paths are cut into blocks of 64 and more: the cut never shows. */
Test(accumulate_kernels, moments_do_not_see_blocks) {
    static double x[VALUES];
    fill_values(x);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        struct sp_moment_lanes whole, cut;
        sp_moments_clear(&whole);
        sp_moments_clear(&cut);
        (*level)->moments(&whole, 2.385, x, VALUES);
        for (size_t done = 0, n; done < VALUES; done += n) {
            n = 64 * (1 + done / 64 % 3);
            n = n < VALUES - done ? n : VALUES - done;
            (*level)->moments(&cut, 2.385, x + done, n);
        }
        cr_expect_arr_eq(&whole, &cut, sizeof cut, "level %s", (*level)->level);
    }
}

Test(accumulate_kernels, moments_of_nothing_finite_are_empty) {
    const double x[] = {NAN, INFINITY, -INFINITY, NAN, NAN, -INFINITY, NAN, NAN, INFINITY, NAN};
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        struct sp_moment_lanes lanes, empty;
        sp_moments_clear(&lanes);
        sp_moments_clear(&empty);
        (*level)->moments(&lanes, 1e300, x, 10);
        cr_expect_arr_eq(&lanes, &empty, sizeof empty, "level %s", (*level)->level);
    }
}

/* --- Values but for a common one --- */

static size_t sift_twin(struct sp_moment_lanes *lanes, double centre, double common, const double *x,
                        double *others, size_t n) {
    size_t found = 0;
    moments_twin(lanes, centre, x, n);
    for (size_t p = 0; p < n; p++)
        if (memcmp(&x[p], &common, sizeof common) != 0)
            others[found++] = x[p];
    return found;
}

Test(accumulate_kernels, sift_is_its_twin) {
    static double x[VALUES], others[VALUES + SP_SELECT_MORE + 1], expected_others[VALUES];
    static const size_t sizes[] = {0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, VALUES};
    static const double common[] = {0.0, -0.0, 2.385, NAN, INFINITY, 77};
    fill_values(x);
    for (size_t i = 20; i < VALUES; i++)
        x[i] = i * i % 7 < 3 ? common[i % 5] : x[i];
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t s = 0; s < 6 * sizeof sizes / sizeof *sizes; s++) {
            struct sp_moment_lanes lanes, expected;
            size_t n = sizes[s / 6];
            double left_out = common[s % 6];
            sp_moments_clear(&lanes);
            sp_moments_clear(&expected);
            memset(others, 0xA5, sizeof others);
            size_t found = (*level)->sift(&lanes, -0.7, left_out, x, x, others, n);
            cr_assert_eq(found, sift_twin(&expected, -0.7, left_out, x, expected_others, n),
                         "level %s, n %zu, without %g", (*level)->level, n, left_out);
            cr_assert_arr_eq(others, expected_others, found * sizeof *others);
            cr_assert_arr_eq(&lanes, &expected, sizeof lanes);
            cr_assert_eq(((unsigned char *)&others[found + SP_SELECT_MORE])[0], 0xA5);
        }
}

/* --- Bins --- */

static uint32_t bin_twin(double centre, double inverse_scale, double x) {
    double y = fabs(x - centre) * inverse_scale + 1.0;
    int octave, step = SP_HISTOGRAM_HALF - 1;
    if (isnan(x))
        return SP_HISTOGRAM_BINS;
    if (y < (1 << SP_HISTOGRAM_OCTAVES) - 0.5) {
        double mantissa = 2 * frexp(y, &octave);
        step = (int)floor((octave - 1 + (mantissa - 1)) * (1 << SP_HISTOGRAM_BITS));
    }
    return (uint32_t)(x - centre < 0 ? SP_HISTOGRAM_HALF - 1 - step : SP_HISTOGRAM_HALF + step);
}

static uint32_t slot_twin(const double plan[2], struct sp_bin_window window, double x) {
    uint32_t bin = bin_twin(plan[0], plan[1], x);
    return bin < window.first || bin >= window.first + window.count ? window.count : bin - window.first;
}

Test(accumulate_kernels, bins_are_their_twin) {
    static double x[VALUES];
    static uint32_t bin[VALUES + 8];
    static const struct sp_bin_window windows[] = {
        {0, SP_HISTOGRAM_BINS}, {2450, 300}, {0, 2560}, {2560, 1}, {5104, 16}};
    static const double plans[][2] = {{0, 1}, {2.385, 1 / 0.3}, {-1e6, 1e-6}, {1e150, 1e-149}, {0, 1e300}};
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 65, VALUES};
    fill_values(x);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t i = 0; i < 275; i++) {
            const double *plan = plans[i % 5];
            struct sp_bin_window window = windows[i / 5 % 5];
            size_t n = sizes[i / 25];
            memset(bin, 0xA5, sizeof bin);
            (*level)->bins(plan[0], plan[1], window, x, bin, n);
            for (size_t p = 0; p < n; p++)
                cr_assert_eq(bin[p], slot_twin(plan, window, x[p]), "level %s, case %zu, value %g",
                             (*level)->level, i, x[p]);
            cr_assert_eq(bin[n], 0xA5A5A5A5, "nothing is written beyond");
        }
}

/* Bins rise with the value: a histogram can be read in order. */
Test(accumulate_kernels, bins_rise) {
    double x[4] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        uint32_t bin[4], before = 0;
        (*level)->bins(2.385, 1 / 0.7, sp_all_bins, x, bin, 1);
        cr_expect_eq(bin[0], 0);
        for (double at = -50000; at < 50000; at += 0.3717) {
            (*level)->bins(2.385, 1 / 0.7, sp_all_bins, &at, bin, 1);
            cr_assert_geq(bin[0], before, "level %s at %g", (*level)->level, at);
            before = bin[0];
        }
        (*level)->bins(2.385, 1 / 0.7, sp_all_bins, (double[]){INFINITY}, bin, 1);
        cr_expect_eq(bin[0], SP_HISTOGRAM_BINS - 1);
    }
}

/* --- Both at once --- */

static bool tally_twin(struct sp_moment_lanes *lanes, const double plan[2], struct sp_bin_window window,
                       const double *x, uint16_t *count, size_t n) {
    bool is_any_outside = false;
    moments_twin(lanes, plan[0], x, n);
    for (size_t p = 0; p < n; p++) {
        uint32_t slot = slot_twin(plan, window, x[p]);
        count[slot]++;
        is_any_outside |= slot == window.count;
    }
    return is_any_outside;
}

/* The first are none, or too large for most windows; the second are finite and take a shorter way; the third
 * lie in the windows. */
static void fill_three(double x[3][VALUES]) {
    fill_values(x[0]);
    for (size_t i = 0; i < VALUES; i++) {
        x[1][i] = isfinite(x[0][i]) ? x[0][i] : -7.1;
        x[2][i] = fabs(x[1][i]) < 1 ? 2.385 + x[1][i] : 2.4;
    }
}

static const struct sp_bin_window tally_windows[] = {{0, SP_HISTOGRAM_BINS}, {2560 - 350, 700}};

Test(accumulate_kernels, tally_is_its_twin) {
    static double x[3][VALUES];
    static const double plan[2] = {2.385, 1 / 0.3};
    static const size_t sizes[] = {0, 1, 7, 8, 63, 64, 65, 127, 128, 129, 192, 1000, VALUES};
    fill_three(x);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t s = 0; s < 6 * sizeof sizes / sizeof *sizes; s++) {
            static uint16_t count[SP_HISTOGRAM_BINS + 1], expected_count[SP_HISTOGRAM_BINS + 1];
            struct sp_bin_window window = tally_windows[s % 2];
            struct sp_moment_lanes lanes, expected;
            size_t n = sizes[s / 6];
            memset(count, 0, sizeof count);
            memset(expected_count, 0, sizeof expected_count);
            sp_moments_clear(&lanes);
            sp_moments_clear(&expected);
            for (int again = 0; again < 2; again++) {
                bool outside =
                    (*level)->tally(&lanes, plan[0], plan[1], window, x[s % 3], x[(s + 1) % 3], count, n);
                cr_assert_eq(outside, tally_twin(&expected, plan, window, x[s % 3], expected_count, n),
                             "level %s, case %zu", (*level)->level, s);
            }
            cr_assert_arr_eq(&lanes, &expected, sizeof lanes, "level %s, n %zu", (*level)->level, n);
            cr_assert_arr_eq(count, expected_count, sizeof count, "level %s, n %zu", (*level)->level, n);
        }
}

/* --- By label --- */

enum { LABELS = 16, LENGTH = SP_HISTOGRAM_BINS + 7 };

/* Mostly one of five, at times one of all. */
static void fill_labels(uint16_t label[VALUES], uint32_t labels) {
    for (size_t i = 0; i < VALUES; i++)
        label[i] = (uint16_t)(i % 64 < 20 ? 2 : i % 31 == 0 ? i % labels : i * i % 5);
}

static void clear_extremes(struct sp_label_extremes *extremes) {
    for (size_t k = 0; k < SP_LABELS; k++) {
        extremes->low[k] = INFINITY;
        extremes->high[k] = -INFINITY;
    }
}

static void label_twin(const struct sp_label_rows *rows, double x, uint16_t label, uint32_t slot) {
    rows->count[label * rows->length + slot]++;
    if (!isfinite(x))
        return;
    rows->extremes->low[label] = x < rows->extremes->low[label] ? x : rows->extremes->low[label];
    rows->extremes->high[label] = x > rows->extremes->high[label] ? x : rows->extremes->high[label];
}

static void compare_label_kernels(uint32_t labels) {
    static double x[3][VALUES];
    static uint16_t label[VALUES], count[3][LABELS * LENGTH];
    static uint32_t slot[VALUES];
    static const double plan[2] = {2.385, 1 / 0.3};
    static const size_t sizes[] = {0, 1, 7, 8, 63, 64, 65, 127, 128, 129, 1000, VALUES};
    fill_three(x);
    fill_labels(label, labels);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t s = 0; s < 6 * sizeof sizes / sizeof *sizes; s++) {
            struct sp_bin_window window = tally_windows[s % 2];
            struct sp_label_extremes extremes[3];
            const struct sp_label_rows rows[] = {{count[0], LENGTH, labels, &extremes[0]},
                                                 {count[1], LENGTH, labels, &extremes[1]},
                                                 {count[2], LENGTH, labels, &extremes[2]}};
            size_t n = sizes[s / 6];
            bool is_any_outside = false;
            memset(count, 0, sizeof count);
            for (int i = 0; i < 3; i++)
                clear_extremes(&extremes[i]);
            for (size_t p = 0; p < n; p++) {
                slot[p] = slot_twin(plan, window, x[s % 3][p]);
                label_twin(&rows[2], x[s % 3][p], label[p], slot[p]);
                is_any_outside |= slot[p] == window.count;
            }
            cr_assert_eq((*level)->tally_labels(&rows[0], plan[0], plan[1], window, x[s % 3], x[(s + 1) % 3],
                                                label, n),
                         is_any_outside, "level %s, case %zu", (*level)->level, s);
            (*level)->count_labels(&rows[1], x[s % 3], label, slot, n);
            for (int i = 0; i < 2; i++) {
                cr_assert_arr_eq(count[i], count[2], sizeof *count, "level %s, case %zu, way %d",
                                 (*level)->level, s, i);
                cr_assert_arr_eq(&extremes[i], &extremes[2], sizeof *extremes, "level %s, case %zu, way %d",
                                 (*level)->level, s, i);
            }
        }
}

/* Some levels hold the extremes of up to eight labels only. */
Test(accumulate_kernels, tally_labels_and_count_labels_are_their_twin) {
    for (uint32_t labels = 5; labels <= LABELS; labels++)
        compare_label_kernels(labels);
}

Test(accumulate_kernels, sift_labels_is_its_twin) {
    static double x[VALUES], others[VALUES + SP_SELECT_MORE + 1], expected[VALUES];
    static uint16_t label[VALUES], other_label[VALUES + SP_SELECT_MORE + 1], expected_label[VALUES];
    static const size_t sizes[] = {0, 1, 7, 8, 9, 63, 64, 65, 1000, VALUES};
    static const double common[] = {0.0, -0.0, 2.385, NAN, INFINITY, 77};
    fill_values(x);
    fill_labels(label, LABELS);
    for (size_t i = 20; i < VALUES; i++)
        x[i] = i * i % 7 < 3 ? common[i % 5] : x[i];
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t s = 0; s < 6 * sizeof sizes / sizeof *sizes; s++) {
            size_t n = sizes[s / 6], left = 0;
            for (size_t p = 0; p < n; p++)
                if (memcmp(&x[p], &common[s % 6], sizeof *x) != 0) {
                    expected[left] = x[p];
                    expected_label[left++] = label[p];
                }
            memset(others, 0xA5, sizeof others);
            memset(other_label, 0xA5, sizeof other_label);
            cr_assert_eq((*level)->sift_labels(common[s % 6], x, x, label, others, other_label, n), left,
                         "level %s, n %zu", (*level)->level, n);
            cr_assert_arr_eq(others, expected, left * sizeof *others);
            cr_assert_arr_eq(other_label, expected_label, left * sizeof *other_label);
            cr_assert_eq(((unsigned char *)&others[left + SP_SELECT_MORE])[0], 0xA5);
            cr_assert_eq(other_label[left + SP_SELECT_MORE], 0xA5A5);
        }
}

/* --- Sums of paths --- */

static void add_paths_twin(const struct sp_path_sums *sums, uint16_t which, size_t n,
                           struct sp_path_lanes *lanes) {
    for (size_t p = 0; p < n; p++) {
        double s = sums->label[p] == which ? sums->here[p] : sums->left[sums->place[p]];
        lanes->sum[p % SP_LANES] += s;
        lanes->square[p % SP_LANES] += s * s;
        lanes->cross[p % SP_LANES] += s * sums->number[p];
    }
}

Test(accumulate_kernels, add_paths_is_its_twin) {
    static double here[VALUES], left[VALUES];
    static uint16_t label[VALUES], number[VALUES];
    static uint32_t place[VALUES];
    static const size_t sizes[] = {0, 1, 7, 8, 9, 63, 65, 1000, VALUES};
    fill_labels(label, LABELS);
    for (size_t i = 0; i < VALUES; i++) {
        here[i] = (double)(i * i % 1009) * 2.385 - 1000;
        left[i] = i > 0 ? (double)(i * i % 1013) * 0.7 - 90 : 0;
        number[i] = (uint16_t)(i * i % 65536);
        place[i] = i % 64 < 24 || i % 3 ? 0 : (uint32_t)(i * 7 % VALUES);
    }
    const struct sp_path_sums sums = {here, left, label, place, number};
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t s = 0; s < 3 * sizeof sizes / sizeof *sizes; s++) {
            size_t n = sizes[s / 3];
            struct sp_path_lanes lanes = {.sum = {2.5, 1}, .square = {7}, .cross = {[7] = 1.25}},
                                 expected = lanes;
            (*level)->add_paths(&sums, (uint16_t)(s % 3), here, n, &lanes);
            add_paths_twin(&sums, (uint16_t)(s % 3), n, &expected);
            cr_assert_arr_eq(&lanes, &expected, sizeof lanes, "level %s, n %zu", (*level)->level, n);
        }
}

/* --- Paths in one label --- */

static size_t select_twin(const uint16_t *label, uint16_t here, uint16_t *path, size_t n) {
    size_t found = 0;
    for (size_t p = 0; p < n; p++)
        if (label[p] == here)
            path[found++] = (uint16_t)p;
    return found;
}

Test(accumulate_kernels, select_is_its_twin) {
    static uint16_t label[VALUES], path[VALUES + SP_SELECT_MORE + 1], expected[VALUES];
    static const size_t sizes[] = {0, 1, 2, 15, 16, 17, 31, 32, 63, 65, 1024, VALUES};
    for (size_t i = 0; i < VALUES; i++)
        label[i] = (uint16_t)(i % 64 < 20 ? 2 : i * i % 5);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (uint16_t here = 0; here < 6; here++) {
                memset(path, 0xA5, sizeof path);
                size_t n = sizes[s], count = select_twin(label, here, expected, n);
                cr_assert_eq((*level)->select(label, here, path, n), count, "level %s, n %zu",
                             (*level)->level, n);
                cr_assert_arr_eq(path, expected, count * sizeof *path, "level %s, n %zu", (*level)->level, n);
                cr_assert_eq(path[count + SP_SELECT_MORE], 0xA5A5);
            }
}

static size_t select_where_twin(const double *x, uint16_t *path, size_t n) {
    size_t found = 0;
    for (size_t p = 0; p < n; p++)
        if (x[p] != 0)
            path[found++] = (uint16_t)p;
    return found;
}

/* Few, none and all; -0 is 0, NaN and the smallest numbers are not. */
Test(accumulate_kernels, select_where_is_its_twin) {
    static double x[VALUES];
    static uint16_t path[VALUES + SP_SELECT_MORE + 1], expected[VALUES];
    static const size_t sizes[] = {0, 1, 2, 15, 16, 17, 31, 32, 63, 65, 1024, VALUES};
    static const double other[] = {1, NAN, 0x1p-1074, -2.385, INFINITY};
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (size_t every = 1; every < 80; every += 13) {
                for (size_t i = 0; i < VALUES; i++)
                    x[i] = i * i % every == 0 && every < 79 ? other[i % 5] : i % 2 ? 0.0 : -0.0;
                memset(path, 0xA5, sizeof path);
                size_t n = sizes[s], count = select_where_twin(x, expected, n);
                cr_assert_eq((*level)->select_where(x, path, n), count, "level %s, n %zu", (*level)->level,
                             n);
                cr_assert_arr_eq(path, expected, count * sizeof *path, "level %s, n %zu", (*level)->level, n);
                cr_assert_eq(path[count + SP_SELECT_MORE], 0xA5A5);
            }
}

static size_t pick_twin(const double *x, const uint16_t *label, uint16_t here, double *out, size_t n) {
    size_t found = 0;
    for (size_t p = 0; p < n; p++)
        if (label[p] == here)
            out[found++] = x[p];
    return found;
}

Test(accumulate_kernels, pick_is_its_twin) {
    static uint16_t label[VALUES];
    static double x[VALUES], out[VALUES + SP_SELECT_MORE + 1], expected[VALUES];
    static const size_t sizes[] = {0, 1, 7, 8, 9, 15, 16, 17, 63, 65, 1024, VALUES};
    fill_values(x);
    for (size_t i = 0; i < VALUES; i++)
        label[i] = (uint16_t)(i % 64 < 20 ? 2 : i * i % 5);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (uint16_t here = 0; here < 6; here++) {
                memset(out, 0xA5, sizeof out);
                size_t n = sizes[s], count = pick_twin(x, label, here, expected, n);
                cr_assert_eq((*level)->pick(x, label, here, out, n), count, "level %s, n %zu",
                             (*level)->level, n);
                cr_assert_arr_eq(out, expected, count * sizeof *out, "level %s, n %zu", (*level)->level, n);
                cr_assert_eq(((unsigned char *)&out[count + SP_SELECT_MORE])[0], 0xA5);
            }
}
