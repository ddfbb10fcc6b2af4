# SPDX-License-Identifier: MIT
"""Training and evaluation by several ranks of mpirun: the same bits for the same number of them, one process's numbers
with --sync-bn, nothing begun by ranks that differ, and runs that go on after a rank was killed."""
import csv
import json
import os
import signal
import subprocess
import tempfile
import time

from checking import check, finish
from ranks import DENSENET, ENVIRONMENT, command, launch, launch_each, need_launcher, sentences
from run_files import log_rows, results, settings, write_pictures

NETWORK = ["--blocks", "2,2", "--growth", "6", "--stem", "cifar", "--epochs", "3", "--batch-size", "6", "--val-split", "0.2",
           "--augment", "cifar", "--lr", "0.05", "--threads", "1"]


def alone(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True)


def train(folder, run, *options):
    return ["train", f"{folder}/data", *NETWORK, "--output", f"{folder}/{run}", *options]


def bits(folder):
    """Dropout's masks, averaged weights and the last batch, which has fewer pictures than ranks, included."""
    options = ("--dropout", "0.1", "--ema", "0.9", "--accumulate", "2", "--batch-size", "5")
    done = launch(3, *train(folder, "three", *options))
    check("three ranks train", done.returncode == 0 and len(done.stdout.splitlines()) == 1 and
          done.stderr.count("epoch 3/3: loss") == 1, done)
    launch(3, *train(folder, "again", *options, "--bucket-mb", "0.001", "--threads", "2"))
    check("the same bits again", results(f"{folder}/again") == results(f"{folder}/three"))
    done = launch(3, *train(folder, "cut", *options, "--max-steps", "1"))
    while done.returncode == 0 and "continue with" in done.stderr:
        done = launch(3, "train", "--resume", f"{folder}/cut", "--max-steps", "2")
    check("and of a run that was cut", done.returncode == 0 and results(f"{folder}/cut") == results(f"{folder}/three"), done)
    calls = settings(f"{folder}/cut")["calls"]
    check("ranks are recorded", all(call["ranks"] == 3 for call in calls), calls)


def apart(folder, run, other):
    pairs = zip(log_rows(f"{folder}/{run}"), log_rows(f"{folder}/{other}"), strict=True)
    return max(abs(float(a["loss"]) - float(b["loss"])) for a, b in pairs)


def numbers_of_one(folder):
    done = alone(*train(folder, "one"))
    check("one process trains", done.returncode == 0, done)
    for count in (2, 4):
        launch(count, *train(folder, f"sync{count}", "--sync-bn"))
        check(f"{count} ranks with shared norms", apart(folder, f"sync{count}", "one") < 2e-4,
              apart(folder, f"sync{count}", "one"))
    words = train(folder, "own")
    words[words.index("--batch-size"):words.index("--val-split")] = ["--batch-per-rank", "3"]
    done = launch(2, *words)
    check("own norms give other numbers", 1e-3 < apart(folder, "own", "one") < 2, done)
    check("the batch is that of all ranks", settings(f"{folder}/own")["batch-size"] == 6, settings(f"{folder}/own"))
    launch(2, *train(folder, "short", "--compress-gradients", "bf16", "--sync-bn"))
    check("gradients sent as bfloat16", 1e-6 < apart(folder, "short", "one") < 0.1, apart(folder, "short", "one"))


def refused(what, words, done, said=1):
    found = sentences(done)
    check(f"refused: {what}", done.returncode == 2 and len(found) == said and words in found[0], done)


def ranks_that_differ(folder):
    """Named before the first step, and nothing is written."""
    usual = train(folder, "nothing")
    for what, words, other in (
            ("another rate", ": lr is 0.2 here and 0.05 in rank 0", train(folder, "nothing", "--lr", "0.2")),
            ("another seed", ": seed is 7 here and 0 in rank 0", train(folder, "nothing", "--seed", "7")),
            ("other data", ": data-fingerprint is ", ["train", f"{folder}/other", *usual[2:]]),
            ("no data", "rank 1 (", ["train", f"{folder}/absent", *usual[2:]])):
        refused(what, words, launch_each(usual, other, usual))
    start = [*usual, "--init", "last.safetensors"]
    refused("another start", "the weights' SHA-256 is", launch_each(start, start, folders=(f"{folder}/one", f"{folder}/own")))
    check("nothing was written", not os.path.exists(f"{folder}/nothing"))
    refused("other weights to evaluate", "the weights' SHA-256 is",
            launch_each(["eval", f"{folder}/data", "--weights", f"{folder}/one/last.safetensors"],
                        ["eval", f"{folder}/data", "--weights", f"{folder}/own/last.safetensors"]))
    refused("fewer pictures than ranks", "each needs a picture", launch(3, *train(folder, "nothing", "--batch-size", "2")))
    refused("data that is nowhere", "absent", launch(3, "train", f"{folder}/absent"))
    for command_line in (["train", "--lrr", "1"], ["eval"], ["predict", "--json", "--csv", "x.png"]):
        refused(f"a command line, once: {command_line}", f"densenet: {command_line[0]}: ", launch(3, *command_line))
    refused("buckets of nothing", "--bucket-mb: 0 is out of range", launch(2, *train(folder, "nothing", "--bucket-mb", "0")))
    refused("one rank's command line", "rank 1 (", launch_each(usual, [*usual, "--lrr", "1"]))
    refused("a loss that is no number, by all", "a lower learning rate", 
            launch(2, *train(folder, "nan", "--lr", "1000", "--epochs", "99")), said=2)
    for option in (["--sync-bn"], ["--batch-per-rank", "2"], ["--log-ranks"], ["--bucket-mb", "1"], ["--compress-gradients", "bf16"]):
        refused(f"alone: {option[0]}", "is of several ranks", alone("train", f"{folder}/data", *option))


