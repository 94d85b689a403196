// The search of a graph that hnswlib built: what its own finds, but for which of equally distant points.
//
// hnswlib keeps two heaps and asks memory for one point ahead. Here the candidates stand in one sorted list, nearest
// first, as in Fu et al. (2019, PVLDB 12, 461), algorithm 1; and all points that a candidate links to are asked for
// before the first distance is taken, so that memory brings a dozen of them at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <hnswlib/hnswlib.h>

/// A search for the points nearest to a query, of any thread.
class GraphSearch {
public:
    using Graph = hnswlib::HierarchicalNSW<float>;

    /// A point that was found.
    struct Candidate {
        float distance;
        uint32_t number;
        /// Whether the points that it links to were looked at.
        bool expanded;
    };

    GraphSearch(const Graph &graph, const float *query) : graph_(graph), query_(query) {}

    /// The nearest of the points that were looked at, `breadth` of them or as many as there are, nearest first.
    const std::vector<Candidate> &nearest(size_t breadth) {
        candidates_.clear();
        if (graph_.cur_element_count == 0) return candidates_;
        breadth = std::min(breadth, static_cast<size_t>(graph_.cur_element_count));
        candidates_.reserve(breadth + 1);
        fresh_.resize(graph_.maxM0_);
        const Visit visit(graph_);
        const uint32_t start = descend();
        visit.first(start);
        candidates_.push_back({distance(start), start, false});
        for (size_t next = 0; next < candidates_.size();) {
            candidates_[next].expanded = true;
            const size_t first_new = expand(candidates_[next].number, visit, breadth);
            if (first_new < next) next = first_new;
            while (next < candidates_.size() && candidates_[next].expanded) next++;
        }
        return candidates_;
    }

private:
    /// Which points a search has seen: a list that hnswlib lends.
    class Visit {
    public:
        explicit Visit(const Graph &graph) : pool_(*graph.visited_list_pool_), list_(pool_.getFreeVisitedList()) {}
        ~Visit() { pool_.releaseVisitedList(list_); }
        Visit(const Visit &) = delete;
        Visit &operator=(const Visit &) = delete;
        /// Whether a point is seen for the first time.
        bool first(uint32_t number) const {
            if (list_->mass[number] == list_->curV) return false;
            list_->mass[number] = list_->curV;
            return true;
        }
        void ask(uint32_t number) const { __builtin_prefetch(list_->mass + number); }

    private:
        hnswlib::VisitedListPool &pool_;
        hnswlib::VisitedList *list_;
    };

    /// The points that one links to.
    struct Links {
        const uint32_t *numbers;
        size_t count;
    };

    Links links(uint32_t number, int layer) const {
        uint32_t *list = layer > 0 ? graph_.get_linklist(number, layer) : graph_.get_linklist0(number);
        return {list + 1, graph_.getListCount(list)};
    }

    const char *point(uint32_t number) const { return graph_.getDataByInternalId(number); }

    float distance(uint32_t number) const {
        return graph_.fstdistfunc_(query_, point(number), graph_.dist_func_param_);
    }

    /// Asks memory for some bytes.
    static void ask(const char *start, size_t size) {
        constexpr size_t line = 64;
        for (size_t at = 0; at < size; at += line) __builtin_prefetch(start + at);
        // What does not begin with a line ends in one more.
        __builtin_prefetch(start + size - 1);
    }

    /// From the top layer down, on each to the nearest point that steps lead to.
    uint32_t descend() const {
        uint32_t here = graph_.enterpoint_node_;
        float nearest = distance(here);
        for (int layer = graph_.maxlevel_; layer > 0; layer--)
            for (bool moved = true; moved;) {
                moved = false;
                const Links around = links(here, layer);
                for (size_t i = 0; i < around.count; i++) ask(point(around.numbers[i]), graph_.data_size_);
                for (size_t i = 0; i < around.count; i++) {
                    const float found = distance(around.numbers[i]);
                    if (!(found < nearest)) continue;
                    nearest = found;
                    here = around.numbers[i];
                    moved = true;
                }
            }
        return here;
    }

    /// Looks at what a candidate links to; returns the first place at which a new one stands now.
    size_t expand(uint32_t number, const Visit &visit, size_t breadth) {
        const Links around = links(number, 0);
        for (size_t i = 0; i < around.count; i++) visit.ask(around.numbers[i]);
        size_t count = 0;
        for (size_t i = 0; i < around.count; i++) {
            if (!visit.first(around.numbers[i])) continue;
            fresh_[count++] = around.numbers[i];
            ask(point(around.numbers[i]), graph_.data_size_);
        }
        size_t first_new = candidates_.size();
        for (size_t i = 0; i < count; i++) {
            const float found = distance(fresh_[i]);
            if (candidates_.size() == breadth && !(found < candidates_.back().distance)) continue;
            const size_t place = insert({found, fresh_[i], false}, breadth);
            if (place < first_new) first_new = place;
            // It is likely to be the next one to be expanded.
            ask(reinterpret_cast<const char *>(graph_.get_linklist0(fresh_[i])), graph_.size_links_level0_);
        }
        return first_new;
    }

    /// Puts a candidate behind those that are not farther, and the farthest of too many away.
    size_t insert(Candidate candidate, size_t breadth) {
        const auto place = std::upper_bound(
            candidates_.begin(), candidates_.end(), candidate,
            [](const Candidate &a, const Candidate &b) { return a.distance < b.distance; });
        const size_t index = static_cast<size_t>(place - candidates_.begin());
        candidates_.insert(place, candidate);
        if (candidates_.size() > breadth) candidates_.pop_back();
        return index;
    }

    const Graph &graph_;
    const float *query_;
    std::vector<Candidate> candidates_;
    std::vector<uint32_t> fresh_;
};
