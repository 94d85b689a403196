// Distances from one point to a block of 32, for neighbour search and radial kernels.
#pragma once

#include <stddef.h>

#include "instruction_set.h"

/// Points in a block; blocks are padded to this length.
enum { GALATEA_DISTANCE_BLOCK = 32 };

/// How differences of coordinates become a distance.
typedef enum {
    GALATEA_MANHATTAN = 0,  ///< Sum of |d|.
    GALATEA_EUCLIDEAN = 1,  ///< Sum of d^2; the caller takes the root.
    GALATEA_CHEBYSHEV = 2,  ///< Largest |d|.
    GALATEA_MINKOWSKI = 3,  ///< Sum of |d|^p; the caller takes the p-th root.
} galatea_metric;

/// Distances, before the root, from `query[dimension]` to each point of `block[dimension][32]`.
///
/// Each point's sum runs over the dimensions in order, so it does not depend on its place in the block.
/// `exponent` is used by `GALATEA_MINKOWSKI` only.
void galatea_block_distances(galatea_level level, galatea_metric metric, double exponent, const double *query,
                             const double *block, ptrdiff_t dimension, double *out);
