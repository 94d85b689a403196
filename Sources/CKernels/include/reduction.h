// Sums with double accumulators in a fixed order, and maxima.
#pragma once

#include <stddef.h>

#include "instruction_set.h"

/// The sum of `x[0..<count]`.
double galatea_sum(galatea_level level, const float *x, size_t count);

/// The sum of squares of `x[0..<count]`.
double galatea_sum_of_squares(galatea_level level, const float *x, size_t count);

/// The sum of `weight[i] (x[i] - y[i])^2`, each term in single precision; all weights 1 when `weight` is NULL.
double galatea_weighted_squares(galatea_level level, const float *x, const float *y, const float *weight,
                                size_t count);

/// The largest of `x[0..<count]`, NaN if one is NaN, -inf if there is none.
float galatea_maximum(galatea_level level, const float *x, size_t count);

/// Adds the sum of each column of `x[rows][columns]`, rows `step` floats apart, to `sums[columns]`.
void galatea_column_sums(galatea_level level, const float *x, size_t rows, size_t columns, size_t step,
                         double *sums);
