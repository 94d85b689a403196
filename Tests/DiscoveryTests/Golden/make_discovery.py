"""Figures of scikit-learn 1.9.1 and scipy for the Discovery tests.

Run with numpy, scipy and scikit-learn==1.9.1: python make_discovery.py
Writes discovery.json.
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import optimize, stats
from sklearn import metrics, neighbors, preprocessing, svm

rng = np.random.default_rng(12)
golden = {"peers": f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}"}


def flat(a):
    return np.asarray(a, dtype=float).round(17).ravel().tolist()


# Support vector machines: three overlapping classes in three dimensions.
labels = np.repeat([0, 1, 2], [40, 25, 15])
x = rng.normal(size=(80, 3)) + np.array([[0, 0, 0], [1.5, 0.5, 0], [0, 1.5, -1]])[labels]
x = x.round(4)
q = rng.normal(scale=2, size=(12, 3)).round(4)
golden["machines"] = []
for cost, gamma, weights, kept in [
    (1.0, 0.5, [1, 1, 1], [0, 1, 2]),
    (100.0, 0.05, [1, 2, 5], [0, 1, 2]),
    (0.3, "scale", [1, 1, 1], [0, 1, 2]),
    (10.0, "scale", [1, 1, 1], [0, 2]),
]:
    chosen = np.isin(labels, kept)
    machine = svm.SVC(
        C=cost, gamma=gamma, tol=1e-9, decision_function_shape="ovo",
        class_weight={c: w for c, w in enumerate(weights) if c in kept})
    machine.fit(x[chosen], labels[chosen])
    values = machine.decision_function(q)
    # For two classes scikit-learn turns the sign round: there, above 0 speaks for the second.
    golden["machines"].append({
        "cost": cost, "gamma": machine._gamma, "isScale": gamma == "scale", "weights": weights, "kept": kept,
        "values": flat(-values if len(kept) == 2 else values),
        "supportVectors": np.flatnonzero(chosen)[machine.support_].tolist(),
    })
golden["rows"] = flat(x)
golden["labels"] = labels.tolist()
golden["queries"] = flat(q)
scaler = preprocessing.StandardScaler().fit(x)
golden["mean"] = flat(scaler.mean_)
golden["deviation"] = flat(scaler.scale_)

# Neighbours, duplicates among the points.
points = rng.normal(size=(150, 4)).round(3)
points[100:110] = points[0]
golden["points"] = flat(points)
golden["centers"] = flat(rng.normal(size=(6, 4)).round(3))
golden["neighbors"] = []
for p in [1, 1.5, 2, 3, np.inf]:
    search = neighbors.NearestNeighbors(n_neighbors=len(points), algorithm="brute", metric="minkowski", p=p)
    if p == np.inf:
        search = neighbors.NearestNeighbors(n_neighbors=len(points), algorithm="brute", metric="chebyshev")
    distance, index = search.fit(points).kneighbors(np.reshape(golden["centers"], (6, 4)))
    # scikit-learn leaves the order of equal distances open: here they go by row.
    order = np.array([np.lexsort((i, d.round(12))) for d, i in zip(distance, index)])[:, :7]
    distance, index = np.take_along_axis(distance, order, 1), np.take_along_axis(index, order, 1)
    golden["neighbors"].append(
        {"p": 0 if p == np.inf else p, "rows": index.ravel().tolist(), "distances": flat(distance)})

# Metrics.
truth = rng.integers(0, 3, size=200)
called = np.where(rng.random(200) < 0.7, truth, rng.integers(0, 3, size=200))
scores = (0.5 * (truth == 1) + rng.normal(size=200)).round(1)
false, true, threshold = metrics.roc_curve(truth == 1, scores, drop_intermediate=False)
golden["metrics"] = {
    "truth": truth.tolist(), "called": called.tolist(), "scores": flat(scores),
    "confusion": metrics.confusion_matrix(truth, called).ravel().tolist(),
    "recall": flat(metrics.recall_score(truth, called, average=None)),
    "precision": flat(metrics.precision_score(truth, called, average=None)),
    "f1": flat(metrics.f1_score(truth, called, average=None)),
    "accuracy": metrics.accuracy_score(truth, called),
    "balancedAccuracy": metrics.balanced_accuracy_score(truth, called),
    "area": metrics.roc_auc_score(truth == 1, scores),
    "falsePositiveRates": flat(false), "truePositiveRates": flat(true),
    "percentiles": flat([stats.percentileofscore(scores, s, kind="mean") for s in (-1.0, 0.2, 0.25, 9.0)]),
}

# Binomial intervals.
golden["intervals"] = []
for k, n, level in [(13, 13, 0.95), (0, 13, 0.95), (1, 2, 0.9), (104, 5225, 0.95), (37, 40, 0.99), (50000, 100000, 0.95)]:
    row = {"k": k, "n": n, "level": level}
    for name in ("exact", "wilson"):
        interval = stats.binomtest(k, n).proportion_ci(level, method=name)
        row[name] = [interval.low, interval.high]
    golden["intervals"].append(row)

# Platt's sigmoid by a general minimiser on the targets of Lin, Lin & Weng (2007).
golden["sigmoids"] = []
for n, shift in [(60, 1.0), (25, 4.0), (400, -0.3)]:
    member = rng.random(n) < 0.3
    value = (np.where(member, shift, -shift) + rng.normal(size=n)).round(3)
    high, low = (member.sum() + 1) / (member.sum() + 2), 1 / ((~member).sum() + 2)
    t = np.where(member, high, low)
    best = optimize.minimize(
        lambda ab: np.sum(t * (ab[0] * value + ab[1]) + np.logaddexp(0, -(ab[0] * value + ab[1]))),
        [0.0, 0.0], method="BFGS", options={"gtol": 1e-9})
    golden["sigmoids"].append({
        "values": flat(value), "isMember": member.tolist(), "slope": best.x[0], "offset": best.x[1]})

# Pairwise coupling: the quadratic form of Wu, Lin & Weng (2004) minimised on the simplex.
golden["couplings"] = []
for k in (2, 3, 5):
    r = rng.uniform(0.05, 0.95, size=(k, k))
    for i in range(k):
        for j in range(i):
            r[i, j] = 1 - r[j, i]
    form = lambda p: sum(
        (r[j, i] * p[i] - r[i, j] * p[j]) ** 2 for i in range(k) for j in range(k) if i != j)
    best = optimize.minimize(
        form, np.full(k, 1 / k), method="SLSQP", bounds=[(0, 1)] * k, tol=1e-16,
        constraints={"type": "eq", "fun": lambda p: p.sum() - 1}, options={"maxiter": 2000})
    golden["couplings"].append({
        "classes": k, "pairs": [r[i, j] for i in range(k) for j in range(i + 1, k)],
        "probabilities": flat(best.x)})

path = pathlib.Path(__file__).parent / "discovery.json"
path.write_text(json.dumps(golden, indent=None, separators=(",", ":")).replace('],"', '],\n"') + "\n")
