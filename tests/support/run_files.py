# SPDX-License-Identifier: MIT
"""What tests of training share: a signal at a chosen call, and what a run left."""
import csv
import os


def sent(call, number, what):
    """The environment in which densenet gets a signal before its n-th such call: at a point of its work, not after a time."""
    return {**os.environ, "LD_PRELOAD": os.environ["DENSENET_SIGNAL_AT"], "SIGNAL_AT": f"{call} {number} {int(what)}"}


def results(run):
    """What must not depend on how a run was divided: weights, state, and the log except for the time."""
    kept = []
    for name in ("last.safetensors", "best.safetensors"):
        with open(f"{run}/{name}", "rb") as file:
            kept.append(file.read())
    with open(f"{run}/log.csv", newline="", encoding="ascii") as file:
        rows = list(csv.reader(file))
    time = rows[0].index("seconds")
    kept.append([row[:time] + row[time + 1:] for row in rows])
    return kept
