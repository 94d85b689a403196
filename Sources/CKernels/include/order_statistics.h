// Order statistics of finite numbers, and the clipped level and noise of the sky that are made of them. Exact: what
// they find is one of the numbers, whatever their order and the instruction set, but for the sign of zero.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

/// The value of 0-based `rank` in ascending order; `count` is at least 1.
float galatea_order_statistic(galatea_level level, const float *values, ptrdiff_t count, ptrdiff_t rank);

/// Level and noise of the sky, in the units of its pixels.
typedef struct {
    float level;    ///< The median of the pixels kept.
    float sigma;    ///< Their standard deviation, 1.4826 MAD; NaN where it is 0 or not finite.
    int32_t count;  ///< Values the estimate began with.
} galatea_sky;

/// Median and noise after clipping at 3 sigma around the median until no further pixel goes, 20 times at most:
/// m' = median {v : |v - m| <= 3 s}, s' = 1.4826 median {|v - m'| : |v - m'| <= 3 s}. `count` is at least 1.
galatea_sky galatea_clipped_sky(galatea_level level, const float *values, ptrdiff_t count);
