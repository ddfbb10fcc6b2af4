# SPDX-License-Identifier: MIT
"""DICOM pictures as users meet them: no patient's data in anything that is printed or written, frames, windows, files
that are damaged or lie. Needs nothing but Python."""
import json
import os
import subprocess
import tempfile

import dicom_files as files
import dicom_streams
from checking import check, finish

PROGRAM = os.environ["DENSENET"]
E = files.element
MARK = "Zq7Marker"


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, check=False, timeout=120, **options)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(data)
    return path


def shaded(count=16 * 16, shift=0):
    return bytes((7 * i + shift) % 256 for i in range(count))


# What makes the picture, which ought to be numbers and words of the standard.
PICTURE = [*((0x28, tag) for tag in (
    0x2, 0x4, 0x6, 0x8, 0x10, 0x11, 0x100, 0x101, 0x102, 0x103, 0x1050, 0x1051, 0x1052, 0x1053, 0x1056, 0x1101, 0x1102, 0x1103,
    0x1201, 0x1202, 0x1203, 0x3000, 0x3002, 0x3006, 0x3010, 0x9132, 0x9145)), (0x2050, 0x20), (0x5200, 0x9229), (0x5200, 0x9230)]


# ---- privacy -----------------------------------------------------------------

def patient(syntax=files.EXPLICIT):
    """What a hospital writes about a person, a mark in each value."""
    values = [(8, 0x18, "UI", "1.2.840.99999."), (8, 0x20, "DA", ""), (8, 0x50, "SH", ""), (8, 0x80, "LO", ""),
              (8, 0x90, "PN", ""), (8, 0x1030, "LO", ""), (9, 0x10, "LO", ""), (9, 0x1001, "UN", ""),
              (0x10, 0x10, "PN", ""), (0x10, 0x20, "LO", ""), (0x10, 0x30, "DA", ""), (0x10, 0x1040, "LO", ""),
              (0x10, 0x4000, "LT", ""), (0x20, 0xd, "UI", ""), (0x20, 0x4000, "LT", "")]
    named = b"".join(E(group, tag, vr, f"{begin}{MARK}{tag}", syntax) for group, tag, vr, begin in values)
    return named + files.sequence(0x20, 0x9999, E(0x10, 0x10, "PN", MARK, syntax), syntax=syntax)


def person(syntax=files.EXPLICIT, **options):
    """A file about somebody, with marks in the preamble's meta information and behind the pixels too."""
    more_meta = E(2, 3, "UI", MARK) + E(2, 0x12, "UI", MARK) + E(2, 0x16, "AE", MARK) + E(2, 0x102, "OB", MARK.encode())
    written = syntax if syntax in (files.IMPLICIT, files.BIG) else files.EXPLICIT
    options = {"pixels": shaded(), "rows": 16, "columns": 16, **options}
    return files.dicom(syntax=syntax, begin=patient(written), more_meta=more_meta,
                       after=E(0xfffc, 0xfffc, "OB", MARK.encode(), written), **options)


