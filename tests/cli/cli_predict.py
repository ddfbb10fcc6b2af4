# SPDX-License-Identifier: MIT
"""Which pictures `densenet predict` and its like take, and what is said of those without an answer.
Needs nothing but Python."""
import csv
import io
import json
import os
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
PIPELINE = ("--preprocess", "none,crop=8,channels=1")


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, check=False, timeout=60, **options)


def predict(folder, *arguments, **options):
    return run("predict", "-w", f"{folder}/net.safetensors", *PIPELINE, "--top", "1", *arguments, **options)


def write(path, data=None):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(grey_png(8, 8, 100) if data is None else data)


def rows(done):
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


def named(done):
    return [os.path.relpath(row["picture"], scratch) for row in rows(done)]


def recursive(folder):
    """Folders below, each once; what is not read is counted over all of them."""
    for name in ("b.png", "a/2.png", "a/1.png", "a/deep/er/0.png", "c/0.png", ".hidden/0.png"):
        write(f"{folder}/tree/{name}")
    done = predict(folder, "--csv", f"{folder}/tree")
    check("not below", done.returncode == 0 and named(done) == ["tree/b.png"], done)
    expected = [f"tree/{name}" for name in ("b.png", "a/1.png", "a/2.png", "a/deep/er/0.png", "c/0.png")]
    done = predict(folder, "--csv", "--recursive", f"{folder}/tree")
    check("below", done.returncode == 0 and named(done) == expected and not done.stderr, done)
    for name in ("a/x.jxl", "c/y.jxl", "c/z.psd"):
        write(f"{folder}/tree/{name}", b"")
    os.symlink("../a", f"{folder}/tree/c/again")
    os.symlink("..", f"{folder}/tree/c/up")
    done = predict(folder, "--csv", "-r", f"{folder}/tree")
    check("links, and other formats", done.returncode == 1 and named(done) == expected and
          b"tree: 3 pictures in formats that are not read are left out: 2 .jxl, 1 .psd\n" in done.stderr and
          b"tree: 2 links to folders that are read already are not followed\n" in done.stderr, done)
    for depth in range(14):
        os.makedirs(f"{folder}/links/{depth}")
        for name in "xy":
            os.symlink(f"../{depth + 1}", f"{folder}/links/{depth}/{name}")
    write(f"{folder}/links/14/p.png")
    check("links by many paths", named(predict(folder, "--csv", "-r", f"{folder}/links/0")) ==
          ["links/0/" + "x/" * 14 + "p.png"])
    os.makedirs(f"{folder}/special")
    write(f"{folder}/special/b.png")
    os.mkfifo(f"{folder}/special/pipe.png")
    os.symlink("/dev/zero", f"{folder}/special/zero.png")
    os.symlink("nowhere", f"{folder}/special/lost.png")
    done = predict(folder, "--csv", f"{folder}/special")
    check("pipes and devices in a folder are not waited for", done.returncode == 1 and
          named(done) == ["special/b.png", "special/lost.png"] and
          all(f"special/{name}.png: is a pipe, a socket or a device".encode() in done.stderr for name in ("pipe", "zero")), done)
    done = predict(folder, f"{folder}/links")
    check("what would help is said", done.returncode == 2 and b"not searched without --recursive" in done.stderr, done)
    done = run("preprocess", "-r", f"{folder}/links/13", *PIPELINE, "-o", f"{folder}/x.npy")
    check("preprocess too", done.returncode == 0, done)


def listed(folder):
    """Names from a file or standard input, by line or by zero byte."""
    names = [f"{folder}/list/{name}" for name in ("a.png", "with space.png", "ü.png")]
    for name in names:
        write(name)
    strange = f"{folder}/list/line\nbreak.png"
    write(strange)
    for what, data, count in (("lines", "\n".join(names), 3), ("lines of Windows", "\r\n".join(names) + "\r\n", 3),
                              ("zero bytes", "\0".join([*names, strange]) + "\0", 4),
                              ("blank lines", f"\n\n{names[0]}\n\n", 1), ("an editor's mark", f"\ufeff{names[0]}\n", 1), ("a folder", f"{folder}/list", 4)):
        write(f"{folder}/names", data.encode())
        done = predict(folder, "--csv", "--files-from", f"{folder}/names")
        check(what, done.returncode == 0 and len(rows(done)) == count, done)
        piped = predict(folder, "--csv", "--files-from", "-", input=data.encode())
        check(f"{what} by standard input", piped.stdout == done.stdout, piped)
    done = predict(folder, "--csv", f"{folder}/tree/b.png", "--files-from", f"{folder}/names")
    check("after the arguments", named(done)[0] == "tree/b.png" and len(rows(done)) == 5, done)
    for what, arguments, words in (("no pictures", (), b"--files-from FILE is expected"),
                                   ("no list", ("--files-from", f"{folder}/absent"), b"absent: cannot be read"),
                                   ("a folder for a list", ("--files-from", folder), b"cannot be read"),
                                   ("an empty list", ("--files-from", "/dev/null"), b"names no file"),
                                   ("two uses of standard input", ("-", "--files-from", "-"), b"not both")):
        done = predict(folder, *arguments, stdin=subprocess.DEVNULL)
        check(what, done.returncode == 2 and words in done.stderr and not done.stdout, done)
    write(f"{folder}/l/contact-sheet.png", f"{names[0]}\n".encode())
    predict(folder, "--files-from", f"{folder}/l/contact-sheet.png", "--cam", f"{folder}/l")
    check("the list is not replaced", sorted(os.listdir(f"{folder}/l")) == ["a.png", "contact-sheet-2.png", "contact-sheet.png"])


