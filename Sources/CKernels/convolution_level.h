// The convolution kernels of one level; convolution.c includes this once a level.

// Wide form: output channels in the vector, each input value broadcast, a block of pixels in registers.

/// Vectors of one channel block.
#define PARTS (BLOCK / WIDTH)

/// Stores the sums of `P` pixels of `NV` vectors, `lanes` of which are channels of y.
INLINE void AT_LEVEL(wide_finish)(const galatea_row *row, float *y, V *sum, ptrdiff_t lanes, const int P,
                                  const int NV) {
    if (row->relu) {
        UNROLL for (int i = 0; i < P * NV; i++) sum[i] = RELU(sum[i]);
    }
    const ptrdiff_t output_step = row->output_step;
    if (lanes >= NV * WIDTH) {
        UNROLL for (int p = 0; p < P; p++)
            UNROLL for (int v = 0; v < NV; v++) STORE(y + p * output_step + v * WIDTH, sum[p * NV + v]);
    } else {
        float all[2 * BLOCK];
        UNROLL for (int p = 0; p < P; p++) {
            UNROLL for (int v = 0; v < NV; v++) STORE(all + v * WIDTH, sum[p * NV + v]);
            for (ptrdiff_t k = 0; k < lanes; k++) y[p * output_step + k] = all[k];
        }
    }
}

/// `P` pixels of `NV` vectors of output channels.
INLINE void AT_LEVEL(wide_block)(galatea_row *row, const float *x, float *y, const float *weights,
                                 const float *bias, ptrdiff_t lanes, const ptrdiff_t step, const int P,
                                 const int NV) {
    V sum[32];
    UNROLL for (int v = 0; v < NV; v++) {
        const V start = LOAD(bias + v * WIDTH);
        UNROLL for (int p = 0; p < P; p++) sum[p * NV + v] = start;
    }
    const ptrdiff_t length = row->length, next_block = row->block_stride;
    for (ptrdiff_t t = 0; t < row->tap_count; t++) {
        const float *in = x + row->taps[t].input;
        const float *w = weights + row->taps[t].weight;
        for (ptrdiff_t j = 0; j < length; j += INPUTS_A_LINE) ask_ahead(&row->ahead, row->ahead_end);
        _Pragma("clang loop unroll_count(2)")
        for (ptrdiff_t j = 0; j < length; j++) {
            V weight[4];
            UNROLL for (int v = 0; v < NV; v++)
                weight[v] = LOAD(w + j * BLOCK + v / PARTS * next_block + v % PARTS * WIDTH);
            UNROLL for (int p = 0; p < P; p++) {
                const V value = (V)in[p * step + j];
                UNROLL for (int v = 0; v < NV; v++) sum[p * NV + v] = FMA(value, weight[v], sum[p * NV + v]);
            }
        }
    }
    AT_LEVEL(wide_finish)(row, y, sum, lanes, P, NV);
}

/// A row in blocks of `P` pixels; `count` is at least `P`.
INLINE void AT_LEVEL(wide_blocks)(galatea_row *row, const float *x, float *y, const float *weights,
                                  const float *bias, ptrdiff_t lanes, ptrdiff_t count, const ptrdiff_t step,
                                  const int P, const int NV) {
    for (ptrdiff_t p = 0;;) {
        AT_LEVEL(wide_block)(row, x + p * step, y + p * row->output_step, weights, bias, lanes, step, P, NV);
        if (p + P >= count) return;
        p = p + 2 * P <= count ? p + P : count - P;
    }
}

#define WIDE_ARGUMENTS row, x, y, weights, bias, lanes, count, pixels
#define WIDE_PARAMETERS                                                                              \
    galatea_row *row, const float *x, float *y, const float *weights, const float *bias,             \
        ptrdiff_t lanes, ptrdiff_t count, ptrdiff_t pixels
#define WIDE_CASE(P, NV) \
    case P: return AT_LEVEL(wide_blocks)(row, x, y, weights, bias, lanes, count, step, P, NV);

