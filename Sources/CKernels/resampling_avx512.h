// The form of AVX-512, where sixteen neighbouring outputs take their taps from 32 neighbouring inputs (resizes
// to more than about half of the size): a planar row at a time, its taps picked by permutation. Included by
// resampling.c.
#pragma once

enum { OUTPUTS = 16, SPAN = 32 };

/// Blocks of sixteen outputs of an axis.
ALWAYS_INLINE ptrdiff_t block_count(ptrdiff_t output) { return (output + OUTPUTS - 1) / OUTPUTS; }

/// Whether a permutation of 32 inputs reaches the taps of every block.
static int is_dense(galatea_bicubic_axis x) {
    if (x.input < SPAN) return 0;
    for (ptrdiff_t i = 0; i < x.output; i++) {
        const ptrdiff_t first = i / OUTPUTS * OUTPUTS;
        if (x.first[i] - x.first[first] >= SPAN) return 0;
    }
    return 1;
}

/// Whether the 32 inputs from a block's first on hold all its taps: then they are loaded once for the four.
static int is_close(galatea_bicubic_axis x) {
    for (ptrdiff_t i = 0; i < x.output; i++)
        if (x.first[i] - x.first[i / OUTPUTS * OUTPUTS] + 3 >= SPAN) return 0;
    return 1;
}

/// Floats of a row with what taps and whole blocks may touch beyond its ends.
ALWAYS_INLINE ptrdiff_t dense_row(ptrdiff_t input) { return OUTPUTS + (input + OUTPUTS - 1) / OUTPUTS * OUTPUTS + 2 * SPAN; }

/// Floats of scratch of the dense form.
static ptrdiff_t dense_scratch(ptrdiff_t bands, galatea_bicubic_axis x) {
    const ptrdiff_t blocks = block_count(x.output);
    return 5 * blocks * OUTPUTS + OUTPUTS +
           bands * (blocks * OUTPUTS + dense_row(x.input) + RING * row_stride(x.input));
}

/// The taps of each block by lane: four weights, then the input relative to the block's first.
GALATEA_TARGET_AVX512 static void lay_out_taps(galatea_bicubic_axis x, float *weights, int32_t *places) {
    for (ptrdiff_t i = 0; i < block_count(x.output) * OUTPUTS; i++) {
        const ptrdiff_t block = i / OUTPUTS, lane = i % OUTPUTS, from = i < x.output ? i : x.output - 1;
        for (int k = 0; k < 4; k++)
            weights[(4 * block + k) * OUTPUTS + lane] = i < x.output ? x.weight[4 * from + k] : 0;
        places[i] = x.first[from] - x.first[block * OUTPUTS];
    }
}

/// Three planar rows to channels last.
GALATEA_TARGET_AVX512 static void interleave_three(const float *planar, ptrdiff_t step, ptrdiff_t count, float *out) {
    // Output j of 48 is band j % 3 of pixel j / 3; picked from two bands first, then the third.
    int32_t two[3][16], third[3][16];
    for (int j = 0; j < 48; j++) {
        const int band = j % 3, pixel = j / 3;
        two[j / 16][j % 16] = band == 1 ? 16 + pixel : pixel;
        third[j / 16][j % 16] = band == 2 ? 16 + pixel : j % 16;
    }
    for (ptrdiff_t i = 0; i < count; i += OUTPUTS, out += 48) {
        const __m512 a = _mm512_loadu_ps(planar + i), b = _mm512_loadu_ps(planar + step + i);
        const __m512 c = _mm512_loadu_ps(planar + 2 * step + i);
        const ptrdiff_t left = 3 * (count - i);
        for (int part = 0; part < 3; part++) {
            const __m512 ab = _mm512_permutex2var_ps(a, _mm512_loadu_si512(two[part]), b);
            const __m512 abc = _mm512_permutex2var_ps(ab, _mm512_loadu_si512(third[part]), c);
            const ptrdiff_t here = left - 16 * part;
            if (here >= 16) _mm512_storeu_ps(out + 16 * part, abc);
            else if (here > 0) _mm512_mask_storeu_ps(out + 16 * part, (__mmask16)((1u << here) - 1), abc);
        }
    }
}

/// Sixteen outputs of a row: `from` is where the block's first tap lies.
ALWAYS_INLINE GALATEA_TARGET_AVX512 __m512 dense_block(const float *from, const int32_t *places,
                                                       const float *weights, const int close) {
    const __m512i place = _mm512_load_si512(places);
    const __m512 low = _mm512_loadu_ps(from), high = _mm512_loadu_ps(from + OUTPUTS);
    __m512 sum = _mm512_mul_ps(_mm512_load_ps(weights), _mm512_permutex2var_ps(low, place, high));
    for (int k = 1; k < 4; k++) {
        const __m512 tap =
            close ? _mm512_permutex2var_ps(low, _mm512_add_epi32(place, _mm512_set1_epi32(k)), high)
                  : _mm512_permutex2var_ps(_mm512_loadu_ps(from + k), place, _mm512_loadu_ps(from + k + OUTPUTS));
        sum = _mm512_fmadd_ps(_mm512_load_ps(weights + k * OUTPUTS), tap, sum);
    }
    return sum;
}

