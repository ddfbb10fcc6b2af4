# SPDX-License-Identifier: MIT
"""What the tests of written ONNX files share: networks of every kind with the statistics of noise, and the program run
on them."""
from weight_parity import NAMED, ODD, check, run

import numpy

import weight_files as files
from reference_extended import Arch

SMALL = Arch([2, 2], 8, 16, 4, 0.5, "imagenet", 3, 5)
STEMS = {"torchvision's": SMALL, **{name: ODD[name] for name in (
    "two blocks, grey", "norm after a CIFAR stem", "deep stem", "one block", "plain, uncompressed")}}
PUBLISHED = {name: NAMED[name] for name in ("densenet121", "densenet-40-12", "densenet-bc-100-12")}
try:
    import onnx
    NEWEST = min(28, onnx.defs.onnx_opset_version())
except ImportError:
    onnx, NEWEST = None, 0
LINEAR = ("--transition-relu", "no", "--final-relu", "no")  # what no tensor tells


def settle(arch, folder, name="net", **beside):
    """A file of a network whose maps are of the size of 1, and of what is beside its tensors."""
    state, path = {**files.trained(arch, 3), **beside}, f"{folder}/{name}.safetensors"
    for key in state:
        if ".conv" in key or key.endswith("conv.weight"):
            state[key] *= (2 / state[key][0].numel()) ** 0.5
    files.save_safetensors(state, path)
    return path


def pictures(arch, sides=((2, 64, 48), (1, 41, 64))):
    random = numpy.random.default_rng(0)
    return [random.standard_normal((n, arch.channels, h, w)).astype("f4") for n, h, w in sides]


def convert(what, path, out, *options):
    done = run("convert", path, out, *options)
    check(f"{what}: is written", done.returncode == 0, done.stderr if done.returncode else "")
    return done.returncode == 0


def forward(folder, path, x, *options):
    numpy.save(f"{folder}/x.npy", x)
    done = run("forward", "-w", path, "-i", f"{folder}/x.npy", "-o", f"{folder}/y.npy", *options)
    check("forward", done.returncode == 0, done.stderr if done.returncode else "")
    return numpy.load(f"{folder}/y.npy") if done.returncode == 0 else numpy.full((1, 1), numpy.nan)


def inferred(path):
    """The model with all shapes, if onnx's checker and strict inference accept it."""
    onnx.checker.check_model(onnx.load(path), full_check=True)
    return onnx.shape_inference.infer_shapes(onnx.load(path), strict_mode=True, data_prop=True)


def distance(found, expected):
    """The largest, as a part of the largest number expected."""
    if found.shape != expected.shape:
        return numpy.inf
    far = float(abs(found.astype("f8") - expected).max() / abs(expected).max())
    return far if far == far else numpy.inf
