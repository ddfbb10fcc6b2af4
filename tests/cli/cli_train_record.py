# SPDX-License-Identifier: MIT
"""settings.json and the weights say what made a training run: the program, all options, what they
came to, and the data; and a run that goes on by another program or on other data says so."""
import json
import os
import shutil
import struct
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png
from run_files import settings, training_record, write_pictures

DENSENET = os.environ["DENSENET"]
NETWORK = ["--blocks", "1,1", "--growth", "4", "--stem", "cifar", "--epochs", "2", "--batch-size", "4", "--val-split", "0.25"]


def densenet(*arguments, **variables):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True, env={**os.environ, **variables})


def train(data, run, *options, **variables):
    done = densenet("train", data, *NETWORK, "--output", run, *options, **variables)
    assert done.returncode == 0, done.stderr
    return settings(run)


def version(folder):
    done = densenet("version")
    lines = done.stdout.splitlines()
    facts = {line.split()[0]: line.split(None, 1)[1] for line in lines[1:]}
    check("version", done.returncode == 0 and lines[0].startswith("densenet ") and
          set(facts) == {"commit", "compiler", "features", "kernels"}, done)
    levels, used = facts["kernels"].split("; in use: ")
    check("its kernels", levels.startswith("reference, ") and used == levels.split(", ")[-1] and
          f"({used} kernels)" in lines[0], facts)
    done = densenet("version", DENSENET_CPU="reference")
    check("the level that was asked for", f"{levels}; in use: reference" in done.stdout, done)
    return facts["commit"], used


def run_is_recorded(folder, data, commit, level):
    made = train(data, f"{folder}/run", "--threads", "1", "--max-steps", "3", SOURCE_DATE_EPOCH="86400")
    options = {word for line in densenet("train", "--help").stdout.splitlines() for word in line.split()
               if word.startswith("--") and line.strip().startswith(("-", "--"))}
    names = {option.strip("-,") for option in options} - {
        "output", "resume", "threads", "max-steps", "batch-per-rank", "bucket-mb", "log-ranks", "help"}
    said = set(made) | set(made["defaults"])
    check("every option is recorded", len(names) > 40 and not names - said, names - said)
    call = made["calls"][0]
    check("the program", (call["commit"], call["kernels"], call["threads"], call["step"]) == (commit, level, 1, 0), call)
    check("the date", call["date"] == "1970-01-02T00:00:00Z", call)
    resolved = made["resolved"]
    check("what the options came to", resolved["momentum"] == 0.9 and resolved["pipeline"] == "cifar10" and
          resolved["network"]["blocks"] == [1, 1] and resolved["steps-per-epoch"] == 3, resolved)
    check("what is not given", made["defaults"]["momentum"] is None and made["defaults"]["nesterov"] is False)

    training = training_record(f"{folder}/run/last.safetensors")
    check("the weights' record", training["resolved"] == resolved and training["settings"]["lr"] == 0.1 and
          training["programs"] == [{key: call[key] for key in ("version", "commit", "compiler", "kernels")}], training)
    check("is of what numbers depend on", "memory" not in training["settings"] and "date" not in json.dumps(training))
    done = densenet("info", f"{folder}/run/last.safetensors")
    check("info", f"commit {commit}, {level} kernels" in done.stdout, done)
    densenet("convert", f"{folder}/run/last.safetensors", f"{folder}/copy.pth")
    done = densenet("info", f"{folder}/copy.pth", "--json")
    check("a copy keeps it", json.loads(done.stdout)["training"] == training, done)
    started = train(data, f"{folder}/started", "--schedule", "onecycle", "--max-steps", "1", "--init", f"{folder}/copy.pth")
    check("another training replaces it, and names its network",
          started["resolved"]["network"]["parameters"] == resolved["network"]["parameters"] and
          started["resolved"]["momentum"] == "0.95 to 0.85 and back" and
          training_record(f"{folder}/started/last.safetensors")["settings"]["schedule"] == "onecycle", started["resolved"])
    stepped = train(data, f"{folder}/stepped", "--schedule", "step", "--momentum", "0.5", "--max-steps", "1")
    check("milestones and momentum", stepped["resolved"]["milestones"] == "0.5,0.75" and
          stepped["resolved"]["momentum"] == 0.5, stepped["resolved"])


