#include "include/point_distance.h"

#include "levels.h"

GALATEA_INLINE float distance_body(const float *a, const float *b, ptrdiff_t dimension) {
    galatea_f16 sum = {0};
    ptrdiff_t i = 0;
    for (; i + 16 <= dimension; i += 16) {
        const galatea_f16 difference = GALATEA_LOAD16(a + i) - GALATEA_LOAD16(b + i);
        sum += difference * difference;
    }
    float all[16];
    GALATEA_STORE16(all, sum);
    float rest = 0;
    for (; i < dimension; i++) rest += (a[i] - b[i]) * (a[i] - b[i]);
    for (int half = 8; half > 0; half /= 2)
        for (int lane = 0; lane < half; lane++) all[lane] += all[lane + half];
    return all[0] + rest;
}

static float distance_portable(const void *a, const void *b, const void *dimension) {
    return distance_body(a, b, *(const ptrdiff_t *)dimension);
}
#if GALATEA_HAS_X86_LEVELS
GALATEA_TARGET_AVX2 static float distance_avx2(const void *a, const void *b, const void *dimension) {
    return distance_body(a, b, *(const ptrdiff_t *)dimension);
}
GALATEA_TARGET_AVX512 static float distance_avx512(const void *a, const void *b, const void *dimension) {
    return distance_body(a, b, *(const ptrdiff_t *)dimension);
}
#endif

galatea_point_distance galatea_squared_distance(galatea_level level) {
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) return distance_avx512;
    if (level == GALATEA_AVX2) return distance_avx2;
#else
    (void)level;
#endif
    return distance_portable;
}
