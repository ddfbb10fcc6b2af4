# SPDX-License-Identifier: MIT
"""Pictures shared out among ranks: what is printed and written is, to the byte, that of one process."""
import os
import subprocess
import tempfile

from checking import check, finish
from ranks import DENSENET, launch, launch_each, need_launcher, sentences
from run_files import write_pictures


def alone(*arguments):
    return subprocess.run([DENSENET, "predict", *arguments], capture_output=True, text=True)


def files_in(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        with open(f"{folder}/{name}", "rb") as file:
            found[name] = file.read()
        os.remove(f"{folder}/{name}")
    return found


def same(what, one, many):
    """mpirun adds to standard error when a rank fails."""
    said = [line for line in one.stderr.splitlines() if line.startswith("densenet: ")]
    check(what, (one.returncode, one.stdout, said) == (many.returncode, many.stdout, sentences(many)), (one, many))


def answers(folder):
    inputs = [f"{folder}/pictures", f"{folder}/none", f"{folder}/missing.png", "--recursive"]
    for options, counts in (([], (2,)), (["--batch", "2"], (2, 3)), (["--batch", "1", "--json"], (3,)),
                            (["--batch", "3", "--csv", "--check"], (3,)), (["--batch", "100"], (3,))):
        one = alone(*inputs, *options)
        check(f"alone {options}", one.returncode == 1 and "cat/3.png" in one.stderr and "dog/5" in one.stderr, one)
        for count in counts:
            same(f"{count} ranks {options}", one, launch(count, "predict", *inputs, *options))


def heat_maps(folder):
    """40 maps are two sheets, to which all ranks add."""
    for options in ([], ["--json", "--class", "cat"]):
        inputs = [*[f"{folder}/pictures"] * 3, "--recursive", "--batch", "2", "--cam", f"{folder}/maps", *options]
        one = alone(*inputs)
        drawn = files_in(f"{folder}/maps")
        many = launch(3, "predict", *inputs)
        same(f"maps {options}", one, many)
        check(f"files of maps {options}", files_in(f"{folder}/maps") == drawn and len(drawn) == 47 and "contact-sheet-2.png" in drawn,
              sorted(drawn))


def refused(folder):
    pictures = [f"{folder}/pictures", "-r"]
    for what, words, done in (
            ("nothing can be answered", "missing.png: cannot be opened", launch(2, "predict", f"{folder}/missing.png")),
            ("standard input", "-: standard input is one process's", launch(2, "predict", "-")),
            ("a list on standard input", "standard input is one process's", launch(2, "predict", "--files-from", "-")),
            ("no weights", "absent.safetensors", launch(2, "predict", *pictures, "--weights", "absent.safetensors")),
            ("a rank with other pictures", "rank 1 (", launch_each(["predict", *pictures], ["predict", *pictures[:1]])),
            ("a rank with other options", "the command line is",
             launch_each(["predict", *pictures], ["predict", *pictures, "--top", "1"]))):
        found = sentences(done)
        check(f"refused: {what}", done.returncode == 2 and words in done.stderr and len(found) <= 2 and not done.stdout, done)
    done = launch_each(["predict", *pictures], ["predict", *pictures, "--threads", "1"])
    check("threads may differ", done.returncode == 1 and done.stdout == alone(*pictures).stdout, done)


def shards(folder):
    """A launcher that starts a job's only task does not make a rank of it."""
    pictures = [f"{folder}/pictures", "-r"]
    parts = [f"{folder}/part-{i}.jsonl" for i in (1, 2)]
    for i, part in enumerate(parts):
        done = launch(1, "predict", *pictures, "--shard", f"{i + 1}/2", "--part", part)
        check(f"shard {i + 1} of a launcher", done.returncode == 0 and not done.stdout, done)
    one = alone(*pictures)
    same("a launcher's merge", one, launch(1, "merge", *parts))


def main():
    need_launcher()
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(f"{folder}/pictures")
        os.mkdir(f"{folder}/none")
        for name in ("cat/3.png", "dog/5\n.png"):
            with open(f"{folder}/pictures/{name}", "wb") as file:
                file.write(b"\x89PNG")
        answers(folder)
        heat_maps(folder)
        refused(folder)
        shards(folder)
    finish()


main()
