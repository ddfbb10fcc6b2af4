#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `densenet check-input` and `densenet predict --check` find with pictures of the kind that a
network was trained on (a folder of files) under the right pipeline, and with pictures made of the
first hundred of them, and other pipelines; each further folder is a kind of its own. Needs numpy and
Pillow.

    scripts/measure_input.py build/release/densenet builtin cifar10 pictures [other-pictures ...]
"""
import csv
import io
import os
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

PIPELINES = {"as 0..1": "scaling=unit,mean=0,std=1", "as -1..1": "scaling=unit,mean=0.5,std=0.5",
             "as 0..255": "scaling=unit,mean=0,std=0.003921569", "as X-rays": "scaling=xray"}
random = numpy.random.default_rng(1)


def document(shape):
    page = numpy.full(shape, 255.0)
    for _ in range(6):
        y, x = random.integers(0, shape[0] - 4), random.integers(0, shape[1] - 4)
        page[y:y + 2, x:x + random.integers(3, 20)] = 0
    return page


KINDS = {
    "black": lambda a: 0 * a,
    "one colour": lambda a: 0 * a + random.integers(0, 256, 3),
    "noise, uniform": lambda a: random.integers(0, 256, a.shape),
    "noise, faint (deviation 30 about grey)": lambda a: 128 + 30 * random.standard_normal(a.shape),
    "pixels shuffled": lambda a: random.permutation(a.reshape(-1, 3)).reshape(a.shape),
    "an eighth as bright": lambda a: a // 8,
    "black bars on white": lambda a: document(a.shape),
    "blurred (a quarter of the size)": lambda a: numpy.asarray(Image.fromarray(a.astype(numpy.uint8)).resize(
        (a.shape[1] // 4, a.shape[0] // 4)).resize((a.shape[1], a.shape[0]))),
    "noise added (deviation 25)": lambda a: a + 25 * random.standard_normal(a.shape),
    "inverted": lambda a: 255 - a,
    "red and blue exchanged": lambda a: a[:, :, ::-1],
    "grey": lambda a: numpy.repeat(a.mean(2, keepdims=True), 3, 2),
}


def rate(program, weights, folder, *specs):
    """Of the pictures in a folder, how many are called foreign, and how many there are."""
    preprocess = [word for spec in specs for word in ("--preprocess", spec)]
    done = subprocess.run([program, "predict", folder, "-w", weights, "--check", "--csv", "--top", "1", *preprocess],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    return sum(row["foreign"] == "1" for row in rows), len(rows)


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    program, weights, right, native, *others = sys.argv[1:]
    print(subprocess.run([program, "check-input", native, "-w", weights, "--preprocess", right],
                         capture_output=True, text=True).stdout)
    for folder in (native, *others):
        print(f"{folder:40} %4d of %4d" % rate(program, weights, folder, right))
    names = sorted(name for name in os.listdir(native) if name.endswith((".png", ".jpg")))[::max(1, len(os.listdir(native)) // 100)]
    with tempfile.TemporaryDirectory() as scratch:
        os.mkdir(f"{scratch}/plain")
        for name in names[:100]:
            picture = Image.open(os.path.join(native, name)).convert("RGB")
            picture.save(f"{scratch}/plain/{name}.png")
            for kind, change in KINDS.items():
                os.makedirs(f"{scratch}/{kind}", exist_ok=True)
                made = numpy.clip(change(numpy.asarray(picture).astype(float)), 0, 255).astype(numpy.uint8)
                Image.fromarray(made).save(f"{scratch}/{kind}/{name}.png")
        for kind in KINDS:
            print(f"{kind:40} %4d of %4d" % rate(program, weights, f"{scratch}/{kind}", right))
        for kind, change in PIPELINES.items():
            print(f"{kind:40} %4d of %4d" % rate(program, weights, f"{scratch}/plain", f"{right},{change}"))


main()
