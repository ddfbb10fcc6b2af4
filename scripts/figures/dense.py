# SPDX-License-Identifier: MIT
"""What a dense block is: its connections, its buffer, its order, what a ResNet does instead."""
from .svg import LAYERS, Figure

SOURCES = ["red"] + LAYERS


def dense_block():
    figure = Figure(900, 352, "A dense block of four layers with growth rate 4")
    middle, spacing = 158, 178
    stacks = [74 + spacing * i for i in range(5)]
    layers = [x + spacing / 2 for x in stacks[:4]]
    for target, x in enumerate(layers):
        for source in range(target):
            rise = 34 + 26 * (target - source - 1)
            start, end, top = stacks[source] + 8 + 3 * target, x - 12 + 6 * source, middle - 32 - rise
            figure.path(["M", start, middle - 30, "C", start + 10, top, end - 60, top, end - 22, top,
                         "Q", end, top, end, middle - 26], SOURCES[source], 2)
            figure.head(end, middle - 19, 1.5708, SOURCES[source])
    for i, x in enumerate(layers):
        figure.arrow(stacks[i] + 30, middle, x - 37, middle, SOURCES[i], 2)
        figure.pill(x, middle, 72, f"layer {i + 1}", height=36)
        figure.arrow(x + 37, middle, stacks[i + 1] - 30, middle, SOURCES[i + 1], 2)
    for i, x in enumerate(stacks):
        figure.stack(x, middle, 4, SOURCES[i])
        figure.text(x, middle + 46, "input: x maps" if i == 0 else "4 new maps", 12, "muted")
    channel_strip(figure, 242)
    return figure


def channel_strip(figure, top):
    """The block's output: everything, side by side along the channel axis."""
    cell, left = 36, 92
    count = 0
    for i, colour in enumerate(SOURCES):
        for _ in range(4):
            figure.rect(left + cell * count, top, cell - 3, 30, colour, radius=4)
            count += 1
        centre = left + cell * (count - 2) - 1.5
        figure.text(centre, top + 50, "x" if i == 0 else "+ 4", 13)
    figure.text(450, top + 82, "The block's output: all maps side by side along the channel axis. "
                "Height and width stay as they are.", 12.5, "muted")
    figure.text(left - 12, top + 20, "output", 12.5, "ink", "end")
    figure.text(left + cell * count + 8, top + 20, "x + 4 · 4", 12.5, "ink", "start")


def block_buffer():
    figure = Figure(900, 330, "The one buffer of a block, as its layers run")
    cell, left, top, gap = 25, 104, 64, 44
    total = 20
    for row in range(5):
        y = top + gap * row
        known = 4 + 4 * row
        for channel in range(total):
            x = left + cell * channel
            colour = SOURCES[channel // 4]
            if channel < known:
                figure.rect(x, y, cell - 3, 26, colour, radius=3, opacity=None if channel >= known - 4 else 0.42)
            else:
                figure.rect(x, y, cell - 3, 26, None, radius=3, outline="faint", dash="3 3")
        figure.text(left - 14, y + 18, "input" if row == 0 else f"layer {row}", 13, "ink", "end", 600)
        note = "written once, by the stem or a transition" if row == 0 else f"reads {known - 4}, writes 4"
        figure.text(left + cell * total + 12, y + 18, note, 12, "muted", "start")
    figure.text(left, 40, "channel", 12, "muted", "start")
    figure.arrow(left + 52, 36, left + cell * total - 4, 36, "faint")
    figure.text(left, top + gap * 5 + 22, "Solid: written in this step.  Pale: already there, read in place.  "
                "No map is ever copied.", 12.5, "muted", "start")
    return figure


def concatenation_order():
    figure = Figure(900, 236, "Two orders of the same concatenation")
    rows = [("torchvision", "oldest first: new maps go last", [0, 1, 2, 3]),
            ("reference", "newest first: new maps go first", [3, 2, 1, 0])]
    cell, left = 30, 150
    places = []
    for row, (name, note, order) in enumerate(rows):
        y = 50 + 108 * row
        figure.text(left - 16, y + 22, name, 13.5, "ink", "end", 600)
        x, centres = left, {}
        for part in order:
            for _ in range(4):
                figure.rect(x, y, cell - 3, 34, SOURCES[part], radius=3)
                x += cell
            centres[part] = x - 2 * cell - 1.5
        places.append(centres)
        figure.text(x + 16, y + 22, note, 12.5, "muted", "start")
    for part in range(4):
        figure.path(["M", places[0][part], 86, "C", places[0][part], 122, places[1][part], 122, places[1][part], 156],
                    SOURCES[part], 2, opacity=0.75)
    for part, label in enumerate(["input", "layer 1", "layer 2", "layer 3"]):
        figure.text(places[0][part], 42, label, 12, "muted")
        figure.text(places[1][part], 212, label, 12, "muted")
    return figure


def residual_or_dense():
    figure = Figure(900, 330, "ResNet adds, DenseNet concatenates")
    figure.line(450, 30, 450, 300, "edge", 1.5)
    resnet(figure, 40)
    densenet(figure, 490)
    return figure


def input_and_layer(figure, left, y, title):
    figure.text(left + 185, 44, title, 15, "ink", weight=600)
    figure.stack(left + 40, y, 4, "red")
    figure.arrow(left + 72, y, left + 110, y)
    figure.pill(left + 148, y, 74, "layer", height=36)


def resnet(figure, left):
    y = 150
    input_and_layer(figure, left, y, "ResNet: add")
    figure.arrow(left + 186, y, left + 228, y)
    figure.path(["M", left + 48, y - 30, "C", left + 60, y - 86, left + 232, y - 86, left + 242, y - 20], "red", 2)
    figure.head(left + 243, y - 14, 1.45, "red")
    figure.rect(left + 230, y - 13, 26, 26, "pill", radius=13, outline="muted")
    figure.text(left + 243, y + 5.5, "+", 17)
    figure.arrow(left + 258, y, left + 294, y)
    mixed = figure.stack(left + 328, y, 4, "purple")
    figure.text(left + 328, y + mixed + 18, "sums", 12, "muted")
    figure.text(left + 40, y + mixed + 18, "input", 12, "muted")
    figure.text(left + 185, 256, "What came before and what is new are one sum:", 12.5, "muted")
    figure.text(left + 185, 274, "later layers cannot tell them apart.", 12.5, "muted")
    figure.text(left + 185, 298, "width stays; every layer rewrites all of it", 12.5, "ink")


def densenet(figure, left):
    y = 150
    input_and_layer(figure, left, y, "DenseNet: concatenate")
    figure.arrow(left + 186, y, left + 292, y + 26, "blue", 2)
    figure.path(["M", left + 48, y - 30, "C", left + 60, y - 86, left + 220, y - 86, left + 292, y - 34], "red", 2)
    figure.head(left + 296, y - 31, 0.62, "red")
    figure.stack(left + 326, y - 24, 4, "red")
    figure.stack(left + 326, y + 32, 2, "blue")
    figure.text(left + 40, y + 42, "input", 12, "muted")
    figure.text(left + 326, y + 68, "input and k new maps", 12, "muted")
    figure.text(left + 185, 256, "Every later layer sees every earlier map as it was", 12.5, "muted")
    figure.text(left + 185, 274, "and weights it on its own.", 12.5, "muted")
    figure.text(left + 185, 298, "width grows by k; a layer makes only k maps", 12.5, "ink")
