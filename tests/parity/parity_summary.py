# SPDX-License-Identifier: MIT
"""`densenet summary` against torchinfo, over architectures, input sizes, depths and columns.

Runs in the interpreter that DENSENET_PYTHON names where this one lacks torchinfo.
"""
import importlib.util
import itertools
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import warnings

if any(importlib.util.find_spec(name) is None for name in ("torch", "torchinfo")):
    other = os.environ.pop("DENSENET_PYTHON", None)
    if other:
        os.execv(other, [other] + sys.argv)
    print("skipped: torchinfo is not installed")
    sys.exit(77)

warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
import torch
import torchinfo
from torchinfo.enums import ColumnSettings, Units

import reference_extended as extended
from blur_modules import BlurPool2d

PROGRAM = os.environ["DENSENET"]
FREE = ["num_params", "params_percent", "kernel_size", "trainable"]
SIZED = ["input_size", "output_size", "mult_adds"]
RANDOM = random.Random(1702)
# torchinfo counts the Python object around the input too; its size is CPython's affair.
STORAGE_OBJECT = sys.getsizeof(torch.empty(1).storage()) - 4
for kind in (torch.nn.Conv2d, torch.nn.Linear):
    kind.reset_parameters = lambda self: None  # no value matters here


def run(*arguments):
    return subprocess.run([PROGRAM, "summary", *arguments], capture_output=True, text=True)


def printed(statistics):
    text = str(statistics)
    for unit in Units:  # since Python 3.11 these format as "(Units.GIGABYTES)"
        text = text.replace(f"(Units.{unit.name})", f"({unit.value})")
    return text + "\n"


def measure(module, size):
    """One forward pass of shapes alone: nothing is computed on the meta device."""
    module.to("meta")
    if size is None:
        return torchinfo.summary(module, verbose=0, device="meta")
    data = torch.empty(size, device="meta")
    statistics = torchinfo.summary(module, input_data=data, verbose=0, device="meta")
    statistics.total_input += 56 - STORAGE_OBJECT
    return statistics


def flags(arch):
    return ["--blocks", ",".join(map(str, arch.blocks)), "--growth", str(arch.growth),
            "--stem-channels", str(arch.stem_channels), "--bottleneck", str(arch.bottleneck),
            "--compression", repr(arch.compression), "--stem", arch.stem,
            "--channels", str(arch.channels), "--classes", str(arch.classes)]


def compare(statistics, arguments, size, depth=None, columns=None):
    if size is not None:
        arguments = arguments + ["--input", ",".join(map(str, size))]
    if depth is not None:
        arguments = arguments + ["--depth", str(depth)]
        statistics.formatting.max_depth = depth
    if columns is not None:
        arguments = arguments + ["--columns", ",".join(columns)]
        statistics.formatting.col_names = tuple(ColumnSettings(name) for name in columns)
    expected, result = printed(statistics), run(*arguments)
    if result.stdout == expected:
        return
    print("differs: densenet summary", *arguments)
    print(result.stderr, end="")
    for theirs, ours in itertools.zip_longest(expected.split("\n"), result.stdout.split("\n")):
        if theirs != ours:
            print(f"  torchinfo: {theirs}\n  densenet:  {ours}")
            break
    sys.exit(1)


def random_columns(size):
    known = FREE + (SIZED if size else [])
    return [RANDOM.choice(known) for _ in range(RANDOM.choice([0, 1, 2, 2, 3, 5, 7, 9]))]


def compare_all(arch, arguments, size, views):
    """The table as it is by default, then some of its other views."""
    statistics = measure(extended.DenseNet(arch), size)
    compare(statistics, arguments, size)
    for _ in range(views):
        compare(statistics, arguments, size, RANDOM.randint(0, 6), random_columns(size))
    return 1 + views


def compare_json(arch, arguments, size):
    layers = measure(extended.DenseNet(arch), size).summary_list
    modules = json.loads(run(*arguments, "--json", "--depth", "9", "--input", ",".join(map(str, size))).stdout)["modules"]
    assert len(modules) == len(layers)
    for ours, theirs in zip(modules, layers):
        macs = theirs.macs if theirs.is_leaf_layer else sum(x.macs for x in theirs.children if x.is_leaf_layer)
        assert ours["type"] == theirs.class_name and ours["depth"] == theirs.depth, ours
        assert ours["index"] == theirs.depth_index and ours["num_params"] == theirs.num_params, ours
        assert ours["input_size"] == theirs.input_size and ours["output_size"] == theirs.output_size, ours
        assert ours["mult_adds"] == macs, ours


def random_arch():
    count = RANDOM.choice([1, 2, 3, 3, 4, 4, 5])
    growth = RANDOM.randint(1, 12)
    return extended.Arch(
        [RANDOM.randint(1, 4) for _ in range(count)], growth, RANDOM.choice([2 * growth, RANDOM.randint(2, 40)]),
        RANDOM.choice([0, 1, 2, 4, 4]), RANDOM.choice([0.5, 0.5, 1.0, 0.7]),
        RANDOM.choice(["imagenet", "cifar", "cifar-norm", "deep"]), RANDOM.choice([1, 3, 3, 4]),
        RANDOM.choice([1, 7, 10, 1000]))


