#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much of the logits' error in bf16 and int8 comes from which layer. Needs PyTorch and numpy.

    scripts/measure_rounding.py build/release/densenet WEIGHTS PICTURES.npy QUANTISED.safetensors

PICTURES.npy is what `densenet preprocess` made of pictures for the network WEIGHTS, QUANTISED what `densenet quantize`
made of it. Place by place, PyTorch goes on in float32 from the inner tensors that the program computed so far in the other
precision, and again from those before that place: the difference is what this place adds to the error, and these
differences together are the whole error. What is stored is also rounded alone: what PyTorch computes there, to the
numbers in which the program keeps it. A line for each precision and place: root mean squares as shares of the logits'
deviation, of the place, of storing alone, and of what is left, which comes from what is multiplied.
"""
import csv
import json
import subprocess
import sys
import tempfile

import numpy
import torch
from torch.nn import functional


def tensors_of(path):
    """The tensors of a safetensors file, by name, as float32."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    types = {"F32": numpy.float32, "I8": numpy.int8, "I64": numpy.int64}
    header.pop("__metadata__", None)
    return {name: torch.from_numpy(numpy.frombuffer(body[slice(*entry["data_offsets"])], types[entry["dtype"]])
                                   .reshape(entry["shape"]).astype(numpy.float32)) for name, entry in header.items()}


class Network:
    """The steps of a DenseNet in torchvision's names, each from a state to the maps that the program shows under the
    step's name. A state is the maps of the block so far, and a layer's bottleneck maps."""

    def __init__(self, tensors, said):
        self.tensors, self.said, self.steps = tensors, said, [("stem", self.stem, "features.conv0")]
        for block, layers in enumerate(said["blocks"], 1):
            for number in range(1, layers + 1):
                name, place = f"features.denseblock{block}.denselayer{number}", f"block{block}.layer{number}"
                if said["bottleneck"]:
                    self.steps.append((place + ".bottleneck", self.bottleneck, name + ".conv1"))
                self.steps.append((place, self.layer, name + (".conv2" if said["bottleneck"] else ".conv1")))
            if block < len(said["blocks"]):
                self.steps.append((f"transition{block}", self.transition, f"features.transition{block}.conv"))

    def norm(self, name, x):
        parts = [self.tensors[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        return functional.relu(functional.batch_norm(x, *parts, eps=self.said["bn_epsilon"]))

    def convolve(self, name, x, stride=1):
        weight = self.tensors[name + ".weight"]
        return functional.conv2d(x, weight, stride=stride, padding=weight.shape[2] // 2)

    def stem(self, name, state):
        x = self.convolve(name, state[0], 2 if self.said["stem"] == "imagenet" else 1)
        if "features.norm0.weight" in self.tensors:
            x = self.norm("features.norm0", x)
        return functional.max_pool2d(x, 3, 2, 1) if self.said["stem"] == "imagenet" else x

    def bottleneck(self, name, state):
        layer = name.rpartition(".")[0]
        return self.norm(layer + ".norm2", self.convolve(name, self.norm(layer + ".norm1", state[0])))

    def layer(self, name, state):
        if state[1] is not None:
            return self.convolve(name, state[1])
        return self.convolve(name, self.norm(name.rpartition(".")[0] + ".norm1", state[0]))

    def transition(self, name, state):
        normed = self.norm(name.rpartition(".")[0] + ".norm", state[0])
        return self.convolve(name, functional.avg_pool2d(normed, 2))

    @staticmethod
    def after(place, state, made):
        if place.endswith(".bottleneck"):
            return state[0], made
        return (torch.cat([state[0], made], 1) if ".layer" in place else made), None

    def logits(self, state, first=0):
        for place, step, name in self.steps[first:]:
            state = self.after(place, state, step(name, state))
        x = self.norm("features.norm5", state[0]).mean((2, 3))
        return x @ self.tensors["classifier.weight"].T + self.tensors["classifier.bias"]


class Program:
    def __init__(self, path, pictures, folder):
        self.path, self.pictures, self.folder = path, pictures, folder

    def run(self, *arguments):
        return subprocess.run([self.path, *arguments], check=True, capture_output=True, text=True).stdout

    def network(self, weights):
        self.run("convert", weights, f"{self.folder}/net.safetensors")
        said = json.loads(self.run("info", weights, "--json"))
        if said["stem"] == "deep" or not said["head"].startswith("mean,linear="):
            sys.exit(f"{weights}: a stem of one convolution and a head of one linear are expected")
        return Network(tensors_of(f"{self.folder}/net.safetensors"), said)

    def forward(self, weights, precision, *options):
        self.run("forward", "--weights", weights, "--input", self.pictures, "--output", f"{self.folder}/y.npy",
                 "--precision", precision, *options)
        return torch.from_numpy(numpy.load(f"{self.folder}/y.npy"))


def as_kept(precision, bytes_, name, x):
    """Maps in the numbers in which the program keeps what the convolution `name` made."""
    if precision == "bf16":
        return x.bfloat16().float()
    scale, offset = (bytes_[f"{name}.{part}"].reshape(1, -1, 1, 1) for part in ("output_scale", "output_offset"))
    return ((x - offset) / scale).round().clamp(0, 255) * scale + offset


def measure(program, network, weights, precision, bytes_):
    """(place, error, of storing, of multiplying), the whole last."""
    exact = program.forward(weights[0], "f32")

    def root(difference):
        return float(difference.square().mean().sqrt() / exact.std())

    state = torch.from_numpy(numpy.load(program.pictures)), None
    before, whole = network.logits(state), 0
    for number, (place, step, name) in enumerate(network.steps, 1):
        given = program.forward(weights[1], precision, "--features", place)
        kept = as_kept(precision, bytes_, name, step(name, state))
        stored = network.logits(network.after(place, state, kept), number) - before
        state = network.after(place, state, given)
        now = network.logits(state, number)
        yield place, root(now - before), root(stored), root(now - before - stored)
        whole, before = whole + (now - before).square(), now
    found = program.forward(weights[1], precision)
    yield "head", root(found - before), 0, root(found - before)
    yield "squares added up", float(whole.mean().sqrt() / exact.std()), "", ""
    yield "whole", root(found - exact), "", ""


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    path, weights, pictures, quantised = sys.argv[1:]
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("precision", "place", "error", "stored", "multiplied"))
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        program = Program(path, pictures, folder)
        network, bytes_ = program.network(weights), tensors_of(quantised)
        for precision, file in (("bf16", weights), ("int8", quantised)):
            for place, *errors in measure(program, network, (weights, file), precision, bytes_):
                out.writerow((precision, place, *(error if error == "" else f"{error:.3g}" for error in errors)))
                sys.stdout.flush()


if __name__ == "__main__":
    main()
