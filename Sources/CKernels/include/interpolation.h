// Bilinear resize of channels-last images with half-pixel centres (align_corners = false), and its adjoint.
#pragma once

#include <stddef.h>

#include "instruction_set.h"

/// Floats of scratch memory that a resize between these widths needs, either way.
size_t galatea_bilinear_scratch_count(size_t width, size_t channels, size_t out_width);

/// `out[out_height][out_width][channels]` from `x[height][width][channels]`, rows of `out` `out_row` floats
/// apart; `scratch` is uninitialised.
void galatea_bilinear(galatea_level level, const float *x, size_t height, size_t width, size_t channels,
                      float *out, size_t out_height, size_t out_width, size_t out_row, float *scratch);

/// Sets `dx[height][width][channels]` to the adjoint of the resize applied to
/// `dy[out_height][out_width][channels]`.
void galatea_bilinear_adjoint(galatea_level level, const float *dy, size_t out_height, size_t out_width,
                              size_t channels, float *dx, size_t height, size_t width, float *scratch);