#if LEVEL == 2
/// Two channel blocks at once.
INLINE void AT_LEVEL(wide_pair_step)(WIDE_PARAMETERS, const ptrdiff_t step) {
    switch (pixels) {
        WIDE_CASE(12, 2) WIDE_CASE(9, 2) WIDE_CASE(6, 2) WIDE_CASE(3, 2) WIDE_CASE(1, 2)
    }
}
INLINE void AT_LEVEL(wide_one_step)(WIDE_PARAMETERS, const ptrdiff_t step) {
    switch (pixels) {
        WIDE_CASE(18, 1) WIDE_CASE(9, 1) WIDE_CASE(4, 1) WIDE_CASE(2, 1) WIDE_CASE(1, 1)
    }
}
#elif LEVEL == 1
INLINE void AT_LEVEL(wide_one_step)(WIDE_PARAMETERS, const ptrdiff_t step) {
    switch (pixels) {
        WIDE_CASE(6, 2) WIDE_CASE(5, 2) WIDE_CASE(4, 2) WIDE_CASE(3, 2) WIDE_CASE(2, 2) WIDE_CASE(1, 2)
    }
}
#else
INLINE void AT_LEVEL(wide_one_step)(WIDE_PARAMETERS, const ptrdiff_t step) {
    switch (pixels) { WIDE_CASE(2, 4) WIDE_CASE(1, 4) }
}
#endif

// The steps of the usual layers as constants: with a step known only at run time each pixel needs an address
// register of its own and the kernel runs out of them. Two pixels do not.
#define AS_CONSTANT(function, step) \
    case step: return function(WIDE_ARGUMENTS, step);
#if LEVEL == 2
#define FOR_STEP(function)                                                                                 \
    switch (row->input_step) { AS_CONSTANT(function, 16) AS_CONSTANT(function, 32) AS_CONSTANT(function, 64) } \
    function(WIDE_ARGUMENTS, row->input_step);
#elif LEVEL == 1
#define FOR_STEP(function)                                                                    \
    switch (row->input_step) {                                                                \
        AS_CONSTANT(function, 3) AS_CONSTANT(function, 6) AS_CONSTANT(function, 12)           \
        AS_CONSTANT(function, 16) AS_CONSTANT(function, 32) AS_CONSTANT(function, 64)         \
    }                                                                                         \
    function(WIDE_ARGUMENTS, row->input_step);
#else
#define FOR_STEP(function) function(WIDE_ARGUMENTS, row->input_step);
#endif

#if LEVEL == 2
static TARGET void AT_LEVEL(wide_pair)(WIDE_PARAMETERS) { FOR_STEP(AT_LEVEL(wide_pair_step)) }
#endif
static TARGET void AT_LEVEL(wide_one)(WIDE_PARAMETERS) { FOR_STEP(AT_LEVEL(wide_one_step)) }

#if LEVEL == 2
// Kernels three columns wide: an input value meets up to three outputs, and is loaded once for all of them.
// Loads of broadcast values are what bounds the plain form here. Each sum runs over kernel rows, channels and
// then columns.

INLINE void AT_LEVEL(shared_block)(galatea_row *row, const float *x, float *y, const float *weights,
                                   const float *bias, ptrdiff_t lanes, const ptrdiff_t step, const int stride,
                                   const int P, const int NV) {
    V sum[24];
    UNROLL for (int i = 0; i < P * NV; i++) sum[i] = LOAD(bias + i % NV * WIDTH);
    const ptrdiff_t next_block = row->block_stride, channels = row->length / 3;
    for (ptrdiff_t t = 0; t < row->tap_count; t++) {
        const float *in = x + row->taps[t].input;
        const float *w = weights + row->taps[t].weight;
        for (ptrdiff_t c = 0; c < channels; c++) {
            ask_ahead(&row->ahead, row->ahead_end);
            V weight[6];
            UNROLL for (int s = 0; s < 3; s++)
                UNROLL for (int v = 0; v < NV; v++)
                    weight[s * NV + v] = LOAD(w + (s * channels + c) * BLOCK + v * next_block);
            UNROLL for (int i = 0; i < (P - 1) * stride + 3; i++) {
                const V value = (V)in[i * step + c];
                UNROLL for (int s = 0; s < 3; s++)
                    if (i >= s && (i - s) % stride == 0 && (i - s) / stride < P)
                        UNROLL for (int v = 0; v < NV; v++) {
                            const int to = (i - s) / stride * NV + v;
                            sum[to] = FMA(value, weight[s * NV + v], sum[to]);
                        }
            }
        }
    }
    AT_LEVEL(wide_finish)(row, y, sum, lanes, P, NV);
}

#define SHARED_PARAMETERS                                                                            \
    galatea_row *row, const float *x, float *y, const float *weights, const float *bias,             \
        ptrdiff_t lanes, ptrdiff_t count, ptrdiff_t pixels
