#include <math.h>

#include "photometry_pixels.h"

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>
#endif

/// The rows that the noise's correlation is taken from: of each end of the image a fourth.
GALATEA_INLINE int32_t strip_height(int32_t height) { return (height + 3) / 4; }

/// Thirty-two pixels in whole steps.
typedef int16_t stepped_pixels __attribute__((vector_size(64)));
typedef int16_t sixteen_steps __attribute__((vector_size(32)));

/// Steps from the sky to the limit: those of a sixteenth of the noise for a limit of four times the noise. A sum of
/// five by a sum of five, twice, over all rows of the largest image stays within 32 bits.
#define LIMIT_STEPS 64

GALATEA_INLINE stepped_pixels steps_at(const int16_t *from) {
    stepped_pixels steps;
    memcpy(&steps, from, sizeof steps);
    return steps;
}

// Rows are as long as whole vectors of 32, between zeros.
GALATEA_INLINE ptrdiff_t step_stride(int32_t width) { return (width + 31) / 32 * 32 + 32; }

ptrdiff_t galatea_noise_scratch(int32_t width, int32_t height) {
    return 32 + strip_height(height) * step_stride(width);
}

/// Products of pixels, neighbours added. Vectors go by address, since levels differ in how they pass them.
static inline void pair_products_portable(const stepped_pixels *a, const stepped_pixels *b, galatea_i16 *sums) {
    const galatea_i16 x = (galatea_i16)*a, y = (galatea_i16)*b;
    *sums = (x << 16 >> 16) * (y << 16 >> 16) + (x >> 16) * (y >> 16);
}
#if GALATEA_HAS_X86_LEVELS
GALATEA_TARGET_AVX2 static inline void pair_products_avx2(const stepped_pixels *a, const stepped_pixels *b,
                                                          galatea_i16 *sums) {
    const __m256i *x = (const __m256i *)a, *y = (const __m256i *)b;
    for (int k = 0; k < 2; k++) ((__m256i *)sums)[k] = _mm256_madd_epi16(x[k], y[k]);
}
GALATEA_TARGET_AVX512 static inline void pair_products_avx512(const stepped_pixels *a, const stepped_pixels *b,
                                                              galatea_i16 *sums) {
    *(__m512i *)sums = _mm512_madd_epi16(*(const __m512i *)a, *(const __m512i *)b);
}
#endif

GALATEA_INLINE galatea_i16 pair_products(galatea_level level, stepped_pixels a, stepped_pixels b) {
    galatea_i16 sums;
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) pair_products_avx512(&a, &b, &sums);
    else if (level == GALATEA_AVX2) pair_products_avx2(&a, &b, &sums);
    else pair_products_portable(&a, &b, &sums);
#else
    (void)level;
    pair_products_portable(&a, &b, &sums);
#endif
    return sums;
}

typedef int64_t wide_sums __attribute__((vector_size(128)));

GALATEA_INLINE double lane_sum(const wide_sums *v) {
    int64_t sum = 0;
    for (int k = 0; k < 16; k++) sum += (*v)[k];
    return (double)sum;
}

/// Pixels in steps from the sky; 0 for those that do not count.
GALATEA_INLINE void store_steps(galatea_f16 pixels, float sky, float limit, float scale, uint32_t free,
                                int16_t *to) {
    // What is added makes all steps positive, which are then rounded down.
    const float offset = 4 * LIMIT_STEPS;
    const galatea_f16 v = pixels - sky;
    const galatea_i16 keep = lanes_of(free) & (ABSOLUTE16(v) < limit);
    const galatea_f16 steps = SELECT16(keep, v * scale + (offset + 0.5f), SPLAT16(offset));
    const galatea_i16 whole = __builtin_convertvector(steps, galatea_i16) - (int32_t)offset;
    const sixteen_steps found = __builtin_convertvector(whole, sixteen_steps);
    memcpy(to, &found, sizeof found);
}

/// A row's pixels in steps.
GALATEA_INLINE void step_row(const uint8_t *from, int big_endian, int32_t width, float sky, float limit,
                             const uint64_t *free, int32_t words, int16_t *row) {
    const float scale = LIMIT_STEPS / limit;
    int32_t x = 0;
    for (; x + 16 <= width; x += 16)
        store_steps(whole_pixels16(from + 4 * x, big_endian), sky, limit, scale, row_bits16(free, words, x), row + x);
    if (x < width)
        store_steps(pixels16(from + 4 * x, width - x, big_endian), sky, limit, scale, row_bits16(free, words, x),
                    row + x);
}

