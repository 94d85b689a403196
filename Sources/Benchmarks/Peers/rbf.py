"""scikit-learn on the decision function of a radial-kernel machine whose support vectors are given."""

import numpy as np

from peer import Task, agreement, serve


class ScikitLearn(Task):
    packages = ("scikit-learn",)

    def __init__(self, options):
        super().__init__(options)
        from safetensors.numpy import load_file
        from sklearn.svm import SVC

        stored = load_file(options["classifier"])
        vectors, counts = stored["svm.vectors"], stored["svm.member_counts"]
        self.rows = np.load(options["rows"])
        # A machine of as many vectors and classes, into which the trained numbers are put.
        classes = len(counts)
        labels = np.repeat(np.arange(classes), counts)
        machine = SVC(kernel="rbf", gamma=float(stored["svm.gamma"][0]), decision_function_shape="ovo")
        machine.fit(vectors[np.r_[0 : len(vectors)]][np.unique(labels, return_index=True)[1]], np.arange(classes))
        machine.support_vectors_ = np.ascontiguousarray(vectors)
        machine.support_ = np.arange(len(vectors), dtype=np.int32)
        machine._n_support = counts.astype(np.int32)
        machine.dual_coef_ = machine._dual_coef_ = np.ascontiguousarray(stored["svm.coefficients"])
        machine.intercept_ = machine._intercept_ = -stored["svm.offsets"]
        machine.shape_fit_ = vectors.shape
        self.machine = machine
        self.notes.append(f"{len(vectors)} support vectors of {classes} classes")

    def run(self):
        return self.machine.decision_function(self.rows)

    def compare(self, path):
        return agreement(self.result, np.load(path), "decision values")


serve(ScikitLearn)
