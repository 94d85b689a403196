// Scaling at AVX2, 8 pixels a step: reciprocals and roots from 12-bit estimates and one Newton step, which leaves them
// just above float accuracy. Included by pixel_scaling.c.
#pragma once

#define AVX2_INLINE static inline __attribute__((always_inline)) GALATEA_TARGET_AVX2

AVX2_INLINE __m256 reciprocal_root256(__m256 q) {
    __m256 y = _mm256_rsqrt_ps(q);
    __m256 e = _mm256_fnmadd_ps(_mm256_mul_ps(q, y), y, _mm256_set1_ps(1));
    return _mm256_fmadd_ps(_mm256_mul_ps(y, _mm256_set1_ps(0.5f)), e, y);
}

AVX2_INLINE __m256 saturating256(__m256 u) {
    const __m256 limit = _mm256_set1_ps(HUGE_U);
    u = _mm256_max_ps(_mm256_min_ps(u, limit), _mm256_sub_ps(_mm256_setzero_ps(), limit));
    return _mm256_mul_ps(u, reciprocal_root256(_mm256_fmadd_ps(u, u, _mm256_set1_ps(1))));
}

AVX2_INLINE __m256 asinh256(__m256 u) {
    const __m256 one = _mm256_set1_ps(1), sign = _mm256_set1_ps(-0.0f);
    __m256 a = _mm256_andnot_ps(sign, u);
    __m256 huge = _mm256_cmp_ps(a, _mm256_set1_ps(HUGE_U), _CMP_GE_OQ);
    __m256 b = _mm256_min_ps(a, _mm256_set1_ps(HUGE_U));
    __m256 q = _mm256_fmadd_ps(b, b, one);
    __m256 d = _mm256_fmadd_ps(q, reciprocal_root256(q), one);
    __m256 r = _mm256_rcp_ps(d);
    r = _mm256_fmadd_ps(r, _mm256_fnmadd_ps(d, r, one), r);
    __m256 t = _mm256_blendv_ps(_mm256_fmadd_ps(_mm256_mul_ps(b, b), r, a), _mm256_add_ps(a, a), huge);
    __m256i bits = _mm256_castps_si256(_mm256_add_ps(one, t));
    __m256i k = _mm256_srai_epi32(_mm256_sub_epi32(bits, _mm256_set1_epi32(SQRT_HALF_BITS)), 23);
    __m256 inverse =
        _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_sub_epi32(_mm256_set1_epi32(127), k), 23));
    __m256 f = _mm256_fmadd_ps(t, inverse, _mm256_sub_ps(inverse, one));
    __m256 kf = _mm256_cvtepi32_ps(k), s = _mm256_mul_ps(f, f);
    __m256 p01 = _mm256_fmadd_ps(_mm256_set1_ps(P1), f, _mm256_set1_ps(P0));
    __m256 p23 = _mm256_fmadd_ps(_mm256_set1_ps(P3), f, _mm256_set1_ps(P2));
    __m256 p45 = _mm256_fmadd_ps(_mm256_set1_ps(P5), f, _mm256_set1_ps(P4));
    __m256 p67 = _mm256_fmadd_ps(_mm256_set1_ps(P7), f, _mm256_set1_ps(P6));
    __m256 p = _mm256_fmadd_ps(_mm256_fmadd_ps(p67, s, p45), _mm256_mul_ps(s, s), _mm256_fmadd_ps(p23, s, p01));
    __m256 tail = _mm256_fmadd_ps(_mm256_mul_ps(s, f), p, _mm256_mul_ps(s, _mm256_set1_ps(-0.5f)));
    tail = _mm256_fmadd_ps(kf, _mm256_set1_ps(LN2_LOW), tail);
    __m256 x = _mm256_fmadd_ps(kf, _mm256_set1_ps(LN2_HIGH), _mm256_add_ps(f, tail));
    return _mm256_or_ps(x, _mm256_and_ps(sign, u));
}

/// The function of u = (pixel - level) factor; `usual` when every |u| is below USUAL_U.
AVX2_INLINE __m256 function256(__m256 u, galatea_scale_function function, const int usual) {
    const __m256 limit = _mm256_set1_ps(LARGEST_U), lower = _mm256_set1_ps(-LARGEST_U);
    if (!usual) u = _mm256_max_ps(_mm256_min_ps(u, limit), lower);
    if (function == GALATEA_SCALE_LINEAR) return u;
    if (function == GALATEA_SCALE_ASINH) return asinh256(u);
    return usual ? _mm256_mul_ps(u, reciprocal_root256(_mm256_fmadd_ps(u, u, _mm256_set1_ps(1)))) : saturating256(u);
}