def resumed(folder, commit):
    run = f"{folder}/run"
    done = densenet("train", "--resume", run, "--max-steps", "1", "--threads", "2")
    calls = settings(run)["calls"]
    check("the same program goes on without a word", done.returncode == 0 and "warning" not in done.stderr, done)
    check("each call is recorded", [(call["step"], call["threads"]) for call in calls] == [(0, 1), (3, 2)], calls)
    old = settings(run)
    old["calls"][-1]["commit"] = "0123456789ab"
    with open(f"{run}/settings.json", "w", encoding="utf-8") as file:
        json.dump(old, file)
    with open(f"{folder}/data/cat/1.png", "wb") as file:
        file.write(grey_png(64, 64, 3))
    done = densenet("train", "--resume", run)
    check("another program is said", done.returncode == 0 and "commit 0123456789ab" in done.stderr and
          f"this is" in done.stderr and commit in done.stderr, done)
    check("and other data", done.stderr.count("the data that it") == 1, done)
    programs = training_record(f"{run}/last.safetensors")["programs"]
    check("both are recorded", [program["commit"] for program in programs] == ["0123456789ab", commit], programs)
    done = densenet("info", f"{run}/last.safetensors")
    check("and shown", done.stdout.count(", commit ") == 2, done)
    for name, value in (("calls", 3), ("calls", [3]), ("resolved", []), ("defaults", "x")):
        broken = {**settings(run), name: value}
        with open(f"{folder}/broken.json", "w", encoding="utf-8") as file:
            json.dump(broken, file)
        shutil.copytree(run, f"{folder}/broken", dirs_exist_ok=True)
        shutil.copy(f"{folder}/broken.json", f"{folder}/broken/settings.json")
        done = densenet("train", "--resume", f"{folder}/broken", "--epochs", "3")
        check(f"{name} that are none", done.returncode == 2 and f'settings.json: "{name}"' in done.stderr, done)


def fingerprints(folder):
    data = f"{folder}/print"
    write_pictures(data)

    def of(place):
        shutil.rmtree(f"{folder}/printed", ignore_errors=True)
        return train(place, f"{folder}/printed", "--max-steps", "1", "--val-split", "0")["resolved"]["data-fingerprint"]

    first = of(data)
    shutil.copytree(data, f"{folder}/moved")
    check("the same elsewhere", of(f"{folder}/moved") == first)
    with open(f"{data}/cat/0.png", "ab") as file:
        file.write(b"\0")
    second = of(data)
    os.rename(f"{data}/cat", f"{data}/cow")
    third = of(data)
    os.rename(f"{data}/cow/0.png", f"{data}/cow/00.png")
    check("another size, label, name", len({first, second, third, of(data)}) == 4)
    table = "image,class\n" + "".join(f"{name}/{i}.png,{name}\n" for name in ("cat", "dog") for i in range(8))
    with open(f"{folder}/moved/table.csv", "w", encoding="ascii") as file:
        file.write(table)
    tabled = of(f"{folder}/moved/table.csv")
    shutil.copytree(f"{folder}/moved", f"{folder}/again")
    check("a table's, the same elsewhere", of(f"{folder}/again/table.csv") == tabled)
    subprocess.run(["tar", "-cf", f"{folder}/one.tar", "-C", f"{folder}/moved", "cat", "dog"], check=True)
    shutil.copy(f"{folder}/one.tar", f"{folder}/two.tar")
    check("an archive's, the same elsewhere", of(f"{folder}/one.tar") == of(f"{folder}/two.tar"))


def foreign_record(folder):
    path = f"{folder}/foreign.safetensors"
    with open(f"{folder}/run/last.safetensors", "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(size)), file.read()
    for text in ("[1]", "{", '{"programs": 3}'):
        header["__metadata__"]["densenet.training"] = text
        bytes_ = json.dumps(header).encode()
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(bytes_)) + bytes_ + data)
        done = densenet("info", path)
        check(f"a record {text}", done.returncode == 0 and ("densenet.training" in done.stdout) == (text[-1] != "}"), done)


def main():
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(f"{folder}/data")
        commit, level = version(folder)
        run_is_recorded(folder, f"{folder}/data", commit, level)
        resumed(folder, commit)
        fingerprints(folder)
        foreign_record(folder)
    finish()


main()
