// Scaling at AVX-512, 16 pixels a step: reciprocals and roots from 14-bit estimates and one Newton step, asinh of
// usual pixels from a table. Included by pixel_scaling.c.
#pragma once

#include "asinh_table.h"
#include "lanes.h"

#define AVX512_INLINE static inline __attribute__((always_inline)) GALATEA_TARGET_AVX512

AVX512_INLINE __m512 reciprocal_root512(__m512 q) {
    __m512 y = _mm512_rsqrt14_ps(q);
    __m512 e = _mm512_fnmadd_ps(_mm512_mul_ps(q, y), y, _mm512_set1_ps(1));
    return _mm512_fmadd_ps(_mm512_mul_ps(y, _mm512_set1_ps(0.5f)), e, y);
}

AVX512_INLINE __m512 saturating512(__m512 u) {
    const __m512 limit = _mm512_set1_ps(HUGE_U);
    u = _mm512_max_ps(_mm512_min_ps(u, limit), _mm512_sub_ps(_mm512_setzero_ps(), limit));
    return _mm512_mul_ps(u, reciprocal_root512(_mm512_fmadd_ps(u, u, _mm512_set1_ps(1))));
}

AVX512_INLINE __m512 asinh512(__m512 u) {
    const __m512 one = _mm512_set1_ps(1);
    __m512 a = _mm512_abs_ps(u);
    __mmask16 huge = _mm512_cmp_ps_mask(a, _mm512_set1_ps(HUGE_U), _CMP_GE_OQ);
    __m512 b = _mm512_min_ps(a, _mm512_set1_ps(HUGE_U));
    __m512 q = _mm512_fmadd_ps(b, b, one);
    __m512 d = _mm512_fmadd_ps(q, reciprocal_root512(q), one);
    __m512 r = _mm512_rcp14_ps(d);
    r = _mm512_fmadd_ps(r, _mm512_fnmadd_ps(d, r, one), r);
    __m512 t = _mm512_mask_add_ps(_mm512_fmadd_ps(_mm512_mul_ps(b, b), r, a), huge, a, a);
    __m512i bits = _mm512_castps_si512(_mm512_add_ps(one, t));
    __m512i k = _mm512_srai_epi32(_mm512_sub_epi32(bits, _mm512_set1_epi32(SQRT_HALF_BITS)), 23);
    __m512 inverse =
        _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_sub_epi32(_mm512_set1_epi32(127), k), 23));
    __m512 f = _mm512_fmadd_ps(t, inverse, _mm512_sub_ps(inverse, one));
    __m512 kf = _mm512_cvtepi32_ps(k), s = _mm512_mul_ps(f, f);
    // Estrin's scheme: a shorter chain than Horner's.
    __m512 p01 = _mm512_fmadd_ps(_mm512_set1_ps(P1), f, _mm512_set1_ps(P0));
    __m512 p23 = _mm512_fmadd_ps(_mm512_set1_ps(P3), f, _mm512_set1_ps(P2));
    __m512 p45 = _mm512_fmadd_ps(_mm512_set1_ps(P5), f, _mm512_set1_ps(P4));
    __m512 p67 = _mm512_fmadd_ps(_mm512_set1_ps(P7), f, _mm512_set1_ps(P6));
    __m512 p = _mm512_fmadd_ps(_mm512_fmadd_ps(p67, s, p45), _mm512_mul_ps(s, s), _mm512_fmadd_ps(p23, s, p01));
    __m512 tail = _mm512_fmadd_ps(_mm512_mul_ps(s, f), p, _mm512_mul_ps(s, _mm512_set1_ps(-0.5f)));
    tail = _mm512_fmadd_ps(kf, _mm512_set1_ps(LN2_LOW), tail);
    __m512 x = _mm512_fmadd_ps(kf, _mm512_set1_ps(LN2_HIGH), _mm512_add_ps(f, tail));
    const __m512 sign = _mm512_set1_ps(-0.0f);
    return _mm512_or_ps(x, _mm512_and_ps(sign, u));
}

/// The rows of `asinh_table` in registers: in pairs for pieces up to |u| = 255, and alone for those below 15, the
/// sixteen pieces that a single permutation reaches.
typedef struct {
    __m512 all[14], low[7];
} asinh_rows;

