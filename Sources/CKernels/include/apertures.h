// Sums of pixels in apertures.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

/// Neighbouring pixels of one ring.
typedef struct {
    int32_t first;   ///< Index of its first pixel.
    int32_t count;   ///< Number of pixels.
    int32_t weight;  ///< Index of its first weight.
    int32_t ring;    ///< The ring that it belongs to; runs of a ring follow each other.
} galatea_aperture_run;

/// sums[ring] = sum over the ring's pixels of (pixel - sky) weight, pixels that are not finite left out.
///
/// Pixels are float32, of any alignment, byte-swapped when `big_endian` is not 0. `sums` is written for rings
/// that have a run. Summed in double precision in one fixed order, which is that of every level.
void galatea_aperture_sums(galatea_level level, const void *pixels, int big_endian,
                           const galatea_aperture_run *runs, ptrdiff_t run_count, const float *weights, float sky,
                           double *sums);
