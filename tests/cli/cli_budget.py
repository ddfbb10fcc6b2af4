# SPDX-License-Identifier: MIT
"""No file takes memory or work out of all proportion to its size: what would is refused in a sentence that says the limit.
Needs nothing but Python. Memory is what the program used at most; work is told by the sentence, not by time."""
import io
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

from checking import check, finish
from picture_files import chunk, grey_png

PROGRAM = os.environ["DENSENET"]
# Started by a small process: a large one's memory would count as its child's.
MEASURE = """import os, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True, check=False)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.returncode)
print(done.stdout, done.stderr)"""
EMPTY = b"\x80\x02}q\x00."
NEEDS = "contents need more than"


def densenet(*arguments):
    """Megabytes at most, exit status, all that was said."""
    done = subprocess.run([sys.executable, "-c", MEASURE, PROGRAM, *arguments], capture_output=True, text=True, check=True)
    first, _, rest = done.stdout.partition("\n")
    kilobytes, status = first.split()
    return int(kilobytes) / 1000, int(status), rest


def limited(what, words, megabytes, *arguments):
    used, status, said = densenet(*arguments)
    check(what, status == 2 and words in said and used < megabytes, f"{used} MB, status {status}: {said[-300:]}")


def zipped(*entries):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, pieces in entries:
            with archive.open(name, "w") as stream:
                for piece in pieces:
                    stream.write(piece)
    return data.getvalue()


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(data)
    return path


def safetensors(header, data=b""):
    return struct.pack("<Q", len(header)) + header + data


def wide_json(count):
    return b'{"a":[' + b"{}," * count + b"1]}"


def json_texts(folder):
    limited("deflated JSON", NEEDS + " 64 MiB", 150, "info",
            write(f"{folder}/json.pth", zipped(("a/data.pkl", [EMPTY]), ("a/densenet.json", [wide_json(5000000)]))))
    limited("a safetensors header", NEEDS, 150, "info", write(f"{folder}/header.safetensors", safetensors(wide_json(2700000))))
    net = f"{folder}/hub/model.safetensors"
    os.makedirs(f"{folder}/hub")
    subprocess.run([PROGRAM, "init", "--blocks", "1", "--growth", "2", "--stem", "cifar", "-o", net], check=True)
    write(f"{folder}/hub/config.json", wide_json(5000000))  # whose warning is said, and no more
    used, status, said = densenet("info", f"{folder}/hub")
    check("a config.json", status == 0 and NEEDS in said and used < 150, f"{used} MB, status {status}: {said[-300:]}")
    # A file of this program's whose labels, deflated, are a heap of objects.
    with zipfile.ZipFile(converted(net, folder)) as archive:
        entries = [(name, [archive.read(name)]) for name in archive.namelist() if not name.endswith("densenet.json")]
        name = next(name for name in archive.namelist() if name.endswith("densenet.json"))
        metadata = json.loads(archive.read(name))
    metadata["densenet.labels"] = "[" + "{}," * 1500000 + "1]"
    limited("labels in metadata", NEEDS, 200, "info",
            write(f"{folder}/labels.pth", zipped(*entries, (name, [json.dumps(metadata).encode()]))))


def converted(net, folder):
    subprocess.run([PROGRAM, "convert", net, f"{folder}/converted.pth"], check=True)
    return f"{folder}/converted.pth"


def long_names(folder):
    """Names that begin alike for thousands of bytes, in a pickle that deflates to little."""
    def text(string):
        return b"X" + struct.pack("<I", len(string)) + string.encode()

    def tensor(*shape):
        storage = (b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"M\xe8\x03tQ")
        numbers = b"(" + b"".join(b"K" + bytes([size]) for size in shape) + b"t(" + b"K\x01" * len(shape) + b"t"
        return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00" + numbers + b"\x89}tR"
    pieces = [b"\x80\x02}("]
    for i in range(1000):
        name = "x" * 3900 + f"{i:05d}"
        pieces.append(text(f"{name}.c.weight") + (tensor(1, 1, 3, 3) if i else tensor(1, 3, 7, 7)))
        pieces += [text(f"{name}.n.{part}") + tensor(1) for part in ("weight", "bias", "running_mean", "running_var")]
    pieces.append(b"u.")
    limited("long names", "million steps to understand, the most for a file of", 150, "info",
            write(f"{folder}/names.pth", zipped(("a/data.pkl", pieces), ("a/data/0", [bytes(4000)]))))


