#include "include/phase_convolution.h"

#include <string.h>

#include "ask_ahead.h"
#include "lanes.h"

// Pixels of a vector, vectors and outputs of a tile: its sums fill 24 of 32 registers, and eleven loads (of which
// three cross a cache line at most) serve 24 multiply-adds.
enum { WIDTH = 16, VECTORS = 3, OUTPUTS = 8, MOST_CHANNELS = 4 };

#define UNROLL _Pragma("clang loop unroll(full)")

static ptrdiff_t rounded(ptrdiff_t count) { return (count + WIDTH - 1) / WIDTH * WIDTH; }

int galatea_takes_phases(galatea_level level, const galatea_convolution *s, const galatea_convolution *next) {
#if GALATEA_HAS_X86_LEVELS
    // As few outputs as half the channels take a form of their own, which sums in another order.
    return level == GALATEA_AVX512 && s->kernel_height == 3 && s->kernel_width == 3 && s->padding_y == 1 &&
           s->padding_x == 1 && s->stride_y == 2 && s->stride_x == 2 && s->channels <= MOST_CHANNELS &&
           2 * s->outputs > s->channels && next->channels == s->outputs && galatea_takes_planes(next);
#else
    (void)level, (void)s, (void)next;
    return 0;
#endif
}

// Rows of every plane are one pixel longer than a row of y, so that a row's right border is the next one's left border,
// and a plane is computed in one run of vectors.

/// Floats from one row to the next.
static ptrdiff_t phase_row_length(const galatea_convolution *s) { return galatea_convolution_output_width(s) + 1; }

/// Vectors of a plane of y.
static ptrdiff_t vector_count(const galatea_convolution *s) {
    return rounded(galatea_convolution_output_height(s) * phase_row_length(s)) / WIDTH;
}

galatea_frame galatea_phase_frame(const galatea_convolution *s) {
    const ptrdiff_t row = phase_row_length(s);
    // The last vectors reach beyond the last row, and their taps a row and a pixel further.
    const ptrdiff_t plane = rounded(WIDTH * vector_count(s) + row + 1 + GALATEA_PHASE_SLACK);
    return (galatea_frame){.arrangement = GALATEA_PHASES, .row = row, .plane = plane,
                           .count = 4 * s->channels * plane};
}

// Packed: weights [blocks of outputs][3 rows][channels][3 columns][OUTPUTS outputs], the last block filled up with
// zeros; then for each vector of a plane, as many bits as lanes, which of them are pixels of y.

static ptrdiff_t block_count(const galatea_convolution *s) { return (s->outputs + OUTPUTS - 1) / OUTPUTS; }

static ptrdiff_t weights_a_block(const galatea_convolution *s) { return 9 * s->channels * OUTPUTS; }

ptrdiff_t galatea_phase_packed_count(const galatea_convolution *s) {
    return block_count(s) * weights_a_block(s) + vector_count(s);
}

void galatea_phase_pack(const galatea_convolution *s, const float *weights, float *packed) {
    const ptrdiff_t taps = 9 * s->channels, masks = block_count(s) * weights_a_block(s);
    memset(packed, 0, (size_t)masks * sizeof(float));
    for (ptrdiff_t k = 0; k < s->outputs; k++)
        for (ptrdiff_t t = 0; t < 9; t++)
            for (ptrdiff_t c = 0; c < s->channels; c++) {
                const ptrdiff_t place = (t / 3 * s->channels + c) * 3 + t % 3;
                packed[k / OUTPUTS * weights_a_block(s) + place * OUTPUTS + k % OUTPUTS] =
                    weights[k * taps + t * s->channels + c];
            }
    const ptrdiff_t row = phase_row_length(s), pixels = galatea_convolution_output_height(s) * row;
    for (ptrdiff_t v = 0; v < vector_count(s); v++) {
        uint32_t lanes = 0;
        for (ptrdiff_t lane = 0, p = v * WIDTH; lane < WIDTH; lane++, p++)
            lanes |= (uint32_t)(p < pixels && p % row < row - 1) << lane;
        memcpy(packed + masks + v, &lanes, sizeof lanes);
    }
}

#if GALATEA_HAS_X86_LEVELS

/// What the tiles of an image share.
typedef struct {
    const float *weights, *bias;  ///< Of a block of outputs, filled up with zeros.
    ptrdiff_t channels, phase, row;
    ptrdiff_t differences;        ///< Floats from a number of y to its difference.
    int relu;
    const char *ahead, *ahead_end;
} phase_pass;

