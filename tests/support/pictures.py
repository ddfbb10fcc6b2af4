# SPDX-License-Identifier: MIT
"""Pictures that look like something, made here."""
import io
import sys

try:
    from PIL import Image, ImageChops, ImageDraw, ImageStat
except ImportError:
    print("Pillow is not installed")
    sys.exit(77)


def photo(path, size=(160, 120), turned=None):
    """A boat of a kind on water, in the format of the path's ending; turned: its EXIF orientation. Returns the path."""
    width, height = size
    image = Image.new("RGB", size, (150, 190, 230))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 2 // 3, width, height), fill=(40, 80, 120))
    draw.polygon([(width // 5, height // 2), (width * 4 // 5, height // 2), (width * 7 // 10, height * 3 // 4),
                  (width * 3 // 10, height * 3 // 4)], fill=(120, 40, 30))
    draw.rectangle((width * 2 // 5, height // 4, width * 3 // 5, height // 2), fill=(240, 240, 235))
    exif = Image.Exif()
    if turned:
        exif[0x0112] = turned
    image.save(path, **({"exif": exif} if turned else {}))
    return path


def difference(first, second):
    """The mean difference of two PNG files' samples, of 255."""
    one, two = (Image.open(io.BytesIO(file)).convert("RGB") for file in (first, second))
    return sum(ImageStat.Stat(ImageChops.difference(one, two)).mean) / 3


def damaged(path):
    """The beginning of a JPEG file."""
    photo(path)
    with open(path, "rb+") as file:
        file.truncate(400)
    return path
