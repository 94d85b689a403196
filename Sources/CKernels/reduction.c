#include "reduction.h"

#include <math.h>

#include "levels.h"

// Sixteen running sums, joined in one fixed order at the end.
#define SUM(term)                                                        \
    double lanes[16] = {0};                                              \
    size_t i = 0;                                                        \
    galatea_d16 total = {0};                                             \
    for (; i + 16 <= count; i += 16) {                                   \
        const galatea_d16 v = __builtin_convertvector(GALATEA_LOAD16(x + i), galatea_d16); \
        total += (term);                                                 \
    }                                                                    \
    for (int k = 0; k < 16; k++) lanes[k] = total[k];                    \
    for (size_t k = 0; i < count; i++, k++) {                            \
        const double v = x[i];                                           \
        lanes[k] += (term);                                              \
    }                                                                    \
    for (int width = 8; width > 0; width /= 2)                           \
        for (int k = 0; k < width; k++) lanes[k] += lanes[k + width];    \
    return lanes[0];

GALATEA_INLINE double sum_body(const float *x, size_t count) { SUM(v) }
GALATEA_INLINE double sum_of_squares_body(const float *x, size_t count) { SUM(v * v) }

GALATEA_LEVELS(double, sum, (const float *x, size_t count), (x, count))
GALATEA_LEVELS(double, sum_of_squares, (const float *x, size_t count), (x, count))

double galatea_sum(galatea_level level, const float *x, size_t count) { GALATEA_CALL(level, sum, (x, count)) }

double galatea_sum_of_squares(galatea_level level, const float *x, size_t count) {
    GALATEA_CALL(level, sum_of_squares, (x, count))
}

// w (x - y)^2, each rounded as the plain operators round it.
#define DISTANCE(weighted)                                                              \
    double lanes[16] = {0};                                                             \
    size_t i = 0;                                                                       \
    galatea_d16 total = {0};                                                            \
    for (; i + 16 <= count; i += 16) {                                                  \
        const galatea_f16 d = GALATEA_LOAD16(x + i) - GALATEA_LOAD16(y + i);            \
        galatea_f16 square = d * d;                                                     \
        if (weighted) square *= GALATEA_LOAD16(weight + i);                             \
        total += __builtin_convertvector(square, galatea_d16);                          \
    }                                                                                   \
    for (int k = 0; k < 16; k++) lanes[k] = total[k];                                   \
    for (size_t k = 0; i < count; i++, k++) {                                           \
        const float d = x[i] - y[i];                                                    \
        float square = d * d;                                                           \
        if (weighted) square *= weight[i];                                              \
        lanes[k] += square;                                                             \
    }                                                                                   \
    for (int width = 8; width > 0; width /= 2)                                          \
        for (int k = 0; k < width; k++) lanes[k] += lanes[k + width];                   \
    return lanes[0];

GALATEA_INLINE double weighted_squares_body(const float *x, const float *y, const float *weight, size_t count) {
    if (weight) { DISTANCE(1) }
    DISTANCE(0)
}

GALATEA_LEVELS(double, weighted_squares,
               (const float *x, const float *y, const float *weight, size_t count), (x, y, weight, count))

double galatea_weighted_squares(galatea_level level, const float *x, const float *y, const float *weight,
                                size_t count) {
    GALATEA_CALL(level, weighted_squares, (x, y, weight, count))
}

GALATEA_INLINE float maximum_body(const float *x, size_t count) {
    float best = -INFINITY;
    int invalid = 0;
    for (size_t i = 0; i < count; i++) {
        best = x[i] > best ? x[i] : best;
        invalid |= x[i] != x[i];
    }
    return invalid ? NAN : best;
}

GALATEA_LEVELS(float, maximum, (const float *x, size_t count), (x, count))

float galatea_maximum(galatea_level level, const float *x, size_t count) {
    GALATEA_CALL(level, maximum, (x, count))
}

#define COLUMN_PARAMETERS (const float *x, size_t rows, size_t columns, size_t step, double *sums)
#define COLUMN_ARGUMENTS (x, rows, columns, step, sums)

/// Fewer than sixteen columns: rows go sixteen at a time, as `columns` vectors of sixteen numbers; number k of
/// them belongs to column k % columns.
GALATEA_INLINE void narrow_column_sums(const float *x, size_t rows, const size_t columns, double *sums) {
    galatea_d16 total[15] = {{0}};
    size_t r = 0;
    for (; r + 16 <= rows; r += 16, x += 16 * columns)
        for (size_t v = 0; v < columns; v++)
            total[v] += __builtin_convertvector(GALATEA_LOAD16(x + 16 * v), galatea_d16);
    double rest[15] = {0};
    for (; r < rows; r++, x += columns)
        for (size_t k = 0; k < columns; k++) rest[k] += x[k];
    for (size_t i = 0; i < 16 * columns; i++) rest[i % columns] += total[i / 16][i % 16];
    for (size_t k = 0; k < columns; k++) sums[k] += rest[k];
}

GALATEA_INLINE void column_sums_body COLUMN_PARAMETERS {
    switch (step == columns ? columns : 0) {
    case 1: narrow_column_sums(x, rows, 1, sums); return;
    case 2: narrow_column_sums(x, rows, 2, sums); return;
    case 3: narrow_column_sums(x, rows, 3, sums); return;
    case 4: narrow_column_sums(x, rows, 4, sums); return;
    case 5: narrow_column_sums(x, rows, 5, sums); return;
    }
    size_t c = 0;
    for (; c + 16 <= columns; c += 16) {
        galatea_d16 total = {0};
        for (size_t r = 0; r < rows; r++)
            total += __builtin_convertvector(GALATEA_LOAD16(x + r * step + c), galatea_d16);
        for (int k = 0; k < 16; k++) sums[c + k] += total[k];
    }
    if (c == columns) return;
    double rest[16] = {0};
    for (size_t r = 0; r < rows; r++)
        for (size_t k = c; k < columns; k++) rest[k - c] += x[r * step + k];
    for (size_t k = c; k < columns; k++) sums[k] += rest[k - c];
}

GALATEA_LEVELS(void, column_sums, COLUMN_PARAMETERS, COLUMN_ARGUMENTS)

void galatea_column_sums(galatea_level level, const float *x, size_t rows, size_t columns, size_t step,
                         double *sums) {
    GALATEA_CALL(level, column_sums, COLUMN_ARGUMENTS)
}
