#include "interpolation.h"

#include <string.h>

#include "levels.h"

typedef struct {
    int low, high;
    float weight;  // of `high`
} tap;

/// Where output index `i` reads: the same single-precision arithmetic as PyTorch's upsample_bilinear2d.
GALATEA_INLINE tap tap_of(size_t i, size_t in, size_t out) {
    float source = (float)in / (float)out * ((float)i + 0.5f) - 0.5f;
    if (source < 0) source = 0;
    size_t low = (size_t)source;
    if (low > in - 1) low = in - 1;
    return (tap){(int)low, (int)(low + 1 < in ? low + 1 : low), source - (float)low};
}

// Scratch memory: rows of the smaller width, the taps of the output columns, the reaches of the input
// columns and their shares, two at most for an output column.
enum { ROWS_AT_ONCE = 8 };
_Static_assert(sizeof(tap) == 3 * sizeof(float), "a tap takes the room of three floats");
_Static_assert(2 * sizeof(int) == 2 * sizeof(float), "a reach takes the room of two floats");

size_t galatea_bilinear_scratch_count(size_t width, size_t channels, size_t out_width) {
    return ROWS_AT_ONCE * width * channels + 5 * out_width + 2 * width;
}

GALATEA_INLINE const tap *column_taps(size_t width, size_t channels, size_t out_width, float *scratch) {
    tap *taps = (tap *)(void *)(scratch + ROWS_AT_ONCE * width * channels);
    for (size_t i = 0; i < out_width; i++) taps[i] = tap_of(i, width, out_width);
    return taps;
}

GALATEA_INLINE void forward(const float *x, size_t height, size_t width, const size_t channels,
                            float *restrict image, size_t out_height, size_t out_width, size_t out_row,
                            float *restrict scratch) {
    const tap *columns = column_taps(width, channels, out_width, scratch);
    for (size_t y = 0; y < out_height; y++) {
        float *restrict out = image + y * out_row;
        const tap rows = tap_of(y, height, out_height);
        const float *upper = x + rows.low * width * channels, *lower = x + rows.high * width * channels;
        const float v = rows.weight;
        for (size_t i = 0; i < width * channels; i++) scratch[i] = upper[i] + v * (lower[i] - upper[i]);
        for (size_t i = 0; i < out_width; i++, out += channels) {
            const float *left = scratch + columns[i].low * channels;
            const float *right = scratch + columns[i].high * channels;
            const float w = columns[i].weight;
            size_t c = 0;
            for (; c + 16 <= channels; c += 16) {
                const galatea_f16 l = GALATEA_LOAD16(left + c), r = GALATEA_LOAD16(right + c);
                GALATEA_STORE16(out + c, l + w * (r - l));
            }
            for (; c < channels; c++) out[c] = left[c] + w * (right[c] - left[c]);
        }
    }
}

/// The output columns that read an input column, one behind the other.
typedef struct {
    int first, count;
} reach;

/// Fills `reaches` for each input column; both taps of a column at the border may be the same one.
GALATEA_INLINE void column_reaches(const tap *columns, size_t out_width, reach *reaches, size_t width) {
    for (size_t x = 0; x < width; x++) reaches[x] = (reach){0, 0};
    for (size_t i = 0; i < out_width; i++) {
        const int ends[2] = {columns[i].low, columns[i].high};
        for (int e = 0; e < 2; e++) {
            reach *r = reaches + ends[e];
            if (r->count == 0) r->first = (int)i;
            r->count = (int)i + 1 - r->first;
        }
    }
}

/// Fills how much each output column takes from the input columns it reads, input column by input column.
GALATEA_INLINE void column_shares(const tap *columns, const reach *reaches, size_t width, float *shares) {
    for (size_t x = 0; x < width; x++)
        for (int i = 0; i < reaches[x].count; i++) {
            const tap *t = columns + reaches[x].first + i;
            *shares++ = (t->low == (int)x ? 1.0f - t->weight : 0.0f) + (t->high == (int)x ? t->weight : 0.0f);
        }
}

