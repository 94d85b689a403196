#include "include/image_frame.h"

#include "image_rows.h"
#include "lanes.h"

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>

#define UNROLLED _Pragma("clang loop unroll(full)")

enum { WIDTH = 16, CHANNELS = 3, PIXELS = 2 * WIDTH };

/// Bytes that are asked for beyond what is read: what lies in the second cache then costs no waiting.
enum { BYTES_AHEAD = 2048 };

/// One channel of sixteen pixels of three, odd columns before even ones. Its numbers stand in different lanes of the
/// pixels' three vectors, so that one vector takes them all as they stand.
static inline __attribute__((always_inline)) GALATEA_TARGET_AVX512 __m512 pick_channel(const __m512 *part, const int c) {
    __m512 all = part[0];
    // Of vector v lanes l are the channel's with 16 v + l = c modulo 3, as is v + l.
    UNROLLED for (int v = 1; v < CHANNELS; v++) {
        __mmask16 here = 0;
        UNROLLED for (int l = 0; l < WIDTH; l++) here |= (__mmask16)((v + l) % CHANNELS == c) << l;
        all = _mm512_mask_mov_ps(all, here, part[v]);
    }
    const __m512i pixel = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 14);
    const __m512i place = _mm512_add_epi32(_mm512_mullo_epi32(pixel, _mm512_set1_epi32(CHANNELS)), _mm512_set1_epi32(c));
    return _mm512_permutexvar_ps(place, all);
}

/// Puts `count` pixels of three channels, 32 where `whole`, into their phases. `to` is where the odd columns of the first
/// channel belong, the even ones a plane further on.
static inline __attribute__((always_inline)) GALATEA_TARGET_AVX512 void place_three(
    const float *row, ptrdiff_t count, const int whole, float *to, ptrdiff_t plane) {
    __m512 part[2 * CHANNELS];
    UNROLLED for (int v = 0; v < 2 * CHANNELS; v++) {
        __builtin_prefetch((const char *)(row + WIDTH * v) + BYTES_AHEAD);
        part[v] = whole ? _mm512_loadu_ps(row + WIDTH * v)
                        : _mm512_maskz_loadu_ps(first_lanes(count * CHANNELS - WIDTH * v), row + WIDTH * v);
    }
    UNROLLED for (int c = 0; c < CHANNELS; c++) {
        const __m512 first = pick_channel(part, c), second = pick_channel(part + CHANNELS, c);
        float *odd = to + 4 * c * plane + 1, *even = odd - 1 + plane;
        const __m512 odds = _mm512_shuffle_f32x4(first, second, 0x44), evens = _mm512_shuffle_f32x4(first, second, 0xee);
        _mm512_mask_storeu_ps(odd, whole ? 0xffff : first_lanes(count / 2), odds);
        _mm512_mask_storeu_ps(even, whole ? 0xffff : first_lanes((count + 1) / 2), evens);
    }
}

/// `place_row` for three channels on their way into phases.
GALATEA_TARGET_AVX512 static void place_row_of_three(const float *row, ptrdiff_t y, ptrdiff_t width,
                                                     const galatea_frame *frame, float *array) {
    // Odd columns begin at place 1 of their rows, even ones at place 0.
    float *to = phase_row(frame, array, 0, y);
    ptrdiff_t x = 0;
    for (; x + PIXELS <= width; x += PIXELS) place_three(row + x * CHANNELS, PIXELS, 1, to + x / 2, frame->plane);
    if (x < width) place_three(row + x * CHANNELS, width - x, 0, to + x / 2, frame->plane);
}
#endif

void galatea_place_image(galatea_level level, const float *image, ptrdiff_t height, ptrdiff_t width,
                         ptrdiff_t channels, const galatea_frame *frame, float *array) {
    for (ptrdiff_t y = 0; y < height; y++) {
        const float *row = image + y * width * channels;
#if GALATEA_HAS_X86_LEVELS
        if (level == GALATEA_AVX512 && channels == CHANNELS && frame->arrangement == GALATEA_PHASES) {
            place_row_of_three(row, y, width, frame, array);
            continue;
        }
#endif
        place_row(row, y, width, channels, frame, array);
    }
    (void)level;
}
