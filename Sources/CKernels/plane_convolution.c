#include "include/plane_convolution.h"

#include <string.h>

#include "ask_ahead.h"
#include "lanes.h"

// Pairs of pixels and outputs of a block: their sums fill 18 of 32 registers, the weights they meet another eight, and
// 23 loads serve 30 multiply-adds. Up to half as many outputs are left to a last block.
enum { WIDTH = 16, PAIRS = 3, PIXELS = 2 * PAIRS, PARTS = 2, OUTPUTS = PARTS * WIDTH };

/// What of the kernel's three columns the products take: w0, w1, w0 + w2, -w2.
enum { FIRST, MIDDLE, FIRST_AND_LAST, MINUS_LAST, FILTERS };

#define UNROLL _Pragma("clang loop unroll(full)")

static ptrdiff_t rounded(ptrdiff_t count) { return (count + WIDTH - 1) / WIDTH * WIDTH; }

static ptrdiff_t block_count(const galatea_convolution *s) { return (s->outputs + OUTPUTS - 1) / OUTPUTS; }

static ptrdiff_t weights_a_row(const galatea_convolution *s) { return s->channels * FILTERS * OUTPUTS; }

int galatea_takes_planes(const galatea_convolution *s) {
    return s->kernel_height == 3 && s->kernel_width == 3 && s->padding_y == 1 && s->padding_x == 1 &&
           s->stride_x == 2 && galatea_convolution_output_width(s) >= PIXELS &&
           5 * rounded(s->outputs) <= 6 * s->outputs;
}

galatea_frame galatea_plane_frame(const galatea_convolution *s) {
    // A row is one pixel longer than the image's, so that its right border is the next one's left border.
    const ptrdiff_t row = s->width + 1, first = rounded(row + 1);
    const ptrdiff_t lines = (first + rounded(s->height * row) + rounded(row + 1)) / WIDTH;
    // An odd number of cache lines: planes then share no sets of the cache.
    const ptrdiff_t plane = (lines | 1) * WIDTH;
    return (galatea_frame){.arrangement = GALATEA_PLANES, .first = first, .row = row, .plane = plane,
                           .count = 2 * s->channels * plane};
}

// Packed: [blocks of outputs][3 rows][channels][FILTERS][OUTPUTS outputs], the last block filled up with zeros.

ptrdiff_t galatea_plane_packed_count(const galatea_convolution *s) { return block_count(s) * 3 * weights_a_row(s); }

void galatea_plane_pack(const galatea_convolution *s, const float *weights, float *packed) {
    memset(packed, 0, (size_t)galatea_plane_packed_count(s) * sizeof(float));
    for (ptrdiff_t k = 0; k < s->outputs; k++)
        for (ptrdiff_t r = 0; r < 3; r++)
            for (ptrdiff_t c = 0; c < s->channels; c++) {
                const float *w = weights + (k * 9 + r * 3) * s->channels + c;
                const float w0 = w[0], w1 = w[s->channels], w2 = w[2 * s->channels];
                float *to = packed + (k / OUTPUTS * 3 + r) * weights_a_row(s) + c * FILTERS * OUTPUTS + k % OUTPUTS;
                to[FIRST * OUTPUTS] = w0;
                to[MIDDLE * OUTPUTS] = w1;
                to[FIRST_AND_LAST * OUTPUTS] = w0 + w2;
                to[MINUS_LAST * OUTPUTS] = -w2;
            }
}

#if GALATEA_HAS_X86_LEVELS

/// What the blocks of a row of pixels share.
typedef struct {
    const float *x, *differences;  ///< Of the kernel's first row, in the first channel's planes, from the border on.
    ptrdiff_t row, plane, channels;
    const float *weights, *bias;   ///< Of a block of outputs, filled up with zeros.
    __mmask16 lanes[PARTS];        ///< Which of them there are.
    ptrdiff_t pixel_step;          ///< Floats from a pixel of y to the next.
    int relu;
    const char *ahead, *ahead_end;
} plane_pass;

