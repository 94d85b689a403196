// Dense layers for inference: y = x w^T + bias for rows of x.
//
// Each row's numbers are computed in one fixed order, whatever rows stand beside it: a library's matrix product
// gives other bits for other batch sizes. NaN propagates.
#pragma once

#include <stddef.h>

#include "instruction_set.h"

/// Floats that packed weights [outputs, inputs] take.
ptrdiff_t galatea_dense_packed_count(ptrdiff_t inputs, ptrdiff_t outputs);
/// Packs weights [outputs, inputs], row-major, into the order in which the kernels read them.
void galatea_dense_pack(ptrdiff_t inputs, ptrdiff_t outputs, const float *weights, float *packed);
/// y[rows, outputs] = x[rows, inputs] w^T + bias, then max(y, 0) when `relu` is not 0.
///
/// `bias` holds `outputs` floats or is NULL; `inputs` and `outputs` are at least 1.
void galatea_dense(galatea_level level, ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t outputs, const float *x,
                   const float *packed, const float *bias, int relu, float *y);