def many_components(folder):
    """A name costs what its length does, not that times its dots."""
    entry = {"dtype": "F8_E4M3", "shape": [1, 1, 3, 3], "data_offsets": [0, 9]}
    path = write(f"{folder}/dots.safetensors", safetensors(json.dumps({"a." * 400000 + "weight": entry}).encode(), bytes(9)))
    done = subprocess.run([PROGRAM, "convert", path, f"{folder}/out.safetensors"], capture_output=True, text=True, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (10, 10)))
    check("a name of many components", done.returncode == 2 and path in done.stderr, done)


def arrays(folder):
    count = 400 << 20
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count},), }}".encode().ljust(117) + b"\n"
    array = [b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text] + [bytes(1 << 20)] * 400
    limited("an array of zeros", f"input: its {NEEDS}", 150, "verify", "-w", "builtin", "--threads", "1", "--reference",
            write(f"{folder}/zeros.npz", zipped(("input.npy", array))))


def settings(folder):
    write(f"{folder}/run/resume.safetensors", b"")
    write(f"{folder}/run/settings.json", wide_json(2700000))
    limited("settings", NEEDS, 150, "train", "--resume", f"{folder}/run")
    write(f"{folder}/run/settings.json", wide_json(6000000))
    limited("long settings", "settings.json: is larger than 16777216 bytes", 150, "train", "--resume", f"{folder}/run")


def tars(folder):
    """As many topmost folders as members: what is looked at for each of them must not be all members."""
    def header(name):
        block = bytearray(512)
        block[:len(name)] = name
        block[100:108] = b"0000644\0"
        block[124:136] = b"%011o\0" % 0
        block[156:157] = b"0"
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        return bytes(block)
    path = write(f"{folder}/folders.tar", b"".join(header(b"t%d/c/x.png" % i) for i in range(30000)) + bytes(1024))
    done = subprocess.run([PROGRAM, "eval", "-w", "builtin", path], capture_output=True, text=True, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (10, 10)))
    check("many folders in a tar", done.returncode == 2 and "is not one of the network's 10 outputs" in done.stderr, done)


def riff(kind, data):
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def animated_webp(width, height, frames):
    """A canvas, and on it frames of one pixel."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    pixel = riff(b"VP8L", b"\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\x08\x07")
    frame = riff(b"ANMF", bytes(12) + b"\x0a\0\0\0" + pixel)
    body = b"WEBP" + riff(b"VP8X", b"\x02\0\0\0" + size) + riff(b"ANIM", bytes(6)) + frame * frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def animated_png(frames):
    def control(number):
        return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, 8, 8, 0, 0, 1, 10, 0, 0))
    rows = zlib.compress(bytes(9 * 8))
    still = grey_png(8, 8, 0)
    later = b"".join(control(2 * i + 1) + chunk(b"fdAT", struct.pack(">I", 2 * i + 2) + rows) for i in range(frames - 1))
    return (still[:33] + chunk(b"acTL", struct.pack(">II", frames, 0)) + control(0) + chunk(b"IDAT", rows) + later +
            chunk(b"IEND", b""))


def animations(folder):
    """Only the first frame is decoded, however many there are; a canvas counts as what it claims to be."""
    for name, data, most in (("frames.png", animated_png(50000), 60), ("frames.webp", animated_webp(1, 1, 50000), 60),
                             ("canvas.webp", animated_webp(4000, 4000, 3), 250)):
        used, status, said = densenet("predict", "-w", "builtin", "--threads", "1", write(f"{folder}/{name}", data))
        check(name, status == 0 and used < most, f"{used} MB, status {status}: {said[-300:]}")
    limited("too large a canvas", "16000 wide and 16000 high is more than max_pixels allows", 60, "predict", "-w",
            "builtin", "--threads", "1", write(f"{folder}/huge.webp", animated_webp(16000, 16000, 3)))


def narrow_rows(folder):
    """Rows of one pixel count as the time that they take."""
    rows = 4000000
    data = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, rows, 1, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(bytes(2 * rows))) + chunk(b"IEND", b""))
    limited("a PNG of many rows", "4000000 rows are more than max_pixels allows of a PNG file", 60, "predict", "-w", "builtin",
            "--threads", "1", write(f"{folder}/rows.png", data))


with tempfile.TemporaryDirectory() as scratch:
    for number, test in enumerate((json_texts, long_names, many_components, arrays, settings, tars, animations, narrow_rows)):
        test(f"{scratch}/{number}")
        print(test.__name__)
finish()
