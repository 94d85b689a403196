// Direct two-dimensional convolution, its adjoint (transposed convolution, gradient of the input) and the
// gradient of its weights.
//
// All images are channels-last float32, one a call: x is [height, width, channels], y is
// [output_height, output_width, outputs], weights are [outputs, kernel_height, kernel_width, channels].
// A spectrum is an image of height 1. Weights are packed once into the order in which the kernels read them;
// the packed form is the same at every level. Each image is computed alone in a fixed order of operations:
// its bits depend on the level, not on its neighbours. NaN propagates; padding counts as zeros that are
// multiplied, so a NaN weight or a NaN in dy at the border meets them.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "image_frame.h"
#include "instruction_set.h"

/// Shape of a convolution: y[o, p, k] = bias[k] + sum_rsc x[o stride_y + r - padding_y, p stride_x + s - padding_x, c]
/// w[k, r, s, c], x being 0 outside. Sizes and strides are at least 1, paddings at least 0, and a padded image
/// is at least as large as the kernel.
typedef struct {
    ptrdiff_t height, width, channels;        ///< Of one image of x.
    ptrdiff_t outputs;                        ///< Channels of y.
    ptrdiff_t kernel_height, kernel_width;
    ptrdiff_t stride_y, stride_x;
    ptrdiff_t padding_y, padding_x;           ///< Zeros on each side of x.
} galatea_convolution;

/// Rows of y: floor((height + 2 padding_y - kernel_height) / stride_y) + 1.
ptrdiff_t galatea_convolution_output_height(const galatea_convolution *shape);
/// Columns of y.
ptrdiff_t galatea_convolution_output_width(const galatea_convolution *shape);

/// Floats that the packed weights of the forward pass take.
ptrdiff_t galatea_convolution_packed_count(const galatea_convolution *shape);
/// Packs weights [outputs, kernel_height, kernel_width, channels] for the forward pass.
void galatea_convolution_pack(const galatea_convolution *shape, const float *weights, float *packed);
/// Memory that a kernel brings into the cache while it computes, for the next image: reading it then costs no
/// waiting. A processor computes while it waits for memory only where it knows of it early enough. A forward pass asks
/// for the first range little by little, and may not get to its end; for the others row by row. Nothing is read: the
/// memory need not exist.
typedef struct {
    const void *start[4];
    ptrdiff_t bytes[4];  ///< 0 where there is no range.
} galatea_ahead;

/// The frame in which `galatea_convolution_forward` expects its input.
galatea_frame galatea_convolution_frame(const galatea_convolution *shape);
/// Floats of scratch memory that a call of the forward pass needs.
ptrdiff_t galatea_convolution_workspace_count(const galatea_convolution *shape);
/// y = convolution(x) + bias, then max(y, 0) when `relu` is not 0: one image, into rows `y_row` floats apart.
///
/// `x` is the array of the frame; what lies outside the image must be zero and is never written. `bias` holds
/// `outputs` floats or is NULL; `ahead` may be NULL; `y` may not overlap `x`; `workspace` is uninitialised.
void galatea_convolution_forward(galatea_level level, const galatea_convolution *shape, const float *x,
                                 const float *packed, const float *bias, int relu, float *y, ptrdiff_t y_row,
                                 const galatea_ahead *ahead, float *workspace);

/// Floats that the packed weights of the adjoint take.
ptrdiff_t galatea_convolution_adjoint_packed_count(const galatea_convolution *shape);
/// Packs weights [outputs, kernel_height, kernel_width, channels] for the adjoint.
void galatea_convolution_adjoint_pack(const galatea_convolution *shape, const float *weights, float *packed);
/// The frame in which `galatea_convolution_adjoint` expects dy.
galatea_frame galatea_convolution_adjoint_frame(const galatea_convolution *shape);
/// Floats of scratch memory that a call of the adjoint needs.
ptrdiff_t galatea_convolution_adjoint_workspace_count(const galatea_convolution *shape);
/// dx = adjoint(dy) + bias, then max(dx, 0) when `relu` is not 0: one image.
///
/// dx[i, j, c] = bias[c] + sum dy[o, p, k] w[k, r, s, c] over all o stride_y + r - padding_y = i and
/// p stride_x + s - padding_x = j. With bias NULL this is the gradient of the input. It is also the forward
/// pass of a transposed convolution that takes `outputs` channels to `channels` (PyTorch's weight
/// [in, out, R, S] moved to [in, R, S, out]); its output size is height x width, whatever output padding led
/// to it. `dy` is the array of the frame; what lies outside the image must be zero and is never written. `bias`
/// holds `channels` floats or is NULL; `ahead` may be NULL; `workspace` is uninitialised.
void galatea_convolution_adjoint(galatea_level level, const galatea_convolution *shape, const float *dy,
                                 const float *packed, const float *bias, int relu, float *dx,
                                 const galatea_ahead *ahead, float *workspace);

// The gradient of the weights: gradient[k, r, s, c] += sum over images of dy[o, p, k] x[o stride_y + r - padding_y,
// ...], in order, image by image. `sums` is zeroed by the caller before the first image and holds the gradient in an
// order of the kernels' own until `finish`. The caller makes results independent of thread count by giving each
// chunk of images sums of its own and adding those in chunk order. For the transposed convolution the roles are its
// input as `dy` and the gradient of its output as `x`.

/// Floats of `sums`.
ptrdiff_t galatea_convolution_weight_sums_count(const galatea_convolution *shape);
/// The frame in which `galatea_convolution_weight_sums_add` expects x.
galatea_frame galatea_convolution_weight_sums_frame(const galatea_convolution *shape);
/// Floats of scratch memory of `galatea_convolution_weight_sums_add`.
ptrdiff_t galatea_convolution_weight_sums_workspace_count(const galatea_convolution *shape);
/// Adds the products of one image: `x` the array of its frame, `dy` the image's gradient.
void galatea_convolution_weight_sums_add(galatea_level level, const galatea_convolution *shape, const float *x,
                                         const float *dy, float *sums, const galatea_ahead *ahead,
                                         float *workspace);
/// gradient[k, r, s, c] += the sums.
void galatea_convolution_weight_sums_finish(const galatea_convolution *shape, const float *sums,
                                            float *gradient);
