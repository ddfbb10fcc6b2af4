# SPDX-License-Identifier: MIT
"""Data that comes in parts: which of them trains, validates and is evaluated is said, recorded and kept."""
import json
import os
import shutil
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png
from run_files import settings

DENSENET = os.environ["DENSENET"]
NETWORK = ["--blocks", "1,1", "--growth", "4", "--stem", "cifar", "--threads", "1", "--epochs", "1", "--batch-size", "4"]


def densenet(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True)


def write_classes(folder, names, count=4):
    for place, name in enumerate(names):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
        for number in range(count):
            with open(f"{folder}/{name}/{number}.png", "wb") as file:
                file.write(grey_png(34, 32, 20 + 60 * place + 5 * number))


def trained(what, words, data, *options, status=0):
    """Trains and returns the run; each of `words` is to be said."""
    trained.runs += 1
    run = f"{os.path.dirname(data)}/run{trained.runs}"
    done = densenet("train", data, *NETWORK, *options, "--output", run)
    check(what, done.returncode == status and all(w in done.stderr for w in words), done.stderr)
    return run


trained.runs = 0


def folders(folder):
    data = f"{folder}/parts"
    write_classes(f"{data}/train", ("cat", "dog", "owl"))
    write_classes(f"{data}/val", ("cat", "dog"), 2)
    run = trained("val/ validates, and a class that it lacks is named", (f"{data}/val: validated on, 4 pictures",
                  f'{data}/val: has no pictures of "owl" of {data}/train'), data)
    kept = settings(run)
    check("which is recorded", (kept["train-part"], kept["val-part"]) == ("train", "val") and "val-split" not in kept, kept)
    weights = f"{run}/best.safetensors"
    done = densenet("eval", data, "--weights", weights, "--json")
    check("eval takes val where there is no test", f"{data}/val is evaluated, the part val of" in done.stderr
          and json.loads(done.stdout)["samples"] == 4 and json.loads(done.stdout)["data"] == f"{data}/val", done.stderr)
    write_classes(f"{data}/test", ("cat", "owl"), 1)
    done = densenet("eval", data, "--weights", weights)
    check("eval takes test", f"{data}/test is evaluated" in done.stderr and "pictures   2" in done.stdout, done.stderr)
    run = trained("--val-split overrides", (f"{data}: its part val is not read, since --val-split is given",
                  "validated on 3 pictures of it"), data, "--val-split", "0.25")
    check("and is recorded", settings(run)["val-split"] == 0.25 and "val-part" not in settings(run))
    trained("no validation at all", ("val is not read", "without validation"), data, "--val-split", "0")
    trained("both options", ("exclude each other",), data, "--val-split", "0.1", "--val", data, status=2)
    write_classes(f"{data}/val", ("emu",), 1)
    trained("a class that is not trained on", (f'{data}/val: its class "emu" is not one of', "--val-split X"), data, status=2)
    shutil.rmtree(f"{data}/val")
    trained("test validates only where nothing else is there", (f"{data}/test: validated on, 2 pictures",
            "the test part"), data)


def unreadable(folder):
    """Pictures that cannot be read are named once and counted, those of the validation too."""
    data = f"{folder}/unreadable"
    write_classes(f"{data}/train", ("cat", "dog"))
    write_classes(f"{data}/val", ("cat", "dog"), 2)
    for path in (f"{data}/val/cat/0.png", f"{data}/val/dog/1.png"):
        with open(path, "wb") as file:
            file.write(b"no picture")
    run = trained("in the validation", (f"{data}/val/cat/0.png", f"{data}/val/dog/1.png",
                  "2 pictures could not be read and were skipped"), data, "--epochs", "3", status=1)
    with open(f"{data}/train/cat/0.png", "wb") as file:
        file.write(b"no picture")
    done = densenet("train", data, *NETWORK, "--epochs", "3", "--output", f"{run}-both")
    check("in both", done.returncode == 1 and "3 pictures could not be read and were skipped" in done.stderr
          and done.stderr.count("skipped: ") == 3, done.stderr)


