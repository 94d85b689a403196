// Batch normalisation over the rows of `x[rows][channels]`, with an optional ReLU behind it.
#pragma once

#include <stddef.h>

#include "instruction_set.h"

/// Mean and sum of squared deviations of each channel over these rows, in two passes.
void galatea_channel_moments(galatea_level level, const float *x, size_t rows, size_t channels, double *mean,
                             double *squares);

/// `out = x scale + shift` for each channel; negative values become 0 when `rectify`.
void galatea_channel_affine(galatea_level level, const float *x, const float *scale, const float *shift,
                            float *out, size_t rows, size_t channels, int rectify);

/// Adds `sum g` and `sum g (x - mean)` of each channel to the two arrays.
///
/// With `rectify`, `g` counts only where `x scale + shift` is positive (or NaN).
void galatea_batch_norm_sums(galatea_level level, const float *g, const float *x, const float *scale,
                             const float *shift, const float *mean, size_t rows, size_t channels, int rectify,
                             double *sum, double *product);

/// `out = scale g + slope (x - mean) + offset` for each channel, `g` masked as in `galatea_batch_norm_sums`.
void galatea_batch_norm_gradient(galatea_level level, const float *g, const float *x, const float *scale,
                                 const float *shift, const float *mean, const float *slope,
                                 const float *offset, float *out, size_t rows, size_t channels, int rectify);