AVX512_INLINE asinh_rows load_asinh_rows(galatea_scale_function function) {
    asinh_rows rows;
    for (int i = 0; i < 7; i++) {
        const int needed = function == GALATEA_SCALE_ASINH;
        rows.all[2 * i] = needed ? _mm512_loadu_ps(asinh_table[i]) : _mm512_setzero_ps();
        rows.all[2 * i + 1] = needed ? _mm512_loadu_ps(asinh_table[i] + 16) : _mm512_setzero_ps();
        // 1 + |u| = 1 is piece 28 of 32, where the exponent of 1 begins; 16 would be piece 12.
        rows.low[i] = _mm512_mask_blend_ps(0xf000, rows.all[2 * i], rows.all[2 * i + 1]);
    }
    return rows;
}

/// asinh(u) for |u| < 255, or < 15 where `low`: a polynomial of the piece that 1 + |u| lies in, times u. Relative
/// error below 4e-7; both ways give the same bits.
AVX512_INLINE __m512 usual_asinh512(__m512 u, const asinh_rows *rows, const int low) {
    const __m512 a = _mm512_abs_ps(u);
    const __m512i piece = _mm512_srli_epi32(_mm512_castps_si512(_mm512_add_ps(a, _mm512_set1_ps(1))), 21);
#define ASINH_ROW(row)                                  \
    (low ? _mm512_permutexvar_ps(piece, rows->low[row]) \
         : _mm512_permutex2var_ps(rows->all[2 * (row)], piece, rows->all[2 * (row) + 1]))
    const __m512 z = _mm512_sub_ps(a, ASINH_ROW(0));
    __m512 sum = _mm512_fmadd_ps(ASINH_ROW(6), z, ASINH_ROW(5));
    sum = _mm512_fmadd_ps(sum, z, ASINH_ROW(4));
    sum = _mm512_fmadd_ps(sum, z, ASINH_ROW(3));
    sum = _mm512_fmadd_ps(sum, z, ASINH_ROW(2));
    sum = _mm512_fmadd_ps(sum, z, ASINH_ROW(1));
#undef ASINH_ROW
    return _mm512_mul_ps(sum, u);
}

/// What the kernel of a row works with.
typedef struct {
    __m512 level, factor;
    __m512 softening;  ///< 1 / factor^2; NaN, so that no pixel is usual, where it is no usual number.
    __m512i usual;     ///< Bits of the size (see `weigh512`) from which on a pixel needs care.
    asinh_rows asinh;
    galatea_scale_function function;
} scaling512;

/// Short of the end of asinh's table.
#define TABLE_U 250.0f

AVX512_INLINE scaling512 make_scaling512(float sky, float scale, galatea_scale_function function) {
    const float usual = usual_size(function, TABLE_U);
    return (scaling512){
        .level = _mm512_set1_ps(sky), .factor = _mm512_set1_ps(scale),
        .softening = _mm512_set1_ps(softening_of(scale)), .usual = _mm512_castps_si512(_mm512_set1_ps(usual)),
        .asinh = load_asinh_rows(function), .function = function};
}

/// Pixels on their way: `light` is what the function takes, `size` tells usual ones from others by its bits.
typedef struct {
    __m512 light, size;
} weighed512;

/// The saturating function of u = d f, d the pixel less its level, is d / sqrt(1 / f^2 + d^2): one product fewer, and
/// what stands under the root is the size. Of the others the light is u and the size |u|.
AVX512_INLINE weighed512 weigh512(__m512i bits, const scaling512 *s) {
    const __m512 d = _mm512_sub_ps(_mm512_castsi512_ps(bits), s->level);
    if (s->function == GALATEA_SCALE_SATURATING) return (weighed512){d, _mm512_fmadd_ps(d, d, s->softening)};
    const __m512 u = _mm512_mul_ps(d, s->factor);
    return (weighed512){u, _mm512_abs_ps(u)};
}

/// The function of usual pixels; `low` where every |u| is below LOW_U.
AVX512_INLINE __m512 usual512(weighed512 pixel, const scaling512 *s, const int low) {
    if (s->function == GALATEA_SCALE_LINEAR) return pixel.light;
    if (s->function == GALATEA_SCALE_ASINH) return usual_asinh512(pixel.light, &s->asinh, low);
    // Half of a root's estimate by its exponent: units for products are what is short.
    const __m512 y = _mm512_rsqrt14_ps(pixel.size);
    const __m512 half = _mm512_castsi512_ps(_mm512_sub_epi32(_mm512_castps_si512(y), _mm512_set1_epi32(1 << 23)));
    const __m512 three = _mm512_fnmadd_ps(_mm512_mul_ps(pixel.size, y), y, _mm512_set1_ps(3));
    return _mm512_mul_ps(pixel.light, _mm512_mul_ps(half, three));
}