def people(folder):
    """Files that are read, and files with every fault there is a sentence for."""
    lossless = files.ROOT + ".4.70"
    streams = {"rows": 12, "columns": 17, "allocated": 8}
    sound = {
        "explicit": person(), "implicit": person(files.IMPLICIT), "big": person(files.BIG), "deflated": person(files.DEFLATED),
        "frames": person(pixels=shaded(512), frames=2), "window": person(more=E(0x28, 0x1050, "DS", "90") + E(0x28, 0x1051, "DS", "80")),
        "lossless": person(lossless, pixels=files.encapsulate([[dicom_streams.stream("lossless 8")]]), **streams),
    }
    whole = person()
    broken = {
        "cut": whole[:-300], "tail": whole[:400], "unknown": person(said="1.2.3." + MARK), "mpeg": person(said=files.ROOT + ".4.100"),
        "no-window": person(more=E(0x28, 0x1050, "DS", MARK) + E(0x28, 0x1051, "DS", MARK)),
        "colours": person(photometric=MARK), "function": person(more=E(0x28, 0x1050, "DS", "1") + E(0x28, 0x1051, "DS", "0") +
                                                                E(0x28, 0x1056, "LO", MARK)),
        "frames-text": person(frames=MARK), "size": person(rows=60000, columns=60000),
        "stream": person(lossless, pixels=files.encapsulate([[dicom_streams.stream("lossless 8")[:60]]]), **streams),
        "j2k": person(files.ROOT + ".4.90", pixels=files.encapsulate([[dicom_streams.stream("JPEG 2000")[:90]]]), **streams),
        "jls": person(files.ROOT + ".4.80", pixels=files.encapsulate([[MARK.encode() * 9]]), **streams),
        "other": person(files.ROOT + ".4.80", pixels=files.encapsulate([[dicom_streams.stream("JPEG-LS 16")]]), **streams),
    }
    broken |= {f"{group:x}-{tag:x}": person(more=E(group, tag, "LO", MARK)) for group, tag in PICTURE}
    return ([write(f"{folder}/{name}.dcm", data) for name, data in sound.items()],
            [write(f"{folder}/{name}.dcm", data) for name, data in broken.items()])


def holds_mark(data):
    return MARK.encode() in data or MARK.encode("utf-16-le") in data


def privacy(folder):
    sound, broken = people(f"{folder}/people")
    net, out = f"{folder}/net.safetensors", f"{folder}/out"
    for path in sound[:4]:
        for kind in ("a", "b"):
            with open(path, "rb") as stream:
                write(f"{out}/data/{kind}/{kind}{os.path.basename(path)}", stream.read())
    with open(f"{folder}/list.csv", "w", encoding="utf-8") as stream:
        stream.write("file,label\n" + "".join(f"{path},{i % 2}\n" for i, path in enumerate(sound[:4])))
    calls = [
        ["predict", "-w", net, *sound, *broken], ["predict", "-w", net, "--json", *sound, *broken],
        ["predict", "-w", net, "--csv", "--check", *sound], ["predict", "-w", net, *sound, "--cam", f"{out}/cam"],
        ["preprocess", *sound, "--preprocess", "none,resize=16x16", "-o", f"{out}/x.npy"],
        ["preprocess", *broken, "-o", f"{out}/y.npy"], ["check-input", "-w", net, *sound[:4]],
        ["train", f"{out}/data", "--val", f"{out}/data", "--init", net, "-e", "1", "-b", "2",
         "-o", f"{out}/run", "--image-size", "16"],
        ["train", f"{folder}/list.csv", "--init", net, "-e", "1", "-b", "2", "-o", f"{out}/listed", "--image-size", "16"],
        ["eval", "-w", net, f"{out}/data"], ["info", *broken[:1]],
    ]
    for call in calls:
        done = run(*call)
        check(f"{call[0]} says nothing of a person", not holds_mark(done.stdout + done.stderr), call)
        check(f"{call[0]} says something", len(done.stdout + done.stderr) > 0 or call[0] == "preprocess", call)
        check(f"{call[0]} ends by itself", done.returncode in (0, 1, 2), (call, done.returncode, done.stderr[-300:]))
    check("maps were drawn", len(os.listdir(f"{out}/cam")) >= len(sound), os.listdir(f"{out}/cam"))
    check("a run was made", os.path.exists(f"{out}/run/log.csv"), run(*calls[7]).stderr)
    written = 0
    for place, _, names in os.walk(out):
        for name in names:
            if "/data/" not in f"{place}/":
                written += 1
                with open(os.path.join(place, name), "rb") as stream:
                    check(f"nothing of a person in {name}", not holds_mark(stream.read()))
    check("files were searched", written > 15, written)


# ---- frames and windows ------------------------------------------------------

