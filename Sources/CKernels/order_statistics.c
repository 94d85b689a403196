#include "include/order_statistics.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "levels.h"

// Nothing is sorted. Counting the numbers up to a limit is one pass of a few vectors' instructions, and the density of
// noise around its median is known well enough to tell from a count how far away a rank is: two or three counts leave a
// few dozen candidates, which are picked out. Should the numbers not be distributed like noise, every third limit halves
// the floats in between, so that no distribution takes more than a hundred passes.

enum { LANES = 16, FEW = 48, MARGIN = 12, SAMPLE = 31 };

/// Numbers, or their distances from a centre.
typedef struct {
    const float *values;
    ptrdiff_t count;
    float centre;
} ranked_numbers;

/// The key of a number that is ranked; distances are rounded, as everywhere.
GALATEA_INLINE float key_of(float value, float centre, const int is_distance) {
    return is_distance ? fabsf(value - centre) : value;
}

/// Sixteen keys.
GALATEA_INLINE galatea_f16 keys_of(galatea_f16 value, float centre, const int is_distance) {
    return is_distance ? __builtin_elementwise_abs(value - centre) : value;
}

/// How many keys are at most `limit`.
GALATEA_INLINE ptrdiff_t count_keys(const ranked_numbers *numbers, float limit, const int is_distance) {
    ptrdiff_t total = 0, i = 0;
    // A lane counts to 2^31 at most.
    while (i + LANES <= numbers->count) {
        const ptrdiff_t left = numbers->count - i, end = i + (left < 1 << 30 ? left : 1 << 30) / LANES * LANES;
        galatea_i16 here = {0};
        for (; i < end; i += LANES)
            here -= keys_of(GALATEA_LOAD16(numbers->values + i), numbers->centre, is_distance) <= limit;
        total += __builtin_reduce_add(here);
    }
    for (; i < numbers->count; i++) total += key_of(numbers->values[i], numbers->centre, is_distance) <= limit;
    return total;
}

/// Inserts a key among the `count` that are in ascending order.
GALATEA_INLINE void insert(float *sorted, ptrdiff_t count, float key) {
    ptrdiff_t i = count;
    for (; i > 0 && sorted[i - 1] > key; i--) sorted[i] = sorted[i - 1];
    sorted[i] = key;
}

/// The keys above `low` and up to `high`, at most FEW, in ascending order; returns how many.
GALATEA_INLINE ptrdiff_t pick_keys(const ranked_numbers *numbers, float low, float high, float *picked,
                                   const int is_distance) {
    ptrdiff_t count = 0, i = 0;
    for (; i < numbers->count; i++) {
        if (i + LANES <= numbers->count && i % LANES == 0) {
            const galatea_f16 keys = keys_of(GALATEA_LOAD16(numbers->values + i), numbers->centre, is_distance);
            const galatea_i16 inside = (keys > low) & (keys <= high);
            if (!__builtin_reduce_or(inside)) {
                i += LANES - 1;
                continue;
            }
        }
        const float key = key_of(numbers->values[i], numbers->centre, is_distance);
        if (key > low && key <= high && count < FEW) insert(picked, count++, key);
    }
    return count;
}