#define SHARED_CASE(P, NV)                                                                           \
    case P:                                                                                          \
        for (ptrdiff_t p = 0;;) {                                                                    \
            AT_LEVEL(shared_block)(row, x + p * stride * step, y + p * row->output_step, weights,    \
                                   bias, lanes, step, stride, P, NV);                                \
            if (p + P >= count) return;                                                              \
            p = p + 2 * P <= count ? p + P : count - P;                                              \
        }

INLINE void AT_LEVEL(shared_pair_blocks)(SHARED_PARAMETERS, const ptrdiff_t step, const int stride) {
    switch (pixels) {
        SHARED_CASE(12, 2) SHARED_CASE(9, 2) SHARED_CASE(6, 2) SHARED_CASE(3, 2) SHARED_CASE(1, 2)
    }
}
INLINE void AT_LEVEL(shared_one_blocks)(SHARED_PARAMETERS, const ptrdiff_t step, const int stride) {
    switch (pixels) {
        SHARED_CASE(23, 1) SHARED_CASE(18, 1) SHARED_CASE(12, 1) SHARED_CASE(7, 1) SHARED_CASE(3, 1)
        SHARED_CASE(1, 1)
    }
}

#define SHARED_STEP(function, step, stride) \
    case step * 2 + stride: return function(row, x, y, weights, bias, lanes, count, pixels, step, stride);
#define SHARED_OTHER(function)                                                                \
    if (row->shared_stride == 1)                                                              \
        return function(row, x, y, weights, bias, lanes, count, pixels, row->column_step, 1); \
    return function(row, x, y, weights, bias, lanes, count, pixels, row->column_step, 2);

static TARGET void AT_LEVEL(shared_pair)(SHARED_PARAMETERS) {
    switch (row->column_step * 2 + row->shared_stride) {
        SHARED_STEP(AT_LEVEL(shared_pair_blocks), 16, 1) SHARED_STEP(AT_LEVEL(shared_pair_blocks), 16, 2)
        SHARED_STEP(AT_LEVEL(shared_pair_blocks), 32, 2) SHARED_STEP(AT_LEVEL(shared_pair_blocks), 64, 1)
    }
    SHARED_OTHER(AT_LEVEL(shared_pair_blocks))
}
static TARGET void AT_LEVEL(shared_one)(SHARED_PARAMETERS) {
    switch (row->column_step * 2 + row->shared_stride) {
        SHARED_STEP(AT_LEVEL(shared_one_blocks), 3, 1) SHARED_STEP(AT_LEVEL(shared_one_blocks), 3, 2)
        SHARED_STEP(AT_LEVEL(shared_one_blocks), 6, 1) SHARED_STEP(AT_LEVEL(shared_one_blocks), 6, 2)
        SHARED_STEP(AT_LEVEL(shared_one_blocks), 32, 1)
    }
    SHARED_OTHER(AT_LEVEL(shared_one_blocks))
}
#endif

/// Chooses the blocks of rows of `count` pixels: the divisions that it takes cost as much as a block.
static TARGET void AT_LEVEL(plan_blocks)(galatea_row *row, ptrdiff_t count) {
#if LEVEL == 2
    static const signed char pair_sizes[] = {12, 9, 6, 3, 1}, sizes[] = {18, 9, 4, 2, 1};
    static const signed char shared_sizes[] = {23, 18, 12, 7, 3, 1};
    row->blocks[0] = (int)best_block(count, row->shared_stride ? shared_sizes : sizes);
    row->blocks[1] = (int)best_block(count, pair_sizes);
#elif LEVEL == 1
    static const signed char sizes[] = {6, 5, 4, 3, 2, 1};
    row->blocks[0] = (int)best_block(count, sizes);
#else
    static const signed char sizes[] = {2, 1};
    row->blocks[0] = (int)best_block(count, sizes);
#endif
    row->planned = count;
}

