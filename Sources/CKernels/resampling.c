#include "resampling.h"

#include <string.h>

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// Four channels travel together through the horizontal pass, and with them as many output rows as a register
// holds: an output pixel of all of them is four multiply-adds. Every lane sums in the same order, so that the
// width of the register changes no result.
typedef float v4 __attribute__((vector_size(16), aligned(4)));

// Rows are scaled BLOCK at a time, into a ring that keeps the four rows under the taps as well.
enum { LANES = 4, BLOCK = 8, RING = 16, PAD = 3, MOST_ROWS = 4 };

ALWAYS_INLINE ptrdiff_t clamp(ptrdiff_t i, ptrdiff_t count) { return i < 0 ? 0 : i < count ? i : count - 1; }

/// Row length of the ring and of a planar row, rounded up to whole blocks of four pixels.
ALWAYS_INLINE ptrdiff_t row_stride(ptrdiff_t input) { return (input + LANES - 1) / LANES * LANES; }

ALWAYS_INLINE ptrdiff_t group_count(ptrdiff_t bands) { return (bands + LANES - 1) / LANES; }

/// Pixels of an interleaved row: the input and what clamped taps may touch on either side.
ALWAYS_INLINE ptrdiff_t mixed_length(ptrdiff_t input) { return row_stride(input) + 2 * PAD; }

/// Floats of scratch of the form with several rows at once.
static ptrdiff_t mixed_scratch(ptrdiff_t bands, galatea_bicubic_axis x) {
    ptrdiff_t stride = row_stride(x.input), groups = group_count(bands);
    ptrdiff_t ring = bands * RING * stride, planar = LANES * stride;
    ptrdiff_t mixed = groups * mixed_length(x.input) * LANES * MOST_ROWS;
    return ring + planar + mixed + MOST_ROWS * (x.output * bands + LANES);
}

ALWAYS_INLINE void combine_rows(const float *const rows[4], const float *weight, ptrdiff_t count, float *out) {
    const float *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3];
    float w0 = weight[0], w1 = weight[1], w2 = weight[2], w3 = weight[3];
    for (ptrdiff_t i = 0; i < count; i++) out[i] = ((w0 * r0[i] + w1 * r1[i]) + w2 * r2[i]) + w3 * r3[i];
}

/// Four planar rows to pixels of four lanes, `step` floats apart.
ALWAYS_INLINE void interleave(const float *planar, ptrdiff_t stride, float *mixed, const ptrdiff_t step) {
    for (ptrdiff_t i = 0; i < stride; i += LANES) {
        v4 a, b, c, d;
        memcpy(&a, planar + i, 16);
        memcpy(&b, planar + stride + i, 16);
        memcpy(&c, planar + 2 * stride + i, 16);
        memcpy(&d, planar + 3 * stride + i, 16);
        v4 ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
        v4 cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
        v4 p0 = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
        v4 p1 = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
        v4 p2 = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
        v4 p3 = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
        memcpy(mixed + i * step, &p0, 16);
        memcpy(mixed + (i + 1) * step, &p1, 16);
        memcpy(mixed + (i + 2) * step, &p2, 16);
        memcpy(mixed + (i + 3) * step, &p3, 16);
    }
}

/// Defines the horizontal pass over `rows` output rows of every band. Each store of four lanes may run over the
/// next pixel of its row, which is written later.
#define DEFINE_RESIZE_COLUMNS(name, rows, vector)                                                             \
    typedef float vector __attribute__((vector_size(16 * rows), aligned(4)));                                 \
    ALWAYS_INLINE void name(const float *mixed, ptrdiff_t group_stride, ptrdiff_t groups, ptrdiff_t bands,    \
                            galatea_bicubic_axis x, float *out, ptrdiff_t row_length) {                       \
        enum { STEP = LANES * rows };                                                                         \
        for (ptrdiff_t i = 0; i < x.output; i++) {                                                            \
            const float *weight = x.weight + 4 * i;                                                           \
            const float *from = mixed + (PAD + x.first[i]) * STEP;                                            \
            for (ptrdiff_t g = 0; g < groups; g++, from += group_stride) {                                    \
                vector p0, p1, p2, p3;                                                                        \
                memcpy(&p0, from, sizeof p0);                                                                 \
                memcpy(&p1, from + STEP, sizeof p1);                                                          \
                memcpy(&p2, from + 2 * STEP, sizeof p2);                                                      \
                memcpy(&p3, from + 3 * STEP, sizeof p3);                                                      \
                vector sum = ((weight[0] * p0 + weight[1] * p1) + weight[2] * p2) + weight[3] * p3;           \
                for (int r = 0; r < rows; r++)                                                                \
                    memcpy(out + r * row_length + i * bands + g * LANES, (const char *)&sum + 16 * r, 16);    \
            }                                                                                                 \
        }                                                                                                     \
    }

