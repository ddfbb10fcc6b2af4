# SPDX-License-Identifier: MIT
"""Training as a person meets it: a run that is interrupted anywhere continues to the bits of
one that was not; faults are said in a sentence; what is written can be read."""
import csv
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

from fonts import use_without_cache
from run_files import results, sent

DENSENET = os.environ["DENSENET"]
NETWORK = ["--blocks", "2,2", "--growth", "4", "--stem", "cifar", "--batch-size", "16", "--epochs", "2",
           "--lr", "0.05", "--ema", "0.9", "--augment", "cifar,jpeg=0.5:30:95,blur=0.3", "--dropout", "0.1",
           "--threads", "2"]
failures = 0


def check(what, good, figure=""):
    global failures
    failures += not good
    print(f"{what}: {figure}{'' if good else '   FAILED'}", flush=True)


def densenet(*arguments, **options):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True, **options)


def refused(what, words, *arguments):
    done = densenet(*arguments)
    said = done.stderr.strip()
    good = done.returncode == 2 and words in said and said.count("\n") == 0
    check(f"refused: {what}", good, said)


def write_cifar(folder, records=160):
    """CIFAR-10's layout: stripes whose direction and colour are the class."""
    os.makedirs(folder)
    draw = random.Random(1)
    for number in range(1, 6):
        with open(f"{folder}/data_batch_{number}.bin", "wb") as file:
            for _ in range(records // 5):
                label = draw.randrange(10)
                shade = [draw.randrange(40) + 20 * ((label * (c + 1)) % 10) for c in range(3)]
                pixels = bytes(min(255, shade[c] + draw.randrange(30) + 40 * ((x + label * y) // 8 % 2))
                               for c in range(3) for y in range(32) for x in range(32))
                file.write(bytes([label]) + pixels)
    with open(f"{folder}/batches.meta.txt", "w", encoding="ascii") as file:
        file.write("\n".join("abcdefghij") + "\n")


def interrupted_runs(folder, data):
    whole = f"{folder}/whole"
    done = densenet("train", data, *NETWORK, "--output", whole)
    check("a run ends", done.returncode == 0 and done.stdout.strip() == f"{whole}/best.safetensors", done.stderr)
    expected = results(whole)
    pictures = [f"{whole}/{name}" for name in ("curves.png", "settings.json", "resume.safetensors")]
    check("it leaves curves, settings and state", all(os.path.getsize(p) > 100 for p in pictures))
    with open(f"{whole}/settings.json", encoding="utf-8") as file:
        said = file.read()
    check("numbers are settings as a person writes them", '"lr": 0.05,' in said and '"ema": 0.9,' in said)

    threads = f"{folder}/threads"
    densenet("train", data, *NETWORK, "--output", threads, "--threads", "5")
    check("the same bits with five threads", results(threads) == expected)

    steps = f"{folder}/steps"
    done = densenet("train", data, *NETWORK, "--output", steps, "--max-steps", "3")
    check("before a validation the last weights are named", done.stdout.strip() == f"{steps}/last.safetensors"
          and os.path.exists(done.stdout.strip()), done.stdout.strip())
    while done.returncode == 0 and "continue with" in done.stderr:
        done = densenet("train", "--resume", steps, "--max-steps", "4")
    check("the same bits when stopped every few steps", done.returncode == 0 and results(steps) == expected)

    killed_run(folder, data, expected)
    signalled_run(folder, data, expected)


def resumed_settings(folder, data):
    """What a resumed run is given holds for the next call; its network and folder stay."""
    run = f"{folder}/settings"
    densenet("train", data, *NETWORK, "--output", run, "--max-steps", "3")
    refused("another folder for a resumed run", "is another", "train", "--resume", run, "--output", f"{folder}/other")
    refused("another network for a resumed run", "was made with --growth 4", "train", "--resume", run, "--growth", "8")
    densenet("train", "--resume", run, "--epochs", "3", "--lr", "0.01", "--max-steps", "1")
    with open(f"{run}/settings.json", encoding="utf-8") as file:
        kept = json.load(file)
    check("what a resumed run was given is kept", kept["epochs"] == 3 and kept["lr"] == 0.01 and kept["growth"] == 4)
    done = densenet("train", "--resume", run)
    check("and holds for the next", done.returncode == 0 and "epoch 3/3" in done.stderr)
    done = densenet("train", "--resume", run)
    check("a finished run says so", done.returncode == 0 and "already finished after epoch 3" in done.stderr
          and done.stdout.strip() == f"{run}/best.safetensors", done.stderr.strip().splitlines()[-1])
    done = densenet("train", "--resume", run, "--lr", "0.01", "--epochs", "3", "--threads", "2")
    check("with settings that it has, too", done.returncode == 0, done.stderr)
    for change in (("--lr", "0.02"), ("--epochs", "2"), ("--class-weights", "balanced"), ("--image-size", "16")):
        refused(f"a change of {change[0]} in a finished run", f"{change[0]} would change nothing",
                "train", "--resume", run, *change)
    os.remove(f"{run}/resume.safetensors")
    refused("a run that ended before a checkpoint", f"--output {run}", "train", "--resume", run)


def stopped_before(rename, *arguments):
    """A training that stops before a rename. The first six are settings.json, log.csv, resume.safetensors,
    last.safetensors, best.safetensors and curves.png of the first epoch."""
    child = subprocess.Popen([DENSENET, "train", *arguments, "--save-minutes", "100000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=sent("rename", rename, signal.SIGSTOP))
    _, status = os.waitpid(child.pid, os.WUNTRACED)
    check("a training stops", os.WIFSTOPPED(status))
    return child


def killed_run(folder, data, expected):
    """SIGKILL anywhere in the writing of files, with a checkpoint at every step."""
    run, draw, kills = f"{folder}/killed", random.Random(2), 0
    command = [DENSENET, "train", data, *NETWORK, "--output", run, "--save-minutes", "0"]
    for _ in range(200):
        call, most = draw.choice((("rename", 6), ("fsync", 12), ("fwrite", 300)))
        done = subprocess.run(command, capture_output=True, text=True,
                              env=sent(call, draw.randint(1, most), signal.SIGKILL))
        if done.returncode != -signal.SIGKILL:
            break
        kills += 1
        if os.path.exists(f"{run}/resume.safetensors"):
            command = [DENSENET, "train", "--resume", run]
        else:
            shutil.rmtree(run, ignore_errors=True)
    check("a killed run ends", done.returncode == 0 and kills > 5, f"{kills} kills {done.stderr.strip()[-80:]}")
    check("the same bits after SIGKILLs", results(run) == expected)
    check("and nothing half written", not [n for n in os.listdir(run) if n.endswith(".tmp")])


def signalled_run(folder, data, expected):
    run = f"{folder}/signalled"
    child = stopped_before(7, data, *NETWORK, "--output", run)
    child.send_signal(signal.SIGINT)
    child.send_signal(signal.SIGCONT)
    _, said = child.communicate()
    check("SIGINT is answered at once", "finishing the step; interrupt again to quit" in said)
    check("SIGINT saves and says how to resume", child.returncode == 3 and f"--resume {run}" in said,
          said.strip().splitlines()[-1])
    done = densenet("train", "--resume", run)
    check("the same bits after SIGINT", done.returncode == 0 and results(run) == expected)


def full_disk(folder, data):
    """Files may grow to 20 kB: a checkpoint cannot be written, the one before stays."""
    run = f"{folder}/full"
    densenet("train", data, *NETWORK, "--output", run, "--max-steps", "2")
    before = open(f"{run}/resume.safetensors", "rb").read()

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
    done = densenet("train", "--resume", run, preexec_fn=limit)
    said = done.stderr.strip().splitlines()[-1]
    check("a full disk is said", done.returncode == 2 and "cannot be written" in said, said)
    check("and leaves the last checkpoint", open(f"{run}/resume.safetensors", "rb").read() == before)
    check("and no half of another", not [n for n in os.listdir(run) if n.endswith(".tmp")])


def write_pictures(folder, data):
    """Class folders, through `densenet preprocess`'s own test helper: tiny PNGs."""
    import struct
    import zlib

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    draw = random.Random(3)
    for label in ("cat", "dog"):
        os.makedirs(f"{folder}/{label}")
        for number in range(12):
            base = 60 if label == "cat" else 180
            rows = b"".join(b"\0" + bytes(base + draw.randrange(40) for _ in range(3 * 40)) for _ in range(36))
            with open(f"{folder}/{label}/{number:02}.png", "wb") as file:
                file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 36, 8, 2, 0, 0, 0))
                           + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def pictures_and_faults(folder, data):
    photos = f"{folder}/photos"
    write_pictures(photos, data)
    with open(f"{photos}/cat/broken.png", "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\nnothing more")
    run = f"{folder}/photo-run"
    small = ["--blocks", "1,1", "--growth", "4", "--stem", "cifar", "--batch-size", "8"]
    done = densenet("train", photos, *small, "--epochs", "3", "--val-split", "0.25", "--output", run)
    check("a picture that cannot be read is skipped once, by name",
          done.returncode == 1 and done.stderr.count("broken.png") == 1, done.stderr.strip().splitlines()[-1])
    done = densenet("eval", photos, "--weights", f"{run}/last.safetensors", "--json", "--confusion",
                    f"{folder}/m.csv", "--per-class", f"{folder}/c.csv")
    figures = json.loads(done.stdout)
    check("eval", done.returncode == 1 and figures["samples"] == 24 and figures["skipped"] == 1
          and 0 <= figures["top1"] <= 1 and figures["auroc"] is None, f"top1 {figures['top1']}")
    matrix = list(csv.reader(open(f"{folder}/m.csv", newline="", encoding="ascii")))
    check("confusion matrix", matrix[0] == ["truth", "cat", "dog"]
          and sum(int(n) for row in matrix[1:] for n in row[1:]) == 24)
    done = densenet("predict", f"{photos}/dog/03.png", "--weights", f"{run}/best.safetensors", "--json")
    said = json.loads(done.stdout)["predictions"]
    check("predict knows the classes", sorted(p["label"] for p in said) == ["cat", "dog"]
          and abs(sum(p["probability"] for p in said) - 1) < 1e-5)
    done = densenet("plot", run, f"{folder}/whole", "--output", f"{folder}/both.svg")
    check("plot", done.returncode == 0 and open(f"{folder}/both.svg", encoding="utf-8").read().count("<svg") == 1)

    os.makedirs(f"{folder}/one/alone")
    shutil.copy(f"{photos}/cat/00.png", f"{folder}/one/alone")
    os.makedirs(f"{folder}/nothing")
    refused("one class", "of the one class \"alone\"", "train", f"{folder}/one", *small, "--output", f"{folder}/r1")
    refused("a batch larger than the data", "--batch-size 64: there are", "train", photos, *small[:6], "--batch-size",
            "64", "--output", f"{folder}/r8")
    few = densenet("train", photos, *small[:6], "--epochs", "1", "--output", f"{folder}/few")
    check("few pictures make a smaller batch", few.returncode == 1, few.stderr.strip().splitlines()[-1])
    os.makedirs(f"{folder}/one/other")
    shutil.copy(f"{photos}/dog/00.png", f"{folder}/one/other")
    refused("too few to hold back", "--val-split", "train", f"{folder}/one", *small, "--output", f"{folder}/r9")
    refused("an empty folder", "nothing", "train", f"{folder}/nothing", *small, "--output", f"{folder}/r2")
    refused("no data", "absent", "train", f"{folder}/absent", *small, "--output", f"{folder}/r3")
    refused("a folder that holds a run", "--resume", "train", data, *NETWORK, "--output", f"{folder}/whole")
    refused("other classes than the data's", "--classes", "train", data, *NETWORK, "--classes", "4", "--output",
            f"{folder}/r0")
    refused("no run to resume", "absent: there is no such run", "train", "--resume", f"{folder}/absent")
    refused("a file where a folder should be", "is a file", "train", data, *NETWORK, "--output", f"{data}/batches.meta.txt/a")
    refused("more memory than there is", "GB of memory", "train", data, *NETWORK, "--growth", "200", "--batch-size", "16",
            "--image-size", "4096", "--output", f"{folder}/r7")
    refused("a folder without a run", "holds no resume.safetensors", "train", "--resume", data)
    refused("an unknown part to freeze", "wheels", "train", data, *NETWORK, "--freeze", "wheels", "--output",
            f"{folder}/r4")
    refused("milestones that fall", "rising", "train", data, *NETWORK, "--milestones", "0.7,0.3", "--output",
            f"{folder}/r5")
    done = densenet("train", data, *NETWORK, "--lr", "1e3", "--epochs", "40", "--output", f"{folder}/r6")
    check("a loss that is not a number stops the run", done.returncode == 2 and "step" in done.stderr
          and "lower learning rate" in done.stderr, done.stderr.strip().splitlines()[-2])


def folders_in_use(folder, data):
    """One training a folder, and no run over the results of another."""
    run = f"{folder}/in-use"
    os.makedirs(run)
    with open(f"{run}/log.csv", "w", encoding="ascii") as file:
        file.write("somebody's\n")
    refused("a log that is not a run's", "already holds a log.csv", "train", data, *NETWORK, "--output", run)
    with open(f"{run}/settings.json", "w", encoding="ascii") as file:
        file.write('{"data": "somewhere"}\n')
    child = stopped_before(7, data, *NETWORK, "--output", run)
    refused("another training in a folder", "is in use by another training", "train", data, *NETWORK, "--output", run)
    refused("resuming a run that is running", "is in use by another training", "train", "--resume", run)
    refused("starting it a second time", "is in use by another training", "train", data, *NETWORK, "--output", run, "--resume",
            "auto")
    done = densenet("train", data, *NETWORK, "--output", f"{folder}/unlocked", "--max-steps", "1",
                    env={**sent("rename", 0, 0), "REFUSE_LOCKS": "1"})
    check("a file system without locks is said", done.returncode == 0 and "has no locks" in done.stderr, done.stderr)
    child.kill()
    _, said = child.communicate()
    check("what a killed run left unfinished is started again", child.returncode == -signal.SIGKILL, said.strip()[-80:])
    os.unlink(f"{run}/resume.safetensors")
    kept = open(f"{run}/last.safetensors", "rb").read()
    refused("a folder of weights", "already holds a last.safetensors", "train", data, "--init",
            f"{run}/last.safetensors", "--output", run)
    check("and leaves them", open(f"{run}/last.safetensors", "rb").read() == kept)


def strange_logs(folder, data):
    """Figures that are not numbers, as another program or an older version may have written them."""
    run = f"{folder}/strange"
    densenet("train", data, *NETWORK, "--output", run, "--max-steps", "11")
    with open(f"{run}/log.csv", encoding="ascii") as file:
        rows = [line.split(",") for line in file]
    rows[2][3], rows[3][3], rows[4][5], rows[-2][6] = "nan", "inf", "-inf", "NaN"
    with open(f"{run}/log.csv", "w", encoding="ascii") as file:
        file.write("".join(",".join(row) for row in rows))
    done = densenet("plot", run, "--output", f"{folder}/strange.svg")
    check("are plotted as gaps", done.returncode == 0 and os.path.getsize(f"{folder}/strange.svg") > 1000, done.stderr)
    done = densenet("train", "--resume", run)
    kept = results(run)[2]
    check("and resumed", done.returncode == 0 and kept[2][3] == kept[3][3] == kept[4][5] == "" and kept[5][3], done.stderr)


def broken_settings(folder, data):
    """What settings.json says is believed no more than a command line is."""
    run = f"{folder}/broken"
    densenet("train", data, *NETWORK, "--output", run, "--max-steps", "1")
    with open(f"{run}/settings.json", encoding="utf-8") as file:
        sound = json.load(file)
    for name, value, words in (("help", True, "is not a setting of a run"), ("threads", 2, "is not a setting of a run"),
                               ("resume", "x", "is not a setting of a run"), ("epochs", "abc", "is not a whole number"),
                               ("wings", 2, "there is no option --wings"), ("nesterov", "yes", "neither true nor false"),
                               ("lr", [1], "neither text nor a number")):
        with open(f"{run}/settings.json", "w", encoding="utf-8") as file:
            json.dump({**sound, name: value}, file)
        refused(f"{name} in settings.json", words, "train", "--resume", run)
        refused("by the file's name", f"densenet: {run}/settings.json: ", "train", "--resume", run)
    with open(f"{run}/settings.json", "w", encoding="utf-8") as file:
        json.dump(sound, file)
    for option, value in (("--batch-size", "32"), ("--accumulate", "2"), ("--seed", "1"), ("--val-split", "0.3"),
                          ("--no-shuffle", None)):
        refused(f"another {option} on the way", f": {option} is ", "train", "--resume", run, option,
                *([value] if value else []))
    done = densenet("train", "--resume", run, "--batch-size", "16", "--val-split", "0.1", "--seed", "0", "--max-steps",
                    "1")
    check("but the same may be named", done.returncode == 0, done.stderr.strip().splitlines()[-1])
    with open(f"{run}/resume.safetensors", "rb") as file:
        state = file.read()
    for step in ("9223372036854775807", "99999999999999999999", "", "-1", "2x"):
        header = json.loads(state[8:8 + int.from_bytes(state[:8], "little")])
        header["__metadata__"]["densenet.step"] = step
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(f"{run}/resume.safetensors", "wb") as file:
            file.write(len(text).to_bytes(8, "little") + text + state[8 + int.from_bytes(state[:8], "little"):])
        refused(f"step \"{step}\"", "is not the state of a training run", "train", "--resume", run)


def fine_tuning(folder, data):
    """Another number of classes gets a new head; what is frozen stays."""
    start, run = f"{folder}/start.safetensors", f"{folder}/runs/not/there/fine"
    densenet("init", "--blocks", "2,2", "--growth", "4", "--stem", "cifar", "--classes", "7", "--output", start)
    done = densenet("train", data, "--init", start, "--recipe", "finetune", "--freeze", "features", "--epochs", "1",
                    "--output", run)
    check("a new head for other classes", done.returncode == 0, done.stderr.strip().splitlines()[-1])
    before, after = (read_tensors(p) for p in (start, f"{run}/last.safetensors"))
    weights = [n for n in before if n.endswith("weight") and not n.startswith("classifier")]
    check("frozen weights stay", all(before[n] == after[n] for n in weights), f"{len(weights)} tensors")
    check("the head has learnt", len(after["classifier.weight"]) == len(before["classifier.weight"]) // 7 * 10)


def planned_memory(folder, data):
    """The memory printed before the first step is what the whole process takes, validation included."""
    for i, shape in enumerate((["--blocks", "2,4,8", "--growth", "32", "--bottleneck", "0"],
                               ["--blocks", "3,6,12", "--growth", "16", "--memory", "low", "--ema", "0.9"])):
        child = subprocess.Popen([DENSENET, "train", data, "--epochs", "1", "--stem", "cifar", *shape, "--output",
                                  f"{folder}/memory{i}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = child.stderr.read()
        _, child.returncode, usage = os.wait4(child.pid, 0)
        planned, peak = int(re.search(r"memory planned: (\d+) MB", said).group(1)), usage.ru_maxrss * 1024e-6
        check("memory as planned", abs(peak / planned - 1) < 0.05, f"{planned} MB planned, {peak:.0f} MB taken")


def read_tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    return {name: body[slice(*entry["data_offsets"])] for name, entry in header.items() if name != "__metadata__"}


def main():
    with tempfile.TemporaryDirectory() as folder:
        use_without_cache(folder)
        data = f"{folder}/cifar"
        write_cifar(data)
        interrupted_runs(folder, data)
        resumed_settings(folder, data)
        full_disk(folder, data)
        pictures_and_faults(folder, data)
        folders_in_use(folder, data)
        strange_logs(folder, data)
        broken_settings(folder, data)
        fine_tuning(folder, data)
        planned_memory(folder, data)
    sys.exit(failures > 0)


main()