/// `count` pixels of all output channels, wide form.
static TARGET void AT_LEVEL(wide_row)(galatea_row *row, const float *x, float *y, ptrdiff_t count) {
    if (row->planned != count) AT_LEVEL(plan_blocks)(row, count);
    for (ptrdiff_t k = 0; k < row->outputs;) {
        const ptrdiff_t left = row->outputs - k;
        const float *weights = row->weights + k / BLOCK * row->block_stride;
        // Whole vectors of biases are read.
        float copy[2 * BLOCK] = {0};
        const float *bias = copy;
        if (row->bias && left >= 2 * BLOCK) bias = row->bias + k;
        else if (row->bias) memcpy(copy, row->bias + k, (size_t)left * sizeof(float));
#if LEVEL == 2
        if (left > BLOCK) {
            if (row->shared_stride)
                AT_LEVEL(shared_pair)(row, x, y + k, weights, bias, left, count, row->blocks[1]);
            else AT_LEVEL(wide_pair)(row, x, y + k, weights, bias, left, count, row->blocks[1]);
            k += 2 * BLOCK;
            continue;
        }
        if (row->shared_stride) {
            AT_LEVEL(shared_one)(row, x, y + k, weights, bias, left, count, row->blocks[0]);
            k += BLOCK;
            continue;
        }
#endif
        AT_LEVEL(wide_one)(row, x, y + k, weights, bias, left, count, row->blocks[0]);
        k += BLOCK;
    }
}

// Narrow form, for few output channels: input channels in the vector, one sum a pixel and output, and the
// lanes of several sums reduced together.

/// Sums of `P` pixels and `K` outputs.
INLINE void AT_LEVEL(narrow_block)(const galatea_row *row, const float *x, float *y, const float *bias,
                                   const int P, const int K) {
    V sum[16];
    UNROLL for (int i = 0; i < 16; i++) sum[i] = (V)0;
    const ptrdiff_t step = row->input_step;
    for (ptrdiff_t t = 0; t < row->tap_count; t++) {
        const float *in = x + row->taps[t].input;
        const float *w = row->weights + row->taps[t].weight;
        for (ptrdiff_t j = 0; j < row->length; j += BLOCK, w += K * BLOCK)
            UNROLL for (int part = 0; part < PARTS; part++) {
                V value[16];
                UNROLL for (int p = 0; p < P; p++) value[p] = LOAD(in + p * step + j + part * WIDTH);
                UNROLL for (int k = 0; k < K; k++) {
                    const V weight = LOAD(w + k * BLOCK + part * WIDTH);
                    UNROLL for (int p = 0; p < P; p++)
                        sum[p * K + k] = FMA(value[p], weight, sum[p * K + k]);
                }
            }
    }
    float all[16];
    UNROLL for (int i = 0; i < P * K; i += WIDTH) {
        V total = AT_LEVEL(reduce)(sum + i) + LOAD(bias + i);
        if (row->relu) total = RELU(total);
        STORE(all + i, total);
    }
    if (row->output_step == K) {
        memcpy(y, all, P * K * sizeof(float));
        return;
    }
    UNROLL for (int p = 0; p < P; p++)
        UNROLL for (int k = 0; k < K; k++) y[p * row->output_step + k] = all[p * K + k];
}

/// A row in blocks of `P` pixels.
INLINE void AT_LEVEL(narrow_blocks)(const galatea_row *row, const float *x, float *y, ptrdiff_t count,
                                    const int P, const int K) {
    float bias[16] = {0};
    for (int i = 0; row->bias && i < P * K; i++) bias[i] = row->bias[i % K];
    const ptrdiff_t step = row->input_step;
    ptrdiff_t p = 0;
    if (count < P) {
        for (; p < count; p++)
            AT_LEVEL(narrow_block)(row, x + p * step, y + p * row->output_step, bias, 1, K);
        return;
    }
    for (;;) {
        AT_LEVEL(narrow_block)(row, x + p * step, y + p * row->output_step, bias, P, K);
        if (p + P >= count) return;
        p = p + 2 * P <= count ? p + P : count - P;
    }
}

/// Sums that a narrow block keeps in registers.
#define NARROW (LEVEL == 2 ? 16 : 8)
#define NARROW_CASE(K) \
    case K: return AT_LEVEL(narrow_blocks)(row, x, y, count, NARROW / K, K);

/// `count` pixels of at most 8 output channels, narrow form.
static TARGET void AT_LEVEL(narrow_row)(galatea_row *row, const float *x, float *y, ptrdiff_t count) {
    switch (row->outputs) {
        NARROW_CASE(1) NARROW_CASE(2) NARROW_CASE(3) NARROW_CASE(4) NARROW_CASE(5) NARROW_CASE(6)
        NARROW_CASE(7) NARROW_CASE(8)
    }
}

