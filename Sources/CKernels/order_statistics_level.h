// Order statistics of one level; order_statistics.c includes this once a level.

/// The key of a number that is ranked; distances are rounded, as everywhere.
INLINE float AT_LEVEL(key_of)(float value, float centre, const int is_distance) {
    return is_distance ? fabsf(value - centre) : value;
}

/// WIDTH keys.
INLINE V AT_LEVEL(keys_of)(const ranked_numbers *numbers, ptrdiff_t i, const int is_distance) {
    const V value = LOAD(numbers->values + i);
    return is_distance ? __builtin_elementwise_abs(value - numbers->centre) : value;
}

/// How many keys are at most `limit`.
INLINE ptrdiff_t AT_LEVEL(count_keys)(const ranked_numbers *numbers, float limit, const int is_distance) {
    ptrdiff_t total = 0, i = 0;
#if LEVEL == 2
    for (; i + WIDTH <= numbers->count; i += WIDTH)
        total += __builtin_popcount(_mm512_cmp_ps_mask(AT_LEVEL(keys_of)(numbers, i, is_distance),
                                                       _mm512_set1_ps(limit), _CMP_LE_OQ));
#else
    // A lane counts to 2^31 at most.
    while (i + WIDTH <= numbers->count) {
        const ptrdiff_t left = numbers->count - i, end = i + (left < 1 << 30 ? left : 1 << 30) / WIDTH * WIDTH;
        IV here = (IV)0;
        for (; i < end; i += WIDTH) here -= AT_LEVEL(keys_of)(numbers, i, is_distance) <= limit;
        total += __builtin_reduce_add(here);
    }
#endif
    for (; i < numbers->count; i++)
        total += AT_LEVEL(key_of)(numbers->values[i], numbers->centre, is_distance) <= limit;
    return total;
}

/// The keys above `low` and up to `high`, at most FEW, in no order; returns how many. `picked` has room for WIDTH more.
INLINE ptrdiff_t AT_LEVEL(pick_keys)(const ranked_numbers *numbers, float low, float high, float *picked,
                                     const int is_distance) {
    ptrdiff_t count = 0, i = 0;
    for (; i + WIDTH <= numbers->count && count <= FEW; i += WIDTH) {
        const V keys = AT_LEVEL(keys_of)(numbers, i, is_distance);
#if LEVEL == 2
        const __mmask16 inside = _mm512_cmp_ps_mask(keys, _mm512_set1_ps(low), _CMP_GT_OQ) &
                                 _mm512_cmp_ps_mask(keys, _mm512_set1_ps(high), _CMP_LE_OQ);
        STORE(picked + count, (V)_mm512_maskz_compress_ps(inside, keys));
        count += __builtin_popcount(inside);
#else
        const IV inside = (keys > low) & (keys <= high);
        if (!__builtin_reduce_or(inside)) continue;
        for (int lane = 0; lane < WIDTH; lane++) {
            picked[count] = keys[lane];
            count -= inside[lane];
        }
#endif
    }
    for (; i < numbers->count && count <= FEW; i++) {
        const float key = AT_LEVEL(key_of)(numbers->values[i], numbers->centre, is_distance);
        picked[count] = key;
        count += key > low && key <= high;
    }
    return count;
}

/// The key of `rank` among `count` of at most FEW.
INLINE float AT_LEVEL(rank_among_few)(float *keys, ptrdiff_t count, ptrdiff_t rank) {
    for (ptrdiff_t i = count; i < FEW; i++) keys[i] = INFINITY;
    const ranked_numbers few = {keys, FEW, 0};
    float best = INFINITY;
    // The least key that enough are up to.
    for (ptrdiff_t i = 0; i < count; i++)
        if (keys[i] < best && AT_LEVEL(count_keys)(&few, keys[i], 0) > rank) best = keys[i];
    return best;
}