DEFINE_RESIZE_COLUMNS(resize_columns_1, 1, vector_1)
DEFINE_RESIZE_COLUMNS(resize_columns_2, 2, vector_2)
DEFINE_RESIZE_COLUMNS(resize_columns_4, 4, vector_4)

ALWAYS_INLINE void prepare(galatea_level level, const ptrdiff_t rows, const uint8_t *pixels, int big_endian,
                           ptrdiff_t bands, galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                           const float *scale, galatea_scale_function function, float *scratch, float *out,
                           ptrdiff_t out_row, galatea_pixel_census *census) {
    const ptrdiff_t step = LANES * rows;
    ptrdiff_t stride = row_stride(x.input), groups = group_count(bands);
    ptrdiff_t group_stride = mixed_length(x.input) * step, row_length = x.output * bands + LANES;
    float *ring = scratch, *planar = ring + bands * RING * stride, *mixed = planar + LANES * stride;
    float *row = mixed + groups * group_stride;
    memset(scratch, 0, (size_t)(row - scratch) * sizeof(float));
    memset(census, 0, (size_t)bands * sizeof *census);
    ptrdiff_t next = 0;
    for (ptrdiff_t j = 0; j <= y.output; j++) {
        // After the last output row the rest of the input is read for the census alone.
        ptrdiff_t last = j == y.output ? y.input - 1 : clamp(y.first[j] + 3, y.input);
        while (next <= last) {
            ptrdiff_t block = y.input - next < BLOCK ? y.input - next : BLOCK;
            // Rows without padding between them are one long row.
            ptrdiff_t calls = stride == x.input ? 1 : block, length = x.input * block / calls;
            for (ptrdiff_t band = 0; band < bands; band++)
                for (ptrdiff_t call = 0; call < calls; call++)
                    galatea_scale_row(level, pixels + ((band * y.input + next + call) * x.input) * 4, length,
                                      big_endian, sky[band], scale[band], function,
                                      ring + (band * RING + next % RING + call) * stride, census + band);
            next += block;
        }
        if (j == y.output) break;
        ptrdiff_t slot = j % rows;
        for (ptrdiff_t g = 0; g < groups; g++) {
            for (ptrdiff_t lane = 0; lane < LANES && g * LANES + lane < bands; lane++) {
                const float *base = ring + (g * LANES + lane) * RING * stride;
                const float *taps[4];
                for (int k = 0; k < 4; k++) taps[k] = base + clamp(y.first[j] + k, y.input) % RING * stride;
                combine_rows(taps, y.weight + 4 * j, stride, planar + lane * stride);
            }
            if (groups > 1 && g == groups - 1)
                for (ptrdiff_t lane = bands - g * LANES; lane < LANES; lane++)
                    memset(planar + lane * stride, 0, (size_t)stride * sizeof(float));
            // Taps reach beyond the ends by at most PAD pixels, which repeat the end pixels.
            float *first = mixed + g * group_stride + PAD * step + slot * LANES, *end = first + x.input * step;
            interleave(planar, stride, first, step);
            for (int k = 0; k < PAD; k++) {
                memcpy(first - (k + 1) * step, first, 16);
                memcpy(end + k * step, end - step, 16);
            }
        }
        if (slot < rows - 1 && j < y.output - 1) continue;
        if (rows == 4) resize_columns_4(mixed, group_stride, groups, bands, x, row, row_length);
        else if (rows == 2) resize_columns_2(mixed, group_stride, groups, bands, x, row, row_length);
        else resize_columns_1(mixed, group_stride, groups, bands, x, row, row_length);
        for (ptrdiff_t r = 0; r <= slot; r++)
            memcpy(out + (j - slot + r) * out_row, row + r * row_length,
                   (size_t)(x.output * bands) * sizeof(float));
    }
}

#if GALATEA_HAS_X86_LEVELS
// ---- AVX-512, where sixteen neighbouring outputs take their taps from 32 neighbouring inputs (resizes to more
// than 0.56 of the size): a planar row at a time, its taps picked by permutation.

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

/// Floats of a row with what taps and whole blocks may touch beyond its ends.
ALWAYS_INLINE ptrdiff_t dense_row(ptrdiff_t input) { return OUTPUTS + (input + OUTPUTS - 1) / OUTPUTS * OUTPUTS + 2 * SPAN; }