// Weight gradient: for each pixel the outer product of a run of x and the channels of dy. Whichever fills
// vectors better goes into the vector, the other is broadcast. Sums start anew with each row of pixels and are
// then added to the accumulators, which keeps rounding small.

/// Lanes over the channels of dy: `J` values of x times `NV` vectors of dy.
INLINE void AT_LEVEL(gradient_dy_block)(const galatea_gradient_row *row, const float *x, const float *dy,
                                        float *sums, const int J, const int NV) {
    V sum[32];
    UNROLL for (int i = 0; i < J * NV; i++) sum[i] = (V)0;
    for (ptrdiff_t p = 0; p < row->pixels; p++, x += row->x_step, dy += row->dy_step) {
        V right[4];
        UNROLL for (int v = 0; v < NV; v++) right[v] = LOAD(dy + v * WIDTH);
        UNROLL for (int j = 0; j < J; j++) {
            const V left = (V)x[j];
            UNROLL for (int v = 0; v < NV; v++) sum[j * NV + v] = FMA(left, right[v], sum[j * NV + v]);
        }
    }
    UNROLL for (int j = 0; j < J; j++)
        UNROLL for (int v = 0; v < NV; v++) {
            float *to = sums + v / PARTS * row->block_stride + j * BLOCK + v % PARTS * WIDTH;
            STORE(to, LOAD(to) + sum[j * NV + v]);
        }
}

#define DY_RUN(J, NV)                                                            \
    for (; length - j >= J; j += J)                                              \
        AT_LEVEL(gradient_dy_block)(row, x + j, dy, sums + j * BLOCK, J, NV);

/// sums[block][j][BLOCK] += sum over pixels of x[j] dy[k], blocks `block_stride` apart; reads whole blocks of dy.
static TARGET void AT_LEVEL(gradient_dy)(const galatea_gradient_row *row, const float *x, const float *dy,
                                         float *sums) {
    const ptrdiff_t length = row->length;
    for (ptrdiff_t k = 0; k < row->outputs;) {
        ptrdiff_t j = 0;
#if LEVEL == 2
        if (row->outputs - k > BLOCK) {
            DY_RUN(12, 2) DY_RUN(9, 2) DY_RUN(6, 2) DY_RUN(3, 2) DY_RUN(1, 2)
            k += 2 * BLOCK, dy += 2 * BLOCK, sums += 2 * row->block_stride;
            continue;
        }
        DY_RUN(18, 1) DY_RUN(12, 1) DY_RUN(9, 1) DY_RUN(6, 1) DY_RUN(3, 1) DY_RUN(1, 1)
#elif LEVEL == 1
        DY_RUN(6, 2) DY_RUN(3, 2) DY_RUN(1, 2)
#else
        DY_RUN(2, 4) DY_RUN(1, 4)
#endif
        k += BLOCK, dy += BLOCK, sums += row->block_stride;
    }
}

#if LEVEL == 2
// Tall form, for kernels of three by three and few channels of x: all rows of the kernel at once, and a broadcast
// value of x serves every pixel of dy that meets it. One row alone has too few sums to keep the multipliers busy, and
// one broadcast for each product halves their speed.

/// `P` pixels of dy; x is at their first column.
INLINE void AT_LEVEL(tall_pixels)(const float *x, ptrdiff_t x_row, const float *dy, ptrdiff_t dy_step, V *sum,
                                  const int C, const int S, const int P) {
    V right[3];
    UNROLL for (int p = 0; p < P; p++) right[p] = LOAD(dy + p * dy_step);
    UNROLL for (int r = 0; r < 3; r++)
        UNROLL for (int i = 0; i < (P - 1) * S + 3; i++)
            UNROLL for (int c = 0; c < C; c++) {
                const V left = (V)x[r * x_row + i * C + c];
                UNROLL for (int s = 0; s < 3; s++)
                    if (i >= s && (i - s) % S == 0 && (i - s) / S < P) {
                        const int to = (r * 3 + s) * C + c;
                        sum[to] = FMA(left, right[(i - s) / S], sum[to]);
                    }
            }
}

