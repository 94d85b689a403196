#include <math.h>

#include "include/order_statistics.h"
#include "photometry_pixels.h"

#define SIGMA_PER_MAD 1.4826022f
#define SAMPLE 128
#define HALF_SPAN 6.0f  // Of the histogram, in sigma.

// ---- The border

/// The largest and the smallest magnitude among pixels: floats without their sign order as integers.
typedef struct {
    galatea_i16 largest, smallest;
} extremes;

GALATEA_INLINE galatea_i16 either16(galatea_i16 condition, galatea_i16 a, galatea_i16 b) {
    return (a & condition) | (b & ~condition);
}

GALATEA_INLINE void look_at(extremes *seen, galatea_f16 v) {
    galatea_i16 magnitude = (galatea_i16)v & INT32_MAX;
    seen->largest = either16(magnitude > seen->largest, magnitude, seen->largest);
    seen->smallest = either16(magnitude < seen->smallest, magnitude, seen->smallest);
}

/// Appends a row's pixels. Whole vectors are stored, but never beyond as many numbers as the row has pixels.
GALATEA_INLINE float *append(float *to, const uint8_t *from, ptrdiff_t count, int big_endian, extremes *seen) {
    ptrdiff_t i = 0;
    for (; i + 16 <= count; i += 16) {
        galatea_f16 v = pixels16(from + 4 * i, 16, big_endian);
        look_at(seen, v);
        GALATEA_STORE16(to + i, v);
    }
    for (; i < count; i++) {
        to[i] = pixel_at(from + 4 * i, big_endian);
        look_at(seen, SPLAT16(to[i]));
    }
    return to + count;
}

GALATEA_INLINE ptrdiff_t gather(const galatea_cutout *cutout, int32_t band, int32_t border, int big_endian,
                                float *values, extremes *seen) {
    float *end = values;
    for (int32_t y = 0; y < cutout->height; y++) {
        const uint8_t *row = row_of(cutout, band, y);
        if (y < border || y >= cutout->height - border || 2 * border >= cutout->width) {
            end = append(end, row, cutout->width, big_endian, seen);
        } else if (border == 8) {
            // The border of the usual stamp: both ends fill a vector.
            galatea_f16 ends;
            memcpy(&ends, row, 32);
            memcpy((char *)&ends + 32, row + 4 * (cutout->width - 8), 32);
            if (big_endian) ends = swapped16(ends);
            look_at(seen, ends);
            GALATEA_STORE16(end, ends);
            end += 16;
        } else {
            end = append(end, row, border, big_endian, seen);
            end = append(end, row + 4 * (cutout->width - border), border, big_endian, seen);
        }
    }
    return end - values;
}

GALATEA_INLINE ptrdiff_t border_values_body(const galatea_cutout *cutout, int32_t band, int32_t border,
                                            float *values, int32_t *skips_zeros) {
    extremes seen = {{0}, (galatea_i16){0} + INT32_MAX};
    ptrdiff_t count = cutout->big_endian ? gather(cutout, band, border, 1, values, &seen)
                                         : gather(cutout, band, border, 0, values, &seen);
    // Most borders hold nothing to leave out, as their extremes tell.
    *skips_zeros = 1;
    if (bits_of((seen.largest >= EXPONENT_BITS) | (seen.smallest == 0)) == 0) return count;
    ptrdiff_t bad = 0, zeros = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        bad += !isfinite(values[i]);
        zeros += values[i] == 0;
    }
    int keeps_zeros = 2 * zeros > count - bad;
    *skips_zeros = !keeps_zeros;
    if (bad == 0 && (zeros == 0 || keeps_zeros)) return count;
    ptrdiff_t kept = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        float value = values[i];
        values[kept] = value;
        kept += isfinite(value) && (keeps_zeros || value != 0);
    }
    return kept;
}

GALATEA_LEVELS(ptrdiff_t, border_values,
               (const galatea_cutout *cutout, int32_t band, int32_t border, float *values,
                int32_t *skips_zeros),
               (cutout, band, border, values, skips_zeros))

ptrdiff_t galatea_border_values(galatea_level level, const galatea_cutout *cutout, int32_t band, int32_t border,
                                float *values, int32_t *skips_zeros) {
    GALATEA_CALL(level, border_values, (cutout, band, border, values, skips_zeros))
}

// ---- The histogram

GALATEA_INLINE int32_t bin_of(const galatea_sky_histogram *histogram, float scale, float value) {
    float position = (value - histogram->low) * scale + 1;
    position = fminf(fmaxf(position, 0), GALATEA_SKY_BINS + 1);
    return (int32_t)position;
}

