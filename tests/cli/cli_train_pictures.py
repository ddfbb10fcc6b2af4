# SPDX-License-Identifier: MIT
"""Training on real-world pictures: some that cannot be read, in pipelines of every
kind. What cannot work is reported before the first step, and no step is lost."""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

import exif_files
from picture_files import deep_png, grey_png

DENSENET = os.environ["DENSENET"]
NETWORK = ["--blocks", "1,1", "--growth", "4", "--stem", "cifar", "--threads", "1", "--epochs", "2", "--lr", "0.01"]
RECOVERING = -0.6
failures = 0


def check(what, good, figure=""):
    global failures
    failures += not good
    print(f"{what}: {figure if isinstance(figure, str) else figure.stderr[-400:]}{'' if good else '   FAILED'}",
          flush=True)


def densenet(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True)


def write_pictures(folder, side, count=8, torn=()):
    for name, base in (("cat", 40), ("dog", 160)):
        os.makedirs(f"{folder}/{name}")
        for number in range(count):
            data = grey_png(side + 3, side, base + 9 * number)
            with open(f"{folder}/{name}/{number}.png", "wb") as file:
                file.write(data[:len(data) // 2] if number in torn else data)


def recorded(weights):
    return json.loads(densenet("info", "--json", weights).stdout)["preprocess"]


def kept(run):
    with open(f"{run}/last.safetensors", "rb") as file:
        weights = file.read()
    with open(f"{run}/log.csv", encoding="ascii") as file:
        return weights, [line.rsplit(",", 1)[0] for line in file]


def unreadable(folder):
    """A batch without a picture is a step like any other, however the run is divided."""
    data = f"{folder}/torn"
    write_pictures(data, 36, torn=(0, 3, 4, 5))
    for name, options in (("one by one", ("--batch-size", "1")),
                          ("accumulated", ("--batch-size", "1", "--accumulate", "3"))):
        whole, cut = f"{folder}/whole {name}", f"{folder}/cut {name}"
        shared = [data, *NETWORK, *options, "--no-shuffle", "--val-split", "0"]
        done = densenet("train", *shared, "--output", whole)
        check(name, done.returncode == 1 and "8 pictures could not be read" in done.stderr, done)
        done = densenet("train", *shared, "--output", cut, "--max-steps", "2")
        while "continue with" in done.stderr:
            done = densenet("train", "--resume", cut, "--max-steps", "2")
        check(f"{name}, in pieces", kept(cut) == kept(whole), done)


def pipelines(folder):
    data = f"{folder}/plain"
    write_pictures(data, 36)
    shared = ["train", data, *NETWORK, "--batch-size", "4", "--val-split", "0.25"]
    for number, (options, expected) in enumerate((
            ((), "cifar10"), (("--preprocess", "cifar10,crop=24"), "cifar10,crop=24"),
            (("--image-size", "16"), "cifar10,resize=16,crop=16"),
            (("--preprocess", "mean=0.5", "--image-size", "16"), "cifar10,resize=16,crop=16,mean=0.5:0.5:0.5"),
            (("--preprocess", "none"), "none,resize=32,crop=32"),
            (("--preprocess", "none,resize=24x40"), "none,resize=24x40"),
            (("--preprocess", "cifar10,resize=24x40,crop=24x36"), "cifar10,resize=24x40,crop=24x36"),
            (("--preprocess", "xrv,resize=24", "--channels", "1"), "xrv,resize=24"))):
        run = f"{folder}/pipeline{number}"
        done = densenet(*shared, *options, "--output", run)
        said = recorded(f"{run}/last.safetensors") if done.returncode == 0 else ""
        check(f"pipeline {' '.join(options)}", said == expected, said or done)
    for words, options in (("--image-size 24, but --preprocess none,resize=24x40 makes pictures of 24x40, height x width",
                            ("--image-size", "24", "--preprocess", "none,resize=24x40")),
                           ("--image-size 24, but --preprocess cifar10 makes squares of 32",
                            ("--image-size", "24", "--preprocess", "cifar10")),
                           ("preprocessing to 1 channel for a network that takes 3", ("--preprocess", "xrv"))):
        done = densenet(*shared, *options, "--output", f"{folder}/refused")
        check(words, done.returncode == 2 and words in done.stderr and not os.path.exists(f"{folder}/refused"), done)
    done = densenet("eval", data, "--weights", f"{folder}/pipeline0/last.safetensors", "--preprocess", "xrv")
    check("eval with other channels", done.returncode == 2 and "1 channel for a network that takes 3" in done.stderr,
          done)


def fine_tuning(folder):
    """What is recorded is kept, or only made larger."""
    start = f"{folder}/pipeline7/last.safetensors"
    for options, expected in (((), "xrv,resize=24"), (("--image-size", "40"), "xrv,resize=40")):
        run = f"{folder}/tuned{len(options)}"
        done = densenet("train", f"{folder}/plain", "--init", start, "--epochs", "1", "--batch-size", "4", *options,
                        "--output", run)
        said = recorded(f"{run}/last.safetensors") if done.returncode == 0 else ""
        check(f"fine-tuning an X-ray network {' '.join(options)}", said == expected, said or done)


def rectangles(folder):
    """Pictures that are not square: kept when tuned, seen by predict and info alike, made square on request."""
    start = f"{folder}/pipeline5/last.safetensors"
    for options, expected in (((), "none,resize=24x40"), (("--image-size", "20"), "none,resize=20x20,crop=20"),
                              (("--augment", "imagenet", "--preprocess", "crop=20x30"), "none,resize=24x40,crop=20x30")):
        run = f"{folder}/rectangle{len(options)}"
        done = densenet("train", f"{folder}/plain", "--init", start, "--epochs", "1", "--batch-size", "4", *options,
                        "--output", run)
        said = recorded(f"{run}/last.safetensors") if done.returncode == 0 else ""
        check(f"a network of 40x24 pixels {' '.join(options)}", said == expected, said or done)
    done = densenet("info", start)
    check("info", "none,resize=24x40" in done.stdout, done)
    done = densenet("eval", f"{folder}/plain", "--weights", start)
    check("eval", done.returncode == 0, done)
    done = densenet("preprocess", f"{folder}/plain/cat/0.png", "--weights", start, "--output", f"{folder}/x.npy")
    with open(f"{folder}/x.npy", "rb") as file:
        check("preprocess", b"(1,3,24,40" in file.read(128).replace(b" ", b""), done)
    picture = f"{folder}/plain/cat/0.png"
    done = densenet("predict", picture, "--weights", start, "--cam", f"{folder}/heat")
    check("predict", done.returncode == 0, done)


def orientations(folder):
    """Ignored, and said once per run, or applied and recorded."""
    data, run = f"{folder}/turned", f"{folder}/oriented"
    write_pictures(data, 36)
    for name in ("cat/1.png", "dog/2.png", "dog/3.png"):
        with open(f"{data}/{name}", "rb") as file:
            png = file.read()
        with open(f"{data}/{name}", "wb") as file:
            file.write(exif_files.in_png(exif_files.block(6), png[:33]) + png[33:])
    shared = ["train", data, *NETWORK, "--batch-size", "4", "--val-split", "0.25"]
    done = densenet(*shared, "--output", f"{run}1")
    sentence = "3 pictures carry an EXIF orientation that is not applied; --exif-orientation applies it"
    check("an orientation is ignored", done.returncode == 0 and done.stderr.count(sentence) == 1, done)
    check("and is not recorded", recorded(f"{run}1/last.safetensors") == "cifar10")
    done = densenet(*shared, "--exif-orientation", "--output", f"{run}2")
    check("an orientation is applied", done.returncode == 0 and "EXIF" not in done.stderr, done)
    check("and is recorded", recorded(f"{run}2/last.safetensors") == "cifar10,exif=yes")
    check("and is seen", kept(f"{run}1") != kept(f"{run}2"))
    for number, said in ((1, 1), (2, 0)):
        done = densenet("eval", data, "--weights", f"{run}{number}/last.safetensors")
        check(f"eval, {number}", done.returncode == 0 and done.stderr.count(sentence) == said, done)
        done = densenet("predict", f"{data}/dog", "--weights", f"{run}{number}/last.safetensors")
        check(f"predict, {number}", done.returncode == 0 and done.stderr.count("2 pictures carry") == said, done)


def faint_pictures(folder):
    """12 bits in 16, said once per run."""
    data = f"{folder}/faint"
    write_pictures(data, 36)
    for name in ("cat/1.png", "dog/2.png"):
        with open(f"{data}/{name}", "wb") as file:
            file.write(deep_png(36, 36, 4000))
    sentence = "2 pictures have 16 bits a sample and use a fraction of them"
    done = densenet("train", data, *NETWORK, "--batch-size", "4", "--val-split", "0.25", "--output", f"{data} run")
    check("faint pictures, in training", done.returncode == 0 and done.stderr.count(sentence) == 1, done)
    done = densenet("eval", data, "--weights", f"{data} run/last.safetensors")
    check("faint pictures, in evaluation", done.returncode == 0 and done.stderr.count(sentence) == 1, done)


def validation(folder):
    """A validation that fails costs no epoch: the run resumes with it once the cause is fixed."""
    data, val, run = f"{folder}/plain", f"{folder}/val", f"{folder}/mended"
    shared = ["train", data, *NETWORK, "--batch-size", "4", "--val", val]
    write_pictures(val, 40)
    densenet(*shared, "--output", f"{folder}/sound")
    shutil.move(val, f"{val} to come")
    write_pictures(val, 40, torn=range(8))
    done = densenet(*shared, "--output", run)
    check("a validation without pictures", done.returncode == 2 and f"--resume {run} continues" in done.stderr, done)
    shutil.rmtree(val)
    shutil.move(f"{val} to come", val)
    done = densenet("train", "--resume", run)
    check("resumes with the validation", done.returncode == 0 and kept(run) == kept(f"{folder}/sound"), done)


def no_checkpoint(folder):
    """How to resume is said only if there is something to resume."""
    run, start = f"{folder}/diverged", f"{folder}/no-number.safetensors"
    with open(f"{folder}/pipeline0/last.safetensors", "rb") as file:
        weights = file.read()
    with open(start, "wb") as file:
        file.write(weights[:-4] + b"\xff" * 4)
    done = densenet("train", f"{folder}/plain", "--init", start, "--batch-size", "4", "--output", run)
    check("a run that fails before its first checkpoint", done.returncode == 2 and "step 1: the loss is nan" in done.stderr
          and "--resume" not in done.stderr and not os.path.exists(f"{run}/resume.safetensors"), done)


def with_variance(source, target, variance):
    """A network whose last norm has this variance: it trains by the batch's, and validates by this one."""
    with open(source, "rb") as file:
        data = bytearray(file.read())
    size = 8 + int.from_bytes(data[:8], "little")
    first, last = json.loads(data[8:size])["features.norm5.running_var"]["data_offsets"]
    data[size + first:size + last] = struct.pack("<f", variance) * ((last - first) // 4)
    with open(target, "wb") as file:
        file.write(data)


def validation_without_numbers(folder):
    """It does not end the run, is never the best, and what is written can be read."""
    start = f"{folder}/negative.safetensors"
    shared = ["train", f"{folder}/plain", "--init", start, "--batch-size", "4", "--val-split", "0.25", "--lr", "0.01"]
    with_variance(f"{folder}/pipeline0/last.safetensors", start, -1e30)
    run = f"{folder}/numberless"
    done = densenet(*shared, "--epochs", "3", "--output", run)
    check("validations without a number", done.returncode == 1 and done.stderr.count("loss not a number") == 3
          and "no validation gave a number, so there is no best.safetensors" in done.stderr
          and "nan" not in done.stderr.lower() and "memory for" not in done.stderr, done)
    check("leave no best weights", not os.path.exists(f"{run}/best.safetensors")
          and done.stdout.strip() == f"{run}/last.safetensors", done)
    with open(f"{run}/log.csv", encoding="ascii") as file:
        text = file.read()
    check("and a log that can be read", "nan" not in text and "inf" not in text
          and densenet("plot", run, "--output", f"{folder}/numberless.svg").returncode == 0)
    done = densenet(*shared, "--epochs", "6", "--patience", "2", "--output", f"{folder}/impatient")
    check("patience ends with them", done.returncode == 1 and done.stderr.count("loss not a number") == 2
          and "ended early after epoch 2: 2 validations without a better accuracy; --resume" in done.stderr, done)
    with_variance(f"{folder}/pipeline0/last.safetensors", start, RECOVERING)
    run, cut = f"{folder}/recovering", f"{folder}/recovering-cut"
    done = densenet(*shared, "--epochs", "6", "--output", run)
    said = [line for line in done.stderr.splitlines() if "validation:" in line]
    check("a run recovers", done.returncode == 0 and "not a number" in said[0] and "so far" not in said[0]
          and "not a number" not in said[-1] and os.path.exists(f"{run}/best.safetensors"), done)
    densenet(*shared, "--epochs", "6", "--output", cut, "--max-steps", "3")
    done = densenet("train", "--resume", cut)
    check("in pieces too", done.returncode == 0 and kept(run) == kept(cut), done)


def answers_without_numbers(folder):
    """They are counted, and wrong: not the first class."""
    start = f"{folder}/negative.safetensors"
    with_variance(f"{folder}/pipeline0/last.safetensors", start, -1e30)
    done = densenet("eval", f"{folder}/plain", "--weights", start, "--json")
    figures = json.loads(done.stdout)
    check("answers that are not numbers", done.returncode == 1 and "eval: 16 of 16 answers are not numbers" in done.stderr
          and figures["not_numbers"] == 16 and figures["top1"] == 0 and figures["loss"] is None, done)
    check("are not the first class", [(o["support"], o["predicted"], o["right"]) for o in figures["outputs"]]
          == [(8, 0, 0), (8, 0, 0)], done)
    done = densenet("eval", f"{folder}/plain", "--weights", start, "--confusion", f"{folder}/none.csv")
    check("nor in the table", done.returncode == 1 and "nan" not in done.stdout and "top-1         0.00%" in done.stdout, done)


def no_labels(folder):
    """Labels of which none is known train nothing."""
    data = f"{folder}/plain"
    for name, values in (("unknown", ("", "-1")), ("half", ("1", "0"))):
        with open(f"{data}/{name}.csv", "w", encoding="ascii") as file:
            file.write("image,x,y\n" + "".join(f"cat/{n}.png,{values[n % 2]},{values[n % 2]}\n" for n in range(8)))
    for train, val in (("unknown", "half"), ("half", "unknown")):
        done = densenet("train", f"{data}/{train}.csv", "--val", f"{data}/{val}.csv", *NETWORK, "--output",
                        f"{folder}/no-labels", "--task", "labels")
        check(f"{train} to train, {val} to validate", done.returncode == 2 and f"{data}/unknown.csv: of 8 pictures no label is known"
              in done.stderr and not os.path.exists(f"{folder}/no-labels"), done)


def one_answer(folder):
    """Labels that are all 1 have no AUROC; the loss says which weights are best."""
    data, run = f"{folder}/plain", f"{folder}/one-answer"
    with open(f"{data}/ones.csv", "w", encoding="ascii") as file:
        file.write("image,x,y\n" + "".join(f"cat/{n}.png,1,1\n" for n in range(8)))
    done = densenet("train", f"{data}/ones.csv", *NETWORK, "--val-split", "0.25", "--batch-size", "2", "--output", run)
    check("the best by its loss", done.returncode == 0 and "(lowest loss so far)" in done.stderr and "AUROC" not in done.stderr
          and done.stdout.strip() == f"{run}/best.safetensors", done)


with tempfile.TemporaryDirectory() as scratch:
    for test in (unreadable, pipelines, fine_tuning, rectangles, orientations, faint_pictures, validation, no_checkpoint,
                 validation_without_numbers, answers_without_numbers, no_labels, one_answer):
        test(scratch)
sys.exit(failures > 0)
