# SPDX-License-Identifier: MIT
"""densenet preprocess as a person meets it: exit status, messages, what is
written and what is not. Needs nothing but Python."""
import os
import struct
import subprocess
import tempfile

import exif_files
from picture_files import deep_png, grey_png

PROGRAM = os.environ["DENSENET"]


def write(path, data):
    with open(path, "wb") as stream:
        stream.write(data)


def run(*arguments, standard_input=b""):
    done = subprocess.run([PROGRAM, "preprocess", *arguments], input=standard_input,
                          capture_output=True, check=False)
    assert done.stdout == b"", done.stdout
    return done.returncode, done.stderr.decode()


def array(path):
    """Shape and floats of a .npy that the program wrote."""
    with open(path, "rb") as stream:
        data = stream.read()
    assert data[:8] == b"\x93NUMPY\x01\x00"
    size = 10 + struct.unpack("<H", data[8:10])[0]
    assert size % 64 == 0 and data[size - 1:size] == b"\n"
    header = eval(data[10:size])  # what numpy.load does with ast.literal_eval
    assert header["descr"] == "<f4" and header["fortran_order"] is False
    numbers = struct.unpack("<%df" % ((len(data) - size) // 4), data[size:])
    return header["shape"], numbers


def check(folder):
    def inside(name):
        return os.path.join(folder, name)

    output = inside("out/x.npy")
    os.mkdir(inside("out"))
    os.mkdir(inside("pictures"))
    for name, value in (("b.png", 51), ("a.png", 255), ("c.PNG", 0)):
        write(inside("pictures/" + name), grey_png(5, 4, value))
    write(inside("broken.jpg"), b"\xff\xd8\xff\xe0 not a picture")
    write(inside("bomb.png"), grey_png(60000, 1, 0, claimed_height=60000))
    write(inside("wide.png"), grey_png(50, 4, 102))
    small = ("--preprocess", "none,channels=1", "--output", output)

    def nothing_written():
        return os.listdir(inside("out")) == []

    # Sorted within a folder, in the order given otherwise; - is standard input.
    status, said = run(inside("pictures"), "-", inside("pictures/b.png"), *small,
                       standard_input=grey_png(5, 4, 204))
    shape, numbers = array(output)
    assert (status, said, shape) == (0, "", (5, 1, 4, 5)), (status, said, shape)
    assert [round(x * 255) for x in numbers[::20]] == [255, 51, 0, 204, 51]
    umask = os.umask(0)
    os.umask(umask)
    assert os.stat(output).st_mode & 0o777 == 0o666 & ~umask
    os.unlink(output)

    # What cannot be read is reported, the others are still processed.
    status, said = run(inside("missing.png"), inside("pictures"), inside("broken.jpg"),
                       inside("bomb.png"), inside("out"), *small)
    assert status == 1 and array(output)[0] == (3, 1, 4, 5)
    lines = said.splitlines()
    assert len(lines) == 4 and all(line.startswith("densenet: ") for line in lines), said
    for name in ("missing.png", "broken.jpg", "bomb.png", "out"):
        assert sum(inside(name) + ": " in line for line in lines) == 1, said
    assert "--max-pixels" in said and "60000 wide and 60000 high" in said
    os.unlink(output)

    # Pictures in formats that are not read are named once, at once if there are no others.
    os.mkdir(inside("phone"))
    for name in ("1.jxl", "2.JXL", "3.psd", "notes.txt"):
        write(inside("phone/" + name), b"")
    status, said = run(inside("phone"), *small)
    assert status == 2 and said.count("\n") == 1 and nothing_written(), said
    assert "phone: holds only pictures in formats that are not read: 2 .jxl, 1 .psd; JPEG, PNG" in said, said
    write(inside("phone/4.png"), grey_png(5, 4, 51))
    status, said = run(inside("phone"), *small)
    assert status == 1 and said.count("\n") == 1 and array(output)[0] == (1, 1, 4, 5), said
    assert "phone: 3 pictures in formats that are not read are left out: 2 .jxl, 1 .psd" in said, said
    os.unlink(output)

    # An orientation is ignored, and said to be, or applied.
    turned = inside("turned.png")
    write(turned, exif_files.in_png(exif_files.block(6), grey_png(5, 4, 51)[:33]) + grey_png(5, 4, 51)[33:])
    status, said = run(turned, turned, inside("pictures"), *small)
    assert status == 0 and array(output)[0] == (5, 1, 4, 5), said
    assert said == ("densenet: 2 pictures carry an EXIF orientation that is not applied; --exif-orientation applies "
                    "it\n"), said
    for options in (("--exif-orientation", *small), ("--preprocess", "none,channels=1,exif=yes", "--output", output)):
        status, said = run(turned, *options)
        assert (status, said) == (0, "") and array(output)[0] == (1, 1, 5, 4), said
    os.unlink(output)

    # Twelve bits in sixteen are noticed once.
    for name, value in (("deep.png", 4096), ("faint.png", 4095), ("fainter.png", 5), ("black.png", 0)):
        write(inside(name), deep_png(5, 4, value))
    status, said = run(inside("deep.png"), inside("black.png"), *small)
    assert (status, said) == (0, "")
    status, said = run(inside("deep.png"), inside("faint.png"), *small)
    assert status == 0 and said == ("densenet: 1 picture has 16 bits a sample and uses a fraction of them, no more "
                                    "than 12: the network sees it nearly black\n"), said
    status, said = run(inside("faint.png"), inside("fainter.png"), inside("faint.png"), *small)
    assert status == 0 and said == ("densenet: 3 pictures have 16 bits a sample and use a fraction of them, no more "
                                    "than 12: the network sees them nearly black\n"), said
    os.unlink(output)

    # Nothing is written where nothing can be: no picture, one array of two sizes, a bad request.
    for arguments, word in (
            ((inside("broken.jpg"), *small), "broken.jpg"),
            ((inside("out"), *small), "holds no picture"),
            ((inside("pictures"), inside("wide.png"), *small), "crop"),
            ((inside("pictures"), "--output", output, "--preprocess", "imagenet"), "torchvision"),
            ((inside("pictures"), "--output", output, "--preprocess", "crop=many"), "crop=many"),
            ((inside("pictures"), "--max-pixels", "0", *small), "--max-pixels"),
            ((inside("pictures"),), "--output"),
            (("-", "-", *small), "standard input"),
            ((inside("pictures"), "--output", inside("no/such/x.npy")), "no/such/x.npy"),
            ((inside("pictures"), "--output", folder), folder)):
        status, said = run(*arguments)
        assert status == 2 and word in said and said.count("\n") == 1, (arguments, status, said)
        assert nothing_written() and not os.path.exists(folder + ".tmp"), os.listdir(folder)

    # The limit moves; a full disk leaves nothing.
    status, said = run(inside("wide.png"), "--max-pixels", "199", *small)
    assert status == 2 and "199" in said
    assert run(inside("wide.png"), "--max-pixels", "200", *small)[0] == 0
    assert array(output)[0] == (1, 1, 4, 50)
    status, said = run(inside("wide.png"), "--output", "/dev/full")
    assert status == 2 and "/dev/full" in said

    # The same bytes at any number of threads.
    many = [inside("pictures")] * 40
    for threads in ("1", "3"):
        assert run(*many, "-t", threads, "--output", inside("out/" + threads))[0] == 0
    with open(inside("out/1"), "rb") as one, open(inside("out/3"), "rb") as three:
        assert one.read() == three.read()
    print("preprocess: order, failures, limits, threads")


with tempfile.TemporaryDirectory() as scratch:
    check(scratch)
