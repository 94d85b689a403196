// Separable bicubic resizing of planar cutouts into channels-last images, fused with the scaling of pixels.
#pragma once

#include "image_frame.h"
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
/// `arrangement` is that of the frames that cutouts go to, pixels or phases.
void galatea_prepare_lay_out(galatea_level level, galatea_bicubic_axis x, galatea_arrangement arrangement,
                             float *scratch);

/// Scales a planar cutout `[band, y, x]` and resizes it into an image `[y, x, band]` in the frame of `out`.
///
/// Per band `sky[band]` and `scale[band]` as in `galatea_scale_row`; the scaled values are what is resized.
/// `out` is the array of `frame`, of pixels or phases; what lies outside the image is left alone, but for zeros of either
/// sign that may be written behind rows of phases, up to GALATEA_PHASE_SLACK of them.
/// `scratch` was laid out for the same level, `x` and arrangement, and holds nothing else between calls.
/// `census` (one a band, set by this function) covers every pixel. Each output is computed in one fixed order.
void galatea_prepare_cutout(galatea_level level, const void *pixels, int big_endian, ptrdiff_t bands,
                            galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                            const float *scale, galatea_scale_function function, float *scratch,
                            const galatea_frame *frame, float *out, galatea_pixel_census *census);
