// What the search does at a node, at one level; neighbor_search.c includes this once a level.

/// Registers that hold a number of each box of a node.
#define BOX_PARTS (FAN / WIDTH)

/// How far the rounded query lies from each box of a node: a sum, or for GALATEA_MINKOWSKI a distance.
INLINE void AT_LEVEL(search_box_sums)(const galatea_search *search, const float *query, ptrdiff_t dimension,
                                      const float *boxes, V *sums) {
    UNROLL for (int part = 0; part < BOX_PARTS; part++) sums[part] = (V)0;
#define SEARCH_LOOP(update)                                                                  \
    for (ptrdiff_t d = 0; d < dimension; d++)                                                \
        UNROLL for (int part = 0; part < BOX_PARTS; part++) {                                \
            const float *low = boxes + 2 * FAN * d + part * WIDTH;                           \
            const V below = LOAD(low) - query[d], above = query[d] - LOAD(low + FAN);        \
            const V outside = below > above ? below : above;                                 \
            const V difference = outside > 0 ? outside : (V)0;                               \
            update;                                                                          \
        }
    switch (search->metric) {
    case GALATEA_EUCLIDEAN: SEARCH_LOOP(sums[part] = FMA(difference, difference, sums[part])) break;
    case GALATEA_MANHATTAN: SEARCH_LOOP(sums[part] += difference) break;
    // The distance of any exponent is at least the largest difference, which takes no powers.
    case GALATEA_MINKOWSKI:
    case GALATEA_CHEBYSHEV: SEARCH_LOOP(sums[part] = difference > sums[part] ? difference : sums[part]) break;
    }
#undef SEARCH_LOOP
}

/// A bit for each of a node's numbers that is at most `limit`.
INLINE uint32_t AT_LEVEL(search_at_most)(const IV *numbers, int32_t limit) {
    uint32_t bits = 0;
#if LEVEL == 2
    bits = _mm512_cmple_epi32_mask((__m512i)numbers[0], _mm512_set1_epi32(limit));
#elif LEVEL == 1
    UNROLL for (int part = 0; part < BOX_PARTS; part++) {
        const __m256i beyond = _mm256_cmpgt_epi32((__m256i)numbers[part], _mm256_set1_epi32(limit));
        bits |= (uint32_t)(~_mm256_movemask_ps((__m256)beyond) & 0xff) << part * WIDTH;
    }
#else
    UNROLL for (int part = 0; part < BOX_PARTS; part++) {
        const IV is_within = numbers[part] <= limit;
        UNROLL for (int lane = 0; lane < WIDTH; lane++)
            bits |= (uint32_t)(is_within[lane] & 1) << (part * WIDTH + lane);
    }
#endif
    return bits;
}

/// Lets what lies below a node wait, the nearest on top.
INLINE void AT_LEVEL(search_node)(const galatea_point_tree *tree, const galatea_search *search,
                                  const tree_levels *levels, search_state *state, int level, ptrdiff_t node) {
    V sums[BOX_PARTS];
    const float *boxes = tree->boxes + (levels->first[level] + node) * tree->dimension * 2 * FAN;
    AT_LEVEL(search_box_sums)(search, state->rounded, tree->dimension, boxes, sums);
    // Numbers that are not negative have the order of their bits; the last four tell the boxes apart.
    IV keys[BOX_PARTS];
    int32_t kept[FAN];
    UNROLL for (int part = 0; part < BOX_PARTS; part++) {
        IV lanes;
        UNROLL for (int lane = 0; lane < WIDTH; lane++) lanes[lane] = part * WIDTH + lane;
        keys[part] = ((IV)sums[part] & ~(FAN - 1)) | lanes;
        memcpy(kept + part * WIDTH, &keys[part], sizeof(IV));
    }
    uint32_t within = AT_LEVEL(search_at_most)(keys, state->limit);
    const ptrdiff_t below = levels->count[level - 1] - node * FAN;
    if (below < FAN) within &= (1u << below) - 1;
    for (uint32_t rest = within; rest; rest &= rest - 1) {
        const int box = __builtin_ctz(rest);
        // Its place is the number of those that are farther.
        const uint32_t farther = within & ~AT_LEVEL(search_at_most)(keys, kept[box]);
        state->top[__builtin_popcount(farther)] = item_of(kept[box], level - 1, node * FAN + box);
    }
    state->top += __builtin_popcount(within);
}

#undef BOX_PARTS
