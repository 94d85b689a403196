#include "include/neighbor_tree.h"

#include <math.h>
#include <string.h>

enum { LEAF = GALATEA_TREE_LEAF, FAN = GALATEA_TREE_FAN };

ptrdiff_t galatea_tree_leaf_count(ptrdiff_t count) { return (count + LEAF - 1) / LEAF; }

ptrdiff_t galatea_tree_node_count(ptrdiff_t count) {
    ptrdiff_t nodes = 0, below = galatea_tree_leaf_count(count);
    while (below > 0) {
        const ptrdiff_t level = (below + FAN - 1) / FAN;
        nodes += level;
        below = level > 1 ? level : 0;
    }
    return nodes;
}

/// What the division of points works on.
typedef struct {
    const float *points;
    ptrdiff_t dimension;
    uint64_t *keys;
} tree_builder;

/// A number that orders points by coordinate, then by row.
static inline uint64_t key_of(float value, int32_t row) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = bits >> 31 ? ~bits : bits | 0x80000000;
    return (uint64_t)bits << 32 | (uint32_t)row;
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

/// The axis along which some 128 to 255 of the points, evenly taken, lie farthest apart.
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

/// Orders a part of the points so that each of its leaves follows the other; depth is log2(count / 16).
static void divide(tree_builder *builder, int32_t *order, ptrdiff_t count) {
    const ptrdiff_t leaves = galatea_tree_leaf_count(count);
    if (leaves <= 1) return;
    const int32_t axis = widest_axis(builder, order, count);
    uint64_t *keys = builder->keys;
    for (ptrdiff_t i = 0; i < count; i++)
        keys[i] = key_of(builder->points[order[i] * builder->dimension + axis], order[i]);
    // Whole boxes on the first side, the largest that are smaller than the part, keep leaves and nodes full.
    ptrdiff_t box = 1;
    while (box * FAN < leaves) box *= FAN;
    const ptrdiff_t boxes = (leaves + box - 1) / box;
    const ptrdiff_t middle = (boxes + 1) / 2 * box * LEAF;
    select_key(keys, count, middle);
    for (ptrdiff_t i = 0; i < count; i++) order[i] = (int32_t)(uint32_t)keys[i];
    divide(builder, order, middle);
    divide(builder, order + middle, count - middle);
}

void galatea_tree_order(const float *points, ptrdiff_t count, ptrdiff_t dimension, int32_t *order,
                        uint64_t *keys) {
    for (ptrdiff_t i = 0; i < count; i++) order[i] = (int32_t)i;
    tree_builder builder = {points, dimension, keys};
    divide(&builder, order, count);
}

void galatea_tree_pack(const double *points, const int32_t *order, ptrdiff_t count, ptrdiff_t dimension,
                       float *floats, double *doubles) {
    for (ptrdiff_t leaf = 0; leaf < galatea_tree_leaf_count(count); leaf++)
        for (ptrdiff_t lane = 0; lane < LEAF; lane++) {
            const ptrdiff_t place = leaf * LEAF + lane < count ? leaf * LEAF + lane : count - 1;
            const double *point = points + (order ? order[place] : place) * dimension;
            const ptrdiff_t first = leaf * dimension * LEAF + lane;
            for (ptrdiff_t d = 0; d < dimension; d++)
                if (floats)
                    floats[first + d * LEAF] = (float)point[d];
                else
                    doubles[first + d * LEAF] = point[d];
        }
}

/// Widens the `place`th interval to hold `low` to `high`.
static inline void widen(float *intervals, ptrdiff_t place, float low, float high) {
    float *lows = intervals + place, *highs = intervals + FAN + place;
    *lows = low < *lows ? low : *lows;
    *highs = high > *highs ? high : *highs;
}

/// The least and the largest of 16 coordinates in single precision, on the outer side where they are rounded.
static inline void extent(const float *floats, const double *doubles, float *low, float *high) {
    if (floats) {
        for (int lane = 0; lane < LEAF; lane++) {
            *low = floats[lane] < *low ? floats[lane] : *low;
            *high = floats[lane] > *high ? floats[lane] : *high;
        }
        return;
    }
    for (int lane = 0; lane < LEAF; lane++) {
        // The number itself lies up to half a step beyond the rounded one.
        const float below = nextafterf((float)doubles[lane], -INFINITY);
        const float above = nextafterf((float)doubles[lane], INFINITY);
        *low = below < *low ? below : *low;
        *high = above > *high ? above : *high;
    }
}

void galatea_tree_enclose(const float *floats, const double *doubles, ptrdiff_t count, ptrdiff_t dimension,
                          float *boxes) {
    const ptrdiff_t nodes = galatea_tree_node_count(count), width = 2 * FAN;
    for (ptrdiff_t row = 0; row < nodes * dimension; row++)
        for (int box = 0; box < FAN; box++) {
            boxes[row * width + box] = INFINITY;
            boxes[row * width + FAN + box] = -INFINITY;
        }
    for (ptrdiff_t leaf = 0; leaf < galatea_tree_leaf_count(count); leaf++)
        for (ptrdiff_t d = 0; d < dimension; d++) {
            const ptrdiff_t first = (leaf * dimension + d) * LEAF;
            float low = INFINITY, high = -INFINITY;
            extent(floats ? floats + first : NULL, doubles ? doubles + first : NULL, &low, &high);
            widen(boxes + (leaf / FAN * dimension + d) * width, leaf % FAN, low, high);
        }
    // A node's own box is the union of its boxes, and its place above follows from its place here.
    ptrdiff_t below = 0, level = (galatea_tree_leaf_count(count) + FAN - 1) / FAN;
    for (ptrdiff_t above = level; above < nodes; level = (level + FAN - 1) / FAN, above += level) {
        for (ptrdiff_t node = 0; node < level; node++)
            for (ptrdiff_t d = 0; d < dimension; d++) {
                const float *from = boxes + ((below + node) * dimension + d) * width;
                float *to = boxes + ((above + node / FAN) * dimension + d) * width;
                for (int box = 0; box < FAN; box++) widen(to, node % FAN, from[box], from[FAN + box]);
            }
        below = above;
    }
}
