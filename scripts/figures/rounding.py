# SPDX-License-Identifier: MIT
"""Where the logits' error in bf16 and int8 comes from, layer by layer."""
from .layers import plot_axes
from .svg import Figure

PLACES = ["stem", "1.1", "1.2", "t1", "2.1", "2.2", "2.3", "2.4", "t2", *(f"3.{layer}" for layer in range(1, 9))]
# Of the built-in network and 100 of CIFAR-10's test pictures, in per mille of the logits' deviation
# (scripts/measure_rounding.py): what a place adds, and what storing alone does.
ERRORS = {
    "bf16": (4.77, [1.95, 1.12, .953, .956, .903, .752, .906, .861, .888, 1, 1.01, 1.22, 1.23, 1.24, 1.26, 1.22, .955],
             [.344, .229, .243, .54, .24, .189, .243, .245, .566, .328, .269, .316, .297, .294, .316, .289, .151]),
    "int8": (20.2, [7.18, 4, 2.97, 5.67, 2.99, 2.22, 2.37, 2.32, 6.78, 3.22, 3.55, 4.57, 4.82, 6.09, 5.01, 5.74, 2.35],
             [4.68, 2.62, 3.02, 2.92, 1.95, 1.96, 1.9, 1.66, 4.6, 2.08, 2.84, 3.56, 3.41, 5.26, 3.93, 4.88, 1.44]),
}
LEFT, WIDTH, HEIGHT = 84, 780, 150


def panel(figure, top, precision):
    whole, errors, stored = ERRORS[precision]
    squares = sum(error**2 for error in errors)
    plot_axes(figure, LEFT, top, WIDTH, HEIGHT, "", f"{precision}: share of the squared error; all together "
              f"{whole / 1e3:g} of the logits' deviation")
    step, full = WIDTH / len(PLACES), 0.2

    def height(error):
        return HEIGHT * error**2 / squares / full

    for share in (0.1, 0.2):
        y = top + HEIGHT * (1 - share / full)
        figure.line(LEFT, y, LEFT + WIDTH, y, "edge", 1)
        figure.text(LEFT - 8, y + 4, f"{share:.0%}", 11.5, "muted", "end")
    for number, place in enumerate(PLACES):
        x, whole_bar = LEFT + step * (number + 0.5), height(errors[number])
        bar = min(height(stored[number]), whole_bar)
        figure.rect(x - 15, top + HEIGHT - whole_bar, 30, whole_bar, "blue", radius=3)
        figure.rect(x - 15, top + HEIGHT - bar, 30, bar, "orange", radius=3)
        figure.text(x, top + HEIGHT + 18, place, 11.5, "muted")


def rounding():
    figure = Figure(900, 500, "Where rounding's error comes from: stem, block.layer, transitions t1 and t2")
    panel(figure, 70, "bf16")
    panel(figure, 294, "int8")
    for x, colour, text in ((LEFT, "orange", "storing the maps"), (LEFT + 190, "blue", "the rest: what is multiplied")):
        figure.rect(x, 476, 12, 12, colour)
        figure.text(x + 18, 486, text, 12, "muted", "start")
    return figure
