#include <math.h>

#include "photometry_pixels.h"

ptrdiff_t galatea_plane_stride(int32_t width) { return (width + 15) / 16 * 16 + 16; }

ptrdiff_t galatea_plane_size(int32_t width, int32_t height) {
    return (height + 2 * GALATEA_PLANE_MARGIN) * galatea_plane_stride(width) + 32;
}

ptrdiff_t galatea_plane_start(int32_t width) { return GALATEA_PLANE_MARGIN * galatea_plane_stride(width) + 16; }

// ---- Stack

#define MOST_AT_ONCE 8

/// Whole vectors of pixels without a look at each: whether every sum is finite; `seen` gathers the bits that are
/// set in any pixel of a band.
GALATEA_INLINE int add_finite(const galatea_cutout *cutout, const int big_endian, const int32_t bands,
                              const float *sky, const float *weights, galatea_plane stack, galatea_i16 *seen) {
    // Copies, which the stores below cannot change.
    galatea_f16 levels[MOST_AT_ONCE], factors[MOST_AT_ONCE];
    galatea_i16 bits[MOST_AT_ONCE];
    for (int32_t band = 0; band < bands; band++) {
        levels[band] = SPLAT16(sky[band]);
        factors[band] = SPLAT16(weights[band]);
        bits[band] = (galatea_i16){0};
    }
    const ptrdiff_t step = 4 * cutout->band_stride;
    const int32_t width = cutout->width, whole = width & -16;
    // 0 times a sum that is not finite is none either.
    galatea_f16 nothing = {0};
    for (int32_t y = 0; y < cutout->height; y++) {
        const uint8_t *from = row_of(cutout, 0, y);
        float *to = stack.pixels + y * stack.stride;
        for (int32_t x = 0; x < whole; x += 16) {
            galatea_f16 light = {0};
            for (int32_t band = 0; band < bands; band++) {
                galatea_f16 v = whole_pixels16(from + band * step + 4 * x, big_endian);
                bits[band] |= (galatea_i16)v;
                light += (v - levels[band]) * factors[band];
            }
            nothing += light * 0;
            GALATEA_STORE16(to + x, light);
        }
        if (whole == width) continue;
        galatea_f16 light = {0};
        for (int32_t band = 0; band < bands; band++) {
            galatea_f16 v = pixels16(from + band * step + 4 * whole, width - whole, big_endian);
            bits[band] |= (galatea_i16)v;
            light += (v - levels[band]) * factors[band];
        }
        light = SELECT16(LANES < (width - whole), light, (galatea_f16){0});
        nothing += light * 0;
        GALATEA_STORE16(to + whole, light);
    }
    for (int32_t band = 0; band < bands; band++) seen[band] = bits[band];
    return bits_of(nothing != 0) == 0;
}

/// Pixel by pixel: those that are not finite count as sky.
GALATEA_INLINE int add_any(const galatea_cutout *cutout, const float *sky, const float *weights,
                           galatea_plane stack, galatea_pixel_census *census) {
    int is_finite = 1;
    for (int32_t band = 0; band < cutout->bands; band++)
        for (int32_t y = 0; y < cutout->height; y++)
            for (int32_t x = 0; x < cutout->width; x++) {
                float v = cutout_pixel(cutout, band, y, x), *to = stack.pixels + y * stack.stride + x;
                int bad = !isfinite(v);
                census[band].non_finite += bad;
                census[band].is_lit |= v != 0;
                float light = bad || !(weights[band] > 0) ? 0 : (v - sky[band]) * weights[band];
                *to = band > 0 ? *to + light : light;
                is_finite &= isfinite(*to);
            }
    return is_finite;
}

#define STACK_PARAMETERS                                                                                \
    (const galatea_cutout *cutout, const float *sky, const float *weights, galatea_plane stack,        \
     galatea_pixel_census *census)
#define STACK_ARGUMENTS (cutout, sky, weights, stack, census)

