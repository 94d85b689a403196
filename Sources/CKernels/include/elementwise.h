// Elementwise operations on float arrays, with broadcasting over rows and columns.
#pragma once

#include <stddef.h>

#include "instruction_set.h"

/// Functions of one number; `a` and `b` are the operation's constants.
typedef enum {
    GALATEA_AFFINE,       ///< a x + b
    GALATEA_RECIPROCAL,   ///< 1 / x
    GALATEA_EXP,          ///< e^x, about 1 ulp
    GALATEA_LOG,          ///< ln x
    GALATEA_SQRT,         ///< sqrt x
    GALATEA_SQUARE,       ///< x^2
    GALATEA_ABS,          ///< |x|
    GALATEA_SIGN,         ///< -1, 0 or 1; NaN stays
    GALATEA_TANH,         ///< tanh x
    GALATEA_SIGMOID,      ///< 1 / (1 + e^-x)
    GALATEA_SOFTPLUS,     ///< ln(1 + e^x)
    GALATEA_RECTIFY,      ///< x above 0, a x below; NaN stays
    GALATEA_CLAMP,        ///< x held in [a, b]; NaN stays
    GALATEA_WITHIN,       ///< 1 where a <= x <= b, else 0
    GALATEA_IS_FINITE,    ///< 1 where x is finite, else 0
} galatea_unary_operation;

/// Functions of two numbers.
typedef enum {
    GALATEA_ADD,
    GALATEA_SUBTRACT,
    GALATEA_MULTIPLY,
    GALATEA_DIVIDE,
    GALATEA_MAXIMUM,             ///< NaN where either is
    GALATEA_MINIMUM,             ///< NaN where either is
    GALATEA_GREATER,             ///< 1 where x > y, else 0
    GALATEA_GREATER_OR_EQUAL,    ///< 1 where x >= y, else 0
    GALATEA_EQUAL,               ///< 1 where x == y, else 0
    GALATEA_RECTIFIER_GRADIENT,  ///< x where y > 0 (or NaN), constant * x elsewhere
    GALATEA_SIGMOID_GRADIENT,    ///< x y (1 - y), y the sigmoid
    GALATEA_TANH_GRADIENT,       ///< x (1 - y^2), y the tanh
} galatea_binary_operation;

/// `out[i] = f(x[i])`; `out` may be `x`.
void galatea_unary(galatea_level level, galatea_unary_operation operation, const float *x, float *out,
                   size_t count, float a, float b);

/// Copies to memory past the caches, for arrays that are read again only when the caches have forgotten them:
/// an ordinary store would read the old contents first.
void galatea_stream(galatea_level level, const float *from, float *to, size_t count);

/// `out[i] = factor weight[i] (x[i] - y[i])`; all weights 1 when `weight` is NULL.
void galatea_scaled_difference(galatea_level level, const float *x, const float *y, const float *weight,
                               float factor, float *out, size_t count);

/// `out[r][c] = f(x[r x_row + c x_column], y[r y_row + c y_column])`, column steps 0 or 1; `out` may be `x` where
/// both have the same rows and columns.
void galatea_binary(galatea_level level, galatea_binary_operation operation, const float *x, size_t x_row,
                    size_t x_column, const float *y, size_t y_row, size_t y_column, float *out, size_t rows,
                    size_t columns, float constant);

/// `out[i] = mask[i] != 0 ? x[i] : y[i]`, so that a NaN on the other side does not leak.
void galatea_select(galatea_level level, const float *mask, const float *x, const float *y, float *out,
                    size_t count);

/// One Adam step (Kingma & Ba 2015, algorithm 1), written to new arrays.
///
/// `m' = m + share1 (g - m)`, `v' = beta2 v + share2 g^2`,
/// `p' = keep p - rate m' / (sqrt(v') root_correction + epsilon)`; `keep` is 1 - decoupled weight decay,
/// `decay` is added as `decay p` to the gradient (the coupled form), `gradient_scale` multiplies it first.
/// `share1` = 1 - beta1 and `share2` = 1 - beta2 are rounded once, from double precision.
void galatea_adam(galatea_level level, const float *parameter, const float *gradient, const float *m,
                  const float *v, float *parameter_out, float *m_out, float *v_out, size_t count,
                  float gradient_scale, float decay, float keep, float share1, float beta2, float share2,
                  float rate, float root_correction, float epsilon);
