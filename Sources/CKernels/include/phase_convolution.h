// A first convolution: few channels, 3 x 3, stride 2, padding 1, from an image in phases to one in planes.
//
// Its sums have pixels in the vector and outputs broadcast, where `galatea_convolution_forward` has it the other way
// round: of a few channels that one loads two numbers for three multiply-adds, and loads of 64 bytes are what bounds
// it. Only level AVX-512 has this form; what it computes has the same bits as the other one's.
#pragma once

#include "convolution.h"
#include "plane_convolution.h"

/// Whether a level has this form for a convolution, and for the next one the form that reads its planes.
int galatea_takes_phases(galatea_level level, const galatea_convolution *shape, const galatea_convolution *next);

/// The frame in which `galatea_phase_convolution` expects its input: phases.
galatea_frame galatea_phase_frame(const galatea_convolution *shape);

/// Floats that the packed weights take.
ptrdiff_t galatea_phase_packed_count(const galatea_convolution *shape);
/// Packs weights [outputs, 3, 3, channels].
void galatea_phase_pack(const galatea_convolution *shape, const float *weights, float *packed);

/// y = convolution(x) + bias, then max(y, 0) when `relu` is not 0, and the differences of its columns: one image, at
/// level AVX-512.
///
/// `x` is the array of `galatea_phase_frame`, `y` that of `frame`, the next convolution's `galatea_plane_frame`; what
/// lies outside the images must be zero and stays so, but for differences that nobody reads. `bias` holds `outputs`
/// floats or is NULL. The first range of `ahead` (may be NULL) is asked for meanwhile.
void galatea_phase_convolution(const galatea_convolution *shape, const float *x, const float *packed,
                               const float *bias, int relu, float *y, const galatea_frame *frame,
                               const galatea_ahead *ahead);