GALATEA_INLINE int stack_body STACK_PARAMETERS {
    const int32_t bands = cutout->bands;
    int can_hurry = bands <= MOST_AT_ONCE;
    for (int32_t band = 0; band < bands && can_hurry; band++) can_hurry = isfinite(sky[band]);
    galatea_i16 seen[MOST_AT_ONCE] = {{0}};
    if (can_hurry) {
        // Three is the usual number, whose sums stay in registers.
        int is_finite = cutout->big_endian && bands == 3 ? add_finite(cutout, 1, 3, sky, weights, stack, seen)
                        : bands == 3 ? add_finite(cutout, 0, 3, sky, weights, stack, seen)
                                     : add_finite(cutout, cutout->big_endian, bands, sky, weights, stack, seen);
        // Gaps, and bands that are empty, are for the slow way.
        for (int32_t band = 0; band < bands; band++) is_finite &= bits_of((seen[band] << 1) != 0) != 0;
        for (int32_t band = 0; band < bands && is_finite; band++) census[band].is_lit = 1;
        if (is_finite) return 1;
    }
    return add_any(cutout, sky, weights, stack, census);
}

GALATEA_LEVELS(int, stack, STACK_PARAMETERS, STACK_ARGUMENTS)

int galatea_stack(galatea_level level, const galatea_cutout *cutout, const float *sky, const float *weights,
                  galatea_plane stack, galatea_pixel_census *census) {
    GALATEA_CALL(level, stack, STACK_ARGUMENTS)
}

GALATEA_INLINE void shift_body(galatea_plane plane, float value) {
    for (int32_t y = 0; y < plane.height; y++)
        for (int32_t x = 0; x < plane.width; x++) plane.pixels[y * plane.stride + x] += value;
}

GALATEA_LEVELS(void, shift, (galatea_plane plane, float value), (plane, value))

void galatea_shift_plane(galatea_level level, galatea_plane plane, float value) {
    GALATEA_CALL(level, shift, (plane, value))
}

void galatea_shift_pixels(galatea_plane plane, const uint64_t *bits, int32_t words, float value) {
    for (int32_t y = 0; y < plane.height; y++)
        for (int32_t word = 0; word < words; word++)
            for (uint64_t set = bits[(ptrdiff_t)y * words + word]; set != 0; set &= set - 1)
                plane.pixels[y * plane.stride + 64 * word + __builtin_ctzll(set)] += value;
}

float galatea_largest_deviation(const galatea_cutout *cutout, int32_t band, float sky) {
    float largest = 0;
    for (int32_t y = 0; y < cutout->height; y++)
        for (int32_t x = 0; x < cutout->width; x++) {
            float deviation = fabsf(cutout_pixel(cutout, band, y, x) - sky);
            if (isfinite(deviation) && deviation > largest) largest = deviation;
        }
    return largest;
}

void galatea_gap_bits(const galatea_cutout *cutout, int32_t band, uint64_t *bits, int32_t words) {
    memset(bits, 0, (size_t)words * (size_t)cutout->height * sizeof *bits);
    for (int32_t y = 0; y < cutout->height; y++)
        for (int32_t x = 0; x < cutout->width; x++)
            if (!isfinite(cutout_pixel(cutout, band, y, x)))
                bits[(ptrdiff_t)y * words + (x >> 6)] |= 1ull << (x & 63);
}

// ---- Smoothing

/// The kernel along a row.
GALATEA_INLINE galatea_f16 smooth_along(const float *at, const float *taps, int32_t half) {
    galatea_f16 sum = taps[0] * GALATEA_LOAD16(at);
    for (int32_t k = 1; k <= half; k++) sum += taps[k] * (GALATEA_LOAD16(at - k) + GALATEA_LOAD16(at + k));
    return sum;
}

/// Any reach: along the rows into the other plane, then down its columns by way of a ring of lines.
GALATEA_INLINE void smooth_far(galatea_plane from, const float *taps, int32_t half, float threshold,
                               galatea_plane to, uint64_t *bits, int32_t words) {
    enum { most = 2 * GALATEA_PLANE_MARGIN + 1 };
    for (int32_t x = 0; x < from.width; x += 16) {
        galatea_f16 lines[most] = {{0}};
        for (int32_t y = -half; y < from.height; y++) {
            for (int32_t k = 0; k < 2 * half; k++) lines[k] = lines[k + 1];
            lines[2 * half] = smooth_along(from.pixels + (y + half) * from.stride + x, taps, half);
            if (y < 0) continue;
            galatea_f16 sum = taps[0] * lines[half];
            for (int32_t k = 1; k <= half; k++) sum += taps[k] * (lines[half - k] + lines[half + k]);
            sum = SELECT16(LANES < (from.width - x), sum, (galatea_f16){0});
            GALATEA_STORE16(to.pixels + y * to.stride + x, sum);
            bits[(ptrdiff_t)y * words + (x >> 6)] |= (uint64_t)bits_of(sum > threshold) << (x & 63);
        }
    }
}

