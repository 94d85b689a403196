// Pixels to network inputs: byte order, sky, unit and the compressing function in one pass.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

/// The function that compresses the range of a scaled pixel `u = (pixel - level) * scale`.
typedef enum {
    GALATEA_SCALE_LINEAR = 0,      ///< u
    GALATEA_SCALE_SATURATING = 1,  ///< tanh(asinh(u)) = u / sqrt(1 + u^2)
    GALATEA_SCALE_ASINH = 2,       ///< asinh(u)
} galatea_scale_function;

/// What a pass over pixels saw.
typedef struct {
    int64_t non_finite;  ///< NaN and infinite pixels.
    int64_t is_lit;      ///< 1 where any pixel is something else than exactly 0 (of either sign), else 0.
} galatea_pixel_census;

/// Asks for bytes that are about to be read out of order, in the order in which memory gives them fastest.
void galatea_fetch(const void *start, ptrdiff_t count);

/// out[i] = function((pixel[i] - level) * scale); 0 where the pixel is not finite. Adds to `census`.
///
/// Pixels are float32, of any alignment, byte-swapped when `big_endian` is not 0. |u| is cut at 5e37, so that
/// every result is finite. Relative error of both functions below 5e-7 at every level; fast for factors from 2^-49 to
/// 2^60, positive ones, and correct for all.
void galatea_scale_row(galatea_level level, const void *pixels, ptrdiff_t count, int big_endian, float sky,
                       float scale, galatea_scale_function function, float *out,
                       galatea_pixel_census *census);
