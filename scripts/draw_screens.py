#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws README's pictures of the program at work: a terminal with its answer,
and the heat map that it drew.

usage: draw_screens.py PROGRAM PHOTOGRAPH [FOLDER]

README's photograph is Chelsea the cat, by Stefan van der Walt, in the public
domain (CC0), as scikit-image carries it: skimage/data/chelsea.png.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # the tree stays as it is
from figures.svg import Figure, escape

SIZE, LINE, LEFT, TOP = 13, 19, 22, 58
WIDTH = 760


def session(program, folder, commands):
    """The contents of a terminal in the folder: (is a command, line)."""
    for command in commands:
        yield True, command
        words = command.split()
        done = subprocess.run([program, *words[1:]], cwd=folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=True)
        for line in done.stdout.rstrip("\n").split("\n"):
            yield False, line
        yield False, ""


def wrapped(lines, columns):
    for command, line in lines:
        yield command, line[:columns]
        for start in range(columns, len(line), columns):
            yield False, line[start:start + columns]


def terminal(lines):
    lines = list(wrapped(lines, (WIDTH - 2 * LEFT) * 10 // 78))[:-1]
    figure = Figure(WIDTH, TOP + LINE * len(lines), "densenet in a terminal")
    for i, colour in enumerate(("red", "orange", "green")):
        figure.circle(LEFT + 4 + 20 * i, 24, 6, colour)
    for i, (command, line) in enumerate(lines):
        prompt = '<tspan class="green">$ </tspan>' if command else ""
        figure.parts.append(f'<text x="{LEFT}" y="{TOP + LINE * i}" font-size="{SIZE}" class="ink" '
                            'xml:space="preserve" style="font-family:\'DejaVu Sans Mono\',Menlo,Consolas,monospace;white-space:pre">'
                            f"{prompt}{escape(line)}</text>")
    return figure.svg()


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    program, photograph = os.path.abspath(sys.argv[1]), sys.argv[2]
    here = os.path.dirname(os.path.abspath(__file__))
    folder = sys.argv[3] if len(sys.argv) > 3 else os.path.join(here, "..", "docs", "figures")
    with tempfile.TemporaryDirectory() as scratch:
        name = "cat" + os.path.splitext(photograph)[1]
        shutil.copy(photograph, os.path.join(scratch, name))
        picture = terminal(session(program, scratch, [
            f"densenet predict {name} --top 3 --cam maps",
            "densenet info builtin",
        ]))
        with open(os.path.join(folder, "terminal.svg"), "w", encoding="utf-8", newline="\n") as file:
            file.write(picture)
        maps = [path for path in glob.glob(os.path.join(scratch, "maps", "*.png")) if "sheet" not in path]
        shutil.copy(maps[0], os.path.join(folder, "heat-map.png"))


main()
