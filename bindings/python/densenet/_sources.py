# SPDX-License-Identifier: MIT
"""Where the batches of a training come from: arrays, or whatever yields batches; _files.py has files."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Iterator, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from . import _native
from ._arrays import ArrayLike, FloatArray, as_batch, to_numpy
from ._errors import MismatchError
from ._network import Network
from ._scores import Score, score_of

if TYPE_CHECKING:
    from ._native import Step, Trainer

Labels = Tuple[Optional[str], ...]
Pair = Tuple[ArrayLike, ArrayLike]


class Source:
    """Batches, epoch by epoch, and what there is to validate on."""

    task: str  #: "classes" or "labels"
    labels: Labels  #: names of the outputs, None where none is known
    shape: Tuple[int, int, int]  #: of a picture: channels, height, width
    batch: int  #: most pictures of a step
    steps: int  #: of an epoch
    preprocess: Optional[str] = None  #: what makes the pictures, to be recorded
    val: Any = None

    def seek(self, epoch: int, index: int) -> None:
        """Chooses the next batch, from 0."""
        raise NotImplementedError

    def step(self, trainer: Trainer) -> Step:
        """Trains on the next batch."""
        raise NotImplementedError

    def validate(self, net: Network) -> Optional[Score]:
        """None if there is nothing to validate on."""
        return None if self.val is None else score_of(net, self.val[0], self.val[1], self.task, self.batch)


def targets_of(answers: ArrayLike, outputs: int) -> FloatArray:
    """(n, outputs): of whole numbers the class's 1 and 0 elsewhere; floats are taken as they are."""
    given = to_numpy(answers)
    if given.ndim == 1 and given.dtype.kind in "iu":
        if given.size and not 0 <= given.min() <= given.max() < outputs:
            raise MismatchError(f"classes from {given.min()} to {given.max()}: of {outputs} outputs, they are 0 to "
                                f"{outputs - 1}")
        return np.ascontiguousarray(np.eye(outputs, dtype=np.float32)[given])
    if given.ndim != 2 or given.shape[1] != outputs or given.dtype.kind not in "fiub":
        raise ValueError(f"answers of the type {given.dtype} and shape {given.shape}: (n,) whole numbers of classes, "
                         f"or (n, {outputs}) floats 0..1 of labels, NaN where unknown, are needed")
    targets = np.ascontiguousarray(given, dtype=np.float32)
    if targets.size and not 0 <= np.nanmin(targets, initial=0) <= np.nanmax(targets, initial=0) <= 1:
        raise ValueError(f"answers from {np.nanmin(targets)} to {np.nanmax(targets)}: of labels, 0..1 are needed, NaN "
                         f"where unknown")
    return targets


def pair_of(pair: Any, what: str) -> Pair:
    """Pictures and their answers, as many of these."""
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError(f"{what} is a {type(pair).__name__}; (x, y), pictures and their answers, is needed")
    x, y = as_batch(pair[0]), to_numpy(pair[1])
    if not len(x) or y.ndim not in (1, 2) or len(x) != len(y):
        raise ValueError(f"{what}: {len(x)} pictures with {len(y) if y.ndim else 'no'} answers")
    if y.dtype.kind not in "fiub":
        raise TypeError(f"{what} has answers of the type {y.dtype}; classes are whole numbers, and labels= their names")
    return x, y


def validation_of(val: Any, source: "Source") -> Optional[Pair]:
    """What arrays and loaders are validated on, checked before the first step."""
    if val is None or val is False:
        return None
    x, y = pair_of(val, "val")
    if x.shape[1] != source.shape[0]:
        raise MismatchError(f"val has {x.shape[1]} channels, the pictures to train on {source.shape[0]}")
    if task_of(y) != source.task:
        raise MismatchError(f"val has {task_of(y)}, the pictures to train on have {source.task}")
    targets_of(y, len(source.labels))
    return x, y


def task_of(answers: ArrayLike) -> str:
    """Whole numbers, one per picture, are classes; a row per picture are labels."""
    return "classes" if to_numpy(answers).ndim == 1 else "labels"