GALATEA_INLINE galatea_i16 bins_of(galatea_f16 values, float low, float scale) {
    galatea_f16 position = (values - low) * scale + 1;
    position = SELECT16(position > 0, position, (galatea_f16){0});
    position = SELECT16(position < GALATEA_SKY_BINS + 1, position, SPLAT16(GALATEA_SKY_BINS + 1));
    return __builtin_convertvector(position, galatea_i16);
}

GALATEA_INLINE void fill_body(const float *values, ptrdiff_t count, galatea_sky_histogram *histogram) {
    // Tables that take turns, so that a bin is not written again before it could be read.
    enum { chunk = 256, tables = 4 };
    int32_t counts[tables][GALATEA_SKY_BINS + 2], bins[chunk];
    memset(counts, 0, sizeof counts);
    const float scale = 1 / histogram->bin, low = histogram->low;
    for (ptrdiff_t start = 0; start < count; start += chunk) {
        ptrdiff_t here = count - start < chunk ? count - start : chunk, i = 0;
        for (; i + 16 <= here; i += 16) {
            galatea_i16 bin = bins_of(GALATEA_LOAD16(values + start + i), low, scale);
            memcpy(bins + i, &bin, sizeof bin);
        }
        for (; i < here; i++) bins[i] = bin_of(histogram, scale, values[start + i]);
        for (i = 0; i + 8 <= here; i += 8) {
            // Two bins in one read.
            uint64_t pairs[4];
            memcpy(pairs, bins + i, sizeof pairs);
#pragma clang loop unroll(full)
            for (int k = 0; k < 4; k++) {
                counts[2 * k % tables][(uint32_t)pairs[k]]++;
                counts[(2 * k + 1) % tables][pairs[k] >> 32]++;
            }
        }
        for (; i < here; i++) counts[0][bins[i]]++;
    }
    for (int32_t i = 0; i < GALATEA_SKY_BINS + 2; i++) {
        int32_t sum = 0;
        for (int k = 0; k < tables; k++) sum += counts[k][i];
        histogram->counts[i] = sum;
    }
}

GALATEA_LEVELS(void, fill, (const float *values, ptrdiff_t count, galatea_sky_histogram *histogram),
               (values, count, histogram))

static void fill(galatea_level level, const float *values, ptrdiff_t count, galatea_sky_histogram *histogram) {
    GALATEA_CALL(level, fill, (values, count, histogram))
}

GALATEA_INLINE void order(galatea_f16 *a, galatea_f16 *b) {
    galatea_i16 is_ordered = *a <= *b;
    galatea_f16 low = SELECT16(is_ordered, *a, *b);
    *b = SELECT16(is_ordered, *b, *a);
    *a = low;
}

/// The median of sixteen, the lower of the two in the middle.
GALATEA_INLINE float median16(galatea_f16 v) {
    galatea_i16 rank = {0};
    for (int k = 0; k < 16; k++) {
        // Of equal values the earlier one is the lower.
        galatea_f16 other = SPLAT16(v[k]);
        rank -= (other < v) | ((other == v) & (LANES > k));
    }
    float found = v[0];
    for (int k = 0; k < 16; k++) found = rank[k] == 7 ? v[k] : found;
    return found;
}

/// A rough median and standard deviation of 128 values: medians over sixteen columns of eight, each sorted.
GALATEA_INLINE void rough_body(const float *values, ptrdiff_t count, float *median, float *sigma) {
    galatea_f16 rows[8];
    for (int r = 0; r < 8; r++)
        for (int k = 0; k < 16; k++) rows[r][k] = values[(16 * r + k) * count / SAMPLE];
    static const int8_t network[19][2] = {{0, 1}, {2, 3}, {4, 5}, {6, 7}, {0, 2}, {1, 3}, {4, 6},
                                          {5, 7}, {1, 2}, {5, 6}, {0, 4}, {3, 7}, {1, 5}, {2, 6},
                                          {1, 4}, {3, 6}, {2, 4}, {3, 5}, {3, 4}};
#pragma clang loop unroll(full)
    for (int k = 0; k < 19; k++) order(rows + network[k][0], rows + network[k][1]);
    *median = median16((rows[3] + rows[4]) * 0.5f);
    // The third and the sixth of eight normal values are 0.946 sigma apart in the mean.
    *sigma = median16(rows[5] - rows[2]) / 0.946f;
}