/// Floats of scratch of the dense form.
static ptrdiff_t dense_scratch(ptrdiff_t bands, galatea_bicubic_axis x) {
    const ptrdiff_t blocks = block_count(x.output);
    return bands * RING * row_stride(x.input) + dense_row(x.input) + bands * blocks * OUTPUTS +
           5 * blocks * OUTPUTS;
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

GALATEA_TARGET_AVX512 static void prepare_dense(const uint8_t *pixels, int big_endian, ptrdiff_t bands,
                                                galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                                                const float *scale, galatea_scale_function function,
                                                float *scratch, float *out, ptrdiff_t out_row,
                                                galatea_pixel_census *census) {
    const ptrdiff_t stride = row_stride(x.input), blocks = block_count(x.output), step = blocks * OUTPUTS;
    float *ring = scratch, *padded = ring + bands * RING * stride, *planar = padded + dense_row(x.input);
    float *weights = planar + bands * step;
    int32_t *places = (int32_t *)(weights + 4 * step);
    float *row = padded + OUTPUTS;
    memset(scratch, 0, (size_t)(planar - scratch) * sizeof(float));
    memset(census, 0, (size_t)bands * sizeof *census);
    lay_out_taps(x, weights, places);
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
        const __m512 v0 = _mm512_set1_ps(y.weight[4 * j]), v1 = _mm512_set1_ps(y.weight[4 * j + 1]);
        const __m512 v2 = _mm512_set1_ps(y.weight[4 * j + 2]), v3 = _mm512_set1_ps(y.weight[4 * j + 3]);
        for (ptrdiff_t band = 0; band < bands; band++) {
            const float *base = ring + band * RING * stride;
            const float *r0 = base + clamp(y.first[j], y.input) % RING * stride;
            const float *r1 = base + clamp(y.first[j] + 1, y.input) % RING * stride;
            const float *r2 = base + clamp(y.first[j] + 2, y.input) % RING * stride;
            const float *r3 = base + clamp(y.first[j] + 3, y.input) % RING * stride;
            // May run into the next row of the ring: what is made of that is overwritten below.
            for (ptrdiff_t i = 0; i < x.input; i += 16) {
                __m512 sum = _mm512_mul_ps(v0, _mm512_loadu_ps(r0 + i));
                sum = _mm512_fmadd_ps(v1, _mm512_loadu_ps(r1 + i), sum);
                sum = _mm512_fmadd_ps(v2, _mm512_loadu_ps(r2 + i), sum);
                _mm512_storeu_ps(row + i, _mm512_fmadd_ps(v3, _mm512_loadu_ps(r3 + i), sum));
            }
            // Taps beyond the ends repeat the end pixels.
            for (int k = 1; k <= PAD; k++) {
                row[-k] = row[0];
                row[x.input + k - 1] = row[x.input - 1];
            }
            for (ptrdiff_t b = 0; b < blocks; b++) {
                const float *from = row + x.first[b * OUTPUTS];
                const __m512i place = _mm512_loadu_si512(places + b * OUTPUTS);
                const float *weight = weights + 4 * b * OUTPUTS;
                __m512 sum = _mm512_setzero_ps();
                for (int k = 0; k < 4; k++) {
                    const __m512 tap = _mm512_permutex2var_ps(_mm512_loadu_ps(from + k), place,
                                                              _mm512_loadu_ps(from + k + 16));
                    const __m512 w = _mm512_loadu_ps(weight + k * OUTPUTS);
                    sum = k == 0 ? _mm512_mul_ps(w, tap) : _mm512_fmadd_ps(w, tap, sum);
                }
                _mm512_storeu_ps(planar + band * step + b * OUTPUTS, sum);
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

GALATEA_TARGET_AVX512 static void prepare_avx512(const uint8_t *pixels, int big_endian, ptrdiff_t bands,
                                                 galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                                                 const float *scale, galatea_scale_function function,
                                                 float *scratch, float *out, ptrdiff_t out_row,
                                                 galatea_pixel_census *census) {
    prepare(GALATEA_AVX512, 4, pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, out_row,
            census);
}
GALATEA_TARGET_AVX2 static void prepare_avx2(const uint8_t *pixels, int big_endian, ptrdiff_t bands,
                                             galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                                             const float *scale, galatea_scale_function function, float *scratch,
                                             float *out, ptrdiff_t out_row, galatea_pixel_census *census) {
    prepare(GALATEA_AVX2, 2, pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, out_row,
            census);
}
#endif

void galatea_prepare_cutout(galatea_level level, const void *pixels, int big_endian, ptrdiff_t bands,
                            galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                            const float *scale, galatea_scale_function function, float *scratch, float *out,
                            ptrdiff_t out_row, galatea_pixel_census *census) {
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512 && is_dense(x)) {
        prepare_dense(pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, out_row, census);
        return;
    }
    if (level == GALATEA_AVX512) {
        prepare_avx512(pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, out_row,
            census);
        return;
    }
    if (level == GALATEA_AVX2) {
        prepare_avx2(pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, out_row,
            census);
        return;
    }
#endif
    prepare(GALATEA_PORTABLE, 1, pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, out_row,
            census);
}

ptrdiff_t galatea_prepare_scratch(ptrdiff_t bands, galatea_bicubic_axis x) {
    const ptrdiff_t mixed = mixed_scratch(bands, x);
#if GALATEA_HAS_X86_LEVELS
    const ptrdiff_t dense = dense_scratch(bands, x);
    return dense > mixed ? dense : mixed;
#else
    return mixed;
#endif
}
