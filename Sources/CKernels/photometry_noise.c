#include <math.h>

#include "photometry_pixels.h"

/// The rows that the noise's correlation is taken from: of each end of the image a fourth.
GALATEA_INLINE int32_t strip_height(int32_t height) { return (height + 3) / 4; }

ptrdiff_t galatea_noise_scratch(int32_t width, int32_t height) {
    return 32 + strip_height(height) * (ptrdiff_t)((width + 15) / 16 * 16 + 16);
}

GALATEA_INLINE double noise_products_body(const galatea_cutout *cutout, int big_endian, int32_t band, float sky,
                                          float limit, const uint64_t *free, int32_t words, float *scratch) {
    // The sum over a square is one along rows and one along columns, and either may be taken of either factor:
    // sum v box(v) = sum across(v) down(v).
    const int32_t width = cutout->width, height = cutout->height, strip = strip_height(height);
    const ptrdiff_t stride = (width + 15) / 16 * 16 + 16;
    galatea_f16 products = {0}, squares = {0};
    for (int32_t part = 0; part < 2; part++) {
        const int32_t first = part == 0 ? 0 : height - strip;
        // Each row ends in zeros, where the next one begins.
        float *rows = scratch + 16;
        GALATEA_STORE16(scratch, (galatea_f16){0});
        for (int32_t y = 0; y < strip; y++) {
            const uint8_t *from = row_of(cutout, band, first + y);
            const uint64_t *mask = free + (ptrdiff_t)(first + y) * words;
            float *row = rows + y * stride;
            for (int32_t x = 0; x < width; x += 16) {
                galatea_f16 v = pixels16(from + 4 * x, width - x, big_endian) - sky;
                galatea_i16 keep = lanes_of(row_bits16(mask, words, x)) & (ABSOLUTE16(v) < limit);
                GALATEA_STORE16(row + x, SELECT16(keep, v, (galatea_f16){0}));
            }
            GALATEA_STORE16(row + stride - 16, (galatea_f16){0});
        }
        for (int32_t x = 0; x < width; x += 16) {
            // Down a column of vectors, of which the last five rows stay in registers.
            galatea_f16 a = {0}, b = {0}, c = {0}, d = {0}, across_c = {0}, across_d = {0};
            for (int32_t y = 0; y < strip + 2; y++) {
                galatea_f16 e = {0}, across = {0};
                if (y < strip) {
                    const float *at = rows + y * stride + x;
                    e = GALATEA_LOAD16(at);
                    across = ((GALATEA_LOAD16(at - 2) + GALATEA_LOAD16(at - 1)) + e) +
                             (GALATEA_LOAD16(at + 1) + GALATEA_LOAD16(at + 2));
                }
                products += across_c * (((a + b) + c) + (d + e));
                squares += e * e;
                a = b;
                b = c;
                c = d;
                d = e;
                across_c = across_d;
                across_d = across;
            }
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
