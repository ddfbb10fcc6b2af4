# SPDX-License-Identifier: MIT
"""Durations and what is left of a training do not depend on the clock that people set. Needs nothing but Python."""
import csv
import os
import re
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
JUMPING = {**os.environ, "LD_PRELOAD": os.environ["DENSENET_CLOCK_AT"], "TZ": "UTC"}


def densenet(folder, *arguments):
    return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False, env=JUMPING)


with tempfile.TemporaryDirectory() as scratch:
    for label in ("one", "two"):
        os.makedirs(f"{scratch}/data/{label}")
        for i in range(8):
            with open(f"{scratch}/data/{label}/{i}.png", "wb") as stream:
                stream.write(grey_png(8, 8, 20 * i))
    network = ("--blocks", "1,1", "--growth", "2", "--stem", "cifar", "--threads", "1")
    train = ("train", "data", *network, "--epochs", "3", "--batch-size", "4", "--save-minutes", "0")
    done = densenet(scratch, *train, "-o", "run")
    check("a training ends", done.returncode == 0, done.stderr)
    with open(f"{scratch}/run/log.csv", newline="", encoding="ascii") as stream:
        seconds = [float(row["seconds"]) for row in csv.DictReader(stream)]
    check("its log's seconds only grow", seconds == sorted(seconds) and 0 <= seconds[0] and seconds[-1] < 3600, seconds)
    left = re.findall(r"(\d+):\d\d:\d\d left", done.stderr)
    check("what is left is less than an hour", left and all(hours == "0" for hours in left), done.stderr)
    done = densenet(scratch, *train)
    made = os.listdir(f"{scratch}/runs")
    check("a run is named by whatever day it is", done.returncode == 0 and len(made) == 1, made)
    done = densenet(scratch, *train)
    check("and the next by another", done.returncode == 0 and len(os.listdir(f"{scratch}/runs")) == 2, done.stderr)
    done = densenet(scratch, "bench", *network[:-2], "--size", "16", "--runs", "2", "--json")
    numbers = [float(number) for number in re.findall(r": ([-0-9.e+]+)", done.stdout)]
    check("bench", done.returncode == 0 and numbers and all(number >= 0 for number in numbers), done.stdout + done.stderr)
finish()
