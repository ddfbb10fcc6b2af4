# SPDX-License-Identifier: MIT
"""make_pictures.py: renews the HEIF and AVIF files here by libheif's heif-enc (1.15, with x265 and aom), from the picture
in tests/support/heif_files.py. chroma.heic and chroma.avif lose what video codecs lose, exact.avif at most one step;
turned.avif is exact.avif in a file that asks for a quarter turn."""make_pictures.py: renews the HEIF and AVIF files here by libheif's heif-enc (1.15, with x265 and aom), from pixels by
turned.avif is exact.avif in a file that asks for a quarter turn."""
import os
import subprocess
import sys
import tempfile

from PIL import Image

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "../../support"))
import heif_files  # noqa: E402


def encode(name, *options):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "source.png")
        width, height = heif_files.SIZE
        Image.frombytes("RGB", (width, height), heif_files.pixels()).save(source)
        subprocess.run(["heif-enc", *options, "-o", os.path.join(FOLDER, name), source], check=True)


encode("chroma.heic", "-q", "90")
encode("chroma.avif", "-A", "-q", "90")
encode("exact.avif", "-A", "-L", "-p", "chroma=444", "--matrix_coefficients=0")
with open(os.path.join(FOLDER, "exact.avif"), "rb") as file:
    turned = heif_files.turn(file.read())
with open(os.path.join(FOLDER, "turned.avif"), "wb") as file:
    file.write(turned)
