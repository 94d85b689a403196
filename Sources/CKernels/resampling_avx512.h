// The form of AVX-512 for resizes whose taps lie close together. A row's sum over four input rows goes through
// registers of sixteen places from left to right, each loaded and summed once; a block of up to sixteen outputs picks
// its taps from two neighbouring ones by permutation. Everything is loaded by whole cache lines: loads of 64 bytes, not
// arithmetic, are what bounds a resize, and one that crosses a line counts twice. Included by resampling.c.
#pragma once

#include "lanes.h"

#define UNROLLED _Pragma("clang loop unroll(full)")

enum { WIDTH = 16, SPAN = 2 * WIDTH, FEWEST_OUTPUTS = 4 };

/// What a block of outputs needs, in whole cache lines. Its lanes are its outputs in order; or, on their way into
/// phases, the odd ones from lane 0 on and the even ones from lane 8 on.
typedef struct {
    float weight[4][WIDTH];
    int32_t place[4][WIDTH];  ///< Taps relative to the first place of the block's two registers.
    int32_t first;            ///< The lower of its registers: places 16 first ... 16 first + 31.
    int32_t outputs;
    uint32_t lanes[3];        ///< Which lanes of three interleaved vectors are outputs.
    int32_t start[2];         ///< Where lanes 0 of the odd and of the even outputs belong in their rows of phases.
    int32_t rest[9];
} tap_block;
_Static_assert(sizeof(tap_block) % 64 == 0, "the next block begins at a cache line");

/// Floats from one row of the ring to the next: whole cache lines, and two registers at least.
ALWAYS_INLINE ptrdiff_t dense_stride(ptrdiff_t input) {
    return input <= SPAN ? SPAN : (input + WIDTH - 1) / WIDTH * WIDTH;
}

/// The lower register of a block that begins with output `i`.
ALWAYS_INLINE ptrdiff_t first_register(galatea_bicubic_axis x, ptrdiff_t i) {
    const ptrdiff_t here = tap(x, i, 0) / WIDTH, last = dense_stride(x.input) / WIDTH - 2;
    return here < last ? here : last;
}

/// The output after the last one of a block that begins with output `i`.
static ptrdiff_t block_end(galatea_bicubic_axis x, ptrdiff_t i) {
    const ptrdiff_t reach = WIDTH * first_register(x, i) + SPAN;
    ptrdiff_t end = i;
    while (end < x.output && end - i < WIDTH && tap(x, end, 3) < reach) end++;
    return end;
}

/// Blocks of a row; 0 where they would hold too few outputs to be worth while.
static ptrdiff_t block_count(galatea_bicubic_axis x) {
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < x.output; i = block_end(x, i)) count++;
    return count * FEWEST_OUTPUTS <= x.output + FEWEST_OUTPUTS - 1 ? count : 0;
}

/// Floats of scratch of this form.
static ptrdiff_t dense_scratch(ptrdiff_t bands, galatea_bicubic_axis x) {
    return block_count(x) * (ptrdiff_t)(sizeof(tap_block) / sizeof(float)) +
           bands * (RING * dense_stride(x.input) + x.output) + WIDTH;
}

/// The lane of output `i` of a block that begins with output `from`.
ALWAYS_INLINE ptrdiff_t lane_of(galatea_arrangement arrangement, ptrdiff_t i, ptrdiff_t from) {
    if (arrangement != GALATEA_PHASES) return i - from;
    return i % 2 ? i / 2 - from / 2 : WIDTH / 2 + i / 2 - (from + 1) / 2;
}

static void lay_out_taps(galatea_bicubic_axis x, galatea_arrangement arrangement, tap_block *block) {
    for (ptrdiff_t from = 0, end; from < x.output; from = end, block++) {
        end = block_end(x, from);
        *block = (tap_block){.first = (int32_t)first_register(x, from), .outputs = (int32_t)(end - from)};
        for (ptrdiff_t i = from; i < end; i++) {
            const ptrdiff_t lane = lane_of(arrangement, i, from);
            for (int k = 0; k < 4; k++) {
                block->weight[k][lane] = x.weight[4 * i + k];
                block->place[k][lane] = (int32_t)(tap(x, i, k) - WIDTH * block->first);
            }
        }
        // Odd column x stands at (x + 1) / 2 of its row, even column x at x / 2.
        block->start[0] = (int32_t)(from / 2 + 1);
        block->start[1] = (int32_t)((from + 1) / 2);
        for (int part = 0; part < 3; part++) block->lanes[part] = first_lanes(3 * (end - from) - WIDTH * part);
    }
}

/// Four rows of a band, and what they weigh.
typedef struct {
    const float *at[4];
    __m512 weight[4];
} weighted_rows;

/// The sum over four rows, at sixteen places.
ALWAYS_INLINE GALATEA_TARGET_AVX512 __m512 sum_rows(const weighted_rows *rows, ptrdiff_t offset) {
    __m512 sum = _mm512_mul_ps(rows->weight[0], _mm512_load_ps(rows->at[0] + offset));
    for (int k = 1; k < 4; k++) sum = _mm512_fmadd_ps(rows->weight[k], _mm512_load_ps(rows->at[k] + offset), sum);
    return sum;
}

/// A block's outputs: the sum over taps of what two registers hold.
ALWAYS_INLINE GALATEA_TARGET_AVX512 __m512 sum_taps(const tap_block *block, __m512 low, __m512 high) {
    __m512 sum = _mm512_mul_ps(_mm512_load_ps(block->weight[0]),
                               _mm512_permutex2var_ps(low, _mm512_load_si512(block->place[0]), high));
    for (int k = 1; k < 4; k++)
        sum = _mm512_fmadd_ps(_mm512_load_ps(block->weight[k]),
                              _mm512_permutex2var_ps(low, _mm512_load_si512(block->place[k]), high), sum);
    return sum;
}