/// Stored pixels in the processor's order of bytes.
AVX2_INLINE __m256i native_order256(__m256i bits, int big_endian) {
    const __m256i swap = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
    return big_endian ? _mm256_shuffle_epi8(bits, swap) : bits;
}

/// Twice the bits, less 2: larger than those of any usual number for 0 and for what is not finite, whatever the sign.
AVX2_INLINE __m256i pixel_size256(__m256i bits) {
    return _mm256_sub_epi32(_mm256_add_epi32(bits, bits), _mm256_set1_epi32(2));
}

/// Whether no size is above `largest`.
AVX2_INLINE int none_above(__m256i size, __m256i largest) {
    return _mm256_movemask_epi8(_mm256_cmpeq_epi32(_mm256_max_epu32(size, largest), largest)) == -1;
}

/// `count` pixels of any kind, at most 8: counts them, and gives the function where they are finite.
AVX2_INLINE void scale_any256(const uint8_t *pixels, ptrdiff_t count, int big_endian, __m256 level, __m256 factor,
                              galatea_scale_function function, float *out, galatea_pixel_census *census) {
    const __m256i exponent = _mm256_set1_epi32((int)EXPONENT_BITS), magnitude = _mm256_set1_epi32(0x7fffffff);
    float in[8] = {0}, result[8];
    memcpy(in, pixels, (size_t)count * 4);
    const __m256i bits = native_order256(_mm256_loadu_si256((const __m256i *)in), big_endian);
    const __m256 u = _mm256_mul_ps(_mm256_sub_ps(_mm256_castsi256_ps(bits), level), factor);
    const __m256i bad = _mm256_cmpeq_epi32(_mm256_and_si256(bits, exponent), exponent);
    const __m256i empty = _mm256_cmpeq_epi32(_mm256_and_si256(bits, magnitude), _mm256_setzero_si256());
    const int here = (1 << count) - 1;
    census->non_finite += __builtin_popcount((unsigned)(_mm256_movemask_ps(_mm256_castsi256_ps(bad)) & here));
    census->zero += __builtin_popcount((unsigned)(_mm256_movemask_ps(_mm256_castsi256_ps(empty)) & here));
    _mm256_storeu_ps(result, _mm256_andnot_ps(_mm256_castsi256_ps(bad), function256(u, function, 0)));
    memcpy(out, result, (size_t)count * 4);
}

AVX2_INLINE void scale_avx2(const uint8_t *pixels, ptrdiff_t count, int big_endian, float sky, float scale,
                            galatea_scale_function function, float *out, galatea_pixel_census *census) {
    // One look at the sizes of four vectors, then one branch.
    enum { VECTORS = 4, STEP = 8 * VECTORS };
    const __m256 level = _mm256_set1_ps(sky), factor = _mm256_set1_ps(scale);
    const uint32_t limit = usual_bits(sky, scale, USUAL_U);
    const __m256i largest = _mm256_set1_epi32((int)(2 * limit - 1));
    ptrdiff_t i = 0;
    for (; limit > 0 && i + STEP <= count; i += STEP) {
        __m256i bits[VECTORS], size = _mm256_setzero_si256();
        for (int v = 0; v < VECTORS; v++) {
            const uint8_t *from = pixels + 4 * (i + 8 * v);
            bits[v] = native_order256(_mm256_loadu_si256((const __m256i *)from), big_endian);
            if (v % 2 == 0) _mm_prefetch((const char *)from + PREFETCH_BYTES, _MM_HINT_T0);
            size = _mm256_max_epu32(size, pixel_size256(bits[v]));
        }
        if (__builtin_expect(none_above(size, largest), 1)) {
            for (int v = 0; v < VECTORS; v++) {
                const __m256 u = _mm256_mul_ps(_mm256_sub_ps(_mm256_castsi256_ps(bits[v]), level), factor);
                _mm256_storeu_ps(out + i + 8 * v, function256(u, function, 1));
            }
            continue;
        }
        for (int v = 0; v < VECTORS; v++)
            scale_any256(pixels + 4 * (i + 8 * v), 8, big_endian, level, factor, function, out + i + 8 * v, census);
    }
    for (; i < count; i += 8)
        scale_any256(pixels + 4 * i, count - i < 8 ? count - i : 8, big_endian, level, factor, function, out + i,
                     census);
}
