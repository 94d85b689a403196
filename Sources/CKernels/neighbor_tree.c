#include "include/neighbor_tree.h"

#include <math.h>
#include <string.h>

enum { LEAF = GALATEA_TREE_LEAF };

int galatea_tree_round(const double *values, ptrdiff_t count, float *rounded) {
    int changed = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        rounded[i] = (float)values[i];
        changed |= (double)rounded[i] != values[i];
    }
    return !changed;
}

ptrdiff_t galatea_tree_leaf_count(ptrdiff_t count) { return (count + LEAF - 1) / LEAF; }

/// What the division of points works on.
typedef struct {
    const float *points;
    ptrdiff_t dimension;
    int exact;
    galatea_tree_node *nodes;
    uint64_t *keys;
    int32_t node_count, leaf_count;
} tree_builder;

/// A number that orders points by coordinate, then by row.
static inline uint64_t key_of(float value, int32_t row) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = bits >> 31 ? ~bits : bits | 0x80000000;
    return (uint64_t)bits << 32 | (uint32_t)row;
}

static inline float value_of(uint64_t key) {
    uint32_t bits = (uint32_t)(key >> 32);
    bits = bits >> 31 ? bits & 0x7fffffff : ~bits;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void swap(uint64_t *a, uint64_t *b) {
    const uint64_t kept = *a;
    *a = *b;
    *b = kept;
}

/// Moves the median of three keys at drawn places to the end, as a pivot: no order of the input is slow.
static void draw_pivot(uint64_t *keys, ptrdiff_t count, uint64_t *state) {
    ptrdiff_t place[3];
    for (int i = 0; i < 3; i++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        place[i] = (ptrdiff_t)((*state >> 33) % (uint64_t)count);
    }
    uint64_t *a = keys + place[0], *b = keys + place[1], *c = keys + place[2];
    uint64_t *median = (*a < *b) == (*b < *c) ? b : (*a < *b) == (*a < *c) ? c : a;
    swap(median, keys + count - 1);
}

/// Orders different keys so that those before place `k` are below the one at `k`, and those after it above.
static void select_key(uint64_t *keys, ptrdiff_t count, ptrdiff_t k) {
    uint64_t state = (uint64_t)count;
    while (count > 1) {
        draw_pivot(keys, count, &state);
        const uint64_t pivot = keys[count - 1];
        ptrdiff_t below = 0;
        // Without a branch: which side a key falls on cannot be foreseen.
        for (ptrdiff_t i = 0; i < count - 1; i++) {
            const uint64_t key = keys[i];
            keys[i] = keys[below];
            keys[below] = key;
            below += key < pivot;
        }
        swap(keys + below, keys + count - 1);
        if (k == below) return;
        if (k < below) {
            count = below;
        } else {
            keys += below + 1;
            count -= below + 1;
            k -= below + 1;
        }
    }
}

/// The axis along which at most 128 of the points, evenly taken, lie farthest apart.
static int32_t widest_axis(const tree_builder *builder, const int32_t *order, ptrdiff_t count) {
    const ptrdiff_t step = count > 128 ? count / 128 : 1;
    int32_t widest = 0;
    float width = -1;
    for (ptrdiff_t axis = 0; axis < builder->dimension; axis++) {
        float low = INFINITY, high = -INFINITY;
        for (ptrdiff_t i = 0; i < count; i += step) {
            const float value = builder->points[order[i] * builder->dimension + axis];
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        if (high - low > width) {
            width = high - low;
            widest = (int32_t)axis;
        }
    }
    return widest;
}

/// Adds the cell of `order[0..<count]` and, below it, its parts; depth is log2(count / 32).
static void add_cell(tree_builder *builder, int32_t *order, ptrdiff_t count) {
    galatea_tree_node *node = builder->nodes + builder->node_count++;
    const ptrdiff_t leaves = galatea_tree_leaf_count(count);
    if (leaves == 1) {
        *node = (galatea_tree_node){0, 0, -1, builder->leaf_count++};
        return;
    }
    const int32_t axis = widest_axis(builder, order, count);
    uint64_t *keys = builder->keys;
    for (ptrdiff_t i = 0; i < count; i++)
        keys[i] = key_of(builder->points[order[i] * builder->dimension + axis], order[i]);
    // Whole leaves on the first side keep them full.
    const ptrdiff_t middle = (leaves + 1) / 2 * LEAF;
    select_key(keys, count, middle);
    uint64_t last = keys[0];
    for (ptrdiff_t i = 0; i < count; i++) {
        order[i] = (int32_t)(uint32_t)keys[i];
        if (i < middle) last = keys[i] > last ? keys[i] : last;
    }
    node->axis = axis;
    node->low_end = value_of(last);
    node->high_start = value_of(keys[middle]);
    if (!builder->exact) {
        // The numbers themselves lie up to half a step beyond the rounded ones.
        node->low_end = nextafterf(node->low_end, INFINITY);
        node->high_start = nextafterf(node->high_start, -INFINITY);
    }
    add_cell(builder, order, middle);
    node->place = builder->node_count;
    add_cell(builder, order + middle, count - middle);
}

void galatea_tree_build(const float *points, ptrdiff_t count, ptrdiff_t dimension, int exact,
                        galatea_tree_node *nodes, int32_t *order, uint64_t *keys) {
    for (ptrdiff_t i = 0; i < count; i++) order[i] = (int32_t)i;
    tree_builder builder = {points, dimension, exact, nodes, keys, 0, 0};
    if (count > 0) add_cell(&builder, order, count);
}

void galatea_tree_pack(const double *points, const int32_t *order, ptrdiff_t count, ptrdiff_t dimension,
                       float *floats, double *doubles) {
    for (ptrdiff_t leaf = 0; leaf < galatea_tree_leaf_count(count); leaf++)
        for (ptrdiff_t lane = 0; lane < LEAF; lane++) {
            const ptrdiff_t place = leaf * LEAF + lane < count ? leaf * LEAF + lane : count - 1;
            const double *point = points + order[place] * dimension;
            const ptrdiff_t first = leaf * dimension * LEAF + lane;
            for (ptrdiff_t d = 0; d < dimension; d++)
                if (floats)
                    floats[first + d * LEAF] = (float)point[d];
                else
                    doubles[first + d * LEAF] = point[d];
        }
}
