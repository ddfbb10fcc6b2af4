# SPDX-License-Identifier: MIT
"""Curves of runs: whatever a log holds, within seconds; how accuracy and AUROC are shown. Needs
nothing but Python."""
import os
import re
import struct
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
HEADER = "kind,epoch,step,loss,accuracy,rate,val_loss,val_%s,seconds\n"


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60)


def log(folder, rows, score="accuracy", header=None):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/log.csv", "w", encoding="ascii") as file:
        file.write(header or HEADER % score)
        file.writelines(row + "\n" for row in rows)
    return folder


def epoch(number, loss=0.5, score=0.5, step=1):
    return f"epoch,{number},{step},{loss},0.5,,{loss},{score},1"


def hostile(folder):
    """Axes whose steps do not advance, numbers that overflow, a million epochs."""
    for what, rows in (("equal epochs", [epoch(1), epoch("1.0000000000000002")]),
                       ("the smallest number", [epoch(1, 0), epoch(2, "5e-324")]),
                       ("the largest", [epoch(1, "1e308", "1e308"), epoch(2, "-1e308", "-1e308"), epoch(3)]),
                       ("no numbers", [epoch(1, "nan", "nan"), epoch(2, "inf", "-inf")]),
                       ("one epoch", [epoch(1)]), ("late epochs", [epoch(999999990), epoch(1000000000)]),
                       ("a million", [epoch(i, i % 97, 0.5) for i in range(1, 1000001)])):
        place = log(f"{folder}/hostile", rows)
        done = run("plot", place)
        check(what, done.returncode == 0 and os.path.getsize(f"{place}/curves.png") < 300000, done)
    for what, rows, words in (("negative epochs", [epoch(1), epoch(-1)], "line 3 is not a line of a training log"),
                              ("endless epochs", [epoch("inf")], "line 2 is not"), ("no epoch", [epoch("")], "line 2 is not"),
                              ("epochs beyond counting", [epoch("1e17")], "line 2 is not"),
                              ("no rows", [], "its log.csv has no epoch yet")):
        done = run("plot", log(f"{folder}/refused", rows))
        check(what, done.returncode == 2 and words in done.stderr and not os.path.exists(f"{folder}/refused/curves.png"), done)
    for command in (("plot",), ("train", "--resume")):
        done = run(*command, f"{folder}/refused/log.csv")
        check(f"{command[0]} of a file", done.returncode == 2 and
              done.stderr == f"densenet: {folder}/refused/log.csv: is a file, the folder of a run is expected\n", done)
    done = run("plot", log(f"{folder}/refused", ["1,2,3"], header="epoch,loss,accuracy\n"))
    check("another's log", done.returncode == 2 and "log.csv: is not a training log" in done.stderr, done)


def compared(folder):
    """Accuracy and AUROC share no axis; outliers are said; names tell runs apart."""
    classes = log(f"{folder}/classes/run", [epoch(i, 1 / i) for i in range(1, 9)])
    labels = log(f"{folder}/labels/run", [epoch(i, 1 / i) for i in range(1, 9)], "auroc")
    done = run("plot", classes, labels, "-o", f"{folder}/both.svg")
    check("classes and labels", done.returncode == 2 and f"{classes} is measured by accuracy, {labels} by mean AUROC"
          in done.stderr and not os.path.exists(f"{folder}/both.svg"), done)
    usual = [epoch(i, 1 + 1 / i) for i in range(1, 9)]
    log(f"{folder}/calm", usual)
    log(f"{folder}/wild", usual[:4] + [epoch(5, 1e6)] + usual[5:])
    done = run("plot", f"{folder}/calm", "-o", f"{folder}/one.svg")
    check("no outlier", done.returncode == 0 and not done.stderr, done)
    done = run("plot", f"{folder}/wild", "-o", f"{folder}/one.svg")
    check("an outlier", done.returncode == 0 and "one.svg: Loss: 1 point far from the others is marked at the edge" in done.stderr, done)

    def glyphs(*runs):
        run("plot", *runs, "-o", f"{folder}/names.svg")
        with open(f"{folder}/names.svg", encoding="utf-8") as file:
            return file.read().count("<use")
    log(f"{folder}/x/run", usual)
    log(f"{folder}/y/run", usual)
    log(f"{folder}/y/xun", usual)
    check("two runs of one name", glyphs(f"{folder}/x/run", f"{folder}/y/run") == glyphs(f"{folder}/x/run", f"{folder}/y/xun") + 8)
    strange = log(f"{folder}/r\udcffn", usual)
    done = run("plot", strange, f"{folder}/calm", "-o", f"{folder}/strange.png")
    check("a name that is not UTF-8", done.returncode == 0, done)


def figures(folder):
    """AUROC is a number below 1, never a percentage; the best says of what."""
    os.makedirs(f"{folder}/data")
    with open(f"{folder}/data/labels.csv", "w", encoding="ascii") as file:
        file.write("image,x,y\n")
        for i in range(12):
            with open(f"{folder}/data/{i}.png", "wb") as picture:
                picture.write(grey_png(8, 8, 20 * i))
            os.makedirs(f"{folder}/pictures/{'ab'[i % 2]}", exist_ok=True)
            os.link(f"{folder}/data/{i}.png", f"{folder}/pictures/{'ab'[i % 2]}/{i}.png")
            file.write(f"{i}.png,{i % 2},{i // 2 % 2}\n")
    small = ("--blocks", "1", "--growth", "2", "--stem", "cifar", "--channels", "1", "--preprocess", "none,crop=8,channels=1",
             "--epochs", "2", "--val-split", "0.5")
    done = run("train", f"{folder}/data/labels.csv", *small, "-o", f"{folder}/run-labels")
    check("train by AUROC", done.returncode == 0 and re.search(r", mean AUROC [01]\.\d{4} of 2 labels \(best mean AUROC so far\)\n", done.stderr), done)
    done = run("eval", f"{folder}/data/labels.csv", "-w", f"{folder}/run-labels/best.safetensors")
    rows = done.stdout.splitlines()
    check("eval by AUROC", done.returncode == 0 and re.search(r"^mean AUROC +[01]\.\d{4} of 2 labels$", done.stdout, re.M) and
          len({len(row) for row in rows[-3:]}) == 1 and re.search(r" [01]\.\d{4}$", rows[-1]), done)
    done = run("train", f"{folder}/pictures", *small, "-o", f"{folder}/run-classes")
    check("train by accuracy", done.returncode == 0 and re.search(r", accuracy [\d.]+% \(best accuracy so far\)\n", done.stderr), done)
    for name in ("run-labels", "run-classes"):
        with open(f"{folder}/{name}/curves.png", "rb") as stream:
            check(f"curves of {name}", struct.unpack(">II", stream.read(24)[16:]) == (1200, 860))


with tempfile.TemporaryDirectory() as scratch:
    for test in (hostile, compared, figures):
        test(scratch)
        print(test.__name__)
finish()
