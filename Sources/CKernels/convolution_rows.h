// What the level-independent part of convolution.c hands to the kernels of a level: one row of pixels.
#pragma once

#include <stddef.h>

/// Channels of one block of packed weights: a vector at AVX-512, two at AVX2, four at the portable level.
enum { BLOCK = 16 };

/// Input values of a block of pixels after which a wide kernel asks for more lines of what lies ahead: about as many
/// as keep a core multiplying while a dozen lines under way bring one.
enum { INPUTS_A_LINE = 8 };

/// A run of input values that meets a run of weights, for the first pixel of a row.
typedef struct {
    ptrdiff_t input;   ///< Offset from the row's input pointer.
    ptrdiff_t weight;  ///< Offset from the packed weights of a channel block (wide) or of all (narrow).
} galatea_tap;

/// One row of output pixels: y[p][k] = bias[k] + sum over taps t and j < length of
/// x[taps[t].input + p input_step + j] weight(t, j, k).
typedef struct {
    const float *weights;
    ptrdiff_t block_stride;  ///< Floats of a channel block of weights (wide).
    const float *bias;       ///< `outputs` floats or NULL.
    int relu;
    ptrdiff_t outputs;
    const galatea_tap *taps;
    ptrdiff_t tap_count;
    ptrdiff_t length;        ///< Input values a tap; a multiple of BLOCK for the narrow form.
    ptrdiff_t input_step;    ///< Floats between the inputs of neighbouring pixels.
    ptrdiff_t output_step;   ///< Floats between neighbouring output pixels.
    ptrdiff_t column_step;   ///< Floats between the inputs of neighbouring kernel columns.
    int shared_stride;       ///< input_step / column_step, 1 or 2, where a tap is three whole columns; else 0.
    ptrdiff_t planned;       ///< Pixels of the rows that `blocks` is for; 0 at first.
    int blocks[2];           ///< Pixels of a block for single channel blocks and for pairs, set by the kernel.
    const char *ahead;       ///< What the wide forms ask for meanwhile, a cache line at a time.
    const char *ahead_end;
} galatea_row;

/// The gradient of the weights in one row of the kernel from one row of pixels: for all j < length and
/// k < outputs the sum over pixels p of x[p x_step + j] dy[p dy_step + k].
typedef struct {
    ptrdiff_t pixels;
    ptrdiff_t x_step, dy_step;
    ptrdiff_t length, outputs;
    ptrdiff_t block_stride;  ///< Floats between channel blocks (lanes over dy) or channels (lanes over x).
    ptrdiff_t x_row;         ///< Floats between rows of x (tall form).
    ptrdiff_t sums_row;      ///< Floats between the sums of kernel rows (tall form).
} galatea_gradient_row;

/// One row of dx of a convolution with a kernel three columns wide, stride 2 and padding 1 across: pixel 2p meets
/// the middle column of the kernel at pixel p of dy, pixel 2p + 1 the last one at p and the first one at p + 1.
typedef struct {
    const float *weights;
    ptrdiff_t block_stride;  ///< Floats of a channel block of weights.
    const float *bias;       ///< `outputs` floats or NULL.
    int relu;
    ptrdiff_t outputs;       ///< Channels of dx.
    const galatea_tap *taps; ///< One for each kernel row: where pixel 0 of dy is, where the first column's weights.
    ptrdiff_t tap_count;
    ptrdiff_t channels;      ///< Of dy.
} galatea_spread_row;

/// The pixels of a block for a row of `count` pixels: the size from `sizes` (descending, ending in 1) with the
/// least work. The last block of a row may overlap the one before it: it computes the same bits again.
static inline ptrdiff_t best_block(ptrdiff_t count, const signed char *sizes) {
    ptrdiff_t best = 1, best_cost = PTRDIFF_MAX;
    for (;; sizes++) {
        const ptrdiff_t size = *sizes;
        if (size <= count) {
            // A block costs its pixels and about two more for its start and end.
            const ptrdiff_t cost = (count + size - 1) / size * (size + 2);
            if (cost < best_cost) {
                best = size;
                best_cost = cost;
            }
        }
        if (size == 1) return best;
    }
}
