# SPDX-License-Identifier: MIT
"""What was measured: kernels under the roofline, cost against size and batch."""
import math

from .layers import plot_axes
from .svg import Figure

# One core of an AMD EPYC 7003 with AVX2: multiply-adds, cache and memory as measured.
PEAK, CACHE, MEMORY = 103.5, 44, 17.8

# Operations a byte, were every input, weight and output moved once; GFLOP/s; label, its place.
KERNELS = [
    (0.5, 9.5, "classifier, one picture", "green", (10, 4, "start")),
    (13.7, 85.7, "transition 28×28", "green", (-10, 5, "end")),
    (17.1, 94.6, "1×1 7×7, 992 in", "blue", (-4, -14, "middle")),
    (21, 87.4, "1×1 56×56, 64 in", "blue", (0, 22, "middle")),
    (39.7, 93.2, "1×1 56×56, 224 in", "blue", (0, 40, "middle")),
    (61, 96.8, "7×7 stem", "purple", (6, 22, "middle")),
    (20.2, 217, "3×3 14×14", "orange", (-10, 4, "end")),
    (53, 277, "3×3 28×28", "orange", (-10, 4, "end")),
    (89, 284, "3×3 56×56", "orange", (10, 4, "start")),
]

# Side of a picture, milliseconds; pictures a batch, MB. DenseNet-121, two threads.
SIZES = [(64, 2.6), (96, 4.6), (128, 7.7), (160, 11.3), (224, 20.9), (288, 34.1), (320, 41.5),
         (384, 59.0), (448, 81.9), (512, 105.8)]
BATCHES = [(1, 57.6), (2, 63.1), (4, 66.4), (8, 74.7), (16, 79.2), (32, 82.5)]


def roofline():
    figure = Figure(900, 430, "DenseNet-121's kernels under the roofline of one core")
    left, top, width, height = 84, 66, 776, 300
    plot_axes(figure, left, top, width, height, "operations a byte moved",
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


def cost():
    figure = Figure(900, 330, "Time against picture size, memory against batch")
    left, top, width, height = 84, 62, 350, 206
    plot_axes(figure, left, top, width, height, "megapixels of the picture", "ms, one picture")
    most = 0.28
    for value in (25, 50, 75, 100):
        y = top + height - height * value / 110
        figure.line(left, y, left + width, y, "edge", 1)
        figure.text(left - 8, y + 4, str(value), 11.5, "muted", "end")
    points = [(left + width * side * side * 1e-6 / most, top + height - height * time / 110)
              for side, time in SIZES]
    figure.path(["M"] + [part for x, y in points for part in ("L", x, y)][1:], "blue", 2.5, opacity=0.55)
    for (side, _), (x, y) in zip(SIZES, points):
        figure.circle(x, y, 5, "blue")
        if side in (224, 320, 448, 512):
            figure.text(x - 8, y - 8, f"{side}×{side}", 11.5, "ink", "end")
    for value in (0.1, 0.2):
        figure.text(left + width * value / most, top + height + 17, f"{value:g}", 11.5, "muted")
    left = 520
    plot_axes(figure, left, top, width, height, "pictures a batch", "MB: weights laid out and working memory")
    for value in (25, 50, 75):
        y = top + height - height * value / 100
        figure.line(left, y, left + width, y, "edge", 1)
        figure.text(left - 8, y + 4, str(value), 11.5, "muted", "end")
    for i, (batch, size) in enumerate(BATCHES):
        x, tall = left + 30 + 58 * i, height * size / 100
        figure.rect(x - 16, top + height - tall, 32, tall, "green", radius=4)
        figure.text(x, top + height - tall - 8, f"{size:.0f}", 12, "ink")
        figure.text(x, top + height + 17, str(batch), 11.5, "muted")
    return figure
