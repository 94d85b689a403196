#include "distances.h"

#include <math.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { N = GALATEA_DISTANCE_BLOCK };

ALWAYS_INLINE void distances(galatea_metric metric, double exponent, const double *query, const double *block,
                             ptrdiff_t dimension, double *out) {
    double sum[N] = {0};
    switch (metric) {
    case GALATEA_MANHATTAN:
        for (ptrdiff_t d = 0; d < dimension; d++)
            for (int i = 0; i < N; i++) sum[i] += fabs(block[d * N + i] - query[d]);
        break;
    case GALATEA_EUCLIDEAN:
        for (ptrdiff_t d = 0; d < dimension; d++)
            for (int i = 0; i < N; i++) {
                double difference = block[d * N + i] - query[d];
                sum[i] += difference * difference;
            }
        break;
    case GALATEA_CHEBYSHEV:
        for (ptrdiff_t d = 0; d < dimension; d++)
            for (int i = 0; i < N; i++) {
                double difference = fabs(block[d * N + i] - query[d]);
                sum[i] = difference > sum[i] ? difference : sum[i];
            }
        break;
    case GALATEA_MINKOWSKI:
        for (ptrdiff_t d = 0; d < dimension; d++)
            for (int i = 0; i < N; i++) sum[i] += pow(fabs(block[d * N + i] - query[d]), exponent);
        break;
    }
    for (int i = 0; i < N; i++) out[i] = sum[i];
}

#if GALATEA_HAS_X86_LEVELS
GALATEA_TARGET_AVX2 static void distances_avx2(galatea_metric metric, double exponent, const double *query,
                                               const double *block, ptrdiff_t dimension, double *out) {
    distances(metric, exponent, query, block, dimension, out);
}

GALATEA_TARGET_AVX512 static void distances_avx512(galatea_metric metric, double exponent, const double *query,
                                                   const double *block, ptrdiff_t dimension, double *out) {
    distances(metric, exponent, query, block, dimension, out);
}
#endif

void galatea_block_distances(galatea_level level, galatea_metric metric, double exponent, const double *query,
                             const double *block, ptrdiff_t dimension, double *out) {
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) {
        distances_avx512(metric, exponent, query, block, dimension, out);
        return;
    }
    if (level == GALATEA_AVX2) {
        distances_avx2(metric, exponent, query, block, dimension, out);
        return;
    }
#else
    (void)level;
#endif
    distances(metric, exponent, query, block, dimension, out);
}
