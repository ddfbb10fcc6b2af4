# SPDX-License-Identifier: MIT
"""One command that a job queue repeats: it starts a run, goes on with it, and finds it finished."""
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile

from checking import check, finish
from fonts import use_without_cache
from run_files import results, sent, write_pictures

DENSENET = os.environ["DENSENET"]
NETWORK = ["--blocks", "1,1", "--growth", "4", "--stem", "cifar", "--threads", "1", "--epochs", "3", "--batch-size", "4",
           "--val-split", "0.25", "--augment", "cifar,cutout=8", "--ema", "0.9"]


def command(folder, run, *options):
    return [DENSENET, "train", f"{folder}/data", *NETWORK, "--output", run, "--resume", "auto", *options]


def start(words, **options):
    return subprocess.run(words, capture_output=True, text=True, **options)


def clean(run):
    return not [name for name in os.listdir(run) if name.endswith(".tmp")]


def killed(folder, expected):
    """SIGKILL at the first of each kind of call, then anywhere, with a checkpoint at every step."""
    run, draw, kills = f"{folder}/killed", random.Random(7), 0
    moments = [("fwrite", 1), ("fsync", 1), ("rename", 1), ("fwrite", 3), ("rename", 2), ("rename", 3)]
    moments += [draw.choice((("rename", draw.randint(1, 7)), ("fsync", draw.randint(1, 12)), ("fwrite", draw.randint(1, 200))))
                for _ in range(100)]
    for call, number in moments:
        done = start(command(folder, run, "--save-minutes", "0"), env=sent(call, number, signal.SIGKILL))
        if done.returncode != -signal.SIGKILL:
            break
        kills += 1
    check("a killed run ends by the same command", done.returncode == 0 and kills > 8, f"{kills} {done.stderr}")
    check("with the same bits", results(run) == expected and clean(run))


