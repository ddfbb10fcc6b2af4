# SPDX-License-Identifier: MIT
"""Data in many archives: a pattern, a list or a folder of them are the same data, in the same order, for any number of ranks."""
import json
import os
import subprocess
import tempfile

from checking import check, finish
from ranks import DENSENET, can_launch, launch, sentences
from run_files import log_rows
from shard_files import results, write_shards

NETWORK = ["--blocks", "2,2", "--growth", "6", "--stem", "cifar", "--epochs", "2", "--batch-size", "6", "--val-split", "0",
           "--augment", "cifar", "--lr", "0.05", "--threads", "1"]


def run(*arguments, folder=None):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True, cwd=folder)


def train(data, output, *options, folder=None):
    return run("train", data, *NETWORK, "--output", output, *options, folder=folder)


def the_same(folder, names):
    """In the order of the names, however they are told."""
    done = train(f"{folder}/shards", f"{folder}/usual")
    check("a folder of archives", done.returncode == 0 and "on 11 pictures (WebDataset)" in done.stderr, done)
    usual = results(f"{folder}/usual")
    lists = {"list.txt": "# the archives\n\n" + "".join(f"shards/{os.path.basename(name)}\r\n" for name in names),
             "patterns.txt": "shards/train-{008..010}.tar\n  shards/train-01[12].tar", "absolute": "\n".join(names) + "\n"}
    for name, text in lists.items():
        with open(f"{folder}/{name}", "w", encoding="utf-8", newline="") as file:
            file.write(text)
    for i, data in enumerate((f"{folder}/shards/train-{{008..012}}.tar", f"{folder}/shards/*.tar", f"{folder}/shards/train-0?[0-9].tar",
                              f"{folder}/shards/train-{{008,009,01{{0,1,2}}}}.tar", f"{folder}/{{shards}}/train-0{{0,1}}*.tar",
                              *(f"{folder}/{name}" for name in lists))):
        done = train(data, f"{folder}/as{i}")
        check(f"the same as {data}", done.returncode == 0 and results(f"{folder}/as{i}") == usual, done)
    done = train("shards/train-{8..12}.tar", f"{folder}/none", folder=folder)
    check("without leading zeros", done.returncode == 2 and "shards/train-8.tar: cannot be opened" in done.stderr, done)
    done = train(f"{folder}/shards/train-{{012..008}}.tar", f"{folder}/back")
    check("another order is another run", done.returncode == 0 and results(f"{folder}/back") != usual, done)
    done = train("shards/train-{008..012}.tar", "cut", "--max-steps", "2", folder=folder)
    done = run("train", "--resume", "cut", folder=folder)
    check("a run goes on", done.returncode == 0 and results(f"{folder}/cut") == usual, done)
    one = run("eval", f"{folder}/shards", "--weights", f"{folder}/usual/last.safetensors", "--json")
    other = run("eval", f"{folder}/list.txt", "--weights", f"{folder}/usual/last.safetensors", "--json")
    found = [{**json.loads(done.stdout), "data": None} for done in (one, other)]
    check("an evaluation", found[0] == found[1] and found[0]["samples"] == 11, (one, other))


def ranks(folder):
    """Which pictures are in a batch depends on the seed and the step alone."""
    pattern = f"{folder}/shards/train-{{008..012}}.tar"
    for count in (2, 3):
        done = launch(count, "train", pattern, *NETWORK, "--sync-bn", "--output", f"{folder}/ranks{count}")
        pairs = zip(log_rows(f"{folder}/ranks{count}"), log_rows(f"{folder}/usual"), strict=True)
        apart = max(abs(float(a["loss"]) - float(b["loss"])) for a, b in pairs)
        check(f"{count} ranks", done.returncode == 0 and apart < 2e-4, (apart, done))


def refused(folder):
    texts = {"urls.txt": "https://example.org/train-000.tar\n", "missing.txt": "shards/none.tar\n", "zeros.txt": "a.tar\n" + 600 * "#\n" + "\0"}
    for name, text in texts.items():
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    for data, words in (("https://example.org/{000..127}.tar", "https://example.org/000.tar: is a URL; --shard-cache"),
                        ("pipe:curl x", "is a URL of another kind"), (f"{folder}/urls.txt", "https://example.org/train-000.tar: is a URL"),
                        (f"{folder}/missing.txt", "shards/none.tar: cannot be opened"), (f"{folder}/zeros.txt", "it holds zeros"),
                        (f"{folder}/shards/val-*.tar", "val-*.tar: no file has such a name"),
                        (f"{folder}/shards/train-{{0..999999999}}.tar", "more than 65536 shards"),
                        (f"{folder}/shards/train-{{008..010", "cannot be opened"),
                        (17 * "{a,b}", "more than 16 pairs of braces"), (f"{folder}/list.txt/{{a,b}}", "cannot be opened")):
        done = train(data, f"{folder}/nothing")
        check(f"refused: {data}", done.returncode == 2 and words in done.stderr and len(sentences(done)) == 1, done)
    check("nothing was written", not os.path.exists(f"{folder}/nothing"))
    os.rename(f"{folder}/shards/train-008.tar", f"{folder}/shards/train-{{8}}.tar")
    done = train(f"{folder}/shards/train-{{8}}.tar", f"{folder}/braced", "--batch-size", "3")
    check("a file of that name is itself", done.returncode == 0, done)


def main():
    with tempfile.TemporaryDirectory() as folder:
        names = write_shards(folder)
        the_same(folder, names)
        if can_launch():
            ranks(folder)
        refused(folder)
    finish()


main()