INLINE void AT_LEVEL(tall_block)(const galatea_gradient_row *row, const float *x, const float *dy, float *sums,
                                 const int C, const int S) {
    V sum[27];
    UNROLL for (int i = 0; i < 9 * C; i++)
        sum[i] = LOAD(sums + i / (3 * C) * row->sums_row + i % (3 * C) * BLOCK);
    const ptrdiff_t dy_step = row->dy_step, x_row = row->x_row;
    ptrdiff_t p = 0;
    for (; p + 3 <= row->pixels; p += 3)
        AT_LEVEL(tall_pixels)(x + p * S * C, x_row, dy + p * dy_step, dy_step, sum, C, S, 3);
    for (; p < row->pixels; p++)
        AT_LEVEL(tall_pixels)(x + p * S * C, x_row, dy + p * dy_step, dy_step, sum, C, S, 1);
    UNROLL for (int i = 0; i < 9 * C; i++)
        STORE(sums + i / (3 * C) * row->sums_row + i % (3 * C) * BLOCK, sum[i]);
}

#define TALL_CASE(C, S) \
    case 2 * C + S: AT_LEVEL(tall_block)(row, x, dy, sums, C, S); break;

/// `gradient_dy` of three kernel rows, for 1 to 3 channels and strides of 1 and 2.
static TARGET void AT_LEVEL(gradient_tall)(const galatea_gradient_row *row, const float *x, const float *dy,
                                           float *sums) {
    const ptrdiff_t channels = row->length / 3;
    for (ptrdiff_t k = 0; k < row->outputs; k += BLOCK, dy += BLOCK, sums += row->block_stride)
        switch (2 * channels + row->x_step / channels) {
            TALL_CASE(1, 1) TALL_CASE(1, 2) TALL_CASE(2, 1) TALL_CASE(2, 2) TALL_CASE(3, 1) TALL_CASE(3, 2)
        }
}
#undef TALL_CASE

// Spread form of the adjoint with stride 2: both phases of a row at once, so that a broadcast value of dy serves all
// three columns of the kernel.

INLINE void AT_LEVEL(spread_block)(const galatea_spread_row *row, const float *dy, float *dx,
                                   const float *weights, const float *bias, ptrdiff_t lanes, ptrdiff_t columns,
                                   const ptrdiff_t channels, const int P) {
    V even[9], odd[9];
    UNROLL for (int p = 0; p < P; p++) even[p] = odd[p] = LOAD(bias);
    for (ptrdiff_t t = 0; t < row->tap_count; t++) {
        const float *in = dy + row->taps[t].input, *w = weights + row->taps[t].weight;
        for (ptrdiff_t c = 0; c < channels; c++) {
            // The kernel is packed turned: its last column comes first.
            const V last = LOAD(w + c * BLOCK), middle = LOAD(w + (channels + c) * BLOCK),
                    first = LOAD(w + (2 * channels + c) * BLOCK);
            UNROLL for (int p = 0; p <= P; p++) {
                const V value = (V)in[p * channels + c];
                if (p > 0) odd[p - 1] = FMA(value, first, odd[p - 1]);
                if (p < P) even[p] = FMA(value, middle, even[p]);
                if (p < P) odd[p] = FMA(value, last, odd[p]);
            }
        }
    }
    const ptrdiff_t step = row->outputs;
    UNROLL for (int p = 0; p < P; p++) {
        const V pair[2] = {row->relu ? RELU(even[p]) : even[p], row->relu ? RELU(odd[p]) : odd[p]};
        UNROLL for (int i = 0; i < 2; i++) {
            if (2 * p + i >= columns) return;
            if (lanes >= BLOCK) {
                STORE(dx + (2 * p + i) * step, pair[i]);
            } else {
                float all[BLOCK];
                STORE(all, pair[i]);
                for (ptrdiff_t k = 0; k < lanes; k++) dx[(2 * p + i) * step + k] = all[k];
            }
        }
    }
}

#define SPREAD_CASE(P)                                                                               \
    case P:                                                                                          \
        for (ptrdiff_t p = 0;;) {                                                                    \
            AT_LEVEL(spread_block)(row, dy + p * channels, dx + 2 * p * row->outputs, weights, bias, \
                                   lanes, columns - 2 * p, channels, P);                             \
            if (p + P >= pairs) return;                                                              \
            p = p + 2 * P <= pairs ? p + P : pairs - P;                                              \
        }