def unlabelled(folder):
    """A test part without classes, as contests have it, is not a part, and that is said."""
    data = f"{folder}/contest"
    write_classes(f"{data}/train", ("cat", "dog"))
    write_classes(data, ("test",))
    trained("pictures without classes", (f"{data}: its folder test is not read: it holds no folders of classes",
            f"{data}/train: trained on; validated on 1 picture of it"), data)
    done = densenet("eval", data, "--weights", f"{folder}/run{trained.runs}/last.safetensors")
    check("nothing to evaluate on", done.returncode == 2 and "no labelled part named test" in done.stderr, done.stderr)


def doubted(folder):
    """Folders that may not be meant as classes, and a table beside them, are named."""
    data = f"{folder}/doubted"
    write_classes(data, ("Train", "cat", "dog"))
    trained("classes are named", (f"{data}: 3 classes: Train, cat, dog\n",
            f"{data}: its folder Train is read as a class"), data)
    shutil.move(f"{data}/Train", f"{data}/ant")
    write_classes(data, ("emu", "fox", "gnu", "hen"))
    with open(f"{data}/notes.csv", "w", encoding="ascii") as file:
        file.write("image,label\n")
    trained("the first five, and how many more", (f"{data}: 7 classes: ant, cat, dog, emu, fox and 2 more\n",
            f"{data}: its table notes.csv is not read: its folders are the classes"), data)


def resumed(folder):
    data, run = f"{folder}/resumed", f"{folder}/stopped"
    write_classes(f"{data}/train", ("cat", "dog"))
    write_classes(f"{data}/val", ("cat", "dog"), 1)
    densenet("train", data, *NETWORK, "--output", run, "--max-steps", "1")
    done = densenet("train", "--resume", run, "--val-split", "0.3")
    check("a share instead of the part of a run", done.returncode == 2
          and "--val-split is not given in that run" in done.stderr, done.stderr)
    shutil.move(f"{data}/val", f"{data}/test")
    done = densenet("train", "--resume", run)
    check("a part that is gone", done.returncode == 2 and "its val-part is val, which" in done.stderr, done.stderr)
    shutil.move(f"{data}/test", f"{data}/val")
    done = densenet("train", "--resume", run)
    check("resumes on the same part", done.returncode == 0 and f"{data}/val: validated on" in done.stderr, done.stderr)


def changed(folder):
    """Data that has grown or shrunk since the run began is refused with both numbers."""
    data, run = f"{folder}/changed", f"{folder}/begun"
    write_classes(data, ("cat", "dog"))
    options = [*NETWORK[:-2], "--val-split", "0"]
    densenet("train", data, *options, "--output", run, "--max-steps", "1", "--epochs", "2")
    check("sizes are recorded", (settings(run)["outputs"], settings(run)["pictures"]) == (2, 8), settings(run))
    for what, change, back, words in (
            ("a new class", lambda: write_classes(data, ("emu",)), lambda: shutil.rmtree(f"{data}/emu"),
             "has 3 classes or labels, the run has 2"),
            ("a picture less", lambda: os.rename(f"{data}/cat/0.png", f"{folder}/0.png"),
             lambda: os.rename(f"{folder}/0.png", f"{data}/cat/0.png"), "has 7 pictures to train on, the run has 8"),
            ("a picture more", lambda: shutil.copy(f"{data}/cat/0.png", f"{data}/cat/9.png"),
             lambda: os.remove(f"{data}/cat/9.png"), "has 9 pictures to train on, the run has 8")):
        change()
        done = densenet("train", "--resume", run)
        check(what, done.returncode == 2 and f"{data} {words}" in done.stderr and done.stderr.count("\n") == 1, done.stderr)
        back()
    done = densenet("train", "--resume", run)
    check("the data as it was", done.returncode == 0, done.stderr)


