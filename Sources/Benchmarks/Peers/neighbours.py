"""Peers of the neighbour search: the k nearest of each query, by Euclidean distance."""

import time

import numpy as np

from peer import Task, agreement, serve, threads


class Neighbours(Task):
    warm_ups = 1

    def __init__(self, options):
        super().__init__(options)
        self.points, self.queries = np.load(options["points"]), np.load(options["queries"])
        self.count = options["k"]
        start = time.perf_counter()
        self.build()
        self.notes.append(f"built in {time.perf_counter() - start:.1f} s")

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


class Faiss(Neighbours):
    packages = ("faiss-cpu",)
    is_exact = False

    def build(self):
        import faiss

        faiss.omp_set_num_threads(threads())
        self.index = faiss.IndexHNSWFlat(self.points.shape[1], 32)
        self.index.hnsw.efConstruction = 200
        self.index.add(self.points.astype(np.float32))
        self.index.hnsw.efSearch = self.options["effort"]
        self.single = self.queries.astype(np.float32)
        self.notes.append(f"HNSW, M 32, efSearch {self.options['effort']}")

    def run(self):
        squares, rows = self.index.search(self.single, self.count)
        return np.sqrt(squares.astype(np.float64)), rows


class HNSWLib(Neighbours):
    packages = ("hnswlib",)
    is_exact = False

    def build(self):
        import hnswlib

        self.index = hnswlib.Index(space="l2", dim=self.points.shape[1])
        self.index.init_index(max_elements=len(self.points), ef_construction=200, M=32)
        self.index.set_num_threads(threads())
        self.index.add_items(self.points.astype(np.float32))
        self.index.set_ef(self.options["effort"])
        self.single = self.queries.astype(np.float32)
        self.notes.append(f"M 32, ef {self.options['effort']}")

    def run(self):
        rows, squares = self.index.knn_query(self.single, self.count, num_threads=threads())
        return np.sqrt(squares.astype(np.float64)), rows


serve(lambda options: {"scipy": SciPy, "faiss": Faiss, "hnswlib": HNSWLib}[options["peer"]](options))