/// `parts` vectors of outputs of `PIXELS` pixels, from column `column` of y on, of which `y` is the first pixel.
static inline __attribute__((always_inline)) GALATEA_TARGET_AVX512 void plane_block(plane_pass *pass, ptrdiff_t column,
                                                                                    float *y, const int parts) {
    // A pair's pixels are left + shared and shared + right.
    __m512 left[PAIRS][PARTS], shared[PAIRS][PARTS], right[PAIRS][PARTS];
    UNROLL for (int p = 0; p < PAIRS; p++)
        UNROLL for (int v = 0; v < parts; v++) {
            left[p][v] = right[p][v] = _mm512_setzero_ps();
            shared[p][v] = _mm512_loadu_ps(pass->bias + v * WIDTH);
        }
    const float *w = pass->weights;
    for (ptrdiff_t r = 0; r < 3; r++) {
        const float *in = pass->x + r * pass->row + 2 * column, *odd = pass->differences + r * pass->row + 2 * column;
        for (ptrdiff_t c = 0; c < pass->channels; c++, in += pass->plane, odd += pass->plane) {
            ask_ahead(&pass->ahead, pass->ahead_end);
            __m512 weight[FILTERS][PARTS];
            UNROLL for (int f = 0; f < FILTERS; f++, w += OUTPUTS)
                UNROLL for (int v = 0; v < parts; v++) weight[f][v] = _mm512_loadu_ps(w + v * WIDTH);
            UNROLL for (int p = 0; p < PAIRS; p++) {
                const __m512 before = _mm512_set1_ps(odd[4 * p]), behind = _mm512_set1_ps(odd[4 * p + 2]);
                const __m512 first = _mm512_set1_ps(in[4 * p + 1]), between = _mm512_set1_ps(in[4 * p + 2]),
                             second = _mm512_set1_ps(in[4 * p + 3]);
                UNROLL for (int v = 0; v < parts; v++) {
                    left[p][v] = _mm512_fmadd_ps(before, weight[FIRST][v], left[p][v]);
                    shared[p][v] = _mm512_fmadd_ps(between, weight[FIRST_AND_LAST][v], shared[p][v]);
                    right[p][v] = _mm512_fmadd_ps(behind, weight[MINUS_LAST][v], right[p][v]);
                }
                UNROLL for (int v = 0; v < parts; v++) {
                    left[p][v] = _mm512_fmadd_ps(first, weight[MIDDLE][v], left[p][v]);
                    right[p][v] = _mm512_fmadd_ps(second, weight[MIDDLE][v], right[p][v]);
                }
            }
        }
    }
    UNROLL for (int p = 0; p < PAIRS; p++)
        UNROLL for (int v = 0; v < parts; v++) {
            __m512 pixel[2] = {_mm512_add_ps(left[p][v], shared[p][v]), _mm512_add_ps(shared[p][v], right[p][v])};
            UNROLL for (int i = 0; i < 2; i++) {
                // The maximum of 0 and NaN, in this order, is NaN.
                if (pass->relu) pixel[i] = _mm512_max_ps(_mm512_setzero_ps(), pixel[i]);
                _mm512_mask_storeu_ps(y + (2 * p + i) * pass->pixel_step + v * WIDTH, pass->lanes[v], pixel[i]);
            }
        }
}

GALATEA_TARGET_AVX512
void galatea_plane_convolution(const galatea_convolution *s, const float *x, const float *packed, const float *bias,
                               int relu, float *y, ptrdiff_t y_row, const galatea_ahead *ahead) {
    const galatea_frame frame = galatea_plane_frame(s);
    const ptrdiff_t rows = galatea_convolution_output_height(s), columns = galatea_convolution_output_width(s);
    plane_pass pass = {.row = frame.row, .plane = frame.plane, .channels = s->channels, .pixel_step = s->outputs,
                       .relu = relu};
    if (ahead && ahead->bytes[0] > 0) pass.ahead = ahead->start[0];
    for (ptrdiff_t o = 0; o < rows; o++, y += y_row) {
        if (pass.ahead) pass.ahead_end = (const char *)ahead->start[0] + ahead->bytes[0] * (o + 1) / rows;
        pass.x = x + frame.first + (o * s->stride_y - 1) * frame.row - 1;
        // An odd column's difference from the next one stands with that one.
        pass.differences = pass.x + frame.count / 2 + 2;
        for (ptrdiff_t k = 0; k < s->outputs; k += OUTPUTS) {
            const ptrdiff_t left = s->outputs - k;
            float some[OUTPUTS] = {0};
            pass.bias = bias && left >= OUTPUTS ? bias + k : some;
            if (bias && left < OUTPUTS) memcpy(some, bias + k, (size_t)left * sizeof(float));
            for (int v = 0; v < PARTS; v++) pass.lanes[v] = first_lanes(left - v * WIDTH);
            pass.weights = packed + k / OUTPUTS * 3 * weights_a_row(s);
            for (ptrdiff_t p = 0;;) {
                if (left > WIDTH) plane_block(&pass, p, y + p * s->outputs + k, PARTS);
                else plane_block(&pass, p, y + p * s->outputs + k, 1);
                if (p + PIXELS >= columns) break;
                // The last block may overlap the one before it. Pixels that change places in their pairs then get other
                // bits than they had, always the same ones.
                p = p + 2 * PIXELS <= columns ? p + PIXELS : columns - PIXELS;
            }
        }
    }
}
#else
void galatea_plane_convolution(const galatea_convolution *s, const float *x, const float *packed, const float *bias,
                               int relu, float *y, ptrdiff_t y_row, const galatea_ahead *ahead) {
    (void)s, (void)x, (void)packed, (void)bias, (void)relu, (void)y, (void)y_row, (void)ahead;
    __builtin_trap();  // `galatea_takes_phases` says no.
}
#endif
