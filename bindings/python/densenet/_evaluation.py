# SPDX-License-Identifier: MIT
"""Measures of a network on a data set."""
from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Dict, Optional, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from . import _native
from ._arguments import one_of
from ._computing import PRECISIONS
from ._errors import warn
from ._facts import frame, table
from ._network import Network
from ._plots import axes_or_new

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

PORTIONS = ("train", "test", "validation")


@dataclass(frozen=True)
class Output:
    """Of one class or label; NaN where the divisor is zero, or it is not measured."""

    label: str
    support: int  #: samples that are of it
    predicted: int  #: samples that were taken for it
    right: int  #: both
    precision: float
    recall: float
    f1: float
    auroc: float  #: of labels: area under the ROC curve


@dataclass(frozen=True)
class Evaluation:
    """How a network answers a data set. Fractions are 0..1, NaN where they are not defined."""

    samples: int
    skipped: int  #: pictures that could not be read
    loss: float
    top1: float  #: accuracy, of classes
    top5: float
    auroc: float  #: of labels: the mean
    not_numbers: int  #: samples without an answer in numbers, which count as wrong
    precision: str  #: what it was computed in; of "auto", what was taken
    outputs: Tuple[Output, ...]
    confusion: Optional[NDArray[np.uint32]]  #: of classes: [truth, predicted]

    def __str__(self) -> str:
        score = f"mean AUROC {self.auroc:.4f}" if np.isnan(self.top1) else f"accuracy {100 * self.top1:.2f}%"
        return f"{self.samples} samples: loss {self.loss:.4f}, {score}"

    def _repr_html_(self) -> str:
        rows = [[o.label, o.support, f"{o.precision:.3f}", f"{o.recall:.3f}", f"{o.f1:.3f}"] for o in self.outputs]
        return f"<p>{self}</p>" + table(rows, ["", "samples", "precision", "recall", "F1"])

    def plot(self, axes: "Axes | None" = None) -> "Axes":
        """Draws, of classes, each one's answers as shares, of labels the AUROCs, on axes of
        matplotlib, which must be installed."""
        drawn: "Axes" = axes_or_new(axes)
        names, places = [output.label for output in self.outputs], range(len(self.outputs))
        if self.confusion is None:
            drawn.barh(names, [output.auroc for output in self.outputs])
            drawn.set_xlabel("AUROC")
            return drawn
        drawn.imshow(self.confusion / np.maximum(self.confusion.sum(1, keepdims=True), 1), vmin=0, vmax=1)
        drawn.set_xticks(places, names, rotation=90)
        drawn.set_yticks(places, names)
        drawn.set_xlabel("answer")
        drawn.set_ylabel("truth")
        return drawn

    def to_frame(self) -> "pandas.DataFrame":
        """A row for each output, of pandas, which must be installed."""
        return frame([vars(output) for output in self.outputs], list(Output.__dataclass_fields__))


def evaluate(net: Network, data: Union[str, "os.PathLike[str]"], *, portion: str = "test", batch: int = 0,
             threads: int = 0, precision: Optional[str] = None, preprocess: Optional[str] = None,
             progress: Optional[Callable[[int, int], object]] = None) -> Evaluation:
    """Measures a network on folders of classes, CIFAR's binaries, tars or a CSV (docs/training.md).

    portion: "test", "validation" or "train", of a data set that comes in parts. progress(done,
    total) is called in samples. precision: the network's own if None. Pictures that cannot be read
    are a warning. Raises MismatchError if the data has names that the network lacks; an exception
    of progress when it has ended.
    """
    if portion not in PORTIONS:
        raise ValueError(f"portion={portion!r}: one of {', '.join(map(repr, PORTIONS))} is needed")
    if not isinstance(net, Network):
        raise TypeError(f"a Network, as load() gives it, is needed, and this is a {type(net).__name__}")
    dataset = _native.dataset_open(os.fsencode(data), {"portion": PORTIONS.index(portion)})
    if all(net.labels):
        _native.dataset_match(dataset, [str(label).encode() for label in net.labels])

    def told(done: int, total: int, reason: Optional[str]) -> None:
        if reason is not None:
            warn(f"skipped: {reason}")
        elif progress is not None:
            progress(done, total)

    if precision is not None:
        one_of("precision", precision, PRECISIONS)
    options: Dict[str, Any] = {"batch": batch, "threads": threads,
                               "precision": precision.encode() if precision else net._sessions.options["precision"]}
    found = _native.evaluate(net._model, dataset, net._pipeline(preprocess) if preprocess else None, options, told)
    labels = net.labels if len(found["results"]) == len(net.labels) else _native.dataset_facts(dataset)["labels"]
    rows = zip(labels, found["results"])
    outputs = tuple(Output(label=label or str(i), **row) for i, (label, row) in enumerate(rows))
    confusion = found["confusion"]
    if confusion is not None:
        confusion = np.frombuffer(confusion, dtype=np.uint32).reshape(len(outputs), len(outputs))
    names = ("samples", "skipped", "loss", "top1", "top5", "auroc", "not_numbers", "precision")
    return Evaluation(outputs=outputs, confusion=confusion, **{name: found[name] for name in names})
