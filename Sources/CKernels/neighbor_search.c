#include <float.h>
#include <math.h>
#include <string.h>

#include "include/neighbor_tree.h"

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>
#endif

enum {
    LEAF = GALATEA_TREE_LEAF,
    FAN = GALATEA_TREE_FAN,
    /// As many neighbours stay in registers while a leaf is looked at; more make a heap.
    SORTED = 16,
    /// Queries that take turns.
    TOGETHER = 8,
    /// Boxes that wait: 15 a level and the nearest of the last.
    WAITING = GALATEA_TREE_HEIGHT * (FAN - 1) + 1,
};

/// A query under way.
typedef struct {
    const double *query;
    /// The query in single precision, and how far that lies from it.
    float *rounded;
    double rounding;
    /// Rank of a point to leave out; -1 for none.
    int32_t excluded;
    // The result; beyond SORTED neighbours until the end a heap of the nearest, whose top is the farthest.
    double *distances;
    int32_t *ranks;
    ptrdiff_t capacity;
    /// No sum beyond it can enter any more.
    double bound;
    /// No box that lies beyond can hold a point that enters: bits of a number in single precision.
    int32_t limit;
    /// What is looked at, and what waits, the next on top: bits of its distance, level (0 for a leaf), number.
    uint64_t item, *top;
    uint64_t waiting[WAITING];
    /// The nearest found so far. Places not taken, here or in the heap, hold what comes after every point.
    double sorted_distances[SORTED];
    int64_t sorted_ranks[SORTED];
} search_state;

static inline int comes_before(double distance, int32_t rank, double other, int32_t other_rank) {
    return distance < other || (distance == other && rank < other_rank);
}

static inline void put(search_state *list, ptrdiff_t place, double distance, int32_t rank) {
    list->distances[place] = distance;
    list->ranks[place] = rank;
}

static inline void move_entry(search_state *list, ptrdiff_t from, ptrdiff_t to) {
    put(list, to, list->distances[from], list->ranks[from]);
}

/// Puts an entry into the heap of `count`, at or below `place`, which is free.
static void sift_down(search_state *list, ptrdiff_t place, ptrdiff_t count, double distance, int32_t rank) {
    for (;;) {
        ptrdiff_t child = 2 * place + 1;
        if (child >= count) break;
        if (child + 1 < count && comes_before(list->distances[child], list->ranks[child],
                                              list->distances[child + 1], list->ranks[child + 1]))
            child++;
        if (!comes_before(distance, rank, list->distances[child], list->ranks[child])) break;
        move_entry(list, child, place);
        place = child;
    }
    put(list, place, distance, rank);
}

/// Turns the heap into a sorted list.
static void sort_heap(search_state *list) {
    for (ptrdiff_t count = list->capacity - 1; count > 0; count--) {
        const double distance = list->distances[count];
        const int32_t rank = list->ranks[count];
        move_entry(list, 0, count);
        sift_down(list, 0, count, distance, rank);
    }
}

/// The distance of a sum.
static inline double root(const galatea_search *search, double sum) {
    switch (search->metric) {
    case GALATEA_EUCLIDEAN: return sqrt(sum);
    case GALATEA_MINKOWSKI: return pow(sum, 1 / search->exponent);
    default: return sum;
    }
}

/// A sum that those of no point nearer than, or as near as, `distance` exceed.
static inline double largest_sum(const galatea_search *search, double distance) {
    switch (search->metric) {
    case GALATEA_EUCLIDEAN: return distance * distance * (1 + 1e-15) + DBL_MIN;
    case GALATEA_MINKOWSKI: return pow(distance, search->exponent) * (1 + 1e-12) + DBL_MIN;
    default: return distance;
    }
}

/// Bounds the search by the distance of the farthest in the list.
static inline void tighten(search_state *state, const galatea_search *search, ptrdiff_t dimension,
                           double distance) {
    state->bound = largest_sum(search, distance);
    // Boxes are measured from the rounded query, in single precision, with a place in the last four bits: that
    // may add 2^-19 of a sum, and each coordinate 2^-23. Beyond its range nothing is left out.
    const double farthest = distance + state->rounding;
    const double measure = search->metric == GALATEA_MINKOWSKI ? farthest : largest_sum(search, farthest);
    const float limit = (float)(measure * (1 + 4e-6 + 1.2e-7 * (double)dimension) + FLT_MIN);
    state->limit = INT32_MAX;
    if (limit <= FLT_MAX) memcpy(&state->limit, &limit, sizeof limit);
}

static inline int is_excluded(const search_state *state, const galatea_search *search, int32_t rank) {
    return rank == state->excluded ||
           (search->excluded_set && search->excluded_set[rank >> 6] >> (rank & 63) & 1);
}