/// Integers that order as their floats do, and back; -0 counts as 0.
GALATEA_INLINE int64_t ordered(float value) {
    int32_t bits;
    value += 0.0f;
    memcpy(&bits, &value, 4);
    return bits < 0 ? -(int64_t)(bits & 0x7fffffff) : bits;
}
GALATEA_INLINE float value_of(int64_t key) {
    int32_t bits = key < 0 ? (int32_t)(0x80000000u | (uint32_t)-key) : (int32_t)key;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

/// The key of 0-based `rank`. Around `guess` a rank further is about `slope` further.
GALATEA_INLINE float select_key(const ranked_numbers *numbers, ptrdiff_t rank, float guess, float slope,
                                const int is_distance) {
    // At most `rank` keys are up to `low`, more than `rank` up to `high`.
    float low = -INFINITY, high = INFINITY, limit = guess;
    ptrdiff_t below = 0, up_to = numbers->count;
    for (int step = 0; up_to - below > FEW; step++) {
        if (step % 3 == 2 || !(limit > low && limit < high)) {
            const int64_t from = ordered(low), to = ordered(high);
            if (to - from < 2) return high;
            limit = step < 3 ? limit : value_of(from + (to - from) / 2);
            if (!(limit > low && limit < high)) limit = value_of(from + (to - from) / 2);
        }
        const ptrdiff_t found = count_keys(numbers, limit, is_distance);
        if (found > rank) {
            high = limit;
            up_to = found;
        } else {
            low = limit;
            below = found;
        }
        // From the nearer end, a little beyond the rank: that leaves few keys on both sides.
        limit = up_to - rank < rank - below ? high - (float)(up_to - rank + MARGIN) * slope
                                            : low + (float)(rank - below + MARGIN) * slope;
    }
    float picked[FEW];
    pick_keys(numbers, low, high, picked, is_distance);
    return picked[rank - below];
}

/// The quantiles of a few of the numbers, evenly taken: `at` of SAMPLE - 1.
GALATEA_INLINE void sample_quantiles(const ranked_numbers *numbers, const int *at, int quantiles, float *found) {
    float sample[SAMPLE];
    for (int i = 0; i < SAMPLE; i++) insert(sample, i, numbers->values[(numbers->count - 1) * i / (SAMPLE - 1)]);
    for (int q = 0; q < quantiles; q++) found[q] = sample[at[q]];
}

// Of a Gaussian: its quartiles are 1.349 sigma apart, a rank further is 2.507 sigma / count at the median and
// 1.573 sigma / count at the median deviation, which is .6745 sigma.
#define SIGMA_A_QUARTILE_RANGE (1 / 1.349f)
#define SLOPE_OF_MEDIAN 2.507f
#define SLOPE_OF_DEVIATION 1.573f
#define SIGMA_A_DEVIATION 1.4826022f

GALATEA_INLINE float order_statistic_body(const float *values, ptrdiff_t count, ptrdiff_t rank) {
    const ranked_numbers numbers = {values, count, 0};
    const int at[] = {(SAMPLE - 1) / 4, (int)((double)rank / (double)count * (SAMPLE - 1)), (SAMPLE - 1) * 3 / 4};
    float found[3];
    sample_quantiles(&numbers, at, 3, found);
    const float slope = SLOPE_OF_MEDIAN * SIGMA_A_QUARTILE_RANGE * (found[2] - found[0]) / (float)count;
    return select_key(&numbers, rank, found[1], slope, 0);
}

GALATEA_INLINE galatea_clipped_sky_result clipped_sky_body(const float *values, ptrdiff_t count) {
// Limits are what their formulas say, rounded after each operation.
#pragma clang fp contract(off)
    ranked_numbers numbers = {values, count, 0};
    const int quarters[] = {(SAMPLE - 1) / 4, (SAMPLE - 1) / 2, (SAMPLE - 1) * 3 / 4};
    float found[3];
    sample_quantiles(&numbers, quarters, 3, found);
    float spread = SIGMA_A_QUARTILE_RANGE * (found[2] - found[0]);
    float median = select_key(&numbers, (count - 1) / 2, found[1], SLOPE_OF_MEDIAN * spread / (float)count, 0);
    float sigma = NAN, deviation = spread / SIGMA_A_DEVIATION;
    ptrdiff_t kept = count;
    for (int round = 0; round < 20; round++) {
        numbers.centre = median;
        const ptrdiff_t inside = sigma != sigma ? count : count_keys(&numbers, 3 * sigma, 1);
        if (inside <= 0) break;
        deviation = select_key(&numbers, (inside - 1) / 2, deviation, SLOPE_OF_DEVIATION * spread / (float)count, 1);
        sigma = SIGMA_A_DEVIATION * deviation;
        if (!(sigma > 0 && sigma < INFINITY)) return (galatea_clipped_sky_result){median, NAN};
        spread = sigma;
        const float reach = 3 * sigma;
        const ptrdiff_t below = count_keys(&numbers, nextafterf(median - reach, -INFINITY), 0);
        const ptrdiff_t up_to = count_keys(&numbers, median + reach, 0);
        if (up_to <= below) break;
        median = select_key(&numbers, below + (up_to - below - 1) / 2, median,
                            SLOPE_OF_MEDIAN * spread / (float)count, 0);
        if (up_to - below == kept) break;
        kept = up_to - below;
    }
    return (galatea_clipped_sky_result){median, sigma};
}

GALATEA_LEVELS(float, order_statistic, (const float *values, ptrdiff_t count, ptrdiff_t rank), (values, count, rank))
GALATEA_LEVELS(galatea_clipped_sky_result, clipped_sky, (const float *values, ptrdiff_t count), (values, count))

float galatea_order_statistic(galatea_level level, const float *values, ptrdiff_t count, ptrdiff_t rank) {
    GALATEA_CALL(level, order_statistic, (values, count, rank))
}

galatea_clipped_sky_result galatea_clipped_sky(galatea_level level, const float *values, ptrdiff_t count) {
    GALATEA_CALL(level, clipped_sky, (values, count))
}
