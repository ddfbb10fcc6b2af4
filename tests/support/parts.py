# SPDX-License-Identifier: MIT
"""Shared by the scripts that run parts_driver."""

import os
import subprocess
import sys

import numpy as np
from PIL import Image

DRIVER = os.environ["DENSENET_PARTS_DRIVER"]


def drive(*words):
    """Runs one command; words may be arrays. The lines that it wrote."""
    text = []
    for word in words:
        if isinstance(word, np.ndarray):
            text.extend(repr(float(x)) for x in word.ravel())
        else:
            text.append(str(word))
    result = subprocess.run([DRIVER], input=" ".join(text), stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(f"FAILED: the driver refused: {' '.join(map(str, words))[:80]}")
    return result.stdout.splitlines()


def numbers(lines):
    return np.array([float(line) for line in lines])


def report(what, error, limit):
    print(f"{what}: {error:.2g} (limit {limit:g})")
    if not error <= limit:
        sys.exit(f"FAILED: {what}")


def expect(what, found, expected):
    if found != expected:
        sys.exit(f"FAILED: {what}: {found}, expected {expected}")


def relative(found, expected):
    expected = np.asarray(expected, dtype=np.float64)
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def picture(width, height, channels, seed):
    """Smooth with some noise, as photographs are."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(256, size=(5, 6, channels)).astype(np.uint8)
    layers = [Image.fromarray(coarse[..., c]).resize((width, height), Image.BICUBIC)
              for c in range(channels)]
    smooth = np.stack([np.asarray(layer) for layer in layers], -1).astype(int)
    noisy = smooth + generator.integers(-9, 10, size=smooth.shape)
    return noisy.clip(0, 255).astype(np.uint8)
