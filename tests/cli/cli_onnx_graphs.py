# SPDX-License-Identifier: MIT
"""ONNX files: of torch's newer exporter with its sidecar, and of onnxruntime's quantisation, as
golden/onnx/make_exports.py made them; the zoo's form; and damaged or hostile ones, each refused in one sentence."""
import json
import os
import shutil
import struct
import subprocess
import tempfile

import onnx_bytes as onnx
import onnx_graphs
from checking import check, finish

DENSENET = os.environ["DENSENET"]
GOLDEN = os.path.abspath(f"{os.path.dirname(__file__)}/../golden/onnx")
SIDE = 32


def run(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True, timeout=300)


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return path


def refused(what, path, *words):
    done = run("info", path)
    lines = done.stderr.strip().split("\n")
    check(f"refused: {what}", done.returncode == 2 and len(lines) == 1 and all(word in lines[0] for word in words), done)


def write_picture(path):
    numbers = [i * 37 % 101 / 50 - 1 for i in range(3 * SIDE * SIDE)]
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, {SIDE}, {SIDE}), }}".ljust(117) + "\n"
    write(path, b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(numbers)}f", *numbers))


def logits_of(weights, folder):
    done = run("forward", "-w", weights, "-i", f"{folder}/x.npy", "-o", f"{folder}/y.npy")
    if done.returncode:
        return done.stderr
    with open(f"{folder}/y.npy", "rb") as file:
        return list(struct.unpack("<3f", file.read()[-12:]))


def golden(folder):
    write_picture(f"{folder}/x.npy")
    with open(f"{GOLDEN}/logits.json", encoding="ascii") as file:
        expected = json.load(file)
    largest = max(abs(number) for number in expected)
    for name, tolerance in (("exported", 2e-5), ("qdq", 0.1), ("qoperator", 0.1)):
        found = logits_of(f"{GOLDEN}/{name}.onnx", folder)
        close = isinstance(found, list) and all(abs(a - b) < tolerance * largest for a, b in zip(found, expected))
        check(f"{name}: PyTorch's logits", close, f"{found}, {expected}")
        said = json.loads(run("info", "--json", f"{GOLDEN}/{name}.onnx").stdout)
        check(f"{name}: what is said", (said["format"], said["blocks"], said["growth"], said["concat"], said["function"]) ==
              ("ONNX", [2, 1], 4, "last", "graph") and ("quantised" in (said["warning"] or "")) == (name[0] == "q"), said)


