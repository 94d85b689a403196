#include <float.h>
#include <math.h>
#include <string.h>

#include "include/neighbor_tree.h"

#if GALATEA_HAS_X86_LEVELS
#include <immintrin.h>
#endif

/// Cells that wait: one a level of the tree, which has fewer than 2^31 points. Offsets of a cell are padded to
/// whole groups of eight, so that they are copied in one step where the level can.
enum { LEAF = GALATEA_TREE_LEAF, WAITING = 40, GROUP = 8, SORTED = 64, TOGETHER = 8 };

/// A cell's sum is rounded in another order than its points': a hair below keeps it a bound.
static const double hair = 1 - 1e-12;

/// A query under way.
typedef struct {
    const double *query;
    /// Rank of a point to leave out; -1 for none.
    int32_t excluded;
    // The nearest found so far: sorted up to SORTED of them, beyond that a heap whose top is the farthest.
    double *distances;
    int32_t *ranks;
    ptrdiff_t count, capacity;
    /// No sum beyond it can enter any more.
    double bound;
    // The cell in hand: how far the query lies from it along each axis, and the sum of that.
    double *offsets;
    double sum;
    int32_t cell;
    ptrdiff_t leaf;
    /// Cells that wait, each [sum, cell, offsets], and the end of the last.
    double *waiting, *top;
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

/// Puts an entry into the heap, at or above `place`, which is free.
static void sift_up(search_state *list, ptrdiff_t place, double distance, int32_t rank) {
    while (place > 0) {
        const ptrdiff_t parent = (place - 1) / 2;
        if (!comes_before(list->distances[parent], list->ranks[parent], distance, rank)) break;
        move_entry(list, parent, place);
        place = parent;
    }
    put(list, place, distance, rank);
}

/// Place of the farthest entry of a full list.
static inline ptrdiff_t farthest(const search_state *list) {
    return list->capacity > SORTED ? 0 : list->capacity - 1;
}

/// Enters a point that comes before the farthest of a full list, or any into one that is not full.
static inline void enter(search_state *list, double distance, int32_t rank) {
    const int full = list->count == list->capacity;
    if (list->capacity > SORTED) {
        if (full)
            sift_down(list, 0, list->count, distance, rank);
        else
            sift_up(list, list->count++, distance, rank);
        return;
    }
    ptrdiff_t place = full ? list->count - 1 : list->count++;
    while (place > 0 && comes_before(distance, rank, list->distances[place - 1], list->ranks[place - 1])) {
        move_entry(list, place - 1, place);
        place--;
    }
    put(list, place, distance, rank);
}

/// Turns the heap into a sorted list.
static void sort_heap(search_state *list) {
    for (ptrdiff_t count = list->count - 1; count > 0; count--) {
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

/// What a difference, not negative, adds to a sum.
static inline double share(const galatea_search *search, double difference) {
    switch (search->metric) {
    case GALATEA_EUCLIDEAN: return difference * difference;
    case GALATEA_MINKOWSKI: return pow(difference, search->exponent);
    default: return difference;
    }
}

/// Offers a point whose sum is within the bound.
static inline void offer(search_state *list, const galatea_search *search, double sum, int32_t rank) {
    const double distance = root(search, sum);
    if (list->count == list->capacity) {
        const ptrdiff_t last = farthest(list);
        if (!comes_before(distance, rank, list->distances[last], list->ranks[last])) return;
    }
    if (rank == list->excluded) return;
    if (search->excluded_set && search->excluded_set[rank >> 6] >> (rank & 63) & 1) return;
    enter(list, distance, rank);
    if (list->count == list->capacity) list->bound = largest_sum(search, list->distances[farthest(list)]);
}

static ptrdiff_t padded(ptrdiff_t dimension) { return (dimension + GROUP - 1) / GROUP * GROUP; }

static ptrdiff_t state_doubles(ptrdiff_t dimension) { return (WAITING + 1) * (padded(dimension) + 2); }

/// Lets the root wait alone.
static inline void start_at_root(search_state *state, ptrdiff_t dimension) {
    memset(state->waiting, 0, (size_t)(padded(dimension) + 2) * sizeof(double));
    state->top = state->waiting + padded(dimension) + 2;
}

#define LEVEL 0
#include "vector_level.h"
#include "neighbor_search_level.h"
#include "level_end.h"
#if GALATEA_HAS_X86_LEVELS
#define LEVEL 1
#include "vector_level.h"
#include "neighbor_search_level.h"
#include "level_end.h"
#define LEVEL 2
#include "vector_level.h"
#include "neighbor_search_level.h"
#include "level_end.h"
#endif

ptrdiff_t galatea_tree_workspace_count(ptrdiff_t dimension) { return TOGETHER * state_doubles(dimension); }

void galatea_tree_nearest(galatea_level level, const galatea_point_tree *tree, const galatea_search *search,
                          ptrdiff_t queries, const double *points, const int32_t *excluded, double *distances,
                          int32_t *ranks, int32_t *found, double *workspace) {
    for (ptrdiff_t first = 0; first < queries; first += TOGETHER) {
        const int count = queries - first < TOGETHER ? (int)(queries - first) : TOGETHER;
        search_state states[TOGETHER];
        for (int i = 0; i < count; i++) {
            double *memory = workspace + i * state_doubles(tree->dimension);
            states[i] = (search_state){.query = points + (first + i) * tree->dimension,
                                       .excluded = excluded ? excluded[first + i] : -1,
                                       .distances = distances + (first + i) * search->k,
                                       .ranks = ranks + (first + i) * search->k,
                                       .capacity = search->k,
                                       .bound = INFINITY,
                                       .offsets = memory,
                                       .waiting = memory + padded(tree->dimension)};
        }
#if GALATEA_HAS_X86_LEVELS
        if (level == GALATEA_AVX512)
            nearest_avx512(tree, search, states, count);
        else if (level == GALATEA_AVX2)
            nearest_avx2(tree, search, states, count);
        else
#endif
            nearest_portable(tree, search, states, count);
        for (int i = 0; i < count; i++) {
            if (search->k > SORTED) sort_heap(states + i);
            found[first + i] = (int32_t)states[i].count;
        }
    }
}
