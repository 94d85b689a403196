// The search for nearest neighbours at one level; neighbor_search.c includes this once a level.

/// Doubles in a register, and registers that hold a sum of each point of a leaf.
#define LANES (WIDTH / 2)
#define PARTS (LEAF / LANES)
#define D AT_LEVEL(search_doubles)
#define L AT_LEVEL(search_longs)
#define UNALIGNED_D AT_LEVEL(search_unaligned_doubles)
#define UNALIGNED_F AT_LEVEL(search_unaligned_floats)

typedef double D __attribute__((ext_vector_type(LANES)));
typedef int64_t L __attribute__((ext_vector_type(LANES)));
typedef double UNALIGNED_D __attribute__((ext_vector_type(LANES), aligned(8)));
typedef float UNALIGNED_F __attribute__((ext_vector_type(LANES), aligned(4)));

/// Coordinates of the `part`th group of a leaf's points.
INLINE D AT_LEVEL(search_load)(const float *floats, const double *doubles, int part) {
    if (floats) return __builtin_convertvector(*(const UNALIGNED_F *)(floats + part * LANES), D);
    return *(const UNALIGNED_D *)(doubles + part * LANES);
}

INLINE D AT_LEVEL(search_magnitude)(D value) { return __builtin_elementwise_abs(value); }

/// The sums from `query` to each point of a leaf; `floats` or `doubles` is NULL, known when compiled.
INLINE void AT_LEVEL(search_sums)(const galatea_search *search, const double *query, ptrdiff_t dimension,
                                  const float *floats, const double *doubles, D *sums) {
    UNROLL for (int part = 0; part < PARTS; part++) sums[part] = (D)0;
#define SEARCH_LOOP(update)                                                                         \
    for (ptrdiff_t d = 0; d < dimension; d++)                                                       \
        UNROLL for (int part = 0; part < PARTS; part++) {                                           \
            const D difference = AT_LEVEL(search_load)(floats ? floats + d * LEAF : NULL,           \
                                                       floats ? NULL : doubles + d * LEAF, part) -  \
                                 query[d];                                                          \
            update;                                                                                 \
        }
    switch (search->metric) {
    case GALATEA_EUCLIDEAN: SEARCH_LOOP(sums[part] = FMA(difference, difference, sums[part])) break;
    case GALATEA_MANHATTAN: SEARCH_LOOP(sums[part] += AT_LEVEL(search_magnitude)(difference)) break;
    case GALATEA_CHEBYSHEV:
        SEARCH_LOOP(const D size = AT_LEVEL(search_magnitude)(difference);
                    sums[part] = size > sums[part] ? size : sums[part])
        break;
    case GALATEA_MINKOWSKI:
        SEARCH_LOOP(for (int lane = 0; lane < LANES; lane++) sums[part][lane] +=
                    pow(fabs(difference[lane]), search->exponent))
        break;
    }
#undef SEARCH_LOOP
}

/// A bit for each sum that is at most `bound`.
INLINE uint32_t AT_LEVEL(search_within)(const D *sums, double bound) {
    uint32_t within = 0;
#if LEVEL == 2
    UNROLL for (int part = 0; part < PARTS; part++) within |=
        (uint32_t)_mm512_cmp_pd_mask((__m512d)sums[part], _mm512_set1_pd(bound), _CMP_LE_OQ) << part * LANES;
#elif LEVEL == 1
    UNROLL for (int part = 0; part < PARTS; part++) within |=
        (uint32_t)_mm256_movemask_pd(_mm256_cmp_pd((__m256d)sums[part], _mm256_set1_pd(bound), _CMP_LE_OQ))
        << part * LANES;
#else
    UNROLL for (int part = 0; part < PARTS; part++) {
        const L is_within = sums[part] <= bound;
        UNROLL for (int lane = 0; lane < LANES; lane++)
            within |= (uint32_t)(is_within[lane] & 1) << (part * LANES + lane);
    }
#endif
    return within;
}

/// Offers the points of a leaf.
INLINE void AT_LEVEL(search_leaf)(const galatea_point_tree *tree, const galatea_search *search,
                                  search_state *state, ptrdiff_t leaf) {
    D sums[PARTS];
    const ptrdiff_t first = leaf * tree->dimension * LEAF;
    if (tree->floats)
        AT_LEVEL(search_sums)(search, state->query, tree->dimension, tree->floats + first, NULL, sums);
    else
        AT_LEVEL(search_sums)(search, state->query, tree->dimension, NULL, tree->doubles + first, sums);
    uint32_t within = AT_LEVEL(search_within)(sums, state->bound);
    const ptrdiff_t count = tree->count - leaf * LEAF;
    if (count < LEAF) within &= (1u << count) - 1;
    if (!within) return;
    double kept[LEAF];
    UNROLL for (int part = 0; part < PARTS; part++) *(UNALIGNED_D *)(kept + part * LANES) = sums[part];
    for (; within; within &= within - 1) {
        const int lane = __builtin_ctz(within);
        if (kept[lane] <= state->bound) offer(state, search, kept[lane], tree->ranks[leaf * LEAF + lane]);
    }
}