/// `V` vectors of pixels of `outputs` outputs: `x` and `y` point at the first pixel in the first planes.
static inline __attribute__((always_inline)) GALATEA_TARGET_AVX512 void phase_tile(
    phase_pass *pass, const float *x, const float *lanes, float *y, ptrdiff_t plane, ptrdiff_t outputs, const int V) {
    __m512 sum[VECTORS * OUTPUTS];
    UNROLL for (int k = 0; k < OUTPUTS; k++)
        UNROLL for (int v = 0; v < V; v++) sum[k * V + v] = _mm512_set1_ps(pass->bias[k]);
    const float *weight = pass->weights;
    // Planes by parity of rows and columns: a row of the kernel meets those of its parity, its third one a row further.
    for (int r = 0; r < 3; r++) {
        const float *in = x + r % 2 * 2 * pass->phase + r / 2 * pass->row;
        for (ptrdiff_t c = 0; c < pass->channels; c++, in += 4 * pass->phase) {
            ask_ahead(&pass->ahead, pass->ahead_end);
            UNROLL for (int s = 0; s < 3; s++, weight += OUTPUTS) {
                const float *from = in + s % 2 * pass->phase + s / 2;
                __m512 value[VECTORS];
                UNROLL for (int v = 0; v < V; v++) value[v] = _mm512_loadu_ps(from + v * WIDTH);
                UNROLL for (int k = 0; k < OUTPUTS; k++) {
                    const __m512 each = _mm512_set1_ps(weight[k]);
                    UNROLL for (int v = 0; v < V; v++) sum[k * V + v] = _mm512_fmadd_ps(value[v], each, sum[k * V + v]);
                }
            }
        }
    }
    __mmask16 here[VECTORS];
    UNROLL for (int v = 0; v < V; v++) memcpy(&here[v], lanes + v, sizeof here[v]);
    UNROLL for (int k = 0; k < OUTPUTS; k++) {
        if (k >= outputs) break;
        float *to = y + k * plane;
        __m512 before = _mm512_loadu_ps(to - WIDTH);
        UNROLL for (int v = 0; v < V; v++, to += WIDTH) {
            // The maximum of 0 and NaN, in this order, is NaN.
            const __m512 number = pass->relu ? _mm512_maskz_max_ps(here[v], _mm512_setzero_ps(), sum[k * V + v])
                                             : _mm512_maskz_mov_ps(here[v], sum[k * V + v]);
            // Two columns before: the last two of the vector before, and all but the last two of this one.
            const __m512i earlier =
                _mm512_alignr_epi32(_mm512_castps_si512(number), _mm512_castps_si512(before), WIDTH - 2);
            _mm512_storeu_ps(to, number);
            _mm512_storeu_ps(to + pass->differences, _mm512_sub_ps(_mm512_castsi512_ps(earlier), number));
            before = number;
        }
    }
}

GALATEA_TARGET_AVX512
void galatea_phase_convolution(const galatea_convolution *s, const float *x, const float *packed, const float *bias,
                               int relu, float *y, const galatea_frame *frame, const galatea_ahead *ahead) {
    const ptrdiff_t vectors = vector_count(s), blocks = block_count(s), channels = s->channels;
    const float *lanes = packed + blocks * weights_a_block(s);
    const galatea_frame from = galatea_phase_frame(s);
    phase_pass pass = {.channels = channels, .phase = from.plane, .row = from.row,
                       .differences = frame->count / 2, .relu = relu};
    if (ahead && ahead->bytes[0] > 0) {
        pass.ahead = ahead->start[0];
        pass.ahead_end = pass.ahead + ahead->bytes[0];
    }
    for (ptrdiff_t v = 0; v < vectors;) {
        for (ptrdiff_t block = 0; block < blocks; block++) {
            const ptrdiff_t k = block * OUTPUTS, outputs = s->outputs - k;
            float some[OUTPUTS] = {0};
            pass.bias = bias && outputs >= OUTPUTS ? bias + k : some;
            for (ptrdiff_t i = 0; bias && outputs < OUTPUTS && i < outputs; i++) some[i] = bias[k + i];
            pass.weights = packed + block * weights_a_block(s);
            float *to = y + frame->first + k * frame->plane + v * WIDTH;
            const float *in = x + v * WIDTH;
            if (vectors >= VECTORS) phase_tile(&pass, in, lanes + v, to, frame->plane, outputs, VECTORS);
            else phase_tile(&pass, in, lanes + v, to, frame->plane, outputs, 1);
        }
        // The last tile may overlap the one before it: it computes the same bits again.
        if (vectors < VECTORS) v++;
        else if (v + VECTORS >= vectors) break;
        else v = v + 2 * VECTORS <= vectors ? v + VECTORS : vectors - VECTORS;
    }
}
#else
void galatea_phase_convolution(const galatea_convolution *s, const float *x, const float *packed, const float *bias,
                               int relu, float *y, const galatea_frame *frame, const galatea_ahead *ahead) {
    (void)s, (void)x, (void)packed, (void)bias, (void)relu, (void)y, (void)frame, (void)ahead;
    __builtin_trap();  // `galatea_takes_phases` says no.
}
#endif
