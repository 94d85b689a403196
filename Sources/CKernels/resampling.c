#include "resampling.h"

#include <string.h>

#include "image_rows.h"

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// Four channels travel together through the horizontal pass, and with them as many output rows as a register
// holds: an output pixel of all of them is four multiply-adds. Every lane sums in the same order, so that the
// width of the register changes no result.

// Rows are scaled ROWS at a time, into a ring that keeps the four rows under the taps as well.
enum { LANES = 4, ROWS = 4, RING = 8, PAD = 3, MOST_ROWS = 4 };

ALWAYS_INLINE ptrdiff_t clamp(ptrdiff_t i, ptrdiff_t count) { return i < 0 ? 0 : i < count ? i : count - 1; }

/// One cutout on its way: the arguments of `galatea_prepare_cutout`.
typedef struct {
    const uint8_t *pixels;
    int big_endian;
    ptrdiff_t bands;
    galatea_bicubic_axis y, x;
    const float *sky, *scale;
    galatea_scale_function function;
    float *scratch;  ///< Behind its head.
    const galatea_frame *frame;
    float *out;
    galatea_pixel_census *census;
} cutout_pass;

/// The input under tap `k` of output `i`.
ALWAYS_INLINE ptrdiff_t tap(galatea_bicubic_axis x, ptrdiff_t i, int k) { return clamp(x.first[i] + k, x.input); }

/// The first cache line of scratch memory, written when the resize is laid out.
typedef struct {
    ptrdiff_t blocks;  ///< Blocks of a row of the dense form; 0 where the resize takes the other.
} scratch_head;

enum { HEAD_FLOATS = 64 / sizeof(float) };
_Static_assert(sizeof(scratch_head) <= 64, "what follows begins at a cache line");

/// Row length of the ring and of a planar row, rounded up to whole blocks of four pixels.
ALWAYS_INLINE ptrdiff_t row_stride(ptrdiff_t input) { return (input + LANES - 1) / LANES * LANES; }

ALWAYS_INLINE ptrdiff_t group_count(ptrdiff_t bands) { return (bands + LANES - 1) / LANES; }

/// Pixels of an interleaved row: the input and what clamped taps may touch on either side.
ALWAYS_INLINE ptrdiff_t mixed_length(ptrdiff_t input) { return row_stride(input) + 2 * PAD; }

/// Scales up to ROWS input rows of every band from row `next` on into the ring, of rows of `stride` floats.
ALWAYS_INLINE void scale_rows(galatea_level level, const cutout_pass *pass, ptrdiff_t next, ptrdiff_t stride,
                              float *ring) {
    const ptrdiff_t rows = pass->y.input, columns = pass->x.input, left = rows - next;
    const ptrdiff_t block = left < ROWS ? left : ROWS;
    // Rows without padding between them are one long row.
    const ptrdiff_t calls = stride == columns ? 1 : block, length = columns * block / calls;
    for (ptrdiff_t band = 0; band < pass->bands; band++)
        for (ptrdiff_t call = 0; call < calls; call++)
            galatea_scale_row(level, pass->pixels + ((band * rows + next + call) * columns) * 4, length,
                              pass->big_endian, pass->sky[band], pass->scale[band], pass->function,
                              ring + (band * RING + next % RING + call) * stride, pass->census + band);
}

/// Floats of scratch of the form with several rows at once.
static ptrdiff_t mixed_scratch(ptrdiff_t bands, galatea_bicubic_axis x) {
    ptrdiff_t stride = row_stride(x.input), groups = group_count(bands);
    ptrdiff_t ring = bands * RING * stride, planar = groups * LANES * stride * MOST_ROWS;
    ptrdiff_t mixed = groups * mixed_length(x.input) * LANES * MOST_ROWS;
    return ring + planar + mixed + MOST_ROWS * (x.output * bands + LANES);
}

