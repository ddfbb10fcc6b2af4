# SPDX-License-Identifier: MIT
"""Labels as X-rays have them, some of which are true of no picture: what a mean AUROC is taken of, what is
said of the others, and how often. Needs nothing but Python."""
import csv
import json
import os
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
SMALL = ("--blocks", "1", "--growth", "2", "--stem", "cifar", "--channels", "1", "--preprocess", "none,crop=8,channels=1",
         "--val-split", "0.5", "--threads", "1")


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60)


def table(folder):
    os.makedirs(f"{folder}/data")
    with open(f"{folder}/data/labels.csv", "w", encoding="ascii") as file:
        file.write("image,Edema,Fracture,Nodule,Pneumonia\n")
        for i in range(16):
            with open(f"{folder}/data/{i}.png", "wb") as picture:
                picture.write(grey_png(8, 8, 15 * i))
            file.write(f"{i}.png,{i % 2},0,0,{i // 2 % 2}\n")
    return f"{folder}/data/labels.csv"


def ranked(folder, data):
    """Of how many labels a mean AUROC is, wherever it is shown."""
    done = run("train", data, *SMALL, "--epochs", "1", "-o", f"{folder}/run")
    check("train says of how many labels", done.returncode == 0 and " of 2 of 4 labels (best mean AUROC so far)" in done.stderr, done)
    with open(f"{folder}/run/log.csv", encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    check("the log has the number", [row["val_auroc_labels"] for row in rows if row["kind"] == "epoch"] == ["2"] and
          all(row["val_auroc_labels"] == "" for row in rows if row["kind"] == "step") and None not in rows[0], rows)
    weights = f"{folder}/run/last.safetensors"
    done = run("eval", data, "-w", weights)
    check("eval says of how many labels", " of 2 of 4 labels\n" in done.stdout, done)
    done = run("eval", data, "-w", weights, "--json")
    check("so does its JSON", json.loads(done.stdout)["auroc_labels"] == 2, done)
    done = run("eval", data, "-w", weights, "--compare", "f32,bf16")
    check("so does a comparison", "\nAUROC: the mean of 2 of 4 labels\n" in done.stdout, done)
    done = run("eval", data, "-w", weights, "--compare", "f32,bf16", "--json")
    check("and its JSON", [row["auroc_labels"] for row in json.loads(done.stdout)] == [2, 2], done)


def older_log(folder, data):
    """A run whose log is without that column goes on, and has it from then on."""
    with open(f"{folder}/run/log.csv", encoding="ascii") as file:
        lines = file.read().splitlines()
    with open(f"{folder}/run/log.csv", "w", encoding="ascii") as file:
        file.writelines(line.rsplit(",", 1)[0] + "\n" for line in lines)
    done = run("train", data, "--resume", f"{folder}/run", "--epochs", "2")
    with open(f"{folder}/run/log.csv", encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    check("an older log goes on", done.returncode == 0 and
          [row["val_auroc_labels"] for row in rows if row["kind"] == "epoch"] == ["", "2"], (done, rows))


def said_once(folder, data):
    """Labels that cannot be balanced are listed in one line, and not again on resume."""
    words = 'true of none of the pictures: "Fracture", "Nodule"; these keep the weight 1'
    done = run("train", data, *SMALL, "--pos-weight", "auto", "--epochs", "2", "--max-steps", "1", "--batch-size", "4",
               "-o", f"{folder}/balanced")
    lines = [line for line in done.stderr.splitlines() if "keep" in line]
    check("labels of one kind, in one line", done.returncode == 0 and lines == [f"densenet: {data}: {words}"], done)
    done = run("train", "--resume", f"{folder}/balanced", "--max-steps", "1")
    check("not again on resume", done.returncode == 0 and "keep" not in done.stderr and "true of" not in done.stderr, done)
    with open(f"{folder}/other.csv", "w", encoding="ascii") as file:
        file.write("image,Edema,Fracture,Nodule,Pneumonia\n" + "".join(f"data/{i}.png,{i % 2},0,,1\n" for i in range(4)))
    options = [option for option in SMALL if option not in ("--val-split", "0.5")]
    done = run("train", data, *options, "--val", f"{folder}/other.csv", "--epochs", "2", "--max-steps", "1", "-o", f"{folder}/other")
    check("what is not validated is said", done.returncode == 0 and 'says nothing of "Nodule"' in done.stderr, done)
    done = run("train", "--resume", f"{folder}/other", "--max-steps", "1")
    check("and not again", done.returncode == 0 and "says nothing" not in done.stderr, done)


def long_names(folder, _):
    """The table's columns stand below one another, whatever the length of names."""
    names = ("Short", "Enlarged cardiomediastinum, left", "\u00c4" * 30, "x" * 90)
    table_of = f"{folder}/data/long.csv"
    with open(table_of, "w", encoding="utf-8") as file:
        file.write("image," + ",".join(f'"{name}"' for name in names) + "\n")
        file.writelines(f"{i}.png,{i % 2},{i % 2},{i // 2 % 2},1\n" for i in range(8))
    run("train", table_of, *SMALL, "--epochs", "1", "-o", f"{folder}/long")
    done = run("eval", table_of, "-w", f"{folder}/long/last.safetensors")
    rows = done.stdout.split("\n\n")[1].splitlines()
    check("columns of long names", done.returncode == 0 and rows[4] == names[3] and
          len({len(row) for row in rows[:4] + rows[5:]}) == 1 and all(row[60] == " " for row in rows[:4] + rows[5:]), done)


def counted(folder, data):
    """One of a thing is not several, and labels are not classes."""
    run("init", "--blocks", "1", "--growth", "2", "--stem", "cifar", "--classes", "2", "-o", f"{folder}/two.safetensors")
    done = run("eval", data, "-w", f"{folder}/two.safetensors")
    check("labels are called so", done.returncode == 2 and "has 4 labels, the network has 2 outputs" in done.stderr, done)
    with open(f"{folder}/names.txt", "w", encoding="ascii") as file:
        file.write("one\n")
    done = run("predict", f"{folder}/data/0.png", "-w", f"{folder}/two.safetensors", "--labels", f"{folder}/names.txt")
    check("a line", done.returncode == 2 and "names.txt: has 1 line, the network has 2 outputs" in done.stderr, done)


with tempfile.TemporaryDirectory() as scratch:
    made = table(scratch)
    for test in (ranked, older_log, said_once, long_names, counted):
        test(scratch, made)
finish()
