# SPDX-License-Identifier: MIT
"""What commands answer: defaults that are not recorded, figures that do not exist, numbers that
are none. Needs nothing but Python."""
import json
import os
import subprocess
import sys
import tempfile

from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
SMALL = ("--blocks", "1,2", "--growth", "2", "--channels", "1", "--classes", "3")
failures = 0


def check(what, good, figure=""):
    global failures
    failures += not good
    if not good:
        print(f"{what}: FAILED {figure}")


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, **options)


def strict_json(text):
    """As parsers read it that hold to the standard."""
    def no_number(word):
        raise ValueError(word)
    return json.loads(text, parse_constant=no_number)


def picture(path, shade):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(grey_png(8, 8, shade))


def pipelines(folder):
    """info names the pipeline that predict takes, recorded or not."""
    for stem, pipeline in (("imagenet", "torchvision"), ("cifar", "cifar10")):
        path = f"{folder}/{stem}.safetensors"
        run("init", *SMALL, "--stem", stem, "-o", path)
        said = run("info", path).stdout
        check(stem, f"{pipeline},channels=1 (by the stem; not recorded)" in said, said)
        said = strict_json(run("info", "--json", path).stdout)
        check(f"{stem} in JSON", said["preprocess"] == f"{pipeline},channels=1" and not said["preprocess_recorded"])


def absent_figures(folder):
    """A class that is never predicted has no precision."""
    for name, shade in (("a", 10), ("b", 20), ("c\udcff", 30)):
        picture(f"{folder}/data/{name}/0.png", shade)
    command = ("eval", f"{folder}/data", "-w", f"{folder}/cifar.safetensors", "--preprocess", "none,crop=8,channels=1")
    done = run(*command, errors="surrogateescape")
    check("eval", done.returncode == 0 and "nan" not in done.stdout and done.stdout.count("  - ") == 2, done)
    rows = strict_json(run(*command, "--json").stdout)["outputs"]
    check("eval in JSON", sorted(row["precision"] is None for row in rows) == [False, True, True], rows)


with tempfile.TemporaryDirectory() as scratch:
    for test in (pipelines, absent_figures):
        test(scratch)
        print(test.__name__)
sys.exit(failures > 0)
