# SPDX-License-Identifier: MIT
"""Killed at any moment, out of disk or out of memory: each file is the old one or the new one, whole; what is left over goes
with the next run; and what failed is said in a sentence, with status 2. Needs nothing but Python."""
import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import tempfile

from checking import check, finish
from fonts import use_without_cache
from picture_files import grey_png
from run_files import sent

PROGRAM = os.environ["DENSENET"]
ANY = "of any run"
TIMED = ("log.csv", "resume.safetensors", "settings.json")


def run(folder, arguments, environment=None, limit=None):
    def restrict():
        resource.setrlimit(*limit)
    return subprocess.run([PROGRAM, *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="backslashreplace", check=False, env=environment, preexec_fn=restrict if limit else None)


def contents(folder):
    """Every file below a folder; of a run's log, state and settings, which hold times, that they are there."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            with open(f"{place}/{name}", "rb") as stream:
                data = stream.read()
            found[os.path.relpath(f"{place}/{name}", folder)] = ANY if name in TIMED else data
    return found


def make_inputs(folder):
    for name, growth in (("net.pth", 2), ("other.pth", 3)):
        subprocess.run([PROGRAM, "init", "--blocks", "1,2", "--growth", str(growth), "--stem", "cifar", "--channels", "1",
                        "--classes", "2", "-o", f"{folder}/{name}"], check=True)
    for label in ("one", "two"):
        os.makedirs(f"{folder}/data/{label}")
        for i in range(4):
            with open(f"{folder}/data/{label}/{i}.png", "wb") as stream:
                stream.write(grey_png(8, 8, 40 * i + len(label) * (label == "two")))
    text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8), }\n"
    with open(f"{folder}/x.npy", "wb") as stream:
        stream.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + struct.pack("<64f", *range(64)))


def commands(folder):
    """What writes a file or two, each in two ways; and a training, which writes its files again and again."""
    grey = ("--preprocess", "none,channels=1,crop=8")
    def train(*more):
        return ("train", f"{folder}/data", "--blocks", "1,1", "--growth", "2", "--stem", "cifar", "--epochs", "2",
                "--batch-size", "4", "--threads", "2", *more, "-o", "out")
    def with_net(name):
        net = ("-w", f"{folder}/{name}", "--threads", "2")
        return {
            "convert": ("convert", f"{folder}/{name}", "out.safetensors"),
            "export": ("convert", f"{folder}/{name}", "out.onnx"),
            "predict": ("predict", *net, *grey, f"{folder}/data/one", "--cam", "maps"),
            "eval": ("eval", *net, *grey, f"{folder}/data", "--confusion", "m.csv", "--per-class", "classes.csv"),
            "forward": ("forward", *net, "-i", f"{folder}/x.npy", "-o", "y.npy"),
        }
    first, second = with_net("net.pth"), with_net("other.pth")
    pairs = {name: (first[name], second[name]) for name in first}
    pairs["init"] = tuple(("init", "--blocks", "1", "--growth", "2", "--seed", seed, "-o", "out.pth") for seed in "12")
    pairs["preprocess"] = tuple(("preprocess", *grey, f"{folder}/data/{label}", "-o", "y.npy") for label in ("one", "two"))
    pairs["plot"] = tuple(("plot", f"{folder}/run", *more, "-o", "chart.svg") for more in ((), (f"{folder}/run2",)))
    return pairs, train()


def torn(found, old, new):
    """The files that are neither the old nor the new one; temporary ones do not count. Of a training's, which has many new
    ones, those that cannot be read."""
    names = [name for name, data in found.items() if ".densenet-" not in name and data not in (old.get(name), new.get(name))]
    return [name for name in names if not (name.startswith("out/") and readable(name, found[name]))]


def readable(name, data):
    """Whether a safetensors file is as long as its header says, and a picture ends."""
    if name.endswith(".png"):
        return data.endswith(b"IEND\xaeB`\x82")
    if not name.endswith(".safetensors") or len(data) < 8:
        return False
    size = struct.unpack("<Q", data[:8])[0]
    ends = [entry["data_offsets"][1] for key, entry in json.loads(data[8:8 + size]).items() if key != "__metadata__"]
    return len(data) == 8 + size + max(ends)


def killed(scratch, name, first, second):
    """Before each call in turn that makes or fills a file."""
    run(f"{scratch}/{name}/old", first)
    old = contents(f"{scratch}/{name}/old")
    run(f"{scratch}/{name}/new", second)
    new = contents(f"{scratch}/{name}/new")
    check(f"{name} works", new, list(new))
    for call in ("rename", "fsync", "fwrite"):
        number = 0
        while number < 40:
            number += 1 if number < 4 else 7
            place = f"{scratch}/{name}/killed"
            shutil.copytree(f"{scratch}/{name}/old", place)
            done = run(place, second, sent(call, number, signal.SIGKILL))
            if done.returncode != -signal.SIGKILL:
                check(f"{name} with no {call} {number}", done.returncode == 0, done.stderr)
                shutil.rmtree(place)
                break
            found = contents(place)
            check(f"{name} killed before {call} {number}", not torn(found, old, new), list(found))
            again = run(place, second)
            found = contents(place)
            check(f"{name} after {call} {number}", again.returncode == 0 and found == {**old, **new},
                  f"{again.stderr} {[path for path in found if found[path] != new.get(path)]}")
            shutil.rmtree(place)


def ended(scratch, name, second):
    """By a signal that asks it to end, while it writes its first or second file: nothing half written is left at all."""
    old, new = (contents(f"{scratch}/{name}/{which}") for which in ("old", "new"))
    for what in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        for number in (1, 2):
            place = f"{scratch}/{name}/ended"
            shutil.copytree(f"{scratch}/{name}/old", place)
            done = run(place, second, sent("fsync", number, what))
            found = contents(place)
            check(f"{name} after {what.name} at file {number}", done.returncode in (-what, 0 if number == 2 else -what) and
                  not torn(found, old, new) and not [path for path in found if ".densenet-" in path], (done, list(found)))
            shutil.rmtree(place)


def notices(scratch, name, arguments):
    """What a command says even if all goes well."""
    shutil.copytree(f"{scratch}/{name}/old", f"{scratch}/{name}/well")
    said = run(f"{scratch}/{name}/well", arguments).stderr.splitlines()
    shutil.rmtree(f"{scratch}/{name}/well")
    return said


def failed(what, done, place, old, new, usual, only=None):
    """Either it worked, or it was said in one sentence more than usual, or in any that speak `only` of one thing, and
    nothing is half written; true if it worked."""
    found = contents(place)
    if done.returncode == 0:
        check(f"{what}: works", set(found) == set({**old, **new}), list(found))
        return True
    lines = [line for line in done.stderr.splitlines() if line.startswith("densenet: ") and "warning: " not in line
             and line not in usual]
    status = 1 if "contact-sheet" in done.stderr else 2  # the answers are there
    said = all(only in line for line in lines) and lines if only else len(lines) == 1
    check(f"{what}: status and sentence", done.returncode == status and said, f"{done.returncode} {done.stderr}")
    check(f"{what}: nothing half written", not torn(found, old, new) and not [path for path in found if ".densenet-" in path],
          list(found))
    return False


def full_disk(scratch, name, second):
    """A file may not be larger than so many bytes, as on a disk with no more room."""
    old, new = (contents(f"{scratch}/{name}/{which}") for which in ("old", "new"))
    usual = notices(scratch, name, second)
    for size in (0, 100, 600, 4000, 20000):
        place = f"{scratch}/{name}/full"
        shutil.copytree(f"{scratch}/{name}/old", place)
        done = run(place, second, limit=(resource.RLIMIT_FSIZE, (size, size)))
        failed(f"{name} with files of {size} bytes", done, place, old, new, usual)
        shutil.rmtree(place)


def full_devices(scratch, asked):
    """A device with no room, as output and as standard output."""
    for name in ("init", "convert", "forward", "preprocess"):
        done = run(scratch, (*asked[name][0][:-1], "/dev/full"))
        check(f"{name} to /dev/full", done.returncode == 2 and done.stderr ==
              "densenet: /dev/full: cannot be written: No space left on device\n", done)
    with open("/dev/full", "wb") as stream:
        for arguments in (("info", "net.pth"), ("summary", "densenet121"), ("predict", "-w", "net.pth", "data/one/1.png"),
                          ("manual",), ("help", "train")):
            done = subprocess.run([PROGRAM, *arguments], cwd=scratch, stdout=stream, stderr=subprocess.PIPE, text=True,
                                  check=False)
            check(f"{arguments} to /dev/full", done.returncode == 2 and
                  done.stderr.endswith("densenet: standard output: No space left on device\n"), done)


def no_memory(scratch, name, second):
    """With ever more address space, until it works."""
    old, new = (contents(f"{scratch}/{name}/{which}") for which in ("old", "new"))
    usual = notices(scratch, name, second)
    worked = 0
    for megabytes in range(24, 600, 10):
        place = f"{scratch}/{name}/small"
        shutil.copytree(f"{scratch}/{name}/old", place)
        done = run(place, second, limit=(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20)))
        if done.returncode != 127:  # not even loaded
            # of each picture, and of what followed
            worked += failed(f"{name} in {megabytes} MiB", done, place, old, new, usual, only="memory")
        shutil.rmtree(place)
        if worked == 2:
            return
    check(f"{name} works in 600 MiB", False)


with tempfile.TemporaryDirectory() as scratch:
    use_without_cache(scratch)
    make_inputs(scratch)
    asked, train = commands(scratch)
    for folder in ("run", "run2"):
        run(scratch, (*train[:-1], folder))
    full_devices(scratch, asked)
    for name, (first, second) in {**asked, "train": (None, train)}.items():
        for which in ("old", "new"):
            os.makedirs(f"{scratch}/{name}/{which}")
        if first:
            killed(scratch, name, first, second)
            ended(scratch, name, second)
        else:
            run(f"{scratch}/{name}/new", second)
        full_disk(scratch, name, second)
        no_memory(scratch, name, second)
        print(name)
finish()
