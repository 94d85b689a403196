#include "include/rbf_decision.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>
#endif

/// Rows that share each load of support vectors, and blocks whose kernel values are kept until every pair of
/// classes has used them (8 KB for four rows: they stay in the first cache).
enum { BLOCK = GALATEA_RBF_BLOCK, ROWS = GALATEA_RBF_ROWS, CHUNK = 16 };

/// What the exponential `exp(-gamma d2)` needs: `2^(factor d2)`, d2 at most `limit`.
typedef struct {
    double factor;
    double limit;
} rbf_exponent;

#if GALATEA_HAS_X86_LEVELS
/// 2^(j / 16) with `j << 48` taken off its bits: adding a fixed-point exponent of four fraction bits, shifted
/// by 48, puts the whole part where it belongs and takes the fraction away.
__attribute__((aligned(64))) static const uint64_t sixteenths[16] = {
    0x3ff0000000000000, 0x3ff0b5586cf9890f - (1ull << 48), 0x3ff172b83c7d517b - (2ull << 48),
    0x3ff2387a6e756238 - (3ull << 48), 0x3ff306fe0a31b715 - (4ull << 48), 0x3ff3dea64c123422 - (5ull << 48),
    0x3ff4bfdad5362a27 - (6ull << 48), 0x3ff5ab07dd485429 - (7ull << 48), 0x3ff6a09e667f3bcd - (8ull << 48),
    0x3ff7a11473eb0187 - (9ull << 48), 0x3ff8ace5422aa0db - (10ull << 48), 0x3ff9c49182a3f090 - (11ull << 48),
    0x3ffae89f995ad3ad - (12ull << 48), 0x3ffc199bdd85529c - (13ull << 48), 0x3ffd5818dcfba487 - (14ull << 48),
    0x3ffea4afa2a490da - (15ull << 48),
};
#endif

#define LEVEL 0
#include "vector_level.h"
#include "rbf_decision_level.h"
#include "level_end.h"
#if GALATEA_HAS_X86_LEVELS
#define LEVEL 1
#include "vector_level.h"
#include "rbf_decision_level.h"
#include "level_end.h"
#define LEVEL 2
#include "vector_level.h"
#include "rbf_decision_level.h"
#include "level_end.h"
#endif

void galatea_rbf_decision(galatea_level level, const galatea_rbf_machine *machine, ptrdiff_t rows,
                          const double *x, double *values, double *workspace) {
    const double factor = -fmin(machine->gamma * 1.4426950408889634, DBL_MAX);
    // Beyond 2^-1000 nothing is left of a sum; the bound keeps the exponent in its field.
    const rbf_exponent exponent = {factor, fmin(1000 / -factor, DBL_MAX)};
#if GALATEA_HAS_X86_LEVELS
    if (level == GALATEA_AVX512) return rbf_avx512(machine, exponent, rows, x, values, workspace);
    if (level == GALATEA_AVX2) return rbf_avx2(machine, exponent, rows, x, values, workspace);
#endif
    rbf_portable(machine, exponent, rows, x, values, workspace);
}
