#include "batch_norm.h"

#include "levels.h"

#define WIDEN(vector) __builtin_convertvector(vector, galatea_d16)
#define AS_INTEGERS(vector) ((galatea_i16)(vector))

// Channels go sixteen at a time with their sums in registers; the rest, fewer than sixteen, one by one.

#define MOMENT_PARAMETERS (const float *x, size_t rows, size_t channels, double *mean, double *squares)
#define MOMENT_ARGUMENTS (x, rows, channels, mean, squares)

GALATEA_INLINE void channel_moments_body MOMENT_PARAMETERS {
    const double count = (double)rows;
    size_t c = 0;
    for (; c + 16 <= channels; c += 16) {
        galatea_d16 total = {0}, spread = {0};
        for (size_t r = 0; r < rows; r++) total += WIDEN(GALATEA_LOAD16(x + r * channels + c));
        total /= count;
        for (size_t r = 0; r < rows; r++) {
            const galatea_d16 d = WIDEN(GALATEA_LOAD16(x + r * channels + c)) - total;
            spread += d * d;
        }
        for (int k = 0; k < 16; k++) {
            mean[c + k] = total[k];
            squares[c + k] = spread[k];
        }
    }
    for (; c < channels; c++) {
        double total = 0, spread = 0;
        for (size_t r = 0; r < rows; r++) total += x[r * channels + c];
        total /= count;
        for (size_t r = 0; r < rows; r++) {
            const double d = x[r * channels + c] - total;
            spread += d * d;
        }
        mean[c] = total;
        squares[c] = spread;
    }
}

GALATEA_LEVELS(void, channel_moments, MOMENT_PARAMETERS, MOMENT_ARGUMENTS)

void galatea_channel_moments(galatea_level level, const float *x, size_t rows, size_t channels, double *mean,
                             double *squares) {
    GALATEA_CALL(level, channel_moments, MOMENT_ARGUMENTS)
}

#define AFFINE_PARAMETERS                                                                          \
    (const float *x, const float *scale, const float *shift, float *out, size_t rows, size_t channels, \
     int rectify)
#define AFFINE_ARGUMENTS (x, scale, shift, out, rows, channels, rectify)

GALATEA_INLINE void channel_affine_body AFFINE_PARAMETERS {
    size_t c = 0;
    for (; c + 16 <= channels; c += 16) {
        const galatea_f16 a = GALATEA_LOAD16(scale + c), b = GALATEA_LOAD16(shift + c), zero = {0};
        for (size_t r = 0; r < rows; r++) {
            galatea_f16 v = GALATEA_LOAD16(x + r * channels + c) * a + b;
            if (rectify) v = (galatea_f16)(AS_INTEGERS(v) & ~(v <= zero));
            GALATEA_STORE16(out + r * channels + c, v);
        }
    }
    if (c == channels) return;
    for (size_t r = 0; r < rows; r++)
        for (size_t k = c; k < channels; k++) {
            const float v = x[r * channels + k] * scale[k] + shift[k];
            out[r * channels + k] = rectify && v <= 0 ? 0.0f : v;
        }
}

GALATEA_LEVELS(void, channel_affine, AFFINE_PARAMETERS, AFFINE_ARGUMENTS)

void galatea_channel_affine(galatea_level level, const float *x, const float *scale, const float *shift,
                            float *out, size_t rows, size_t channels, int rectify) {
    GALATEA_CALL(level, channel_affine, AFFINE_ARGUMENTS)
}

#define SUMS_PARAMETERS                                                                                \
    (const float *g, const float *x, const float *scale, const float *shift, const float *mean,        \
     size_t rows, size_t channels, int rectify, double *sum, double *product)
#define SUMS_ARGUMENTS (g, x, scale, shift, mean, rows, channels, rectify, sum, product)

GALATEA_INLINE void batch_norm_sums_body SUMS_PARAMETERS {
    size_t c = 0;
    for (; c + 16 <= channels; c += 16) {
        const galatea_f16 a = GALATEA_LOAD16(scale + c), b = GALATEA_LOAD16(shift + c), zero = {0};
        const galatea_f16 m = GALATEA_LOAD16(mean + c);
        galatea_d16 s = {0}, p = {0};
        for (size_t r = 0; r < rows; r++) {
            const galatea_f16 v = GALATEA_LOAD16(x + r * channels + c);
            galatea_f16 d = GALATEA_LOAD16(g + r * channels + c);
            if (rectify) d = (galatea_f16)(AS_INTEGERS(d) & ~(v * a + b <= zero));
            s += WIDEN(d);
            p += WIDEN(d * (v - m));
        }
        for (int k = 0; k < 16; k++) {
            sum[c + k] += s[k];
            product[c + k] += p[k];
        }
    }
    for (; c < channels; c++) {
        double s = 0, p = 0;
        for (size_t r = 0; r < rows; r++) {
            const float v = x[r * channels + c];
            const float d = rectify && v * scale[c] + shift[c] <= 0 ? 0.0f : g[r * channels + c];
            s += d;
            p += d * (v - mean[c]);
        }
        sum[c] += s;
        product[c] += p;
    }
}

GALATEA_LEVELS(void, batch_norm_sums, SUMS_PARAMETERS, SUMS_ARGUMENTS)

void galatea_batch_norm_sums(galatea_level level, const float *g, const float *x, const float *scale,
                             const float *shift, const float *mean, size_t rows, size_t channels, int rectify,
                             double *sum, double *product) {
    GALATEA_CALL(level, batch_norm_sums, SUMS_ARGUMENTS)
}

#define GRADIENT_PARAMETERS                                                                             \
    (const float *g, const float *x, const float *scale, const float *shift, const float *mean,         \
     const float *slope, const float *offset, float *out, size_t rows, size_t channels, int rectify)
#define GRADIENT_ARGUMENTS (g, x, scale, shift, mean, slope, offset, out, rows, channels, rectify)

GALATEA_INLINE void batch_norm_gradient_body GRADIENT_PARAMETERS {
    size_t c = 0;
    for (; c + 16 <= channels; c += 16) {
        const galatea_f16 a = GALATEA_LOAD16(scale + c), b = GALATEA_LOAD16(shift + c), zero = {0};
        const galatea_f16 m = GALATEA_LOAD16(mean + c), s = GALATEA_LOAD16(slope + c),
                          o = GALATEA_LOAD16(offset + c);
        for (size_t r = 0; r < rows; r++) {
            const galatea_f16 v = GALATEA_LOAD16(x + r * channels + c);
            galatea_f16 d = GALATEA_LOAD16(g + r * channels + c);
            if (rectify) d = (galatea_f16)(AS_INTEGERS(d) & ~(v * a + b <= zero));
            GALATEA_STORE16(out + r * channels + c, d * a + (s * (v - m) + o));
        }
    }
    if (c == channels) return;
    for (size_t r = 0; r < rows; r++)
        for (size_t k = c; k < channels; k++) {
            const float v = x[r * channels + k];
            const float d = rectify && v * scale[k] + shift[k] <= 0 ? 0.0f : g[r * channels + k];
            out[r * channels + k] = d * scale[k] + (slope[k] * (v - mean[k]) + offset[k]);
        }
}

GALATEA_LEVELS(void, batch_norm_gradient, GRADIENT_PARAMETERS, GRADIENT_ARGUMENTS)

void galatea_batch_norm_gradient(galatea_level level, const float *g, const float *x, const float *scale,
                                 const float *shift, const float *mean, const float *slope,
                                 const float *offset, float *out, size_t rows, size_t channels, int rectify) {
    GALATEA_CALL(level, batch_norm_gradient, GRADIENT_ARGUMENTS)
}
