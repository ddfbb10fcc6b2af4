# SPDX-License-Identifier: MIT
"""Arrays in and out: names that promise another format, values that are not numbers, shapes that
differ; and ranks of labels. Needs nothing but Python."""
import csv
import io
import os
import struct
import subprocess
import tempfile
import zipfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def npy(shape, numbers):
    header = str({"descr": "<f4", "fortran_order": False, "shape": shape}).ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(numbers)}f", *numbers)


def write(path, data):
    with open(path, "wb") as stream:
        stream.write(data)


def shape_of(path):
    with open(path, "rb") as stream:
        return stream.read(256).decode("latin-1").split("'shape': ")[1].split("}")[0].strip(" ,")


def names(folder):
    forward = ("forward", "-w", f"{folder}/net.pth", "-i", f"{folder}/x.npy", "-o")
    for command, output in ((forward, "p.csv"), (("preprocess", f"{folder}/a.png", "-o"), "p.png")):
        done = run(*command, f"{folder}/{output}")
        check(output, done.returncode == 2 and "its name must end in .npy" in done.stderr and
              not os.path.exists(f"{folder}/{output}"), done)
    for output in ("plain", "y.NPY", "/dev/null", "v1.2"):
        done = run(*forward, os.path.join(folder, output))
        check(output, done.returncode == 0, done)
    before = os.stat(f"{folder}/x.npy").st_size
    done = run(*forward, f"{folder}/x.npy")
    check("the input stays", done.returncode == 2 and os.stat(f"{folder}/x.npy").st_size == before, done)


def no_numbers(folder):
    for word in ("nan", "inf"):
        write(f"{folder}/bad.npy", npy((1, 1, 8, 8), [0.5] * 63 + [float(word)]))
        done = run("forward", "-w", f"{folder}/net.pth", "-i", f"{folder}/bad.npy", "-o", f"{folder}/y.npy")
        check(word, done.returncode == 1 and done.stderr.count("\n") == 1 and "bad.npy: holds" in done.stderr, done)
    write(f"{folder}/large.npy", npy((1, 1, 8, 8), [3e38, -3e38] * 32))
    done = run("forward", "-w", f"{folder}/net.pth", "-i", f"{folder}/large.npy", "-o", f"{folder}/y.npy")
    check("an answer that is none", done.returncode == 1 and "answer is not a number" in done.stderr, done)


def pipelines(folder):
    """preprocess sees what the network would."""
    for options, shape in (((), "(1, 3, 224, 224,)"), (("-w", f"{folder}/net.pth"), "(1, 1, 32, 32,)"),
                           (("-w", f"{folder}/net.pth", "--preprocess", "crop=24"), "(1, 1, 24, 24,)")):
        done = run("preprocess", f"{folder}/a.png", *options, "-o", f"{folder}/p.npy")
        check(f"{options}", done.returncode == 0 and shape_of(f"{folder}/p.npy") == shape,
              f"{done} {shape_of(folder + '/p.npy')}")


def shapes(folder):
    with zipfile.ZipFile(f"{folder}/dump.npz", "w") as file:
        file.writestr("input.npy", npy((2, 1, 8, 8), [0.5] * 128))
        file.writestr("block1.layer1.npy", npy((1, 2, 8, 8), [0.5] * 128))
    done = run("verify", "-w", f"{folder}/net.pth", "--reference", f"{folder}/dump.npz")
    check("a shape that differs", done.returncode == 2 and
          "block1.layer1: is 1x2x8x8, the network gives 2x2x8x8" in done.stderr, done)


def ranks(folder):
    """By probability, in whatever order the labels come."""
    run("convert", f"{folder}/net.pth", f"{folder}/labels.pth", "--task", "labels")
    predict = ("predict", "-w", f"{folder}/labels.pth", f"{folder}/a.png", "--csv")
    every = list(csv.DictReader(io.StringIO(run(*predict).stdout)))
    check("labels in their order", [row["index"] for row in every] == ["0", "1", "2"], every)
    ordered = sorted(every, key=lambda row: -float(row["probability"]))
    check("ranks", [row["rank"] for row in ordered] == ["1", "2", "3"], every)
    few = list(csv.DictReader(io.StringIO(run(*predict, "--top", "2").stdout)))
    check("--top of labels", few == ordered[:2], few)


def quotes(folder):
    """A name of any characters is one field."""
    name = f'{folder}/a, "b"\n.png'
    write(name, grey_png(8, 8, 100))
    done = run("predict", "-w", f"{folder}/net.pth", "--csv", name)
    rows = list(csv.reader(io.StringIO(done.stdout, newline="")))
    check("a name with a comma", rows[0][0] == "picture" and rows[1][0] == name and
          len({len(row) for row in rows}) == 1, rows)


with tempfile.TemporaryDirectory() as scratch:
    run("init", "--blocks", "1,2", "--growth", "2", "--stem", "cifar", "--channels", "1", "--classes", "3", "--seed",
        "1", "-o", f"{scratch}/net.pth")
    write(f"{scratch}/a.png", grey_png(8, 8, 100))
    write(f"{scratch}/x.npy", npy((1, 1, 8, 8), [0.5] * 64))
    for test in (names, no_numbers, pipelines, shapes, ranks, quotes):
        test(scratch)
        print(test.__name__)
finish()