/// The function for finite pixels that need care.
AVX512_INLINE __m512 unusual512(__m512i bits, const scaling512 *s) {
    const __m512 u = _mm512_mul_ps(_mm512_sub_ps(_mm512_castsi512_ps(bits), s->level), s->factor);
    // The saturating function has a limit of its own.
    if (s->function == GALATEA_SCALE_SATURATING) return saturating512(u);
    const __m512 limit = _mm512_set1_ps(LARGEST_U), lower = _mm512_set1_ps(-LARGEST_U);
    const __m512 cut = _mm512_max_ps(_mm512_min_ps(u, limit), lower);
    return s->function == GALATEA_SCALE_LINEAR ? cut : asinh512(cut);
}

/// Stored pixels in the processor's order of bytes.
AVX512_INLINE __m512i native_order(__m512i bits, int big_endian) {
    const __m512i swap = _mm512_broadcast_i32x4(
        _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
    return big_endian ? _mm512_shuffle_epi8(bits, swap) : bits;
}

/// Pixels of any kind: counts what is not finite, and gives the function where they are, lane by lane the same as where
/// all are usual.
AVX512_INLINE void scale_any(__m512i bits, __mmask16 here, const scaling512 *s, float *out,
                             galatea_pixel_census *census) {
    const __m512i exponent = _mm512_set1_epi32((int)EXPONENT_BITS);
    const weighed512 pixel = weigh512(bits, s);
    const __mmask16 usual = _mm512_cmplt_epu32_mask(_mm512_castps_si512(pixel.size), s->usual);
    __m512 value = usual512(pixel, s, 0);
    if ((usual & here) != here) {
        const __mmask16 good = _mm512_cmpneq_epi32_mask(_mm512_and_si512(bits, exponent), exponent);
        census->non_finite += __builtin_popcount(here & (unsigned)~good);
        value = _mm512_maskz_mov_ps(good, _mm512_mask_mov_ps(unusual512(bits, s), usual, value));
    }
    _mm512_mask_storeu_ps(out, here, value);
}

AVX512_INLINE void scale_avx512(const uint8_t *pixels, ptrdiff_t count, int big_endian, float sky, float scale,
                                galatea_scale_function function, float *out, galatea_pixel_census *census) {
    // One look at the sizes of four vectors, then at most one branch.
    enum { VECTORS = 4, STEP = 16 * VECTORS };
    const scaling512 s = make_scaling512(sky, scale, function);
    const __m512i low = _mm512_castps_si512(_mm512_set1_ps(LOW_U));
    __m512i lit = _mm512_setzero_si512();
    ptrdiff_t i = 0;
    for (; i + STEP <= count; i += STEP) {
        __m512i bits[VECTORS], size = _mm512_setzero_si512();
        weighed512 pixel[VECTORS];
        for (int v = 0; v < VECTORS; v++) {
            const uint8_t *from = pixels + 4 * (i + 16 * v);
            bits[v] = native_order(_mm512_loadu_si512(from), big_endian);
            _mm_prefetch((const char *)from + PREFETCH_BYTES, _MM_HINT_T0);
            pixel[v] = weigh512(bits[v], &s);
            size = _mm512_max_epu32(size, _mm512_castps_si512(pixel[v].size));
        }
        for (int v = 0; v < VECTORS; v += 2)
            lit = _mm512_ternarylogic_epi32(lit, bits[v], bits[v + 1], 0xfe);  // the three together
        if (function == GALATEA_SCALE_ASINH && _mm512_cmplt_epu32_mask(size, low) == 0xffff) {
            for (int v = 0; v < VECTORS; v++) _mm512_storeu_ps(out + i + 16 * v, usual512(pixel[v], &s, 1));
        } else if (__builtin_expect(_mm512_cmplt_epu32_mask(size, s.usual) == 0xffff, 1)) {
            for (int v = 0; v < VECTORS; v++) _mm512_storeu_ps(out + i + 16 * v, usual512(pixel[v], &s, 0));
        } else {
            for (int v = 0; v < VECTORS; v++) scale_any(bits[v], 0xffff, &s, out + i + 16 * v, census);
        }
    }
    for (; i < count; i += 16) {
        const __mmask16 here = first_lanes(count - i);
        const __m512i bits = native_order(_mm512_maskz_loadu_epi32(here, pixels + 4 * i), big_endian);
        lit = _mm512_or_si512(lit, bits);
        scale_any(bits, here, &s, out + i, census);
    }
    census->is_lit |= _mm512_test_epi32_mask(lit, _mm512_set1_epi32(MAGNITUDE_BITS)) != 0;
}
