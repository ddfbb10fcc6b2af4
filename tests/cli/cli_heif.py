# SPDX-License-Identifier: MIT
"""HEIF and AVIF as phones and browsers write them: pixels, turns, limits, damage. Needs nothing but Python."""
import array
import glob
import os
import random
import struct
import subprocess
import sys
import tempfile

import heif_files
from checking import check, finish

DENSENET = os.environ["DENSENET"]
GOLDEN = os.path.abspath(f"{os.path.dirname(__file__)}/../golden/pictures")
WIDTH, HEIGHT = heif_files.SIZE


def run(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True, timeout=120, check=False)


def planes(path, output):
    """(shape, values as bytes): 3 x height x width."""
    done = run("preprocess", path, "--preprocess", "none", "--output", output)
    check(f"{path} is read", done.returncode == 0, done.stderr)
    with open(output, "rb") as file:
        data = file.read()
    start = 10 + struct.unpack_from("<H", data, 8)[0]
    shape = eval(data[10:start])["shape"]  # what this program wrote itself
    return shape[1:], [round(value * 255) for value in array.array("f", data[start:])]


def expected(turned):
    at = heif_files.pixels()
    pixel = [[at[3 * (y * WIDTH + x):][:3] for x in range(WIDTH)] for y in range(HEIGHT)]
    if turned:  # a quarter against the clock
        pixel = [[pixel[y][x] for y in range(HEIGHT)] for x in reversed(range(WIDTH))]
    return [row[x][c] for c in range(3) for row in pixel for x in range(len(row))]


def check_pixels(folder):
    for name, most in (("exact.avif", 1), ("turned.avif", 1), ("chroma.avif", 12), ("chroma.heic", 12)):
        shape, values = planes(f"{GOLDEN}/{name}", f"{folder}/x.npy")
        turned = name == "turned.avif"
        check(f"{name}: shape", shape == ((3, WIDTH, HEIGHT) if turned else (3, HEIGHT, WIDTH)), shape)
        error = max(abs(a - b) for a, b in zip(values, expected(turned)))
        check(f"{name}: pixels", error <= most, error)


def refused(what, path, *more):
    done = run("preprocess", path, "--preprocess", "none", "--output", f"{path}.npy", *more)
    lines = done.stderr.strip().split("\n")
    check(what, done.returncode in (1, 2) and path in lines[0] and not os.path.exists(f"{path}.npy"), done)
    return done.stderr


def check_damage(folder):
    """Cut and flipped files are a sentence or a picture, never a crash."""
    generator = random.Random(3)
    for source in sorted(glob.glob(f"{GOLDEN}/*.*if") + glob.glob(f"{GOLDEN}/*.heic")):
        with open(source, "rb") as file:
            whole = file.read()
        path = f"{folder}/damaged{os.path.splitext(source)[1]}"
        cuts = [whole[:len(whole) * i // 12] for i in range(1, 12)]
        flips = [bytes(b ^ (1 << generator.randrange(8) if i == at else 0) for i, b in enumerate(whole))
                 for at in generator.sample(range(12, len(whole)), 30)]
        for data in cuts + flips:
            with open(path, "wb") as file:
                file.write(data)
            done = run("preprocess", path, "--preprocess", "none,resize=8,crop=8", "--output", f"{folder}/y.npy")
            check(f"{source}, damaged", done.returncode in (0, 1, 2) and (done.returncode == 0) == (path not in done.stderr),
                  (done, data.hex()))


def check_limits(folder):
    path = f"{folder}/exact.avif"
    with open(f"{GOLDEN}/exact.avif", "rb") as file, open(path, "wb") as copy:
        copy.write(file.read())
    said = refused("more pixels than allowed", path, "--max-pixels", "1000")
    check("the limit is named", "38 wide and 30 high" in said, said)
    with open(f"{folder}/video.mp4", "wb") as file:
        file.write(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(64))
    refused("a film", f"{folder}/video.mp4")


def check_folders(folder):
    """Files of a folder are found by their endings."""
    os.mkdir(f"{folder}/phone")
    for name in ("chroma.heic", "chroma.avif"):
        os.symlink(f"{GOLDEN}/{name}", f"{folder}/phone/{name}")
    done = run("preprocess", f"{folder}/phone", "--preprocess", "none", "--output", f"{folder}/z.npy")
    check("a folder", done.returncode == 0 and os.path.getsize(f"{folder}/z.npy") > 2 * 4 * 3 * WIDTH * HEIGHT, done)


if "HEIF" not in run("version").stdout:
    print("skipped: this build does not read HEIF")
    sys.exit(77)
with tempfile.TemporaryDirectory() as scratch:
    check_pixels(scratch)
    check_damage(scratch)
    check_limits(scratch)
    check_folders(scratch)
finish()