// Fewer than 2^31 points have at most 2^27 leaves.
static inline uint64_t item_of(int32_t distance, int level, ptrdiff_t number) {
    return (uint64_t)(uint32_t)distance << 32 | (uint64_t)level << 27 | (uint64_t)number;
}
static inline int32_t distance_of(uint64_t item) { return (int32_t)(item >> 32); }
static inline int level_of(uint64_t item) { return (int)(item >> 27 & 31); }
static inline ptrdiff_t number_of(uint64_t item) { return (ptrdiff_t)(item & ((1 << 27) - 1)); }

/// Where the nodes of each level start, and their number; those of level 0 are the leaves.
typedef struct {
    ptrdiff_t first[GALATEA_TREE_HEIGHT + 1], count[GALATEA_TREE_HEIGHT + 1];
    int height;
} tree_levels;

static tree_levels levels_of(const galatea_point_tree *tree) {
    tree_levels levels = {.count = {galatea_tree_leaf_count(tree->count)}};
    ptrdiff_t first = 0;
    do {
        const ptrdiff_t below = levels.count[levels.height++];
        levels.first[levels.height] = first;
        levels.count[levels.height] = (below + FAN - 1) / FAN;
        first += levels.count[levels.height];
    } while (levels.count[levels.height] > 1);
    return levels;
}

#define LEVEL 0
#include "vector_level.h"
#include "neighbor_nodes_level.h"
#include "neighbor_search_level.h"
#include "level_end.h"
#if GALATEA_HAS_X86_LEVELS
#define LEVEL 1
#include "vector_level.h"
#include "neighbor_nodes_level.h"
#include "neighbor_search_level.h"
#include "level_end.h"
#define LEVEL 2
#include "vector_level.h"
#include "neighbor_nodes_level.h"
#include "neighbor_search_level.h"
#include "level_end.h"
#endif

static ptrdiff_t state_doubles(ptrdiff_t dimension) {
    return (ptrdiff_t)(sizeof(search_state) / sizeof(double)) + (dimension + 1) / 2;
}

ptrdiff_t galatea_tree_workspace_count(ptrdiff_t dimension) { return TOGETHER * state_doubles(dimension); }

/// Empties the list and starts at the root.
static void start(search_state *state, const galatea_search *search, const tree_levels *levels,
                  ptrdiff_t dimension) {
    state->rounding = 0;
    for (ptrdiff_t d = 0; d < dimension; d++) {
        const double value = state->query[d];
        state->rounded[d] = (float)(value < -FLT_MAX ? -FLT_MAX : value > FLT_MAX ? FLT_MAX : value);
        state->rounding += fabs(value - (double)state->rounded[d]);
    }
    if (search->k > SORTED)
        for (ptrdiff_t i = 0; i < search->k; i++) put(state, i, INFINITY, INT32_MAX);
    for (int i = 0; i < SORTED; i++) {
        state->sorted_distances[i] = INFINITY;
        state->sorted_ranks[i] = INT32_MAX;
    }
    tighten(state, search, dimension, INFINITY);
    state->top = state->waiting;
    state->item = item_of(0, levels->height, 0);
}

/// Puts the list where the result is wanted; returns how many it holds.
static int32_t finish(search_state *state, const galatea_search *search) {
    if (search->k > SORTED)
        sort_heap(state);
    else
        for (ptrdiff_t i = 0; i < search->k; i++)
            put(state, i, state->sorted_distances[i], (int32_t)state->sorted_ranks[i]);
    int32_t found = 0;
    while (found < search->k && state->ranks[found] != INT32_MAX) found++;
    return found;
}

void galatea_tree_nearest(galatea_level level, const galatea_point_tree *tree, const galatea_search *search,
                          ptrdiff_t queries, const double *points, const int32_t *excluded, double *distances,
                          int32_t *ranks, int32_t *found, double *workspace) {
    const tree_levels levels = levels_of(tree);
    for (ptrdiff_t first = 0; first < queries; first += TOGETHER) {
        const int count = queries - first < TOGETHER ? (int)(queries - first) : TOGETHER;
        search_state *states[TOGETHER] = {NULL};
        for (int i = 0; i < count; i++) {
            states[i] = (search_state *)(workspace + i * state_doubles(tree->dimension));
            states[i]->query = points + (first + i) * tree->dimension;
            states[i]->rounded = (float *)(states[i] + 1);
            states[i]->excluded = excluded ? excluded[first + i] : -1;
            states[i]->distances = distances + (first + i) * search->k;
            states[i]->ranks = ranks + (first + i) * search->k;
            states[i]->capacity = search->k;
            start(states[i], search, &levels, tree->dimension);
        }
#if GALATEA_HAS_X86_LEVELS
        if (level == GALATEA_AVX512)
            nearest_avx512(tree, search, &levels, states, count);
        else if (level == GALATEA_AVX2)
            nearest_avx2(tree, search, &levels, states, count);
        else
#endif
            nearest_portable(tree, search, &levels, states, count);
        for (int i = 0; i < count; i++) found[first + i] = finish(states[i], search);
    }
}