def frames(folder):
    net = f"{folder}/net.safetensors"
    several = write(f"{folder}/frames/scan.dcm", files.dicom(shaded(3 * 256), 16, 16, frames=3))

    def objects(*paths):
        done = run("predict", "-w", net, "--json", *paths)
        return [json.loads(line) for line in done.stdout.splitlines()], done

    made, done = objects(several)
    check("all frames", done.returncode == 0 and [(m["picture"], m.get("frame")) for m in made] ==
          [(f"{several}#{i}", i) for i in (1, 2, 3)], done)
    one, done = objects(f"{several}#2")
    check("one of them", done.returncode == 0 and one == made[1:2], done)
    check("all of a folder's", objects(f"{folder}/frames")[0] == made)
    for wrong, sentence in (("#4", "has 3 frames, there is none of number 4"), ("#0", "cannot be"), ("#x", "cannot be")):
        done = run("predict", "-w", net, several + wrong)
        check(f"{wrong} is refused", done.returncode == 2 and sentence in done.stderr.decode(), done)
    odd = write(f"{folder}/odd/scan.dcm#1", files.dicom(shaded(), 16, 16))
    made, done = objects(odd)
    check("a file of such a name", done.returncode == 0 and made[0]["picture"] == odd and "frame" not in made[0], done)
    png = write(f"{folder}/odd/x.pgm", b"P5 2 2 255\n1234")
    done = run("predict", "-w", net, f"{png}#1")
    check("no frame of others", done.returncode == 2 and "is no DICOM file" in done.stderr.decode(), done)
    with open(f"{folder}/frames.csv", "w", encoding="utf-8") as stream:
        stream.write("file,class\n" + "".join(f"frames/scan.dcm#{i},{c}\n" for i, c in ((1, "a"), (2, "b"), (3, "a"))))
    done = run("eval", "-w", net, f"{folder}/frames.csv")
    check("frames of a list", done.returncode == 0 and b"pictures   3\n" in done.stdout, done)
    several = write(f"{folder}/classes/a/scan.dcm", files.dicom(shaded(512), 16, 16, frames=2))
    write(f"{folder}/classes/b/scan.dcm", files.dicom(shaded(), 16, 16))
    done = run("eval", "-w", net, f"{folder}/classes")
    check("several in a class are not guessed at", "has 2 frames; one is chosen by its number" in done.stderr.decode(), done)


def windows(folder):
    net = f"{folder}/net.safetensors"
    path = write(f"{folder}/window.dcm", files.dicom(shaded(), 16, 16, more=E(0x28, 0x1050, "DS", "90") + E(0x28, 0x1051, "DS", "80")))

    def tensor(*options):
        done = run("preprocess", path, *options, "-o", f"{folder}/w.npy")
        check(f"{options}", done.returncode == 0, done)
        with open(f"{folder}/w.npy", "rb") as stream:
            return stream.read()

    made = {name: tensor("--preprocess", "none", "--window", name) for name in ("auto", "none", "90,80", "100,50")}
    check("auto is the file's", made["auto"] == made["90,80"] == tensor("--preprocess", "none"))
    check("the others differ", len(set(made.values())) == 3)
    check("also as a part of the pipeline", tensor("--preprocess", "none,window=100:50") == made["100,50"])
    check("none of xrv", tensor("--preprocess", "xrv,resize=16") == tensor("--preprocess", "xrv,resize=16", "--window", "none") !=
          tensor("--preprocess", "xrv,resize=16", "--window", "auto"))
    for wrong in ("", "40", "40,", "40,0.5", "40:400", "nan,400", "auto,none", "0,1e99", "40,400,1", "window"):
        done = run("preprocess", path, "--window", wrong, "-o", f"{folder}/none.npy")
        check(f"{wrong} is refused", done.returncode == 2 and b"--window" in done.stderr, done)
    for kind in "ab":
        write(f"{folder}/trained/{kind}/x.dcm", files.dicom(shaded(), 16, 16))
    done = run("train", f"{folder}/trained", "--val", f"{folder}/trained", "--init", net, "-e", "1", "-b", "2", "-o", f"{folder}/run",
               "--image-size", "16", "--window", "40,400")
    told = json.loads(run("info", "--json", f"{folder}/run/last.safetensors").stdout)
    check("recorded", done.returncode == 0 and "window=40:400" in told["preprocess"], (done, told.get("preprocess")))


