#include "elementwise.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "levels.h"

// e^x by 2^n e^r, |r| <= ln 2 / 2, with a degree-7 series in r; branch-free so that loops vectorise.
// Overflow gives inf, underflow goes through the denormals to 0, NaN stays NaN.
GALATEA_INLINE float exponential(float x) {
    float t = x < -104.0f ? -104.0f : x;
    t = t > 89.0f ? 89.0f : t;
    const float magic = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    const float shifted = t * 1.44269504088896341f + magic;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    const int32_t n = bits - 0x4B400000;
    const float whole = shifted - magic;
    float r = t - whole * 0.693145751953125f;
    r = r - whole * 1.428606820309417e-6f;
    float series = 1.0f / 5040;
    series = series * r + 1.0f / 720;
    series = series * r + 1.0f / 120;
    series = series * r + 1.0f / 24;
    series = series * r + 1.0f / 6;
    series = series * r + 0.5f;
    const float value = series * (r * r) + r + 1.0f;
    // Two factors, because 2^n itself leaves the range of floats at both ends.
    const int32_t half = n >> 1;
    const int32_t first = (half + 127) << 23, second = (n - half + 127) << 23;
    float a, b;
    memcpy(&a, &first, sizeof a);
    memcpy(&b, &second, sizeof b);
    return value * a * b;
}

// In place each number is read before it is written and no other is touched: the loop may be vectorised.
#define LOOP(expression)                     \
    _Pragma("clang loop vectorize(assume_safety)") \
    SERIAL_LOOP(expression)
#define SERIAL_LOOP(expression)              \
    for (size_t i = 0; i < count; i++) {     \
        const float v = x[i];                \
        out[i] = (expression);               \
    }                                        \
    return;

GALATEA_INLINE void unary_body(galatea_unary_operation operation, const float *x, float *out, size_t count,
                               float a, float b) {
    switch (operation) {
    case GALATEA_AFFINE: LOOP(a * v + b)
    case GALATEA_RECIPROCAL: LOOP(1.0f / v)
    case GALATEA_EXP: LOOP(exponential(v))
    case GALATEA_LOG: SERIAL_LOOP(logf(v))
    case GALATEA_SQRT: LOOP(sqrtf(v))
    case GALATEA_SQUARE: LOOP(v * v)
    case GALATEA_ABS: LOOP(fabsf(v))
    case GALATEA_SIGN: LOOP(v > 0 ? 1.0f : (v < 0 ? -1.0f : v))
    case GALATEA_TANH: SERIAL_LOOP(tanhf(v))
    case GALATEA_SIGMOID: LOOP(1.0f / (1.0f + exponential(-v)))
    case GALATEA_SOFTPLUS: SERIAL_LOOP((v <= 0 ? 0.0f : v) + log1pf(expf(-fabsf(v))))
    case GALATEA_RECTIFY:
        if (a == 0) { LOOP(v <= 0 ? 0.0f : v) }
        LOOP(v <= 0 ? a * v : v)
    case GALATEA_CLAMP: LOOP(v < a ? a : (v > b ? b : v))
    case GALATEA_WITHIN: LOOP(((v >= a) & (v <= b)) ? 1.0f : 0.0f)
    case GALATEA_IS_FINITE: LOOP(fabsf(v) <= 3.402823466e38f ? 1.0f : 0.0f)
    }
}

#define UNARY_PARAMETERS \
    (galatea_unary_operation operation, const float *x, float *out, size_t count, float a, float b)
#define UNARY_ARGUMENTS (operation, x, out, count, a, b)
GALATEA_LEVELS(void, unary, UNARY_PARAMETERS, UNARY_ARGUMENTS)

void galatea_unary(galatea_level level, galatea_unary_operation operation, const float *x, float *out,
                   size_t count, float a, float b) {
    GALATEA_CALL(level, unary, UNARY_ARGUMENTS)
}

// The four patterns of column steps, each a loop of its own so that all of them vectorise.
#define COLUMNS(first, second, expression)            \
    _Pragma("clang loop vectorize(assume_safety)")    \
    for (size_t c = 0; c < columns; c++) {            \
        const float v = (first), w = (second);        \
        o[c] = (expression);                          \
    }
#define ROWS(expression)                                                    \
    for (size_t r = 0; r < rows; r++) {                                     \
        const float *p = x + r * x_row, *q = y + r * y_row;                 \
        float *o = out + r * columns;                                       \
        if (x_column && y_column) { COLUMNS(p[c], q[c], expression) }       \
        else if (x_column) { const float s = q[0]; COLUMNS(p[c], s, expression) } \
        else if (y_column) { const float s = p[0]; COLUMNS(s, q[c], expression) } \
        else { const float s = p[0], u = q[0]; COLUMNS(s, u, expression) }  \
    }                                                                       \
    return;

