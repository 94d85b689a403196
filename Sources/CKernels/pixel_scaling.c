#include "pixel_scaling.h"

#include <math.h>
#include <string.h>

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// asinh(u) = log1p(t), t = |u| + u^2 / (1 + sqrt(1 + u^2)), which keeps full relative accuracy at small u.
// log1p(t) = k ln 2 + log1p(f) with 1 + t = 2^k (1 + f) and 1 + f in [1/sqrt 2, sqrt 2); f is taken from t and
// not from 1 + t, whose rounding would lose the low bits. log1p(f) = f - f^2/2 + f^3 P(f); P is our own weighted
// minimax fit of degree 7, relative error of log1p below 6e-9. From |u| = 2^30 on, t = 2|u| to float accuracy.
#define P0 0.3333333134651184f
#define P1 -0.2500081956386566f
#define P2 0.20001226663589478f
#define P3 -0.16623356938362122f
#define P4 0.14201758801937103f
#define P5 -0.13160182535648346f
#define P6 0.12761574983596802f
#define P7 -0.07634492963552475f
#define HUGE_U 0x1p30f     // Above, 1 + u^2 = u^2 and squares may overflow.
#define LARGEST_U 5e37f    // 2^-k of twice this is still a normal number.
#define LN2_HIGH 0.693145751953125f
#define LN2_LOW 1.42860682030941723212e-6f
// Mantissas below sqrt(1/2) * 2 belong to the lower power of two.
#define SQRT_HALF_BITS 0x3f3504f3
#define EXPONENT_BITS 0x7f800000u
#define MAGNITUDE_BITS 0x7fffffff

ALWAYS_INLINE float saturating(float u) {
    float a = fminf(fabsf(u), HUGE_U);
    return copysignf(a / sqrtf(1 + a * a), u);
}

ALWAYS_INLINE float inverse_hyperbolic_sine(float u) {
    float a = fminf(fabsf(u), LARGEST_U);
    float b = fminf(a, HUGE_U), square = b * b;
    float t = a + (a < HUGE_U ? square / (1 + sqrtf(1 + square)) : a);
    float y = 1 + t;
    int32_t bits;
    memcpy(&bits, &y, 4);
    int32_t k = (bits - SQRT_HALF_BITS) >> 23;
    int32_t inverse_bits = (127 - k) << 23;
    float inverse;
    memcpy(&inverse, &inverse_bits, 4);
    float f = t * inverse + (inverse - 1);
    float p = P7;
    p = p * f + P6;
    p = p * f + P5;
    p = p * f + P4;
    p = p * f + P3;
    p = p * f + P2;
    p = p * f + P1;
    p = p * f + P0;
    float square_f = f * f, kf = (float)k;
    float tail = square_f * (f * p) - 0.5f * square_f + kf * LN2_LOW;
    return copysignf(kf * LN2_HIGH + (f + tail), u);
}

ALWAYS_INLINE void scale_scalar(const uint8_t *pixels, ptrdiff_t count, int big_endian, float sky, float scale,
                                galatea_scale_function function, float *out, galatea_pixel_census *census) {
    int32_t non_finite = 0;
    int is_lit = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, pixels + 4 * i, 4);
        if (big_endian) bits = __builtin_bswap32(bits);
        int finite = (bits & EXPONENT_BITS) != EXPONENT_BITS;
        non_finite += !finite;
        is_lit |= (bits & MAGNITUDE_BITS) != 0;
        bits = finite ? bits : 0;
        float pixel;
        memcpy(&pixel, &bits, 4);
        float u = (pixel - sky) * scale;
        u = fminf(fmaxf(u, -LARGEST_U), LARGEST_U);
        float x = function == GALATEA_SCALE_LINEAR       ? u
                  : function == GALATEA_SCALE_SATURATING ? saturating(u)
                                                         : inverse_hyperbolic_sine(u);
        out[i] = finite ? x : 0;
    }
    census->non_finite += non_finite;
    census->is_lit |= is_lit;
}

#define SCALE_CASE(body, constant)                                                              \
    case constant:                                                                              \
        if (big_endian) body(pixels, count, 1, sky, scale, constant, out, census);              \
        else body(pixels, count, 0, sky, scale, constant, out, census);                         \
        break;
// The function and the order of bytes are constants inside each loop, so that the loops hold no branch.
#define DISPATCH_FUNCTION(body)                    \
    switch (function) {                            \
        SCALE_CASE(body, GALATEA_SCALE_LINEAR)     \
        SCALE_CASE(body, GALATEA_SCALE_SATURATING) \
        SCALE_CASE(body, GALATEA_SCALE_ASINH)      \
    }

static void scale_row_portable(const uint8_t *pixels, ptrdiff_t count, int big_endian, float sky, float scale,
                               galatea_scale_function function, float *out, galatea_pixel_census *census) {
    DISPATCH_FUNCTION(scale_scalar)
}

#if GALATEA_HAS_X86_LEVELS

/// Below this |u|, half of the table of asinh will do.
#define LOW_U 14.9f
/// What is far ahead is asked for early: hardware stops at the end of a page, and what an encoder asked for while it
/// worked on the galaxy before lies in the second cache.
#define PREFETCH_BYTES 2048

/// The size of pixels below which a function needs no care: that of 1 / factor^2 + d^2 for the saturating one, of |u| for
/// the others, `asinh` being that of asinh at the level.
ALWAYS_INLINE float usual_size(galatea_scale_function function, float asinh) {
    return function == GALATEA_SCALE_SATURATING ? 0x1p100f : function == GALATEA_SCALE_ASINH ? asinh : LARGEST_U;
}

/// 1 / factor^2, a normal number below the usual size; NaN where it is none, so that every pixel goes the slow way.
ALWAYS_INLINE float softening_of(float factor) {
    return factor > 0x1p-49f && factor < 0x1p60f ? 1 / (factor * factor) : NAN;
}

#include "pixel_scaling_avx2.h"
#include "pixel_scaling_avx512.h"

GALATEA_TARGET_AVX512 static void scale_row_avx512(const uint8_t *pixels, ptrdiff_t count, int big_endian,
                                                   float sky, float scale, galatea_scale_function function,
                                                   float *out, galatea_pixel_census *census) {
    DISPATCH_FUNCTION(scale_avx512)
}

GALATEA_TARGET_AVX2 static void scale_row_avx2(const uint8_t *pixels, ptrdiff_t count, int big_endian, float sky,
                                               float scale, galatea_scale_function function, float *out,
                                               galatea_pixel_census *census) {
    DISPATCH_FUNCTION(scale_avx2)
}
#endif

void galatea_fetch(const void *start, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i += 64) __builtin_prefetch((const char *)start + i, 0, 2);
}

void galatea_scale_row(galatea_level level, const void *pixels, ptrdiff_t count, int big_endian, float sky,
                       float scale, galatea_scale_function function, float *out,
                       galatea_pixel_census *census) {
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) {
        scale_row_avx512(pixels, count, big_endian, sky, scale, function, out, census);
        return;
    }
    if (level == GALATEA_AVX2) {
        scale_row_avx2(pixels, count, big_endian, sky, scale, function, out, census);
        return;
    }
#endif
    scale_row_portable(pixels, count, big_endian, sky, scale, function, out, census);
}
