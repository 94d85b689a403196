// Separable bicubic resizing of planar cutouts into channels-last images, fused with the scaling of pixels.
#pragma once

#include "pixel_scaling.h"

/// The taps of one axis: output i is the sum over k = 0...3 of weight[4 i + k] * input[first[i] + k], where
/// indices outside the input are clamped to its ends. `first` never decreases.
typedef struct {
    const int32_t *first;
    const float *weight;
    ptrdiff_t input;   ///< Length of the input axis.
    ptrdiff_t output;  ///< Length of the output axis.
} galatea_bicubic_axis;

/// Floats of scratch that `galatea_prepare_cutout` needs, which must begin at a multiple of 64 bytes.
ptrdiff_t galatea_prepare_scratch(ptrdiff_t bands, galatea_bicubic_axis x);

/// Writes into scratch memory what does not depend on pixels: once, before the first cutout that it serves.
void galatea_prepare_lay_out(galatea_level level, galatea_bicubic_axis x, float *scratch);

/// Scales a planar cutout `[band, y, x]` and resizes it into channels-last `[y, x, band]`.
///
/// Per band `sky[band]` and `scale[band]` as in `galatea_scale_row`; the scaled values are what is resized.
/// Rows of `out` are `out_row` floats apart, at least `x.output * bands`; what lies between them is left alone.
/// `scratch` was laid out for the same level and `x`, and holds nothing else between calls.
/// `census` (one a band, set by this function) covers every pixel. Each output is computed in one fixed order.
void galatea_prepare_cutout(galatea_level level, const void *pixels, int big_endian, ptrdiff_t bands,
                            galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                            const float *scale, galatea_scale_function function, float *scratch, float *out,
                            ptrdiff_t out_row, galatea_pixel_census *census);
