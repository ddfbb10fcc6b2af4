# SPDX-License-Identifier: MIT
"""What `densenet info --check` sees: norm by norm, predicted against recorded means."""
from .layers import plot_axes
from .svg import Figure

# Of a trained DenseNet-BC (100, 12), in the order of computation from the second norm on.
SOUND = [
    1, .993, 1, 1, 1, .999, 1, 1, 1, .999, 1, .999, .999, .998, .999, .999, .999, .997, .999, .998, .999, .999, .998,
    .999, .999, .999, .999, .998, .999, .996, .999, .999, .996, 1, 1, .999, .999, 1, .999, 1, .998, 1, .999, .999, 1, 1,
    .999, 1, .999, 1, .999, 1, .999, 1, .998, 1, .999, 1, .999, 1, .996, 1, .996, 1, .999, .999, 1, .999, 1, .986, 1,
    .999, 1, .999, 1, .997, .999, .995, .999, .999, 1, .999, .999, .999, 1, .995, .999, .988, .999, .988, .999, .99,
    .999, .997, .999, .969, .999, .969]
# The same with the 3x3 kernel of layer 9 of block 2 drawn anew, and the second norms of layers 4
# and 5 of block 3 exchanged: what differs, by place.
ALTERED = {50: .324, 72: -.157, 73: .959, 74: -.157, 75: .964}
LIMIT = 0.8


def agreement():
    figure = Figure(900, 356, "Correlation of predicted and recorded means, norm by norm")
    left, top, width, height = 84, 56, 780, 240
    plot_axes(figure, left, top, width, height, "norms in the order of computation", "correlation")

    def place(norm, correlation):
        return left + 8 + (width - 16) * norm / (len(SOUND) - 1), top + height * (1.08 - correlation) / 1.4

    for correlation in (0, 0.5, 1):
        y = place(0, correlation)[1]
        figure.line(left, y, left + width, y, "edge", 1)
        figure.text(left - 8, y + 4, f"{correlation:g}", 11.5, "muted", "end")
    y = place(0, LIMIT)[1]
    figure.line(left, y, left + width, y, "muted", 1, dash="5 4")
    figure.text(left + 8, y + 15, "below 0.8 and more than a quarter deviation away: contradicts", 11.5, "muted", "start")
    for norm, correlation in enumerate(SOUND):
        figure.circle(*place(norm, correlation), 3.2, "blue")
    for norm, correlation in ALTERED.items():
        x, y = place(norm, SOUND[norm])
        to = place(norm, correlation)
        figure.line(x, y, *to, "orange", 1.2, dash="2 3")
        figure.circle(*to, 4.6 if correlation < LIMIT else 3.2, "orange")
    x, y = place(50, ALTERED[50])
    figure.text(x - 12, y + 4, "a 3x3 kernel drawn anew", 13, "ink", "end", 600)
    x, y = place(72, ALTERED[72])
    figure.text(x - 12, y + 4, "two norms exchanged", 13, "ink", "end", 600)
    return figure