GALATEA_LEVELS(void, rough, (const float *values, ptrdiff_t count, float *median, float *sigma),
               (values, count, median, sigma))

static void rough_sky(galatea_level level, const float *values, ptrdiff_t count, float *median, float *sigma) {
    GALATEA_CALL(level, rough, (values, count, median, sigma))
}

int galatea_fill_sky_histogram(galatea_level level, const float *values, ptrdiff_t count,
                               galatea_sky_histogram *histogram) {
    if (count < 1) return 0;
    float median, sigma;
    if (count >= SAMPLE) {
        rough_sky(level, values, count, &median, &sigma);
    } else {
        float deviations[SAMPLE];
        median = galatea_order_statistic(level, values, count, (count - 1) / 2);
        for (ptrdiff_t i = 0; i < count; i++) deviations[i] = fabsf(values[i] - median);
        sigma = SIGMA_PER_MAD * galatea_order_statistic(level, deviations, count, (count - 1) / 2);
    }
    histogram->low = median - HALF_SPAN * sigma;
    histogram->bin = 2 * HALF_SPAN * sigma / GALATEA_SKY_BINS;
    // A spread of a few roundings would leave bins that floats cannot tell apart.
    float step = fabsf(median) * 0x1p-20f / GALATEA_SKY_BINS;
    if (!(histogram->bin > step) || !isfinite(histogram->low) || !isfinite(1 / histogram->bin)) return 0;
    fill(level, values, count, histogram);
    return 1;
}

/// Takes the pixels `from` to before `to` of a row whose bit is set out of a histogram.
GALATEA_INLINE void remove_pixels(const uint8_t *pixels, int big_endian, const uint64_t *row, int32_t words,
                                  int32_t from, int32_t to, int32_t width, int skips_zeros,
                                  galatea_sky_histogram *histogram) {
    const float scale = 1 / histogram->bin, low = histogram->low;
    for (int32_t x = from; x < to; x += 16) {
        uint32_t set = row_bits16(row, words, x);
        if (to - x < 16) set &= (1u << (to - x)) - 1;
        if (set == 0) continue;
        const galatea_f16 v = pixels16(pixels + 4 * x, width - x, big_endian);
        galatea_i16 is_out = NON_FINITE16(v);
        if (skips_zeros) is_out |= v == 0;
        set &= ~bits_of(is_out);
        int32_t bins[16];
        const galatea_i16 bin = bins_of(v, low, scale);
        memcpy(bins, &bin, sizeof bins);
        for (; set != 0; set &= set - 1) histogram->counts[bins[__builtin_ctz(set)]]--;
    }
}

/// Whether any bit of a row is set at its ends.
GALATEA_INLINE int has_bits_at_ends(const uint64_t *row, int32_t width, int32_t border) {
    const int32_t last = width - border, word = last >> 6;
    uint64_t any = (row[0] & ((1ull << border) - 1)) | row[word] >> (last & 63);
    if (word != (width - 1) >> 6) any |= row[word + 1];
    return any != 0;
}

GALATEA_INLINE void remove_body(const galatea_cutout *cutout, int big_endian, int32_t band, int32_t border,
                                int skips_zeros, const uint64_t *bits, int32_t words,
                                galatea_sky_histogram *histogram) {
    const int32_t width = cutout->width, height = cutout->height;
    for (int32_t y = 0; y < height; y++) {
        const uint64_t *row = bits + (ptrdiff_t)y * words;
        const uint8_t *pixels = row_of(cutout, band, y);
        if (y < border || y >= height - border || 2 * border >= width) {
            remove_pixels(pixels, big_endian, row, words, 0, width, width, skips_zeros, histogram);
        } else if (has_bits_at_ends(row, width, border)) {
            remove_pixels(pixels, big_endian, row, words, 0, border, width, skips_zeros, histogram);
            remove_pixels(pixels, big_endian, row, words, width - border, width, width, skips_zeros, histogram);
        }
    }
}

#define REMOVE_PARAMETERS                                                                                    \
    (const galatea_cutout *cutout, int32_t band, int32_t border, int skips_zeros, const uint64_t *bits, \
     int32_t words, galatea_sky_histogram *histogram)
#define REMOVE_ARGUMENTS (cutout, band, border, skips_zeros, bits, words, histogram)

GALATEA_INLINE void removal_body REMOVE_PARAMETERS {
    if (cutout->big_endian) remove_body(cutout, 1, band, border, skips_zeros, bits, words, histogram);
    else remove_body(cutout, 0, band, border, skips_zeros, bits, words, histogram);
}

