#include "mock_rendering.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

// Each kernel is written once, as a function that is inlined into one wrapper per instruction-set level; the
// compiler vectorises its plain loops for that level.
#define INLINE static inline __attribute__((always_inline))

#if GALATEA_HAS_X86_LEVELS
#define DISPATCH(level, name, ...)                                         \
    switch (level) {                                                       \
        case GALATEA_AVX512: name##_avx512(__VA_ARGS__); return;           \
        case GALATEA_AVX2: name##_avx2(__VA_ARGS__); return;               \
        default: name##_portable(__VA_ARGS__); return;                     \
    }
#define LEVELS(name, parameters, ...)                                      \
    static void name##_portable parameters { name##_body(__VA_ARGS__); }   \
    GALATEA_TARGET_AVX2 static void name##_avx2 parameters { name##_body(__VA_ARGS__); } \
    GALATEA_TARGET_AVX512 static void name##_avx512 parameters { name##_body(__VA_ARGS__); }
#else
#define DISPATCH(level, name, ...) (void)level; name##_portable(__VA_ARGS__);
#define LEVELS(name, parameters, ...) \
    static void name##_portable parameters { name##_body(__VA_ARGS__); }
#endif

// exp(x) for -80 < x <= 0: 2^n times a polynomial on [-0.5, 0.5] ln 2; relative error 3e-7.
INLINE float exponential(float x) {
    const float scaled = x * 1.44269504f;
    const float shifted = scaled + 12582912.0f;  // rounds to an integer in the low mantissa bits
    const float rest = scaled - (shifted - 12582912.0f);
    int32_t bits;
    memcpy(&bits, &shifted, 4);
    float p = 1.5403530e-4f;
    p = p * rest + 1.3333558e-3f;
    p = p * rest + 9.6181291e-3f;
    p = p * rest + 5.5504109e-2f;
    p = p * rest + 2.4022651e-1f;
    p = p * rest + 6.9314718e-1f;
    p = p * rest + 1.0f;
    int32_t result;
    memcpy(&result, &p, 4);
    result += (int32_t)((uint32_t)bits << 23);
    float value;
    memcpy(&value, &result, 4);
    return value;
}

/// Pixels of a row that are computed together.
enum { PIXELS = 16 };

INLINE void add_gaussians_body(
    float *image, int32_t width, int32_t height, const galatea_gaussian *gaussians, int32_t count) {
    for (int32_t index = 0; index < count; ++index) {
        const galatea_gaussian g = gaussians[index];
        const float cut = g.cut;
        const float determinant = g.xx * g.yy - g.xy * g.xy;
        const float reach = sqrtf(cut * g.xx / determinant);
        // Divisions once a source: a row would wait for them.
        const float tilt = g.xy / g.xx, widest = cut / g.xx, narrowing = determinant / (g.xx * g.xx);
        int32_t first = 0, last = height - 1;
        if (g.y - reach > 0) first = g.y - reach < (float)height ? (int32_t)ceilf(g.y - reach) : height;
        if (g.y + reach < (float)last) last = g.y + reach < 0 ? -1 : (int32_t)floorf(g.y + reach);
        for (int32_t row = first; row <= last; ++row) {
            const float dy = (float)row - g.y;
            const float middle = g.x - tilt * dy;
            const float inside = widest - narrowing * (dy * dy);
            const float half = inside > 0 ? sqrtf(inside) : 0;
            int32_t left = 0, right = width - 1;
            if (middle - half > 0)
                left = middle - half < (float)width ? (int32_t)ceilf(middle - half) : width;
            if (middle + half < (float)right)
                right = middle + half < 0 ? -1 : (int32_t)floorf(middle + half);
            float *pixels = image + (ptrdiff_t)row * width;
            const float xx = -0.5f * g.xx, slope = -g.xy * dy, constant = -0.5f * g.yy * dy * dy;
            int32_t column = left;
            // Whole blocks, moved back from the end of the row where need be; lanes outside add nothing. A loop of
            // any length would do most of a narrow source one pixel at a time.
            for (; column <= right && width >= PIXELS; column += PIXELS) {
                const int32_t start = column <= width - PIXELS ? column : width - PIXELS;
                for (int32_t lane = 0; lane < PIXELS; ++lane) {
                    const int32_t place = start + lane;
                    const float dx = (float)place - g.x;
                    const float value = g.amplitude * exponential((xx * dx + slope) * dx + constant);
                    pixels[place] += place >= column && place <= right ? value : 0;
                }
            }
            for (; column <= right; ++column) {
                const float dx = (float)column - g.x;
                pixels[column] += g.amplitude * exponential((xx * dx + slope) * dx + constant);
            }
        }
    }
}