GALATEA_INLINE void binary_body(galatea_binary_operation operation, const float *x, size_t x_row,
                                size_t x_column, const float *y, size_t y_row, size_t y_column, float *out,
                                size_t rows, size_t columns, float constant) {
    switch (operation) {
    case GALATEA_ADD: ROWS(v + w)
    case GALATEA_SUBTRACT: ROWS(v - w)
    case GALATEA_MULTIPLY: ROWS(v * w)
    case GALATEA_DIVIDE: ROWS(v / w)
    case GALATEA_MAXIMUM: ROWS(v != v ? v : (w < v ? v : w))
    case GALATEA_MINIMUM: ROWS(v != v ? v : (w > v ? v : w))
    case GALATEA_GREATER: ROWS(v > w ? 1.0f : 0.0f)
    case GALATEA_GREATER_OR_EQUAL: ROWS(v >= w ? 1.0f : 0.0f)
    case GALATEA_EQUAL: ROWS(v == w ? 1.0f : 0.0f)
    case GALATEA_RECTIFIER_GRADIENT:
        if (constant == 0) { ROWS(w <= 0 ? 0.0f : v) }
        ROWS(w <= 0 ? constant * v : v)
    case GALATEA_SIGMOID_GRADIENT: ROWS(v * w * (1.0f - w))
    case GALATEA_TANH_GRADIENT: ROWS(v * (1.0f - w * w))
    }
}

#define BINARY_PARAMETERS                                                                                \
    (galatea_binary_operation operation, const float *x, size_t x_row, size_t x_column, const float *y,  \
     size_t y_row, size_t y_column, float *out, size_t rows, size_t columns, float constant)
#define BINARY_ARGUMENTS (operation, x, x_row, x_column, y, y_row, y_column, out, rows, columns, constant)
GALATEA_LEVELS(void, binary, BINARY_PARAMETERS, BINARY_ARGUMENTS)

void galatea_binary(galatea_level level, galatea_binary_operation operation, const float *x, size_t x_row,
                    size_t x_column, const float *y, size_t y_row, size_t y_column, float *out, size_t rows,
                    size_t columns, float constant) {
    GALATEA_CALL(level, binary, BINARY_ARGUMENTS)
}

GALATEA_INLINE void select_body(const float *mask, const float *x, const float *y, float *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = mask[i] != 0 ? x[i] : y[i];
}

#define SELECT_ARGUMENTS (mask, x, y, out, count)
GALATEA_LEVELS(void, select, (const float *mask, const float *x, const float *y, float *out, size_t count),
               SELECT_ARGUMENTS)

void galatea_select(galatea_level level, const float *mask, const float *x, const float *y, float *out,
                    size_t count) {
    GALATEA_CALL(level, select, SELECT_ARGUMENTS)
}

GALATEA_INLINE void stream_body(const float *from, float *to, size_t count) {
    size_t i = 0;
    while (i < count && (uintptr_t)(to + i) % sizeof(galatea_f16) != 0) to[i] = from[i], i++;
    for (; i + 16 <= count; i += 16)
        __builtin_nontemporal_store(GALATEA_LOAD16(from + i), (galatea_f16 *)(void *)(to + i));
    for (; i < count; i++) to[i] = from[i];
#if GALATEA_HAS_X86_LEVELS
    // Such stores pass others by: they must be visible before anybody hears that the image is done.
    __builtin_ia32_sfence();
#endif
}

GALATEA_LEVELS(void, stream, (const float *from, float *to, size_t count), (from, to, count))

void galatea_stream(galatea_level level, const float *from, float *to, size_t count) {
    GALATEA_CALL(level, stream, (from, to, count))
}

GALATEA_INLINE void scaled_difference_body(const float *x, const float *y, const float *weight, float factor,
                                           float *out, size_t count) {
    if (weight) {
        for (size_t i = 0; i < count; i++) out[i] = factor * weight[i] * (x[i] - y[i]);
    } else {
        for (size_t i = 0; i < count; i++) out[i] = factor * (x[i] - y[i]);
    }
}

#define DIFFERENCE_ARGUMENTS (x, y, weight, factor, out, count)
GALATEA_LEVELS(void, scaled_difference,
               (const float *x, const float *y, const float *weight, float factor, float *out, size_t count),
               DIFFERENCE_ARGUMENTS)

void galatea_scaled_difference(galatea_level level, const float *x, const float *y, const float *weight,
                               float factor, float *out, size_t count) {
    GALATEA_CALL(level, scaled_difference, DIFFERENCE_ARGUMENTS)
}

#define ADAM_PARAMETERS                                                                                    \
    (const float *parameter, const float *gradient, const float *m, const float *v, float *parameter_out, \
     float *m_out, float *v_out, size_t count, float gradient_scale, float decay, float keep, float share1, \
     float beta2, float share2, float rate, float root_correction, float epsilon)
#define ADAM_ARGUMENTS                                                                                     \
    (parameter, gradient, m, v, parameter_out, m_out, v_out, count, gradient_scale, decay, keep, share1,   \
     beta2, share2, rate, root_correction, epsilon)

GALATEA_INLINE void adam_body ADAM_PARAMETERS {
    for (size_t i = 0; i < count; i++) {
        const float p = parameter[i];
        const float g = gradient[i] * gradient_scale + decay * p;
        const float first = m[i] + (g - m[i]) * share1;
        const float second = beta2 * v[i] + share2 * (g * g);
        m_out[i] = first;
        v_out[i] = second;
        parameter_out[i] = keep * p - rate * (first / (sqrtf(second) * root_correction + epsilon));
    }
}

GALATEA_LEVELS(void, adam, ADAM_PARAMETERS, ADAM_ARGUMENTS)

void galatea_adam(galatea_level level, const float *parameter, const float *gradient, const float *m,
                  const float *v, float *parameter_out, float *m_out, float *v_out, size_t count,
                  float gradient_scale, float decay, float keep, float share1, float beta2, float share2,
                  float rate, float root_correction, float epsilon) {
    GALATEA_CALL(level, adam, ADAM_ARGUMENTS)
}
