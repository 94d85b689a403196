// The radial decision kernel of one level; rbf_decision.c includes this once a level.

/// Doubles in a register, and registers worked on together so that latencies overlap.
#define LANES (WIDTH / 2)
#if LEVEL == 2
#define SPAN 2
#else
#define SPAN 1
#endif
#define D AT_LEVEL(rbf_doubles)
#define UNALIGNED_D AT_LEVEL(rbf_unaligned_doubles)
#define L AT_LEVEL(rbf_longs)

typedef double D __attribute__((ext_vector_type(LANES)));
typedef double UNALIGNED_D __attribute__((ext_vector_type(LANES), aligned(8)));
typedef int64_t L __attribute__((ext_vector_type(LANES)));

/// `2^(factor d2)` by table and polynomial; d2 is not negative, NaN stays.
INLINE D AT_LEVEL(rbf_exponential)(D d2, rbf_exponent exponent) {
    d2 = d2 > exponent.limit ? (D)exponent.limit : d2;
    const D factor = (D)exponent.factor;
#if LEVEL == 2
    // (2^r - 1) / r for |r| <= 1/32, interpolated at Chebyshev's nodes: relative error of 2^r below 2e-17.
    const D magic = (D)0x1.8p48;
    const D shifted = FMA(d2, factor, magic);
    const D r = FMA(d2, factor, magic - shifted);
    D p = (D)0x1.430a1d08ec681p-13;
    p = FMA(p, r, (D)0x1.5d897e525c216p-10);
    p = FMA(p, r, (D)0x1.3b2ab6fb41213p-7);
    p = FMA(p, r, (D)0x1.c6b08d6f2a289p-5);
    p = FMA(p, r, (D)0x1.ebfbdff82c590p-3);
    p = FMA(p, r, (D)0x1.62e42fefa39f3p-1);
    const L place = (L)shifted;
    const L low = *(const L *)sixteenths, high = *(const L *)(sixteenths + 8);
    const D power = (D)((L)_mm512_permutex2var_epi64((__m512i)low, (__m512i)place, (__m512i)high) + (place << 48));
    return FMA(power * r, p, power);
#else
    // The same for |r| <= 1/2 without a table: this level has no look-up of sixteen doubles in registers.
    const D magic = (D)0x1.8p52;
    const D shifted = FMA(d2, factor, magic);
    const D r = FMA(d2, factor, magic - shifted);
    D p = (D)0x1.e9d3fe3952179p-32;
    p = FMA(p, r, (D)0x1.e6063f7217bc6p-28);
    p = FMA(p, r, (D)0x1.b524fae627834p-24);
    p = FMA(p, r, (D)0x1.62bfd47773353p-20);
    p = FMA(p, r, (D)0x1.ffcbfc670dcd4p-17);
    p = FMA(p, r, (D)0x1.430913096fd9fp-13);
    p = FMA(p, r, (D)0x1.5d87fe78a5276p-10);
    p = FMA(p, r, (D)0x1.3b2ab6fba1ddap-7);
    p = FMA(p, r, (D)0x1.c6b08d704a0c2p-5);
    p = FMA(p, r, (D)0x1.ebfbdff82c598p-3);
    p = FMA(p, r, (D)0x1.62e42fefa39efp-1);
    const D power = (D)(((L)shifted << 52) + (L)(D)1.0);
    return FMA(power * r, p, power);
#endif
}

/// Kernel values of `R` rows and one block of support vectors: kernel[R][BLOCK].
INLINE void AT_LEVEL(rbf_kernel_values)(const double *vectors, ptrdiff_t dimension, rbf_exponent exponent,
                                        const double *x, double *kernel, const int R) {
    for (int first = 0; first < BLOCK; first += SPAN * LANES) {
        D d2[ROWS * SPAN];
        UNROLL for (int i = 0; i < R * SPAN; i++) d2[i] = (D)0;
        for (ptrdiff_t d = 0; d < dimension; d++) {
            const double *coordinate = vectors + d * BLOCK + first;
            UNROLL for (int span = 0; span < SPAN; span++) {
                const D vector = *(const UNALIGNED_D *)(coordinate + span * LANES);
                UNROLL for (int row = 0; row < R; row++) {
                    const D difference = vector - x[row * dimension + d];
                    d2[row * SPAN + span] = FMA(difference, difference, d2[row * SPAN + span]);
                }
            }
        }
        UNROLL for (int row = 0; row < R; row++)
            UNROLL for (int span = 0; span < SPAN; span++)
                *(UNALIGNED_D *)(kernel + row * BLOCK + first + span * LANES) =
                    AT_LEVEL(rbf_exponential)(d2[row * SPAN + span], exponent);
    }
}

