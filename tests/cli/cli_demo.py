# SPDX-License-Identifier: MIT
"""What `make demo` prints into a file: no commands to a terminal; and its photographs by name, from a package
that is made here."""
import os
import re
import shutil
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

ROOT = os.path.abspath(f"{os.path.dirname(__file__)}/../..")
SCRIPT = f"{ROOT}/scripts/demo.sh"


def program(path, body):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n" + body + "\n")
    os.chmod(path, 0o755)


def tree(folder):
    """A project that is built already; densenet says its arguments, but for predict."""
    os.makedirs(f"{folder}/scripts")
    shutil.copy(SCRIPT, f"{folder}/scripts/demo.sh")
    program(f"{folder}/scripts/deps", "exit 0")
    with open(f"{folder}/Makefile", "w", encoding="ascii") as file:
        file.write("all:\n")
    program(f"{folder}/build/release/densenet",
            f'case $1 in predict) mkdir -p build/demo/heat && exec "{os.environ["DENSENET"]}" "$@" ;; esac; echo "did $1"')


def demo(folder, *arguments, path=os.environ["PATH"]):
    return subprocess.run(["sh", f"{folder}/scripts/demo.sh", *arguments], capture_output=True, text=True,
                          env={**os.environ, "PATH": path})


def main():
    with tempfile.TemporaryDirectory() as folder:
        tree(f"{folder}/tree")
        picture = f"{folder}/one.png"
        with open(picture, "wb") as file:
            file.write(grey_png(32, 32, 40))
        done = demo(f"{folder}/tree", picture)
        check("a log", done.returncode == 0 and "did summary" in done.stdout and "one.png" in done.stdout, done)
        check("without escapes", "\x1b" not in done.stdout + done.stderr, done)

        with open(SCRIPT, encoding="ascii") as file:
            chosen = re.findall(r"^(\w+) ((?:vehicles|animals)/\S+\.png)$", file.read(), re.M)
        for _, file in chosen:
            place = f"{folder}/package/usr/share/tuxpaint/stamps/{file}"
            os.makedirs(os.path.dirname(place), exist_ok=True)
            shutil.copy(picture, place)
        subprocess.run(["tar", "-cf", f"{folder}/package.tar", "-C", f"{folder}/package", "./usr"], check=True)
        program(f"{folder}/bin/apt-get", "echo package >tuxpaint-stamps-default_1_all.deb")
        program(f"{folder}/bin/dpkg-deb", f"cat {folder}/package.tar")
        path = f"{folder}/bin:{os.environ['PATH']}"
        done = demo(f"{folder}/tree", path=path)
        photos = sorted(name[:-4] for name in os.listdir(f"{folder}/tree/build/photos"))
        check("photographs are named after what they show", photos == sorted(name for name, _ in chosen) and
              len(photos) == 9 and "160 MB" in done.stdout and "not all answers are right" in done.stdout, done)
        check("once", "160 MB" not in demo(f"{folder}/tree", path=path).stdout)
        shutil.rmtree(f"{folder}/tree/build/photos")
        program(f"{folder}/bin/apt-get", "exit 1")
        done = demo(f"{folder}/tree", path=path)
        check("without the package", done.returncode == 0 and "There are no photographs here" in done.stdout and
              not [name for name in os.listdir(f"{folder}/tree/build") if "photos" in name], done)
    with open(f"{ROOT}/Makefile", encoding="ascii") as file:
        check("make says where the program is", "densenet is built: $(BUILD)/densenet" in file.read())
    finish()


main()
