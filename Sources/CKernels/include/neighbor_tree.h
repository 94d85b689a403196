// A k-d tree over points and the exact search for nearest neighbours in it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

/// Points in a leaf; every leaf but the last is full.
enum { GALATEA_TREE_LEAF = 32 };

/// A cell of the tree: a leaf, or two cells, the first of which follows it.
typedef struct {
    /// No point of the first cell lies above `low_end` along `axis`, none of the second below `high_start`.
    float low_end, high_start;
    /// Coordinate that tells the cells apart; -1 for a leaf.
    int32_t axis;
    /// Second cell; for a leaf its number.
    int32_t place;
} galatea_tree_node;

/// How differences of coordinates become a distance.
typedef enum {
    GALATEA_MANHATTAN = 0,  ///< Sum of |d|.
    GALATEA_EUCLIDEAN = 1,  ///< Root of the sum of d^2.
    GALATEA_CHEBYSHEV = 2,  ///< Largest |d|.
    GALATEA_MINKOWSKI = 3,  ///< p-th root of the sum of |d|^p.
} galatea_metric;

/// Points in leaves of 32, and the cells above them.
typedef struct {
    ptrdiff_t count;
    ptrdiff_t dimension;
    /// Coordinates, [leaf][dimension][32]: in single precision where that is exact, else `doubles`; one is NULL.
    const float *floats;
    const double *doubles;
    /// Place of each point among points of equal distance, all different: [leaf][32].
    const int32_t *ranks;
    /// Cells, the root first; NULL to look at every point.
    const galatea_tree_node *nodes;
} galatea_point_tree;

/// What is asked of a search.
typedef struct {
    galatea_metric metric;
    /// p of GALATEA_MINKOWSKI.
    double exponent;
    /// Neighbours wanted, at least 1.
    ptrdiff_t k;
    /// Points to leave out, a bit a rank; NULL for none.
    const uint64_t *excluded_set;
} galatea_search;

/// Rounds `count` numbers to single precision; 1 where all stay what they are.
int galatea_tree_round(const double *values, ptrdiff_t count, float *rounded);

/// Leaves of a tree over `count` points.
ptrdiff_t galatea_tree_leaf_count(ptrdiff_t count);

/// Divides points, halving the widest axis, until each cell holds one leaf: O(n log n).
///
/// Points of equal coordinate are told apart by row. The result depends on nothing but the arguments.
///
/// - `points` holds [count][dimension] numbers, rounded; `exact` is 0 where rounding changed one.
/// - `nodes` takes 2 leaves - 1 cells, `order` the row of each point in the order of the leaves.
/// - `keys` is scratch memory of `count`.
void galatea_tree_build(const float *points, ptrdiff_t count, ptrdiff_t dimension, int exact,
                        galatea_tree_node *nodes, int32_t *order, uint64_t *keys);

/// Packs `points[count][dimension]` in `order` into leaves, `floats` or `doubles`, the other being NULL.
///
/// What is left of the last leaf repeats the last point.
void galatea_tree_pack(const double *points, const int32_t *order, ptrdiff_t count, ptrdiff_t dimension,
                       float *floats, double *doubles);

/// Doubles of scratch memory that a search needs.
ptrdiff_t galatea_tree_workspace_count(ptrdiff_t dimension);

/// The `k` points nearest to each of `points[queries][dimension]`, or all when there are fewer, nearest first,
/// equal distances by rank: `distances[queries][k]`, `ranks[queries][k]`, and how many there are, `found`.
///
/// Coordinates and distances are in double precision; each point's sum runs over the coordinates in order, so
/// neither the leaf that it lies in, nor the method, nor other queries change a bit of it. Queries are finite;
/// `excluded` names the rank of a point that each leaves out, -1 for none, or is NULL.
void galatea_tree_nearest(galatea_level level, const galatea_point_tree *tree, const galatea_search *search,
                          ptrdiff_t queries, const double *points, const int32_t *excluded, double *distances,
                          int32_t *ranks, int32_t *found, double *workspace);
