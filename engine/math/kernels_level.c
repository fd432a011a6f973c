/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All kernels, for the processor level that this compilation is for (SP_LEVEL: v2, v3, v4 or any). Each
 * concept has a file of its own, included here so that one compilation makes one level.
 */
#include "engine/math/kernels.h"
#include "engine/math/kernel_vector.h"
#include "engine/math/kernel_philox.h"
#include "engine/math/kernel_quantile.h"
#include "engine/math/kernel_exp.h"
#include "engine/math/kernel_accumulate.h"
#include "engine/math/kernel_labels.h"

#define JOIN_AGAIN(a, b) a##b
#define JOIN(a, b)       JOIN_AGAIN(a, b)
#define TEXT_AGAIN(a)    #a
#define TEXT(a)          TEXT_AGAIN(a)

extern const struct sp_kernels JOIN(sp_kernels_level_, SP_LEVEL);
const struct sp_kernels JOIN(sp_kernels_level_, SP_LEVEL) = {
    .level = TEXT(SP_LEVEL),
    .philox = philox,
    .philox_chosen = philox_chosen,
    .table = table,
    .uniform = uniform,
    .triangular = triangular,
    .normal_words = normal_words,
    .exp = exponential,
    .moments = moments,
    .sift = sift,
    .tally = tally,
    .tally_labels = tally_labels,
    .count_labels = count_labels,
    .sift_labels = sift_labels,
    .select = select_label,
    .pick = pick,
    .select_where = select_where,
    .add_paths = add_paths,
    .bins = bins,
};
