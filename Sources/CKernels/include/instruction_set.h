// The instruction-set levels that kernels are compiled for, and which of them this processor runs.
#pragma once

/// Each level computes with fixed order of operations; results are bit-equal within one level only.
typedef enum {
    GALATEA_PORTABLE = 0,  ///< Plain C: any processor.
    GALATEA_AVX2 = 1,      ///< AVX2 with fused multiply-add.
    GALATEA_AVX512 = 2,    ///< AVX-512 F, BW, DQ and VL.
} galatea_level;

/// The highest level that this processor and operating system run.
galatea_level galatea_detected_level(void);

// Attributes for functions of one level; empty where the compiler has no such target.
#if defined(__x86_64__)
#define GALATEA_TARGET_AVX2 __attribute__((target("avx2,fma,bmi2,popcnt")))
#define GALATEA_TARGET_AVX512 \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi2,popcnt")))
#define GALATEA_HAS_X86_LEVELS 1
#else
#define GALATEA_HAS_X86_LEVELS 0
#endif
