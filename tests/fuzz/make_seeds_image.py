# SPDX-License-Identifier: MIT
"""make_seeds_image.py DIR: pictures for fuzz_image, in DIR/image/: every kind of
PNG, and JPEG and WebP where Pillow is installed. A byte before the file chooses
the pipeline."""
import io
import os
import random
import sys

import picture_files

try:
    from PIL import Image
except ImportError:
    Image = None
    print("no seeds of JPEG and WebP: Pillow is not installed")

SIZE = (16, 11)


def by_pillow():
    noise = random.Random(1).randbytes(4 * SIZE[0] * SIZE[1])
    rgb = Image.frombytes("RGBX", SIZE, noise).convert("RGB")
    kinds = {
        "rgb.jpg": (rgb, "JPEG", {}),
        "progressive.jpg": (rgb, "JPEG", {"progressive": True}),
        "grey.jpg": (rgb.convert("L"), "JPEG", {}),
        "cmyk.jpg": (Image.frombytes("CMYK", SIZE, noise), "JPEG", {}),
        "lossy.webp": (rgb, "WEBP", {}),
        "lossless.webp": (rgb, "WEBP", {"lossless": True}),
        "alpha.webp": (Image.frombytes("RGBA", SIZE, noise), "WEBP", {}),
    }
    for name, (image, kind, options) in kinds.items():
        file = io.BytesIO()
        image.save(file, kind, **options)
        yield name, file.getvalue()


folder = os.path.join(sys.argv[1], "image")
os.makedirs(folder, exist_ok=True)
files = picture_files.every_png(random.Random(2), *SIZE)
files["huge.png"] = picture_files.grey_png(3, 3, 0, claimed_height=60000)
if Image:
    files.update(by_pillow())
for index, (name, data) in enumerate(files.items()):
    with open(os.path.join(folder, name), "wb") as stream:
        stream.write(bytes([index % 6]) + data)
