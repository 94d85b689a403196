#include "include/hnsw.h"

#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>

// Its own distances are not used. Compiled for the oldest processor of an architecture, as all of this package is, it
// asks for nothing that may not be there; with its vectors left out it would not ask memory for points in time while
// it builds. For that it reads the number behind a full list of links as well: up to three bytes that every allocator
// leaves, and that the address sanitizer reports, under which it goes without.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NO_MANUAL_VECTORIZATION
#endif
#endif
#include <hnswlib/hnswlib.h>

#include "graph_search.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace {

/// The caller's distance, as hnswlib wants it.
class Space final : public hnswlib::SpaceInterface<float> {
public:
    explicit Space(const galatea_hnsw_settings &settings)
        : bytes_(static_cast<size_t>(settings.dimension) * sizeof(float)), distance_(settings.distance),
          context_(settings.context) {}
    size_t get_data_size() override { return bytes_; }
    hnswlib::DISTFUNC<float> get_dist_func() override { return distance_; }
    void *get_dist_func_param() override { return const_cast<void *>(context_); }

private:
    size_t bytes_;
    galatea_hnsw_distance distance_;
    const void *context_;
};

/// Asks for large pages for memory that is read here and there: among small ones every point looked at would cost a
/// walk through the page tables as well.
void use_large_pages(char *start, size_t size) {
#if defined(__linux__)
    const uintptr_t page = uintptr_t(2) << 20, first = (reinterpret_cast<uintptr_t>(start) + page - 1) & ~(page - 1);
    const uintptr_t end = reinterpret_cast<uintptr_t>(start) + size;
    // A hint: a system without them goes on with what it has.
    if (end > first) madvise(reinterpret_cast<void *>(first), end - first, MADV_HUGEPAGE);
#else
    (void)start;
    (void)size;
#endif
}

void explain(const std::exception &error, char *reason, size_t size) {
    if (size > 0) std::snprintf(reason, size, "%s", error.what());
}

}  // namespace

struct galatea_hnsw {
    explicit galatea_hnsw(const galatea_hnsw_settings &settings)
        : space(settings), graph(&space, static_cast<size_t>(settings.capacity),
                                 static_cast<size_t>(settings.links), static_cast<size_t>(settings.building),
                                 static_cast<size_t>(settings.seed)) {
        use_large_pages(graph.data_level0_memory_, graph.max_elements_ * graph.size_data_per_element_);
    }
    Space space;
    hnswlib::HierarchicalNSW<float> graph;
};

galatea_hnsw *galatea_hnsw_create(const galatea_hnsw_settings *settings, char *reason, size_t reason_size) {
    try {
        return new galatea_hnsw(*settings);
    } catch (const std::exception &error) {
        explain(error, reason, reason_size);
        return nullptr;
    }
}

int galatea_hnsw_add(galatea_hnsw *graph, const float *point, uint64_t label, char *reason, size_t reason_size) {
    try {
        graph->graph.addPoint(point, static_cast<hnswlib::labeltype>(label));
        return 1;
    } catch (const std::exception &error) {
        explain(error, reason, reason_size);
        return 0;
    }
}

ptrdiff_t galatea_hnsw_nearest(const galatea_hnsw *graph, const float *query, ptrdiff_t breadth, ptrdiff_t k,
                               uint64_t *labels) {
    try {
        GraphSearch search(graph->graph, query);
        ptrdiff_t count = 0;
        for (const GraphSearch::Candidate &found : search.nearest(static_cast<size_t>(breadth > k ? breadth : k))) {
            if (count == k) break;
            labels[count++] = graph->graph.getExternalLabel(found.number);
        }
        return count;
    } catch (const std::exception &) {
        return -1;
    }
}

void galatea_hnsw_destroy(galatea_hnsw *graph) { delete graph; }
