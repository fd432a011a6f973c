/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dependence by a Gaussian copula. A dependent draw has a normal value z, a sum of independent normals with
 * weights whose squares add up to 1; its uniform is P(Z <= z), and its law turns that into a value as for any
 * other draw. So the law of each draw stays what it is, whatever it depends on.
 */
#ifndef SP_ENGINE_RANDOM_COPULA_H
#define SP_ENGINE_RANDOM_COPULA_H

#include "engine/math/kernels.h"

#include <stddef.h>

/* The correlation of two normals whose ranks (Spearman) correlate by `rank`: 2 sin(pi rank / 6). */
double sp_copula_from_rank(double rank);

/* What is wrong with a matrix of correlations that cannot all hold. */
struct sp_copula_fault {
    double smallest;     /* its smallest eigenvalue, not above 0 */
    size_t triple[3];    /* three members whose correlations alone contradict each other the most */
    int triple_is_wrong; /* they do; else the contradiction needs more than three */
};

/* weights[i][j], j <= i, so that normal i = sum of weights[i][j] x independent normal j has the given
 * correlations (Cholesky). Matrices are n x n, by rows; `weights` is filled with 0 elsewhere. 0; -1 when out
 * of memory; 1 with *fault when the matrix is not positive definite. */
int sp_copula_weights(const double *correlation, size_t n, double *weights, struct sp_copula_fault *fault);

/* Makes the rows of the normal distribution function. */
void sp_copula_normal_rows(struct sp_normal_rows *rows);

#endif
