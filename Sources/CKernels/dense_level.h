// The dense kernel of one level; dense.c includes this once a level.

/// Adds chunks `from` to before `to` of `G` rows of x times `B` blocks of OUTPUTS outputs to the sums: WIDTH of them in
/// all (or OUTPUTS, where that is more), each a vector over the inputs.
INLINE void AT_LEVEL(dense_add)(const dense_task *task, const float *x, const float *weights, ptrdiff_t from,
                                ptrdiff_t to, V *sum, const int G, const int B) {
    const ptrdiff_t inputs = task->inputs, block = task->block_stride;
    for (ptrdiff_t c = from; c < to; c++)
        UNROLL for (int part = 0; part < LANES / WIDTH; part++)
            UNROLL for (int g = 0; g < G; g++) {
                const V value = LOAD(x + g * inputs + c * LANES + part * WIDTH);
                UNROLL for (int j = 0; j < B * OUTPUTS; j++) {
                    const float *w = weights + j / OUTPUTS * block + (c * OUTPUTS + j % OUTPUTS) * LANES;
                    sum[g * B * OUTPUTS + j] = FMA(value, LOAD(w + part * WIDTH), sum[g * B * OUTPUTS + j]);
                }
            }
}

/// Adds the inputs behind the last whole chunk.
INLINE void AT_LEVEL(dense_add_tail)(const dense_task *task, const float *tail, const float *weights, V *sum,
                                     const int G, const int B) {
    const ptrdiff_t chunks = task->inputs / LANES, block = task->block_stride;
    UNROLL for (int part = 0; part < LANES / WIDTH; part++)
        UNROLL for (int g = 0; g < G; g++) {
            const V value = LOAD(tail + g * LANES + part * WIDTH);
            UNROLL for (int j = 0; j < B * OUTPUTS; j++) {
                const float *w = weights + j / OUTPUTS * block + (chunks * OUTPUTS + j % OUTPUTS) * LANES;
                sum[g * B * OUTPUTS + j] = FMA(value, LOAD(w + part * WIDTH), sum[g * B * OUTPUTS + j]);
            }
        }
}

/// Reduces the sums together and stores the outputs from `first` on.
INLINE void AT_LEVEL(dense_finish)(const dense_task *task, const V *sum, float *y, ptrdiff_t first, const int G,
                                   const int B) {
    float all[16];
    UNROLL for (int i = 0; i < G * B * OUTPUTS; i += WIDTH) STORE(all + i, REDUCE(sum + i));
    for (int g = 0; g < G; g++)
        for (ptrdiff_t j = 0; j < B * OUTPUTS && first + j < task->outputs; j++) {
            const float value = all[g * B * OUTPUTS + j] + (task->bias ? task->bias[first + j] : 0);
            y[g * task->outputs + first + j] = task->relu && value < 0 ? 0 : value;
        }
}

INLINE void AT_LEVEL(dense_tile)(const dense_task *task, const float *x, const float *tail, const float *weights,
                                 float *y, ptrdiff_t first, const int G, const int B) {
    V sum[16];
    UNROLL for (int i = 0; i < 16; i++) sum[i] = (V)0;
    AT_LEVEL(dense_add)(task, x, weights, 0, task->inputs / LANES, sum, G, B);
    if (task->inputs % LANES) AT_LEVEL(dense_add_tail)(task, tail, weights, sum, G, B);
    AT_LEVEL(dense_finish)(task, sum, y, first, G, B);
}

/// The inputs of `G` rows behind the last whole chunk, filled up with zeros.
INLINE void AT_LEVEL(dense_tail)(const dense_task *task, const float *x, float *tail, const int G) {
    const ptrdiff_t rest = task->inputs % LANES;
    memset(tail, 0, (size_t)(G * LANES) * sizeof(float));
    for (int g = 0; g < G; g++)
        for (ptrdiff_t i = 0; i < rest; i++) tail[g * LANES + i] = x[(g + 1) * task->inputs - rest + i];
}

/// All outputs of `G` rows.
INLINE void AT_LEVEL(dense_rows)(const dense_task *task, const float *x, float *y, const int G, const int B) {
    float tail[4 * LANES];
    AT_LEVEL(dense_tail)(task, x, tail, G);
    ptrdiff_t first = 0;
#define DENSE_TILE(BLOCKS)                                                                                  \
    AT_LEVEL(dense_tile)(task, x, tail, task->weights + first / OUTPUTS * task->block_stride, y, first, G, BLOCKS)
    for (; first + (B - 1) * OUTPUTS < task->outputs; first += B * OUTPUTS) DENSE_TILE(B);
    // One smaller tile for what is left, at most B - 1 blocks.
    const ptrdiff_t left = (task->outputs - first + OUTPUTS - 1) / OUTPUTS;
    if (B > 3 && left == 3) DENSE_TILE(3);
    if (B > 2 && left == 2) DENSE_TILE(2);
    if (B > 1 && left == 1) DENSE_TILE(1);
#undef DENSE_TILE
}

