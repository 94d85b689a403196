#include "include/order_statistics.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>
#endif

// Nothing is sorted. Counting the numbers up to a limit is one pass of a few vectors' instructions, and the density of
// noise around its median is known well enough to tell from a count how far away a rank is: two or three counts leave a
// few dozen candidates, which are picked out. Should the numbers not be distributed like noise, every third limit halves
// the floats in between, so that no distribution takes more than a hundred passes.

enum { FEW = 48, MARGIN = 12, SAMPLE = 31 };

/// Numbers, or their distances from a centre.
typedef struct {
    const float *values;
    ptrdiff_t count;
    float centre;
} ranked_numbers;

/// Integers that order as their floats do, and back; -0 counts as 0.
static inline int64_t ordered(float value) {
    int32_t bits;
    value += 0.0f;
    memcpy(&bits, &value, 4);
    return bits < 0 ? -(int64_t)(bits & 0x7fffffff) : bits;
}
static inline float value_of(int64_t key) {
    int32_t bits = key < 0 ? (int32_t)(0x80000000u | (uint32_t)-key) : (int32_t)key;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

// Of a Gaussian: its quartiles are 1.349 sigma apart, a rank further is 2.507 sigma / count at the median and
// 1.573 sigma / count at the median deviation, which is .6745 sigma.
#define SIGMA_A_QUARTILE_RANGE (1 / 1.349f)
#define SLOPE_OF_MEDIAN 2.507f
#define SLOPE_OF_DEVIATION 1.573f
#define SIGMA_A_DEVIATION 1.4826022f

#define LEVEL 0
#include "vector_level.h"
#include "order_statistics_level.h"
#include "level_end.h"
#if GALATEA_HAS_X86_LEVELS
#define LEVEL 1
#include "vector_level.h"
#include "order_statistics_level.h"
#include "level_end.h"
#define LEVEL 2
#include "vector_level.h"
#include "order_statistics_level.h"
#include "level_end.h"
#endif

float galatea_order_statistic(galatea_level level, const float *values, ptrdiff_t count, ptrdiff_t rank) {
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) return order_statistic_avx512(values, count, rank);
    if (level == GALATEA_AVX2) return order_statistic_avx2(values, count, rank);
#endif
    (void)level;
    return order_statistic_portable(values, count, rank);
}

galatea_sky galatea_clipped_sky(galatea_level level, const float *values, ptrdiff_t count) {
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) return clipped_sky_avx512(values, count);
    if (level == GALATEA_AVX2) return clipped_sky_avx2(values, count);
#endif
    (void)level;
    return clipped_sky_portable(values, count);
}
