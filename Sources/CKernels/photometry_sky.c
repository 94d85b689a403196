#include <math.h>

#include "photometry_pixels.h"

#define SIGMA_PER_MAD 1.4826022f
#define SAMPLE 128
#define HALF_SPAN 5.0f  // Of the histogram, in sigma.

// ---- The border

GALATEA_INLINE float *append(float *to, const uint8_t *from, ptrdiff_t count, int big_endian) {
    for (ptrdiff_t i = 0; i < count; i++) to[i] = pixel_at(from + 4 * i, big_endian);
    return to + count;
}

GALATEA_INLINE ptrdiff_t gather(const galatea_cutout *cutout, int32_t band, int32_t border, int big_endian,
                                float *values) {
    float *end = values;
    for (int32_t y = 0; y < cutout->height; y++) {
        const uint8_t *row = row_of(cutout, band, y);
        if (y < border || y >= cutout->height - border || 2 * border >= cutout->width) {
            end = append(end, row, cutout->width, big_endian);
        } else if (border == 8) {
            // The border of the usual stamp: one vector at either end.
            end = append(end, row, 8, big_endian);
            end = append(end, row + 4 * (cutout->width - 8), 8, big_endian);
        } else {
            end = append(end, row, border, big_endian);
            end = append(end, row + 4 * (cutout->width - border), border, big_endian);
        }
    }
    return end - values;
}

