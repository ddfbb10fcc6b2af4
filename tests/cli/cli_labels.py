# SPDX-License-Identifier: MIT
"""Labels that are not good names: empty ones, bytes of another encoding. Needs nothing but Python."""
import csv
import json
import os
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE, check=False)


with tempfile.TemporaryDirectory() as folder:
    network, picture, labels = (f"{folder}/{name}" for name in ("net.pth", "a.png", "labels.txt"))
    run("init", "--blocks", "1", "--growth", "2", "--channels", "1", "--classes", "3", "--stem", "cifar", "-o", network)
    with open(picture, "wb") as stream:
        stream.write(grey_png(8, 8, 100))
    with open(labels, "wb") as stream:
        stream.write(b"cat\n\ncaf\xe9\n")
    command = ("predict", "-w", network, "--labels", labels, "--preprocess", "none,channels=1", picture)

    done = run(*command)
    said = sorted(line.split(b"  ")[-1] for line in done.stdout.splitlines()[1:])
    check("text", done.returncode == 0 and said == [b"1", b"caf\xe9", b"cat"], done)

    done = run(*command, "--json")
    rows = json.loads(done.stdout.decode())["predictions"]
    said = {row["index"]: row["label"] for row in rows}
    check("JSON", done.returncode == 0 and said == {0: "cat", 1: "1", 2: "caf\ufffd"}, done)

    done = run(*command, "--csv")
    rows = list(csv.reader(done.stdout.decode(errors="surrogateescape").splitlines()))[1:]
    said = {row[2]: row[3] for row in rows}
    check("CSV", done.returncode == 0 and said == {"0": "cat", "1": "1", "2": "caf\udce9"}, done)

    with open(labels, "wb") as stream:
        stream.write("\ufeffcat\r\ndog\r\ncow\r\n".encode())
    said = {row["label"] for row in json.loads(run(*command, "--json").stdout)["predictions"]}
    check("an editor's mark is not part of a name", said == {"cat", "dog", "cow"}, said)
finish()
