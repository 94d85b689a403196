#include "instruction_set.h"

galatea_level galatea_detected_level(void) {
#if GALATEA_HAS_X86_LEVELS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return GALATEA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
        return GALATEA_AVX2;
#endif
    return GALATEA_PORTABLE;
}