# ---- hostile files -----------------------------------------------------------

def rescales(folder):
    """A line from values to shades that is no line is refused, whatever follows it."""
    byte_table = files.sequence(0x28, 0x3010, E(0x28, 0x3002, "US", [256, 0, 8]) + E(0x28, 0x3006, "OW", bytes(256)))
    for slope, intercept in (("nan", "0"), ("inf", "0"), ("1", "nan"), ("1", "-inf"), ("1abc", "0"), ("1", "x"), ("1e400", "0")):
        for after in (b"", byte_table):
            path = write(f"{folder}/rescale.dcm", files.dicom(
                shaded(), 16, 16, more=E(0x28, 0x1052, "DS", intercept) + E(0x28, 0x1053, "DS", slope) + after))
            done = run("preprocess", path, "--preprocess", "none", "--window", "auto", "-o", f"{folder}/none.npy")
            check(f"slope {slope}, intercept {intercept}", done.returncode == 2 and b"its rescale" in done.stderr, done)
    blank = write(f"{folder}/blank.dcm", files.dicom(shaded(), 16, 16, more=E(0x28, 0x1052, "DS", " ") + E(0x28, 0x1053, "DS", "  ")))
    check("blanks are none", run("preprocess", blank, "--preprocess", "none", "-o", f"{folder}/blank.npy").returncode == 0)
    done = run("predict", "--files-from", write(f"{folder}/list.dcm", person()))
    check("a picture for a list of them", done.returncode == 2 and b"a list of files is expected" in done.stderr and
          not holds_mark(done.stderr + done.stdout), done)


