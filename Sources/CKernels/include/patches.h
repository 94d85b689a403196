// Convolution windows of a channels-last image laid out as matrix rows, and the adjoint of that.
#pragma once

#include <stddef.h>

/// Sizes of one image, its windows and the grid of windows.
typedef struct {
    ptrdiff_t height, width, channels;       ///< The image `[height][width][channels]`.
    ptrdiff_t kernel_height, kernel_width;   ///< A window.
    ptrdiff_t vertical_stride, horizontal_stride;
    ptrdiff_t vertical_padding, horizontal_padding;
    ptrdiff_t output_height, output_width;   ///< The grid of windows.
} galatea_patch_geometry;

/// Writes the windows of output rows `first..<last` to
/// `patches[(last - first) output_width][kernel_height][kernel_width][channels]`, 0 outside the image.
void galatea_gather_patches(const float *image, const galatea_patch_geometry *geometry, ptrdiff_t first,
                            ptrdiff_t last, float *patches);

/// Adds the windows of output rows `first..<last` back to the image: the adjoint of gathering.
void galatea_scatter_patches(const float *patches, const galatea_patch_geometry *geometry, ptrdiff_t first,
                             ptrdiff_t last, float *image);
