/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The quantile function of the standard normal law for single numbers, with fixed bits.
 */
#ifndef SP_ENGINE_MATH_NORMAL_H
#define SP_ENGINE_MATH_NORMAL_H

/* z with P(Z <= z) = u, for 1e-300 <= u < 1; relative error below 1e-14. */
double sp_normal_quantile(double u);

#endif