def runs(folder):
    """The folder of a run, where data or weights are expected, is recognised."""
    data = f"{folder}/for-runs"
    write_classes(data, ("cat", "dog"))
    run = trained("a run", (), data)
    for what, arguments in (("train", (run,)), ("train", (data, "--val", run)), ("eval", (run, "--weights", f"{run}/best.safetensors"))):
        done = densenet(what, *arguments, *(NETWORK if what == "train" else ()))
        check(f"{what} on a run", done.returncode == 2 and f"{run}: is the folder of a training run, not a data set" in done.stderr,
              done.stderr)
    for arguments in (("eval", data, "--weights", run), ("predict", f"{data}/cat/0.png", "--weights", run), ("info", run)):
        done = densenet(*arguments)
        check(f"{arguments[0]} with a run", done.returncode == 2
              and f"{run}: is the folder of a training run; its weights are {run}/best.safetensors" in done.stderr, done.stderr)


def tables(folder):
    data = f"{folder}/tables"
    write_classes(data, ("x", "y"))
    rows = [f"{name}/{number}.png,{label}\n" for number in range(4) for name, label in (("x", "cat"), ("y", "dog"))]
    for name, part in (("train", rows[:6]), ("valid", rows[6:])):
        with open(f"{data}/{name}.csv", "w", encoding="ascii") as file:
            file.write("image,label\n" + "".join(part))
    run = trained("tables pair up", (f"{data}/train.csv: trained on", f"{data}/valid.csv: validated on, 2 pictures"), data)
    check("and are recorded", settings(run)["val-part"] == "valid.csv" and settings(run)["train-part"] == "train.csv")
    done = densenet("eval", data, "--weights", f"{run}/last.safetensors")
    check("eval names its table", f"{data}/valid.csv is evaluated" in done.stderr, done.stderr)
    os.rename(f"{data}/train.csv", f"{data}/labels.csv")
    trained("the table of a folder is named", (f"{data}/labels.csv: trained on; validated on 2 pictures of it",), data,
            "--val-split", "0.3")
    done = densenet("eval", data, "--weights", f"{run}/last.safetensors")
    check("one table for training and evaluating is said", f"{data}/labels.csv is evaluated, all of it" in done.stderr,
          done.stderr)


def inside(folder):
    """Runs that are written among the pictures are not pictures, however often."""
    data = f"{folder}/inside"
    write_classes(data, ("cat", "dog"))

    def train(*options):
        return subprocess.run([DENSENET, "train", *options], capture_output=True, text=True, cwd=data)
    for name, options in (("the first", (".",)), ("the next", (".",)), ("a named one", (".", "--output", "mine")),
                          ("one in a class", (".", "--output", "cat/mine"))):
        done = train(*options, *NETWORK)
        check(f"{name} run", done.returncode == 0 and "on 7 pictures (class folders)" in done.stderr, done.stderr)
    done = train(".", *NETWORK, "--output", "cut", "--epochs", "2", "--max-steps", "2")
    done = train("--resume", "cut")
    check("a resumed run", done.returncode == 0, done.stderr)
    done = subprocess.run([DENSENET, "eval", ".", "--weights", "mine/last.safetensors"], capture_output=True, text=True,
                          cwd=data)
    check("eval beside runs", done.returncode == 0 and "pictures   8" in done.stdout, done.stdout + done.stderr)
    os.makedirs(f"{data}/later")  # cut before its settings
    done = train(".", *NETWORK, "--output", "later/run", "--resume", "auto")
    check("a folder that is still empty", done.returncode == 0 and "on 7 pictures" in done.stderr, done.stderr)


with tempfile.TemporaryDirectory() as scratch:
    for test in (folders, unreadable, unlabelled, doubted, resumed, changed, runs, tables, inside):
        test(scratch)
finish()
