#include "include/convolution.h"

#include <string.h>

#include "ask_ahead.h"
#include "convolution_rows.h"

#define LEVEL 0
#include "vector_level.h"
#include "convolution_level.h"
#include "level_end.h"
#if GALATEA_HAS_X86_LEVELS
#define LEVEL 1
#include "vector_level.h"
#include "convolution_level.h"
#include "level_end.h"
#define LEVEL 2
#include "vector_level.h"
#include "convolution_level.h"
#include "level_end.h"
#endif

typedef void row_function(galatea_row *row, const float *x, float *y, ptrdiff_t count);

static row_function *row_kernel(galatea_level level, int narrow) {
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) return narrow ? narrow_row_avx512 : wide_row_avx512;
    if (level == GALATEA_AVX2) return narrow ? narrow_row_avx2 : wide_row_avx2;
#endif
    return narrow ? narrow_row_portable : wide_row_portable;
}

static ptrdiff_t blocks_of(ptrdiff_t channels) { return (channels + BLOCK - 1) / BLOCK; }
static ptrdiff_t larger(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
static ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

/// Whether a pass from `inputs` to `outputs` channels takes the narrow form: when vectors of outputs would be
/// mostly empty and those of inputs are not. The reduction makes a narrow step cost about twice a wide one.
static int is_narrow(ptrdiff_t inputs, ptrdiff_t outputs) {
    return outputs <= 8 && 2 * outputs * blocks_of(inputs) <= inputs;
}

ptrdiff_t galatea_convolution_output_height(const galatea_convolution *s) {
    return (s->height + 2 * s->padding_y - s->kernel_height) / s->stride_y + 1;
}

ptrdiff_t galatea_convolution_output_width(const galatea_convolution *s) {
    return (s->width + 2 * s->padding_x - s->kernel_width) / s->stride_x + 1;
}

// Packed weights
//
// Wide:   [blocks of outputs][R][S][inputs][BLOCK outputs], the last block filled up with zeros.
// Narrow: [R][S][blocks of inputs][outputs][BLOCK inputs], likewise.
// The adjoint takes outputs for inputs, and its kernel turned by 180 degrees, so that with stride 1 it is a
// forward pass.

static ptrdiff_t packed_count(const galatea_convolution *s, ptrdiff_t inputs, ptrdiff_t outputs) {
    const ptrdiff_t taps = s->kernel_height * s->kernel_width;
    return is_narrow(inputs, outputs) ? taps * blocks_of(inputs) * BLOCK * outputs
                                      : taps * inputs * blocks_of(outputs) * BLOCK;
}

/// Packs weight(k, r, s, c) = weights[k k_step + (r S + s) tap_step + c c_step], of `inputs` c and `outputs` k.
static void pack(const galatea_convolution *s, const float *weights, float *packed, ptrdiff_t inputs,
                 ptrdiff_t outputs, ptrdiff_t k_step, ptrdiff_t c_step, int turned) {
    const ptrdiff_t taps = s->kernel_height * s->kernel_width, tap_step = s->channels;
    const int narrow = is_narrow(inputs, outputs);
    memset(packed, 0, (size_t)packed_count(s, inputs, outputs) * sizeof(float));
    for (ptrdiff_t k = 0; k < outputs; k++)
        for (ptrdiff_t t = 0; t < taps; t++)
            for (ptrdiff_t c = 0; c < inputs; c++) {
                const ptrdiff_t from = turned ? taps - 1 - t : t;
                const ptrdiff_t to =
                    narrow ? ((t * blocks_of(inputs) + c / BLOCK) * outputs + k) * BLOCK + c % BLOCK
                           : ((k / BLOCK * taps + t) * inputs + c) * BLOCK + k % BLOCK;
                packed[to] = weights[k * k_step + from * tap_step + c * c_step];
            }
}

ptrdiff_t galatea_convolution_packed_count(const galatea_convolution *s) {
    return packed_count(s, s->channels, s->outputs);
}

void galatea_convolution_pack(const galatea_convolution *s, const float *weights, float *packed) {
    pack(s, weights, packed, s->channels, s->outputs, s->kernel_height * s->kernel_width * s->channels, 1, 0);
}

ptrdiff_t galatea_convolution_adjoint_packed_count(const galatea_convolution *s) {
    return packed_count(s, s->outputs, s->channels);
}

void galatea_convolution_adjoint_pack(const galatea_convolution *s, const float *weights, float *packed) {
    pack(s, weights, packed, s->outputs, s->channels, 1, s->kernel_height * s->kernel_width * s->channels, 1);
}

// Padded copies

/// An image with a border of zeros: padded[y][x] = image[y - top][x - left], channels filled up to `step`.
typedef struct {
    ptrdiff_t image_height, image_width, channels;
    ptrdiff_t top, left;      ///< Not negative.
    ptrdiff_t height, width;  ///< Of the padded image; what of the image lies outside is left out.
    ptrdiff_t step;           ///< Floats a pixel.
} padding;

/// Whether a pass fills channels up, which no frame does for it: then it makes a padded copy of its own.
static int is_filled(const padding *p) { return p->step != p->channels; }

static ptrdiff_t copy_count(const padding *p) { return is_filled(p) ? p->height * p->width * p->step : 0; }

/// Fills `copy` with the padded image, channels filled up with zeros.
static void copy_padded(const padding *p, const float *image, float *copy) {
    const ptrdiff_t columns = larger(0, smaller(p->image_width, p->width - p->left));
    const ptrdiff_t rows = larger(0, smaller(p->image_height, p->height - p->top));
    memset(copy, 0, (size_t)copy_count(p) * sizeof(float));
    for (ptrdiff_t y = 0; y < rows; y++) {
        const float *from = image + y * p->image_width * p->channels;
        float *to = copy + ((y + p->top) * p->width + p->left) * p->step;
        for (ptrdiff_t x = 0; x < columns; x++)
            memcpy(to + x * p->step, from + x * p->channels, (size_t)p->channels * sizeof(float));
    }
}

/// Where a padded image with a border that a caller keeps at zero stands in its array.
static galatea_frame frame_of(const padding *p, ptrdiff_t slack) {
    if (is_filled(p))
        return (galatea_frame){.row = p->image_width * p->channels,
                               .count = p->image_height * p->image_width * p->channels};
    // A kernel that skips the last row or column leaves the padded image smaller than the image.
    const ptrdiff_t width = larger(p->width, p->left + p->image_width);
    const ptrdiff_t height = larger(p->height, p->top + p->image_height);
    return (galatea_frame){.first = (p->top * width + p->left) * p->step, .row = width * p->step,
                           .count = height * width * p->step + slack};
}

/// The padded image: the array of the frame itself, or a copy; `*row` becomes the floats of a row.
static const float *padded(const padding *p, const float *framed, float *copy, ptrdiff_t *row) {
    *row = is_filled(p) ? p->width * p->step : frame_of(p, 0).row;
    if (!is_filled(p)) return framed;
    copy_padded(p, framed, copy);
    return copy;
}

/// Floats that a pass of `inputs` channels reads a pixel.
static ptrdiff_t pixel_step(ptrdiff_t inputs, int narrow) { return narrow ? blocks_of(inputs) * BLOCK : inputs; }

// Workspace: the taps of a row first, then the padded image.

static ptrdiff_t tap_floats(const galatea_convolution *s) {
    const ptrdiff_t bytes = s->kernel_height * s->kernel_width * (ptrdiff_t)sizeof(galatea_tap);
    return (bytes + 63) / 64 * 16;
}

/// Floats that moving a workspace to a multiple of 64 bytes may cost.
enum { ALIGNMENT_FLOATS = 16 };

static float *aligned(float *workspace) { return (float *)(((uintptr_t)workspace + 63) & ~(uintptr_t)63); }

// Forward

static padding forward_padding(const galatea_convolution *s, int narrow) {
    return (padding){
        .image_height = s->height, .image_width = s->width, .channels = s->channels,
        .top = s->padding_y, .left = s->padding_x,
        .height = (galatea_convolution_output_height(s) - 1) * s->stride_y + s->kernel_height,
        .width = (galatea_convolution_output_width(s) - 1) * s->stride_x + s->kernel_width,
        .step = pixel_step(s->channels, narrow),
    };
}

ptrdiff_t galatea_convolution_workspace_count(const galatea_convolution *s) {
    const padding p = forward_padding(s, is_narrow(s->channels, s->outputs));
    return ALIGNMENT_FLOATS + tap_floats(s) + copy_count(&p);
}

/// Asks for part `part` of `parts` of what lies ahead, from range `first` on.
static void prefetch(const galatea_ahead *ahead, int first, ptrdiff_t part, ptrdiff_t parts) {
    if (!ahead) return;
    for (int i = first; i < 4; i++) {
        const char *start = ahead->start[i];
        if (ahead->bytes[i] <= 0) continue;
        const ptrdiff_t end = ahead->bytes[i] * (part + 1) / parts;
        for (ptrdiff_t at = ahead->bytes[i] * part / parts & ~(ptrdiff_t)(CACHE_LINE - 1); at < end; at += CACHE_LINE)
            __builtin_prefetch(start + at, 0, 2);
    }
}

/// Asks for a row's part of what lies ahead: of the first range little by little where the kernel does so. More
/// lines at once than a core keeps under way (a dozen) would hold it up. What a row does not get through is left to the
/// next ones, and what the last one does not, undone.
static void prefetch_with_row(const galatea_ahead *ahead, int is_gradual, galatea_row *row, ptrdiff_t part,
                              ptrdiff_t parts) {
    if (ahead && is_gradual && ahead->bytes[0] > 0) {
        const char *start = ahead->start[0];
        if (part == 0) row->ahead = start;
        row->ahead_end = start + ahead->bytes[0] * (part + 1) / parts;
    }
    prefetch(ahead, is_gradual ? 1 : 0, part, parts);
}

galatea_frame galatea_convolution_frame(const galatea_convolution *s) {
    const padding p = forward_padding(s, is_narrow(s->channels, s->outputs));
    return frame_of(&p, 0);
}

/// Rows of y from an input whose rows lie `stride` floats apart.
static void forward_rows(const galatea_convolution *s, row_function *kernel, galatea_row *row, const float *in,
                         ptrdiff_t stride, float *y, ptrdiff_t y_row, const galatea_ahead *ahead, int is_gradual) {
    const ptrdiff_t rows = galatea_convolution_output_height(s), columns = galatea_convolution_output_width(s);
    for (ptrdiff_t o = 0; o < rows; o++) {
        prefetch_with_row(ahead, is_gradual, row, o, rows);
        kernel(row, in + o * s->stride_y * stride, y + o * y_row, columns);
    }
}

void galatea_convolution_forward(galatea_level level, const galatea_convolution *s, const float *x,
                                 const float *packed, const float *bias, int relu, float *y, ptrdiff_t y_row,
                                 const galatea_ahead *ahead, float *workspace) {
    const int narrow = is_narrow(s->channels, s->outputs);
    const padding p = forward_padding(s, narrow);
    galatea_tap *taps = (galatea_tap *)aligned(workspace);
    ptrdiff_t stride;
    const float *in = padded(&p, x, aligned(workspace) + tap_floats(s), &stride);
    // A row of the kernel meets one run of input values.
    const ptrdiff_t weights_a_tap = narrow ? p.step * s->outputs : s->channels * BLOCK;
    for (ptrdiff_t r = 0; r < s->kernel_height; r++)
        taps[r] = (galatea_tap){r * stride, r * s->kernel_width * weights_a_tap};
    galatea_row row = {
        .weights = packed,
        .block_stride = s->kernel_height * s->kernel_width * s->channels * BLOCK,
        .bias = bias, .relu = relu, .outputs = s->outputs,
        .taps = taps, .tap_count = s->kernel_height, .length = s->kernel_width * p.step,
        .input_step = s->stride_x * p.step, .output_step = s->outputs, .column_step = p.step,
        .shared_stride = s->kernel_width == 3 && s->stride_x <= 2 ? (int)s->stride_x : 0,
    };
    forward_rows(s, row_kernel(level, narrow), &row, in, stride, y, y_row, ahead, !narrow);
}

// Adjoint

static padding adjoint_padding(const galatea_convolution *s, int narrow) {
    // The farthest rows of dy that a row of dx meets, on either side.
    const ptrdiff_t top = larger(0, s->kernel_height - 1 - s->padding_y) / s->stride_y;
    const ptrdiff_t left = larger(0, s->kernel_width - 1 - s->padding_x) / s->stride_x;
    return (padding){
        .image_height = galatea_convolution_output_height(s),
        .image_width = galatea_convolution_output_width(s), .channels = s->outputs,
        .top = top, .left = left,
        .height = top + (s->height - 1 + s->padding_y) / s->stride_y + 1,
        .width = left + (s->width - 1 + s->padding_x) / s->stride_x + 1,
        .step = pixel_step(s->outputs, narrow),
    };
}

/// Floats that the spread form reads beyond the last pixel of dy; they reach no result.
static ptrdiff_t adjoint_slack(const galatea_convolution *s) {
    return s->stride_x == 2 && s->kernel_width == 3 && s->padding_x == 1 ? s->outputs : 0;
}

ptrdiff_t galatea_convolution_adjoint_workspace_count(const galatea_convolution *s) {
    const padding p = adjoint_padding(s, is_narrow(s->outputs, s->channels));
    return ALIGNMENT_FLOATS + tap_floats(s) + copy_count(&p);
}

/// The first tap of the turned kernel that meets pixel `i` of dx, and the pixel of dy it meets: the kernel's
/// row (or column) r = size - 1 - first reaches dy at (i + padding - r) / stride, the next `stride` taps on one
/// pixel further.
static void first_tap(ptrdiff_t i, ptrdiff_t size, ptrdiff_t stride, ptrdiff_t padding, ptrdiff_t *first,
                      ptrdiff_t *pixel) {
    // Turned tap f is r = size - 1 - f; i + padding - r must be a multiple of the stride.
    const ptrdiff_t rest = (i + padding - (size - 1)) % stride;
    *first = rest == 0 ? 0 : rest > 0 ? stride - rest : -rest;
    *pixel = (i + padding - (size - 1) + *first) / stride;
}

/// An adjoint pass: rows of dx one after the other, the phases of a row behind each other.
typedef struct {
    galatea_level level;
    row_function *kernel;
    galatea_row row;
    galatea_tap *taps;
    ptrdiff_t weights_a_tap;
    padding padding;
    float *copy;
} adjoint_pass;

static adjoint_pass start_adjoint(galatea_level level, const galatea_convolution *s, const float *packed,
                                  const float *bias, int relu, float *workspace) {
    const int narrow = is_narrow(s->outputs, s->channels);
    const padding p = adjoint_padding(s, narrow);
    galatea_tap *taps = (galatea_tap *)aligned(workspace);
    // With stride 1 the columns of the kernel meet neighbouring pixels: one run for a row of the kernel.
    const int joined = s->stride_x == 1;
    return (adjoint_pass){
        .level = level,
        .kernel = row_kernel(level, narrow),
        .row = {
            .weights = packed,
            .block_stride = s->kernel_height * s->kernel_width * s->outputs * BLOCK,
            .bias = bias, .relu = relu, .outputs = s->channels,
            .taps = taps, .length = joined ? s->kernel_width * p.step : p.step,
            .input_step = p.step, .output_step = s->stride_x * s->channels, .column_step = p.step,
            .shared_stride = joined && s->kernel_width == 3 ? 1 : 0,
        },
        .taps = taps, .weights_a_tap = narrow ? p.step * s->channels : s->outputs * BLOCK,
        .padding = p, .copy = aligned(workspace) + tap_floats(s),
    };
}

#if GALATEA_HAS_X86_LEVELS
/// Whether rows of dx go in the spread form at this level; `dy` then has a pixel of slack at its end.
static int is_spread(galatea_level level, const galatea_convolution *s) {
    return level == GALATEA_AVX512 && s->stride_x == 2 && s->kernel_width == 3 && s->padding_x == 1 &&
           s->outputs >= 8 && !is_narrow(s->outputs, s->channels);
}

/// `adjoint_image` in the spread form.
static void spread_image(adjoint_pass *pass, const galatea_convolution *s, const float *in, ptrdiff_t stride,
                         const galatea_ahead *ahead, float *dx) {
    const padding *p = &pass->padding;
    galatea_spread_row row = {
        .weights = pass->row.weights, .block_stride = pass->row.block_stride, .bias = pass->row.bias,
        .relu = pass->row.relu, .outputs = s->channels, .taps = pass->taps, .channels = s->outputs,
    };
    for (ptrdiff_t y = 0; y < s->height; y++, dx += s->width * s->channels) {
        prefetch(ahead, 0, y, s->height);
        ptrdiff_t first_row, row_pixel;
        first_tap(y, s->kernel_height, s->stride_y, s->padding_y, &first_row, &row_pixel);
        row.tap_count = 0;
        for (ptrdiff_t r = first_row, a = row_pixel; r < s->kernel_height; r += s->stride_y, a++)
            pass->taps[row.tap_count++] = (galatea_tap){
                (a + p->top) * stride + p->left * p->step, r * s->kernel_width * pass->weights_a_tap};
        spread_row_avx512(&row, in, dx, s->width);
    }
}
#endif

/// One padded image of dy, rows `stride` floats apart, to one image of dx.
static void adjoint_image(adjoint_pass *pass, const galatea_convolution *s, const float *in, ptrdiff_t stride,
                          const galatea_ahead *ahead, float *dx) {
#if GALATEA_HAS_X86_LEVELS
    if (is_spread(pass->level, s)) return spread_image(pass, s, in, stride, ahead, dx);
#endif
    const padding *p = &pass->padding;
    galatea_row *row = &pass->row;
    const int joined = s->stride_x == 1;
    for (ptrdiff_t y = 0; y < s->height; y++, dx += s->width * s->channels) {
        prefetch(ahead, 0, y, s->height);
        ptrdiff_t first_row, row_pixel;
        first_tap(y, s->kernel_height, s->stride_y, s->padding_y, &first_row, &row_pixel);
        // Pixels of dx that meet the same columns of the kernel are a stride apart.
        for (ptrdiff_t phase = 0; phase < smaller(s->stride_x, s->width); phase++) {
            ptrdiff_t first_column, column_pixel;
            first_tap(phase, s->kernel_width, s->stride_x, s->padding_x, &first_column, &column_pixel);
            row->tap_count = 0;
            for (ptrdiff_t r = first_row, a = row_pixel; r < s->kernel_height; r += s->stride_y, a++)
                for (ptrdiff_t c = first_column, b = column_pixel; c < s->kernel_width;
                     c += joined ? s->kernel_width : s->stride_x, b++)
                    pass->taps[row->tap_count++] = (galatea_tap){
                        (a + p->top) * stride + (b + p->left) * p->step,
                        (r * s->kernel_width + c) * pass->weights_a_tap,
                    };
            pass->kernel(row, in, dx + phase * s->channels,
                         (s->width - phase + s->stride_x - 1) / s->stride_x);
        }
    }
}

galatea_frame galatea_convolution_adjoint_frame(const galatea_convolution *s) {
    const padding p = adjoint_padding(s, is_narrow(s->outputs, s->channels));
    return frame_of(&p, adjoint_slack(s));
}

void galatea_convolution_adjoint(galatea_level level, const galatea_convolution *s, const float *dy,
                                 const float *packed, const float *bias, int relu, float *dx,
                                 const galatea_ahead *ahead, float *workspace) {
    adjoint_pass pass = start_adjoint(level, s, packed, bias, relu, workspace);
    ptrdiff_t stride;
    const float *in = padded(&pass.padding, dy, pass.copy, &stride);
    adjoint_image(&pass, s, in, stride, ahead, dx);
}

// Weight gradient
//
// Workspace: one row of dy.
// Lanes over dy: [blocks of outputs][R][S channels][BLOCK outputs]; lanes over x: [outputs][R][S channels, filled
// up to whole blocks].

typedef void gradient_function(const galatea_gradient_row *row, const float *x, const float *dy, float *sums);

static gradient_function *gradient_kernel(galatea_level level, int lanes_over_x) {
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) return lanes_over_x ? gradient_x_avx512 : gradient_dy_avx512;
    if (level == GALATEA_AVX2) return lanes_over_x ? gradient_x_avx2 : gradient_dy_avx2;
#endif
    return lanes_over_x ? gradient_x_portable : gradient_dy_portable;
}