/// Adds to sums[j][R][BLOCK], for `J` coefficients of each support vector, their products with the kernel values
/// of `blocks` blocks, kernel[block][R][BLOCK]. `step` lies between the coefficients of two blocks.
INLINE void AT_LEVEL(rbf_accumulate)(const double *coefficients, ptrdiff_t step, const double *kernel,
                                     ptrdiff_t blocks, double *const *sums, const int R, const int J) {
    for (int first = 0; first < BLOCK; first += SPAN * LANES) {
        D sum[2 * ROWS * SPAN];
        UNROLL for (int j = 0; j < J; j++)
            UNROLL for (int i = 0; i < R * SPAN; i++)
                sum[j * R * SPAN + i] =
                    *(const UNALIGNED_D *)(sums[j] + i / SPAN * BLOCK + first + i % SPAN * LANES);
        for (ptrdiff_t block = 0; block < blocks; block++)
            UNROLL for (int span = 0; span < SPAN; span++) {
                const int lane = first + span * LANES;
                D weight[2];
                UNROLL for (int j = 0; j < J; j++)
                    weight[j] = *(const UNALIGNED_D *)(coefficients + block * step + j * BLOCK + lane);
                UNROLL for (int row = 0; row < R; row++) {
                    const D value = *(const UNALIGNED_D *)(kernel + (block * R + row) * BLOCK + lane);
                    UNROLL for (int j = 0; j < J; j++) {
                        const int i = (j * R + row) * SPAN + span;
                        sum[i] = FMA(weight[j], value, sum[i]);
                    }
                }
            }
        UNROLL for (int j = 0; j < J; j++)
            UNROLL for (int i = 0; i < R * SPAN; i++)
                *(UNALIGNED_D *)(sums[j] + i / SPAN * BLOCK + first + i % SPAN * LANES) = sum[j * R * SPAN + i];
    }
}

/// Place of the pair of classes `a` and `b` in the order (0,1), (0,2) ... (1,2) ...
INLINE ptrdiff_t AT_LEVEL(rbf_pair)(ptrdiff_t classes, ptrdiff_t a, ptrdiff_t b) {
    const ptrdiff_t first = a < b ? a : b, second = a < b ? b : a;
    return first * (2 * classes - first - 1) / 2 + second - first - 1;
}

/// Decision values of `R` rows.
INLINE void AT_LEVEL(rbf_rows)(const galatea_rbf_machine *machine, rbf_exponent exponent, const double *x,
                               double *values, double *workspace, const int R) {
    const ptrdiff_t classes = machine->classes, others = classes - 1, pairs = classes * others / 2;
    const ptrdiff_t dimension = machine->dimension;
    workspace = (double *)(((uintptr_t)workspace + 63) & ~(uintptr_t)63);
    memset(workspace, 0, (size_t)(pairs * R * BLOCK) * sizeof(double));
    for (ptrdiff_t own = 0; own < classes; own++) {
        const ptrdiff_t end = machine->first_block[own + 1];
        for (ptrdiff_t start = machine->first_block[own]; start < end; start += CHUNK) {
            __attribute__((aligned(64))) double kernel[CHUNK * ROWS * BLOCK];
            const ptrdiff_t blocks = end - start < CHUNK ? end - start : CHUNK;
            for (ptrdiff_t block = 0; block < blocks; block++)
                AT_LEVEL(rbf_kernel_values)(machine->vectors + (start + block) * dimension * BLOCK, dimension,
                                            exponent, x, kernel + block * R * BLOCK, R);
            const double *coefficients = machine->coefficients + start * others * BLOCK;
            for (ptrdiff_t j = 0; j < others; j += 2) {
                double *sums[2];
                for (ptrdiff_t k = 0; k < 2; k++) {
                    const ptrdiff_t other = j + k < own ? j + k : j + k + 1;
                    sums[k] = workspace;
                    if (j + k < others) sums[k] += AT_LEVEL(rbf_pair)(classes, own, other) * R * BLOCK;
                }
                const double *chosen = coefficients + j * BLOCK;
                if (j + 1 < others)
                    AT_LEVEL(rbf_accumulate)(chosen, others * BLOCK, kernel, blocks, sums, R, 2);
                else
                    AT_LEVEL(rbf_accumulate)(chosen, others * BLOCK, kernel, blocks, sums, R, 1);
            }
        }
    }
    for (ptrdiff_t pair = 0; pair < pairs; pair++)
        for (int row = 0; row < R; row++) {
            double *sum = workspace + (pair * R + row) * BLOCK;
            UNROLL for (int half = BLOCK / 2; half > 0; half /= 2)
                UNROLL for (int i = 0; i < half; i++) sum[i] += sum[i + half];
            values[row * pairs + pair] = sum[0] - machine->offsets[pair];
        }
}

static TARGET void AT_LEVEL(rbf)(const galatea_rbf_machine *machine, rbf_exponent exponent, ptrdiff_t rows,
                                 const double *x, double *values, double *workspace) {
    const ptrdiff_t pairs = machine->classes * (machine->classes - 1) / 2;
    ptrdiff_t row = 0;
    for (; rows - row >= ROWS; row += ROWS)
        AT_LEVEL(rbf_rows)(machine, exponent, x + row * machine->dimension, values + row * pairs, workspace, ROWS);
    for (; row < rows; row++)
        AT_LEVEL(rbf_rows)(machine, exponent, x + row * machine->dimension, values + row * pairs, workspace, 1);
}

#undef LANES
#undef SPAN
#undef D
#undef UNALIGNED_D
#undef L