def smallest_input(arch):
    size = 2 ** (len(arch.blocks) - 1)
    return 4 * size - 3 if arch.stem in ("imagenet", "deep") else size


def random_size(arch):
    if RANDOM.random() < 0.15:
        return None
    least = smallest_input(arch)
    batch = RANDOM.choice([1, 2, int(10 ** RANDOM.uniform(0, 6))])
    return (batch, arch.channels, least + RANDOM.choice([0, 1, 7, RANDOM.randint(0, 300)]),
            least + RANDOM.choice([0, 3, RANDOM.randint(0, 4000)]))


def named_networks():
    count = 0
    for depth in extended.IMAGENET:
        size = (RANDOM.randint(1, 300), 3, RANDOM.randint(29, 700), RANDOM.randint(29, 700))
        count += compare_all(extended.imagenet(depth), [f"densenet{depth}"], size, 3)
    for depth, growth, bottleneck in ((40, 12, False), (100, 24, False), (100, 12, True), (190, 40, True)):
        name = f"densenet-{'bc-' if bottleneck else ''}{depth}-{growth}"
        count += compare_all(extended.cifar(depth, growth, bottleneck, classes=100),
                             [name, "--classes", "100"], (64, 3, 32, 32), 3)
    return count + compare_all(extended.imagenet(121), ["densenet121"], None, 2)


def write_weights(module, path):
    """A safetensors file of the module's tensors, all zeros."""
    header, end = {}, 0
    for name, tensor in module.state_dict().items():
        kind, size = ("F32", 4) if tensor.is_floating_point() else ("I64", 8)
        start, end = end, end + size * tensor.numel()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + bytes(end))


def weight_files():
    """--weights in place of a name; --classes still replaces the head."""
    deep = extended.Arch([2, 3], 4, 9, 4, 0.5, "deep", 1, 5)
    archs = [extended.imagenet(121, classes=7), extended.cifar(40, 12, False), deep]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.safetensors")
        for arch in archs:
            write_weights(extended.DenseNet(arch), path)
            compare_all(arch, ["--weights", path], random_size(arch), 2)
            compare_all(arch._replace(classes=3), ["--weights", path, "--classes", "3"], None, 0)
    return 4 * len(archs)


def reference_module():
    """The module that ours extends, if the folder with it is available."""
    folder = os.path.join(os.environ.get("DENSENET_DATA", ""), "reference")
    if not os.path.exists(os.path.join(folder, "reference_densenet.py")):
        return 0
    sys.path.insert(0, folder)
    import reference_densenet
    size = (2, 3, 224, 224)
    statistics = measure(reference_densenet.densenet(264), size)
    compare(statistics, ["densenet264"], size)
    compare(statistics, ["densenet264"], size, 5, SIZED + FREE)
    return 2


class Blurred(extended.DenseNet):
    """With a stem that blurs."""

    def __init__(self, arch):
        super().__init__(arch)
        self.maxpool = torch.nn.Sequential(torch.nn.MaxPool2d(3, 1, 1), BlurPool2d(arch.stem_channels))


Blurred.__name__ = "DenseNet"


def blurred_stems():
    arch = extended.Arch([6, 12, 24, 16], 32, 64, 4, 0.5, "deep", 3, 1000)
    for size in ((2, 3, 224, 224), (5, 3, 37, 90), None):
        statistics = measure(Blurred(arch), size)
        compare(statistics, ["densenetblur121d"], size)
        compare(statistics, ["densenetblur121d"], size, 6, FREE + (SIZED if size else []))
    large = extended.Arch([6, 12, 64, 48], 48, 96, 4, 0.5, "deep", 3, 1000)
    return 6 + compare_all(large, ["densenet264d"], (1, 3, 64, 64), 1)


def smallest_inputs():
    """PyTorch takes what the program calls the smallest input, and nothing smaller."""
    for arch in (extended.imagenet(121), extended.cifar(40, 12, False)):
        least = smallest_input(arch)
        module = extended.DenseNet(arch).to("meta")
        module(torch.empty(2, 3, least, least, device="meta"))
        assert run(*flags(arch), "--input", f"2,3,{least},{least}").returncode == 0
        assert run(*flags(arch), "--input", f"2,3,{least - 1},{least}").returncode == 2
        try:
            module(torch.empty(2, 3, least - 1, least, device="meta"))
            sys.exit("PyTorch takes a smaller input than this program")
        except RuntimeError:
            pass


tables = reference_module() + named_networks() + weight_files() + blurred_stems()
for _ in range(60):
    arch = random_arch()
    tables += compare_all(arch, flags(arch), random_size(arch), 4)
compare_json(extended.imagenet(121), ["densenet121"], (2, 3, 100, 224))
smallest_inputs()
print(f"{tables} tables equal torchinfo {torchinfo.__version__}'s")
