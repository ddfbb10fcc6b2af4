# SPDX-License-Identifier: MIT
"""Keras' files as users meet them: written, read and predicted with, and damaged and hostile ones: one sentence
that names the file and the fault, exit status 2, nothing written, neither time nor memory out of proportion."""
import json
import os
import resource
import subprocess
import sys
import tempfile
import zipfile

try:
    import h5py
    import numpy
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

from checking import check, finish

PROGRAM = os.environ["DENSENET"]
SMALL = ("--blocks", "2,1", "--growth", "4", "--stem-channels", "8", "--classes", "3", "--stem", "imagenet")


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, errors="replace", preexec_fn=limited)


def refused(what, path, *words):
    out = f"{os.path.dirname(path)}/out.pth"
    done = run("convert", path, out)
    lines = done.stderr.strip().split("\n")
    good = (done.returncode == 2 and len(lines) == 1 and lines[0].startswith("densenet: ") and path in lines[0]
            and all(word in done.stderr for word in words) and not os.path.exists(out))
    check(what, good, f"status {done.returncode}: {done.stderr[:300]}")


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def write(path, data):
    with open(path, "wb") as stream:
        stream.write(data)


def written(folder):
    """All endings, there and back in the same bits; info and predict as of any other file."""
    source, picture = f"{folder}/net.safetensors", f"{folder}/a.ppm"
    run("init", *SMALL, "-o", source)
    write(picture, b"P6 64 64 255\n" + bytes(i * 7 % 256 for i in range(64 * 64 * 3)))
    expected = run("predict", "-w", source, picture, "--json").stdout
    for name in ("net.h5", "net.hdf5", "net.weights.h5", "NET.H5"):
        path, back, again = f"{folder}/{name}", f"{folder}/back.safetensors", f"{folder}/again-{name}"
        done = run("convert", source, path)
        check(f"{name} is written", done.returncode == 0 and not done.stderr, done.stderr)
        for target in (back, again):
            check(f"{name} to {target}", run("convert", path, target).returncode == 0)
        check(f"{name} and back", read(back) == read(source))
        check(f"{name} of itself", read(again) == read(path))
        info = json.loads(run("info", "--json", path).stdout)
        check(f"info of {name}", (info["format"], info["dialect"], info["concat"]) == ("hdf5", "Keras", "last"), info)
        found = run("predict", "-w", path, picture, "--json").stdout
        check(f"predict with {name}", found.replace(path, source) == expected, found[:200])
        with h5py.File(path, "r") as file:
            kernel = file["layers/conv2d/vars/0" if "weights" in name else "conv1_conv/conv1_conv/kernel"]
            check(f"kernels of {name}", kernel.shape == (7, 7, 3, 8), kernel.shape)
    for options, word in ((("--dtype", "bf16"), "bf16"), (("--naming", "reference"), "Keras")):
        done = run("convert", source, f"{folder}/none.h5", *options)
        check(f"refused: {word}", done.returncode == 2 and word in done.stderr and done.stderr.count("\n") == 1 and
              not os.path.exists(f"{folder}/none.h5"), done.stderr)


def damaged(folder):
    """Cut at any place; a length that would lead out of the file."""
    for name in ("net.h5", "net.weights.h5"):
        path = f"{folder}/{name}"
        run("init", *SMALL, "-o", path)
        whole = read(path)
        for size in (8, 100, 1000, len(whole) // 2, len(whole) - 1):
            write(path, whole[:size])
            refused(f"{size} bytes of {name}", path, "HDF5")
    at = whole.index(b"GCOL") + 24
    write(path, whole[:at] + b"\xff" * 8 + whole[at + 8:])
    refused("a text longer than its collection", path, "texts are not whole")


def hostile(folder):
    """What HDF5 allows and a file of weights never needs."""
    path = f"{folder}/in.h5"

    def made(what, fill, *words):
        with h5py.File(path, "w") as file:
            fill(file)
        refused(what, path, *words)

    def cycle(file):
        group = file.create_group("a/b")
        group["up"] = file["/a"]

    def virtual(file):
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource(f"{folder}/other", "x", (4,))
        file.create_virtual_dataset("x", layout)

    def nested(file):
        for _ in range(40):
            file = file.create_group("g")

    def link(to):
        def fill(file):
            file["link"] = to
        return fill

    def dataset(*arguments, **options):
        return lambda file: file.create_dataset("x", *arguments, **options)

    zeros = numpy.zeros((64, 64), "f4")
    made("a group within itself", cycle, "more than one path")
    made("a soft link", link(h5py.SoftLink("/a")), "is not followed")
    made("another file", link(h5py.ExternalLink("/etc/passwd", "a")), "links to other files")
    made("data outside", dataset((4, 4), "f4", external=[(f"{folder}/other", 0, 64)]), "another file")
    made("a virtual dataset", virtual, "put together from other datasets")
    made("another filter", dataset(data=zeros, compression="lzf"), "filter 32000")
    made("a filter on numbers", dataset(data=zeros, scaleoffset=2), "filter 6")
    made("four terabytes that were never written", dataset((1 << 20, 1 << 20), "f4", chunks=(1 << 10, 1 << 10), compression="gzip"), "memory")
    made("a dataset that was never written", dataset((1 << 31, 4), "f4"), "never written")
    made("zeros that inflate to gigabytes", dataset(data=numpy.zeros((1 << 26,), "f4"), chunks=(1 << 24,), compression="gzip"), "memory")
    made("forty groups deep", nested, "deep")
    for form in ("v108", "latest"):
        with h5py.File(path, "w", libver=form) as file:
            file["a/b"] = zeros
        refused(f"structures of {form}", path, "newer structures", 'libver="earliest"')
    with h5py.File(path, "w", track_order=True) as file:
        file["a/b"] = zeros
    refused("links in an order of their own", path, "newer structures")
    made("no tensors", lambda file: file.attrs.create("a", 1))
    sound = f"{folder}/net.h5"
    run("init", *SMALL, "-o", sound)
    with h5py.File(sound, "a") as file:
        file.attrs["model_config"] = "{" * 5
    refused("a configuration that is not JSON", sound, "JSON")
    with h5py.File(sound, "a") as file:
        del file.attrs["model_config"]
        del file.attrs["densenet.json"]
        del file["bn/bn/beta"]
    refused("a tensor less", sound, "beta")
    path = f"{folder}/in.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"none")
    refused("weights that are not HDF5", path, "HDF5")


for test in (written, damaged, hostile):
    with tempfile.TemporaryDirectory() as scratch:
        test(scratch)
finish()
