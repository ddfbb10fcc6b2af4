# SPDX-License-Identifier: MIT
"""check-input and predict --check: which scaling a network expects, and pictures unlike all that it
saw, with the built-in network and pictures made here. Needs nothing but Python."""
import csv
import io
import json
import math
import os
import random
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png, png

PROGRAM = os.environ["DENSENET"]
SIDE = 32
WRONG = {"none": "x/255", "mean=0.5,std=0.5": "x/127.5", "mean=0,std=0.003921569": "0..255", "scaling=xray": "xrv"}


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def photograph(seed):
    """Things in front of a sky or a meadow: a shaded ground, an ellipse with a shadow, a head and legs."""
    draw = random.Random(seed)
    ground, thing = ([draw.uniform(40, 220) for _ in range(3)] for _ in range(2))
    slope, angle = draw.uniform(-60, 60), draw.uniform(-0.5, 0.5)
    shapes = [(16 + draw.uniform(-3, 3), 16 + draw.uniform(-2, 2), draw.uniform(7, 11), draw.uniform(4, 7), 0)]
    x, y, across, down, _ = shapes[0]
    shapes.append((x - across, y - down, draw.uniform(2.5, 4), draw.uniform(2.5, 4), 15))
    shapes += [(x + part * across, y + down + 2, 1.2, 4, -25) for part in (-0.6, -0.3, 0.3, 0.6)]
    pixels = []
    for row in range(SIDE):
        for column in range(SIDE):
            colour = [c + slope * (row / SIDE - 0.5) for c in ground]
            for left, top, wide, high, shade in shapes:
                u, v = column - left + angle * (row - top), row - top
                inside = 1.6 * (1 - math.hypot(u / wide, v / high)) * min(wide, high)
                cover, lit = max(0, min(1, inside + 0.5)), shade - 45 * v / high
                colour = [a * (1 - cover) + (b + lit) * cover for a, b in zip(colour, thing)]
            grain = draw.gauss(0, 7)
            pixels.append(tuple(max(0, min(255, int(c + grain + draw.gauss(0, 2)))) for c in colour))
    return png([pixels[y * SIDE:(y + 1) * SIDE] for y in range(SIDE)], 2, 8)


def write(path, data):
    with open(path, "wb") as stream:
        stream.write(data)


def ranks(folder):
    """The right scaling comes first or ties, gross mistakes stand far apart and are named."""
    done = run("check-input", f"{folder}/photos", "-w", "builtin", "--json")
    said = json.loads(done.stdout)
    rows = said["pipelines"]
    used = next(row for row in rows if row["in_use"])
    check("right", done.returncode == 0 and used["ties"] and used["recorded"] and said["verdict"] != "another" and
          said["pictures"] == said["listed"] == 24 and used["preprocess"] == "cifar10", done)
    check("blocks", all(len(row["blocks"]) == 3 for row in rows) and used["blocks"][0] != used["first_maps"], used)
    check("order", [row["distance"] for row in rows] == sorted(row["distance"] for row in rows), done.stdout)
    for name in WRONG.values():
        row = next(row for row in rows if row["name"].startswith(name) or name in row["name"])
        check(name, not row["ties"] and row["distance"] > used["distance"] + 0.4 and
              row["behind_best"] > 3 * row["standard_error"], row)
    far = [row["distance"] for row in rows if "0..255" in row["name"] or "xrv" in row["name"]]
    check("far", len(far) == 2 and min(far) > 8, far)


def wrong_pipelines(folder):
    for change in WRONG:
        spec = change if change != "none" else "mean=0,std=1"
        done = run("check-input", f"{folder}/photos", "-w", "builtin", "--preprocess", spec)
        check(change, done.returncode == 1 and "Another pipeline fits clearly better" in done.stdout and
              "--preprocess cifar10" in done.stdout.splitlines()[-1], done)


