# SPDX-License-Identifier: MIT
"""Where results may go: pipes, streams of the process, folders that are not there yet, and what
killed processes left. Needs nothing but Python."""
import fcntl
import os
import struct
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, check=False, **options)


def contents(path):
    with open(path, "rb") as stream:
        return stream.read()


def write(path, data):
    with open(path, "wb") as stream:
        stream.write(data)


def npy(shape, numbers):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + struct.pack(f"<{len(numbers)}f", *numbers)


def streams(folder):
    """What a pipe gets is what a file would."""
    write(f"{folder}/x.npy", npy((3, 1, 8, 8), [i % 7 for i in range(192)]))
    write(f"{folder}/a.png", grey_png(8, 8, 100))
    write(f"{folder}/b.png", grey_png(9, 9, 100))
    for what, command in (("logits", ("forward", "-w", f"{folder}/net.pth", "-i", f"{folder}/x.npy", "-b", "2")),
                          ("features", ("forward", "-w", f"{folder}/net.pth", "-i", f"{folder}/x.npy", "-b", "2",
                                        "--features", "block1")),
                          ("pictures", ("preprocess", f"{folder}/a.png", f"{folder}/a.png", "--preprocess", "none")),
                          ("weights", ("convert", f"{folder}/net.pth"))):
        def to(path, **options):
            target = (path,) if command[0] == "convert" else ("--output", path)
            return run(*command, *target, **options)
        to(f"{folder}/out")
        expected = contents(f"{folder}/out")
        done = to("/dev/stdout")
        check(f"{what} to a pipe", done.returncode == 0 and done.stdout == expected, done.stderr)
        with open(f"{folder}/stdout", "wb") as stream:
            done = subprocess.run([PROGRAM, *command, *(() if command[0] == "convert" else ("-o",)),
                                   "/proc/self/fd/1"], stdout=stream, stderr=subprocess.PIPE, check=False)
        check(f"{what} to a redirected stream", done.returncode == 0 and contents(f"{folder}/stdout") == expected,
              done.stderr)
    done = run("preprocess", f"{folder}/a.png", f"{folder}/b.png", "--preprocess", "none,channels=1",
               "-o", "/dev/stdout")
    check("nothing of an array that failed", done.returncode == 2 and done.stdout == b"", done)