#if LEVEL == 2
/// Rows that fill the registers with one block of outputs.
#define ROWS_TOGETHER 4
#elif LEVEL == 1
#define ROWS_TOGETHER 2
#else
#define ROWS_TOGETHER 1
#endif

/// A layer of few outputs and few rows, a stretch of the inputs after the other: what the tiles read of x and of the
/// weights of a stretch comes from a near cache again and again, the sums wait in memory.
static TARGET void AT_LEVEL(dense_stretches)(const dense_task *task, ptrdiff_t rows, const float *x, float *y) {
    enum { G = ROWS_TOGETHER, STRETCH = 24 };  // 384 inputs: 40 KB of sixteen rows and ten outputs
    V sums[FEW_OUTPUTS / OUTPUTS * FEW_ROWS / G][G * OUTPUTS];
    memset(sums, 0, sizeof sums);
    const ptrdiff_t chunks = task->inputs / LANES;
    for (ptrdiff_t from = 0; from < chunks; from += STRETCH) {
        const ptrdiff_t to = chunks - from < STRETCH ? chunks : from + STRETCH;
        V(*tile)[G * OUTPUTS] = sums;
        for (ptrdiff_t first = 0; first < task->outputs; first += OUTPUTS)
            for (ptrdiff_t row = 0; row < rows; row += G, tile++) {
                V sum[G * OUTPUTS];
                UNROLL for (int i = 0; i < G * OUTPUTS; i++) sum[i] = (*tile)[i];
                AT_LEVEL(dense_add)(task, x + row * task->inputs,
                                    task->weights + first / OUTPUTS * task->block_stride, from, to, sum, G, 1);
                UNROLL for (int i = 0; i < G * OUTPUTS; i++) (*tile)[i] = sum[i];
            }
    }
    V(*tile)[G * OUTPUTS] = sums;
    for (ptrdiff_t first = 0; first < task->outputs; first += OUTPUTS)
        for (ptrdiff_t row = 0; row < rows; row += G, tile++) {
            if (task->inputs % LANES) {
                float tail[G * LANES];
                AT_LEVEL(dense_tail)(task, x + row * task->inputs, tail, G);
                AT_LEVEL(dense_add_tail)(task, tail, task->weights + first / OUTPUTS * task->block_stride, *tile,
                                         G, 1);
            }
            AT_LEVEL(dense_finish)(task, *tile, y + row * task->outputs, first, G, 1);
        }
}

/// A layer of many outputs, block by block of them: weights that are many more than the second cache holds are read
/// once for all rows.
static TARGET void AT_LEVEL(dense_blocks)(const dense_task *task, ptrdiff_t rows, const float *x, float *y) {
    for (ptrdiff_t first = 0; first < task->outputs; first += OUTPUTS)
        for (ptrdiff_t row = 0; row < rows; row += ROWS_TOGETHER) {
            const float *from = x + row * task->inputs;
            float tail[ROWS_TOGETHER * LANES];
            AT_LEVEL(dense_tail)(task, from, tail, ROWS_TOGETHER);
            AT_LEVEL(dense_tile)(task, from, tail, task->weights + first / OUTPUTS * task->block_stride,
                                 y + row * task->outputs, first, ROWS_TOGETHER, 1);
        }
}

static TARGET void AT_LEVEL(dense)(const dense_task *task, ptrdiff_t rows, const float *x, float *y) {
    // As long as rows fill the registers; then one or two at a time.
    const ptrdiff_t together = rows - rows % ROWS_TOGETHER;
    if (task->outputs > FEW_OUTPUTS) AT_LEVEL(dense_blocks)(task, together, x, y);
    else
        for (ptrdiff_t row = 0; row < together; row += FEW_ROWS)
            AT_LEVEL(dense_stretches)(task, together - row < FEW_ROWS ? together - row : FEW_ROWS,
                                      x + row * task->inputs, y + row * task->outputs);
#if LEVEL > 0
    ptrdiff_t row = together;
#define DENSE_RUN(G, B)                     \
    for (; rows - row >= G; row += G)       \
        AT_LEVEL(dense_rows)(task, x + row * task->inputs, y + row * task->outputs, G, B);
#if LEVEL == 2
    DENSE_RUN(2, 2)
    DENSE_RUN(1, 4)
#else
    DENSE_RUN(1, 2)
#endif
#undef DENSE_RUN
#endif
}

#undef ROWS_TOGETHER
