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

/// What the kernel of a row works with; as `scaling512`.
typedef struct {
    __m256 level, factor, softening;
    __m256i largest;  ///< Bits of the largest usual size.
    galatea_scale_function function;
} scaling256;

AVX2_INLINE scaling256 make_scaling256(float sky, float scale, galatea_scale_function function) {
    const __m256i usual = _mm256_castps_si256(_mm256_set1_ps(usual_size(function, LARGEST_U)));
    return (scaling256){
        .level = _mm256_set1_ps(sky), .factor = _mm256_set1_ps(scale),
        .softening = _mm256_set1_ps(softening_of(scale)),
        .largest = _mm256_sub_epi32(usual, _mm256_set1_epi32(1)), .function = function};
}

/// Pixels on their way: what the function takes, and what tells usual ones from others; as `weighed512`.
typedef struct {
    __m256 light, size;
} weighed256;

AVX2_INLINE weighed256 weigh256(__m256i bits, const scaling256 *s) {
    const __m256 d = _mm256_sub_ps(_mm256_castsi256_ps(bits), s->level);
    if (s->function == GALATEA_SCALE_SATURATING) return (weighed256){d, _mm256_fmadd_ps(d, d, s->softening)};
    const __m256 u = _mm256_mul_ps(d, s->factor);
    return (weighed256){u, _mm256_andnot_ps(_mm256_set1_ps(-0.0f), u)};
}

/// The function of usual pixels.
AVX2_INLINE __m256 usual256(weighed256 pixel, const scaling256 *s) {
    if (s->function == GALATEA_SCALE_LINEAR) return pixel.light;
    if (s->function == GALATEA_SCALE_ASINH) return asinh256(pixel.light);
    const __m256 y = _mm256_rsqrt_ps(pixel.size);
    const __m256 half = _mm256_castsi256_ps(_mm256_sub_epi32(_mm256_castps_si256(y), _mm256_set1_epi32(1 << 23)));
    const __m256 three = _mm256_fnmadd_ps(_mm256_mul_ps(pixel.size, y), y, _mm256_set1_ps(3));
    return _mm256_mul_ps(pixel.light, _mm256_mul_ps(half, three));
}

/// The function for finite pixels that need care.
AVX2_INLINE __m256 unusual256(__m256i bits, const scaling256 *s) {
    const __m256 u = _mm256_mul_ps(_mm256_sub_ps(_mm256_castsi256_ps(bits), s->level), s->factor);
    if (s->function == GALATEA_SCALE_SATURATING) return saturating256(u);
    const __m256 limit = _mm256_set1_ps(LARGEST_U), lower = _mm256_set1_ps(-LARGEST_U);
    const __m256 cut = _mm256_max_ps(_mm256_min_ps(u, limit), lower);
    return s->function == GALATEA_SCALE_LINEAR ? cut : asinh256(cut);
}

/// Stored pixels in the processor's order of bytes.
AVX2_INLINE __m256i native_order256(__m256i bits, int big_endian) {
    const __m256i swap = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
    return big_endian ? _mm256_shuffle_epi8(bits, swap) : bits;
}

/// The lanes whose size is usual, as a mask: at most `largest`.
AVX2_INLINE __m256 usual_lanes(__m256 size, __m256i largest) {
    const __m256i bits = _mm256_castps_si256(size);
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_max_epu32(bits, largest), largest));
}

/// Pixels of any kind, those that are `here`: counts what is not finite, and gives the function where they are, lane by
/// lane the same as where all are usual.
AVX2_INLINE __m256 any256(__m256i bits, int here, const scaling256 *s, galatea_pixel_census *census) {
    const __m256i exponent = _mm256_set1_epi32((int)EXPONENT_BITS);
    const weighed256 pixel = weigh256(bits, s);
    const __m256 bad = _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(bits, exponent), exponent));
    census->non_finite += __builtin_popcount((unsigned)(_mm256_movemask_ps(bad) & here));
    const __m256 usual = usual_lanes(pixel.size, s->largest);
    return _mm256_andnot_ps(bad, _mm256_blendv_ps(unusual256(bits, s), usual256(pixel, s), usual));
}

AVX2_INLINE void scale_avx2(const uint8_t *pixels, ptrdiff_t count, int big_endian, float sky, float scale,
                            galatea_scale_function function, float *out, galatea_pixel_census *census) {
    // One look at the sizes of four vectors, then one branch.
    enum { VECTORS = 4, STEP = 8 * VECTORS };
    const scaling256 s = make_scaling256(sky, scale, function);
    __m256i lit = _mm256_setzero_si256();
    ptrdiff_t i = 0;
    for (; i + STEP <= count; i += STEP) {
        __m256i bits[VECTORS], size = _mm256_setzero_si256();
        weighed256 pixel[VECTORS];
        for (int v = 0; v < VECTORS; v++) {
            const uint8_t *from = pixels + 4 * (i + 8 * v);
            bits[v] = native_order256(_mm256_loadu_si256((const __m256i *)from), big_endian);
            if (v % 2 == 0) _mm_prefetch((const char *)from + PREFETCH_BYTES, _MM_HINT_T0);
            lit = _mm256_or_si256(lit, bits[v]);
            pixel[v] = weigh256(bits[v], &s);
            size = _mm256_max_epu32(size, _mm256_castps_si256(pixel[v].size));
        }
        if (__builtin_expect(_mm256_movemask_ps(usual_lanes(_mm256_castsi256_ps(size), s.largest)) == 0xff, 1)) {
            for (int v = 0; v < VECTORS; v++) _mm256_storeu_ps(out + i + 8 * v, usual256(pixel[v], &s));
        } else {
            for (int v = 0; v < VECTORS; v++) _mm256_storeu_ps(out + i + 8 * v, any256(bits[v], 0xff, &s, census));
        }
    }
    for (; i < count; i += 8) {
        const ptrdiff_t left = count - i < 8 ? count - i : 8;
        float in[8] = {0}, result[8];
        memcpy(in, pixels + 4 * i, (size_t)left * 4);
        const __m256i bits = native_order256(_mm256_loadu_si256((const __m256i *)in), big_endian);
        lit = _mm256_or_si256(lit, bits);
        _mm256_storeu_ps(result, any256(bits, (1 << left) - 1, &s, census));
        memcpy(out + i, result, (size_t)left * 4);
    }
    census->is_lit |= !_mm256_testz_si256(lit, _mm256_set1_epi32(MAGNITUDE_BITS));
}
