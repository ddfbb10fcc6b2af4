#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How well `densenet info --check` finds altered networks: of each weight file given, sound and
with one thing altered at a time, how many are found, and how many at the right place. Takes
safetensors files with torchvision's names, as `densenet convert` and `densenet train` write them;
needs numpy.

    scripts/measure_check.py build/release/densenet NET.safetensors ...
"""
import collections
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

import numpy

PARTS = ("weight", "bias", "running_mean", "running_var")


def load(path):
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(size)), file.read()
    tensors = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            begin, end = entry["data_offsets"]
            tensors[name] = numpy.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
    return tensors, header.get("__metadata__", {})


def save(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, values in tensors.items():
        values = numpy.ascontiguousarray(values, "<f4").tobytes()
        shape = list(tensors[name].shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def natural(name):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def modules(tensors, pattern):
    return sorted({name.rsplit(".", 1)[0] for name in tensors if re.fullmatch(pattern, name)}, key=natural)


def norm_after(tensors, conv):
    """The norm that first reads what a layer's convolution makes."""
    block, layer, number = re.fullmatch(r"features\.denseblock(\d+)\.denselayer(\d+)\.conv(\d)", conv).groups()
    if number == "1" and conv.replace("conv1", "conv2") + ".weight" in tensors:
        return conv.replace("conv1", "norm2")
    following = f"features.denseblock{block}.denselayer{int(layer) + 1}.norm1"
    if following + ".weight" in tensors:
        return following
    transition = f"features.transition{block}.norm"
    return transition if transition + ".weight" in tensors else "features.norm5"


def altered(tensors, random):
    """(kind, tensors, the norms at which it may show first) of every alteration."""
    def one(kind, name, values, *places):
        return kind, {**tensors, name: values}, places

    layer = r"features\.denseblock\d+\.denselayer\d+\."
    for conv in modules(tensors, layer + r"conv\d\.weight"):
        name, place = conv + ".weight", norm_after(tensors, conv)
        kernel = tensors[name]
        kind = "1x1" if kernel.shape[2] == 1 else "3x3"
        yield one(f"{kind} kernel drawn anew", name, random.normal(0, kernel.std(), kernel.shape), place)
        yield one(f"{kind} kernel negated", name, -kernel, place)
        yield one(f"{kind} kernel, outputs shuffled", name, random.permutation(kernel), place)
        yield one(f"{kind} kernel, inputs reversed", name, kernel[:, ::-1], place)
        if kernel.shape[0] == kernel.shape[1]:
            yield one(f"{kind} kernel transposed", name, kernel.swapaxes(0, 1), place)
    for part in PARTS:
        for norm in modules(tensors, layer + r"norm2\.weight"):
            name = f"{norm}.{part}"
            after = norm_after(tensors, norm.replace("norm2", "conv2"))
            yield one(f"norm's {part} shuffled", name, random.permutation(tensors[name]), norm, after)
    norms = modules(tensors, layer + r"norm2\.weight")
    for first, second in zip(norms, norms[1:]):
        if tensors[first + ".bias"].shape == tensors[second + ".bias"].shape:
            exchange = {f"{a}.{part}": tensors[f"{b}.{part}"] for a, b in ((first, second), (second, first)) for part in PARTS}
            yield "two norms exchanged", {**tensors, **exchange}, (first,)


def check(program, path, *options):
    done = subprocess.run([program, "info", "--check", "--json", *options, path], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    return json.loads(done.stdout)["first_contradiction"]


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    program, *paths = sys.argv[1:]
    random = numpy.random.default_rng(1)
    tried, found, placed = collections.Counter(), collections.Counter(), collections.Counter()

    def count(kind, first, places):
        tried[kind] += 1
        found[kind] += first is not None
        placed[kind] += first in places

    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "altered.safetensors")
        for path in paths:
            tensors, metadata = load(path)
            count("sound", check(program, path), ())
            for kind, changed, places in altered(tensors, random):
                save(target, changed, metadata)
                count(kind, check(program, target), places)
            if metadata.get("densenet.transition_relu") != "no":
                save(target, tensors, {**metadata, "densenet.transition_relu": "no"})
                count("ReLU of transitions removed", check(program, target),
                      ("features.denseblock2.denselayer1.norm1",))
    print(f"{'alteration':34} {'tried':>6} {'found':>6} {'placed':>6}")
    for kind in tried:
        print(f"{kind:34} {tried[kind]:6} {found[kind]:6} {placed[kind]:6}")


main()
