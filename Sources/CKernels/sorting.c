#include "sorting.h"

#include <stdint.h>
#include <string.h>

// Least significant digit first: three passes of 11 bits, whatever the values.
enum { DIGIT_BITS = 11, DIGITS = 3, SIZE = 1 << DIGIT_BITS };

/// Unsigned integers that order as their floats do, and back.
static inline uint32_t to_key(uint32_t bits) { return bits ^ ((uint32_t)-(int32_t)(bits >> 31) | 0x80000000u); }
static inline uint32_t from_key(uint32_t key) { return key ^ ((key >> 31) - 1 | 0x80000000u); }

void galatea_sort(float *values, ptrdiff_t count, float *scratch) {
    uint32_t starts[DIGITS][SIZE];
    memset(starts, 0, sizeof starts);
    for (ptrdiff_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + i, 4);
        const uint32_t key = to_key(bits);
        memcpy(values + i, &key, 4);
        for (int d = 0; d < DIGITS; d++) starts[d][key >> d * DIGIT_BITS & (SIZE - 1)]++;
    }
    float *from = values, *to = scratch;
    for (int d = 0; d < DIGITS; d++) {
        uint32_t next = 0;
        for (int digit = 0; digit < SIZE; digit++) {
            const uint32_t here = starts[d][digit];
            starts[d][digit] = next;
            next += here;
        }
        for (ptrdiff_t i = 0; i < count; i++) {
            uint32_t key;
            memcpy(&key, from + i, 4);
            memcpy(to + starts[d][key >> d * DIGIT_BITS & (SIZE - 1)]++, &key, 4);
        }
        float *other = from;
        from = to;
        to = other;
    }
    // An odd number of passes ends in the scratch.
    for (ptrdiff_t i = 0; i < count; i++) {
        uint32_t key;
        memcpy(&key, from + i, 4);
        const uint32_t bits = from_key(key);
        memcpy(values + i, &bits, 4);
    }
}