def samples(folder):
    """A part of many is said; one picture leaves all open; what cannot be read is said and left out."""
    done = run("check-input", f"{folder}/photos", "-w", "builtin", "--most", "8")
    check("most", "8 pictures of 24, evenly chosen" in done.stdout, done)
    done = run("check-input", f"{folder}/photos/00.png", "-w", "builtin", "--preprocess", "mean=0,std=1")
    check("one", done.returncode == 0 and "One picture cannot say how sure this is" in done.stdout, done)
    write(f"{folder}/damaged.png", b"\x89PNG\r\n\x1a\n")
    done = run("check-input", f"{folder}/photos", f"{folder}/damaged.png", "-w", "builtin", "--json")
    check("damaged", done.returncode == 0 and json.loads(done.stdout)["unread"] == 1 and "damaged.png" in done.stderr,
          done)


def refused(folder):
    run("init", "--blocks", "1,1", "--growth", "2", "--classes", "2", "--stem", "cifar", "-o", f"{folder}/new.safetensors")
    for arguments, sentence in (((f"{folder}/photos",), "--weights is missing"),
                                ((f"{folder}/photos", "-w", f"{folder}/new.safetensors"), "have recorded nothing"),
                                ((f"{folder}/photos", "-w", "builtin", "--preprocess", "xrv"), "makes 1 channel"),
                                ((f"{folder}/damaged.png", "-w", "builtin"), "no picture could be read"),
                                ((f"{folder}/absent", "-w", "builtin"), "absent")):
        done = run("check-input", *arguments)
        check(sentence, done.returncode == 2 and not done.stdout and sentence in done.stderr, done)
    done = run("predict", f"{folder}/photos/00.png", "--check", "-w", f"{folder}/new.safetensors")
    check("predict", done.returncode == 2 and "have recorded nothing" in done.stderr, done)


def foreign(folder):
    """One line for each foreign picture, and a field of the answers; native ones pass."""
    draw = random.Random(1)
    noise = [[tuple(draw.randrange(256) for _ in range(3)) for _ in range(SIDE)] for _ in range(SIDE)]
    write(f"{folder}/noise.png", png(noise, 2, 8))
    write(f"{folder}/black.png", grey_png(SIDE, SIDE, 0))
    pictures = [f"{folder}/photos/06.png", f"{folder}/noise.png", f"{folder}/photos/12.png", f"{folder}/black.png"]
    done = run("predict", *pictures, "-w", "builtin", "--check", "--top", "1", "--json")
    said = [json.loads(line)["input"] for line in done.stdout.splitlines()]
    check("JSON", [row["foreign"] for row in said] == [False, True, False, True] and done.returncode == 0, done)
    check("lines", done.stderr.count("foreign to the network") == 2 and "noise.png: foreign" in done.stderr and
          "black.png: foreign" in done.stderr, done.stderr)
    done = run("predict", *pictures, "-w", "builtin", "--check", "--top", "1", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    check("CSV", [row["foreign"] for row in rows] == ["0", "1", "0", "1"] and
          float(rows[0]["input_distance"]) < 1.25 < float(rows[1]["input_distance"]), done.stdout)
    for form in ("--json", "--csv"):
        asked, plain = (run("predict", *pictures, "-w", "builtin", form, *more) for more in (("--check",), ()))
        check("without", "foreign" not in plain.stdout + plain.stderr, plain)
        check("the same answers", all(line.rstrip("},") in asked.stdout or "picture,rank" in line for line in plain.stdout.splitlines()),
              (plain.stdout, asked.stdout))


def scale(folder):
    """info --check says how pictures were scaled, without any; nothing of a new network."""
    done = run("info", "--check", "builtin")
    check("scale", "with a mean of about 0.00 and a deviation of about 0.96: normalised." in done.stdout, done.stdout)
    said = json.loads(run("info", "--check", "--json", "builtin").stdout)["input"]
    check("JSON", said["kind"] == "normalised" and 0.9 < said["deviation"] < 1.1, said)
    done = run("info", "--check", f"{folder}/new.safetensors")
    check("new", "were fed" not in done.stdout and
          json.loads(run("info", "--check", "--json", f"{folder}/new.safetensors").stdout)["input"] is None, done)


with tempfile.TemporaryDirectory() as scratch:
    os.makedirs(f"{scratch}/photos")
    for index in range(24):
        write(f"{scratch}/photos/{index:02d}.png", photograph(index))
    for test in (ranks, wrong_pipelines, samples, refused, foreign, scale):
        test(scratch)
        print(test.__name__)
finish()
