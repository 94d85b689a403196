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

// Rows are scaled ROWS at a time, into a ring that keeps the four rows under the taps as well.
enum { LANES = 4, ROWS = 4, RING = 8, PAD = 3, MOST_ROWS = 4 };

ALWAYS_INLINE ptrdiff_t clamp(ptrdiff_t i, ptrdiff_t count) { return i < 0 ? 0 : i < count ? i : count - 1; }

/// The input under tap `k` of output `i`.
ALWAYS_INLINE ptrdiff_t tap(galatea_bicubic_axis x, ptrdiff_t i, int k) { return clamp(x.first[i] + k, x.input); }

/// The first cache line of scratch memory, written when the resize is laid out.
typedef struct {
    ptrdiff_t block_outputs;  ///< Outputs of a block of the dense form; 0 where the resize takes the other.
} scratch_head;

enum { HEAD_FLOATS = 64 / sizeof(float) };
_Static_assert(sizeof(scratch_head) <= 64, "what follows begins at a cache line");

/// Row length of the ring and of a planar row, rounded up to whole blocks of four pixels.
ALWAYS_INLINE ptrdiff_t row_stride(ptrdiff_t input) { return (input + LANES - 1) / LANES * LANES; }

ALWAYS_INLINE ptrdiff_t group_count(ptrdiff_t bands) { return (bands + LANES - 1) / LANES; }

/// Pixels of an interleaved row: the input and what clamped taps may touch on either side.
ALWAYS_INLINE ptrdiff_t mixed_length(ptrdiff_t input) { return row_stride(input) + 2 * PAD; }

/// Scales up to ROWS input rows of every band from row `next` on into the ring.
ALWAYS_INLINE void scale_rows(galatea_level level, const uint8_t *pixels, ptrdiff_t next, int big_endian,
                              ptrdiff_t bands, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                              const float *sky, const float *scale, galatea_scale_function function, float *ring,
                              galatea_pixel_census *census) {
    const ptrdiff_t block = rows - next < ROWS ? rows - next : ROWS;
    // Rows without padding between them are one long row.
    const ptrdiff_t calls = stride == columns ? 1 : block, length = columns * block / calls;
    for (ptrdiff_t band = 0; band < bands; band++)
        for (ptrdiff_t call = 0; call < calls; call++)
            galatea_scale_row(level, pixels + ((band * rows + next + call) * columns) * 4, length, big_endian,
                              sky[band], scale[band], function,
                              ring + (band * RING + next % RING + call) * stride, census + band);
}

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
        ptrdiff_t last = j == y.output ? y.input - 1 : tap(y, j, 3);
        for (; next <= last; next += ROWS)
            scale_rows(level, pixels, next, big_endian, bands, y.input, x.input, stride, sky, scale, function,
                       ring, census);
        if (j == y.output) break;
        ptrdiff_t slot = j % rows;
        for (ptrdiff_t g = 0; g < groups; g++) {
            for (ptrdiff_t lane = 0; lane < LANES && g * LANES + lane < bands; lane++) {
                const float *base = ring + (g * LANES + lane) * RING * stride;
                const float *taps[4];
                for (int k = 0; k < 4; k++) taps[k] = base + tap(y, j, k) % RING * stride;
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
#include "resampling_avx512.h"

GALATEA_TARGET_AVX512 static void prepare_avx512(const uint8_t *pixels, int big_endian, ptrdiff_t bands,
                                                 galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                                                 const float *scale, galatea_scale_function function,
                                                 float *scratch, float *out, ptrdiff_t out_row,
                                                 galatea_pixel_census *census) {
    const scratch_head *head = (const scratch_head *)scratch;
    scratch += HEAD_FLOATS;
    if (head->block_outputs > 0) {
        const tap_block *blocks = (const tap_block *)scratch;
        const ptrdiff_t count = block_count(x, head->block_outputs);
        prepare_dense(pixels, big_endian, bands, y, x, head->block_outputs, blocks, sky, scale, function,
                      (float *)(blocks + count), out, out_row, census);
    } else {
        prepare(GALATEA_AVX512, 4, pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, out_row,
                census);
    }
}
GALATEA_TARGET_AVX2 static void prepare_avx2(const uint8_t *pixels, int big_endian, ptrdiff_t bands,
                                             galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                                             const float *scale, galatea_scale_function function, float *scratch,
                                             float *out, ptrdiff_t out_row, galatea_pixel_census *census) {
    prepare(GALATEA_AVX2, 2, pixels, big_endian, bands, y, x, sky, scale, function, scratch + HEAD_FLOATS, out,
            out_row, census);
}
#endif

ptrdiff_t galatea_prepare_scratch(ptrdiff_t bands, galatea_bicubic_axis x) {
    const ptrdiff_t mixed = mixed_scratch(bands, x);
#if GALATEA_HAS_X86_LEVELS
    const ptrdiff_t dense = dense_scratch(bands, x);
    return HEAD_FLOATS + (dense > mixed ? dense : mixed);
#else
    return HEAD_FLOATS + mixed;
#endif
}

void galatea_prepare_lay_out(galatea_level level, galatea_bicubic_axis x, float *scratch) {
    scratch_head *head = (scratch_head *)scratch;
    *head = (scratch_head){0};
#if GALATEA_HAS_X86_LEVELS
    if (level != GALATEA_AVX512) return;
    head->block_outputs = block_outputs(x);
    if (head->block_outputs > 0) lay_out_taps(x, head->block_outputs, (tap_block *)(scratch + HEAD_FLOATS));
#endif
}

void galatea_prepare_cutout(galatea_level level, const void *pixels, int big_endian, ptrdiff_t bands,
                            galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                            const float *scale, galatea_scale_function function, float *scratch, float *out,
                            ptrdiff_t out_row, galatea_pixel_census *census) {
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) {
        prepare_avx512(pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, out_row, census);
        return;
    }
    if (level == GALATEA_AVX2) {
        prepare_avx2(pixels, big_endian, bands, y, x, sky, scale, function, scratch, out, out_row, census);
        return;
    }
#endif
    prepare(GALATEA_PORTABLE, 1, pixels, big_endian, bands, y, x, sky, scale, function, scratch + HEAD_FLOATS,
            out, out_row, census);
}