/// The key of 0-based `rank`. Around `guess` a rank further is about `slope` further.
INLINE float AT_LEVEL(select_key)(const ranked_numbers *numbers, ptrdiff_t rank, float guess, float slope,
                                const int is_distance) {
    // At most `rank` keys are up to `low`, more than `rank` up to `high`.
    float low = -INFINITY, high = INFINITY, limit = guess;
    ptrdiff_t below = 0, up_to = numbers->count;
    for (int step = 0; up_to - below > FEW; step++) {
        if ((step > 2 && step % 3 == 2) || !(limit > low && limit < high)) {
            const int64_t from = ordered(low), to = ordered(high);
            if (to - from < 2) return high;
            limit = value_of(from + (to - from) / 2);
        }
        const ptrdiff_t found = AT_LEVEL(count_keys)(numbers, limit, is_distance);
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
    float picked[FEW + WIDTH];
    const ptrdiff_t count = AT_LEVEL(pick_keys)(numbers, low, high, picked, is_distance);
    return AT_LEVEL(rank_among_few)(picked, count, rank - below);
}

/// The quantiles of a few of the numbers, evenly taken: `at` of SAMPLE - 1.
INLINE void AT_LEVEL(sample_quantiles)(const ranked_numbers *numbers, const int *at, int quantiles, float *found) {
    float sample[SAMPLE];
    for (int i = 0; i < SAMPLE; i++) {
        const float value = numbers->values[(numbers->count - 1) * i / (SAMPLE - 1)];
        int place = i;
        for (; place > 0 && sample[place - 1] > value; place--) sample[place] = sample[place - 1];
        sample[place] = value;
    }
    for (int q = 0; q < quantiles; q++) found[q] = sample[at[q]];
}

static TARGET float AT_LEVEL(order_statistic)(const float *values, ptrdiff_t count, ptrdiff_t rank) {
    const ranked_numbers numbers = {values, count, 0};
    const int at[] = {(SAMPLE - 1) / 4, (int)((double)rank / (double)count * (SAMPLE - 1)), (SAMPLE - 1) * 3 / 4};
    float found[3];
    AT_LEVEL(sample_quantiles)(&numbers, at, 3, found);
    const float slope = SLOPE_OF_MEDIAN * SIGMA_A_QUARTILE_RANGE * (found[2] - found[0]) / (float)count;
    return AT_LEVEL(select_key)(&numbers, rank, found[1], slope, 0);
}

static TARGET galatea_sky AT_LEVEL(clipped_sky)(const float *values, ptrdiff_t count) {
// Limits are what their formulas say, rounded after each operation.
#pragma clang fp contract(off)
    ranked_numbers numbers = {values, count, 0};
    const int quarters[] = {(SAMPLE - 1) / 4, (SAMPLE - 1) / 2, (SAMPLE - 1) * 3 / 4};
    float found[3];
    AT_LEVEL(sample_quantiles)(&numbers, quarters, 3, found);
    float spread = SIGMA_A_QUARTILE_RANGE * (found[2] - found[0]);
    float median =
        AT_LEVEL(select_key)(&numbers, (count - 1) / 2, found[1], SLOPE_OF_MEDIAN * spread / (float)count, 0);
    float sigma = NAN, deviation = spread / SIGMA_A_DEVIATION;
    ptrdiff_t kept = count;
    for (int round = 0; round < 20; round++) {
        numbers.centre = median;
        const ptrdiff_t inside = sigma != sigma ? count : AT_LEVEL(count_keys)(&numbers, 3 * sigma, 1);
        if (inside <= 0) break;
        deviation = AT_LEVEL(select_key)(&numbers, (inside - 1) / 2, deviation,
                                         SLOPE_OF_DEVIATION * spread / (float)count, 1);
        sigma = SIGMA_A_DEVIATION * deviation;
        if (!(sigma > 0 && sigma < INFINITY)) return (galatea_sky){median, NAN, (int32_t)count};
        spread = sigma;
        const float reach = 3 * sigma;
        const ptrdiff_t below = AT_LEVEL(count_keys)(&numbers, nextafterf(median - reach, -INFINITY), 0);
        const ptrdiff_t up_to = AT_LEVEL(count_keys)(&numbers, median + reach, 0);
        if (up_to <= below) break;
        median = AT_LEVEL(select_key)(&numbers, below + (up_to - below - 1) / 2, median,
                                      SLOPE_OF_MEDIAN * spread / (float)count, 0);
        if (up_to - below == kept) break;
        kept = up_to - below;
    }
    return (galatea_sky){median, sigma, (int32_t)count};
}