GALATEA_INLINE void adjoint(const float *dy, size_t out_height, size_t out_width, const size_t channels,
                            float *restrict dx, size_t height, size_t width, float *restrict scratch) {
    const tap *columns = column_taps(width, channels, out_width, scratch);
    reach *reaches = (reach *)(void *)(scratch + ROWS_AT_ONCE * width * channels + 3 * out_width);
    column_reaches(columns, out_width, reaches, width);
    float *shares = (float *)(reaches + width);
    column_shares(columns, reaches, width, shares);
    // Each input column gathers from the few output columns that read it, for several rows one after the other: how
    // many it is changes from column to column, which a processor that guesses branches does not like.
    memset(dx, 0, height * width * channels * sizeof(float));
    for (size_t y0 = 0; y0 < out_height; y0 += ROWS_AT_ONCE, dy += ROWS_AT_ONCE * out_width * channels) {
        const size_t rows = out_height - y0 < ROWS_AT_ONCE ? out_height - y0 : ROWS_AT_ONCE;
        const float *share = shares;
        for (size_t x = 0; x < width; share += reaches[x].count, x++) {
            const float *from = dy + (size_t)reaches[x].first * channels;
            const int count = reaches[x].count;
            for (size_t r = 0; r < rows; r++, from += out_width * channels) {
                float *to = scratch + (r * width + x) * channels;
                size_t c = 0;
                for (; c + 16 <= channels; c += 16) {
                    galatea_f16 sum = {0};
                    for (int i = 0; i < count; i++) sum += share[i] * GALATEA_LOAD16(from + i * channels + c);
                    GALATEA_STORE16(to + c, sum);
                }
                for (; c < channels; c++) {
                    float sum = 0;
                    for (int i = 0; i < count; i++) sum += share[i] * from[i * channels + c];
                    to[c] = sum;
                }
            }
        }
        for (size_t r = 0; r < rows; r++) {
            const tap t = tap_of(y0 + r, height, out_height);
            const float *row = scratch + r * width * channels;
            float *upper = dx + t.low * width * channels, *lower = dx + t.high * width * channels;
            const float below = t.weight, above = 1.0f - below;
            for (size_t i = 0; i < width * channels; i++) upper[i] += above * row[i];
            for (size_t i = 0; i < width * channels; i++) lower[i] += below * row[i];
        }
    }
}

// The common channel counts as constants, so that the innermost loop is one register and not a loop.
#define FORWARD(n) forward(x, height, width, n, out, out_height, out_width, out_row, scratch)
#define ADJOINT(n) adjoint(dy, out_height, out_width, n, dx, height, width, scratch)
#define BY_CHANNELS(RUN)          \
    switch (channels) {           \
    case 16: RUN(16); break;      \
    case 32: RUN(32); break;      \
    case 64: RUN(64); break;      \
    default: RUN(channels);       \
    }

#define FORWARD_PARAMETERS                                                                          \
    (const float *x, size_t height, size_t width, size_t channels, float *out, size_t out_height,   \
     size_t out_width, size_t out_row, float *scratch)
#define FORWARD_ARGUMENTS (x, height, width, channels, out, out_height, out_width, out_row, scratch)
GALATEA_INLINE void bilinear_body FORWARD_PARAMETERS { BY_CHANNELS(FORWARD) }
GALATEA_LEVELS(void, bilinear, FORWARD_PARAMETERS, FORWARD_ARGUMENTS)

void galatea_bilinear(galatea_level level, const float *x, size_t height, size_t width, size_t channels,
                      float *out, size_t out_height, size_t out_width, size_t out_row, float *scratch) {
    GALATEA_CALL(level, bilinear, FORWARD_ARGUMENTS)
}

#define ADJOINT_PARAMETERS                                                                          \
    (const float *dy, size_t out_height, size_t out_width, size_t channels, float *dx, size_t height, \
     size_t width, float *scratch)
#define ADJOINT_ARGUMENTS (dy, out_height, out_width, channels, dx, height, width, scratch)
GALATEA_INLINE void bilinear_adjoint_body ADJOINT_PARAMETERS { BY_CHANNELS(ADJOINT) }
GALATEA_LEVELS(void, bilinear_adjoint, ADJOINT_PARAMETERS, ADJOINT_ARGUMENTS)

void galatea_bilinear_adjoint(galatea_level level, const float *dy, size_t out_height, size_t out_width,
                              size_t channels, float *dx, size_t height, size_t width, float *scratch) {
    GALATEA_CALL(level, bilinear_adjoint, ADJOINT_ARGUMENTS)
}
