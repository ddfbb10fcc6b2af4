# SPDX-License-Identifier: MIT
"""Jobs that each do a share, and `densenet merge`, which joins their parts: what one process prints, or a refusal by name."""
import hashlib
import json
import os
import random
import subprocess
import tempfile

from checking import check, finish
from run_files import write_pictures

DENSENET = os.environ["DENSENET"]


def run(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True, errors="replace")


def shards(folder, count, *arguments):
    parts = [f"{folder}/part-{i}.jsonl" for i in range(1, count + 1)]
    for i, part in enumerate(parts):
        done = run(*arguments, "--shard", f"{i + 1}/{count}", "--part", part)
        check(f"shard {i + 1}/{count}", done.returncode == 0 and not done.stdout and os.path.exists(part), done)
    return parts


def outcome(done):
    return done.returncode, done.stdout, done.stderr


def joined(folder):
    """In any order of the parts, and with more shards than batches."""
    pictures = ["predict", f"{folder}/pictures", f"{folder}/none", f"{folder}/missing.png", "-r", "--batch", "2"]
    evaluation = ["eval", f"{folder}/pictures", "--weights", f"{folder}/run/last.safetensors", "--batch", "3"]
    for count, arguments in ((3, pictures), (2, [*pictures, "--json"]), (13, [*pictures, "--csv", "--check"]), (1, pictures),
                             (3, evaluation), (2, [*evaluation, "--json"]), (2, [*evaluation, "--compare", "f32,bf16"])):
        one = run(*arguments)
        parts = shards(folder, count, *arguments)
        many = run("merge", *reversed(parts))
        check(f"{count} parts of {arguments}", outcome(one) == outcome(many) and one.stdout and one.returncode == 1, (one, many))
    shared = run(*evaluation, "--confusion", f"{folder}/one.csv", "--per-class", f"{folder}/one-classes.csv")
    parts = shards(folder, 3, *evaluation)
    done = run("merge", *parts, "--confusion", f"{folder}/all.csv", "--per-class", f"{folder}/all-classes.csv")
    for name in ("", "-classes"):
        with open(f"{folder}/one{name}.csv", "rb") as one, open(f"{folder}/all{name}.csv", "rb") as many:
            check(f"tables{name}", one.read() == many.read() and outcome(shared) == outcome(done), (shared, done))


def refused(what, words, done):
    check(f"refused: {what}", done.returncode == 2 and words in done.stderr and not done.stdout and done.stderr.count("\n") <= 2, done)


def refusals(folder):
    usual = ["predict", f"{folder}/pictures", "-r", "--batch", "2"]
    part = f"{folder}/new.jsonl"
    for words, options in (("go together; --part is missing", ["--shard", "1/2"]),
                           ("go together; --shard is missing", ["--part", part]),
                           ("--shard 0/2: I/N is expected, from 1/N", ["--shard", "0/2", "--part", part]),
                           ("--shard 3/2", ["--shard", "3/2", "--part", part]), ("--shard 1/2x", ["--shard", "1/2x", "--part", part]),
                           ("--shard 1", ["--shard", "1", "--part", part]),
                           ("N at most 65536", ["--shard", "1/65537", "--part", part]),
                           ("must end in .jsonl", ["--shard", "1/2", "--part", f"{folder}/part.txt"]),
                           ("no/new.jsonl", ["--shard", "1/2", "--part", f"{folder}/no/new.jsonl"]),
                           ("--cam: is of all pictures", ["--shard", "1/2", "--part", part, "--cam", f"{folder}/maps"])):
        refused(words, words, run(*usual, *options))
    refused("standard input", "standard input is one process's", run("predict", "-", "--shard", "1/2", "--part", part))
    refused("nothing there", "absent", run("predict", f"{folder}/absent", "--weights", "absent", "--shard", "1/2", "--part", part))
    check("no part was written", not os.path.exists(part) and not os.path.exists(f"{folder}/part.txt"))
    one, two, three = shards(folder, 3, *usual)
    refused("one is missing", "part 2 of 3 is missing", run("merge", one, three))
    refused("the last is missing", "part 3 of 3 is missing", run("merge", one, two))
    refused("one is doubled", "are both part 2 of 3", run("merge", one, two, two, three))
    refused("weights as a part", "is no part", run("merge", f"{folder}/run/last.safetensors"))
    refused("no file", "absent", run("merge", "absent"))
    refused("an empty file", "is no part", run("merge", os.devnull))
    os.mkdir(f"{folder}/other")
    others = shards(f"{folder}/other", 3, *usual, "--top", "1")
    refused("of another run", "the command line is", run("merge", one, others[1], three))
    others = shards(f"{folder}/other", 2, *usual)
    refused("of other shares", "is one of 3 parts", run("merge", one, others[1]))
    os.rename(f"{folder}/pictures/cat/0.png", f"{folder}/0.png")
    refused("other pictures now", "the pictures' names' SHA-256 is", run("merge", one, two, three))
    os.rename(f"{folder}/0.png", f"{folder}/pictures/cat/0.png")
    return one, two, three


def sealed(lines):
    """With the digest that belongs to the lines."""
    body = b"".join(lines)
    return body + json.dumps({"records": len(lines) - 1, "sha256": hashlib.sha256(body).hexdigest()}).encode() + b"\n"


