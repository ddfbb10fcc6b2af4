# SPDX-License-Identifier: MIT
"""Networks of random weights that answer at once, written by the program. Needs nothing but Python."""
import json
import math
import os
import struct
import subprocess

SHAPE = ("--blocks", "2,3", "--growth", "8", "--stem", "cifar")


def initialised(path, *arguments):
    subprocess.run([os.environ["DENSENET"], "init", *SHAPE, *arguments, "-o", path], check=True)
    return path


def changed(path, change):
    """The safetensors file at the path, after change(header, data) has made more of the header, and returned data."""
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(size)), file.read()
    data = change(header, data)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
    return path


def with_labels(path, labels, task="classes", seed=0):
    """A network that has one output for each label. Returns the path."""
    def change(header, data):
        header["__metadata__"].update({"densenet.labels": json.dumps(labels), "densenet.task": task})
        return data
    initialised(path, "--classes", str(len(labels)), "--seed", str(seed))
    return changed(path, change)


def partly_trained(path, outputs, untrained):
    """One of whose outputs one was not trained, as TorchXRayVision's files say it: it has no operating point."""
    def change(header, data):
        del header["__metadata__"]
        header["op_threshs"] = {"dtype": "F32", "shape": [outputs], "data_offsets": [len(data), len(data) + 4 * outputs]}
        return data + struct.pack(f"<{outputs}f", *(math.nan if i == untrained else 0.5 for i in range(outputs)))
    initialised(path, "--classes", str(outputs), "--channels", "1")
    return changed(path, change)
