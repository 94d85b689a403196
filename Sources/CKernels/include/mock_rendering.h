// Kernels that draw mock images: elliptical Gaussians, normal random numbers, interpolated noise, separable
// convolution.
#pragma once

#include "instruction_set.h"

#include <stdint.h>

/// `amplitude * exp(-q / 2)`, `q = xx dx^2 + 2 xy dx dy + yy dy^2`, dx and dy from `(x, y)` in pixels.
typedef struct {
    float x, y;
    float amplitude;
    float xx, xy, yy;
    float cut;  ///< The Gaussian ends where `q` exceeds this, at most 150.
} galatea_gaussian;

/// Adds `count` Gaussians to an image of `height` rows of `width`.
void galatea_add_gaussians(
    float *image, int32_t width, int32_t height, const galatea_gaussian *gaussians, int32_t count,
    galatea_level level);

/// Fills `values` with `count` (a multiple of 4) numbers drawn from N(0, 1).
///
/// Block i (four numbers) is Philox 4x32-10 of counter `first + i`, `stream` and `key`, its four 32-bit words
/// turned into two pairs by Box & Muller's transformation.
void galatea_fill_normals(
    float *values, int64_t count, uint64_t key, uint64_t stream, uint64_t first, galatea_level level);

/// Adds `weight` times `source`, interpolated with six separable taps, to `target` (`height` rows of
/// `width`).
///
/// `source` has `height + 5` rows of `width + 5`; `scratch` holds `(height + 5) * width` values. Target
/// (x, y) is `sum_ij tapsY[j] tapsX[i] source(x + i, y + j)`.
void galatea_add_interpolated(
    float *target, int32_t width, int32_t height, const float *source, const float *tapsX,
    const float *tapsY, float weight, float *scratch, galatea_level level);

/// Adds `source` convolved with `taps[|i|] taps[|j|]`, `|i|, |j| <= radius`, to `target`.
///
/// `source` has `height + 2 radius` rows of `width + 2 radius`; `scratch` holds `(height + 2 radius) * width`
/// values.
void galatea_add_convolved(
    float *target, int32_t width, int32_t height, const float *source, const float *taps,
    int32_t radius, float *scratch, galatea_level level);
