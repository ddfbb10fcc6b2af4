# SPDX-License-Identifier: MIT
"""make_seeds_options.py DIR: command lines for fuzz_options, in DIR/options/."""
import os
import sys

LINES = [
    "--integer 7 --large=9e9 --real 1e-3 --text 1,2 file",
    "-i5 -r 2 -c one -f a b -- --flag",
    "--choice=three --file --flag",
    "--file=--flag -ff - -3",
    "--intger 5",
    "--integer 1000001",
    "--real=inf",
    "--help",
    "-fi",
]

folder = os.path.join(sys.argv[1], "options")
os.makedirs(folder, exist_ok=True)
for index, line in enumerate(LINES):
    with open(os.path.join(folder, "line%d" % index), "w", encoding="utf-8") as file:
        file.write(line.replace(" ", "\n"))
