#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws the charts of docs/training.md with the program: what the built-in network takes for what
among CIFAR-10's test pictures, and the curves of a made-up run with a loss that leaps.

usage: draw_charts.py PROGRAM CIFAR [FOLDER]

CIFAR is the folder cifar-10-batches-bin.
"""
import math
import os
import subprocess
import sys
import tempfile


def made_up_log(epochs=30, leap=17):
    """A run whose validation loss is a million once."""
    yield "kind,epoch,step,loss,accuracy,rate,val_loss,val_accuracy,seconds"
    for epoch in range(1, epochs + 1):
        share = math.exp(-epoch / 9)
        loss = 0.2 + 2.1 * share
        wrong = 0.05 + 0.8 * share
        yield f"step,{epoch},{epoch},{loss:.4f},{1 - wrong:.4f},0.1,,,{epoch}"
        yield (f"epoch,{epoch},{epoch},{loss:.4f},{1 - wrong:.4f},,{1e6 if epoch == leap else loss + 0.15:.4f},"
               f"{0.1 if epoch == leap else 0.96 - wrong:.4f},{epoch}")


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    program, data = sys.argv[1:3]
    here = os.path.dirname(os.path.abspath(__file__))
    folder = sys.argv[3] if len(sys.argv) > 3 else os.path.join(here, "..", "docs", "figures")
    subprocess.run([program, "eval", data, "--weights", "builtin", "--confusion", os.path.join(folder, "confusion.svg")],
                   check=True)
    with tempfile.TemporaryDirectory() as run:
        with open(os.path.join(run, "log.csv"), "w", encoding="ascii", newline="\n") as file:
            file.writelines(line + "\n" for line in made_up_log())
        subprocess.run([program, "plot", run, "--output", os.path.join(folder, "outlier.svg")], check=True)


main()
