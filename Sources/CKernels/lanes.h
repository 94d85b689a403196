// Masks of the sixteen lanes of a vector.
#pragma once

#include <stddef.h>

#include "include/instruction_set.h"

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>

/// The first `count` lanes, of however many: none below 1, all from 16 on.
static inline __mmask16 first_lanes(ptrdiff_t count) {
    return count >= 16 ? 0xffff : count > 0 ? (__mmask16)((1u << count) - 1) : 0;
}
#endif