// As many rows as a register of the level holds, four lanes each. Pairs of lanes are taken from two registers, row by
// row: the lower two and the upper two of both, in turns or one pair behind the other.
typedef float vector_1 __attribute__((vector_size(16), aligned(4)));
typedef float vector_2 __attribute__((vector_size(32), aligned(4)));
typedef float vector_4 __attribute__((vector_size(64), aligned(4)));
#define LOWER_IN_TURNS_1(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define UPPER_IN_TURNS_1(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define LOWER_PAIRS_1(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define UPPER_PAIRS_1(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#define LOWER_IN_TURNS_2(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define UPPER_IN_TURNS_2(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LOWER_PAIRS_2(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define UPPER_PAIRS_2(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define LOWER_IN_TURNS_4(a, b) \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define UPPER_IN_TURNS_4(a, b) \
    __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LOWER_PAIRS_4(a, b) \
    __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define UPPER_PAIRS_4(a, b) \
    __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)

/// Four rows' sum into one, a whole number of `vector`s; whatever their width, every place sums in the same order.
#define COMBINE_ROWS(vector, from, to)                                                              \
    for (ptrdiff_t i = from; i < to; i += (ptrdiff_t)(sizeof(vector) / sizeof(float))) {            \
        const vector *r0 = (const vector *)(rows[0] + i), *r1 = (const vector *)(rows[1] + i);      \
        const vector *r2 = (const vector *)(rows[2] + i), *r3 = (const vector *)(rows[3] + i);      \
        *(vector *)(out + i) = ((weight[0] * *r0 + weight[1] * *r1) + weight[2] * *r2) + weight[3] * *r3; \
    }

ALWAYS_INLINE void combine_rows(const float *const rows[4], const float *weight, ptrdiff_t count, float *out) {
    const ptrdiff_t most = count - count % (ptrdiff_t)(sizeof(vector_4) / sizeof(float));
    COMBINE_ROWS(vector_4, 0, most)
    COMBINE_ROWS(vector_1, most, count)
}

/// Defines the way from planar rows, of four bands each and `rows` of those, to pixels of four lanes a row.
#define DEFINE_INTERLEAVE(rows)                                                                                \
    ALWAYS_INLINE void interleave_##rows(const float *planar, ptrdiff_t stride, float *mixed) {                \
        for (ptrdiff_t i = 0; i < stride; i += LANES, mixed += LANES * LANES * rows) {                         \
            vector_##rows band[LANES];                                                                         \
            for (int b = 0; b < LANES; b++)                                                                    \
                for (int r = 0; r < rows; r++)                                                                 \
                    memcpy((char *)(band + b) + 16 * r, planar + (r * LANES + b) * stride + i, 16);            \
            vector_##rows low01 = LOWER_IN_TURNS_##rows(band[0], band[1]);                                     \
            vector_##rows low23 = LOWER_IN_TURNS_##rows(band[2], band[3]);                                     \
            vector_##rows high01 = UPPER_IN_TURNS_##rows(band[0], band[1]);                                    \
            vector_##rows high23 = UPPER_IN_TURNS_##rows(band[2], band[3]);                                    \
            vector_##rows pixels[4] = {LOWER_PAIRS_##rows(low01, low23), UPPER_PAIRS_##rows(low01, low23),     \
                                       LOWER_PAIRS_##rows(high01, high23), UPPER_PAIRS_##rows(high01, high23)};\
            memcpy(mixed, pixels, sizeof pixels);                                                              \
        }                                                                                                      \
    }

DEFINE_INTERLEAVE(1)
DEFINE_INTERLEAVE(2)
DEFINE_INTERLEAVE(4)

/// Defines the horizontal pass over `rows` output rows of every band. Each store of four lanes may run over the
/// next pixel of its row, which is written later.
#define DEFINE_RESIZE_COLUMNS(name, rows, vector)                                                             \
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

