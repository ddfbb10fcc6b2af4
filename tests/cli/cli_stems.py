# SPDX-License-Identifier: MIT
"""Whatever stem `densenet init` is asked for reads back as that stem, of every format; and `train` keeps it.
Needs nothing but Python."""
import itertools
import json
import os
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
USUAL = {"imagenet": (7, 2, "max"), "cifar": (3, 1, "none"), "cifar-norm": (3, 1, "none"), "deep": (3, 2, "max")}
SMALL = ("--blocks", "1,1", "--growth", "4", "--classes", "2")


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def stem_of(path):
    """Kind, kernel, stride and pool, with the kind's own in place of what is usual; the kind of a graph is not in it."""
    done = run("info", "--json", path)
    if done.returncode:
        return done.stderr
    found = json.loads(done.stdout)
    kernel, stride, pool = USUAL[found["stem"]]
    pool = pool if found["stem_pool"] == "usual" else found["stem_pool"]
    return found["stem"], found["stem_kernel"] or kernel, found["stem_stride"] or stride, pool, found["warning"]


with tempfile.TemporaryDirectory() as folder:
    first = f"{folder}/first.safetensors"
    for kind, kernel, stride, pool in itertools.product(USUAL, (0, 1, 3, 7), (0, 2), ("", "max", "none", "blur")):
        asked = ["--stem", kind] + ["--stem-kernel", str(kernel)] * (kernel > 0) + ["--stem-stride", str(stride)] * (stride > 0)
        asked += ["--stem-pool", pool] * (pool != "")
        what, usual = " ".join(asked), USUAL[kind]
        done = run("init", *SMALL, *asked, "-o", first)
        possible = not (kind == "deep" and kernel) and not (kind == "cifar" and pool in ("max", "blur"))
        if not possible:
            check(f"{what}, refused", done.returncode == 2 and done.stderr.count("\n") == 1, done)
            continue
        expected = (kind, kernel or usual[0], stride or usual[1], pool or usual[2], None)
        check(what, done.returncode == 0 and stem_of(first) == expected, (stem_of(first), done.stderr))
        if stride != 2 or pool != "none":
            continue
        for ending in ("pth", "npz", "onnx"):
            done = run("convert", first, f"{folder}/next.{ending}")
            found = stem_of(f"{folder}/next.{ending}")
            check(f"{what}, as .{ending}", done.returncode == 0 and found == expected, (found, done.stderr))
    for name in ("a", "b"):
        os.makedirs(f"{folder}/data/{name}")
        with open(f"{folder}/data/{name}/0.png", "wb") as stream:
            stream.write(grey_png(16, 16, 60))
    done = run("train", f"{folder}/data", *SMALL, "--stem", "cifar", "--stem-kernel", "7", "--stem-stride", "2", "--val-split", "0", "--max-steps", "1",
               "--image-size", "16", "-o", f"{folder}/run")
    found = stem_of(f"{folder}/run/last.safetensors")
    check("trained", done.returncode == 0 and found == ("cifar", 7, 2, "none", None), (found, done.stderr))
finish()
