# SPDX-License-Identifier: MIT
"""Measurements: kernels under the roofline, cost against size and batch."""
import math

from .layers import plot_axes
from .svg import Figure

# One core of an AMD EPYC 7003 with AVX2: multiply-adds, cache and memory as measured.
PEAK, CACHE, MEMORY = 103.5, 42, 19.3

# Operations per byte, if every input, weight and output is moved once; GFLOP/s; label, its place.
KERNELS = [
    (0.5, 9.5, "classifier, one picture", "green", (10, 4, "start")),
    (13.7, 85.1, "transition 28×28", "green", (-10, 18, "end")),
    (17.1, 93.2, "1×1 7×7, 992 in", "blue", (8, -14, "start")),
    (21, 86.7, "1×1 56×56, 64 in", "blue", (0, 22, "middle")),
    (39.7, 93.2, "1×1 56×56, 224 in", "blue", (0, 40, "middle")),
    (61, 95.5, "7×7 stem", "purple", (6, 22, "middle")),
    (20.2, 219, "3×3 14×14", "orange", (-10, 4, "end")),
    (53, 287, "3×3 28×28", "orange", (0, 20, "middle")),
    (89, 281, "3×3 56×56", "orange", (10, 4, "start")),
    (0.5, 19, "gradient of a norm", "red", (10, 4, "start")),
    (12, 89.3, "gradient of 1×1's input", "red", (-10, 3, "end")),
    (13.7, 96.8, "of its weights", "red", (-10, -8, "end")),
    (31.5, 283, "gradient of 3×3's weights", "red", (-10, -6, "end")),
]

# DenseNet-121, one picture, two threads: side of the picture, milliseconds, MB of laid out
# weights and working memory.
SIZES = [(64, 2.6, 41), (96, 4.5, 42), (128, 7.6, 53), (160, 11.2, 54), (224, 20.6, 58), (288, 33.4, 69),
         (320, 41.0, 72), (384, 59.1, 78), (448, 80.6, 84), (512, 107.2, 92)]
# Pictures per batch, milliseconds per picture, MB.
BATCHES = [(1, 20.6, 58), (2, 20.5, 63), (4, 20.4, 67), (8, 20.5, 75), (16, 20.5, 79), (32, 20.6, 83)]
# Layers of the third block, milliseconds, MB.
DEPTHS = [(8, 16.1, 37), (16, 18.0, 47), (24, 20.7, 58), (32, 23.7, 70), (40, 27.5, 83), (48, 31.8, 98),
          (56, 36.9, 115), (64, 42.5, 134)]


def roofline():
    figure = Figure(900, 430, "DenseNet-121's kernels under the roofline of one core")
    left, top, width, height = 84, 66, 776, 300
    plot_axes(figure, left, top, width, height, "operations per byte moved",
              "GFLOP/s; 3×3 by Winograd counted as direct convolution")

    def place(intensity, rate):
        return (left + width * math.log2(intensity / 0.25) / math.log2(1024),
                top + height - height * math.log2(rate / 4) / math.log2(100))

    for rate in (4, 10, 25, 50, 100, 200, 400):
        y = place(1, rate)[1]
        figure.line(left, y, left + width, y, "edge", 1)
        figure.text(left - 8, y + 4, str(rate), 11.5, "muted", "end")
    for intensity in (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128):
        figure.text(place(intensity, 4)[0], top + height + 17, f"{intensity:g}", 11.5, "muted")
    for bandwidth, name, at, anchor in ((MEMORY, "memory", 1.4, "start"), (CACHE, "last cache", 0.9, "end")):
        start = max(0.25, 4 / bandwidth)
        figure.line(*place(start, start * bandwidth), *place(PEAK / bandwidth, PEAK), "faint", 2, "5 4")
        x, y = place(at, at * bandwidth)
        figure.text(x + (10 if anchor == "start" else -10), y + (12 if anchor == "start" else -2),
                    f"{name} {bandwidth:g} GB/s", 12, "muted", anchor)
    figure.line(*place(PEAK / CACHE, PEAK), *place(256, PEAK), "faint", 2, "5 4")
    x, y = place(256, PEAK)
    figure.text(x, y - 8, f"multiply-adds {PEAK:g} GFLOP/s", 12, "muted", "end")
    for intensity, rate, label, colour, offset in KERNELS:
        x, y = place(intensity, rate)
        figure.circle(x, y, 5.5, colour)
        figure.text(x + offset[0], y + offset[1], label, 12, "ink", offset[2])
    return figure


def curve(figure, at, points, most, labels, colour):
    """Points (x, y, name) in the frame at (left, top); both axes start at 0."""
    left, top, width, height = *at, 214, 150
    plot_axes(figure, left, top, width, height, *labels)
    for share in (0.25, 0.5, 0.75, 1):
        y = top + height - height * share
        figure.line(left, y, left + width, y, "edge", 1)
        figure.text(left - 8, y + 4, f"{most * share:g}", 11.5, "muted", "end")
    widest = 1.06 * max(x for x, _, _ in points)
    places = [(left + width * x / widest, top + height - height * y / most) for x, y, _ in points]
    figure.path(["M"] + [part for x, y in places for part in ("L", x, y)][1:], colour, 2.5, opacity=0.55)
    for (_, _, name), (x, y) in zip(points, places):
        figure.circle(x, y, 4.5, colour)
        if name:
            figure.text(x, top + height + 17, name, 11.5, "muted")


def cost():
    """Time above, memory below; against picture size, batch and depth."""
    figure = Figure(900, 510, "Time and memory of DenseNet-121 against picture size, batch and depth")
    columns = [
        ("area of the picture", [(side * side, *rest, f"{side}²" if side in (224, 320, 384, 448, 512) else "")
                                 for side, *rest in SIZES], 120, 160),
        ("pictures per batch", [(n, *rest, str(n) if n != 2 else "") for n, *rest in BATCHES], 40, 160),
        ("layers of the third block", [(n, *rest, str(n)) for n, *rest in DEPTHS], 60, 160),
    ]
    for i, (label, points, slowest, largest) in enumerate(columns):
        left = 68 + 286 * i
        times, sizes = ([(p[0], p[row], p[3]) for p in points] for row in (1, 2))
        curve(figure, (left, 62), times, slowest, (label, "ms per picture"), "blue")
        curve(figure, (left, 294), sizes, largest, (label, "MB"), "green")
    return figure
