# SPDX-License-Identifier: MIT
"""What becomes of the head of --init: kept, reordered by name, or replaced, and said."""
import json
import os
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

DENSENET = os.environ["DENSENET"]
NETWORK = ["--blocks", "1,1", "--growth", "4", "--stem", "cifar"]
SHORT = ["--threads", "1", "--epochs", "1", "--batch-size", "4", "--val-split", "0", "--lr", "0"]


def densenet(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True)


def write_table(path, names, folder):
    """A table of labels, whose order is that of its columns."""
    with open(path, "w", encoding="ascii") as file:
        file.write("image," + ",".join(names) + "\n")
        for number in range(8):
            file.write(f"{folder}/{number}.png," + ",".join(str(int((number + ord(n[0])) % 2)) for n in names) + "\n")


def rows_of_head(path):
    with open(path, "rb") as file:
        data = file.read()
    size = int.from_bytes(data[:8], "little")
    header, rows = json.loads(data[8:8 + size]), []
    for name in ("classifier.weight", "classifier.bias"):
        first, end = (8 + size + at for at in header[name]["data_offsets"])
        length = (end - first) // header[name]["shape"][0]
        rows.append([data[at:at + length] for at in range(first, end, length)])
    return list(zip(*rows))


def train(data, start, run, *options):
    return densenet("train", data, "--init", start, *SHORT, *options, "--output", run)


def main(folder):
    os.makedirs(f"{folder}/pictures")
    for number in range(8):
        with open(f"{folder}/pictures/{number}.png", "wb") as file:
            file.write(grey_png(32, 32, 30 * number))
    tables = {"abc": ("ant", "bee", "cat"), "cab": ("cat", "ant", "bee"), "abd": ("ant", "bee", "dog"), "ab": ("ant", "bee")}
    for name, labels in tables.items():
        write_table(f"{folder}/{name}.csv", labels, "pictures")
    blank, start = f"{folder}/blank.safetensors", f"{folder}/start/last.safetensors"
    densenet("init", *NETWORK, "--classes", "3", "--output", blank)
    done = train(f"{folder}/abc.csv", blank, f"{folder}/start")
    check("no names are recorded", done.returncode == 0 and "head kept: 3 outputs, no names recorded" in done.stderr, done.stderr)
    before = rows_of_head(start)
    done = train(f"{folder}/abc.csv", start, f"{folder}/same")
    check("the same names need no word", "head" not in done.stderr and rows_of_head(f"{folder}/same/last.safetensors") == before)
    done = train(f"{folder}/cab.csv", start, f"{folder}/other", "--freeze", "head")
    check("another order is said", done.returncode == 0 and done.stderr.count("put in the order of the data's names") == 1, done.stderr)
    after = rows_of_head(f"{folder}/other/last.safetensors")
    check("and rows follow their names", after == [before[2], before[0], before[1]])
    done = train(f"{folder}/abd.csv", start, f"{folder}/names", "--seed", "5")
    check("other names get a new head", done.returncode == 0
          and 'its outputs have other names ("cat", not "dog"): new head of 3 outputs' in done.stderr, done.stderr)
    check("which is another", not set(rows_of_head(f"{folder}/names/last.safetensors")) & set(before))
    done = train(f"{folder}/ab.csv", start, f"{folder}/fewer")
    check("another number is said", "its head (mean,linear=3) has 3 outputs: new head of 2 outputs" in done.stderr, done.stderr)
    for name, options in (("a new head", ("--init", start)), ("a random network", NETWORK)):
        done = densenet("train", f"{folder}/abd.csv", *options, *SHORT, "--freeze", "features,head", "--output", f"{folder}/no")
        check(f"{name} cannot be frozen", done.returncode == 2 and "--freeze head: the head is new" in done.stderr
              and not os.path.exists(f"{folder}/no"), done.stderr)
    densenet("train", f"{folder}/cab.csv", "--init", start, *SHORT[:2], *SHORT[4:], "--epochs", "2", "--max-steps", "1", "--output",
             f"{folder}/cut")
    done = densenet("train", "--resume", f"{folder}/cut")
    check("a resumed run does not repeat it", done.returncode == 0 and "order" not in done.stderr, done.stderr)


def without_effect(folder):
    """Options that would change nothing, and those that are wrong, are refused before the data is looked for."""
    for words, options in (("--nesterov is of SGD", ("--nesterov", "--optimizer", "adamw")),
                           ("--milestones is of --schedule step", ("--milestones", "0.5")),
                           ("--recipe finetune is for weights to start from", ("--recipe", "finetune")),
                           ("is not a rising list", ("--milestones", "0.5,x", "--schedule", "step")),
                           ("densenet999", ("--arch", "densenet999")), ("blocks", ("--blocks", "1,x")), ("blurr", ("--augment", "cifar,blurr=1")),
                           ("gone.pth: cannot be opened", ("--init", "gone.pth"))):
        done = densenet("train", f"{folder}/absent", *options, "--output", f"{folder}/no")
        check(words, done.returncode == 2 and words in done.stderr and "absent" not in done.stderr, done.stderr)


with tempfile.TemporaryDirectory() as scratch:
    main(scratch)
    without_effect(scratch)
finish()
