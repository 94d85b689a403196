"""The protocol of the benchmarks: a line of JSON in, a line of JSON out.

A script calls `serve(make)`; `make(options)` gets the options of the request `prepare` and returns a `Task`
that has loaded its arrays. The task is warmed up, then every request `repeat` runs it once and is answered
with the seconds that it took, measured here.
"""

import importlib.metadata
import json
import os
import sys
import time
import traceback

import numpy as np


class Task:
    """A task with everything loaded; subclasses define `run` and, where results can be compared, `compare`."""

    packages = ()
    warm_ups = 2

    def __init__(self, options):
        self.options = options
        self.notes = []
        self.result = None

    def run(self):
        raise NotImplementedError

    def compare(self, path):
        raise ValueError("this peer has nothing to compare")


def agreement(theirs, ours, quantity):
    """How far two arrays are apart; a number that only one of them has counts as infinitely far."""
    theirs, ours = np.asarray(theirs, np.float64), np.asarray(ours, np.float64)
    if theirs.shape != ours.shape:
        raise ValueError(f"shapes {theirs.shape} and {ours.shape} of {quantity}")
    both_missing = np.isnan(theirs) & np.isnan(ours)
    difference = np.where(both_missing, 0, np.abs(theirs - ours))
    difference[np.isnan(difference)] = np.finfo(np.float64).max
    return {"agreement": {
        "largestDifference": float(difference.max(initial=0)),
        "largestValue": float(np.nanmax(np.abs(ours), initial=0)), "quantity": quantity}}


def threads():
    """The number of threads that every library is given."""
    return int(os.environ.get("OMP_NUM_THREADS", "1"))


def answer(request, state, make):
    command = request.pop("do")
    if command == "prepare":
        task = state["task"] = make(request)
        for _ in range(task.warm_ups):
            task.result = task.run()
        versions = {name: importlib.metadata.version(name) for name in task.packages}
        return {"versions": versions, "notes": task.notes}
    task = state["task"]
    if command == "repeat":
        wall, processor = time.perf_counter(), time.process_time()
        result = task.run()
        processor, wall = time.process_time() - processor, time.perf_counter() - wall
        task.result = result
        return {"seconds": wall, "processorSeconds": processor}
    if command == "compare":
        before = len(task.notes)
        found = task.compare(request["ours"])
        return {**found, "notes": task.notes[before:]}
    raise ValueError(f"no request '{command}'")


def serve(make):
    """Answers requests until standard input ends."""
    # Libraries print to standard output as they like: the answers get a descriptor of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    state = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), state, make)
        except Exception as error:  # whatever it is, the benchmark must hear of it
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:500]}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()
