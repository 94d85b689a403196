"""Peers of the neighbour search: the k nearest of each query, by Euclidean distance."""

import os
import time

import numpy as np

from peer import Task, agreement, serve, threads


class Neighbours(Task):
    warm_ups = 1

    def __init__(self, options):
        super().__init__(options)
        self.points, self.queries = np.load(options["points"]), np.load(options["queries"])
        self.count = options["k"]
        # Building takes minutes: several efforts of one graph share it through a file.
        path = options.get("index")
        if path and os.path.exists(path):
            self.load(path)
        else:
            start = time.perf_counter()
            self.build()
            self.notes.append(f"built in {time.perf_counter() - start:.1f} s on {self.builders()} threads")
            if path:
                self.save(path)
        self.tune()

    def builders(self):
        return 1

    def save(self, path):
        pass

    def tune(self):
        pass

    def compare(self, path):
        """Distances to the neighbours found: the same lists to rounding for an exact search, else recall."""
        ours = np.load(path)
        if self.is_exact:
            return agreement(self.result[0], ours, "distances")
        # A neighbour counts as found when it is no farther than the last true one.
        limit = ours[:, -1:] * (1 + 1e-5)
        recall = float((self.result[0] <= limit).mean())
        self.notes.append(f"recall {recall:.4f}")
        return agreement([recall], [1.0], "recall")


class SciPy(Neighbours):
    packages = ("scipy",)
    is_exact = True

    def build(self):
        from scipy.spatial import cKDTree

        self.tree = cKDTree(self.points)

    def run(self):
        return self.tree.query(self.queries, self.count, workers=threads())


class Graph(Neighbours):
    """Hierarchical navigable small worlds; every core builds, only the asked-for threads search."""

    is_exact = False
    links, construction_effort = 32, 200

    def builders(self):
        return len(os.sched_getaffinity(0))


class Faiss(Graph):
    packages = ("faiss-cpu",)

    def build(self):
        import faiss

        faiss.omp_set_num_threads(self.builders())
        self.index = faiss.IndexHNSWFlat(self.points.shape[1], self.links)
        self.index.hnsw.efConstruction = self.construction_effort
        self.index.add(self.points.astype(np.float32))

    def save(self, path):
        import faiss

        faiss.write_index(self.index, path)

    def load(self, path):
        import faiss

        self.index = faiss.read_index(path)

    def tune(self):
        import faiss

        faiss.omp_set_num_threads(threads())
        self.index.hnsw.efSearch = self.options["effort"]
        self.single = self.queries.astype(np.float32)
        self.notes.append(f"HNSW, M {self.links}, efSearch {self.options['effort']}")

    def run(self):
        squares, rows = self.index.search(self.single, self.count)
        return np.sqrt(squares.astype(np.float64)), rows


class HNSWLib(Graph):
    packages = ("hnswlib",)

    def empty(self):
        import hnswlib

        return hnswlib.Index(space="l2", dim=self.points.shape[1])

    def build(self):
        self.index = self.empty()
        self.index.init_index(
            max_elements=len(self.points), ef_construction=self.construction_effort, M=self.links)
        self.index.add_items(self.points.astype(np.float32), num_threads=self.builders())

    def save(self, path):
        self.index.save_index(path)

    def load(self, path):
        self.index = self.empty()
        self.index.load_index(path)

    def tune(self):
        self.index.set_num_threads(threads())
        self.index.set_ef(self.options["effort"])
        self.single = self.queries.astype(np.float32)
        self.notes.append(f"M {self.links}, ef {self.options['effort']}")

    def run(self):
        rows, squares = self.index.knn_query(self.single, self.count, num_threads=threads())
        return np.sqrt(squares.astype(np.float64)), rows


serve(lambda options: {"scipy": SciPy, "faiss": Faiss, "hnswlib": HNSWLib}[options["peer"]](options))
