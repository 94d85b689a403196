// Scaling at AVX-512, 16 pixels a step: reciprocals and roots from 14-bit estimates and one Newton step, asinh of
// usual pixels from a table. Included by pixel_scaling.c.
#pragma once

#include "asinh_table.h"

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

/// The function of u = (pixel - level) factor for usual pixels: finite, |u| < USUAL_U, or < LOW_U where `low`.
AVX512_INLINE __m512 usual512(__m512 u, const asinh_rows *rows, galatea_scale_function function, const int low) {
    if (function == GALATEA_SCALE_LINEAR) return u;
    if (function == GALATEA_SCALE_ASINH) return usual_asinh512(u, rows, low);
    return _mm512_mul_ps(u, reciprocal_root512(_mm512_fmadd_ps(u, u, _mm512_set1_ps(1))));
}

/// The function for pixels of any kind, lane by lane the same as `usual512` where that holds.
AVX512_INLINE __m512 any512(__m512 u, const asinh_rows *rows, galatea_scale_function function) {
    // The saturating function has a limit of its own.
    if (function == GALATEA_SCALE_SATURATING) return saturating512(u);
    const __m512 limit = _mm512_set1_ps(LARGEST_U), lower = _mm512_set1_ps(-LARGEST_U);
    u = _mm512_max_ps(_mm512_min_ps(u, limit), lower);
    if (function == GALATEA_SCALE_LINEAR) return u;
    const __mmask16 large = _mm512_cmp_ps_mask(_mm512_abs_ps(u), _mm512_set1_ps(USUAL_U), _CMP_NLT_UQ);
    return _mm512_mask_mov_ps(usual_asinh512(u, rows, 0), large, asinh512(u));
}

/// Stored pixels in the processor's order of bytes.
AVX512_INLINE __m512i native_order(__m512i bits, int big_endian) {
    const __m512i swap = _mm512_broadcast_i32x4(
        _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
    return big_endian ? _mm512_shuffle_epi8(bits, swap) : bits;
}

/// Twice the bits, less 2: larger than those of any usual number for 0 and for what is not finite, whatever the sign.
AVX512_INLINE __m512i pixel_size(__m512i bits) {
    return _mm512_sub_epi32(_mm512_add_epi32(bits, bits), _mm512_set1_epi32(2));
}

/// Pixels of any kind: counts them, and gives the function where they are finite. `usual` bounds the size of those that
/// need no care.
AVX512_INLINE void scale_any(__m512i bits, __mmask16 here, __m512 level, __m512 factor, __m512i usual,
                             const asinh_rows *rows, galatea_scale_function function, float *out,
                             galatea_pixel_census *census) {
    const __m512i exponent = _mm512_set1_epi32((int)EXPONENT_BITS), magnitude = _mm512_set1_epi32(0x7fffffff);
    const __m512 u = _mm512_mul_ps(_mm512_sub_ps(_mm512_castsi512_ps(bits), level), factor);
    if (_mm512_mask_cmplt_epu32_mask(here, pixel_size(bits), usual) == here) {
        _mm512_mask_storeu_ps(out, here, usual512(u, rows, function, 0));
        return;
    }
    const __mmask16 good = _mm512_cmpneq_epi32_mask(_mm512_and_si512(bits, exponent), exponent);
    const __mmask16 lit = _mm512_test_epi32_mask(bits, magnitude);
    census->non_finite += __builtin_popcount(here & (unsigned)~good);
    census->zero += __builtin_popcount(here & (unsigned)~lit);
    _mm512_mask_storeu_ps(out, here, _mm512_maskz_mov_ps(good, any512(u, rows, function)));
}

AVX512_INLINE void scale_avx512(const uint8_t *pixels, ptrdiff_t count, int big_endian, float sky, float scale,
                                galatea_scale_function function, float *out, galatea_pixel_census *census) {
    // One look at the sizes of four vectors, then at most one branch.
    enum { VECTORS = 4, STEP = 16 * VECTORS };
    const __m512 level = _mm512_set1_ps(sky), factor = _mm512_set1_ps(scale);
    const __m512i usual = _mm512_set1_epi32((int)(2 * usual_bits(sky, scale, USUAL_U)));
    const __m512i low = _mm512_set1_epi32((int)(2 * usual_bits(sky, scale, LOW_U)));
    const asinh_rows rows = load_asinh_rows(function);
    ptrdiff_t i = 0;
    for (; i + STEP <= count; i += STEP) {
        __m512i bits[VECTORS], size = _mm512_setzero_si512();
        for (int v = 0; v < VECTORS; v++) {
            const uint8_t *from = pixels + 4 * (i + 16 * v);
            bits[v] = native_order(_mm512_loadu_si512(from), big_endian);
            _mm_prefetch((const char *)from + PREFETCH_BYTES, _MM_HINT_T0);
            size = _mm512_max_epu32(size, pixel_size(bits[v]));
        }
#define SCALE_USUAL(is_low)                                                                                   \
    for (int v = 0; v < VECTORS; v++) {                                                                       \
        const __m512 u = _mm512_mul_ps(_mm512_sub_ps(_mm512_castsi512_ps(bits[v]), level), factor);           \
        _mm512_storeu_ps(out + i + 16 * v, usual512(u, &rows, function, is_low));                             \
    }
        if (function == GALATEA_SCALE_ASINH && _mm512_cmplt_epu32_mask(size, low) == 0xffff) {
            SCALE_USUAL(1)
        } else if (__builtin_expect(_mm512_cmplt_epu32_mask(size, usual) == 0xffff, 1)) {
            SCALE_USUAL(0)
        } else {
            for (int v = 0; v < VECTORS; v++)
                scale_any(bits[v], 0xffff, level, factor, usual, &rows, function, out + i + 16 * v, census);
        }
#undef SCALE_USUAL
    }
    for (; i < count; i += 16) {
        const __mmask16 here = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : 0xffff;
        const __m512i bits = native_order(_mm512_maskz_loadu_epi32(here, pixels + 4 * i), big_endian);
        scale_any(bits, here, level, factor, usual, &rows, function, out + i, census);
    }
}
