# SPDX-License-Identifier: MIT
"""Pictures that are as costly to decode as photographs, in place of photographs."""
import os

SIZES = ((500, 375), (375, 500), (500, 333), (640, 480), (400, 300))


def scene(random, width, height):
    """Soft light and shade, shapes with edges, grain."""
    import numpy
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    image = numpy.zeros((height, width, 3), numpy.float32)
    for _ in range(8):
        fx, fy, phase = random.uniform(-0.03, 0.03), random.uniform(-0.03, 0.03), random.uniform(0, 6)
        image += numpy.sin(fx * x + fy * y + phase)[..., None] * random.uniform(-20, 20, 3)
    for _ in range(30):
        cx, cy, radius = random.uniform(0, width), random.uniform(0, height), random.uniform(8, 80)
        image[(x - cx) ** 2 + (y - cy) ** 2 < radius ** 2] += random.uniform(-50, 50, 3)
    return numpy.clip(128 + image + random.normal(0, 10, image.shape), 0, 255).astype(numpy.uint8)


def draw(folder, count):
    """JPEG files, from the same random numbers every time."""
    import numpy
    from PIL import Image
    os.makedirs(folder, exist_ok=True)
    random = numpy.random.default_rng(0)
    for i in range(count):
        picture = Image.fromarray(scene(random, *SIZES[i % len(SIZES)]))
        picture.save(os.path.join(folder, f"{i:02}.jpg"), quality=95)
