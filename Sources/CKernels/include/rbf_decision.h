// Decision functions of a support vector classifier with a radial kernel, for many rows at once.
#pragma once

#include <stddef.h>

#include "instruction_set.h"

/// Support vectors in a block; each class fills whole blocks, padded with zero coefficients.
enum { GALATEA_RBF_BLOCK = 16 };
/// Rows worked on together, for which a call needs scratch memory.
enum { GALATEA_RBF_ROWS = 4 };

/// A one-against-one classifier of `classes` classes in `dimension` features.
typedef struct {
    ptrdiff_t dimension;
    ptrdiff_t classes;
    /// First block of each class, and the number of blocks at the end: [classes + 1].
    const ptrdiff_t *first_block;
    /// Support vectors, [block][dimension][16].
    const double *vectors;
    /// Coefficients against the other classes in order, own class left out: [block][classes - 1][16].
    const double *coefficients;
    /// rho of each pair (0,1), (0,2) ... (1,2) ...
    const double *offsets;
    /// Width of the kernel, above 0.
    double gamma;
} galatea_rbf_machine;

/// values[row, pair] = sum_s c_s exp(-gamma |x_row - x_s|^2) - rho_pair for `x[rows][dimension]`.
///
/// The kernel values serve all pairs, each to a relative error of 6e-16 (1 + gamma |x - x_s|^2), and down to
/// 2^-1000. Each row's sums run in one fixed order, whatever rows stand beside it. A NaN feature makes every value
/// of its row NaN. `workspace` holds GALATEA_RBF_ROWS * GALATEA_RBF_BLOCK uninitialised doubles
/// a pair, and 7 more, which moving to the beginning of a cache line may cost.
void galatea_rbf_decision(galatea_level level, const galatea_rbf_machine *machine, ptrdiff_t rows,
                          const double *x, double *values, double *workspace);
