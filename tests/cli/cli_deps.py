# SPDX-License-Identifier: MIT
"""scripts/deps on machines that lack something: what it says, and that large packages are announced before
anything is installed. The machines are folders of programs, and their package manager only takes notes."""
import os
import shutil
import subprocess
import tempfile

from checking import check, finish

SCRIPT = os.path.abspath(f"{os.path.dirname(__file__)}/../../scripts/deps")
TOOLS = "sh cat tr sed cut awk sort mktemp rm ls env".split()


def program(folder, name, body):
    with open(f"{folder}/{name}", "w", encoding="ascii") as file:
        file.write(f"#!/bin/sh\n{body}\n")
    os.chmod(f"{folder}/{name}", 0o755)


def machine(folder, user, lacking):
    """Programs, all found, but for what is lacking."""
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    for tool in TOOLS:
        os.symlink(shutil.which(tool), f"{folder}/{tool}")
    program(folder, "id", f"echo {user}")
    program(folder, "apt-get", f"echo \"apt-get $*\" >&2; echo \"$*\" >>{folder}/notes")
    for name in ("make", "cmake", "cc", "protoc-c"):
        if name not in lacking:
            program(folder, name, "cat >/dev/null; exit 0")
    program(folder, "pkg-config", "case $2 in " + "".join(f"{name}) exit 1;; " for name in lacking) + "esac")


def deps(folder, *options):
    return subprocess.run(["sh", SCRIPT, *options], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={"PATH": folder, "DENSENET_PYTHON": "/bin/false"})


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = f"{scratch}/bin"
        machine(folder, 1000, ["jansson"])
        done = deps(folder)
        check("one is lacking, and nobody is root", done.returncode == 1 and done.stderr == "densenet: not installed: "
              "jansson; scripts/deps, run as root or where sudo is installed, installs what is missing\n", done)
        machine(folder, 0, ["make", "jansson"])
        done = deps(folder)
        with open(f"{folder}/notes", encoding="ascii") as file:
            notes = file.read()
        check("what is lacking is asked for by its package", "libjansson-dev make" in notes and "2 GB" not in done.stderr, done)
        machine(folder, 0, [])
        done = deps(folder, "--test")
        said, _, _ = done.stderr.partition("installing with apt-get")
        check("large packages are announced first", "2 GB" in said, done)
        with open(f"{folder}/notes", encoding="ascii") as file:
            notes = file.read()
        check("names in traces", " llvm " in notes, notes)
        machine(folder, 0, [])
        program(folder, "cc", 'case "$*" in *c++*) exit 1;; esac; cat >/dev/null')
        check("a C++ compiler, for the header's test", " g++ " in deps(folder, "--test").stderr)
    finish()


main()
