# SPDX-License-Identifier: MIT
"""make_seeds_image.py DIR: pictures for fuzz_image, in DIR/image/: every kind of
PNG, BMP, GIF and TIFF, and JPEG, WebP, JPEG 2000 and compressed TIFF where Pillow is
installed.
A byte before the file chooses the pipeline."""
import io
import os
import random
import sys

import bitmap_files
import picture_files

try:
    from PIL import Image
except ImportError:
    Image = None
    print("no seeds of JPEG, WebP and compressed TIFF: Pillow is not installed")

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
        "grey.gif": (rgb.convert("L"), "GIF", {}),
        "rgb.jp2": (rgb, "JPEG2000", {"num_resolutions": 2}),
        "grey.j2k": (rgb.convert("L"), "JPEG2000", {"num_resolutions": 2, "no_jp2": True}),
    }
    for compression in ("tiff_lzw", "jpeg", "packbits", "tiff_adobe_deflate", "lzma", "zstd"):
        kinds[f"{compression}.tif"] = (rgb, "TIFF", {"compression": compression})
    for compression in ("group3", "group4", "tiff_ccitt"):
        kinds[f"{compression}.tif"] = (rgb.convert("1"), "TIFF", {"compression": compression})
    for name, (image, kind, options) in kinds.items():
        file = io.BytesIO()
        image.save(file, kind, **options)
        yield name, file.getvalue()
        if name == "lossless.webp":
            yield "animated.webp", bitmap_files.webp_animation((20, 14), [((2, 2), SIZE, file.getvalue())] * 2)


folder = os.path.join(sys.argv[1], "image")
os.makedirs(folder, exist_ok=True)
files = picture_files.every_png(random.Random(2), *SIZE)
files["huge.png"] = picture_files.grey_png(3, 3, 0, claimed_height=60000)
for kind, every in (("bmp", bitmap_files.every_bmp), ("gif", bitmap_files.every_gif), ("tif", bitmap_files.every_tiff)):
    files.update((f"{name}.{kind}", data) for name, data in every(random.Random(2), *SIZE).items())
files.update({"grey.pgm": b"P5 3 2 255 abcdef", "deep.pgm": b"P5 2 1 4095 abcd", "text.ppm": b"P3 1 1 9\n#\n1 2 3"})
if Image:
    files.update(by_pillow())
for index, (name, data) in enumerate(files.items()):
    with open(os.path.join(folder, name), "wb") as stream:
        stream.write(bytes([index % 6]) + data)