GALATEA_INLINE ptrdiff_t border_values_body(const galatea_cutout *cutout, int32_t band, int32_t border,
                                            float *values, int32_t *skips_zeros) {
    ptrdiff_t count = cutout->big_endian ? gather(cutout, band, border, 1, values)
                                         : gather(cutout, band, border, 0, values);
    // Floats without their sign order as integers: the extremes tell whether there is anything to count.
    int32_t largest = 0, smallest = INT32_MAX;
    for (ptrdiff_t i = 0; i < count; i++) {
        int32_t bits;
        memcpy(&bits, values + i, 4);
        bits &= INT32_MAX;
        largest = bits > largest ? bits : largest;
        smallest = bits < smallest ? bits : smallest;
    }
    *skips_zeros = 0;
    if (largest < EXPONENT_BITS && smallest > 0) {
        *skips_zeros = 1;
        return count;
    }
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

GALATEA_INLINE void fill_body(const float *values, ptrdiff_t count, galatea_sky_histogram *histogram) {
    // Two tables, so that a bin is not written again before it could be read.
    int32_t second[GALATEA_SKY_BINS + 2] = {0}, bins[256];
    memset(histogram->counts, 0, sizeof histogram->counts);
    const float scale = 1 / histogram->bin, low = histogram->low;
    for (ptrdiff_t start = 0; start < count; start += 256) {
        ptrdiff_t here = count - start < 256 ? count - start : 256, i = 0;
        for (; i + 16 <= here; i += 16) {
            galatea_f16 position = (GALATEA_LOAD16(values + start + i) - low) * scale + 1;
            position = SELECT16(position > 0, position, (galatea_f16){0});
            position = SELECT16(position < GALATEA_SKY_BINS + 1, position, SPLAT16(GALATEA_SKY_BINS + 1));
            galatea_i16 bin = __builtin_convertvector(position, galatea_i16);
            memcpy(bins + i, &bin, sizeof bin);
        }
        for (; i < here; i++) bins[i] = bin_of(histogram, scale, values[start + i]);
        for (i = 0; i + 2 <= here; i += 2) {
            histogram->counts[bins[i]]++;
            second[bins[i + 1]]++;
        }
        if (i < here) histogram->counts[bins[i]]++;
    }
    for (int32_t i = 0; i < GALATEA_SKY_BINS + 2; i++) histogram->counts[i] += second[i];
}

GALATEA_LEVELS(void, fill, (const float *values, ptrdiff_t count, galatea_sky_histogram *histogram),
               (values, count, histogram))

static void fill(galatea_level level, const float *values, ptrdiff_t count, galatea_sky_histogram *histogram) {
    GALATEA_CALL(level, fill, (values, count, histogram))
}

int galatea_fill_sky_histogram(galatea_level level, const float *values, ptrdiff_t count,
                               galatea_sky_histogram *histogram) {
    if (count < 1) return 0;
    float sample[SAMPLE];
    ptrdiff_t taken = count < SAMPLE ? count : SAMPLE;
    for (ptrdiff_t i = 0; i < taken; i++) sample[i] = values[i * count / taken];
    float median = galatea_order_statistic(level, sample, taken, (taken - 1) / 2);
    for (ptrdiff_t i = 0; i < taken; i++) sample[i] = fabsf(sample[i] - median);
    float sigma = SIGMA_PER_MAD * galatea_order_statistic(level, sample, taken, (taken - 1) / 2);
    histogram->low = median - HALF_SPAN * sigma;
    histogram->bin = 2 * HALF_SPAN * sigma / GALATEA_SKY_BINS;
    // A spread of a few roundings would leave bins that floats cannot tell apart.
    float step = fabsf(median) * 0x1p-20f / GALATEA_SKY_BINS;
    if (!(histogram->bin > step) || !isfinite(histogram->low) || !isfinite(1 / histogram->bin)) return 0;
    fill(level, values, count, histogram);
    return 1;
}

void galatea_remove_from_histogram(const galatea_cutout *cutout, int32_t band, int32_t border, int skips_zeros,
                                   const uint64_t *bits, int32_t words, galatea_sky_histogram *histogram) {
    const float scale = 1 / histogram->bin;
    uint64_t columns[GALATEA_LARGEST_SIDE / 64] = {0};
    for (int32_t x = 0; x < border && x < cutout->width; x++) {
        int32_t right = cutout->width - 1 - x;
        columns[x >> 6] |= 1ull << (x & 63);
        columns[right >> 6] |= 1ull << (right & 63);
    }
    for (int32_t y = 0; y < cutout->height; y++) {
        int is_whole = y < border || y >= cutout->height - border || 2 * border >= cutout->width;
        const uint8_t *row = row_of(cutout, band, y);
        for (int32_t word = 0; word < words; word++) {
            uint64_t set = bits[(ptrdiff_t)y * words + word];
            if (!is_whole) set &= columns[word];
            for (; set != 0; set &= set - 1) {
                int32_t x = 64 * word + __builtin_ctzll(set);
                float value = pixel_at(row + 4 * x, cutout->big_endian);
                if (!isfinite(value) || (skips_zeros && value == 0)) continue;
                histogram->counts[bin_of(histogram, scale, value)]--;
            }
        }
    }
}

// Position, in bins from the histogram's lower edge, below which `rank` values lie.
static double position_of(const int32_t *sums, double rank) {
    int32_t low = 0, high = GALATEA_SKY_BINS + 2;
    while (high - low > 1) {
        int32_t middle = (low + high) / 2;
        if (sums[middle] <= rank) low = middle;
        else high = middle;
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
    double low = 0, high = GALATEA_SKY_BINS + 2, below = 0, inside = total, median = 0, deviation = 0;
    for (int step = 0; step < 20; step++) {
        median = position_of(sums, below + inside / 2);
        deviation = half_deviation(sums, low, high, median, inside / 2);
        low = median - 3 * deviation;
        high = median + 3 * deviation;
        double kept_below = values_below(sums, low), kept = values_below(sums, high) - kept_below;
        int is_settled = fabs(kept - inside) < 0.5;
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

// ---- Correlation of the noise

/// The rows that the noise's correlation is taken from: of each end of the image a quarter.
GALATEA_INLINE int32_t strip_height(int32_t height) { return (height + 3) / 4; }

GALATEA_INLINE double noise_products_body(const galatea_cutout *cutout, int big_endian, int32_t band, float sky,
                                          float limit, const uint64_t *free, int32_t words, float *scratch) {
    // The sum over a square is one along rows and one along columns, and either may be taken of either factor:
    // sum v box(v) = sum across(v) down(v). Rows lie between zeros; five are kept.
    const int32_t width = cutout->width, height = cutout->height, strip = strip_height(height);
    const ptrdiff_t stride = (width + 15) / 16 * 16 + 32;
    galatea_f16 products = {0}, squares = {0};
    for (int32_t part = 0; part < 2; part++) {
        const int32_t first = part == 0 ? 0 : height - strip;
        memset(scratch, 0, (size_t)(5 * stride + 32) * sizeof(float));
        float *ring[5];
        for (int k = 0; k < 5; k++) ring[k] = scratch + 16 + k * stride;
        for (int32_t y = 0; y < strip + 3; y++) {
            float *row = ring[0];
            const float *a = ring[1], *b = ring[2], *c = ring[3], *d = ring[4];
            // Rows y - 5 to y - 1 stand in the ring; the oldest gives way to row y.
            const uint8_t *from = row_of(cutout, band, first + (y < strip ? y : 0));
            const uint64_t *mask = free + (ptrdiff_t)(first + (y < strip ? y : 0)) * words;
            for (int32_t x = 0; x < width; x += 16) {
                galatea_f16 oldest = GALATEA_LOAD16(row + x);
                galatea_f16 centre = GALATEA_LOAD16(b + x);
                galatea_f16 down = ((oldest + GALATEA_LOAD16(a + x)) + centre) +
                                   (GALATEA_LOAD16(c + x) + GALATEA_LOAD16(d + x));
                galatea_f16 across = ((GALATEA_LOAD16(b + x - 2) + GALATEA_LOAD16(b + x - 1)) + centre) +
                                     (GALATEA_LOAD16(b + x + 1) + GALATEA_LOAD16(b + x + 2));
                products += across * down;
                squares += centre * centre;
                galatea_f16 v = {0};
                if (y < strip) {
                    v = pixels16(from + 4 * x, width - x, big_endian) - sky;
                    galatea_i16 keep = lanes_of(row_bits16(mask, words, x)) & (ABSOLUTE16(v) < limit);
                    v = SELECT16(keep, v, (galatea_f16){0});
                }
                GALATEA_STORE16(row + x, v);
            }
            for (int k = 0; k < 4; k++) ring[k] = ring[k + 1];
            ring[4] = row;
        }
    }
    double square = joined16(squares);
    return square > 0 ? joined16(products) / square : NAN;
}

#define PRODUCT_PARAMETERS                                                                                   \
    (const galatea_cutout *cutout, int32_t band, float sky, float limit, const uint64_t *free, int32_t words, \
     float *scratch)
#define PRODUCT_ARGUMENTS (cutout, band, sky, limit, free, words, scratch)

GALATEA_INLINE double products_body PRODUCT_PARAMETERS {
    return cutout->big_endian ? noise_products_body(cutout, 1, band, sky, limit, free, words, scratch)
                              : noise_products_body(cutout, 0, band, sky, limit, free, words, scratch);
}

GALATEA_LEVELS(double, products, PRODUCT_PARAMETERS, PRODUCT_ARGUMENTS)

double galatea_noise_products(galatea_level level, const galatea_cutout *cutout, int32_t band, float sky,
                              float limit, const uint64_t *free, int32_t words, float *scratch) {
    GALATEA_CALL(level, products, PRODUCT_ARGUMENTS)
}

GALATEA_INLINE double pairs_body(const uint64_t *bits, int32_t height, int32_t words) {
    int64_t set = 0, pairs = 0;
    const int32_t strip = strip_height(height);
    for (int32_t k = 0; k < 2 * strip; k++) {
        const int32_t y = k < strip ? k : height - 2 * strip + k, end = k < strip ? strip : height;
        const uint64_t *row = bits + (ptrdiff_t)y * words;
        for (int32_t word = 0; word < words; word++) {
            uint64_t here = row[word];
            set += __builtin_popcountll(here);
            for (int32_t dy = 0; dy <= 2 && y + dy < end; dy++) {
                const uint64_t *other = row + (ptrdiff_t)dy * words;
                uint64_t at = other[word], before = word > 0 ? other[word - 1] : 0;
                uint64_t after = word + 1 < words ? other[word + 1] : 0;
                if (dy > 0) {
                    pairs += __builtin_popcountll(here & at);
                    pairs += __builtin_popcountll(here & (at << 1 | before >> 63));
                    pairs += __builtin_popcountll(here & (at << 2 | before >> 62));
                }
                pairs += __builtin_popcountll(here & (at >> 1 | after << 63));
                pairs += __builtin_popcountll(here & (at >> 2 | after << 62));
            }
        }
    }
    return pairs > 0 ? 25 * (double)set / (double)(set + 2 * pairs) : 1;
}

GALATEA_LEVELS(double, pairs, (const uint64_t *bits, int32_t height, int32_t words), (bits, height, words))

double galatea_pair_ratio(galatea_level level, const uint64_t *bits, int32_t height, int32_t words) {
    GALATEA_CALL(level, pairs, (bits, height, words))
}
