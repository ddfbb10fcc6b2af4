# SPDX-License-Identifier: MIT
"""What a training did: a row for each epoch, and its curves."""
from __future__ import annotations

import html
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from ._facts import frame
from ._plots import pyplot

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

    from ._network import Network

WIDTH, HEIGHT, MARGIN = 320, 180, 30
COLOURS = ("#3b6ea5", "#c8553d")


@dataclass(frozen=True)
class Epoch:
    """One pass over the data. Fractions are 0..1; NaN where nothing was measured."""

    epoch: int  #: from 1
    loss: float  #: mean of the steps', in nats
    accuracy: float  #: of classes, while training
    rate: float  #: the last step's learning rate
    val_loss: float
    val_score: float  #: accuracy, of labels the mean AUROC
    seconds: float  #: since the training began, of this call

    def __str__(self) -> str:
        known = [("loss", f"{self.loss:.4f}", self.loss), ("accuracy", f"{100 * self.accuracy:.2f}%", self.accuracy),
                 ("validation: loss", f"{self.val_loss:.4f}", self.val_loss),
                 ("score", f"{self.val_score:.4f}", self.val_score)]
        return f"epoch {self.epoch}: " + ", ".join(f"{name} {text}" for name, text, value in known if value == value)


def _line(values: Sequence[float], low: float, high: float, colour: str) -> str:
    """A curve of SVG; what is not a number is left out."""
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    scale = (HEIGHT - 2 * MARGIN) / ((high - low) or 1)
    points = [(f"{MARGIN + i * step:.1f}", f"{HEIGHT - MARGIN - (value - low) * scale:.1f}")
              for i, value in enumerate(values) if np.isfinite(value)]
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="2" fill="{colour}"/>' for x, y in points)
    path = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline fill="none" stroke="{colour}" points="{path}"/>{dots}'


def chart(title: str, curves: Sequence[Tuple[str, Sequence[float]]]) -> str:
    """Curves over epochs as SVG, with the lowest and the highest value at the axis."""
    values = [v for _, curve in curves for v in curve if np.isfinite(v)]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    lines = "".join(_line(curve, low, high, colour) for (_, curve), colour in zip(curves, COLOURS))
    names = " ".join(f'<tspan fill="{colour}">{html.escape(name)}</tspan>'
                     for (name, _), colour in zip(curves, COLOURS))
    style = 'font-family="sans-serif" font-size="10"'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" {style}>'
            f'<text x="{MARGIN}" y="16">{html.escape(title)}: {names}</text>'
            f'<text x="2" y="{HEIGHT - MARGIN}">{low:.3g}</text><text x="2" y="{MARGIN}">{high:.3g}</text>'
            f'{lines}</svg>')


class Training:
    """What densenet.train() did."""

    def __init__(self, history: List[Epoch], score_name: str, net: Network) -> None:
        self.history = history  #: an Epoch for each that was finished
        self.score_name = score_name  #: "accuracy", "mean AUROC"
        self.net = net  #: the best by validation, without one the last
        self.best: Optional[Epoch] = None  #: the epoch that `net` is of, where validated
        self.finished = False  #: by all epochs or by patience, not by Ctrl-C or a callback
        self.steps = 0  #: made, over all calls

    def _curves(self) -> Dict[str, List[Tuple[str, List[float]]]]:
        column = {name: [getattr(e, name) for e in self.history] for name in Epoch.__dataclass_fields__}
        return {"loss": [("training", column["loss"]), ("validation", column["val_loss"])],
                self.score_name: [("training", column["accuracy"]), ("validation", column["val_score"])]}

    def to_frame(self) -> "pandas.DataFrame":
        """A row for each epoch, of pandas, which must be installed."""
        return frame([asdict(epoch) for epoch in self.history], [column.name for column in fields(Epoch)])

    def plot(self, axes: Optional[Sequence["Axes"]] = None) -> Any:
        """Draws loss and score on two axes of matplotlib, which must be installed."""
        drawn = pyplot().figure().subplots(1, 2) if axes is None else axes
        epochs = [epoch.epoch for epoch in self.history]
        for place, (title, curves) in zip(drawn, self._curves().items()):
            for name, values in curves:
                place.plot(epochs, values, label=name)
            place.set_title(title)
            place.set_xlabel("epoch")
            place.legend()
        return drawn

    def __repr__(self) -> str:
        state = "finished" if self.finished else "not finished"
        return f"<densenet.Training of {len(self.history)} epochs, {self.steps} steps, {state}>"

    def __str__(self) -> str:
        return "\n".join(map(str, self.history)) or repr(self)

    def _repr_html_(self) -> str:
        last = html.escape(str(self.history[-1]) if self.history else "no epoch is finished")
        return "".join(chart(title, curves) for title, curves in self._curves().items()) + f"<p>{last}</p>"
