# SPDX-License-Identifier: MIT
"""Data sets compared with torchvision's ImageFolder, tarfile, Pillow and numpy:
classes, order and pixels, of folders and archives made here and of real ones
where they are."""

import io
import json
import os
import random
import sys
import tarfile
import tempfile
from pathlib import Path

try:
    import numpy as np
    from PIL import Image
    from torchvision.datasets import ImageFolder
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

from parts import drive, expect, numbers, picture

DATA = Path(os.environ.get("DENSENET_DATA", "/nonexistent")) / "data"


def read_dataset(path, test=0):
    """kind, labels, samples as (class, name, targets), all pixels."""
    with tempfile.NamedTemporaryFile() as file:
        lines = drive("dataset", path, test, file.name)
        pixels = np.fromfile(file.name, dtype=np.uint8)
    kind, count, outputs = lines[0], int(lines[1]), int(lines[2])
    labels, lines = lines[3:3 + outputs], lines[3 + outputs:]
    samples = []
    while lines:
        number, name = lines[0].split("\t")
        targets = numbers(lines[1:1 + outputs]) if number == "-1" else None
        lines = lines[1 if targets is None else 1 + outputs:]
        samples.append((int(number), name, targets))
    expect(f"{path}: samples", len(samples), count)
    return kind, labels, samples, pixels


def encode(width, height, seed, kind="PNG"):
    file = io.BytesIO()
    Image.fromarray(picture(width, height, 3, seed)).save(file, kind, quality=90)
    return file.getvalue()


def decoded(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).ravel()


def compare_folder(folder):
    names = ["b/2.png", "b/10.PNG", "b/deep/x/1.jpg", "b/deep/x-y/0.png", "a a/z.jpeg", "B/1.png",
             "a-a/1.png", "b/deep.x/5.png", "zürich/é.png", "b/note.txt"]
    for seed, name in enumerate(names):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(encode(6, 5, seed, "JPEG" if "jp" in name else "PNG"))
    expected = ImageFolder(folder)
    kind, labels, samples, pixels = read_dataset(folder)
    expect("classes of a folder", labels, expected.classes)
    expect("samples of a folder", [(name, number) for number, name, _ in samples], expected.samples)
    same = np.concatenate([np.asarray(image).ravel() for image, _ in expected])
    expect("pixels of a folder", np.array_equal(pixels, same), True)
    print(f"{kind}: {len(samples)} samples, {len(labels)} classes: ImageFolder's")
    return expected


def add_member(archive, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def compare_tars(folder, images):
    """The folder packed, in every format and in random order, is the folder."""
    formats = {"ustar": tarfile.USTAR_FORMAT, "GNU": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
    for name, number in formats.items():
        path = folder.parent / f"{name}.tar"
        long = "a-a/" + "n" * 90 + "/" + ("m" * 90 if name != "ustar" else "m") + ".png"
        with tarfile.open(path, "w", format=number) as archive:
            files = [(str(Path(file).relative_to(folder.parent)), Path(file).read_bytes())
                     for file, _ in images.samples]
            files.append((f"{folder.name}/{long}", encode(7, 7, 99)))
            random.Random(1).shuffle(files)
            archive.add(folder, folder.name, recursive=False)
            for member, data in files:
                add_member(archive, member, data)
        kind, labels, samples, pixels = read_dataset(path)
        expect(f"classes of {name}", labels, images.classes)
        inner = [sample[1].split(", ", 1)[1] for sample in samples]
        order = sorted(files, key=lambda file: (
            Path(file[0]).parts[1], os.path.dirname(file[0]), os.path.basename(file[0])))
        expect(f"samples of {name}", inner, [member for member, _ in order])
        with tarfile.open(path) as archive:
            same = [decoded(archive.extractfile(member).read()) for member in inner]
        expect(f"pixels of {name}", np.array_equal(pixels, np.concatenate(same)), True)
        print(f"{kind}, {name}: {len(samples)} samples, the longest name {len(max(inner, key=len))}"
              " bytes: the folder's order, tarfile's bytes")


def compare_webdataset(folder):
    path = folder / "web.tar"
    expected = []
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        for i in range(12):
            data, number = encode(4 + i % 3, 5, i), i * 5 % 7
            add_member(archive, f"s/{i:06d}.png", data)
            if i % 2:
                add_member(archive, f"s/{i:06d}.cls", f"{number}\n".encode())
            else:
                add_member(archive, f"s/{i:06d}.json", json.dumps({"label": number}).encode())
            add_member(archive, f"s/{i:06d}.txt", b"a caption")
            expected.append((number, f"{path}, s/{i:06d}.png", decoded(data)))
    kind, labels, samples, pixels = read_dataset(path)
    expect("classes of WebDataset", labels, [str(i) for i in range(7)])
    expect("samples of WebDataset", [sample[:2] for sample in samples],
           [sample[:2] for sample in expected])
    same = np.concatenate([sample[2] for sample in expected])
    expect("pixels of WebDataset", np.array_equal(pixels, same), True)
    print(f"{kind}: {len(samples)} samples: tarfile's")


def compare_real_data():
    cifar = DATA / "cifar-10-batches-bin"
    if not cifar.is_dir():
        print("CIFAR-10, the JPEG tar and the chest X-rays: not here, left out")
        return
    kind, labels, samples, pixels = read_dataset(cifar, test=1)
    records = np.fromfile(cifar / "test_batch_a.bin", dtype=np.uint8).reshape(-1, 3073)
    expect("CIFAR-10 classes", [sample[0] for sample in samples], records[:, 0].tolist())
    planes = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    expect("CIFAR-10 pixels", np.array_equal(pixels, planes.ravel()), True)
    expect("CIFAR-10 labels", labels, (cifar / "batches.meta.txt").read_text().split())
    print(f"{kind}: {len(samples)} test records: numpy's")

    kind, found, samples, pixels = read_dataset(DATA / "cifar10-jpeg-test-1000.tar")
    expect("JPEG tar: labels", found, labels)
    expect("JPEG tar: classes", np.bincount([sample[0] for sample in samples]).tolist(), [100] * 10)
    with tarfile.open(DATA / "cifar10-jpeg-test-1000.tar") as archive:
        same = np.concatenate([decoded(archive.extractfile(sample[1].split(", ", 1)[1]).read())
                               for sample in samples])
    expect("JPEG tar: pixels", np.array_equal(pixels, same), True)
    print(f"{kind}: {len(samples)} JPEGs, 100 a class: tarfile's and Pillow's")

    rows = [line.split(",") for line in (DATA / "chest-xray/labels.csv").read_text().split()]
    kind, labels, samples, _ = read_dataset(DATA / "chest-xray")
    expect("X-rays: labels", labels, rows[0][1:])
    for (_, name, targets), row in zip(samples, rows[1:]):
        expect("X-rays: picture", name, str(DATA / "chest-xray" / row[0]))
        expect("X-rays: targets", targets.tolist(), [float(x) for x in row[1:]])
    print(f"{kind}: {len(samples)} X-rays, {len(labels)} labels: the file's")


with tempfile.TemporaryDirectory() as name:
    pictures = Path(name) / "pictures"
    compare_tars(pictures, compare_folder(pictures))
    compare_webdataset(Path(name))
compare_real_data()