INLINE void AT_LEVEL(spread_blocks)(const galatea_spread_row *row, const float *dy, float *dx,
                                    const float *weights, const float *bias, ptrdiff_t lanes, ptrdiff_t columns,
                                    const ptrdiff_t channels) {
    static const signed char sizes[] = {9, 6, 3, 1};
    const ptrdiff_t pairs = (columns + 1) / 2;
    switch (best_block(pairs, sizes)) { SPREAD_CASE(9) SPREAD_CASE(6) SPREAD_CASE(3) SPREAD_CASE(1) }
}

/// `columns` pixels of a row of dx, all channels; reads one pixel of dy beyond the last.
static TARGET void AT_LEVEL(spread_row)(const galatea_spread_row *row, const float *dy, float *dx,
                                        ptrdiff_t columns) {
    for (ptrdiff_t k = 0; k < row->outputs; k += BLOCK) {
        const float *weights = row->weights + k / BLOCK * row->block_stride;
        const ptrdiff_t lanes = row->outputs - k;
        float bias[BLOCK] = {0};
        for (ptrdiff_t i = 0; row->bias && i < lanes && i < BLOCK; i++) bias[i] = row->bias[k + i];
        switch (row->channels) {
        case 16: AT_LEVEL(spread_blocks)(row, dy, dx + k, weights, bias, lanes, columns, 16); break;
        case 32: AT_LEVEL(spread_blocks)(row, dy, dx + k, weights, bias, lanes, columns, 32); break;
        case 64: AT_LEVEL(spread_blocks)(row, dy, dx + k, weights, bias, lanes, columns, 64); break;
        default: AT_LEVEL(spread_blocks)(row, dy, dx + k, weights, bias, lanes, columns, row->channels);
        }
    }
}
#undef SPREAD_CASE
#endif

/// Lanes over x: `NV` vectors of x times `K` channels of dy.
INLINE void AT_LEVEL(gradient_x_block)(const galatea_gradient_row *row, const float *x, const float *dy,
                                       float *sums, const int NV, const int K) {
    V sum[32];
    UNROLL for (int i = 0; i < K * NV; i++) sum[i] = (V)0;
    for (ptrdiff_t p = 0; p < row->pixels; p++, x += row->x_step, dy += row->dy_step) {
        V left[4];
        UNROLL for (int v = 0; v < NV; v++) left[v] = LOAD(x + v * WIDTH);
        UNROLL for (int k = 0; k < K; k++) {
            const V right = (V)dy[k];
            UNROLL for (int v = 0; v < NV; v++) sum[k * NV + v] = FMA(left[v], right, sum[k * NV + v]);
        }
    }
    UNROLL for (int k = 0; k < K; k++)
        UNROLL for (int v = 0; v < NV; v++) {
            float *to = sums + k * row->block_stride + v * WIDTH;
            STORE(to, LOAD(to) + sum[k * NV + v]);
        }
}

#define X_RUN(NV, K)                                                                             \
    for (; row->outputs - k >= K; k += K)                                                        \
        AT_LEVEL(gradient_x_block)(row, x + j, dy + k, sums + k * row->block_stride + j, NV, K);
#if LEVEL == 2
#define X_RUNS(NV) X_RUN(NV, 8) X_RUN(NV, 4) X_RUN(NV, 3) X_RUN(NV, 1)
#else
#define X_RUNS(NV) X_RUN(NV, 4) X_RUN(NV, 3) X_RUN(NV, 1)
#endif

/// sums[k][j] += sum over pixels of x[j] dy[k], channels `block_stride` apart; reads x up to a whole vector.
static TARGET void AT_LEVEL(gradient_x)(const galatea_gradient_row *row, const float *x, const float *dy,
                                        float *sums) {
    for (ptrdiff_t j = 0, vectors; j < row->length; j += vectors * WIDTH) {
        vectors = (row->length - j + WIDTH - 1) / WIDTH;
        if (vectors > 3) vectors = vectors == 4 ? 2 : 3;
        ptrdiff_t k = 0;
        switch (vectors) {
            case 3: X_RUNS(3) break;
            case 2: X_RUNS(2) break;
            default: X_RUNS(1) break;
        }
    }
}

#undef PARTS
#undef WIDE_ARGUMENTS
#undef WIDE_PARAMETERS
#undef WIDE_CASE
#undef FOR_STEP
#undef NARROW
#undef NARROW_CASE
#undef DY_RUN
#undef X_RUN
#undef X_RUNS
#undef SHARED_PARAMETERS
#undef SHARED_CASE
#undef SHARED_STEP
#undef SHARED_OTHER
#undef AS_CONSTANT
