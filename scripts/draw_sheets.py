#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws the larger pictures of the documentation with the program: the confusion matrix of 40 classes and
a contact sheet of 12 heat maps. The pictures are of shapes that this script draws, and the network is trained on
them here, which takes a minute or two. Needs Pillow.

usage: draw_sheets.py PROGRAM [FOLDER]
"""
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile

from PIL import Image

SIDE, EACH = 32, 24
COLOURS = {"red": (200, 60, 50), "green": (60, 160, 80), "blue": (60, 90, 200), "yellow": (210, 180, 50), "violet": (150, 80, 180)}
SHAPES = {  # whether a point is in it, from -1 to 1 across and down
    "disc": lambda x, y: math.hypot(x, y) < 1,
    "ring": lambda x, y: 0.55 < math.hypot(x, y) < 1,
    "square": lambda x, y: max(abs(x), abs(y)) < 0.85,
    "frame": lambda x, y: 0.5 < max(abs(x), abs(y)) < 0.9,
    "diamond": lambda x, y: abs(x) + abs(y) < 1,
    "triangle": lambda x, y: -0.8 < y < 0.9 and abs(x) < 0.55 * (y + 0.8),
    "plus": lambda x, y: min(abs(x), abs(y)) < 0.3 and max(abs(x), abs(y)) < 1,
    "cross": lambda x, y: min(abs(x + y), abs(x - y)) < 0.4 and max(abs(x), abs(y)) < 0.9,
}


def picture(shape, colour, chance):
    """A shape somewhere on a grey ground, as a PPM."""
    size = chance.uniform(6, 11)
    left, top = (chance.uniform(size, SIDE - size) for _ in range(2))
    ground = [chance.randint(70, 190)] * 3
    pixels = bytearray()
    for row in range(SIDE):
        for column in range(SIDE):
            inside = SHAPES[shape]((column - left) / size, (row - top) / size)
            pixels += bytes(COLOURS[colour] if inside else ground)
    return b"P6 %d %d 255\n" % (SIDE, SIDE) + bytes(pixels)


def draw_data(folder):
    chance = random.Random(1)
    for part, count in (("train", EACH), ("test", EACH // 2)):
        for colour in COLOURS:
            for shape in SHAPES:
                place = f"{folder}/{part}/{colour} {shape}"
                os.makedirs(place)
                for i in range(count):
                    with open(f"{place}/{i}.ppm", "wb") as file:
                        file.write(picture(shape, colour, chance))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    here = os.path.dirname(os.path.abspath(__file__))
    out = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else os.path.join(here, "..", "docs", "figures"))

    def run(*arguments):
        subprocess.run([program, *arguments], cwd=scratch, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as scratch:
        draw_data(f"{scratch}/shapes")
        run("train", "shapes", "--val-split", "0", "--blocks", "2,2,2", "--growth", "8", "--stem", "cifar", "--epochs", "8",
            "--batch-size", "32", "-o", "run")
        weights = ("--weights", "run/last.safetensors")
        run("eval", "shapes", *weights, "--confusion", os.path.join(out, "confusion-40.png"))
        os.mkdir(f"{scratch}/chosen")
        for i, shape in enumerate(list(SHAPES) + list(SHAPES)[:4]):
            colour = list(COLOURS)[i % len(COLOURS)]
            shutil.copy(f"{scratch}/shapes/test/{colour} {shape}/{i % 3}.ppm", f"{scratch}/chosen/{i:02d} {shape}.ppm")
        run("predict", "chosen", *weights, "--cam", "maps")
        with Image.open(f"{scratch}/maps/contact-sheet.png") as sheet:  # a third of the bytes
            small = sheet.resize((sheet.width * 11 // 20, sheet.height * 11 // 20), Image.Resampling.LANCZOS)
        small.save(os.path.join(out, "contact-sheet.png"), optimize=True)


main()