def outputs_of(answers: ArrayLike, labels: Optional[Sequence[str]], start: Optional[Network]) -> Labels:
    """By the labels given, else the network's to start from, else what the answers hold."""
    if labels is not None:
        return tuple(labels)
    given = to_numpy(answers)
    count = given.shape[1] if given.ndim == 2 else int(given.max()) + 1
    if start is not None and start.arch.classes >= count and task_of(given) == start.task:
        return start.labels
    return (None,) * count


class Arrays(Source):
    """Pictures and answers in memory, in another order in each epoch."""

    def __init__(self, data: Pair, val: Optional[Pair], batch: int, seed: int, labels: Optional[Sequence[str]],
                 start: Optional[Network]) -> None:
        self._x, y = pair_of(data, "data")
        self.task, self.labels = task_of(y), outputs_of(y, labels, start)
        self._y, self._seed = targets_of(y, len(self.labels)), seed
        self.shape = (self._x.shape[1], self._x.shape[2], self._x.shape[3])
        self.val = validation_of(val, self)
        self.batch = min(batch, len(self._x))
        self.steps = -(-len(self._x) // self.batch)
        self.seek(0, 0)

    def seek(self, epoch: int, index: int) -> None:
        self._epoch, self._index = epoch, index
        self._order: NDArray[Any] = np.random.default_rng((self._seed, epoch)).permutation(len(self._x))

    def step(self, trainer: Trainer) -> Step:
        if self._index == self.steps:
            self.seek(self._epoch + 1, 0)
        places = self._order[self._index * self.batch:(self._index + 1) * self.batch]
        self._index += 1
        return _native.trainer_step(trainer, self._x[places], self._y[places])


class Batches(Source):
    """Whatever yields (pictures, answers): a DataLoader, a list, a generator. What can be gone
    through again, is, in each epoch; a generator goes on where it was."""

    def __init__(self, loader: Iterable[Pair], val: Optional[Pair], steps: Optional[int],
                 labels: Optional[Sequence[str]], start: Optional[Network]) -> None:
        self._loader, self._once = loader, hasattr(loader, "__next__")
        if steps is None and not hasattr(loader, "__len__"):
            raise TypeError("a loader without a length: steps=, the batches of an epoch, is needed")
        self.steps: int = len(loader) if steps is None else steps  # type: ignore[arg-type]
        self._rest: Iterator[Pair] = iter(loader)
        self._first: Optional[Pair] = next(self._rest, None)
        if self._first is None or self.steps < 1:
            raise ValueError("the loader has no batch")
        x, y = pair_of(self._first, "the loader's batch")
        if labels is None:
            labels = getattr(getattr(loader, "dataset", None), "classes", None)
        if labels is None and start is None and to_numpy(y).ndim == 1:
            raise TypeError("how many classes the loader has is not known: labels=[...] is needed")
        self.task, self.labels = task_of(y), outputs_of(y, labels, start)
        self.shape, self.batch = (x.shape[1], x.shape[2], x.shape[3]), len(x)
        self.val = validation_of(val, self)
        self._index = 0

    def seek(self, epoch: int, index: int) -> None:
        skipped = index + (epoch * self.steps if self._once else 0)
        for _ in range(skipped):
            self._next()
        self._index = index

    def _next(self) -> Pair:
        pair, self._first = self._first, None
        if pair is None:
            pair = next(self._rest, None)
        if pair is None:
            raise ValueError(f"the loader ended before the {self.steps} batches of its epoch")
        return pair

    def step(self, trainer: Trainer) -> Step:
        if self._index == self.steps:
            self._index = 0
            if not self._once:
                self._rest, self._first = iter(self._loader), None
        x, y = pair_of(self._next(), "the loader's batch")
        if x.shape[1:] != self.shape:
            raise ValueError(f"the loader gives pictures of the shape {x.shape[1:]} after ones of {self.shape}; all "
                             f"have one")
        self._index += 1
        return _native.trainer_step(trainer, x, targets_of(y, len(self.labels)))