/// A short reach: down a column of vectors, whose last lines stay in registers.
GALATEA_INLINE void smooth_near(galatea_plane from, const float *values, const int half, float threshold,
                                galatea_plane to, uint64_t *bits, int32_t words) {
    enum { most = 3 };
    const int count = 2 * half + 1;
    // Copies, which the stores below cannot change.
    float taps[most + 1];
    for (int k = 0; k <= half; k++) taps[k] = values[k];
    for (int32_t x = 0; x < from.width; x += 16) {
        const float *next = from.pixels + x;
        const galatea_i16 inside = LANES < (from.width - x);
        galatea_f16 lines[2 * most + 1] = {{0}};
        for (int k = half; k < count - 1; k++, next += from.stride) lines[k] = smooth_along(next, taps, half);
        for (int32_t start = 0; start < from.height; start += count) {
#pragma clang loop unroll(full)
            for (int k = 0; k < count; k++) {
                const int32_t y = start + k;
                if (y >= from.height) break;
                lines[(k + 2 * half) % count] = smooth_along(next, taps, half);
                next += from.stride;
                galatea_f16 sum = taps[0] * lines[(k + half) % count];
#pragma clang loop unroll(full)
                for (int j = 1; j <= half; j++)
                    sum += taps[j] * (lines[(k + half - j) % count] + lines[(k + half + j) % count]);
                sum = SELECT16(inside, sum, (galatea_f16){0});
                GALATEA_STORE16(to.pixels + y * to.stride + x, sum);
                bits[(ptrdiff_t)y * words + (x >> 6)] |= (uint64_t)bits_of(sum > threshold) << (x & 63);
            }
        }
    }
}

#define SMOOTH_PARAMETERS                                                                             \
    (galatea_plane from, const float *taps, int32_t half, float threshold, galatea_plane to, uint64_t *bits, \
     int32_t words)
#define SMOOTH_ARGUMENTS (from, taps, half, threshold, to, bits, words)

GALATEA_INLINE void smooth_body SMOOTH_PARAMETERS {
    memset(bits, 0, (size_t)words * (size_t)from.height * sizeof *bits);
    // The usual reaches, of a whole and of a halved plane.
    if (half == 3) smooth_near(from, taps, 3, threshold, to, bits, words);
    else if (half == 1) smooth_near(from, taps, 1, threshold, to, bits, words);
    else smooth_far(from, taps, half, threshold, to, bits, words);
}

GALATEA_LEVELS(void, smooth, SMOOTH_PARAMETERS, SMOOTH_ARGUMENTS)

void galatea_smooth(galatea_level level, galatea_plane from, const float *taps, int32_t half, float threshold,
                    galatea_plane to, uint64_t *bits, int32_t words) {
    GALATEA_CALL(level, smooth, SMOOTH_ARGUMENTS)
}

// ---- Masks

/// Grows a row's set bits to either side.
static void grow_row(const uint64_t *from, int32_t words, int32_t margin, uint64_t *row) {
    if (words == 2) {
        // The usual width: a row is one number.
        unsigned __int128 all = (unsigned __int128)from[1] << 64 | from[0];
        for (int32_t step = 0; step < margin; step++) all |= all << 1 | all >> 1;
        row[0] = (uint64_t)all;
        row[1] = (uint64_t)(all >> 64);
        return;
    }
    for (int32_t w = 0; w < words; w++) row[w] = from[w];
    for (int32_t step = 0; step < margin; step++) {
        uint64_t carry = 0;
        for (int32_t w = 0; w < words; w++) {
            uint64_t here = row[w], next = w + 1 < words ? row[w + 1] : 0;
            row[w] = here | here << 1 | here >> 1 | carry | next << 63;
            carry = here >> 63;
        }
    }
}

