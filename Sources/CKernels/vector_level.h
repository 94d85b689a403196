// Vectors of the level that LEVEL names; included once a level, before that level's kernels.
//
// A kernel file includes itself this way for each level that the compiler can make:
//     #define LEVEL 2
//     #include "vector_level.h"
//     ... kernels written with the names below, each function marked TARGET ...
// so that one text serves all levels and each level keeps one order of operations.

#include <stddef.h>
#include <stdint.h>

#include "include/instruction_set.h"

#if LEVEL == 2
#define AT_LEVEL(name) name##_avx512
#define TARGET GALATEA_TARGET_AVX512
#define WIDTH 16
#elif LEVEL == 1
#define AT_LEVEL(name) name##_avx2
#define TARGET GALATEA_TARGET_AVX2
#define WIDTH 8
#else
#define AT_LEVEL(name) name##_portable
#define TARGET
#define WIDTH 4
#endif

// A fused multiply-add where the level has one. Spelled out rather than left to contraction, so that every
// variant of a kernel rounds alike; without the instruction it would be a library call for each lane.
#if LEVEL > 0 || defined(__aarch64__)
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

/// WIDTH floats in a register.
#define V AT_LEVEL(vector)
/// WIDTH floats anywhere in memory.
#define UNALIGNED_V AT_LEVEL(unaligned_vector)
/// WIDTH integers, the result of comparing vectors.
#define IV AT_LEVEL(integer_vector)

typedef float V __attribute__((ext_vector_type(WIDTH)));
typedef float UNALIGNED_V __attribute__((ext_vector_type(WIDTH), aligned(4)));
typedef int32_t IV __attribute__((ext_vector_type(WIDTH)));

#define INLINE static inline __attribute__((always_inline)) TARGET
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE V AT_LEVEL(load)(const float *from) { return *(const UNALIGNED_V *)from; }
INLINE void AT_LEVEL(store)(float *to, V value) { *(UNALIGNED_V *)to = value; }
/// `max(value, 0)` that keeps NaN, which masked pixels rely on.
INLINE V AT_LEVEL(relu)(V value) { return value < 0 ? (V)0 : value; }

#define LOAD(from) AT_LEVEL(load)(from)
#define STORE(to, value) AT_LEVEL(store)(to, value)
#define RELU(value) AT_LEVEL(relu)(value)

// Lane numbers of the folds of `reduce`.
#if LEVEL == 2
#define HALVES_LOW 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HALVES_HIGH 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define QUARTERS_LOW 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define QUARTERS_HIGH 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define PAIRS_LOW 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define PAIRS_HIGH 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define EVEN 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define ODD 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#elif LEVEL == 1
#define QUARTERS_LOW 0, 1, 2, 3, 8, 9, 10, 11
#define QUARTERS_HIGH 4, 5, 6, 7, 12, 13, 14, 15
#define PAIRS_LOW 0, 1, 8, 9, 4, 5, 12, 13
#define PAIRS_HIGH 2, 3, 10, 11, 6, 7, 14, 15
#define EVEN 0, 8, 2, 10, 4, 12, 6, 14
#define ODD 1, 9, 3, 11, 5, 13, 7, 15
#else
#define PAIRS_LOW 0, 1, 4, 5
#define PAIRS_HIGH 2, 3, 6, 7
#define EVEN 0, 4, 2, 6
#define ODD 1, 5, 3, 7
#endif

/// Adds the lanes named `low` of both vectors to those named `high`.
#define FOLD(a, b, low, high) (__builtin_shufflevector(a, b, low) + __builtin_shufflevector(a, b, high))

/// The lane sums of WIDTH vectors; lane i is the sum of sums[i], always in the same order.
INLINE V AT_LEVEL(reduce)(const V *sums) {
    // Each fold halves the vectors and puts those of the first argument into the lower half of each group, so
    // the vectors that end as neighbours are folded last.
#if LEVEL == 2
    V a[8], b[4], c[2];
    UNROLL for (int i = 0; i < 8; i++) a[i] = FOLD(sums[i], sums[i + 8], HALVES_LOW, HALVES_HIGH);
    UNROLL for (int i = 0; i < 4; i++) b[i] = FOLD(a[i], a[i + 4], QUARTERS_LOW, QUARTERS_HIGH);
    UNROLL for (int i = 0; i < 2; i++) c[i] = FOLD(b[i], b[i + 2], PAIRS_LOW, PAIRS_HIGH);
    return FOLD(c[0], c[1], EVEN, ODD);
#elif LEVEL == 1
    V b[4], c[2];
    UNROLL for (int i = 0; i < 4; i++) b[i] = FOLD(sums[i], sums[i + 4], QUARTERS_LOW, QUARTERS_HIGH);
    UNROLL for (int i = 0; i < 2; i++) c[i] = FOLD(b[i], b[i + 2], PAIRS_LOW, PAIRS_HIGH);
    return FOLD(c[0], c[1], EVEN, ODD);
#else
    V c[2];
    UNROLL for (int i = 0; i < 2; i++) c[i] = FOLD(sums[i], sums[i + 2], PAIRS_LOW, PAIRS_HIGH);
    return FOLD(c[0], c[1], EVEN, ODD);
#endif
}

#define REDUCE(sums) AT_LEVEL(reduce)(sums)
