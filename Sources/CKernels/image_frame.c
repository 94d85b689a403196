#include "include/image_frame.h"

#include "image_rows.h"
#include "lanes.h"

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>

#define UNROLLED _Pragma("clang loop unroll(full)")

enum { WIDTH = 16, CHANNELS = 3, PIXELS = 2 * WIDTH };

/// Puts `count` pixels of three channels, 32 where `whole`, into their phases: sixteen odd and sixteen even columns of
/// each channel are picked from six vectors, a pair of those at a time. `to` is where the odd ones of the first channel
/// belong, the even ones a plane further on.
static inline __attribute__((always_inline)) GALATEA_TARGET_AVX512 void place_three(
    const float *row, ptrdiff_t count, const int whole, float *to, ptrdiff_t plane) {
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512 part[2 * CHANNELS];
    UNROLLED for (int v = 0; v < 2 * CHANNELS; v++)
        part[v] = whole ? _mm512_loadu_ps(row + WIDTH * v)
                        : _mm512_maskz_loadu_ps(first_lanes(count * CHANNELS - WIDTH * v), row + WIDTH * v);
    UNROLLED for (int c = 0; c < CHANNELS; c++)
        UNROLLED for (int odd = 0; odd < 2; odd++) {
            // Lane j takes pixel 2 j + odd.
            const __m512i place = _mm512_add_epi32(_mm512_mullo_epi32(lane, _mm512_set1_epi32(2 * CHANNELS)),
                                                   _mm512_set1_epi32(CHANNELS * odd + c));
            const __m512i pair = _mm512_srli_epi32(place, 5);
            __m512 picked = _mm512_permutex2var_ps(part[0], place, part[1]);
            UNROLLED for (int p = 1; p < CHANNELS; p++) {
                const __mmask16 here = _mm512_cmpeq_epi32_mask(pair, _mm512_set1_epi32(p));
                picked = _mm512_mask_mov_ps(picked, here,
                                            _mm512_permutex2var_ps(part[2 * p], place, part[2 * p + 1]));
            }
            float *first = to + (4 * c + !odd) * plane + odd;
            if (whole) _mm512_storeu_ps(first, picked);
            else _mm512_mask_storeu_ps(first, first_lanes((count + !odd) / 2), picked);
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
