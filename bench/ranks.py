#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times of training steps under mpirun: ranks of one core against threads of one process, buckets against one sum at the
end, and ranks on machines of links.py. RUN/ranks.csv has the times; the fastest step and the median are printed.

    bench/ranks.py build/release/densenet efficiency|buckets|messages|links [--steps N] [--turns N]

`links` needs root. `messages` finds what a message costs: the processor time of the same bytes in many small ones."""
import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

from links import NETWORK, machines

AGENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "link_agent.sh")
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
NETWORKS = {
    "DenseNet-121 at 224": ["--arch", "densenet121", "--image-size", "224"],
    "DenseNet-121 at 64": ["--arch", "densenet121", "--image-size", "64"],
    "BC(100,12) at 32": ["--arch", "densenet-bc-100-12", "--stem", "cifar"],
}
LINKS = [(rate, delay) for rate in (1e9, 1e10) for delay in (1e-4, 1e-3)]


def make_pictures(folder):
    generator = numpy.random.default_rng(1)
    for name in ("a", "b"):
        os.makedirs(f"{folder}/{name}")
        for number in range(64):
            small = generator.integers(256, size=(28, 28, 3)).astype(numpy.uint8)
            Image.fromarray(small).resize((224, 224), Image.BICUBIC).save(f"{folder}/{name}/{number}.jpg")


def train(densenet, data, launcher, network, batch, steps, *options):
    """Rows of the slowest rank of each step but the first two: (step, computing, waiting), in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["mpirun", "--bind-to", "none", *launcher, densenet, "train", data, *NETWORKS[network], "--batch-size", str(batch),
                 "--epochs", "99", "--max-steps", str(steps + 2), "--val-split", "0", "--augment", "none", "--log-ranks",
                 "--output", f"{folder}/run", *options]
        done = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT)
        if done.returncode:
            sys.exit(done.stderr)
        with open(f"{folder}/run/ranks.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    found = {}
    for row in rows:
        computing, waiting = float(row["computing"]), float(row["waiting"])
        found.setdefault(int(row["step"]), []).append((computing + waiting, computing, waiting))
    return [tuple(statistics.fmean(column) for column in zip(*found[step])) for step in sorted(found) if step > 2]


def show(what, rows):
    steps = [row[0] for row in rows]
    _, computing, waiting = min(rows)
    print(f"{what}: fastest {min(steps):.3f} s ({computing:.3f} computing, {waiting:.3f} waiting), "
          f"median {statistics.median(steps):.3f} s", flush=True)
    return min(steps)


def alternate(turns, ways):
    """The rows of each way of training, which take turns."""
    rows = {name: [] for name in ways}
    for _ in range(turns):
        for name, way in ways.items():
            rows[name] += way()
    return rows


def efficiency(densenet, data, steps, turns):
    for network, batch in (("DenseNet-121 at 224", 16), ("BC(100,12) at 32", 64)):
        ways = {"one process, 2 threads": ("1", "--threads", "2"), "2 ranks, 1 thread each": ("2", "--threads", "1"),
                "2 ranks, --sync-bn": ("2", "--threads", "1", "--sync-bn")}
        rows = alternate(turns, {
            name: lambda way=way: train(densenet, data, ["-n", way[0]], network, batch, steps, *way[1:]) for name, way in ways.items()})
        one, *others = (show(f"{network}, batch {batch}, {name}", times) for name, times in rows.items())
        print("    efficiency " + ", ".join(f"{one / two:.2f}" for two in others))


def buckets(densenet, data, steps, turns):
    for network, batch in (("DenseNet-121 at 224", 8), ("DenseNet-121 at 64", 16)):
        for option in ([], ["--compress-gradients", "bf16"]):
            rows = alternate(turns, {
                f"buckets of {size} MB": lambda size=size: train(densenet, data, ["-n", "2", "--mca", "btl", "tcp,self"], network,
                                                                batch, steps, "--threads", "1", "--bucket-mb", size, *option)
                for size in ("4", "1000")})
            for name, times in rows.items():
                show(f"{network}, batch {batch}, {name} {' '.join(option)}", times)


def processor_seconds(work):
    """Of the processes that the work starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def messages(densenet, data, steps, turns):
    """Buckets this small are one message from each of the two ranks to the other."""
    small, parameters = 0.004, 7978856 - 1000 * 1025 + 2 * 1025
    taken = {str(size): [] for size in (4, small)}
    for _ in range(turns):
        for size, seconds in taken.items():
            seconds.append(processor_seconds(lambda size=size: train(
                densenet, data, ["-n", "2", "--mca", "btl", "tcp,self"], "DenseNet-121 at 64", 8, steps, "--threads", "1",
                "--bucket-mb", size)))
    usual, many = (min(seconds) for seconds in taken.values())
    count = 4 * parameters * 4 / (small * 1e6) * (steps + 2)
    print(f"{usual:.2f} s and {many:.2f} s of processor: {1e6 * (many - usual) / count:.1f} us to send or to receive a message")


def links(densenet, data, steps, turns):
    """Four pictures for each rank, so that computing takes as long with any number, but for cores that they share."""
    for rate, delay in LINKS:
        for count in (1, 2, 4):
            with machines(count, rate, delay) as names:
                launcher = ["--host", ",".join(f"{name}:1" for name in names), "--mca", "plm_rsh_agent", AGENT, "--mca",
                            "plm_rsh_no_tree_spawn", "1", "--mca", "pml", "ob1",
                            "--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", f"{NETWORK}.0/24",
                            "--mca", "oob_tcp_if_include", f"{NETWORK}.0/24", "-n", str(count)]
                for size in ("4", "1000")[:count]:
                    rows = [row for _ in range(turns) for row in train(
                        densenet, data, launcher, "DenseNet-121 at 64", 4 * count, steps, "--threads", "1", "--bucket-mb", size)]
                    show(f"{rate / 1e9:g} Gbit/s, {delay * 1e3:g} ms, {count} ranks, buckets of {size} MB", rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("densenet", type=os.path.abspath)
    parser.add_argument("what", choices=("efficiency", "buckets", "messages", "links"))
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--turns", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make_pictures(folder)
        {"efficiency": efficiency, "buckets": buckets, "messages": messages, "links": links}[chosen.what](
            chosen.densenet, folder, chosen.steps, chosen.turns)


if __name__ == "__main__":
    main()
