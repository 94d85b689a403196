#include "resampling.h"

#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// Four channels travel together through the horizontal pass: one output pixel is four fused multiply-adds.
typedef float v4 __attribute__((vector_size(16), aligned(4)));

enum { LANES = 4, RING = 4, PAD = 3 };

ALWAYS_INLINE ptrdiff_t clamp(ptrdiff_t i, ptrdiff_t count) { return i < 0 ? 0 : i < count ? i : count - 1; }

/// Row length of the ring and of a planar row, rounded up to whole blocks of four pixels.
ALWAYS_INLINE ptrdiff_t row_stride(ptrdiff_t input) { return (input + LANES - 1) / LANES * LANES; }

ALWAYS_INLINE ptrdiff_t group_count(ptrdiff_t bands) { return (bands + LANES - 1) / LANES; }

/// Pixels of an interleaved row: the input and what clamped taps may touch on either side.
ALWAYS_INLINE ptrdiff_t mixed_length(ptrdiff_t input) { return row_stride(input) + 2 * PAD; }

ptrdiff_t galatea_prepare_scratch(ptrdiff_t bands, galatea_bicubic_axis x) {
    ptrdiff_t stride = row_stride(x.input), groups = group_count(bands);
    ptrdiff_t ring = bands * RING * stride, planar = LANES * stride;
    ptrdiff_t mixed = groups * mixed_length(x.input) * LANES, row = x.output * bands + LANES;
    return ring + planar + mixed + row;
}

ALWAYS_INLINE void combine_rows(const float *const rows[4], const float *weight, ptrdiff_t count, float *out) {
    const float *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3];
    float w0 = weight[0], w1 = weight[1], w2 = weight[2], w3 = weight[3];
    for (ptrdiff_t i = 0; i < count; i++) out[i] = ((w0 * r0[i] + w1 * r1[i]) + w2 * r2[i]) + w3 * r3[i];
}

/// Four planar rows to pixels of four lanes.
ALWAYS_INLINE void interleave(const float *planar, ptrdiff_t stride, float *mixed) {
    for (ptrdiff_t i = 0; i < stride; i += LANES) {
        v4 a, b, c, d;
        memcpy(&a, planar + i, 16);
        memcpy(&b, planar + stride + i, 16);
        memcpy(&c, planar + 2 * stride + i, 16);
        memcpy(&d, planar + 3 * stride + i, 16);
        v4 ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
        v4 cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
        v4 p0 = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
        v4 p1 = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
        v4 p2 = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
        v4 p3 = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
        memcpy(mixed + 4 * i, &p0, 16);
        memcpy(mixed + 4 * i + 4, &p1, 16);
        memcpy(mixed + 4 * i + 8, &p2, 16);
        memcpy(mixed + 4 * i + 12, &p3, 16);
    }
}

/// One output row of every band, from interleaved pixels; each store of four lanes may run over the next pixel,
/// which is written later.
ALWAYS_INLINE void resize_columns(const float *mixed, ptrdiff_t group_stride, ptrdiff_t groups, ptrdiff_t bands,
                                  galatea_bicubic_axis x, float *row) {
    for (ptrdiff_t i = 0; i < x.output; i++) {
        const float *weight = x.weight + 4 * i;
        // Taps reach beyond the ends by at most PAD pixels, which repeat the end pixels.
        const float *from = mixed + (PAD + x.first[i]) * LANES;
        for (ptrdiff_t g = 0; g < groups; g++, from += group_stride) {
            v4 p0, p1, p2, p3;
            memcpy(&p0, from, 16);
            memcpy(&p1, from + 4, 16);
            memcpy(&p2, from + 8, 16);
            memcpy(&p3, from + 12, 16);
            v4 sum = ((weight[0] * p0 + weight[1] * p1) + weight[2] * p2) + weight[3] * p3;
            memcpy(row + i * bands + g * LANES, &sum, 16);
        }
    }
}

ALWAYS_INLINE void prepare(galatea_level level, const uint8_t *pixels, int big_endian, ptrdiff_t bands,
                           galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky, const float *scale,
                           galatea_scale_function function, float *scratch, float *out,
                           galatea_pixel_census *census) {
    ptrdiff_t stride = row_stride(x.input), groups = group_count(bands);
    ptrdiff_t group_stride = mixed_length(x.input) * LANES;
    float *ring = scratch, *planar = ring + bands * RING * stride, *mixed = planar + LANES * stride;
    float *row = mixed + groups * group_stride;
    memset(scratch, 0, (size_t)(row - scratch) * sizeof(float));
    memset(census, 0, (size_t)bands * sizeof *census);
    ptrdiff_t next = 0;
    for (ptrdiff_t j = 0; j <= y.output; j++) {
        // After the last output row the rest of the input is read for the census alone.
        ptrdiff_t last = j == y.output ? y.input - 1 : clamp(y.first[j] + 3, y.input);
        for (; next <= last; next++)
            for (ptrdiff_t band = 0; band < bands; band++)
                galatea_scale_row(level, pixels + ((band * y.input + next) * x.input) * 4, x.input, big_endian,
                                  sky[band], scale[band], function, ring + (band * RING + next % RING) * stride,
                                  census + band);
        if (j == y.output) break;
        for (ptrdiff_t g = 0; g < groups; g++) {
            for (ptrdiff_t lane = 0; lane < LANES && g * LANES + lane < bands; lane++) {
                const float *base = ring + (g * LANES + lane) * RING * stride;
                const float *rows[4];
                for (int k = 0; k < 4; k++) rows[k] = base + clamp(y.first[j] + k, y.input) % RING * stride;
                combine_rows(rows, y.weight + 4 * j, stride, planar + lane * stride);
            }
            if (g == groups - 1)
                for (ptrdiff_t lane = bands - g * LANES; lane < LANES; lane++)
                    memset(planar + lane * stride, 0, (size_t)stride * sizeof(float));
            float *group = mixed + g * group_stride;
            interleave(planar, stride, group + PAD * LANES);
            float *first = group + PAD * LANES, *end = first + x.input * LANES;
            for (int k = 0; k < PAD; k++) {
                memcpy(group + k * LANES, first, 16);
                memcpy(end + k * LANES, end - LANES, 16);
            }
        }
        resize_columns(mixed, group_stride, groups, bands, x, row);
        memcpy(out + j * x.output * bands, row, (size_t)(x.output * bands) * sizeof(float));
    }
}

#if GALATEA_HAS_X86_LEVELS
GALATEA_TARGET_AVX512 static void prepare_avx512(const uint8_t *pixels, int big_endian, ptrdiff_t bands,
                                                 galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                                                 const float *scale, galatea_scale_function function,
                                                 float *scratch, float *out, galatea_pixel_census *census) {
    prepare(GALATEA_AVX512, pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, census);
}
GALATEA_TARGET_AVX2 static void prepare_avx2(const uint8_t *pixels, int big_endian, ptrdiff_t bands,
                                             galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                                             const float *scale, galatea_scale_function function, float *scratch,
                                             float *out, galatea_pixel_census *census) {
    prepare(GALATEA_AVX2, pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, census);
}
#endif

void galatea_prepare_cutout(galatea_level level, const void *pixels, int big_endian, ptrdiff_t bands,
                            galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                            const float *scale, galatea_scale_function function, float *scratch, float *out,
                            galatea_pixel_census *census) {
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) {
        prepare_avx512(pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, census);
        return;
    }
    if (level == GALATEA_AVX2) {
        prepare_avx2(pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, census);
        return;
    }
#endif
    prepare(GALATEA_PORTABLE, pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, census);
}
