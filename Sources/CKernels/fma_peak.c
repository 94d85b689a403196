#ifndef LEVEL
#include "fma_peak.h"

// Two units of latency 4 to 5 need 8 to 10 chains; 16 registers (AVX2) hold these and the two constants.
enum { CHAINS = 12 };

// Holds a vector in a register across iterations.
#if defined(__x86_64__)
#define KEEP(vector) __asm__ volatile("" : "+v"(vector))
#elif defined(__aarch64__)
#define KEEP(vector) __asm__ volatile("" : "+w"(vector))
#else
#define KEEP(vector) __asm__ volatile("" : "+m"(vector))
#endif

#define LEVEL 0
#include "fma_peak.c"
#if GALATEA_HAS_X86_LEVELS
#define LEVEL 1
#include "fma_peak.c"
#define LEVEL 2
#include "fma_peak.c"
#endif

int64_t galatea_multiply_adds(galatea_level level, int64_t iterations, float a, float b, double *sum) {
    switch (level) {
#if GALATEA_HAS_X86_LEVELS
    case GALATEA_AVX512: return multiply_adds_avx512(iterations, a, b, sum);
    case GALATEA_AVX2: return multiply_adds_avx2(iterations, a, b, sum);
#endif
    default: return multiply_adds_portable(iterations, a, b, sum);
    }
}

#else
#include "vector_level.h"

TARGET static int64_t AT_LEVEL(multiply_adds)(int64_t iterations, float a, float b, double *sum) {
    V chain[CHAINS];
    UNROLL for (int c = 0; c < CHAINS; c++) chain[c] = (V)((float)c / 16);
    const V factor = (V)a, term = (V)b;
    for (int64_t i = 0; i < iterations; i++) {
        UNROLL for (int c = 0; c < CHAINS; c++) chain[c] = FMA(chain[c], factor, term);
        // The compiler must not see that the chains differ in their start only, nor keep one for all.
        UNROLL for (int c = 0; c < CHAINS; c++) KEEP(chain[c]);
    }
    double total = 0;
    for (int c = 0; c < CHAINS; c++)
        for (int lane = 0; lane < WIDTH; lane++) total += chain[c][lane];
    *sum = total;
    return iterations * CHAINS * WIDTH * 2;
}

#include "level_end.h"
#endif
