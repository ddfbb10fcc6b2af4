# SPDX-License-Identifier: MIT
"""What the comparisons of weight files share: networks, and the program run on files, its
results compared tensor by tensor, exactly."""
import os
import subprocess
import sys
import tempfile

try:
    import torch
    import torchvision  # which all that compare use
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import weight_files as files
from reference_extended import Arch, cifar, imagenet

DENSENET = os.environ["DENSENET"]
DATA = os.environ.get("DENSENET_DATA")
failures = 0

NAMED = {f"densenet{depth}": imagenet(depth) for depth in (121, 169, 201, 264, 161)}
NAMED["densenet-40-12"], NAMED["densenet-bc-100-12"] = cifar(40, 12, False), cifar(100, 12, True)
ODD = {
    "two blocks, grey": Arch([3, 4], 7, 13, 3, 0.7, "cifar", 1, 5),
    "five blocks": Arch([1, 2, 1, 2, 1], 9, 10, 2, 0.5, "imagenet", 3, 11),
    "norm after a CIFAR stem": Arch([2, 12, 2], 12, 24, 4, 0.5, "cifar-norm", 3, 10),
    "deep stem": Arch([2, 3], 8, 16, 4, 0.5, "deep", 3, 4),
    "bottlenecks as wide as the stem": Arch([4, 5, 3], 8, 32, 4, 0.5, "imagenet", 3, 6),
    "one block": Arch([5], 6, 12, 4, 0.5, "imagenet", 3, 1),
    "plain, uncompressed": Arch([11, 3, 2], 6, 16, 0, 1.0, "cifar-norm", 3, 10),
}
SMALL = ODD["norm after a CIFAR stem"]


def check(what, good, figure=""):
    global failures
    failures += not good
    if figure or not good:
        print(f"{what}: {figure}{'' if good else '   FAILED'}")


def run(*arguments):
    return subprocess.run([DENSENET, *map(str, arguments)], capture_output=True, text=True)


def converted(path, out, *options):
    """The file's tensors in torchvision's names, or the sentence that refuses it."""
    done = run("convert", path, out, *options)
    if done.returncode:
        return done.stderr
    return torch.load(out, weights_only=True) if out.endswith(".pth") else files.load_safetensors(out)[0]


def same(found, expected):
    """Exactly: names (the counters apart), shapes, types and bits."""
    if isinstance(found, str):
        return found
    parts = [{k: v for k, v in state.items() if "num_batches_tracked" not in k} for state in (found, expected)]
    if parts[0].keys() != parts[1].keys():
        return f"other names: {sorted(parts[0].keys() ^ parts[1].keys())[:6]}"
    for name in parts[0]:
        a, b = parts[0][name], parts[1][name]
        if a.dtype != b.dtype or a.shape != b.shape or not torch.equal(a, b):
            return f"{name} differs"
    return ""


def compare(what, path, expected, *options):
    error = same(converted(path, f"{os.path.dirname(path)}/out.safetensors", *options), expected)
    check(what, not error, error)


DIALECTS = {"torchvision": lambda state, arch: state, "reference": files.reference,
            "torchvision 2017": files.torchvision_2017, "efficient_densenet": files.efficient}


def refused(what, done, *words, absent=None):
    missing = [word for word in words if word not in done.stderr]
    lines = [line for line in done.stderr.strip().split("\n") if not line.startswith("densenet: warning: ")]
    good = done.returncode == 2 and not missing and len(lines) == 1 and not (absent and os.path.exists(absent))
    check(f"refused: {what}", good, "" if good else f"status {done.returncode}, {done.stderr}")


def small():
    return files.trained(SMALL, seed=1)


def prefixed(state, prefix):
    return {prefix + name: tensor for name, tensor in state.items()}


def main(tests):
    """Runs all tests, or those named as arguments, in a folder of their own."""
    fast = "/dev/shm" if os.path.isdir("/dev/shm") else None  # no waiting for the disk's fsync
    with tempfile.TemporaryDirectory(dir=fast) as folder:
        for test in tests:
            if len(sys.argv) == 1 or test.__name__ in sys.argv[1:]:
                test(folder)
    sys.exit(failures > 0)
