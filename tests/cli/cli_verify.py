# SPDX-License-Identifier: MIT
"""What `densenet verify` says of a dump: where a network departs from it first, what it passes
over. Needs nothing but Python; the dump is what the network itself answers, changed."""
import json
import math
import os
import struct
import subprocess
import tempfile
import zipfile

from checking import check, finish

PROGRAM = os.environ["DENSENET"]
LAYERS = ("block1.layer1", "block1", "transition1", "block2")
SHAPE = (1, 1, 8, 8)


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def npy(shape, numbers):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + struct.pack(f"<{len(numbers)}f", *numbers)


def read_npy(path):
    """Header and numbers."""
    with open(path, "rb") as stream:
        data = stream.read()
    end = 10 + struct.unpack("<H", data[8:10])[0]
    return data[:end], [number for (number,) in struct.iter_unpack("<f", data[end:])]


def dump(folder, name, changed=(), by=lambda number: number, others=()):
    """A reference in which the layers named in `changed` have another first number."""
    with zipfile.ZipFile(f"{folder}/{name}.npz", "w") as file:
        file.write(f"{folder}/input.npy", "input.npy")
        for layer in LAYERS:
            head, numbers = read_npy(f"{folder}/{layer}.npy")
            if layer in changed:
                numbers[0] = by(numbers[0])
            file.writestr(f"{layer}.npy", head + struct.pack(f"<{len(numbers)}f", *numbers))
        for other in others:
            file.writestr(f"{other}.npy", npy((1,), [0.0]))
    return ("verify", "-w", f"{folder}/net.pth", "--reference", f"{folder}/{name}.npz")


def agreement(folder):
    done = run(*dump(folder, "same"))
    check("the same", done.returncode == 0 and done.stdout.startswith("4 tensors compared, largest error 0.000e+00"),
          done)
    done = run(*dump(folder, "unknown", others=("layer9", "other")))
    check("unknown names", done.returncode == 0 and "2 skipped: layer9, other\n" in done.stdout, done)
    done = run(*dump(folder, "unknown", others=["layer%d" % i for i in range(20)]))
    check("many unknown names", " and 12 more\n" in done.stdout, done)
    done = run(*dump(folder, "unknown", others=("layer9",)), "--all")
    check("--all", "\n  layer9: no tensor here has this name\n" in done.stdout and
          all(f"\n{layer} " in "\n" + done.stdout for layer in LAYERS), done)
    done = run(*dump(folder, "unknown", others=("classifier.2", "layer9.2")), "--all")
    check("a part of the head", "\n  classifier.2: a part of the head, which is compared as a whole\n" in done.stdout and
          "\n  layer9.2: no tensor here has this name\n" in done.stdout, done)


def departure(folder):
    """The first in the order of the computation, not of the file."""
    for what, by in (("a number", lambda number: number + 1), ("NaN", lambda number: math.nan),
                     ("infinity", lambda number: math.inf)):
        command = dump(folder, "changed", ("block2", "block1.layer1"), by)
        done = run(*command)
        check(what, done.returncode == 1 and done.stdout.startswith("block1.layer1 (block1.layer1) is the first"), done)
        told = json.loads(run(*command, "--json").stdout)
        check(f"{what}, as JSON", told["within"] is False and told["first_departure"]["name"] == "block1.layer1" and
              len(told["layers"]) == 4 and told["largest_error"] > told["tolerance"], told)
    done = run(*dump(folder, "changed", ("block2",), lambda number: number + 0.01), "--tolerance", "1", "--all")
    check("within a tolerance", done.returncode == 0 and "departs" not in done.stdout, done)


def refusals(folder):
    for name, members, told in (("none", {}, 'holds no array "input"'),
                                ("flat", {"input": (64,)}, "input is not N x 1 x H x W"),
                                ("coloured", {"input": (1, 3, 8, 8)}, "input is not N x 1 x H x W"),
                                ("small", {"input": (1, 1, 1, 1)}, "")):
        with zipfile.ZipFile(f"{folder}/{name}.npz", "w") as file:
            for member, shape in members.items():
                file.writestr(f"{member}.npy", npy(shape, [0.5] * math.prod(shape)))
        done = run("verify", "-w", f"{folder}/net.pth", "--reference", f"{folder}/{name}.npz")
        check(name, done.returncode == 2 and told in done.stderr and done.stderr.count("\n") == 1, done)


with tempfile.TemporaryDirectory() as scratch:
    run("init", "--blocks", "1,2", "--growth", "2", "--stem", "cifar", "--channels", "1", "--classes", "3", "--seed",
        "1", "-o", f"{scratch}/net.pth")
    with open(f"{scratch}/input.npy", "wb") as stream:
        stream.write(npy(SHAPE, [i % 7 - 3 for i in range(math.prod(SHAPE))]))
    for layer in LAYERS:
        run("forward", "-w", f"{scratch}/net.pth", "-i", f"{scratch}/input.npy", "--features", layer, "-o",
            f"{scratch}/{layer}.npy")
    for test in (agreement, departure, refusals):
        test(scratch)
        print(test.__name__)
finish()