/// A cell's sum once its offset along an axis has grown from `old` to `new`.
INLINE double AT_LEVEL(search_grown)(const galatea_search *search, double sum, double old, double new) {
    if (new <= old) return sum;
    if (search->metric == GALATEA_CHEBYSHEV) return new > sum ? new : sum;
    return sum + (share(search, new) - share(search, old));
}

INLINE void AT_LEVEL(search_copy)(double *to, const double *from, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i += GROUP)
        UNROLL for (int part = 0; part < GROUP; part += LANES)
            *(UNALIGNED_D *)(to + i + part) = *(const UNALIGNED_D *)(from + i + part);
}

/// Goes down from the state's cell to the nearest leaf below it; what lies aside waits.
INLINE ptrdiff_t AT_LEVEL(search_descend)(const galatea_point_tree *tree, const galatea_search *search,
                                          search_state *state) {
    const ptrdiff_t width = padded(tree->dimension);
    double *offsets = state->offsets;
    int32_t cell = state->cell;
    double sum = state->sum;
    const galatea_tree_node *node = tree->nodes + cell;
    while (node->axis >= 0) {
        const int32_t axis = node->axis;
        const double below = state->query[axis] - (double)node->low_end;
        const double above = (double)node->high_start - state->query[axis];
        const int first_is_near = below <= above;
        const double near = first_is_near ? below : above, far = first_is_near ? above : below;
        const double old = offsets[axis];
        const double far_sum = AT_LEVEL(search_grown)(search, sum, old, far);
        const int32_t second = node->place, first = cell + 1;
        if (far_sum * hair <= state->bound) {
            state->top[0] = far_sum;
            state->top[1] = first_is_near ? second : first;
            AT_LEVEL(search_copy)(state->top + 2, offsets, width);
            if (far > old) state->top[2 + axis] = far;
            state->top += width + 2;
        }
        sum = AT_LEVEL(search_grown)(search, sum, old, near);
        if (near > old) offsets[axis] = near;
        cell = first_is_near ? first : second;
        node = tree->nodes + cell;
    }
    state->sum = sum;
    return node->place;
}

/// Asks for the memory of a leaf that will be looked at when the other queries have had their turn.
INLINE void AT_LEVEL(search_prefetch)(const galatea_point_tree *tree, ptrdiff_t leaf) {
    const char *ranks = (const char *)(tree->ranks + leaf * LEAF);
    for (int i = 0; i < 2; i++) __builtin_prefetch(ranks + 64 * i);
    const ptrdiff_t bytes = tree->dimension * LEAF * (tree->floats ? sizeof(float) : sizeof(double));
    const char *points = (tree->floats ? (const char *)tree->floats : (const char *)tree->doubles) + leaf * bytes;
    // Beyond that the processor sees the sequence by itself.
    for (ptrdiff_t i = 0; i < bytes && i < 2048; i += 64) __builtin_prefetch(points + i);
}

/// The next leaf that can hold one of the nearest; -1 when there is none.
INLINE ptrdiff_t AT_LEVEL(search_next)(const galatea_point_tree *tree, const galatea_search *search,
                                       search_state *state) {
    const ptrdiff_t width = padded(tree->dimension);
    while (state->top > state->waiting) {
        state->top -= width + 2;
        if (state->top[0] * hair > state->bound) continue;
        state->sum = state->top[0];
        state->cell = (int32_t)state->top[1];
        AT_LEVEL(search_copy)(state->offsets, state->top + 2, width);
        const ptrdiff_t leaf = AT_LEVEL(search_descend)(tree, search, state);
        if (state->sum * hair > state->bound) continue;
        AT_LEVEL(search_prefetch)(tree, leaf);
        return leaf;
    }
    return -1;
}

/// Searches the tree for some queries, each a leaf at a time in turn: while one is looked at, the leaves of the
/// others come out of memory.
INLINE void AT_LEVEL(search_tree)(const galatea_point_tree *tree, const galatea_search *search,
                                  search_state *states, int count) {
    search_state *active[TOGETHER];
    for (int i = 0; i < count; i++) {
        active[i] = states + i;
        start_at_root(active[i], tree->dimension);
        active[i]->leaf = AT_LEVEL(search_next)(tree, search, active[i]);
    }
    while (count > 0)
        for (int i = 0; i < count; i++) {
            search_state *state = active[i];
            AT_LEVEL(search_leaf)(tree, search, state, state->leaf);
            state->leaf = AT_LEVEL(search_next)(tree, search, state);
            // The last one takes the place of one that is done, and has its turn now.
            if (state->leaf < 0) active[i--] = active[--count];
        }
}

static TARGET void AT_LEVEL(nearest)(const galatea_point_tree *tree, const galatea_search *search,
                                     search_state *states, int count) {
    if (tree->nodes) {
        if (tree->count) AT_LEVEL(search_tree)(tree, search, states, count);
        return;
    }
    for (ptrdiff_t leaf = 0; leaf * LEAF < tree->count; leaf++)
        for (int i = 0; i < count; i++) AT_LEVEL(search_leaf)(tree, search, states + i, leaf);
}

#undef LANES
#undef PARTS
#undef D
#undef L
#undef UNALIGNED_D
#undef UNALIGNED_F
