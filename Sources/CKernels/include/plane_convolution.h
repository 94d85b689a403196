// A convolution behind a first one: 3 x 3, stride 2 across, padding 1, from an image in planes, at level AVX-512.
//
// With stride 2 the odd columns o of the input (those before a pixel and behind it) meet the outer columns w0 and w2 of
// the kernel, as a filter of two taps. Two pixels of it take three products for four, by minimal filtering [Winograd
// (1980), Arithmetic Complexity of Computations, F(2, 2)]:
//
//     o0 w0 + o1 w2 = (o0 - o1) w0 + o1 (w0 + w2)
//     o1 w0 + o2 w2 = o1 (w0 + w2) - (o1 - o2) w2
//
// With the even columns that makes five products for six. Sums run over kernel rows and channels, each of three parts
// for itself; rounding is about that of the usual form. NaN goes where it goes there; of what is infinite it makes NaN.
#pragma once

#include "convolution.h"

/// Whether there is this form for a shape, and vectors of outputs are full enough for it to take no more products.
int galatea_takes_planes(const galatea_convolution *shape);

/// The frame in which `galatea_plane_convolution` expects its input: planes.
galatea_frame galatea_plane_frame(const galatea_convolution *shape);

/// Floats that the packed weights take.
ptrdiff_t galatea_plane_packed_count(const galatea_convolution *shape);
/// Packs weights [outputs, 3, 3, channels].
void galatea_plane_pack(const galatea_convolution *shape, const float *weights, float *packed);

/// y = convolution(x) + bias, then max(y, 0) when `relu` is not 0: one image, into rows `y_row` floats apart.
///
/// `x` is the array of `galatea_plane_frame`; around the image must be zeros, and of the differences the odd columns and
/// the right border must be right, in the rows around the image too. `bias` holds `outputs` floats or is NULL. The first
/// range of `ahead` (may be NULL) is asked for meanwhile.
void galatea_plane_convolution(const galatea_convolution *shape, const float *x, const float *packed,
                               const float *bias, int relu, float *y, ptrdiff_t y_row, const galatea_ahead *ahead);