/// Whether the lanes of the weight gradient go over x, by the vectors that either way takes a pixel; a way with a
/// single vector loads one number for each product and costs about 1.5 times as much.
static int lanes_over_x(const galatea_convolution *s) {
    const ptrdiff_t length = s->kernel_width * s->channels;
    const ptrdiff_t over_dy = blocks_of(s->outputs) * length, over_x = blocks_of(length) * s->outputs;
    return over_x * (blocks_of(length) == 1 ? 3 : 2) < over_dy * (s->outputs <= BLOCK ? 3 : 2);
}

static ptrdiff_t accumulator_count(const galatea_convolution *s) {
    const ptrdiff_t length = s->kernel_width * s->channels;
    return lanes_over_x(s) ? s->outputs * s->kernel_height * blocks_of(length) * BLOCK
                           : blocks_of(s->outputs) * BLOCK * s->kernel_height * length;
}

/// Floats of a row of dy with room for a block beyond its end, in whole blocks.
static ptrdiff_t dy_row_count(const galatea_convolution *s) {
    return blocks_of(galatea_convolution_output_width(s) * s->outputs + BLOCK) * BLOCK;
}

static ptrdiff_t sums_a_row(const galatea_convolution *s) {
    const ptrdiff_t length = s->kernel_width * s->channels;
    return lanes_over_x(s) ? blocks_of(length) * BLOCK : length * BLOCK;
}

