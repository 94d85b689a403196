// The search for nearest neighbours at one level; neighbor_search.c includes this once a level.

/// Doubles in a register, and registers that hold a sum of each point of a leaf.
#define LANES (WIDTH / 2)
#define PARTS (LEAF / LANES)
#define D AT_LEVEL(search_doubles)
#define L AT_LEVEL(search_longs)
#define UNALIGNED_D AT_LEVEL(search_unaligned_doubles)
#define UNALIGNED_F AT_LEVEL(search_unaligned_floats)
#define UNALIGNED_L AT_LEVEL(search_unaligned_longs)
/// The last of one vector before all but the last of another.
#if LEVEL == 2
#define SHIFTED(left, here) __builtin_shufflevector(left, here, 7, 8, 9, 10, 11, 12, 13, 14)
#elif LEVEL == 1
#define SHIFTED(left, here) __builtin_shufflevector(left, here, 3, 4, 5, 6)
#else
#define SHIFTED(left, here) __builtin_shufflevector(left, here, 1, 2)
#endif

typedef double D __attribute__((ext_vector_type(LANES)));
typedef int64_t L __attribute__((ext_vector_type(LANES)));
typedef int64_t UNALIGNED_L __attribute__((ext_vector_type(LANES), aligned(8)));
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

/// Puts a point into the sorted list where it belongs, or nowhere; the last of the list goes.
INLINE void AT_LEVEL(search_insert)(D *distances, L *ranks, double distance, int32_t rank) {
    const D new_distance = (D)distance;
    const L new_rank = (L)(int64_t)rank;
    // What stands before an entry, the first having none.
    D left = (D)-INFINITY;
    L left_rank = (L)-1;
    L left_moves = (L)0;
    UNROLL for (int part = 0; part < SORTED / LANES; part++) {
        const D here = distances[part];
        const L here_rank = ranks[part];
        const L moves = (new_distance < here) | ((new_distance == here) & (new_rank < here_rank));
        const D before = SHIFTED(left, here);
        const L before_rank = SHIFTED(left_rank, here_rank);
        const L before_moves = SHIFTED(left_moves, moves);
        distances[part] = moves ? (before_moves ? before : new_distance) : here;
        ranks[part] = moves ? (before_moves ? before_rank : new_rank) : here_rank;
        left = here;
        left_rank = here_rank;
        left_moves = moves;
    }
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
    const int32_t *leaf_ranks = tree->ranks + leaf * LEAF;
    double kept[LEAF];
    UNROLL for (int part = 0; part < PARTS; part++) *(UNALIGNED_D *)(kept + part * LANES) = sums[part];
    if (state->capacity > SORTED) {
        for (; within; within &= within - 1) {
            const int lane = __builtin_ctz(within);
            const double distance = root(search, kept[lane]);
            if (!comes_before(distance, leaf_ranks[lane], state->distances[0], state->ranks[0]) ||
                is_excluded(state, search, leaf_ranks[lane]))
                continue;
            sift_down(state, 0, state->capacity, distance, leaf_ranks[lane]);
            tighten(state, search, tree->dimension, state->distances[0]);
        }
        return;
    }
    D distances[SORTED / LANES];
    L ranks[SORTED / LANES];
    UNROLL for (int part = 0; part < SORTED / LANES; part++) {
        distances[part] = *(const UNALIGNED_D *)(state->sorted_distances + part * LANES);
        ranks[part] = *(const UNALIGNED_L *)(state->sorted_ranks + part * LANES);
    }
    for (; within; within &= within - 1) {
        const int lane = __builtin_ctz(within);
        if (is_excluded(state, search, leaf_ranks[lane])) continue;
        AT_LEVEL(search_insert)(distances, ranks, root(search, kept[lane]), leaf_ranks[lane]);
    }
    UNROLL for (int part = 0; part < SORTED / LANES; part++) {
        *(UNALIGNED_D *)(state->sorted_distances + part * LANES) = distances[part];
        *(UNALIGNED_L *)(state->sorted_ranks + part * LANES) = ranks[part];
    }
    tighten(state, search, tree->dimension, state->sorted_distances[state->capacity - 1]);
}

/// Asks for memory; beyond the first two kilobytes the processor sees the sequence by itself.
INLINE void AT_LEVEL(search_ask)(const void *from, ptrdiff_t bytes) {
    for (ptrdiff_t i = 0; i < bytes && i < 2048; i += 64) __builtin_prefetch((const char *)from + i);
}

/// Asks for what will be looked at when the other queries have had their turn.
INLINE void AT_LEVEL(search_prefetch)(const galatea_point_tree *tree, const tree_levels *levels,
                                      uint64_t item) {
    const int level = level_of(item);
    const ptrdiff_t number = number_of(item), dimension = tree->dimension;
    const ptrdiff_t single = dimension * (ptrdiff_t)sizeof(float), box_bytes = 2 * FAN * single;
    if (level) {
        const char *boxes = (const char *)tree->boxes;
        AT_LEVEL(search_ask)(boxes + (levels->first[level] + number) * box_bytes, box_bytes);
        return;
    }
    const ptrdiff_t bytes = LEAF * (tree->floats ? single : 2 * single);
    const char *points = tree->floats ? (const char *)tree->floats : (const char *)tree->doubles;
    AT_LEVEL(search_ask)(points + number * bytes, bytes);
    AT_LEVEL(search_ask)(tree->ranks + number * LEAF, LEAF * sizeof(int32_t));
}

/// Looks at the state's item and takes the next that can matter; 0 when there is none.
INLINE int AT_LEVEL(search_step)(const galatea_point_tree *tree, const galatea_search *search,
                                 const tree_levels *levels, search_state *state) {
    if (level_of(state->item) > 0)
        AT_LEVEL(search_node)(tree, search, levels, state, level_of(state->item), number_of(state->item));
    else
        AT_LEVEL(search_leaf)(tree, search, state, number_of(state->item));
    do {
        if (state->top == state->waiting) return 0;
        state->item = *--state->top;
    } while (distance_of(state->item) > state->limit);
    AT_LEVEL(search_prefetch)(tree, levels, state->item);
    return 1;
}

/// Searches for some queries, each a leaf or a node at a time in turn: while one is looked at, what the others
/// need comes out of memory.
static TARGET void AT_LEVEL(nearest)(const galatea_point_tree *tree, const galatea_search *search,
                                     const tree_levels *levels, search_state *states[TOGETHER], int count) {
    if (!tree->boxes) {
        for (ptrdiff_t leaf = 0; leaf < levels->count[0]; leaf++)
            for (int i = 0; i < count; i++) AT_LEVEL(search_leaf)(tree, search, states[i], leaf);
        return;
    }
    if (!tree->count) return;
    search_state *active[TOGETHER];
    memcpy(active, states, sizeof active);
    while (count > 0)
        for (int i = 0; i < count; i++)
            // The last one takes the place of one that is done, and has its turn now.
            if (!AT_LEVEL(search_step)(tree, search, levels, active[i])) active[i--] = active[--count];
}

#undef LANES
#undef PARTS
#undef D
#undef L
#undef UNALIGNED_D
#undef UNALIGNED_F
#undef UNALIGNED_L
#undef SHIFTED