LEVELS(
    add_gaussians,
    (float *image, int32_t width, int32_t height, const galatea_gaussian *gaussians, int32_t count),
    image, width, height, gaussians, count)

void galatea_add_gaussians(
    float *image, int32_t width, int32_t height, const galatea_gaussian *gaussians, int32_t count,
    galatea_level level) {
    DISPATCH(level, add_gaussians, image, width, height, gaussians, count)
}

// log(u) for 2^-33 <= u < 1: mantissa in [sqrt(1/2), sqrt(2)) and a polynomial; absolute error 1e-7.
INLINE float logarithm(float u) {
    uint32_t bits;
    memcpy(&bits, &u, 4);
    bits += 0x3F800000u - 0x3F3504F3u;
    const float exponent = (float)((int32_t)(bits >> 23) - 127);
    bits = (bits & 0x007FFFFFu) + 0x3F3504F3u;
    float m;
    memcpy(&m, &bits, 4);
    const float x = m - 1.0f;
    float p = 7.0376836e-2f;
    p = p * x - 1.1514610e-1f;
    p = p * x + 1.1676998e-1f;
    p = p * x - 1.2420141e-1f;
    p = p * x + 1.4249323e-1f;
    p = p * x - 1.6668057e-1f;
    p = p * x + 2.0000714e-1f;
    p = p * x - 2.4999994e-1f;
    p = p * x + 3.3333331e-1f;
    const float square = x * x;
    return exponent * 0.69314718f + (x + (p * x * square - 0.5f * square));
}

// sin(pi t / 2) and cos(pi t / 2) for |t| <= 1/2, Taylor series to the ninth and tenth power.
INLINE float quarter_sine(float t) {
    const float a = t * 1.57079633f, s = a * a;
    float p = 2.7557319e-6f;
    p = p * s - 1.9841270e-4f;
    p = p * s + 8.3333333e-3f;
    p = p * s - 1.6666667e-1f;
    return a + a * s * p;
}

INLINE float quarter_cosine(float t) {
    const float a = t * 1.57079633f, s = a * a;
    float p = -2.7557319e-7f;
    p = p * s + 2.4801587e-5f;
    p = p * s - 1.3888889e-3f;
    p = p * s + 4.1666667e-2f;
    p = p * s - 0.5f;
    return 1.0f + s * p;
}

// Box & Muller: radius from `a`, quadrant from the top two bits of `b`, angle within it from the next 24.
INLINE void normal_pair(uint32_t a, uint32_t b, float *first, float *second) {
    // (a + 1/2) / 2^32, kept below 1 so that the logarithm stays negative.
    float u = ((float)(int32_t)(a >> 8) * 256.0f + (float)(int32_t)(a & 255u) + 0.5f) * 0x1p-32f;
    u = u < 0.99999994f ? u : 0.99999994f;
    const float radius = sqrtf(-2.0f * logarithm(u));
    const float t = ((float)(int32_t)((b >> 6) & 0xFFFFFFu) + 0.5f) * 0x1p-24f - 0.5f;
    const float c = quarter_cosine(t), s = quarter_sine(t);
    const uint32_t quadrant = b >> 30;
    const float swapped_c = quadrant & 1u ? -s : c;
    const float swapped_s = quadrant & 1u ? c : s;
    const float sign = quadrant & 2u ? -radius : radius;
    *first = sign * swapped_c;
    *second = sign * swapped_s;
}

#define LANES 16

