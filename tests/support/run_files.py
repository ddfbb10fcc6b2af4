# SPDX-License-Identifier: MIT
"""What tests of training share: pictures, a signal at a chosen call, and what a run left."""
import csv
import json
import os
import struct

from picture_files import grey_png


def write_pictures(folder):
    """Two classes of eight pictures, each of one grey."""
    for name, base in (("cat", 40), ("dog", 160)):
        os.makedirs(f"{folder}/{name}")
        for number in range(8):
            with open(f"{folder}/{name}/{number}.png", "wb") as file:
                file.write(grey_png(34, 32, base + 9 * number))


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


def settings(run):
    with open(f"{run}/settings.json", encoding="utf-8") as file:
        return json.load(file)


def log_rows(run):
    with open(f"{run}/log.csv", newline="", encoding="ascii") as file:
        return list(csv.DictReader(file))


def training_record(path):
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        return json.loads(json.loads(file.read(size))["__metadata__"]["densenet.training"])
