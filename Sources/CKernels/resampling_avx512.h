// The form of AVX-512 for resizes whose taps lie close together: a block of up to sixteen outputs takes all its
// taps from 32 neighbouring inputs, which are summed over rows in two registers and picked from there by
// permutation. Of three bands nothing between scaled rows and output is stored. Included by resampling.c.
#pragma once

enum { WIDTH = 16, SPAN = 2 * WIDTH, FEWEST_OUTPUTS = 8 };

/// What a block of outputs needs, in whole cache lines.
typedef struct {
    float weight[4][WIDTH];
    int32_t place[4][WIDTH];  ///< Taps relative to the block's window.
    int32_t window;           ///< First of the 32 inputs.
    uint32_t lanes[3];        ///< Which lanes of three interleaved vectors are outputs.
    int32_t rest[12];
} tap_block;
_Static_assert(sizeof(tap_block) % 64 == 0, "the next block begins at a cache line");

/// First of the 32 inputs of a block that begins with output `i`.
ALWAYS_INLINE ptrdiff_t window(galatea_bicubic_axis x, ptrdiff_t i) {
    const ptrdiff_t from = tap(x, i, 0);
    return from < x.input - SPAN ? from : x.input - SPAN;
}

/// Outputs whose taps 32 inputs hold, wherever a block begins; 0 where they are too few to be worth while.
static ptrdiff_t block_outputs(galatea_bicubic_axis x) {
    if (x.input < SPAN) return 0;
    for (ptrdiff_t outputs = WIDTH; outputs >= FEWEST_OUTPUTS; outputs--) {
        ptrdiff_t i = 0;
        while (i < x.output && tap(x, i, 3) - window(x, i / outputs * outputs) < SPAN) i++;
        if (i == x.output) return outputs;
    }
    return 0;
}

ALWAYS_INLINE ptrdiff_t block_count(galatea_bicubic_axis x, ptrdiff_t outputs) {
    return (x.output + outputs - 1) / outputs;
}

/// Floats from one row to the next: whole cache lines.
ALWAYS_INLINE ptrdiff_t dense_stride(ptrdiff_t input) { return (input + WIDTH - 1) / WIDTH * WIDTH; }

/// Floats of scratch of this form.
static ptrdiff_t dense_scratch(ptrdiff_t bands, galatea_bicubic_axis x) {
    return block_count(x, FEWEST_OUTPUTS) * (ptrdiff_t)(sizeof(tap_block) / sizeof(float)) +
           bands * (RING * dense_stride(x.input) + WIDTH);
}

static void lay_out_taps(galatea_bicubic_axis x, ptrdiff_t outputs, tap_block *blocks) {
    for (ptrdiff_t from = 0; from < x.output; from += outputs, blocks++) {
        const ptrdiff_t left = x.output - from < outputs ? x.output - from : outputs;
        blocks->window = (int32_t)window(x, from);
        for (int part = 0; part < 3; part++) {
            const ptrdiff_t here = 3 * left - WIDTH * part;
            blocks->lanes[part] = here >= WIDTH ? 0xffff : here > 0 ? (1u << here) - 1 : 0;
        }
        for (int k = 0; k < 4; k++)
            for (ptrdiff_t lane = 0; lane < WIDTH; lane++) {
                const ptrdiff_t i = from + (lane < left ? lane : 0);
                blocks->weight[k][lane] = lane < left ? x.weight[4 * i + k] : 0;
                blocks->place[k][lane] = (int32_t)(tap(x, i, k) - blocks->window);
            }
    }
}