/// Lane j of part p of three interleaved vectors is band n % 3 of pixel n / 3, n = 16 p + j: where it lies in the
/// first two bands' vectors, and then in what was picked from those and the third's.
_Alignas(64) static const int32_t of_two[3][WIDTH] = {
    {0, 16, 0, 1, 17, 1, 2, 18, 2, 3, 19, 3, 4, 20, 4, 5},
    {21, 5, 6, 22, 6, 7, 23, 7, 8, 24, 8, 9, 25, 9, 10, 26},
    {10, 11, 27, 11, 12, 28, 12, 13, 29, 13, 14, 30, 14, 15, 31, 15}};
_Alignas(64) static const int32_t of_third[3][WIDTH] = {
    {0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15},
    {0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15},
    {26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31}};

/// Output row `j` of `bands` bands, 1 or 3, interleaved or in phases; rings of `stride` floats a row stand one behind the
/// other. `out` is where the row begins, of phases that of the first band's odd columns, whose planes lie `phase` apart.
ALWAYS_INLINE GALATEA_TARGET_AVX512 void dense_row(const float *ring, ptrdiff_t stride, const int bands,
                                                   const galatea_arrangement arrangement, ptrdiff_t phase,
                                                   galatea_bicubic_axis y, ptrdiff_t j, const tap_block *block,
                                                   const tap_block *end, float *out) {
    const ptrdiff_t next_band = RING * stride;
    weighted_rows rows;
    for (int k = 0; k < 4; k++) {
        rows.at[k] = ring + (tap(y, j, k) & (RING - 1)) * stride;
        rows.weight[k] = _mm512_set1_ps(y.weight[4 * j + k]);
    }
    __m512 low[3], high[3], sum[3];
    UNROLLED for (int band = 0; band < bands; band++) high[band] = sum_rows(&rows, band * next_band);
    for (ptrdiff_t first = 0; block < end; first++) {
        UNROLLED for (int band = 0; band < bands; band++) {
            low[band] = high[band];
            high[band] = sum_rows(&rows, band * next_band + (first + 1) * WIDTH);
        }
        for (; block < end && block->first == first; block++) {
            UNROLLED for (int band = 0; band < bands; band++) sum[band] = sum_taps(block, low[band], high[band]);
            if (arrangement == GALATEA_PHASES) {
                // Read once: for all the compiler knows, the stores could change them.
                const ptrdiff_t odd = block->start[0], even = phase + block->start[1];
                UNROLLED for (int band = 0; band < bands; band++) {
                    float *to = out + 4 * band * phase;
                    _mm256_storeu_ps(to + odd, _mm512_castps512_ps256(sum[band]));
                    _mm256_storeu_ps(to + even, _mm512_extractf32x8_ps(sum[band], 1));
                }
                continue;
            }
            float *to = out;
            out += block->outputs * bands;
            if (bands == 1) {
                _mm512_mask_storeu_ps(to, first_lanes(block->outputs), sum[0]);
                continue;
            }
            for (int part = 0; part < 3 && block->lanes[part]; part++) {
                const __m512 ab = _mm512_permutex2var_ps(sum[0], _mm512_load_si512(of_two[part]), sum[1]);
                _mm512_mask_storeu_ps(to + WIDTH * part, (__mmask16)block->lanes[part],
                                      _mm512_permutex2var_ps(ab, _mm512_load_si512(of_third[part]), sum[2]));
            }
        }
    }
}

/// `count` blocks as `lay_out_taps` left them at the beginning of the scratch memory.
GALATEA_TARGET_AVX512 static void prepare_dense(const cutout_pass *pass, const tap_block *blocks, ptrdiff_t count) {
    const galatea_bicubic_axis y = pass->y, x = pass->x;
    const galatea_frame *frame = pass->frame;
    const ptrdiff_t bands = pass->bands, stride = dense_stride(x.input);
    float *ring = (float *)(blocks + count), *planar = ring + bands * RING * stride, *out = pass->out;
    ptrdiff_t next = 0;
    for (ptrdiff_t j = 0; j <= y.output; j++) {
        // After the last output row the rest of the input is read for the census alone.
        const ptrdiff_t last = j == y.output ? y.input - 1 : tap(y, j, 3);
        for (; next <= last; next += ROWS)
            scale_rows(GALATEA_AVX512, pass, next, stride, ring);
        if (j == y.output) break;
        if (frame->arrangement == GALATEA_PHASES) {
            float *to = phase_row(frame, out, 0, j);
            if (bands == 3) {
                dense_row(ring, stride, 3, GALATEA_PHASES, frame->plane, y, j, blocks, blocks + count, to);
                continue;
            }
            for (ptrdiff_t band = 0; band < bands; band++)
                dense_row(ring + band * RING * stride, stride, 1, GALATEA_PHASES, frame->plane, y, j, blocks,
                          blocks + count, to + 4 * band * frame->plane);
            continue;
        }
        float *to = out + frame->first + j * frame->row;
        if (bands == 3) {
            dense_row(ring, stride, 3, GALATEA_PIXELS, 0, y, j, blocks, blocks + count, to);
            continue;
        }
        for (ptrdiff_t band = 0; band < bands; band++)
            dense_row(ring + band * RING * stride, stride, 1, GALATEA_PIXELS, 0, y, j, blocks, blocks + count,
                      planar + band * x.output);
        for (ptrdiff_t i = 0; i < x.output; i++)
            for (ptrdiff_t band = 0; band < bands; band++) to[i * bands + band] = planar[band * x.output + i];
    }
}