def cut_streams():
    """Of each coding: a stream that lacks its end, and one that has the mark of its end too early."""
    cut = {}
    for kind, (bits, samples, syntax) in dicom_streams.KINDS.items():
        stream = dicom_streams.stream(kind)
        end = stream.rindex(b"\xff\xd9")
        for size, mark in ((end, b""), (end - 1, b""), (end * 2 // 3, b""), (end - 4, b"\xff\xd9"), (end * 2 // 3, b"\xff\xd9")):
            cut[f"{kind}-{size}-{len(mark)}"] = files.dicom(
                files.encapsulate([[stream[:size] + mark]]), dicom_streams.ROWS, dicom_streams.COLUMNS, files.ROOT + syntax,
                samples=samples, photometric="RGB" if samples == 3 else "MONOCHROME2", allocated=8 if bits == 8 else 16, stored=bits)
    return cut


def hostile(folder):
    """One sentence and status 2, soon and in little memory."""
    whole = files.dicom(shaded(), 16, 16, more=files.sequence(0x28, 0x3010, E(0x28, 0x3002, "US", [4, 0, 16]) +
                                                              E(0x28, 0x3006, "US", [0, 9, 99, 999])))
    deep = files.dicom(shaded(), 16, 16, begin=(E(8, 0x1140, "SQ", b"", length=0xffffffff) +
                                                files.item(b"", 0xffffffff)) * 200000)
    jpeg = {"rows": 12, "columns": 17, "syntax": files.ROOT + ".4.70"}
    stream = dicom_streams.stream("lossless 8")
    one = files.encapsulate([[stream]])
    made = {
        "deep": deep, "size": files.dicom(shaded(), 65535, 65535), "frames": files.dicom(shaded(), 16, 16, frames=99999999),
        "palette": files.dicom(
            shaded(), 16, 16, photometric="PALETTE COLOR", more=b"".join(
                E(0x28, 0x1101 + c, "US", [0, 0, 16]) + E(0x28, 0x1201 + c, "OW", b"\1\2") for c in range(3))),
        "rle": files.dicom(files.encapsulate([[files.rle(bytes(8), 1, 1)]]), 4000, 4000, files.RLE),
        "rle-segments": files.dicom(files.encapsulate([[b"\xff" * 64]]), 4, 4, files.RLE),
        "fragment": files.dicom(files.item(b"") + files.item(stream, 0x7fffffff), **jpeg),
        "table": files.dicom(files.item(b"\x07\0\0\0\xff\xff\xff\xff") + files.item(stream) * 2, frames=2, **jpeg),
        "no-fragment": files.dicom(files.item(b"") + files.SEQUENCE_END, **jpeg),
        "other-size": files.dicom(one, 120, 170, files.ROOT + ".4.70"),
        "native": files.dicom(shaded(), 16, 16, said=files.ROOT + ".4.70"),
        "bits": files.dicom(shaded(), 16, 16, stored=9), "none-bits": files.dicom(shaded(), 16, 16, allocated=0),
        "no-rows": files.dicom(shaded(), 0, 16), "half": files.dicom(shaded(), 5, 5, samples=3, photometric="YBR_FULL_422"),
        "bomb": files.dicom(bytes(400 << 20), 16, 16, files.DEFLATED), "meta": b"\0" * 128 + b"DICM" + b"\2\0\2\0OB\0\0\xff\xff\xff\x7f",
    }
    made.update(cut_streams())
    paths = [write(f"{folder}/hostile/{name}.dcm", data) for name, data in made.items()]
    paths += [write(f"{folder}/hostile/cut{size}.dcm", whole[:size]) for size in range(0, len(whole) - 1, 23)]
    done = run("preprocess", *paths, "-o", f"{folder}/hostile.npy")
    said = done.stderr.decode().splitlines()
    check("each has one sentence", done.returncode == 2 and all(
        sum(f"{os.path.basename(path)}" in line for line in said) >= 1 for path in paths), said)
    check("and no more than there are frames", len(said) == len(paths) + 1, said)
    check("nothing is written", not os.path.exists(f"{folder}/hostile.npy"))
    lying = write(f"{folder}/lying.dcm", files.dicom(one, frames=3, **jpeg))
    done = run("preprocess", lying, "-o", f"{folder}/lying.npy")
    check("frames that are not there", done.returncode == 2 and
          done.stderr.count(b"it holds fewer frames than it says") == 1, done)
    for said, sentence in ((900, "it holds fewer pixels than it says"), ("two", "its number of frames is none"),
                           ("-1", "its number of frames is none"), ("1000000001", "its number of frames is none"), ("  ", "")):
        path = write(f"{folder}/said.dcm", files.dicom(shaded(), 16, 16, frames=said))
        done = run("preprocess", path, "--preprocess", "none", "-o", f"{folder}/said.npy")
        check(f"{said} frames", done.returncode == (2 if sentence else 0) and sentence in done.stderr.decode() and
              sum(path in line for line in done.stderr.decode().splitlines()) == bool(sentence), done)
    limited = f"ulimit -v 400000; exec {PROGRAM} preprocess {folder}/hostile/deep.dcm {folder}/hostile/frames.dcm -o {folder}/h.npy"
    if "asan" not in PROGRAM:
        done = subprocess.run(["sh", "-c", limited], capture_output=True, check=False, timeout=120)
        check("in little memory", done.returncode == 2 and b"memory" not in done.stderr, done)


with tempfile.TemporaryDirectory() as scratch:
    run("init", "--blocks", "1,2", "--growth", "2", "--stem", "cifar", "--channels", "1", "--classes", "2",
        "-o", f"{scratch}/net.safetensors")
    for test in (privacy, frames, windows, rescales, hostile):
        test(scratch)
        print(test.__name__)
finish()
