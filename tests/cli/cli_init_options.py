# SPDX-License-Identifier: MIT
"""`densenet train --init FILE` with options that describe a network: met, or refused, never dropped.
Needs nothing but Python."""
import json
import os
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


with tempfile.TemporaryDirectory() as folder:
    data, start = f"{folder}/data", f"{folder}/start.safetensors"
    for name in ("cat", "dog"):
        os.makedirs(f"{data}/{name}")
        for number in range(2):
            with open(f"{data}/{name}/{number}.png", "wb") as stream:
                stream.write(grey_png(8, 8, 60 * number + len(name)))
    run("init", "--blocks", "2,2", "--growth", "4", "--stem", "cifar", "--bottleneck", "2", "--classes", "2", "-o", start)
    command = ("train", data, "--init", start, "--val-split", "0", "--epochs", "1", "--image-size", "8")

    wrong = {"--growth 12": "has 4", "--blocks 2,3": "has other blocks", "--blocks 2": "has other blocks",
             "--stem imagenet": "imagenet is 1 convolution of 7x7 with a norm, the file has 1 of 3x3 without one", "--bottleneck 0": "has 2", "--compression 0.7": "has 0.5",
             "--stem-channels 9": "has 8", "--arch densenet121": "is another", "--classes 3": "the data has 2",
             "--init-scheme paper": "is of random weights", "--arch densenet-bc-40-4": "is another"}
    for options, words in wrong.items():
        done = run(*command, *options.split(), "-o", f"{folder}/no")
        check(options, done.returncode == 2 and words in done.stderr and options.split()[0].lstrip("-") in done.stderr
              and done.stderr.count("\n") == 1 and not os.path.exists(f"{folder}/no"), done)

    done = run(*command, "--growth", "4", "--blocks", "2,2", "--stem", "cifar", "--bottleneck", "2", "--compression", "0.5",
               "--classes", "2", "-o", f"{folder}/same")
    check("options that agree", done.returncode == 0 and "kernels" not in done.stderr, done)
    with open(f"{folder}/same/settings.json", encoding="utf-8") as stream:
        settings = json.load(stream)
    check("settings", settings["growth"] == 4 and "init-scheme" not in settings, settings)

    done = run(*command, "--state", "teacher", "-o", f"{folder}/no")
    check("another state", done.returncode == 2 and 'has no tensors below "teacher"; its networks: the whole file' in done.stderr, done)
    done = run(*command[:2], "--state", "teacher", "-o", f"{folder}/no")
    check("a state of no file", done.returncode == 2 and "--state is of the file that --init names" in done.stderr, done)

    grey = f"{folder}/grey"
    done = run(*command, "--channels", "1", "--max-steps", "1", "-o", grey)
    check("one channel", done.returncode == 0 and "took 3 channels; for 1 its kernels were added up" in done.stderr, done)
    found = json.loads(run("info", "--json", f"{grey}/last.safetensors").stdout)
    check("its weights", found["channels"] == 1 and found["preprocess"].endswith("channels=1"), found)
    with open(f"{grey}/settings.json", encoding="utf-8") as stream:
        check("its settings", json.load(stream)["channels"] == 1)
    check("its next call", run("train", "--resume", grey).returncode == 0)
    done = run(*command[:2], "--init", f"{grey}/last.safetensors", *command[4:], "--channels", "3", "-o", f"{folder}/back")
    check("and back", done.returncode == 0 and "took 1 channel; for 3 its kernels were repeated and rescaled" in done.stderr, done)
finish()
