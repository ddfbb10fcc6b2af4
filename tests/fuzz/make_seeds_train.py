# SPDX-License-Identifier: MIT
"""make_seeds_train.py DIR: archives for fuzz_tar in DIR/tar/, tables for fuzz_csv
in DIR/csv/, CIFAR's labels for fuzz_cifar in DIR/cifar/, lists of labels for fuzz_labels in DIR/labels/,
of files for fuzz_names in DIR/names/,
numbers by name for fuzz_numbers in DIR/numbers/."""
import io
import os
import sys
import tarfile

import picture_files

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
PICTURE = picture_files.grey_png(3, 2, 100)
LONG = "folder/" + "n" * 120 + ".png"
CLASSES = {"set/a/1.png": PICTURE, "set/b/2.png": b"no picture", "set/a/x/3.jpg": b""}
PARTS = {"train/a/1.png": PICTURE, "train/b/2.png": PICTURE, "val/a/3.png": PICTURE}
SAMPLES = {"0.png": PICTURE, "0.cls": b"3\n", "1.png": b"", "1.json": b'{"label": 1}',
           "2.seg.png": b"", "2.png": PICTURE, "2.json": b'{"class": "cat"}'}
TABLES = {
    "labels": b"image,Mass,Nodule\na.png,0,1\nb.png,,-1\nc.png,0.5,nan\n",
    "quoted": b'\xef\xbb\xbf"image","a ""b"", c"\r\n"x,y.png",1\r\n\r\n"z\n.png",0\r\n',
    "words": b"image,label\na.png,dog\nb.png,cat\n",
    "numbers": b"image,label\na.png,10\nb.png,2\n",
    "chexpert": b"Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Edema\nC/train/1.jpg,Male,68,Frontal,,1.0,\n"
                b"C/train/2.jpg,Female,1,Lateral,PA,,-1.0\n",
    "nih": b"Image Index,Finding Labels,Patient ID,\n1.png,Mass|Nodule,1,\n2.png,No Finding,2,\n3.png,|| Mass |,3,\n",
    "isic": b"image,MEL,NV\nISIC_1,0.0,1.0\nISIC_2,1.0,0.0\n",
    "swapped": b"label,image,x\n0,1,a.png\n-1,,b\n",
    "open": b'image,x\n"a.png,1\n',
    "ragged": b"image,x,y\na.png,1\n",
}
NAMES = [f"class {number}\n".encode() for number in range(100)]
CIFAR = {
    "ten": bytes([0, 3, 0, 0, 5, 9]),
    "hundred": bytes([1, 2, 0, 0, 50, 19, 99]),
    "ten-named": bytes([0, 1, 0, 7]) + b"".join(NAMES[:10]),
    "hundred-named": bytes([1, 1, 0, 7, 7]) + b"".join(NAMES),
    "too-few-names": bytes([0, 1, 0, 7]) + b"".join(NAMES[:9]),
    "no-label": bytes([0, 2, 0, 0, 10]),
    "left-over": bytes([0, 1, 5, 0]),
}
NAMES = {
    "lines": b"a.png\nb c.jpg\r\n\n/x/y.webp",
    "zeros": b"a.png\0line\nbreak.png\0\0-\0",
    "input": b"-\n",
    "folder": b"./\nabsent",
    "nothing": b"\n\n\r\n",
}

LABELS = {"three": b"cat\ndog\nbird\n", "returns": b"cat\r\ndog\r\nbird", "two": b"cat\ndog\n",
          "four": b"a\nb\nc\nd\n", "binary": b"cat\n\0\nbird\n", "twins": "r\u00e9\nr\u00e9\n\n".encode()}

NUMBERS = {"three": b"cat,1\ndog, small,2.5\n\"x\",3\n", "quoted": b'class,weight\r\n"dog, small",2\r\n\r\n"""x""",1\r\n"cat",1e-3',
           "twice": b"cat,1\ncat,2\n", "unknown": b"cat,1\nemu,1\n", "words": b"cat,1\ndog, small,two\n", "none": b"cat\n",
           "nan": b"cat,nan\n", "binary": b"cat,1\0\n", "commas": b",,,\n,\n"}


def pack(members, kind):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=FORMATS[kind]) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("set/link")
        link.type, link.linkname = tarfile.SYMTYPE, "a"
        archive.addfile(link)
    return file.getvalue().rstrip(b"\0") + bytes(1024)


def write(folder, name, data):
    os.makedirs(os.path.join(sys.argv[1], folder), exist_ok=True)
    with open(os.path.join(sys.argv[1], folder, name), "wb") as stream:
        stream.write(data)


for kind in FORMATS:
    write("tar", f"classes-{kind}", pack(CLASSES, kind))
    write("tar", f"parts-{kind}", pack(PARTS, kind))
    write("tar", f"samples-{kind}", pack(SAMPLES, kind))
    if kind != "ustar":
        write("tar", f"long-{kind}", pack({LONG: PICTURE, "x/1.png": PICTURE}, kind))
for target, inputs in {"csv": TABLES, "cifar": CIFAR, "labels": LABELS, "names": NAMES, "numbers": NUMBERS}.items():
    for name, data in inputs.items():
        write(target, name, data)