def hostile(folder, parts):
    """Nothing that a part says is trusted, though its digest is right."""
    other = f"{folder}/hostile.jsonl"

    def merge(data):
        with open(other, "wb") as file:
            file.write(data)
        return run("merge", other, *parts[1:])

    with open(parts[0], "rb") as file:
        whole = file.read()
    for length in (0, 1, 20, len(whole) // 2, len(whole) - 100, len(whole) - 2):
        done = merge(whole[:length])
        check(f"cut at {length}", done.returncode == 2 and ("is cut short" in done.stderr or "is no part" in done.stderr), done)
    refused("a changed byte", "is cut short, or was changed", merge(whole.replace(b'"\n"', b'"\n"1', 1)))
    refused("more after the end", "is cut short, or was changed", merge(whole + b"\n"))
    lines = whole.splitlines(keepends=True)[:-1]
    check("sealed as written", merge(sealed(lines)).returncode == 1)
    head = json.loads(lines[0])

    def with_words(words):
        return sealed([json.dumps({**head, "run": {**head["run"], "the command line": words}}).encode() + b"\n", *lines[1:]])

    for what, words, data in (
            ("fewer records", "records, ", sealed(lines[:-2])),
            ("not hexadecimal", "is not hexadecimal", sealed([lines[0], b'"zz"\n', *lines[2:]])),
            ("no string", "a record that is not the run's", sealed([lines[0], b'\n', *lines[2:]])),
            ("a large count", "", sealed([lines[0], b'"ffffffffffffff7f"\n', *lines[2:]])),
            ("a larger count", "", sealed([lines[0], b'"ffffffffffffffff"\n', *lines[2:]])),
            ("gigabytes", "", sealed([lines[0], b'"00000000ff"\n', *lines[2:]])),
            ("other shards", "is one of", sealed([json.dumps({**head, "shards": 65536}).encode() + b"\n", *lines[1:]])),
            ("shard 0", "is no part", sealed([json.dumps({**head, "shard": 0}).encode() + b"\n", *lines[1:]])),
            ("more shards than there may be", "is no part", sealed([json.dumps({**head, "shards": 65537}).encode() + b"\n"])),
            ("no run", "is no part", sealed([b'{"shard": 1, "shards": 3, "run": 3}\n', *lines[1:]]))):
        refused(what, words, merge(data))
    for what, words, order in (("exchanged records", "damaged", [*lines[3:1:-1], *lines[1:0:-1]]),
                               ("sizes alone", "damaged", [lines[1]] * (len(lines) - 1))):
        done = merge(sealed([lines[0], *order, *lines[1 + len(order):]]))
        check(what, done.returncode == 2 and words in done.stderr, done)
    alone = {**head, "shard": 1, "shards": 1}
    for what, words, line in (("no command", "is not of `densenet eval`", []), ("another command", "is not of", ["train", "x"]),
                              ("numbers", "is not of", [1, 2]), ("merge itself", "is not of", ["merge", other]),
                              ("one that writes", "has --confusion, which writes", ["eval", "x", f"--confusion={folder}/no.csv"]),
                              ("one that draws", "has --cam, which writes", ["predict", "x", "--cam", f"{folder}/no"])):
        with open(other, "wb") as file:
            file.write(sealed([json.dumps({**alone, "run": {**head["run"], "the command line": line}}).encode() + b"\n"]))
        refused(what, words, run("merge", other))
    check("nothing was written", not os.path.exists(f"{folder}/no.csv") and not os.path.exists(f"{folder}/no"))
    draw = random.Random(17)
    for i in range(60):
        changed = list(lines)
        line = draw.randrange(1, len(lines))
        data = bytearray(changed[line])
        for _ in range(draw.choice((1, 1, 4, 40))):
            at = draw.randrange(1, len(data) - 2) if len(data) > 3 else 1
            data[at] = draw.choice(b"0123456789abcdef")
        changed[line] = bytes(data)
        done = merge(sealed(changed))
        check(f"changed record {i}", done.returncode in (0, 1, 2), done)


def hostile_evaluation(folder):
    """Answers that say more samples than a batch has, or samples that do not exist."""
    arguments = ["eval", f"{folder}/pictures", "--weights", f"{folder}/run/last.safetensors", "--batch", "3"]
    one, two = shards(folder, 2, *arguments)
    with open(one, "rb") as file:
        lines = file.read().splitlines(keepends=True)[:-1]
    draw = random.Random(5)
    record = bytes.fromhex(lines[1].decode().strip().strip('"'))
    counts = 4 + 512  # where a batch's counts begin: src/evaluate/answered.h
    refusals_seen = 0
    for i in range(60):
        data = bytearray(record)
        at = counts + draw.randrange(0, 28) if i < 40 else draw.randrange(len(data))
        data[at] = draw.randrange(256)
        with open(one, "wb") as file:
            file.write(sealed([lines[0], b'"' + bytes(data).hex().encode() + b'"\n', *lines[2:]]))
        done = run("merge", one, two)
        refusals_seen += "is damaged" in done.stderr
        check(f"changed answers {i}", done.returncode in (0, 1, 2), done)
    check("what no batch has is refused", refusals_seen > 10, refusals_seen)


def main():
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(f"{folder}/pictures")
        done = run("train", f"{folder}/pictures", "--blocks", "2,2", "--growth", "6", "--stem", "cifar", "--epochs", "1",
                   "--batch-size", "6", "--val-split", "0", "--threads", "1", "--output", f"{folder}/run")
        check("weights", done.returncode == 0, done)
        os.mkdir(f"{folder}/none")
        with open(f"{folder}/pictures/cat/3.png", "wb") as file:
            file.write(b"\x89PNG")
        joined(folder)
        hostile(folder, refusals(folder))
        hostile_evaluation(folder)
    finish()


main()
