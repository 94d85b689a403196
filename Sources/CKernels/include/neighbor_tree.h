// A tree of boxes over points and the exact search for nearest neighbours in it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

enum {
    /// Points in a leaf; every leaf but the last is full.
    GALATEA_TREE_LEAF = 16,
    /// Boxes below a node; every node but the last of its level is full.
    GALATEA_TREE_FAN = 16,
    /// Levels of nodes that 2^31 points can need.
    GALATEA_TREE_HEIGHT = 7,
};

/// How differences of coordinates become a distance.
typedef enum {
    GALATEA_MANHATTAN = 0,  ///< Sum of |d|.
    GALATEA_EUCLIDEAN = 1,  ///< Root of the sum of d^2.
    GALATEA_CHEBYSHEV = 2,  ///< Largest |d|.
    GALATEA_MINKOWSKI = 3,  ///< p-th root of the sum of |d|^p.
} galatea_metric;

/// Points in leaves of 16, and the boxes around leaves, around 16 of these boxes, and so on.
typedef struct {
    ptrdiff_t count;
    ptrdiff_t dimension;
    /// Coordinates, [leaf][dimension][16], in single precision where that is exact, else `doubles`; one is NULL.
    const float *floats;
    const double *doubles;
    /// Place of each point among points of equal distance, all different: [leaf][16].
    const int32_t *ranks;
    /// Least and largest coordinates of a node's 16 boxes, [node][dimension][2][16], the nodes above leaves
    /// first, the root last; NULL to look at every point.
    const float *boxes;
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

/// Leaves of a tree over `count` points.
ptrdiff_t galatea_tree_leaf_count(ptrdiff_t count);

/// Nodes of a tree over `count` points.
ptrdiff_t galatea_tree_node_count(ptrdiff_t count);

/// Divides points, halving the widest axis, until each part holds one leaf: O(n log n).
///
/// Points of equal coordinate are told apart by row. The result depends on nothing but the arguments.
///
/// - `points` holds [count][dimension] numbers, rounded.
/// - `order` takes the row of each point in the order of the leaves.
/// - `keys` is scratch memory of `count`.
void galatea_tree_order(const float *points, ptrdiff_t count, ptrdiff_t dimension, int32_t *order,
                        uint64_t *keys);

/// Packs `points[count][dimension]` in `order`, NULL for their own, into leaves, `floats` or `doubles`, the other
/// being NULL.
///
/// What is left of the last leaf repeats the last point.
void galatea_tree_pack(const double *points, const int32_t *order, ptrdiff_t count, ptrdiff_t dimension,
                       float *floats, double *doubles);

/// Puts boxes, [galatea_tree_node_count][dimension][2][16] numbers, around packed points, `floats` or `doubles`.
void galatea_tree_enclose(const float *floats, const double *doubles, ptrdiff_t count, ptrdiff_t dimension,
                          float *boxes);

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
