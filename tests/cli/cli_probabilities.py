# SPDX-License-Identifier: MIT
"""What predict and eval make of a network's logits where these are known: one output, a temperature.
Needs nothing but Python."""
import json
import math
import os
import struct
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
PIPELINE = ("--preprocess", "none,crop=8,channels=1")


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def network(path, logits):
    """A network that answers every picture with these logits: its classifier is only a bias."""
    run("init", "--blocks", "1", "--growth", "2", "--channels", "1", "--stem", "cifar",
        "--classes", str(len(logits)), "-o", path)
    with open(path, "rb") as stream:
        size, = struct.unpack("<Q", stream.read(8))
        header, data = json.loads(stream.read(size)), bytearray(stream.read())
    for name, values in (("classifier.weight", None), ("classifier.bias", logits)):
        begin, end = header[name]["data_offsets"]
        data[begin:end] = struct.pack(f"<{len(values)}f", *values) if values else bytes(end - begin)
    return header, data


def write(path, header, data, metadata=None):
    header = {**header, "__metadata__": {**header.get("__metadata__", {}), **(metadata or {})}}
    text = json.dumps(header).encode()
    with open(path, "wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text + data)


def answer(path, picture):
    """Probabilities by output."""
    rows = json.loads(run("predict", "-w", path, picture, "--json", *PIPELINE).stdout)["predictions"]
    return [row["probability"] for row in sorted(rows, key=lambda row: row["index"])]


def near(found, expected):
    return len(found) == len(expected) and all(abs(a - b) < 1e-6 for a, b in zip(found, expected))


def one_output(folder):
    path, picture = f"{folder}/one.safetensors", f"{folder}/data/cat/0.png"
    write(path, *network(path, [-0.4]))
    share = 1 / (1 + math.exp(0.4))
    check("JSON", near(answer(path, picture), [share]))
    done = run("predict", "-w", path, picture, "--cam", f"{folder}/maps", *PIPELINE)
    check("text", done.returncode == 0 and f"{100 * share:6.2f}%  0\n" in done.stdout, done)
    check("info", "outputs        1: yes or no" in run("info", path).stdout)

    done = run("eval", f"{folder}/data", "-w", path, "--json", *PIPELINE)
    found = json.loads(done.stdout)
    loss = (-2 * math.log(share) - math.log(1 - share)) / 3
    check("eval", abs(found["loss"] - loss) < 1e-6 and abs(found["top1"] - 1 / 3) < 1e-6, done)
    check("its classes", [(row["label"], row["predicted"]) for row in found["outputs"]] == [("cat", 3), ("dog", 0)], done)

    for label, top1 in (("dog", 1 / 3), ("cat", 2 / 3)):
        with open(f"{folder}/label.txt", "w") as stream:
            stream.write(label)
        named = f"{folder}/named.safetensors"
        run("convert", path, named, "--labels", f"{folder}/label.txt")
        done = run("eval", f"{folder}/data", "-w", named, "--json", *PIPELINE)
        check(f"an output named {label}", done.returncode == 0 and abs(json.loads(done.stdout)["top1"] - top1) < 1e-6, done)
    run("convert", path, named, "--labels", f"{folder}/other.txt")
    done = run("eval", f"{folder}/data", "-w", named, *PIPELINE)
    check("an output of another name", done.returncode == 2 and 'one output is "horse"' in done.stderr, done)


with tempfile.TemporaryDirectory() as folder:
    for place, shade in (("cat/0", 10), ("dog/0", 90), ("dog/1", 200)):
        os.makedirs(f"{folder}/data/{place[:3]}", exist_ok=True)
        with open(f"{folder}/data/{place}.png", "wb") as stream:
            stream.write(grey_png(8, 8, shade))
    with open(f"{folder}/other.txt", "w") as stream:
        stream.write("horse")
    one_output(folder)
finish()