GALATEA_LEVELS(void, removal, REMOVE_PARAMETERS, REMOVE_ARGUMENTS)

void galatea_remove_from_histogram(galatea_level level, const galatea_cutout *cutout, int32_t band, int32_t border,
                                   int skips_zeros, const uint64_t *bits, int32_t words,
                                   galatea_sky_histogram *histogram) {
    GALATEA_CALL(level, removal, REMOVE_ARGUMENTS)
}

// Position, in bins from the histogram's lower edge, below which `rank` values lie.
static double position_of(const int32_t *sums, double rank) {
    // Steps that halve, each taken or not: nothing whose outcome has to be guessed.
    int32_t low = 0;
    for (int32_t step = 256; step > 0; step /= 2) {
        const int32_t next = low + step < GALATEA_SKY_BINS + 1 ? low + step : GALATEA_SKY_BINS + 1;
        low = sums[next] <= rank ? next : low;
    }
    int32_t here = sums[low + 1] - sums[low];
    return low + (here > 0 ? (rank - sums[low]) / here : 0.5);
}

// How many values lie below a position.
static double values_below(const int32_t *sums, double position) {
    if (position <= 0) return 0;
    if (position >= GALATEA_SKY_BINS + 2) return sums[GALATEA_SKY_BINS + 2];
    int32_t bin = (int32_t)position;
    return sums[bin] + (position - bin) * (sums[bin + 1] - sums[bin]);
}

/// 1.4826 times the deviation from the median that `wanted` of the values between `low` and `high` do not exceed.
static double half_deviation(const int32_t *sums, double low, double high, double median, double wanted) {
    // The histogram's span is known in sigma, so that the answer is known within a quarter.
    const double expected = GALATEA_SKY_BINS / (2 * HALF_SPAN * SIGMA_PER_MAD);
    double least = 0, most = fmax(high - median, median - low), at_least = 0, at_most = 2 * wanted;
    for (int i = 0; i < 24 && most - least > 0.25; i++) {
        double middle = i == 0 ? 0.8 * expected : i == 1 ? 1.25 * expected : (least + most) / 2;
        if (middle <= least || middle >= most) middle = (least + most) / 2;
        double from = fmax(low, median - middle), to = fmin(high, median + middle);
        double here = values_below(sums, to) - values_below(sums, from);
        if (here < wanted) {
            least = middle;
            at_least = here;
        } else {
            most = middle;
            at_most = here;
        }
    }
    // Counts grow evenly within so small a step.
    double part = at_most > at_least ? (wanted - at_least) / (at_most - at_least) : 0.5;
    return SIGMA_PER_MAD * (least + fmin(1, fmax(0, part)) * (most - least));
}

galatea_sky galatea_clipped_histogram(const galatea_sky_histogram *histogram) {
    int32_t sums[GALATEA_SKY_BINS + 3];
    sums[0] = 0;
    for (int32_t i = 0; i < GALATEA_SKY_BINS + 2; i++) sums[i + 1] = sums[i] + histogram->counts[i];
    int32_t total = sums[GALATEA_SKY_BINS + 2];
    galatea_sky sky = {NAN, NAN, total};
    if (total < 1) return sky;
    // So few more or less do not move the noise by a thousandth.
    const double settled = fmax(0.5, 2.5e-4 * total);
    double low = 0, high = GALATEA_SKY_BINS + 2, below = 0, inside = total, median = 0, deviation = 0;
    for (int step = 0; step < 20; step++) {
        median = position_of(sums, below + inside / 2);
        deviation = half_deviation(sums, low, high, median, inside / 2);
        low = median - 3 * deviation;
        high = median + 3 * deviation;
        double kept_below = values_below(sums, low), kept = values_below(sums, high) - kept_below;
        int is_settled = fabs(kept - inside) < settled;
        below = kept_below;
        inside = kept;
        if (is_settled) break;
        if (!(inside > 0)) return sky;
    }
    // The open bins at either end have no extent.
    if (median < 1 || median > GALATEA_SKY_BINS + 1 || !(deviation > 0) ||
        (low < 1 && histogram->counts[0] > 0) ||
        (high > GALATEA_SKY_BINS + 1 && histogram->counts[GALATEA_SKY_BINS + 1] > 0))
        return sky;
    sky.level = histogram->low + (float)((median - 1) * histogram->bin);
    sky.sigma = (float)(deviation * histogram->bin);
    return sky;
}