def stopped(folder, expected):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU, signal.SIGINT):
        run = f"{folder}/{number.name}"
        statuses = []
        for rename in (2, 7, 4):
            done = start(command(folder, run), env=sent("rename", rename, number))
            statuses.append(done.returncode)
            check(f"{number.name} leaves a checkpoint", done.returncode == 0 or (os.path.exists(f"{run}/resume.safetensors")
                  and "stopped after step" in done.stderr and clean(run)), done.stderr)
        done = start(command(folder, run))
        check(f"{number.name} has a status of its own", statuses[0] == 3 and set(statuses) <= {0, 3}, statuses)
        check(f"the same bits after {number.name}", done.returncode == 0 and results(run) == expected, done.stderr)
    ignoring = f"{folder}/nohup"
    done = start(command(folder, ignoring), env=sent("rename", 4, signal.SIGHUP),
                 preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    check("nohup is respected", done.returncode == 0 and results(ignoring) == expected, done.stderr)


def twice(folder, expected):
    """A terminal that closes sends SIGHUP twice."""
    run = f"{folder}/twice"
    child = subprocess.Popen(command(folder, run), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=sent("rename", 4, signal.SIGSTOP))
    os.waitpid(child.pid, os.WUNTRACED)
    child.send_signal(signal.SIGHUP)
    child.send_signal(signal.SIGCONT)
    child.send_signal(signal.SIGHUP)
    child.communicate()
    check("SIGHUP twice", child.returncode == 3 and clean(run), child.returncode)
    start(command(folder, run))
    check("the same bits after both", results(run) == expected)


def threadless(folder, expected):
    """Beyond a limit of processes there is no thread: training and inference go on alone, and say so once."""
    run, alone = f"{folder}/threadless", {**sent("rename", 0, 0), "REFUSE_THREADS": "1"}
    done = start([*command(folder, run), "--threads", "3"], env=alone)
    check("training without threads", done.returncode == 0 and results(run) == expected, done.stderr)
    check("says it once", done.stderr.count("threads cannot be started: 1 instead of 3") == 1
          and done.stderr.count("no thread can be started (") == 1, done.stderr)
    for arguments in (("eval", f"{folder}/data"), ("predict", f"{folder}/data/cat/0.png")):
        words = [DENSENET, *arguments, "--weights", f"{run}/last.safetensors", "--threads", "3"]
        done, whole = start(words, env=alone), start(words)
        check(f"{arguments[0]} without threads", done.returncode == whole.returncode == 0 and done.stdout == whole.stdout
              and done.stderr.count("threads cannot be started: 1 instead of 3") == 1
              and "cannot be started" not in whole.stderr, done.stderr)
    for more in ((), ("--train", "--batch", "2")):
        done = start([DENSENET, "bench", "--blocks", "2,2", "--size", "64", "--runs", "1", "--threads", "3", *more], env=alone)
        check("bench without threads", done.returncode == 0
              and done.stderr.count("threads cannot be started: 1 instead of 3") == 1, done.stderr)


def finished(folder):
    run = f"{folder}/whole"
    before = {name: os.stat(f"{run}/{name}").st_mtime_ns for name in os.listdir(run)}
    done = start(command(folder, run, "--threads", "2"))
    check("a finished run is left alone", done.returncode == 0 and "already finished" in done.stderr
          and done.stderr.count("\n") == 1 and done.stdout == f"{run}/best.safetensors\n", done.stderr)
    check("to the file", before == {name: os.stat(f"{run}/{name}").st_mtime_ns for name in os.listdir(run)})
    for words, options in (("--lr is 0.1 in that run and cannot be changed to 0.01", ("--lr", "0.01")),
                           ("--mixup is 0 in that run", ("--mixup", "0.2")),
                           ("--image-size is not given in that run", ("--image-size", "40")),
                           ("--growth is 4 in that run", ("--growth", "8")),
                           ("--nesterov is not given in that run", ("--nesterov",))):
        done = start(command(folder, run, *options))
        check(words, done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1, done.stderr)
    os.makedirs(f"{folder}/other")
    shutil.copytree(f"{folder}/data", f"{folder}/other/data")
    done = start(command(f"{folder}/other", run))
    check("other data", done.returncode == 2 and "DATA is" in done.stderr, done.stderr)
    done = start(command(folder, run, "--epochs", "4"))
    check("a longer run goes on", done.returncode == 0 and "epoch 4/4" in done.stderr, done.stderr)


def before_a_checkpoint(folder, expected):
    """A folder, settings, or a log without a checkpoint are begun again."""
    run = f"{folder}/begun"
    os.makedirs(run)
    done = start(command(folder, run), env=sent("rename", 3, signal.SIGKILL))
    check("cut before its first checkpoint", done.returncode == -signal.SIGKILL
          and not os.path.exists(f"{run}/resume.safetensors") and os.path.exists(f"{run}/settings.json"))
    done = start(command(folder, run))
    check("is begun again", done.returncode == 0 and results(run) == expected and clean(run), done.stderr)
    done = start([DENSENET, "train", f"{folder}/data", *NETWORK, "--resume", "auto"])
    check("auto needs a folder", done.returncode == 2 and "--output RUN, which must be named" in done.stderr, done.stderr)


def file_sizes(folder):
    """SIGXFSZ: files may grow to 5 kB."""
    run = f"{folder}/limited"
    done = start(command(folder, run), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)))
    check("a limit of file sizes is a sentence", done.returncode == 2 and "cannot be written: File too large" in done.stderr,
          f"{done.returncode} {done.stderr}")
    check("and leaves no temporary file", clean(run))
    done = start([DENSENET, "init", "densenet121", "-o", f"{run}/x.safetensors"],
                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)))
    check("in other commands too", done.returncode == 2 and clean(run) and "File too large" in done.stderr, done.stderr)


with tempfile.TemporaryDirectory() as scratch:
    use_without_cache(scratch)
    write_pictures(f"{scratch}/data")
    whole = start(command(scratch, f"{scratch}/whole"))
    check("the command starts a run", whole.returncode == 0, whole.stderr)
    uncut = results(f"{scratch}/whole")
    killed(scratch, uncut)
    stopped(scratch, uncut)
    twice(scratch, uncut)
    before_a_checkpoint(scratch, uncut)
    threadless(scratch, uncut)
    file_sizes(scratch)
    finished(scratch)
finish()
