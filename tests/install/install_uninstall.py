# SPDX-License-Identifier: MIT
"""install_uninstall.py PREFIX FOLDER TREE: what `make install` leaves below DESTDIR, `make uninstall` removes,
and nothing else."""
import os
import shutil
import subprocess
import sys

FOLDER, TREE = sys.argv[2:]
SCRIPT = os.path.abspath(f"{os.path.dirname(__file__)}/../../scripts/uninstall.sh")


def left(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder) for at, folders, files in os.walk(folder)
                  for name in folders + files)


def run(*command, folder):
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "DESTDIR": folder})


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    stage, empty = os.path.join(FOLDER, "stage place"), os.path.join(FOLDER, "empty")
    os.makedirs(stage)
    os.makedirs(empty)
    done = run("cmake", "--install", TREE, "--prefix", "/usr", folder=stage)
    assert done.returncode == 0, done.stderr
    installed = left(stage)
    assert len(installed) > 15 and "usr/include/densenet.h" in installed, installed
    done = run("sh", SCRIPT, TREE, folder=stage)
    assert done.returncode == 0 and not left(stage), (done, left(stage))
    done = run("sh", SCRIPT, TREE, folder=stage)
    assert done.returncode == 0 and not done.stdout, ("again", done)

    run("cmake", "--install", TREE, "--prefix", "/usr", folder=stage)
    foreign = os.path.join(stage, "usr/include/other.h")
    with open(foreign, "w", encoding="ascii") as file:
        file.write("/* of others */")
    done = run("sh", SCRIPT, TREE, folder=stage)
    assert done.returncode == 0 and left(stage) == ["usr", "usr/include", "usr/include/other.h"], (done, left(stage))
    done = run("sh", SCRIPT, empty, folder=stage)
    assert done.returncode == 2 and "install_manifest.txt" in done.stderr, done
    print(f"{len(installed)} files and folders installed and removed")


main()
