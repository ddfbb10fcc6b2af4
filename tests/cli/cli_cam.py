# SPDX-License-Identifier: MIT
"""Heat maps of `densenet predict --cam`: their keys, their names, and sheets of any number of them.
Needs nothing but Python."""
import os
import struct
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=120)


def picture(path, side=8, shade=100):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(grey_png(side, side, shade))
    return path


def size_of(path):
    with open(path, "rb") as stream:
        return struct.unpack(">II", stream.read(24)[16:])


def predict(folder, pictures, out, crop=8):
    return run("predict", "-w", f"{folder}/net.safetensors", "--preprocess", f"none,crop={crop},channels=1", *pictures,
               "--cam", f"{folder}/{out}")


def keys(folder):
    """Below the map: the answer, the scale, and what is dark if anything is."""
    large = picture(f"{folder}/large/large.png", 500)
    done = predict(folder, [large], "whole", 500)
    whole = size_of(f"{folder}/whole/large.png")
    predict(folder, [large], "cropped", 100)
    cropped = size_of(f"{folder}/cropped/large.png")
    check("a key below the picture", done.returncode == 0 and whole[0] == 500 and 540 <= whole[1] <= 600, (done, whole))
    check("with a line about the crop", cropped[0] == 500 and whole[1] + 10 < cropped[1] < whole[1] + 40, (whole, cropped))
    predict(folder, [picture(f"{folder}/small/small.png")], "small-maps")
    width, height = size_of(f"{folder}/small-maps/small.png")
    check("a small picture is enlarged", width >= 380 and 256 < height < 400, (width, height))


def pages(folder):
    """Three hundred pictures are ten pages, of which none is endless."""
    names = [picture(f"{folder}/many/{i:03d}.png", 8, i % 256) for i in range(61)]
    done = predict(folder, names, "pages")
    check("pages are named", done.returncode == 0 and done.stdout.endswith(
        f"\n3 contact sheets: {folder}/pages/contact-sheet-1.png to {folder}/pages/contact-sheet-3.png\n"), done.stdout[-200:])
    check("as many files", sorted(name for name in os.listdir(f"{folder}/pages") if "sheet" in name) ==
          [f"contact-sheet-{i}.png" for i in (1, 2, 3)] and len(os.listdir(f"{folder}/pages")) == 64)
    sizes = [size_of(f"{folder}/pages/contact-sheet-{i}.png") for i in (1, 2, 3)]
    check("no page is endless", sizes[0] == sizes[1] and sizes[0][1] < 3000 and sizes[2][1] < 400, sizes)
    predict(folder, names[:30], "page")
    check("one page has no number", sorted(os.listdir(f"{folder}/page"))[-1] == "contact-sheet.png")
    os.makedirs(f"{folder}/stuck/contact-sheet-1.png")
    done = predict(folder, names, "stuck")
    check("a page that cannot be written", done.returncode == 1 and "contact-sheet-1.png" in done.stderr and
          done.stdout.count("heat map") == 61 and os.path.exists(f"{folder}/stuck/contact-sheet-3.png"), done.stderr)


def equal_names(folder):
    """Pictures of one name have maps of their own, and the sheet tells them apart; so have the longest names."""
    names = [picture(f"{folder}/equal/{i}/x.png", 8, 50 + i) for i in range(40)]
    done = predict(folder, names, "equal-maps")
    check("one name", done.returncode == 0 and {f"x-{i}.png" for i in range(2, 41)} | {"x.png"} <=
          set(os.listdir(f"{folder}/equal-maps")), done.stderr)

    def sheet(*pictures):
        predict(folder, pictures, "told")
        with open(f"{folder}/told/contact-sheet.png", "rb") as stream:
            return stream.read()
    same = [picture(f"{folder}/same/{name}/x.png") for name in "abc"]
    check("told apart", len({sheet(same[0], same[1]), sheet(same[0], same[2]), sheet(same[1], same[2])}) == 3)
    longest = [picture(f"{folder}/long/{i}/" + "n" * 251 + ".png") for i in range(2)]
    longest.append(picture(f"{folder}/long/" + "m" * 255))
    done = predict(folder, longest, "long-maps")
    check("255 bytes", done.returncode == 0 and sorted(len(name) for name in os.listdir(f"{folder}/long-maps")) ==
          [17, 255, 255, 255], done.stderr)


with tempfile.TemporaryDirectory() as scratch:
    run("init", "--blocks", "1,2", "--growth", "2", "--stem", "cifar", "--channels", "1", "--classes", "3",
        "-o", f"{scratch}/net.safetensors")
    for test in (keys, pages, equal_names):
        test(scratch)
        print(test.__name__)
finish()
