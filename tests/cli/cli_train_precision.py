# SPDX-License-Identifier: MIT
"""Training in bfloat16: the bits of any number of threads and of a run that is cut anywhere; a run keeps the
precision that it began with; what was used is said, and validations are float32's."""
import json
import os
import re
import subprocess
import tempfile

from checking import check, finish
from run_files import log_rows, results, settings, training_record, write_pictures

DENSENET = os.environ["DENSENET"]
NETWORK = ["--blocks", "2,2", "--growth", "5", "--stem", "cifar", "--epochs", "3", "--batch-size", "3", "--accumulate", "2",
           "--val-split", "0.25", "--augment", "cifar,cutout=8", "--dropout", "0.1", "--lr", "0.05"]


def densenet(*arguments, **variables):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True, env={**os.environ, **variables})


def train(folder, run, *options):
    return densenet("train", f"{folder}/data", *NETWORK, "--output", f"{folder}/{run}", *options)


def refused(what, words, done):
    check(f"refused: {what}", done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1, done)


def bits(folder):
    """With averaged weights, too: what is averaged is float32."""
    averaged = ("--precision", "bf16", "--ema", "0.9")
    done = train(folder, "one", *averaged, "--threads", "1")
    check("a run ends", done.returncode == 0, done)
    for threads in ("2", "5"):
        train(folder, f"threads{threads}", *averaged, "--threads", threads, "--memory", "low")
        check(f"bits with {threads} threads", results(f"{folder}/threads{threads}") == results(f"{folder}/one"))
    run = f"{folder}/cut"
    done = train(folder, "cut", *averaged, "--max-steps", "1")
    while done.returncode == 0 and "continue with" in done.stderr:
        done = densenet("train", "--resume", run, "--max-steps", "2")
    check("bits of a run that was cut", done.returncode == 0 and results(run) == results(f"{folder}/one"), done)


def beside_floats(folder):
    exact, half = train(folder, "f32"), train(folder, "bf16", "--precision", "bf16")
    check("both end", exact.returncode == half.returncode == 0, (exact, half))
    check("the plan says the precision", ", in f32 on 12 pictures" in exact.stderr and
          ", in bf16 on 12 pictures" in half.stderr, half)
    rows = [log_rows(f"{folder}/{run}") for run in ("f32", "bf16")]
    apart = [abs(float(a["loss"]) / float(b["loss"]) - 1) for a, b in zip(*rows) if a["loss"]]
    check("losses are near, and others", 0 < max(apart) and apart[0] < 0.02 and max(apart) < 0.2, apart)
    for run, name in (("f32", "f32"), ("bf16", "bf16")):
        record = training_record(f"{folder}/{run}/last.safetensors")
        check(f"{name} is recorded", settings(f"{folder}/{run}")["precision"] == name and
              record["settings"]["precision"] == name, record)
    done = densenet("info", f"{folder}/bf16/last.safetensors", "--json")
    check("and shown", json.loads(done.stdout)["training"]["settings"]["precision"] == "bf16", done)


def planned(folder, precision):
    done = densenet("train", f"{folder}/data", "--blocks", "4,4", "--growth", "32", "--stem", "cifar", "--batch-size", "12",
                    "--val-split", "0.25", "--max-steps", "1", "--precision", precision, "--output", f"{folder}/big-{precision}")
    return int(re.search(r"memory planned: (\d+) MB", done.stderr).group(1))


def validations(folder):
    """Their loss is what eval measures of the same weights in float32, which is not what it measures in bfloat16."""
    done = train(folder, "val", "--precision", "bf16", "--val", f"{folder}/data", "--epochs", "1", "--val-split", "0")
    logged = [float(row["val_loss"]) for row in log_rows(f"{folder}/val") if row["val_loss"]]
    eval_ = ("eval", f"{folder}/data", "--weights", f"{folder}/val/last.safetensors", "--json")
    exact, half = (json.loads(densenet(*eval_, "--precision", name).stdout)["loss"] for name in ("f32", "bf16"))
    check("validated in f32", len(logged) == 1 and abs(logged[0] - exact) < 2e-6 * exact < 4e-6 * exact < abs(half - exact),
          (logged, exact, half, done.stderr))


def kept(folder):
    run = f"{folder}/kept"
    train(folder, "kept", "--precision", "bf16", "--max-steps", "2")
    refused("another precision on the way", "--precision is bf16 in that run and cannot be changed to f32",
            densenet("train", "--resume", run, "--precision", "f32"))
    refused("the same by auto", "--precision is bf16 in that run and cannot be changed to f32",
            train(folder, "kept", "--resume", "auto", "--precision", "f32"))
    done = densenet("train", "--resume", run, "--precision", "bf16")
    check("its own is taken", done.returncode == 0 and results(run) == results(f"{folder}/bf16"), done)

    old = f"{folder}/old"
    train(folder, "old", "--max-steps", "2")
    said = settings(old)
    del said["precision"]
    with open(f"{old}/settings.json", "w", encoding="utf-8") as file:
        json.dump(said, file)
    refused("bfloat16 for a run before there was a choice", "--precision is f32 in that run and cannot be changed to bf16",
            densenet("train", "--resume", old, "--precision", "bf16"))
    done = densenet("train", "--resume", old, "--precision", "f32")
    check("which goes on in float32", done.returncode == 0 and settings(old)["precision"] == "f32" and
          results(old) == results(f"{folder}/f32"), done)


def impossible(folder):
    refused("a precision that training has not", "--precision", train(folder, "none", "--precision", "int8"))
    done = densenet("train", f"{folder}/data", *NETWORK, "--output", f"{folder}/none", "--precision", "bf16",
                    DENSENET_CPU="reference")
    refused("kernels without it", 'precision "bf16": the reference kernels do not compute it', done)
    check("nothing is left", not os.path.exists(f"{folder}/none"))


with tempfile.TemporaryDirectory() as scratch:
    write_pictures(f"{scratch}/data")
    for test in (bits, beside_floats, validations, kept, impossible):
        test(scratch)
    check("less memory", planned(scratch, "bf16") < planned(scratch, "f32"))
finish()
