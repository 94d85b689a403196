#include "include/dense.h"

#include <string.h>

/// Inputs of a chunk of packed weights, and outputs of a block of them:
/// [blocks of OUTPUTS outputs][chunks of LANES inputs][OUTPUTS][LANES], filled up with zeros.
enum { LANES = 16, OUTPUTS = 4 };
/// Outputs and rows whose sums are few enough to wait in memory; both multiples of what a tile takes.
enum { FEW_OUTPUTS = 16, FEW_ROWS = 16 };

typedef struct {
    ptrdiff_t inputs, outputs;
    const float *weights;
    ptrdiff_t block_stride;  // floats of a block of outputs
    const float *bias;
    int relu;
} dense_task;

#define LEVEL 0
#include "vector_level.h"
#include "dense_level.h"
#include "level_end.h"
#if GALATEA_HAS_X86_LEVELS
#define LEVEL 1
#include "vector_level.h"
#include "dense_level.h"
#include "level_end.h"
#define LEVEL 2
#include "vector_level.h"
#include "dense_level.h"
#include "level_end.h"
#endif

static ptrdiff_t block_floats(ptrdiff_t inputs) { return (inputs + LANES - 1) / LANES * OUTPUTS * LANES; }

ptrdiff_t galatea_dense_packed_count(ptrdiff_t inputs, ptrdiff_t outputs) {
    return (outputs + OUTPUTS - 1) / OUTPUTS * block_floats(inputs);
}

void galatea_dense_pack(ptrdiff_t inputs, ptrdiff_t outputs, const float *weights, float *packed) {
    memset(packed, 0, (size_t)galatea_dense_packed_count(inputs, outputs) * sizeof(float));
    for (ptrdiff_t k = 0; k < outputs; k++)
        for (ptrdiff_t i = 0; i < inputs; i++)
            packed[k / OUTPUTS * block_floats(inputs) + (i / LANES * OUTPUTS + k % OUTPUTS) * LANES + i % LANES] =
                weights[k * inputs + i];
}

void galatea_dense(galatea_level level, ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t outputs, const float *x,
                   const float *packed, const float *bias, int relu, float *y) {
    const dense_task task = {inputs, outputs, packed, block_floats(inputs), bias, relu};
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) return dense_avx512(&task, rows, x, y);
    if (level == GALATEA_AVX2) return dense_avx2(&task, rows, x, y);
#endif
    dense_portable(&task, rows, x, y);
}
