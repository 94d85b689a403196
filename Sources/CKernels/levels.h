// Compiles one kernel body for every instruction-set level and chooses among them at run time.
#pragma once

#include "include/instruction_set.h"

#define GALATEA_INLINE static inline __attribute__((always_inline))

/// Defines the body of `galatea_<name>`: calls the always-inline `<name>_body` compiled for `level`.
/// Each `name##_<level>` is a function of its own, so that the compiler may use that level's registers.
#if GALATEA_HAS_X86_LEVELS
#define GALATEA_LEVELS(result, name, parameters, arguments)                                             \
    static result name##_portable parameters { return name##_body arguments; }                          \
    GALATEA_TARGET_AVX2 static result name##_avx2 parameters { return name##_body arguments; }          \
    GALATEA_TARGET_AVX512 static result name##_avx512 parameters { return name##_body arguments; }
#define GALATEA_CALL(level, name, arguments)                    \
    switch (level) {                                            \
    case GALATEA_AVX512: return name##_avx512 arguments;        \
    case GALATEA_AVX2: return name##_avx2 arguments;            \
    default: return name##_portable arguments;                  \
    }
#else
#define GALATEA_LEVELS(result, name, parameters, arguments) \
    static result name##_portable parameters { return name##_body arguments; }
#define GALATEA_CALL(level, name, arguments) \
    (void)level;                             \
    return name##_portable arguments;
#endif

// Sixteen numbers at once: one AVX-512 register, two of AVX2, four of the baseline; the same sums everywhere.
typedef float galatea_f16 __attribute__((vector_size(64)));
typedef float galatea_f16_unaligned __attribute__((vector_size(64), aligned(4)));
typedef double galatea_d16 __attribute__((vector_size(128)));
typedef int galatea_i16 __attribute__((vector_size(64)));

#define GALATEA_LOAD16(pointer) (*(const galatea_f16_unaligned *)(pointer))
#define GALATEA_STORE16(pointer, value) (*(galatea_f16_unaligned *)(pointer) = (value))
