# SPDX-License-Identifier: MIT
"""What the design buys: memory that grows with the layers, accuracy for few parameters."""
from .layers import plot_axes
from .svg import Figure


def kept(layers, channels=256, growth=32):
    """Maps a block keeps for its backward pass: as PyTorch keeps them (each layer's
    concatenated and normalised input, two bottleneck outputs), one buffer and the
    bottleneck outputs, one buffer alone."""
    inputs = sum(channels + growth * layer for layer in range(layers))
    buffer = channels + growth * layers
    return 2 * inputs + layers * (8 + 1) * growth, buffer + layers * 4 * growth, buffer


def memory():
    figure = Figure(900, 356, "Maps kept for the backward pass of a block")
    left, top, width, height, most = 90, 62, 610, 226, 40000
    plot_axes(figure, left, top, width, height, "layers of the block (k = 32, 256 maps enter)",
              "maps kept for the backward pass")

    def place(layers, count):
        return left + width * layers / 24, top + height - height * count / most

    for count in (10000, 20000, 30000, 40000):
        y = place(0, count)[1]
        figure.line(left, y, left + width, y, "edge", 1)
        figure.text(left - 8, y + 4, f"{count:,}", 11.5, "muted", "end")
    for layers in (6, 12, 18, 24):
        figure.text(place(layers, 0)[0], top + height + 17, str(layers), 11.5, "muted")
    series = [("orange", "concatenated layer by layer", "grows with the square of the layers"),
              ("blue", "one buffer, bottlenecks kept", "grows with the layers"),
              ("green", "one buffer alone", "bottlenecks recomputed")]
    for i, (colour, name, note) in enumerate(series):
        points = [place(layers, kept(layers)[i]) for layers in range(1, 25)]
        commands = [part for x, y in points for part in ("L", x, y)]
        figure.path(["M"] + commands[1:], colour, 3)
        x, y = points[-1]
        figure.circle(x, y, 4.5, colour)
        y += [4, -4, 6][i]
        figure.text(x + 14, y, f"{kept(24)[i]:,}", 13.5, colour, "start", 600)
        figure.text(x + 72, y, ["", "a ninth", "a thirty-sixth"][i], 12, "muted", "start")
        legend = 96 + 46 * i
        figure.circle(left + 30, legend - 4, 5, colour)
        figure.text(left + 44, legend, name, 13, "ink", "start", 600)
        figure.text(left + 44, legend + 17, note, 12, "muted", "start")
    return figure


# Top-1 accuracy on ImageNet of torchvision's first published weights; parameters in millions.
RESNETS = [("18", 11.690, 69.758), ("34", 21.798, 73.314), ("50", 25.557, 76.130), ("101", 44.549, 77.374),
           ("152", 60.193, 78.312)]
DENSENETS = [("121", 7.979, 74.434), ("169", 14.149, 75.600), ("201", 20.014, 76.896), ("161", 28.681, 77.138)]


def parameter_efficiency():
    figure = Figure(900, 372, "Accuracy against parameters: DenseNet and ResNet")
    left, top, width, height = 84, 62, 776, 240
    plot_axes(figure, left, top, width, height, "parameters, millions", "top-1 accuracy on ImageNet, %")

    def place(parameters, accuracy):
        return left + width * parameters / 64, top + height * (79 - accuracy) / 11

    for accuracy in (70, 72, 74, 76, 78):
        y = place(0, accuracy)[1]
        figure.line(left, y, left + width, y, "edge", 1)
        figure.text(left - 8, y + 4, str(accuracy), 11.5, "muted", "end")
    for parameters in (10, 20, 30, 40, 50, 60):
        figure.text(place(parameters, 0)[0], top + height + 17, str(parameters), 11.5, "muted")
    for networks, colour, name in ((RESNETS, "orange", "ResNet"), (DENSENETS, "blue", "DenseNet")):
        points = [place(parameters, accuracy) for _, parameters, accuracy in networks]
        commands = [part for x, y in points for part in ("L", x, y)]
        figure.path(["M"] + commands[1:], colour, 2.5, opacity=0.55)
        for (depth, _, _), (x, y) in zip(networks, points):
            figure.circle(x, y, 6, colour)
            above = colour == "blue"
            figure.text(x - 4 if above else x + 4, y - 12 if above else y + 21, depth, 12.5, "ink",
                        "end" if above else "start", 600)
    figure.text(*place(12.6, 77.3), "DenseNet", 15, "blue", "end", 600)
    figure.text(*place(51, 76.5), "ResNet", 15, "orange", "start", 600)
    return figure
