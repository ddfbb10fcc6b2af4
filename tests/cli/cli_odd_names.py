# SPDX-License-Identifier: MIT
"""Names of classes and files that are no plain text: bytes that are not UTF-8, controls; and answers that nobody
can receive. Needs nothing but Python."""
import os
import subprocess
import sys
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
SMALL = ("--blocks", "1", "--growth", "2", "--stem", "cifar", "--channels", "1", "--preprocess", "none,crop=8,channels=1",
         "--epochs", "1", "--val-split", "0", "--threads", "1")


def run(*arguments, **others):
    words = [os.fsencode(word) for word in (PROGRAM, *arguments)]
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60, **others)


def pictures(folder, *classes):
    for number, name in enumerate(classes):
        os.makedirs(folder + b"/" + name)
        for i in range(2):
            with open(folder + b"/" + name + b"/%d.png" % i, "wb") as stream:
                stream.write(grey_png(8, 8, 60 * number + i))
    return folder


def trained_and_evaluated(folder):
    """A network knows its classes again; they are shown without moving the cursor."""
    data = pictures(folder + b"/data", b"caf\xe9", b"e\x1b[31m", b"two\nlines")
    done = run("train", data, *SMALL, "-o", folder + b"/run")
    check("classes that are not UTF-8 are trained on", done.returncode == 0, done)
    for weights in (b"last.safetensors", b"last.safetensors.pth"):
        if weights.endswith(b".pth"):
            run("convert", folder + b"/run/last.safetensors", folder + b"/run/" + weights)
        done = run("eval", data, "-w", folder + b"/run/" + weights)
        check("and evaluated", done.returncode == 0 and "caf\ufffd".encode() in done.stdout, done)
        check("controls are escaped", b"\\x1b[31m " in done.stdout and b"two\\nlines " in done.stdout
              and b"\x1b" not in done.stdout, done)
    run("convert", folder + b"/run/last.safetensors", folder + b"/net\xff.pt")
    done = run("info", "--json", folder + b"/net\xff.pt")
    check("info of a file whose name is not UTF-8", done.returncode == 0 and "net\ufffd.pt".encode() in done.stdout, done)
    done = run("train", data, *SMALL, "--init", folder + b"/run/last.safetensors", "-o", folder + b"/more")
    check("whose head is kept", done.returncode == 0 and b"other names" not in done.stderr, done)
    done = run("eval", pictures(folder + b"/alike", b"\xe9", b"\xe8"), "-w", folder + b"/run/last.safetensors")
    check("names that are alike as text", done.returncode == 2 and b"differ only in bytes that are not UTF-8" in done.stderr, done)


def recorded(folder):
    """What a run records of its settings is text."""
    data = pictures(folder + b"/d\xff", b"a", b"b")
    done = run("train", data, *SMALL, "-o", folder + b"/refused")
    check("data whose path is not UTF-8", done.returncode == 2 and b"DATA " + data + b": is not UTF-8" in done.stderr
          and done.stderr.count(b"\n") == 1 and not os.path.exists(folder + b"/refused"), done)
    os.rename(data, folder + b"/plain")
    done = run("train", folder + b"/plain", *SMALL, "--init", folder + b"/i\xff.pth", "-o", folder + b"/refused")
    check("an option", done.returncode == 2 and b"--init " in done.stderr and b"is not UTF-8" in done.stderr, done)


def nobody_listens(folder):
    """The reason is that of the answers, not of what came after."""
    network = folder + b"/net.safetensors"
    run("init", "--blocks", "1", "--growth", "2", "--stem", "cifar", "--channels", "1", "--classes", "2", "-o", network)
    data = pictures(folder + b"/pair", b"a", b"b")
    command = [os.fsencode(word) for word in (PROGRAM, "eval", data, "-w", network, "--preprocess", "none,crop=8,channels=1",
                                              "--confusion", folder + b"/matrix.png")]
    close = "import os, sys; os.close(1); os.execv(sys.argv[1], sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", close, *command], stderr=subprocess.PIPE, check=False, timeout=60)
    check("a closed output", done.returncode == 2 and done.stderr.endswith(b"standard output: Bad file descriptor\n")
          and os.path.exists(folder + b"/matrix.png"), done)


with tempfile.TemporaryDirectory() as scratch:
    for test in (trained_and_evaluated, recorded, nobody_listens):
        place = os.fsencode(f"{scratch}/{test.__name__}")
        os.makedirs(place)
        test(place)
finish()