/// Sixteen outputs of a band: the sum over four rows, then over taps.
ALWAYS_INLINE GALATEA_TARGET_AVX512 __m512 dense_block(const float *const rows[4], ptrdiff_t offset,
                                                       const __m512 *row_weight, const __m512i *place,
                                                       const tap_block *block) {
    __m512 low = _mm512_mul_ps(row_weight[0], _mm512_loadu_ps(rows[0] + offset));
    __m512 high = _mm512_mul_ps(row_weight[0], _mm512_loadu_ps(rows[0] + offset + WIDTH));
    for (int k = 1; k < 4; k++) {
        low = _mm512_fmadd_ps(row_weight[k], _mm512_loadu_ps(rows[k] + offset), low);
        high = _mm512_fmadd_ps(row_weight[k], _mm512_loadu_ps(rows[k] + offset + WIDTH), high);
    }
    __m512 sum = _mm512_mul_ps(_mm512_load_ps(block->weight[0]), _mm512_permutex2var_ps(low, place[0], high));
    for (int k = 1; k < 4; k++)
        sum = _mm512_fmadd_ps(_mm512_load_ps(block->weight[k]), _mm512_permutex2var_ps(low, place[k], high), sum);
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

/// Output row `j`, of `count` pixels, from rings of `stride` floats a row, one behind the other.
ALWAYS_INLINE GALATEA_TARGET_AVX512 void dense_row(const float *ring, ptrdiff_t stride, const ptrdiff_t bands,
                                                   galatea_bicubic_axis y, ptrdiff_t j, ptrdiff_t count,
                                                   ptrdiff_t outputs, const tap_block *block, float *planar,
                                                   float *out) {
    const ptrdiff_t next_band = RING * stride;
    const float *rows[4];
    __m512 weight[4];
    for (int k = 0; k < 4; k++) {
        rows[k] = ring + (tap(y, j, k) & (RING - 1)) * stride;
        weight[k] = _mm512_set1_ps(y.weight[4 * j + k]);
    }
    for (ptrdiff_t left = count; left > 0; left -= outputs, block++, out += outputs * bands) {
        const ptrdiff_t from = block->window;
        __m512i place[4];
        for (int k = 0; k < 4; k++) place[k] = _mm512_load_si512(block->place[k]);
        if (bands != 3) {
            for (ptrdiff_t band = 0; band < bands; band++)
                _mm512_store_ps(planar + band * WIDTH,
                                dense_block(rows, from + band * next_band, weight, place, block));
            for (ptrdiff_t i = 0; i < outputs && i < left; i++)
                for (ptrdiff_t band = 0; band < bands; band++) out[i * bands + band] = planar[band * WIDTH + i];
            continue;
        }
        const __m512 a = dense_block(rows, from, weight, place, block);
        const __m512 b = dense_block(rows, from + next_band, weight, place, block);
        const __m512 c = dense_block(rows, from + 2 * next_band, weight, place, block);
        for (int part = 0; part < 3; part++) {
            const __m512 ab = _mm512_permutex2var_ps(a, _mm512_load_si512(of_two[part]), b);
            _mm512_mask_storeu_ps(out + WIDTH * part, (__mmask16)block->lanes[part],
                                  _mm512_permutex2var_ps(ab, _mm512_load_si512(of_third[part]), c));
        }
    }
}

/// `blocks` as `lay_out_taps` left them for blocks of `outputs`; `rest` is the scratch behind them.
GALATEA_TARGET_AVX512 static void prepare_dense(const uint8_t *pixels, int big_endian, ptrdiff_t bands,
                                                galatea_bicubic_axis y, galatea_bicubic_axis x,
                                                ptrdiff_t outputs, const tap_block *blocks, const float *sky,
                                                const float *scale, galatea_scale_function function, float *rest,
                                                float *out, ptrdiff_t out_row, galatea_pixel_census *census) {
    const ptrdiff_t stride = dense_stride(x.input);
    float *ring = rest, *planar = ring + bands * RING * stride;
    memset(census, 0, (size_t)bands * sizeof *census);
    ptrdiff_t next = 0;
    for (ptrdiff_t j = 0; j <= y.output; j++) {
        // After the last output row the rest of the input is read for the census alone.
        const ptrdiff_t last = j == y.output ? y.input - 1 : tap(y, j, 3);
        for (; next <= last; next += ROWS)
            scale_rows(GALATEA_AVX512, pixels, next, big_endian, bands, y.input, x.input, stride, sky, scale,
                       function, ring, census);
        if (j == y.output) break;
        float *to = out + j * out_row;
        if (bands == 3) dense_row(ring, stride, 3, y, j, x.output, outputs, blocks, planar, to);
        else dense_row(ring, stride, bands, y, j, x.output, outputs, blocks, planar, to);
    }
}
