# SPDX-License-Identifier: MIT
"""Damaged and hostile ONNX files: one sentence that names the file and the fault, exit status 2,
nothing written, and neither time nor memory out of proportion. Needs nothing but Python."""
import os
import resource
import subprocess
import tempfile

import onnx_bytes as onnx
import onnx_graphs as graphs
from checking import check, finish

PROGRAM = os.environ["DENSENET"]
GRAPH, NODE, TENSOR = 7, 1, 5
DIMS, TYPE, NAME, RAW, EXTERNAL, LOCATION = 1, 2, 8, 9, 13, 14


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, errors="replace", preexec_fn=limited)


def refused(folder, what, data, *words):
    path = f"{folder}/bad.onnx"
    with open(path, "wb") as file:
        file.write(data)
    done = run("convert", path, f"{folder}/out.pth")
    lines = done.stderr.strip().split("\n")
    good = (done.returncode == 2 and len(lines) == 1 and lines[0].startswith("densenet: ") and "bad.onnx" in lines[0]
            and all(word in done.stderr for word in words) and not os.path.exists(f"{folder}/out.pth"))
    check(what, good, f"status {done.returncode}: {done.stderr[:300]}")


SOUND = graphs.zoo()


def changed(change):
    """The sound file with the fields of its graph as change(fields) gives them."""
    return onnx.message([(n, change(onnx.parse(v)) if n == GRAPH else v) for n, v in onnx.parse(SOUND)])


def first_tensor(change):
    """change(fields) of the first convolution's weight."""
    def of_graph(fields):
        at = next(i for i, (n, _) in enumerate(fields) if n == TENSOR)
        return fields[:at] + [(TENSOR, change(onnx.parse(fields[at][1])))] + fields[at + 1:]
    return changed(of_graph)


def outside(location, **more):
    entries = {"location": location, **more}
    return first_tensor(lambda fields: [(n, v) for n, v in fields if n != RAW] + [(LOCATION, 1)] +
                        [(EXTERNAL, [(1, key), (2, value)]) for key, value in entries.items()])


def resized(*dims):
    return first_tensor(lambda fields: [(DIMS, size) for size in dims] + [(n, v) for n, v in fields if n != DIMS])


def tensors(folder):
    refused(folder, "a size below zero", resized(8, -3, 7, 7))
    refused(folder, "sizes that overflow", resized(2**40, 2**40, 7, 7))
    refused(folder, "sizes of 2 GB", resized(2**29, 1, 1, 1))
    refused(folder, "an unknown type", first_tensor(lambda f: [(TYPE, 99) if n == TYPE else (n, v) for n, v in f]))
    refused(folder, "data that are cut", first_tensor(lambda f: [(n, v[:-4]) if n == RAW else (n, v) for n, v in f]))
    refused(folder, "a name twice", changed(lambda f: f + [next((n, v) for n, v in f if n == TENSOR)]))


def sidecars(folder):
    for place in ("../../../../etc/passwd", "/etc/passwd", "..", "", "a/../../b", "missing.data"):
        refused(folder, f"data in \"{place}\"", outside(place))
    with open(f"{folder}/small.data", "wb") as file:
        file.write(bytes(64))
    refused(folder, "data past a sidecar's end", outside("small.data"))
    refused(folder, "data at a place past its end", outside("small.data", offset="4096", length="4704"))
    refused(folder, "data at a place below zero", outside("small.data", offset="-8", length="4704"))
    refused(folder, "data at a place that is no number", outside("small.data", offset="here"))
    os.symlink("/etc/passwd", f"{folder}/link.data")
    refused(folder, "data behind a link out of the folder", outside("link.data"))


def nodes(folder):
    loop = [(NODE, onnx.node("Relu", ["b"], "a", name="first")), (NODE, onnx.node("Relu", ["a"], "b", name="second"))]
    refused(folder, "a circle", changed(lambda f: loop + f))
    refused(folder, "no nodes", changed(lambda f: [(n, v) for n, v in f if n != NODE]))
    refused(folder, "no outputs", changed(lambda f: [(n, v) for n, v in f if n != 12]))
    refused(folder, "an output of two nodes", changed(lambda f: f + [next((n, v) for n, v in f if n == NODE)]))
    refused(folder, "inputs that nothing makes", changed(
        lambda f: [(n, v) for n, v in f if n != NODE] + [(NODE, onnx.node("Relu", ["nothing"], "fc6_1"))]))
    refused(folder, "no first term", changed(lambda f: [(n, v) for n, v in f if n != NODE] + [
        (NODE, onnx.node("Add", ["", "data_0"], "fc6_1"))]))
    refused(folder, "a sum of nothing", changed(lambda f: [(n, v) for n, v in f if n != NODE] + [
        (TENSOR, onnx.tensor("empty", [0], [])), (TENSOR, onnx.tensor("one", [1], [1.0])), (NODE, onnx.node("Add", ["empty", "one"], "fc6_1"))]))
    nested = b""
    for _ in range(3000):  # graphs in attributes of nodes in graphs
        nested = onnx.message([(NODE, [(5, [(6, nested)])])])
    with open(f"{folder}/nested.onnx", "wb") as file:
        file.write(changed(lambda f: onnx.parse(nested) + f))
    done = run("info", f"{folder}/nested.onnx")
    check("graphs in graphs", done.returncode in (0, 2), done)


def cuts(folder):
    for at in range(12, len(SOUND), len(SOUND) // 60):
        refused(folder, f"cut at {at}", SOUND[:at])
    print(f"truncations: {len(range(12, len(SOUND), len(SOUND) // 60))}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/net.onnx", "wb") as file:
            file.write(SOUND)
        done = run("info", f"{folder}/net.onnx")
        check("the sound file", done.returncode == 0 and "ONNX" in done.stdout, done)
        for part in (tensors, sidecars, nodes, cuts):
            part(folder)
    finish()


main()