INLINE void fill_normals_body(
    float *values, int64_t count, uint64_t key, uint64_t stream, uint64_t first) {
    for (int64_t start = 0; start < count; start += 4 * LANES) {
        uint32_t c0[LANES], c1[LANES], c2[LANES], c3[LANES];
        for (int lane = 0; lane < LANES; ++lane) {
            const uint64_t counter = first + (uint64_t)(start / 4 + lane);
            c0[lane] = (uint32_t)counter;
            c1[lane] = (uint32_t)(counter >> 32);
            c2[lane] = (uint32_t)stream;
            c3[lane] = (uint32_t)(stream >> 32);
        }
        uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
        for (int round = 0; round < 10; ++round) {
            for (int lane = 0; lane < LANES; ++lane) {
                const uint64_t p0 = (uint64_t)c0[lane] * 0xD2511F53u;
                const uint64_t p1 = (uint64_t)c2[lane] * 0xCD9E8D57u;
                c0[lane] = (uint32_t)(p1 >> 32) ^ c1[lane] ^ k0;
                c2[lane] = (uint32_t)(p0 >> 32) ^ c3[lane] ^ k1;
                c1[lane] = (uint32_t)p1;
                c3[lane] = (uint32_t)p0;
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        float n0[LANES], n1[LANES], n2[LANES], n3[LANES];
        for (int lane = 0; lane < LANES; ++lane) {
            normal_pair(c0[lane], c1[lane], &n0[lane], &n1[lane]);
            normal_pair(c2[lane], c3[lane], &n2[lane], &n3[lane]);
        }
        const int64_t blocks = (count - start) / 4 < LANES ? (count - start) / 4 : LANES;
        for (int64_t lane = 0; lane < blocks; ++lane) {
            values[start + 4 * lane] = n0[lane];
            values[start + 4 * lane + 1] = n1[lane];
            values[start + 4 * lane + 2] = n2[lane];
            values[start + 4 * lane + 3] = n3[lane];
        }
    }
}

LEVELS(
    fill_normals, (float *values, int64_t count, uint64_t key, uint64_t stream, uint64_t first),
    values, count, key, stream, first)

void galatea_fill_normals(
    float *values, int64_t count, uint64_t key, uint64_t stream, uint64_t first, galatea_level level) {
    DISPATCH(level, fill_normals, values, count, key, stream, first)
}

INLINE void add_interpolated_body(
    float *restrict target, int32_t width, int32_t height, const float *restrict source,
    const float *tapsX, const float *tapsY, float weight, float *restrict scratch) {
    const ptrdiff_t stride = width + 5;
    const float x0 = tapsX[0], x1 = tapsX[1], x2 = tapsX[2], x3 = tapsX[3], x4 = tapsX[4], x5 = tapsX[5];
    for (int32_t row = 0; row < height + 5; ++row) {
        const float *in = source + row * stride;
        float *out = scratch + (ptrdiff_t)row * width;
        for (int32_t x = 0; x < width; ++x)
            out[x] = x0 * in[x] + x1 * in[x + 1] + x2 * in[x + 2] + x3 * in[x + 3] + x4 * in[x + 4] +
                x5 * in[x + 5];
    }
    float y[6];
    for (int tap = 0; tap < 6; ++tap) y[tap] = weight * tapsY[tap];
    for (int32_t row = 0; row < height; ++row) {
        const float *in = scratch + (ptrdiff_t)row * width;
        float *out = target + (ptrdiff_t)row * width;
        for (int32_t x = 0; x < width; ++x)
            out[x] += y[0] * in[x] + y[1] * in[x + width] + y[2] * in[x + 2 * width] +
                y[3] * in[x + 3 * width] + y[4] * in[x + 4 * width] + y[5] * in[x + 5 * width];
    }
}

LEVELS(
    add_interpolated,
    (float *target, int32_t width, int32_t height, const float *source, const float *tapsX,
     const float *tapsY, float weight, float *scratch),
    target, width, height, source, tapsX, tapsY, weight, scratch)

void galatea_add_interpolated(
    float *target, int32_t width, int32_t height, const float *source, const float *tapsX,
    const float *tapsY, float weight, float *scratch, galatea_level level) {
    DISPATCH(
        level, add_interpolated, target, width, height, source, tapsX, tapsY, weight, scratch)
}

INLINE void add_convolved_body(
    float *restrict target, int32_t width, int32_t height, const float *restrict source,
    const float *restrict taps, int32_t radius, float *restrict scratch) {
    const ptrdiff_t stride = width + 2 * radius;
    for (int32_t row = 0; row < height + 2 * radius; ++row) {
        const float *in = source + row * stride + radius;
        float *out = scratch + (ptrdiff_t)row * width;
        for (int32_t x = 0; x < width; ++x) out[x] = taps[0] * in[x];
        for (int32_t tap = 1; tap <= radius; ++tap) {
            const float value = taps[tap];
            for (int32_t x = 0; x < width; ++x) out[x] += value * (in[x - tap] + in[x + tap]);
        }
    }
    for (int32_t row = 0; row < height; ++row) {
        const float *in = scratch + (ptrdiff_t)(row + radius) * width;
        float *out = target + (ptrdiff_t)row * width;
        for (int32_t x = 0; x < width; ++x) out[x] += taps[0] * in[x];
        for (int32_t tap = 1; tap <= radius; ++tap) {
            const float value = taps[tap];
            const float *above = in + (ptrdiff_t)tap * width, *below = in - (ptrdiff_t)tap * width;
            for (int32_t x = 0; x < width; ++x) out[x] += value * (above[x] + below[x]);
        }
    }
}

LEVELS(
    add_convolved,
    (float *target, int32_t width, int32_t height, const float *source, const float *taps,
     int32_t radius, float *scratch),
    target, width, height, source, taps, radius, scratch)

void galatea_add_convolved(
    float *target, int32_t width, int32_t height, const float *source, const float *taps,
    int32_t radius, float *scratch, galatea_level level) {
    DISPATCH(level, add_convolved, target, width, height, source, taps, radius, scratch)
}
