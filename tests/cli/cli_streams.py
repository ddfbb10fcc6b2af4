# SPDX-License-Identifier: MIT
"""With standard input, output or error closed, no message gets into a file that is opened then. Needs nothing but Python."""
import itertools
import os
import struct
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
CLOSED = [streams for count in (1, 2, 3) for streams in itertools.combinations(range(3), count)]


def contents(folder):
    """Every file below a folder; of a run's state and settings, all but times."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            with open(f"{place}/{name}", "rb") as stream:
                data = stream.read()
            if name == "log.csv":
                data = b"\n".join(line.rpartition(b",")[0] for line in data.splitlines())
            if name == "resume.safetensors":
                data = data[8:9]
            if name == "settings.json":
                data = b"\n".join(line for line in data.splitlines() if b'"date"' not in line)
            found[os.path.relpath(f"{place}/{name}", folder)] = data
    return found


def make_inputs(folder):
    subprocess.run([PROGRAM, "init", "--blocks", "1,2", "--growth", "2", "--stem", "cifar", "--channels", "1",
                    "--classes", "2", "-o", f"{folder}/net.pth"], check=True)
    for label in ("one", "two"):
        os.makedirs(f"{folder}/data/{label}")
        for i in range(4):
            with open(f"{folder}/data/{label}/{i}.png", "wb") as stream:
                stream.write(grey_png(8, 8, 40 * i))
    with open(f"{folder}/data/one/torn.png", "wb") as stream:  # something to complain about
        stream.write(grey_png(8, 8, 100)[:40])
    text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8), }\n"
    with open(f"{folder}/x.npy", "wb") as stream:
        stream.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + struct.pack("<64f", *range(64)))


def commands(folder):
    net = ("-w", f"{folder}/net.pth")
    grey = ("--preprocess", "none,channels=1,crop=8")
    train = ("train", f"{folder}/data", "--blocks", "1,1", "--growth", "2", "--stem", "cifar", "--epochs", "1",
             "--batch-size", "4", "--threads", "1", "-o", "out")
    return {
        "init": ("init", "--blocks", "1", "--growth", "2", "-o", "out.safetensors"),
        "convert": ("convert", f"{folder}/net.pth", "out.safetensors"),
        "predict": ("predict", *net, *grey, f"{folder}/data/one", "--cam", "maps"),
        "eval": ("eval", *net, *grey, f"{folder}/data", "--confusion", "m.csv", "--per-class", "classes.csv"),
        "forward": ("forward", *net, "-i", f"{folder}/x.npy", "-o", "y.npy"),
        "preprocess": ("preprocess", *grey, f"{folder}/data/two", "-o", "y.npy"),
        "train": train,
        "plot": ("plot", f"{folder}/run", "-o", "chart.svg"),
    }


def run(folder, arguments, closed=()):
    os.makedirs(folder)
    def close():
        for stream in closed:
            os.close(stream)
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, preexec_fn=close if closed else None)
    return done.returncode, contents(folder)


with tempfile.TemporaryDirectory() as scratch:
    make_inputs(scratch)
    asked = commands(scratch)
    code, _ = run(f"{scratch}/run", (*asked["train"][:-1], f"{scratch}/run/here"))
    os.rename(f"{scratch}/run", f"{scratch}/made")
    os.rename(f"{scratch}/made/here", f"{scratch}/run")
    for name, command in asked.items():
        expected, files = run(f"{scratch}/{name}", command)
        check(f"{name} with all streams", expected in (0, 1) and files, expected)
        for streams in CLOSED:
            code, found = run(f"{scratch}/{name}-{streams}", command, streams)
            check(f"{name} without {streams}", code == expected or (1 in streams and code == 2), code)
            check(f"what {name} writes without {streams}", found == files,
                  [path for path in files if found.get(path) != files[path]])
finish()
