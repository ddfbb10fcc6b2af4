# SPDX-License-Identifier: MIT
"""What pictures show: ranked answers, and why."""
from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Union

import numpy as np

from ._arguments import whole_number
from ._arrays import FloatArray
from ._facts import frame, table
from ._heat import HeatMap, image
from ._pictures import pixels_of
from ._plots import axes_or_new

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

    from ._network import Network


class Answer(NamedTuple):
    """One output of one picture."""

    label: str
    probability: float  #: 0..1
    output: int  #: its number


class Prediction:
    """What one picture shows."""

    def __init__(self, net: Network, name: str, logits: FloatArray, probabilities: FloatArray,
                 tensor: FloatArray, pipeline: str) -> None:
        self.net = net
        self.name = name  #: the picture's path, or its place in the list
        self.logits = logits  #: (classes,)
        self.probabilities = probabilities  #: (classes,), 0..1
        self.tensor = tensor  #: what the network saw, (channels, height, width)
        self.pipeline = pipeline

    def top(self, count: int = 5) -> List[Answer]:
        """The likeliest outputs, the first one first; outputs that were never trained (their label
        is "") or gave no number are left out."""
        whole_number("count", count, 0)
        order = np.argsort(-self.probabilities, kind="stable")
        known = [int(i) for i in order if self.net.labels[i] != "" and np.isfinite(self.probabilities[i])]
        return [Answer(self.net.label(i), float(self.probabilities[i]), i) for i in known[:count]]

    @property
    def label(self) -> str:
        """The likeliest output's name."""
        return self._best().label

    @property
    def probability(self) -> float:
        """The likeliest output's, 0..1."""
        return self._best().probability

    def _best(self) -> Answer:
        best = self.top(1)
        if not best:
            raise ValueError(f"{self.name}: the network's answer is not a number")
        return best[0]

    def __getitem__(self, output: Union[int, str]) -> float:
        """The probability of an output, by number or label."""
        return float(self.probabilities[self.net.index(output)])

    def cam(self, output: Union[int, str, None] = None) -> HeatMap:
        """Where the picture speaks for an output, the likeliest if none is given."""
        index = self._best().output if output is None else self.net.index(output)
        values = self.net.cam(self.tensor[np.newaxis], index)[0]
        return HeatMap(values, self.net.label(index), self.net.arch.cam_is_exact, self.picture)

    @property
    def picture(self) -> Any:
        """What the network saw, as (height, width, 3) bytes."""
        return pixels_of(self.tensor, self.pipeline)

    def show(self, output: Union[int, str, None] = None) -> None:
        """Shows the heat map over the picture: in a notebook, by matplotlib, or by Pillow."""
        self.cam(output).show(f"{self.name}: {self}")

    def to_frame(self, count: Optional[int] = None) -> "pandas.DataFrame":
        """The answers as a DataFrame of pandas, which must be installed."""
        return frame(self._rows(count or len(self.probabilities)), ["picture", *Answer._fields])

    def _rows(self, count: int) -> List[Dict[str, Any]]:
        return [{"picture": self.name, **answer._asdict()} for answer in self.top(count)]

    def __str__(self) -> str:
        return ", ".join(f"{answer.label} {100 * answer.probability:.1f}%" for answer in self.top(3))

    def __repr__(self) -> str:
        return f"<densenet.Prediction of {self.name}: {self}>"

    def plot(self, axes: "Axes | None" = None, count: int = 5) -> "Axes":
        """Draws the likeliest answers as bars on axes of matplotlib, which must be installed."""
        drawn: "Axes" = axes_or_new(axes)
        top = self.top(count)[::-1]
        drawn.barh([answer.label for answer in top], [answer.probability for answer in top])
        drawn.set_xlim(0, 1)
        drawn.set_title(self.name)
        return drawn

    def _repr_html_(self) -> str:
        top = self.top(5)
        if not top:
            return html.escape(repr(self))
        return f"<div>{image(self.picture, self.name)} {self.cam()._repr_html_()}</div>" + "".join(map(_bar, top))


def _bar(answer: Answer) -> str:
    """An answer as a bar of HTML, 200 pixels for certainty."""
    return (f'<div><span style="display:inline-block;height:.8em;background:#3b6ea5;'
            f'width:{200 * answer.probability:.0f}px"></span> {100 * answer.probability:.1f}% '
            f'{html.escape(answer.label)}</div>')


class Predictions(List[Prediction]):
    """What pictures show, in their order."""

    def to_frame(self, count: int = 1) -> "pandas.DataFrame":
        """`count` answers of each picture as a DataFrame of pandas, which must be installed."""
        rows = [row for prediction in self for row in prediction._rows(count)]
        return frame(rows, ["picture", *Answer._fields])

    def __str__(self) -> str:
        return "\n".join(f"{prediction.name}: {prediction}" for prediction in self)

    def _repr_html_(self) -> str:
        return table([[prediction.name, str(prediction)] for prediction in self], ["picture", "shows"])