def leftovers(folder):
    """Temporary files that nobody holds go; those being written, by any process, and others stay."""
    os.mkdir(f"{folder}/dir")
    for command, name in ((("convert", f"{folder}/net.pth"), "net.safetensors"),
                          (("preprocess", f"{folder}/a.png", "--output"), "a.npy")):
        ours = f"{name}.densenet-0123456789abcdef.tmp"
        held = f"{name}.densenet-{'7' * 16}.tmp"
        kept = [held, f"x{ours}", f"{ours}.txt", f"{name}.tmp", f"{name}.2024-12.tmp", f"{name}.densenet-.tmp",
                f"{name}.densenet-{'7' * 15}.tmp", f"{name}.densenet-{'7' * 17}.tmp", f"{name}.densenet-{'g' * 16}.tmp"]
        for entry in [ours, *kept]:
            write(f"{folder}/dir/{entry}", b"half")
        with open(f"{folder}/dir/{held}", "r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            done = run(*command, f"{folder}/dir/{name}")
        check(f"leftovers next to {name}", done.returncode == 0 and sorted(os.listdir(f"{folder}/dir")) ==
              sorted([*kept, name]), os.listdir(f"{folder}/dir"))
        for entry in os.listdir(f"{folder}/dir"):
            os.unlink(f"{folder}/dir/{entry}")


def folders(folder):
    """Folders above the one asked for are made; what is a file is left alone."""
    predict = ("predict", "-w", f"{folder}/net.pth", "--preprocess", "none,channels=1", f"{folder}/a.png", "--cam")
    done = run(*predict, f"{folder}/one/two//three/")
    check("--cam with folders above", done.returncode == 0 and
          {"a.png", "contact-sheet.png"} <= set(os.listdir(f"{folder}/one/two/three")), done.stderr)
    write(f"{folder}/contact-sheet.png", contents(f"{folder}/a.png"))
    done = run(*predict[:-1], f"{folder}/contact-sheet.png", "--cam", f"{folder}/sheets")
    check("a picture called as the sheet", sorted(os.listdir(f"{folder}/sheets")) ==
          ["a.png", "contact-sheet-2.png", "contact-sheet.png"], os.listdir(f"{folder}/sheets"))
    check("the sheet is named", done.stdout.decode().endswith(f"\ncontact sheet: {folder}/sheets/contact-sheet.png\n"))
    done = run(*predict, f"{folder}/sheets", "--json")
    check("but not among JSON", done.stdout.count(b"\n") == 1 and b'"heat_map"' in done.stdout, done.stdout)
    write(f"{folder}/file", b"kept")
    for name in ("file", "file/two"):
        done = run(*predict, f"{folder}/{name}")
        check(f"--cam {name}", done.returncode == 2 and b"file: is a file, a folder is expected" in done.stderr and
              contents(f"{folder}/file") == b"kept", done.stderr)


def links_and_long_names(folder):
    """A link is written through, there or not; a name may be as long as the system allows."""
    place = f"{folder}/links"
    os.makedirs(f"{place}/far")
    for name, target in (("there", "far/there"), ("dangling", "far/new"), ("twice", "dangling2"), ("dangling2", "far/2"),
                         ("absolute", f"{place}/far/absolute")):
        os.symlink(target, f"{place}/{name}")
    write(f"{place}/far/there", b"old")
    for command in (("convert", f"{folder}/net.pth"), ("preprocess", f"{folder}/a.png", "--output")):
        run(*command, f"{folder}/plain")
        for name in ("there", "dangling", "twice", "absolute"):
            done = run(*command, f"{place}/{name}")
            check(f"through the link {name}", done.returncode == 0 and os.path.islink(f"{place}/{name}") and
                  contents(f"{place}/{name}") == contents(f"{folder}/plain"), done.stderr)
        os.path.islink(f"{place}/a") or (os.symlink("b", f"{place}/a"), os.symlink("a", f"{place}/b"))
        done = run(*command, f"{place}/a")
        check("a circle of links", done.returncode == 2 and b"form a loop" in done.stderr, done.stderr)
        for length in (201, 255):
            name = f"{place}/far/" + "\u00e9" * 100 + "x" * (length - 200)
            write(f"{place}/far/" + "\u00e9" * 100 + ".densenet-0123456789abcdef.tmp", b"half")
            done = run(*command, name)
            check(f"{length} bytes of a name", done.returncode == 0 and
                  contents(name) == contents(f"{folder}/plain"), done.stderr)
        check("nothing next to it", not [name for name in os.listdir(f"{place}/far") if ".tmp" in name],
              os.listdir(f"{place}/far"))


def inputs_stay(folder):
    """What a command reads, by whatever name, it does not write over; nor one result over another."""
    place = f"{folder}/inputs"
    for label in ("one", "two", "three"):
        os.makedirs(f"{place}/data/{label}")
        write(f"{place}/data/{label}/a.png", grey_png(8, 8, 100))
    run("convert", f"{folder}/net.pth", f"{place}/net.pth")
    write(f"{place}/names.txt", b"one\ntwo\nthree\n")
    os.link(f"{place}/net.pth", f"{place}/hard.pth")
    os.symlink("net.pth", f"{place}/soft.pth")
    write(f"{place}/data.csv", b"image,one,two,three\n")
    measure = ("eval", "-w", f"{place}/net.pth", "--preprocess", "none,channels=1")
    for command, output in (
            (("convert", f"{place}/net.pth"), "net.pth"), (("convert", f"{place}/net.pth"), "hard.pth"),
            (("convert", f"{place}/net.pth"), "soft.pth"), (("convert", f"{place}/net.pth"), "../inputs/net.pth"),
            (("convert", f"{folder}/net.pth", "--labels", f"{place}/names.txt"), "names.txt"),
            ((*measure, f"{place}/data", "--per-class"), "net.pth"),
            ((*measure, f"{place}/data", "--confusion"), "soft.pth"),
            ((*measure, f"{place}/data.csv", "--per-class"), "data.csv"),
            ((*measure, f"{place}/data", "--confusion", f"{place}/m.csv", "--per-class"), "../inputs/m.csv")):
        before = contents(f"{place}/{output}") if os.path.exists(f"{place}/{output}") else None
        done = run(*command, f"{place}/{output}")
        after = contents(f"{place}/{output}") if os.path.exists(f"{place}/{output}") else None
        check(f"{command} {output}", done.returncode == 2 and before == after and
              done.stderr.endswith(b"it would be overwritten\n") and done.stderr.count(b"\n") == 1, done.stderr)
    os.makedirs(f"{place}/hub")
    os.link(f"{place}/net.pth", f"{place}/hub/pytorch_model.bin")
    os.symlink("hub/pytorch_model.bin", f"{place}/hub.pth")
    write(f"{place}/hub/config.json", b"{}")
    write(f"{place}/x.npy", npy((1, 1, 8, 8), [0] * 64))
    write(f"{place}/picture.npy", grey_png(8, 8, 100))
    os.link(f"{place}/net.pth", f"{place}/net.npy")
    for command, output, words in (
            ((*measure, f"{place}/data", "--confusion"), "data/one/a.png", "lies among the data of"),
            ((*measure, f"{place}/data", "--confusion"), "data/one/new.png", "lies among the data of"),
            ((*measure, f"{place}/data", "--per-class"), "data/two/../two/a.png", "lies among the data of"),
            (("convert", f"{place}/hub"), "hub.pth", "overwritten"), (("convert", f"{place}/hub"), "hub/config.json", "overwritten"),
            (("convert", f"{place}/hub/pytorch_model.bin"), "hub/config.json", "overwritten"),
            (("preprocess", f"{place}/picture.npy", "-o"), "picture.npy", "overwritten"),
            (("preprocess", f"{place}/data/one", "-w", f"{place}/net.npy", "-o"), "net.npy", "overwritten"),
            (("forward", "-w", f"{place}/net.npy", "-i", f"{place}/x.npy", "-o"), "net.npy", "overwritten"),
            (("train", f"{place}/data", "-o"), "data/one", "data/one: holds pictures of the data")):
        before = sorted(os.listdir(f"{place}/data/one")), contents(f"{place}/data/one/a.png")
        done = run(*command, f"{place}/{output}")
        check(f"{command} {output}", done.returncode == 2 and words.encode() in done.stderr and before ==
              (sorted(os.listdir(f"{place}/data/one")), contents(f"{place}/data/one/a.png")), done.stderr)
    done = run(*measure[:-1], "none,channels=1,crop=8", f"{place}/data", "--confusion", f"{place}/data/m.png", "--per-class", f"{place}/data/c.csv")
    check("beside the classes", done.returncode == 0, done.stderr)
    os.makedirs(f"{place}/foreign")
    write(f"{place}/foreign/settings.json", b'{"editor.fontSize": 12}')
    done = run("train", f"{place}/data", "--channels", "1", "--val-split", "0", "-o", f"{place}/foreign")
    check("another's settings.json", done.returncode == 2 and b"a settings.json that is not a run's" in done.stderr and
          contents(f"{place}/foreign/settings.json") == b'{"editor.fontSize": 12}', done.stderr)
    write(f"{place}/contact-sheet.png", grey_png(9, 9, 100))
    write(f"{place}/a.png", grey_png(8, 8, 100))
    os.remove(f"{place}/picture.npy")
    before = sorted((name, contents(f"{place}/{name}")) for name in ("a.png", "contact-sheet.png"))
    done = run("predict", "-w", f"{folder}/net.pth", "--preprocess", "none,channels=1", place, "--cam", place)
    check("--cam where the pictures are", done.returncode == 0 and before ==
          sorted((name, contents(f"{place}/{name}")) for name in ("a.png", "contact-sheet.png")) and
          {"a-2.png", "contact-sheet-2.png", "contact-sheet-3.png"} <= set(os.listdir(place)), os.listdir(place))


def standard_input(folder):
    """A picture without a name is called as it was asked for."""
    predict = ("predict", "-w", f"{folder}/net.pth", "--preprocess", "none,channels=1", "-")
    done = run(*predict, "--cam", f"{folder}/maps", input=contents(f"{folder}/a.png"))
    check("a picture", done.returncode == 0 and done.stdout.startswith(b"-\n") and
          os.path.exists(f"{folder}/maps/stdin.png"), done)
    done = run(*predict, "--csv", input=contents(f"{folder}/a.png"))
    check("a picture in CSV", done.stdout.splitlines()[1].startswith(b"-,1,"), done)
    done = run(*predict, preexec_fn=lambda: os.close(0))
    check("closed", done.returncode == 2 and done.stderr == b"densenet: -: standard input is closed\n", done)
    for command in (("info", ""), ("convert", f"{folder}/net.pth", ""), ("predict", ""),
                    ("forward", "-w", f"{folder}/net.pth", "-i", "", "-o", f"{folder}/y.npy")):
        done = run(*command)
        check(f"an empty name: {command}", done.returncode == 2 and done.stderr.count(b"\n") == 1 and
              b"an empty" in done.stderr, done.stderr)
    os.makedirs(f"{folder}/sheetless/contact-sheet.png")
    done = run(*predict[:-1], f"{folder}/a.png", "--cam", f"{folder}/sheetless")
    check("no sheet, but answers", done.returncode == 1 and done.stdout.startswith(f"{folder}/a.png\n".encode()), done)
    done = run(*predict, input=b"no picture")
    check("no picture", done.returncode == 2 and done.stderr.startswith(b"densenet: standard input: is not a"), done)


with tempfile.TemporaryDirectory() as scratch:
    subprocess.run([PROGRAM, "init", "--blocks", "1,2", "--growth", "2", "--stem", "cifar", "--channels", "1",
                    "--classes", "3", "-o", f"{scratch}/net.pth"], check=True)
    for test in (streams, leftovers, folders, links_and_long_names, inputs_stay, standard_input):
        test(scratch)
        print(test.__name__)
finish()