ALWAYS_INLINE void prepare(galatea_level level, const ptrdiff_t rows, const cutout_pass *pass) {
    const galatea_bicubic_axis y = pass->y, x = pass->x;
    const ptrdiff_t bands = pass->bands;
    const ptrdiff_t step = LANES * rows;
    ptrdiff_t stride = row_stride(x.input), groups = group_count(bands);
    ptrdiff_t group_planar = rows * LANES * stride;
    ptrdiff_t group_stride = mixed_length(x.input) * step, row_length = x.output * bands + LANES;
    float *ring = pass->scratch, *planar = ring + bands * RING * stride, *mixed = planar + groups * group_planar;
    float *row = mixed + groups * group_stride;
    // What is between rows, and lanes without a band, counts for nothing; zeros are the fastest numbers.
    if (stride > x.input) memset(ring, 0, (size_t)(bands * RING * stride) * sizeof(float));
    memset(planar, 0, (size_t)(groups * group_planar) * sizeof(float));
    ptrdiff_t next = 0;
    for (ptrdiff_t j = 0; j <= y.output; j++) {
        // After the last output row the rest of the input is read for the census alone.
        ptrdiff_t last = j == y.output ? y.input - 1 : tap(y, j, 3);
        for (; next <= last; next += ROWS)
            scale_rows(level, pass, next, stride, ring);
        if (j == y.output) break;
        const ptrdiff_t slot = j % rows;
        for (ptrdiff_t band = 0; band < bands; band++) {
            const float *base = ring + band * RING * stride;
            const float *taps[4];
            for (int k = 0; k < 4; k++) taps[k] = base + tap(y, j, k) % RING * stride;
            combine_rows(taps, y.weight + 4 * j, stride,
                         planar + band / LANES * group_planar + (slot * LANES + band % LANES) * stride);
        }
        if (slot < rows - 1 && j < y.output - 1) continue;
        for (ptrdiff_t g = 0; g < groups; g++) {
            // Taps reach beyond the ends by at most PAD pixels, which repeat the end pixels.
            float *first = mixed + g * group_stride + PAD * step, *end = first + x.input * step;
            const float *from = planar + g * group_planar;
            if (rows == 4) interleave_4(from, stride, first);
            else if (rows == 2) interleave_2(from, stride, first);
            else interleave_1(from, stride, first);
            for (int k = 0; k < PAD; k++) {
                memcpy(first - (k + 1) * step, first, (size_t)step * sizeof(float));
                memcpy(end + k * step, end - step, (size_t)step * sizeof(float));
            }
        }
        if (rows == 4) resize_columns_4(mixed, group_stride, groups, bands, x, row, row_length);
        else if (rows == 2) resize_columns_2(mixed, group_stride, groups, bands, x, row, row_length);
        else resize_columns_1(mixed, group_stride, groups, bands, x, row, row_length);
        for (ptrdiff_t r = 0; r <= slot; r++)
            place_row(row + r * row_length, j - slot + r, x.output, bands, pass->frame, pass->out);
    }
}

#if GALATEA_HAS_X86_LEVELS
#include "resampling_avx512.h"

GALATEA_TARGET_AVX512 static void prepare_avx512(const cutout_pass *pass, ptrdiff_t blocks) {
    if (blocks > 0) prepare_dense(pass, (const tap_block *)pass->scratch, blocks);
    else prepare(GALATEA_AVX512, 4, pass);
}
GALATEA_TARGET_AVX2 static void prepare_avx2(const cutout_pass *pass) { prepare(GALATEA_AVX2, 2, pass); }
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

void galatea_prepare_lay_out(galatea_level level, galatea_bicubic_axis x, galatea_arrangement arrangement,
                             float *scratch) {
    scratch_head *head = (scratch_head *)scratch;
    *head = (scratch_head){0};
#if GALATEA_HAS_X86_LEVELS
    if (level != GALATEA_AVX512) return;
    head->blocks = block_count(x);
    if (head->blocks > 0) lay_out_taps(x, arrangement, (tap_block *)(scratch + HEAD_FLOATS));
#else
    (void)level, (void)x, (void)arrangement;
#endif
}

void galatea_prepare_cutout(galatea_level level, const void *pixels, int big_endian, ptrdiff_t bands,
                            galatea_bicubic_axis y, galatea_bicubic_axis x, const float *sky,
                            const float *scale, galatea_scale_function function, float *scratch,
                            const galatea_frame *frame, float *out, galatea_pixel_census *census) {
    const cutout_pass pass = {
        .pixels = pixels, .big_endian = big_endian, .bands = bands, .y = y, .x = x, .sky = sky, .scale = scale,
        .function = function, .scratch = scratch + HEAD_FLOATS, .frame = frame, .out = out, .census = census,
    };
    memset(census, 0, (size_t)bands * sizeof *census);
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) {
        prepare_avx512(&pass, ((const scratch_head *)scratch)->blocks);
        return;
    }
    if (level == GALATEA_AVX2) {
        prepare_avx2(&pass);
        return;
    }
#endif
    prepare(GALATEA_PORTABLE, 1, &pass);
}
