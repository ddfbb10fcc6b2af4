#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws docs/serving.md's pictures of the server's page: a photograph with its answers and a heat map, in the
light and in the dark, as Chromium shows them.

usage: draw_page.py PROGRAM PHOTOGRAPH [FOLDER]

The photograph is Chelsea the cat, as in draw_screens.py.
"""
import io
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True  # the tree stays as it is
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "support"))
SIZE = {"width": 1000, "height": 780}
COLOURS = 256


def draw(address, photograph, dark):
    page = Page(address, dark=dark, **SIZE)
    with page:
        page.choose(photograph)
        page.settle(1)
        page.all(ANSWER)[0].click()
        page.settle()
        page.run("document.activeElement.blur(); scrollTo(0, 0)")
        return Image.open(io.BytesIO(page.browser.get_screenshot_as_png())).convert("RGB")


def main(program, photograph, folder=os.path.join(HERE, "..", "docs", "figures")):
    with tempfile.TemporaryDirectory() as scratch:
        name = os.path.join(scratch, "cat" + os.path.splitext(photograph)[1])
        shutil.copy(photograph, name)
        with Server() as server:
            for file, dark in (("page.png", False), ("page-dark.png", True)):
                picture = draw(server.address, name, dark)
                few = picture.quantize(palette=picture.quantize(COLOURS))
                few.save(os.path.join(folder, file), optimize=True)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    os.environ["DENSENET"] = os.path.abspath(sys.argv[1])
    from chromium import ANSWER, Page
    from PIL import Image
    from serving import Server
    main(*sys.argv[1:])