def without_answer(folder):
    """One row or object each, in the pictures' order, whatever the batch."""
    names = [f"{folder}/mixed/{i}.png" for i in range(5)]
    for i, name in enumerate(names):
        write(name, b"none" if i in (1, 2) else None)
    names.append(f"{folder}/mixed/absent.png")
    for batch in ("1", "4", "8"):
        done = predict(folder, "--csv", "-b", batch, *names)
        found = rows(done)
        check("CSV", done.returncode == 1 and [row["picture"] for row in found] == names and
              [bool(row["error"]) for row in found] == [False, True, True, False, False, True] and
              [bool(row["label"]) for row in found] == [not row["error"] for row in found] and
              all(None not in row and None not in row.values() for row in found), done)
        check("and said", done.stderr.count(b"\n") == 3 and b"absent.png" in done.stderr, done)
    done = predict(folder, "--json", *names)
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    check("JSON", [row["picture"] for row in objects] == names and ["error" in row for row in objects] ==
          ["predictions" not in row for row in objects] == [False, True, True, False, False, True], done)
    check("in words", predict(folder, *names).stdout.count(b"\n") == 6)
    done = predict(folder, "--csv", names[1])
    check("none at all", done.returncode == 2 and len(rows(done)) == 1, done)


def one_rule(folder):
    """Formats that are not read: counted, said once, and the status is 1."""
    for name in ("a/0.png", "b/0.png", "a/x.jxl", "b/y.jxl"):
        write(f"{folder}/data/{name}", None if name.endswith("png") else b"")
    said = b"2 pictures in formats that are not read are left out: 2 .jxl\n"
    net = ("-w", f"{folder}/net.safetensors", *PIPELINE)
    for command in (("predict", "-r", f"{folder}/data", *net), ("predict", "-r", f"{folder}/data", *net, "--cam", f"{folder}/maps"),
                    ("eval", f"{folder}/data", *net),
                    ("train", f"{folder}/data", *PIPELINE, "--channels", "1", "--blocks", "1", "--growth", "2", "--stem", "cifar",
                     "--epochs", "1", "--val-split", "0", "-o", f"{folder}/run")):
        done = run(*command)
        check(command[0], done.returncode == 1 and done.stderr.count(said) == 1 and done.stderr.count(b"jxl") == 1, done)
    done = run("check-input", "-r", f"{folder}/data", *net)
    check("check-input", done.stderr.count(said) == 1, done)


def more_than_there_are(folder):
    """--top beyond the network's outputs names all, and says so once."""
    write(f"{folder}/one/0.png")
    write(f"{folder}/one/1.png")
    done = predict(folder, "--csv", f"{folder}/one", "--top", "2")
    check("as many as there are", done.returncode == 0 and not done.stderr, done)
    done = predict(folder, "--csv", f"{folder}/one", "--top", "99")
    check("more than there are", done.returncode == 0 and len(rows(done)) == 4 and
          done.stderr == b"densenet: predict: --top 99: the network has 2 outputs, so all are named\n", done)


def sizes(folder):
    """Which of a picture's sides is which is said."""
    write(f"{folder}/flat/0.png", grey_png(40, 1, 100))
    done = run("predict", "-w", f"{folder}/net.safetensors", "--preprocess", "none,channels=1", f"{folder}/flat/0.png")
    check("a flat picture", done.returncode == 2 and b"1 picture, 40 wide and 1 high: at least one of " in done.stderr, done)


with tempfile.TemporaryDirectory() as scratch:
    run("init", "--blocks", "1,2", "--growth", "2", "--stem", "cifar", "--channels", "1", "--classes", "2",
        "-o", f"{scratch}/net.safetensors")
    for test in (recursive, listed, without_answer, one_rule, more_than_there_are, sizes):
        test(scratch)
        print(test.__name__)
finish()
