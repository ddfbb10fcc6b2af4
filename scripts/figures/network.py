# SPDX-License-Identifier: MIT
"""The whole network: its parts by name, its growth, its answer."""
import math

from .layers import plot_axes
from .svg import LAYERS, Figure

BLOCKS, GROWTH, STEM = [6, 12, 24, 16], 32, 64


def sizes():
    """For each block of DenseNet-121: channels in, channels out, height and width at 224."""
    channels, side = STEM, 56
    for layers in BLOCKS:
        yield channels, channels + layers * GROWTH, side
        channels, side = (channels + layers * GROWTH) // 2, side // 2


def network():
    figure = Figure(900, 306, "DenseNet-121 from picture to logits, with the names of its tensors")
    x = part(figure, 42, 30, 224, "pill", "picture", 3)
    x = part(figure, x + 8, 34, 56, "red", "stem", 64)
    for block, (_, out, side) in enumerate(sizes()):
        x = part(figure, x, 36 + 3.8 * BLOCKS[block], side, LAYERS[block], f"block{block + 1}", out)
        figure.text(x - GAP - 18 - 1.9 * BLOCKS[block], MIDDLE + 5, str(BLOCKS[block]), 15, "white", weight=600)
        if block < 3:
            x = part(figure, x, 16, side // 2, "muted", f"transition{block + 1}", out // 2, above=True)
    x = part(figure, x, 16, 7, "muted", "final", 1024, above=True)
    x = part(figure, x + 8, 16, 1, "muted", "pool", 1024)
    part(figure, x + 8, 16, 1, "ink", "logits", 1000, last=True)
    figure.text(450, 284, "Height of a box: height and width of the maps, on a logarithmic scale.  "
                "In a block: its layers.", 12, "muted")
    return figure


GAP, MIDDLE = 24, 148


def part(figure, x, width, side, colour, name, channels, above=False, last=False):
    """A box with its name and its maps' sizes below it, or above it if its neighbours are close."""
    height = 18 + 14 * math.log2(side)
    centre = x + width / 2
    figure.rect(x, MIDDLE - height / 2, width, height, colour, radius=4, outline="faint" if colour == "pill" else None)
    y = 34 if above else 234
    figure.line(centre, y + 24 if above else y - 16, centre, MIDDLE + (-height / 2 - 5 if above else height / 2 + 5),
                "edge", 1)
    figure.text(centre, y, name, 12, "ink", weight=600)
    figure.text(centre, y + 17, f"{channels} × {side}²" if side > 1 else str(channels), 11.5, "muted")
    if not last:
        figure.arrow(x + width + 4, MIDDLE, x + width + GAP - 4, MIDDLE)
    return x + width + GAP


def growth():
    figure = Figure(900, 336, "Channels of DenseNet-121, layer by layer")
    left, top, width, height = 76, 62, 790, 216
    plot_axes(figure, left, top, width, height, "layers, in the order they run", "maps in the block's buffer")
    for channels in (256, 512, 768, 1024):
        y = top + height - height * channels / 1024
        figure.line(left, y, left + width, y, "edge", 1)
        figure.text(left - 8, y + 4, str(channels), 11.5, "muted", "end")
    step = width / (sum(BLOCKS) + 3 * 1.5 + 1)
    x = left + step * 0.5
    for block, (channels, out, side) in enumerate(sizes()):
        start = x
        for _ in range(BLOCKS[block]):
            old, new = height * channels / 1024, height * GROWTH / 1024
            figure.rect(x, top + height - old, step - 2.5, old, LAYERS[block], radius=0, opacity=0.38)
            figure.rect(x, top + height - old - new, step - 2.5, new, LAYERS[block], radius=1.5)
            x, channels = x + step, channels + GROWTH
        figure.text((start + x) / 2, top + height + 17, f"block {block + 1} at {side}²", 12)
        figure.text(x - step * 0.5, top + height - height * out / 1024 - 7, str(out), 12, "ink", weight=600)
        if block < 3:
            figure.text(x + step * 0.55, top + height - height * out / 2048 - 8, "½", 13, "muted")
        x += 1.5 * step
    return figure


def bump(x, y, cx, cy, spread):
    return math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / spread)


def grid(figure, left, top, cell, colour, values):
    for row in range(7):
        for column in range(7):
            figure.rect(left + cell * column, top + cell * row, cell - 1, cell - 1, "pill", radius=1)
            figure.rect(left + cell * column, top + cell * row, cell - 1, cell - 1, colour, radius=1,
                        opacity=round(values(column, row), 3))


def class_activation():
    figure = Figure(900, 356, "A class-activation map and the logit it averages to")
    cell = 11
    seen = [("green", 1.5, 2, 3), ("purple", 4, 3.2, 5), ("blue", 5, 1, 2)]
    for i, (colour, cx, cy, spread) in enumerate(seen):
        top = [32, 124, 238][i]
        grid(figure, 60, top, cell, colour, lambda x, y: bump(x, y, cx, cy, spread))
        figure.text(50, top + 42, ["1", "2", "1024"][i], 12, "muted", "end")
        figure.arrow(142, top + 38, 176, top + 38, colour)
        figure.pill(222, top + 38, 88, ["× w₁", "× w₂", "× w₁₀₂₄"][i], height=28)
        figure.path(["M", 267, top + 38, "C", 310, top + 38, 306, 172, 342, 172], colour, 2)
    figure.text(98, 226, "⋮", 18, "muted")
    figure.text(222, 226, "⋮", 18, "muted")
    figure.head(350, 172, 0)
    figure.rect(352, 159, 26, 26, "pill", radius=13, outline="muted")
    figure.text(365, 177, "Σ", 14)
    figure.arrow(380, 172, 412, 172)
    grid(figure, 420, 102, 20, "red", lambda x, y: min(1, 0.35 * bump(x, y, 1.5, 2, 3) + 0.95 * bump(x, y, 4, 3.2, 5)))
    figure.text(490, 266, "the map of one class", 13, "ink", weight=600)
    figure.arrow(566, 172, 606, 172)
    figure.pill(660, 172, 104, "average", height=34)
    figure.arrow(713, 172, 744, 172)
    figure.text(760, 178, "logit − bias", 15, "ink", "start", 600)
    figure.text(98, 336, "maps of “final”, 7²", 12, "muted")
    figure.text(222, 336, "the class's row", 12, "muted")
    figure.text(660, 214, "Exact: averaging and a linear", 12, "muted")
    figure.text(660, 231, "layer may trade places.", 12, "muted")
    return figure
