#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How far f32 is from float64, place by place, and PyTorch's float32 beside it. Needs PyTorch and numpy.

    scripts/measure_float32.py build/release/densenet WEIGHTS PICTURES.npy

PICTURES.npy is what the network WEIGHTS reads, N x channels x H x W. At each place float64 goes on from the inner tensors
that the program computed so far, and from those before that place: what they differ by at the place, and in the logits,
is what the place adds. Root mean squares as shares of the deviation of the place's maps, and of the logits; then all
places of a kind together, and the largest difference of the logits as a share of the largest of them.
"""
import collections
import csv
import re
import sys
import tempfile

import numpy
import torch

from measure_rounding import Network, Program


def root(difference, scale):
    return float(difference.double().square().mean().sqrt() / scale.double().std())


class Places:
    """What each place adds, of one way to compute a place from the state before it."""

    def __init__(self, exact, pictures):
        self.exact, self.state, self.before = exact, (pictures.double(), None), exact.logits((pictures.double(), None))
        self.whole, self.logits = self.before, None

    def add(self, number, place, step, name, given):
        """The place's own error and that of the logits."""
        right = step(name, self.state)
        self.state = self.exact.after(place, self.state, given.double())
        now = self.exact.logits(self.state, number)
        found = root(given - right, right), root(now - self.before, self.whole)
        self.before = now
        return found

    def head(self, logits):
        return root(logits - self.before, self.whole), float((logits - self.whole).abs().max() / self.whole.abs().max())


def kind(place):
    return re.sub(r"\d+", "", place).replace("block.layer.bottleneck", "1x1").replace("block.layer", "3x3")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    path, weights, pictures = sys.argv[1:]
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("place", "maps, densenet", "maps, PyTorch", "logits, densenet", "logits, PyTorch"))
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        program = Program(path, pictures, folder)
        single = program.network(weights)
        double = Network({name: tensor.double() for name, tensor in single.tensors.items()}, single.said)
        x = torch.from_numpy(numpy.load(pictures))
        ours, theirs, state = Places(double, x), Places(double, x), (x, None)
        sums = collections.defaultdict(lambda: [0, 0, 0])
        for number, (place, step, name) in enumerate(double.steps, 1):
            made = single.steps[number - 1][1](name, state)
            state = single.after(place, state, made)
            here = ours.add(number, place, step, name, program.forward(weights, "f32", "--features", place))
            there = theirs.add(number, place, step, name, made)
            out.writerow((place, *(f"{error:.3g}" for pair in zip(here, there) for error in pair)))
            for i, square in enumerate((1, here[1] ** 2, there[1] ** 2)):
                sums[kind(place)][i] += square
        for name, (count, *squares) in sums.items():
            out.writerow((f"{count} of {name}", "", "", *(f"{square ** 0.5:.3g}" for square in squares)))
        ends = ours.head(program.forward(weights, "f32")), theirs.head(single.logits((x, None)))
        out.writerow(("head", "", "", *(f"{end[0]:.3g}" for end in ends)))
        out.writerow(("largest", "", "", *(f"{end[1]:.3g}" for end in ends)))


main()
