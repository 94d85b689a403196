// Pixels of cutouts and bits of masks, sixteen at a time, for the photometry kernels.
#pragma once

#include <string.h>

#include "include/photometry.h"
#include "levels.h"

// Vectors pass between functions that are always inlined: there is no call whose convention could differ.
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint8_t photometry_bytes __attribute__((vector_size(64)));
typedef _Bool photometry_mask __attribute__((ext_vector_type(16)));

#define EXPONENT_BITS 0x7f800000

/// 0, 1, ... 15.
#define LANES ((galatea_i16){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
/// 1, 2, 4, ... 2^15.
#define LANE_BITS                                                                                            \
    ((galatea_i16){1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768})
#define ABSOLUTE16(v) ((galatea_f16)((galatea_i16)(v) & 0x7fffffff))
/// `a` where the comparison holds, else `b`.
#define SELECT16(condition, a, b)                                                                            \
    ((galatea_f16)(((galatea_i16)(a) & (condition)) | ((galatea_i16)(b) & ~(condition))))
/// Lanes of pixels that are not finite.
#define NON_FINITE16(v) (((galatea_i16)(v) & EXPONENT_BITS) == EXPONENT_BITS)
#define SPLAT16(value) ((galatea_f16){0} + (float)(value))

GALATEA_INLINE galatea_f16 swapped16(galatea_f16 raw) {
    photometry_bytes b = (photometry_bytes)raw;
    return (galatea_f16)__builtin_shufflevector(
        b, b, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21, 20, 27, 26, 25,
        24, 31, 30, 29, 28, 35, 34, 33, 32, 39, 38, 37, 36, 43, 42, 41, 40, 47, 46, 45, 44, 51, 50, 49, 48, 55,
        54, 53, 52, 59, 58, 57, 56, 63, 62, 61, 60);
}

/// Sixteen stored pixels.
GALATEA_INLINE galatea_f16 whole_pixels16(const uint8_t *from, int big_endian) {
    const galatea_f16 raw = GALATEA_LOAD16(from);
    return big_endian ? swapped16(raw) : raw;
}

/// Sixteen stored pixels; those from `left` on are 0.
///
/// The end of a row, which a loop over whole vectors had better leave to itself: a copy of any length in its middle
/// costs it its registers.
GALATEA_INLINE galatea_f16 pixels16(const uint8_t *from, ptrdiff_t left, int big_endian) {
    if (left >= 16) return whole_pixels16(from, big_endian);
    galatea_f16 raw = {0};
    memcpy(&raw, from, (size_t)left * 4);
    return big_endian ? swapped16(raw) : raw;
}

GALATEA_INLINE float pixel_at(const uint8_t *from, int big_endian) {
    uint32_t bits;
    memcpy(&bits, from, 4);
    if (big_endian) bits = __builtin_bswap32(bits);
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

GALATEA_INLINE const uint8_t *row_of(const galatea_cutout *cutout, ptrdiff_t band, ptrdiff_t y) {
    return (const uint8_t *)cutout->pixels + 4 * (band * cutout->band_stride + y * cutout->row_stride);
}

GALATEA_INLINE float cutout_pixel(const galatea_cutout *cutout, ptrdiff_t band, ptrdiff_t y, ptrdiff_t x) {
    return pixel_at(row_of(cutout, band, y) + 4 * x, cutout->big_endian);
}

/// One bit a lane where the comparison holds.
GALATEA_INLINE uint32_t bits_of(galatea_i16 condition) {
    photometry_mask mask = __builtin_convertvector(condition, photometry_mask);
    uint16_t bits;
    memcpy(&bits, &mask, 2);
    return bits;
}

/// The sixteen bits of a row from pixel `x` on, wherever it lies.
GALATEA_INLINE uint32_t row_bits16(const uint64_t *row, int32_t words, int32_t x) {
    int32_t word = x >> 6, shift = x & 63;
    uint64_t bits = row[word] >> shift;
    if (shift > 48 && word + 1 < words) bits |= row[word + 1] << (64 - shift);
    return (uint32_t)bits & 0xffff;
}

/// Every lane's condition from one bit a lane.
GALATEA_INLINE galatea_i16 lanes_of(uint32_t bits) {
    return (((galatea_i16){0} + (int)bits) & LANE_BITS) != 0;
}

GALATEA_INLINE int bit_at(const uint64_t *bits, int32_t words, int32_t x, int32_t y) {
    return (int)(bits[(ptrdiff_t)y * words + (x >> 6)] >> (x & 63)) & 1;
}

/// The lane sums, joined in one fixed order.
GALATEA_INLINE double joined16(galatea_f16 v) {
    double lanes[16];
    for (int k = 0; k < 16; k++) lanes[k] = v[k];
    for (int width = 8; width > 0; width /= 2)
        for (int k = 0; k < width; k++) lanes[k] += lanes[k + width];
    return lanes[0];
}