def sidecars(folder):
    """The tensors' own file is beside it, and is nowhere else."""
    def placed(change=dict, **changes):
        fields = onnx.parse(read("exported.onnx"))
        graph = []
        for number, value in onnx.parse(onnx.of(fields, 7)[0]):
            parts = onnx.parse(value) if number == 5 else value
            if number == 5 and onnx.of(parts, 13):
                kept = {onnx.of(onnx.parse(pair), 1)[0].decode(): onnx.of(onnx.parse(pair), 2)[0] for pair in onnx.of(parts, 13)}
                kept = {**change({key: value.decode() for key, value in kept.items()}), **changes}
                parts = [part for part in parts if part[0] != 13] + [(13, [(1, k), (2, v)]) for k, v in kept.items()]
            graph.append((number, parts))
        return write(f"{folder}/net.onnx", onnx.message([(n, v) if n != 7 else (7, graph) for n, v in fields]))

    def read(name):
        with open(f"{GOLDEN}/{name}", "rb") as file:
            return file.read()

    inner = f"{folder}/inner"
    os.makedirs(inner)
    shutil.copy(f"{GOLDEN}/exported.onnx.data", f"{folder}/exported.onnx.data")
    check("a copy of both", run("info", placed()).returncode == 0)
    for output in ("exported.onnx.data", "./inner/../exported.onnx.data"):
        done = run("convert", placed(), f"{folder}/{output}")
        check(f"{output}, which is read, is not replaced", done.returncode == 2 and "already reads" in done.stderr and
              read("exported.onnx.data") == open(f"{folder}/exported.onnx.data", "rb").read(), done)
    shutil.copy(f"{GOLDEN}/exported.onnx.data", f"{inner}/w.data")
    check("in a folder below", run("info", placed(location="inner/w.data")).returncode == 0)
    secret = write(f"{folder}/../secret-{os.getpid()}", read("exported.onnx.data"))
    try:
        for location in (f"../{os.path.basename(secret)}", f"inner/../../{os.path.basename(secret)}", "../../../../etc/passwd",
                         "/etc/passwd", os.path.abspath(secret), "", ".", "inner", "a\\b", "/dev/zero"):
            refused(f"external data at {location!r}", placed(location=location), "lies in", "not in this file's folder")
        os.symlink(os.path.abspath(secret), f"{folder}/link")
        refused("a link out of the folder", placed(location="link"), "not in this file's folder")
        os.symlink("..", f"{folder}/up")
        refused("a folder's link out of it", placed(location=f"up/{os.path.basename(secret)}"), "not in this file's folder")
    finally:
        os.remove(secret)
    os.symlink("inner/w.data", f"{folder}/inside")
    check("a link within the folder", run("info", placed(location="inside")).returncode == 0)
    refused("no such file", placed(location="gone.data"), "cannot be opened")
    refused("an offset past its end", placed(offset="99999999"), "which has")
    refused("an offset that overflows", placed(offset="18446744073709551615"), "which has")
    refused("a length past its end", placed(length="99999999"), "which has")
    refused("a length of another shape", placed(length="4"), "do not fit")
    refused("no number", placed(offset="-1"), "no number")
    write(f"{folder}/exported.onnx.data", read("exported.onnx.data")[:5000])
    refused("a sidecar that was cut", placed(), "which has 5000 bytes")
    write(f"{folder}/exported.onnx.data", read("exported.onnx.data"))
    beyond_4_gib(folder, placed, read("exported.onnx.data"))
    refused("overlapping tensors", write(f"{folder}/net.onnx", overlapping()), "overlap")


def beyond_4_gib(folder, placed, data):
    """A file whose tensors begin after more bytes than 32 bits count; what is before them is a hole."""
    with open(f"{folder}/exported.onnx.data", "wb") as file:
        file.truncate((1 << 32) + 4096)
        file.seek((1 << 32) + 4096)
        file.write(data)

    def moved(pair):
        return {**pair, "offset": str((1 << 32) + 4096 + int(pair.get("offset", 0)))}

    expected = logits_of(f"{GOLDEN}/exported.onnx", folder)
    check("a sidecar of more than 4 GiB", logits_of(placed(moved), folder) == expected)
    write(f"{folder}/exported.onnx.data", data)


def overlapping():
    """Many tensors of the same bytes."""
    tensors = [[(1, 1000), (2, onnx.FLOAT), (8, f"t{i}"), (14, 1), (13, [(1, "location"), (2, "exported.onnx.data")]),
                (13, [(1, "offset"), (2, "0")]), (13, [(1, "length"), (2, "4000")])] for i in range(9)]
    return onnx.model([onnx.node("Relu", ["x"], "y")], tensors, [onnx.value_info("x", (1, 3, 32, 32))], [onnx.value_info("y", (1, 3))])


def graph_of(nodes, tensors=(), shape=(1, 3, 32, 32), outputs=("y",)):
    return onnx.model(nodes, tensors, [onnx.value_info("x", shape)], [onnx.value_info(name, (1, 3)) for name in outputs])