/// Whether the weight gradient takes the three rows of the kernel at once at this level.
static int is_tall(galatea_level level, const galatea_convolution *s) {
    return GALATEA_HAS_X86_LEVELS && level == GALATEA_AVX512 && !lanes_over_x(s) && s->kernel_height == 3 &&
           s->kernel_width == 3 && s->channels <= 3 && s->stride_x <= 2;
}

ptrdiff_t galatea_convolution_weight_sums_count(const galatea_convolution *s) { return accumulator_count(s); }

galatea_frame galatea_convolution_weight_sums_frame(const galatea_convolution *s) {
    const padding p = forward_padding(s, 0);
    // A block of slack, because whole vectors reach beyond the last pixel.
    return frame_of(&p, BLOCK);
}

ptrdiff_t galatea_convolution_weight_sums_workspace_count(const galatea_convolution *s) {
    return ALIGNMENT_FLOATS + dy_row_count(s);
}

void galatea_convolution_weight_sums_add(galatea_level level, const galatea_convolution *s, const float *x,
                                         const float *dy, float *sums, const galatea_ahead *ahead,
                                         float *workspace) {
    const ptrdiff_t rows = galatea_convolution_output_height(s), columns = galatea_convolution_output_width(s);
    const ptrdiff_t length = s->kernel_width * s->channels, dy_row = columns * s->outputs;
    const ptrdiff_t stride = galatea_convolution_weight_sums_frame(s).row, step = sums_a_row(s);
    const int over_x = lanes_over_x(s);
    const galatea_gradient_row row = {
        .pixels = columns, .x_step = s->stride_x * s->channels, .dy_step = s->outputs,
        .length = length, .outputs = s->outputs, .block_stride = s->kernel_height * step,
        .x_row = stride, .sums_row = step,
    };
    const int tall = is_tall(level, s);
    gradient_function *kernel = gradient_kernel(level, over_x);
#if GALATEA_HAS_X86_LEVELS
    if (tall) kernel = gradient_tall_avx512;
#endif
    float *last_row = aligned(workspace);
    for (ptrdiff_t o = 0; o < rows; o++, dy += dy_row) {
        prefetch(ahead, 0, o, rows);
        const float *dy_here = dy;
        if (!over_x && s->outputs % BLOCK && (rows - o) * dy_row < dy_row + BLOCK) {
            // Whole blocks of dy would reach beyond the image.
            memcpy(last_row, dy, (size_t)dy_row * sizeof(float));
            memset(last_row + dy_row, 0, (size_t)(dy_row_count(s) - dy_row) * sizeof(float));
            dy_here = last_row;
        }
        for (ptrdiff_t r = 0; r < (tall ? 1 : s->kernel_height); r++)
            kernel(&row, x + (o * s->stride_y + r) * stride, dy_here, sums + r * step);
    }
}

void galatea_convolution_weight_sums_finish(const galatea_convolution *s, const float *sums, float *gradient) {
    const ptrdiff_t length = s->kernel_width * s->channels, step = sums_a_row(s);
    const ptrdiff_t block_stride = s->kernel_height * step;
    const int over_x = lanes_over_x(s);
    for (ptrdiff_t k = 0; k < s->outputs; k++)
        for (ptrdiff_t r = 0; r < s->kernel_height; r++, gradient += length)
            for (ptrdiff_t j = 0; j < length; j++)
                gradient[j] += over_x ? sums[k * block_stride + r * step + j]
                                      : sums[k / BLOCK * block_stride + r * step + j * BLOCK + k % BLOCK];
}
