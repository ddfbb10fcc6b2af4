# SPDX-License-Identifier: MIT
"""The parts of the network: a bottleneck layer, a transition, normalising first."""
from .svg import LAYERS, Figure


def plot_axes(figure, left, top, width, height, x_label, y_label):
    figure.line(left, top, left, top + height, "faint")
    figure.line(left, top + height, left + width, top + height, "faint")
    figure.text(left + width / 2, top + height + 36, x_label, 12, "muted")
    figure.text(left, top - 12, y_label, 12, "muted", "start")


def bottleneck():
    figure = Figure(900, 380, "A dense layer with and without a bottleneck")
    plain_layer(figure, 112)
    bottleneck_layer(figure, 274)
    parameter_lines(figure, 600, 74, 256, 224)
    return figure


def bar(figure, x, middle, channels, colour, label):
    height = channels * 0.42
    figure.rect(x - 9, middle - height / 2, 18, height, colour, radius=4)
    figure.text(x, middle + height / 2 + 18, label, 12.5)


def convolution(figure, y, left, middle, right, size):
    figure.arrow(left, y, middle - 76, y)
    figure.pill(middle, y, 146, f"BN · ReLU · {size}", height=32)
    figure.arrow(middle + 75, y, right, y)


def beginning(figure, y, title):
    figure.text(46, y - 68, title, 13.5, "ink", "start", 600)
    bar(figure, 60, y, 256, "red", "256")


def plain_layer(figure, y):
    beginning(figure, y, "one 3×3 convolution")
    convolution(figure, y, 78, 286, 496, "3×3")
    bar(figure, 514, y, 32, "green", "k = 32")
    figure.text(286, y - 26, "73,728 weights", 12, "muted")


def bottleneck_layer(figure, y):
    beginning(figure, y, "with a bottleneck")
    convolution(figure, y, 78, 172, 268, "1×1")
    bar(figure, 286, y, 128, "purple", "4k = 128")
    convolution(figure, y, 304, 400, 496, "3×3")
    bar(figure, 514, y, 32, "green", "k = 32")
    figure.text(172, y - 26, "32,768 weights", 12, "muted")
    figure.text(400, y - 26, "36,864 weights", 12, "muted")


def parameter_lines(figure, left, top, width, height):
    """Weights of one layer, k = 32, against its input channels c: 9ck and 4ck + 36kk."""
    plot_axes(figure, left, top, width, height, "channels that enter the layer", "weights of the layer, k = 32")

    def place(channels, weights):
        return left + width * channels / 1024, top + height - height * weights / 300e3

    for weights in (100, 200, 300):
        y = place(0, weights * 1000)[1]
        figure.line(left, y, left + width, y, "edge", 1)
        figure.text(left - 8, y + 4, f"{weights}k", 11.5, "muted", "end")
    for channels in (256, 512, 768, 1024):
        figure.text(place(channels, 0)[0], top + height + 17, str(channels), 11.5, "muted")
    for colour, name, slope, start, side in (("orange", "3×3 alone", 288, 0, -1), ("blue", "bottleneck", 128, 36864, 1)):
        figure.line(*place(0, start), *place(1024, start + 1024 * slope), colour, 3)
        x, y = place(700, start + 700 * slope)
        figure.text(x - 8 if side < 0 else x, y - 8 if side < 0 else y + 24, name, 13, colour,
                    "end" if side < 0 else "start", 600)


def maps(figure, x, y, size, cards, colour, label):
    half = figure.stack(x, y, cards, colour, size, 6)
    figure.text(x, y + 62, label, 12.5)
    return half


def transition():
    figure = Figure(900, 366, "A transition, as written and as computed")
    rows = [(106, "as written", "BN · ReLU · 1×1 convolution", (66, 3), "128 × 56²", "2×2 average", "102.8 M"),
            (272, "as computed", "BN · ReLU · 2×2 average", (40, 6), "256 × 28²", "1×1 convolution", "25.7 M")]
    for y, name, first, (size, cards), between, second, cost in rows:
        figure.text(36, y - 66, name, 13.5, "ink", "start", 600)
        maps(figure, 96, y, 66, 6, "red", "256 × 56²")
        figure.arrow(150, y, 176, y)
        figure.pill(282, y, 212, first, height=34)
        figure.arrow(388, y, 416, y)
        maps(figure, 466, y, size, cards, "purple", between)
        figure.arrow(516, y, 544, y)
        figure.pill(622, y, 156, second, height=34)
        figure.arrow(700, y, 728, y)
        maps(figure, 766, y, 40, 3, "green", "128 × 28²")
        figure.text(842, y - 2, cost, 14, "ink", weight=600)
        figure.text(842, y + 16, "multiply-adds", 11, "muted")
    figure.line(36, 186, 864, 186, "edge")
    return figure


def pre_activation():
    figure = Figure(900, 372, "Normalising after a convolution, and before it")
    figure.line(430, 30, 430, 342, "edge")
    after(figure, 40, 182)
    before(figure, 470, 182)
    return figure


def after(figure, left, y):
    figure.text(left + 175, 46, "after: Conv · BN · ReLU", 15, "ink", weight=600)
    figure.pill(left + 32, y, 64, "Conv", height=32)
    figure.arrow(left + 64, y, left + 82, y)
    figure.pill(left + 134, y, 102, "BN · ReLU", height=32)
    figure.arrow(left + 185, y, left + 206, y)
    figure.stack(left + 226, y, 2, "red", 30)
    for i, colour in enumerate(LAYERS[:3]):
        target = y + 84 * (i - 1)
        figure.path(["M", left + 248, y, "C", left + 270, y, left + 262, target, left + 288, target], "red", 2)
        figure.head(left + 294, target, 0, "red")
        figure.pill(left + 328, target, 66, f"layer {i + 1}", height=34, fill=colour, colour="white")
    figure.text(left + 175, 318, "A map is normalised once, where it is made.", 12.5, "muted")
    figure.text(left + 175, 338, "All its readers get the same scale and the same shift.", 12.5, "muted")


def before(figure, left, y):
    figure.text(left + 195, 46, "before: BN · ReLU · Conv", 15, "ink", weight=600)
    figure.pill(left + 30, y, 60, "Conv", height=32)
    figure.arrow(left + 60, y, left + 80, y)
    figure.stack(left + 100, y, 2, "red", 30)
    for i, colour in enumerate(LAYERS[:3]):
        target = y + 84 * (i - 1)
        figure.path(["M", left + 122, y, "C", left + 146, y, left + 136, target, left + 160, target], "red", 2)
        figure.head(left + 166, target, 0, "red")
        figure.pill(left + 232, target, 132, f"BN · ReLU  (γ{'₁₂₃'[i]}, β{'₁₂₃'[i]})", height=32)
        figure.arrow(left + 298, target, left + 320, target, colour)
        figure.pill(left + 353, target, 66, f"layer {i + 1}", height=34, fill=colour, colour="white")
    figure.text(left + 195, 318, "The map is kept raw. Each reader scales and shifts it in its own way;", 12.5, "muted")
    figure.text(left + 195, 338, "its mean and variance are the same for all and computed once.", 12.5, "muted")