def hostile(folder):
    path, whole = f"{folder}/net.onnx", onnx_graphs.zoo()
    for cut in (4, 20, len(whole) // 2, len(whole) - 1):
        refused(f"cut at {cut}", write(path, whole[:cut]), path)
    relu = onnx.node("Relu", ["x"], "y", name="r")
    cases = {
        "a circle": (graph_of([onnx.node("Add", ["x", "b"], "a"), onnx.node("Relu", ["a"], "b"), onnx.node("Relu", ["b"], "y")]),
                     "no node before it makes"),
        "itself": (graph_of([onnx.node("Concat", ["x", "y"], "y", axis=1)]), "no node before it makes"),
        "a doubled output": (graph_of([relu, relu]), 'named "y"'),
        "a node that makes an input": (graph_of([onnx.node("Relu", ["x"], "x"), relu]), 'named "x"'),
        "doubled tensors": (graph_of([relu], [onnx.tensor("t", (1,), [1.0])] * 2), 'named "t"'),
        "an output of no node": (graph_of([relu], outputs=("z",)), "made by no node"),
        "no output": (graph_of([relu], outputs=()), "no output"),
        "no graph": (onnx.message([(1, 7), (2, "test"), (8, [(2, 13)])]), "without a graph"),
        "a negative dimension": (graph_of([relu], [[(1, -5), (2, 1), (8, "t"), (9, bytes(20))]]), "has size -5"),
        "2 GB of shape": (graph_of([relu], [[(1, 1 << 31), (2, 1), (8, "t"), (9, bytes(20))]]), "do not fit"),
        "a shape that overflows": (graph_of([relu], [[(1, 1 << 62), (1, 1 << 62), (2, 1), (8, "t"), (9, bytes(20))]]), "overflow"),
        "nine dimensions": (graph_of([relu], [[*[(1, 1)] * 9, (2, 1), (8, "t"), (9, bytes(4))]]), "9 dimensions"),
        "text": (graph_of([relu], [[(1, 1), (2, 8), (8, "t"), (6, b"text")]]), "type 8"),
        "too few numbers": (graph_of([relu], [[(1, 3), (2, 1), (8, "t"), (4, bytes(8))]]), "t"),
        "another domain": (graph_of([onnx.node("Relu", ["x"], "y", domain="org.example")]), "org.example"),
        "an unknown operator": (graph_of([onnx.node("Mystery", ["x"], "y")]), "Mystery", "no operator that a DenseNet has"),
        "a vector as picture": (graph_of([relu], shape=(1, 3)), "no picture"),
        "control characters": (graph_of([onnx.node("\x1b[31mEvil", ["x"], "y")]), "?[31mEvil"),
    }
    for what, (data, *words) in cases.items():
        refused(what, write(path, data), path, *words)
    nested = b""
    for _ in range(20000):
        nested = b"\x32" + onnx.varint(len(nested)) + nested if len(nested) < 1 << 20 else nested
    attribute = [(1, "then_branch"), (6, nested), (20, 5)]
    deep = [(1, "x"), (2, "y"), (3, "if"), (4, "If"), (5, attribute)]
    refused("graphs in graphs", write(path, graph_of([deep])), "If")
    many = [onnx.node("Concat", ["x"] * 500, f"v{i}", axis=1) for i in range(2000)]
    refused("a million inputs", write(path, graph_of([*many, onnx.node("Relu", ["v0"], "y")])), "Concat")
    chain = [onnx.node("Conv", ["x", "w"], "v0", pads=[0] * 4)]
    chain += [onnx.node("Concat", [f"v{i}", f"v{i}"], f"v{i + 1}", axis=1) for i in range(60)]
    refused("channels that double", write(path, graph_of([*chain, onnx.node("Relu", ["v60"], "y")],
                                                         [onnx.tensor("w", (1, 3, 1, 1), [1.0] * 3)])), "Concat", "maps")


def orders(folder):
    """Not what tensors are called, nor in which order they lie in the file: so the zoo's, of shuffled tensors."""
    path = write(f"{folder}/zoo.onnx", onnx_graphs.zoo())
    fields = onnx.parse(onnx_graphs.zoo())
    graph = onnx.parse(onnx.of(fields, 7)[0])
    tensors = [item for item in graph if item[0] == 5][::-1]
    moved = write(f"{folder}/moved.onnx", onnx.message(
        [(n, v) if n != 7 else (7, [item for item in graph if item[0] != 5] + tensors) for n, v in fields]))
    for name in (path, moved):
        done = run("convert", name, f"{name}.safetensors")
        check(f"{name} is converted", done.returncode == 0 and "BGR" in done.stderr, done)
    with open(f"{path}.safetensors", "rb") as first, open(f"{moved}.safetensors", "rb") as second:
        check("the same network", first.read() == second.read())
    plain = run("info", write(path, onnx_graphs.zoo(names=("x", "y"))))
    check("other names are not the zoo's", plain.returncode == 0 and "BGR" not in plain.stdout, plain)


def main():
    for test in (golden, sidecars, hostile, orders):
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
    finish()


main()