GALATEA_INLINE double products_of(galatea_level level, const galatea_cutout *cutout, int big_endian, int32_t band,
                                  float sky, float limit, const uint64_t *free, int32_t words, int16_t *scratch) {
    // The sum over a square is one along rows and one along columns, and either may be taken of either factor:
    // sum v box(v) = sum across(v) down(v).
    const int32_t width = cutout->width, height = cutout->height, strip = strip_height(height);
    const ptrdiff_t stride = step_stride(width);
    wide_sums products = {0}, squares = {0};
    // Each row ends in zeros, where the next one begins.
    int16_t *rows = scratch + 32;
    const int32_t stored = (width + 15) / 16 * 16;
    memset(scratch, 0, 32 * sizeof *scratch);
    for (int32_t y = 0; y < strip; y++)
        memset(rows + y * stride + stored, 0, (size_t)(stride - stored) * sizeof *rows);
    for (int32_t part = 0; part < 2; part++) {
        const int32_t first = part == 0 ? 0 : height - strip;
        for (int32_t y = 0; y < strip; y++)
            step_row(row_of(cutout, band, first + y), big_endian, width, sky, limit,
                     free + (ptrdiff_t)(first + y) * words, words, rows + y * stride);
        for (int32_t x = 0; x < width; x += 32) {
            // Down a column of vectors, of which the last five rows stay in registers.
            stepped_pixels a = {0}, b = {0}, c = {0}, d = {0}, across_c = {0}, across_d = {0};
            galatea_i16 column = {0}, own = {0};
            for (int32_t y = 0; y < strip + 2; y++) {
                stepped_pixels e = {0}, across = {0};
                if (y < strip) {
                    const int16_t *at = rows + y * stride + x;
                    e = steps_at(at);
                    across = e + (steps_at(at - 2) + steps_at(at - 1)) + (steps_at(at + 1) + steps_at(at + 2));
                }
                column += pair_products(level, across_c, a + b + c + d + e);
                own += pair_products(level, e, e);
                a = b;
                b = c;
                c = d;
                d = e;
                across_c = across_d;
                across_d = across;
            }
            products += __builtin_convertvector(column, wide_sums);
            squares += __builtin_convertvector(own, wide_sums);
        }
    }
    const double square = lane_sum(&squares);
    return square > 0 ? lane_sum(&products) / square : NAN;
}

#define PRODUCT_PARAMETERS                                                                                   \
    (const galatea_cutout *cutout, int32_t band, float sky, float limit, const uint64_t *free, int32_t words, \
     int16_t *scratch)
#define PRODUCTS_AT(level)                                                                          \
    return cutout->big_endian ? products_of(level, cutout, 1, band, sky, limit, free, words, scratch) \
                              : products_of(level, cutout, 0, band, sky, limit, free, words, scratch);

static double products_portable PRODUCT_PARAMETERS { PRODUCTS_AT(GALATEA_PORTABLE) }
#if GALATEA_HAS_X86_LEVELS
GALATEA_TARGET_AVX2 static double products_avx2 PRODUCT_PARAMETERS { PRODUCTS_AT(GALATEA_AVX2) }
GALATEA_TARGET_AVX512 static double products_avx512 PRODUCT_PARAMETERS { PRODUCTS_AT(GALATEA_AVX512) }
#endif

static double products(galatea_level level, const galatea_cutout *cutout, int32_t band, float sky, float limit,
                       const uint64_t *free, int32_t words, int16_t *scratch) {
#if GALATEA_HAS_X86_LEVELS
    GALATEA_CALL(level, products, (cutout, band, sky, limit, free, words, scratch))
#else
    (void)level;
    return products_portable(cutout, band, sky, limit, free, words, scratch);
#endif
}

double galatea_noise_products(galatea_level level, const galatea_cutout *cutout, int32_t band, float sky,
                              float limit, const uint64_t *free, int32_t words, int16_t *scratch) {
    if (!(limit > 0) || !isfinite(sky) || !isfinite(limit) || !isfinite(LIMIT_STEPS / limit)) return NAN;
    return products(level, cutout, band, sky, limit, free, words, scratch);
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
