/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/copula.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

double sp_copula_from_rank(double rank) {
    return 2 * sin(M_PI / 6 * rank);
}

/* --- Cholesky --- */

static double row_product(const double *weights, size_t n, size_t i, size_t j) {
    double sum = 0;
    for (size_t k = 0; k < j; k++)
        sum += weights[i * n + k] * weights[j * n + k];
    return sum;
}

/* 0, or -1 when a pivot is not above 0. */
static int decompose(const double *correlation, size_t n, double *weights) {
    memset(weights, 0, n * n * sizeof *weights);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            weights[i * n + j] =
                (correlation[i * n + j] - row_product(weights, n, i, j)) / weights[j * n + j];
        double pivot = 1 - row_product(weights, n, i, i);
        if (!(pivot > 1e-10))
            return -1;
        weights[i * n + i] = sqrt(pivot);
    }
    return 0;
}

/* --- What is wrong --- */

static int find_smallest(const double *correlation, size_t n, double *smallest) {
    gsl_matrix *matrix = gsl_matrix_alloc(n, n);
    gsl_vector *values = gsl_vector_alloc(n);
    gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(n);
    int error = matrix && values && work ? 0 : -1;
    if (!error) {
        for (size_t i = 0; i < n * n; i++)
            gsl_matrix_set(matrix, i / n, i % n, correlation[i]);
        error = gsl_eigen_symm(matrix, values, work) ? -1 : 0;
        *smallest = gsl_vector_min(values);
    }
    gsl_eigen_symm_free(work);
    gsl_vector_free(values);
    gsl_matrix_free(matrix);
    return error;
}

/* The determinant of three members' correlations: below 0 they contradict each other. */
static double determinant(const double *c, size_t n, size_t i, size_t j, size_t k) {
    double a = c[i * n + j], b = c[i * n + k], d = c[j * n + k];
    return 1 + 2 * a * b * d - a * a - b * b - d * d;
}

static void find_triple(const double *correlation, size_t n, struct sp_copula_fault *fault) {
    double worst = INFINITY;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            for (size_t k = j + 1; k < n; k++) {
                double value = determinant(correlation, n, i, j, k);
                if (value >= worst)
                    continue;
                worst = value;
                memcpy(fault->triple, (size_t[]){i, j, k}, sizeof fault->triple);
            }
    fault->triple_is_wrong = worst < 0;
}

int sp_copula_weights(const double *correlation, size_t n, double *weights, struct sp_copula_fault *fault) {
    *fault = (struct sp_copula_fault){0};
    if (decompose(correlation, n, weights) == 0)
        return 0;
    find_triple(correlation, n, fault);
    return find_smallest(correlation, n, &fault->smallest) ? -1 : 1;
}

/* --- The normal distribution function --- */

/* Rounded, so that the last bits of the C library cannot leak into the draws. */
static double rounded(double x) {
    return nearbyint(x * 0x1p40) * 0x1p-40;
}

void sp_copula_normal_rows(struct sp_normal_rows *rows) {
    const double width = 2.0 * SP_NORMAL_REACH / SP_NORMAL_STEPS;
    for (int i = 0; i < SP_NORMAL_STEPS; i++) {
        double z0 = -SP_NORMAL_REACH + i * width, z1 = z0 + width;
        double y0 = rounded(gsl_cdf_ugaussian_P(z0)), y1 = rounded(gsl_cdf_ugaussian_P(z1));
        double d0 = rounded(width * gsl_ran_ugaussian_pdf(z0)),
               d1 = rounded(width * gsl_ran_ugaussian_pdf(z1));
        double *row = rows->row[i];
        row[0] = y0;
        row[1] = d0;
        row[2] = 3 * (y1 - y0) - 2 * d0 - d1;
        row[3] = d0 + d1 - 2 * (y1 - y0);
    }
}
