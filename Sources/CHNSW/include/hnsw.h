// hnswlib behind C: a navigable graph of points for approximate nearest neighbours, and a search of our own on it. No
// exception gets out.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Squared distance between two points; the third argument points at the caller's `context`.
typedef float (*galatea_hnsw_distance)(const void *a, const void *b, const void *context);

/// A graph. Points are added by one thread; then any number may search.
typedef struct galatea_hnsw galatea_hnsw;

/// Settings of a graph.
typedef struct {
    ptrdiff_t dimension;
    /// Points that there is room for, at least 1.
    ptrdiff_t capacity;
    /// Links of a point on each layer (hnswlib's M).
    ptrdiff_t links;
    /// Candidates looked at while a point is added (hnswlib's ef_construction).
    ptrdiff_t building;
    /// Seed of the layers that points reach: same seed and order, same graph.
    uint64_t seed;
    galatea_hnsw_distance distance;
    const void *context;
} galatea_hnsw_settings;

/// An empty graph; NULL when it fails, with hnswlib's text in `reason`.
galatea_hnsw *galatea_hnsw_create(const galatea_hnsw_settings *settings, char *reason, size_t reason_size);
/// Adds a point of `dimension` floats, which are copied; 0 when it fails, with hnswlib's text in `reason`.
int galatea_hnsw_add(galatea_hnsw *graph, const float *point, uint64_t label, char *reason, size_t reason_size);
/// Labels of up to `k` points near `query`, nearest first, and how many; -1 when it fails. `breadth` candidates are
/// looked at (hnswlib's ef), at least `k`.
ptrdiff_t galatea_hnsw_nearest(const galatea_hnsw *graph, const float *query, ptrdiff_t breadth, ptrdiff_t k,
                               uint64_t *labels);
/// Ends a graph.
void galatea_hnsw_destroy(galatea_hnsw *graph);

#ifdef __cplusplus
}
#endif
