// The highest rate of single-precision multiply-adds that a core reaches: the limit that kernels are held to.
#pragma once

#include <stdint.h>

#include "instruction_set.h"

/// Runs `iterations` of multiply-adds `x = x * a + b` on independent chains of vectors of `level`.
///
/// Enough chains are under way that latency does not bound the rate. `sum` receives the sum over all
/// chains and lanes, so that nothing can be left out; every chain starts at its number over 16.
///
/// Returns the number of floating-point operations, two a multiply-add and lane.
int64_t galatea_multiply_adds(galatea_level level, int64_t iterations, float a, float b, double *sum);