/// The four rows of a ring of `stride` floats a row that output row `j` takes its taps from, summed into `row`,
/// whose end pixels are repeated where taps reach beyond them.
ALWAYS_INLINE GALATEA_TARGET_AVX512 void dense_combine(const float *ring, ptrdiff_t stride, galatea_bicubic_axis y,
                                                       ptrdiff_t j, ptrdiff_t count, float *row) {
    const float *taps[4];
    __m512 weight[4];
    for (int k = 0; k < 4; k++) {
        taps[k] = ring + clamp(y.first[j] + k, y.input) % RING * stride;
        weight[k] = _mm512_set1_ps(y.weight[4 * j + k]);
    }
    // May run into the next row of the ring: what is made of that is overwritten below.
    for (ptrdiff_t i = 0; i < count; i += OUTPUTS) {
        __m512 sum = _mm512_mul_ps(weight[0], _mm512_loadu_ps(taps[0] + i));
        for (int k = 1; k < 4; k++) sum = _mm512_fmadd_ps(weight[k], _mm512_loadu_ps(taps[k] + i), sum);
        _mm512_storeu_ps(row + i, sum);
    }
    for (int k = 1; k <= PAD; k++) {
        row[-k] = row[0];
        row[count + k - 1] = row[count - 1];
    }
}

GALATEA_TARGET_AVX512 static void prepare_dense(const uint8_t *pixels, int big_endian, ptrdiff_t bands,
                                                galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                                                const float *scale, galatea_scale_function function,
                                                float *scratch, float *out, ptrdiff_t out_row,
                                                galatea_pixel_census *census) {
    const ptrdiff_t stride = row_stride(x.input), blocks = block_count(x.output), step = blocks * OUTPUTS;
    // Weights and places first: their lines begin where the memory's do.
    float *weights = scratch;
    int32_t *places = (int32_t *)(weights + 4 * step);
    const ptrdiff_t row_floats = dense_row(x.input);
    float *planar = weights + 5 * step, *padded = planar + bands * step;
    float *ring = padded + bands * row_floats, *row = padded + OUTPUTS;
    memset(padded, 0, (size_t)(bands * (row_floats + RING * stride) + OUTPUTS) * sizeof(float));
    memset(census, 0, (size_t)bands * sizeof *census);
    lay_out_taps(x, weights, places);
    const int close = is_close(x);
    ptrdiff_t next = 0;
    for (ptrdiff_t j = 0; j <= y.output; j++) {
        // After the last output row the rest of the input is read for the census alone.
        const ptrdiff_t last = j == y.output ? y.input - 1 : clamp(y.first[j] + 3, y.input);
        while (next <= last) {
            const ptrdiff_t block = y.input - next < BLOCK ? y.input - next : BLOCK;
            // Rows without padding between them are one long row.
            const ptrdiff_t calls = stride == x.input ? 1 : block, length = x.input * block / calls;
            for (ptrdiff_t band = 0; band < bands; band++)
                for (ptrdiff_t call = 0; call < calls; call++)
                    galatea_scale_row(GALATEA_AVX512, pixels + ((band * y.input + next + call) * x.input) * 4,
                                      length, big_endian, sky[band], scale[band], function,
                                      ring + (band * RING + next % RING + call) * stride, census + band);
            next += block;
        }
        if (j == y.output) break;
        // All bands' rows first: a load that straddles two stores has to wait until they have left the core.
        for (ptrdiff_t band = 0; band < bands; band++)
            dense_combine(ring + band * RING * stride, stride, y, j, x.input, row + band * row_floats);
        for (ptrdiff_t band = 0; band < bands; band++) {
            for (ptrdiff_t b = 0; b < blocks; b++) {
                const float *from = row + band * row_floats + x.first[b * OUTPUTS];
                const float *weight = weights + 4 * b * OUTPUTS;
                const int32_t *place = places + b * OUTPUTS;
                const __m512 sum =
                    close ? dense_block(from, place, weight, 1) : dense_block(from, place, weight, 0);
                _mm512_store_ps(planar + band * step + b * OUTPUTS, sum);
            }
        }
        float *to = out + j * out_row;
        if (bands == 3) {
            interleave_three(planar, step, x.output, to);
        } else {
            for (ptrdiff_t i = 0; i < x.output; i++)
                for (ptrdiff_t band = 0; band < bands; band++) to[i * bands + band] = planar[band * step + i];
        }
    }
}