void galatea_grow_bits(const uint64_t *bits, int32_t width, int32_t height, int32_t words, int32_t margin,
                       uint64_t *out) {
    enum { most = GALATEA_LARGEST_SIDE / 64 * (GALATEA_LARGEST_SIDE + 2 * GALATEA_PLANE_MARGIN) };
    const uint64_t last = width % 64 == 0 ? ~0ull : (1ull << width % 64) - 1;
    const ptrdiff_t count = (ptrdiff_t)words * height, around = (ptrdiff_t)words * margin;
    // Rows grown to the sides, between empty ones.
    uint64_t wide[most], *rows = wide + around;
    memset(wide, 0, (size_t)around * sizeof *wide);
    memset(rows + count, 0, (size_t)around * sizeof *wide);
    for (int32_t y = 0; y < height; y++) {
        uint64_t *row = rows + (ptrdiff_t)y * words;
        grow_row(bits + (ptrdiff_t)y * words, words, margin, row);
        row[words - 1] &= last;
    }
    memcpy(out, rows, (size_t)count * sizeof *out);
    for (int32_t k = 1; k <= margin; k++) {
        const uint64_t *above = rows - (ptrdiff_t)k * words, *below = rows + (ptrdiff_t)k * words;
        for (ptrdiff_t i = 0; i < count; i++) out[i] |= above[i] | below[i];
    }
}

/// Every bit of the lower half twice.
static uint64_t doubled(uint64_t bits) {
    bits &= 0xffffffff;
    bits = (bits | bits << 16) & 0x0000ffff0000ffff;
    bits = (bits | bits << 8) & 0x00ff00ff00ff00ff;
    bits = (bits | bits << 4) & 0x0f0f0f0f0f0f0f0f;
    bits = (bits | bits << 2) & 0x3333333333333333;
    bits = (bits | bits << 1) & 0x5555555555555555;
    return bits | bits << 1;
}

void galatea_double_bits(const uint64_t *bits, int32_t height, int32_t words, uint64_t *out, int32_t out_height,
                         int32_t out_words) {
    for (int32_t y = 0; y < out_height; y += 2) {
        uint64_t *row = out + (ptrdiff_t)y * out_words;
        for (int32_t w = 0; w < out_words; w++) {
            const int is_inside = y / 2 < height && w / 2 < words;
            const uint64_t half = is_inside ? bits[(ptrdiff_t)(y / 2) * words + w / 2] >> (w % 2 * 32) : 0;
            row[w] = half == 0 ? 0 : doubled(half);
            if (y + 1 < out_height) row[out_words + w] = row[w];
        }
    }
}

/// Runs `body` with `x`, `y` of each set bit and `ox`, `oy` of the pixel opposite.
#define FOR_EACH_BIT(bits, width, height, body)                                     \
    for (int32_t y = 0; y < (height); y++)                                          \
        for (int32_t word = 0; word < words; word++)                                \
            for (uint64_t set = (bits)[(ptrdiff_t)y * words + word]; set != 0; set &= set - 1) { \
                int32_t x = 64 * word + __builtin_ctzll(set);                       \
                int32_t ox = twice_x - x, oy = twice_y - y;                         \
                int is_inside = ox >= 0 && ox < (width) && oy >= 0 && oy < (height); \
                body                                                                \
            }

void galatea_mirror_pixels(galatea_plane plane, const uint64_t *bits, int32_t words, int32_t twice_x,
                           int32_t twice_y) {
    FOR_EACH_BIT(bits, plane.width, plane.height, {
        int is_usable = is_inside && !bit_at(bits, words, ox, oy);
        plane.pixels[y * plane.stride + x] = is_usable ? plane.pixels[oy * plane.stride + ox] : 0;
    })
}

void galatea_mirror_gaps(const galatea_cutout *cutout, int32_t band, float sky, float weight,
                         const uint64_t *gaps, const uint64_t *others, int32_t words, int32_t twice_x,
                         int32_t twice_y, galatea_plane stack) {
    FOR_EACH_BIT(gaps, cutout->width, cutout->height, {
        if (bit_at(others, words, x, y) || !is_inside || bit_at(others, words, ox, oy) ||
            bit_at(gaps, words, ox, oy))
            continue;
        stack.pixels[y * stack.stride + x] += (cutout_pixel(cutout, band, oy, ox) - sky) * weight;
    })
}
