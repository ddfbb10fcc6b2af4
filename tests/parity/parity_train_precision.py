# SPDX-License-Identifier: MIT
"""A training step in bfloat16 compared with PyTorch's autocast to it: the errors of logits, gradients and running
statistics against float64 are at most 1.5 times autocast's own, on the processor's kernels and on twins of those
that multiply pairs of bfloat16, which only some processors have."""
import os
import sys
import tempfile
from pathlib import Path

import parity_train as parity  # skips without PyTorch
import numpy as np
import torch

MOST, SEEDS = 1.5, (1, 2)
PAIRS = ("avx512bf16-emulated", "amx-emulated")
BASE, CIFAR, CIFAR_NORM, DEEP = parity.BASE, parity.CIFAR, parity.CIFAR_NORM, parity.DEEP
STEP = {"optimiser": "sgd", "rate": 0.1, "steps": 1}
BC = {**BASE, "stem": CIFAR, "growth": 12, "stem_channels": 24}
PLAIN = {**BC, "stem_channels": 16, "bottleneck": 0, "compression": 1, "blocks": (4, 4, 4)}
CASES = {
    "7x7 stem, odd sizes": {**STEP, "arch": BASE, "size": (4, 45, 53)},
    "deep stem, one channel": {**STEP, "arch": {**BASE, "stem": DEEP, "channels": 1}, "size": (4, 41, 37)},
    "stem with a norm, growth 7": {**STEP, "arch": {**BC, "stem": CIFAR_NORM, "growth": 7, "blocks": (4, 4)},
                                   "size": (4, 18, 21)},
    "no bottleneck": {**STEP, "arch": PLAIN, "size": (6, 16, 16)},
    "BC (40, 12), in parts": {**STEP, "arch": {**BC, "blocks": (6, 6, 6)}, "size": (6, 16, 16), "parts": 2},
    "BC (100, 12)": {**STEP, "arch": {**BC, "blocks": (16, 16, 16)}, "size": (4, 12, 12)},
}


def errors_of(case, seed, levels):
    """Relative errors against float64 of the steps of autocast and of each level's, by what is measured."""
    _, start, inputs, targets = parity.numbers_for({**case, "seed": seed})
    exact = parity.train_torch(case, start, inputs, targets, torch.float64)
    found = [parity.train_torch(case, start, inputs, targets, torch.float32, autocast=True)]
    with tempfile.TemporaryDirectory() as folder:
        for level in levels:
            found.append(parity.train_here(case, start, inputs, targets, Path(folder), level, bf16=1))
    return {key: [parity.difference(one[key], exact[key]) for one in found] for key in ("logits", "gradients", "weights")}


def run_case(name, case, levels):
    """Root mean squares over seeds: of one, a ReLU that rounding moves to the other side of zero can be most."""
    each = [errors_of(case, seed, levels) for seed in SEEDS]
    faults = []
    print(name)
    for key in each[0]:
        autocast, *ours = np.sqrt(np.mean(np.square([errors[key] for errors in each]), axis=0))
        print(f"    {key:10} autocast {autocast:.1e}; " + ", ".join(
            f"{level or 'here'} {error:.1e}, {error / autocast:.2f} of it" for level, error in zip(levels, ours)), flush=True)
        faults += [f"{key}, {level or 'here'}" for level, error in zip(levels, ours)
                   if not 1e-6 < error < MOST * autocast]
    if faults:
        print("    FAILED:", "; ".join(faults))
    return bool(faults)


def main():
    torch.set_num_threads(2)
    given, wanted = os.environ.get("DENSENET_CPU"), sys.argv[1:]
    failures = [name for name, case in CASES.items() if not wanted or any(word in name for word in wanted)
                if run_case(name, case, (given,) if given else (None, *PAIRS))]
    if failures:
        sys.exit("FAILED: " + "; ".join(failures))


main()