def ranks_of(mpirun):
    with open(f"/proc/{mpirun.pid}/task/{mpirun.pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def start(folder, run, *options):
    """A long run, once it has a checkpoint."""
    long = train(folder, run, "--epochs", "100000", "--save-minutes", "0.001", *options)
    with open(f"{folder}/{run}.err", "w", encoding="utf-8") as file:
        started = subprocess.Popen(command((2, long, None)), stdout=subprocess.DEVNULL, stderr=file, env=ENVIRONMENT)
    while started.poll() is None and not os.path.exists(f"{folder}/{run}/resume.safetensors"):
        time.sleep(0.05)
    return started


def ended(folder, run, started):
    status = started.wait(120)
    with open(f"{folder}/{run}.err", encoding="utf-8") as file:
        return subprocess.CompletedProcess(started.args, status, "", file.read())


def a_rank_dies(folder):
    for victim in (1, 0):
        run = f"killed{victim}"
        started = start(folder, run)
        os.kill(ranks_of(started)[victim], signal.SIGKILL)
        done = ended(folder, run, started)
        words = f"rank {victim} ("
        check(f"rank {victim} is killed", done.returncode not in (0, 3) and "signal 9" in done.stderr, done)
        check("which another says", not sentences(done) or (words in done.stderr and f"--resume {folder}/{run}" in done.stderr), done)
        with open(f"{folder}/{run}/settings.json", encoding="utf-8") as file:
            begun = json.load(file)
        done = launch(3, "train", "--resume", f"{folder}/{run}", "--max-steps", "3")
        check("three ranks go on", done.returncode == 0 and "stopped after step" in done.stderr and begun["calls"][0]["ranks"] == 2, done)
    started = start(folder, "stopped")
    started.send_signal(signal.SIGUSR1)
    done = ended(folder, "stopped", started)
    check("a signal ends the step", done.returncode == 3 and done.stderr.count("continue with: densenet train --resume") == 1, done)


def unreadable(folder):
    """It is named once, whichever ranks meet it in later epochs; the run ends with 1."""
    write_pictures(f"{folder}/part")
    with open(f"{folder}/part/cat/3.png", "wb") as file:
        file.write(b"\x89PNG")
    arguments = ["train", f"{folder}/part", *NETWORK, "--val-split", "0", "--epochs", "6", "--output", f"{folder}/skips"]
    done = launch(3, *arguments)
    named = [line for line in sentences(done) if "cat/3.png" in line]
    check("an unreadable picture", done.returncode == 1 and len(named) == 1 and len(sentences(done)) == 2 and
          sentences(done)[1] == "densenet: 1 picture could not be read and was skipped", done)
    one, three = (run("eval", f"{folder}/part", "--weights", f"{folder}/skips/last.safetensors", "--batch", "2", "--json")
                  for run in (alone, lambda *words: launch(3, *words)))
    check("is left out of an evaluation", (one.returncode, one.stdout) == (three.returncode, three.stdout) and
          one.returncode == 1 and one.stderr.splitlines() == three.stderr.splitlines()[:len(one.stderr.splitlines())], (one, three))


def evaluations(folder):
    """Byte for byte what one process writes."""
    with open(f"{folder}/labels.csv", "w", encoding="utf-8") as file:
        file.write("path,grey,dark\n")
        for i in range(16):
            file.write(f"data/{'dog' if i % 2 else 'cat'}/{i // 2}.png,{i % 3 % 2},{i % 2}\n")
    done = alone("train", f"{folder}/labels.csv", *NETWORK, "--epochs", "1", "--output", f"{folder}/labels")
    check("labels train", done.returncode == 0, done)
    for data, weights in (("data", "one"), ("labels.csv", "labels")):
        for words in (["--json"], ["--batch", "3"], ["--compare", "f32,bf16"]):
            arguments = ["eval", f"{folder}/{data}", "--weights", f"{folder}/{weights}/last.safetensors", *words]
            one = alone(*arguments)
            for count in (2, 4):
                done = launch(count, *arguments)
                check(f"{count} ranks evaluate {data} {words}",
                      (one.returncode, one.stdout, one.stderr) == (done.returncode, done.stdout, done.stderr), (one, done))


def times(folder):
    done = launch(3, *train(folder, "times", "--log-ranks"))
    with open(f"{folder}/times/ranks.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    steps = int(log_rows(f"{folder}/times")[-1]["step"])
    check("each rank's times", done.returncode == 0 and len(rows) == 3 * steps and
          {row["rank"] for row in rows} == {"0", "1", "2"} and all(float(row["computing"]) > 0 for row in rows), (done, rows[:3]))


def main():
    need_launcher()
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(f"{folder}/data")
        write_pictures(f"{folder}/other")
        os.remove(f"{folder}/other/cat/0.png")
        for test in (bits, numbers_of_one, ranks_that_differ, a_rank_dies, unreadable, evaluations, times):
            begun = time.monotonic()
            test(folder)
            print(f"{test.__name__}: {time.monotonic() - begun:.1f} s")
    finish()


main()
